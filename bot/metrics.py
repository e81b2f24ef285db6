"""Every figure that Prometheus may ask for, under its name; counted where it happens, read when it is asked for.

What stands in the database (how much waits, who holds which lease) is looked up for each answer to Prometheus.
"""

from prometheus_client import Counter, Gauge, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4 as CONTENT_TYPE

__all__ = ["CONTENT_TYPE", "generate_latest"]

UPDATES = Counter("embassy_updates", "Updates dealt with", ["kind", "result"])
UPDATES_REFUSED = Counter("embassy_updates_refused", "Updates that Telegram was told to bring again")
UPDATES_IN_WORK = Gauge("embassy_updates_in_work", "Updates being dealt with")
ANSWER = Histogram(
    "embassy_answer_seconds",
    "From taking an update to being done with it",
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30),
)
MATCHES = Counter("embassy_matches", "Questions by what became of them", ["result"])

OUTBOX_WAITING = Gauge("embassy_outbox_waiting", "Messages of bulletins that are still to be sent")
OUTBOX_OLDEST = Gauge("embassy_outbox_oldest_seconds", "Age of the oldest bulletin that is being sent")
SENDS = Counter("embassy_sends", "Attempts to send a bulletin to one chat, by outcome", ["outcome"])
REFUSALS = Counter("embassy_refusals", "Calls that Telegram refused as too many")

LEASE_HELD = Gauge("embassy_lease_held", "Whether this process holds the lease", ["name"])
SOURCE_FAILURES = Gauge("embassy_source_failures", "Failures in a row of a feed", ["source"])
SOURCE_AGE = Gauge("embassy_source_age_seconds", "Since a feed was last read", ["source"])
EDITION = Gauge("embassy_edition", "Number of the edition that questions are answered from")
EDITION_AGE = Gauge("embassy_edition_age_seconds", "Since that edition was loaded")
FAULTS = Counter("embassy_faults", "Unexpected ends of work beside the chat, which then begins anew", ["part"])
DATABASE_UP = Gauge("embassy_database_up", "Whether the database answers")

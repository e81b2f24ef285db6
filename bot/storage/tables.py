"""The tables, as the newest migration leaves them; what changes here needs a migration beside it.

Some columns are for whoever asks the database itself, after a complaint or for a count, and no part of the program
reads them: when a row was written (`changed_at`, `given_at`, `kept_at`), `subscriptions.kind`, `reports.settled_by`,
and what is said below.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
)

from bot.storage.values import Moment, Written

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

chats = Table(
    "chats",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("language", Written),
    Column("country", Written),
    Column("changed_at", Moment, nullable=False),
)

editions = Table(
    "editions",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("loaded_at", Moment, nullable=False),
    Column("digest", Written, nullable=False),
    Column("live", Boolean, nullable=False),
    Column("turn", Integer),
    Column("provenance", LargeBinary),
)
"""`turn` grows whenever an edition becomes live, so that the one that was live before can be told; -1: never yet."""


def _edition_table(name: str, *columns: str) -> Table:
    """A table whose rows belong to an edition and keep the order of the file they came from."""
    return Table(
        name,
        metadata,
        Column("edition", Integer, ForeignKey("editions.id", ondelete="CASCADE"), primary_key=True),
        Column("position", Integer, primary_key=True, autoincrement=False),
        *(Column(column, Written, nullable=False) for column in columns),
    )


missions = _edition_table(
    "missions",
    *("id", "sender", "kind", "city", "address_en", "address_ru", "postcode", "latitude", "longitude", "phones"),
    *("emergency_phones", "emails", "website", "hours", "status", "status_note", "jurisdiction", "wikidata"),
    *("sources", "as_of", "unattributed"),
)
covers = _edition_table("covers", "sender", "served_by", "city", "country", "note", "sources", "as_of")
rules = _edition_table("rules", "id", "applies_to", "text", "sources", "as_of")
aliases = _edition_table("aliases", "alias", "code", "language", "kind")


edition_feeds = _edition_table("edition_feeds", "id", "url", "publisher", "country", "language")

subscriptions = Table(
    "subscriptions",
    metadata,
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("kind", Written, nullable=False),
    Column("language", Written, nullable=False),
    Column("only_country", Boolean, nullable=False),
    Column("quiet_from", Integer),
    Column("quiet_until", Integer),
    Column("timezone", Written),
    Column("silent", Boolean, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("ended_at", Moment),
    Column("ended_reason", Written),
)

bulletins = Table(
    "bulletins",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("fingerprint", Written, unique=True),
    Column("kind", Written, nullable=False),
    Column("stage", Written, nullable=False),
    Column("published", Date, nullable=False),
    Column("country", Written, nullable=False),
    Column("content", Written, nullable=False),
    Column("version", Integer, nullable=False),
    Column("corrects", Integer, ForeignKey("bulletins.id")),
    Column("corrects_version", Integer),
    Column("urgent", Boolean, nullable=False),
    Column("reached", Integer, nullable=False),
    Column("reason", Written, nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Index("ix_bulletins_stage", "stage"),
)

deliveries = Table(
    "deliveries",
    metadata,
    Column("bulletin", Integer, ForeignKey("bulletins.id"), primary_key=True, autoincrement=False),
    Column("chat_id", BigInteger, primary_key=True, autoincrement=False),
    Column("state", SmallInteger, nullable=False),
    Column("version", SmallInteger, nullable=False),
    Column("attempts", SmallInteger, nullable=False),
    Column("doubted", Boolean, nullable=False),
    Column("due", BigInteger, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("message_id", BigInteger),
    Column("reason", Written),
    sqlite_with_rowid=False,
)
"""`due` is in milliseconds since 1970, 0 for at once; `fence` is that of the sender who leased the row.

For whoever asks the database: `reason` is why this chat did not get it at the last attempt; by `message_id`, which is
told only once, a message can be changed or taken back where it stands.
"""

Index(
    "ix_deliveries_open",
    deliveries.c.bulletin,
    deliveries.c.due,
    sqlite_where=deliveries.c.state == 0,
    postgresql_where=deliveries.c.state == 0,
)

Index(
    "ix_deliveries_leased",
    deliveries.c.bulletin,
    sqlite_where=deliveries.c.state == 1,
    postgresql_where=deliveries.c.state == 1,
)
"""What is under way is few rows among many: who takes over and who asks whether all is done need not read them all."""

leases = Table(
    "leases",
    metadata,
    Column("name", Written, primary_key=True),
    Column("owner", Written, nullable=False),
    Column("fence", Integer, nullable=False),
    Column("until", BigInteger, nullable=False),
)

feeds = Table(
    "feeds",
    metadata,
    Column("id", Written, primary_key=True),
    Column("url", Written, nullable=False),
    Column("etag", Written, nullable=False),
    Column("last_modified", Written, nullable=False),
    Column("failures", Integer, nullable=False),
    Column("checked_at", Moment),
    Column("next_check", Moment, nullable=False),
    Column("read_at", Moment),
)
"""`read_at` is when its items were read last, None for never yet at this address."""

seen_items = Table(
    "seen_items",
    metadata,
    Column("feed", Written, ForeignKey("feeds.id", ondelete="CASCADE"), primary_key=True),
    Column("item", Written, primary_key=True),
    Column("seen_at", Moment, nullable=False),
)
"""`seen_at` is when the feed listed the item last, to the day."""


roles = Table(
    "roles",
    metadata,
    Column("user_id", BigInteger, primary_key=True, autoincrement=False),
    Column("role", Written, nullable=False),
    Column("given_by", BigInteger, nullable=False),
    Column("given_at", Moment, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("at", Moment, nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("action", Written, nullable=False),
    Column("detail", Written, nullable=False),
)

proposals = Table(
    "proposals",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("kind", Written, nullable=False),
    Column("actor", BigInteger, nullable=False),
    Column("state", Written, nullable=False),
    Column("subject", Written, nullable=False),
    Column("payload", LargeBinary, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("settled_at", Moment),
    Column("settled_by", BigInteger),
)
"""What an admin was shown and may confirm; `subject` is the same for two proposals of the same thing.

For whoever asks the database: `settled_at` and `settled_by`, of a stale one when it was overtaken and by whom.
"""

kept_files = Table(
    "kept_files",
    metadata,
    Column("name", Written, primary_key=True),
    Column("content", LargeBinary, nullable=False),
    Column("disk_digest", Written, nullable=False),
    Column("kept_at", Moment, nullable=False),
)
"""Files sent to the bot and applied; each stands for the one in the data directory until that one changes."""

reports = Table(
    "reports",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("chat_id", BigInteger, nullable=False),
    Column("mission", Written, nullable=False),
    Column("language", Written, nullable=False),
    Column("state", Written, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("settled_by", BigInteger),
)

Index(
    "uq_reports_open",
    reports.c.chat_id,
    reports.c.mission,
    unique=True,
    sqlite_where=reports.c.state == "open",
    postgresql_where=reports.c.state == "open",
)

question_counts = Table(
    "question_counts",
    metadata,
    Column("day", Date, primary_key=True),
    Column("result", Written, primary_key=True),
    Column("country", Written, primary_key=True),
    Column("number", Integer, nullable=False),
)

unanswered = Table(
    "unanswered",
    metadata,
    Column("text", Written, primary_key=True),
    Column("asker", Written, primary_key=True),
    Column("asked_at", Moment, nullable=False),
)
"""Questions that found nothing; `asker` tells chats apart without telling which they are."""

secrets = Table(
    "secrets",
    metadata,
    Column("name", Written, primary_key=True),
    Column("value", LargeBinary, nullable=False),
)
"""Random values that the program makes once for itself."""

pace = Table(
    "pace",
    metadata,
    Column("name", Written, primary_key=True),
    Column("free_at", BigInteger, nullable=False),
)
"""Where the common timetable of all replicas has its next free place, in microseconds since 1970."""

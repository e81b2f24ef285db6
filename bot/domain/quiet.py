"""Quiet hours, in which only urgent bulletins come."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Quiet:
    """From `start` to `end`, in minutes after midnight on the reader's clock; over midnight where start is later."""

    start: int
    end: int

    def __str__(self) -> str:
        return f"{_clock(self.start)}–{_clock(self.end)}"


def quiet_until(quiet: Quiet | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """When the quiet hours end that are on now, None where none are.

    On a day when the clocks change the end is that of the clock on the wall.
    """
    if quiet is None or quiet.start == quiet.end:
        return None
    local = now.astimezone(zone)
    minute = local.hour * 60 + local.minute
    overnight = quiet.start > quiet.end
    is_quiet = minute >= quiet.start or minute < quiet.end if overnight else quiet.start <= minute < quiet.end
    if not is_quiet:
        return None
    day = local.date() + timedelta(days=1) if overnight and minute >= quiet.start else local.date()
    end = datetime.combine(day, time(quiet.end // 60, quiet.end % 60), zone)
    if end.astimezone(UTC) <= now:  # in the hour that comes twice, it is the second time
        end = end.replace(fold=1)
    return end.astimezone(now.tzinfo)


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02}:{minutes % 60:02}"

"""Times in GB/T 28181: local, without a zone; and a device's clock against ours."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timezone

STAMP = re.compile(r"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,6}))?(Z|[+-]\d\d:?\d\d)?")


@dataclass(frozen=True)
class OffsetBounds:
    """A device's clock minus the tester's."""

    lower: float
    """s; the offset is not below."""

    upper: float
    """s; the offset is not above."""

    @property
    def middle(self) -> float:
        """In s."""
        return (self.lower + self.upper) / 2

    @property
    def half_width(self) -> float:
        """In s."""
        return (self.upper - self.lower) / 2


def stamp(moment: float, zone: timezone) -> str:
    """Write POSIX seconds as header Date has them: local time with milliseconds."""
    local = datetime.fromtimestamp(moment, zone).replace(tzinfo=None)
    return local.isoformat(timespec="milliseconds")


def plain(moment: float, zone: timezone) -> str:
    """Write POSIX seconds as a query has them: local time, whole seconds."""
    return datetime.fromtimestamp(moment, zone).replace(tzinfo=None).isoformat(timespec="seconds")


def posix(text: str, zone: timezone) -> tuple[float, float] | None:
    """Read a time: POSIX seconds and its last place in s; None where it is none.

    Without an offset it is local time in ``zone``; fewer than the digits of a second are cut off,
    not rounded.
    """
    match = STAMP.fullmatch(text.strip())
    if match is None:
        return None
    whole, fraction, offset = match.groups()
    try:
        there = datetime.fromisoformat(whole + (offset or ""))
        moment = there.replace(tzinfo=there.tzinfo or zone).astimezone(UTC).timestamp()
    except (ValueError, OverflowError):
        return None
    digits = len(fraction or "")
    return moment + int(fraction or 0) / 10**digits, 10.0**-digits


def offset(text: str, zone: timezone, *, asked: float, answered: float) -> OffsetBounds | None:
    """Compare a device's time with ours: it was read between two POSIX times of our clock."""
    read = posix(text, zone)
    if read is None:
        return None
    moment, place = read
    return OffsetBounds(moment - answered, moment + place - asked)

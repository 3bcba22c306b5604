"""The recordings of one channel up to the moment from which retention counts back."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.recorder import intervals
from acceptance.recorder.listing import moment_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import timezone

    from acceptance.model.shot import Recordings
    from acceptance.recorder.intervals import Stretch
    from acceptance.recorder.recordings import Found, Recording

DAY = 86400.0  # s
CLOCKS = frozenset(
    {
        "clock_not_set",
        "recording_in_future",
        "start_after_end",
        "clock_off_by_hours",
        "container_differs",
        "container_clock_not_set",
        "duration_differs",
        "file_before_recording",
    }
)


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The moment from which retention counts back (POSIX seconds), and its half-width (s)."""

    moment: float
    doubt: float


@dataclass(frozen=True, kw_only=True)
class Channel:
    """The recordings of one channel up to a moment."""

    name: str
    recordings: Sequence[Recording]
    asked: Recordings
    zone: timezone
    until: Reference

    @cached_property
    def stretches(self) -> list[Stretch]:
        """What every recording covers, up to the moment."""
        placed = [
            (recording.start, recording.end)
            for recording in self.recordings
            if recording.start is not None and recording.end is not None
        ]
        return intervals.within(placed, -math.inf, self.until.moment)

    @cached_property
    def merged(self) -> list[Stretch]:
        """What is covered at all."""
        return intervals.union(self.stretches)

    @property
    def first(self) -> float:
        """Where the oldest recording begins that could be placed; there must be one."""
        return self.merged[0][0]

    @property
    def span(self) -> float:
        """Seconds from the oldest recording to the moment."""
        return self.until.moment - self.first

    @cached_property
    def gaps(self) -> list[Stretch]:
        """Gaps that count, from the oldest recording to the moment."""
        return intervals.gaps(self.merged, self.first, self.until.moment, self.asked.gap)

    @cached_property
    def since(self) -> float:
        """Start of the recordings that go on to the moment without a break that ends retention."""
        return intervals.kept_since(self.merged, self.until.moment, self.asked.longest_break)

    @property
    def not_placed(self) -> int:
        """How many recordings have no usable time."""
        return sum(recording.start is None for recording in self.recordings)

    @property
    def faulty(self) -> int:
        """How many recordings have a clock that is wrong or contradicted."""
        return sum(
            any(fault.code in CLOCKS for fault in recording.faults) for recording in self.recordings
        )

    @property
    def region(self) -> str:
        """Name the channel as a region."""
        return region_of(self.name)


def region_of(name: str) -> str:
    """Name a channel as a region; a dot would part it."""
    return f"channel.{name.replace('.', '-')}" if name else "channel"


def stated(asked: Recordings, field: str, zone: timezone) -> tuple[float, bool]:
    """Return a stated moment, and whether only its day was stated: then the day's beginning.

    Raises PlanError.
    """
    text = getattr(asked, field)
    day = moment_of(f"{text} 00:00", zone)
    moment = moment_of(text, zone) if day is None else day
    if moment is None:
        raise PlanError(
            tr("{text!r} is not a date or time", text=text),
            where=tr("recordings {recordings}, {field}", recordings=asked.id, field=field),
            hint=tr("Write it like 2026-11-25 08:30:00"),
        )
    return moment, day is not None


def reference(asked: Recordings, found: Found) -> Reference | None:
    """Return the moment of inspection: as stated, else the end of the newest recording.

    Return None without either. A day alone means a moment of that day that is not known: at its
    latest recording, within half a day.
    """
    ends = [recording.end for recording in found.recordings if recording.end is not None]
    newest = max(ends, default=None)
    if not asked.until:
        return None if newest is None else Reference(moment=newest, doubt=0.0)
    moment, is_day = stated(asked, "until", found.zone)
    if not is_day:
        return Reference(moment=moment, doubt=0.0)
    return Reference(moment=min(max(newest or moment, moment), moment + DAY), doubt=DAY / 2)

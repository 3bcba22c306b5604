"""What the figures of a channel may be off, and why retention may be longer than it seems."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.metrics.recordings.channel import DAY, stated
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine
from acceptance.recorder.recordings import APART
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.metrics.recordings.channel import Channel
    from acceptance.recorder.recordings import Recording

MINUTE = 60.0  # s
STAMP = 1.0  # s: to which names and lists give time
ODDS = {"clock_off_by_hours", "container_differs"}


def of_moments(channel: Channel) -> list[BudgetLine]:
    """List what the difference of two moments may be off, in days."""
    placed = [recording for recording in channel.recordings if recording.start is not None]
    odds = max(abs(_apart(placed[0]) - _apart(placed[-1])), _wrong_hours(channel, placed[0]))
    lines = (
        ("recorder_clock", channel.asked.clock_error),
        ("time_stamp_resolution", math.sqrt(2) * STAMP / 2),
        ("day_boundary", channel.until.doubt),
        ("sources_at_odds", odds),
        ("container_zone", _zone_doubt(channel, placed[0])),
        ("file_time", DAY / 2 if placed[0].start_by == "file" else 0.0),
    )
    return scaled([rectangular(source, half) for source, half in lines if half], 1 / DAY)


def of_coverage(channel: Channel) -> list[BudgetLine]:
    """List what the time covered may be off, in %: each stretch has two ends."""
    ends = math.sqrt(2 * len(channel.merged)) * STAMP / 2
    lines = [
        rectangular("time_stamp_resolution", ends),
        rectangular("recorder_clock", channel.asked.clock_error),
    ]
    return scaled(lines, 100 / channel.span)


def of_gap() -> list[BudgetLine]:
    """List what a gap may be off, in minutes."""
    return scaled([rectangular("time_stamp_resolution", math.sqrt(2) * STAMP / 2)], 1 / MINUTE)


def longer(channel: Channel, since: float) -> Reason | None:
    """Why retention from ``since`` on may have been longer; None where it was not.

    Either recordings could not be placed, or nothing need have been overwritten yet.
    """
    if channel.not_placed:
        return Reason(code="recordings_not_placed", parameters={"count": channel.not_placed})
    if since > channel.first:
        return None  # a break ended it, older recordings are there
    asked = channel.asked
    if not asked.in_service:
        return Reason(code="in_service_unknown")
    begun, _ = stated(asked, "in_service", channel.zone)
    if since > begun + DAY + asked.longest_break:
        return None
    days = round((channel.until.moment - begun) / DAY, 1)
    return Reason(code="system_young", parameters={"since": asked.in_service, "days": days})


def _zone_doubt(channel: Channel, oldest: Recording) -> float:
    """Seconds by which a container that may give local time as UTC errs.

    This counts against a moment stated by another clock.
    """
    offset = channel.zone.utcoffset(None).total_seconds()
    return abs(offset) if channel.asked.until and oldest.start_by == "container" else 0.0


def _wrong_hours(channel: Channel, oldest: Recording) -> float:
    """Seconds by which the oldest name may be off against a moment stated by another clock.

    A container that is ahead by the zone's offset gives local time as UTC: the name is right.
    """
    apart = _apart(oldest) if channel.asked.until else 0.0
    offset = channel.zone.utcoffset(None).total_seconds()
    return 0.0 if abs(apart - offset) <= APART else abs(apart)


def _apart(recording: Recording) -> float:
    """Seconds by which the container's clock is ahead of the name's.

    It is known where both give a time and a fault was found.
    """
    created, named = recording.evidence.created, recording.evidence.named_start
    odd = any(fault.code in ODDS for fault in recording.faults)
    return created - named if odd and created is not None and named is not None else 0.0


def scaled(lines: Sequence[BudgetLine], factor: float) -> list[BudgetLine]:
    """Return lines in another unit."""
    return [
        BudgetLine(source=line.source, contribution=line.contribution * factor, evaluation="B")
        for line in lines
    ]

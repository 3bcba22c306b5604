"""Retention, coverage, gaps, overlaps and wrong clocks of what a recorder has kept.

It is not taken from pixels: from the times of recordings (``recorder``), as a person checks a
recorder's calendar. Retention is the time for which recordings are kept (order 196 of Chongqing,
Article 11(4); GB 55029-2022, 3.5.2(5)), in days of 24 hours back from a stated moment; no standard
that was seen says how to count it, so the definitions are this toolkit's own
(``docs/metrics/recordings.md``). Uncertainty after JCGM 100:2008, 4.3.7 (rectangular inputs).
"""

from __future__ import annotations

import math
from itertools import groupby
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.metrics.recordings import figures
from acceptance.metrics.recordings.channel import Channel, reference, region_of, stated
from acceptance.metrics.recordings.figures import QUANTITIES
from acceptance.model.basics import Reason
from acceptance.model.measurement import Note
from acceptance.recorder.file_names import compiled
from acceptance.recorder.recordings import iso, zone_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import timezone

    from acceptance.metrics.recordings.channel import Reference
    from acceptance.model.measurement import Measurement
    from acceptance.model.shot import Recordings
    from acceptance.recorder.recordings import Found, Recording

__all__ = ["QUANTITIES", "check", "measure"]


def measure(asked: Recordings, found: Found) -> Iterator[Measurement | Note]:
    """Measure every channel; what is wrong with recordings and clocks is a Note each.

    Raises PlanError (times).
    """
    until = reference(asked, found)
    for name, recordings in found.channels.items():
        yield from _faults(name, recordings, found.zone)
    if until is None:
        files = {"files": len(found.recordings)}
        yield Note(metric="recordings", reason=Reason(code="no_recordings", parameters=files))
        return
    yield from _figures(
        [
            Channel(name=name, recordings=recordings, asked=asked, zone=found.zone, until=until)
            for name, recordings in found.channels.items()
        ],
        until,
    )


def _figures(channels: Sequence[Channel], until: Reference) -> Iterator[Measurement]:
    """Yield the figures of all channels; coverage is drawn from the oldest recording on."""
    begins = [channel.first for channel in channels if channel.merged]
    oldest = min(begins, default=until.moment)
    for channel in channels:
        if channel.merged:
            yield from figures.of_channel(channel, oldest)
        else:
            yield from figures.of_unplaced(channel)


def check(asked: Recordings) -> None:
    """Refuse, before anything is looked at, a plan that cannot be met. Raises PlanError."""
    zone = zone_of(asked.utc_offset)
    if asked.name_pattern:
        compiled(asked.name_pattern)
    for field in ("until", "in_service"):
        if getattr(asked, field):
            stated(asked, field, zone)
    for field in ("clock_offset", "clock_error", "gap", "longest_break"):
        value, what = getattr(asked, field), tr("must be 0 seconds or more")
        if field == "clock_offset":
            value, what = abs(value), tr("is no number of seconds")
        if not 0 <= value < math.inf:
            where = tr("recordings {recordings}, {field}", recordings=asked.id, field=field)
            raise PlanError(what, where=where, hint=tr("Correct the plan"))


def _faults(name: str, recordings: Sequence[Recording], zone: timezone) -> Iterator[Note]:
    """Count each kind of fault of a channel, and name the first file.

    Faults of different hours or years count apart.
    """
    faults = [
        (fault, recording.file or iso(recording.evidence.named_start, zone))
        for recording in recordings
        for fault in recording.faults
    ]
    for _, group in groupby(sorted(faults, key=_kind), key=_kind):
        (fault, file), *others = group
        parameters = {**fault.parameters, "count": 1 + len(others), "file": file}
        reason = Reason(code=fault.code, parameters=parameters)
        yield Note(metric="recordings", region=region_of(name), reason=reason)


def _kind(found: tuple[Reason, str]) -> tuple[str, str]:
    """Code of a fault, and the hours or the year that it names."""
    parameters = found[0].parameters
    return found[0].code, str(parameters.get("hours", parameters.get("year", "")))

"""Retention, coverage, gaps, overlaps and wrong clocks of what a recorder has kept.

Not from pixels: from the times of recordings (``recordings.py``), as a person checks a recorder's
calendar. Retention is the time for which recordings are kept (order 196 of Chongqing, Article
11(4); GB 55029-2022, 3.5.2(5)), in days of 24 hours back from a stated moment; no standard that was
seen says how to count it, so the definitions are this toolkit's own
(``docs/metrics/recordings.md``). Uncertainty after JCGM 100:2008, 4.3.7 (rectangular inputs).
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from itertools import groupby
from typing import TYPE_CHECKING, Any

from acceptance.errors import PlanError
from acceptance.model.basics import Reason, Value
from acceptance.model.measurement import BudgetLine, Curve, Note
from acceptance.recorder import intervals
from acceptance.recorder.file_names import compiled
from acceptance.recorder.listing import moment_of
from acceptance.recorder.recordings import iso, zone_of
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import timezone

    from acceptance.model.measurement import Measurement
    from acceptance.model.shot import Recordings
    from acceptance.recorder.intervals import Stretch
    from acceptance.recorder.recordings import Found, Recording

METHOD = "times of recordings by name or list, else container, else file; days of 24 hours back from the inspection"
QUANTITIES: Mapping[str, str] = {
    "recordings.retention": "d",
    "recordings.coverage": "%",
    "recordings.longest_gap": "min",
    "recordings.gaps": "1",
    "recordings.overlaps": "1",
    "recordings.clock_faults": "1",
}
CONTINUOUS, SPAN = "continuous", "span"
DAY, HOUR, MINUTE = 86400.0, 3600.0, 60.0
STAMP = 1.0  # s: to which names and lists tell time
MOST_CELLS = 400
CELLS = (600.0, HOUR, 2 * HOUR, 6 * HOUR, DAY, 7 * DAY)  # s: of the coverage curve
CLOCKS = frozenset({
    "clock_not_set", "recording_in_future", "start_after_end", "clock_off_by_hours", "container_differs",
    "container_clock_not_set", "duration_differs", "file_before_recording",
})  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Reference:
    """The moment from which retention counts back (POSIX seconds), and the half-width (s) of what it may be off."""

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
            (one.start, one.end)
            for one in self.recordings
            if one.start is not None and one.end is not None
        ]
        return intervals.within(placed, -math.inf, self.until.moment)

    @cached_property
    def merged(self) -> list[Stretch]:
        """What is covered at all."""
        return intervals.union(self.stretches)

    @cached_property
    def gaps(self) -> list[Stretch]:
        """Gaps that count, from the oldest recording to the moment."""
        return intervals.gaps(self.merged, self.merged[0][0], self.until.moment, self.asked.gap)

    @cached_property
    def since(self) -> float:
        """Where recordings begin that go on to the moment without a break that ends the retention."""
        return intervals.kept_since(self.merged, self.until.moment, self.asked.longest_break)

    @property
    def not_placed(self) -> int:
        """How many recordings have no time that can be taken."""
        return sum(one.start is None for one in self.recordings)

    @property
    def faulty(self) -> int:
        """How many recordings have a clock that is wrong or contradicted."""
        return sum(any(fault.code in CLOCKS for fault in one.faults) for one in self.recordings)

    @property
    def region(self) -> str:
        """Name the channel as a region."""
        return _region(self.name)


def measure(asked: Recordings, found: Found) -> Iterator[Measurement | Note]:
    """Measure every channel; what is wrong with recordings and clocks is a Note each.

    Raises PlanError (times).
    """
    channels = found.channels
    until = reference(asked, found)
    for name, ones in channels.items():
        yield from _faults(name, ones, found.zone)
    if until is None:
        yield Note(
            metric="recordings",
            reason=Reason(code="no_recordings", parameters={"files": len(found.recordings)}),
        )
        return
    every = [
        Channel(name=name, recordings=ones, asked=asked, zone=found.zone, until=until)
        for name, ones in channels.items()
    ]
    oldest = min((one.merged[0][0] for one in every if one.merged), default=until.moment)
    for one in every:
        if one.merged:
            yield from _channel(one, oldest)
        else:
            unknown: dict[str, Any] = {
                "lower_bound": True,
                "bound_by": Reason(code="nothing_placed"),
            }
            yield from (
                _figure(one, "retention", 0.0, [], statistic=name, **unknown)
                for name in (CONTINUOUS, SPAN)
            )


def _region(name: str) -> str:
    """Name a channel as a region; a dot would part it."""
    return f"channel.{name.replace('.', '-')}" if name else "channel"


def check(asked: Recordings) -> None:
    """Refuse, before anything is looked at, what nothing can be made of. Raises PlanError."""
    zone = zone_of(asked.utc_offset)
    if asked.name_pattern:
        compiled(asked.name_pattern)
    for field in ("until", "in_service"):
        if getattr(asked, field):
            _moment(asked, field, zone)
    for field in ("clock_error", "gap", "longest_break"):
        if not 0 <= getattr(asked, field) < math.inf:
            where = f"recordings {asked.id}, {field}"
            raise PlanError("must be 0 seconds or more", where=where, hint="Correct the plan")


def _moment(asked: Recordings, field: str, zone: timezone) -> tuple[float, bool]:
    """Return a stated moment, and whether it is the beginning of a day that is all that was stated."""
    text = getattr(asked, field)
    day = moment_of(f"{text} 00:00", zone)
    moment = moment_of(text, zone) if day is None else day
    if moment is None:
        where = f"recordings {asked.id}, {field}"
        raise PlanError(
            f"{text!r} is no date or time", where=where, hint="Write it like 2026-11-25 08:30:00"
        )
    return moment, day is not None


def reference(asked: Recordings, found: Found) -> Reference | None:
    """Return the moment of inspection: as stated, else the end of the newest recording.

    None without either.
    A day alone means a moment of that day that is not known: at its latest recording, within half a
    day.
    """
    newest = max((one.end for one in found.recordings if one.end is not None), default=None)
    if not asked.until:
        return None if newest is None else Reference(moment=newest, doubt=0.0)
    moment, is_day = _moment(asked, "until", found.zone)
    if not is_day:
        return Reference(moment=moment, doubt=0.0)
    return Reference(moment=min(max(newest or moment, moment), moment + DAY), doubt=DAY / 2)


def _channel(one: Channel, oldest: float) -> Iterator[Measurement]:
    until, first = one.until.moment, one.merged[0][0]
    yield _figure(one, "retention", (until - one.since) / DAY, _moments(one), statistic=CONTINUOUS,
                  **_bound(one, one.since), details=_shown(one))  # fmt: skip
    yield _figure(
        one, "retention", (until - first) / DAY, _moments(one), statistic=SPAN, **_bound(one, first)
    )
    ends = _rectangular("time_stamp_resolution", math.sqrt(2 * len(one.merged)) * STAMP / 2)
    ends += _rectangular("recorder_clock", one.asked.clock_error)
    covered = intervals.length(one.merged) / (until - first)
    some = bool(one.not_placed)
    yield _figure(one, "coverage", 100 * covered, _scaled(ends, 100 / (until - first)), curve=_curve(one, oldest),
                  lower_bound=some)  # fmt: skip
    # the longest is told also where it is too short to count
    every = intervals.gaps(one.merged, first, until)
    longest = max(every, key=lambda gap: gap[1] - gap[0], default=None)
    stamps = _scaled(_rectangular("time_stamp_resolution", math.sqrt(2) * STAMP / 2), 1 / MINUTE)
    length = (longest[1] - longest[0]) / MINUTE if longest else 0.0
    when: dict[str, Value] = (
        {"from": iso(longest[0], one.zone), "to": iso(longest[1], one.zone)} if longest else {}
    )
    yield _figure(
        one, "longest_gap", length, stamps if longest else [], details=when, upper_bound=some
    )
    yield _figure(one, "gaps", len(one.gaps), [], details={"longer_than": one.asked.gap})
    double = [
        each for each in intervals.overlaps(one.stretches) if each[1] - each[0] > one.asked.gap
    ]
    yield _figure(one, "overlaps", len(double), [], details={"seconds": intervals.length(double)})
    yield _figure(one, "clock_faults", one.faulty, [])


def _figure(
    one: Channel,
    name: str,
    value: float,
    budget: Sequence[BudgetLine],
    **fields: Any,  # noqa: ANN401 -- fields of Measurement
) -> Measurement:
    quantity = f"recordings.{name}"
    return measurement(
        one.asked, quantity, value, QUANTITIES[quantity], budget, samples=len(one.recordings), method=METHOD,
        region=one.region, **fields,
    )  # fmt: skip


def _shown(one: Channel) -> dict[str, Value]:
    """Tell what stands beside the retention.

    The ends, the days of the calendar, what placed the recordings.
    """
    sources = Counter(
        source for each in one.recordings for source in (each.start_by, each.end_by) if source
    )
    days = [
        datetime.fromtimestamp(moment, one.zone).date() for moment in (one.since, one.until.moment)
    ]
    return {
        "channel": one.name,
        "first": iso(one.merged[0][0], one.zone),
        "last": iso(max(end for _, end in one.merged), one.zone),
        "since": iso(one.since, one.zone),
        "until": iso(one.until.moment, one.zone),
        "calendar_days": (days[1] - days[0]).days + 1,
        "recordings": len(one.recordings),
        "not_placed": one.not_placed,
        "sources": ", ".join(sorted(sources)),
    }


def _bound(one: Channel, since: float) -> dict[str, Any]:
    """Say that retention may be longer.

    Recordings could not be placed, or nothing need have been overwritten yet.
    """
    if one.not_placed:
        left_out = Reason(code="recordings_not_placed", parameters={"count": one.not_placed})
        return {"lower_bound": True, "bound_by": left_out}
    if since > one.merged[0][0]:
        return {}  # a break ended it, older recordings are there
    if not one.asked.in_service:
        return {"lower_bound": True, "bound_by": Reason(code="in_service_unknown")}
    begun, _ = _moment(one.asked, "in_service", one.zone)
    if since > begun + DAY + one.asked.longest_break:
        return {}
    days = (one.until.moment - begun) / DAY
    young = Reason(
        code="system_young", parameters={"since": one.asked.in_service, "days": round(days, 1)}
    )
    return {"lower_bound": True, "bound_by": young}


def _moments(one: Channel) -> list[BudgetLine]:
    """List what the difference of two moments may be off, in days."""
    placed = [each for each in one.recordings if each.start is not None]
    odds = abs(_apart(placed[0]) - _apart(placed[-1]))
    lines = (
        ("recorder_clock", one.asked.clock_error),
        ("time_stamp_resolution", math.sqrt(2) * STAMP / 2),
        ("day_boundary", one.until.doubt),
        ("sources_at_odds", odds),
        ("container_zone", _zone_doubt(one, placed[0])),
    )
    return [
        line for name, half in lines if half for line in _scaled(_rectangular(name, half), 1 / DAY)
    ]


def _zone_doubt(one: Channel, oldest: Recording) -> float:
    """Seconds by which a container that may tell local time as UTC errs against a moment stated by another clock."""
    offset = one.zone.utcoffset(None).total_seconds()
    return abs(offset) if one.asked.until and oldest.start_by == "container" else 0.0


def _apart(one: Recording) -> float:
    """Seconds by which the container's clock is ahead of the name's, where both tell and a fault was found."""
    told = one.evidence
    odd = any(fault.code in {"clock_off_by_hours", "container_differs"} for fault in one.faults)
    return (
        told.created - told.named_start
        if odd and told.created is not None and told.named_start is not None
        else 0.0
    )


def _rectangular(source: str, half_width: float) -> list[BudgetLine]:
    return [BudgetLine(source=source, contribution=half_width / math.sqrt(3), evaluation="B")]


def _scaled(lines: Sequence[BudgetLine], factor: float) -> list[BudgetLine]:
    return [
        BudgetLine(source=one.source, contribution=one.contribution * factor, evaluation="B")
        for one in lines
    ]


def _curve(one: Channel, oldest: float) -> Curve:
    """Share of time covered (%) against days before the moment.

    Where it changes, in cells that all channels share.
    """
    until = one.until.moment
    cell = next((size for size in CELLS if (until - oldest) / size <= MOST_CELLS), CELLS[-1])
    number = max(1, math.ceil((until - oldest) / cell))
    edges = [until - index * cell for index in range(number, -1, -1)]
    found = intervals.shares(one.merged, edges)
    runs = [(edges[0], found[0])]
    runs += [(edges[at], found[at]) for at in range(1, number) if found[at] != found[at - 1]]
    runs.append((until, found[-1]))
    return Curve(
        name="recordings_coverage",
        x=tuple(round((at - until) / DAY, 6) for at, _ in runs),
        y=tuple(round(100 * share, 2) for _, share in runs),
        x_label="days_before",
        y_label="coverage",
        x_unit="d",
        y_unit="%",
    )


def _faults(name: str, ones: Sequence[Recording], zone: timezone) -> Iterator[Note]:
    """Count each kind of fault of a channel, those of different hours or years apart.

    Name the first file.
    """
    told = [
        (fault, one.file or iso(one.evidence.named_start, zone))
        for one in ones
        for fault in one.faults
    ]
    key = lambda pair: (  # noqa: E731
        pair[0].code,
        str(pair[0].parameters.get("hours", pair[0].parameters.get("year", ""))),
    )
    for _, group in groupby(sorted(told, key=key), key=key):
        same = list(group)
        fault, file = same[0]
        reason = Reason(
            code=fault.code, parameters={**fault.parameters, "count": len(same), "file": file}
        )
        yield Note(metric="recordings", region=_region(name), reason=reason)

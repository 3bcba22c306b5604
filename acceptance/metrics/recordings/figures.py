"""The figures of one channel: retention, coverage, gaps, overlaps and wrong clocks."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from acceptance.metrics.recordings import doubt
from acceptance.metrics.recordings.channel import DAY
from acceptance.metrics.recordings.coverage import coverage_curve
from acceptance.metrics.recordings.doubt import MINUTE
from acceptance.model.basics import Reason
from acceptance.recorder import intervals
from acceptance.recorder.recordings import iso
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics.recordings.channel import Channel
    from acceptance.model.basics import Value
    from acceptance.model.measurement import BudgetLine, Curve, Measurement

METHOD = (
    "times of recordings by name or list, else container, else file; "
    "days of 24 hours back from the inspection"
)
QUANTITIES: Mapping[str, str] = {
    "recordings.retention": "d",
    "recordings.coverage": "%",
    "recordings.longest_gap": "min",
    "recordings.gaps": "1",
    "recordings.overlaps": "1",
    "recordings.clock_faults": "1",
}
CONTINUOUS, SPAN = "continuous", "span"


def of_channel(channel: Channel, oldest: float) -> Iterator[Measurement]:
    """Yield all figures of a channel with recordings; ``oldest`` begins those of all channels."""
    yield _retention(channel, CONTINUOUS, channel.since, _beside(channel))
    yield _retention(channel, SPAN, channel.first, {})
    yield _figure(
        channel,
        "coverage",
        100 * (intervals.length(channel.merged) / channel.span),
        doubt.of_coverage(channel),
        curve=coverage_curve(channel, oldest),
        lower_bound=bool(channel.not_placed),
    )
    yield _longest_gap(channel)
    longer_than = channel.asked.gap
    yield _figure(channel, "gaps", len(channel.gaps), details={"longer_than": longer_than})
    twice = intervals.overlaps(channel.stretches)
    double = [stretch for stretch in twice if stretch[1] - stretch[0] > longer_than]
    seconds = intervals.length(double)
    yield _figure(channel, "overlaps", len(double), details={"seconds": seconds})
    yield _figure(channel, "clock_faults", channel.faulty)


def of_unplaced(channel: Channel) -> Iterator[Measurement]:
    """Yield the retention of a channel none of whose recordings could be placed: 0 or more."""
    unknown = Reason(code="nothing_placed")
    for statistic in (CONTINUOUS, SPAN):
        yield _figure(
            channel, "retention", 0.0, statistic=statistic, lower_bound=True, bound_by=unknown
        )


def _retention(
    channel: Channel, statistic: str, since: float, details: Mapping[str, Value]
) -> Measurement:
    longer = doubt.longer(channel, since)
    return _figure(
        channel,
        "retention",
        (channel.until.moment - since) / DAY,
        doubt.of_moments(channel),
        statistic=statistic,
        lower_bound=longer is not None,
        bound_by=longer,
        details=details,
    )


def _longest_gap(channel: Channel) -> Measurement:
    """Find the longest gap, also where it is too short to count."""
    every = intervals.gaps(channel.merged, channel.first, channel.until.moment)
    longest = max(every, key=lambda gap: gap[1] - gap[0], default=None)
    some = bool(channel.not_placed)
    if longest is None:
        return _figure(channel, "longest_gap", 0.0, upper_bound=some)
    return _figure(
        channel,
        "longest_gap",
        (longest[1] - longest[0]) / MINUTE,
        doubt.of_gap(),
        details={"from": iso(longest[0], channel.zone), "to": iso(longest[1], channel.zone)},
        upper_bound=some,
    )


def _figure(
    channel: Channel,
    name: str,
    value: float,
    budget: Sequence[BudgetLine] = (),
    *,
    statistic: str = "",
    lower_bound: bool = False,
    upper_bound: bool = False,
    bound_by: Reason | None = None,
    details: Mapping[str, Value] | None = None,
    curve: Curve | None = None,
) -> Measurement:
    quantity = f"recordings.{name}"
    return measurement(
        channel.asked,
        quantity,
        value,
        QUANTITIES[quantity],
        budget,
        samples=len(channel.recordings),
        method=METHOD,
        region=channel.region,
        statistic=statistic,
        lower_bound=lower_bound,
        upper_bound=upper_bound,
        bound_by=bound_by,
        details=details or {},
        curve=curve,
    )


def _beside(channel: Channel) -> dict[str, Value]:
    """Show beside the retention its ends, days of the calendar, what placed the recordings."""
    sources = {
        source
        for recording in channel.recordings
        for source in (recording.start_by, recording.end_by)
        if source
    }
    return {
        "channel": channel.name,
        "first": iso(channel.first, channel.zone),
        "last": iso(max(end for _, end in channel.merged), channel.zone),
        "since": iso(channel.since, channel.zone),
        "until": iso(channel.until.moment, channel.zone),
        "calendar_days": _calendar_days(channel),
        "recordings": len(channel.recordings),
        "not_placed": channel.not_placed,
        "sources": ", ".join(sorted(sources)),
    }


def _calendar_days(channel: Channel) -> int:
    """How many days of the calendar the retention touches."""
    moments = channel.since, channel.until.moment
    first, last = (datetime.fromtimestamp(moment, channel.zone).date() for moment in moments)
    return (last - first).days + 1

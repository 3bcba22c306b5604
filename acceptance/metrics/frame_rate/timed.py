"""Figures by the times of the frames: mean rate, jitter and longest gap, by each clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._shared import timing
from acceptance.metrics._shared.curves import over_time
from acceptance.metrics.frame_rate import events
from acceptance.metrics.frame_rate.clock import CLOCK_RATE, LENGTH_METHOD
from acceptance.metrics.frame_rate.remarks import note
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.metrics.frame_rate.counter import Counts
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement, Note
    from acceptance.scene.build import Scene

TICK = 1e-6  # s: times are fractions of one base
TIMES = ("frame_rate.mean", "frame_rate.jitter", "frame_rate.longest_gap")
METHODS = {
    "presentation": "presentation times" + LENGTH_METHOD,
    "arrival": "arrival times" + LENGTH_METHOD,
    "counter": "times of the screen's refreshes that the filmed counter shows" + LENGTH_METHOD,
}
# of a shot, stated beside its rate: a slow shutter lowers it
CIRCUMSTANCES = ("day_night", "shutter")


def figures(
    scene: Scene, clocks: list[Clock], counts: Counts | None
) -> Iterator[Measurement | Note]:
    """Yield the figures by each clock, the first without a statistic, the others under their name.

    Jitter and longest gap are given for the stream's own clocks only. Notes where no clock timed
    the frames.
    """
    details = _details(scene, clocks)
    for number, clock in enumerate(clocks):
        statistic = "" if number == 0 else clock.name
        bound = bool(len(clock.timing.jumps)) and (counts is None or counts.missing is None)
        yield _mean(scene, clock, statistic, details, seconds=clock.passed(counts), at_most=bound)
        if clock.name != "counter":
            yield _jitter(scene, clock, statistic)
            yield _longest_gap(scene, clock, statistic, at_least=bound)
    if not clocks:
        for quantity in TIMES:
            yield note(scene, Reason(code="times_assumed"), quantity)


def _mean(
    scene: Scene,
    clock: Clock,
    statistic: str,
    details: dict[str, Value],
    *,
    seconds: float,
    at_most: bool,
) -> Measurement:
    frames = coded_pictures(scene)
    rate = frames / seconds
    return scene.figure(
        "frame_rate.mean",
        rate,
        "frame/s",
        [*clock.rate_budget(rate, seconds), *undecoded(scene, seconds), *_twice(clock, seconds)],
        samples=frames,
        method=METHODS[clock.name],
        statistic=statistic,
        count=frames,
        duration=seconds,
        upper_bound=at_most,
        details=details,
        curve=None if statistic else _bit_rate(scene, clock),
        events=() if statistic else events.keys_and_jumps(scene, clock.timing),
    )


def coded_pictures(scene: Scene) -> int:
    """How many pictures came from the first frame to the last, also those that gave no frame."""
    coded, times = scene.series.coded, scene.series.times
    if coded is None:
        return len(times)
    inside = (coded > times.min() - TICK) & (coded < times.max() + TICK)
    return max(len(times), int(np.count_nonzero(inside)))


def undecoded(scene: Scene, seconds: float) -> list[BudgetLine]:
    """Budget line, in frame/s, of pictures that came and could not be decoded."""
    lost = coded_pictures(scene) - len(scene.series.times)
    share = lost / seconds / 3**0.5
    return [BudgetLine(source="undecoded", contribution=share, evaluation="B")] if lost else []


def _twice(clock: Clock, seconds: float) -> list[BudgetLine]:
    """Budget line, in frame/s, of pictures that may have come twice: a network doubles packets.

    They have the time of the one before, and those after them keep their places. Where stamps were
    doubled and no pictures, a longer interval makes up for it.
    """
    found = clock.timing
    missing = found.missing()
    alike = int(np.count_nonzero(found.intervals < TICK))
    if not alike or missing is None:
        return []
    early = float(np.sum(1 - found.intervals / np.maximum(found.usual, TICK)))
    surplus = min(alike, round(early + int(missing.sum())))
    share = surplus / seconds / 3**0.5
    return [BudgetLine(source="twice", contribution=share, evaluation="B")] if share > 0 else []


def _bit_rate(scene: Scene, clock: Clock) -> Curve:
    ends, kilobits = timing.bit_rate(clock.timing.elapsed, scene.series.sizes)
    return over_time("bit_rate", ends, kilobits, "bit_rate", "kbit/s")


def _jitter(scene: Scene, clock: Clock, statistic: str) -> Measurement:
    """Take the standard deviation of the intervals, ms; rounding of the times adds to it."""
    intervals = clock.timing.intervals * 1000
    jitter, number = float(intervals.std(ddof=1)), len(intervals)
    rounding = float(np.hypot(jitter, clock.resolution * 2000 / 6**0.5)) - jitter
    return scene.figure(
        "frame_rate.jitter",
        jitter,
        "ms",
        [_jitter_line(jitter, number - 1.0), _rounding_line(rounding)],
        samples=number,
        method=METHODS[clock.name],
        statistic=statistic,
    )


def _jitter_line(jitter: float, freedom: float) -> BudgetLine:
    share = jitter / (2 * freedom) ** 0.5
    return BudgetLine(source="frames", contribution=share, degrees_of_freedom=freedom)


def _rounding_line(contribution: float) -> BudgetLine:
    return BudgetLine(source="time_stamp_resolution", contribution=contribution, evaluation="B")


def _longest_gap(scene: Scene, clock: Clock, statistic: str, *, at_least: bool) -> Measurement:
    intervals, elapsed = clock.timing.intervals * 1000, clock.timing.elapsed
    gap = float(clock.timing.intervals.max()) * 1000
    rate = BudgetLine(source="clock_rate", contribution=gap * CLOCK_RATE / 3**0.5, evaluation="B")
    late = ((at - 1, at, 1) for at in clock.timing.gaps.tolist())
    return scene.figure(
        "frame_rate.longest_gap",
        gap,
        "ms",
        [_rounding_line(clock.resolution * 2000 / 6**0.5), rate],
        samples=len(intervals),
        method=METHODS[clock.name],
        statistic=statistic,
        lower_bound=at_least,
        curve=over_time("frame_intervals", elapsed[1:], intervals, "interval", "ms"),
        events=events.between("gap", late, elapsed),
    )


def _details(scene: Scene, clocks: list[Clock]) -> dict[str, Value]:
    """Say beside every mean rate those by all clocks, the nominal one, and how even the pace is."""
    details: dict[str, Value] = {f"rate_{clock.name}": clock.rate for clock in clocks}
    if scene.video.nominal_rate:
        details["nominal_rate"] = float(scene.video.nominal_rate)
    if clocks:
        details |= _pace(clocks[0])
    stated = {
        condition.name: condition.value
        for condition in scene.shot.conditions
        if condition.name in CIRCUMSTANCES
    }
    return details | {"interlaced": scene.video.interlaced} | stated


def _pace(clock: Clock) -> dict[str, Value]:
    """How even the pace is by a clock."""
    by_clock = clock.timing
    return {
        "time_base": clock.name,
        "shortest_interval_ms": float(by_clock.intervals.min()) * 1000,
        "usual_interval_ms": by_clock.interval * 1000,
        "gaps": len(by_clock.gaps),
        "variable_rate": by_clock.variable(2 * clock.resolution),
        "stretches": len(by_clock.stretches),
    }

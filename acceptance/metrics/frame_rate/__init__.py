"""Frame rate: how many pictures per second, how many of them new, how many lost on the way.

Rate, jitter and gaps come from presentation times, from arrival times and from the filmed clock,
each under its own method. Which pictures are new, which repeat the one before and which never
arrived is read from the filmed clock (a coded frame counter, as ITU-T P.910 (10/2023) advises for
telling frozen from still). GA/T 1128 counts *non-repeated* frames per second; without a clock the
stream itself proves some repeats and some losses, and the figures are bounds, since a frozen camera
and a well coded still scene look the same. Duration T = last time - first time + one frame
interval, jumps of the times left out. The nominal rate is shown beside and enters no figure.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import seconds as osd_seconds
from acceptance.metrics._shared import freeze, timing
from acceptance.metrics.frame_rate import counter
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Event, Measurement, Note
from acceptance.model.shot import Tap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from acceptance.metrics._shared.timing import Array, Timing
    from acceptance.metrics.frame_rate.counter import Counts
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

QUANTITIES = {
    "frame_rate.mean": "frame/s",
    "frame_rate.unique": "frame/s",
    "frame_rate.jitter": "ms",
    "frame_rate.dropped": "1",
    "frame_rate.repeated": "1",
    "frame_rate.longest_gap": "ms",
}
COUNTED = ("frame_rate.unique", "frame_rate.dropped", "frame_rate.repeated")
TIMES = ("frame_rate.mean", "frame_rate.jitter", "frame_rate.longest_gap")
LENGTH = "; T = last - first + one frame interval"
METHODS = {
    "presentation": "presentation times" + LENGTH,
    "arrival": "arrival times" + LENGTH,
    "counter": "times of the screen's refreshes that the filmed counter shows" + LENGTH,
}
COUNTER_METHOD = "filmed Gray-coded refresh counter" + LENGTH
EVIDENCE_METHOD = "evidence of the stream without a counter: key frames, motion that stops dead, holes in the times"
CLOCK_RATE = 50e-6  # half width of a camera's, recorder's or screen's clock rate
ARRIVAL_RESOLUTION = 1e-6  # s: half width of a laptop's clock readings
MOST_EVENTS = 500
DISAGREE = 0.005  # of the rate, by which two clocks of a shot may differ
# of a shot, said beside its rate: a slow shutter lowers it
CIRCUMSTANCES = ("day_night", "shutter")


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One clock that timed the frames.

    Its ``name``, what it tells, and its ``resolution`` in s (half width).
    """

    name: str
    timing: Timing
    resolution: float


def serves(scene: Scene) -> bool:
    """Tell whether this is a moving picture of the device itself.

    No still, no film of screens by somebody's phone.
    """
    return (
        scene.shot.tap is not Tap.SCREEN and not scene.video.still and len(scene.series.cells) < 2
    )


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all quantities, bounds where there is no clock to count by.

    Notes for what stays open, and why.
    Raises GapError ``too_few_frames``.
    """
    times = scene.series.times
    if len(times) < 3 or not np.ptp(times):
        raise GapError("too_few_frames", frames=len(times), needed=3)
    shown = timing.timing(times)
    try:
        readings = counter.readings(scene)
        counts = counter.count(readings)
    except GapError as gap:
        clocks = _clocks(scene, shown)
        yield from _from_clocks(scene, clocks, None)
        reason = Reason(code=gap.code, parameters=gap.parameters)
        yield from (_note(scene, quantity, reason) for quantity in COUNTED)
        yield from _from_evidence(scene, clocks, shown, reason)
    else:
        clocks = _clocks(scene, shown, counter.times(scene, readings))
        yield from _from_clocks(scene, clocks, counts)
        yield from _from_counts(scene, clocks, shown, counts)
    yield from _remarks(scene, clocks, shown)


def _clocks(scene: Scene, shown: Timing, filmed: tuple[Array, float] | None = None) -> list[Clock]:
    """Clocks that timed the frames, the one that T is taken from first.

    Arrivals are nobody's invention.
    """
    clocks, arrivals = [], scene.series.arrivals
    if arrivals is not None and len(arrivals) == len(shown.elapsed):
        clocks.append(
            Clock(name="arrival", timing=timing.timing(arrivals), resolution=ARRIVAL_RESOLUTION)
        )
    if "times" not in scene.video.assumed:
        clocks.append(
            Clock(name="presentation", timing=shown, resolution=float(scene.video.time_base) / 2)
        )
    if filmed is not None:
        clocks.append(Clock(name="counter", timing=timing.timing(filmed[0]), resolution=filmed[1]))
    return [clock for clock in clocks if clock.timing.duration > 0]


def _from_clocks(
    scene: Scene, clocks: list[Clock], counts: Counts | None
) -> Iterator[Measurement | Note]:
    details = _details(scene, clocks)
    for number, clock in enumerate(clocks):
        passed = _passed(clock, counts)
        open_ended = bool(len(clock.timing.jumps)) and (counts is None or counts.missing is None)
        beside = "" if number == 0 else clock.name
        common: dict[str, Any] = {"method": METHODS[clock.name], "statistic": beside}
        yield _mean(scene, clock, passed, details, upper_bound=open_ended, **common)
        if clock.name != "counter":
            yield _jitter(scene, clock, **common)
            yield _longest_gap(scene, clock, lower_bound=open_ended, **common)
    if not clocks:
        yield from (_note(scene, quantity, Reason(code="times_assumed")) for quantity in TIMES)


def _passed(clock: Clock, counts: Counts | None) -> float:
    """T in s; pictures that the counter misses across a jump of the times took their time too."""
    lost = (
        0
        if counts is None or counts.missing is None
        else int(counts.missing[clock.timing.jumps].sum())
    )
    return clock.timing.duration + lost * clock.timing.interval


def _mean(
    scene: Scene,
    clock: Clock,
    seconds: float,
    details: dict[str, Value],
    **fields: Any,  # noqa: ANN401 -- fields of Measurement
) -> Measurement:
    frames = len(clock.timing.elapsed)
    rate = frames / seconds
    ends, kilobits = timing.bit_rate(clock.timing.elapsed, scene.series.sizes)
    return scene.figure(
        "frame_rate.mean",
        rate,
        "frame/s",
        _rate_budget(clock, rate, seconds),
        samples=frames,
        count=frames,
        duration=seconds,
        details=details,
        curve=None
        if fields["statistic"]
        else _curve("bit_rate", ends, kilobits, "bit_rate", "kbit/s"),
        events=() if fields["statistic"] else _keys_and_jumps(scene, clock.timing),
        **fields,
    )


def _jitter(scene: Scene, clock: Clock, **fields: Any) -> Measurement:  # noqa: ANN401 -- fields of Measurement
    """Take the standard deviation of the intervals, ms; rounding of the times adds to it."""
    intervals = clock.timing.intervals * 1000
    jitter, number = float(intervals.std(ddof=1)), len(intervals)
    rounding = float(np.hypot(jitter, clock.resolution * 2000 / 6**0.5)) - jitter
    budget = [
        BudgetLine(
            source="frames",
            contribution=jitter / (2 * (number - 1)) ** 0.5,
            degrees_of_freedom=number - 1.0,
        ),
        BudgetLine(source="time_stamp_resolution", contribution=rounding, evaluation="B"),
    ]
    return scene.figure("frame_rate.jitter", jitter, "ms", budget, samples=number, **fields)


def _longest_gap(scene: Scene, clock: Clock, **fields: Any) -> Measurement:  # noqa: ANN401 -- fields of Measurement
    timing = clock.timing
    gap = float(timing.intervals.max()) * 1000
    budget = [
        BudgetLine(
            source="time_stamp_resolution",
            contribution=clock.resolution * 2000 / 6**0.5,
            evaluation="B",
        ),
        BudgetLine(source="clock_rate", contribution=gap * CLOCK_RATE / 3**0.5, evaluation="B"),
    ]
    return scene.figure(
        "frame_rate.longest_gap",
        gap,
        "ms",
        budget,
        samples=len(timing.intervals),
        curve=_curve(
            "frame_intervals", timing.elapsed[1:], timing.intervals * 1000, "interval", "ms"
        ),
        events=_events("gap", ((at - 1, at, 1) for at in timing.gaps.tolist()), timing.elapsed),
        **fields,
    )


def _rate_budget(clock: Clock, rate: float, seconds: float) -> list[BudgetLine]:
    """Budget: the end of the last frame is not in the file, its interval varies as the others do."""
    last = float(clock.timing.intervals.std(ddof=1))
    freedom = len(clock.timing.intervals) - 1.0
    ends = rate * clock.resolution * (2 / 3) ** 0.5 / seconds
    return [
        BudgetLine(
            source="last_interval", contribution=rate * last / seconds, degrees_of_freedom=freedom
        ),
        BudgetLine(source="time_stamp_resolution", contribution=ends, evaluation="B"),
        BudgetLine(source="clock_rate", contribution=rate * CLOCK_RATE / 3**0.5, evaluation="B"),
    ]


def _details(scene: Scene, clocks: list[Clock]) -> dict[str, Value]:
    """Say beside every mean rate those by all clocks, the nominal one, and how even the pace is."""
    details: dict[str, Value] = {
        f"rate_{one.name}": len(one.timing.elapsed) / one.timing.duration for one in clocks
    }
    if scene.video.nominal_rate:
        details["nominal_rate"] = float(scene.video.nominal_rate)
    if clocks:
        timing = clocks[0].timing
        details |= {
            "time_base": clocks[0].name,
            "shortest_interval_ms": float(timing.intervals.min()) * 1000,
            "usual_interval_ms": timing.interval * 1000,
            "gaps": len(timing.gaps),
            "variable_rate": timing.variable(2 * clocks[0].resolution),
            "stretches": len(timing.stretches),
        }
    stated = {one.name: one.value for one in scene.shot.conditions if one.name in CIRCUMSTANCES}
    return details | {"interlaced": scene.video.interlaced} | stated


def _from_counts(
    scene: Scene, clocks: list[Clock], shown: Timing, counts: Counts
) -> Iterator[Measurement | Note]:
    """Count by the filmed clock, exactly but for frames that could not be read."""
    frames = len(shown.elapsed)
    unsure = BudgetLine(
        source="unreadable_frames", contribution=counts.unreadable / 3**0.5, evaluation="B"
    )
    details: dict[str, Value] = {
        "unreadable_frames": counts.unreadable,
        "source_period_refreshes": counts.refreshes,
        **({"apparent_refresh_rate": counts.refreshes / shown.interval} if shown.interval else {}),
    }
    common: dict[str, Any] = {"samples": frames, "method": COUNTER_METHOD, "details": details}
    if clocks:
        seconds = _passed(clocks[0], counts)
        common |= {"duration": seconds, "details": {"time_base": clocks[0].name, **details}}
        rate = counts.unique / seconds
        per_second = replace(unsure, contribution=unsure.contribution / seconds)
        budget = [*_rate_budget(clocks[0], rate, seconds), per_second]
        yield scene.figure(
            "frame_rate.unique", rate, "frame/s", budget, count=counts.unique, **common
        )
    else:
        yield _note(scene, "frame_rate.unique", Reason(code="times_assumed"))
    repeats = _repeats(shown, freeze.runs_of(counts.repeats))
    yield scene.figure(
        "frame_rate.repeated",
        counts.repeated,
        "1",
        [unsure],
        count=counts.repeated,
        events=repeats,
        **common,
    )
    if counts.missing is None:
        yield _note(scene, "frame_rate.dropped", Reason(code="irregular_source"))
    else:
        dropped, holes = int(counts.missing.sum()), _holes(shown, counts.missing)
        yield scene.figure(
            "frame_rate.dropped", dropped, "1", [unsure], count=dropped, events=holes, **common
        )


def _from_evidence(
    scene: Scene, clocks: list[Clock], shown: Timing, lacking: Reason
) -> Iterator[Measurement | Note]:
    """Bounds without a counter: new pictures at most, repeats and missing pictures at least."""
    found = freeze.evidence(scene.series, shown.elapsed, osd_seconds.shown(scene))
    repeated = sum(end - start for start, end in found.frozen)
    undecided = sum(end - start for start, end in found.undecided)
    frames = len(shown.elapsed)
    common: dict[str, Any] = {
        "samples": frames,
        "method": EVIDENCE_METHOD,
        "details": {"frozen_frames": repeated, "undecided_frames": undecided},
        "bound_by": lacking,
    }
    if clocks:
        seconds = clocks[0].timing.duration
        rate, budget = (
            (frames - repeated) / seconds,
            _rate_budget(clocks[0], (frames - repeated) / seconds, seconds),
        )
        timed = {**common, "count": frames - repeated, "duration": seconds, "upper_bound": True}
        yield scene.figure("frame_rate.unique", rate, "frame/s", budget, **timed)
    events = (
        *_repeats(shown, found.frozen, "frozen"),
        *_repeats(shown, found.undecided, "undecided"),
    )
    yield scene.figure(
        "frame_rate.repeated", repeated, "1", [], lower_bound=True, events=events, **common
    )
    if "times" in scene.video.assumed:
        return
    missing = shown.missing()
    if missing is None:
        yield _note(scene, "frame_rate.dropped", Reason(code="irregular_source"))
        return
    dropped = int(missing.sum())
    yield scene.figure(
        "frame_rate.dropped",
        dropped,
        "1",
        [],
        lower_bound=True,
        events=_holes(shown, missing),
        **common,
    )


def _keys_and_jumps(scene: Scene, timing: Timing) -> tuple[Event, ...]:
    """Key frames, where not every frame is one, and jumps of the times."""
    keys = [] if scene.series.keys.all() else np.flatnonzero(scene.series.keys).tolist()
    jumps = ((at - 1, at, end - at) for at, end in timing.stretches[1:])
    return (
        *_events("key_frame", ((at, at, 1) for at in keys), timing.elapsed),
        *_events("time_jump", jumps, timing.elapsed),
    )


def _repeats(shown: Timing, runs: Iterable[freeze.Run], kind: str = "") -> tuple[Event, ...]:
    """Repeats as they are shown: from the first repeat to the next picture.

    A long one is called a freeze.
    """
    ends = np.append(shown.elapsed, shown.duration)
    events: list[Event] = []
    for start, end in runs:
        long = ends[end] - ends[start] >= freeze.SHORTEST
        name = kind or ("frozen" if long else "repeated")
        events.append(
            Event(kind=name, start=float(ends[start]), end=float(ends[end]), count=end - start)
        )
    return _longest(events)


def _holes(shown: Timing, missing: timing.Whole) -> tuple[Event, ...]:
    at = np.flatnonzero(missing).tolist()
    return _events("dropped", ((one - 1, one, int(missing[one])) for one in at), shown.elapsed)


def _events(kind: str, places: Iterable[tuple[int, int, int]], elapsed: Array) -> tuple[Event, ...]:
    """Events between frames, with their counts."""
    return _longest(
        [
            Event(kind=kind, start=float(elapsed[a]), end=float(elapsed[b]), count=n)
            for a, b, n in places
        ]
    )


def _longest(events: list[Event]) -> tuple[Event, ...]:
    """Keep the MOST_EVENTS longest, in order of time."""
    chosen = sorted(events, key=lambda one: one.start - one.end)[:MOST_EVENTS]
    return tuple(sorted(chosen, key=lambda one: one.start))


def _curve(name: str, x: Array, y: Array, label: str, unit: str) -> Curve:
    across, up = tuple(x.tolist()), tuple(y.tolist())
    return Curve(name=name, x=across, y=up, x_label="time", y_label=label, x_unit="s", y_unit=unit)


def _remarks(scene: Scene, clocks: list[Clock], shown: Timing) -> Iterator[Note]:
    """Tell what goes with the figures.

    A varying rate, jumps of the times, clocks that differ, interlacing.
    """
    real = "times" not in scene.video.assumed
    if real and shown.variable(float(scene.video.time_base)):
        low, high = (1 / float(np.percentile(shown.intervals, q)) for q in (90, 10))
        yield _note(
            scene, "", Reason(code="variable_frame_rate", parameters={"low": low, "high": high})
        )
    if real and len(shown.jumps):
        yield _note(scene, "", Reason(code="times_jump", parameters={"jumps": len(shown.jumps)}))
    rates = {one.name: len(one.timing.elapsed) / one.timing.duration for one in clocks}
    if rates and max(rates.values()) > (1 + DISAGREE) * min(rates.values()):
        slow, fast = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
        parameters: dict[str, Value] = {
            "one": slow,
            "rate": rates[slow],
            "other": fast,
            "other_rate": rates[fast],
        }
        yield _note(scene, "", Reason(code="clocks_differ", parameters=parameters))
    arrivals = scene.series.arrivals
    if arrivals is not None and len(arrivals) != len(shown.elapsed):
        numbers: dict[str, Value] = {"arrivals": len(arrivals), "frames": len(shown.elapsed)}
        yield _note(scene, "", Reason(code="arrivals_differ", parameters=numbers))
    if scene.video.interlaced:
        yield _note(scene, "", Reason(code="interlaced"))


def _note(scene: Scene, quantity: str, reason: Reason) -> Note:
    return Note(
        reason=reason,
        shot=scene.shot.id,
        subject=scene.shot.subject,
        metric="frame_rate",
        quantity=quantity,
    )

"""Frame rate: how many pictures per second, how many of them new, how many lost on the way.

Mean rate and gaps come from the presentation times. Which pictures are new, which repeat the one before and which never
arrived is read from the filmed clock (a coded frame counter, as ITU-T P.910 (10/2023) advises for telling frozen from
still): a picture that shows the same exposure of the clock again is a repeat, a step of m periods of the camera leaves
m - 1 pictures out. GA/T 1128 counts *non-repeated* frames per second; without a clock that figure is not given, since a
frozen camera and a well coded still scene look the same. Duration T = last time - first time + one frame interval.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics import _clock, _pace
from acceptance.model import BudgetLine, Curve, Measurement, Note, Reason, Tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from acceptance.metrics._clock import Array, Readings, Whole
    from acceptance.model import Value
    from acceptance.scene import Scene

QUANTITIES = {
    "frame_rate.mean": "frame/s",
    "frame_rate.unique": "frame/s",
    "frame_rate.dropped": "1",
    "frame_rate.repeated": "1",
    "frame_rate.longest_gap": "ms",
}
COUNTED = ("frame_rate.unique", "frame_rate.dropped", "frame_rate.repeated")
TIMES_METHOD = "presentation times; T = last - first + one frame interval"
COUNTER_METHOD = "filmed Gray-coded refresh counter; T = last - first + one frame interval"
CLOCK_RATE = 50e-6  # half width of a camera's or recorder's clock rate
FEWEST_STEPS = 1.1  # refreshes between pictures below which two pictures may show the clock alike
UNREADABLE = 0.05  # share of frames that may be unreadable


@dataclass(frozen=True, kw_only=True)
class Counts:
    """Frames by the counter. ``dropped`` is None where pictures were taken too unevenly to know which are missing.

    ``refreshes`` is the period of the source in refreshes of the screen; ``unreadable`` frames stand for a missing
    picture each and are counted as new where one is missing, else as neither.
    """

    unique: int
    repeated: int
    dropped: int | None
    unreadable: int
    refreshes: float


def serves(scene: Scene) -> bool:
    """Tell whether this is a moving picture of the device itself: no still, no film of screens by somebody's phone."""
    return scene.shot.tap is not Tap.SCREEN and not scene.video.still and len(scene.series.cells) < 2


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all quantities; a Note for those that the clock does not give. Raises GapError ``too_few_frames``."""
    times = scene.series.times
    if len(times) < 3 or not np.ptp(times):
        raise GapError(
            f"the clip has {len(times)} frames, a rate takes at least 3",
            code="too_few_frames",
            frames=len(times),
            needed=3,
        )
    yield from _from_times(scene, times)
    try:
        counts = count(_counter(scene))
    except GapError as gap:
        for quantity in COUNTED:
            yield _note(scene, quantity, Reason(code=gap.code, parameters=gap.parameters))
        return
    yield from _from_counts(scene, counts)


def duration(times: Array) -> float:
    """T in seconds of frames at ``times`` (n,) s: last - first + one (median) frame interval."""
    return float(times.max() - times.min() + np.median(np.diff(np.sort(times))))


def count(readings: Readings) -> Counts:
    """Count new, repeated and missing pictures. Raises GapError clock_unreadable, too_few_frames or clock_too_slow.

    Exact while the camera takes at most one picture per 1.1 refreshes: exposures further apart differ by half a share
    in some bit.
    """
    seen = np.flatnonzero(readings.readable)
    _check_readable(len(seen), len(readings.index))
    new = ~_clock.same_picture(readings.shares[seen])
    fresh = seen[new]
    grid = _grid(readings.position[fresh], readings.reach[fresh])
    hidden = np.diff(fresh) - 1 - _repeats_after(new)
    repeated, unreadable = int(np.count_nonzero(~new)), len(readings.index) - len(seen)
    refreshes = grid.period if grid else _usual_step(readings.position[fresh])
    if grid is None:
        return Counts(unique=len(fresh), repeated=repeated, dropped=None, unreadable=unreadable, refreshes=refreshes)
    missing = np.maximum(np.diff(grid.number) - 1, 0)
    behind_unreadable = np.minimum(missing, hidden)
    dropped = np.maximum(missing - behind_unreadable - _repeats_after(new), 0)
    unique = len(fresh) + int(behind_unreadable.sum())
    return Counts(
        unique=unique, repeated=repeated, dropped=int(dropped.sum()), unreadable=unreadable, refreshes=refreshes
    )


def _check_readable(seen: int, frames: int) -> None:
    share = seen / max(frames, 1)
    if share < 1 - UNREADABLE:
        what = f"the clock can be read in {share:.1%} of the frames only"
        raise GapError(what, hint="Film it larger, sharper and without glare", code="clock_unreadable", share=share)
    if seen < 8:
        raise GapError(f"the clock is seen in {seen} frames only", code="too_few_frames", frames=seen, needed=8)


def _usual_step(position: Array) -> float:
    span = min(12, len(position) - 1)
    return float(np.median(position[span:] - position[:-span]) / span) if span else 0.0


def _grid(position: Array, reach: Array) -> _pace.Cadence | None:
    step = _usual_step(position)
    if step < FEWEST_STEPS:
        what = f"the clock advances by {step:.2f} refreshes a picture, counting takes at least {FEWEST_STEPS}"
        raise GapError(
            what, hint="Use a screen with a higher refresh rate", code="clock_too_slow", step=step, needed=FEWEST_STEPS
        )
    return _pace.cadence(position, reach)


def _repeats_after(new: NDArray[np.bool_]) -> Whole:
    """Repeats between one new picture and the next."""
    return np.asarray(np.diff(np.flatnonzero(new)) - 1, np.int64)


def _counter(scene: Scene) -> Readings:
    clocks = _clock.read_clocks(scene)
    if not clocks or not any(np.isfinite(readings.shares).any() for readings in clocks.values()):
        raise GapError("no clock is in the picture", hint="Film the clock chart", code="no_clock")
    return next(iter(clocks.values()))


def _from_times(scene: Scene, times: Array) -> Iterator[Measurement]:
    intervals, seconds = np.diff(times), duration(times)
    rate = len(times) / seconds
    yield scene.figure(
        "frame_rate.mean",
        rate,
        "frame/s",
        _rate_budget(times, rate, seconds),
        samples=len(times),
        method=TIMES_METHOD,
        count=len(times),
        duration=seconds,
        details=_time_details(scene, times),
    )
    gap = float(intervals.max()) * 1000
    yield scene.figure(
        "frame_rate.longest_gap",
        gap,
        "ms",
        [
            _resolution_line(scene, 1000.0),
            BudgetLine(source="clock_rate", contribution=gap * CLOCK_RATE / 3**0.5, evaluation="B"),
        ],
        samples=len(intervals),
        method=TIMES_METHOD,
        curve=_interval_curve(times),
    )


def _rate_budget(times: Array, rate: float, seconds: float) -> list[BudgetLine]:
    """Budget: the end of the last frame is not in the file, its interval varies as the others do."""
    last = float(np.diff(times).std(ddof=1))
    return [
        BudgetLine(source="last_interval", contribution=rate * last / seconds, degrees_of_freedom=len(times) - 2.0),
        BudgetLine(source="clock_rate", contribution=rate * CLOCK_RATE / 3**0.5, evaluation="B"),
    ]


def _resolution_line(scene: Scene, scale: float) -> BudgetLine:
    return BudgetLine(
        source="time_stamp_resolution", contribution=float(scene.video.time_base) * scale / 6**0.5, evaluation="B"
    )


def _time_details(scene: Scene, times: Array) -> dict[str, Value]:
    intervals = np.diff(times)
    usual = float(np.median(intervals))
    details: dict[str, Value] = {
        "jitter_ms": float(intervals.std(ddof=1)) * 1000,
        "shortest_interval_ms": float(intervals.min()) * 1000,
        "usual_interval_ms": usual * 1000,
        "gaps": int(np.count_nonzero(intervals > 1.5 * usual)),
        "backward_steps": int(np.count_nonzero(intervals <= 0)),
    }
    if scene.video.nominal_rate:
        details["nominal_rate"] = float(scene.video.nominal_rate)
    if scene.series.arrivals is not None:
        details["arrival_rate"] = len(times) / duration(scene.series.arrivals)
    return details


def _interval_curve(times: Array) -> Curve:
    return Curve(
        name="frame_intervals",
        x=tuple(times[1:].tolist()),
        y=tuple((np.diff(times) * 1000).tolist()),
        x_label="time",
        y_label="interval",
        x_unit="s",
        y_unit="ms",
    )


def _from_counts(scene: Scene, counts: Counts) -> Iterator[Measurement | Note]:
    """Time by arrival where known: presentation times may be made up evenly although frames were lost."""
    arrivals = scene.series.arrivals
    times = scene.series.times if arrivals is None else arrivals
    seconds = duration(times)
    rate = counts.unique / seconds
    usual = float(np.median(np.diff(np.sort(times))))
    details: dict[str, Value] = {
        "time_base": "presentation" if arrivals is None else "arrival",
        "unreadable_frames": counts.unreadable,
        "source_period_refreshes": counts.refreshes,
        "apparent_refresh_rate": counts.refreshes / usual,
    }
    unsure = BudgetLine(source="unreadable_frames", contribution=counts.unreadable / 3**0.5, evaluation="B")
    per_second = BudgetLine(source=unsure.source, contribution=unsure.contribution / seconds, evaluation="B")
    budget = [*_rate_budget(times, rate, seconds), per_second]
    common: dict[str, Any] = {"samples": len(times), "method": COUNTER_METHOD, "duration": seconds, "details": details}
    yield scene.figure("frame_rate.unique", rate, "frame/s", budget, count=counts.unique, **common)
    yield scene.figure("frame_rate.repeated", counts.repeated, "1", [unsure], count=counts.repeated, **common)
    if counts.dropped is None:
        yield _note(scene, "frame_rate.dropped", Reason(code="irregular_source"))
    else:
        yield scene.figure("frame_rate.dropped", counts.dropped, "1", [unsure], count=counts.dropped, **common)


def _note(scene: Scene, quantity: str, reason: Reason) -> Note:
    return Note(reason=reason, shot=scene.shot.id, subject=scene.shot.subject, metric="frame_rate", quantity=quantity)

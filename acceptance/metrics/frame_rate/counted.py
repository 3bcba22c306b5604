"""Figures by the filmed clock: new, repeated and missing pictures, exact but for unread frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.metrics._shared import freeze
from acceptance.metrics.frame_rate import events
from acceptance.metrics.frame_rate.clock import LENGTH_METHOD
from acceptance.metrics.frame_rate.remarks import note
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics._shared.timing import Timing
    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.metrics.frame_rate.counter import Counts
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Event, Measurement, Note
    from acceptance.scene.build import Scene

COUNTER_METHOD = "filmed Gray-coded refresh counter" + LENGTH_METHOD


def figures(
    scene: Scene, clocks: list[Clock], shown: Timing, counts: Counts
) -> Iterator[Measurement | Note]:
    """Yield the figures of ``counts``; ``shown`` is the timing by presentation."""
    clock = clocks[0] if clocks else None
    details = _details(clock, shown, counts)
    if clock is None:
        yield note(scene, Reason(code="times_assumed"), "frame_rate.unique")
    else:
        yield _unique(scene, clock, counts, details)
    seconds = None if clock is None else clock.passed(counts)
    repeats = events.repeats(shown, freeze.runs_of(counts.repeats))
    yield _number(scene, "frame_rate.repeated", counts.repeated, counts, details, seconds, repeats)
    if counts.missing is None:
        yield note(scene, Reason(code="irregular_source"), "frame_rate.dropped")
        return
    dropped, holes = int(counts.missing.sum()), events.holes(shown, counts.missing)
    yield _number(scene, "frame_rate.dropped", dropped, counts, details, seconds, holes)


def _unique(scene: Scene, clock: Clock, counts: Counts, details: dict[str, Value]) -> Measurement:
    seconds = clock.passed(counts)
    rate = counts.unique / seconds
    return scene.figure(
        "frame_rate.unique",
        rate,
        "frame/s",
        [*clock.rate_budget(rate, seconds), _unreadable(counts, seconds)],
        samples=len(counts.repeats),
        method=COUNTER_METHOD,
        count=counts.unique,
        duration=seconds,
        details=details,
    )


def _number(
    scene: Scene,
    quantity: str,
    number: int,
    counts: Counts,
    details: dict[str, Value],
    seconds: float | None,
    found: tuple[Event, ...],
) -> Measurement:
    return scene.figure(
        quantity,
        number,
        "1",
        [_unreadable(counts)],
        samples=len(counts.repeats),
        method=COUNTER_METHOD,
        count=number,
        duration=seconds,
        details=details,
        events=found,
    )


def _unreadable(counts: Counts, seconds: float | None = None) -> BudgetLine:
    """Frames that could not be read, as a number or per second."""
    number = counts.unreadable / 3**0.5
    share = number if seconds is None else number / seconds
    return BudgetLine(source="unreadable_frames", contribution=share, evaluation="B")


def _details(clock: Clock | None, shown: Timing, counts: Counts) -> dict[str, Value]:
    details: dict[str, Value] = {} if clock is None else {"time_base": clock.name}
    details |= {
        "unreadable_frames": counts.unreadable,
        "source_period_refreshes": counts.refreshes,
    }
    if shown.interval:
        details["apparent_refresh_rate"] = counts.refreshes / shown.interval
    return details

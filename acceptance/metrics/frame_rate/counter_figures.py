"""Figures by the filmed clock: new, repeated and missing pictures, exact but for unread frames."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.metrics._shared import freeze
from acceptance.metrics.frame_rate import events
from acceptance.metrics.frame_rate.clock import LENGTH_METHOD
from acceptance.metrics.frame_rate.remarks import note
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.metrics._shared.timing import Timing
    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.metrics.frame_rate.counter import Counts
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Event, Measurement, Note
    from acceptance.scene.build import Scene

COUNTER_METHOD = "filmed Gray-coded refresh counter" + LENGTH_METHOD


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """What the counter of a scene counted; seconds are by ``clock``, if any clock timed the frames.

    ``details`` are those of all figures.
    """

    scene: Scene
    clock: Clock | None
    counts: Counts
    details: Mapping[str, Value]

    def unique(self) -> Measurement | Note:
        """Measure the rate of new pictures; a Note without a clock."""
        if self.clock is None:
            return note(self.scene, Reason(code="times_assumed"), "frame_rate.unique")
        seconds = self.clock.passed(self.counts)
        rate = self.counts.unique / seconds
        return self.scene.figure(
            "frame_rate.unique",
            rate,
            "frame/s",
            [*self.clock.rate_budget(rate, seconds), _unreadable(self.counts, seconds)],
            samples=len(self.counts.repeats),
            method=COUNTER_METHOD,
            count=self.counts.unique,
            duration=seconds,
            details=self.details,
        )

    def number(self, quantity: str, number: int, found: tuple[Event, ...]) -> Measurement:
        """Make the figure of a number of pictures, and where each was found."""
        return self.scene.figure(
            quantity,
            number,
            "1",
            [_unreadable(self.counts)],
            samples=len(self.counts.repeats),
            method=COUNTER_METHOD,
            count=number,
            duration=None if self.clock is None else self.clock.passed(self.counts),
            details=self.details,
            events=found,
        )


def figures(
    scene: Scene, clocks: list[Clock], shown: Timing, counts: Counts
) -> Iterator[Measurement | Note]:
    """Yield the figures of ``counts``; ``shown`` is the timing by presentation."""
    clock = clocks[0] if clocks else None
    counted = _Counted(
        scene=scene, clock=clock, counts=counts, details=_details(clock, shown, counts)
    )
    yield counted.unique()
    repeats = events.repeats(shown, freeze.runs_of(counts.repeats))
    yield counted.number("frame_rate.repeated", counts.repeated, repeats)
    if counts.missing is None:
        yield note(scene, Reason(code="irregular_source"), "frame_rate.dropped")
    else:
        dropped, holes = int(counts.missing.sum()), events.holes(shown, counts.missing)
        yield counted.number("frame_rate.dropped", dropped, holes)


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

"""Figures by the filmed clock: new, repeated and missing pictures, exact but for unread frames."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Unpack

from acceptance.metrics._shared import freeze
from acceptance.metrics.frame_rate import events
from acceptance.metrics.frame_rate.clock import LENGTH_METHOD
from acceptance.metrics.frame_rate.remarks import note
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.metrics._filmed_clock.gray_code import Whole
    from acceptance.metrics._shared.timing import Timing
    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.metrics.frame_rate.counter import Counts
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Event, Measurement, Note
    from acceptance.scene.build import Scene
    from acceptance.uncertainty import Particulars

# share of the refreshes that a page misses at most, over its run, before it says so
PAGE_STANDS = 0.01
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
            [
                *self.clock.rate_budget(rate, seconds),
                _unreadable(self.counts, seconds),
                *self.of_page(seconds),
            ],
            samples=len(self.counts.repeats),
            method=COUNTER_METHOD,
            count=self.counts.unique,
            duration=seconds,
            details=self.details,
        )

    def by_page(self) -> int:
        """Return how many repeats may be a page's that stood still, where nobody logged it."""
        few = math.ceil(PAGE_STANDS * len(self.counts.repeats))
        return min(self.counts.unlogged, few)

    def of_page(self, seconds: float = 1.0) -> list[BudgetLine]:
        """Return the line of these, as a number or per second."""
        if not (number := self.by_page()):
            return []
        share = number / 3**0.5 / seconds
        return [BudgetLine(source="page_stood", contribution=share, evaluation="B")]

    def repeated(self, found: tuple[Event, ...]) -> Measurement:
        """Make the figure of the repeats."""
        return self.number(
            "frame_rate.repeated", self.counts.repeated, self.of_page(), events=found
        )

    def dropped(self, missing: Whole, found: tuple[Event, ...]) -> Measurement:
        """Make the figure of ``missing`` (n,), a lower bound where others may be a slower pace."""
        slower = self.counts.slower
        more = Reason(code="slower_pace", parameters={"holes": slower}) if slower else None
        return self.number(
            "frame_rate.dropped", int(missing.sum()), [], events=found,
            lower_bound=more is not None, bound_by=more,
        )  # fmt: skip

    def number(
        self, quantity: str, number: int, lines: list[BudgetLine], **more: Unpack[Particulars]
    ) -> Measurement:
        """Make the figure of a number of pictures; ``more`` says where each was found."""
        particulars: Particulars = {
            "count": number,
            "duration": None if self.clock is None else self.clock.passed(self.counts),
            "details": self.details,
            **more,
        }
        return self.scene.figure(
            quantity,
            number,
            "1",
            [_unreadable(self.counts), *lines],
            samples=len(self.counts.repeats),
            method=COUNTER_METHOD,
            **particulars,
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
    yield counted.repeated(repeats)
    if by_page := counted.by_page():
        yield note(scene, Reason(code="page_may_have_stood", parameters={"repeats": by_page}))
    if counts.missing is None:
        yield note(scene, Reason(code="irregular_source"), "frame_rate.dropped")
    else:
        yield counted.dropped(counts.missing, events.holes(shown, counts.missing))


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
    if counts.stood:
        details["page_stood"] = counts.stood
    if shown.interval:
        details["apparent_refresh_rate"] = counts.refreshes / shown.interval
    return details

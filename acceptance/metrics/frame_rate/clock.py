"""The clocks that timed the frames of a shot, and what the rate by one of them leaves open."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.metrics._shared import timing
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from acceptance.metrics._shared.timing import Array, Timing
    from acceptance.metrics.frame_rate.counter import Counts
    from acceptance.scene.build import Scene

LENGTH_METHOD = "; T = last - first + one frame interval"
CLOCK_RATE = 50e-6  # half width of a camera's, recorder's or screen's clock rate
ARRIVAL_RESOLUTION = 1e-6  # s: half width of a laptop's clock readings


@dataclass(frozen=True, kw_only=True)
class Clock:
    """One clock that timed the frames.

    It has a ``name``, the ``timing`` by it, and a ``resolution`` in s (half width).
    """

    name: str
    timing: Timing
    resolution: float

    @property
    def rate(self) -> float:
        """Frames per second by this clock."""
        return len(self.timing.elapsed) / self.timing.duration

    def passed(self, counts: Counts | None) -> float:
        """T in s; pictures that the counter misses across a jump took their time too."""
        lost = 0
        if counts is not None and counts.missing is not None:
            lost = int(counts.missing[self.timing.jumps].sum())
        return self.timing.duration + lost * self.timing.interval

    def rate_budget(self, rate: float, seconds: float) -> list[BudgetLine]:
        """Budget of a rate over ``seconds``: the end of the last frame is not in the file.

        Its interval varies as the others do, or is a pause between bursts.
        """
        last = max(float(self.timing.intervals.std(ddof=1)), self.timing.pause / 3**0.5)
        freedom = len(self.timing.intervals) - 1.0
        ends = rate * self.resolution * (2 / 3) ** 0.5 / seconds
        edge = rate * self.timing.edge / 3**0.5 / seconds
        return [
            *([BudgetLine(source="lone_stamp", contribution=edge, evaluation="B")] if edge else []),
            BudgetLine(
                source="last_interval",
                contribution=rate * last / seconds,
                degrees_of_freedom=freedom,
            ),
            BudgetLine(source="time_stamp_resolution", contribution=ends, evaluation="B"),
            BudgetLine(
                source="clock_rate", contribution=rate * CLOCK_RATE / 3**0.5, evaluation="B"
            ),
        ]


def clocks_of(
    scene: Scene, shown: Timing, filmed: tuple[Array, float] | None = None
) -> list[Clock]:
    """List the clocks that timed the frames, the one that T is taken from first.

    Arrivals come first: no sender can make them up. ``filmed`` are times and resolution of the
    filmed clock.
    """
    clocks, arrivals = [], scene.series.arrivals
    if arrivals is not None and len(arrivals) == len(shown.elapsed):
        timed = timing.timing(arrivals)
        clocks.append(Clock(name="arrival", timing=timed, resolution=ARRIVAL_RESOLUTION))
    if "times" not in scene.video.assumed:
        resolution = float(scene.video.time_base) / 2
        clocks.append(Clock(name="presentation", timing=shown, resolution=resolution))
    if filmed is not None:
        clocks.append(Clock(name="counter", timing=timing.timing(filmed[0]), resolution=filmed[1]))
    return [clock for clock in clocks if clock.timing.duration > 0]

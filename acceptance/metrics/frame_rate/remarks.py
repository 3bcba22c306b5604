"""What goes with the figures of a stream: uneven pace, clocks that differ, interlacing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.model.basics import Reason
from acceptance.model.measurement import Note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.metrics._shared.timing import Timing
    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.scene.build import Scene

DISAGREE = 0.005  # of the rate, by which two clocks of a shot may differ


def of(scene: Scene, clocks: list[Clock], shown: Timing) -> Iterator[Note]:
    """Yield a Note for each peculiarity of a shot; ``shown`` is the timing by presentation."""
    reasons = (*_uneven(scene, shown), *_different(scene, clocks, len(shown.elapsed)))
    for reason in reasons:
        yield note(scene, reason)
    if scene.video.interlaced:
        yield note(scene, Reason(code="interlaced"))


def _uneven(scene: Scene, shown: Timing) -> Iterator[Reason]:
    """Yield a varying rate, disorder and jumps of the times, where these are the stream's own."""
    if "times" in scene.video.assumed:
        return
    if shown.variable(float(scene.video.time_base)):
        least = float(scene.video.time_base)  # of stamps that are alike
        low, high = (1 / max(float(np.percentile(shown.intervals, q)), least) for q in (90, 10))
        yield Reason(code="variable_frame_rate", parameters={"low": low, "high": high})
    if shown.moved:
        yield Reason(code="stamps_disordered", parameters={"frames": shown.moved})
    if len(shown.jumps):
        yield Reason(code="times_jump", parameters={"jumps": len(shown.jumps)})


def _different(scene: Scene, clocks: list[Clock], frames: int) -> Iterator[Reason]:
    """Yield clocks whose rates differ, and arrivals of another number than frames."""
    rates = {clock.name: clock.rate for clock in clocks}
    if rates and max(rates.values()) > (1 + DISAGREE) * min(rates.values()):
        slow, fast = min(rates, key=rates.__getitem__), max(rates, key=rates.__getitem__)
        yield Reason(
            code="clocks_differ",
            parameters={
                "one": slow,
                "rate": rates[slow],
                "other": fast,
                "other_rate": rates[fast],
            },
        )
    arrivals = scene.series.arrivals
    if arrivals is not None and len(arrivals) != frames:
        numbers = {"arrivals": len(arrivals), "frames": frames}
        yield Reason(code="arrivals_differ", parameters=numbers)


def note(scene: Scene, reason: Reason, quantity: str = "") -> Note:
    """Make a note of this metric on a shot."""
    return Note(
        reason=reason,
        shot=scene.shot.id,
        subject=scene.shot.subject,
        metric="frame_rate",
        quantity=quantity,
    )

"""Frame rate: how many pictures per second, how many of them new, how many lost on the way.

Rate, jitter and gaps come from presentation times, from arrival times and from the filmed clock,
each under its own method. Which pictures are new, which repeat the one before and which never
arrived is read from the filmed clock (a coded frame counter, as ITU-T P.910 (10/2023) advises for
distinguishing frozen from still). GA/T 1128 counts *non-repeated* frames per second; without a
clock the stream itself proves some repeats and some losses, and the figures are bounds, since a
frozen camera and a well coded still scene look the same. Duration T = last time - first time + one
frame interval, jumps of the times left out. The nominal rate is shown beside and enters no figure.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._shared import timing
from acceptance.metrics.frame_rate import counter, counter_figures, evident, remarks, timed
from acceptance.metrics.frame_rate.clock import clocks_of
from acceptance.model.basics import Reason
from acceptance.model.measurement import Note
from acceptance.model.shot import Tap

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics._shared.timing import Timing
    from acceptance.metrics.frame_rate.clock import Clock
    from acceptance.model.measurement import Measurement
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


def serves(scene: Scene) -> bool:
    """Whether this is a moving picture of the device itself.

    A still is not, nor a film of screens by somebody's phone.
    """
    moving = scene.shot.tap is not Tap.SCREEN and not scene.video.still
    return moving and len(scene.series.cells) < 2


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all quantities, bounds where there is no clock to count by.

    What stays open is a Note that says why. Raises GapError ``fields_apart``, ``too_few_frames``,
    or as ``film_pace.check`` does.
    """
    if _of_fields(scene.video):
        raise GapError("fields_apart")
    times = scene.series.times
    if len(times) < 3 or not np.ptp(times):
        raise GapError("too_few_frames", frames=len(times), needed=3)
    shown = timing.timing(times)
    try:
        readings = counter.readings(scene)
        counts = counter.count(readings, scene.screen_log)
    except GapError as gap:
        clocks = clocks_of(scene, shown)
        yield from _uncounted(scene, clocks, shown, gap)
    else:
        # with a log of what it shows the filmed clock is a clock of its own
        dated = counter.times(scene, readings)
        doubt = film_pace.Doubt() if dated else film_pace.check(scene, [readings])
        clocks = clocks_of(scene, shown, dated)
        found = _counted(scene, clocks, shown, counts)
        yield from film_pace.noted(scene, "frame_rate", doubt, found)
    yield from remarks.of(scene, clocks, shown)


def _of_fields(video: VideoInfo) -> bool:
    """Whether each picture is one field, as H.265 codes them (ITU-T H.265, D.3.3: pic_struct).

    FFmpeg calls no other pictures of H.265 interlaced, and does not weave them.
    """
    return video.codec == "hevc" and video.interlaced


def _counted(
    scene: Scene, clocks: list[Clock], shown: Timing, counts: counter.Counts
) -> Iterator[Measurement | Note]:
    """Measure by times and by the counter."""
    yield from timed.figures(scene, clocks, counts)
    yield from counter_figures.figures(scene, clocks, shown, counts)


def _uncounted(
    scene: Scene, clocks: list[Clock], shown: Timing, gap: GapError
) -> Iterator[Measurement | Note]:
    """Measure by times and evident repeats alone, where no counter is read."""
    yield from timed.figures(scene, clocks, None)
    yield from _without_counter(scene, gap)
    lacking = Reason(code=gap.code, parameters=gap.parameters)
    yield from evident.figures(scene, clocks, shown, lacking)


def _without_counter(scene: Scene, gap: GapError) -> Iterator[Note]:
    shot = scene.shot
    for quantity in COUNTED:
        yield Note.of(
            gap, shot=shot.id, subject=shot.subject, metric="frame_rate", quantity=quantity
        )

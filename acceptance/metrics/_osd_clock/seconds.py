"""The seconds that a burnt-in clock shows in every frame, and the moments at which they change.

Each frame is compared with the ten digits that the clock itself taught; the most likely course of
digits through the film is the Viterbi path (A. Viterbi, IEEE Trans. Information Theory 13, 1967),
in which a digit stays, or the next one comes, rather than any other. A clock that runs changes once
a second; where the film stands still, the change is late and a digit or more is left out.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import ticking
from acceptance.metrics._osd_clock.font import fits, learn

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.font import Font
    from acceptance.metrics._osd_clock.ticking import Array
    from acceptance.scene.build import Scene

    Bytes = NDArray[np.uint8]

FRAME = 6  # px that the strip is widened by: characters may touch the region's edge
SHARPNESS = 8.0  # of what a frame says, per unit of correlation
# what it costs that the next digit comes, and any other: more than two steps in turn
NEXT, OTHER = 3.0, 6.8
# s of film that must follow a change, and come before it: a few frames show too little
AT_END = 0.3
GAP = 0.7  # s between frames beyond which any digit may follow


@dataclass(frozen=True, kw_only=True)
class Seconds:
    """The course of the seconds through n frames.

    ``digits`` (n,) are the units of the seconds; ``first`` (c,) the numbers of the frames that are
    the first to show another one; ``moments`` (c,) s half-way from the frame before, ``reach`` (c,)
    half of that interval in s; ``count`` (c,) seconds gone on the clock since it showed the film's
    first digit; ``clear`` the share of frames that by themselves show it.
    """

    digits: NDArray[np.int64]
    first: NDArray[np.int64]
    moments: Array
    reach: Array
    count: NDArray[np.int64]
    clear: float


def shown(scene: Scene) -> Array | None:
    """Units of the seconds (n,) that a burnt-in clock shows in every frame, nan outside its strip.

    Return None where no region was given, or none holds a clock that can be followed.
    """
    for strip in scene.strips.values():
        times = scene.series.times[strip.frames]
        try:
            wide, font = font_of(strip.luma, times)
        except GapError:
            continue
        digits = np.full(len(scene.series.times), np.nan)
        digits[strip.frames] = follow(wide, times, font).digits
        return digits
    return None


def font_of(strip: Bytes, times: Array) -> tuple[Bytes, Font]:
    """Learn the font from ``strip`` (n, h, w), a region round a burnt-in clock.

    Frames are at ``times`` (n,) s. The strip is returned with a frame of what lies at its edge, in
    which ``Font.window`` counts. Needs 11 s of film and 5 frame/s. Raises GapError
    clock_times_jump, clock_too_short, clock_too_few_frames, clock_no_digits or clock_several.
    """
    if (np.diff(times) <= 0).any():
        raise GapError("clock_times_jump")
    ticks = ticking.ticking(strip, times)
    x, y, width, height = ticks.box
    wide = np.pad(strip, ((0, 0), (FRAME, FRAME), (FRAME, FRAME)), "edge")
    return wide, learn(wide, times, replace(ticks, box=(x + FRAME, y + FRAME, width, height)))


def follow(strip: Bytes, times: Array, font: Font) -> Seconds:
    """Follow the seconds by the digits of ``font``."""
    like = fits(strip, font)
    digits = _course(like, np.diff(times) > GAP)
    first = np.flatnonzero(np.diff(digits)) + 1
    first = first[(times[first] - times[0] >= AT_END) & (times[-1] - times[first] >= AT_END)]
    moments = (times[first] + times[first - 1]) / 2
    return Seconds(
        digits=digits,
        first=first,
        moments=moments,
        reach=(times[first] - times[first - 1]) / 2,
        count=_counted(np.diff(digits[np.concatenate([first[:1] - 1, first])]), moments),
        clear=float(np.mean(like.argmax(axis=1) == digits)),
    )


def _counted(steps: NDArray[np.int64], moments: Array) -> NDArray[np.int64]:
    """Return the seconds counted at each change; ``steps`` of the digit, tens that passed added."""
    gone = np.diff(moments, prepend=moments[:1] - 1)
    return np.cumsum(steps + 10 * np.rint((gone - steps) / 10)).astype(np.int64)


def _course(fits: Array, gaps: NDArray[np.bool_]) -> NDArray[np.int64]:
    """Most likely digit of each frame, from ``fits`` (n, 10).

    Anything may follow at ``gaps`` (n - 1,).
    """
    steps = (np.arange(10)[None] - np.arange(10)[:, None]) % 10
    costs = np.where(steps == 0, 0.0, np.where(steps == 1, NEXT, OTHER))
    score, back = SHARPNESS * fits[0], np.zeros(fits.shape, np.int64)
    for frame, gap in enumerate(gaps, start=1):
        reached = score[:, None] - (0.0 if gap else costs)
        back[frame] = reached.argmax(axis=0)
        score = reached[back[frame], np.arange(10)] + SHARPNESS * fits[frame]
    course = np.empty(len(fits), np.int64)
    course[-1] = int(score.argmax())
    for frame in range(len(fits) - 1, 0, -1):
        course[frame - 1] = back[frame, course[frame]]
    return course

"""Levels of picture faults over time: what was held, what goes to and fro, what changes.

What was *held* is the highest running median over one second, so that a flash or one broken frame
does not count. Shake is the way to and fro over two seconds, a scene change the fall in likeness of
the pictures before and after (P. Marziliano et al. and others as cited in ``thumbnails``; terms
after ITU-T P.910 (10/2023)).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import ndimage
from acceptance.metrics._shared import timing
from acceptance.scene.looks import apart, motion_every

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.build import Scene

    Array = NDArray[np.float64]

HOLD, SWAY = 1.0, 2.0  # s
BEAT = 1.0  # s within which what shakes goes to and fro
RARELY = 10  # percentile of these within ``SWAY`` that count
AGAIN = 3.0  # times as much may be the way over ``SWAY``: slow sways fill a second in part
LARGEST = 12.0  # % of the height from one frame of which motion is taken to the next
MOSTLY = 0.75  # of the frames that show motion at best
NEARLY = 0.03  # of a pair of frames: clocks of cameras differ, and stamps are rounded
SHORTEST = 1e-3  # s between frames: stamps that are alike are no times


@dataclass(frozen=True, kw_only=True)
class FaultLevel:
    """Level of a fault in ``frames`` (m,), by number, at ``at`` (m,) s.

    It is given as ``seen`` (m,) in single frames, and as ``held`` (m,) over a second.
    """

    frames: NDArray[np.int64]
    at: Array
    seen: Array
    held: Array
    reach: float = HOLD / 2
    """Seconds to either side of a frame within which lies what was held there."""
    lost: bool = False
    """Whether most of the looks within some second of the clip showed no level."""

    @property
    def near(self) -> NDArray[np.bool_]:
        """Which of the frames (m,) lie in the second that counts."""
        return np.asarray(np.abs(self.at - self.at[self.worst]) <= self.reach)

    @property
    def worst(self) -> int:
        """Place of the highest level held."""
        return int(np.argmax(self.held))

    @property
    def value(self) -> float:
        """The highest level held."""
        return float(self.held[self.worst])


def elapsed(scene: Scene) -> Array:
    """Seconds (n,) since the first frame, jumps of the times left out."""
    return timing.timing(scene.series.times).elapsed


def held(levels: NDArray[np.float32], at: Array) -> FaultLevel | None:
    """Return the levels as held over ``HOLD`` at ``at`` (n,) s; None where none was held.

    ``levels`` are (n,), or (c, n), the components of one that counts by its size, times how far
    they point one way: a colour that turns into another within the time was not held. They are
    taken every few frames. Where most of those within the time are nan, none was held, and a second
    counts that lies in the clip as a whole.
    """
    levels = np.atleast_2d(levels)
    seen = np.flatnonzero(np.isfinite(levels[0]))
    if not seen.size:
        return None
    step = int(np.diff(seen).min(initial=levels.shape[1]))
    frames = np.arange(seen[0] % step, levels.shape[1], step)
    known = np.isfinite(levels[0, frames])
    filled = np.where(known, levels[:, frames].astype(np.float64), 0)
    width = spanned(at[frames], HOLD)
    size = np.linalg.norm(filled, axis=0)
    lasting = ndimage.median_filter(size, width, mode="nearest")
    if len(levels) > 1:
        ways = filled / np.where(size > 0, size, 1)
        mean = ndimage.uniform_filter1d(ways, width, axis=1, mode="nearest")
        # 1 where all point one way, 0 where as few as three in four do
        lasting = lasting * np.clip(2 * np.linalg.norm(mean, axis=0) - 1, 0, 1)
    mostly = ndimage.median_filter(known.astype(np.uint8), width, mode="nearest") > 0
    whole = np.clip(np.arange(len(frames)), width // 2, len(frames) - 1 - width // 2)
    chosen = known & mostly[whole]
    if not chosen.any():
        return None
    frames = frames[chosen]
    return FaultLevel(
        frames=frames,
        at=at[frames],
        seen=size[chosen],
        held=lasting[whole][chosen],
        reach=max(HOLD / 2, (width / 2 - 1 / 4) * _step(at[frames])),
        lost=not mostly[whole].all(),
    )


def spanned(at: Array, seconds: float) -> int:
    """Return the number of frames in ``seconds``, odd, at most all.

    Of two that are nearly as near it is the lesser, whatever the camera's clock or the rounding of
    its stamps makes of the times.
    """
    step = _step(at) if len(at) > 1 else seconds
    pairs = math.ceil(seconds / max(step, SHORTEST) / 2 - 1 / 2 - NEARLY)
    return min(2 * pairs + 1, len(at) - (len(at) + 1) % 2)


def _step(at: Array) -> float:
    """Return the usual time in s from one frame to the next; 0 where there is but one."""
    return float(np.median(np.diff(at))) if len(at) > 1 else 0.0


def shake(scene: Scene) -> FaultLevel | None:
    """Way to and fro in % of the picture's height a second.

    What counts was moved one way *and* back within ``SWAY``, and does so again and again: it is at
    most a few times what most of the seconds within ``SWAY`` have. To look round, there and back,
    takes longer. What moves by more at once is no shake but what passes close to the lens, and its
    windows or bars, that look alike, seem to go either way. None where few frames show motion.
    """
    at, features = elapsed(scene), scene.series.features
    moves = np.stack([features["moved_x"], features["moved_y"]]).astype(np.float64)
    known = np.abs(moves) < LARGEST
    if 2 * known.sum(axis=1).max() < len(at) // motion_every(scene.video):
        return None
    moves, width = np.where(known, moves, 0), spanned(at, SWAY)
    share = ndimage.uniform_filter1d(
        known.any(axis=0).astype(float), spanned(at, BEAT), mode="constant"
    )
    brief = np.where(share > MOSTLY * share.max(), _to_and_fro(moves, at, BEAT), np.inf)
    again = AGAIN * ndimage.percentile_filter(brief, RARELY, width, mode="nearest")
    whole = np.clip(np.arange(len(at)), width // 2, len(at) - 1 - width // 2)
    level = np.minimum(_to_and_fro(moves, at, SWAY), again)[whole]
    return FaultLevel(frames=np.arange(len(at)), at=at, seen=level, held=level)


def _to_and_fro(moves: Array, at: Array, seconds: float) -> Array:
    """Return the way (n,) a second, of moves (2, n), that is made both ways within the time."""
    width = spanned(at, seconds)
    to, fro = (
        ndimage.uniform_filter1d(np.maximum(way * moves, 0), width, axis=1, mode="constant")
        for way in (1, -1)
    )
    both = np.hypot(*np.minimum(to, fro))
    return np.asarray(both / max(float(np.median(np.diff(at))), SHORTEST))


def scene_change(scene: Scene) -> FaultLevel | None:
    """Fall in likeness (%) at each frame: of the picture before to this one, and half a second on.

    It is taken against how much alike neighbouring pictures are before and after, so that motion
    does not count. It is None where no frame has structure.
    """
    at, span, features = elapsed(scene), apart(scene.video), scene.series.features
    before, ago = (features[name].astype(np.float64) for name in ("like_before", "like_ago"))
    middle = np.arange(span, len(before) - span)
    known = middle[np.isfinite(before[middle]) & np.isfinite(ago[middle + span - 1])]
    if not known.size:
        return None
    usual = _usual_likeness(before, known, span)
    known, usual = known[np.isfinite(usual)], usual[np.isfinite(usual)]
    if not known.size:
        return None
    fall = 100 * np.clip(usual - np.maximum(before[known], ago[known + span - 1]), 0, None)
    return FaultLevel(frames=known, at=at[known], seen=fall, held=fall)


def _usual_likeness(before: Array, frames: NDArray[np.int64], span: int) -> Array:
    """Likeness of neighbouring pictures on the less alike side of frames, median over ``span``.

    It is nan where either side shows nothing that could be alike.
    """
    if span == 1:
        return np.full(len(frames), np.nan)
    # in order, with nan at the end
    sides = np.sort(np.lib.stride_tricks.sliding_window_view(before, span - 1), axis=1)
    seen = np.count_nonzero(np.isfinite(sides), axis=1)
    places = np.stack([np.maximum(seen - 1, 0) // 2, seen // 2], axis=1)
    usual = np.take_along_axis(sides, np.minimum(places, span - 2), axis=1).mean(axis=1)
    usual[seen == 0] = np.nan
    return np.asarray(np.minimum(usual[frames - span + 1], usual[frames + 1]))

"""Parts of a picture, 16 x 9: which of them move as the whole seems to, which stay as they were.

A camera that shakes moves all that it sees. A thing as wide as the view that goes to and fro before
slats, boards or a plain wall moves all that tells anything of that direction; but it lies in a
strip: beside it slats stand, or a wall shows nothing on both of its sides. A sky, water or a floor
that shows nothing lies at one end of the view, and what moves at the other. Each part is asked
whether it changed as the picture before would by that motion (least squares: B. Lucas, T. Kanade,
Proc. IJCAI 1981). A camera that is turned away, or another one, leaves no part as it was but for
shading; a large screen that cuts to another picture leaves all about it.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.scene.patterns import block_means

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.patterns import Floats
    from acceptance.scene.thresholds import Thresholds

FOLLOWS = 0.7  # of the change that the motion would make; noise alone has half of it
SOME = 0.2  # of the parts of a row, or a column, that tell of the motion
WALL = 0.5  # of a row, or a column, in which parts stand: masts and posts before a sky have less
STAYS = 0.5  # of the power of what a part shows: it stays where less of it changed


class MovingParts:
    """The thumbnail of the last picture whose motion was looked at."""

    def __init__(self, aspect: float, thresholds: Thresholds) -> None:
        """``aspect``: the picture's width over its height, in px."""
        across, down = thresholds.thumbnail_size
        self.scale = across / aspect / 100, down / 100  # samples that are 1 % of the height
        self.thresholds = thresholds
        self.before: Floats | None = None

    def reach(self, small: Floats, x: float, y: float) -> float:
        """Return how far over the picture parts lie that moved by x and y, in % of the height.

        ``small`` (36, 64) is in codes. The figure is the share of the rows of parts, or of their
        columns, whichever is less, in which some moved so: of as many as these could be in. It is
        nan where the picture stands, or no part moved with it.
        """
        before, self.before = self.before, small
        moved = [0.0 if math.isnan(way) else way for way in (x, y)]
        if before is None or math.hypot(*moved) <= self.thresholds.still_percent:
            return math.nan
        dx, dy = (way * scale for way, scale in zip(moved, self.scale, strict=True))
        tell, followed = self._followers(before, small, dx, dy)
        return reach(followed, tell, _standing(before, small, self.thresholds)[1])

    def _followers(
        self, before: Floats, now: Floats, dx: float, dy: float
    ) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
        """Return which parts (9, 16) tell of a motion by so many samples, and which moved so.

        Those tell that it would change; they moved if they did change so.
        """
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        size = before.shape[::-1]
        shifted = cv2.warpAffine(before, shift, size, borderMode=cv2.BORDER_REPLICATE)
        would = shifted - before
        power, shared = (
            block_means(would * other, self.thresholds) for other in (would, now - before)
        )
        tell = power > self.thresholds.told_codes**2
        return tell, tell & (shared > FOLLOWS * power)


def reach(
    parts: NDArray[np.bool_], among: NDArray[np.bool_], stand: NDArray[np.bool_] | None = None
) -> float:
    """Return the share (0..1) of the rows, or columns, in which some ``among`` parts (h, w) are.

    Of rows and columns it is what is less, of as many as so many parts could be in; nan where there
    are none. Where the ``parts`` lie at an end of the picture, what shows nothing may be a sky that
    does as they do: rows without any of them count only if they ``stand``.
    """
    number = int(np.count_nonzero(parts))
    if not number:
        return math.nan
    shares: list[float] = []
    for axis in (0, 1):
        some = parts.any(axis=axis) & (parts.sum(axis=axis) >= SOME * among.sum(axis=axis))
        counted = np.ones_like(some)
        if some[0] or some[-1]:
            counted = some.copy() if stand is None else some | (stand.mean(axis=axis) >= WALL)
        could = min(int(np.count_nonzero(counted)), number)
        shares.append(int(np.count_nonzero(some)) / could)
    return min(shares)


def stayed(before: Floats, now: Floats, thresholds: Thresholds) -> float:
    """Return how many, in %, of the parts that show anything are as they were.

    Both thumbnails (36, 64) are in codes. It is nan where no part shows anything.
    """
    able, stand = _standing(before, now, thresholds)
    number = np.count_nonzero(able)
    return 100 * np.count_nonzero(stand) / number if number else math.nan


def _standing(
    before: Floats, now: Floats, thresholds: Thresholds
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return which parts (9, 16) show anything, and which of them are as they were."""
    shown = [_relief(small, thresholds) for small in (before, now)]
    able = np.maximum(*shown) > thresholds.shown_codes**2
    changed = block_means((now - before) ** 2, thresholds)
    return able, able & (changed < STAYS * np.minimum(*shown))


def _relief(small: Floats, thresholds: Thresholds) -> Floats:
    """Return the variance (9, 16) within each part about a plane, in codes^2.

    Shading is one within a part: that of a sky, or of a lens, stays whatever the camera looks at.
    """
    relief = block_means(small * small, thresholds) - block_means(small, thresholds) ** 2
    for slope in _slopes(small.shape, thresholds.blocks):
        relief -= block_means(small * slope, thresholds) ** 2
    return np.asarray(relief)


@lru_cache(maxsize=2)
def _slopes(shape: tuple[int, ...], blocks: tuple[int, int]) -> tuple[Floats, Floats]:
    """Return what rises down, and to the right, within each part: of mean 0 and power 1."""
    rows, columns = (
        np.tile(ramp / ramp.std(), number)
        for number, ramp in (
            (number, np.arange(size // number) - (size // number - 1) / 2)
            for size, number in zip(shape, blocks[::-1], strict=True)
        )
    )
    whole = np.ones(shape, np.float32)
    return (whole * rows[:, None]).astype(np.float32), (whole * columns).astype(np.float32)

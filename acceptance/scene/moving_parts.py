"""Where in a picture the parts lie that move as the picture as a whole seems to.

A camera that shakes moves all that it sees. A thing as wide as the view that goes to and fro before
slats, boards or a plain wall moves all that tells anything of that direction; but it lies in a
strip. Each part is asked whether it changed as the picture before would by that motion (least
squares: B. Lucas, T. Kanade, Proc. IJCAI 1981).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.patterns import Floats
    from acceptance.scene.thresholds import Thresholds

FOLLOWS = 0.7  # of the change that the motion would make; noise alone has half of it


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
        columns, whichever is less, in which some part moved so: of as many as these could be in.
        It is nan where the picture stands, or no part moved with it.
        """
        before, self.before = self.before, small
        moved = [0.0 if math.isnan(way) else way for way in (x, y)]
        if before is None or math.hypot(*moved) <= self.thresholds.still_percent:
            return math.nan
        dx, dy = (way * scale for way, scale in zip(moved, self.scale, strict=True))
        return _reach(self._followers(before, small, dx, dy))

    def _followers(self, before: Floats, now: Floats, dx: float, dy: float) -> NDArray[np.bool_]:
        """Return which parts (9, 16) changed as a motion by so many samples would change them.

        Those that it would change by next to nothing do not count.
        """
        shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
        size = before.shape[::-1]
        shifted = cv2.warpAffine(before, shift, size, borderMode=cv2.BORDER_REPLICATE)
        would = shifted - before
        power, shared = (
            cv2.resize(would * other, self.thresholds.blocks, interpolation=cv2.INTER_AREA)
            for other in (would, now - before)
        )
        return (power > self.thresholds.told_codes**2) & (shared > FOLLOWS * power)


def _reach(parts: NDArray[np.bool_]) -> float:
    """Return the share of rows or columns, the lesser, that have some of the parts (h, w)."""
    number = np.count_nonzero(parts)
    if not number:
        return math.nan
    return min(
        np.count_nonzero(parts.any(axis=axis)) / min(parts.shape[1 - axis], number)
        for axis in (0, 1)
    )

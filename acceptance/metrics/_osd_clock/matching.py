"""How well pictures fit the ten digits of a clock, by correlation weighted by where digits differ.

What lies below an overlay changes slowly across it, as pictures do, and differs from cell to cell;
so what is broader than a stroke is taken off both sides first. Pixels count by how much they differ
from digit to digit, which leaves out the neighbours in a digit's box without anybody having to say
where it ends. (Normalised correlation: J. P. Lewis, Vision Interface 1995; the weights are those of
Fisher's discriminant with equal noise everywhere.)
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.ticking import Array, Box

    Floats = NDArray[np.float32]

BROAD = 0.3  # of a digit's height, sd of the blur that is taken off
NEAR = 0.8  # px, sd by which the weights are blurred: strokes are seldom placed to the pixel
FULL = 95  # percentile of the differences from which a pixel has full weight
TALL = 0.35  # of the highest weight, in rows that digits cover
LEAST = 0.01  # weight of what is the same in all digits


@dataclass(frozen=True, kw_only=True)
class Templates:
    """Ten ``digits`` (10, h w) of weighted mean 0 and sd 1, ``weights`` (h w,) of sum 1.

    Cells are ``shape`` h, w.
    """

    digits: Floats
    weights: Floats
    shape: tuple[int, int]

    @property
    def height(self) -> int:
        """Rows in which digits differ, px: their height, to a pixel or so."""
        return int(np.count_nonzero(self._covered))

    @property
    def top(self) -> int:
        """The first of these rows in a cell."""
        return int(np.argmax(self._covered))

    @property
    def _covered(self) -> NDArray[np.bool_]:
        rows = self.weights.reshape(self.shape).max(axis=1)
        return np.asarray(rows >= TALL * rows.max())

    @property
    def unlike(self) -> Array:
        """(10, 10): 1 - correlation of two digits."""
        return np.asarray(1 - (self.digits * self.weights) @ self.digits.T, np.float64)

    def fits(self, cells: Floats) -> Floats:
        """(..., 10) correlation of sharp cells (..., h w) with each digit, -1 to 1."""
        apart = cells - (cells @ self.weights)[..., None]
        power = np.sqrt(np.square(apart) @ self.weights)[..., None]
        product = apart @ (self.digits * self.weights).T
        return np.asarray(product / np.maximum(power, 1e-6), np.float32)

    def together(self, cells: Floats) -> Floats:
        """Mean (..., h w) of cells (n, ..., h w) that show one digit.

        Those of the other polarity are turned.
        """
        fits = self.fits(cells)
        best = np.abs(fits).sum(axis=0).argmax(axis=-1)
        signs = np.sign(np.take_along_axis(fits, best[None, ..., None], axis=-1))
        return np.asarray((signs * cells).mean(axis=0), np.float32)


def templates(pictures: Array) -> Templates:
    """Make templates of sharp pictures (10, h, w) of the ten digits, light on dark."""
    apart = cv2.GaussianBlur(pictures.var(axis=0), (0, 0), NEAR)
    weights = np.clip(apart / np.percentile(apart, FULL), LEAST, 1).ravel()
    weights /= weights.sum()
    digits = pictures.reshape(10, -1)
    digits = digits - (digits @ weights)[:, None]
    digits /= np.maximum(np.sqrt(np.square(digits) @ weights), 1e-6)[:, None]
    return Templates(
        digits=digits.astype(np.float32), weights=weights.astype(np.float32), shape=apart.shape
    )


def sharp(strip: NDArray[np.uint8] | Floats, window: Box) -> Floats:
    """Cut a ``window`` x, y, w, h out of a strip (n, h, w), without what changes slowly.

    The strip's edge is taken to go on outside.
    """
    x, y, width, height = window
    sigma = BROAD * height
    reach = round(3 * sigma)
    rows = np.clip(np.arange(y - reach, y + height + reach), 0, strip.shape[1] - 1)
    columns = np.clip(np.arange(x - reach, x + width + reach), 0, strip.shape[2] - 1)
    inner = slice(reach, reach + height), slice(reach, reach + width)
    cut = np.empty((len(strip), height, width), np.float32)
    for picture, out in zip(strip, cut, strict=True):
        wide = picture[rows[:, None], columns].astype(np.float32)
        out[:] = (wide - cv2.GaussianBlur(wide, (0, 0), sigma))[inner]
    return cut


def places(rows: Floats, width: int) -> Floats:
    """Every place of rows (n, h, w): (n, places, h width), by left edge."""
    windows = np.lib.stride_tricks.sliding_window_view(rows, width, axis=2)
    return np.ascontiguousarray(windows.transpose(0, 2, 1, 3)).reshape(
        len(rows), windows.shape[2], -1
    )

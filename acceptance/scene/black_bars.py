"""Black bars beside a picture: of 16:9 in a picture of 4:3, of a picture scaled to fit.

They are not of the camera's picture: its height, its middle and its corners are those of what lies
between them. Rows that show nothing may also be a dark room; a bar ends in a straight line, all
along which the picture begins.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

Pixels = tuple[int, int, int, int]
ALIKE, ABOVE = 2, 3  # codes of 8 bits: a bar's pixels differ by, and lie above black by, at most
LEAST = 0.01  # of the rows
BEGINS, DEEP, PART = (
    0.6,
    8,
    16,
)  # share of its parts (px), seen so many rows on, that show something


def shown(luma: NDArray[Any], black: float, unit: int) -> Pixels:
    """Return the box (x, y, width, height) of a picture (h, w) that lies between black bars.

    ``black`` is the code of black, ``unit`` how many codes are one of 8 bits.
    """
    top, bottom = (_bar(rows, black, unit) for rows in (luma, luma[::-1]))
    part = luma[top : len(luma) - bottom].T
    left, right = (_bar(rows, black, unit) for rows in (part, part[::-1]))
    return left, top, luma.shape[1] - left - right, luma.shape[0] - top - bottom


def _bar(rows: NDArray[Any], black: float, unit: int) -> int:
    """Return how many rows of a picture, from the first, are a bar."""
    lowest, highest = rows.min(axis=1).astype(int), rows.max(axis=1).astype(int)
    dark = (highest <= black + ABOVE * unit) & (highest - lowest <= ALIKE * unit)
    count = int(np.argmin(dark)) if not dark.all() else 0
    if count < LEAST * len(rows):
        return 0
    beside = rows[count : count + DEEP]
    most = np.maximum.reduceat(beside.max(axis=0), np.arange(0, rows.shape[1], PART))
    return count if np.mean(most > black + ABOVE * unit) >= BEGINS else 0

"""How far noise is alike in neighbouring pixels, as noise reduction and coders leave it.

Means of such pixels keep more of it than those of independent ones (sharpened: less), and so many
pixels tell less of its variance: that of Gaussian noise is known to sqrt(2 x sum of squared
autocorrelation / pixels).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

NEAR = 3  # px, to which noise is looked at for being alike, along rows and columns
SURFACE = 3  # terms of a third-order surface that no mean of a row or a column takes out
LEAST_ALIKE, MOST_ALIKE = 0.1, 16.0  # px
FEWEST = 4  # pixels of a line count as so many at least
LEAST_LEFT = 0.1  # of noise, by what is taken from a field
SURE, ROUNDS = 3.0, 3  # standard errors; by which rows and columns agree
NO_NOISE = 1e-6  # code^2


@dataclass(frozen=True, kw_only=True)
class Alike:
    """Sums of the autocorrelation of noise: 1 where each pixel is by itself.

    ``rows``, ``columns``: along a row, along a column; ``pixels``: over both, 1 where chance
    explains it. ``squares``: of its squares, along a column and along a row. ``swelling``: by what
    its variance is known worse than that of Gaussian noise so alike (``swelling.py``).
    """

    pixels: float = 1.0
    rows: float = 1.0
    columns: float = 1.0
    squares: tuple[float, float] = (1.0, 1.0)
    swelling: float = 1.0


ALONE = Alike()


def alike(rest: Array) -> Alike:
    """Return how far noise is alike in frames less a third-order surface, ``rest`` (n, h, w)."""
    bare = rest - rest.mean(axis=1, keepdims=True)
    bare -= bare.mean(axis=2, keepdims=True)
    if _square(bare) < NO_NOISE:
        return ALONE
    down, across = _correlations(bare, 1), _correlations(bare, 2)
    (height, width), rows, columns = bare.shape[1:], 1.0, 1.0
    for _ in range(ROUNDS):
        beside = (1 + SURFACE * columns / height) / width, (1 + SURFACE * rows / width) / height
        rows = min(_whole(across, beside[0]), width / FEWEST)
        columns = min(_whole(down, beside[1]), height / FEWEST)
    pixels, chance = min(rows * columns, MOST_ALIKE), 2 * math.sqrt(2 * NEAR / rest[0].size)
    chance /= max(1 - 2 * NEAR * max(beside), LEAST_LEFT)  # what is put back, too
    return Alike(
        pixels=pixels if abs(pixels - 1) > SURE * chance else 1.0,
        rows=rows,
        columns=columns,
        squares=(_squares(down, beside[1] * columns), _squares(across, beside[0] * rows)),
    )


def _correlations(bare: Array, axis: int) -> list[float]:
    """Return the autocorrelation along an axis of frames (n, h, w) at 1 to ``NEAR`` px."""
    moved, square = np.moveaxis(bare, axis, 0), _square(bare)
    return [_product(moved[lag:], moved[:-lag]) / square for lag in range(1, NEAR + 1)]


def _square(values: Array) -> float:
    return _product(values, values)


def _product(first: Array, second: Array) -> float:
    """Return the mean product of values (a, b, c), without an array of all."""
    return float(np.einsum("abc,abc->", first, second)) / first.size


def _whole(seen: list[float], taken: float) -> float:
    """Return the sum of the autocorrelation along a line, ahead and behind.

    The means of lines and a surface, which the frames are without, have ``taken`` that share of it
    at each distance.
    """
    found = 1 + 2 * sum(seen)
    left = max(1 - taken * (1 + 2 * NEAR - found), LEAST_LEFT)
    return min(max(found / left, LEAST_ALIKE), MOST_ALIKE)


def _squares(seen: list[float], missing: float) -> float:
    """Return the sum of the squares of the autocorrelation, of which so much is missing."""
    return 1 + 2 * sum((of * (1 - missing) + missing) ** 2 for of in seen)

"""Noise that swells and fades from place to place, as noise reduction by likeness leaves it.

Non-local means take the noise out where they find places alike and leave it where they find none:
its squares are alike over several px though its values are not. As many pixels then tell less of
its variance than those of Gaussian noise whose values are as much alike.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from acceptance.metrics.noise.alike import Alike

Array = NDArray[np.float64]

NEAR, REACH = 2, 6  # px each way, over which it shows first, and over which squares are alike
SURE = 4.0  # standard errors


def swelling(rest: Array, noise: Alike, taken: int = 0) -> float:
    """Return by what the variance of a mean of squares exceeds that of Gaussian noise, 1 or more.

    ``rest`` (n, h, w): noise without its means, of as many frames as are independent and ``taken``
    more.
    """
    squares = rest**2
    mean, samples = float(squares.mean()), rest.size * (1 - taken / len(rest))
    if not mean:
        return 1.0
    squares -= mean
    gaussian = 2 * mean**2 * math.prod(noise.squares)
    near, far = (_alike_within(squares, reach) / gaussian for reach in (NEAR, REACH))
    chance = math.sqrt(2 * (2 * NEAR + 1) ** 2 / samples)
    return max(near, far) if near > 1 + SURE * chance else 1.0


def swelling_over_time(codes: Array, noise: Alike) -> float:
    """Return the same of codes (n, h, w) of two frames or more, without what is fixed.

    The mean frame takes noise that is Gaussian out as well as other, but more of what swells.
    """
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    found, frames = swelling(rest - rest.mean(axis=0), noise, 1), len(codes)
    return 1 + (found - 1) * frames * (frames - 1) ** 2 / ((frames - 1) ** 3 + 1)


def _alike_within(squares: Array, reach: int) -> float:
    """Return the sum of the autocovariance of values (n, h, w) up to ``reach`` px each way."""
    size, border = (2 * reach + 1, 2 * reach + 1), cv2.BORDER_CONSTANT
    around = (cv2.boxFilter(each, -1, size, normalize=False, borderType=border) for each in squares)
    return sum(float((of * each).mean()) for of, each in zip(around, squares, strict=True)) / len(
        squares
    )

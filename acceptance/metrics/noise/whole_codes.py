"""What rounding to whole codes hides of a noise, and what it leaves in doubt.

Noise of a quarter of a code about a level half-way between two codes makes every second pixel
another code, as noise of nearly half a code does, and no noise at all may: where only two codes
occur in any place, nothing but their share is seen. A third one tells.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

PLACE = 4  # px each way, over which light does not go on by a code
# share of samples on a third code: 0.2 % at a sigma of 0.32 code wherever the level lies
TELLING = 0.001
OUTER = 0.1  # of the places, which defective pixels may be in
UNTOLD = 0.175  # code^2 less 1/12, that noise below 0.35 code is seen with at most
LEAST = 0.09  # code^2 of noise that shows a third code, about


def third_codes(codes: Array) -> bool:
    """Whether codes (n, h, w) lie on three or more neighbouring ones in most places.

    All are in whole codes. The places with the most of them do not count.
    """
    frames, height, width = codes.shape
    down, across = height // PLACE, width // PLACE
    whole = codes[:, : down * PLACE, : across * PLACE]
    places = whole.reshape(frames, down, PLACE, across, PLACE)
    low = np.floor(places.mean(axis=(0, 2, 4), keepdims=True))
    third = (places < low) | (places > low + 1)
    shares = np.sort(third.mean(axis=(0, 2, 4)), axis=None)
    return bool(shares[: math.ceil(len(shares) * (1 - OUTER))].mean() > TELLING)


def harmonic(variance: float) -> float:
    """Return by how much the level's place between two codes moves what is seen of a variance.

    It is the first harmonic of the quantiser's error (B. Widrow, I. Kollar, Quantization Noise,
    2008, ch. 4), at the variance of the noise.
    """
    return (1 / math.pi**2 + 4 * variance) * math.exp(-2 * math.pi**2 * variance)


def kept_by_pixels(temporal: float) -> float:
    """Return the variance of rounding that stays with pixels of different levels.

    Noise over time of this variance does not dither it away: it reads as fixed pattern.
    """
    return math.exp(-4 * math.pi**2 * max(temporal, 0.0)) / (2 * math.pi**2)


def doubt_by_level(seen: float) -> float:
    """Return how far a variance may be from the one ``seen`` (less 1/12) by the level's place.

    The larger one of a level that adds to what is seen may look like the smaller of one that takes.
    """
    variances = np.arange(LEAST, seen + 0.1, 0.002)
    moved = (1 / math.pi**2 + 4 * variances) * np.exp(-2 * math.pi**2 * variances)
    off = np.abs(variances - seen)
    return max(harmonic(seen), float(off[off <= moved].max(initial=0.0)))

"""Rows or columns that swing together over time: bands of a lamp's light, rolling through a field.

The mean of n frames keeps of a swing what the film's ends leave of its waves: far less than 1 / n
of its variance, or, of a slow one, far more. Either is taken for fixed pattern, or off it, and what
a swing is of cannot be told for certain from a pattern of rows in a light that changes. So the
difference is in the doubt of the parts that are fixed.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.noise.polynomials import ORDERS, surface

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics.noise.parts import Noise

    Array = NDArray[np.float64]

FEWEST = 6  # frames that tell a swing from lines that flutter each for itself
MOST = 6  # forms: a wave has two, as have its harmonics
SURE = 1.5  # times the largest power that lines which flutter each for itself have in one form
LAGS = range(4, 11)  # lines, beyond what noise reduction makes alike
ALIKE = 0.6  # correlation, of either sign, of a form at one of these: waves of 7 lines and more
STRIPS = 4  # side by side: bands may be askew, and go into single pixels


def left_by_swings(codes: Array) -> float:
    """Return by how much fixed variance of codes (n, h, w) may be off, in code^2.

    0 where neither rows nor columns swing together, and of fewer than six frames.
    """
    if len(codes) < FEWEST:
        return 0.0
    return _of_rows(codes) + _of_rows(codes.swapaxes(1, 2))


def with_swings(noise: Noise, left: float) -> Noise:
    """Put what swings leave (code^2) into the doubt of the parts that are fixed."""
    return noise.off_by(dict.fromkeys(("fixed", "row", "column", "pixel"), left))


def _of_rows(codes: Array) -> float:
    """Return the larger of what the mean frame keeps of rows that swing, and of what is taken off.

    It keeps no more than twice what they swing by: more is a pattern, whose light changes.
    """
    bare = codes - codes.mean(axis=(1, 2), keepdims=True)
    rows = bare.mean(axis=2)
    times, powers, forms = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    waves = [one for one in range(_shared(powers, rows.shape)) if _is_wave(forms[one])]
    if not waves:
        return 0.0
    when = times[:, waves].T
    still = bare.mean(axis=0)
    still = still - surface(still, ORDERS[0])
    kept, swing = 0.0, 0.0
    for strip, mean in zip(
        np.array_split(bare, STRIPS, axis=2), np.array_split(still, STRIPS, axis=1), strict=True
    ):
        own = when @ (strip - strip.mean(axis=0)).mean(axis=2)
        kept += float(np.mean(_along(mean.mean(axis=1), own) ** 2)) / STRIPS
        swing += float(np.sum(own**2)) / rows.size / STRIPS
    return max(swing / len(codes), min(kept, 2 * swing))


def _along(mean: Array, forms: Array) -> Array:
    """Return the part of a mean over the frames (h,) that has these ``forms`` (k, h)."""
    shares = np.linalg.lstsq(forms.T, mean, rcond=None)[0]
    return np.asarray(shares @ forms)


def _is_wave(form: Array) -> bool:
    """Whether lines some way apart go together: not so, where each flutters for itself.

    Recursive noise reduction gives these forms of more than their share of power, too.
    """
    pairs = ((form[lag:], form[:-lag]) for lag in LAGS if 3 * lag <= len(form))
    return any(
        abs(float(one @ other)) > ALIKE * math.sqrt(float(one @ one) * float(other @ other))
        for one, other in pairs
    )


def _shared(powers: Array, shape: tuple[int, ...]) -> int:
    """Return how many forms have more than lines that flutter each for itself have in any.

    Of random lines the largest singular value is near sqrt(n) + sqrt(h) of their sigma.
    """
    frames, lines = shape[0] - 1, shape[1] - 1
    for taken in range(min(MOST, frames - 2)):
        left, wide = frames - taken, lines - taken
        usual = float(np.sum(powers[taken + 1 :] ** 2)) / ((left - 1) * (wide - 1))
        most = usual * (math.sqrt(left) + math.sqrt(wide)) ** 2
        if powers[taken] ** 2 <= SURE * most:
            return taken
    return min(MOST, frames - 2)

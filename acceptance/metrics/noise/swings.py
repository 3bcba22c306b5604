"""Rows or columns that swing together over time: bands of a lamp's light, rolling through a field.

The mean of n frames keeps of a swing what the film's ends leave of its waves: far less than 1 / n
of its variance, or, of a slow one, far more. Either is taken for fixed pattern, or off it, and what
a swing is of cannot be told for certain from a pattern of rows in a light that changes. So the
difference is in the doubt of the parts that are fixed.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
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
# of its power, that one wave of 6 lines or more has in a form of few lines, where no such distance
# tells of it: of lines that noise reduction makes alike hardly any form has as much; and where it
# is many times as powerful as any that flutters
MOSTLY, FINEST = 0.95, 6
LARGELY, SURELY = 0.6, 6.0
STRIPS = 4  # side by side: bands may be askew, and go into single pixels


@dataclass(frozen=True)
class Swings:
    """Rows and columns that swing: their variance, and how far off fixed variance may be, code^2.

    Whether a wave is of the light or of the camera cannot be told.
    """

    variance: float = 0.0
    left: float = 0.0


def swings(codes: Array) -> Swings:
    """Find what rows and columns of codes (n, h, w) swing by together; nothing of five frames."""
    if len(codes) < FEWEST:
        return Swings()
    both = _of_rows(codes), _of_rows(codes.swapaxes(1, 2))
    return Swings(sum(each.variance for each in both), sum(each.left for each in both))


def with_swings(noise: Noise, found: Swings) -> Noise:
    """Put what swings leave into the doubt of the parts that are fixed."""
    return noise.off_by(dict.fromkeys(("fixed", "row", "column", "pixel"), found.left))


def _of_rows(codes: Array) -> Swings:
    """Find rows that swing: the larger of what the mean frame keeps, and of what is taken off.

    It keeps no more than twice what they swing by: more is a pattern, whose light changes.
    """
    bare = codes - codes.mean(axis=(1, 2), keepdims=True)
    rows = bare.mean(axis=2)
    times, powers, forms = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    shares = _shared(powers, rows.shape)
    waves = [one for one, share in enumerate(shares) if _is_wave(forms[one], share)]
    if not waves:
        return Swings()
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
    return Swings(swing, max(swing / len(codes), min(kept, 2 * swing)))


def _along(mean: Array, forms: Array) -> Array:
    """Return the part of a mean over the frames (h,) that has these ``forms`` (k, h)."""
    shares = np.linalg.lstsq(forms.T, mean, rcond=None)[0]
    return np.asarray(shares @ forms)


def _is_wave(form: Array, share: float) -> bool:
    """Whether lines some way apart go together: not so, where each flutters for itself.

    Recursive noise reduction gives these forms of more than their share of power, too, but not of
    many times that ``share``.
    """
    pairs = ((form[lag:], form[:-lag]) for lag in LAGS if 3 * lag <= len(form))
    alike = any(
        abs(float(one @ other)) > ALIKE * math.sqrt(float(one @ one) * float(other @ other))
        for one, other in pairs
    )
    return alike or (
        3 * LAGS[-1] > len(form) and _of_sine(form) > (MOSTLY if share < SURELY else LARGELY)
    )


def _of_sine(form: Array) -> float:
    """Return the largest share of a form's power that a wave of any length has."""
    lines = np.arange(len(form))
    found = 0.0
    for waves in np.arange(0.5, len(form) / FINEST, 0.25):
        turns = 2 * math.pi * waves / len(form) * lines
        both = np.linalg.qr(np.stack([np.cos(turns), np.sin(turns)], axis=1))[0]
        found = max(found, float(np.sum((form @ both) ** 2)))
    return found / float(form @ form)


def _shared(powers: Array, shape: tuple[int, ...]) -> list[float]:
    """Return by how much each form has more than lines that flutter each for itself have in any.

    Only forms that have more. Of random lines the largest singular value is near sqrt(n) + sqrt(h)
    of their sigma.
    """
    frames, lines = shape[0] - 1, shape[1] - 1
    found: list[float] = []
    for taken in range(min(MOST, frames - 2)):  # a wave has two alike: the first hides in both
        left, wide = frames - taken, lines - taken
        usual = float(np.sum(powers[taken + 1 :] ** 2)) / ((left - 1) * (wide - 1))
        most = usual * (math.sqrt(left) + math.sqrt(wide)) ** 2
        if 0 < SURE * most < powers[taken] ** 2:
            found = [float(power) ** 2 / most for power in powers[: taken + 1]]
    return found

"""Rows or columns that swing together over time: bands of a lamp's light, rolling through a field.

The mean of n frames keeps of a swing what the film's ends leave of its waves: far less than 1 / n
of its variance, or, of a slow one, far more. Either would be taken for fixed pattern, or off it.
But it keeps it in the swing's own forms over the lines, which the frames show: these are taken out.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.noise.polynomials import ORDERS, surface

Array = NDArray[np.float64]

FEWEST = 6  # frames that tell a swing from lines that flutter each for itself
MOST = 6  # forms: a wave has two, as have its harmonics
SURE = 1.5  # times the largest power that lines which flutter each for itself have in one form
STRIPS = 4  # side by side, of which each has forms of its own: bands that are askew
LAGS = range(4, 11)  # lines, beyond what noise reduction makes alike
ALIKE = 0.6  # correlation, of either sign, of a form at one of these: waves of 7 lines and more


def without_swings(codes: Array) -> Array:
    """Return codes (n, h, w) less what rows or columns swing together, of each frame and the mean.

    The same codes where nothing does, and of fewer than six frames.
    """
    if len(codes) < FEWEST:
        return codes
    across = _less_rows(codes)
    turned = across.swapaxes(1, 2)
    down = _less_rows(turned)
    return across if down is turned else down.swapaxes(1, 2)


def _less_rows(codes: Array) -> Array:
    """Return codes (n, h, w) less what rows swing together, or the same."""
    bare = codes - codes.mean(axis=(1, 2), keepdims=True)
    rows = bare.mean(axis=2)
    times, powers, forms = np.linalg.svd(rows - rows.mean(axis=0), full_matrices=False)
    waves = [one for one in range(_shared(powers, rows.shape)) if _is_wave(forms[one])]
    if not waves:
        return codes
    when, strips = times[:, waves], np.array_split(bare, STRIPS, axis=2)
    own = [when.T @ strip.mean(axis=2) for strip in strips]
    kept = when + _kept(codes.mean(axis=0), own)
    swings = [
        (kept @ forms)[:, :, None].repeat(strip.shape[2], axis=2)
        for forms, strip in zip(own, strips, strict=True)
    ]
    return np.asarray(codes - np.concatenate(swings, axis=2))


def _is_wave(form: Array) -> bool:
    """Whether lines some way apart go together: not so, where each flutters for itself.

    Recursive noise reduction gives these forms of more than their share of power, too.
    """
    pairs = ((form[lag:], form[:-lag]) for lag in LAGS)
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


def _kept(mean_frame: Array, forms: list[Array]) -> Array:
    """Return how much (k,) the mean frame (h, w) keeps of a swing whose ``forms`` strips have.

    Each strip's are (k, h). What a strip shows of the light is not of the swing.
    """
    bare = mean_frame - surface(mean_frame, ORDERS[0])
    place = np.linspace(-1, 1, len(bare))
    light = np.stack([place**power for power in range(ORDERS[0] + 1)])
    rows = [strip.mean(axis=1) for strip in np.array_split(bare, STRIPS, axis=1)]
    seen = np.concatenate([_less(row[None], light) for row in rows], axis=1)
    known = np.concatenate([_less(strip, light) for strip in forms], axis=1)
    return np.asarray(np.linalg.lstsq(known.T, seen[0], rcond=None)[0])


def _less(lines: Array, light: Array) -> Array:
    """Return lines (k, h) less what is of the ``light`` (m, h) in them."""
    shares = np.linalg.lstsq(light.T, lines.T, rcond=None)[0]
    return np.asarray(lines - shares.T @ light)

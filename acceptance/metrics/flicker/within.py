"""Swing of the light that means of bands of rows do not see, since it is not alike within a band.

Lamps of several phases light parts of a row in turn; an interlaced picture's fields see a lamp at
two instants; pulses of some kHz make more waves than there are bands. Swings are products of parts
that share neither pixels nor rows, nor lie near each other, so that noise makes them scatter about
0: that of a read-out, too, which all of a row has alike, and what noise reduction has spread. What
scatter gives to their size is taken off, and a frequency at which it could be all of it counts as
still; so does a weak swing beside much noise. What moves slowly, as a shadow on the wall, is taken
out first.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from acceptance.scene.row_bands import MOST

Array = NDArray[np.float64]

PARTS = 8  # of a row
# order of the polynomial in time that is none of a lamp's: of shadow edges that creep half of what
# order 2 leaves is left; order 4 takes more of beats that nearly stand still in the frames kept
DRIFT = 3
SMOOTHED = 6  # rows apart: nearer ones share noise that noise reduction or enlarging has spread
SURE = 6.0  # times the mean power of noise at a frequency: more comes of it once in 400 (exp -6)


def unseen(frames: NDArray[Any]) -> float:
    """Return the amplitude in codes, as of a sine, of what swings within the bands.

    ``frames`` (n, h, w) of luma, at least 24 of 32 px each way.
    """
    means = _row_means(frames)
    return math.sqrt(2 * (_of_rows(means) + _of_columns(means)))


def _row_means(frames: NDArray[Any]) -> Array:
    """Return the means (n, h, parts) of the parts of each row, less what drifts over time."""
    count, height, width = frames.shape
    starts = np.arange(PARTS) * width // PARTS
    sums = np.array([np.add.reduceat(frame, starts, axis=1, dtype=np.int64) for frame in frames])
    means = (sums / np.diff([*starts, width])).reshape(count, -1)
    drifts = np.linalg.qr(np.vander(np.linspace(-1, 1, count), DRIFT + 1))[0]
    return np.asarray(means - drifts @ (drifts.T @ means)).reshape(count, height, PARTS)


def _of_rows(means: Array) -> float:
    """Return the variance of rows within their band, by left and right parts of two rows.

    These are of one field, and of two bands: less their own band's mean rows of one band are alike.
    The rows lie ``SMOOTHED`` further apart than that takes.
    """
    left, right = (_less_band(means[:, :, side::2].mean(axis=2)) for side in (0, 1))
    apart = 2 * math.ceil((_largest(means.shape[1]) + SMOOTHED) / 2)
    return _alike(left[:, apart:], right[:, :-apart])


def _of_columns(means: Array) -> float:
    """Return the variance of parts of a row, by bands that lie one above the other."""
    rest = _bands(means - means.mean(axis=2, keepdims=True))
    apart = 1 + math.ceil(SMOOTHED / max(1, means.shape[1] // MOST))
    return _alike(rest[:, apart:], rest[:, :-apart])


def _alike(some: Array, others: Array) -> float:
    """Return the variance over time of what two lots of places (n, h, ...) see alike.

    A rolling shutter's others see it later, by the same share of a wave everywhere: the size of the
    sum over places counts, at each frequency where noise hardly makes it, less what noise adds.
    """
    first, second = (np.fft.rfft(part, axis=0) for part in (some, others))
    products = (first.conj() * second).reshape(*first.shape[:2], -1).sum(axis=2)
    # of two bands at a time: rows less their band's mean are alike within it
    sums = np.add.reduceat(products, _starts(some.shape[1])[::2], axis=1)
    power, noise = np.abs(sums.sum(axis=1)) ** 2, (np.abs(sums) ** 2).sum(axis=1)
    own = 1 - 1 / sums.shape[1]  # what all see alike is in each sum, too
    swings = np.sqrt(np.maximum(power - noise, 0) / own)[power > SURE * noise]
    return float(2 * swings.sum() / (len(some) * some.size))


def _less_band(rows: Array) -> Array:
    """Return rows (n, h) less the mean of their band."""
    starts = _starts(rows.shape[1])
    sizes = np.diff([*starts, rows.shape[1]])
    return np.asarray(rows - np.repeat(_bands(rows), sizes, axis=1))


def _bands(rows: Array) -> Array:
    """Return the means (n, bands, ...) of bands of rows (n, h, ...)."""
    starts = _starts(rows.shape[1])
    sizes = np.diff([*starts, rows.shape[1]])
    sums = np.add.reduceat(rows, starts, axis=1)
    return np.asarray(sums / sizes.reshape(-1, *[1] * (rows.ndim - 2)))


def _largest(height: int) -> int:
    """Return how many rows the largest band has."""
    return int(np.diff([*_starts(height), height]).max())


def _starts(height: int) -> NDArray[np.int64]:
    """Return the first row of each band, as of the bands that are watched."""
    count = min(height, MOST)
    return np.arange(count) * height // count

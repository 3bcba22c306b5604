"""Swing of the light that means of bands of rows do not see, since it is not alike within a band.

Lamps of several phases light parts of a row in turn; an interlaced picture's fields see a lamp at
two instants; pulses of some kHz make more waves than there are bands. Swings are products of parts
that share no pixels, so that noise adds nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numpy.typing import NDArray

from acceptance.scene.row_bands import MOST

Array = NDArray[np.float64]

PARTS = 8  # of a row


def unseen(frames: NDArray[Any]) -> float:
    """Return the amplitude in codes, as of a sine, of what swings within the bands.

    ``frames`` (n, h, w) of luma, at least 32 px each way.
    """
    means = _row_means(frames)
    return math.sqrt(2 * max(_of_rows(means) + _of_columns(means), 0.0))


def _row_means(frames: NDArray[Any]) -> Array:
    """Return the means (n, h, parts) of the parts of each row, less their means over time."""
    width = frames.shape[2]
    starts = np.arange(PARTS) * width // PARTS
    sums = np.array([np.add.reduceat(frame, starts, axis=1, dtype=np.int64) for frame in frames])
    means = sums / np.diff([*starts, width])
    return np.asarray(means - means.mean(axis=0))


def _of_rows(means: Array) -> float:
    """Return the variance of rows within their band, by left and right parts of the row."""
    left, right = (_less_band(means[:, :, side::2].mean(axis=2)) for side in (0, 1))
    return float(np.mean(left * right))


def _of_columns(means: Array) -> float:
    """Return the variance of parts of a row, by bands that lie side by side."""
    rest = _bands(means - means.mean(axis=2, keepdims=True))
    return float(np.mean(rest[:, 1:] * rest[:, :-1]))


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


def _starts(height: int) -> NDArray[np.int64]:
    """Return the first row of each band, as of the bands that are watched."""
    count = min(height, MOST)
    return np.arange(count) * height // count

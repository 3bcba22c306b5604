"""Means over blocks of a picture, from whose scatter standard errors follow."""

from __future__ import annotations

import math
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

BLOCKS = 4  # each way, whose scatter tells the standard error of a field's mean


def block_means(values: Array | NDArray[np.bool_], tall: int, wide: int) -> Array:
    """Return the means (b,) of ``tall`` x ``wide`` blocks of values (h, w), row by row.

    Blocks are as equal as can be, the first ones larger by one, as those of ``np.array_split``.
    Values may be truths, their means shares; there are at least ``tall`` rows, ``wide`` columns.
    """
    down, across, sizes = _grid(values.shape, (tall, wide))
    by_row = np.add.reduceat(np.asarray(values, np.float64), down, axis=0)
    sums = np.add.reduceat(by_row, across, axis=1)
    return np.asarray(sums / sizes).ravel()


def standard_error(values: Array) -> float:
    """Return the standard error of the mean of values (h, w), from the scatter of 4 x 4 blocks.

    Of fewer where there are not as many rows or columns; 0 for a single value.
    """
    means = block_means(values, *(min(BLOCKS, size) for size in values.shape))
    off = means - means.sum() / means.size
    return math.sqrt(float(off @ off) / max(means.size - 1, 1) / means.size)


@lru_cache(maxsize=256)  # regions of a chart have few shapes
def _grid(
    shape: tuple[int, ...], parts: tuple[int, int]
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.intp]]:
    """Return where the blocks begin, down and across, and their sizes (tall, wide) in values."""
    starts = [_starts(n, count) for n, count in zip(shape, parts, strict=True)]
    sizes = (np.diff(begin, append=n) for begin, n in zip(starts, shape, strict=True))
    return starts[0], starts[1], np.outer(*sizes)


def _starts(count: int, parts: int) -> NDArray[np.intp]:
    least, larger = divmod(count, parts)
    number = np.arange(parts)
    return np.asarray(number * least + np.minimum(number, larger))

"""Means over blocks of a picture, from whose scatter standard errors follow."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]


def block_means(values: Array | NDArray[np.bool_], tall: int, wide: int) -> Array:
    """Return the means (b,) of ``tall`` x ``wide`` blocks of values (h, w), row by row.

    Blocks are as equal as can be, the first ones larger by one, as those of ``np.array_split``.
    Values may be truths, their means shares; there are at least ``tall`` rows, ``wide`` columns.
    """
    down, across = (_starts(n, parts) for n, parts in zip(values.shape, (tall, wide), strict=True))
    by_row = np.add.reduceat(np.asarray(values, np.float64), down, axis=0)
    sums = np.add.reduceat(by_row, across, axis=1)
    sizes = (
        np.diff(starts, append=n) for starts, n in zip((down, across), values.shape, strict=True)
    )
    return np.asarray(sums / np.outer(*sizes)).ravel()


def _starts(count: int, parts: int) -> NDArray[np.intp]:
    least, larger = divmod(count, parts)
    number = np.arange(parts)
    return np.asarray(number * least + np.minimum(number, larger))

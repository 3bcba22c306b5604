"""Quantiles and medians of finite values whose order is known just as far as these need it.

Of values with nan among them, they are undefined.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]


def quantiles(values: Array, shares: Sequence[float]) -> list[float]:
    """Return the quantiles of ascending ``shares`` (0 to 1) of finite values, as ``np.quantile``.

    Sorting only as far as they need takes a tenth of the time.
    """
    places = [share * (values.size - 1) for share in shares]
    both = zip(_beside(values, places), places, strict=True)
    return [float(_between(low, high, place % 1)) for (low, high), place in both]


def quantile_of_each(values: Array, share: float) -> Array:
    """Return the quantile (...) of a ``share`` (0 to 1) along the last axis of finite values."""
    place = share * (values.shape[-1] - 1)
    low = math.floor(place)
    ordered = np.partition(values, low, axis=-1)
    high = ordered[..., low + 1 :].min(axis=-1) if place > low else ordered[..., low]
    return _between(ordered[..., low], high, place - low)


def _between(low: Array, high: Array, part: float) -> Array:
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def _beside(values: Array, places: Sequence[float]) -> list[tuple[Array, Array]]:
    """Return the values in order on both sides of each of ascending ``places``, from 0.

    ``np.partition`` of one place is vectorised, of several at once it is not: each is sought among
    those beyond the place before.
    """
    flat, first, found = values.flatten(), 0, []
    for place in places:
        below = math.floor(place)
        flat[first:].partition(below - first)
        found.append((flat[below], flat[below + 1 :].min() if place > below else flat[below]))
        first = below
    return found


def median(values: Array) -> float:
    """Return the median of finite values."""
    [(low, high)] = _beside(values, [(values.size - 1) / 2])
    return float(low + high) / 2


def median_of_whole(values: NDArray[np.integer]) -> float:
    """Return the median of whole numbers, none below 0: their counts say where it lies."""
    upto = np.cumsum(np.bincount(values.ravel()))
    low, high = np.searchsorted(upto, [(values.size - 1) // 2, values.size // 2], side="right")
    return (int(low) + int(high)) / 2


def quantiles_of_whole(values: NDArray[np.integer], shares: Sequence[float]) -> list[float]:
    """Return the quantiles of ``shares`` of whole numbers, none below 0, by their counts."""
    upto = np.cumsum(np.bincount(values.ravel()))
    places = [share * (values.size - 1) for share in shares]
    both = [(math.floor(place), math.ceil(place)) for place in places]
    ends = np.searchsorted(upto, both, side="right").tolist()
    return [
        float(_between(low, high, place % 1))
        for (low, high), place in zip(ends, places, strict=True)
    ]


def medians_beside(values: Array, border: float) -> tuple[float, float]:
    """Return the medians of finite values below a border and of the others; nan where none are."""
    flat = values.ravel()
    lower = flat < border
    sides = (flat[lower], flat[~lower])
    low, high = (median(side) if side.size else math.nan for side in sides)
    return low, high

"""Quantiles and medians of values whose order is known just as far as these need it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]


def quantiles(values: Array, shares: Sequence[float]) -> list[float]:
    """Return the quantiles of ``shares`` (0 to 1) of all values, as ``np.quantile`` does.

    Sorting only as far as they need takes a tenth of the time.
    """
    places = [share * (values.size - 1) for share in shares]
    below = [math.floor(place) for place in places]
    above = [min(place + 1, values.size - 1) for place in below]
    ordered = np.partition(values, sorted({*below, *above}), axis=None)
    return [
        float(_between(ordered[low], ordered[high], place - low))
        for low, high, place in zip(below, above, places, strict=True)
    ]


def quantile_of_each(values: Array, share: float) -> Array:
    """Return the quantile (...) of a ``share`` (0 to 1) along the last axis of values (..., n)."""
    place = share * (values.shape[-1] - 1)
    low = math.floor(place)
    high = min(low + 1, values.shape[-1] - 1)
    ordered = np.partition(values, (low, high), axis=-1)
    return _between(ordered[..., low], ordered[..., high], place - low)


def _between(low: Array, high: Array, part: float) -> Array:
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part


def median(values: Array) -> float:
    """Return the median of all values."""
    below, above = (values.size - 1) // 2, values.size // 2
    ordered = np.partition(values, (below, above), axis=None)
    return float(ordered[below] + ordered[above]) / 2


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
    """Return the medians of the values below a border and of the others; nan where none are."""
    lower = int(np.count_nonzero(values < border))
    sides = [(0, lower), (lower, values.size)]
    places = [((first + end - 1) // 2, (first + end) // 2) for first, end in sides if first < end]
    ordered = np.partition(values, sorted({at for both in places for at in both}), axis=None)
    low, high = (
        float(ordered[(first + end - 1) // 2] + ordered[(first + end) // 2]) / 2
        if first < end
        else math.nan
        for first, end in sides
    )
    return low, high

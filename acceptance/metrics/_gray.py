"""The Gray code of a refresh index (F. Gray, US patent 2632058) as an exposure sees it."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

LOW_BITS = 4  # bits that tell the place within a few refreshes


def expected_shares(position: Array, width: Array | float, bits: int) -> Array:
    """Shares (..., bits) of exposures with middle ``position`` (...) and length ``width``, both in refreshes."""
    step = 2.0 ** np.arange(bits)  # bit b of the Gray code is 1 for an index modulo 4 step within step .. 3 step
    middle, half = np.asarray(position)[..., None], np.asarray(width)[..., None] / 2
    whole_begin, whole_end = np.floor((middle - half) / (4 * step)), np.floor((middle + half) / (4 * step))
    begin = np.clip(middle - half - whole_begin * 4 * step - step, 0, 2 * step)
    end = np.clip(middle + half - whole_end * 4 * step - step, 0, 2 * step) + (whole_end - whole_begin) * 2 * step
    return np.asarray((end - begin) / (2 * half))


def low_bits(position: Array, width: Array | float) -> Array:
    """``expected_shares`` of the LOW_BITS lowest bits, by table: all of them change at whole refreshes only."""
    half = np.asarray(width) / 2
    gained = _lit_until(position + half) - _lit_until(position - half)
    return np.asarray(gained / (2 * half[..., None]))


def _lit_until(position: Array) -> Array:
    """(..., LOW_BITS) refreshes for which each bit was lit from index 0 on."""
    lit, before = _low_table()
    refresh = np.floor(position)
    number = refresh.astype(np.int64)
    inside = np.take(lit, number % len(lit), axis=0)
    inside *= (position - refresh)[..., None]
    inside += np.take(before, number % len(lit), axis=0)
    inside += (number // len(lit) * (len(lit) / 2))[..., None]
    return np.asarray(inside)


@cache
def _low_table() -> tuple[Array, Array]:
    """Give (refreshes, LOW_BITS) which bits are lit, over one period; and for how many refreshes each was before."""
    lit = expected_shares(np.arange(0.5, 4 << (LOW_BITS - 1)), 1.0, LOW_BITS)
    return lit, np.cumsum(lit, axis=0) - lit


def index_of(bits: NDArray[np.bool_]) -> Whole:
    """Index of Gray-coded bits (..., bits), lowest bit first."""
    binary = np.bitwise_xor.accumulate(bits[..., ::-1].astype(np.int64), axis=-1)[..., ::-1]
    return np.asarray(binary @ (1 << np.arange(bits.shape[-1], dtype=np.int64)))

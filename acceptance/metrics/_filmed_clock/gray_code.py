"""The Gray code of a refresh index (F. Gray, US patent 2632058) as an exposure sees it."""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

LOW_BITS = 4  # bits that show the place within a few refreshes
CYCLE = 2 << LOW_BITS  # refreshes after which they show the same
FINE = 2048  # places a refresh
CLEAR = 0.1  # a share this close to 0 or 1 is a clear bit
FEWEST_BLENDS = 8  # exposures that blend two refreshes or pictures, from which a phase is read


def expected_shares(position: Array, width: Array | float, bits: int) -> Array:
    """Shares (..., bits) of exposures with middle ``position`` (...) and length ``width``.

    Both are in refreshes.
    """
    # bit b of the Gray code is 1 for an index modulo 4 step within step .. 3 step
    step = 2.0 ** np.arange(bits)
    middle, half = np.asarray(position)[..., None], np.asarray(width)[..., None] / 2
    begin_cycle, begin = _lit_in_cycle(middle - half, step)
    end_cycle, end = _lit_in_cycle(middle + half, step)
    lit = end + (end_cycle - begin_cycle) * 2 * step - begin
    return np.asarray(lit / (2 * half))


def _lit_in_cycle(place: Array, step: NDArray[np.floating[Any]]) -> tuple[Array, Array]:
    """(..., bits) each: cycles of each bit before ``place``, and refreshes lit in the last one."""
    cycle = np.floor(place / (4 * step))
    return cycle, np.clip(place - cycle * 4 * step - step, 0, 2 * step)


def low_bits(position: Array, width: Array | float) -> Array:
    """``expected_shares`` of the LOW_BITS lowest bits, by table.

    They are right to 0.01 for widths from 0.03 up to CYCLE.
    """
    first = position - np.asarray(width) / 2
    # within its cycle, as np.mod has it, which takes ten times as long; exact: powers of two
    begin = (np.rint(first * FINE) - np.floor(first / CYCLE) * (CYCLE * FINE)).astype(np.int32)
    length = np.maximum(np.rint(np.asarray(width) * FINE).astype(np.int32), 1)
    lit = _lit_until()
    gained = lit.take(begin + length, axis=0)
    gained -= lit.take(begin, axis=0)
    gained *= (FINE / length).astype(np.float32)[..., None]
    return np.asarray(gained)


@cache
def _lit_until() -> NDArray[np.float32]:
    """(2 CYCLE FINE + 1, LOW_BITS) refreshes for which each bit was lit from index 0 on.

    Row k is up to place k / FINE.
    """
    lit = np.tile(expected_shares(np.arange(0.5, CYCLE), 1.0, LOW_BITS), (2, 1))
    of_place = np.vstack([np.zeros(LOW_BITS), np.repeat(lit, FINE, axis=0) / FINE])
    return np.cumsum(of_place, axis=0).astype(np.float32)


def index_of(bits: NDArray[np.bool_]) -> Whole:
    """Index of Gray-coded bits (..., bits), lowest bit first."""
    binary = np.bitwise_xor.accumulate(bits[..., ::-1].astype(np.int64), axis=-1)[..., ::-1]
    return np.asarray(binary @ (1 << np.arange(bits.shape[-1], dtype=np.int64)))

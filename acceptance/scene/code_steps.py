"""Steps of the codes that a picture uses, where it does not use them all.

Codes that were put through a curve once they were rounded (8 bits made into 10, a look-up table, a
stretched range) lie apart by as much as the curve is steep: each level of the picture has steps of
its own. They are counted one by one, and how many codes a step is worth at a level is the slope of
a smooth curve through them.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Iterable

Array = NDArray[np.float64]
Counts = NDArray[np.int64]

MUCH_USED = 30  # samples of a code: between two such ones none is missing by chance
FEWEST_MISSING = 3  # codes beside a field, that are no gap between two others
UNLIKE = 1.0  # codes, beyond the wider of two gaps, by which the next one may be wider
# steps each way from a level that its slope is taken from, and how far rounding may set one off
NEAREST, FARTHEST, OFF = 8, 64, 0.55
BENT = 7  # codes, from which on the curve through them is one of second order


@dataclass(frozen=True)
class CodeSteps:
    """Codes of a field counted in steps: ``codes`` (n, h, w), of ``unit`` codes each.

    ``doubt`` is the relative standard uncertainty of the unit.
    """

    codes: Array
    unit: float
    doubt: float


def counted(planes: Iterable[NDArray[np.integer]]) -> Counts:
    """Return how many samples (c,) of some fields lie on each code."""
    each = [np.bincount(plane.ravel()) for plane in planes if plane.size]
    found = np.zeros(max((part.size for part in each), default=0), np.int64)
    for part in each:
        found[: part.size] += part
    return found


def in_steps(codes: NDArray[np.integer], used: Counts) -> CodeSteps | None:
    """Count codes (n, h, w) of a field in steps; None where all codes are in use.

    ``used`` (c,) are the samples of the whole picture on each code.
    """
    if codes.dtype.kind == "f":
        return None
    own = np.bincount(codes.ravel(), minlength=used.size)
    much = np.flatnonzero(own >= MUCH_USED)
    if not much.size:
        return None
    both = own.copy()
    both[: used.size] += used
    run = _run(both, much)
    if not _misses(run, much):
        return None
    mean = float(codes.mean())
    unit, doubt = _slope(run, mean)
    steps = np.interp(codes, run, np.arange(run.size))
    steps += (np.minimum(codes - run[0], 0) + np.maximum(codes - run[-1], 0)) / unit
    return CodeSteps(steps, unit, doubt)


def _misses(run: Counts, own: Counts) -> bool:
    """Whether codes are left out between a field's ``own``, or near them in their ``run``."""
    if np.diff(own).max(initial=1) > 1:
        return True
    near = run[(run >= own[0] - FARTHEST) & (run <= own[-1] + FARTHEST)]
    return int(np.count_nonzero(np.diff(near) > 1)) >= FEWEST_MISSING


def _run(used: Counts, own: Counts) -> Counts:
    """Return the codes that go on from the field's ``own`` without one missing by chance.

    ``used`` (c,) are the samples of picture and field on each code.
    """
    there = np.flatnonzero(used)
    low, high = (int(place) for place in np.searchsorted(there, own[[0, -1]]))
    much, gaps = used[there] >= MUCH_USED, np.diff(there)
    widest = float(gaps[low:high].max(initial=1)) + UNLIKE
    while low > 0 and much[low - 1] and gaps[low - 1] <= widest:
        low -= 1
    while high < gaps.size and much[high + 1] and gaps[high] <= widest:
        high += 1
    return np.asarray(there[low : high + 1])


def _slope(run: Counts, mean: float) -> tuple[float, float]:
    """Return how many codes a step is at a ``mean`` code, and its relative uncertainty.

    From as many codes of the ``run`` (c,) around it as a smooth curve fits.
    """
    at, half = float(np.interp(mean, run, np.arange(run.size))), NEAREST
    found = _fitted(run, at, half)
    while half < min(FARTHEST, run.size):
        half *= 2
        wider = _fitted(run, at, half)
        if wider[2] > OFF:
            break
        found = wider
    return found[0], found[1] / found[0]


def _fitted(run: Counts, at: float, half: int) -> tuple[float, float, float]:
    """Return slope, its standard uncertainty, and how far the worst code lies off the curve.

    Rounding sets each of them off by up to half a code, and not one independently of the next.
    """
    numbers = np.arange(run.size) - at
    near = np.abs(numbers) <= half
    terms = np.vander(numbers[near], 3 if np.count_nonzero(near) >= BENT else 2, increasing=True)
    inverse = np.linalg.pinv(terms)
    fitted = inverse @ run[near]
    off = float(np.abs(run[near] - terms @ fitted).max())
    doubt = max(off, 0.5) * float(np.abs(inverse[1]).sum()) / math.sqrt(3)
    return float(fitted[1]), doubt, off

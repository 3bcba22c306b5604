"""A mean and a standard deviation that a few wrong results do not move (ISO 13528:2022, C.3.1)."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Sequence

WIDTH, CORRECTION, MAD = 1.5, 1.134, 1.483  # constants of the standard
MOST_STEPS = 100_000
SETTLED = 1e-10  # of the standard deviation
COLLAPSED = 1e-9  # of the first standard deviation


@dataclass(frozen=True, kw_only=True)
class RobustMean:
    """What algorithm A converged to."""

    mean: float
    """x*."""

    deviation: float
    """s*; 0 where most results are alike."""

    results: int
    """How many there were."""

    @property
    def uncertainty(self) -> float:
        """Standard uncertainty of the mean as an assigned value, 1.25 s* / sqrt(p)."""
        return 1.25 * self.deviation / math.sqrt(self.results)


def algorithm_a(values: Sequence[float]) -> RobustMean:
    """Return robust mean and standard deviation of two results or more, iterated to convergence.

    Not stopped at the third significant figure, which depends on the unit. Raises UsageError for
    fewer than two results.
    """
    if len(values) < 2:
        raise UsageError(tr("a comparison needs two laboratories or more"))
    results = np.asarray(values, float)
    mean = float(np.median(results))
    first = deviation = _start(results, mean)
    for _ in range(MOST_STEPS):
        drawn_in = np.clip(results, mean - WIDTH * deviation, mean + WIDTH * deviation)
        before, mean = (mean, deviation), float(np.mean(drawn_in))
        deviation = CORRECTION * float(np.std(drawn_in, ddof=1))
        if deviation <= COLLAPSED * first:
            return RobustMean(mean=float(np.median(results)), deviation=0.0, results=len(results))
        if max(abs(mean - before[0]), abs(deviation - before[1])) < SETTLED * deviation:
            break
    return RobustMean(mean=mean, deviation=deviation, results=len(results))


def _start(results: np.ndarray[tuple[int], np.dtype[np.float64]], median: float) -> float:
    """Return where the iteration begins; the standard deviation where half are the median."""
    absolute = MAD * float(np.median(np.abs(results - median)))
    if absolute or float(np.ptp(results)) == 0:
        return absolute
    return float(np.std(results, ddof=1))

"""What is known of a monitor before its changes are looked at.

A guess is a row of COLUMNS: see below.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.line_prior import DRIFT, SCREEN_RATES
from acceptance.metrics.latency.slow_screen import SHAPES

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array

# Hz, usual ones; faster ones refresh whenever one of these does
FAST = 80.0
RATES = SCREEN_RATES[SCREEN_RATES < FAST]
OFTEN = np.array([1, 3, 3, 2]) / 9  # how often each of them is met
RARE = 0.1  # how much seldomer monitors run at any faster rate than at any slower one
SLOWEST, FASTEST = 45.0, 170.0  # Hz
# s: mean time constants of fast monitors and of slow ones, as likely as each other; the longest
RESPONDS, SLOWEST_RESPONSE = np.array([0.00025, 0.0025]), 0.01
JITTERS = (0.0001, 0.03)  # s, scale
# columns of guesses: logarithm of the period, phase in periods at time 0, delay, logarithm of the
# jitter, rank of the exposure among those that are possible, response of the monitor in s,
# logarithm of how exactly the times of frames are known, and shape of the response (slow_screen)
LOG_PERIOD, PHASE, DELAY, LOG_JITTER, RANK, RESPONSE, LOG_TIMING, SHAPE = range(8)
COLUMNS = 8


@dataclass(frozen=True, kw_only=True)
class Ranges:
    """Least and greatest delay in s, logarithm of the timing, and shape of the response."""

    delays: tuple[float, float]
    timings: tuple[float, float]
    shapes: tuple[float, float] = (SHAPES[0], SHAPES[-1])


def log_density(guesses: Array, ranges: Ranges, rare: float = RARE) -> Array:
    """(m,) logarithm of the density beforehand, -inf for what is ruled out.

    Half of all monitors run at a usual rate, the others at any, but ``rare`` ones above FAST.
    """
    off = (guesses[:, LOG_PERIOD, None] + np.log(RATES)) / DRIFT
    usual = np.exp(-(off**2) / 2) @ OFTEN / (DRIFT * math.sqrt(2 * math.pi))
    fast = guesses[:, LOG_PERIOD] < -math.log(FAST)
    density = usual + np.where(fast, rare, 1.0) / math.log(FASTEST / SLOWEST)
    both = np.log(density) + log_slow(guesses[:, RESPONSE])
    return np.asarray(np.where(_possible(guesses, ranges), both, -np.inf))


def log_slow(response: Array) -> Array:
    """(m,) logarithm of the density of the monitor's response (m,) s, up to a constant."""
    return np.asarray(np.log((np.exp(-response[:, None] / RESPONDS) / RESPONDS).mean(axis=1)))


def _possible(guesses: Array, ranges: Ranges) -> NDArray[np.bool_]:
    """(m,) which guesses are within their ranges."""
    log_period, _, delay, log_jitter, rank, response, log_timing, shape = guesses.T
    middle, half = math.log(math.sqrt(SLOWEST * FASTEST)), math.log(FASTEST / SLOWEST) / 2
    inside = (np.abs(log_period + middle) <= half) & (rank >= 0) & (rank <= 1)
    inside &= (
        (response >= 0)
        & (response <= SLOWEST_RESPONSE)
        & (shape >= ranges.shapes[0])
        & (shape <= ranges.shapes[1])
    )
    inside &= (delay >= ranges.delays[0]) & (delay <= ranges.delays[1])
    inside &= (log_timing >= ranges.timings[0]) & (log_timing <= ranges.timings[1])
    inside &= (log_jitter >= math.log(JITTERS[0])) & (log_jitter <= math.log(JITTERS[1]))
    return np.asarray(inside)

"""Where to start looking for a monitor's refreshes: anywhere, and where mixtures seem to lie."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.line_prior import DRIFT
from acceptance.metrics.latency import monitor_prior
from acceptance.metrics.latency.monitor_prior import (
    COLUMNS,
    DELAY,
    FAST,
    FASTEST,
    JITTERS,
    LOG_JITTER,
    LOG_PERIOD,
    LOG_TIMING,
    OFTEN,
    PHASE,
    RANK,
    RATES,
    RESPONDS,
    RESPONSE,
    SHAPE,
    SLOWEST,
    SLOWEST_RESPONSE,
    Ranges,
)
from acceptance.metrics.latency.seen_changes import FAR, FINER, MOST_CHANGES

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock import particles
    from acceptance.metrics._filmed_clock.gray_code import Array, Whole
    from acceptance.metrics._filmed_clock.particles import Density
    from acceptance.metrics.latency.seen_changes import Seen

# s to either side in which at least so many mixtures show so many grids
SEARCHED, FEWEST, PEAKS = 6.0, 8, 16
RANKS = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the exposures
# of guesses about such a grid, in the columns that it fixes
SPREAD, ABOUT = np.array([3e-4, 0.08, 0.005, 0, 0.12, 0, 0, 0]), [LOG_PERIOD, PHASE, DELAY, RANK]
START = 4096
# of guesses at another rate: columns in which they are about what was found, and how closely, in
# periods and s; and columns in which they are anything
LOOSE, LOOSELY = [PHASE, DELAY], np.array([0.1, 0.003])
FREE = [LOG_JITTER, RANK, RESPONSE, LOG_TIMING, SHAPE]


@dataclass(frozen=True, kw_only=True)
class Start:
    """Guesses to start from: usual rates, any rates, and ``grids`` (k, COLUMNS).

    The mixtures seem to lie on these grids.
    """

    ranges: Ranges
    grids: Array

    @classmethod
    def of(cls, seen: Seen, ranges: Ranges) -> Start:
        """Seek grids on which the mixtures in the middle of the film lie, for several exposures."""
        mixed = np.flatnonzero(seen.share < 1)
        if np.count_nonzero(np.abs(seen.after[mixed]) <= SEARCHED) < FEWEST:
            return cls(ranges=ranges, grids=np.empty((0, COLUMNS)))
        some = seen.only(mixed).about(SEARCHED, MOST_CHANGES)
        return cls(ranges=ranges, grids=np.concatenate([_grids(some, rank) for rank in RANKS]))

    def ways(self, steps: list[Density]) -> list[tuple[particles.Start, list[Density]]]:
        """Where crowds may start from: anywhere, and near the grids.

        Those near the grids take the last of the ``steps`` only.
        """
        if not len(self.grids):
            return [(self.anywhere, steps)]
        fine = steps[-1 - int(math.log(FAR, FINER)) :]
        return [(self.anywhere, steps), (self.near, fine)]

    def anywhere(self, random: np.random.Generator) -> tuple[Array, Array]:
        """(START, COLUMNS) guesses from the prior, and the logarithm of their density."""
        own = -random.uniform(math.log(SLOWEST), math.log(FASTEST), START)
        usual = -np.log(random.choice(RATES, START, p=OFTEN)) + DRIFT * random.standard_normal(
            START
        )
        rest = _any(self.ranges, START, random)
        guesses = np.column_stack([np.where(np.arange(START) % 2, own, usual), rest])
        return guesses, monitor_prior.log_density(guesses, self.ranges, rare=1.0)

    def near(self, random: np.random.Generator) -> tuple[Array, Array]:
        """(START, COLUMNS) guesses about the grids, and the log of their density."""
        guesses = random.choice(self.grids, START) + SPREAD * random.uniform(
            -1, 1, (START, COLUMNS)
        )
        rest = _any(self.ranges, START, random)
        others = [LOG_JITTER, RESPONSE, LOG_TIMING, SHAPE]
        guesses[:, others] = rest[:, np.subtract(others, 1)]
        off = (guesses[:, None, ABOUT] - self.grids[:, ABOUT]) / SPREAD[ABOUT]
        size = np.prod(2 * SPREAD[ABOUT]) / np.ptp(self.ranges.delays)
        about = np.log((np.abs(off) <= 1).all(axis=2).mean(axis=1) / size)
        return guesses, np.asarray(about + monitor_prior.log_slow(guesses[:, RESPONSE]))


def _any(ranges: Ranges, count: int, random: np.random.Generator) -> Array:
    """(count, 7) phases, delays, jitters, ranks, responses, timings and shapes: any."""
    lowest, highest = zip((-0.5, 0.5), ranges.delays, np.log(JITTERS), (0, 1), strict=True)
    slow = random.exponential(random.choice(RESPONDS, count)) % SLOWEST_RESPONSE
    timings = random.uniform(*ranges.timings, count)
    even = random.uniform(lowest, highest, (count, 4))
    shapes = random.uniform(*ranges.shapes, count)
    return np.column_stack([even, slow, timings, shapes])


def aliases(seen: Seen, ranges: Ranges, guesses: Array) -> list[Array]:
    """Return ``guesses`` (m, COLUMNS) again, and such at other rates as look nearly the same.

    A monitor that is faster by the film's rate, or by half of it where pictures come in every other
    frame, has its refreshes at the same phases of the frames: were exposures, waits and light as
    much shorter, every share would be the same. Some of that the film tells.
    """
    step, rate = _step(seen), _rate(guesses)
    shifts = np.arange(np.ceil((SLOWEST - rate) / step), np.floor((FASTEST - rate) / step) + 1)
    ways = [_shifted(seen, ranges, guesses, shift * step) if shift else guesses for shift in shifts]
    possible = [way[monitor_prior.log_density(way, ranges) > -np.inf] for way in ways]
    return [way for way in possible if len(way) > len(guesses) / 2]


def slowest(seen: Seen, guesses: Array) -> bool:
    """Whether no slower monitor looks nearly as that of ``guesses``, or it is slow: most are."""
    rate = _rate(guesses)
    return rate <= FAST or rate - _step(seen) < SLOWEST


def _step(seen: Seen) -> float:
    """Return by how many Hz monitors differ that look nearly the same, at least."""
    return 1 / (2 * float(np.median(seen.next - seen.after)))


def _rate(guesses: Array) -> float:
    return float(np.exp(-np.median(guesses[:, LOG_PERIOD])))


def _shifted(seen: Seen, ranges: Ranges, guesses: Array, faster: float) -> Array:
    """Return guesses at rates ``faster`` by so many Hz, of refreshes at about the same phases.

    Exposure, jitter and light are any: as they were found they do not fit the other rate.
    """
    random, found, period = np.random.default_rng(5), guesses.copy(), np.exp(guesses[:, LOG_PERIOD])
    new = 1 / np.maximum(1 / period + faster, 1.0)  # Hz: what is slower is ruled out
    mixed = seen.after[seen.mixed] if seen.mixed.any() else seen.after
    near = float(mixed[np.argmin(np.abs(mixed))])
    refresh = (guesses[:, PHASE] + np.rint(near / period - guesses[:, PHASE])) * period
    turns = np.exp(2j * np.pi * refresh / new)
    middle = np.angle(turns.mean())
    found[:, LOG_PERIOD] = np.log(new)
    found[:, PHASE] = (middle + np.angle(turns * np.exp(-1j * middle))) / (2 * np.pi)
    found[:, DELAY] -= random.uniform(size=len(found)) * (new - period)
    found[:, LOOSE] += LOOSELY * random.standard_normal((len(found), len(LOOSE)))
    found[:, FREE] = _any(ranges, len(found), random)[:, np.subtract(FREE, 1)]
    return found


def _grids(mixed: Seen, rank: float) -> Array:
    """(k, COLUMNS) guesses on which mixtures lie, for the exposure of that rank (periodogram)."""
    rates = np.arange(SLOWEST, FASTEST, 1 / (8 * SEARCHED))
    [at] = mixed.mixtures(np.quantile(mixed.exposures, [[rank]]), np.zeros((1, 1)))
    turns = np.exp(2j * np.pi * rates[:, None] * at).mean(axis=1)
    best = _peaks(np.abs(turns))
    grids = np.zeros((len(best), COLUMNS))
    grids[:, LOG_PERIOD] = -np.log(rates[best])
    grids[:, PHASE] = np.angle(turns[best]) / (2 * np.pi)
    grids[:, DELAY] = np.quantile(at - mixed.taken, 0.05)
    grids[:, RANK] = rank
    return grids


def _peaks(height: Array) -> Whole:
    """Return the places of the PEAKS highest peaks."""
    inner = height[1:-1]
    peaks = 1 + np.flatnonzero((inner > height[:-2]) & (inner > height[2:]))
    return peaks[np.argsort(height[peaks])[-PEAKS:]]

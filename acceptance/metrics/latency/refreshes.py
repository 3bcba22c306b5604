"""Moments at which a monitor changes, by the refreshes that it must have.

A film frame that spans a change tells its moment; else the change lies between two exposures. A picture is ready some
*delay* after its exposure, with *jitter* (logistic), and comes up at the monitor's next refresh. Period and phase of
the refreshes, delay, jitter and the film's exposure are sampled together (``_crowd``), the exposure from what the clock
leaves possible: where film and monitor do not run in step, their mixtures tell it better than the clock does.

Where all run in step every change says the same. So it is not the number of changes that speaks for
a grid of refreshes: a delay explains them all at once, and what it leaves open stays open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import expit

from acceptance.metrics._filmed_clock import particles
from acceptance.metrics._filmed_clock.line_prior import DRIFT, SCREEN_RATES
from acceptance.metrics._filmed_clock.pace import DRAWS
from acceptance.metrics.latency.monitor import MIXED

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.gray_code import Array, Whole
    from acceptance.metrics._filmed_clock.particles import Density, Start
    from acceptance.metrics.latency.monitor import Changes

# Hz, usual ones; faster ones refresh whenever one of these does
RATES = SCREEN_RATES[SCREEN_RATES < 80]
SLOWEST, FASTEST = 45.0, 150.0  # Hz
TIMING = 0.0002  # s by which time stamps of a film jitter
SHARE_NOISE = 0.02  # standard uncertainty of the share of a mixture
MISS = 0.001  # likelihood of a change that no refresh explains
JITTERS = (0.0001, 0.03)  # s, scale
MOST_CHANGES = 80  # that the refreshes are looked for in
OPENING = 3.0  # s to either side of the film's middle in which they are looked for first
FAR, FEW = 4.0, 3  # times the timing beyond which one in so many changes is looked at
COARSEST, FINER = 45.0, 2**0.5  # times the timing to begin with, and what it is let down by
LENIENT = 1.5  # power of the timing by which less is told by each change before the last step
# s to either side in which at least so many mixtures tell so many grids
SEARCHED, FEWEST, PEAKS = 6.0, 8, 16
RANKS = (0.1, 0.3, 0.5, 0.7, 0.9)  # of the exposures
SPREAD, ABOUT = np.array([3e-4, 0.08, 0.005, 0, 0.12]), [0, 1, 2, 4]  # of guesses about such a grid
START, CROWD, MOVES = 4096, 1024, 3


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """Changes (c,) between film frames with middles ``before`` and ``after``, of pictures taken at ``taken``, all in s.

    ``share`` of the new picture in the latter, 1 where none of the old one is seen. Guesses (m, 5):
    logarithm of the period, phase in periods at time 0, delay, logarithm of the jitter, rank of the
    exposure among ``exposures``.
    """

    before: Array
    after: Array
    share: Array
    taken: Array
    exposures: Array

    def about(self, reach: float, most: int) -> _Seen:
        """Return up to ``most`` changes within ``reach`` s of time 0."""
        near = np.flatnonzero(np.abs(self.after) <= reach)
        near = near if len(near) else np.arange(len(self.after))
        # an even choice would be blind to a beat of camera and monitor
        random = np.random.default_rng(0)
        return self.only(np.sort(random.choice(near, min(len(near), most), replace=False)))

    def only(self, few: Whole) -> _Seen:
        """Return a ``few`` of the changes."""
        kept = {name: getattr(self, name)[few] for name in ("before", "after", "share", "taken")}
        return _Seen(**kept, exposures=self.exposures)

    def exposure(self, guesses: Array) -> Array:
        """(m, 1) exposures of the film in s."""
        rank = np.linspace(0, 1, len(self.exposures))
        return np.interp(guesses[:, 4:], rank, self.exposures)

    def bounds(self, exposure: Array) -> tuple[Array, Array]:
        """(m, c) each: earliest and latest moment of the changes, the same where a mixture tells it."""
        at = self.after + exposure * (0.5 - self.share)
        # so much of another picture may hide in a frame that looks unmixed
        spare = (0.5 - MIXED) * exposure
        latest = self.after - spare
        earliest = np.minimum(self.before + spare, latest)
        mixed = self.share < 1
        return np.where(mixed, at, earliest), np.where(mixed, at, latest)

    def points(self, guesses: Array, exposure: Array) -> tuple[Array, Array, Array]:
        """(m, c) each: first and last refresh within the bounds, or the nearest.

        And how far that lies outside.
        """
        period = np.exp(guesses[:, :1])
        start = guesses[:, 1:2] * period
        earliest, latest = self.bounds(exposure)
        first = start + period * np.ceil((earliest - start) / period)
        last = start + period * np.floor((latest - start) / period)
        near = start + period * np.rint(((earliest + latest) / 2 - start) / period)
        none = last < first
        first, last = np.where(none, near, first), np.where(none, near, last)
        return first, last, np.maximum(earliest - last, first - latest).clip(0)

    def ready(
        self, guesses: Array, first: Array, last: Array, coarse: float = 1.0
    ) -> tuple[Array, Array]:
        """(m, c) probabilities that a picture is ready before the refresh before ``first``, and before ``last``."""
        period, jitter = np.exp(guesses[:, :1]), np.hypot(np.exp(guesses[:, 3:4]), coarse * TIMING)
        off = self.taken + guesses[:, 2:3]
        return expit((first - period - off) / jitter), expit((last - off) / jitter)

    def likelihood(self, guesses: Array, coarse: float, count: int) -> Array:
        """(m,) its logarithm were the timing ``coarse`` times as loose, and less told by each of ``count`` changes."""
        exposure = self.exposure(guesses)
        first, last, off = self.points(guesses, exposure)
        too_early, in_time = self.ready(guesses, first, last, coarse)
        mixed = self.share < 1
        timing = coarse * np.hypot(TIMING, np.where(mixed, SHARE_NOISE * exposure, 0))
        each = np.exp(-((off / timing) ** 2) / 2) * (in_time - too_early) + MISS
        return np.asarray(np.log(each).mean(axis=1) * count / coarse**LENIENT)

    def steps(self) -> list[Density]:
        """Likelihoods from coarse to fine, in the middle of the film first.

        Refreshes are counted outwards from it.
        """
        span = float(np.abs(self.after).max())
        steps: list[Density] = []
        for coarse in FINER ** np.arange(int(math.log(COARSEST, FINER)), -1, -1):
            some = self.about(
                max(OPENING, span / coarse), MOST_CHANGES if coarse <= FAR else MOST_CHANGES // FEW
            )
            steps.append(
                partial(
                    some.likelihood, coarse=float(coarse), count=min(len(self.after), MOST_CHANGES)
                )
            )
        return steps


def _belief(guesses: Array, delays: tuple[float, float]) -> Array:
    """(m,) logarithm of the density.

    Half of all monitors run at a usual rate, the others at any.
    """
    period, _, delay, jitter, rank = guesses.T
    off = (period[:, None] + np.log(RATES)) / DRIFT
    usual = np.exp(-(off**2) / 2).mean(axis=1) / (DRIFT * math.sqrt(2 * math.pi))
    density = usual + 1 / math.log(FASTEST / SLOWEST)
    inside = (
        np.abs(period + math.log(math.sqrt(SLOWEST * FASTEST))) <= math.log(FASTEST / SLOWEST) / 2
    ) & (rank >= 0)
    inside &= (rank <= 1) & (delay >= delays[0]) & (delay <= delays[1])
    inside &= (jitter >= math.log(JITTERS[0])) & (jitter <= math.log(JITTERS[1]))
    return np.asarray(np.where(inside, np.log(density), -np.inf))


@dataclass(frozen=True, kw_only=True)
class _Start:
    """Guesses from which to start.

    Usual rates, any rates, and grids (k, 5) on which the mixtures seem to lie.
    """

    delays: tuple[float, float]
    grids: Array

    @classmethod
    def of(cls, seen: _Seen, delays: tuple[float, float]) -> _Start:
        """Seek grids on which the mixtures in the middle of the film lie, for several exposures (periodogram)."""
        mixed = np.flatnonzero(seen.share < 1)
        if np.count_nonzero(np.abs(seen.after[mixed]) <= SEARCHED) < FEWEST:
            return cls(delays=delays, grids=np.empty((0, 5)))
        some = seen.only(mixed).about(SEARCHED, MOST_CHANGES)
        rates = np.arange(SLOWEST, FASTEST, 1 / (8 * SEARCHED))
        found = []
        for rank in RANKS:
            at, _ = some.bounds(np.quantile(some.exposures, [rank]))
            turns = np.exp(2j * np.pi * rates[:, None] * at).mean(axis=1)
            high = np.abs(turns[1:-1])
            peaks = 1 + np.flatnonzero((high > np.abs(turns[:-2])) & (high > np.abs(turns[2:])))
            best = peaks[np.argsort(np.abs(turns[peaks]))[-PEAKS:]]
            grids = np.zeros((len(best), 5))
            grids[:, 0], grids[:, 1] = -np.log(rates[best]), np.angle(turns[best]) / (2 * np.pi)
            grids[:, 2], grids[:, 4] = np.quantile(at - some.taken, 0.05), rank
            found.append(grids)
        return cls(delays=delays, grids=np.concatenate(found))

    def ways(self, steps: list[Density]) -> list[tuple[Start, list[Density]]]:
        """Where crowds may start from.

        Anywhere, and near the grids, with the last of the ``steps`` only.
        """
        fine = steps[-1 - int(math.log(FAR, FINER)) :]
        return (
            [(self.anywhere, steps), (self.near, fine)]
            if len(self.grids)
            else [(self.anywhere, steps)]
        )

    def anywhere(self, random: np.random.Generator) -> tuple[Array, Array]:
        """(START, 5) guesses as they are believed beforehand, and the logarithm of their density."""
        own = -random.uniform(math.log(SLOWEST), math.log(FASTEST), START)
        usual = -np.log(random.choice(RATES, START)) + DRIFT * random.standard_normal(START)
        rest = self._even(random)
        guesses = np.column_stack([np.where(np.arange(START) % 2, own, usual), rest])
        return guesses, _belief(guesses, self.delays)

    def near(self, random: np.random.Generator) -> tuple[Array, Array]:
        """(START, 5) guesses about the grids, and the logarithm of their density, to the same constant."""
        guesses = random.choice(self.grids, START) + SPREAD * random.uniform(-1, 1, (START, 5))
        guesses[:, 3] = self._even(random)[:, 2]
        off = (guesses[:, None, ABOUT] - self.grids[:, ABOUT]) / SPREAD[ABOUT]
        size = np.prod(2 * SPREAD[ABOUT]) / (self.delays[1] - self.delays[0])
        return guesses, np.asarray(np.log((np.abs(off) <= 1).all(axis=2).mean(axis=1) / size))

    def _even(self, random: np.random.Generator) -> Array:
        """(START, 4) phases, delays, jitters and ranks."""
        lowest, highest = zip((-0.5, 0.5), self.delays, np.log(JITTERS), (0, 1), strict=True)
        return random.uniform(lowest, highest, (START, 4))


def moments(changes: Changes, times: Array, taken: Array, exposures: Array) -> tuple[Whole, Array]:
    """(DRAWS, c) draws of the moments of the changes in s, and which of the ``exposures`` (m,) s goes with each draw.

    Film frames have middles ``times`` (n,) s; the pictures that appear were ``taken`` (c,) s,
    middles of the exposures.
    """
    middle, order = float(times.mean()), np.argsort(exposures)
    before, after = times[changes.frame - 1] - middle, times[changes.frame] - middle
    every = _Seen(
        before=before,
        after=after,
        share=changes.share,
        taken=taken - middle,
        exposures=exposures[order],
    )
    random = np.random.default_rng(0)
    late = after - every.taken
    delays = (
        float(np.quantile(late, 0.02)) - 2 / SLOWEST,
        float(np.quantile(late, 0.98)) + 1 / SLOWEST,
    )
    start = _Start.of(every, delays)
    belief = partial(_belief, delays=delays)
    guesses = particles.sample(
        start.ways(every.steps()), belief, size=CROWD, moves=MOVES, count=DRAWS
    )
    kept = order[np.rint(guesses[:, 4] * (len(order) - 1)).astype(np.int64)]
    return kept, _chosen(every, guesses, random) + middle


def _chosen(seen: _Seen, guesses: Array, random: np.random.Generator) -> Array:
    """(m, c) moments: of the refreshes within the bounds one by its probability; no refresh.

    Anywhere there.
    """
    exposure = seen.exposure(guesses)
    first, last, off = seen.points(guesses, exposure)
    low, high = seen.ready(guesses, first, last)
    part = random.uniform(size=low.shape)
    with np.errstate(all="ignore"):
        rank = low + part * (high - low)
        ready = seen.taken + guesses[:, 2:3] + np.exp(guesses[:, 3:4]) * np.log(rank / (1 - rank))
    period = np.exp(guesses[:, :1])
    ready = np.clip(np.nan_to_num(ready), first - period, last)
    refresh = first + period * np.ceil((ready - first) / period - 1e-6)
    earliest, latest = seen.bounds(exposure)
    anywhere = earliest + random.uniform(size=period.shape) * (latest - earliest)
    return np.where(
        off > 4 * np.hypot(TIMING, SHARE_NOISE * exposure), anywhere, np.clip(refresh, first, last)
    )

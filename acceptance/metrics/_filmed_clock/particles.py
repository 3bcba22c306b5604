"""Sampling of what readings leave possible, by sequential Monte Carlo.

The method is that of P. Del Moral, A. Doucet and A. Jasra, J. R. Stat. Soc. B 68 (2006) 411. A
crowd of guesses closes in on the likely ones while the likelihood is sharpened step by step. At
each step the crowd is thinned to the likely ones, which then move by differences within it, so that
it keeps its own shape however bent (differential evolution, C. ter Braak, Statistics and Computing
16 (2006) 239).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.gray_code import Array, Whole

    Density = Callable[[Array], Array]
    Start = Callable[[np.random.Generator], tuple[Array, Array]]
    Way = tuple[Start, Sequence[Density]]
    Beside = Callable[[Array], Iterable[Array]]

REACHES = np.array([0.3, 0.85, 0.85, 1.0])  # of the differences by which guesses move
LOOSE = 0.1  # by which these are varied
BESIDE = 8  # ranks
AGREED, MOST_CROWDS = 2.0, 8  # logarithm of the evidence
# rounds in which crowds that start from another one settle; squares by which they are wider; the
# guesses that they start with
ROUNDS, WIDER, AGAIN = 2, 2.0, 4096
# of its coordinates that a guess moves in: not all, where one of them has several islands
PARTS = np.array([0.4, 1.0])


def sample(
    ways: Sequence[Way],
    prior: Density,
    *,
    size: int,
    moves: int,
    count: int,
    fits: Callable[[Array], bool] = lambda _: True,
    beside: Beside | None = None,
    sure: Callable[[Array], bool] = lambda _: True,
    least: int = 2,
) -> Array:
    """(count, d) guesses after the last step.

    Each of the ``ways``, taken in turn, has a start that gives guesses (m, d) and the logarithm
    (m,) of the density that they were drawn from, and steps: likelihoods, as logarithms (n,) for
    any guesses (n, d). A start with more than ``size`` guesses, where there may be many islands, is
    halved at each step; at each the guesses make ``moves`` moves. ``prior`` is the logarithm of the
    density beforehand, -inf where ruled out.

    Crowds are sent out, ``least`` at least, until the two best find the same evidence and the best
    one ``fits``, since two may go astray alike; MOST_CROWDS at most. Each counts by its own.

    Where no two agree, or the best one is not ``sure``, it may be an island beside a higher one
    that none of them met: then crowds are sent from the guesses that ``beside`` makes of it, too,
    by the steps of the last way.
    """
    crowds, evidence = _sent_out(ways, prior, size, moves, fits, least)
    best = crowds[int(np.argmax(evidence))]
    if beside is not None and not (_agree(evidence) and sure(best)):
        for guesses in beside(best):
            crowd, found = _settled(guesses, ways[-1][1], prior, size, moves)
            crowds.append(crowd)
            evidence.append(found)
    return _drawn(crowds, np.array(evidence), count)


def _sent_out(
    ways: Sequence[Way],
    prior: Density,
    size: int,
    moves: int,
    fits: Callable[[Array], bool],
    least: int,
) -> tuple[list[Array], list[float]]:
    """Send crowds until two agree; return them and their evidence."""
    crowds: list[Array] = []
    evidence: list[float] = []
    while len(crowds) < least or (
        len(crowds) < MOST_CROWDS
        and not (_agree(evidence) and fits(crowds[int(np.argmax(evidence))]))
    ):
        start, steps = ways[len(crowds) % len(ways)]
        random = np.random.default_rng(len(crowds))
        crowd, found = _sent(start, steps, prior, size, moves, random)
        crowds.append(crowd)
        evidence.append(found)
    return crowds, evidence


def ranked(rank: Array, count: int) -> Whole:
    """(m,) places among ``count`` values, in order, of about the ranks ``rank`` (m,), 0 .. 1.

    Few values may be likely: what else goes with them is then drawn from those beside them, too.
    """
    beside = np.random.default_rng(4).integers(-BESIDE, BESIDE + 1, len(rank))
    return np.asarray(np.clip(np.rint(rank * (count - 1)).astype(np.int64) + beside, 0, count - 1))


def _agree(evidence: list[float]) -> bool:
    """Whether the two best crowds found the same."""
    if len(evidence) < 2:
        return False
    second, best = sorted(evidence)[-2:]
    return not best - second > AGREED


def _drawn(crowds: list[Array], evidence: Array, count: int) -> Array:
    """(count, d) guesses of the crowds, each in its share of the evidence."""
    share = np.exp(evidence - max(evidence))
    random = np.random.default_rng(0)
    which = random.choice(len(crowds), count, p=share / share.sum())
    return np.stack([crowds[crowd][random.integers(len(crowds[crowd]))] for crowd in which])


def _sent(
    start: Start,
    steps: Sequence[Density],
    prior: Density,
    size: int,
    moves: int,
    random: np.random.Generator,
) -> tuple[Array, float]:
    """Send one crowd through all steps: its guesses after the last, and the log of its evidence."""
    guesses, drawn = start(random)
    level, evidence = drawn - prior(guesses), 0.0
    kept = []
    for likelihood in steps:
        log = likelihood(guesses)
        weight, scale = _weights(log - level)
        evidence += scale + math.log(weight.mean())
        chosen = _thinned(weight, max(size, len(log) // 2), random)
        crowd = _Crowd(guesses=guesses[chosen], level=log[chosen], log_prior=prior(guesses)[chosen])
        for _ in range(moves):
            crowd.move(prior, likelihood, random)
            kept.append(crowd.guesses.copy())
        guesses, level = crowd.guesses, crowd.level
    return np.concatenate(kept[-moves:]), evidence


def _settled(
    guesses: Array, steps: Sequence[Density], prior: Density, size: int, moves: int
) -> tuple[Array, float]:
    """Send crowds one after another, each from where the last one came to; as ``_sent``."""
    found = -math.inf
    for number in range(ROUNDS):
        start = partial(_about, guesses, prior)
        guesses, found = _sent(start, steps, prior, size, moves, np.random.default_rng(number))
    return guesses, found


def _about(crowd: Array, prior: Density, random: np.random.Generator) -> tuple[Array, Array]:
    """(n, d) normal guesses about a ``crowd`` (m, d), and the log of their density.

    They are WIDER, and only those that the ``prior`` allows; the crowd itself must be possible.
    """
    varied = np.ptp(crowd, axis=0) > 0
    middle = crowd[:, varied].mean(axis=0)
    spread = WIDER * np.atleast_2d(np.cov(crowd[:, varied].T))
    root = np.linalg.cholesky(spread + 1e-9 * np.diag(np.diag(spread)))
    normal = random.standard_normal((AGAIN, len(middle)))
    guesses = np.repeat(crowd[:1], AGAIN, axis=0)
    guesses[:, varied] = middle + normal @ root.T
    size = float(np.log(np.diag(root)).sum()) + len(middle) / 2 * math.log(2 * math.pi)
    density = -(normal**2).sum(axis=1) / 2 - size
    possible = prior(guesses) > -np.inf
    return guesses[possible], density[possible] - math.log(max(possible.mean(), 1 / AGAIN))


def _weights(log: Array) -> tuple[Array, float]:
    """(n,) weights of guesses, the greatest 1, and the logarithm of what they are scaled by."""
    most = float(log.max())
    return np.exp(log - most), most


def _thinned(weight: Array, size: int, random: np.random.Generator) -> Whole:
    """(size,) which guesses go on, some several times, in random order (systematic resampling)."""
    points = (np.arange(size) + random.uniform()) / size
    chosen = np.searchsorted(np.cumsum(weight / weight.sum()), points)
    return random.permutation(np.minimum(chosen, len(weight) - 1))


@dataclass(kw_only=True)
class _Crowd:
    """Guesses (n, d), logarithms (n,) of their likelihood and prior; all changed by moves."""

    guesses: Array
    level: Array
    log_prior: Array

    def move(self, prior: Density, likelihood: Density, random: np.random.Generator) -> None:
        """Move each half of the crowd by differences within the other half (Metropolis)."""
        halves = np.array_split(np.arange(len(self.guesses)), 2)
        for mine, others in (halves, halves[::-1]):
            tried = self._tried(mine, others, random)
            log_prior = prior(tried)
            log = _where_possible(likelihood, tried, log_prior)
            better = log + log_prior - self.level[mine] - self.log_prior[mine]
            taken = np.log(random.uniform(size=len(mine))) < better
            self.guesses[mine[taken]], self.level[mine[taken]] = tried[taken], log[taken]
            self.log_prior[mine[taken]] = log_prior[taken]

    def _tried(self, mine: Whole, others: Whole, random: np.random.Generator) -> Array:
        """(len(mine), d) new places, some coordinates moved by the difference of two others."""
        count = len(mine)
        first, second = (self.guesses[_any(others, count, random)] for _ in range(2))
        loose = _any(REACHES, (count, 1), random) * (1 + LOOSE * random.standard_normal((count, 1)))
        part = random.uniform(size=first.shape) < _any(PARTS, (count, 1), random)
        return np.asarray(self.guesses[mine] + loose * np.where(part, first - second, 0))


def _any(
    values: NDArray[Any], size: int | tuple[int, ...], random: np.random.Generator
) -> NDArray[Any]:
    """Draw values as ``random.choice`` does, which takes thrice as long over what it is given."""
    return values[random.integers(0, len(values), size)]


def _where_possible(likelihood: Density, guesses: Array, log_prior: Array) -> Array:
    """(n,) likelihood, as logarithm, of guesses that the prior allows; -inf for all others."""
    possible = np.flatnonzero(log_prior > -np.inf)
    if len(possible) == len(guesses):
        return likelihood(guesses)
    log = np.full(len(guesses), -np.inf)
    log[possible] = likelihood(guesses[possible])
    return log

"""A sample of what readings leave possible, by sequential Monte Carlo.

A crowd of guesses closes in step by step.
P. Del Moral, A. Doucet and A. Jasra, J. R. Stat. Soc. B 68 (2006) 411. At each step the crowd is
thinned to the likely ones, which then move by differences within it, so that it keeps its own shape
however bent (differential evolution, C. ter Braak, Statistics and Computing 16 (2006) 239).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from scipy.special import logsumexp

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.metrics._filmed_clock.gray_code import Array

    Density = Callable[[Array], Array]
    Start = Callable[[np.random.Generator], tuple[Array, Array]]

REACHES = (0.3, 0.85, 0.85, 1.0)  # of the differences by which guesses move
AGREED, MOST_CROWDS = 2.0, 8  # logarithm of the evidence
LOOSE = 0.1  # by which these are varied
# of its coordinates that a guess moves in: not all, where one of them has several islands
PARTS = (0.4, 1.0)


def closed_in(
    ways: Sequence[tuple[Start, Sequence[Density]]],
    belief: Density,
    *,
    size: int,
    moves: int,
    count: int,
) -> Array:
    """(count, d) guesses after the last step.

    Each of the ``ways``, taken in turn, has a start that gives guesses (m, d) and the logarithm (m,) of the density
    that they were drawn from, and steps: likelihoods, as logarithms (n,) for any guesses (n, d). A start with more than
    ``size`` guesses, where there may be many islands, is halved at each step. ``belief`` is what is known beforehand,
    -inf where ruled out. Crowds are sent out until the two best find the same evidence, MOST_CROWDS at most; each
    counts by its own.
    """
    crowds: list[Array] = []
    evidence: list[float] = []
    while len(crowds) < 2 or (
        np.diff(sorted(evidence)[-2:]) > AGREED and len(crowds) < MOST_CROWDS
    ):
        random = np.random.default_rng(len(crowds))
        found, log = _sent(*ways[len(crowds) % len(ways)], belief, size, moves, random)
        crowds.append(found)
        evidence.append(log)
    share = np.exp(np.array(evidence) - max(evidence))
    random = np.random.default_rng(0)
    which = random.choice(len(crowds), count, p=share / share.sum())
    return np.stack([crowds[one][random.integers(len(crowds[one]))] for one in which])


def _sent(
    start: Start,
    steps: Sequence[Density],
    belief: Density,
    size: int,
    moves: int,
    random: np.random.Generator,
) -> tuple[Array, float]:
    """Give the guesses of one crowd after the last step, and the logarithm of the evidence that it found."""
    crowd, drawn = start(random)
    level, evidence = drawn - belief(crowd), 0.0
    kept = []
    for likelihood in steps:
        log = likelihood(crowd)
        evidence += float(logsumexp(log - level)) - math.log(len(log))
        chosen = _thinned(log - level, max(size, len(log) // 2), random)
        crowd, level = crowd[chosen], log[chosen]
        for _ in range(moves):
            crowd, level = _moved(crowd, level, belief, likelihood, random)
            kept.append(crowd)
    return np.concatenate(kept[-moves:]), evidence


def _thinned(log: Array, size: int, random: np.random.Generator) -> Array:
    """(size,) which guesses go on, some of them several times, in random order (systematic resampling)."""
    weight = np.exp(log - log.max())
    points = (np.arange(size) + random.uniform()) / size
    chosen = np.searchsorted(np.cumsum(weight / weight.sum()), points)
    return random.permutation(np.minimum(chosen, len(log) - 1))


def _moved(
    crowd: Array,
    level: Array,
    belief: Density,
    likelihood: Density,
    random: np.random.Generator,
) -> tuple[Array, Array]:
    """Move each half of the crowd by differences within the other half (Metropolis)."""
    crowd, level = crowd.copy(), level.copy()
    halves = np.array_split(np.arange(len(crowd)), 2)
    for mine, others in (halves, halves[::-1]):
        one, other = (crowd[random.choice(others, len(mine))] for _ in range(2))
        reach = random.choice(REACHES, (len(mine), 1)) * (
            1 + LOOSE * random.standard_normal((len(mine), 1))
        )
        part = random.uniform(size=one.shape) < random.choice(PARTS, (len(mine), 1))
        tried = crowd[mine] + reach * np.where(part, one - other, 0)
        known = belief(tried)
        likely = np.flatnonzero(known > -np.inf)
        log = np.full(len(mine), -np.inf)
        log[likely] = likelihood(tried[likely])
        better = log + known - level[mine] - belief(crowd[mine])
        taken = np.log(random.uniform(size=len(mine))) < better
        crowd[mine[taken]], level[mine[taken]] = tried[taken], log[taken]
    return crowd, level

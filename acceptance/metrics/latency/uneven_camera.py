"""A camera without an even pace: when it took each picture, by what all readings say together.

A clear reading says in which refresh an exposure lay, and that it did not reach far into another;
one that blends two says where it lay, to a share of its length. The line of the exposures, their
length and how they scatter about the line (normal values) are drawn together from all of that
(``particles``). Where exposures are too short to blend, scatter shows only in how many readings lie
in another refresh than the line's; where the camera runs in step with the screen, perhaps in none.
What is not seen stays possible, and the draws say how much.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import special
from acceptance.metrics._filmed_clock import particles
from acceptance.metrics._filmed_clock.gray_code import CLEAR
from acceptance.metrics._filmed_clock.line_prior import LOG_WIDTH, PHASE, SLOPE, LinePrior
from acceptance.metrics._filmed_clock.pace import DRAWS

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.line_prior import UsualSlopes
    from acceptance.metrics._filmed_clock.readings import Array, Readings

    Drawn = Callable[[np.random.Generator, int], tuple[Array, Array]]

# readings with one doubtful bit at most, and the share of all that they must be
FEWEST, MOSTLY = 12, 0.5
LEAST, MOST = 0.002, 0.6  # refreshes, rms: any scatter between is as likely, by its logarithm
MISREAD = 0.0125  # probability of any reading: one in twenty, two refreshes to either side
SHARE_NOISE = 0.03  # standard uncertainty of the share of a blend
START, CROWD, MOVES = 480, 160, 4
POWERS = 0.5 ** np.arange(6, -1, -1)  # of the likelihood, step by step
CROWDED = 0.5  # of the time from picture to picture, in which no camera takes two
LOG_SCATTER = 4  # column of guesses, after those of ``line_prior``
PARTS = (np.arange(16) + 0.5) / 16  # of what a reading allows, as likely as each other


@dataclass(frozen=True, kw_only=True)
class UnevenCamera:
    """What readings leave possible of a camera's exposures.

    ``draws`` (m, 5) are phase, slope, logarithm of the length, 0, and logarithm of the scatter, in
    refreshes and refreshes a picture; pictures are numbered from ``origin``.
    """

    draws: Array
    origin: float

    @property
    def scatter(self) -> float:
        """How exposures scatter about an even pace, refreshes, rms."""
        return float(np.sqrt(np.exp(2 * self.draws[:, LOG_SCATTER]).mean()))

    def taken(self, number: Array, pictures: Readings) -> tuple[Array, float]:
        """(m, n) draws of the middles of the exposures ``number`` (n,), and what each leaves open.

        In refreshes, the latter rms: of what the line and each reading allow, the mean of each draw
        is taken. Nan where a picture is unreadable, or more likely misread: what seems to blend
        several refreshes, or to have been taken right after another picture, may mix two.
        """
        # nothing to do with the draws of other lines
        draws = np.random.default_rng(2).permutation(self.draws)
        middle, scatter = _middle(draws, number - self.origin), np.exp(draws[:, LOG_SCATTER, None])
        read = _Read.of(pictures)
        first, last = read.within(np.exp(draws[:, LOG_WIDTH, None]))
        low, high = (special.ndtr((end - middle) / scatter) for end in (first, last))
        each = [middle + scatter * special.ndtri(low + part * (high - low)) for part in PARTS]
        each = [np.clip(of_part, first, last) for of_part in each]
        likely = _likelihood(draws, number - self.origin, read).mean(axis=0) > MISREAD
        likely &= plain(pictures) & ~_crowded(pictures.position, CROWDED * draws[:, SLOPE].mean())
        mean = np.where(likely, np.mean(each, axis=0), np.nan)
        each_open = np.var(each, axis=0) + (SHARE_NOISE * np.exp(draws[:, LOG_WIDTH, None])) ** 2
        return mean, float(np.sqrt(np.mean(each_open[:, likely])))


def seen(
    number: Array, pictures: Readings, line: tuple[float, float], usual: UsualSlopes
) -> UnevenCamera | None:
    """Draw what the readings of ``pictures`` (n,), exposures ``number`` (n,), leave possible.

    ``line`` is about the position of exposure 0, and refreshes from one to the next; ``usual`` ones
    are as likely as all others together. Return None where exposures are longer than a refresh or
    too few are read.
    """
    chosen = np.flatnonzero(plain(pictures) & pictures.readable)
    if len(chosen) < max(FEWEST, MOSTLY * len(number)):
        return None
    origin = float(number.mean())
    x, (start, step) = number[chosen] - origin, line
    prior = LinePrior.near(
        (start + step * origin, step), float(np.abs(x).max()), 1.0, usual, rolls=False
    )
    read = _Read.of(pictures.only(chosen))
    steps = [partial(_log_likelihood, x=x, read=read, power=float(power)) for power in POWERS]
    ways = [(partial(_started, draw), steps) for draw in (prior.drawn, prior.drawn_evenly)]
    draws = particles.sample(ways, partial(_log_prior, prior), size=CROWD, moves=MOVES, count=DRAWS)
    return UnevenCamera(draws=draws, origin=origin)


@dataclass(frozen=True, kw_only=True)
class _Read:
    """What readings (n,) say of the middles of exposures.

    Each lies within ``reach`` of ``position``, less ``margin`` lengths; where ``blended`` it lies
    ``late`` lengths after it, and nowhere else.
    """

    position: Array
    reach: Array
    margin: Array
    late: Array
    blended: NDArray[np.bool_]

    @classmethod
    def of(cls, pictures: Readings) -> _Read:
        """Take what a clear reading says, one of two refreshes, or one of several."""
        blended = pictures.ambiguous
        return cls(
            position=pictures.position,
            reach=np.where(blended, 0.0, pictures.reach),
            margin=np.where(plain(pictures) & ~blended, 0.5 - CLEAR, 0.0),
            late=np.where(blended, pictures.blend - 0.5, 0.0),
            blended=blended,
        )

    def within(self, width: Array) -> tuple[Array, Array]:
        """(m, n) each: earliest and latest middles of exposures of lengths ``width`` (m, 1)."""
        at = self.position + width * self.late
        reach = np.maximum(self.reach - width * self.margin, 0.0)
        return at - reach, at + reach


def plain(pictures: Readings) -> NDArray[np.bool_]:
    """(n,) which readings show one refresh, or two."""
    return np.asarray((np.abs(pictures.shares - 0.5) < 0.5 - CLEAR).sum(axis=1) <= 1)


def _crowded(position: Array, least: float) -> NDArray[np.bool_]:
    """(n,) which pictures seem to have been taken less than ``least`` refreshes apart."""
    read = np.flatnonzero(np.isfinite(position))
    near = np.diff(position[read]) < least
    found = np.zeros(len(position), np.bool_)
    found[read] = np.append(near, False) | np.append(False, near)
    return found


def _middle(guesses: Array, x: Array) -> Array:
    return np.asarray(guesses[:, PHASE, None] + guesses[:, SLOPE, None] * x)


def _started(draw: Drawn, random: np.random.Generator) -> tuple[Array, Array]:
    """(START, 5) guesses to start from, and the logarithm of their density."""
    guesses, density = draw(random, START)
    scatter = random.uniform(math.log(LEAST), math.log(MOST), START)
    return np.column_stack([guesses, scatter]), density


def _log_prior(prior: LinePrior, guesses: Array) -> Array:
    """(m,) logarithm of the density beforehand, up to a constant."""
    scatter = guesses[:, LOG_SCATTER]
    possible = (scatter >= math.log(LEAST)) & (scatter <= math.log(MOST))
    return np.where(possible, prior.log_density(guesses[:, :LOG_SCATTER]), -np.inf)


def _log_likelihood(guesses: Array, x: Array, read: _Read, power: float) -> Array:
    """(m,) its logarithm to a ``power``; any reading may be wrong."""
    return np.asarray(power * np.log(_likelihood(guesses, x, read) + MISREAD).sum(axis=1))


def _likelihood(guesses: Array, x: Array, read: _Read) -> Array:
    """(m, n) probability of each reading, of exposures at ``x`` (n,); of a blend its density."""
    width = np.exp(guesses[:, LOG_WIDTH, None])
    scatter = np.hypot(np.exp(guesses[:, LOG_SCATTER, None]), SHARE_NOISE * width)
    first, last = ((end - _middle(guesses, x)) / scatter for end in read.within(width))
    # what a blend shows is its share: the density is that of shares, not of refreshes
    density = width / scatter * np.exp(-(first**2) / 2) / math.sqrt(2 * math.pi)
    return np.asarray(np.where(read.blended, density, special.ndtr(last) - special.ndtr(first)))

"""The pace of one clock against another: the straight line on which exposures lie.

Two clocks that each run evenly (a film's time stamps, a camera's picture numbers, a screen's
refreshes) are related by a straight line. A single reading of the clock leaves up to a refresh
open; the line through all of them leaves far less, unless the two run in step: then every reading
says the same, and the draws show how much stays open.

A robust line through the positions read gives the prior (``line_prior``); the light of the lowest
bits gives the likelihood; lines are drawn from the product (``particles``), and spread wider where
the best of them fits worse than the noise.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import particles
from acceptance.metrics._filmed_clock.gray_code import CLEAR, low_bits
from acceptance.metrics._filmed_clock.line_prior import (
    LAG,
    LOG_WIDTH,
    NONE,
    PHASE,
    SHORTEST,
    SLOPE,
    LinePrior,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.gray_code import Array, Whole
    from acceptance.metrics._filmed_clock.line_prior import UsualSlopes

    # middles (...) and lengths to shares (..., bits)
    Code = Callable[[Array, Array | float], Array]

MIDDLE = np.zeros(1)
MOST_FITTED = 120  # readings that a line is fitted to
# share by which all cells may be off alike: curve of the camera, light from the cell beside
DEAD = 0.015
STUDENT = 2.5  # power of Student's density with 4 degrees of freedom: (4 + 1) / 2
LOUDEST, QUIETER = 0.25, 2**0.5  # noise to begin with, for one reading, and what it is let down by
FAR, FEW = 6.0, 3  # times the noise beyond which one in so many readings is looked at
LEAST_NOISE = 0.01
NOISES = 2.0  # that the noisiest of a row's bits is off by
FEWEST_READINGS = 4
# times the noise from which lines are drawn again as if there were so much: what is off is then not
# noise, and would make them sure of a wrong line
NOISIER = 2.0
ASTRAY = 3.0  # times the noise beyond which the likeliest lines are not yet believed
START, CROWD, MOVES = 480, 160, 4
# where two clocks run nearly in step, lines of shorter exposures that drift less look nearly alike:
# by how many times the guesses are more then, and how many crowds are sent; the most phases of a
# refresh that exposures in step come at; and how often they sweep what lies between
MORE, CROWDS, MOST_PHASES, SWEPT = 3, 4, 4, (0.02, 2.0)
DRAWS = 256
ROBUST_FITS = 4  # of the robust line
CLOSE, USUALLY_OFF = 1.5, 3  # refreshes, and times the median, within which a position counts


@dataclass(frozen=True, kw_only=True)
class Pace:
    """A straight line through exposures: position = phase + slope (x - origin) + lag x height.

    ``draws`` (m, 4), phase, slope, exposure width and lag, are a sample of what the readings leave
    possible, all in refreshes (slope: per unit of x; lag: from the chart's upper end to its lower
    one). ``uneven`` refreshes, rms, is how far single exposures must be off the line to show what
    they do.
    """

    origin: float
    draws: Array
    uneven: float = 0.0

    @property
    def widths(self) -> Array:
        """(m,) lengths of the exposures."""
        return self.draws[:, LOG_WIDTH]

    @property
    def slopes(self) -> Array:
        """(m,) refreshes per unit of x."""
        return self.draws[:, SLOPE]

    @property
    def width(self) -> float:
        """Usual length of the exposures."""
        return float(np.median(self.widths))

    @property
    def lag(self) -> float:
        """Mean lag."""
        return float(self.draws[:, LAG].mean())

    def only(self, chosen: Whole) -> Pace:
        """Return the line with the ``chosen`` draws."""
        return replace(self, draws=self.draws[chosen])

    def at(self, x: Array) -> Array:
        """(m, len(x)) positions at ``x``, at middle height."""
        phase, slope = self.draws[:, PHASE, None], self.draws[:, SLOPE, None]
        return np.asarray(phase + slope * (x - self.origin))

    def inverse(self, position: Array) -> Array:
        """(m, n) where the line reaches ``position``, (n,) or (m, n)."""
        phase, slope = self.draws[:, PHASE, None], self.draws[:, SLOPE, None]
        return np.asarray(self.origin + (position - phase) / slope)


def pace(
    x: Array,
    light: Array,
    position: Array,
    *,
    heights: Array = MIDDLE,
    step: float = 1.0,
    usual: UsualSlopes = NONE,
    code: Code = low_bits,
    noise: float | None = None,
) -> Pace:
    """Draw the lines, with one exposure width and lag each, that the readings leave possible.

    ``light`` (n, r, bits) at ``x`` (n,) is that of the bits at ``heights`` (r,) of the chart,
    ``position`` (n,) what each was read as, in refreshes; 4 readings at least. ``step`` in x from
    one exposure to the next: none is longer, nor any read-out. ``usual`` slopes are as likely as
    all others together (``LinePrior``). ``code`` gives the light of exposures from their middles
    and lengths; ``noise`` of the light, where not given, is taken from the clear bits. Raises
    GapError too_few_frames where no light is known.

    Blends show the phase to a small share of a refresh; where none is seen, all that the clear
    readings allow stays possible, and the draws show it.
    """
    origin = float(x.mean())
    line = _robust_line(x - origin, position)
    span = float(np.abs(x - origin).max())
    prior = LinePrior.near(line, span, step, usual, rolls=len(heights) > 1)
    rows = _Rows.informative(x - origin, light, heights, code, noise)
    drifts = _nearly_in_step(x, line[1])
    sampled = partial(_sampled, times=MORE, least=CROWDS) if drifts else _sampled
    guesses = sampled(prior, rows)
    uneven, worse = rows.uneven(guesses), rows.worse(guesses)
    if worse > NOISIER:
        rows = replace(rows, noise=rows.noise * worse)
        guesses = sampled(prior, rows)
    return Pace(origin=origin, draws=_draws(guesses, rows, prior), uneven=uneven)


def _nearly_in_step(x: Array, slope: float) -> bool:
    """Whether exposures at ``x`` (n,), in order, come at few phases of a refresh, but drift."""
    step = float(np.median(np.diff(x)))
    if not step > 0:
        return False
    each, count = slope * step, float(np.ptp(x)) / step
    turns = each * np.arange(1, MOST_PHASES + 1)
    swept = float(np.abs(turns - np.rint(turns)).min()) * count
    return SWEPT[0] < swept < SWEPT[1]


def _sampled(prior: LinePrior, rows: _Rows, times: int = 1, least: int = 2) -> Array:
    """(DRAWS, 4) guesses from prior and likelihood, of as many ``times`` more."""
    starts = (prior.drawn, prior.drawn_evenly) if len(prior.usual.slopes) else (prior.drawn,)
    ways = [(partial(start, count=times * START), rows.quietening()) for start in starts]
    return particles.sample(
        ways, prior.log_density, size=times * CROWD, moves=MOVES, count=DRAWS, least=least,
        fits=lambda guesses: rows.worse(guesses) <= ASTRAY,
    )  # fmt: skip


def _draws(guesses: Array, rows: _Rows, prior: LinePrior) -> Array:
    """Spread the guesses where their mean fits worse than the noise; return widths, not logs."""
    mean = guesses.mean(axis=0)
    draws = mean + (guesses - mean) * max(1.0, rows.worse(guesses))
    shortest, longest = math.log(SHORTEST), math.log(prior.longest)
    draws[:, LOG_WIDTH] = np.exp(np.clip(draws[:, LOG_WIDTH], shortest, longest))
    return np.asarray(draws)


@dataclass(frozen=True, kw_only=True)
class _Rows:
    """What a line is fitted to: the light (n, bits) of n rows, each at its x and height."""

    x: Array
    height: Array
    light: NDArray[np.float32]
    noise: float
    code: Code

    @classmethod
    def informative(
        cls, x: Array, light: Array, heights: Array, code: Code, noise: float | None
    ) -> _Rows:
        """Choose the rows that say most from light (n, r, bits)."""
        rows = light.reshape(-1, light.shape[2])
        chosen = _informative(rows)
        if not len(chosen):
            raise GapError("too_few_frames", frames=0, needed=FEWEST_READINGS)
        return cls(
            x=np.repeat(x, len(heights))[chosen],
            height=np.tile(heights, len(x))[chosen],
            light=rows[chosen].astype(np.float32),
            noise=noise or _noise(rows[chosen]),
            code=code,
        )

    def off(self, guesses: Array) -> Array:
        """(m, n, bits) by how much the light differs from that of each guess."""
        phase, slope, log_width, lag = (guesses[:, column, None] for column in range(4))
        middle = phase + slope * self.x + lag * self.height
        return np.abs(self.code(middle, np.exp(log_width)) - self.light)

    def worse(self, guesses: Array) -> float:
        """Return how many times the noise the light differs by from the mean of guesses, rms."""
        off = self.off(guesses.mean(axis=0)[None])
        return float(np.sqrt(np.mean(off**2))) / self.noise

    def uneven(self, guesses: Array) -> float:
        """Return how far exposures are off the mean of guesses (refreshes, rms), by their light.

        A bit that is off by a share of the exposure shows it off by as much of its width. Only
        exposures that blend tell, or that should.
        """
        off = self.off(guesses.mean(axis=0)[None])[0].max(axis=1)
        tell = (np.abs(self.light - 0.5) < 0.5 - CLEAR).any(axis=1) | (off > CLEAR)
        more = float(np.mean(off[tell] ** 2)) if tell.any() else 0.0
        more -= (NOISES * self.noise) ** 2
        return math.exp(float(guesses[:, LOG_WIDTH].mean())) * math.sqrt(max(more, 0.0))

    def log_likelihood(self, guesses: Array, noise: float) -> Array:
        """(m,) were the noise ``noise``: Student's t with 4 degrees of freedom tolerates outliers.

        Far above the true noise one row in FEW stands for all.
        """
        rows = self._one_in(FEW) if noise > FAR * self.noise else self
        half_t = np.maximum(rows.off(guesses) - DEAD, 0) * np.float32(0.5 / noise)
        of_row = reduce(np.multiply, np.moveaxis(1 + half_t**2, 2, 0))
        power = -STUDENT * len(self.x) / len(rows.x)
        return np.asarray(power * np.log(of_row).sum(axis=1))

    def quietening(self) -> list[Callable[[Array], Array]]:
        """Likelihoods while the noise is let down to its true value."""
        count = int(math.log(LOUDEST * self.light.size**0.5 / self.noise, QUIETER))
        noises = [self.noise * QUIETER**step for step in range(count, -1, -1)]
        return [partial(self.log_likelihood, noise=noise) for noise in noises]

    def _one_in(self, few: int) -> _Rows:
        return replace(self, x=self.x[::few], height=self.height[::few], light=self.light[::few])


def _informative(light: Array) -> Whole:
    """Choose MOST_FITTED rows without nan, and as many that blend: these say most if there are few.

    The choice is random: an even one would be blind to a beat of two clocks.
    """
    random = np.random.default_rng(1)
    every = np.flatnonzero(np.isfinite(light).all(axis=1))
    blends = every[(np.abs(light[every] - 0.5) < 0.5 - CLEAR).any(axis=1)]
    some = [
        random.choice(rows, min(len(rows), MOST_FITTED), replace=False) for rows in (every, blends)
    ]
    return np.unique(np.concatenate([*some, every[:1], every[-1:]]))


def _noise(light: Array) -> float:
    """Noise of the light, from the clear bits; 1.5 times the median of what they are off."""
    off = np.minimum(np.abs(light), np.abs(1 - light))
    clear = off < CLEAR
    return max(LEAST_NOISE, 1.5 * float(np.median(off[clear]))) if clear.any() else CLEAR


def _robust_line(x: Array, position: Array) -> tuple[float, float]:
    """Phase and slope by least squares, again and again without the positions far off the line."""
    keep = np.ones(len(x), np.bool_)
    for _ in range(ROBUST_FITS):
        slope, phase = (float(value) for value in np.polyfit(x[keep], position[keep], 1))
        off = np.abs(position - phase - slope * x)
        keep = off <= max(CLOSE, USUALLY_OFF * float(np.median(off)))
    return phase, slope

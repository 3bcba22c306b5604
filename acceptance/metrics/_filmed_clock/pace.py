"""The pace of pictures against the clock.

Numbering them, and the straight line on which their exposures lie.
Two clocks that each run evenly (a film's time stamps, a camera's picture numbers, a screen's
refreshes) are related by a straight line. Single readings of the clock leave up to a refresh open;
the line through all of them leaves far less, unless the two run in step: then every reading says
the same, and the draws show how much stays open.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import partial, reduce
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.gray_code import CLEAR, low_bits
from acceptance.metrics._filmed_clock.particles import closed_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Whole

    # middles (...) and lengths to shares (..., bits)
    Code = Callable[[Array, Array | float], Array]

MIDDLE, NONE = np.zeros(1), np.empty(0)
SCREEN_RATES = np.array([50, 60 / 1.001, 60, 75, 90, 100, 120, 144])  # Hz, usual ones
CAMERA_RATES = np.array([10, 12.5, 15, 20, 24, 25, 30 / 1.001, 30, 50, 60 / 1.001, 60])
MOST_FITTED = 120  # readings that a line is fitted to
WIDTHS = (0.03, 6.0)  # exposures in refreshes
# standard deviation of a rate from the usual one, relative: resonators of two devices
DRIFT = 50e-6
OWN = 0.1  # width of the range of rates that are not usual, relative
# share by which all cells may be off alike: curve of the camera, light from the cell beside
DEAD = 0.015
LOUDEST, QUIETER = 0.25, 2**0.5  # noise to begin with, for one reading, and what it is let down by
FAR, FEW = 6.0, 3  # times the noise beyond which one in so many readings is looked at
CROWD, MOVES = 160, 4
DRAWS = 256
HEAD = 200  # pictures in which the period is sought
# share of pictures that must be followed by the very next, else any fine grid would do
FEWEST_NEXT = 1 / 3


@dataclass(frozen=True, kw_only=True)
class Cadence:
    """A source that takes a picture every ``period`` refreshes.

    ``number`` (n,) which of its pictures each one is.
    """

    period: float
    number: Whole


def cadence(position: Array, reach: Array, tolerated: float = 0.03) -> Cadence | None:
    """Find the even grid on which different pictures were taken, some of which may be missing.

    ``position`` (n,) increasing, in refreshes, ``reach`` (n,) half ranges, at least 4. Sought in
    the opening HEAD, then followed through. None when no grid holds all but a ``tolerated`` share
    of the pictures.
    """
    if len(position) < 4:
        return None
    span = min(12, len(position) - 1)
    usual = float(np.median((position[span:] - position[:-span]) / span))
    period = _fitting_period(position[:HEAD], reach[:HEAD], usual, tolerated)
    return _followed(position, reach, period, tolerated) if period else None


def _fitting_period(position: Array, reach: Array, usual: float, tolerated: float) -> float | None:
    """Choose the period, near the usual step or below, on whose grid the pictures lie closest, relative to the period.

    Whole-numbered readings fit the periods p and 1 / (1 - 1 / p) alike: then more pictures must
    follow the one before.
    """
    place = position - position[0]
    step = 0.1 / max(float(np.ptp(place)), 1.0)
    rates = np.arange(1 / (1.3 * usual), 1 / max(0.3 * usual, 1.05), step)[:, None]
    turns = np.exp(2j * np.pi * rates * place)
    off = np.angle(turns / turns.mean(axis=1, keepdims=True)) / (2 * np.pi)
    fits = np.mean(np.abs(off) <= (reach + 0.3) * rates, axis=1) >= 1 - tolerated
    if not fits.any():
        return None
    most = int(np.ceil((1 - tolerated) * len(place)))  # those misread lie anywhere
    spread = np.mean(np.sort(off**2, axis=1)[:, :most], axis=1)
    alike = np.flatnonzero(fits & (spread <= 1.1 * spread[fits].min()))
    following = np.mean(np.diff(np.rint(rates[alike] * place - off[alike]), axis=1) == 1, axis=1)
    alike = alike[following >= following.max() - 0.002]
    return float(1 / rates[alike[np.argmin(spread[alike])], 0])


def _followed(position: Array, reach: Array, period: float, tolerated: float) -> Cadence | None:
    """Count the pictures through, refitting period and start each time that twice as many have been numbered."""
    size = min(HEAD, len(position))
    turns = np.exp(2j * np.pi * (position[:size] - position[0]) / period)
    start = float(position[0] + np.angle(turns.mean()) * period / (2 * np.pi))
    while size < 2 * len(position):
        seen = position[: min(size, len(position))]
        start = _centred(seen, start, period)
        period, start = (float(x) for x in np.polyfit(_numbered(seen, start, period), seen, 1))
        size *= 2
    start = _centred(position, start, period)
    number = _numbered(position, start, period)
    fits = np.abs(position - start - number * period) <= reach + 0.5
    if np.mean(fits) < 1 - tolerated or np.mean(np.diff(number) == 1) < FEWEST_NEXT:
        return None
    return Cadence(period=period, number=(number - number[0]).astype(np.int64))


def _centred(position: Array, start: float, period: float) -> float:
    """Move the start to the middle of the range of what is off.

    At an end, readings in half refreshes make ties.
    """
    low, high = np.quantile(
        position - start - _numbered(position, start, period) * period, (0.005, 0.995)
    )
    return start + float(low + high) / 2 if high - low < 1.5 else start


def _numbered(position: Array, start: float, period: float) -> Array:
    place = (position - start) / period
    return _distinct(np.rint(place), place)


def _distinct(number: Array, place: Array) -> Array:
    """Part two different pictures that got one number, as happens half-way between numbers.

    To the nearer free one.
    """
    number = number.copy()
    for i in np.flatnonzero(np.diff(number) == 0):
        room_after = i + 2 >= len(number) or number[i + 2] > number[i + 1] + 1
        room_before = i == 0 or number[i - 1] < number[i] - 1
        if room_after and not (
            room_before and place[i] - number[i] + place[i + 1] - number[i + 1] < 0
        ):
            number[i + 1] += 1
        elif room_before:
            number[i] -= 1
    return number


@dataclass(frozen=True, kw_only=True)
class Pace:
    """A straight line through exposures: position = phase + slope (x - origin) + lag x height.

    ``draws`` (m, 4), phase, slope, exposure width and lag, are a sample of what the readings leave
    possible, all in refreshes (slope: per unit of x; lag: from the chart's upper end to its lower
    one).
    """

    origin: float
    draws: Array

    @property
    def width(self) -> float:
        """Usual length of the exposures."""
        return float(np.median(self.draws[:, 2]))

    @property
    def lag(self) -> float:
        """Mean lag."""
        return float(self.draws[:, 3].mean())

    def only(self, chosen: Whole) -> Pace:
        """Return the line with the ``chosen`` draws."""
        return Pace(origin=self.origin, draws=self.draws[chosen])

    def at(self, x: Array) -> Array:
        """(m, len(x)) positions at ``x``, at middle height."""
        return np.asarray(self.draws[:, :1] + self.draws[:, 1:2] * (x - self.origin))

    def inverse(self, position: Array) -> Array:
        """(m, n) where the line reaches ``position``, (n,) or (m, n)."""
        return np.asarray(self.origin + (position - self.draws[:, :1]) / self.draws[:, 1:2])


def pace(
    x: Array,
    light: Array,
    position: Array,
    *,
    heights: Array = MIDDLE,
    step: float = 1.0,
    usual: Array = NONE,
    code: Code = low_bits,
    noise: float | None = None,
) -> Pace:
    """Sample the lines, with one exposure width and one lag, that the light (n, r, bits) at ``x`` (n,) leaves possible.

    ``light`` is that of the bits at ``heights`` (r,) of the chart; ``step`` in x from one exposure
    to the next: none is longer, nor any read-out. ``usual`` slopes are as likely as all others
    together (``_Belief``). ``code`` gives the light of exposures from their middles and lengths.
    Needs 4 readings. Blends tell the phase to a small share of a refresh; where none is seen, all
    that the clear readings allow stays possible, and the draws show it. The noise of the light,
    where not given, is taken from the clear bits; Student's t with 4 degrees of freedom bears
    outliers; draws are widened where the line fits worse than that noise.
    """
    origin = float(x.mean())
    start = _robust_line(x - origin, position)
    rows = light.reshape(-1, light.shape[2])
    chosen = _telling(rows)
    seen = _Seen(
        x=np.repeat(x - origin, len(heights))[chosen],
        height=np.tile(heights, len(x))[chosen],
        light=rows[chosen].astype(np.float32),
        noise=noise or _noise(rows[chosen]),
        code=code,
    )
    belief = _Belief.near(
        start, float(np.abs(x - origin).max()), step, usual, rolls=len(heights) > 1
    )
    sent = partial(belief.drawn, count=CROWD)
    guesses = closed_in(
        [(sent, seen.steps())], belief.likelihood, size=CROWD, moves=MOVES, count=DRAWS
    )
    middle = guesses.mean(axis=0)
    worse = float(np.sqrt(np.mean(seen.off(middle[None]) ** 2))) / seen.noise
    draws = middle + (guesses - middle) * max(1.0, worse)
    draws[:, 2] = np.exp(np.clip(draws[:, 2], math.log(WIDTHS[0]), math.log(belief.longest)))
    return Pace(origin=origin, draws=draws)


@dataclass(frozen=True, kw_only=True)
class _Seen:
    """What a line is fitted to: n readings of a row each. Guesses (m, 4).

    Phase, slope, logarithm of the width, lag.
    """

    x: Array
    height: Array
    light: NDArray[np.float32]
    noise: float
    code: Code

    def off(self, guesses: Array) -> Array:
        """(m, n, bits) by how much the light differs from what is guessed."""
        place = guesses[:, :1] + guesses[:, 1:2] * self.x + guesses[:, 3:] * self.height
        return np.abs(self.code(place, np.exp(guesses[:, 2:3])) - self.light)

    def likelihood(self, guesses: Array, noise: float) -> Array:
        """(m,) its logarithm if the noise were ``noise``.

        Far above the true one FEW of the readings stand for all.
        """
        seen = self.only(slice(0, None, FEW)) if noise > FAR * self.noise else self
        misfit = np.maximum(seen.off(guesses) - DEAD, 0) * np.float32(0.5 / noise)
        product = reduce(np.multiply, np.moveaxis(1 + misfit**2, 2, 0))
        return np.asarray(-2.5 * len(self.x) / len(seen.x) * np.log(product).sum(axis=1))

    def only(self, few: slice) -> _Seen:
        """Return a ``few`` of the readings."""
        return replace(self, x=self.x[few], height=self.height[few], light=self.light[few])

    def steps(self) -> list[Callable[[Array], Array]]:
        """Likelihoods while the noise is let down."""
        count = int(math.log(LOUDEST * self.light.size**0.5 / self.noise, QUIETER))
        return [
            partial(self.likelihood, noise=self.noise * QUIETER**step)
            for step in range(count, -1, -1)
        ]


@dataclass(frozen=True, kw_only=True)
class _Belief:
    """What is known of a line beforehand.

    Phase and slope near ``start``, widths by their logarithms, lags evenly.
    A screen, a camera or a film runs at one of the ``usual`` rates, right to what resonators are
    (DRIFT), or at any other; both are as likely. Without that, lines that run in step would be
    thought to drift as far as the readings let them; a phase in the middle of its room, which lets
    them drift most, would be thought likelier than one at its edge.
    """

    start: tuple[float, float]
    reach: float  # of the slope
    usual: Array
    longest: float
    most_lag: float

    @classmethod
    def near(
        cls, start: tuple[float, float], span: float, step: float, usual: Array, *, rolls: bool
    ) -> _Belief:
        """Make one of a robust line, ``span`` to either side of its origin."""
        reach, longest = (
            1 / max(span, 1e-9),
            float(np.clip(step * start[1], 2 * WIDTHS[0], WIDTHS[1])),
        )
        near = usual[np.abs(usual - start[1]) < reach]
        return cls(
            start=start,
            reach=reach,
            usual=near,
            longest=longest,
            most_lag=longest + 1 if rolls else 0.0,
        )

    def drawn(self, random: np.random.Generator, count: int) -> tuple[Array, Array]:
        """(count, 4) guesses from which to start, half of the slopes usual ones, and the logarithm of their density."""
        low, high = np.log(WIDTHS[0]), np.log(self.longest)
        guesses = random.uniform(-1, 1, (count, 4)) * [
            1,
            self.reach,
            (high - low) / 2,
            self.most_lag,
        ]
        guesses += [*self.start, (low + high) / 2, 0]
        flat = 1 / (2 * self.reach)
        if not len(self.usual):
            return guesses, np.full(count, np.log(flat))
        half = slice(0, count, 2)
        guesses[half, 1] = random.choice(self.usual, (count + 1) // 2) * (
            1 + DRIFT * random.standard_normal((count + 1) // 2)
        )
        return guesses, np.log(flat + self._peaks(guesses).mean(axis=1))

    def _peaks(self, guesses: Array) -> Array:
        """(m, usual) density of the slope about each usual one."""
        spread = DRIFT * self.usual
        return np.asarray(
            np.exp(-(((guesses[:, 1:2] - self.usual) / spread) ** 2) / 2)
            / (spread * math.sqrt(2 * math.pi))
        )

    def likelihood(self, guesses: Array) -> Array:
        """(m,) logarithm of the density, up to a constant; -inf for what is ruled out."""
        width, lag = guesses[:, 2], guesses[:, 3]
        density = 1 / (OWN * self.start[1]) + self._peaks(guesses).sum(axis=1)
        inside = (
            (width >= np.log(WIDTHS[0]))
            & (width <= np.log(self.longest))
            & (np.abs(lag) <= self.most_lag)
        )
        return np.asarray(np.where(inside, np.log(density), -np.inf))


def _telling(light: Array) -> Whole:
    """Choose MOST_FITTED readings (of rows; none with nan) and as many that blend, which tell most where they are few.

    At random: an even choice would be blind to a beat of two clocks.
    """
    random = np.random.default_rng(1)
    every = np.flatnonzero(np.isfinite(light).all(axis=1))
    blends = every[(np.abs(light[every] - 0.5) < 0.5 - CLEAR).any(axis=1)]
    some = [
        random.choice(which, min(len(which), MOST_FITTED), replace=False)
        for which in (every, blends)
    ]
    return np.unique(np.concatenate([*some, every[:1], every[-1:]]))


def _noise(light: Array) -> float:
    off = np.minimum(np.abs(light), np.abs(1 - light))
    return max(0.01, 1.5 * float(np.median(off[off < CLEAR]))) if (off < CLEAR).any() else CLEAR


def _robust_line(x: Array, y: Array) -> tuple[float, float]:
    keep = np.ones(len(x), np.bool_)
    for _ in range(4):
        slope, start = (float(value) for value in np.polyfit(x[keep], y[keep], 1))
        off = np.abs(y - start - slope * x)
        keep = off <= max(1.5, 3 * float(np.median(off)))
    return start, slope

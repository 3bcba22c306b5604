"""What is known of the line between two clocks before the light is looked at.

A guess is a row (phase, slope, logarithm of the exposure width, lag): phase, width and lag in
refreshes, slope in refreshes per unit of x.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.gray_code import Array

PHASE, SLOPE, LOG_WIDTH, LAG = range(4)  # columns of guesses
SCREEN_RATES = np.array([50, 60 / 1.001, 60, 75, 90, 100, 120, 144])  # Hz, usual ones
CAMERA_RATES = np.array([10, 12.5, 15, 20, 24, 25, 30 / 1.001, 30, 50, 60 / 1.001, 60])
SHORTEST, LONGEST = 0.03, 16.0  # exposures in refreshes: up to those of a camera of 5 frame/s
# standard deviation of a rate from the usual one, relative: resonators of two devices
DRIFT = 50e-6
OWN = 0.1  # width of the range of rates that are not usual, relative
# relative, by which a film may run slower than it is stamped (60 and 60 / 1.001)
STAMPED = 1.1e-3
# standard deviations within which a screen is one of the usual ones: 59.95 Hz is none
ALIKE = 2.0
SPREAD = (0.16, 0.5, 0.84)  # quantiles: a standard deviation to either side of the middle
# of the most lag of one way, below which all are as likely; of a density, that of lags beyond it
LEAST_LAG, OPPOSITE = 0.01, 0.05


@dataclass(frozen=True, kw_only=True)
class UsualSlopes:
    """Slopes (k,) that are met often, each within its ``drifts`` (k,), relative (sd)."""

    slopes: Array
    drifts: Array

    @classmethod
    def of(cls, slopes: Array, drift: float = DRIFT) -> UsualSlopes:
        """Make some that are all as sure."""
        return cls(slopes=slopes, drifts=np.full(len(slopes), drift))

    @classmethod
    def of_cameras(cls, screen: Array) -> UsualSlopes:
        """Make those of usual cameras before a screen of which ``screen`` (m,) Hz are draws.

        They are refreshes from picture to picture. Where a film shows that the screen runs at its
        own rate, ratios of usual rates would lead astray; those of usual screens stay possible as
        far as the film may be stamped wrong.
        """
        low, rate, high = np.quantile(screen, SPREAD)
        if not rate > 0:
            return NONE
        doubt = math.hypot(DRIFT, (high - low) / (2 * rate))
        off = np.abs(SCREEN_RATES / rate - 1)
        screens = SCREEN_RATES[off < STAMPED + ALIKE * doubt]
        drifts = np.full(len(screens), DRIFT)
        if off.min() > ALIKE * doubt:
            screens, drifts = np.append(screens, rate), np.append(drifts, doubt)
        each = np.divide.outer(screens, CAMERA_RATES)
        return cls(slopes=each.ravel(), drifts=np.repeat(drifts, len(CAMERA_RATES)))

    def near(self, slope: float, reach: float) -> UsualSlopes:
        """Return those within ``reach`` of a ``slope``."""
        chosen = np.abs(self.slopes - slope) < reach
        return UsualSlopes(slopes=self.slopes[chosen], drifts=self.drifts[chosen])

    def drawn(self, random: np.random.Generator, count: int) -> Array:
        """(count,) slopes."""
        which = random.integers(0, len(self.slopes), count)
        off = self.drifts[which] * random.standard_normal(count)
        return np.asarray(self.slopes[which] * (1 + off))

    def density(self, slopes: Array) -> Array:
        """(m, k) density of ``slopes`` (m,) about each."""
        spread = self.drifts * self.slopes
        off = (slopes[:, None] - self.slopes) / spread
        return np.asarray(np.exp(-(off**2) / 2) / (spread * math.sqrt(2 * math.pi)))


NONE = UsualSlopes.of(np.empty(0))
SCREENS = UsualSlopes.of(SCREEN_RATES)


@dataclass(frozen=True, kw_only=True)
class LinePrior:
    """Density of lines beforehand: phase and slope near a robust line, widths by their logarithms.

    A screen, a camera or a film runs at one of the ``usual`` rates, within the tolerance of
    resonators (DRIFT), or at any other; both are as likely. Without that, lines that run in step
    would seem to drift as far as the readings allow; a phase in the middle of its room, which lets
    them drift most, would seem likelier than one at its edge. ``reach`` is how far the slope may be
    from ``slope``.

    A lag is two shares of the longest exposure, or of a refresh: of the picture's height, which the
    chart takes, and of the time that a read-out takes, or a screen's scan, which it is seen less
    by; each may be any. Seldom do both run opposite ways: then it is up to ``most_lag``. Where only
    the ratio of lag and width shows, lags that are all as likely would make the longest exposures
    the likeliest.
    """

    phase: float
    slope: float
    reach: float
    usual: UsualSlopes
    longest: float
    most_lag: float

    @classmethod
    def near(
        cls, line: tuple[float, float], span: float, step: float, usual: UsualSlopes, *, rolls: bool
    ) -> LinePrior:
        """Make one from a robust line (phase, slope) with ``span`` to either side of its origin.

        ``step`` in x from one exposure to the next: none is longer. ``rolls``: there are rows of
        several heights, so that the lag is seen.
        """
        phase, slope = line
        reach = 1 / max(span, 1e-9)
        longest = float(np.clip(step * slope, 2 * SHORTEST, LONGEST))
        return cls(
            phase=phase,
            slope=slope,
            reach=reach,
            usual=usual.near(slope, reach),
            longest=longest,
            most_lag=longest + 1 if rolls else 0.0,
        )

    def drawn(self, random: np.random.Generator, count: int) -> tuple[Array, Array]:
        """(count, 4) guesses to start from, and (count,) the logarithm of their density.

        Half of the slopes are usual ones, as far as there are any.
        """
        guesses, flat = self._even(random, count), 1 / (2 * self.reach)
        if not len(self.usual.slopes):
            return guesses, np.full(count, np.log(flat))
        guesses[::2, SLOPE] = self.usual.drawn(random, (count + 1) // 2)
        return guesses, np.log(flat + self.usual.density(guesses[:, SLOPE]).mean(axis=1))

    def drawn_evenly(self, random: np.random.Generator, count: int) -> tuple[Array, Array]:
        """Return as ``drawn``, with no slope likelier than another: a usual one may mislead."""
        return self._even(random, count), np.full(count, -np.log(2 * self.reach))

    def log_density(self, guesses: Array) -> Array:
        """(m,) logarithm of the density, up to a constant; -inf for what is ruled out."""
        usual = self.usual.density(guesses[:, SLOPE]).sum(axis=1)
        density = 1 / (OWN * self.slope) + usual
        density *= self._lags(guesses)
        return np.asarray(np.where(self._possible(guesses), np.log(density), -np.inf))

    def _even(self, random: np.random.Generator, count: int) -> Array:
        low, high = np.log(SHORTEST), np.log(self.longest)
        halves = [1, self.reach, (high - low) / 2, self.most_lag]
        guesses = random.uniform(-1, 1, (count, 4)) * halves
        guesses += [self.phase, self.slope, (low + high) / 2, 0]
        return np.asarray(guesses)

    def _lags(self, guesses: Array) -> Array:
        """(m,) density of lags: of the product of two shares."""
        if not self.most_lag:
            return np.ones(len(guesses))
        share = np.abs(guesses[:, LAG]) / max(self.longest, 1.0)
        return np.asarray(-np.log(np.clip(share, LEAST_LAG, math.exp(-OPPOSITE))))

    def _possible(self, guesses: Array) -> Array:
        width, lag = guesses[:, LOG_WIDTH], guesses[:, LAG]
        within = (width >= np.log(SHORTEST)) & (width <= np.log(self.longest))
        return np.asarray(within & (np.abs(lag) <= self.most_lag))

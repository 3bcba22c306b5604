"""Test signals whose truth is known in closed form: edges, wedges, noisy frames."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter
from scipy.optimize import brentq
from scipy.special import ndtr

from acceptance.metrics.resolution import Wedge

Array = NDArray[np.float64]

ANGLES = (2.86, 5.0, 7.3, 9.46, 14.04, 20.0)
CRITICAL = 26.57
TARGETS = (0.08, 0.15, 0.25, 0.35)
LEVELS = (0.2, 0.8)
SHAPE = (120, 100)
HALF = math.sqrt(math.log(2) / 2) / math.pi
"""MTF50 times sigma of a Gaussian: exp(-2 pi^2 sigma^2 f^2) is one half at f = 0.18739 / sigma."""


@dataclass(frozen=True, kw_only=True)
class Edge:
    """A Gaussian edge, dark on the left.

    ``mtf50`` cycle/px, ``angle`` degrees, ``offset`` px off the middle.
    """

    mtf50: float
    angle: float
    offset: float = 0.0
    shape: tuple[int, int] = SHAPE
    levels: tuple[float, float] = LEVELS

    @property
    def sigma(self) -> float:
        """Sigma of the point spread, px."""
        return HALF / self.mtf50

    def places(self) -> tuple[Array, Array]:
        """Distance of every pixel from the edge, along its normal and along the edge itself, px."""
        y, x = (np.arange(n) - (n - 1) / 2 for n in self.shape)
        cosine, sine = math.cos(math.radians(self.angle)), math.sin(math.radians(self.angle))
        across = (x - self.offset) * cosine - y[:, None] * sine
        return across, (x - self.offset) * sine + y[:, None] * cosine

    def draw(self, random: np.random.Generator | None = None, noise: float = 0.0) -> Array:
        """Draw lo + (hi - lo) x Phi(distance / sigma), with white noise of ``noise`` x step."""
        low, high = self.levels
        profile = ndtr(self.places()[0] / self.sigma)
        if random is not None and noise:
            profile = profile + noise * random.standard_normal(self.shape)
        return np.asarray(low + (high - low) * profile)

    def bound(self, noise: float) -> float:
        """Cramer-Rao bound of the relative standard deviation of MTF50.

        White noise of ``noise`` x step. The bound is for a fit of place, angle, two levels and
        sigma that knows the edge to be Gaussian.
        """
        across, along = self.places()
        z = across / self.sigma
        density = np.exp(-(z**2) / 2) / math.sqrt(2 * math.pi) / self.sigma
        slopes = [density, density * along, 1 - ndtr(z), ndtr(z), density * z]
        jacobian = np.stack([slope.ravel() for slope in slopes], axis=1)
        covariance = np.linalg.inv(jacobian.T @ jacobian) * noise**2
        return float(math.sqrt(covariance[-1, -1]) / self.sigma)


@dataclass(frozen=True, kw_only=True)
class DrawnWedge:
    """A wedge blurred by a Gaussian of ``blur`` px, then integrated over square pixels.

    ``scale`` px a mm; ``phase`` px shifts it; ``light`` and ``dark`` are its two levels in light.
    """

    wedge: Wedge
    blur: float
    phase: tuple[float, float] = (0.0, 0.0)
    scale: float = 2.88
    dark: float = 0.15
    light: float = 0.75
    fine: int = 6

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns: the wedge and 15 px around it."""
        wide = self.wedge.bars / min(self.wedge.start, self.wedge.end) * self.scale
        return math.ceil(self.wedge.length * self.scale) + 30, math.ceil(wide) + 30

    def places(self, fine: int = 1) -> tuple[Array, Array]:
        """Millimetres along and across the wedge of ``fine`` samples a pixel each way."""
        rows, columns = self.shape
        y, x = ((np.arange(count * fine) + 0.5) / fine - 0.5 for count in (rows, columns))
        down = (y - 15 + self.phase[0]) / self.scale
        right = (x - (columns - 1) / 2 + self.phase[1]) / self.scale
        along, across = np.meshgrid(down, right, indexing="ij")
        return along, across

    def draw(self) -> Array:
        """Draw the wedge in light."""
        along, across = self.places(self.fine)
        turns = across * self.wedge.frequency(along)
        bars = np.abs(turns) < self.wedge.bars / 2 - 0.25
        bars &= np.abs(turns - np.rint(turns)) < 0.25
        bars &= (along >= 0) & (along < self.wedge.length)
        soft = gaussian_filter(1.0 - bars, self.blur * self.fine)
        rows, columns = self.shape
        share = soft.reshape(rows, self.fine, columns, self.fine).mean(axis=(1, 3))
        return np.asarray(self.dark + (self.light - self.dark) * share)


def printed_wedge(form: str = "hyperbolic") -> Wedge:
    """Return the acceptance chart's wedge of nine bars, 100 to 1000 TV lines.

    The form "linear" is the same wedge with straight bars.
    """
    return Wedge(bars=9, start=0.222222, end=2.22222, length=80.0, form=form)


def mtf(frequency: float, blur: float, angle: float = 0.0) -> float:
    """MTF of a Gaussian of ``blur`` px and a square pixel, ``angle`` degrees off the rows."""
    turn = math.radians(angle)
    pixel = np.sinc(frequency * math.cos(turn)) * np.sinc(frequency * math.sin(turn))
    return math.exp(-2 * (math.pi * blur * frequency) ** 2) * float(abs(pixel))


def falls_to(level: float, blur: float, angle: float = 0.0) -> float:
    """Frequency, cycle/px, where that MTF falls to ``level``."""
    return float(brentq(lambda f: mtf(f, blur, angle) - level, 1e-3, 0.99))

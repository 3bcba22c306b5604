"""Edges whose spread is no Gaussian: a defocused lens, sharpening, motion; each a formula."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import brentq
from scipy.special import j1, ndtr
from signals import LEVELS, Array, Edge

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

WIDEST = 100.0  # px: farther off no pixel of a test edge lies


@dataclass(frozen=True, kw_only=True)
class EdgeShape:
    """``profile`` from 0 to 1 over the distance in px, and its ``modulation`` at cycle/px.

    ``highest``: cycle/px below which the modulation falls through one half, once.
    """

    profile: Callable[[Array], Array]
    modulation: Callable[[float], float]
    highest: float

    @property
    def mtf50(self) -> float:
        """MTF50 in cycle/px."""
        return float(brentq(lambda f: self.modulation(f) - 0.5, 1e-3, self.highest))

    def draw(self, edge: Edge, random: np.random.Generator, noise: float) -> Array:
        """Draw it where ``edge`` lies, with white noise of ``noise`` x step."""
        low, high = LEVELS
        seen = self.profile(edge.places()[0])
        if noise:
            seen = seen + noise * random.standard_normal(edge.shape)
        return np.asarray(low + (high - low) * seen)


def _gaussian(frequency: float, sigma: float) -> float:
    return math.exp(-2 * (math.pi * sigma * frequency) ** 2)


@lru_cache
def defocused(radius: float, sigma: float) -> EdgeShape:
    """Disc of ``radius`` px, then a Gaussian of ``sigma`` px."""
    ends = np.linspace(-radius, radius, 2001)
    places = (ends[1:] + ends[:-1]) / 2
    chords = np.sqrt(radius**2 - places**2)
    grid = np.arange(-WIDEST, WIDEST, 0.02)
    seen = sum(c * ndtr((grid - x) / sigma) for c, x in zip(chords, places, strict=True))

    def modulation(frequency: float) -> float:
        turns = 2 * math.pi * radius * frequency
        return float(abs(2 * j1(turns) / turns) * _gaussian(frequency, sigma))

    return EdgeShape(
        profile=CubicSpline(grid, seen / chords.sum()),
        modulation=modulation,
        highest=0.5 / radius,
    )


def sharpened(amount: float, sigma: float, radius: float) -> EdgeShape:
    """Gaussian of ``sigma`` px, and ``amount`` of what a Gaussian of ``radius`` px takes off it."""
    wide = math.hypot(sigma, radius)
    return EdgeShape(
        profile=lambda d: (1 + amount) * ndtr(d / sigma) - amount * ndtr(d / wide),
        modulation=lambda f: _gaussian(f, sigma) * (1 + amount * (1 - _gaussian(f, radius))),
        highest=1.0,
    )


def moved(length: float, sigma: float) -> EdgeShape:
    """Gaussian of ``sigma`` px that moved by ``length`` px across the edge as it was exposed."""

    def ramp(d: Array) -> Array:
        bend = sigma * np.exp(-((d / sigma) ** 2) / 2) / math.sqrt(2 * math.pi)
        return np.asarray(d * ndtr(d / sigma) + bend)

    return EdgeShape(
        profile=lambda d: (ramp(d + length / 2) - ramp(d - length / 2)) / length,
        modulation=lambda f: float(abs(np.sinc(length * f)) * _gaussian(f, sigma)),
        highest=1 / length,
    )


SHAPES: Mapping[str, Callable[[], EdgeShape]] = {
    "defocused, disc of 1.5 px": lambda: defocused(1.5, 0.5),
    "defocused, disc of 2.5 px": lambda: defocused(2.5, 0.5),
    "defocused, disc of 4 px": lambda: defocused(4, 0.6),
    "sharpened by 0.5 (1 px)": lambda: sharpened(0.5, 0.7, 1),
    "sharpened by 1 (1 px)": lambda: sharpened(1, 0.7, 1),
    "sharpened by 1 (1.5 px)": lambda: sharpened(1, 0.9, 1.5),
    "sharpened by 2 (1.2 px)": lambda: sharpened(2, 0.8, 1.2),
    "moved by 2 px": lambda: moved(2, 0.6),
    "moved by 4 px": lambda: moved(4, 0.6),
    "moved by 7 px": lambda: moved(7, 0.7),
}

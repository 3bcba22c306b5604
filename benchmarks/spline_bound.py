"""The least scatter that MTF50 can have for somebody who fits a spline to the edge.

The estimator's own model: a line of unknown slope, and across it a cubic spline with knots of 1/3
px that is smooth beyond the reach of the line spread (``acceptance/metrics/resolution/profile.py``
says how smooth). What is known of smoothness counts as information (Bayesian Cramer-Rao bound; van
Trees, Detection, Estimation and Modulation Theory, 1968). Written with full matrices, beside the
toolkit's banded ones.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from scipy.interpolate import BSpline
from scipy.optimize import brentq
from scipy.special import ndtr

if TYPE_CHECKING:
    from scipy.sparse import csr_array
    from signals import Array, Edge

KNOT = 1 / 3
STIFFNESS = 300.0
LEAST_REACH = 2.4
STEP = 1e-4


@dataclass(frozen=True, kw_only=True)
class _Spread:
    """A line spread behind its window: ``differences`` (m, k) of coefficients at ``place`` (m,)."""

    differences: Array
    place: Array

    def modulation(self, coefficients: Array, frequency: float) -> float:
        """Return the modulation at a frequency in cycle/px."""
        spread = self.differences @ coefficients
        wave = np.exp(-2j * np.pi * frequency * self.place)
        return float(abs(spread @ wave) / spread.sum() * np.sinc(frequency * KNOT) ** 3)

    def gradient(self, coefficients: Array, frequency: float) -> Array:
        """Return how much each coefficient (k,) moves the modulation at a frequency."""
        spread = self.differences @ coefficients
        wave = np.exp(-2j * np.pi * frequency * self.place)
        value, whole = spread @ wave, spread.sum()
        by_spread = np.real(np.conj(value) * wave) / abs(value) / whole - abs(value) / whole**2
        found: Array = by_spread @ self.differences * np.sinc(frequency * KNOT) ** 3
        return found


def spline_bound(edge: Edge, noise: float) -> float:
    """Return the bound of the relative standard deviation of MTF50; white noise, share of step."""
    across, along = (places.ravel() for places in edge.places())
    reach = max(3 * edge.sigma, LEAST_REACH)
    splines, position = _splines(across)
    information = (splines.T @ splines).toarray() + _smoothness(np.abs(position) / reach)
    true = np.linalg.solve(information, splines.T @ ndtr(across / edge.sigma))
    spread = _windowed(position, reach)
    mtf50 = brentq(lambda f: spread.modulation(true, f) - 0.5, 0.01, 0.9)
    above, below = (spread.modulation(true, mtf50 + move) for move in (STEP, -STEP))
    moved = -spread.gradient(true, mtf50) / ((above - below) / (2 * STEP))
    turn = np.exp(-((across / edge.sigma) ** 2) / 2) / math.sqrt(2 * math.pi) / edge.sigma * along
    by_turn = splines.T @ turn
    # what is left of the information in the profile once the slope has to be found as well
    information -= np.outer(by_turn, by_turn) / (turn @ turn)
    return float(noise * math.sqrt(moved @ np.linalg.solve(information, moved)) / mtf50)


def _splines(across: Array) -> tuple[csr_array, Array]:
    """Return each cubic spline (p, k) at every pixel, and where they stand (k,), px."""
    first, last = (math.floor(end / KNOT) for end in (across.min(), across.max()))
    knots = np.arange(first - 3, last + 5) * KNOT
    count = knots.size - 4
    return BSpline.design_matrix(across, knots, 3), knots[2 : 2 + count]


def _smoothness(radius: Array) -> Array:
    """Return the information (k, k) in second differences that are small beyond radius 1."""
    bends = np.diff(np.eye(radius.size), 2, axis=0)
    weight = (1e-6 + STIFFNESS * np.maximum(radius - 1, 0) ** 2)[1:-1]
    found: Array = bends.T @ (weight[:, None] * bends)
    return found


def _windowed(position: Array, reach: float) -> _Spread:
    """Return the line spread behind a window, flat to 4/3 of the reach, 0 from twice it on."""
    place = (position[1:] + position[:-1]) / 2
    fall = np.clip((np.abs(place) / reach - 4 / 3) / (2 / 3), 0, 1)
    window = 0.5 + 0.5 * np.cos(np.pi * fall)
    return _Spread(
        differences=np.diff(np.eye(position.size), axis=0) * window[:, None], place=place
    )

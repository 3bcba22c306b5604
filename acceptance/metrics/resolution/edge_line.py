"""The line that a slanted edge follows: found by windowed centroids of its row derivative."""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.ordered import median, medians_beside, quantiles

Array = NDArray[np.float64]
Mode = Literal["accurate", "iso12233"]
MODES: tuple[Mode, ...] = ("accurate", "iso12233")

LEAST_STEP = 0.05  # of the edge's step, that rows must cross within the window on average


@dataclass(frozen=True, kw_only=True)
class EdgeLine:
    """A located edge.

    It has the Legendre ``coefficients`` of its column over y in -1..1, ``sigma`` and ``reach`` of
    its line spread in px, and the levels beside it.
    """

    coefficients: Array
    sigma: float
    reach: float
    dark: float
    light: float

    @property
    def contrast(self) -> float:
        """(light - dark) / (light + dark); infinite where the sum is not positive."""
        total = self.light + self.dark
        return (self.light - self.dark) / total if total > 0 else math.inf


def _levels(image: Array) -> tuple[float, float]:
    """Return dark and light level: medians below and above the middle of the range."""
    dark, light = medians_beside(image, sum(quantiles(image, (0.05, 0.95))) / 2)
    if math.isnan(dark) or math.isnan(light):
        raise GapError("no_edge", explained=0.0)
    return dark, light


def locate(image: Array, mode: Mode, order: int | None) -> EdgeLine:
    """Follow the edge through the rows of ``image``.

    Parameters
    ----------
    image
        Linear light (rows, columns) with a near-vertical edge, its dark side left.
    mode, order
        As ``edge_mtf`` takes them.

    Raises
    ------
    GapError
        ``no_edge`` where there is nothing to follow.
    """
    rows, columns = image.shape
    y = np.linspace(-1, 1, rows)
    dark, light = _levels(image)
    # The area under a row gives the edge's place with far less noise than an unwindowed centroid.
    start = _fitter(y.size, 1) @ (columns - 0.5 - (image - dark).sum(axis=1) / (light - dark))
    slope = np.diff(image, axis=1) / (light - dark)
    coefficients, sigma = _follow(slope, y, start, 1 if mode == "iso12233" else order)
    if mode == "iso12233":
        coefficients = _follow_wide(slope, y, order or 5)
    offset = np.arange(columns - 1) + 0.5 - _column(rows, coefficients)[:, None]
    reach = _reach(slope, offset, sigma)
    return EdgeLine(coefficients=coefficients, sigma=sigma, reach=reach, dark=dark, light=light)


def _follow(slope: Array, y: Array, start: Array, order: int | None) -> tuple[Array, float]:
    """Follow the line by centroids of its rows under a Gaussian window on the line found before.

    This is done six times; return the line's coefficients and the LSF sigma in px.
    """
    coefficients, window, degree = start, 4.0, order or 1
    sigma = 1.0
    for turn in range(6):
        centroid, variance = _centroids(slope, _column(y.size, coefficients), window)
        shrinkage = max(1 - variance / window**2, 0.1)
        if turn == 4 and order is None:
            degree = _curved(y, centroid / shrinkage)
        step = _fitter(y.size, degree) @ (centroid / shrinkage)
        before, coefficients = coefficients, step
        coefficients[: before.size] += before
        sigma = math.sqrt(max(variance / shrinkage, 0.04))
        window = max(1.5 * sigma, 2.0)
    return coefficients, sigma


def _centroids(slope: Array, place: Array, window: float) -> tuple[Array, float]:
    """Return the centroids (rows,) off ``place`` (rows,) under a Gaussian window, and the variance.

    ``window`` is its sigma in px. Raises GapError no_edge.
    """
    x = np.arange(slope.shape[1]) + 0.5
    first = max(0, math.floor(place.min() - 4.5 * window))
    near = slice(first, max(1, math.ceil(place.max() + 4.5 * window)))
    offset = x[near] - place[:, None]
    square = offset * offset
    weighted = slope[:, near] * np.exp(square * (-0.5 / window**2))
    by_row = weighted.sum(axis=1)
    centroid = np.einsum("ij,ij->i", weighted, offset) / _positive(by_row)
    if by_row.mean() < LEAST_STEP:
        raise GapError("no_edge", explained=0.0)
    variance = float(np.vdot(weighted, square) / by_row.sum()) - float(centroid.mean()) ** 2
    return centroid, variance


def _follow_wide(slope: Array, y: Array, order: int) -> Array:
    """Follow the line by centroids of its rows under a wide Tukey window (alpha 1).

    This is done twice, first with the window on the region's middle (ISO 12233:2023).
    """
    columns = slope.shape[1]
    x = np.arange(columns) + 0.5
    place = np.full(y.size, columns / 2)
    coefficients = np.zeros(order + 1)
    for _ in range(2):
        half = np.maximum(place, columns - place)[:, None]
        turn = 0.5 * np.pi * np.clip((x - place[:, None]) / half, -1, 1)
        weighted = slope * (0.05 + 0.95 * np.cos(turn) ** 2)
        centroid = (weighted * x).sum(axis=1) / _positive(weighted.sum(axis=1))
        coefficients = _fitter(y.size, order) @ centroid
        place = _column(y.size, coefficients)
    return coefficients


@lru_cache(maxsize=64)
def _fitter(rows: int, degree: int) -> Array:
    """Return the matrix (degree + 1, rows) that fits Legendre coefficients over y from -1 to 1."""
    return np.asarray(np.linalg.pinv(_terms(rows, degree)))


@lru_cache(maxsize=64)
def _terms(rows: int, degree: int) -> Array:
    """Return the Legendre polynomials (rows, degree + 1) over y from -1 to 1."""
    return np.asarray(legendre.legvander(np.linspace(-1, 1, rows), degree))


def _column(rows: int, coefficients: Array) -> Array:
    """Return the column (rows,) of a line in each row; ``legval`` takes ten times as long."""
    return np.asarray(_terms(rows, coefficients.size - 1) @ coefficients)


def _positive(sums: Array) -> Array:
    """Return row sums kept above zero, so that a row without gradient does not spoil the fit."""
    return np.maximum(sums, 0.1 * max(median(sums), 1e-12))


def _curved(y: Array, centroid: Array) -> int:
    """Return the highest order, to 3, whose Legendre term exceeds 0.02 px and 4 standard errors."""
    terms = _fitter(y.size, 3) @ (centroid)
    residual = centroid - legendre.legval(y, terms)
    scale = float(np.sqrt((residual**2).sum() / max(y.size - 4, 1) / y.size))
    for degree in (3, 2):
        error = scale * math.sqrt(2 * degree + 1)
        if abs(terms[degree]) > max(0.02, 4 * error):
            return degree
    return 1


def _reach(slope: Array, offset: Array, sigma: float) -> float:
    """Return the half-width in px of the line spread.

    It is at least 3 sigma, more where the mean derivative stays significant.
    """
    least, most = 3 * max(sigma, 0.8), 12
    flat = slope.ravel()
    bins = np.rint(np.clip(offset, -most - 1, most + 1)).astype(np.intp).ravel() + most + 1
    count = np.maximum(np.bincount(bins, minlength=2 * most + 3), 1)
    mean = np.bincount(bins, flat, 2 * most + 3) / count
    noise = _scatter(flat, np.abs(offset).ravel() > least)
    significant = np.abs(mean) > np.maximum(5 * noise / np.sqrt(count), 0.005 * mean.max())
    far = np.abs(np.arange(-most - 1, most + 2))[significant & (count > slope.shape[0] // 3)]
    return float(max(least, min(most, far.max(initial=0) + 0.5)))


def _scatter(values: Array, chosen: NDArray[np.bool_]) -> float:
    """Return the standard deviation of the chosen values (p,), which need not be taken out."""
    count, left = np.count_nonzero(chosen), values * chosen
    if not count:
        return 0.0
    square = float(np.einsum("i,i->", left, left)) / count  # BLAS would start a thread for it
    return math.sqrt(max(square - float(left.sum() / count) ** 2, 0.0))


def distances(line: EdgeLine, image: Array) -> tuple[Array, float]:
    """Return the distance (rows, columns) in px of every pixel from the edge, and its mean angle.

    Distance is along the local normal, below 0 on the left; the angle is in degrees.
    """
    rows, columns = image.shape
    slopes = np.asarray(legendre.legder(line.coefficients), np.float64)
    tangent = _column(rows, slopes) * (2 / (rows - 1))
    column = _column(rows, line.coefficients)
    distance = (np.arange(columns) - column[:, None]) / np.hypot(1, tangent)[:, None]
    return distance, math.degrees(math.atan(abs(column[-1] - column[0]) / (rows - 1)))

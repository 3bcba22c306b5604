"""Slanted edge: the line that it follows, and the MTF of the profile across it.

Quantity and region are those of e-SFR, ISO 12233:2023. The edge is followed by windowed centroids
of its row derivative; the profile across it is a spline by least squares (``profile.py``), so that
angles where the sampling phases repeat do no harm.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import numpy as np
from numpy.polynomial import legendre
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.messages import tr
from acceptance.metrics._shared.region_codes import MOST_CLIPPED, clipped_share
from acceptance.metrics.resolution.profile import (
    ProfileFit,
    crossing,
    profile,
    spectrum,
    standard_error,
)

Array = NDArray[np.float64]
Mode = Literal["accurate", "iso12233"]

LEAST_CONTRAST = 0.2
SHARPENED = 0.05
LEAST_ROWS, LEAST_COLUMNS = 20, 16
LEAST_EXPLAINED = 0.5
LEAST_STEP = 0.05
LEAST_LEAN = 1.0
STIFFNESS = 300.0
ISO_BIN = 1 / 4


@dataclass(frozen=True, kw_only=True)
class EdgeResult:
    """MTF of a slanted edge, and its shape.

    ``frequencies`` (n,) cycle/px along the edge's normal, 0 to 1; ``mtf`` (n,) modulation, 1 at
    zero frequency. ``mtf50``, ``mtf30``, ``mtf10``: cycle/px where it first falls to 50, 30, 10 %,
    None where it does not. ``u50``, ``u10``: their standard errors (k = 1) with
    ``degrees_of_freedom``, None when not asked for. ``resolves``: "horizontal" for a near-vertical
    edge, else "vertical". ``angle``: degrees off that axis, 0 to 45. ``order`` of the edge's
    polynomial. ``dark_side``: "left", "right", "above" or "below". ``window``: half-width in px
    beyond which the line spread counts as zero. ``contrast``: (light - dark) / (light + dark).
    ``overshoot``, ``undershoot``: share of the step, traces of sharpening.
    """

    frequencies: Array
    mtf: Array
    mtf50: float | None
    mtf30: float | None
    mtf10: float | None
    u50: float | None
    u10: float | None
    degrees_of_freedom: int
    resolves: str
    angle: float
    order: int
    dark_side: str
    window: float
    contrast: float
    overshoot: float
    undershoot: float
    mode: Mode

    @property
    def sharpened(self) -> bool:
        """Whether the profile overshoots its levels by 5 % of the step, which no lens does."""
        return max(self.overshoot, self.undershoot) >= SHARPENED


@dataclass(frozen=True, kw_only=True)
class _Line:
    """A located edge.

    Legendre ``coefficients`` of its column over y in -1..1, ``sigma`` and ``reach`` of its line
    spread in px, levels beside it.
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


def edge_mtf(
    image: Array,
    *,
    mode: Mode = "accurate",
    order: int | None = None,
    limits: tuple[float, float] | None = None,
    covariance: bool = True,
) -> EdgeResult:
    """Measure the MTF of a slanted edge (e-SFR).

    Parameters
    ----------
    image
        Linear light (rows, columns) in any unit, at least 20 x 16 px, with one edge of either
        polarity within 45 degrees of either axis.
    mode
        "accurate" smooths the far tails and windows at least 3 LSF sigma and as far as the spread
        is significant. "iso12233" smooths nothing, applies the Tukey window (alpha 1) over the
        whole region to line and spread, and leaves in the averaging over bins of 1/4 px, as ISO
        12233:2023 and its reference implementation do.
    order
        Polynomial order of the edge, 1 or more; None: 1, up to 3 where it is visibly curved (ISO
        mode: 5).
    limits
        Values at which the picture clips, lower and upper; None: it does not.
    covariance
        Whether to compute standard errors.

    Returns
    -------
    EdgeResult
        Frequencies in cycle/px along the edge's normal.

    Raises
    ------
    GapError
        ``region_too_small``, ``clipped``, ``low_contrast``, ``no_edge`` or ``edge_not_slanted``.
    ValueError
        When ``image`` is not a finite 2-D array.

    Notes
    -----
    The quantity is that of ISO 12233:2023; the profile is fitted as in ``profile.py``.
    """
    upright, transposed, dark_side = _upright(np.asarray(image, dtype=np.float64), limits)
    line = _locate(upright, mode, order)
    distance, angle = _distance(line, upright)
    stiffness, aperture = (STIFFNESS, 0.0) if mode == "accurate" else (0.0, ISO_BIN)
    fit = profile(upright, distance, line.reach, stiffness=stiffness, aperture=aperture)
    _refuse(upright, line, fit, angle)
    taper = _taper(fit, line, mode)
    frequencies, mtf = spectrum(fit, taper)
    at50, at30, at10 = (crossing(frequencies, mtf, fit, taper, level) for level in (0.5, 0.3, 0.1))
    rows = upright.shape[0]
    blocks = min(16, max(6, rows // 8))
    u50, u10 = (
        standard_error(at, fit, taper, rows, blocks) if covariance else None for at in (at50, at10)
    )
    over, under = _overshoot(fit, line)
    return EdgeResult(
        frequencies=frequencies, mtf=mtf, mtf50=at50, mtf30=at30, mtf10=at10, u50=u50, u10=u10,
        degrees_of_freedom=blocks - 1, resolves="vertical" if transposed else "horizontal", angle=angle,
        order=line.coefficients.size - 1, dark_side=dark_side, window=float(np.abs(fit.position[1:][taper > 0]).max()),
        contrast=line.contrast, overshoot=over, undershoot=under, mode=mode,
    )  # fmt: skip


def _upright(image: Array, limits: tuple[float, float] | None) -> tuple[Array, bool, str]:
    """Turn the picture so that the edge is near-vertical with its dark side left.

    Return it, whether it was transposed, and which side of the original edge is dark.
    """
    if image.ndim != 2 or not np.isfinite(image).all():
        raise ValueError(tr("an edge needs a finite 2-D array, not {shape}", shape=image.shape))
    if limits and (share := clipped_share(image, limits)) > MOST_CLIPPED:
        raise GapError("clipped", region="", share=share)
    transposed = float(np.var(image.mean(axis=1))) > float(np.var(image.mean(axis=0)))
    turned = image.T if transposed else image
    rows, columns = turned.shape
    if rows < LEAST_ROWS or columns < LEAST_COLUMNS:
        raise GapError("region_too_small", width=columns, height=rows)
    half = columns // 2
    mirrored = bool(turned[:, :half].mean() > turned[:, -half:].mean())
    sides = ("above", "below") if transposed else ("left", "right")
    return (
        np.ascontiguousarray(turned[:, ::-1] if mirrored else turned),
        transposed,
        sides[mirrored],
    )


def _levels(image: Array) -> tuple[float, float]:
    """Return dark and light level: medians below and above the middle of the range."""
    middle = float(np.percentile(image, (5, 95)).mean())
    below = image < middle
    if not below.any() or below.all():
        raise GapError("no_edge", explained=0.0)
    return float(np.median(image[below])), float(np.median(image[~below]))


def _locate(image: Array, mode: Mode, order: int | None) -> _Line:
    """Follow the edge through the rows of ``image``."""
    rows, columns = image.shape
    y = np.linspace(-1, 1, rows)
    dark, light = _levels(image)
    # The area under a row gives the edge's place with far less noise than an unwindowed centroid.
    start = _fitter(y.size, 1) @ (columns - 0.5 - (image - dark).sum(axis=1) / (light - dark))
    slope = np.diff(image, axis=1) / (light - dark)
    if mode == "iso12233":
        coefficients = _follow_wide(slope, y, order or 5)
        sigma = _follow(slope, y, start, 1)[1]
    else:
        coefficients, sigma = _follow(slope, y, start, order)
    offset = np.arange(columns - 1) + 0.5 - legendre.legval(y, coefficients)[:, None]
    return _Line(
        coefficients=coefficients,
        sigma=sigma,
        reach=_reach(slope, offset, sigma),
        dark=dark,
        light=light,
    )


def _follow(slope: Array, y: Array, start: Array, order: int | None) -> tuple[Array, float]:
    """Follow the line by centroids of its rows under a Gaussian window on the line found before.

    Six times; return the line's coefficients and the LSF sigma in px.
    """
    x = np.arange(slope.shape[1]) + 0.5
    coefficients, window, degree = start, 4.0, order or 1
    sigma = 1.0
    for turn in range(6):
        place = legendre.legval(y, coefficients)
        near = slice(
            max(0, math.floor(place.min() - 4.5 * window)),
            max(1, math.ceil(place.max() + 4.5 * window)),
        )
        offset = x[near] - place[:, None]
        square = offset * offset
        weighted = slope[:, near] * np.exp(square * (-0.5 / window**2))
        by_row = weighted.sum(axis=1)
        centroid = np.einsum("ij,ij->i", weighted, offset) / _positive(by_row)
        if by_row.mean() < LEAST_STEP:
            raise GapError("no_edge", explained=0.0)
        variance = float(np.vdot(weighted, square) / by_row.sum()) - float(centroid.mean()) ** 2
        shrinkage = max(1 - variance / window**2, 0.1)
        if turn == 4 and order is None:
            degree = _curved(y, centroid / shrinkage)
        step = _fitter(y.size, degree) @ (centroid / shrinkage)
        coefficients = step + np.pad(coefficients, (0, degree + 1 - coefficients.size))
        sigma = math.sqrt(max(variance / shrinkage, 0.04))
        window = max(1.5 * sigma, 2.0)
    return coefficients, sigma


def _follow_wide(slope: Array, y: Array, order: int) -> Array:
    """Follow the line by centroids of its rows under a wide Tukey window (alpha 1).

    Twice, first with the window on the region's middle (ISO 12233:2023).
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
        place = legendre.legval(y, coefficients)
    return coefficients


@lru_cache(maxsize=64)
def _fitter(rows: int, degree: int) -> Array:
    """Return the matrix (degree + 1, rows) that fits Legendre coefficients over y from -1 to 1."""
    return np.asarray(np.linalg.pinv(legendre.legvander(np.linspace(-1, 1, rows), degree)))


def _positive(sums: Array) -> Array:
    """Return row sums kept above zero, so that a row without gradient does not spoil the fit."""
    return np.maximum(sums, 0.1 * max(float(np.median(sums)), 1e-12))


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
    bins = np.rint(np.clip(offset, -most - 1, most + 1)).astype(np.intp).ravel() + most + 1
    count = np.maximum(np.bincount(bins, minlength=2 * most + 3), 1)
    mean = np.bincount(bins, slope.ravel(), 2 * most + 3) / count
    noise = np.std(slope[np.abs(offset) > least]) if (np.abs(offset) > least).any() else 0.0
    significant = np.abs(mean) > np.maximum(5 * noise / np.sqrt(count), 0.005 * mean.max())
    far = np.abs(np.arange(-most - 1, most + 2))[significant & (count > slope.shape[0] // 3)]
    return float(max(least, min(most, far.max(initial=0) + 0.5)))


def _distance(line: _Line, image: Array) -> tuple[Array, float]:
    """Return the distance (rows, columns) in px of every pixel from the edge, and its mean angle.

    Distance is along the local normal, below 0 on the left; the angle is in degrees.
    """
    rows, columns = image.shape
    y = np.linspace(-1, 1, rows)
    tangent = legendre.legval(y, legendre.legder(line.coefficients)) * (2 / (rows - 1))
    column = legendre.legval(y, line.coefficients)
    distance = (np.arange(columns) - column[:, None]) / np.hypot(1, tangent)[:, None]
    return distance, math.degrees(math.atan(abs(column[-1] - column[0]) / (rows - 1)))


def _refuse(image: Array, line: _Line, fit: ProfileFit, angle: float) -> None:
    """Refuse what is no edge, or too faint, too upright or too small a one."""
    total = float(np.var(image))
    explained = 1 - float(np.mean(fit.residual**2)) / total if total > 0 else 0.0
    if explained < LEAST_EXPLAINED:
        raise GapError("no_edge", explained=explained)
    if line.contrast < LEAST_CONTRAST:
        raise GapError("low_contrast", contrast=line.contrast)
    lean = (image.shape[0] - 1) * math.tan(math.radians(angle))
    if lean < LEAST_LEAN:
        raise GapError("edge_not_slanted", lean=lean)
    if fit.position[0] > -line.reach or fit.position[-1] < line.reach:
        raise GapError("region_too_small", width=image.shape[1], height=image.shape[0])


def _taper(fit: ProfileFit, line: _Line, mode: Mode) -> Array:
    """Return the window over the LSF.

    It is flat to 4/3 of the reach and zero from twice the reach, or (ISO) Tukey over the region.
    """
    place = (fit.position[1:] + fit.position[:-1]) / 2
    if mode == "accurate":
        fall = np.clip((np.abs(place) / line.reach - 4 / 3) / (2 / 3), 0, 1)
    else:
        fall = np.clip(np.abs(place) / max(-place[0], place[-1]), 0, 1)
    return np.asarray(0.5 + 0.5 * np.cos(np.pi * fall))


def _overshoot(fit: ProfileFit, line: _Line) -> tuple[float, float]:
    """Return over- and undershoot beside the edge, as shares of the step between the levels."""
    profile = np.convolve(fit.coefficients, [1 / 6, 4 / 6, 1 / 6], mode="valid")
    place = fit.position[1:-1]
    left, right = profile[place <= -line.reach], profile[place >= line.reach]
    dark = float(np.median(left)) if left.size else line.dark
    light = float(np.median(right)) if right.size else line.light
    near = profile[np.abs(place) <= line.reach]
    step = max(light - dark, 1e-12)
    return max(0.0, float(near.max() - light) / step), max(0.0, float(dark - near.min()) / step)

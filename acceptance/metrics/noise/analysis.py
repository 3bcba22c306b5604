"""Noise of a flat region by parts: temporal and fixed; row, column and pixel; weighted.

Temporal variance = mean over the pixels of the variance over time (n - 1), frame means taken out
first (what all pixels do together is flicker, not random noise), less 1/12 for quantisation; fixed
variance = variance of the mean frame about a second-order illumination surface, less the temporal
variance / n; total = both. After EMVA 1288 release 4.0 (temporal noise; spatial nonuniformity),
which also splits the fixed part into row, column and pixel. The quantisation term is W. F.
Sheppard's (1897).

Uncertainties come from the scatter of the variance between blocks of one macroblock (16 px) or
more, since a codec correlates neighbouring pixels.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.messages import tr
from acceptance.metrics.noise.coarse import coarse, with_coarse
from acceptance.metrics.noise.dependence import FEWEST, apart, between_frames, pixels_alike
from acceptance.metrics.noise.flutter import fixed_with_flutter, flutter, less_flutter, with_flutter
from acceptance.metrics.noise.parts import Noise, Variance
from acceptance.metrics.noise.polynomials import surface, surfaces
from acceptance.metrics.noise.weighting import filtered
from acceptance.scene import blocks as equal_blocks
from acceptance.scene.views import mean_frame

if TYPE_CHECKING:
    from acceptance.metrics.noise.flutter import Flutter
    from acceptance.metrics.noise.weighting import Weighting

Array = NDArray[np.float64]

QUANTISATION = 1 / 12
BLOCK = 16
FEWEST_BLOCKS = 6
ORDERS = (2, 3)  # of the illumination surface: the one taken out, and the next for the uncertainty


def analyse(
    frames: NDArray[np.integer] | Array,
    *,
    stable: bool = True,
    weighting: Weighting | None = None,
    step: float = 0.0,
) -> Noise:
    """Estimate the noise of a flat region.

    Parameters
    ----------
    frames
        Luma codes (n, h, w) of the region, 0 to 2^depth - 1: one frame or more, at least
        12 x 12 px, neither clipped nor of changing light.
    stable
        Whether the chart stood still. Temporal and fixed parts are separated only then, and of two
        frames or more.
    weighting
        A filter for rows of w px; None: no weighted variance.
    step
        Quantiser step in codes of a coder, which leaves structure of its own; 0: none.

    Returns
    -------
    Noise
        Mean in codes, variances in code^2, less 1/12 for quantisation.

    Raises
    ------
    GapError
        ``region_too_small``.
    ValueError
        When ``frames`` is not a finite 3-D array of one frame or more.

    Notes
    -----
    After EMVA 1288 release 4.0; see the module's description.
    """
    codes = np.asarray(frames, np.float64)
    _check(codes)
    separate = _separated if stable and len(codes) > 1 else _together
    found = separate(codes, weighting)
    return with_coarse(found, coarse(codes, step)) if stable else found


def _check(codes: Array) -> None:
    if codes.ndim != 3 or not codes.size or not np.isfinite(codes).all():
        what = tr(
            "noise needs a finite array of frames, rows and columns, not {shape}", shape=codes.shape
        )
        raise ValueError(what)
    height, width = codes.shape[1:]
    if min(height, width) < 2 * FEWEST_BLOCKS:
        raise GapError("region_too_small", width=width, height=height)


def _together(codes: Array, weighting: Weighting | None) -> Noise:
    """Estimate the noise of one frame, or of frames that moved, as a whole."""
    (level, doubt), alike = _level(codes), pixels_alike(_residuals(codes))
    weighted = _scatter(codes, alike, weighting) if weighting else None
    total = _scatter(codes, alike)
    return Noise(mean=level, mean_uncertainty=doubt, total=total, weighted=weighted)


def _separated(codes: Array, weighting: Weighting | None) -> Noise:
    """Estimate the noise and its parts from two frames or more of a chart at rest.

    The total is free of bias however the frames depend on each other; its parts are not.
    """
    (level, doubt), alike = _level(codes), pixels_alike(_residuals(codes))
    total, temporal, fixed = _split(codes, alike)
    lines, mean_frame = flutter(codes), codes.mean(axis=0)
    total, temporal = with_flutter(total, lines), with_flutter(temporal, lines)
    left = _kept_by_mean(temporal, len(codes)) - sum(each.of_mean[0] for each in lines)
    row, column, pixel = less_flutter(_directions(mean_frame, left), lines)
    weighted = _weighted(codes, alike, weighting, lines) if weighting else None
    found = Noise(
        mean=level,
        mean_uncertainty=doubt,
        total=_with_lines(total, row, column),
        weighted=weighted and _with_lines(weighted, row, column, weighting),
        temporal=temporal,
        fixed=_with_lines(fixed_with_flutter(fixed, lines), row, column),
        row=row,
        column=column,
        pixel=pixel,
        flicker=_flicker(codes, temporal.value + QUANTISATION),
    )
    dependence = between_frames(codes, alike)
    return _of_dependent(codes, found, dependence) if dependence else found


def _weighted(
    codes: Array, alike: float, weighting: Weighting, lines: tuple[Flutter, Flutter]
) -> Variance:
    return with_flutter(_split(codes, alike, weighting)[0], lines, weighting.power)


def _of_dependent(codes: Array, found: Noise, dependence: float) -> Noise:
    """Estimate the parts anew of frames far apart, or take them out where that is not possible."""
    far = apart(codes, _residual, ORDERS)
    if far.left is None:
        whole = replace(found, temporal=None, fixed=None, correlation=dependence)
        return replace(whole, row=None, column=None, pixel=None)
    temporal, fixed = _split_apart(codes, far.fixed, far.left)
    mean_frame = codes.mean(axis=0)
    lines = flutter(codes, dependence)
    left = float((_squared_residuals(mean_frame)[0] - far.fixed[0]).mean())
    left -= sum(each.of_mean[0] for each in lines)
    row, column, pixel = less_flutter(_directions(mean_frame, left), lines)
    temporal = with_flutter(temporal, lines, taken=ORDERS[0] + 1)
    sampling = math.hypot(pixel.sampling, fixed.sampling)
    return replace(
        found,
        temporal=temporal,
        fixed=_with_lines(fixed_with_flutter(fixed, lines), row, column),
        row=row,
        column=column,
        pixel=replace(pixel, sampling=sampling, dependence=fixed.dependence),
        correlation=dependence,
    )


def _level(codes: Array) -> tuple[float, float]:
    """Return the mean of codes (n, h, w) and its standard uncertainty by the scatter of blocks."""
    frame = mean_frame(codes)
    return float(frame.sum()) / frame.size, _of_blocks(block_means(frame))


def _of_blocks(means: Array) -> float:
    """Return the standard error of a mean by the scatter of those of blocks (b,)."""
    off = means - means.sum() / means.size
    return math.sqrt(float(off @ off) / (means.size - 1) / means.size)


def temporal_variance(
    codes: Array, weighting: Weighting | None = None, alike: float = 1.0
) -> Array:
    """Return the variance over time (h, w) of codes (n, h, w), in code^2.

    The means of the frames are taken out first; two frames or more. ``alike``: ``pixels_alike``.
    """
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    rest = filtered(rest - rest.mean(axis=0), weighting)
    free = 1 - max(alike, 1 / _power(weighting)) / codes[0].size
    return np.asarray((rest**2).sum(axis=0) / (len(codes) - 1) / free)


def block_means(values: Array, *, whole_rows: bool = False) -> Array:
    """Return the means (b,) of the blocks of a frame (h, w).

    Blocks are of 16 px or more, but at least 6 each way. ``whole_rows``: only one across, since a
    filter along the line correlates neighbours.
    """
    tall, wide = (max(FEWEST_BLOCKS, n // BLOCK) for n in values.shape)
    return equal_blocks.block_means(values, tall, 1 if whole_rows else wide)


def _power(weighting: Weighting | None) -> float:
    return weighting.power if weighting else 1.0


def _scatter(codes: Array, alike: float, weighting: Weighting | None = None) -> Variance:
    """Return the total variance from the scatter within each frame alone."""
    each = [_squared_residuals(frame, weighting, alike) for frame in codes]
    squares = np.mean(each, axis=0) if len(each) > 1 else each[0]
    free = QUANTISATION * _power(weighting)
    dither = None
    if weighting:
        unweighted = [_squared_residuals(frame, orders=ORDERS[:1]) for frame in codes]
        dither = float(np.mean(unweighted))
    return _variance(squares[0] - free, squares[1] - free, dither, weighting)


def _split(
    codes: Array, alike: float, weighting: Weighting | None = None
) -> tuple[Variance, Variance, Variance]:
    """Return total, temporal and fixed variance of two frames or more of a chart at rest."""
    over_time, power = temporal_variance(codes, weighting, alike), _power(weighting)
    dither = float(temporal_variance(codes).mean()) if weighting else None
    mean_frame = codes.mean(axis=0)
    fixed = [
        square - over_time / len(codes)
        for square in _squared_residuals(mean_frame, weighting, alike)
    ]
    temporal = over_time - QUANTISATION * power
    total = [temporal + part for part in fixed]
    seen = float(over_time.mean()) if dither is None else dither
    return (
        _variance(total[0], total[1], seen, weighting),
        _variance(temporal, temporal, seen, weighting),
        _variance(fixed[0], fixed[1], seen, weighting),
    )


def _split_apart(codes: Array, fixed: tuple[Array, ...], left: float) -> tuple[Variance, Variance]:
    """Return temporal and fixed variance, the fixed one that of frames far apart."""
    squares = np.mean([_squared_residuals(frame) for frame in codes], axis=0)
    seen = [square - part for square, part in zip(squares, fixed, strict=True)]
    temporal = [part - QUANTISATION for part in seen]
    dither = float(seen[0].mean())
    return (
        replace(_variance(temporal[0], temporal[1], dither), dependence=left),
        replace(_variance(fixed[0], fixed[1], dither), dependence=left),
    )


def _residual(frame: Array, order: int) -> Array:
    """Return a frame (h, w) less its surface; its squares are free of bias."""
    parameters = (order + 1) * (order + 2) // 2
    return np.asarray((frame - surface(frame, order)) / math.sqrt(1 - parameters / frame.size))


def _residuals(codes: Array) -> Array:
    """Return a few single frames less their surfaces."""
    return np.array([frame - surface(frame, ORDERS[1]) for frame in codes[:FEWEST]])


def _squared_residuals(
    frame: Array,
    weighting: Weighting | None = None,
    alike: float = 1.0,
    orders: tuple[int, ...] = ORDERS,
) -> list[Array]:
    """Return the squares (h, w) of a frame less its surface, one for each of ``orders``.

    Free of what the surface takes of noise that is ``alike`` over so many pixels. A filter along
    the line is linear: the frame is filtered once, and each surface by itself.
    """
    passed, squares = filtered(frame, weighting), []
    for order, fitted in zip(orders, surfaces(frame, orders, weighting), strict=True):
        parameters = (order + 1) * (order + 2) // 2
        taken = parameters * max(alike, 1 / _power(weighting)) / frame.size
        squares.append((passed - fitted) ** 2 / (1 - taken))
    return squares


def _variance(
    values: Array, other: Array, dither: float | None, weighting: Weighting | None = None
) -> Variance:
    """Make a variance of its estimates per pixel (h, w), with its uncertainties.

    ``other`` are the estimates with a surface of the next order. The dependence on the level's
    place between two codes is the first harmonic of the quantiser's error (B. Widrow, I. Kollar,
    Quantization Noise, 2008, ch. 4) at the dither sigma^2 = ``dither`` (variance seen before
    weighting; None: that of ``values``).
    """
    blocks = block_means(values, whole_rows=weighting is not None)
    value = float(values.sum()) / values.size
    free = max(value if dither is None else dither - QUANTISATION, 0.0)
    harmonic = (1 / math.pi**2 + 4 * free) * math.exp(-2 * math.pi**2 * free) * _power(weighting)
    return Variance(
        value=value,
        sampling=_of_blocks(blocks),
        degrees_of_freedom=blocks.size - 1,
        surface=abs(value - float(other.sum()) / other.size) / math.sqrt(3),
        quantisation=harmonic / math.sqrt(2),
    )


def _with_lines(
    variance: Variance, row: Variance, column: Variance, weighting: Weighting | None = None
) -> Variance:
    """Correct a variance for few rows and columns: the surface takes out part of theirs.

    Its uncertainty includes that of their own variance, which the scatter between blocks does not
    show since blocks side by side share rows and columns. The weighting passes a part of columns.
    Degrees of freedom after Welch-Satterthwaite.
    """
    lines = [(max(row.value, 0.0), row), (_power(weighting) * max(column.value, 0.0), column)]
    spreads = [(variance.sampling, variance.degrees_of_freedom)]
    spreads += [
        (value * math.sqrt(2 / line.degrees_of_freedom), line.degrees_of_freedom)
        for value, line in lines
    ]
    squares = sum(spread**2 for spread, _ in spreads)
    if not squares:
        return variance
    effective = squares**2 / sum(spread**4 / degrees for spread, degrees in spreads)
    value = variance.value + sum(value * _taken(line) for value, line in lines)
    return replace(variance, value=value, sampling=math.sqrt(squares), degrees_of_freedom=effective)


def _taken(line: Variance) -> float:
    """Return the share of the variance of rows or columns that the surface takes out.

    It is the number of the surface's terms over that of rows or columns.
    """
    terms = ORDERS[0] + 1
    return terms / (line.degrees_of_freedom + terms)


def _flicker(codes: Array, over_time: float) -> float:
    """Return the sigma of the frame means, less the part of random noise of this variance."""
    return math.sqrt(
        max(float(codes.mean(axis=(1, 2)).var(ddof=1)) - over_time / codes[0].size, 0.0)
    )


def _kept_by_mean(temporal: Variance, frames: int) -> float:
    """Return the variance that the mean of independent frames keeps of noise and rounding."""
    return (temporal.value + QUANTISATION) / frames


def _directions(mean_frame: Array, left: float) -> tuple[Variance, Variance, Variance]:
    """Return row, column and pixel variance of the fixed pattern.

    ``left``: variance of the noise that is left in the mean frame, in code^2. The method follows
    EMVA 1288 release 4.0, spatial nonuniformity.
    """
    rest, other = (_without_lines(mean_frame - surface(mean_frame, order)) for order in ORDERS)
    row, column = (_of_lines(mean_frame, axis, float(rest.mean())) for axis in (1, 0))
    return row, column, _variance(rest - left, other - left, None)


def _without_lines(residual: Array) -> Array:
    """Return the squares (h, w) of a frame about its row and column means.

    They are corrected for the degrees of freedom of these means.
    """
    height, width = residual.shape
    rest = residual - residual.mean(axis=0) - residual.mean(axis=1, keepdims=True) + residual.mean()
    return np.asarray(rest**2 / (1 - 1 / height) / (1 - 1 / width))


def _of_lines(mean_frame: Array, axis: int, rest: float) -> Variance:
    """Return the variance of the rows (``axis`` 1) or columns (0).

    It is that of their means, less ``rest`` / pixels in a line.
    """
    count = mean_frame.shape[1 - axis]
    means = [(mean_frame - surface(mean_frame, order)).mean(axis=axis) for order in ORDERS]
    square, other = (
        float(np.sum(line**2)) / (count - 1 - order)
        for line, order in zip(means, ORDERS, strict=True)
    )
    return Variance(
        value=square - rest / mean_frame.shape[axis],
        sampling=square * math.sqrt(2 / (count - 1 - ORDERS[0])),
        degrees_of_freedom=count - 1 - ORDERS[0],
        surface=abs(square - other) / math.sqrt(3),
    )

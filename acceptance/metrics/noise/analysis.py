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
from acceptance.footage.rounding import QUANTISATION
from acceptance.messages import tr
from acceptance.metrics.noise.alike import ALONE, LEAST_LEFT, alike
from acceptance.metrics.noise.coarse import coarse, with_coarse
from acceptance.metrics.noise.dependence import FEWEST, apart, between_frames
from acceptance.metrics.noise.flutter import fixed_with_flutter, flutter, less_flutter, with_flutter
from acceptance.metrics.noise.lines import of_lines, with_lines, without_lines
from acceptance.metrics.noise.parts import Noise, Variance
from acceptance.metrics.noise.polynomials import ORDERS, surface, surfaces
from acceptance.metrics.noise.swelling import swelling, swelling_over_time
from acceptance.metrics.noise.swings import swings, with_swings
from acceptance.metrics.noise.weighting import filtered
from acceptance.metrics.noise.whole_codes import doubt_by_level, kept_by_pixels, third_codes
from acceptance.scene import blocks as equal_blocks
from acceptance.scene.views import mean_frame

if TYPE_CHECKING:
    from acceptance.metrics.noise.alike import Alike
    from acceptance.metrics.noise.flutter import Flutter
    from acceptance.metrics.noise.weighting import Weighting

Array = NDArray[np.float64]

BLOCK = 16
FEWEST_BLOCKS = 6


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
    dithered = third_codes(codes)
    if not (stable and len(codes) > 1):
        found = replace(_together(codes, weighting), dithered=dithered)
        return with_coarse(found, coarse(codes if stable else codes[:1], step))
    swing = swings(codes)
    found = replace(with_swings(_separated(codes, weighting), swing), dithered=dithered)
    seen = coarse(codes, step, found.correlation, swing.variance)
    return with_coarse(found, seen, len(codes))


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
    (level, doubt), rest = _level(codes), _residuals(codes)
    noise = alike(rest)
    noise = replace(noise, swelling=swelling(rest, noise))
    weighted = _scatter(codes, noise, weighting) if weighting else None
    total = _scatter(codes, noise)
    return Noise(mean=level, mean_uncertainty=doubt, total=total, weighted=weighted)


def _separated(codes: Array, weighting: Weighting | None) -> Noise:
    """Estimate the noise and its parts from two frames or more of a chart at rest.

    The total is free of bias however the frames depend on each other; its parts are not.
    """
    (level, doubt), noise = _level(codes), alike(_residuals(codes))
    noise = replace(noise, swelling=swelling_over_time(codes, noise))
    total, temporal, fixed = _split(codes, noise)
    lines, mean_frame = flutter(codes, noise), codes.mean(axis=0)
    total, temporal = with_flutter(total, lines), with_flutter(temporal, lines)
    left = _kept_by_mean(temporal, len(codes)) - sum(each.of_mean[0] for each in lines)
    parts = _directions(mean_frame, left, noise, temporal.value)
    row, column, pixel = less_flutter(parts, lines)
    weighted = _weighted(codes, noise, weighting, lines) if weighting else None
    found = Noise(
        mean=level,
        mean_uncertainty=doubt,
        total=with_lines(total, row, column),
        weighted=weighted and with_lines(weighted, row, column, _power(weighting)),
        temporal=temporal,
        fixed=with_lines(fixed_with_flutter(fixed, lines), row, column),
        row=row,
        column=column,
        pixel=pixel,
        flicker=_flicker(codes, temporal.value + QUANTISATION),
    )
    dependence = between_frames(codes, noise.pixels)
    return _of_dependent(codes, found, dependence, noise) if dependence else found


def _weighted(
    codes: Array, noise: Alike, weighting: Weighting, lines: tuple[Flutter, Flutter]
) -> Variance:
    return with_flutter(_split(codes, noise, weighting)[0], lines, weighting.power)


def _of_dependent(codes: Array, found: Noise, dependence: float, noise: Alike = ALONE) -> Noise:
    """Estimate the parts anew of frames far apart, or take them out where that is not possible."""
    far = apart(codes, _residual, ORDERS)
    if far.left is None:
        whole = replace(found, temporal=None, fixed=None, correlation=dependence)
        return replace(whole, row=None, column=None, pixel=None)
    temporal, fixed = _split_apart(codes, far.fixed, far.left)
    mean_frame = codes.mean(axis=0)
    lines = flutter(codes, noise, dependence)
    left = float((_squared_residuals(mean_frame)[0] - far.fixed[0]).mean())
    left -= sum(each.of_mean[0] for each in lines)
    parts = _directions(mean_frame, left, noise, temporal.value)
    row, column, pixel = less_flutter(parts, lines)
    temporal = with_flutter(temporal, lines, taken=ORDERS[0] + 1)
    sampling = math.hypot(pixel.sampling, fixed.sampling)
    return replace(
        found,
        temporal=temporal,
        fixed=with_lines(fixed_with_flutter(fixed, lines), row, column),
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
    codes: Array, weighting: Weighting | None = None, noise: Alike = ALONE
) -> Array:
    """Return the variance over time (h, w) of codes (n, h, w), in code^2.

    The means of the frames are taken out first; two frames or more.
    """
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    rest = filtered(rest - rest.mean(axis=0), weighting)
    free = _left(1, codes[0].size, noise, weighting)
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


def _scatter(codes: Array, noise: Alike, weighting: Weighting | None = None) -> Variance:
    """Return the total variance from the scatter within each frame alone."""
    each = [_squared_residuals(frame, weighting, noise) for frame in codes]
    squares = np.mean(each, axis=0) if len(each) > 1 else each[0]
    free = QUANTISATION * _power(weighting)
    dither = None
    if weighting:
        unweighted = [_squared_residuals(frame, orders=ORDERS[:1]) for frame in codes]
        dither = float(np.mean(unweighted))
    freedom = _freedom(squares[0].size * len(codes), noise, weighting) / noise.swelling
    least = float(squares[0].mean()) * math.sqrt(2 / freedom), freedom
    return _variance(squares[0] - free, squares[1] - free, dither, weighting, least)


def _split(
    codes: Array, noise: Alike, weighting: Weighting | None = None
) -> tuple[Variance, Variance, Variance]:
    """Return total, temporal and fixed variance of two frames or more of a chart at rest."""
    over_time = temporal_variance(codes, weighting, noise)
    power, more = _power(weighting), 1 / len(codes)
    dither = float(temporal_variance(codes).mean()) if weighting else None
    mean_frame = codes.mean(axis=0)
    squares = _squared_residuals(mean_frame, weighting, noise)
    fixed = [square - over_time / len(codes) for square in squares]
    temporal = over_time - QUANTISATION * power
    total = [temporal + part for part in fixed]
    moving = float(over_time.mean())
    seen = moving if dither is None else dither
    freedom = _freedom(over_time.size, noise, weighting)
    independent = freedom * (len(codes) - 1) / noise.swelling
    over, mean = moving * math.sqrt(2 / independent), math.sqrt(2 / freedom) * squares[0].mean()
    whole, still = (math.hypot(mean, over * share) for share in (1 - more, more))
    return (
        _variance(total[0], total[1], seen, weighting, (whole, freedom)),
        _variance(temporal, temporal, seen, weighting, (over, independent)),
        _variance(fixed[0], fixed[1], seen, weighting, (still, freedom)),
    )


def _freedom(pixels: int, noise: Alike, weighting: Weighting | None = None) -> float:
    """Return the degrees of freedom of the variance of Gaussian noise in so many pixels."""
    down, across = noise.squares
    return pixels / down / (weighting.squares if weighting else across)


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
    noise: Alike = ALONE,
    orders: tuple[int, ...] = ORDERS,
) -> list[Array]:
    """Return the squares (h, w) of a frame less its surface, one for each of ``orders``.

    Free of what the surface takes of ``noise``. A filter along the line is linear: the frame is
    filtered once, and each surface by itself.
    """
    passed, squares = filtered(frame, weighting), []
    for order, fitted in zip(orders, surfaces(frame, orders, weighting), strict=True):
        parameters = (order + 1) * (order + 2) // 2
        left = _left(parameters, frame.size, noise, weighting)
        squares.append((passed - fitted) ** 2 / left)
    return squares


def _left(parameters: int, pixels: int, noise: Alike, weighting: Weighting | None) -> float:
    """Return the share of the variance of noise that a surface of so many parameters leaves.

    It takes of the power at frequency 0: of that a weighting passes all, and a share of the rest.
    """
    at_rest = noise.columns / weighting.power if weighting else noise.pixels
    return max(1 - parameters * at_rest / pixels, LEAST_LEFT)


def _variance(
    values: Array,
    other: Array,
    dither: float | None,
    weighting: Weighting | None = None,
    least: tuple[float, float] = (0.0, math.inf),
) -> Variance:
    """Make a variance of its estimates per pixel (h, w), with its uncertainties.

    ``other`` are the estimates with a surface of the next order. The dependence on the level's
    place between two codes is that at the dither sigma^2 = ``dither`` (variance seen before
    weighting; None: that of ``values``). ``least``: standard error and degrees of freedom of
    Gaussian noise; few blocks may scatter less by chance.
    """
    blocks = block_means(values, whole_rows=weighting is not None)
    sampling, degrees = max((_of_blocks(blocks), blocks.size - 1.0), least)
    value = float(values.sum()) / values.size
    free = max(value if dither is None else dither - QUANTISATION, 0.0)
    rounding = doubt_by_level(free) * _power(weighting)
    return Variance(
        value=value,
        sampling=sampling,
        degrees_of_freedom=degrees,
        surface=abs(value - float(other.sum()) / other.size) / math.sqrt(3),
        quantisation=rounding / math.sqrt(2),
    )


def _flicker(codes: Array, over_time: float) -> float:
    """Return the sigma of the frame means, less the part of random noise of this variance."""
    return math.sqrt(
        max(float(codes.mean(axis=(1, 2)).var(ddof=1)) - over_time / codes[0].size, 0.0)
    )


def _kept_by_mean(temporal: Variance, frames: int) -> float:
    """Return the variance that the mean of independent frames keeps of noise and rounding."""
    return (temporal.value + QUANTISATION) / frames


def _directions(
    mean_frame: Array, left: float, noise: Alike = ALONE, temporal: float = 0.0
) -> tuple[Variance, Variance, Variance]:
    """Return row, column and pixel variance of the fixed pattern.

    ``left``: variance of the ``noise`` that is left in the mean frame, in code^2; what is
    ``temporal`` dithers its rounding. The method follows EMVA 1288 release 4.0, spatial
    nonuniformity.
    """
    rest, other = (without_lines(mean_frame - surface(mean_frame, by), noise) for by in ORDERS)
    seen = float(rest.mean())
    row, column = (of_lines(mean_frame, axis, seen, noise) for axis in (1, 0))
    freedom = _freedom(rest.size, noise)
    least = seen * math.sqrt(2 / freedom), freedom
    dither = max(temporal, seen - left) + QUANTISATION
    pixel = _variance(rest - left, other - left, dither, least=least)
    rounding = math.hypot(pixel.quantisation, kept_by_pixels(temporal) / math.sqrt(3))
    return row, column, replace(pixel, quantisation=rounding)

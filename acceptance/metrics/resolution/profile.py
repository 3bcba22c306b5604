"""The profile across an edge as a least-squares cubic B-spline, and its Fourier transform.

Nothing is binned: every pixel value enters at its own distance. The derivative of a uniform cubic
spline has an exact transform (first differences of its coefficients times sinc^3), so that nothing
has to be corrected afterwards; Unser, "Splines: a perfect fit for signal and image processing",
IEEE Signal Processing Magazine 16(6), 1999. The standard error is that of clustered influence
functions (the sandwich estimator of a least-squares fit) over blocks of rows, so that noise which
is correlated within a block is counted.
"""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from acceptance.files.scipy_later import linalg

Array = NDArray[np.float64]

KNOT = 1 / 3
GRID = 256
FLAT = 1.5  # standard errors along which noise moves a crossing: the curve is flat there
# the four cubic B-splines that overlap between two knots: by rising powers of the way, 0 to 1
SPLINES = np.array([[1, -3, 3, -1], [4, 0, -6, 3], [1, 3, 3, -3], [0, 0, 0, 1]]) / 6
PRODUCTS = np.array([[np.convolve(first, second) for second in SPLINES] for first in SPLINES])


@dataclass(frozen=True, kw_only=True)
class ProfileFit:
    """A fitted profile of k coefficients over p pixels.

    It has the ``position`` (k,) of the coefficients in px off the edge, the ``coefficients`` (k,)
    in the unit of the picture, the Cholesky ``factor`` (4, k) of the normal equations, and of every
    pixel the ``index`` (p,) of its first coefficient, its ``part`` (p,) of the way from knot to
    knot, 0 to 1, and its ``residual`` (p,). ``aperture`` in px is an averaging that is left in the
    MTF: 0, or the bins of ISO 12233.
    """

    position: Array
    coefficients: Array
    factor: Array
    index: NDArray[np.intp]
    part: Array
    residual: Array
    aperture: float


def profile(
    image: Array, distance: Array, reach: float, *, stiffness: float, aperture: float = 0.0
) -> ProfileFit:
    """Fit uniform cubic B-splines of the distance to the pixel values by least squares.

    Parameters
    ----------
    image
        Linear light (h, w) in any unit.
    distance
        Distance (h, w) of every pixel from the edge in px, below 0 on the dark side.
    reach
        Half-width in px beyond which the profile is smoothed.
    stiffness
        Weight of the smoothing beyond ``reach``, 0 or more.
    aperture
        Averaging in px that is left in the MTF.
    """
    scaled = distance.ravel() / KNOT
    first = math.floor(scaled.min())
    scaled -= first
    index = scaled.astype(np.intp)
    part = scaled - index
    level = float(image.mean())
    values = image.ravel() - level
    bands, right = _normal_equations(index, part, values)
    position = (first + np.arange(right.size) - 1) * KNOT
    _stiffen(bands, np.abs(position) / reach, stiffness)
    factor = linalg.cholesky_banded(bands, overwrite_ab=True)
    coefficients = linalg.cho_solve_banded((factor, False), right)
    return ProfileFit(
        position=position,
        coefficients=coefficients + level,
        factor=factor,
        index=index,
        part=part,
        residual=values - _evaluate(coefficients, index, part),
        aperture=aperture,
    )


def refitted(fit: ProfileFit, values: Array) -> ProfileFit:
    """Fit other ``values`` (p,) of the same pixels; residuals stay those of the first."""
    level = float(values.mean())
    powers = _powers(fit.part, 3)
    right = _right(fit.index, powers, values - level, fit.position.size - 3)
    coefficients = linalg.cho_solve_banded((fit.factor, False), right) + level
    return replace(fit, coefficients=coefficients)


def _normal_equations(index: NDArray[np.intp], part: Array, values: Array) -> tuple[Array, Array]:
    """Return the upper bands (4, k) of the normal equations, and their right side (k,).

    They follow from sums of powers over each span, which are fewer than products of splines.
    """
    spans = int(index.max()) + 1
    powers = _powers(part, 6)
    squares = [np.bincount(index, minlength=spans), *(np.bincount(index, p, spans) for p in powers)]
    products = PRODUCTS @ np.array(squares)
    bands = np.zeros((4, spans + 3))
    for i in range(4):
        for j in range(i, 4):
            bands[3 + i - j, j : j + spans] += products[i, j]
    return bands, _right(index, powers[:3], values, spans)


def _powers(part: Array, highest: int) -> list[Array]:
    """Return the first, second ... ``highest`` power of ``part`` (p,)."""
    return list(itertools.accumulate([part] * highest, np.multiply))


def _right(index: NDArray[np.intp], powers: list[Array], values: Array, spans: int) -> Array:
    """Return the right side (k,) of the normal equations by the first three powers."""
    sums = np.array([np.bincount(index, p * values, spans) for p in powers])
    sums = SPLINES @ np.vstack([np.bincount(index, values, spans), sums])
    right = np.zeros(spans + 3)
    for i in range(4):
        right[i : i + spans] += sums[i]
    return right


def _evaluate(coefficients: Array, index: NDArray[np.intp], part: Array) -> Array:
    """Return the value of the spline at every pixel, by the cubic of its span (Horner)."""
    spans = coefficients.size - 3
    cubics = SPLINES.T @ np.stack([coefficients[i : i + spans] for i in range(4)])
    total: Array = cubics[3][index]
    for cubic in cubics[2::-1]:
        total *= part
        total += cubic[index]
    return total


def _stiffen(bands: Array, radius: Array, stiffness: float) -> None:
    """Add the penalty on second differences: almost none within radius 1, (r - 1)^2 outside."""
    weight = (1e-6 + stiffness * np.maximum(radius - 1, 0) ** 2)[1:-1]
    bands[3, :-2] += weight
    bands[3, 1:-1] += 4 * weight
    bands[3, 2:] += weight
    bands[2, 1:-1] -= 2 * weight
    bands[2, 2:] -= 2 * weight
    bands[1, 2:] += weight


def spectrum(fit: ProfileFit, taper: Array) -> tuple[Array, Array]:
    """Return frequencies (257,), 0 to 1 cycle/px, and the MTF (257,) there, 1 at frequency 0.

    ``taper`` (k - 1,) is the window over the line spread, 0 to 1.
    """
    spread = np.diff(fit.coefficients) * taper
    stride = math.ceil(spread.size * KNOT / GRID)
    waves = np.fft.rfft(spread, round(GRID / KNOT) * stride)
    transform = np.abs(waves[: GRID * stride + 1 : stride])
    frequencies, transfer = _grid(fit.aperture)
    return frequencies, transform / transform[0] * transfer


@lru_cache
def _grid(aperture: float) -> tuple[Array, Array]:
    """Return the frequencies of ``spectrum``, and what splines and an aperture pass there."""
    frequencies = np.arange(GRID + 1) / GRID
    transfer = np.sinc(frequencies * KNOT) ** 3 * np.sinc(frequencies * aperture)
    frequencies.flags.writeable = False
    return frequencies, transfer


@dataclass(frozen=True, kw_only=True)
class _LineSpread:
    """What a window leaves of a line spread: ``parts`` (m,) of it at ``place`` (m,) px."""

    parts: Array
    place: Array
    aperture: float

    def modulation(self, frequency: float) -> float:
        """Return the modulation at a frequency in cycle/px."""
        angle = 2 * math.pi * frequency * self.place
        size = math.hypot(self.parts @ np.cos(angle), self.parts @ np.sin(angle))
        return size * abs(_transfer(frequency, self.aperture)) / abs(float(self.parts.sum()))


def _left(fit: ProfileFit, taper: Array) -> _LineSpread:
    """Return what the window leaves of the line spread of a fit."""
    inside = _inside(taper)
    position = fit.position[inside.start : inside.stop + 1]
    steps = np.diff(fit.coefficients[inside.start : inside.stop + 1])
    place = (position[1:] + position[:-1]) / 2
    return _LineSpread(parts=steps * taper[inside], place=place, aperture=fit.aperture)


def _transfer(frequency: float, aperture: float) -> float:
    """Return what splines and an aperture pass."""
    return _sinc(frequency * KNOT) ** 3 * _sinc(frequency * aperture)


def _inside(taper: Array) -> slice:
    """Return where the window over the line spread is not 0."""
    open_at = np.flatnonzero(taper)
    return slice(int(open_at[0]), int(open_at[-1]) + 1)


def _sinc(x: float) -> float:
    """Return sin(pi x) / (pi x); ``np.sinc`` takes ten times as long for one number."""
    return math.sin(math.pi * x) / (math.pi * x) if x else 1.0


def crossing(
    frequencies: Array, mtf: Array, fit: ProfileFit, taper: Array, level: float
) -> float | None:
    """Return the first frequency in cycle/px where the MTF falls to ``level``, if it does.

    It is found on the grid, then refined by two secant steps on the exact transform.
    """
    below = np.flatnonzero(mtf < level)
    if not below.size or below[0] == 0:
        return None
    i = int(below[0])
    slope = (mtf[i] - mtf[i - 1]) / (frequencies[i] - frequencies[i - 1])
    found = float(frequencies[i - 1] + (level - mtf[i - 1]) / slope)
    left = _left(fit, taper)
    for _ in range(2):
        found -= float((left.modulation(found) - level) / slope)
    return found


def lag(fit: ProfileFit, taper: Array, frequency: float) -> float:
    """Return the phase in radians of the transfer at a frequency in cycle/px.

    It is about the centroid of the line spread: 0 of one that is the same on both sides, above 0 of
    one whose longer tail is on the light side.
    """
    left = _left(fit, taper)
    middle = float(left.parts @ left.place) / float(left.parts.sum())
    angle = 2 * math.pi * frequency * (left.place - middle)
    return math.atan2(-float(left.parts @ np.sin(angle)), float(left.parts @ np.cos(angle)))


def standard_error(
    frequency: float | None, fit: ProfileFit, taper: Array, rows: int, blocks: int
) -> float | None:
    """Return the standard error of a crossing in cycle/px; None where there is no crossing.

    It is the scatter, between ``blocks`` of the picture's ``rows``, of each pixel's influence times
    its residual, over the slope; where the curve lies so near the level for longer that noise of
    that size may have moved the crossing along it, half of how far.
    """
    if frequency is None:
        return None
    influence = _influence(frequency, fit, taper) * fit.residual
    by_row = influence.reshape(rows, -1).sum(axis=1)
    by_block = np.bincount(np.arange(rows) * blocks // rows, by_row, blocks)
    step, left = 1 / (4 * GRID), _left(fit, taper)
    above, below = (left.modulation(frequency + move) for move in (step, -step))
    noise = math.sqrt(blocks) * float(np.std(by_block, ddof=1))
    error = noise / abs((above - below) / (2 * step))
    along = _moved(frequency, left.modulation(frequency), noise, *spectrum(fit, taper))
    return along if along > FLAT * error else error


def _moved(frequency: float, level: float, noise: float, frequencies: Array, mtf: Array) -> float:
    """Return by how much noise may have moved a crossing along a flat curve, in cycle/px.

    Half of the way, the longer one, to where an MTF (n,) first comes within two ``noise`` of the
    level, and to where it then leaves that.
    """
    first = _first_below(frequencies, mtf, level + 2 * noise)
    after = frequencies > frequency
    further = np.append(frequency, frequencies[after]), np.append(level, mtf[after])
    last = _first_below(*further, level - 2 * noise)
    return max(frequency - first, last - frequency) / 2


def _first_below(frequencies: Array, mtf: Array, level: float) -> float:
    """Return where an MTF (n,) first falls below a level, between its lines; else its end."""
    below = np.flatnonzero(mtf < level)
    if not below.size or below[0] == 0:
        return float(frequencies[0 if below.size else -1])
    ends = slice(int(below[0]) - 1, int(below[0]) + 1)
    return float(np.interp(-level, -mtf[ends], frequencies[ends]))


def _influence(frequency: float, fit: ProfileFit, taper: Array) -> Array:
    """Return how much the value of each pixel (p,) changes the modulation at ``frequency``."""
    left, inside = _left(fit, taper), _inside(taper)
    wave = np.exp(-2j * np.pi * frequency * left.place) * _transfer(frequency, fit.aperture)
    value, whole = left.parts @ wave, left.parts.sum()
    modulation = abs(value) / abs(whole)
    along = np.real(np.conj(value) * wave) / abs(value)
    by_difference = np.zeros_like(taper)
    by_difference[inside] = taper[inside] * (along / abs(whole) - modulation / whole)
    by_coefficient = np.concatenate([[0.0], by_difference]) - np.concatenate([by_difference, [0.0]])
    solved = linalg.cho_solve_banded((fit.factor, False), by_coefficient)
    return _evaluate(solved, fit.index, fit.part)

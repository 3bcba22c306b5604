"""A light driven by a known sequence, as films show it.

A region's level is the integral of the drive over an exposure. Per frame: level = offset + gain x
mean of the drive from the begin of the exposure to its end; gain, offset and the exponent of the
curve between light and level are free. Where in the drive the frames lie is sought by correlation
(Pearson's r at every shift, by FFT), then followed through the film, then fitted by ``pace`` with
all that the levels leave open. A *place* is a time on the drive's clock in units of its usual
stretch (a chip, a refresh).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock.pace import Pace, pace

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Whole

    Mean = Callable[[Array, Array], Array]  # mean level from place to place

GRID = 4  # shifts tried a chip
OPENING = 6.0  # s in which the place is sought
RATES = 1 + 0.001 * np.arange(-6.0, 7.0)  # of the drive's clock; resonators are off by 0.5 %
SEEN = 0.5  # correlation from which a drive is seen
WIDTHS = np.geomspace(0.1, 6, 24)  # exposures in chips
EXPONENTS = np.linspace(0.5, 2.0, 31)
LEAST_NOISE = 0.005
OUTLIER = 5.0  # standard deviations


@dataclass(frozen=True, kw_only=True)
class DriveLevel:
    """Levels of a region fitted to a drive.

    ``shares`` (n,) are those of the exposure lit, ``line`` turns time into place, ``noise`` is that
    of the shares, and ``rest`` (n,) says how far each lies off the line.
    """

    shares: Array
    line: Pace
    noise: float
    rest: Array

    @property
    def fits(self) -> NDArray[np.bool_]:
        """(n,) whether a frame's level is what the line says."""
        return np.asarray(self.rest <= OUTLIER * self.noise)


def coded(mean: Mean, position: Array, width: Array | float) -> Array:
    """(..., 1) mean level over exposures with this middle and length."""
    half = np.asarray(width) / 2
    return mean(position - half, position + half)[..., None]


def fitted(x: Array, light: Array, mean: Mean, line: tuple[float, float]) -> DriveLevel:
    """Fit levels at ``x`` (n,) s to a drive, from about place = line[0] + line[1] (x - x[0])."""
    position = line[0] + line[1] * (x - x[0])
    for _ in range(2):
        shares, noise = normalised(light, mean, position)
        fit = pace(
            x,
            shares[:, None, None],
            position,
            step=float(np.median(np.diff(x))),
            code=lambda where, width: coded(mean, where, width),
            noise=noise,
        )
        position = fit.at(x).mean(axis=0)
    rest = np.abs(shares - coded(mean, position, fit.width)[:, 0])
    return DriveLevel(shares=shares, line=fit, noise=noise, rest=rest)


def normalised(light: Array, mean: Mean, position: Array) -> tuple[Array, float]:
    """Turn light (n,) into shares by the gain, offset, exponent and exposure that fit best.

    Return the shares and their noise.
    """
    models = [coded(mean, position, float(width))[:, 0] for width in WIDTHS]
    shares = _scaled(light, _nearest(models, light))
    curved = [np.sign(shares) * np.abs(shares) ** power for power in EXPONENTS]
    best = _nearest(curved, _nearest(models, shares))
    model = _nearest(models, best)
    shares = _scaled(best, model)
    return shares, max(LEAST_NOISE, 1.4826 * float(np.median(np.abs(shares - model))))


def _nearest(candidates: Sequence[Array], values: Array) -> Array:
    """Return the candidate that correlates most with the values."""
    return max(candidates, key=lambda candidate: correlation(values, candidate))


def _scaled(values: Array, model: Array) -> Array:
    """Take gain and offset out, as least squares against the model has them."""
    gain, offset = np.polyfit(model, values, 1)
    return np.asarray((values - offset) / (gain or 1.0))


def correlation(values: Array, model: Array) -> float:
    """Pearson's r of values and model, both (n,); 0 where one of the two is flat."""
    return float(correlations(values, model))


def correlations(values: Array, models: Array) -> Array:
    """(...) Pearson's r of values (n,) with each of models (..., n); 0 where either is flat."""
    off, away = values - values.mean(), models - models.mean(axis=-1, keepdims=True)
    spread = np.sqrt((off**2).sum() * (away**2).sum(axis=-1))
    return np.asarray((away @ off) / np.maximum(spread, 1e-9))


def located(
    x: Array,
    light: Array,
    mean: Mean,
    span: tuple[float, float],
    rate: float,
    *,
    rates: Array = RATES,
    least: float = SEEN,
) -> tuple[float, float]:
    """Seek the line place = a + b (x - x[0]) of levels at ``x`` (n,) s.

    Places are sought within the drive's ``span``. ``rate`` is about b; ``rates`` are the shares of
    it to try; ``least`` the correlation required. Raises GapError sequence_not_seen.
    """
    opening = x <= x[0] + OPENING
    width = 0.5 * rate * float(np.median(np.diff(x)))
    seen, levels = x[opening], light[opening]
    found = [_best_shift(seen, levels, mean, span, rate * share, width) for share in rates]
    best, place, slope = max(found)
    if best < least:
        raise GapError("sequence_not_seen", correlation=best)
    return _followed(x, light, mean, (place, slope), width)


def _best_shift(
    x: Array, light: Array, mean: Mean, span: tuple[float, float], slope: float, width: float
) -> tuple[float, float, float]:
    """Correlation, place of the first frame and slope of the best of all shifts; by FFT."""
    at = np.rint((x - x[0]) * slope * GRID).astype(np.int64)
    grid = np.arange(np.ceil(span[0] * GRID), np.floor(span[1] * GRID)) / GRID
    shifts = len(grid) - int(at[-1])
    if shifts < 1:
        return -1.0, 0.0, slope
    model = coded(mean, grid, max(width, 0.5))[:, 0]
    score = _correlation_of_shifts(model, at, light - light.mean(), shifts)
    best = int(np.argmax(score))
    return float(score[best]), float(grid[best]), slope


def _correlation_of_shifts(model: Array, at: Whole, level: Array, shifts: int) -> Array:
    """(shifts,) Pearson's r of levels (n,) of mean 0 at ``at`` (n,) with the shifted model.

    It is found by FFT of the model's samples, shifted under the frames. ``at`` are places in the
    model.
    """
    size = 1 << (len(model) - 1).bit_length()
    frames = np.conj(np.fft.rfft(np.bincount(at, minlength=size)))
    levels = np.conj(np.fft.rfft(np.bincount(at, level, minlength=size)))

    def summed(samples: Array, over: NDArray[np.complex128]) -> Array:
        return np.asarray(np.fft.irfft(np.fft.rfft(samples, size) * over, size)[:shifts])

    product, total, squares = summed(model, levels), summed(model, frames), summed(model**2, frames)
    spread = np.maximum(squares - total**2 / len(at), 1e-3 * len(at))
    return np.asarray(product / np.sqrt(np.maximum(spread * np.sum(level**2), 1e-12)))


def _followed(
    x: Array, light: Array, mean: Mean, line: tuple[float, float], width: float
) -> tuple[float, float]:
    """Refine place and slope on twice as many seconds each time, up to the whole film."""
    length = float(x[-1] - x[0])
    span = min(OPENING, length)
    while True:
        seen = x <= x[0] + span
        line = _nearest_line(x[seen] - x[0], light[seen], mean, _around(line, span), width)
        if span >= length:
            return line
        span = min(2 * span, length)


def _around(line: tuple[float, float], span: float) -> list[tuple[float, float]]:
    """Lines to try about one: it may be off by a place at the beginning, and at the end."""
    place, slope = line
    return [
        (place + start, slope + bend / span)
        for start in np.arange(-6, 7) / 8
        for bend in np.arange(-8, 9) / 8
    ]


def _nearest_line(
    off: Array, light: Array, mean: Mean, lines: Sequence[tuple[float, float]], width: float
) -> tuple[float, float]:
    """Return the line whose levels best correlate with light (n,), ``off`` s after the first."""
    score = [
        correlation(light, coded(mean, place + slope * off, max(width, 0.5))[:, 0])
        for place, slope in lines
    ]
    return lines[int(np.argmax(score))]

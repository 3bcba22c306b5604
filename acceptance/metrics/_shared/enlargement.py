"""By which factor a picture was enlarged (digital zoom), seen in its noise.

Interpolation leaves the noise between two pixels more alike in some places than in others, which
repeats with the factor (A. C. Gallagher, Detection of linear and cubic interpolation in JPEG
compressed images, CRV 2005; here of the noise, which has no structure of its own).
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics._shared.coder import untouched

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

FRAMES = 8
BLOCK = 8.0  # px, the side of a coder's transform block
PERIODS = np.linspace(0.15, 0.5, 351)  # cycles a pixel at which the noise may repeat
NEAR_BLOCKS = 0.01  # cycles a pixel
LEAST_PEAK = 3.0  # 1.5 at most in films that were scaled neither up nor down
# amplitudes of the variance of columns and of their covariance with the next, over the mean
# variance: of the second, and of both together. White noise enlarged by any kernel has 0.1 and 0.14
# at least; a picture that was made smaller has 0.08 or 0.11 at most where it has the likeness.
LEAST_DEPTH = 0.087, 0.125
# likeness of neighbours' noise, and by which bicubic enlargement it is made (simulation)
LIKENESS = (
    (0.0, 0.36, 0.47, 0.58, 0.66, 0.75, 0.8, 0.95),
    (1.0, 1.3, 1.5, 1.77, 2.0, 2.5, 3.0, 7.0),
)
# ratio of the factors by the likeness and by the period: noise made smaller is less alike
AGREEING = 1 / 1.05, 1.25
ALIKE = 1.03  # ratio of the factors along rows and columns
MARGIN, NARROWEST, WIDEST = 4, 24, 128  # px of a plain region
LEAST_NOISE = 0.02  # codes squared


SHARED = "enlargement"


def enlargement_of(scene: Scene) -> float:
    """Return by which factor a scene's picture was enlarged, found once a scene; 1: not."""
    if SHARED not in scene.shared:
        plain = [view for view in scene.of_kind("flat") if view.stable]
        coded = not all(untouched(scene.video, view) for view in plain)
        scene.shared[SHARED] = enlargement(plain, coded=coded)
    return float(scene.shared[SHARED])


def enlargement(views: Sequence[View], *, coded: bool = False) -> float:
    """Return by which factor the picture was enlarged, from the noise of plain ``views``; 1: not.

    The same factor must be seen along rows and columns. Of ``coded`` pictures noise that repeats
    with the blocks, every 8 px or a whole share of them, says nothing. In a picture that was made
    smaller noise repeats as well, but less deeply than its likeness would have it.
    """
    noises = [noise for view in views if (noise := _noise(view)) is not None]
    if not noises:
        return 1.0
    ways = [[np.swapaxes(noise, 1, axis) for noise in noises] for axis in (1, 2)]
    factors = [_factor(way, coded=coded) for way in ways]
    ratio = factors[0] / factors[1]
    return math.sqrt(factors[0] * factors[1]) if 1 / ALIKE < ratio < ALIKE else 1.0


def _noise(view: View) -> Array | None:
    """Return the temporal noise (n, h, w) of the middle of a view; None where it has none."""
    frames = view.luma[:FRAMES, MARGIN:-MARGIN, MARGIN:-MARGIN].astype(np.float64)
    frames = frames[:, :WIDEST, :WIDEST]
    if len(frames) < 2 or min(frames.shape[1:]) < NARROWEST:
        return None
    noise = frames - frames.mean(axis=0)
    noise -= noise.mean(axis=(1, 2), keepdims=True)
    return noise if float(np.mean(noise**2)) > LEAST_NOISE else None


def _factor(noises: Sequence[Array], *, coded: bool) -> float:
    """Return by which factor columns were enlarged; 1 where the noise does not repeat."""
    series = [both for noise in noises for both in _alike(noise)]
    power = np.mean([_power(values) for values in series], axis=0)
    peak = int(np.argmax(power))
    if power[peak] < LEAST_PEAK or (coded and _of_blocks(float(PERIODS[peak]))):
        return 1.0
    frequency = float(PERIODS[peak])
    depth = _depth(noises, frequency)
    if depth[1] < LEAST_DEPTH[0] or math.hypot(*depth) < LEAST_DEPTH[1]:
        return 1.0
    squares = sum(float(np.mean(noise**2)) for noise in noises)
    likeness = sum(float(np.mean(noise[..., 1:] * noise[..., :-1])) for noise in noises) / squares
    meant = float(np.interp(likeness, *LIKENESS))
    factors = 1 / frequency, 1 / (1 - frequency)
    factor = min(factors, key=lambda each: abs(math.log(each / meant)))
    return factor if AGREEING[0] < meant / factor < AGREEING[1] else 1.0


def _depth(noises: Sequence[Array], frequency: float) -> tuple[float, float]:
    """Return how deep both series of ``_alike`` change at a frequency, over the mean variance."""
    several = [_alike(noise) for noise in noises]
    variance, covariance = (
        sum(_amplitude(values, frequency) for values in series)
        for series in zip(*several, strict=True)
    )
    mean = sum(float(variances.mean()) for variances, _ in several)
    return variance / mean, covariance / mean


def _amplitude(values: Array, frequency: float) -> float:
    wave = np.exp(-2j * np.pi * frequency * np.arange(len(values)))
    return 2 * abs(complex(wave @ (values - values.mean()))) / len(values)


def _of_blocks(frequency: float) -> bool:
    """Whether noise repeats with a coder's blocks; a fine quantiser makes neighbours alike, too."""
    turns = frequency * BLOCK
    return abs(turns - round(turns)) < NEAR_BLOCKS * BLOCK


def _alike(noise: Array) -> tuple[Array, Array]:
    """Return the variance (w,) of each column, and its covariance (w - 1,) with the next."""
    return np.mean(noise**2, axis=(0, 1)), np.mean(noise[..., 1:] * noise[..., :-1], axis=(0, 1))


def _power(values: Array) -> Array:
    """Return the power of a series at ``PERIODS``, about 1 for noise."""
    tapered = (values - values.mean()) * np.hanning(len(values) + 2)[1:-1]
    waves = np.exp(-2j * np.pi * np.outer(PERIODS, np.arange(len(values))))
    return np.asarray(np.abs(waves @ tapered) ** 2 / max(float(tapered @ tapered), 1e-12))

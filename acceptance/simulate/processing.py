"""What a simulated camera does to its picture: sharpening, and noise reduction in space and time.

Both kinds in space are one linear filter, applied to light and to noise, so that the MTF is the
lens's times the filter's and the noise is known; that in time mixes the frame before into each.
"""

from __future__ import annotations

import math
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

MASK = 1.0  # px, sigma of the unsharp mask
REACH = 4.0  # of a sigma


class Filtering(Protocol):
    """A camera, as far as it filters its picture in space (``Camera``)."""

    @property
    def sharpening(self) -> float:
        """Share by which detail is raised."""

    @property
    def smoothing(self) -> float:
        """Sigma of the Gaussian that reduces noise, px."""


def kernel(camera: Filtering) -> Array:
    """Return the filter's odd square kernel (n, n), its sum 1."""
    soft, wide = (_gaussian(camera, sigma) for sigma in (camera.smoothing, _both(camera)))
    return (1 + camera.sharpening) * soft - camera.sharpening * wide


def _both(camera: Filtering) -> float:
    """Return the sigma, px, of the unsharp mask of the smoothed picture."""
    return math.hypot(camera.smoothing, MASK)


def _gaussian(camera: Filtering, sigma: float) -> Array:
    """Return a Gaussian kernel as large as the whole filter."""
    half = math.ceil(REACH * (_both(camera) if camera.sharpening else camera.smoothing))
    x = np.arange(-half, half + 1)
    row = np.exp(-((x / max(sigma, 1e-3)) ** 2) / 2)
    return np.asarray(np.outer(row, row) / row.sum() ** 2)


def response(camera: Filtering, across: Array, down: Array) -> Array:
    """Return the filter's response at frequencies (cycle/px) along rows and along columns."""
    if not (camera.sharpening or camera.smoothing):
        return np.ones(np.broadcast_shapes(np.shape(across), np.shape(down)))
    values = kernel(camera)
    at = np.arange(len(values)) - len(values) // 2
    along = [np.cos(2 * np.pi * np.multiply.outer(np.asarray(f), at)) for f in (across, down)]
    return np.asarray(np.einsum("...i,ij,...j->...", along[1], values, along[0]))


def noise_gain(camera: Filtering) -> float:
    """Return by what the filter in space multiplies the sigma of white noise."""
    return math.sqrt(float(np.sum(kernel(camera) ** 2)))


def before(recursion: float) -> Array:
    """Return the weights of a frame's own noise and of that of the frames before it."""
    count = math.ceil(math.log(0.002) / math.log(recursion)) if recursion else 1
    weights = (1 - recursion) * recursion ** np.arange(count)
    return np.asarray(weights / weights.sum())


def recursion_gain(recursion: float) -> float:
    """Return by what noise reduction in time multiplies the sigma of temporal noise."""
    return math.sqrt((1 - recursion) / (1 + recursion))

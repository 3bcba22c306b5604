"""What lens and flat chart leave unexplained of the points, where it is smooth.

Noise of the points is independent from point to point. What a model lacks is not: a cover that
bends the picture here and there, a print that is not flat, a lens of more terms. Neighbours are off
alike, so that it moves the fitted parameters much more than its size says. It is taken for a smooth
random field (Gaussian correlation; C. E. Rasmussen and C. Williams, Gaussian Processes, 2006, 2.7),
whose size follows from what the fit leaves in the field's own strongest shapes.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

LENGTH = 0.7  # half diagonals over which points are off alike
SHAPES = 10  # strongest shapes of the field that a fit leaves
STANDS_OUT = 2.0  # times the noise in all others: less may be noise


def unexplained(seen: Array, misses: Array, slopes: Array) -> Array:
    """Return the covariance (2 n, 2 n) of a smooth field that is in the points, over their noise.

    ``seen`` (n, 2) are the points off the lens's centre, ``misses`` (2 n,) what the fit leaves of
    them along and across the radius, over the noise, ``slopes`` (rows, p) the derivatives of all
    observations, of which those of the points come first. 0 where nothing stands out.
    """
    count = len(misses)
    field = _field(seen)
    leaves = np.eye(count) - slopes[:count] @ np.linalg.pinv(slopes)[:, :count]
    left = leaves @ field @ leaves.T
    shapes = np.linalg.eigh(left)[1][:, ::-1][:, :SHAPES]
    own = float(np.sum((shapes.T @ misses) ** 2))
    of_noise = leaves @ leaves.T
    ours = float(np.trace(shapes.T @ of_noise @ shapes))
    noise = (float(misses @ misses) - own) / max(float(np.trace(of_noise)) - ours, 1.0)
    if own < STANDS_OUT * noise * ours:
        return np.zeros_like(field)
    size = (own - noise * ours) / float(np.trace(shapes.T @ left @ shapes))
    return np.asarray(size * field)


def _field(seen: Array) -> Array:
    """Return the covariance (2 n, 2 n) of a field of size 1, along and across the radius."""
    along = seen / np.maximum(np.linalg.norm(seen, axis=1, keepdims=True), 1e-9)
    across = np.stack([-along[:, 1], along[:, 0]], axis=1)
    apart = np.sum((seen[:, None] - seen[None]) ** 2, axis=2)
    alike = np.exp(-apart / (2 * LENGTH**2))
    axes = np.concatenate([along, across])
    return np.asarray(np.tile(alike, (2, 2)) * (axes @ axes.T))

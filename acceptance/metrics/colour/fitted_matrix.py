"""The matrix that leads from printed light to light as seen, and what of it no plain camera has.

A camera's white balance multiplies each channel, and its saturation stretches each colour from its
luminance. A wrong matrix or wrong primaries turn hues against each other beside that.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from acceptance.footage.colorimetry import light_of
from acceptance.footage.gamut import TO_XYZ
from acceptance.metrics.colour.difference import neutral

Array = NDArray[np.float64]

DARKEST = 0.03  # reflectance: darker patches count no more than this one
BY_EYE = 2 / 3  # power of reflectance by which a difference of light is seen the less
LEAST_STRETCH = 0.1  # of saturation
STRETCH = np.eye(3) - TO_XYZ[1]  # what more saturation adds to a matrix


def turn(light: Array, aims: Array) -> float:
    """Return how far the light (n, 3) is turned from that of the aims (n, 3), CIELAB.

    Root of the summed squares of the terms that are left of the matrix; 0: white balance,
    saturation and coloured flare explain all of it.
    """
    printed, greys = light_of(aims), neutral(aims)
    balanced = light * printed[greys].sum(axis=0) / light[greys].sum(axis=0)
    off = _matrix(printed, balanced) - np.eye(3)
    stretched = float(np.sum(off * STRETCH) / np.sum(STRETCH**2))
    left = (off - stretched * STRETCH) / max(1 + stretched, LEAST_STRETCH)
    return float(np.linalg.norm(left))


def _matrix(printed: Array, seen: Array) -> Array:
    """Return the matrix (3, 3), white kept, that leads from printed light to that seen.

    Beside it flare is fitted, of any colour, that white has none of.
    """
    grey = printed.mean(axis=1)
    weights = np.maximum(grey, DARKEST)[:, None] ** -BY_EYE
    terms = np.column_stack([printed[:, :2] - printed[:, 2:], grey.max() - grey])
    fitted, *_ = np.linalg.lstsq(terms * weights, (seen - printed[:, 2:]) * weights)
    red, green, _ = fitted
    return np.column_stack([red, green, 1 - red - green])

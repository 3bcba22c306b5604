"""Laws of lenses: ideal radii of radii seen, in half diagonals of the picture.

Brown: ideal radius = r (1 + k1 r^2 + k2 r^4), r seen (D. C. Brown, Photogrammetric Engineering 32,
1966). Opencv, the other way round: r seen = u (1 + k1 u^2 + k2 u^4), u ideal, as in OpenCV and most
published calibrations. Both agree for weak lenses. Fisheye: r seen = g (t + k t^3), ideal radius =
g tan t (J. Kannala and S. Brandt, IEEE PAMI 28(8), 2006; k = 0 is the equidistant projection). Each
may have a third term of the next odd power.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]

INVERSION = 20  # rounds
HIGHEST_ANGLE = 1.5
OUTERMOST = 3.0  # half diagonals: ideal radius that no picture has
LEAST_SLOPE = 0.1  # of the radius seen by the ideal one: less is nearly a fold
NEWTON_RESTS = 1e-13  # half diagonals: the next of Newton's steps would be rounding


def brown(radius: Array, lens: Array) -> Array:
    """Return the ideal radii (m, n) of radii seen (m, n) through a Brown lens.

    ``lens`` (m, 3) is k1, k2, k3; radii are in half diagonals.
    """
    square = radius**2
    first, second, third = lens.T[:, :, None]
    return np.asarray(radius * (1 + square * (first + square * (second + square * third))))


def opencv(radius: Array, lens: Array) -> Array:
    """Return the ideal radii (m, n) of radii seen (m, n), by Newton's method.

    ``lens`` (m, 3) is k1, k2, k3 of: radius seen = ideal (1 + k1 ideal^2 + ...); radii are in
    half diagonals. Where the lens folds, so that nothing is seen so far out, it is ``OUTERMOST``.
    """
    first, second, third = lens.T[:, :, None]
    ideal = np.array(radius)
    for _ in range(INVERSION):
        square = ideal**2
        away = ideal * (1 + square * (first + square * (second + square * third))) - radius
        slope = 1 + square * (3 * first + square * (5 * second + 7 * third * square))
        step = away / np.maximum(slope, LEAST_SLOPE)
        ideal = np.clip(ideal - step, 0, OUTERMOST)
        if np.abs(step).max(initial=0) < NEWTON_RESTS:
            break
    return ideal


def folds(lens: Array) -> bool:
    """Whether an ``opencv`` lens (3,) nearly folds the picture within its corners."""
    square = np.linspace(0, opencv(np.ones((1, 1)), lens[None])[0, 0], 50) ** 2
    slopes = 1 + square * (3 * lens[0] + square * (5 * lens[1] + 7 * lens[2] * square))
    return bool(slopes.min() <= LEAST_SLOPE)


def fisheye(radius: Array, lens: Array) -> Array:
    """Return the ideal radii (m, n) of radii seen (m, n) through a fisheye lens.

    ``lens`` (m, 3) is 1 / g^2 (not below 0), k and that of t^5; radii are in half diagonals.
    """
    curvature, second, third = lens.T[:, :, None]
    bend = np.sqrt(np.maximum(curvature, 1e-9))
    seen = radius * bend
    angle = seen
    for _ in range(8):
        square = angle**2
        away = angle * (1 + square * (second + square * third)) - seen
        slope = 1 + square * (3 * second + 5 * third * square)
        angle = np.clip(angle - away / np.maximum(slope, LEAST_SLOPE), 0, 2 * HIGHEST_ANGLE)
    return np.asarray(np.tan(np.clip(angle, 0, HIGHEST_ANGLE)) / bend)


Lens = Callable[[Array, Array], Array]
LENSES: Mapping[str, Lens] = {"brown": brown, "opencv": opencv, "fisheye": fisheye}

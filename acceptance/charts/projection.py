"""How a flat chart comes into a picture: a homography and one term of lens distortion, fitted.

The distortion is that of ``located.Located``: ideal radius = radius (1 + k radius^2) about the
picture's centre, the first radial term of D. C. Brown (Photogrammetric Engineering 32, 1966). In
the ideal picture it is linear in k, which makes the fit a few steps of Gauss-Newton from the direct
linear transformation.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from acceptance.charts.located import Floats, distorted, to_picture

ROUNDS = 5
# standard errors that a distortion must be away from 0; the corners of one fiducial err together
SURE = 4.0
# of the distortion: below, the picture folds within its corners; above, no lens
LEAST, MOST = -0.25, 1.0


@dataclass(frozen=True, eq=False)
class Projection:
    """From chart mm to px of a picture of ``picture`` = (width, height) (``Located``)."""

    homography: Floats
    picture: tuple[int, int]
    distortion: float = 0.0

    def to_picture(self, points: Floats) -> Floats:
        """Return where points of the chart, (n, 2) in mm, lie in the picture, in px."""
        return distorted(to_picture(self.homography, points), self.distortion, self.picture)

    def residual(self, points: Floats, seen: Floats) -> float:
        """Return the RMS distance in px of ``seen`` (n, 2) from where ``points``, mm, should be."""
        away = self.to_picture(points) - seen
        return float(np.sqrt(np.mean(np.sum(np.square(away), axis=1))))


def fit(points: Floats, seen: Floats, start: Projection, *, free: bool) -> Projection | None:
    """Return the least-squares projection of ``points`` (n, 2) in mm to ``seen`` (n, 2) in px.

    Return None where there is none. The distortion is that of ``start`` unless ``free``; then it is
    fitted, from there, and taken as 0 where the points do not show it clearly. At least four
    points, five when free.
    """
    picture = start.picture
    centre, middle = (np.array(picture) - 1) / 2, points.mean(axis=0)
    unit, scale = float(np.linalg.norm(centre)), float(np.abs(points - middle).max())
    away, place = (seen - centre) / unit, (points - middle) / scale
    k = start.distortion
    try:
        matrix = _direct(place, away * (1 + k * np.sum(away**2, axis=1, keepdims=True)))
        matrix, k, error = _least_squares(place, away, matrix, k, free=free)
    except np.linalg.LinAlgError:
        return None
    if free and not (abs(k) > SURE * error and LEAST <= k <= MOST):
        return fit(points, seen, replace(start, distortion=0.0), free=False)
    homography = _from_unit(centre, unit) @ matrix @ _to_unit(middle, scale)
    if not np.all(np.isfinite(homography)):
        return None
    return Projection(homography / homography[2, 2], picture, k)


def _to_unit(middle: Floats, scale: float) -> Floats:
    x, y = middle
    return np.array([[1 / scale, 0, -x / scale], [0, 1 / scale, -y / scale], [0, 0, 1]])


def _from_unit(middle: Floats, scale: float) -> Floats:
    return np.array([[scale, 0, middle[0]], [0, scale, middle[1]], [0, 0, 1]])


def _direct(place: Floats, ideal: Floats) -> Floats:
    """Return the homography (3, 3) by the direct linear transformation.

    The method is that of Hartley and Zisserman, 2nd edition, 4.1.
    """
    x, y = ideal[:, :1], ideal[:, 1:]
    own = np.column_stack([place, np.ones(len(place))])
    rows = np.vstack([np.hstack([own, 0 * own, -x * own]), np.hstack([0 * own, own, -y * own])])
    matrix = np.linalg.svd(rows)[2][-1].reshape(3, 3)
    return np.asarray(matrix / matrix[2, 2])


def _least_squares(
    place: Floats, away: Floats, matrix: Floats, k: float, *, free: bool
) -> tuple[Floats, float, float]:
    """Return homography, k and its standard error.

    Residuals count as they are in the picture, not the ideal one.
    """
    error = 0.0
    for _ in range(ROUNDS):
        slopes, misses = _linearised(place, away, matrix, k)
        slopes = slopes if free else slopes[:, :8]
        step, _, rank, _ = np.linalg.lstsq(slopes, misses)
        if rank < slopes.shape[1]:
            raise np.linalg.LinAlgError
        matrix = matrix + np.append(step[:8], 0.0).reshape(3, 3)
        if free:
            k += float(step[8])
            spread = np.sum((misses - slopes @ step) ** 2) / max(1, len(misses) - 9)
            error = float(np.sqrt(spread * np.linalg.inv(slopes.T @ slopes)[8, 8]))
    return matrix, k, error


def _linearised(place: Floats, away: Floats, matrix: Floats, k: float) -> tuple[Floats, Floats]:
    """Return the weighted derivatives (2 n, 9) by the matrix's entries and k, and misses (2 n,)."""
    radius = np.sum(away**2, axis=1, keepdims=True)
    weight = 1 / (1 + 2 * k * radius)
    homogeneous = np.column_stack([place, np.ones(len(place))])
    depth = homogeneous @ matrix[2]
    mapped = (homogeneous @ matrix[:2].T) / depth[:, None]
    by_entries = _slopes(homogeneous / depth[:, None], mapped)
    slopes = np.column_stack([by_entries, (-away * radius).T.ravel()])
    misses = ((away * (1 + k * radius) - mapped) * weight).T.ravel()
    return slopes * np.tile(weight, (2, 1)), misses


def _slopes(own: Floats, mapped: Floats) -> Floats:
    """Return the derivatives (2 n, 8) of the mapped points, all x, then all y, by the entries."""
    nothing = 0 * own
    across = np.hstack([own, nothing, -mapped[:, :1] * own[:, :2]])
    down = np.hstack([nothing, own, -mapped[:, 1:] * own[:, :2]])
    return np.vstack([across, down])

"""Frames whose noise depends on one another, as after recursive noise reduction in a camera.

The mean of n such frames keeps more noise than 1 / n of its variance, which would read as fixed
pattern. The covariance C of frames that lie far apart is that of the fixed pattern alone, as long
as the dependence ends before: it is compared at three distances. With a dependence that dies out
like q^k, k in thirds of the film, C(2) lies D^2 / (D0 - D) above its end, where D0 = C(0) - C(1),
D = C(1) - C(2) and q = D / D0.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

FEWEST, FEWEST_SEEN = 9, 3  # frames that show how a dependence dies out, and that there is one
INDEPENDENT = 0.03  # correlation of neighbouring frames that changes no figure
SURE = 4  # standard errors
LASTING = 0.5  # of the dependence, that may be left after a third of the film


@dataclass(frozen=True)
class Apart:
    """Covariances of frames far apart.

    ``fixed`` (h, w) are the products of their codes, for the surface of each order; ``left``: how
    much of them, in code^2, may still be noise; None where that cannot be told, as of few frames.
    """

    fixed: tuple[Array, ...]
    left: float | None


def distinct(codes: NDArray[np.integer]) -> NDArray[np.integer]:
    """Return the frames (n, h, w) that are not the one before once more.

    A recorder of more frames than its camera has repeats them: their noise is no further noise.
    """
    new = np.any(codes[1:] != codes[:-1], axis=(1, 2))
    return codes if new.all() else codes[np.append(True, new)]


def between_frames(codes: Array, alike: float) -> float:
    """Return the correlation of neighbouring frames of codes (n, h, w); 0 where it does not matter.

    ``alike`` pixels count as one, and lines, of which all pixels may be alike, not at all.
    """
    rest = codes - codes.mean(axis=1, keepdims=True)
    rest -= rest.mean(axis=2, keepdims=True)
    if len(codes) < FEWEST:
        return correlation_of_few(rest, alike)
    return correlation(rest - rest.mean(axis=0), alike)


def correlation(rest: Array, alike: float) -> float:
    """Return the correlation of neighbouring frames over pixels; 0 where it does not matter.

    ``rest`` (n, h, w): codes less the mean frame and the means of the frames. Of independent frames
    -1 / n is expected, with the standard error of the number of samples, of which ``alike`` count
    as one.
    """
    square = float(np.mean(rest**2))
    if not square:
        return 0.0
    found = float(np.mean(rest[1:] * rest[:-1])) / square + 1 / len(rest)
    least = max(INDEPENDENT, SURE / math.sqrt(rest.size / alike))
    return found if found > least else 0.0


def correlation_of_few(codes: Array, alike: float) -> float:
    """Return by how much more neighbouring frames are alike than those farther apart.

    ``codes`` (n, h, w) less the means of the frames, fixed pattern and all, since it is alike in
    every pair, and frames may differ in their noise; ``alike`` pixels count as one. 0 where it does
    not matter, or of fewer than three frames.
    """
    frames = len(codes)
    temporal = float(codes.var(axis=0, ddof=1).mean()) if frames >= FEWEST_SEEN else 0.0
    if not temporal:
        return 0.0
    near, far = (_covariance(codes, *lags) for lags in ((1, 2), (2, frames)))
    pairs = frames - 1, (frames - 1) * (frames - 2) / 2
    of_fixed = 2 * frames / ((frames - 1) ** 2 * (frames - 2))  # ends are in fewer near pairs
    fixed = max(float(np.mean(codes**2)) / temporal - 1, 0.0)
    chance = math.sqrt(
        (sum(1 / count for count in pairs) + of_fixed * fixed) * alike / codes[0].size
    )
    found = float((near - far).mean()) / temporal
    least = max(INDEPENDENT, SURE * chance)
    return found if found > least else 0.0


def apart(codes: Array, residual: Callable[[Array, int], Array], orders: tuple[int, ...]) -> Apart:
    """Return the covariance of frames (n, h, w) that lie two thirds of the film or more apart.

    ``residual`` gives a frame less its surface of an order, scaled so that its squares are free of
    bias; ``orders`` are those of the surfaces.
    """
    if len(codes) < FEWEST:
        return Apart((), None)
    third = len(codes) // 3
    rest = np.array([residual(frame, orders[0]) for frame in codes])
    near, middle = (float(_covariance(rest, lag, lag + 1).mean()) for lag in (1, third))
    fixed = [_covariance(rest, 2 * third, len(codes))]
    for order in orders[1:]:
        other = np.array([residual(frame, order) for frame in codes])
        fixed.append(_covariance(other, 2 * third, len(codes)))
    first, then = near - middle, middle - float(fixed[0].mean())
    if then > LASTING * first:
        return Apart(tuple(fixed), None)
    return Apart(tuple(fixed), max(then, 0.0) ** 2 / (first - then) if first > 0 else 0.0)


def _covariance(rest: Array, first: int, end: int) -> Array:
    """Return the mean product (h, w) of the frames ``first`` to ``end`` - 1 frames apart."""
    count = sum(len(rest) - lag for lag in range(first, end))
    products = (np.einsum("nhw,nhw->hw", rest[lag:], rest[:-lag]) for lag in range(first, end))
    return np.asarray(sum(products) / count)

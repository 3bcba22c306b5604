"""Surfaces through a frame: the light on it, taken for a polynomial, by least squares."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.noise.weighting import filtered

if TYPE_CHECKING:
    from acceptance.metrics.noise.weighting import Weighting

Array = NDArray[np.float64]

ORDERS = (2, 3)  # of the illumination surface: the one taken out, and the next for the uncertainty


def surface(frame: Array, order: int, weighting: Weighting | None = None) -> Array:
    """Fit a polynomial surface (h, w) of this total order to a frame (h, w) by least squares.

    With a ``weighting`` it is what that filter makes of it.
    """
    return surfaces(frame, (order,), weighting)[0]


def surfaces(
    frame: Array, orders: tuple[int, ...], weighting: Weighting | None = None
) -> list[Array]:
    """Fit surfaces of ascending orders: the terms of each are among those of the next."""
    down, across = (_polynomials(n, orders[-1]) for n in frame.shape)
    terms, passed = down.T @ frame @ across, filtered(across.T, weighting)
    return [down @ np.where(_degrees(orders[-1]) <= order, terms, 0.0) @ passed for order in orders]


@lru_cache(maxsize=64)
def _polynomials(count: int, order: int) -> Array:
    """Return orthonormal polynomials up to ``order`` on ``count`` points: (count, order + 1)."""
    basis, _ = np.linalg.qr(np.vander(np.linspace(-1, 1, count), order + 1, increasing=True))
    return np.asarray(basis)


@lru_cache
def _degrees(order: int) -> NDArray[np.intp]:
    """Return the total degree of each term, (order + 1, order + 1)."""
    return np.add.outer(np.arange(order + 1), np.arange(order + 1))

"""Smooth light over a field: a surface through the means of blocks, and figures of it with u.

The surface is the exponential of a polynomial of total order 4, to which a lens's fall-off and a
lamp's belong; what is finer (noise, dust, texture) is no shading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.footage.colorimetry import TO_XYZ, lab_of

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

ORDER = 4
LEAST = 0.001  # of the mean light: darker blocks count as this dark
DRAWS, SEED = 300, 17957
GREY = 0.5  # luminance at which colours are compared


@dataclass(frozen=True, kw_only=True)
class Fallen:
    """A figure of a surface in its own unit, and standard uncertainties.

    ``noise`` is by what the blocks scatter about the surface, ``positive`` half of what was taken
    off since noise can only add to a range, ``surface`` by the polynomial's order.
    """

    value: float
    noise: float
    positive: float
    surface: float
    degrees_of_freedom: int


def fall(light: Array) -> Array:
    """Return by what share (...,) light (..., b, 1) falls from brightest to darkest place."""
    return np.asarray(1 - light[..., 0].min(axis=-1) / light[..., 0].max(axis=-1))


def tint(light: Array) -> Array:
    """Return the largest distance in a*b* (...,) of colours R, G, B (..., b, 3) from the middle's.

    All are brought to one luminance, so that fall-off is no colour. The middle is the mean colour
    of the light.
    """
    even = light * (GREY / (light @ TO_XYZ[1]))[..., None]
    lab = lab_of(even)[..., 1:]
    middle = lab.mean(axis=-2, keepdims=True)
    return np.asarray(np.linalg.norm(lab - middle, axis=-1).max(axis=-1))


def figure_of(grid: Array, of: Callable[[Array], Array]) -> Fallen:
    """Return a figure ``of`` the smooth light through block means (rows, columns, channels)."""
    value, draws, degrees = _drawn(grid, ORDER, of)
    finer, _, _ = _drawn(grid, ORDER + 1, of)
    extra = float(draws.mean()) - value
    return Fallen(
        value=max(0.0, value - max(extra, 0.0)),
        noise=float(draws.std()),
        positive=abs(extra) / 2,
        surface=abs(value - finer) / math.sqrt(3),
        degrees_of_freedom=degrees,
    )


def _drawn(grid: Array, order: int, of: Callable[[Array], Array]) -> tuple[float, Array, int]:
    """Return the figure, draws of it by the scatter of the blocks, and its degrees of freedom."""
    rows, columns, channels = grid.shape
    basis, root = np.linalg.qr(_terms((rows, columns), order, 1.0))
    rim = np.linalg.solve(root.T, _terms((rows, columns), order, 0.0).T).T
    means = grid.reshape(-1, channels)
    logs = np.log(np.maximum(means, np.maximum(LEAST * means.mean(axis=0), LEAST**2)))
    weights = basis.T @ logs
    degrees = len(logs) - basis.shape[1]
    sigma = np.sqrt(((logs - basis @ weights) ** 2).sum(axis=0) / degrees)
    random = np.random.default_rng(SEED)
    drawn = weights + sigma * random.standard_normal((DRAWS, *weights.shape))
    return float(of(np.exp(rim @ weights))), of(np.exp(rim @ drawn)), degrees


def _terms(shape: tuple[int, int], order: int, inside: float) -> Array:
    """Return the powers (places, terms) up to a total order on a grid over a field of -1 to 1.

    Its outermost places lie ``inside`` the rim by so much of half a block.
    """
    y, x = (np.linspace(-1, 1, count) * (1 - inside / count) for count in shape)
    terms = [np.outer(y**i, x**j).ravel() for i in range(order + 1) for j in range(order + 1 - i)]
    return np.column_stack(terms)

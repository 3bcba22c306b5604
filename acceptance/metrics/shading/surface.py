"""Smooth light over a field: a surface through the means of blocks, and figures of it with u.

The surface is the exponential of a polynomial of total order 4, of 6 or 8 where the light falls off
more steeply; what is finer (noise, dust, texture) is no shading.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.colorimetry import lab_of
from acceptance.footage.gamut import TO_XYZ
from acceptance.metrics._shared.lighting import ORDER, orders

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

LEAST = 0.001  # of the mean light: darker blocks count as this dark
DRAWS, SEED = 300, 17957
GREY = 0.5  # luminance at which colours are compared
# a block lighter than the smooth light by so many sigmas, and by so much, is glare; of the field
GLARE, LEAST_GLARE, MOST_GLARE = 5.0, 0.01, 0.2
SEARCHES, TEXTURED = 10, 0.05  # and relative scatter of what is shown, not of light
MADE_NORMAL = 1.4826  # sigma of normal values over their median absolute deviation


@dataclass(frozen=True, kw_only=True)
class Fallen:
    """A figure of a surface in its own unit, and standard uncertainties.

    ``noise`` is by what the blocks scatter about the surface, ``positive`` half of what was taken
    off since noise can only add to a range, ``surface`` by the polynomial's order and by what it
    does not follow. ``left_out`` blocks are lighter than the light around them: glare, not shading.
    """

    value: float
    noise: float
    positive: float
    surface: float
    degrees_of_freedom: int
    left_out: int = 0


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
    """Return a figure ``of`` the smooth light through block means (rows, columns, channels).

    Raises GapError ``field_not_smooth``: glare covers over a fifth, or the field shows something.
    """
    shape = (grid.shape[0], grid.shape[1])
    logs = _logs(grid)
    kept = _without_glare(logs, shape)

    def through(order: int) -> _Fit:
        return _Fit.through(logs, kept, shape, order)

    chosen = orders(lambda order: float(np.linalg.norm(through(order).sigma)), int(kept.sum()))
    fit, finer = (through(order) for order in chosen)
    value, draws = float(of(np.exp(fit.rim @ fit.weights))), of(np.exp(fit.rim @ fit.drawn()))
    extra = float(draws.mean()) - value
    return Fallen(
        value=max(0.0, value - max(extra, 0.0)),
        noise=float(draws.std()),
        positive=abs(extra) / 2,
        surface=abs(value - float(of(np.exp(finer.rim @ finer.weights)))) / math.sqrt(3),
        degrees_of_freedom=fit.degrees,
        left_out=int(np.count_nonzero(~kept)),
    )


def lopsided(grid: Array) -> float:
    """Return how much lighter a place is than the one opposite the middle, at most (1: nowhere).

    ``grid`` (rows, columns, 1) is of block means. No lens whose axis is in the middle does so.
    """
    shape = (grid.shape[0], grid.shape[1])
    logs = _logs(grid)
    fit = _Fit.through(logs, _without_glare(logs, shape), shape, ORDER)
    smooth = (fit.rim @ fit.weights).reshape(shape)
    return float(np.exp(np.max(smooth - smooth[::-1, ::-1])))


def _logs(grid: Array) -> Array:
    """Return the logarithms (b, channels) of block means (rows, columns, channels)."""
    means = grid.reshape(-1, grid.shape[2])
    return np.asarray(np.log(np.maximum(means, np.maximum(LEAST * means.mean(axis=0), LEAST**2))))


@dataclass(frozen=True, kw_only=True)
class _Fit:
    """A polynomial of ``weights`` (terms, channels), which follows ``rim`` (b, terms) to the rim.

    ``sigma`` (channels,) is the scatter of the blocks about it.
    """

    weights: Array
    rim: Array
    sigma: Array
    rest: Array
    degrees: int

    @classmethod
    def through(
        cls, logs: Array, kept: NDArray[np.bool_], shape: tuple[int, int], order: int
    ) -> _Fit:
        """Fit the logarithms (b, channels) of the blocks that are kept (b,)."""
        terms = _terms(shape, order, 1.0)
        basis, root = np.linalg.qr(terms[kept])
        unmixed = np.linalg.inv(root)
        weights = basis.T @ logs[kept]
        rest = logs - terms @ unmixed @ weights
        degrees = int(kept.sum()) - basis.shape[1]
        return cls(
            weights=weights,
            rim=_terms(shape, order, 0.0) @ unmixed,
            sigma=np.sqrt((rest[kept] ** 2).sum(axis=0) / degrees),
            rest=rest,
            degrees=degrees,
        )

    def drawn(self) -> Array:
        """Return draws of the weights (draws, terms, channels) by the scatter of the blocks."""
        random = np.random.default_rng(SEED)
        return self.weights + self.sigma * random.standard_normal((DRAWS, *self.weights.shape))


def _without_glare(logs: Array, shape: tuple[int, int]) -> NDArray[np.bool_]:
    """Return which blocks (b,) are no lighter than the smooth light of the others.

    Raises GapError ``field_not_smooth`` where too few are left, or where these scatter.
    """
    light = logs.mean(axis=1, keepdims=True)
    kept = np.ones(len(light), np.bool_)
    for _ in range(SEARCHES):
        rest = _Fit.through(light, kept, shape, ORDER).rest[:, 0]
        sigma = max(MADE_NORMAL * float(np.median(np.abs(rest[kept]))), LEAST_GLARE / GLARE)
        before, kept = kept, rest < GLARE * sigma
        if kept.mean() < 1 - MOST_GLARE or float(rest[kept].std()) > TEXTURED:
            raise GapError("field_not_smooth", left=100 * float(rest[kept].std()))
        if (kept == before).all():
            break
    return kept


def _terms(shape: tuple[int, int], order: int, inside: float) -> Array:
    """Return the powers (places, terms) up to a total order on a grid over a field of -1 to 1.

    Its outermost places lie ``inside`` the rim by so much of half a block.
    """
    y, x = (np.linspace(-1, 1, count) * (1 - inside / count) for count in shape)
    terms = [np.outer(y**i, x**j).ravel() for i in range(order + 1) for j in range(order + 1 - i)]
    return np.column_stack(terms)

"""How evenly a surface is lit: a smooth surface through the means of blocks of linear light.

Non-uniformity = (largest - smallest) / mean of the smoothed light; hot spot = light of the middle
ninth over that of the outermost blocks. The smooth surface is the exponential of a polynomial of
total order 4, to which a beam's Gaussian belongs, of 6 or 8 where light falls off more steeply:
what is finer (noise, a wall's texture) is not the light.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Callable

Array = NDArray[np.float64]

MOST_UNEVEN = 0.05  # non-uniformity above which a region gives no result that needs even light
ORDER, HIGHEST = 4, 8
FALLS = 0.7  # of the scatter of blocks that an order of two more leaves: light asks for it
LEAST = 0.001  # of the mean light: darker blocks count as this dark
NO_LIGHT = 1e-12  # of nominal white: what lies below black counts as this dark, and is even
BLOCK, FEWEST, MOST = 16, 8, 24  # px a block, blocks each way


@dataclass(frozen=True, kw_only=True)
class Share:
    """One measure of the lighting and its standard uncertainties, all in its own unit.

    ``noise`` comes from noise and texture, ``surface`` from the order of the polynomial,
    ``extremes`` from the fact that the largest and smallest of noisy values lie apart even where
    the light is even.
    """

    value: float
    noise: float
    surface: float
    extremes: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Lighting:
    """Non-uniformity (0 = even) and hot spot (1 = even).

    ``degrees_of_freedom`` are those of the noise of both.
    """

    non_uniformity: Share
    hot_spot: Share
    degrees_of_freedom: int


def lighting(light: Array) -> Lighting:
    """Measure the evenness of the light over a surface.

    Parameters
    ----------
    light
        Linear light (h, w) in any unit, at least 16 x 16 px, its mean above 0.

    Notes
    -----
    The means of blocks are smoothed by the exponential of a polynomial of total order 4, or 6 or 8
    where they ask for it (``orders``), fitted to their logarithms; the difference from the next
    even order is the uncertainty that the order contributes.
    """
    grid = blocks(light)
    surface, finer = (
        _surface(grid, order)
        for order in orders(lambda order: _surface(grid, order).scatter, grid.size)
    )
    uneven, ratio = surface.uneven, surface.hot_spot
    return Lighting(
        non_uniformity=Share(
            value=uneven[0],
            noise=uneven[1],
            surface=abs(uneven[0] - finer.uneven[0]) / math.sqrt(3),
            extremes=extremes(*uneven),
        ),
        hot_spot=Share(
            value=ratio[0],
            noise=ratio[1],
            surface=abs(ratio[0] - finer.hot_spot[0]) / math.sqrt(3),
        ),
        degrees_of_freedom=surface.degrees,
    )


def orders(scatter: Callable[[int], float], blocks: int) -> tuple[int, int]:
    """Return the order of the surface through so many blocks, and the one to compare it with.

    ``scatter`` is that of the blocks about a surface of an order. A higher one is taken where the
    scatter falls: light falls off steeply, at corners that a lens hood shades. What lens and lamp
    do is alike on opposite sides, which an odd order more would not show.
    """
    order, most = ORDER, _most(blocks)
    while order + 2 <= min(HIGHEST, most) and scatter(order + 2) < FALLS * scatter(order):
        order += 2
    return order, order + 2 if order + 2 <= most else order - 2


def _most(blocks: int) -> int:
    """Return the highest even order whose terms are no more than half of the blocks."""
    return max(order for order in range(2, HIGHEST + 4, 2) if (order + 1) * (order + 2) <= blocks)


def extremes(apart: float, noise: float) -> float:
    """Return the standard uncertainty that choosing the extremes adds to the range ``apart``.

    ``noise`` is the standard error of the range, in the same unit. The darkest of four equal
    corners is one sigma too dark. Where there is nothing but noise, choosing makes the whole range:
    about three times its standard error.
    """
    return noise * min(3.0, 1 + 4.5 * noise / apart) if apart else 3 * noise


def surely_uneven(light: Array) -> float:
    """Return the least non-uniformity of light (h, w) that noise cannot explain.

    It is the non-uniformity less three standard errors, at least 0; 0 of what lies below black.
    """
    value, noise = _surface(blocks(light), ORDER).uneven
    return max(0.0, value - 3 * noise)


def blocks(light: Array) -> Array:
    """Return the means (rows, columns) of the blocks of a frame (h, w).

    Blocks are of 16 px, but at least 8 and at most 24 each way.
    """
    rows, columns = (_bounds(n) for n in light.shape)
    sums = np.add.reduceat(np.add.reduceat(light, rows[:-1], axis=0), columns[:-1], axis=1)
    return np.asarray(sums / np.outer(rows[1:] - rows[:-1], columns[1:] - columns[:-1]))


@lru_cache(maxsize=256)  # regions of a chart have few sizes
def _bounds(length: int) -> NDArray[np.int64]:
    """Return where the blocks of a length begin, and its end."""
    count = min(max(length // BLOCK, FEWEST), MOST)
    return np.arange(count + 1) * length // count


@dataclass(frozen=True, kw_only=True)
class _Surface:
    """Smooth light (b,) on a grid of this ``shape``, by coefficients of the ``basis`` (b, t).

    ``spreads``: sigma (b,) of the blocks' log light, case by case.
    """

    shape: tuple[int, ...]
    basis: Array
    smooth: Array
    spreads: tuple[Array, Array]
    degrees: int

    @property
    def scatter(self) -> float:
        """Sigma of the blocks' log light about the smooth light."""
        return float(self.spreads[0][0])

    @cached_property
    def slopes(self) -> Array:
        """Slopes (b, t) of the smooth light by the polynomial's coefficients."""
        return self.smooth[:, None] * self.basis

    @property
    def uneven(self) -> tuple[float, float]:
        """Non-uniformity and its standard error."""
        return self._with_error(*_range(self.smooth, self.slopes))

    @property
    def hot_spot(self) -> tuple[float, float]:
        """Hot spot and its standard error."""
        return self._with_error(*_ratio(self.smooth, self.slopes, self.shape))

    def _with_error(self, value: float, slope: Array) -> tuple[float, float]:
        moved = self.basis @ slope
        return value, max(float(np.linalg.norm(moved * spread)) for spread in self.spreads)


def _surface(grid: Array, order: int) -> _Surface:
    """Fit the exponential of a polynomial of this order through the block means ``grid``."""
    basis = _basis(grid.shape, order)
    darkest = max(LEAST * float(grid.mean()), NO_LIGHT)
    tones = np.log(np.maximum(grid, darkest)).ravel()
    fitted = basis @ (basis.T @ tones)
    smooth, degrees = np.exp(fitted), grid.size - basis.shape[1]
    return _Surface(
        shape=grid.shape,
        basis=basis,
        smooth=smooth,
        spreads=_spreads(tones - fitted, smooth, degrees),
        degrees=degrees,
    )


def _range(smooth: Array, slopes: Array) -> tuple[float, Array]:
    """Return the non-uniformity of smooth light (b,), and its slopes (t,)."""
    mean, high, low = float(smooth.mean()), int(smooth.argmax()), int(smooth.argmin())
    uneven = float(smooth[high] - smooth[low]) / mean
    return uneven, (slopes[high] - slopes[low] - uneven * slopes.mean(axis=0)) / mean


def _ratio(smooth: Array, slopes: Array, shape: tuple[int, ...]) -> tuple[float, Array]:
    """Return the hot spot of smooth light (b,) on a grid of this shape, and its slopes (t,)."""
    middle, rim = (mask.ravel() / mask.sum() for mask in middle_and_rim(shape))
    centre, edge = float(middle @ smooth), float(rim @ smooth)
    return centre / edge, (middle @ slopes / centre - rim @ slopes / edge) * centre / edge


def _spreads(residuals: Array, smooth: Array, degrees: int) -> tuple[Array, Array]:
    """Return the sigma of each block's log light in two cases.

    They are of a texture, which is the same everywhere, and of noise, which counts less in bright
    light.
    """
    texture, noise = (
        math.sqrt(float(np.sum(rest**2)) / degrees) for rest in (residuals, residuals * smooth)
    )
    return np.full_like(smooth, texture), noise / smooth


@lru_cache(maxsize=64)  # grids have few shapes
def _basis(shape: tuple[int, ...], order: int) -> Array:
    """Return orthonormal polynomials of total order up to ``order`` on a grid, (blocks, terms)."""
    y, x = (np.linspace(-1, 1, n) for n in shape)
    terms = [np.outer(y**i, x**j).ravel() for i in range(order + 1) for j in range(order + 1 - i)]
    return np.asarray(np.linalg.qr(np.column_stack(terms))[0])


@lru_cache(maxsize=64)
def middle_and_rim(shape: tuple[int, ...]) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Return masks of the blocks of the middle ninth, and of the rim."""
    y, x = (np.abs(np.linspace(-1, 1, n)) for n in shape)
    return np.maximum(y[:, None], x) <= 1 / 3, np.maximum(y[:, None], x) == 1

"""Structure of a field that is coarser than noise, and rows that flutter together.

Waves of a crumpled print, stripes of a blind and the halo of a wide sharpening filter stay where
they are and would read as fixed pattern. Noise has nothing in common with itself a few pixels away,
along the diagonal, where neither rows nor columns share anything; such structure has. It is
compared between the first and the second half of the frames, so that blobs that noise reduction
leaves of temporal noise do not count.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.noise.polynomials import surface

if TYPE_CHECKING:
    from acceptance.metrics.noise.parts import Noise, Variance

Array = NDArray[np.float64]

LAG = 3  # px along rows and columns, beyond what demosaicing and noise reduction make alike
SURE = 4.0  # standard errors
LOST = 2.0  # variance of structure over what is seen of it: waves of 20 px and more, halos
ORDER = 3  # of the light: what it takes is in the doubt of the surface


@dataclass(frozen=True)
class Coarse:
    """Variances in code^2 that pixels, row means and column means some way apart share."""

    pixels: float
    rows: float
    columns: float

    @property
    def whole(self) -> float:
        """All of it."""
        return self.pixels + self.rows + self.columns


def coarse(codes: Array) -> Coarse:
    """Find what is coarser than noise in codes (n, h, w) of a field; 0 where chance explains it."""
    middle = (len(codes) + 1) // 2
    halves = codes[:middle].mean(axis=0), codes[len(codes) - middle :].mean(axis=0)
    first, second = (half - surface(half, ORDER) for half in halves)
    rows, columns = (_along(first.mean(axis=axis), second.mean(axis=axis)) for axis in (1, 0))
    bare = _without_lines(first), _without_lines(second)
    pixels = [_shared(*bare, (LAG, across)) for across in (LAG, -LAG)]
    return Coarse(pixels=sum(pixels) / 2, rows=rows, columns=columns)


def _without_lines(rest: Array) -> Array:
    return np.asarray(rest - rest.mean(axis=0) - rest.mean(axis=1, keepdims=True))


def _along(first: Array, second: Array) -> float:
    """Return what the means of lines (n,) of two frames share, as far as it is surely above 0.

    Lines that differ each for itself differ from their neighbours as much as from any other.
    """
    products = first[:-LAG] * second[LAG:]
    apart = float(np.diff(first).std() * np.diff(second).std()) / 2
    found = float(products.mean())
    waves = found if found > SURE * apart / math.sqrt(products.size) else 0.0
    return waves + _at_the_border(first * second)


def _at_the_border(squares: Array) -> float:
    """Return what the outermost lines have more of than the others: a halo of what is beside.

    ``squares`` (n,) are the products of each line's mean in both halves.
    """
    outer, inner = np.append(squares[:LAG], squares[-LAG:]), squares[LAG:-LAG]
    more = float(outer.mean() - inner.mean())
    sure = more > SURE * float(inner.std()) / math.sqrt(outer.size)
    return more * outer.size / squares.size if sure else 0.0


def _shared(first: Array, second: Array, lag: tuple[int, int]) -> float:
    """Return the mean product of two frames (h, w) so far apart, where it is surely above 0."""
    (height, width), (down, across) = first.shape, lag
    here = np.s_[: height - down, max(0, -across) : width - max(0, across)]
    there = np.s_[down:, max(0, across) : width - max(0, -across)]
    products = first[here] * second[there]
    # as far as it is noise: products of independent values scatter by the product of their sigmas
    chance = float(first.std() * second.std()) / math.sqrt(products.size)
    found = float(products.mean())
    return found if found > SURE * chance else 0.0


def with_coarse(noise: Noise, found: Coarse) -> Noise:
    """Put what is coarser than noise into the doubt of each part that may hold it."""
    if not found.whole:
        return noise
    parts = {"total": found.whole, "fixed": found.whole, "weighted": found.whole}
    parts |= {"pixel": found.pixels, "row": found.rows, "column": found.columns}
    changed = {
        name: replace(part, surface=math.hypot(part.surface, LOST * share / math.sqrt(3)))
        for name, share in parts.items()
        if share and (part := getattr(noise, name)) is not None
    }
    return replace(noise, coarse=found.whole, **changed)


def with_flutter(variance: Variance, codes: Array) -> Variance:
    """Put rows and columns of codes (n, h, w) that flutter in time, each as one, into a variance.

    All pixels of a row then count as one, which blocks side by side do not show; the mean of each
    frame takes out a row's part of them, which is put back.
    """
    rest = codes - codes.mean(axis=(1, 2), keepdims=True)
    rest = rest - rest.mean(axis=0)
    for axis in (1, 2):
        count, along = codes.shape[3 - axis], codes.shape[axis]
        lines = rest.mean(axis=axis)
        freedom = (len(codes) - 1) * (count - 1)
        own = float(np.mean(rest**2)) * len(codes) / (len(codes) - 1) / along
        seen = float(np.sum(lines**2)) / freedom
        if seen - own > SURE * own * math.sqrt(2 / freedom):
            doubt = (seen - own) * math.sqrt(2 / freedom)
            variance = replace(
                variance,
                value=variance.value + (seen - own) / count,
                sampling=math.hypot(variance.sampling, doubt),
            )
    return variance

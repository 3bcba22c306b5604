"""Whether something lies on a slanted edge: a fly, writing, glare, a shadow along it."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.ordered import quantile_of_each, quantiles

Array = NDArray[np.float64]

# scatter of a band of rows about the profile, over that of the quarter that keeps to it best and
# over the step, beyond which something lies on the edge; the rows of a band
COVERED, LEAST_COVERED, BAND = 3.5, 0.05, 4
# of the step: means of patches of BAND x BAND px may scatter so within a band, besides the scatter
# by noise; by how much the squares of the worst band exceed those of noise by chance
MOST_LEFT, BY_CHANCE = 0.09, 3.0
# of the step, and of the variance that the profile leaves, in means of patches twice as large:
# shadows along an edge; noise leaves a thirtieth, of neighbours that are alike a third
LEAST_COARSE, MOST_COARSE = 0.015, 0.5
MEDIAN_STEP = 0.954  # of two normal values, in sigmas of each


def refuse_covered(residual: Array, fitted: Array, step: float) -> None:
    """Refuse an edge on which something lies, so that some rows are not those of the profile.

    ``residual`` (h, w) is what the profile, ``fitted`` (h, w), leaves; ``step`` that of the edge.
    Few covered rows lie far off the profile, which follows the others. Many pull the profile away,
    so that no row keeps to it: the residual then has patches that are larger than noise makes them.
    What runs along the edge, as a shadow's stripes, is in every band: it is coarser than any noise,
    once light that falls off evenly is taken out. Raises GapError ``edge_covered``.
    """
    bands = residual[: residual.shape[0] // BAND * BAND].reshape(-1, BAND * residual.shape[1])
    scatter = np.sqrt(np.einsum("ij,ij->i", bands, bands) / bands.shape[1])
    most = float(scatter.max())
    if most > COVERED * quantiles(scatter, (0.25,))[0] and most > LEAST_COVERED * step:
        raise GapError("edge_covered", region="", share=most / step)
    _refuse_shadows(_evenly_lit(residual, fitted), step)
    patches = _patches(residual)
    left = float(np.mean(patches**2, axis=1).max())
    if left > (MOST_LEFT * step) ** 2 + BY_CHANCE * _noise_of(patches):
        raise GapError("edge_covered", region="", share=math.sqrt(left) / step)


def _refuse_shadows(residual: Array, step: float) -> None:
    """Refuse an edge whose profile leaves coarse structure in evenly falling light, (h, w)."""
    patches = _patches(residual)
    coarse = _patches(patches, 2) if min(patches.shape) > 1 else patches
    share = float(np.mean(coarse**2))
    if share > max((LEAST_COARSE * step) ** 2, MOST_COARSE * float(np.mean(residual**2))):
        raise GapError("edge_covered", region="", share=math.sqrt(share) / step)


def _evenly_lit(residual: Array, fitted: Array) -> Array:
    """Return a residual (h, w) less what light that falls off as a plane leaves in it.

    That is in proportion to the light of each side, ``fitted`` (h, w), which tells it from what is
    added to both. Where a chart's ground tells the light it is corrected before; where there is no
    ground it is not.
    """
    down, across = (np.linspace(-1, 1, size) for size in fitted.shape)
    planes = np.stack([(fitted * down[:, None]).ravel(), (fitted * across).ravel()])
    slopes = np.linalg.lstsq(planes @ planes.T, planes @ residual.ravel(), rcond=None)[0]
    return residual - (slopes @ planes).reshape(residual.shape)


def _patches(residual: Array, side: int = BAND) -> Array:
    """Return the means of patches of ``side`` x ``side`` px."""
    height, width = (size // side * side for size in residual.shape)
    rows = residual[:height, :width].reshape(-1, side, width).sum(axis=1)
    return np.asarray(sum(rows[:, first::side] for first in range(side)) / side**2)


def _noise_of(patches: Array) -> float:
    """Return the variance that noise gives to patches (n, m), n 3 or more.

    It is from the median difference of patches two rows of them apart: what covers an edge changes
    few of these, and noise that is alike over some pixels does not reach so far. Each column
    counts by itself, since noise in linear light is larger on the light side.
    """
    apart = quantile_of_each(np.abs(patches[2:] - patches[:-2]).T, 0.5)
    return float(np.mean((apart / MEDIAN_STEP) ** 2))

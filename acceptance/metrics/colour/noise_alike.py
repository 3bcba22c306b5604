"""Noise of a patch's mean where neighbouring pixels share their noise.

A zoom, smoothing, doubled rows and coarse coders make neighbours alike. Then the means of the small
blocks of a patch, from whose scatter its standard error follows (``scene.blocks``), are alike, too,
and scatter less than their own noise: by a share that falls with their side. Larger blocks show how
much.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.scene.blocks import BLOCKS, block_means

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.footage.planes import Plane

LARGE = BLOCKS // 2  # blocks each way, twice as large as usual


def beyond_blocks(patches: Iterable[Plane]) -> float:
    """Return by how many times, at least 1, standard errors exceed what the usual blocks show.

    ``patches`` (n, h, w) are of one plane of a picture, in n frames; what these differ by is noise,
    and what a lamp does to a whole patch is left out. What blocks twice as large show beyond the
    usual ones is missing as much again beyond theirs. 1 where single frames show no noise.
    """
    usual = large = 0.0
    for patch in patches:
        if len(patch) > 1 and min(patch.shape[1:]) >= BLOCKS:
            noise = patch - patch.mean(axis=0)
            usual += _square(noise, BLOCKS)
            large += _square(noise, LARGE)
    return math.sqrt(max(1.0, 2 * large / usual - 1)) if usual else 1.0


def _square(noise: NDArray[np.floating], parts: int) -> float:
    """Return the square of the standard error of means of a patch (n, h, w), by its blocks."""
    means = np.array([block_means(frame, parts, parts) for frame in noise])
    off = means - means.mean(axis=1, keepdims=True)
    return float(np.sum(off**2)) / (len(noise) * (parts**2 - 1) * parts**2)

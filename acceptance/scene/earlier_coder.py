"""Pictures that were coded before they were stored without loss: exports, screenshots, snapshots.

Nothing in such a file says how coarsely. Where a coder left nothing of a block but its mean or a
slope, flat parts of the picture step at the blocks' borders, every 8 px along rows and along
columns (Z. Fan and R. L. de Queiroz, Identification of bitmap compression history, IEEE Trans.
Image Processing 12, 2003). A step counts that stands alone between two pairs of equal pixels, so
that neither noise nor edges count: noise makes as many at any place.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Counts = NDArray[np.float64]

BLOCK, BORDER = 8, 7  # px, and the last pixel of a block
# interpolated and demosaiced pictures repeat every 2 or 4 px: the pixels within a block that count
# beside its border are those as far apart
INSIDE = (1, 3, 5)
HIGHEST = 6  # codes of 8 bits: a higher step is of the picture
TILE = 32  # px: a part of the picture that counts as one, since steps come together
MORE = 1.2  # times as many steps at the borders as at any place within
SURE, EITHER = 5.0, 2.0  # standard errors, of both directions together and of each


def seen(luma: NDArray[Any], unit: int = 1) -> bool:
    """Whether ``luma`` (h, w), whose ``unit`` codes are one of 8 bits, shows a coder's blocks."""
    whole = luma.astype(np.int32)
    found = [_steps(way, HIGHEST * unit) for way in (whole, whole.T)]
    scores = [_score(steps) for steps in found]
    together = sum(scores) / math.sqrt(len(scores))
    return together > SURE and min(scores) > EITHER and _most_at_borders(np.hstack(found))


def _steps(codes: NDArray[np.int32], highest: int) -> Counts:
    """Return how many steps (8, n) stand alone at each place in a block, in each of n tiles."""
    step = np.abs(np.diff(codes, axis=1))
    still = step == 0
    alone = still[:, :-2] & still[:, 2:] & ~still[:, 1:-1] & (step[:, 1:-1] <= highest)
    alone = np.pad(alone, ((0, 0), (1, 0)))  # so that its first column is that of the picture
    down, across = (size // TILE for size in alone.shape)
    tiles = alone[: down * TILE, : across * TILE].reshape(down, TILE, across, -1, BLOCK)
    return np.asarray(tiles.sum(axis=(1, 3), dtype=np.float64).reshape(-1, BLOCK).T)


def _score(steps: Counts) -> float:
    """Return by how many standard errors there are more steps (8, n) at borders than within."""
    more = steps[BORDER] - steps[list(INSIDE)].mean(axis=0)
    return float(more.sum()) / math.sqrt(max(float(more @ more), 1.0))


def _most_at_borders(steps: Counts) -> bool:
    """Whether borders have more of the steps (8, n) than any of the places within."""
    counts = steps.sum(axis=1)
    return bool(counts[BORDER] > MORE * counts[list(INSIDE)].max())

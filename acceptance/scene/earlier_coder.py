"""Pictures that were coded before they were stored: exports, screenshots, films coded once more.

Nothing in such a file says how coarsely. Where a coder left nothing of a block but its mean or a
slope, flat parts of the picture step at the blocks' borders, every 8 px along rows and along
columns (Z. Fan and R. L. de Queiroz, Identification of bitmap compression history, IEEE Trans.
Image Processing 12, 2003). A step counts that stands alone between two pairs of equal pixels, so
that neither noise nor edges count: noise makes as many at any place. Of a coder's own steps none is
higher than its quantiser leaves the mean of a block.
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
# times as many steps at the borders as at any place within, and by how much more for each code of
# the quantiser's step of a coder that has been at work since
MORE, MORE_AGAIN = 1.2, 0.4
SMALLEST = 4.0  # px: a block's mean is off by a quarter of the quantiser's step at most
SURE, EITHER = 5.0, 2.0  # standard errors, of both directions together and of each


def seen(luma: NDArray[Any], unit: int = 1, quantiser: float = 0.0) -> bool:
    """Whether ``luma`` (h, w) shows the blocks of another coder than the one it is stored by.

    ``unit`` codes are one of 8 bits; ``quantiser`` is the step of the coder that it is stored by,
    in codes, 0 of one without loss.
    """
    least = int(quantiser / SMALLEST) + (1 + unit if quantiser else 1)
    whole = luma.astype(np.int32)
    found = [_steps(way, (least, HIGHEST * unit)) for way in (whole, whole.T)]
    scores = [_score(steps) for steps in found]
    together = sum(scores) / math.sqrt(len(scores))
    more = MORE + MORE_AGAIN * quantiser / unit
    return together > SURE and min(scores) > EITHER and _at_borders(np.hstack(found)) > more


def _steps(codes: NDArray[np.int32], heights: tuple[int, int]) -> Counts:
    """Return how many steps (8, n) stand alone at each place in a block, in each of n tiles.

    Steps of ``heights`` from the least to the highest count.
    """
    step = np.abs(np.diff(codes, axis=1))
    still, counts = step == 0, (step >= heights[0]) & (step <= heights[1])
    alone = still[:, :-2] & still[:, 2:] & counts[:, 1:-1]
    alone = np.pad(alone, ((0, 0), (1, 0)))  # so that its first column is that of the picture
    down, across = (size // TILE for size in alone.shape)
    tiles = alone[: down * TILE, : across * TILE].reshape(down, TILE, across, -1, BLOCK)
    return np.asarray(tiles.sum(axis=(1, 3), dtype=np.float64).reshape(-1, BLOCK).T)


def _score(steps: Counts) -> float:
    """Return by how many standard errors there are more steps (8, n) at borders than within."""
    more = steps[BORDER] - steps[list(INSIDE)].mean(axis=0)
    return float(more.sum()) / math.sqrt(max(float(more @ more), 1.0))


def _at_borders(steps: Counts) -> float:
    """Return how many more of the steps (8, n) are at borders than at any place within."""
    counts = steps.sum(axis=1)
    return float(counts[BORDER] / max(counts[list(INSIDE)].max(), 1.0))

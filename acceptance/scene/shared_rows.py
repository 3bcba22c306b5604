"""The 180 rows of a picture that the features of picture faults share, and those beside them."""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.scene.patterns import rows_at, spread

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds


def shared(luma: NDArray[Any], thresholds: Thresholds) -> NDArray[Any]:
    """Copy the rows, evenly spread, as (5, 36, w).

    Of those behind each row of the thumbnail the first ones are together, then the second ones, and
    so on: what looks at a fifth of them reads that in one go.
    """
    shape = thresholds.rows_averaged, thresholds.thumbnail_size[1]
    return rows_at(luma, _places(len(luma), *shape)).reshape(*shape, -1)


@lru_cache(maxsize=4)
def _places(height: int, together: int, down: int) -> NDArray[np.int64]:
    return spread(height, together * down).reshape(down, together).T.ravel()


def from_above(rows: NDArray[Any]) -> NDArray[Any]:
    """Return rows (5, 36, w) in the order in which they lie in the picture, (180, w)."""
    return rows.swapaxes(0, 1).reshape(-1, rows.shape[-1])


def thirds(luma: NDArray[Any], thresholds: Thresholds) -> NDArray[Any]:
    """Copy every third of the rows, from the second on, from above, (60, w)."""
    return rows_at(luma, _thirds(len(luma), thresholds))


def beside_thirds(luma: NDArray[Any], thresholds: Thresholds) -> NDArray[Any]:
    """Copy the rows (4, 60, w) two above, above, below and two below every third."""
    places = _beside(len(luma), thresholds)
    return rows_at(luma, places.ravel()).reshape(*places.shape, -1)


def _thirds(height: int, thresholds: Thresholds) -> NDArray[np.int64]:
    return spread(height, thresholds.rows_averaged * thresholds.thumbnail_size[1])[1::3]


@lru_cache(maxsize=4)
def _beside(height: int, thresholds: Thresholds) -> NDArray[np.int64]:
    places = np.add.outer((-2, -1, 1, 2), _thirds(height, thresholds))
    return np.asarray(np.clip(places, 0, height - 1))

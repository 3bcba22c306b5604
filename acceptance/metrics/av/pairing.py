"""Which beep belongs to which flash."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WIDEST = 10.0  # s by which sound and picture may be apart
ALIKE = 0.06  # s within which pairs count as of one offset
FEWEST = 3  # pairs
CLEARLY = 0.6  # share of the pairs that another offset may give at most


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Numbers of ``flashes`` (p,) and ``beeps`` (p,) that belong together."""

    flashes: NDArray[np.int64]
    beeps: NDArray[np.int64]


def paired(flashes: Array, beeps: Array, step: float) -> Pairs:
    """Pair flashes and beeps, both times in s, by the offset that most of them have in common.

    ``step`` (s) is from picture to picture. Raises GapError pairing_unsure where another offset
    explains nearly as many, or too_few_beeps.
    """
    alike = ALIKE + step
    offsets = flashes[:, None] - beeps[None, :]
    candidates = np.unique(np.round(offsets[np.abs(offsets) <= WIDEST] / (alike / 4))) * alike / 4
    if not len(candidates):
        raise GapError("too_few_beeps", pairs=0, needed=FEWEST)
    counts = np.array([_count(offsets, at, alike) for at in candidates])
    # the middle of the offsets that explain most: each explains its neighbours' pairs too
    best = float(np.median(candidates[counts == counts.max()]))
    near = np.abs(candidates - best) <= 2 * alike
    if counts.max() < FEWEST:
        raise GapError("too_few_beeps", pairs=int(counts.max()), needed=FEWEST)
    if (counts[~near] > CLEARLY * counts.max()).any() or not near[counts == counts.max()].all():
        raise GapError("pairing_unsure", pairs=int(counts.max()))
    return _pairs(offsets, best, alike)


def _count(offsets: Array, at: float, alike: float) -> int:
    return int(np.count_nonzero((np.abs(offsets - at) <= alike).any(axis=1)))


def _pairs(offsets: Array, at: float, alike: float) -> Pairs:
    """Pair each flash with the nearest beep, none twice."""
    centre = float(np.median(offsets[np.abs(offsets - at) <= alike]))
    away = np.abs(offsets - centre)
    nearest = np.argmin(away, axis=1)
    mutual = np.argmin(away, axis=0)[nearest] == np.arange(len(away))
    flashes = np.flatnonzero(mutual & (away[np.arange(len(away)), nearest] <= alike))
    return Pairs(flashes=flashes, beeps=nearest[flashes])

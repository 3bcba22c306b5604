"""Quantisers of VP9 and AV1: an index, for which a table has the step.

VP9 Bitstream & Decoding Process Specification, 8.6.1; AV1's, 7.12.2. Both have the same tables.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

APART, LAST = 16, 255  # of the indices whose entries stand here; between them tables are even
MEANS = (7, 20, 34, 48, 61, 74, 87, 111, 140, 177, 223, 280, 349, 435, 559, 796, 1336)
DETAIL = (7, 23, 39, 55, 71, 87, 104, 136, 176, 231, 305, 408, 550, 743, 1007, 1369, 1828)
UNIT = 8.0  # entries for a step of one code
LEAST = 5.0  # codes: of finer steps, what frames repeat of the key frame's noise counts as much


@dataclass(frozen=True)
class Index:
    """What the header of a key frame says of luma's quantiser.

    ``of_means`` is how much higher the index of means is than that of detail; ``varies``: segments
    or matrices may be coarser. What AV1 adds block by block is not read: of SVT-AV1 it makes
    nothing coarser than this (``benchmarks/coding_loss.py``).
    """

    detail: int
    of_means: int
    varies: bool

    def steps(self) -> tuple[float, float]:
        """Return the steps, in codes of 8 bits, of means (times 8) and of detail."""
        return _step(MEANS, self.detail + self.of_means), _step(DETAIL, self.detail)


def _step(table: tuple[int, ...], index: int) -> float:
    entry = float(np.interp(index, [*range(0, LAST, APART), LAST], table))
    return max(entry / UNIT, LEAST)

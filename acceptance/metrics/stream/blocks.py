"""Doubt of a mean whose values hang together: means of blocks (G. S. Fishman, 1978; "batch means").

Delays and losses come in spells; blocks longer than a spell are as good as independent.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Floats = NDArray[np.float64]
BLOCKS = 20
FREEDOM = BLOCKS - 1.0


def of_mean(values: Floats) -> float:
    """Return the standard uncertainty of the mean of ``values`` (n,), in their order; n >= 40."""
    means = [float(part.mean()) for part in np.array_split(values, BLOCKS)]
    return float(np.std(means, ddof=1) / BLOCKS**0.5)


def inflation(values: Floats) -> float:
    """By how much the doubt of a mean exceeds that of independent values; 1 or more."""
    alone = float(np.std(values, ddof=1)) / len(values) ** 0.5
    return float(max(1.0, of_mean(values) / alone)) if alone else 1.0


def together(parts: Sequence[Floats]) -> Floats:
    """Put arrays one after the other; empty where there is none."""
    return np.concatenate(parts) if parts else np.zeros(0)

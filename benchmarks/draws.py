"""Random draws that several benchmarks make alike."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    Random = np.random.Generator


def log_uniform(random: Random, least: float, most: float) -> float:
    """Return a value uniform in its logarithm."""
    return float(np.exp(random.uniform(np.log(least), np.log(most))))

"""Noise of codes that were stretched after they were rounded, as from limited to full range.

Some codes then never occur. Where one is left out the noise about it reads larger, elsewhere
smaller than it is by the whole stretch: by a sixth from 219 to 255 codes.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics.noise.parts import Noise

SURE = 1.2  # of the difference over the standard uncertainty that it makes
PARTS = ("total", "temporal", "fixed", "weighted", "pixel")


def with_stretched(noise: Noise, codes: NDArray[np.integer], stretched: float) -> Noise:
    """Put what a stretch does to the noise of codes (n, h, w) into the doubt of its parts."""
    if stretched == 1:
        return noise
    counts = np.bincount(codes.ravel())
    order = np.cumsum(counts > 0)  # as before the stretch, where no code but these was left out
    before = float(np.var(order[codes])) * stretched**2
    off = abs(before / max(float(np.var(codes)), 1e-9) - 1)
    changed = {
        name: replace(part, quantisation=part.quantisation + max(part.value, 0.0) * off / SURE)
        for name in PARTS
        if (part := getattr(noise, name)) is not None
    }
    return replace(noise, **changed)

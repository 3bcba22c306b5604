"""Noise of codes that lie apart: of fewer bits than their codes, or stretched once rounded.

Noise was then rounded to steps of several codes. Of codes stretched from limited to full range
every seventh never occurs: where it is left out noise reads larger, elsewhere smaller by the whole
stretch. Counted in the steps of before it is neither.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.noise.analysis import analyse

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics.noise.parts import Noise
    from acceptance.metrics.noise.weighting import Weighting

DOUBT = 0.01  # of a stretch that is read off the missing codes


def analyse_in_steps(
    codes: NDArray[np.integer],
    apart: float,
    stretched: float,
    *,
    stable: bool,
    weighting: Weighting | None = None,
    quantiser: float = 0.0,
) -> Noise:
    """Return the noise (``analysis.analyse``) of codes (n, h, w) that lie ``apart``, in codes.

    ``stretched``: by what they were stretched; ``quantiser``: a coder's step in codes (0: none).
    """
    unit = apart * stretched
    if unit == 1:
        return analyse(codes, stable=stable, weighting=weighting, step=quantiser)
    steps = (codes - np.float64(codes.min())) / apart
    if stretched != 1:
        whole = np.rint(steps).astype(int)
        steps = np.cumsum(np.bincount(whole.ravel()) > 0)[whole]
    found = analyse(steps, stable=stable, weighting=weighting, step=quantiser / unit)
    noise = replace(found.times(unit), mean=float(codes.mean()))
    return noise if stretched == 1 else noise.doubted(DOUBT)

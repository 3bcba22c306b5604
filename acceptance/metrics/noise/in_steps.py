"""Noise of codes that lie apart: of fewer bits than their codes, or put through a curve since.

Noise was then rounded to steps of several codes, of as many as the curve is steep there. Of codes
stretched from limited to full range every seventh never occurs: where it is left out noise reads
larger, elsewhere smaller by the whole stretch. Counted in the steps of before it is neither.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.noise.analysis import analyse
from acceptance.scene.code_steps import CodeSteps, Counts, in_steps

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics.noise.parts import Noise
    from acceptance.metrics.noise.weighting import Weighting


def analyse_in_steps(
    codes: NDArray[np.integer],
    apart: float,
    used: Counts,
    *,
    stable: bool,
    weighting: Weighting | None = None,
    quantiser: float = 0.0,
) -> Noise:
    """Return the noise (``analysis.analyse``) of codes (n, h, w), in codes.

    ``apart``: how far apart all codes of the picture lie (1: they do not all); ``used`` (c,): its
    samples on each; ``quantiser``: a coder's step in codes (0: none).
    """
    steps = in_steps(codes, used)
    if steps is None and apart == 1:
        return analyse(codes, stable=stable, weighting=weighting, step=quantiser)
    if steps is None:
        steps = CodeSteps((codes - np.float64(codes.min())) / apart, apart, 0.0)
    step = quantiser / steps.unit
    found = analyse(steps.codes, stable=stable, weighting=weighting, step=step)
    noise = replace(found.times(steps.unit), mean=float(codes.mean()))
    return noise.doubted(steps.doubt) if steps.doubt else noise

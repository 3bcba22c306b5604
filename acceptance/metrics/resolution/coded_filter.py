"""Filters that a camera or a recorder runs on codes, and what they do to an edge read in light.

Lenses and sensors blur light; sharpening, noise reduction, scaling and deinterlacing mostly work on
codes. An edge of large contrast then has no one MTF: read in light, what was filtered in codes is
2 % (MTF50) to 14 % (MTF10) off from what the camera does to faint detail. It shows on the edge
itself. A line spread that lenses and sensors made is the same on both sides in light, and lopsided
in codes; one that a filter of codes made is the other way round. How far it has gone that way is
how much of the difference between both readings is in doubt.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics.resolution.edge import EdgeCrossings, EdgeResult

SURE = 3.0  # standard errors of a phase
LEAST = 0.1  # of the way: less moves no crossing by half of its smallest U
HALF = 1.2  # half-width over the difference that the way makes


def share(result: EdgeResult, light: EdgeCrossings, codes: EdgeCrossings) -> float:
    """Return how far an edge has gone from light to codes, 0 to 1; 0 where noise may make it."""
    if codes.lag <= light.lag or -light.lag < SURE * _error(result):
        return 0.0
    found = min(1.0, -light.lag / (codes.lag - light.lag))
    return found if found > LEAST else 0.0


def doubts(result: EdgeResult, light: EdgeCrossings, codes: EdgeCrossings) -> dict[str, float]:
    """Return the relative standard uncertainty of each crossing, by name, that follows."""
    gone = share(result, light, codes)
    found = {}
    for name in ("mtf50", "mtf10"):
        own, other = getattr(light, name), getattr(codes, name)
        if gone and own and other:
            found[name] = HALF * gone * abs(other / own - 1) / math.sqrt(3)
    return found


def _error(result: EdgeResult) -> float:
    """Return the standard error of a phase, in radians, as that of the MTF at 10 % tells it."""
    if result.mtf10 is None or not result.u10:
        return math.inf
    near = np.array([0.95, 1.05]) * result.mtf10
    slope = float(np.diff(np.interp(near, result.frequencies, result.mtf))[0] / np.ptp(near))
    return result.u10 * abs(slope) / 0.2

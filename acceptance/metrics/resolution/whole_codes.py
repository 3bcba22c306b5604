"""What whole codes, or those of fewer bits, leave undecided of a level beside an edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.rounding import coarse_doubt, rounding_doubt
from acceptance.metrics._shared.ordered import median_of_whole
from acceptance.metrics._shared.region_codes import within
from acceptance.metrics.resolution.edge import MEDIAN_STEP

if TYPE_CHECKING:
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View


def undecided(scene: Scene, view: View, resolves: str) -> float:
    """Return the standard error, in codes, that rounding leaves of a level beside an edge."""
    if scene.code_spacing > 1:
        return coarse_doubt(view.luma, scene.code_spacing, still=view.stable)
    return rounding_doubt(roughness(view, resolves))


def roughness(view: View, resolves: str) -> float:
    """Return the noise in codes of a view's plain sides; 0 where most neighbours are of one code.

    It is from the median difference of neighbours along the edge, of the first frames.
    """
    rows = view.luma[(slice(0, 4), *within(view))].astype(np.int32)
    axis = 1 if resolves == "horizontal" else 2
    return median_of_whole(np.abs(np.diff(rows, axis=axis))) / MEDIAN_STEP

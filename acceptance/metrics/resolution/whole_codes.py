"""What whole codes, or those of fewer bits, leave undecided of a level beside an edge."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.rounding import coarse_doubt, noise_of_levels, rounding_doubt
from acceptance.metrics._shared.ordered import median_of_whole
from acceptance.metrics.resolution.covered import MEDIAN_STEP
from acceptance.scene.hidden import PLAIN
from acceptance.scene.views import without_border

if TYPE_CHECKING:
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

NOISE = "noise_of_levels"


def undecided(scene: Scene, view: View, resolves: str) -> float:
    """Return the standard error, in codes, that rounding leaves of a level beside an edge."""
    if scene.code_spacing > 1:
        return left_apart(scene, view)
    return rounding_doubt(roughness(view, resolves))


def left_apart(scene: Scene, view: View) -> float:
    """Return the standard error, in codes, that codes which lie apart leave of a level in a view.

    By the noise of the scene's plain fields, of many levels, else by that of the view.
    """
    apart = scene.code_spacing
    if NOISE not in scene.shared:
        fields = (field for kind in PLAIN for field in scene.of_kind(kind) if field.stable)
        scene.shared[NOISE] = noise_of_levels((field.luma for field in fields), apart)
    noise = scene.shared[NOISE]
    if noise is None or not view.stable:
        return coarse_doubt(view.luma, apart, still=view.stable)
    return apart * rounding_doubt(noise)


def roughness(view: View, resolves: str) -> float:
    """Return the noise in codes of a view's plain sides; 0 where most neighbours are of one code.

    It is from the median difference of neighbours along the edge, of the first frames.
    """
    rows = view.luma[(slice(0, 4), *without_border(view))].astype(np.int32)
    axis = 1 if resolves == "horizontal" else 2
    return median_of_whole(np.abs(np.diff(rows, axis=axis))) / MEDIAN_STEP

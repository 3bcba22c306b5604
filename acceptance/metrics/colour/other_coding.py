"""Colours by the other matrix and the other range of codes, where the stated ones are in doubt."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.colour.ciede2000 import delta_e00
from acceptance.metrics.colour.difference import normalised
from acceptance.metrics.colour.light import linear_light, stray_light

if TYPE_CHECKING:
    from acceptance.metrics.colour.patches import ColourComparison
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

FAR_BETTER, LEAST_GAIN = 0.5, 0.5  # of the mean difference by the stated matrix, and in dE
# how names of formats of luma and colour differences begin
LUMA_AND_COLOURS = (
    "yuv", "nv", "yuyv", "yvyu", "uyvy", "uyyvyy", "uyva", "p0", "p2", "p4", "y2", "ayuv", "vuy",
    "vyu", "xv", "v30",
)  # fmt: skip


def otherwise_coded(
    scene: Scene,
    seen: ColourComparison,
    random: np.random.Generator,
    draws: int,
    *,
    matrix_unsure: bool,
) -> dict[str, Array]:
    """Draw the light of the patches between both matrices, and both ranges, that may hold.

    ``matrix_unsure``: another matrix than the stated one fits better.
    """
    others = {}
    if "matrix" in scene.video.assumed or matrix_unsure:
        others["matrix"] = _by_other_matrix(scene, seen)
    if scene.range_unsure:
        others["range"] = _by_other_range(scene, seen)
    return {
        source: seen.light
        + (light - seen.light) * random.standard_normal((draws, 1, 1)) / math.sqrt(3)
        for source, light in others.items()
    }


def better_matrix(scene: Scene, seen: ColourComparison) -> str:
    """Return the matrix by which the patches fit far better than by the stated one; empty: none.

    A camera's own errors are hardly those of a wrong matrix: these are as good as gone by the
    right one.
    """
    coded = scene.video.pixel_format.startswith(LUMA_AND_COLOURS)
    if not coded or "matrix" in scene.video.assumed or scene.shot.coding.matrix:
        return ""
    stated, otherwise = (
        float(delta_e00(normalised(light, seen.nominal.aims), seen.nominal.aims).mean())
        for light in (seen.light, _by_other_matrix(scene, seen))
    )
    better = otherwise < FAR_BETTER * stated and stated - otherwise > LEAST_GAIN
    return _other(scene.video.matrix) if better else ""


def _other(matrix: str) -> str:
    return "bt601" if matrix == "bt709" else "bt709"


def _by_other_matrix(scene: Scene, seen: ColourComparison) -> Array:
    """Return the light (n, 3) of the patches by the other matrix; luma has the same curve."""
    video = replace(scene.video, matrix=_other(scene.video.matrix))
    return linear_light(scene, _codes(seen), seen.nominal.aims, seen.lit, seen.stray, video)


def _by_other_range(scene: Scene, seen: ColourComparison) -> Array:
    """Return the light (n, 3) of the patches by the other range of codes."""
    other = replace(scene, video=replace(scene.video, full_range=not scene.video.full_range))
    stray = stray_light(other)
    return linear_light(other, _codes(seen), seen.nominal.aims, seen.lit, stray)


def _codes(seen: ColourComparison) -> Array:
    return np.array([patch.codes for patch in seen.patches])

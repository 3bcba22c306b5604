"""Colours by another matrix, other primaries, the other range, where the stated ones are in doubt.

A wrong matrix or wrong primaries turn hues against each other (``fitted_matrix.turn``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.footage.gamut import name_of, of_code
from acceptance.footage.planes import MATRICES
from acceptance.metrics.colour.fitted_matrix import turn
from acceptance.metrics.colour.light import linear_light, stray_light
from acceptance.model.basics import Reason

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics.colour.patches import ColourComparison
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

# of the turn by the stated coding: by no more than that another one is better; and what any camera
# and any chart may have, beside either
FAR_BETTER, ANY_HAS = 0.45, 0.03
LIKELIER = 0.7  # of the way to a coding that fits better, standard: U must reach beyond it
HALF_WIDTH = 1 / math.sqrt(3)  # standard, of two ways that are as likely
USUAL = (1, 9, 12)  # code points of primaries: BT.709, BT.2020, Display P3
# how names of formats of luma and colour differences begin
LUMA_AND_COLOURS = (
    "yuv", "nv", "yuyv", "yvyu", "uyvy", "uyyvyy", "uyva", "p0", "p2", "p4", "y2", "ayuv", "vuy",
    "vyu", "xv", "v30",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BetterCoding:
    """A matrix and primaries by which the patches fit far better than by those stated."""

    light: Array
    """Light (n, 3) of the patches by them."""
    source: str
    """Of doubt: the matrix, where the primaries are the same."""
    reason: Reason


def otherwise_coded(
    scene: Scene,
    seen: ColourComparison,
    random: np.random.Generator,
    draws: int,
    better: BetterCoding | None,
) -> dict[str, Array]:
    """Draw the light of the patches between the codings that may hold, by source of doubt.

    ``better``: another coding than the stated one fits better.
    """
    others = {}
    if better:
        others[better.source] = (better.light, LIKELIER)
    if "matrix" in scene.video.assumed:
        other = _with_matrix(scene.video, _other(scene.video.matrix))
        others.setdefault("matrix", (_by(scene, seen, other), HALF_WIDTH))
    if scene.range_unsure:
        others["range"] = (_by_other_range(scene, seen), HALF_WIDTH)
    return {
        source: seen.light + share * (light - seen.light) * random.standard_normal((draws, 1, 1))
        for source, (light, share) in others.items()
    }


def better_coding(scene: Scene, seen: ColourComparison) -> BetterCoding | None:
    """Return the coding by which the patches fit far better than as stated; None: there is none.

    Nor is there where a matrix alone differs that nobody states: it is in doubt anyway.
    """
    stated = scene.video
    lights = {video: _by(scene, seen, video) for video in _codings(scene)}
    turns = {video: turn(light, seen.nominal.aims) for video, light in lights.items()}
    best = min(turns, key=lambda video: turns[video])
    far = math.hypot(turns[best], ANY_HAS) > FAR_BETTER * math.hypot(turns[stated], ANY_HAS)
    if far or ("matrix" in stated.assumed and best.gamut == stated.gamut):
        return None
    source = "matrix" if best.gamut == stated.gamut else "primaries"
    return BetterCoding(light=lights[best], source=source, reason=_reason(stated, best))


def _codings(scene: Scene) -> list[VideoInfo]:
    """List how the codes may be read, the stated way among them."""
    video = scene.video
    known = not video.pixel_format.startswith(LUMA_AND_COLOURS) or scene.shot.coding.matrix
    matrices = {video.matrix} if known else {video.matrix, *MATRICES.values()}
    gamuts = dict.fromkeys((video.gamut, *map(of_code, USUAL)))
    return [
        replace(_with_matrix(video, matrix), gamut=gamut)
        for matrix in sorted(matrices)
        for gamut in gamuts
    ]


def _reason(stated: VideoInfo, better: VideoInfo) -> Reason:
    if stated.gamut == better.gamut:
        parameters: dict[str, Value] = {"stated": stated.matrix, "other": better.matrix}
        return Reason(code="matrix_doubtful", parameters=parameters)
    parameters = {"stated": name_of(stated.gamut), "other": name_of(better.gamut)}
    return Reason(code="primaries_doubtful", parameters=parameters)


def _other(matrix: str) -> str:
    return "bt601" if matrix == "bt709" else "bt709"


def _with_matrix(video: VideoInfo, matrix: str) -> VideoInfo:
    return replace(video, matrix=matrix)


def _by(scene: Scene, seen: ColourComparison, video: VideoInfo) -> Array:
    """Return the light (n, 3) of the patches, their codes so read; luma has the same curve."""
    return linear_light(scene, _codes(seen), seen.nominal.aims, seen.lit, seen.stray, video)


def _by_other_range(scene: Scene, seen: ColourComparison) -> Array:
    """Return the light (n, 3) of the patches by the other range of codes."""
    other = replace(scene, video=replace(scene.video, full_range=not scene.video.full_range))
    stray = stray_light(other)
    return linear_light(other, _codes(seen), seen.nominal.aims, seen.lit, stray)


def _codes(seen: ColourComparison) -> Array:
    return np.array([patch.codes for patch in seen.patches])

"""Colours by another matrix, other primaries, the other range, where the stated ones are in doubt.

A wrong matrix or wrong primaries turn hues against each other, which a camera's saturation and
white balance, fitted here, do not.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.footage.gamut import name_of, of_code
from acceptance.footage.planes import MATRICES
from acceptance.metrics.colour.difference import normalised
from acceptance.metrics.colour.light import linear_light, stray_light
from acceptance.model.basics import Reason

if TYPE_CHECKING:
    from acceptance.footage.clip import VideoInfo
    from acceptance.metrics.colour.patches import ColourComparison
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

# of what the stated coding leaves, and by how much less is left (as dE94): then another is better
FAR_BETTER, LEAST_GAIN = 0.5, 0.3
OF_CHROMA = 0.045  # by which a difference counts less for each unit of chroma (CIE 116:1995)
LEAST_SATURATION = 0.05
LIKELIER = 0.7  # of the way to a coding that fits better, standard: U must reach beyond it
USUAL = (1, 9, 12)  # code points of primaries: BT.709, BT.2020, Display P3
# how names of formats of luma and colour differences begin
LUMA_AND_COLOURS = (
    "yuv", "nv", "yuyv", "yvyu", "uyvy", "uyyvyy", "uyva", "p0", "p2", "p4", "y2", "ayuv", "vuy",
    "vyu", "xv", "v30",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class BetterCoding:
    """A matrix and primaries by which the patches fit far better than by those stated."""

    video: VideoInfo
    """Read as they say."""
    light: Array
    """Light (n, 3) of the patches by them."""
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
    if better and better.video.gamut != scene.video.gamut:
        others["primaries"] = better.light
    elif better:
        others["matrix"] = better.light
    elif "matrix" in scene.video.assumed:
        others["matrix"] = _by(scene, seen, _with_matrix(scene.video, _other(scene.video.matrix)))
    if scene.range_unsure:
        others["range"] = _by_other_range(scene, seen)
    share = LIKELIER if better else 1 / math.sqrt(3)
    return {
        source: seen.light + (light - seen.light) * random.standard_normal((draws, 1, 1)) * share
        for source, light in others.items()
    }


def better_coding(scene: Scene, seen: ColourComparison) -> BetterCoding | None:
    """Return the coding by which the patches fit far better than as stated; None: there is none."""
    found = {video: _by(scene, seen, video) for video in _codings(scene)}
    if not found:
        return None
    left = {video: _misfit(light, seen.nominal.aims) for video, light in found.items()}
    best = min(left, key=lambda video: left[video])
    stated = _misfit(seen.light, seen.nominal.aims)
    if left[best] > FAR_BETTER * stated or stated - left[best] < LEAST_GAIN:
        return None
    return BetterCoding(video=best, light=found[best], reason=_reason(scene.video, best))


def _codings(scene: Scene) -> list[VideoInfo]:
    """List how the codes may be read instead; a matrix that is unstated is in doubt anyway."""
    video = scene.video
    coded = video.pixel_format.startswith(LUMA_AND_COLOURS)
    known = not coded or "matrix" in video.assumed or bool(scene.shot.coding.matrix)
    matrices = {video.matrix} if known else {video.matrix, *MATRICES.values()}
    gamuts = dict.fromkeys((video.gamut, *map(of_code, USUAL)))
    ways = (
        replace(_with_matrix(video, matrix), gamut=gamut)
        for matrix in sorted(matrices)
        for gamut in gamuts
    )
    return [way for way in ways if way != video]


def _reason(stated: VideoInfo, better: VideoInfo) -> Reason:
    if stated.gamut == better.gamut:
        parameters: dict[str, Value] = {"stated": stated.matrix, "other": better.matrix}
        return Reason(code="matrix_doubtful", parameters=parameters)
    parameters = {"stated": name_of(stated.gamut), "other": name_of(better.gamut)}
    return Reason(code="primaries_doubtful", parameters=parameters)


def _misfit(light: Array, aims: Array) -> float:
    """Return what is left between patches and aims in a*b*, saturation and white balance fitted."""
    shown, printed = normalised(light, aims)[:, 1:], aims[:, 1:]
    weights = 1 / (1 + OF_CHROMA * np.hypot(*printed.T))
    even, none = np.ones(len(aims)), np.zeros(len(aims))
    terms = np.concatenate([
        np.column_stack([printed[:, 0], even, none]), np.column_stack([printed[:, 1], none, even])
    ])  # fmt: skip
    both = np.tile(weights, 2)
    fitted, *_ = np.linalg.lstsq(terms * both[:, None], shown.T.ravel() * both)
    off = (shown.T.ravel() - terms @ fitted) * both / max(float(fitted[0]), LEAST_SATURATION)
    return float(np.hypot(*off.reshape(2, -1)).mean())


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

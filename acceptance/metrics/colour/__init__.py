"""Colour: how far the patches of a chart come out from what is printed there; white balance.

Saturation.
The mean codes of each patch become R'G'B' by the stream's matrix and range (ITU-R BT.709-6,
BT.601-7), linear light by the inverse of the camera's curve, CIELAB under D65 by BT.709 primaries
(assumed, whatever the stream says). One curve, that of luma over the grey steps, serves all three
channels: it takes the camera's contrast out and leaves its white balance in. The exposure is set so
that the neutrals' luminances add up to the printed ones. Aims are the printed CIELAB D50, adapted
to D65 (Bradford). Differences are those of ISO/CIE 11664-4 (CIELAB 1976) and ISO/CIE 11664-6
(CIEDE2000).

``colour.white_balance`` is the length of the neutrals' mean departure in a*b*, white and black left
out; ``colour.saturation`` the sum of the colourful patches' chromas over that of their aims. What
doubt does to the figures is propagated by Monte Carlo (JCGM 101), see ``difference.py``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray
from scipy.stats import trim_mean

from acceptance.charts.drawing import linear_rgb
from acceptance.errors import GapError
from acceptance.footage.colorimetry import TO_XYZ, lab_of, signals
from acceptance.footage.planes import h264_step
from acceptance.footage.tone import inverse_oetf, rounding_doubt
from acceptance.metrics._shared.grey_steps import TRIM, standard_error
from acceptance.metrics.colour.difference import (
    DIFFERENCES,
    STATISTICS,
    Drawn,
    balancing,
    delta_e00,
    figures,
    gain,
    neutral,
    normalised,
    propagated,
)
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.scene.views import middle_half

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

QUANTITIES = {
    **{f"colour.{name}_{statistic}": "dE" for name in DIFFERENCES for statistic in STATISTICS},
    "colour.white_balance": "dE",
    "colour.saturation": "%",
}
METHOD = "CIELAB D65 of BT.709 primaries, exposure normalised on the neutrals, one tone curve for all channels ({tone})"

SMALLEST = 4  # px of the colour planes, in the middle half of a patch
# of the pixels; noise alone lifts some of a bright patch to the end of the range
MOST_CLIPPED = 0.05
END = 1.5 / 219  # of the range: as near to its end as that is clipped
# least light of a channel in the aim for black there to be clipping and not the end of the gamut
SHOWN = 0.005
LEAST_CONTRAST = 0.2  # of the range, between the lightest and the darkest patch
LEAST_COLOUR = 1.5  # codes that some patch's colour differences must be off grey
NEEDED, NEUTRALS_NEEDED = 18, 3
MOST_STRAY = 0.05  # of reflectance
# half-width of the light's fall over half the chart's width; test_charts/README.md allows as much
UNEVEN = 0.1
# quantiser steps of coders whose decoder tells none
UNTOLD = {"mjpeg": 8.0, "hevc": 16.0, "vp9": 16.0, "av1": 16.0}
SURE_SIDE = 20.0  # px of a patch's middle half
DRAWS = 400
SEED = 20050212


@dataclass(frozen=True, kw_only=True)
class Patch:
    """A patch as coded: ``codes`` (3,) mean Y', Cb, Cr.

    ``doubts``, ``rounding`` and ``coding`` (3,) are the standard uncertainties that noise, whole
    codes and the coder make. ``frames`` (f, 3) are the means of each frame, ``clipped`` is the
    share of its pixels with a channel at an end of the range, ``aim`` (3,) CIELAB D65, ``place``
    (2,) from the chart's middle in halves of its width.
    """

    name: str
    codes: Array
    doubts: Array
    rounding: Array
    coding: Array
    frames: Array
    clipped: float
    aim: Array
    place: Array


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The patches that can be measured, the names of those ``left_out``, linear ``light`` (n, 3), and CIELAB."""

    patches: tuple[Patch, ...]
    left_out: tuple[str, ...]
    light: Array
    nominal: Drawn


def serves(scene: Scene) -> bool:
    """Whether the scene has colour patches, or a printed chart that should have them."""
    return bool(scene.of_kind("colour")) or (
        scene.chart is not None and scene.chart.kind == "print"
    )


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all patches together; those clipped or too small are left out and named in a note.

    Raises GapError, see ``compare``.
    """
    seen = compare(scene)
    if seen.left_out:
        yield _note(scene, seen.left_out)
    found = propagated(seen.nominal, _doubts(scene, seen))
    repeats, details = _repeats(scene, seen), _details(scene, seen)
    for name, figure in found.items():
        yield scene.figure(
            f"colour.{name}",
            figure.value,
            QUANTITIES[f"colour.{name}"],
            [*figure.budget, *_excess(repeats[name], figure.budget)],
            samples=sum(len(patch.frames) for patch in seen.patches),
            method=METHOD.format(tone=details["tone"]),
            details=details | {"bias_taken_off": figure.bias},
            curve=_curve(seen) if name == "delta_e00_mean" else None,
        )


def compare(scene: Scene) -> Comparison:
    """Set the patches as seen against their aims.

    Raises GapError: ``no_region``, ``flat_picture``, ``monochrome``, ``low_contrast``,
    ``too_few_patches``.
    """
    patches, left_out = _patches(scene)
    aims = np.array([patch.aim for patch in patches])
    light = _light(scene, np.array([patch.codes for patch in patches]), aims)
    nominal = Drawn(lab=normalised(light, aims), aims=aims)
    return Comparison(
        patches=tuple(patches), left_out=tuple(left_out), light=light, nominal=nominal
    )


def _patches(scene: Scene) -> tuple[list[Patch], list[str]]:
    """Return the patches that can be measured, and the names of those that cannot."""
    views = [view for view in scene.of_kind("colour") if "lab" in view.region.printed]
    if not views:
        raise GapError("no_region", kind="colour")
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region="")
    if scene.reference.cb is None:
        raise GapError("monochrome")
    large = [
        _patch(scene, view)
        for view in views
        if min(middle_half(_planes(view)[1]).shape[1:]) >= SMALLEST
    ]
    patches = [patch for patch in large if patch.clipped <= MOST_CLIPPED]
    kept = {patch.name for patch in patches}
    left_out = [
        str(view.region.printed["name"])
        for view in views
        if view.region.printed["name"] not in kept
    ]
    _refuse(scene, large, patches)
    return patches, left_out


def _refuse(scene: Scene, large: Sequence[Patch], patches: Sequence[Patch]) -> None:
    """Raise GapError for a picture without colour or contrast, or with too few patches left."""
    codes = np.array([patch.codes for patch in large]).reshape(-1, 3)
    depth = 2.0 ** (scene.video.depth - 8)
    if len(codes) and np.abs(codes[:, 1:] - 128 * depth).max() < LEAST_COLOUR * depth:
        raise GapError("monochrome")
    contrast = (
        float(np.ptp(codes[:, 0])) / (scene.code_white - scene.code_black) if len(codes) else 1.0
    )
    if contrast < LEAST_CONTRAST:
        raise GapError("low_contrast", contrast=contrast, needed=LEAST_CONTRAST)
    greys = int(neutral(np.array([patch.aim for patch in patches]).reshape(-1, 3)).sum())
    if len(patches) < NEEDED or greys < NEUTRALS_NEEDED:
        f"only {len(patches)} patches, {greys} of them neutral, are large enough and not clipped"
        raise GapError("too_few_patches", patches=len(patches), neutrals=greys, needed=NEEDED)


def _planes(view: View) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    assert view.cb is not None  # noqa: S101 -- pictures without colours were refused
    assert view.cr is not None  # noqa: S101
    return view.luma, view.cb, view.cr


def _patch(scene: Scene, view: View) -> Patch:
    cores = [middle_half(plane) for plane in _planes(view)]
    frames = np.array([plane.mean(axis=(1, 2)) for plane in cores]).T
    spread = [float(plane.std()) for plane in cores]
    middles = [plane.mean(axis=0) for plane in cores]
    aim = linear_rgb(view.region.printed["lab"])
    x, y, width, height = view.region.rect
    across, down = scene.chart.size if scene.chart else (1.0, 1.0)
    return Patch(
        name=str(view.region.printed["name"]),
        codes=np.array([trim_mean(middle, TRIM, axis=None) for middle in middles]),
        doubts=np.array([standard_error(middle) for middle in middles]),
        rounding=np.array([rounding_doubt(sigma) for sigma in spread]),
        coding=np.array([_coding(scene, view, sigma) for sigma in spread]),
        frames=frames,
        clipped=_clipped(scene, view, np.array(aim)),
        aim=lab_of(aim),
        place=np.array([x + width / 2 - across / 2, y + height / 2 - down / 2]) / (across / 2),
    )


def _coding(scene: Scene, view: View, sigma: float) -> float:
    """Return what a coder's quantiser leaves in the mean of a uniform patch whose noise is ``sigma`` codes.

    The coefficient of an 8 x 8 block's mean is eight times that mean: the step of the mean is an
    eighth of the quantiser's, and noise dithers it. Borders that run through a block, as in small
    patches, bring the coefficients of the rest of the block in; the factor is from simulated films
    (``benchmarks/colour.py``).
    """
    step = UNTOLD.get(scene.video.codec, 0.0)
    if view.quantiser is not None:
        step = h264_step(view.quantiser) if scene.video.codec == "h264" else 2 * view.quantiser
    small = max(0.8, (SURE_SIDE / min(middle_half(view.luma).shape[1:])) ** 1.5)
    return step / 8 * rounding_doubt(sigma / step) * small if step else 0.0


def _clipped(scene: Scene, view: View, aim: Array) -> float:
    """Share of the pixels with a channel at white, or at black where the aim (3,) has light in it."""
    luma, cb, cr = _planes(view)
    down, across = (round(luma.shape[axis] / cb.shape[axis]) for axis in (1, 2))
    near = luma[:, ::down, ::across][:, : cb.shape[1], : cb.shape[2]]
    rgb = signals(middle_half(near), middle_half(cb), middle_half(cr), scene.video)
    return float(np.mean(np.any((rgb > 1 - END) | ((rgb < END) & (aim > SHOWN)), axis=-1)))


def _light(scene: Scene, codes: Array, aims: Array) -> Array:
    """Linear light (..., n, 3) of mean Y', Cb, Cr codes (..., n, 3) of patches with these aims (n, 3).

    The tone curve takes stray light out as a neutral would show it; where white balance is off, red
    and blue have that much more or less of it.
    """
    light = scene.linear(_channels(scene, codes))
    stray = _stray(scene)
    greys = light[..., neutral(aims), :] + stray
    tint = greys.sum(axis=-2) / (greys @ TO_XYZ[1]).sum(axis=-1)[..., None]
    return np.asarray(light - stray * (tint - 1)[..., None, :])


def _channels(scene: Scene, codes: Array) -> Array:
    """R', G', B' (..., 3) on the scale of luma codes, of mean Y', Cb, Cr codes (..., 3)."""
    rgb = signals(codes[..., 0], codes[..., 1], codes[..., 2], scene.video)
    return np.asarray(scene.code_black + (scene.code_white - scene.code_black) * rgb)


def _stray(scene: Scene) -> float:
    """Reflectance that stray light adds everywhere.

    That is where the tone curve, over light by that of two usual transfers which makes it
    straighter, meets darkness.
    """
    signal = np.linspace(0.2, 0.8, 25)
    seen = scene.linear(scene.code_black + (scene.code_white - scene.code_black) * signal)
    weights, lines = 1 / (np.abs(seen) + MOST_STRAY), []
    for transfer in ("bt709", "srgb"):
        light = inverse_oetf(signal, transfer)
        slope, offset = np.polyfit(light, seen, 1, w=weights)
        lines.append(
            (float(np.sum((weights * (slope * light + offset - seen)) ** 2)), float(offset))
        )
    return float(np.clip(-min(lines)[1], 0.0, MOST_STRAY))


def _doubts(scene: Scene, seen: Comparison) -> dict[str, Drawn]:
    """Draw each source of doubt, normal with its standard uncertainty, since that is how a budget combines it."""
    random, patches, light = np.random.default_rng(SEED), seen.patches, seen.light
    codes, doubts, rounding, coding, aims, places = (
        np.array([getattr(patch, name) for patch in patches])
        for name in ("codes", "doubts", "rounding", "coding", "aim", "place")
    )
    shape = (DRAWS, len(patches), 3)
    fall = (
        UNEVEN
        / math.sqrt(3)
        * random.standard_normal((DRAWS, 2))
        @ (places - places.mean(axis=0)).T
    )
    copy = scene.chart.lab_doubt if scene.chart else 0.0
    printed = aims + copy / math.sqrt(3) * random.standard_normal(shape)
    lights = {
        "noise": _light(scene, codes + doubts * random.standard_normal(shape), aims),
        "quantisation": _light(scene, codes + rounding * random.standard_normal(shape), aims),
        "coding": _light(scene, codes + coding * random.standard_normal(shape), aims),
        "tone curve": _powered(
            light, 1 + scene.tone_doubt / math.sqrt(3) * random.standard_normal((DRAWS, 1, 1))
        ),
        "lighting": light * (1 + fall[..., None]),
    }
    drawn = {source: Drawn(lab=normalised(one, aims), aims=aims) for source, one in lights.items()}
    seen_as = _channels(scene, codes)
    ways = np.array([one - scene.linear(seen_as) for one in scene.copy_curves(seen_as)]).reshape(
        -1, *light.shape
    )
    steps = light + np.tensordot(random.standard_normal((DRAWS, len(ways))), ways, axes=1)
    return drawn | {"chart copy": Drawn(lab=normalised(steps, printed), aims=printed)}


def _powered(light: Array, exponents: Array) -> Array:
    return np.sign(light) * np.abs(light) ** exponents


def _repeats(scene: Scene, seen: Comparison) -> dict[str, Array]:
    """Each figure (f,) of each single frame."""
    aims = seen.nominal.aims
    light = _light(scene, np.stack([patch.frames for patch in seen.patches], axis=1), aims)
    return figures(normalised(light, aims), aims, aims)


def _excess(values: Array, budget: Sequence[BudgetLine]) -> list[BudgetLine]:
    """Return what the mean of single frames scatters beyond noise; no line for one frame."""
    if len(values) < 2:
        return []
    noise = sum(line.contribution**2 for line in budget if line.source == "noise")
    excess = math.sqrt(max(0.0, float(values.var(ddof=1)) / len(values) - noise))
    return [
        BudgetLine(
            source="repeat over frames", contribution=excess, degrees_of_freedom=len(values) - 1
        )
    ]


def _details(scene: Scene, seen: Comparison) -> dict[str, Any]:
    lab, aims = seen.nominal.lab, seen.nominal.aims
    cast = (lab - aims)[balancing(aims), 1:].mean(axis=0)
    return {
        "patches": len(seen.patches),
        "left_out": ", ".join(seen.left_out),
        "worst_patch": seen.patches[int(np.argmax(delta_e00(lab, aims)))].name,
        "exposure_gain": float(gain(seen.light, aims)),
        "cast_a": float(cast[0]),
        "cast_b": float(cast[1]),
        "tone": scene.tone,
        "matrix": scene.video.matrix,
        "primaries": "bt709",
    }


def _curve(seen: Comparison) -> Curve:
    differences = delta_e00(seen.nominal.lab, seen.nominal.aims)
    return Curve(
        name="colour",
        x=tuple(float(number) for number in range(1, len(differences) + 1)),
        y=tuple(round(float(value), 3) for value in differences),
        x_label="patch",
        y_label="delta_e00",
        y_unit="dE",
    )


def _note(scene: Scene, left_out: Sequence[str]) -> Note:
    reason = Reason(
        code="patches_left_out", parameters={"count": len(left_out), "names": ", ".join(left_out)}
    )
    return Note(reason=reason, shot=scene.shot.id, subject=scene.shot.subject, metric="colour")

"""Colour: differences of a chart's patches from what is printed, white balance, saturation.

The mean codes of each patch become R'G'B' by the stream's matrix and range (ITU-R BT.709-6,
BT.601-7), linear light by the inverse of the camera's curve, CIELAB under D65 by BT.709 primaries;
light of others, which the stream or a still's profile states, is brought to these. One curve, that
of luma over the grey steps, serves all three channels: it takes the camera's contrast out and
leaves its white balance in. The exposure is set so that the neutrals' luminances add up to the
printed ones. Aims are the printed CIELAB D50, adapted to D65 (Bradford). Differences are those of
ISO/CIE 11664-4 (CIELAB 1976) and ISO/CIE 11664-6 (CIEDE2000).

``colour.white_balance`` is the length of the neutrals' mean departure in a*b*, white and black left
out; ``colour.saturation`` the sum of the colourful patches' chromas over that of their aims.
Uncertainty is propagated by Monte Carlo (JCGM 101), see ``difference.py``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared import known_colours
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics.colour import mixed_light, vectors
from acceptance.metrics.colour.ciede2000 import delta_e00
from acceptance.metrics.colour.difference import (
    DIFFERENCES,
    STATISTICS,
    Drawn,
    balancing,
    figures,
    gain,
    normalised,
    propagated,
)
from acceptance.metrics.colour.light import channels, linear_light, stray_light
from acceptance.metrics.colour.other_coding import better_coding, otherwise_coded
from acceptance.metrics.colour.patches import (
    DARK,
    ColourComparison,
    ColourPatch,
    read_patches,
)
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics.colour.difference import ColourFigure
    from acceptance.metrics.colour.other_coding import BetterCoding
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]

QUANTITIES = {
    **{f"colour.{name}_{statistic}": "dE" for name in DIFFERENCES for statistic in STATISTICS},
    "colour.white_balance": "dE",
    "colour.saturation": "%",
}
METHOD = (
    "CIELAB D65 of BT.709 primaries, exposure normalised on the neutrals, "
    "one tone curve for all channels ({tone})"
)

UNEVEN = (
    0.1  # half-width of the light's fall-off over half a chart, as test_charts/README.md allows
)
MOST_ADDED = 0.3  # of a field of reflectance ``DARK``: standard uncertainty of light added there
# of what blur brings in from beside a patch, over what its inmost quarter has less of than its
# middle half: a Gaussian of a quarter of a patch's width leaves 2.75 times as much, U is twice this
REACHES = 2.5
# share of the patches of which a plane must show it: blur does it to all, uneven noise to a few
SMEARED = 1 / 3
DRAWN = "delta_e00_mean"  # the figure that has what the report's pictures show
DRAWS = 400
SEED = 20050212


def serves(scene: Scene) -> bool:
    """Whether the scene has colour patches, or a printed chart that should have them."""
    return bool(scene.of_kind("colour")) or (
        scene.chart is not None and scene.chart.kind == "print"
    )


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure all patches together; a note names those left out (``read_patches``).

    Raises GapError as ``compare`` does.
    """
    seen = compare(scene)
    if seen.left_out:
        yield _note(seen.left_out)
    better = better_coding(scene, seen)
    if better:
        yield Note(reason=better.reason, metric="colour")
    doubts = _doubts(scene, seen, better)
    found = propagated(seen.nominal, doubts, {better.source} if better else ())
    repeats = _repeats(scene, seen)
    in_plane = vectors.details([patch.name for patch in seen.patches], seen.nominal, doubts)
    common = _details(scene, seen)
    for name, figure in found.items():
        budget = [*figure.budget, *_excess(repeats[name], figure.budget)]
        details = common | {"bias_taken_off": figure.bias} | (in_plane if name == DRAWN else {})
        yield _figure(scene, seen, name, replace(figure, budget=tuple(budget)), details)


def _figure(
    scene: Scene,
    seen: ColourComparison,
    name: str,
    figure: ColourFigure,
    details: Mapping[str, Value],
) -> Measurement:
    quantity = f"colour.{name}"
    return scene.figure(
        quantity,
        figure.value,
        QUANTITIES[quantity],
        figure.budget,
        samples=sum(len(patch.frames) for patch in seen.patches),
        method=METHOD.format(tone=scene.tone),
        details=details,
        curve=_curve(seen) if name == DRAWN else None,
    )


def compare(scene: Scene) -> ColourComparison:
    """Read the patches of a scene and compare them with their aims.

    Raises GapError: ``no_region``, ``flat_picture``, ``monochrome``, ``low_contrast``,
    ``too_few_patches``, ``uneven_light``, ``colours_unknown``.
    """
    known_colours.refuse_unknown(scene.video)
    patches, left_out = read_patches(scene)
    aims = np.array([patch.aim for patch in patches])
    lit = np.array([patch.lit for patch in patches])
    stray = stray_light(scene)
    light = linear_light(scene, np.array([patch.codes for patch in patches]), aims, lit, stray)
    _refuse_uneven(scene, patches)
    nominal = Drawn(lab=normalised(light, aims), aims=aims)
    return ColourComparison(
        patches=tuple(patches),
        left_out=tuple(left_out),
        light=light,
        nominal=nominal,
        lit=lit,
        stray=stray,
    )


def _doubts(scene: Scene, seen: ColourComparison, better: BetterCoding | None) -> dict[str, Drawn]:
    """Draw the patches anew for each source of uncertainty, ``DRAWS`` times.

    Draws are normal with the source's standard uncertainty, which is how a budget combines it. Of a
    source that leaves no doubt there is one only: the patches as seen.
    """
    random, aims = np.random.default_rng(SEED), seen.nominal.aims
    copy = scene.chart.lab_doubt if scene.chart else 0.0
    moves = random.standard_normal((DRAWS, *aims.shape))
    printed = aims + copy / math.sqrt(3) * moves if copy else aims
    lights = _lights(scene, seen, random, better)
    lights["lighting"] = _otherwise_lit(scene, seen, random) * _mixed(scene, seen, random)
    drawn = {
        source: Drawn(lab=normalised(moved, aims), aims=aims) for source, moved in lights.items()
    }
    steps = _by_other_prints(scene, seen, random)
    return drawn | {PRINT_SOURCE: Drawn(lab=normalised(steps, printed), aims=printed)}


def _lights(
    scene: Scene,
    seen: ColourComparison,
    random: np.random.Generator,
    better: BetterCoding | None,
) -> dict[str, Array]:
    """Draw the light of the patches for each source that is in their codes or the tone curve."""
    aims = seen.nominal.aims
    codes, *spreads = (
        np.array([getattr(patch, name) for patch in seen.patches])
        for name in ("codes", "doubts", "rounding", "coding")
    )
    lights = {}
    for source, spread in zip(("noise", "quantisation", "coding"), spreads, strict=True):
        moves = random.standard_normal((DRAWS, *aims.shape))
        known = not spread.any()
        lights[source] = seen.light if known else _light(scene, seen, codes + spread * moves)
    smeared = np.array([patch.smeared for patch in seen.patches])
    smeared[:, np.count_nonzero(smeared, axis=0) < SMEARED * len(smeared)] = 0.0
    if smeared.any():  # by draws of its own: those of other sources stay as they are
        drawn = random.spawn(1)[0].standard_normal((DRAWS, 1, 1))
        lights["smear"] = _light(scene, seen, codes + REACHES * drawn * smeared)
    exponents = 1 + scene.tone_doubt / math.sqrt(3) * random.standard_normal((DRAWS, 1, 1))
    lights[TONE_SOURCE] = _powered(seen.light, exponents)
    return lights | otherwise_coded(scene, seen, random, DRAWS, better)


def _light(scene: Scene, seen: ColourComparison, codes: Array) -> Array:
    return linear_light(scene, codes, seen.nominal.aims, seen.lit, seen.stray)


def _otherwise_lit(scene: Scene, seen: ColourComparison, random: np.random.Generator) -> Array:
    """Draw the light of the patches for the ways in which the light on them may be otherwise.

    Some light may be added, much alike where patches are neighbours. A light that the chart's
    ground does not show may fall off as ``UNEVEN`` says.
    """
    if scene.light_field is not None:
        added = np.array([patch.added for patch in seen.patches])
        alike, each = (random.standard_normal((DRAWS, count)) for count in (1, len(added)))
        return np.asarray(seen.light + ((alike + each) * added / math.sqrt(2))[..., None])
    places = np.array([patch.place for patch in seen.patches])
    slopes = UNEVEN / math.sqrt(3) * random.standard_normal((DRAWS, 2))
    fall = slopes @ (places - places.mean(axis=0)).T
    return np.asarray(seen.light * (1 + fall[..., None]))


def _mixed(scene: Scene, seen: ColourComparison, random: np.random.Generator) -> Array:
    """Draw the colour of the light on the patches, (draws or 1, n, 3), about the same everywhere.

    As far as fields that are printed alike show that it differs from place to place.
    """
    places = np.array([patch.place for patch in seen.patches])
    tint = (places - places.mean(axis=0)) @ mixed_light.gradient(scene)
    if not tint.any():
        return np.ones((1, 1, 1))
    return np.asarray(np.exp(random.standard_normal((DRAWS, 1, 1)) * tint))


def _refuse_uneven(scene: Scene, patches: Sequence[ColourPatch]) -> None:
    """Refuse patches on which light may be added, or on the steps that their curve is from.

    Raises GapError ``uneven_light``.
    """
    worst = max(patches, key=lambda patch: patch.added)
    share = worst.added / DARK
    if share > MOST_ADDED or scene.steps_unusable:
        raise GapError("uneven_light", region=worst.name, share=max(share, scene.steps_doubt))


def _by_other_prints(scene: Scene, seen: ColourComparison, random: np.random.Generator) -> Array:
    """Draw the light of the patches for the ways in which the grey steps' print may be off."""
    signal = channels(scene, np.array([patch.codes for patch in seen.patches]))
    differences = [curve - scene.linear(signal) for curve in scene.copy_curves(signal)]
    if not differences:
        return seen.light
    ways = np.array(differences) / seen.lit[:, :1]
    return seen.light + np.tensordot(random.standard_normal((DRAWS, len(ways))), ways, axes=1)


def _powered(light: Array, exponents: Array) -> Array:
    return np.sign(light) * np.abs(light) ** exponents


def _repeats(scene: Scene, seen: ColourComparison) -> dict[str, Array]:
    """Return every quantity (f,) of each single frame."""
    aims = seen.nominal.aims
    frames = np.stack([patch.frames for patch in seen.patches], axis=1)
    return figures(normalised(_light(scene, seen, frames), aims), aims, aims)


def _excess(values: Array, budget: Sequence[BudgetLine]) -> list[BudgetLine]:
    """Return the line of the scatter of single frames beyond noise; no line for one frame."""
    if len(values) < 2:
        return []
    noise = sum(line.contribution**2 for line in budget if line.source == "noise")
    excess = math.sqrt(max(0.0, float(values.var(ddof=1)) / len(values) - noise))
    return [
        BudgetLine(
            source="repeat over frames", contribution=excess, degrees_of_freedom=len(values) - 1
        )
    ]


def _details(scene: Scene, seen: ColourComparison) -> dict[str, Value]:
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
        "primaries": scene.video.gamut.name if scene.video.gamut else "bt709",
    }


def _curve(seen: ColourComparison) -> Curve:
    differences = delta_e00(seen.nominal.lab, seen.nominal.aims)
    return Curve(
        name="colour",
        x=tuple(float(number) for number in range(1, len(differences) + 1)),
        y=tuple(round(float(value), 3) for value in differences),
        x_label="patch",
        y_label="delta_e00",
        y_unit="dE",
    )


def _note(left_out: Sequence[str]) -> Note:
    parameters: dict[str, Value] = {"count": len(left_out), "names": ", ".join(left_out)}
    return Note(reason=Reason(code="patches_left_out", parameters=parameters), metric="colour")

"""Shading: how much light and colour change over the picture of an even surface.

``shading.luma`` is by how much linear light falls from its brightest to its darkest place, in % of
the brightest; ``shading.colour`` how far, in a*b* of CIELAB (ISO/CIE 11664-4, D65), the colour of
any place lies from the mean colour, all brought to one luminance. After ISO 17957:2015 (shading
measurements: a flat field in blocks, luminance and colour apart); the blocks are smoothed, so that
noise and dust do not count.

A flat field is a region by hand (``field``). Without one, a printed chart's own ground shows the
fall-off of luma over the chart. Lens and light cannot be told apart: what the light itself may
change over the surface is in U.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.colorimetry import in_bt709, signals
from acceptance.metrics._shared import flat_field, known_colours
from acceptance.metrics._shared.sources import BIAS_SOURCE, PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics._shared.stated import number
from acceptance.metrics.shading.surface import Fallen, fall, figure_of, lopsided, tint
from acceptance.model.measurement import BudgetLine, Measurement, Note
from acceptance.uncertainty import type_b

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

QUANTITIES = {"shading.luma": "%", "shading.colour": "dE"}
METHODS = {
    "shading.luma": "linear light of a flat field, smoothed: (largest - smallest) / largest",
    "shading.colour": (
        "smoothed colour of a flat field at one luminance: largest distance in a*b* from the mean"
    ),
}
CHART_METHOD = "light over the chart by its own ground: (largest - smallest) / largest"
EVENNESS = "light_non_uniformity"  # condition: % by which the light on the surface changes
UNEVEN = 10.0  # %, where it is not stated: as test_charts/README.md allows
MIXED = 1.0  # dE, half-width: lamps of one kind are not quite of one colour
CODED = 3.0  # times what a coder leaves undecided in a mean: the worst of many places (simulated)
DARK = 0.1  # of the nominal amplitude: a darker field shows noise, not shading
LEAST_LEFT = 0.02  # of light that is stated to be twice its mean at one place
TONE_PROBE = 0.05  # change of the tone curve's exponent that shows its effect
PLACES = 15  # looked at along each side of a chart


def serves(scene: Scene) -> bool:
    """Whether a flat field is given by hand, or a printed chart is in the picture."""
    printed = scene.chart is not None and scene.chart.kind == "print"
    return bool(flat_field.of(scene)) or printed


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every flat field, else the chart; what one lacks is a note.

    Raises GapError ``no_light_ground`` for a chart whose ground does not show the light.
    """
    fields = flat_field.of(scene)
    if not fields:
        yield _of_chart(scene)
        yield _note("shading.colour", GapError("no_region", kind=flat_field.KIND))
    for view in fields:
        for quantity, measured in (("shading.luma", _luma), ("shading.colour", _colour)):
            try:
                yield measured(scene, view)
            except GapError as gap:
                yield _note(quantity, gap, view.region.name)


def _note(quantity: str, gap: GapError, region: str = "") -> Note:
    return Note.of(gap, metric="shading", quantity=quantity, region=region)


def _luma(scene: Scene, view: View) -> Measurement:
    codes = _even_codes(scene, view)[..., None]
    found = figure_of(scene.linear(codes), fall)
    more = [
        type_b(
            "lighting", _by_light(1 - found.value, _ratio(scene), lopsided(scene.linear(codes)))
        ),
        *_of_curve(scene, found.value, lambda light: figure_of(light, fall).value, codes),
        _coding(scene, view, codes),
    ]
    return _figure(scene, view, "shading.luma", 100.0, found, more)


def _colour(scene: Scene, view: View) -> Measurement:
    known_colours.refuse_unknown(scene.video)
    if view.cb is None or view.cr is None or flat_field.colourless(scene):
        raise GapError("monochrome")
    if min(view.cb.shape[1:]) < flat_field.SMALLEST // 2:
        raise GapError("region_too_small", region=view.region.name)
    luma = _even_codes(scene, view)
    counts = (luma.shape[0], luma.shape[1])
    planes = [flat_field.block_means(plane, counts).still for plane in (view.cb, view.cr)]
    codes, seen = _channels(scene, luma, *planes), partial(_tint, scene)
    found = figure_of(scene.linear(codes), seen)
    several = zip((view.cb, view.cr), scene.spacings[1:], strict=True)
    doubts = [flat_field.by_coder(scene, view, plane, apart) for plane, apart in several]
    moved = _channels(scene, luma, *(plane + d for plane, d in zip(planes, doubts, strict=True)))
    coded = np.stack([scene.linear(codes).mean(axis=(0, 1)), scene.linear(moved).mean(axis=(0, 1))])
    more = [
        type_b("lighting", MIXED / math.sqrt(3)),
        *_of_curve(scene, found.value, lambda light: figure_of(light, seen).value, codes),
        type_b("coding", CODED * float(seen(coded))),
    ]
    return _figure(scene, view, "shading.colour", 1.0, found, more)


def _tint(scene: Scene, light: Array) -> Array:
    """Return ``tint`` of light (..., b, 3) of the stream's primaries."""
    return tint(in_bt709(light, scene.video))


def _channels(scene: Scene, luma: Array, cb: Array, cr: Array) -> Array:
    """Return R', G', B' (rows, columns, 3) on the scale of luma codes."""
    rgb = signals(luma, cb, cr, scene.video)
    return np.asarray(scene.code_black + (scene.code_white - scene.code_black) * rgb)


def _even_codes(scene: Scene, view: View) -> Array:
    """Return the mean codes of a field's blocks (rows, columns). Raises GapError."""
    codes = flat_field.lit(scene, view).still
    level = (float(codes.mean()) - scene.code_black) / (scene.code_white - scene.code_black)
    if level < DARK:
        raise GapError("field_too_dark", region=view.region.name, share=level)
    flat_field.refuse_clipped(scene, view)
    return codes


def _ratio(scene: Scene) -> float:
    """Return how much lighter the surface may be lit at one place than at another."""
    stated = number(scene.shot, EVENNESS)
    uneven = (UNEVEN if stated is None else stated) / 100
    return (2 + uneven) / max(2 - uneven, LEAST_LEFT)


def _by_light(left: float, stated: float, seen: float = 1.0) -> float:
    """Return the standard uncertainty of light ``left`` at the darkest place, by the light itself.

    ``stated`` is by how much it may be lighter at one place than at another, ``seen`` how much
    lighter one place of the field is than the opposite one, which is no lens's doing.
    """
    ratio = max(stated, seen)
    return max(left * (1 - 1 / ratio), min(left * ratio, 1.0) - left) / math.sqrt(3)


def _of_curve(
    scene: Scene, value: float, of: Callable[[Array], float], codes: Array
) -> list[BudgetLine]:
    """Return the line of the tone curve: its exponent, the print it rests on, and its bend."""
    light = scene.linear(codes)
    slope = abs(of(np.maximum(light, 0) ** (1 + TONE_PROBE)) - value) / TONE_PROBE
    bends = [of(other) - of(light) for other in scene.bent_curves(codes)]
    exponent = slope * math.hypot(scene.tone_doubt / math.sqrt(3), scene.copy_doubt)
    return [type_b(TONE_SOURCE, math.hypot(exponent, *bends))]


def _coding(scene: Scene, view: View, codes: Array) -> BudgetLine:
    """Return the line of what a coder leaves undecided at brightest and darkest place."""
    doubt = flat_field.by_coder(scene, view, view.luma, scene.code_spacing)
    mean = np.array([float(codes.mean())])
    light, more = (float(scene.linear(at)[0]) for at in (mean, mean + doubt))
    return type_b("coding", math.sqrt(2) * (more - light) / light)


def _figure(
    scene: Scene,
    view: View,
    quantity: str,
    scale: float,
    found: Fallen,
    more: Sequence[BudgetLine],
) -> Measurement:
    noise = BudgetLine(
        source="noise",
        contribution=scale * found.noise,
        degrees_of_freedom=found.degrees_of_freedom,
    )
    lines = [
        type_b(BIAS_SOURCE, found.positive),
        type_b("lighting_surface", found.surface),
        *more,
    ]
    budget = [noise, *(type_b(line.source, scale * line.contribution) for line in lines)]
    return scene.figure(
        quantity,
        scale * found.value,
        QUANTITIES[quantity],
        budget,
        samples=view.luma.size,
        method=METHODS[quantity],
        region=view.region.name,
        details={"tone": scene.tone, **({"left_out": found.left_out} if found.left_out else {})},
    )


def _of_chart(scene: Scene) -> Measurement:
    """Measure the fall-off of luma over the chart. Raises GapError ``no_light_ground``."""
    field = scene.light_field
    if field is None:
        raise GapError("no_light_ground")
    chart = scene.located[0].chart
    half = chart.size[1] / chart.size[0]
    x, y = np.meshgrid(np.linspace(-1, 1, PLACES), half * np.linspace(-1, 1, PLACES))
    places = np.column_stack([x.ravel(), y.ravel()])
    light, doubt = field.at(places), field.doubt(places)
    low, high = int(light.argmin()), int(light.argmax())
    left = light[low] / light[high]
    slope = left * abs(math.log(left))
    of_curve = slope * scene.tone_doubt / math.sqrt(3)
    budget = [
        type_b("fit", 100 * left * math.hypot(doubt[low], doubt[high])),
        type_b("lighting", 100 * _by_light(left, _ratio(scene))),
        type_b(TONE_SOURCE, 100 * of_curve),
    ]
    if scene.copy_doubt:
        budget.append(type_b(PRINT_SOURCE, 100 * slope * scene.copy_doubt))
    return scene.figure(
        "shading.luma",
        100 * (1 - left),
        "%",
        budget,
        samples=len(scene.ground.codes) if scene.ground else 1,
        method=CHART_METHOD,
        details={"tone": scene.tone},
    )

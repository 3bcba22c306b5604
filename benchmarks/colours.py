"""Colour patches drawn from formulas, and the truth of every colour figure of a simulated camera."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scenes

from acceptance.charts import definition
from acceptance.charts.definition import Copy
from acceptance.charts.drawing import linear_rgb, srgb
from acceptance.footage.colorimetry import TO_XYZ, lab_of
from acceptance.metrics import colour
from acceptance.metrics.colour import UNEVEN, difference
from acceptance.simulate.camera import Camera
from acceptance.simulate.coding import coded

if TYPE_CHECKING:
    from signals import Array

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

SIDE = 40  # px of a patch
# half-width of the exponent between the steps' curve and the patches', as Scene.tone_doubt has it
CURVE = 0.03
LAB_DOUBT = 1.0  # dE, standard, of the copy that hangs there


def drawn_camera(random: np.random.Generator) -> Camera:
    """Draw a camera with a cast, weak colours, noise and a curve of its own; nothing is clipped."""
    return Camera(
        noise=random.uniform(0.003, 0.015),
        white=random.uniform(0.6, 0.75),
        gains=(random.uniform(0.92, 1.1), 1.0, random.uniform(0.8, 1.08)),
        saturation=random.uniform(0.75, 0.98),
        transfer=str(random.choice(["bt709", "srgb"])),
    )


def printed(chart: definition.Chart) -> Array:
    """Return the printed colours (n, 3) in linear light of BT.709 primaries, as far as the raster can show them."""
    return np.clip(
        [linear_rgb(one.printed["lab"]) for one in chart.regions if one.kind == "colour"], 0, 1
    )


def truths(camera: Camera, chart: definition.Chart) -> dict[str, float]:
    """Return every figure that the camera's own colours have against the chart, exposure and tone curve taken out."""
    aims = lab_of([linear_rgb(one.printed["lab"]) for one in chart.regions if one.kind == "colour"])
    light = camera.rendered(printed(chart).T.astype(np.float32)).T.astype(np.float64)
    found = difference.figures(difference.normalised(light, aims), aims, aims)
    return {f"colour.{name}": float(value) for name, value in found.items()}


def drawn(random: np.random.Generator, camera: Camera) -> Scene:
    """Return the chart's steps and patches, each a little off in print, in light that falls off a little.

    The curve of the patches is a little off from that of the steps.
    """
    chart = definition.load("acceptance")
    copy = Copy(serial="drawn", reflectance_doubt=0.0, scale_doubt=0.0, lab_doubt=LAB_DOUBT)
    off = random.normal(0, LAB_DOUBT / math.sqrt(3), (24, 3))
    colours = [one for one in chart.regions if one.kind == "colour"]
    centres = np.array(
        [[x + width / 2, y + height / 2] for x, y, width, height in (one.rect for one in colours)]
    )
    fall = random.normal(0, UNEVEN / math.sqrt(3), 2) / (chart.size[0] / 2)
    exponent = 1 + random.normal(0, CURVE / math.sqrt(3))
    light = printed(chart) ** exponent * (1 + (centres - centres.mean(axis=0)) @ fall)[:, None]
    frames = int(random.integers(1, 17))
    views = [
        _patch(random, camera, one, light[number], off[number], frames)
        for number, one in enumerate(colours)
    ]
    steps = [
        scenes.patch(
            random, camera, planes(camera, np.full(3, level))[0], frames, one.name, "grey", level
        )
        for one in chart.regions
        if one.kind == "grey" and (level := one.printed["reflectance"])
    ]
    seen = scenes.of([*views, *steps])
    return replace(
        seen, chart=replace(chart, copy=copy), reference=replace(seen.reference, cb=views[0].cb)
    )


def hung(random: np.random.Generator, chart: definition.Chart) -> definition.Chart:
    """Return the chart as it looks in light that falls off a little.

    Its colours lighter to one side.
    """
    fall = random.normal(0, UNEVEN / math.sqrt(3), 2) / (chart.size[0] / 2)

    def lit(region: definition.Region) -> definition.Region:
        if region.kind != "colour":
            return region
        x, y, width, height = region.rect
        scale = np.cbrt(
            1
            + np.array([x + width / 2 - chart.size[0] / 2, y + height / 2 - chart.size[1] / 2])
            @ fall
        )
        lightness, a, b = region.printed["lab"]
        lab = (scale * (lightness + 16) - 16, scale * a, scale * b)
        return replace(region, printed={**region.printed, "lab": lab})

    return replace(chart, regions=tuple(lit(region) for region in chart.regions))


def planes(camera: Camera, light: Array) -> list[float]:
    """Return the codes that the camera gives this light (3,): Y', Cb, Cr, not rounded."""
    return [
        float(plane.mean())
        for plane in coded(camera, np.tile(light[:, None, None], (1, 2, 2)).astype(np.float32))
    ]


def _patch(
    random: np.random.Generator,
    camera: Camera,
    region: definition.Region,
    light: Array,
    off: Array,
    frames: int,
) -> View:
    """Return a patch of this light.

    Its printed colour is what the file says, which is ``off`` what hangs there.
    """
    shapes = ((SIDE, SIDE), (SIDE // 2, SIDE // 2), (SIDE // 2, SIDE // 2))
    luma, cb, cr = (
        np.clip(
            np.rint(scenes.filmed(random, camera, np.full(shape, code), frames)), 0, 255
        ).astype(np.uint8)
        for shape, code in zip(shapes, planes(camera, light), strict=True)
    )
    lab = tuple((np.array(region.printed["lab"]) + off).tolist())
    view = scenes.view(
        region.name, "colour", luma, {**region.printed, "lab": lab}, rect=region.rect
    )
    return replace(view, cb=cb, cr=cr)


def plane(seen: Scene) -> str:
    """Draw the a*b* plane (SVG).

    Each patch as printed (square, in its colour), as measured (dot), a line between.
    """
    compared = colour.compare(seen)
    span, side = 90.0, 380.0
    dots = []
    for patch, lab in zip(compared.patches, compared.nominal.lab, strict=True):
        (x, y), (u, v) = (
            (side / 2 * (1 + a / span), side / 2 * (1 - b / span))
            for a, b in (patch.aim[1:], lab[1:])
        )
        paint = "rgb({}, {}, {})".format(
            *(round(255 * float(value)) for value in srgb(_shown(patch.aim)))
        )
        dots.append(f'<path d="M{x:.1f} {y:.1f}L{u:.1f} {v:.1f}" stroke="#444"/>')
        dots.append(
            f'<rect x="{x - 5:.1f}" y="{y - 5:.1f}" width="10" height="10" fill="{paint}" stroke="#444"/>'
        )
        dots.append(f'<circle cx="{u:.1f}" cy="{v:.1f}" r="3.2" fill="#fff" stroke="#111"/>')
    lines = [
        f'<path d="M{at:.1f} 0V{side:g}M0 {at:.1f}H{side:g}" stroke="{"#888" if value == 0 else "#ddd"}"/>'
        for value in range(-80, 81, 40)
        if (at := side / 2 * (1 + value / span)) is not None
    ]
    marks = [
        f'<text x="{side / 2 * (1 + v / span) + 3:.1f}" y="{side - 4:g}">{v}</text>'
        f'<text x="3" y="{side / 2 * (1 - v / span) - 3:.1f}">{v}</text>'
        for v in (-80, -40, 40, 80)
    ]
    words = (
        f'<text x="{side - 22:g}" y="{side / 2 - 5:g}">a*</text><text x="{side / 2 + 5:g}" y="12">b*</text>'
        f'<text x="0" y="{side + 16:g}">square: as printed; dot: as measured</text>'
    )
    body = "".join([*lines, *marks, *dots, words])
    box = f'viewBox="0 0 {side:g} {side + 22:g}"'
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} font-family="sans-serif" font-size="11" fill="none">'
        + (
            f'<rect width="{side:g}" height="{side + 22:g}" fill="#fff"/>{body}</svg>'.replace(
                "<text", '<text fill="#222"'
            )
        )
    )


def _shown(lab: Array) -> Array:
    """Return linear sRGB light (3,), 0 to 1, of CIELAB under D65."""
    f = (lab[0] + 16) / 116 + np.array([lab[1] / 500, 0.0, -lab[2] / 200])
    ratio = np.where(f > 6 / 29, f**3, 3 * (6 / 29) ** 2 * (f - 4 / 29))
    return np.asarray(np.clip(np.linalg.solve(TO_XYZ, ratio * TO_XYZ.sum(axis=1)), 0, 1))

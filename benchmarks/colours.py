"""Colour patches drawn from formulas, and the truth of every colour figure of a simulated camera."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scenes

from acceptance import charts
from acceptance.camera import Camera, coded
from acceptance.charts import Copy
from acceptance.colorimetry import lab_of
from acceptance.drawing import linear_rgb
from acceptance.metrics import _colour
from acceptance.metrics.colour import UNEVEN

if TYPE_CHECKING:
    from signals import Array

    from acceptance.scene import Scene
    from acceptance.views import View

SIDE = 40  # px of a patch
CURVE = 0.03  # half-width of the exponent between the steps' curve and the patches', as Scene.tone_doubt has it
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


def printed(chart: charts.Chart) -> Array:
    """Return the printed colours (n, 3) in linear light of BT.709 primaries, as far as the raster can show them."""
    return np.clip([linear_rgb(one.printed["lab"]) for one in chart.regions if one.kind == "colour"], 0, 1)


def truths(camera: Camera, chart: charts.Chart) -> dict[str, float]:
    """Return every figure that the camera's own colours have against the chart, exposure and tone curve taken out."""
    aims = lab_of([linear_rgb(one.printed["lab"]) for one in chart.regions if one.kind == "colour"])
    light = camera.rendered(printed(chart).T.astype(np.float32)).T.astype(np.float64)
    found = _colour.figures(_colour.normalised(light, aims), aims, aims)
    return {f"colour.{name}": float(value) for name, value in found.items()}


def drawn(random: np.random.Generator, camera: Camera) -> Scene:
    """Return the chart's steps and patches, each a little off in print, in light that falls off a little.

    The curve of the patches is a little off from that of the steps.
    """
    chart = charts.load("acceptance")
    copy = Copy(serial="drawn", reflectance_doubt=0.0, scale_doubt=0.0, lab_doubt=LAB_DOUBT)
    off = random.normal(0, LAB_DOUBT / math.sqrt(3), (24, 3))
    colours = [one for one in chart.regions if one.kind == "colour"]
    centres = np.array([[x + width / 2, y + height / 2] for x, y, width, height in (one.rect for one in colours)])
    fall = random.normal(0, UNEVEN / math.sqrt(3), 2) / (chart.size[0] / 2)
    exponent = 1 + random.normal(0, CURVE / math.sqrt(3))
    light = printed(chart) ** exponent * (1 + (centres - centres.mean(axis=0)) @ fall)[:, None]
    frames = int(random.integers(1, 17))
    views = [_patch(random, camera, one, light[number], off[number], frames) for number, one in enumerate(colours)]
    steps = [
        scenes.patch(random, camera, planes(camera, np.full(3, level))[0], frames, one.name, "grey", level)
        for one in chart.regions
        if one.kind == "grey" and (level := one.printed["reflectance"])
    ]
    seen = scenes.of([*views, *steps])
    return replace(seen, chart=replace(chart, copy=copy), reference=replace(seen.reference, cb=views[0].cb))


def hung(random: np.random.Generator, chart: charts.Chart) -> charts.Chart:
    """Return the chart as it looks in light that falls off a little: its colours lighter to one side."""
    fall = random.normal(0, UNEVEN / math.sqrt(3), 2) / (chart.size[0] / 2)

    def lit(region: charts.Region) -> charts.Region:
        if region.kind != "colour":
            return region
        x, y, width, height = region.rect
        scale = np.cbrt(1 + np.array([x + width / 2 - chart.size[0] / 2, y + height / 2 - chart.size[1] / 2]) @ fall)
        lightness, a, b = region.printed["lab"]
        lab = (scale * (lightness + 16) - 16, scale * a, scale * b)
        return replace(region, printed={**region.printed, "lab": lab})

    return replace(chart, regions=tuple(lit(region) for region in chart.regions))


def planes(camera: Camera, light: Array) -> list[float]:
    """Return the codes that the camera gives this light (3,): Y', Cb, Cr, not rounded."""
    return [float(plane.mean()) for plane in coded(camera, np.tile(light[:, None, None], (1, 2, 2)).astype(np.float32))]


def _patch(
    random: np.random.Generator, camera: Camera, region: charts.Region, light: Array, off: Array, frames: int
) -> View:
    """Return a patch of this light; its printed colour is what the file says, which is ``off`` what hangs there."""
    shapes = ((SIDE, SIDE), (SIDE // 2, SIDE // 2), (SIDE // 2, SIDE // 2))
    luma, cb, cr = (
        np.clip(np.rint(scenes.filmed(random, camera, np.full(shape, code), frames)), 0, 255).astype(np.uint8)
        for shape, code in zip(shapes, planes(camera, light), strict=True)
    )
    lab = tuple((np.array(region.printed["lab"]) + off).tolist())
    view = scenes.view(region.name, "colour", luma, {**region.printed, "lab": lab}, rect=region.rect)
    return replace(view, cb=cb, cr=cr)

"""Colour patches drawn from formulas, and the true colour figures of a simulated camera."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scenes

from acceptance.charts import definition
from acceptance.charts.definition import Copy
from acceptance.charts.drawing import linear_rgb
from acceptance.footage.colorimetry import lab_of
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
    """Return the printed colours (n, 3) in linear light of BT.709, clipped to its gamut."""
    return np.clip(_lights(chart), 0, 1)


def _lights(chart: definition.Chart) -> list[Array]:
    patches = (region for region in chart.regions if region.kind == "colour")
    return [linear_rgb(patch.printed["lab"]) for patch in patches]


def truths(camera: Camera, chart: definition.Chart) -> dict[str, float]:
    """Return the true figures of the camera's colours, without exposure and tone curve."""
    aims = lab_of(_lights(chart))
    light = camera.rendered(printed(chart).T.astype(np.float32)).T.astype(np.float64)
    found = difference.figures(difference.normalised(light, aims), aims, aims)
    return {f"colour.{name}": float(value) for name, value in found.items()}


def drawn(random: np.random.Generator, camera: Camera) -> Scene:
    """Return the chart's steps and patches, each a little off in print, in slightly uneven light.

    The curve of the patches differs a little from that of the steps.
    """
    chart = definition.load("acceptance")
    copy = Copy(serial="drawn", reflectance_doubt=0.0, scale_doubt=0.0, lab_doubt=LAB_DOUBT)
    off = random.normal(0, LAB_DOUBT / math.sqrt(3), (24, 3))
    colours = [region for region in chart.regions if region.kind == "colour"]
    rects = np.array([patch.rect for patch in colours])
    centres = rects[:, :2] + rects[:, 2:] / 2
    fall = random.normal(0, UNEVEN / math.sqrt(3), 2) / (chart.size[0] / 2)
    exponent = 1 + random.normal(0, CURVE / math.sqrt(3))
    light = printed(chart) ** exponent * (1 + (centres - centres.mean(axis=0)) @ fall)[:, None]
    frames = int(random.integers(1, 17))
    views = [
        _patch(random, camera, patch, light[number], off[number], frames)
        for number, patch in enumerate(colours)
    ]
    greys = [
        (step.name, float(step.printed["reflectance"]))
        for step in chart.regions
        if step.kind == "grey"
    ]
    codes = [planes(camera, np.full(3, level))[0] for _, level in greys]
    steps = [
        scenes.patch(random, camera, code, frames, name, "grey", level)
        for (name, level), code in zip(greys, codes, strict=True)
    ]
    seen = scenes.of([*views, *steps])
    reference = replace(seen.reference, cb=views[0].cb)
    place = scenes.hung(chart, np.diag([2.0, 2.0, 1.0]))
    return replace(seen, chart=replace(chart, copy=copy), reference=reference, located=(place,))


def gradient(random: np.random.Generator) -> tuple[float, float]:
    """Draw how uneven the light is: at the right and lower end, over the left and upper one."""
    across, down = 1 + random.normal(0, UNEVEN / math.sqrt(3), 2)
    return across / (2 - across), down / (2 - down)


def planes(camera: Camera, light: Array) -> list[float]:
    """Return the codes that the camera gives this light (3,): Y', Cb, Cr, not rounded."""
    picture = np.tile(light[:, None, None], (1, 2, 2)).astype(np.float32)
    return [float(plane.mean()) for plane in coded(camera, picture)]


def _patch(
    random: np.random.Generator,
    camera: Camera,
    region: definition.Region,
    light: Array,
    off: Array,
    frames: int,
) -> View:
    """Return a patch of this light; the chart's file states its colour with the error ``off``."""
    shapes = ((SIDE, SIDE), (SIDE // 2, SIDE // 2), (SIDE // 2, SIDE // 2))
    luma, cb, cr = (
        scenes.rounded(scenes.filmed(random, camera, np.full(shape, code), frames))
        for shape, code in zip(shapes, planes(camera, light), strict=True)
    )
    lab = tuple((np.array(region.printed["lab"]) + off).tolist())
    printed_as = {**region.printed, "lab": lab}
    view = scenes.view(region.name, "colour", luma, printed_as, rect=region.rect)
    return replace(view, cb=cb, cr=cr)

"""Grey levels of known truth: printed steps, a transparent scale and coded fields."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import films
import numpy as np
import scenes
from films import paired

from acceptance.charts import definition, printed_copy
from acceptance.charts.definition import Copy
from acceptance.footage import encode
from acceptance.metrics import grey_scale, noise
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from films import Reading

CHART = definition.load(films.CHART)
STEPS = tuple(region for region in CHART.regions if region.kind == "grey")
TOE = 4.5  # slope of BT.709 at black


def steps(random: np.random.Generator) -> list[Reading]:
    """Measure the slope of the tone curve on the chart's steps, on a copy that is a little off."""
    camera = Camera(
        noise=random.uniform(0.004, 0.02),
        fixed_noise=random.uniform(0, 0.006),
        white=random.uniform(0.7, 0.95),
    )
    doubt, frames = random.uniform(0.0, 0.02), int(random.integers(8, 33))
    lights = [float(region.printed["reflectance"]) for region in STEPS]
    ways = printed_copy.tone_errors(doubt, lights)
    errors = np.sum([way * random.standard_normal() for way in ways], axis=0)
    stated = [light * math.exp(error) for light, error in zip(lights, errors, strict=True)]
    views = [
        scenes.patch(random, camera, float(camera.luma(light)), frames, region.name, "grey", value)
        for region, light, value in zip(STEPS, lights, stated, strict=True)
    ]
    copy = Copy(serial="drawn", reflectance_doubt=doubt, scale_doubt=0.0, lab_doubt=0.0)
    seen = replace(scenes.of(views), chart=replace(CHART, copy=copy))
    signal = (np.asarray(camera.luma(np.array(lights))) - 16) / 219
    slope = films.mid_tone_slope(signal, np.array(lights))
    return _exact(paired(grey_scale.measure(seen), {"grey_scale.gamma": slope}))


def transparency(random: np.random.Generator) -> list[Reading]:
    """Measure the dynamic range on a transparent scale of 12 to 30 steps.

    Codes are clipped at 16 and 235.
    """
    sigma, white, count = random.uniform(0.8, 6), random.uniform(2, 4), int(random.integers(12, 31))
    camera = Camera(black=0.004, white=white, noise=sigma / 219, fixed_noise=0.0)
    lights = 10 ** -np.linspace(3.6 + random.uniform(0, 0.3), 0, count)
    codes = [float(np.clip(camera.luma(light), 16, 235)) for light in lights]
    views = [
        scenes.patch(random, camera, code, 16, f"grey{number}", "grey", float(light))
        for number, (code, light) in enumerate(zip(codes, lights, strict=True))
    ]
    dark = math.hypot(sigma, math.sqrt(1 / 12)) / (TOE * 219 * (white - 0.004))
    truth = films.decibels((1 - 0.004) / (white - 0.004) / dark)
    limited = [replace(view, luma=np.clip(view.luma, 16, 235)) for view in views]
    found = grey_scale.measure(scenes.of(limited))
    return _exact(paired(found, {"grey_scale.dynamic_range": truth}))


def coded(random: np.random.Generator) -> list[Reading]:
    """Measure the noise before coding of a field, after x264 at a random quality and preset."""
    temporal, fixed = random.uniform(1, 5), random.uniform(0, 2)
    still = 120 + fixed * random.standard_normal((144, 176))
    codes = np.rint(still + temporal * random.standard_normal((16, 144, 176))).astype(np.uint8)
    options = {
        "crf": str(random.integers(4, 21)),
        "preset": str(random.choice(["ultrafast", "veryfast", "medium"])),
    }
    with tempfile.TemporaryDirectory() as folder:
        encode.write(Path(folder) / "clip.mp4", list(codes), options=options)
        regions = {"flat": (16.0, 16.0, 144.0, 112.0)}
        shot = Shot(id="s", subject="c", clip="clip.mp4", regions=regions)
        seen = build.look(shot, Path(folder))
    truth = films.decibels(219 / math.hypot(temporal, fixed))
    return _exact(paired(noise.measure(seen), {"noise.snr_before_coding": truth}))


def _exact(readings: list[Reading]) -> list[Reading]:
    """Leave out readings that are only lower bounds."""
    return [reading for reading in readings if not reading.lower_bound]

"""Flare of known truth: a black hole beside grey steps, or in a white board."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import scenes
from draws import log_uniform
from films import CHART, paired

from acceptance.charts import definition, printed_copy
from acceptance.charts.definition import Copy
from acceptance.metrics import flare
from acceptance.scene.light import CONTRAST, DOUBT_OF_DECLARED, contrasty
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from films import Reading

DESIGN = definition.load(CHART)
STEPS = tuple(region for region in DESIGN.regions if region.kind == "grey")


def beside_steps(random: np.random.Generator) -> list[Reading]:
    """Measure a hole beside grey steps on a copy that is a little off."""
    camera, scattered = _drawn(random), log_uniform(random, 0.003, 0.05)
    exponent, doubt = random.normal(0, DOUBT_OF_DECLARED / np.sqrt(3)), random.uniform(0, 0.02)
    contrast = random.normal(0, CONTRAST)
    black = _code(camera, 0.0, scattered, exponent, contrast)
    views = [_view(random, camera, black, "hole", "hole", 0.0)]
    lights = [float(region.printed["reflectance"]) for region in STEPS]
    ways = printed_copy.tone_errors(doubt, lights)
    errors = np.sum([way * random.standard_normal() for way in ways], axis=0)
    for region, printed, error in zip(STEPS, lights, errors, strict=True):
        true = printed * math.exp(error)
        code = _code(camera, true, scattered, exponent, contrast)
        views.append(_view(random, camera, code, region.name, "grey", printed))
    copy = Copy(serial="drawn", reflectance_doubt=doubt, scale_doubt=0.0, lab_doubt=0.0)
    scene = replace(scenes.of(views), chart=replace(DESIGN, copy=copy))
    ground = DESIGN.background
    truth = {flare.QUANTITY: 100 * scattered / (ground + scattered)}
    return _exact(scene, truth)


def in_board(random: np.random.Generator) -> list[Reading]:
    """Measure a hole in a white board, by a camera whose curve is a little off."""
    camera, scattered = _drawn(random), log_uniform(random, 0.003, 0.05)
    exponent = random.normal(0, DOUBT_OF_DECLARED / np.sqrt(3))
    contrast = random.normal(0, CONTRAST)
    codes = [_code(camera, level, scattered, exponent, contrast) for level in (0.0, 0.8)]
    views = [
        _view(random, camera, codes[0], "hole", "hole", 0.0),
        _view(random, camera, codes[1], "flat", "flat", 0.8),
    ]
    return _exact(scenes.of(views), {flare.QUANTITY: 100 * scattered / (0.8 + scattered)})


def _exact(scene: scenes.build.Scene, truth: dict[str, float]) -> list[Reading]:
    return paired(flare.measure(scene), truth)


def _drawn(random: np.random.Generator) -> Camera:
    return Camera(
        noise=random.uniform(0.003, 0.015),
        fixed_noise=random.uniform(0, 0.01),
        white=random.uniform(0.6, 0.9),
        black=0.0,
    )


def _code(
    camera: Camera, reflectance: float, scattered: float, exponent: float, contrast: float = 0.0
) -> float:
    light = camera.white * (reflectance + scattered) / 1.05
    signal = np.asarray(camera.signal(np.array(light ** (1 / (1 + exponent)))), np.float64)
    return float(16 + 219 * contrasty(signal, contrast))


def _view(
    random: np.random.Generator, camera: Camera, code: float, name: str, kind: str, printed: float
) -> scenes.View:
    return scenes.patch(random, camera, code, 8, name, kind, printed)

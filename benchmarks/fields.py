"""Shading of flat fields of known truth, without a coder and through one."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scenes
from films import paired

from acceptance.footage.colorimetry import TO_XYZ, lab_of
from acceptance.metrics import shading
from acceptance.metrics.shading.surface import GREY
from acceptance.model import Condition, Shot
from acceptance.scene import build
from acceptance.scene.light import CONTRAST, DOUBT_OF_DECLARED, contrasty
from acceptance.simulate import even_surface
from acceptance.simulate.camera import WEIGHTS, Camera
from acceptance.simulate.coding import falloff, lamps, tinted

if TYPE_CHECKING:
    from films import Reading

SHAPE = (180, 320)
PER_RED = 31.0  # dE of light that is redder by its whole


def camera_of(random: np.random.Generator, crf: int = 0) -> Camera:
    """Draw a camera that films a flat field."""
    return Camera(
        height=SHAPE[0],
        width=SHAPE[1],
        crf=crf,
        noise=random.uniform(0, 0.012),
        fixed_noise=random.uniform(0, 0.004),
        black=0.0,
        white=0.9,
        seed=int(random.integers(1 << 30)),
    )


def looked(
    camera: Camera, reflectance: float, seconds: float, conditions: tuple[Condition, ...] = ()
) -> build.Scene:
    """Film a flat field and look at it as a region by hand."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "field.mkv"
        even_surface.film_field(camera, path, reflectance, seconds)
        regions = {"field": (0.0, 0.0, float(camera.width), float(camera.height))}
        shot = Shot(id="s", subject="c", clip=path.name, regions=regions, conditions=conditions)
        return build.look(shot, path.parent)


def recorded(random: np.random.Generator) -> list[Reading]:
    """Measure a flat field without a coder, by a camera whose curve is a little off.

    Fall-off, tint, level, noise and what the light itself does are random.
    """
    camera, stated = _drawn(random, camera_of(random))
    shape = (camera.height, camera.width)
    across = np.linspace(-1, 1, camera.width)
    mixed = random.normal(0, shading.MIXED / np.sqrt(3)) / PER_RED * across
    light = random.uniform(0.3, 0.8) * falloff(camera, shape) * lamps(camera, shape)
    light = light * tinted(camera, shape).astype(np.float64)
    light = light * np.stack([1 + mixed, 1 + 0 * mixed, 1 + 0 * mixed])[:, None]
    bent = light ** (1 / (1 + random.normal(0, DOUBT_OF_DECLARED / np.sqrt(3))))
    contrast = random.normal(0, CONTRAST / np.sqrt(3))
    signal = contrasty(np.asarray(camera.signal(bent), np.float64), contrast)
    luma = np.tensordot(WEIGHTS["bt709"], signal, axes=1)
    chroma = [(signal[c] - luma) / (2 * (1 - WEIGHTS["bt709"][c])) for c in (2, 0)]
    codes = [16 + 219 * luma, *(128 + 224 * plane[::2, ::2] for plane in chroma)]
    shown = [scenes.filmed(random, camera, plane, 10) for plane in codes]
    cb, cr = (scenes.rounded(plane) for plane in shown[1:])
    view = replace(scenes.view("field", "field", shown[0]), cb=cb, cr=cr)
    scene = scenes.of([view])
    scene = replace(scene, shot=replace(scene.shot, conditions=stated))
    return paired(shading.measure(scene), truths(camera))


def coded(random: np.random.Generator) -> list[Reading]:
    """Measure a flat field through x264."""
    return _shaded(random, camera_of(random, int(random.integers(18, 33))))


def _shaded(random: np.random.Generator, camera: Camera) -> list[Reading]:
    camera, stated = _drawn(random, camera)
    seen = looked(camera, float(random.uniform(0.3, 0.8)), 0.4, stated)
    return paired(shading.measure(seen), truths(camera))


def _drawn(random: np.random.Generator, camera: Camera) -> tuple[Camera, tuple[Condition, ...]]:
    """Draw a lens's shading, and light as uneven as is stated."""
    uneven = float(random.uniform(0.5, 6))
    slope = float(np.clip(1 + random.normal(0, uneven / 100 / np.sqrt(3)), 0.8, 1.25))
    camera = replace(
        camera,
        vignetting=float(random.uniform(0, 0.5)),
        colour_shading=(float(random.uniform(-0.1, 0.1)), float(random.uniform(-0.1, 0.1))),
        gradient=(slope, 1.0),
    )
    return camera, (Condition(name=shading.EVENNESS, value=uneven, unit="%"),)


def truths(camera: Camera) -> dict[str, float]:
    """Return the shading that the lens makes, whatever the light does."""
    shape = (camera.height, camera.width)
    light = np.broadcast_to(falloff(camera, shape), shape) * tinted(camera, shape)
    light = np.moveaxis(light.astype(np.float64), 0, -1).reshape(-1, 3)
    luminance = light @ TO_XYZ[1]
    lab = lab_of(light * (GREY / luminance)[:, None])[:, 1:]
    return {
        "shading.luma": 100 * float(1 - luminance.min() / luminance.max()),
        "shading.colour": float(np.linalg.norm(lab - lab.mean(axis=0), axis=1).max()),
    }

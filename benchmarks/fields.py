"""Shading, defective pixels and flicker of flat fields of known truth, coded and not."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import scenes
from films import paired

from acceptance.footage.colorimetry import lab_of
from acceptance.footage.gamut import TO_XYZ
from acceptance.metrics import defects, flicker, shading
from acceptance.metrics.flicker.wave import alias
from acceptance.metrics.shading.surface import GREY
from acceptance.model import Condition, Measurement, Shot
from acceptance.scene import build
from acceptance.scene.light import CONTRAST, DOUBT_OF_DECLARED, contrasty
from acceptance.simulate import even_surface
from acceptance.simulate.camera import WEIGHTS, Camera, Defect, Flicker
from acceptance.simulate.coding import falloff, lamps, tinted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from films import Reading

    from acceptance.simulate.camera import Light

SHAPE = (180, 320)
LEVEL = 0.25  # reflectance of a field whose pixels are counted
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
    camera: Camera,
    reflectance: float | Light,
    seconds: float,
    conditions: tuple[Condition, ...] = (),
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
    camera, stated = shading_lens(random, camera_of(random))
    shape = (camera.height, camera.width)
    across = np.linspace(-1, 1, camera.width)
    mixed = random.normal(0, shading.MIXED / np.sqrt(3)) / PER_RED * across
    light = random.uniform(0.3, 0.8) * falloff(camera, shape) * lamps(camera, shape)
    light = light * tinted(camera, shape).astype(np.float64)
    light = light * np.stack([1 + mixed, 1 + 0 * mixed, 1 + 0 * mixed])[:, None]
    bent = light ** (1 / (1 + random.normal(0, DOUBT_OF_DECLARED / np.sqrt(3))))
    contrast = random.normal(0, CONTRAST)
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
    camera, stated = shading_lens(random, camera)
    seen = looked(camera, float(random.uniform(0.3, 0.8)), 0.4, stated)
    return paired(shading.measure(seen), truths(camera))


def shading_lens(
    random: np.random.Generator, camera: Camera
) -> tuple[Camera, tuple[Condition, ...]]:
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


def defective(random: np.random.Generator) -> list[Reading]:
    """Count the defective pixels of a flat field without a coder."""
    return _defective(random, 0)


def defective_coded(random: np.random.Generator) -> list[Reading]:
    """Count the defective pixels of a flat field through x264, fine enough to keep them."""
    return _defective(random, int(random.integers(1, 13)))


def _defective(random: np.random.Generator, crf: int) -> list[Reading]:
    bad = planted(random)
    camera = replace(camera_of(random, crf), noise=random.uniform(0.003, 0.012), defects=bad)
    seen = looked(camera, LEVEL, float(random.uniform(0.4, 0.8)))
    least = defects.THRESHOLD * 219
    level = float(camera.luma(LEVEL))
    counted = dict.fromkeys(defects.QUANTITIES, 0.0)
    for defect in bad:
        off = _off(defect, level)
        kind = ("hot" if off > 0 else "dead") if crf and defect.kind == "stuck" else defect.kind
        counted[f"defects.{kind}"] += abs(off) >= least
    found = paired(defects.measure(seen), counted)
    return [reading for reading in found if not reading.lower_bound]


def _off(defect: Defect, level: float) -> float:
    """Return by how many codes a pixel is off; a coder hides that a stuck one has no noise."""
    offs = {"hot": defect.code, "dead": 16 - level, "stuck": round(defect.code) - level}
    return offs[defect.kind]


def planted(random: np.random.Generator) -> tuple[Defect, ...]:
    """Draw defective pixels that do not touch."""
    places = random.permutation((SHAPE[0] // 8 - 1) * (SHAPE[1] // 8 - 1))
    kinds = [kind for kind in ("hot", "dead", "stuck") for _ in range(random.integers(0, 13))]
    codes = {"hot": (5, 80), "dead": (0, 1), "stuck": (40, 230)}
    return tuple(
        Defect(
            kind=kind,
            x=8 * int(place % (SHAPE[1] // 8 - 1)) + 4,
            y=8 * int(place // (SHAPE[1] // 8 - 1)) + 4,
            code=float(random.uniform(*codes[kind])),
        )
        for kind, place in zip(kinds, places, strict=False)
    )


def flickering(random: np.random.Generator) -> list[Reading]:
    """Measure a lamp on the mains without a coder, by a camera whose curve is a little off."""
    camera = under_lamp(random, 0)
    count, level = int(random.integers(50, 200)), random.uniform(0.2, 0.7)
    exponent = random.normal(0, DOUBT_OF_DECLARED / np.sqrt(3))
    contrast = random.normal(0, CONTRAST)
    swing = np.array([even_surface.flicker(camera, number) for number in range(count)])
    light = (0.9 * level * (1 + swing)) ** (1 / (1 + exponent))
    codes = 16 + 219 * contrasty(np.asarray(camera.signal(light), np.float64), contrast)
    rows = codes + 219 * camera.noise * random.standard_normal(codes.shape) / np.sqrt(SHAPE[1])
    kept = np.linspace(0, count - 1, 16).astype(int)
    shown = codes[kept][..., None] + 219 * camera.noise * random.standard_normal(
        (16, SHAPE[0], 160)
    )
    scene = scenes.of([scenes.view("field", "field", shown)])
    bands = rows.reshape(count, 45, -1).mean(axis=2).astype(np.float32)
    times = np.arange(count) / float(camera.rate)
    series = replace(scene.series, times=times, bands={"field": bands})
    video = replace(scene.video, height=SHAPE[0], width=SHAPE[1])
    seen = replace(scene, series=series, video=video)
    return _sure(flicker.measure(seen), swings(camera))


def flickering_coded(random: np.random.Generator) -> list[Reading]:
    """Measure a lamp on the mains through x264."""
    camera = under_lamp(random, int(random.integers(16, 29)))
    seen = looked(camera, float(random.uniform(0.2, 0.7)), 2.0)
    return _sure(flicker.measure(seen), swings(camera))


def _sure(found: Iterable[object], swings: dict[str, float]) -> list[Reading]:
    """Pair what is no bound with its truth."""
    figures = [item for item in found if isinstance(item, Measurement) and not item.upper_bound]
    return paired(figures, swings)


def under_lamp(random: np.random.Generator, crf: int) -> Camera:
    """Draw a camera, its frame rate and its shutter under a lamp on the mains."""
    lamp = Flicker(
        frequency=float(random.choice([100.0, 120.0]) + random.uniform(-0.2, 0.2)),
        depth=float(random.uniform(0.01, 0.3)),
        phase=float(random.uniform()),
    )
    rate = Fraction(str(random.choice(["12.5", "15", "20", "24", "30", "50", "60"])))
    return replace(
        camera_of(random, crf),
        mains=lamp,
        rate=rate,
        exposure=float(random.uniform(0.0005, 0.008)),
        readout=float(random.uniform(0, 0.8 / float(rate))) if random.uniform() < 0.7 else 0.0,
        noise=float(random.uniform(0.003, 0.012)),
    )


def swings(camera: Camera) -> dict[str, float]:
    """Return what a film shows of the lamp on the mains."""
    frequency = camera.mains.frequency if camera.mains else 0.0
    return {
        "flicker.amplitude": 100 * even_surface.swing_seen(camera),
        "flicker.frequency": alias(frequency, float(camera.rate)),
        "flicker.bands": frequency * camera.readout * camera.height / (camera.height - 1),
    }


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

"""Noise of the colour differences of known truth: fields in memory, and coded ones."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import scenes
from films import paired

from acceptance.footage import encode
from acceptance.metrics import noise
from acceptance.model import Shot
from acceptance.scene import build

if TYPE_CHECKING:
    import numpy as np
    from films import Reading
    from signals import Array

PLANES = ("noise.cb", "noise.cr")


def recorded(random: np.random.Generator) -> list[Reading]:
    """Measure a flat region without a coder; sigmas, size, frames and level are random."""
    frames, (rows, columns) = int(random.integers(4, 33)), random.integers(24, 65, 2)
    planes, truths = _planes(random, (frames, rows, columns), (0.6, 4), (0, 2))
    luma = 120 + random.normal(0, 2, (frames, 2 * rows, 2 * columns))
    cb, cr = (scenes.rounded(plane) for plane in planes)
    view = replace(scenes.view("flat", "flat", luma), cb=cb, cr=cr)
    return paired(noise.measure(scenes.of([view])), truths)


def coded(random: np.random.Generator) -> list[Reading]:
    """Measure a field after x264 at a random quality and preset, where that is not refused."""
    planes, truths = _planes(random, (16, 72, 88), (0.6, 5), (0, 2))
    luma = 120 + random.uniform(2, 5) * random.standard_normal((16, 144, 176))
    frames = [tuple(map(scenes.rounded, picture)) for picture in zip(luma, *planes, strict=True)]
    options = {
        "crf": str(random.integers(2, 19)),
        "preset": str(random.choice(["ultrafast", "veryfast", "medium"])),
    }
    with tempfile.TemporaryDirectory() as folder:
        encode.write(Path(folder) / "clip.mp4", frames, options=options)
        regions = {"flat": (16.0, 16.0, 144.0, 112.0)}
        shot = Shot(id="s", subject="c", clip="clip.mp4", regions=regions)
        return paired(noise.measure(build.look(shot, Path(folder))), truths)


def _planes(
    random: np.random.Generator,
    shape: tuple[int, ...],
    temporal: tuple[float, float],
    fixed: tuple[float, float],
) -> tuple[list[Array], dict[str, float]]:
    """Draw Cb and Cr (n, h, w), and the total sigma of each."""
    planes, truths = [], {}
    for quantity in PLANES:
        sigmas = random.uniform(*temporal), random.uniform(*fixed)
        still = random.uniform(110, 140) + sigmas[1] * random.standard_normal(shape[1:])
        planes.append(still + sigmas[0] * random.standard_normal(shape))
        truths[quantity] = math.hypot(*sigmas)
    return planes, truths

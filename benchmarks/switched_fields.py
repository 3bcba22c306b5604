"""By what films of a flat field, and of a black hole beside a chart, depart from the ideal.

The switches of ``switched`` that mean something there, on cameras of 320 x 180.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import fields
import numpy as np
import switched

from acceptance.simulate.coding import lamps

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from acceptance.simulate.camera import Array, Camera

    Random = np.random.Generator

LIGHT = 1.0  # reflectance whose light a patch of glare sends


def glare(_: Random, camera: Camera) -> Camera:
    """Put one or two white patches of glare of 2 to 10 % of the width anywhere on the surface."""
    return camera


def starved(random: Random, camera: Camera) -> Camera:
    """Give H.264 30 to 200 kbit/s."""
    return replace(camera, bit_rate=round(float(np.exp(random.uniform(*np.log([3e4, 2e5]))))))


KEPT = ("vignetting", "gradient", "lamp", "veil", "sharpening", "smoothing", "recursion", "tone",
        "chroma_shift", "ten_bit", "h264", "h265", "mjpeg", "jpeg")  # fmt: skip
SWITCHES: Mapping[str, Callable[[Random, Camera], Camera]] = {
    **{name: switched.SWITCHES[name] for name in KEPT},
    "glare": glare,
    "starved": starved,
}


def some(random: Random) -> list[str]:
    """Draw which switches are on, each by itself; of coders and lamps one at most."""
    return [name for name in switched.some(random) if name in SWITCHES]


def put_on(random: Random, camera: Camera, names: Sequence[str]) -> Camera:
    """Put these switches on a camera."""
    for name in names:
        camera = SWITCHES[name](random, camera)
    return camera


def surface(random: Random, reflectance: float, names: Sequence[str]) -> Array:
    """Return what an even surface sends back (h, w), with its patches of glare."""
    found = np.full(fields.SHAPE, reflectance)
    y, x = np.indices(found.shape)
    for _ in range(int(random.integers(1, 3)) if "glare" in names else 0):
        down, across = random.uniform(0, 1, 2) * fields.SHAPE
        found[np.hypot(x - across, y - down) < random.uniform(0.02, 0.1) * found.shape[1]] = LIGHT
    return found


def exposed(camera: Camera, brightest: float) -> Camera:
    """Expose so that a surface as light as this is no white where most light falls on it."""
    most = float(lamps(camera, fields.SHAPE).max()) * brightest
    return replace(camera, white=min(0.9, switched.BRIGHTEST / most))

"""Films of an even surface that fills the picture: shading, defective pixels and flicker.

There is no lens in them but its fall-off: what the sensor gets is the light of the surface.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from acceptance.simulate.coding import coded, digitised, fixed_pattern, processed
from acceptance.simulate.delivery import deliveries, write

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.simulate.camera import Array, Camera, Light
    from acceptance.simulate.coding import Planes
    from acceptance.simulate.delivery import Shown


def film_field(
    camera: Camera, path: Path, reflectance: float | Light = 0.5, seconds: float = 1.0
) -> None:
    """Film an even surface of this ``reflectance`` (0: the lens under its cap) to ``path``.

    An array (h, w) of it shows something on the surface, pixel by pixel. Raises OutputError when
    the film cannot be written.
    """
    shown = deliveries(camera, seconds)
    write(camera, path, field_frames(camera, reflectance, shown), shown)


def field_frames(camera: Camera, reflectance: float | Light, shown: Shown) -> Iterator[Planes]:
    """Yield luma, Cb and Cr of each frame of the film of a surface."""
    planes: list[Light] = []
    for _, source in shown:
        if not planes or camera.mains is not None:
            swing = 1 + flicker(camera, source)[None, :, None]
            light = np.broadcast_to(reflectance * swing, (3, camera.height, camera.width))
            planes = fixed_pattern(camera, coded(camera, light.astype(np.float32)))
            planes[0] = _defective(camera, planes[0])
        yield _stuck(camera, digitised(camera, planes, source, camera.recursion))


def flicker(camera: Camera, source: int) -> Array:
    """Return by what share the light of each row (h,) of a frame is off its mean.

    The exposure takes the mean over its time.
    """
    if camera.mains is None:
        return np.zeros(camera.height)
    rows = camera.readout * np.arange(camera.height) / max(camera.height - 1, 1)
    middle = source / float(camera.rate) + rows + camera.exposure / 2
    turns = camera.mains.frequency * middle + camera.mains.phase
    return np.asarray(swing_seen(camera) * np.cos(2 * math.pi * turns))


def swing_seen(camera: Camera) -> float:
    """Return the amplitude of the flicker in the picture, as a share of the mean light."""
    if camera.mains is None:
        return 0.0
    return float(camera.mains.depth * abs(np.sinc(camera.mains.frequency * camera.exposure)))


def _defective(camera: Camera, luma: Light) -> Light:
    """Return luma with its hot and dead pixels, sharpened and smoothed as all that is filmed."""
    added = np.zeros_like(luma)
    for defect in camera.defects:
        if defect.kind == "hot":
            added[defect.y, defect.x] = defect.code
        elif defect.kind == "dead":
            added[defect.y, defect.x] = camera.code_range[0] - luma[defect.y, defect.x]
    return luma + processed(camera, added)


def _stuck(camera: Camera, planes: Planes) -> Planes:
    luma = planes[0]
    for defect in camera.defects:
        if defect.kind == "stuck":
            luma[defect.y, defect.x] = round(defect.code) << (camera.depth - 8)
    return planes

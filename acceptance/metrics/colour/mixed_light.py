"""Light of more than one colour on a chart: a lamp on one side, daylight on the other.

The chart's ground tells how much light there is, not its colour. Two fields that are printed alike
and lie apart do: their colours differ as the light does, as far as noise, whole codes and a coder
do not make it. In a dark field a code of colour is much of the light.
"""

from __future__ import annotations

import itertools
import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.colorimetry import in_bt709
from acceptance.footage.gamut import TO_XYZ
from acceptance.footage.rounding import doubt_of_mean
from acceptance.metrics._shared.coder import doubt_by_coder
from acceptance.metrics.colour.light import channels
from acceptance.scene.blocks import standard_error
from acceptance.scene.views import mean_frame, middle_half

if TYPE_CHECKING:
    from acceptance.footage.planes import Plane
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

APART = 0.5  # half widths of the chart between two fields that are compared
ALIKE = 0.1  # of the logarithm of reflectance: fields of one ink, as measured of a copy
LEAST = 0.005  # by which a channel may differ between them
MOST = 0.08  # beyond which colours are refused
SURE = 2.0  # standard uncertainties of that difference


def gradient(scene: Scene) -> Array:
    """Return the slope (2, 3) of the logarithm of red, green and blue light over the chart.

    It is per half width of the chart, along its rows and columns, luminance taken out; 0 where the
    chart has no such fields or these do not surely differ. Raises GapError ``uneven_light``.
    """
    pairs = [
        (_place(scene, field) - _place(scene, other), field, other)
        for field, other in itertools.combinations(_fields(scene), 2)
        if abs(math.log(_reflects(field) / _reflects(other))) < ALIKE
    ]
    if not pairs:
        return np.zeros((2, 3))
    away, field, other = max(pairs, key=lambda pair: float(np.linalg.norm(pair[0])))
    apart = float(np.linalg.norm(away))
    if apart < APART:
        return np.zeros((2, 3))
    off, surely = _difference(scene, field, other)
    if surely > MOST:
        raise GapError("uneven_light", region=field.region.name, share=float(np.abs(off).max()))
    if not (surely > 0 and np.abs(off).max() > LEAST):
        return np.zeros((2, 3))
    return np.asarray(np.outer(away, off) / apart**2)


def _difference(scene: Scene, field: View, other: View) -> tuple[Array, float]:
    """Return by how much the colours (3,) of two fields differ, and the most they surely do."""
    (tint, doubt), (of_other, its_doubt) = (_tint(scene, each) for each in (field, other))
    off = tint - of_other
    return off, float((np.abs(off) - SURE * np.hypot(doubt, its_doubt)).max())


def _fields(scene: Scene) -> list[View]:
    return [view for view in scene.of_kind("flat") if view.cb is not None and _reflects(view) > 0]


def _reflects(view: View) -> float:
    return float(view.region.reflectance or 0.0)


def _place(scene: Scene, view: View) -> Array:
    """Return where the middle of a field lies, in half widths of the chart from its corner."""
    x, y, width, height = view.region.rect
    half = scene.chart.size[0] / 2 if scene.chart else 1.0
    return np.array([x + width / 2, y + height / 2]) / half


def _tint(scene: Scene, view: View) -> tuple[Array, Array]:
    """Return the logarithm of red, green and blue light (3,) of a field over its luminance.

    Its standard uncertainty (3,) comes with it.
    """
    planes = [plane for plane in (view.luma, view.cb, view.cr) if plane is not None]
    codes = np.array([float(np.mean(middle_half(plane))) for plane in planes])
    both = zip(planes, scene.spacings, strict=True)
    doubts = np.diag([_doubt(scene, view, plane, apart) for plane, apart in both])
    tint, *moved = _relative(scene, np.stack([codes, *(codes + doubts), *(codes - doubts)]))
    up, down = np.array(moved[:3]), np.array(moved[3:])
    return tint, np.asarray(np.sqrt(np.sum(((up - down) / 2) ** 2, axis=0)))


def _relative(scene: Scene, codes: Array) -> Array:
    """Return the logarithm of light (n, 3) over its luminance, of Y', Cb and Cr codes (n, 3)."""
    light = np.maximum(in_bt709(scene.linear(channels(scene, codes)), scene.video), 1e-4)
    return np.asarray(np.log(light / (light @ TO_XYZ[1])[:, None]))


def _doubt(scene: Scene, view: View, plane: Plane, apart: float) -> float:
    """Return the standard uncertainty in codes of the mean of a field's plane (n, h, w)."""
    core = middle_half(plane)
    noise, rounding = standard_error(mean_frame(core)), doubt_of_mean(core, apart)
    return math.hypot(noise, rounding, doubt_by_coder(scene.video, view, plane))

"""Light of more than one colour on a chart: a lamp on one side, daylight on the other.

The chart's ground tells how much light there is, not its colour. Two fields that are printed alike
and lie apart do: their colours differ as the light does.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.footage.colorimetry import TO_XYZ
from acceptance.metrics.colour.light import channels
from acceptance.scene.views import middle_half

if TYPE_CHECKING:
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

APART = 0.5  # half widths of the chart between two fields that are compared
LEAST = 0.02  # by which a channel may differ between them: rounding and coders make as much
MOST = 0.08  # beyond which colours are refused


def gradient(scene: Scene) -> Array:
    """Return the slope (2, 3) of the logarithm of red, green and blue light over the chart.

    It is per half width of the chart, along its rows and columns, luminance taken out; 0 where the
    chart has no such fields or these differ by no more than rounding makes. Raises GapError
    ``uneven_light``.
    """
    fields = [view for view in scene.of_kind("flat") if view.cb is not None and _reflects(view)]
    pairs = [
        (_place(scene, field) - _place(scene, other), field, other)
        for field, other in itertools.combinations(fields, 2)
        if _reflects(field) == _reflects(other)
    ]
    if not pairs:
        return np.zeros((2, 3))
    away, field, other = max(pairs, key=lambda pair: float(np.linalg.norm(pair[0])))
    apart = float(np.linalg.norm(away))
    off = np.log(_tint(scene, field) / _tint(scene, other))
    most = float(np.abs(off).max())
    if apart < APART or not most > LEAST:
        return np.zeros((2, 3))
    if most > MOST:
        raise GapError("uneven_light", region=field.region.name, share=most)
    return np.asarray(np.outer(away, off) / apart**2)


def _reflects(view: View) -> float:
    return float(view.region.reflectance or 0.0)


def _place(scene: Scene, view: View) -> Array:
    """Return where the middle of a field lies, in half widths of the chart from its corner."""
    x, y, width, height = view.region.rect
    half = scene.chart.size[0] / 2 if scene.chart else 1.0
    return np.array([x + width / 2, y + height / 2]) / half


def _tint(scene: Scene, view: View) -> Array:
    """Return red, green and blue light (3,) of a field over its luminance."""
    planes = (view.luma, view.cb, view.cr)
    codes = np.array([float(np.mean(middle_half(plane))) for plane in planes if plane is not None])
    light = np.maximum(scene.linear(channels(scene, codes)), 1e-4)
    return np.asarray(light / float(light @ TO_XYZ[1]))

"""Whether a chart is seen in one picture well enough to be measured, for whoever sets it up."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import finding

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.charts.located import Floats, Located
    from acceptance.charts.nouns import Chart
    from acceptance.footage.planes import Plane

TILTED = 20.0  # degrees of the plane, beyond which wedges and edges lose what they show
TURNED = 10.0  # degrees in the picture
BLURRED = 0.2  # of a fiducial's contrast: the steepest step from one pixel to the next
CLIPPED = 0.02  # of the pixels of the fiducials' light part, at the end of the code range
TOP, DARK = 253 / 255, 0.25  # of the codes


@dataclass(frozen=True, kw_only=True)
class Sighting:
    """What one picture shows of a chart."""

    chart: str
    """Its name; empty: none is found."""

    width: float = 0.0
    """Width in px."""

    troubles: tuple[str, ...] = ()
    """Codes: ``too_small``, ``cut_off``, ``tilted``, ``turned``, ``blurred``, ``clipped``,
    ``dark``."""


def sighting(luma: Plane, charts: Sequence[Chart]) -> Sighting:
    """Look for charts in luma codes (h, w); of several the largest counts."""
    found = finding.find(luma, charts)
    if not found:
        return Sighting(chart="")
    located = max(found, key=lambda each: each.width)
    troubles = {
        "too_small": located.width < located.chart.smallest,
        "cut_off": located.cut_off,
        "tilted": _tilt(located) > TILTED,
        "turned": abs(_turn(located)) > TURNED,
    }
    troubles |= _exposure(luma, located)
    return Sighting(
        chart=located.chart.name,
        width=located.width,
        troubles=tuple(code for code, there in troubles.items() if there),
    )


def _tilt(located: Located) -> float:
    """Return the degrees by which the chart's plane is seen from aside, by its shortening."""
    aspect = located.pixel_aspect
    return math.degrees(math.acos(min(aspect, 1 / aspect)))


def _turn(located: Located) -> float:
    """Return the degrees by which the chart's upper side is turned in the picture."""
    (left, top), (right, other), *_ = located.corners
    return math.degrees(math.atan2(other - top, right - left))


def _exposure(luma: Plane, located: Located) -> dict[str, bool]:
    """Look at the fiducials, each with the light and the dark part that is printed."""
    peak = 255 if luma.dtype == np.uint8 else 1023
    parts = [part for mark in located.marks if (part := _part(luma, mark.corners)) is not None]
    if not parts:
        return {}
    light = float(np.median([np.percentile(part, 95) for part in parts]))
    dark = float(np.median([np.percentile(part, 5) for part in parts]))
    steps = [max(np.abs(np.diff(part, axis=axis)).max() for axis in (0, 1)) for part in parts]
    share = float(np.mean([np.mean(part >= TOP * peak) for part in parts]))
    return {
        "blurred": float(np.median(steps)) < BLURRED * (light - dark),
        "clipped": share > CLIPPED,
        "dark": light < DARK * peak,
    }


def _part(luma: Plane, corners: Floats) -> Floats | None:
    """Cut out the box around a fiducial, with a margin of a quarter of its side."""
    first, last = corners.min(axis=0), corners.max(axis=0)
    margin = (last - first) / 4
    (left, top), (right, bottom) = np.rint([first - margin, last + margin]).astype(int)
    part = luma[max(top, 0) : bottom + 1, max(left, 0) : right + 1].astype(np.float64)
    return part if min(part.shape) > 2 else None

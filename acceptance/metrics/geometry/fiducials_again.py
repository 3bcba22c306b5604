"""Fiducials looked up again through the fitted lens, where the finder's lens bends them otherwise.

The finder knows one term of the lens. A fiducial is large, and is aligned with its drawing as a
lens bends it: of a lens with two strong terms, half barrel, half pincushion, it comes to lie up to
0.3 px beside its place, at the picture's border, from where the distortion in the corner is
extrapolated.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.charts import finding
from acceptance.metrics.geometry.dots import off_corners
from acceptance.metrics.geometry.fitting import FittedChart, fit_chart

if TYPE_CHECKING:
    from acceptance.charts.fiducials import ChartToPicture
    from acceptance.metrics.geometry.frame import PictureFrame
    from acceptance.metrics.geometry.lens import Points
    from acceptance.scene.build import Scene

Array = NDArray[np.float64]
Centres = dict[int, Array]

BENT = 0.02  # px by which two lenses show a fiducial's centre otherwise within its corners
ROUNDS = 4


def fitted(scene: Scene, frame: PictureFrame, points: Points) -> FittedChart:
    """Fit lens and place to points, whose last are the fiducials of ``frame.place``, in order."""
    chart = fit_chart(scene.shot, frame, points)
    still = all(view.stable for view in scene.of_kind("grid"))
    if not still or _bent_apart(frame, frame.place, chart) < BENT:
        return chart
    found = _centres(scene, frame, frame.place)
    for _ in range(ROUNDS):
        before, moved = chart, _moved(frame, found, _centres(scene, frame, chart))
        seen = np.concatenate([points.seen[: -len(moved)], points.seen[-len(moved) :] + moved])
        chart = fit_chart(scene.shot, frame, replace(points, seen=seen))
        if _bent_apart(frame, before, chart) < BENT:
            break
    return chart


def _bent_apart(frame: PictureFrame, before: ChartToPicture, after: ChartToPicture) -> float:
    """Return by how much, in px, two lenses differ in the centre of a fiducial in its corners."""
    place = frame.place
    off = [
        off_corners(place.chart, mark, after)[1] - off_corners(place.chart, mark, before)[1]
        for mark in place.marks
    ]
    return max((float(np.linalg.norm(each)) for each in off), default=0.0)


def _moved(frame: PictureFrame, before: Centres, after: Centres) -> Array:
    """Return by how much (n, 2) the fiducials' centres move where another lens shows them.

    It is in half diagonals. Both places are found in one frame, whose noise is the same to both.
    """
    moved = [
        after[mark.fiducial] - before[mark.fiducial]
        if mark.fiducial in before and mark.fiducial in after
        else np.zeros(2)
        for mark in frame.place.marks
    ]
    return np.array(moved) * (frame.aspect, 1) / frame.half


def _centres(scene: Scene, frame: PictureFrame, through: ChartToPicture) -> Centres:
    """Return the centres (2,) in px of the fiducials, by number, looked up ``through`` a lens."""
    chart = frame.place.chart
    marks = finding.look_again(scene.reference.luma, chart, through)
    return {
        mark.fiducial: mark.corners.mean(axis=0) + off_corners(chart, mark, through)[1]
        for mark in marks
    }

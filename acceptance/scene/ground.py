"""What a chart's own ground shows of the light on it: means of fields that are printed alike.

The ground between the regions is printed alike everywhere, and so are the dark sides of the edges
and the dark of the fiducials. Which pixels of a picture show them is looked up in a drawing of the
chart; pixels near anything else, and near words, are left out.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.charts.drawing import draw

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import ArrayLike, NDArray

    from acceptance.charts.definition import Chart
    from acceptance.charts.located import Located
    from acceptance.footage.clip import Frame, VideoInfo

    Floats = NDArray[np.float64]
    PixelBox = tuple[int, int, int, int]  # x, y, width, height
    Levels = NDArray[np.uint8]

LIGHT_GROUND = 0.3  # reflectance from which on a ground shows the light and not the camera's black
COLUMNS = 800  # of the drawing in which ground and dark are looked up
CELL = 20  # columns and rows of it that make one sample
BORDER = 7.0  # px of the picture by which 3 px of blur reach from what is printed beside
PIXELS, FEWEST_PIXELS = 120_000, 9  # looked at in the picture; of a sample
MOST_KEPT = 8
_KEPT: dict[str, tuple[Levels, tuple[float, ...]]] = {}  # by the hash of the chart's files
LEAST_ERROR = 0.03  # codes, of a sample: quantisation and texture


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Means of fields that are printed alike.

    ``places`` (n, 2) are in half widths of the chart from its middle, ``codes`` (n,) with their
    standard ``errors``; ``printed`` (n,) are reflectances.
    """

    places: Floats
    codes: Floats
    errors: Floats
    printed: Floats

    def where(self, chosen: NDArray[np.bool_]) -> Samples:
        """Return those that are ``chosen`` (n,)."""
        fields = (self.places, self.codes, self.errors, self.printed)
        places, codes, errors, printed = (values[chosen] for values in fields)
        return Samples(places=places, codes=codes, errors=errors, printed=printed)


def places_of(chart: Chart, points: ArrayLike) -> Floats:
    """Return points (n, 2) of the chart, mm, in half widths of it from its middle."""
    return (np.asarray(points, np.float64) - np.array(chart.size) / 2) / (chart.size[0] / 2)


def samples(
    frame: Frame, place: Located, video: VideoInfo, covered: Sequence[PixelBox] = ()
) -> Samples | None:
    """Return the ground, and the dark fields, of a chart in a frame.

    What hangs before the chart, and half as much around it, is ``covered``: boxes of pixels. None
    where its ground is dark (a ColorChecker's) or too little of it is seen.
    """
    if place.chart.background < LIGHT_GROUND:
        return None
    levels, values = _levels(place.chart)
    border = math.ceil(BORDER * COLUMNS / place.width)
    kept = _eroded(levels, border)
    codes, points = _pixels(frame, place, covered)
    column, row = (points * COLUMNS / place.chart.size[0]).astype(np.int64).T
    inside = (column >= 0) & (column < kept.shape[1]) & (row >= 0) & (row < kept.shape[0])
    level = np.zeros(len(codes), np.int64)
    level[inside] = kept[row[inside], column[inside]]
    seen = level > 0
    across = -(-COLUMNS // CELL)
    cell = (row[seen] // CELL * across + column[seen] // CELL) * len(values) + level[seen] - 1
    on_chart = places_of(place.chart, points[seen])
    return _unclipped(_means(cell, codes[seen], on_chart, np.array(values)), video)


def _levels(chart: Chart) -> tuple[Levels, tuple[float, ...]]:
    """Return which level, 1 for the ground, is printed in each pixel of a drawing; 0: another.

    And the levels' reflectances as printed. Those of the last charts are kept.
    """
    key = chart.sha256 + (chart.copy.sha256 if chart.copy else "")
    if key not in _KEPT:
        if len(_KEPT) >= MOST_KEPT:
            _KEPT.clear()
        _KEPT[key] = _drawn_levels(chart)
    return _KEPT[key]


def _drawn_levels(chart: Chart) -> tuple[Levels, tuple[float, ...]]:
    drawn = draw(chart, COLUMNS)
    dark = {float(chart.dark)} | {
        float(region.printed["dark"]) for region in chart.regions if region.kind == "edge"
    }
    values = (chart.background, *sorted(dark))
    levels = np.zeros(drawn.shape[:2], np.uint8)
    for number, value in enumerate(values, start=1):
        levels[np.abs(drawn - value).max(axis=2) < 1e-4] = number
    levels[[0, -1]], levels[:, [0, -1]] = 0, 0  # what lies around the chart is not known
    for label in chart.labels:
        scale = COLUMNS / chart.size[0]
        top, bottom = label.y - 1.3 * label.height, label.y + 0.6 * label.height
        rows = slice(max(0, int(top * scale)), int(bottom * scale) + 1)
        right = label.x + len(label.text) * label.height
        levels[rows, max(0, int(label.x * scale)) : int(right * scale) + 1] = 0
    return levels, values


def _eroded(levels: Levels, border: int) -> Levels:
    """Return the levels without what lies within ``border`` of another level."""
    square = np.ones((2 * border + 1, 2 * border + 1), np.uint8)
    same = cv2.erode(levels, square) == cv2.dilate(levels, square)
    return np.where(same, levels, 0).astype(np.uint8)


def _pixels(frame: Frame, place: Located, covered: Sequence[PixelBox]) -> tuple[Floats, Floats]:
    """Return codes (n,) of every so many pixels about the chart, and their places in its mm."""
    height, width = frame.luma.shape
    corners = np.array(place.corners)
    left, top = np.clip(np.floor(corners.min(axis=0)), 0, [width - 1, height - 1]).astype(int)
    right, bottom = np.clip(np.ceil(corners.max(axis=0)) + 1, 1, [width, height]).astype(int)
    step = max(1, round(math.sqrt((right - left) * (bottom - top) / PIXELS)))
    y, x = np.mgrid[top:bottom:step, left:right:step]
    free = np.ones(x.shape, np.bool_)
    for left, top, width, height in covered:
        far = np.abs(x - left - width / 2) > width + BORDER
        free &= far | (np.abs(y - top - height / 2) > height + BORDER)
    points = place.to_chart(np.column_stack([x[free], y[free]]))
    return frame.luma[y[free], x[free]].astype(np.float64), points


def _means(cell: NDArray[np.int64], codes: Floats, places: Floats, values: Floats) -> Samples:
    """Return the means of the pixels of each cell and level, where there are enough."""
    count = np.bincount(cell)
    enough = np.flatnonzero(count >= FEWEST_PIXELS)

    def mean(of: Floats) -> Floats:
        return np.asarray(np.bincount(cell, of)[enough] / count[enough])

    level = mean(codes)
    scatter = np.sqrt(np.maximum(mean(codes**2) - level**2, 0))
    return Samples(
        places=np.column_stack([mean(places[:, 0]), mean(places[:, 1])]),
        codes=level,
        errors=np.hypot(LEAST_ERROR, scatter / np.sqrt(count[enough])),
        printed=values[enough % len(values)],
    )


def _unclipped(found: Samples, video: VideoInfo) -> Samples | None:
    """Return the samples within the range of codes; None where the ground is mostly clipped."""
    unit = 1 << (video.depth - 8)
    low, high = (0, 256 * unit - 1) if video.full_range else (16 * unit, 235 * unit)
    inside = (found.codes > low + unit) & (found.codes < high - unit)
    ground = found.printed == found.printed.max(initial=0.0)
    if not ground.any() or inside[ground].mean() < 0.8:
        return None
    return found.where(inside)

"""Which share of each pixel a polygon covers.

In closed form, not sampled: signed trapezoids summed along the row, as scan converters for outlines
do.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.charts.located import Floats

    Cover = tuple[Floats, tuple[int, int]]  # share of each pixel, and the first pixel's x, y


def coverage(points: Floats) -> Cover:
    """Return the share (h, w) of each pixel that a polygon covers, and the first pixel's x, y.

    ``points`` is (n, 2) in pixels, pixel i reaching from i to i + 1. Exact for any simple polygon.
    """
    return _box_coverage(points) if _upright(points) else polygon_coverage(points)


def _upright(points: Floats) -> bool:
    """Whether the points are those of a rectangle along the axes, from its first corner along x."""
    x, y = points.T
    return len(points) == 4 and bool(np.all(x == x[[3, 2, 1, 0]]) and np.all(y == y[[1, 0, 3, 2]]))


def _box_coverage(corners: Floats) -> Cover:
    """Return ``polygon_coverage`` of a rectangle: what is covered along y times that along x."""
    low, high = corners.min(axis=0), corners.max(axis=0)
    first = np.floor(low).astype(int)
    across, down = (
        np.minimum(pixels + 1, stop) - np.maximum(pixels, start)
        for start, stop in zip(low, high, strict=True)
        for pixels in [np.arange(math.floor(start), math.floor(stop) + 1)]
    )
    return np.outer(down, across), (int(first[0]), int(first[1]))


def polygon_coverage(points: Floats) -> Cover:
    """Return the ``coverage`` of any simple polygon."""
    first = np.floor(points.min(axis=0)).astype(int)
    columns, rows = np.floor(points.max(axis=0)).astype(int) - first + 1
    xa, ya, xb, yb = _pieces(points - first)
    rise, middle = yb - ya, (xa + xb) / 2
    column = np.minimum(np.floor(middle).astype(int), columns - 1)
    row = np.minimum(np.floor((ya + yb) / 2).astype(int), rows - 1)
    # belongs to the next column: what lies left of the edge in this pixel
    right = rise * (middle - column)
    sums = np.bincount(row * (columns + 1) + column, rise - right, rows * (columns + 1))
    sums += np.bincount(row * (columns + 1) + column + 1, right, rows * (columns + 1))
    cover = np.abs(np.cumsum(sums.reshape(rows, columns + 1), axis=1))[:, :columns]
    return cover, (int(first[0]), int(first[1]))


def _pieces(points: Floats) -> tuple[Floats, Floats, Floats, Floats]:
    """Cut the polygon's sides at all pixel borders; return x and y of the pieces' two ends."""
    starts, ends = points, np.roll(points, -1, axis=0)
    corners = np.repeat(np.arange(len(points)), 2)
    sides, cuts = [corners], [np.tile([0.0, 1.0], len(points))]
    for start, end in zip(starts.T, ends.T, strict=True):
        which, borders = _borders(np.minimum(start, end), np.maximum(start, end))
        sides.append(which)
        cuts.append((borders - start[which]) / (end - start)[which])
    side, along = np.concatenate(sides), np.concatenate(cuts)
    order = np.lexsort((along, side))
    side, along = side[order], along[order, None]
    places = starts[side] + along * (ends - starts)[side]
    same = side[:-1] == side[1:]
    a, b = places[:-1][same], places[1:][same]
    return a[:, 0], a[:, 1], b[:, 0], b[:, 1]


def _borders(low: Floats, high: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the whole numbers from ``low`` to ``high`` (n,) of those that differ: of which one."""
    first = np.ceil(low).astype(np.int64)
    counts = np.where(low != high, np.floor(high).astype(np.int64) + 1 - first, 0)
    which = np.repeat(np.arange(len(low)), counts)
    before = np.repeat(np.cumsum(counts) - counts, counts)
    return which, first[which] + np.arange(len(which)) - before

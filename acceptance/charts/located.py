"""Where a chart and its regions lie in a picture, behind a lens that may bend.

Picture coordinates are pixels, a whole number being the centre of a pixel (as in OpenCV).
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import ArrayLike, NDArray

if TYPE_CHECKING:
    from acceptance.charts.nouns import Chart, Region
    from acceptance.model import Box, Point

Floats = NDArray[np.float64]

NEWTON = 12  # rounds


@dataclass(frozen=True, eq=False)
class Mark:
    """A fiducial's number on the chart, and its corners in the picture.

    The corners are (4, 2), in px, clockwise from its upper left.
    """

    fiducial: int
    corners: Floats


@dataclass(frozen=True, kw_only=True)
class Located:
    """A chart found in a picture of ``picture`` = (width, height) px.

    ``homography`` is (3, 3) from chart mm to px of the ideal picture, without lens distortion;
    ``distortion`` is k of: ideal radius = radius (1 + k radius^2), about the picture's centre, 1 at
    half its diagonal; positive = barrel. ``corners`` are the chart's outer corners in the picture
    in px, clockwise from the chart's own upper left, ``residual`` the RMS distance in px of the
    fiducials' corners from where these put them, ``marks`` those fiducials.
    """

    chart: Chart
    homography: Floats
    corners: tuple[Point, Point, Point, Point]
    residual: float
    fiducials_found: int
    picture: tuple[int, int]
    distortion: float = 0.0
    marks: tuple[Mark, ...] = ()

    def to_picture(self, points: ArrayLike) -> Floats:
        """Return where points of the chart, (n, 2) in mm, are seen in the picture, in px."""
        return distorted(to_picture(self.homography, points), self.distortion, self.picture)

    def to_chart(self, points: ArrayLike) -> Floats:
        """Return the points of the chart, (n, 2) in mm, seen at points of the picture in px."""
        ideal = undistorted(np.asarray(points, np.float64), self.distortion, self.picture)
        return to_picture(self._inverse, ideal)

    @cached_property
    def _inverse(self) -> Floats:
        return np.asarray(np.linalg.inv(self.homography), np.float64)

    @property
    def width(self) -> float:
        """Mean length in px of the chart's upper and lower side."""
        a, b, c, d = (np.array(corner) for corner in self.corners)
        return float(np.linalg.norm(b - a) + np.linalg.norm(c - d)) / 2

    @property
    def pixel_aspect(self) -> float:
        """Width over height of a pixel with which the chart's middle would be seen face on."""
        middle, step = np.array(self.chart.size) / 2, 1e-3 * self.chart.size[0]
        ends = self.to_picture(middle + step * np.array([[1, 0], [-1, 0], [0, 1], [0, -1]]))
        across, down = np.sum((ends[::2] - ends[1::2]) ** 2, axis=0)
        return float(np.sqrt(down / across))

    def focal_length(self, aspect: float) -> float:
        """Return the focal length, in picture widths, by which the chart's perspective comes about.

        ``aspect`` is width over height of a pixel. Both axes of the chart are as long, and at right
        angles: two equations for the inverse square of the length, by least squares. Infinite where
        there is no perspective, or none that a lens makes with such pixels.
        """
        x, y = (np.array(self.picture) - 1) / 2
        moved = np.array([[aspect, 0, -aspect * x], [0, 1, -y], [0, 0, 1]]) @ self.homography
        (ax, ay, az), (bx, by, bz) = moved.T[:2]
        width = aspect * self.picture[0]
        known = np.array([ax**2 + ay**2 - bx**2 - by**2, ax * bx + ay * by])
        wanted = width**2 * np.array([bz**2 - az**2, -az * bz])
        inverse = float(known @ wanted) / max(float(known @ known), 1e-300)
        return 1 / math.sqrt(inverse) if inverse > 0 else math.inf

    @property
    def cut_off(self) -> bool:
        """Whether a region or fiducial lies partly outside the picture; the bare margin may."""
        rects = [mark.rect for mark in self.chart.fiducials]
        rects += [region.rect for region in self.chart.regions]
        parts, ends = np.array(rects), [(0, 0), (0, 1), (1, 0), (1, 1)]
        corners = np.concatenate([parts[:, :2] + parts[:, 2:] * end for end in ends])
        places = self.to_picture(corners)
        return bool(np.any(places < -0.5) or np.any(places > np.array(self.picture) - 0.5))


def four(corners: Floats) -> tuple[Point, Point, Point, Point]:
    """Return the corners (4, 2) as four points."""
    a, b, c, d = ((x, y) for x, y in corners.tolist())
    return a, b, c, d


def to_picture(homography: ArrayLike, points: ArrayLike) -> Floats:
    """Return points, (n, 2), mapped by a (3, 3) homography."""
    matrix = np.asarray(homography, dtype=np.float64)
    mapped = np.asarray(points, dtype=np.float64) @ matrix[:, :2].T + matrix[:, 2]
    return np.asarray(mapped[:, :2] / mapped[:, 2:])


def undistorted(points: Floats, k: float, picture: tuple[int, int]) -> Floats:
    """Return the ideal places of points (n, 2) of a picture of this size (k: see ``Located``)."""
    if not k:
        return points
    centre = (np.array(picture) - 1) / 2
    away = points - centre
    return np.asarray(
        centre + away * (1 + k * np.sum(away**2, axis=1, keepdims=True) / np.sum(centre**2))
    )


def distorted(ideal: Floats, k: float, picture: tuple[int, int]) -> Floats:
    """Return where ideal places (n, 2) are seen: inverse of ``undistorted``, by Newton's method.

    Where a pincushion folds (no radius has this ideal radius) the result is where it comes nearest.
    """
    if not k:
        return ideal
    centre = (np.array(picture) - 1) / 2
    away = (ideal - centre) / np.linalg.norm(centre)
    wanted = np.linalg.norm(away, axis=1, keepdims=True)
    most = math.inf if k > 0 else math.sqrt(-1 / (3 * k))
    radius = np.minimum(wanted, most)
    for _ in range(NEWTON):
        slope = np.maximum(1 + 3 * k * radius**2, 1e-6)
        radius = np.clip(radius - (radius * (1 + k * radius**2) - wanted) / slope, 0, most)
    ratio = np.divide(radius, wanted, out=np.ones_like(radius), where=wanted > 0)
    return np.asarray(centre + away * ratio * np.linalg.norm(centre))


def quad(located: Located, region: Region, share: float = 1.0) -> Floats:
    """Return the (4, 2) corners in px of a region, clockwise from its own upper left.

    Its sides are shrunk to ``share``.
    """
    x, y, width, height = region.rect
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2) * share
    return located.to_picture(half + np.array([x + width / 2, y + height / 2]))


def inner(located: Located, region: Region, share: float = 0.9) -> Box:
    """Return the largest upright rectangle (x, y, width, height, px) within a region's ``quad``.

    It lies about the region's centre: the largest such for parallelograms, and nearly so in
    perspective. It reaches from x to x + width in the coordinates of pixel centres, so that whole
    pixels x with x0 <= x <= x0 + width lie within.
    """
    corners = quad(located, region, share)
    centre = quad(located, region, 0.0)[0]
    sides = np.roll(corners, -1, axis=0) - corners
    normals = np.stack([sides[:, 1], -sides[:, 0]], axis=1)
    room = np.abs(np.sum(normals * (corners - centre), axis=1))
    turn = np.radians(np.arange(0.5, 90.0, 0.5))
    shape = np.stack([np.cos(turn), np.sin(turn)])
    half = shape * np.min(room[:, None] / (np.abs(normals) @ shape), axis=0)
    best = half[:, np.argmax(half[0] * half[1])]
    (x, y), (width, height) = (centre - best).tolist(), (2 * best).tolist()
    return x, y, width, height

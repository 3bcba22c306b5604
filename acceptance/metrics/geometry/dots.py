"""Centres of printed dots in the picture, to a hundredth of a pixel or so."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.charts.fiducials import outline

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from acceptance.charts.definition import Chart, Region
    from acceptance.charts.fiducials import ChartToPicture
    from acceptance.charts.located import Located, Mark
    from acceptance.scene.views import View

Array = NDArray[np.float64]

ROUNDS = 6
LEAST_CONTRAST = 0.2  # of the paper's light
SMALLEST = 2.5  # px across
RIM = np.linspace(0, 2 * np.pi, 32, endpoint=False)
AROUND = np.stack([np.cos(RIM), np.sin(RIM)], axis=1) / 2  # of a diameter of 1


def dot_centres(
    views: Sequence[View], linear: Callable[[Array], Array], shade: Callable[[View], Array]
) -> tuple[Array, Array]:
    """Find the printed dots that are seen.

    Parameters
    ----------
    views
        Regions of one dot each.
    linear
        Light of codes, any shape to the same shape.
    shade
        Light (h, w) on the pixels of a view, which is taken out.

    Returns
    -------
    tuple of Array
        Centres on the chart, (n, 2) mm, and in the picture, (n, 2) px.

    Notes
    -----
    The centroid of what is darker than the paper, in linear light of the mean frame (the first,
    where the chart moves), within a window of the dot's size that follows the centroid. The
    centroid of a disc seen askew is not where its centre is seen (J. Heikkila, IEEE PAMI 22(10),
    2000); the difference is taken off.
    """
    means = [
        (view.luma if view.stable else view.luma[:1]).mean(axis=0, dtype=np.float64)
        for view in views
    ]
    light = linear(np.concatenate([mean.ravel() for mean in means])) if means else np.empty(0)
    ends = np.cumsum([0, *(mean.size for mean in means)])
    places, found = [np.empty((0, 2))], [np.empty((0, 2))]
    for view, mean, first, last in zip(views, means, ends[:-1], ends[1:], strict=True):
        centre = _dot_centre(view, light[first:last].reshape(mean.shape) / shade(view))
        if centre is not None:
            x, y, width, height = view.region.rect
            places.append(np.array([[x + width / 2, y + height / 2]]))
            found.append(centre[None])
    return np.concatenate(places), np.concatenate(found)


def _dot_centre(view: View, light: Array) -> Array | None:
    """Return the centre (2,) of a dot in the picture, px; None where no dot of its size is seen."""
    if view.place is None:
        return None
    corner = np.array(view.box[:2])
    rim, centre = _outline(view.place, view.region)
    radius = float(np.linalg.norm(rim - rim.mean(axis=0), axis=1).max())
    found = _centroid(light, rim.mean(axis=0) - corner, radius)
    return (
        None if found is None or 2 * radius < SMALLEST else found + corner - (_middle(rim) - centre)
    )


def fiducial_centres(place: Located) -> tuple[Array, Array]:
    """Return the fiducials' centres on the chart, (n, 2) mm, and in the picture, (n, 2) px.

    It is the mean of the corners, which a wrong tone curve or sharpening all moves in or out, less
    the distance that lens and perspective put between that mean and the centre.
    """
    places, found = [np.empty((0, 2))], [np.empty((0, 2))]
    for mark in place.marks:
        centre, aside = off_corners(place.chart, mark, place)
        places.append(centre[None])
        found.append((mark.corners.mean(axis=0) + aside)[None])
    return np.concatenate(places), np.concatenate(found)


def off_corners(chart: Chart, mark: Mark, through: ChartToPicture) -> tuple[Array, Array]:
    """Return a fiducial's centre (2,), mm, and how far (2,), px, it is seen off its corners' mean.

    It is seen ``through`` a lens.
    """
    corners = outline(chart, mark.fiducial)
    centre = corners.mean(axis=0)
    seen = through.to_picture(np.concatenate([centre[None], corners]))
    return centre, seen[0] - seen[1:].mean(axis=0)


def _outline(place: Located, region: Region) -> tuple[Array, Array]:
    """Return rim (n, 2) and centre (2,) of a dot in the picture, px, by where the chart is."""
    x, y, width, height = region.rect
    middle = np.array([[x + width / 2, y + height / 2]])
    around = middle + AROUND * region.printed["diameter"]
    seen = place.to_picture(np.concatenate([around, middle]))
    return seen[:-1], seen[-1]


def _middle(rim: Array) -> Array:
    """Return the centroid (2,) of the area of a polygon (n, 2)."""
    origin = rim[0]
    a = rim - origin
    b = np.concatenate([a[1:], a[:1]])
    doubled = a[:, 0] * b[:, 1] - b[:, 0] * a[:, 1]
    return np.asarray(origin + (a + b).T @ doubled / (3 * doubled.sum()))


def _centroid(light: Array, start: Array, radius: float) -> Array | None:
    """Return the centroid (x, y) of the darkness in ``light`` (h, w), px.

    A soft window follows it from ``start``. None where nothing dark of this ``radius`` is seen.
    """
    x, y = (np.arange(size) - at for size, at in zip(light.shape[::-1], start, strict=True))
    reach = min(1.5 * radius + 1.5, *(start + 0.5), *(np.array(light.shape[::-1]) - 0.5 - start))
    outside = np.add.outer(y * y, x * x) > reach**2
    if reach < radius or np.count_nonzero(outside) < 12:
        return None
    paper = _plane(light * outside, outside.astype(np.float64), x, y)
    darkness = paper - light
    if (darkness * ~outside).max() < LEAST_CONTRAST * paper.mean():
        return None
    return _followed(darkness, start, radius, reach)


def _plane(light: Array, weight: Array, x: Array, y: Array) -> Array:
    """Return the plane (h, w) through weighted light (h, w), at x (w,) and y (h,), px.

    By least squares; ``weight`` (h, w) is 0 where ``light`` is.
    """
    down, across = _powers(y, 2), _powers(x, 2)
    (n, of_x, of_xx), (of_y, of_xy, _), (of_yy, _, _) = (down @ weight @ across.T).tolist()
    normal = [[n, of_x, of_y], [of_x, of_xx, of_xy], [of_y, of_xy, of_yy]]
    (lit, right, _), (below, _, _), _ = (down @ light @ across.T).tolist()
    level, right, below = np.linalg.solve(normal, [lit, right, below])
    return np.asarray((level + below * y)[:, None] + right * x)


def _powers(at: Array, highest: int) -> Array:
    """Return the powers of places (n,) from 0 on, (highest + 1, n): with them sums are products."""
    powers = np.ones((highest + 1, at.size))
    for power in range(highest):
        np.multiply(powers[power], at, out=powers[power + 1])
    return powers


def _followed(darkness: Array, start: Array, radius: float, reach: float) -> Array | None:
    """Move the window to the centroid until it rests; None where it leaves the dot's place."""
    y, x = (np.arange(size, dtype=np.float64) for size in darkness.shape)
    down, across = _powers(y, 1), _powers(x, 1)
    centre = start
    for _ in range(ROUNDS):
        away = np.sqrt(np.add.outer((y - centre[1]) ** 2, (x - centre[0]) ** 2))
        weight = darkness * np.minimum(np.maximum(reach + 0.5 - away, 0), 1)
        (total, of_x), (of_y, _) = (down @ weight @ across.T).tolist()
        if total <= 0 or math.hypot(*(centre - start)) > radius:
            return None
        centre = np.array([of_x, of_y]) / total
    return centre

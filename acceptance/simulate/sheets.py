"""Charts drawn as sheets of light for a simulated camera to look at."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import clock_screen, drawing
from acceptance.simulate.optics import Sheet

if TYPE_CHECKING:
    from acceptance.charts.nouns import Chart
    from acceptance.simulate.camera import Array, Camera, Light

RASTER = 3.0  # samples of a sheet a pixel of the picture, about


def raster_step(camera: Camera, chart: Chart) -> int:
    """Return the samples a mm: a whole number, so that edges at whole mm fall between samples."""
    return max(1, round(RASTER * camera.share * camera.width / chart.size[0]))


def drawn(
    camera: Camera, chart: Chart, index: int | None = None, session: str = clock_screen.NOBODY
) -> Light:
    """Return the chart's light (3, h, w), or (1, h, w) where all is grey.

    A clock shows a refresh ``index`` and its session.
    """
    width = round(raster_step(camera, chart) * chart.size[0])
    return drawing.planes(chart, width, index=index, session=session)


def from_raster(camera: Camera, chart: Chart) -> Array:
    """Return the homography sheet px -> chart mm."""
    width = round(raster_step(camera, chart) * chart.size[0])
    return np.asarray(np.linalg.inv(drawing.to_raster(chart, width)))


def fit(camera: Camera, chart: Chart) -> Array:
    """Return the homography picture px -> mm of a monitor as large as the chart.

    The camera's whole picture fills it.
    """
    step = min(chart.size[0] / camera.width, chart.size[1] / camera.height)
    left = (chart.size[0] - step * camera.width) / 2
    top = (chart.size[1] - step * camera.height) / 2
    return np.array([[step, 0, left + step / 2], [0, step, top + step / 2], [0, 0, 1]])


def chart_sheet(camera: Camera, chart: Chart) -> Sheet:
    """Return the chart as a sheet, with the camera's glare and sheen on it."""
    planes = drawn(camera, chart)
    changed = camera.glare or camera.sheen or len(planes) < 3
    image = planes.repeat(3 // len(planes), axis=0) if changed else planes
    if camera.glare:
        x, y, radius = (value * raster_step(camera, chart) for value in camera.glare)
        down, across = np.ogrid[: image.shape[1], : image.shape[2]]
        image[:, np.hypot(across + 0.5 - x, down + 0.5 - y) < radius] = 1.0
    if camera.sheen:
        rows, columns = ((np.arange(n) + 0.5) / raster_step(camera, chart) for n in image.shape[1:])
        image += sheen(camera, columns, rows[:, None])
    return Sheet(base=image)


def sheen(camera: Camera, x: Array, y: Array) -> Light:
    """Return the light that a lamp mirrored in the chart adds at places in mm, as reflectance."""
    if camera.sheen is None:
        return np.zeros(np.broadcast_shapes(x.shape, y.shape), np.float32)
    left, top, sigma, light = camera.sheen
    square = ((x - left) / sigma) ** 2 + ((y - top) / sigma) ** 2
    return np.asarray(light * np.exp(-square / 2), np.float32)

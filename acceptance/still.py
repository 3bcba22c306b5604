"""A still for evidence and report: the middle frame with the regions drawn in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance import charts
from acceptance.colorimetry import picture_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene import Scene

COLOURS = {
    "edge": (0, 220, 255),
    "wedge": (255, 160, 0),
    "grey": (0, 200, 0),
    "flat": (255, 0, 200),
    "bits": (0, 200, 0),
    "reference": (255, 0, 200),
}
OTHER = (200, 200, 0)
QUALITY = 88


def draw(scene: Scene) -> bytes:
    """JPEG of the scene's reference frame: chart outline, each region as mapped (thin) and as measured (thick)."""
    picture = picture_of(scene.reference, scene.video)
    thin = max(1, picture.shape[1] // 1280)
    for place in scene.located:
        cv2.polylines(picture, [_whole(place.corners)], True, (0, 0, 255), 2 * thin, cv2.LINE_AA)
        for region in place.chart.regions:
            colour = COLOURS.get(region.kind, OTHER)
            cv2.polylines(picture, [_whole(charts.quad(place, region))], True, colour, thin, cv2.LINE_AA)
    for view in scene.views.values():
        x, y, w, h = view.box
        cv2.rectangle(picture, (x, y), (x + w - 1, y + h - 1), COLOURS.get(view.region.kind, OTHER), 2 * thin)
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


def _whole(points: Any) -> NDArray[np.int32]:  # noqa: ANN401 -- corners as tuples or an array
    return np.asarray(np.rint(np.asarray(points)), np.int32)

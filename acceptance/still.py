"""A still for evidence and report: the middle frame with the regions drawn in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance import charts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.clip import Frame, VideoInfo
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


def picture_of(frame: Frame, video: VideoInfo) -> NDArray[np.uint8]:
    """BGR picture (h, w, 3), 8 bit, of a frame; colour by the stream's own matrix (ITU-R BT.601 or BT.709)."""
    black, top = (
        (0.0, float((1 << video.depth) - 1))
        if video.full_range
        else (16.0 * 2 ** (video.depth - 8), 219.0 * 2 ** (video.depth - 8))
    )
    luma = (frame.luma.astype(np.float32) - black) / top
    red, blue = {"bt601": (0.299, 0.114), "bt2020": (0.2627, 0.0593)}.get(video.matrix, (0.2126, 0.0722))
    cb, cr = (_chroma(plane, video, luma.shape) for plane in (frame.cb, frame.cr))
    r, b = luma + 2 * (1 - red) * cr, luma + 2 * (1 - blue) * cb
    g = (luma - red * r - blue * b) / (1 - red - blue)
    return np.ascontiguousarray(np.clip(np.rint(255 * np.stack([b, g, r], axis=-1)), 0, 255).astype(np.uint8))


def _chroma(plane: NDArray[Any] | None, video: VideoInfo, shape: tuple[int, ...]) -> NDArray[np.float32]:
    if plane is None:
        return np.zeros(shape, np.float32)
    scale = float((1 << video.depth) - 1) if video.full_range else 224.0 * 2 ** (video.depth - 8)
    centred = (plane.astype(np.float32) - 2.0 ** (video.depth - 1)) / scale
    return np.asarray(cv2.resize(centred, (shape[1], shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def _whole(points: Any) -> NDArray[np.int32]:  # noqa: ANN401 -- corners as tuples or an array
    return np.asarray(np.rint(np.asarray(points)), np.int32)

"""Stills for evidence and report.

The middle frame with the regions drawn in, and the worst frame of a fault, small.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.charts import located
from acceptance.footage import clip
from acceptance.footage.colorimetry import picture_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from numpy.typing import NDArray

    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.model import Measurement
    from acceptance.scene.build import Scene

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
SMALL = 400  # px, width of a small picture


def draw(scene: Scene) -> bytes:
    """JPEG of the scene's reference frame.

    Chart outline, each region as mapped (thin) and as measured (thick).
    """
    picture = picture_of(scene.reference, scene.video)
    thin = max(1, picture.shape[1] // 1280)
    for place in scene.located:
        cv2.polylines(picture, [_whole(place.corners)], True, (0, 0, 255), 2 * thin, cv2.LINE_AA)
        for region in place.chart.regions:
            colour = COLOURS.get(region.kind, OTHER)
            cv2.polylines(
                picture, [_whole(located.quad(place, region))], True, colour, thin, cv2.LINE_AA
            )
    for view in scene.views.values():
        x, y, w, h = view.box
        cv2.rectangle(
            picture, (x, y), (x + w - 1, y + h - 1), COLOURS.get(view.region.kind, OTHER), 2 * thin
        )
    return _jpeg(picture)


def worst(scene: Scene, measurements: Iterable[Measurement]) -> dict[str, bytes]:
    """JPEG, small, of the frame that each fault is worst in, by quantity.

    None of what does not show at all.
    The few frames are decoded once more, since only all of the clip tells which they are.
    """
    chosen = {one.quantity: int(one.details["worst_frame"]) for one in measurements if _shows(one)}
    if not chosen:
        return {}
    opened = clip.open_clip(scene.folder / scene.shot.clip, scene.shot.coding)
    frames = opened.again({number: float(scene.series.times[number]) for number in chosen.values()})
    small = {number: _jpeg(_small(frame, opened.info)) for number, frame in frames.items()}
    return {quantity: small[number] for quantity, number in chosen.items() if number in small}


def _shows(one: Measurement) -> bool:
    return one.value > 0 and "worst_frame" in one.details


def _small(frame: Frame, video: VideoInfo) -> NDArray[np.uint8]:
    """Reduce a frame before its colours are told: quicker by far."""
    size = SMALL, max(1, round(SMALL * video.height / (video.width * video.sample_aspect)))
    planes = {name: _reduced(getattr(frame, name), size) for name in ("luma", "cb", "cr")}
    return picture_of(replace(frame, **planes), video)


def _reduced(plane: NDArray[Any] | None, size: tuple[int, int]) -> Any:  # noqa: ANN401 -- a plane or none
    return None if plane is None else cv2.resize(plane, size, interpolation=cv2.INTER_AREA)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


def _whole(points: Any) -> NDArray[np.int32]:  # noqa: ANN401 -- corners as tuples or an array
    return np.asarray(np.rint(np.asarray(points)), np.int32)

"""Stills for the report: the middle frame with its regions, and the worst frame of each fault."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.charts import located
from acceptance.footage import clip
from acceptance.footage.colorimetry import picture_of
from acceptance.scene import frame_numbers, wall_labels
from acceptance.scene.frame_numbers import Framed

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from numpy.typing import ArrayLike, NDArray

    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.footage.planes import Plane
    from acceptance.model import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.wall_labels import TileLabel

COLOURS = {
    "edge": (0, 220, 255),
    "wedge": (255, 160, 0),
    "grey": (0, 200, 0),
    "flat": (255, 0, 200),
    "bits": (0, 200, 0),
    "reference": (255, 0, 200),
}
OTHER = (200, 200, 0)
# As in the legend of the report (stills.html).
NUMBERS = {"edge": 2, "wedge": 3, "grey": 4, "bits": 4, "flat": 5, "reference": 5}
CHART, OTHER_NUMBER = 1, 6
QUALITY = 88
SMALL = 400  # px, width of a small picture


def draw(scene: Scene, labels: Sequence[TileLabel] = ()) -> bytes:
    """JPEG of the reference frame: chart outlines, regions as mapped (thin) and cut (thick).

    ``labels`` are written over it.
    """
    picture = picture_of(scene.reference, scene.video)
    thin = max(1, picture.shape[1] // 1280)
    for place in scene.located:
        cv2.polylines(picture, [_whole(place.corners)], True, (0, 0, 255), 2 * thin, cv2.LINE_AA)
    if labels:
        wall_labels.write(picture, labels)
        return _jpeg(picture)
    for place in scene.located:
        for region in place.chart.regions:
            colour, outline = COLOURS.get(region.kind, OTHER), located.quad(place, region)
            cv2.polylines(picture, [_whole(outline)], True, colour, thin, cv2.LINE_AA)
    for view in scene.views.values():
        (x, y, w, h), colour = view.box, COLOURS.get(view.region.kind, OTHER)
        cv2.rectangle(picture, (x, y), (x + w - 1, y + h - 1), colour, 2 * thin)
    frame_numbers.write(picture, _frames(scene))
    return _jpeg(picture)


def _frames(scene: Scene) -> Iterator[Framed]:
    """Give the frames that are drawn, those of charts first; of a region that was cut, the cut."""
    for place in scene.located:
        yield Framed(number=CHART, box=_box(place.corners))
    cut = [view.region for view in scene.views.values()]
    for view in scene.views.values():
        x, y, w, h = view.box
        yield Framed(number=_number(view.region.kind), box=(x, y, x + w, y + h))
    for place in scene.located:
        for region in place.chart.regions:
            if region not in cut:
                yield Framed(number=_number(region.kind), box=_box(located.quad(place, region)))


def _number(kind: str) -> int:
    return NUMBERS.get(kind, OTHER_NUMBER)


def _box(corners: ArrayLike) -> tuple[int, int, int, int]:
    points = _whole(corners)
    (left, top), (right, bottom) = points.min(axis=0), points.max(axis=0)
    return int(left), int(top), int(right), int(bottom)


def worst(scene: Scene, measurements: Iterable[Measurement]) -> dict[str, bytes]:
    """JPEG, 400 px wide, of the frame in which each fault is worst, by quantity.

    There is no still of faults that do not show at all. The few frames are decoded once more, since
    which they are is known only after the whole clip.
    """
    chosen = {
        measured.quantity: int(measured.details["worst_frame"])
        for measured in measurements
        if measured.value > 0 and "worst_frame" in measured.details
    }
    if not chosen:
        return {}
    opened = clip.open_clip(scene.folder / scene.shot.clip, scene.shot.coding)
    frames = opened.again({number: float(scene.series.times[number]) for number in chosen.values()})
    small = {number: _jpeg(_small(frame, opened.info)) for number, frame in frames.items()}
    return {quantity: small[number] for quantity, number in chosen.items() if number in small}


def _small(frame: Frame, video: VideoInfo) -> NDArray[np.uint8]:
    """Reduce a frame before its colours are computed, which is much faster."""

    def reduced(plane: Plane) -> Plane:
        return cv2.resize(plane, size, interpolation=cv2.INTER_AREA)

    size = SMALL, max(1, round(SMALL * video.height / (video.width * video.sample_aspect)))
    cb, cr = (None if plane is None else reduced(plane) for plane in (frame.cb, frame.cr))
    return picture_of(replace(frame, luma=reduced(frame.luma), cb=cb, cr=cr), video)


def _jpeg(picture: NDArray[np.uint8]) -> bytes:
    return bytes(cv2.imencode(".jpg", picture, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])[1])


def _whole(points: ArrayLike) -> NDArray[np.int32]:
    """Round corners (n, 2) to whole pixels."""
    return np.asarray(np.rint(np.asarray(points)), np.int32)

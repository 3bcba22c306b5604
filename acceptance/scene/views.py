"""Regions as a clip shows them: crops of the kept frames, where the chart or the user puts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np

from acceptance.charts import definition, located
from acceptance.charts.definition import Region
from acceptance.errors import GapError, PlanError
from acceptance.messages import tr
from acceptance.model import Note, Reason
from acceptance.model.shot import WALL_REGIONS
from acceptance.scene import plain_edges, strips
from acceptance.scene.watch import within

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.located import Located
    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.model import Box, Shot
    from acceptance.scene.watch import Pixels


BLOCK = 16  # px, a macroblock
STILL_WITHIN = 0.1  # px
MARGIN = 0.1  # of a region, into which its neighbours on the chart blur
OF_FLAT, OF_STEP = 0.8, 0.6  # of a region each way, whose noise is told
# kinds of a region by hand; the last four are not printed: the whole picture, an even surface, the
# opening of a black box, and text
BY_HAND = (*definition.PRINTED, "picture", "field", "hole", strips.KIND)


@dataclass(frozen=True, kw_only=True)
class View:
    """A region seen in the n kept frames of a clip; planes are read-only native codes."""

    region: Region
    luma: NDArray[Any]
    """Codes (n, h, w), uint8 or uint16."""
    cb: NDArray[Any] | None
    """As subsampled; None: monochrome."""
    cr: NDArray[Any] | None
    """As subsampled; None: monochrome."""
    box: Pixels
    """The crop in the first frame."""
    place: Located | None
    """Where the chart lies in the first frame; None for a region of no chart."""
    stable: bool
    """Whether the chart kept its place to within 0.1 px over the frames."""
    quantiser: float | None = None
    """Mean of ``planes.quantisers`` over region and frames, these by size; None: not known."""
    detail: tuple[float, ...] = ()
    """Mean of those of detail (``scene.coded_detail``) over the region, of each frame with any."""

    @cached_property
    def on_chart(self) -> NDArray[np.float64]:
        """Place (2, h, w) of every pixel on the chart, right and down, in mm; of a chart's view."""
        height, width = self.luma.shape[1:]
        x, y = np.meshgrid(np.arange(width) + self.box[0], np.arange(height) + self.box[1])
        places = cast("Located", self.place).to_chart(np.column_stack([x.ravel(), y.ravel()]))
        return np.ascontiguousarray(places.T).reshape(2, height, width)


def middle_half(frames: NDArray[Any]) -> NDArray[Any]:
    """Cut the middle half, in each direction, out of each frame (n, h, w)."""
    down, across = (n // 4 for n in frames.shape[1:])
    return frames[:, down : frames.shape[1] - down, across : frames.shape[2] - across]


def core(frames: NDArray[Any], share: float) -> NDArray[Any]:
    """Cut the middle ``share`` (0..1) of each direction out of each frame (n, h, w)."""
    down, across = (round(n * (1 - share) / 2) for n in frames.shape[1:])
    return frames[:, down : frames.shape[1] - down, across : frames.shape[2] - across]


def with_noise(frames: NDArray[Any], kind: str) -> NDArray[Any]:
    """Cut that whose noise is told out of frames (n, h, w) of a kind of region."""
    return core(frames, OF_FLAT if kind == "flat" else OF_STEP)


def without_border(view: View) -> tuple[slice, slice]:
    """Return the rows and columns without the border that neighbours on the chart blur into.

    A region without a chart is used whole.
    """
    height, width = view.luma.shape[1:]
    margin = 0 if view.place is None else max(4, round(MARGIN * min(height, width)))
    return slice(margin, height - margin), slice(margin, width - margin)


def mean_frame(frames: NDArray[Any]) -> NDArray[np.float64]:
    """Return the mean (h, w) of frames (n, h, w); of one it is that frame."""
    return np.asarray(frames[0] if len(frames) == 1 else frames.mean(axis=0), np.float64)


def of_chart(
    kept: Sequence[Frame], places: Sequence[Located], notes: list[Note]
) -> dict[str, View]:
    """Cut every region of the chart, by name; ``places``: one for all frames, or one for each.

    A region outside the picture is left out and added to ``notes``.
    """
    views = {}
    for region in places[0].chart.regions if places else ():
        boxes = [within(located.inner(place, region, 1.0)) for place in places]
        try:
            views[region.name] = _view(kept, region, boxes, places[0])
        except GapError as gap:
            notes.append(Note.of(gap, region=region.name))
    return views


def by_hand(shot: Shot, kept: Sequence[Frame], notes: list[Note]) -> dict[str, View]:
    """Cut the regions that the shot gives by hand. Raises PlanError for a name without a kind.

    A region outside the picture is left out and added to ``notes``.
    """
    for nameless in without_kind(shot):
        raise nameless
    views = {}
    for name, (x, y, width, height) in shot.measured_regions.items():
        kind = _kind(name)
        box = (round(x), round(y), round(width), round(height))
        zone = _zone(box, kept[0].luma.shape)
        region = Region(name=name, kind=kind, rect=(x, y, width, height), zone=zone)
        try:
            views[name] = _view(kept, region, [box], None)
        except GapError as gap:
            notes.append(Note.of(gap, region=name))
    return views


def without_kind(shot: Shot) -> Iterator[PlanError]:
    """Yield an error for each region by hand whose name does not say what it shows."""
    yield from (_nameless(name, shot) for name in shot.measured_regions if not _kind(name))


def _nameless(name: str, shot: Shot) -> PlanError:
    hint = tr(
        "Use one of these kinds as a word of the name: {kinds}; for instance centre.edge_left",
        kinds=", ".join([*BY_HAND, *WALL_REGIONS]),
    )
    what = tr("the region {name!r} does not say what it shows", name=name)
    return PlanError(what, where=tr("shot {shot}", shot=shot.id), hint=hint, code="region")


def coded(shot: Shot) -> bool:
    """Whether a region by hand is measured as a picture: not text to read, no driven light."""
    return any(_kind(name) not in {"sequence", strips.KIND} for name in shot.measured_regions)


def driven(shot: Shot) -> Mapping[str, Box]:
    """Boxes of the regions by hand that show a light driven by a known sequence, by name."""
    return {name: box for name, box in shot.measured_regions.items() if _kind(name) == "sequence"}


def _kind(name: str) -> str:
    """Kind of a region by hand: the first word of its name that is a kind, else empty."""
    words = (part.rstrip("0123456789") for part in re.split(r"[._]", name))
    return next((word for word in words if word in BY_HAND), "")


def of_plain_edges(video: VideoInfo, kept: Sequence[Frame], notes: list[Note]) -> dict[str, View]:
    """Cut the slanted edges found in the middle frame: ``edge1`` (the best), ``edge2`` ...

    Where there are none, that is added to ``notes``.
    """
    middle = kept[len(kept) // 2]
    unit = 1 << (video.depth - 8)
    black, white = (0, 256 * unit - 1) if video.full_range else (16 * unit, 235 * unit)
    found = plain_edges.find(middle.luma, middle.cb, middle.cr, black=black, white=white)
    if not found:
        notes.append(Note(metric="resolution", reason=Reason(code="no_plain_edges")))
    views = {}
    for number, edge in enumerate(found, start=1):
        region = _region(f"edge{number}", edge, middle.luma.shape)
        view = _view(kept, region, [edge.box], None)
        views[region.name] = replace(view, stable=_strayed(view, edge) <= STILL_WITHIN)
    return views


def _region(name: str, edge: plain_edges.PlainEdge, shape: tuple[int, ...]) -> Region:
    x, y, width, height = edge.box
    rect = float(x), float(y), float(width), float(height)
    zone = _zone(edge.box, shape)
    return Region(name=name, kind="edge", rect=rect, zone=zone, direction=edge.direction)


def _strayed(view: View, edge: plain_edges.PlainEdge) -> float:
    """Return how far in px an edge strays over the frames, by the mean code of its box."""
    means = view.luma.mean(axis=(1, 2))
    across = view.box[2] if edge.direction == "horizontal" else view.box[3]
    return float(np.ptp(means)) / edge.step * across


def _zone(box: Pixels, shape: tuple[int, ...]) -> str:
    """Zone of the picture (rows, columns) that the middle of a box lies in.

    The centre is its middle half, each way.
    """
    x, y = (box[0] + box[2] / 2) / shape[1], (box[1] + box[3] / 2) / shape[0]
    if abs(x - 0.5) <= 0.25 and abs(y - 0.5) <= 0.25:
        return "centre"
    return f"{'upper' if y < 0.5 else 'lower'}_{'left' if x < 0.5 else 'right'}"


def _view(
    kept: Sequence[Frame], region: Region, boxes: Sequence[Pixels], place: Located | None
) -> View:
    """Cut a region out of each frame: ``boxes``, one for all or one for each, at one size.

    Raises GapError ``region_outside``.
    """
    size = min(box[2] for box in boxes), min(box[3] for box in boxes)
    boxes = [(x, y, *size) for x, y, _, _ in boxes]
    if not all(_inside(box, kept[0].luma.shape) for box in boxes):
        raise GapError("region_outside", region=region.name)
    each = list(boxes) * (len(kept) if len(boxes) == 1 else 1)
    return View(
        region=region,
        luma=_crops(kept, "luma", each),
        cb=_crops(kept, "cb", each) if kept[0].cb is not None else None,
        cr=_crops(kept, "cr", each) if kept[0].cr is not None else None,
        box=boxes[0],
        place=place,
        stable=len(boxes) == 1,
        quantiser=_quantiser(kept, each),
        detail=_detail(kept, each),
    )


def _inside(box: Pixels, shape: tuple[int, ...]) -> bool:
    """Whether a box lies in a picture (rows, columns) and is at least 2 px wide and high."""
    x, y, width, height = box
    whole = x >= 0 and y >= 0 and x + width <= shape[1] and y + height <= shape[0]
    return whole and min(width, height) >= 2


def _crops(kept: Sequence[Frame], plane: str, boxes: Sequence[Pixels]) -> NDArray[Any]:
    """Crop one plane of each frame; colour planes by their own subsampling."""
    height, width = kept[0].luma.shape
    rows, columns = getattr(kept[0], plane).shape
    down, across = round(height / rows), round(width / columns)
    w, h = max(1, boxes[0][2] // across), max(1, boxes[0][3] // down)
    crops = [
        getattr(frame, plane)[y // down : y // down + h, x // across : x // across + w]
        for frame, (x, y, _, _) in zip(kept, boxes, strict=True)
    ]
    stack = np.stack(crops)
    stack.flags.writeable = False
    return stack


def _quantiser(kept: Sequence[Frame], boxes: Sequence[Pixels]) -> float | None:
    """Mean over the macroblocks that the region touches, of the frames that have quantisers.

    A frame counts by the size of its packet: one that repeats the picture before states a
    quantiser, too, but shows what that of the picture before left. Return None where none has.
    """
    coarse = [
        (frame.quantisers[_blocks(y, h), _blocks(x, w)].mean(), max(1, frame.size))
        for frame, (x, y, w, h) in zip(kept, boxes, strict=True)
        if frame.quantisers is not None
    ]
    means, sizes = zip(*coarse, strict=True) if coarse else ((), ())
    return float(np.average(means, weights=sizes)) if coarse else None


def _detail(kept: Sequence[Frame], boxes: Sequence[Pixels]) -> tuple[float, ...]:
    """Return the mean quantiser of the detail in the region, of each frame that has any."""
    return tuple(
        float(frame.detail[_blocks(y, h), _blocks(x, w)].mean())
        for frame, (x, y, w, h) in zip(kept, boxes, strict=True)
        if frame.detail is not None
    )


def _blocks(first: int, size: int) -> slice:
    return slice(first // BLOCK, (first + size - 1) // BLOCK + 1)

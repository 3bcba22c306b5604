"""Reduces frames while they are decoded: some are kept, series grow, clocks are tracked and read.

Only the series grow with the clip's length.
"""

from __future__ import annotations

import math
from collections import defaultdict
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.charts import finding, located
from acceptance.scene.row_bands import RowBands
from acceptance.scene.strips import Strips
from acceptance.scene.thumbnails import Features

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.definition import Chart, Region
    from acceptance.charts.located import Located, Mark
    from acceptance.footage.clip import Clip, Frame
    from acceptance.model import Box

MOST_FRAMES = 32
LOCATE_EVERY = 25  # frames from one look at a clock to the next
SEARCH_RARELY = 250  # frames between searches of the whole picture where none finds anything new
STANDS_WITHIN = 0.1  # px: a clock that moves less stands still
# mean difference, as a share of its contrast, of a fiducial that stands; one moved by 0.2 px
# differs by more
ALIKE = 0.015
TOGETHER = 36  # frames whose cells are told apart at once, once their columns are added up
EVERY = 16  # of the pixels, for the mean code of a picture
IN_LINE = 3  # boxes in line from which reading them together is faster
# share of a cell's sides that is read: blur and a place that is off by a pixel do not reach it
CORE = 0.6
# rows of a box that are read at least, evenly spread about its middle, as many of either field
FEWEST_ROWS = 10

Pixels = tuple[int, int, int, int]  # x, y, width, height of whole pixels
# Boxes in line: rows and columns, and where the sums of these stand among those of all lines.
Line = tuple[slice, slice, slice]


@contextmanager
def in_one_thread() -> Iterator[None]:
    """Let OpenCV leave the processors to the decoder: its idle threads keep them busy."""
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


class Watch:
    """What is kept of a clip's frames while they are decoded."""

    def __init__(
        self,
        opened: Clip,
        wanted: Sequence[Chart],
        driven: Mapping[str, Box] | None = None,
        regions: Mapping[str, Box] | None = None,
        *,
        wall: bool = False,
    ) -> None:
        self.wall, self.missing = wall, 0
        self.clocks = [chart for chart in wanted if _is_clock(chart)]
        self.sampled = _sampled(len(opened.packets))
        self.kept: list[Frame] = []
        self.times: list[float] = []
        self.tracks: list[Track] = []
        self.driven = driven or {}
        self.levels: dict[str, list[float]] = {name: [] for name in self.driven}
        self.features = Features(opened.info)
        self.strips = Strips(opened, regions or {})
        self.bands = RowBands(regions or {})
        self.pause, self.next_search = LOCATE_EVERY, 0
        self.keys: list[bool] = []
        self.damaged: list[float] = []
        self.interlaced = opened.info.interlaced

    def see(self, frame: Frame) -> None:
        """Take in one decoded frame."""
        self.times.append(float(frame.time))
        self.keys.append(frame.key)
        self.interlaced |= frame.interlaced
        if frame.damaged:
            self.damaged.append(float(frame.time))
        self.features.see(frame)
        self.strips.see(frame)
        self.bands.see(frame)
        if frame.index in self.sampled:
            self.kept.append(_copied(frame))
        if self.clocks and frame.index % LOCATE_EVERY == 0:
            self._track(frame)
        for track in self.tracks:
            track.read(frame)
        for name, box in self.driven.items():
            self.levels[name].append(_mean_code(frame, within(box)))

    def driven_levels(self) -> dict[str, NDArray[np.float64]]:
        """Return the mean code (n,) of each region by hand that shows a driven light."""
        return {name: np.array(values) for name, values in self.levels.items()}

    def _track(self, frame: Frame) -> None:
        """Follow the known clocks; search for others, less often while nothing new is found."""
        known = [track.place for track in self.tracks if track.follow(frame)]
        missing = len(self.tracks) - len(known)
        # of a wall some may be gone for good, when a tile went dark
        lost = missing > (self.missing if self.wall else 0)
        self.missing = missing
        if not lost and frame.index < self.next_search:
            return
        new = self._search(frame, known, copies=None if lost or frame.index == 0 else 1)
        self.pause = LOCATE_EVERY if new else min(2 * self.pause, SEARCH_RARELY)
        self.next_search = frame.index + self.pause

    def _search(self, frame: Frame, known: Sequence[Located], copies: int | None) -> bool:
        """Search the whole picture, at so many sizes (``finding.find``); whether a clock is new."""
        before = len(self.tracks)
        left = _without(frame.luma, known)
        places = (
            finding.find_many(left, self.clocks)
            if self.wall
            else finding.find(left, self.clocks, copies=copies)
        )
        for place in places:
            near = [track for track in self.tracks if moved(track.place, place) < _width(place) / 2]
            if near:
                near[0].move(place)
            else:
                self.tracks.append(Track(place, frame.index))
        return len(self.tracks) > before


def _is_clock(chart: Chart) -> bool:
    return any(region.kind == "bits" for region in chart.regions)


def _sampled(count: int) -> set[int]:
    """Return the numbers of the frames to keep of ``count``: evenly spaced, ``MOST_FRAMES``."""
    numbers = np.linspace(0, count - 1, min(MOST_FRAMES, count)).round().astype(int)
    return set(numbers.tolist())


class Track:
    """One clock: where it is now, and the mean code of each of its cells, frame by frame."""

    def __init__(self, place: Located, first: int) -> None:
        self.first = first
        self.readings: list[NDArray[np.float32]] = []
        self.waiting: list[NDArray[Any]] = []
        # fiducials when last aligned
        self.seen: list[tuple[Pixels, NDArray[Any]]] = []
        self.move(place)

    def move(self, place: Located) -> None:
        """Set where the clock is now."""
        self._take()
        self.place = place
        regions = clock_cells(place.chart)
        cores = [within(located.inner(place, region, CORE)) for region in regions]
        self.boxes = Boxes(cores, place.picture)

    def follow(self, frame: Frame) -> bool:
        """Look at and around the clock's last place; return whether it is still there."""
        if self.seen and all(_alike(frame, box, before) for box, before in self.seen):
            return True
        place = finding.follow(frame.luma, self.place)
        if place is not None and moved(place, self.place) > STANDS_WITHIN:
            self.move(place)
        if place is not None:
            self.seen = [(box, _cut(frame, box)) for box in map(within, map(_box, place.marks))]
        return place is not None

    def read(self, frame: Frame) -> None:
        """Read the cells."""
        self.waiting.append(self.boxes.profiles(frame.luma))
        if len(self.waiting) == TOGETHER:
            self._take()

    def _take(self) -> None:
        """Take the mean code of each cell from what was read of them."""
        if self.waiting:
            means = self.boxes.sums(self.waiting) / self.boxes.areas
            self.readings.append(means.astype(np.float32))
            self.waiting = []

    def column(self, count: int) -> NDArray[np.float32]:
        """Return the readings as (count, cells), nan where there is none."""
        self._take()
        cells = np.full((count, len(self.boxes.areas)), np.nan, np.float32)
        if self.readings:
            read = np.concatenate(self.readings)
            cells[self.first : self.first + len(read)] = read
        return cells


class Boxes:
    """Boxes of whole pixels in a picture (width, height); those in line are read together."""

    def __init__(self, boxes: Sequence[Pixels], picture: tuple[int, int]) -> None:
        corners = np.array(boxes, np.int64).reshape(-1, 4)
        starts = corners[:, :2]
        ends = np.minimum(starts + corners[:, 2:], picture)
        spans = np.maximum(ends - starts, 0)
        first, counts, steps = _rows_read(spans[:, 1])
        sizes = spans[:, 0] * counts
        self.areas = np.where(sizes, sizes, np.nan)  # px that are read
        edges = np.stack([starts, ends], axis=1)
        lines = _in_line(edges, np.flatnonzero(sizes))
        tops = starts[:, 1] + first
        read = np.stack([tops, tops + counts * steps, steps], axis=1).tolist()
        self.numbers = [number for line in lines for number in line]  # as the lines have them
        self.lines: list[Line] = []
        self.begins: list[int] = []  # of each box, and of the gap to the next box or line
        self.width = 0
        for line in lines:
            self._add(slice(*read[line[0]]), edges[line, :, 0].ravel())

    def _add(self, rows: slice, across: NDArray[np.int64]) -> None:
        """Add boxes in line, that begin and end at these columns in turn."""
        self.begins += (across - across[0] + self.width).tolist()
        columns, span = slice(int(across[0]), int(across[-1])), slice(self.width, self.begins[-1])
        self.lines.append((rows, columns, span))
        self.width = span.stop

    def profiles(self, luma: NDArray[Any]) -> NDArray[Any]:
        """Return the sums of the columns of all lines, one after the other, (1, w)."""
        whole = luma.dtype == np.uint8
        sums: NDArray[Any] = np.empty((1, self.width), np.int32 if whole else np.float32)
        kind = cv2.CV_32S if whole else cv2.CV_32F
        for rows, columns, span in self.lines:
            cv2.reduce(luma[rows, columns], 0, cv2.REDUCE_SUM, dst=sums[:, span], dtype=kind)
        return sums

    def sums(self, taken: Sequence[NDArray[Any]]) -> NDArray[np.float64]:
        """Sum the codes read of each box of m pictures, (m, n); 0 where it lies outside."""
        sums = np.zeros((len(taken), len(self.areas)))
        if self.lines:
            parts = np.add.reduceat(np.concatenate(taken), self.begins[:-1], axis=1)
            sums[:, self.numbers] = parts[:, ::2]
        return sums


def _in_line(edges: NDArray[np.int64], numbers: NDArray[np.intp]) -> list[list[int]]:
    """Group boxes that span the same rows, from left to right; too few of them each alone.

    ``edges`` (n, 2, 2): start and end of each box, column and row.
    """
    lines: dict[tuple[int, int], list[int]] = defaultdict(list)
    for number in sorted(numbers.tolist(), key=lambda n: int(edges[n, 0, 0])):
        lines[int(edges[number, 0, 1]), int(edges[number, 1, 1])].append(number)
    alone = [[number] for line in lines.values() if len(line) < IN_LINE for number in line]
    return alone + [line for line in lines.values() if len(line) >= IN_LINE]


def _rows_read(heights: NDArray[np.int64]) -> tuple[NDArray[np.int64], ...]:
    """Return the first row that is read of boxes so high, how many are, and the step between them.

    Of low boxes all are read. Else the step is odd and the number even, so that both fields count
    alike, and the rows' mean lies in the middle to within half a row.
    """
    steps = np.maximum((heights // FEWEST_ROWS - 1) // 2 * 2 + 1, 1)
    counts = np.where(steps > 1, -(-heights // steps) // 2 * 2, heights)
    first = np.where(steps > 1, (heights - (counts - 1) * steps - 1) // 2, 0)
    return first, counts, steps


def clock_cells(chart: Chart) -> tuple[Region, ...]:
    """Regions behind the columns of ``Series.cells``: bits and references, in the chart's order."""
    return tuple(region for region in chart.regions if region.kind in {"bits", "reference"})


def _box(mark: Mark) -> Box:
    """Box (x, y, width, height) round a fiducial."""
    (x, y), (right, foot) = mark.corners.min(axis=0).tolist(), mark.corners.max(axis=0).tolist()
    return x, y, right - x, foot - y


def _without(luma: NDArray[Any], places: Sequence[Located]) -> NDArray[Any]:
    """Paint over what need not be found again."""
    if not places:
        return luma
    left, mean = luma.copy(), float(luma[::EVERY, ::EVERY].mean())
    for place in places:
        cv2.fillConvexPoly(left, np.rint(place.corners).astype(np.int32), mean)
    return left


def _mean_code(frame: Frame, box: Pixels) -> float:
    """Mean code of a box; nan where it lies outside."""
    x, y, width, height = box
    field = frame.luma[y : y + height, x : x + width]
    return float(field.mean()) if field.size else math.nan


def _cut(frame: Frame, box: Pixels) -> NDArray[Any]:
    x, y, width, height = box
    return frame.luma[y : y + height, x : x + width].copy()


def _alike(frame: Frame, box: Pixels, before: NDArray[Any]) -> bool:
    """Whether a fiducial looks as before."""
    contrast = float(before.max()) - float(before.min())
    return bool(cv2.norm(_cut(frame, box), before, cv2.NORM_L1) <= ALIKE * contrast * before.size)


def _copied(frame: Frame) -> Frame:
    """Keep a frame beyond the decoder's own buffers."""
    cb, cr = (None if plane is None else plane.copy() for plane in (frame.cb, frame.cr))
    return replace(frame, luma=frame.luma.copy(), cb=cb, cr=cr)


def moved(place: Located, before: Located) -> float:
    """Distance in px, along rows or columns, by which the corner that moved most has moved."""
    return float(np.abs(np.asarray(place.corners) - np.asarray(before.corners)).max())


def _width(place: Located) -> float:
    corners = np.asarray(place.corners)
    return float(np.linalg.norm(corners[1] - corners[0]))


def within(box: Box) -> Pixels:
    """Return the whole pixels whose centres lie inside a box; none of the four is negative."""
    x, y, width, height = box
    left, top = max(0, math.ceil(x)), max(0, math.ceil(y))
    right, bottom = math.floor(x + width), math.floor(y + height)
    return left, top, max(0, right - left + 1), max(0, bottom - top + 1)

"""Reduces frames while they are decoded.

Sampled frames kept, series grown, clocks tracked and read.
Nothing here grows with the clip's length but the series.
"""

from __future__ import annotations

import math
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from acceptance.charts import finding, located
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
STANDS_WITHIN = 0.1  # px, in which a clock that is followed stands still
# of its contrast, mean difference of a fiducial that stands; one moved by 0.2 px differs by more
ALIKE = 0.015
EVERY = 16  # of the pixels, for the mean code of a picture
IN_LINE = 3  # boxes in line that are quicker read together
# share of a cell's sides that is read: blur and a place that is off by a pixel do not reach it
CORE = 0.6


@contextmanager
def in_one_thread() -> Iterator[None]:
    """Let OpenCV leave the processors to the decoder.

    Its threads wait for work by keeping them busy.
    """
    before = cv2.getNumThreads()
    cv2.setNumThreads(1)
    try:
        yield
    finally:
        cv2.setNumThreads(before)


class Watch:
    """Reduces frames while they are decoded.

    Sampled frames kept, series grown, clocks tracked and read.
    """

    def __init__(
        self,
        opened: Clip,
        wanted: Sequence[Chart],
        driven: Mapping[str, Box] | None = None,
        regions: Mapping[str, Box] | None = None,
    ) -> None:
        self.clocks = [
            chart for chart in wanted if any(region.kind == "bits" for region in chart.regions)
        ]
        count = len(opened.packets)
        self.sampled = set(
            np.linspace(0, count - 1, min(MOST_FRAMES, count)).round().astype(int).tolist()
        )
        self.kept: list[Frame] = []
        self.times: list[float] = []
        self.tracks: list[Track] = []
        self.driven = driven or {}
        self.levels: dict[str, list[float]] = {name: [] for name in self.driven}
        self.features = Features(opened.info)
        self.strips = Strips(opened, regions or {})
        self.pause, self.next_search = LOCATE_EVERY, 0
        self.keys: list[bool] = []

    def see(self, frame: Frame) -> None:
        """Take in one decoded frame."""
        self.times.append(float(frame.time))
        self.keys.append(frame.key)
        self.features.see(frame)
        self.strips.see(frame)
        if frame.index in self.sampled:
            self.kept.append(_copied(frame))
        if self.clocks and frame.index % LOCATE_EVERY == 0:
            self._track(frame)
        for track in self.tracks:
            track.read(frame)
        for name, box in self.driven.items():
            x, y, w, h = within(box)
            field = frame.luma[y : y + h, x : x + w]
            self.levels[name].append(float(field.mean()) if field.size else math.nan)

    def driven_levels(self) -> dict[str, NDArray[np.float64]]:
        """Give the mean code (n,) of each region by hand that a driven light is seen in."""
        return {name: np.array(values) for name, values in self.levels.items()}

    def _track(self, frame: Frame) -> None:
        """Follow the clocks that are known.

        Search for others ever more rarely while there is nothing new.
        """
        known = [track.place for track in self.tracks if track.follow(frame)]
        lost = len(known) < len(self.tracks)
        if not lost and frame.index < self.next_search:
            return
        new = self._search(frame, known, copies=None if lost or frame.index == 0 else 1)
        self.pause = LOCATE_EVERY if new else min(2 * self.pause, SEARCH_RARELY)
        self.next_search = frame.index + self.pause

    def _search(self, frame: Frame, known: Sequence[Located], copies: int | None) -> bool:
        """Search the whole picture, in so many copies.

        Tell whether a clock is in it that was not known.
        """
        before = len(self.tracks)
        for place in finding.find(_without(frame.luma, known), self.clocks, copies=copies):
            near = [track for track in self.tracks if moved(track.place, place) < _width(place) / 2]
            if near:
                near[0].move(place)
            else:
                self.tracks.append(Track(place, frame.index))
        return len(self.tracks) > before


class Track:
    """One clock: where it is now, and the mean code of each of its cells, frame by frame."""

    def __init__(self, place: Located, first: int) -> None:
        self.first = first
        self.readings: list[NDArray[np.float64]] = []
        # fiducials when last aligned
        self.seen: list[tuple[tuple[int, int, int, int], NDArray[Any]]] = []
        self.move(place)

    def move(self, place: Located) -> None:
        """Take note of where the clock is now."""
        self.place = place
        regions = clock_cells(place.chart)
        self.boxes = Boxes(
            [within(located.inner(place, region, CORE)) for region in regions], place.picture
        )

    def follow(self, frame: Frame) -> bool:
        """Look where the clock was last seen, and around; tell whether it still is there."""
        if self.seen and all(_alike(frame, box, before) for box, before in self.seen):
            return True
        place = finding.follow(frame.luma, self.place)
        if place is not None and moved(place, self.place) > STANDS_WITHIN:
            self.move(place)
        if place is not None:
            self.seen = [(box, _cut(frame, box)) for box in map(within, map(_box, place.marks))]
        return place is not None

    def read(self, frame: Frame) -> None:
        """Read the mean code of each cell."""
        self.readings.append(self.boxes.sums(frame.luma) / self.boxes.areas)

    def column(self, count: int) -> NDArray[np.float32]:
        """Give the readings as (count, cells), nan where there is none."""
        cells = np.full((count, len(self.boxes.areas)), np.nan, np.float32)
        cells[self.first : self.first + len(self.readings)] = self.readings
        return cells


class Boxes:
    """Boxes (x, y, width, height) of whole pixels in a picture (width, height).

    Those in line are read together.
    """

    def __init__(
        self, boxes: Sequence[tuple[int, int, int, int]], picture: tuple[int, int]
    ) -> None:
        starts = np.array(boxes, np.int64).reshape(-1, 4)[:, :2]
        ends = np.minimum(starts + np.array(boxes, np.int64).reshape(-1, 4)[:, 2:], picture)
        sizes = np.maximum(ends - starts, 0).prod(axis=1)
        self.areas = np.where(sizes, sizes, np.nan)  # px in the picture
        lines: dict[tuple[int, int], list[int]] = {}
        for number in sorted(np.flatnonzero(sizes).tolist(), key=lambda one: int(starts[one, 0])):
            lines.setdefault((int(starts[number, 1]), int(ends[number, 1])), []).append(number)
        alone = [[one] for line in lines.values() if len(line) < IN_LINE for one in line]
        together = [line for line in lines.values() if len(line) >= IN_LINE]
        edges = np.stack([starts, ends], axis=1)
        self.lines = [
            (
                np.array(line),
                slice(*edges[line[0], :, 1]),
                slice(across[0], across[-1]),
                across[:-1] - across[0],
            )
            for line in alone + together
            for across in [edges[line, :, 0].ravel()]
        ]

    def sums(self, luma: NDArray[Any]) -> NDArray[np.float64]:
        """Sum the codes of each box, (n,); 0 where it lies outside."""
        sums = np.zeros(len(self.areas))
        for line, rows, columns, at in self.lines:
            part = luma[rows, columns]
            if len(line) == 1:
                sums[line] = cv2.sumElems(part)[0]
            else:  # from one edge to the next: box and gap in turn
                profile = cv2.reduce(part, 0, cv2.REDUCE_SUM, dtype=cv2.CV_32F)[0]
                sums[line] = np.add.reduceat(profile, at)[::2]
        return sums


def clock_cells(chart: Chart) -> tuple[Region, ...]:
    """List the regions behind the columns of ``Series.cells``.

    Bits and reference fields, in the chart's order.
    """
    return tuple(region for region in chart.regions if region.kind in {"bits", "reference"})


def _box(mark: Mark) -> tuple[float, float, float, float]:
    """Box (x, y, width, height) round a fiducial."""
    (x, y), (right, foot) = mark.corners.min(axis=0).tolist(), mark.corners.max(axis=0).tolist()
    return x, y, right - x, foot - y


def _without(luma: NDArray[Any], places: Sequence[Located]) -> NDArray[Any]:
    """Paint over what need not be found again."""
    left = luma.copy() if places else luma
    for place in places:
        cv2.fillConvexPoly(
            left, np.rint(place.corners).astype(np.int32), float(luma[::EVERY, ::EVERY].mean())
        )
    return left


def _cut(frame: Frame, box: tuple[int, int, int, int]) -> NDArray[Any]:
    x, y, width, height = box
    return frame.luma[y : y + height, x : x + width].copy()


def _alike(frame: Frame, box: tuple[int, int, int, int], before: NDArray[Any]) -> bool:
    """Whether a fiducial looks as before."""
    contrast = float(before.max()) - float(before.min())
    return bool(cv2.norm(_cut(frame, box), before, cv2.NORM_L1) <= ALIKE * contrast * before.size)


def _copied(frame: Frame) -> Frame:
    """Keep a frame beyond the decoder's own buffers."""
    planes: dict[str, Any] = {
        name: None if plane is None else plane.copy()
        for name in ("luma", "cb", "cr")
        if (plane := getattr(frame, name)) is not None
    }
    return replace(frame, **planes)


def moved(one: Located, other: Located) -> float:
    """Tell how far, in px, the corner that differs most lies from its other place."""
    return float(np.abs(np.asarray(one.corners) - np.asarray(other.corners)).max())


def _width(place: Located) -> float:
    corners = np.asarray(place.corners)
    return float(np.linalg.norm(corners[1] - corners[0]))


def within(box: tuple[float, float, float, float]) -> tuple[int, int, int, int]:
    """Return the whole pixels (x, y, width, height) whose centres lie inside a box.

    Never negative.
    """
    x, y, width, height = box
    left, top = max(0, math.ceil(x)), max(0, math.ceil(y))
    return (
        left,
        top,
        max(0, math.floor(x + width) - left + 1),
        max(0, math.floor(y + height) - top + 1),
    )

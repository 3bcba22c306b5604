"""A screen that changes while it is filmed: what each region adds, and when it is lit.

A screen is linear in its cells, so each cell is photographed once, and a frame is the sum of the
cells, each weighted by the share of the exposure during which it was lit.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import clock_screen, drawing
from acceptance.simulate.coding import digitised, falloff, fixed_pattern, grey, moved
from acceptance.simulate.optics import Cell, Sheet
from acceptance.simulate.sheets import drawn, raster_step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.nouns import Chart, Region
    from acceptance.model import Box, Point
    from acceptance.simulate.camera import Array, Camera, Light
    from acceptance.simulate.coding import Planes
    from acceptance.simulate.delivery import Shown
    from acceptance.simulate.displays import Display

    Slices = tuple[slice, slice]  # of rows and of columns


@dataclass(frozen=True, kw_only=True)
class Refreshes:
    """The refreshes that a film of a clock spans: when each lights up (n,), s, and its index."""

    times: Array
    indices: tuple[int, ...]
    rate: float
    first: int
    session: str = clock_screen.NOBODY

    def at(self, times: Array) -> Array:
        """Return how far the counter is at ``times``, s, in refreshes and parts of them."""
        return self.first + times * self.rate


def refreshes(
    refresh: float, first_index: int, span: Point, session: str = clock_screen.NOBODY
) -> Refreshes:
    """Return the refreshes at ``refresh`` Hz during ``span``, s; ``first_index`` comes at 0 s."""
    number = np.arange(math.floor(span[0] * refresh), math.ceil(span[1] * refresh) + 1)
    indices = tuple(first_index + int(i) for i in number)
    return Refreshes(
        times=number / refresh, indices=indices, rate=refresh, first=first_index, session=session
    )


@dataclass(frozen=True, kw_only=True)
class FilmedScreen:
    """What a screen shows: its cells are set to ``levels`` (n, cells) at ``times`` (n,), s.

    ``rows`` (cells,) are their heights on the ``panel``, 0 at its first row, 1 at its last.
    """

    times: Array
    levels: Array
    rows: Array
    panel: Display

    def mean_over(self, begins: Array, exposure: float) -> Array:
        """Return the mean light (frames, cells) over exposures from ``begins`` (frames, cells)."""
        late = self.panel.scan * self.rows
        return self.panel.mean_over(self.times, self.levels, begins - late, exposure)


def filmed_clock(
    camera: Camera, clock: Chart, run: Refreshes, panel: Display
) -> tuple[Sheet, FilmedScreen]:
    """Draw the clock with all that changes dark; what a region adds in each state is a cell.

    Returns the sheet, and how its cells are lit at each refresh on the ``panel``.
    """
    cells, lit, scale = [], [], raster_step(camera, clock)
    [base] = drawn(camera, clock, run.indices[0], run.session).copy()
    for region in clock.regions:
        for boxes, when in _states(region, run).items():
            light, (x, y) = drawing.light(region, boxes, scale)
            cells.append(Cell(x=x, y=y, light=light.astype(np.float32)))
            lit.append(when)
            if when[0]:
                base[y : y + light.shape[0], x : x + light.shape[1]] -= cells[-1].light
    sheet = Sheet(base=np.maximum(base, 0)[None], cells=tuple(cells))
    return sheet, FilmedScreen(
        times=run.times,
        levels=np.array(lit, np.float64).T,
        rows=middle_rows(sheet, base.shape[0]),
        panel=panel,
    )


def _states(region: Region, run: Refreshes) -> dict[tuple[Box, ...], list[bool]]:
    """Return what a region that changes lights, state by state, and at which refreshes."""
    if region.kind not in clock_screen.SHOWN:
        return {}
    shown = [clock_screen.lit(region, index, run.session) for index in run.indices]
    states = [boxes for boxes in dict.fromkeys(shown) if boxes]
    return {state: [boxes == state for boxes in shown] for state in states}


def exposure_begins(camera: Camera, shown: Shown, start: float) -> Array:
    """Return when the exposure of each delivered frame begins, s; that of source frame 0: start."""
    return start + camera.moments([source for _, source in shown])


def lit_up(ready: Array, refresh: float | None) -> Array:
    """Return when pictures that are ready light up: at the monitor's next refresh, or at once."""
    return np.asarray(np.ceil(ready * refresh - 1e-6) / refresh) if refresh else ready


def row_delay(camera: Camera, sheet: Sheet) -> Array:
    """Return by how many s each cell's middle row is exposed later than row 0."""
    return camera.readout * middle_rows(sheet, camera.height)


def middle_rows(sheet: Sheet, height: int) -> Array:
    """Return the middle row of each cell, as a share of a ``height`` of rows."""
    return np.array([cell.y + cell.light.shape[0] / 2 for cell in sheet.cells]) / height


def mean_levels(screens: Sequence[FilmedScreen], begins: Array, exposure: float) -> Array:
    """Return the mean levels (frames, cells) of the cells of all screens, one after another.

    ``begins`` (frames, cells) are the times in s from which each cell is exposed.
    """
    ends = np.cumsum([len(screen.rows) for screen in screens])
    return np.hstack([
        screen.mean_over(part, exposure)
        for screen, part in zip(screens, np.split(begins, ends[:-1], axis=1), strict=True)
        if part.shape[1]
    ])  # fmt: skip


def monitor_frames(
    camera: Camera, taken: Sheet, live: FilmedScreen, span: Point
) -> tuple[Array, Array]:
    """Return middle of exposure (n,) and cell levels (n, cells) of what the camera sends on."""
    numbers = range(math.ceil(span[0] * camera.rate), math.floor(span[1] * camera.rate))
    sent = [number for number in numbers if number not in camera.dropped | camera.repeated]
    begins = camera.moments(sent)
    levels = live.mean_over(begins[:, None] + row_delay(camera, taken), camera.exposure)
    for number in range(1, len(levels) if camera.recursion else 0):
        levels[number] += camera.recursion * (levels[number - 1] - levels[number])
    return begins + (camera.exposure + camera.readout) / 2, levels


def screen_frames(camera: Camera, sheet: Sheet, levels: Array, shown: Shown) -> Iterator[Planes]:
    """Yield the frames of a screen whose cells are lit by ``levels`` (frames, cells), 0..1.

    Held by hand, the picture moves as a whole (its timing by rows does not); the camera's recursion
    comes before its noise.
    """
    after = None
    for luma, (_, source) in zip(_lumas(camera, sheet, levels), shown, strict=True):
        held = moved(luma, camera.shift(source))
        after = held if after is None else held + np.float32(camera.recursion) * (after - held)
        yield digitised(camera, [after], source)


def _lumas(camera: Camera, sheet: Sheet, levels: Array) -> Iterator[Light]:
    """Yield the luma of each frame, coded anew only where a cell changed since the frame before."""
    dark, reaching = sheet.base[0], falloff(camera, sheet.base.shape[1:])
    (pattern,) = fixed_pattern(camera, [np.zeros_like(dark)])
    luma, before = grey(camera, dark, reaching) + pattern, np.zeros(len(sheet.cells), np.float32)
    spots = _spots(sheet.cells)
    for row in levels.astype(np.float32):
        changed = row != before
        for spot in spots:
            if changed[spot.own].any():
                light, box = spot.lit(dark, sheet.cells, row), spot.box
                luma[box] = grey(camera, light, reaching[box]) + pattern[box]
        before = row
        yield luma


@dataclass(frozen=True, kw_only=True)
class Spot:
    """A part of a picture that the cells ``own`` light, and what else lights it.

    ``touching`` are all cells that reach into ``box``, each with where in the patch and with what
    part of its light.
    """

    box: Slices
    own: list[int]
    touching: list[tuple[int, Slices, Slices]]

    def lit(self, dark: Light, cells: Sequence[Cell], levels: Light) -> Light:
        """Return the light there where each cell has its level, 0..1."""
        light = dark[self.box].copy()
        for number, inside, part in self.touching:
            if levels[number] > 0:
                light[inside] += levels[number] * cells[number].light[part]
        return light


def _spots(cells: Sequence[Cell]) -> list[Spot]:
    """Return the picture's parts that change together: cells of one box are in one patch."""
    own: dict[tuple[int, ...], list[int]] = {}
    for number, cell in enumerate(cells):
        own.setdefault((cell.x, cell.y, *cell.light.shape), []).append(number)
    ends = np.array([[(s.start, s.stop) for s in cell.box] for cell in cells]).reshape(-1, 2, 2)
    return [
        Spot(box=cells[numbers[0]].box, own=numbers, touching=_touching(cells, ends, numbers[0]))
        for numbers in own.values()
    ]


def _touching(
    cells: Sequence[Cell], ends: NDArray[np.int64], patch: int
) -> list[tuple[int, Slices, Slices]]:
    """Find what else lights a patch: the cells whose ``ends`` (n, 2, 2) overlap its own."""
    overlaps = (ends[:, :, 0] < ends[patch, :, 1]) & (ends[:, :, 1] > ends[patch, :, 0])
    near = np.flatnonzero(overlaps.all(axis=1)).tolist()
    return [(number, *_common(cells[patch].box, cells[number].box)) for number in near]


def _common(patch: Slices, other: Slices) -> tuple[Slices, Slices]:
    """Return what two boxes share, within the first and within the second."""
    (top, left), (bottom, right) = (
        (max(a.start, b.start) for a, b in zip(patch, other, strict=True)),
        (min(a.stop, b.stop) for a, b in zip(patch, other, strict=True)),
    )
    inside, part = (
        (
            slice(top - rows.start, bottom - rows.start),
            slice(left - columns.start, right - columns.start),
        )
        for rows, columns in (patch, other)
    )
    return inside, part

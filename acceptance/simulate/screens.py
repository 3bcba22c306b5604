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
from acceptance.simulate.coding import digitised, falloff, fixed_pattern, grey
from acceptance.simulate.optics import Cell, Sheet
from acceptance.simulate.sheets import drawn, raster_step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.charts.nouns import Chart, Region
    from acceptance.model import Box, Point
    from acceptance.simulate.camera import Array, Camera
    from acceptance.simulate.coding import Planes
    from acceptance.simulate.delivery import Shown


@dataclass(frozen=True, kw_only=True)
class Refreshes:
    """The refreshes that a film of a clock spans: when each lights up (n,), s, and its index."""

    times: Array
    indices: tuple[int, ...]
    session: str = clock_screen.NOBODY


def refreshes(
    refresh: float, first_index: int, span: Point, session: str = clock_screen.NOBODY
) -> Refreshes:
    """Return the refreshes at ``refresh`` Hz during ``span``, s; ``first_index`` comes at 0 s."""
    number = np.arange(math.floor(span[0] * refresh), math.ceil(span[1] * refresh) + 1)
    indices = tuple(first_index + int(i) for i in number)
    return Refreshes(times=number / refresh, indices=indices, session=session)


def clock_sheet(camera: Camera, clock: Chart, run: Refreshes) -> tuple[Sheet, Array]:
    """Draw the clock with all that changes dark; what a region adds in each state is a cell.

    Returns the sheet, and which cells are lit from each refresh on, (n, cells) of 0 and 1.
    """
    cells, lit, scale = [], [], raster_step(camera, clock)
    base = drawn(camera, clock, run.indices[0], run.session)[..., 1].copy()
    for region in clock.regions:
        for boxes, when in _states(region, run).items():
            light, (x, y) = drawing.light(region, boxes, scale)
            cells.append(Cell(x=x, y=y, light=light.astype(np.float32)))
            lit.append(when)
            if when[0]:
                base[y : y + light.shape[0], x : x + light.shape[1]] -= cells[-1].light
    return Sheet(base=np.maximum(base, 0)[None], cells=tuple(cells)), np.array(lit, np.float64).T


def _states(region: Region, run: Refreshes) -> dict[tuple[Box, ...], list[bool]]:
    """Return what a region that changes lights, state by state, and at which refreshes."""
    if region.kind not in clock_screen.SHOWN:
        return {}
    shown = [clock_screen.lit(region, index, run.session) for index in run.indices]
    states = [boxes for boxes in dict.fromkeys(shown) if boxes]
    return {state: [boxes == state for boxes in shown] for state in states}


def mean_over(edges: Array, values: Array, begins: Array, exposure: float) -> Array:
    """Return the mean (frames, cells) over [begin, begin + exposure] of a step function.

    It is ``values[i]`` (cells,) from ``edges[i]`` to the next.
    """
    sums = np.cumsum(values[:-1] * np.diff(edges)[:, None], axis=0)
    integral = np.vstack([np.zeros(values.shape[1]), sums])
    columns = zip(begins.T, integral.T, strict=True)
    gained = [
        np.interp(begin + exposure, edges, cell) - np.interp(begin, edges, cell)
        for begin, cell in columns
    ]
    return np.array(gained).T / exposure


def exposure_begins(camera: Camera, shown: Shown, start: float) -> Array:
    """Return when the exposure of each delivered frame begins, s; that of source frame 0: start."""
    return start + np.array([source for _, source in shown]) / float(camera.rate)


def lit_up(ready: Array, refresh: float | None) -> Array:
    """Return when pictures that are ready light up: at the monitor's next refresh, or at once."""
    return np.asarray(np.ceil(ready * refresh - 1e-6) / refresh) if refresh else ready


def row_delay(camera: Camera, sheet: Sheet) -> Array:
    """Return by how many s each cell's middle row is exposed later than row 0."""
    rows = (cell.y + cell.light.shape[0] / 2 for cell in sheet.cells)
    return np.array([camera.readout * row / camera.height for row in rows])


def monitor_frames(
    camera: Camera, taken: Sheet, run: Refreshes, lit: Array, span: Point
) -> tuple[Array, Array]:
    """Return middle of exposure (n,) and cell levels (n, cells) of what the camera sends on."""
    numbers = range(math.ceil(span[0] * camera.rate), math.floor(span[1] * camera.rate))
    sent = [number for number in numbers if number not in camera.dropped | camera.repeated]
    begins = np.array(sent) / float(camera.rate)
    levels = mean_over(run.times, lit, begins[:, None] + row_delay(camera, taken), camera.exposure)
    return begins + (camera.exposure + camera.readout) / 2, levels


def screen_frames(camera: Camera, sheet: Sheet, levels: Array, shown: Shown) -> Iterator[Planes]:
    """Yield the frames of a screen whose cells are lit by ``levels`` (frames, cells), 0..1."""
    dark, reaching = sheet.base[0], falloff(camera, sheet.base.shape[1:])
    (pattern,) = fixed_pattern(camera, [np.zeros_like(dark)])
    luma, before = grey(camera, dark, reaching) + pattern, np.zeros(len(sheet.cells), np.float32)
    for (_, source), row in zip(shown, levels.astype(np.float32), strict=True):
        light = dark.copy()
        for cell, level in zip(sheet.cells, row, strict=True):
            if level > 0:
                light[cell.box] += level * cell.light
        changed = [
            cell for cell, now, was in zip(sheet.cells, row, before, strict=True) if now != was
        ]
        for box in {(cell.x, cell.y, cell.light.shape): cell.box for cell in changed}.values():
            luma[box] = grey(camera, light[box], reaching[box]) + pattern[box]
        before = row
        yield digitised(camera, [luma], source)

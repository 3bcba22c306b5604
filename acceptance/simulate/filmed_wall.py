"""Films of a wall of monitors beside the clock screen: one plane, each tile a camera's picture."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal

import numpy as np

from acceptance.simulate.coding import random_stream
from acceptance.simulate.delivery import deliveries, write
from acceptance.simulate.films import IDEAL, shown_delays, truth_of_screen
from acceptance.simulate.optics import Sheet, photograph, pose
from acceptance.simulate.screens import (
    FilmedScreen,
    exposure_begins,
    filmed_clock,
    lit_up,
    mean_levels,
    middle_rows,
    monitor_frames,
    refreshes,
    row_delay,
    screen_frames,
)
from acceptance.simulate.sheets import from_raster

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.charts.nouns import Chart
    from acceptance.model import Box, Point
    from acceptance.simulate.camera import Array, Camera, Light
    from acceptance.simulate.films import Truth
    from acceptance.simulate.screens import Refreshes

BLOCKS = (9, 16)  # rows and columns of the picture of a camera that does not see the clock


@dataclass(frozen=True, kw_only=True)
class Tile:
    """One tile: the picture of a ``camera`` in ``box`` (x, y, width, height) of the wall's plane.

    ``delay`` (s) runs from the middle of the camera's exposure until its frame is ready for the
    tile. ``shows``: the clock, another view that stands still, or nothing. From ``frozen`` s of
    the film on the tile keeps its picture; None: it never freezes.
    """

    camera: Camera
    box: Box
    delay: float = 0.12
    shows: Literal["clock", "other", "dark"] = "clock"
    frozen: float | None = None


def grid(rows: int, columns: int, box: Box, gap: float = 0.0) -> list[Box]:
    """Part a box into boxes, row by row from its upper left, ``gap`` apart."""
    x, y, width, height = box
    across, down = (width + gap) / columns, (height + gap) / rows
    return [
        (x + column * across, y + row * down, across - gap, down - gap)
        for row in range(rows)
        for column in range(columns)
    ]


def film_wall(
    phone: Camera,
    clock: Chart,
    path: Path,
    tiles: Sequence[Tile],
    plane: Point,
    clock_box: Box | None,
    seconds: float = 6.0,
    *,
    refresh: float = 60.0,
    wall_refresh: float = 60.0,
    first_index: int = 1000,
    start: float = 0.0037,
) -> tuple[Truth, ...]:
    """Film by ``phone`` a ``clock`` screen and a wall of ``tiles``, to ``path``.

    The ``plane`` (width, height) holds the clock in ``clock_box`` (None: it stands out of the
    picture) and the tiles; the phone sees the plane as it would see a chart of that size.
    ``wall_refresh`` is that of the monitors; all else is as for ``films.film_screens``.

    Returns for each tile what the film shows of it; ``delays`` holds those of its pictures that
    came up during the film, none for a tile without clock. Raises OutputError when the film cannot
    be written.
    """
    to_picture = pose(phone, plane)
    span = (-max(tile.delay for tile in tiles) - 2.0, seconds + 1.0)
    run = refreshes(refresh, first_index, span)
    shown = deliveries(phone, seconds)
    begins = exposure_begins(phone, shown, start)
    walls = [_Shown.of(tile, clock, run, span, wall_refresh) for tile in tiles]
    screens = [*walls, *([_Shown.of_clock(phone, clock, run, clock_box)] if clock_box else [])]
    sheet = photograph(phone, [(screen.sheet, to_picture @ screen.placed) for screen in screens])
    lights = [screen.light for screen in screens]
    levels = mean_levels(lights, begins[:, None] + row_delay(phone, sheet), phone.exposure)
    write(phone, path, screen_frames(phone, sheet, levels, shown), shown)
    truth = truth_of_screen(phone, clock, to_picture, shown, begins, run)
    return tuple(
        replace(
            truth,
            delays=shown_delays(wall.taken, wall.light.times, begins),
            monitor_homography=to_picture @ wall.chart_placed,
        )
        for wall in walls
    )


@dataclass(frozen=True, kw_only=True)
class _Shown:
    """What a tile, or the clock, shows: its sheet, ``placed`` on the plane, and its light.

    ``taken`` (n,) are the middles of the exposures of the pictures in ``light``;
    ``chart_placed`` leads from chart mm to the plane.
    """

    sheet: Sheet
    placed: Array
    light: FilmedScreen
    taken: Array
    chart_placed: Array

    @classmethod
    def of_clock(cls, phone: Camera, clock: Chart, run: Refreshes, box: Box) -> _Shown:
        """Draw the clock's own screen, as fine as the phone sees it."""
        sheet, light = filmed_clock(phone, clock, run, IDEAL)
        placed = _placed(box, clock.size)
        return cls(
            sheet=sheet, placed=placed @ from_raster(phone, clock), light=light,
            taken=np.empty(0), chart_placed=placed,
        )  # fmt: skip

    @classmethod
    def of(
        cls, tile: Tile, clock: Chart, run: Refreshes, span: Point, wall_refresh: float
    ) -> _Shown:
        """Take the pictures of the tile's camera and let them come up."""
        camera, look = tile.camera, pose(tile.camera, clock.size)
        own, live = filmed_clock(camera, clock, run, IDEAL)
        taken = photograph(camera, [(own, look @ from_raster(camera, clock))])
        pictured, kept = monitor_frames(camera, taken, live, span)
        lights = lit_up(pictured + tile.delay, wall_refresh)
        still = len(lights) if tile.frozen is None else int(np.sum(lights <= tile.frozen))
        sheet = taken if tile.shows == "clock" else Sheet(base=_other(tile, taken))
        seen = still if tile.shows == "clock" else 0
        light = FilmedScreen(
            times=lights[:seen],
            levels=kept[:seen, : len(sheet.cells)],
            rows=middle_rows(sheet, camera.height),
            panel=IDEAL,
        )
        placed = _placed(tile.box, (camera.width, camera.height)) @ HALF
        chart_placed = placed @ look
        return cls(
            sheet=sheet, placed=placed, light=light, taken=pictured[:seen],
            chart_placed=chart_placed,
        )  # fmt: skip


# from pixel coordinates, 0 being the first one's middle, to those of its edge
HALF = np.array([[1.0, 0.0, 0.5], [0.0, 1.0, 0.5], [0.0, 0.0, 1.0]])


def _placed(box: Box, size: Point) -> Array:
    """Return the homography that puts a picture or chart of ``size`` into a box of its shape."""
    x, y, width, height = box
    step = min(width / size[0], height / size[1])
    left, top = x + (width - step * size[0]) / 2, y + (height - step * size[1]) / 2
    return np.array([[step, 0, left], [0, step, top], [0, 0, 1]])


def _other(tile: Tile, taken: Sheet) -> Light:
    """Return the light of a tile without clock: dark, or blocks of grey."""
    if tile.shows == "dark":
        return np.zeros_like(taken.base)
    blocks = random_stream(tile.camera, -1, 7).uniform(0.1, 0.9, BLOCKS)
    height, width = taken.base.shape[1:]
    rows, columns = np.arange(height) * BLOCKS[0] // height, np.arange(width) * BLOCKS[1] // width
    return np.broadcast_to(blocks[rows][:, columns], taken.base.shape).astype(np.float32)

"""Which tile of a wall each clock in a film stands in: row and column from the upper left, or name.

Where the film says where the wall is (region ``wall``) or each tile (``tile.NAME``), a clock
belongs to the tile that its middle lies in. Else rows and columns are gathered from the clocks
alone, which a dark row or column makes impossible: refused, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from numpy.typing import NDArray

    from acceptance.charts.located import Located
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.model.basics import Box
    from acceptance.model.shot import Shot

WALL, TILE = "wall", "tile."  # regions by hand
CAMERA, BESIDE = "camera", "beside"
APART = 0.5  # of a clock's size, by which rows or columns are apart at least
CLEARLY = 2.0  # times the largest distance within one, by which they are apart
UNEVEN = 1.6  # times the least distance of neighbours
SHAPES = 0.9, 3.0  # width over height of tiles


@dataclass(frozen=True, kw_only=True)
class TilePlace:
    """One tile: its ``region``, its ``box`` in px, and the ``clock`` that is seen in it.

    ``subject`` is whose picture the plan says it shows, ``clock`` the key of ``series.cells``;
    each is empty where there is none.
    """

    region: str
    box: Box
    subject: str = ""
    clock: str = ""

    def holds(self, found: Located) -> bool:
        """Whether the middle of a clock lies in it."""
        return _within(self.box, _middle(found))

    @property
    def middle(self) -> tuple[int, int]:
        """Column and row of its middle, px."""
        x, y, width, height = self.box
        return round(x + width / 2), round(y + height / 2)


def place(shot: Shot, clocks: Mapping[str, Located], source: str) -> list[TilePlace]:
    """Place all ``clocks`` but the ``source`` in tiles; a known wall has others, without one.

    Raises GapError wall_place_unclear or clock_outside_wall.
    """
    if known := _known(shot):
        return _filled(known, clocks, source)
    others = {key: found for key, found in clocks.items() if key != source}
    return _gathered(shot.wall, others)


def stated(shot: Shot, source: Located) -> str:
    """Return what a plan says of where the foremost clock stands: CAMERA, BESIDE, or nothing.

    CAMERA: in a tile that has a subject or a region of its own, and so shows a camera. BESIDE: in
    no tile of a wall whose place is given.
    """
    known = _known(shot)
    inside = [tile for tile in known if tile.holds(source)]
    if any(tile.subject or tile.region in shot.regions for tile in inside):
        return CAMERA
    return BESIDE if known and not inside else ""


def _known(shot: Shot) -> list[TilePlace]:
    """Return the tiles whose places are given; none where they are not."""
    by_hand = {name: box for name, box in shot.regions.items() if name.startswith(TILE)}
    if by_hand:
        names = {name for row in shot.wall for name in row}
        return [_by_hand(name, box, names) for name, box in by_hand.items()]
    if shot.wall and WALL in shot.regions:
        return _grid(shot.wall, shot.regions[WALL])
    return []


def _by_hand(name: str, box: Box, names: Collection[str]) -> TilePlace:
    own = name.removeprefix(TILE)
    return TilePlace(region=name, box=box, subject=own if own in names else "")


def _region(row: int, column: int) -> str:
    return f"{TILE}row{row + 1}.column{column + 1}"


def _grid(wall: Sequence[Sequence[str]], box: Box) -> list[TilePlace]:
    """Part the wall's box into its tiles."""
    x, y, width, height = box
    down = height / len(wall)
    return [
        TilePlace(
            region=_region(row, column),
            box=(
                x + column * width / len(names),
                y + row * down,
                width / len(names),
                down,
            ),
            subject=subject,
        )
        for row, names in enumerate(wall)
        for column, subject in enumerate(names)
    ]


def _filled(
    tiles: Sequence[TilePlace], clocks: Mapping[str, Located], source: str
) -> list[TilePlace]:
    """Put each clock into the tile that its middle lies in."""
    filled = list(tiles)
    for key, found in clocks.items():
        inside = [number for number, tile in enumerate(tiles) if tile.holds(found)]
        if len(inside) > 1 or (inside and filled[inside[0]].clock):
            raise GapError("wall_place_unclear", clocks=len(clocks))
        if inside:
            filled[inside[0]] = replace(filled[inside[0]], clock=key)
        elif key != source:
            x, y = _middle(found)
            raise GapError("clock_outside_wall", x=round(x), y=round(y))
    return filled


def _middle(found: Located) -> tuple[float, float]:
    x, y = np.mean(found.corners, axis=0).tolist()
    return x, y


def _within(box: Box, at: tuple[float, float]) -> bool:
    x, y, width, height = box
    return x <= at[0] < x + width and y <= at[1] < y + height


def _gathered(wall: Sequence[Sequence[str]], clocks: Mapping[str, Located]) -> list[TilePlace]:
    """Gather rows and columns from where the clocks stand."""
    if not clocks:
        return []
    corners = np.array([found.corners for found in clocks.values()], np.float64)
    middles, sizes = corners.mean(axis=1), np.median(np.ptp(corners, axis=1), axis=0)
    wanted = (max(map(len, wall)), len(wall)) if wall else (None, None)
    column, row = (_bands(middles[:, axis], float(sizes[axis]), wanted[axis]) for axis in (0, 1))
    cells = [*zip(row.tolist(), column.tolist(), strict=True)]
    if len(set(cells)) < len(cells) or (wall and not _tile_shaped(middles, row, column)):
        raise GapError("wall_place_unclear", clocks=len(clocks))
    keys = dict(zip(cells, clocks, strict=True))
    boxes = _boxes(middles, row, column, sizes)
    return [
        TilePlace(
            region=_region(*cell),
            box=box,
            subject=wall[cell[0]][cell[1]] if wall and cell[1] < len(wall[cell[0]]) else "",
            clock=keys.get(cell, ""),
        )
        for cell, box in boxes.items()
        if cell in keys or (wall and cell[1] < len(wall[cell[0]]))
    ]


def _bands(middles: Array, size: float, wanted: int | None) -> NDArray[np.int64]:
    """Return the numbers (n,) of the bands that places (n,) along one axis stand in.

    ``wanted`` is how many there are; None: as many as are apart. Raises GapError
    wall_place_unclear.
    """
    order = np.argsort(middles, kind="stable")
    gaps = np.diff(middles[order])
    cuts = gaps > APART * size
    if wanted is not None:
        largest = np.sort(gaps)[::-1]
        least = largest[wanted - 2] if 1 < wanted <= len(gaps) + 1 else np.inf
        rest = largest[wanted - 1] if wanted - 1 < len(gaps) else 0.0
        cuts = gaps >= least
        if wanted > len(middles) or (wanted > 1 and least < max(APART * size, CLEARLY * rest)):
            raise GapError("wall_place_unclear", clocks=len(middles))
    band = np.empty(len(middles), np.int64)
    band[order] = np.concatenate([[0], np.cumsum(cuts)])
    return band


def _tile_shaped(middles: Array, row: NDArray[np.int64], column: NDArray[np.int64]) -> bool:
    """Whether bands are about as far apart as tiles are."""
    steps = [np.diff(_means(middles[:, axis], band)) for axis, band in ((0, column), (1, row))]
    if any(len(step) and step.max() > UNEVEN * step.min() for step in steps):
        return False
    if not all(map(len, steps)):
        return True
    return SHAPES[0] < float(np.mean(steps[0]) / np.mean(steps[1])) < SHAPES[1]


def _means(values: Array, band: NDArray[np.int64]) -> Array:
    return np.array([values[band == number].mean() for number in range(int(band.max()) + 1)])


def _boxes(
    middles: Array, row: NDArray[np.int64], column: NDArray[np.int64], sizes: Array
) -> dict[tuple[int, int], Box]:
    """Return the boxes of all cells, each as large as neighbours are apart."""
    x, y = _means(middles[:, 0], column), _means(middles[:, 1], row)
    width, height = (
        float(np.median(np.diff(at))) if len(at) > 1 else float(size)
        for at, size in ((x, sizes[0]), (y, sizes[1]))
    )
    return {
        (number, other): (across - width / 2, down - height / 2, width, height)
        for number, down in enumerate(y.tolist())
        for other, across in enumerate(x.tolist())
    }

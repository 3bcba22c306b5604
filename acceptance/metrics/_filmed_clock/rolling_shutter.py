"""Rows of a clock that a rolling shutter exposes one after the other.

The lowest bits stand at three heights of the chart. What they show together, frame by frame, is
explained by one *lag*: the refreshes from the exposure of the chart's upper end to that of its
lower end. A frame is then read as a whole: of all exposures those that explain every low cell at
its own height, and with them every other bit and complement.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock.gray_code import (
    CYCLE,
    LOW_BITS,
    Array,
    Whole,
    expected_shares,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.charts.definition import Chart

PLACES = np.arange(0, CYCLE, 1 / 16)
# refreshes from the index that the bits in the middle show; further off the low bits run backwards
AROUND = 5.0
WIDTHS = (0.03, 0.15, 0.3, 0.5, 0.75, 1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0)
LAGS = np.arange(-20, 21) / 5
SAMPLE = 64  # frames from which the lag is taken
# sum of squares over the low cells by which a lag may explain a frame worse than the best one does
ALIKE = 0.003
MOST = 2.0  # that a frame counts: mixtures of pictures and hidden cells are explained by no lag
SLACK = 0.1  # refreshes by which a row may be seen earlier or later than lag and lattice say
RESIDUAL = 0.25  # largest difference between a cell and the exposure that explains it


@dataclass(frozen=True)
class Rows:
    """Every cell of the chart that shows a bit, (k,).

    Each has its column in ``cells``, bit, side, and height -0.5 .. 0.5.
    """

    columns: tuple[int, ...]
    bit: tuple[int, ...]
    complement: tuple[bool, ...]
    height: tuple[float, ...]

    @property
    def low(self) -> NDArray[np.bool_]:
        """(k,) which cells show one of the lowest bits."""
        return np.array(self.bit) < LOW_BITS

    def expected(
        self, position: Array, width: Array | float, lag: float, chosen: NDArray[np.bool_]
    ) -> Array:
        """Light (..., chosen) of ``chosen`` cells (k,).

        The exposures have middle ``position`` (...) and length ``width``, in refreshes.
        """
        bit, complement, heights = (
            np.array(values)[chosen] for values in (self.bit, self.complement, self.height)
        )
        shown: Array = np.empty((*np.shape(position), len(bit)))
        for height in np.unique(heights):
            here = heights == height
            shares = expected_shares(position + lag * height, width, int(bit.max()) + 1)
            shown[..., here] = shares[..., bit[here]]
        return np.where(complement, 1 - shown, shown)

    def bounds(
        self, position: Array, width: Array, lag: float, chosen: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """Least and most light, as ``expected``, within SLACK and a seventh of the width."""
        near = ((-SLACK, 1.0), (SLACK, 1.0), (0.0, 7 / 8), (0.0, 8 / 7))
        around = [
            self.expected(position + late, width * longer, lag, chosen) for late, longer in near
        ]
        return np.min(around, axis=0), np.max(around, axis=0)


def rows(chart: Chart) -> Rows | None:
    """List the cells of a chart; None where no bit stands at more than one height."""
    regions = [region for region in chart.regions if region.kind in {"bits", "reference"}]
    columns = [column for column, region in enumerate(regions) if region.kind == "bits"]
    bits = [regions[column] for column in columns]
    different = {(region.printed["bit"], region.printed["complement"]) for region in bits}
    if len(different) == len(bits):
        return None
    middles = [region.rect[1] + region.rect[3] / 2 for region in bits]
    return Rows(
        columns=tuple(columns),
        bit=tuple(int(region.printed["bit"]) for region in bits),
        complement=tuple(bool(region.printed["complement"]) for region in bits),
        height=tuple(middle / chart.size[1] - 0.5 for middle in middles),
    )


def low_bits(light: Array, cells: Rows) -> tuple[Array, Array]:
    """Light (n, r, LOW_BITS) of the low bits at each height, and the heights (r,).

    They are taken from ``light`` (n, k) of all cells.
    """
    of_cell, complement = np.array(cells.height), np.array(cells.complement)
    heights = np.unique(of_cell[cells.low])
    rows = []
    for height in heights:
        here = np.flatnonzero((of_cell == height) & cells.low)
        here = here[np.argsort(np.array(cells.bit)[here])]
        rows.append(np.where(complement[here], 1 - light[:, here], light[:, here]))
    return np.stack(rows, axis=1), heights


def agree(light: Array, cells: Rows, shares: Array) -> NDArray[np.bool_]:
    """(n,) whether every cell of ``light`` (n, k), at every height, shows its bit's share.

    ``shares`` are (n, bits).
    """
    of_cell = shares[:, list(cells.bit)]
    expected = np.where(cells.complement, 1 - of_cell, of_cell)
    with np.errstate(invalid="ignore"):
        return np.asarray(np.abs(expected - light).max(axis=1) <= 2 * RESIDUAL)


def lag(light: Array, cells: Rows, near: Whole) -> float:
    """Find by how many refreshes the chart's lower end is exposed after its upper end.

    It is the least lag that explains all. ``light`` (n, k), ``near`` (n,) as in ``read``.
    """
    whole = np.flatnonzero(np.isfinite(light).all(axis=1))
    if not len(whole):
        return 0.0
    chosen = whole[np.unique(np.linspace(0, len(whole) - 1, SAMPLE).astype(int))]
    costs = _costs(light[chosen][:, cells.low], cells, near[chosen])
    alike = LAGS[costs <= 1.1 * min(costs) + ALIKE]
    return float(alike[np.argmin(np.abs(alike))])


def _costs(low: Array, cells: Rows, near: Whole) -> Array:
    """Mean square misfit of frames with ``low`` cells (n, low) by each of LAGS, MOST a frame.

    A frame is held against the exposures around its index alone; frames at the same place of the
    cycle share these.
    """
    tables, squares = _tables(cells)
    low = low.astype(tables.dtype)  # else the product converts the tables every time
    best = np.empty((len(LAGS), len(near)))
    for at in np.unique(near % CYCLE):
        frames, tried = near % CYCLE == at, _around(int(at))
        seen = low[frames]
        own = np.sum(seen**2, axis=1)
        # lag by lag, so that what is compared stays in the processor's cache
        for lag, (table, square) in enumerate(zip(tables, squares, strict=True)):
            nearest = square[tried] - 2 * seen @ table[tried].T
            best[lag, frames] = nearest.min(axis=1) + own
    return np.asarray(np.minimum(best, MOST).mean(axis=1))


def _around(near: int) -> slice:
    """Rows of a table, of two cycles, whose places are at most AROUND from an index."""
    first = round((near - AROUND) % CYCLE / PLACES[1])
    last = first + round(2 * AROUND / PLACES[1])
    return slice(first * len(WIDTHS), (last + 1) * len(WIDTHS))


def _beside(place: Array, near: Whole | np.int64) -> Array:
    """Count the refreshes from an index to the nearest place of ``place`` within its cycle."""
    return np.asarray((place - near + CYCLE / 2) % CYCLE - CYCLE / 2)


@lru_cache(maxsize=2)
def _tables(cells: Rows) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the low cells in two cycles at each of LAGS (lags, 2 t, low), and sums of squares.

    ``_table`` gives it of one cycle; the sums (lags, 2 t) are over the cells.
    """
    cycle = np.array([_table(cells, float(lag))[2] for lag in LAGS], np.float32)
    shown = np.concatenate([cycle, cycle], axis=1)
    return shown, np.sum(shown**2, axis=2)


def _table(cells: Rows, lag: float) -> tuple[Array, Array, Array]:
    """Places (t,), widths (t,) and what the low cells then show (t, low)."""
    place, width = (grid.ravel() for grid in np.meshgrid(PLACES, WIDTHS, indexing="ij"))
    return place, width, cells.expected(place, width, lag, cells.low)


def read(light: Array, cells: Rows, lag: float, near: Whole) -> tuple[Whole, Array, Array, Array]:
    """Read frames (n, k): index, blend, position and reach (n,) as in ``Readings``.

    ``light`` (n, k) is that of all cells, 0 dark and 1 lit, ``near`` (n,) the index that bits in
    the middle show.
    """
    n = len(light)
    index, (blend, position, reach) = np.full(n, -1, np.int64), np.full((3, n), np.nan)
    table = _LowTable.of(cells, lag)
    for i in np.flatnonzero(np.isfinite(light).all(axis=1)):
        at, width = table.explained_by(light[i], near[i])
        if len(at) and at.min() >= 0 and np.ptp(at) <= 2:
            position[i] = (at.min() + at.max()) / 2
            reach[i] = max(0.5, float(np.ptp(at)) / 2 + 1 / 16)
            index[i], blend[i] = _seen(position[i], float(np.median(width)))
    return index, blend, position, reach


@dataclass(frozen=True, kw_only=True)
class _LowTable:
    """Exposures to try at one lag: ``place`` within a cycle and ``width`` (t,), in refreshes.

    ``least`` and ``most`` (t, low) are what the low cells may then show.
    """

    cells: Rows
    lag: float
    place: Array
    width: Array
    least: Array
    most: Array

    @classmethod
    def of(cls, cells: Rows, lag: float) -> _LowTable:
        """Tabulate the exposures of a chart's cells."""
        place, width, _ = _table(cells, lag)
        least, most = cells.bounds(place, width, lag, cells.low)
        return cls(cells=cells, lag=lag, place=place, width=width, least=least, most=most)

    def explained_by(self, light: Array, near: np.int64) -> tuple[Array, Array]:
        """Positions and widths (e,) of the exposures that explain all cells ``light`` (k,)."""
        low = self.cells.low
        beside = _beside(self.place, near)
        tried = np.flatnonzero(np.abs(beside) <= AROUND)
        off = _outside(light[low], self.least[tried], self.most[tried])
        likely = tried[off <= min(off.min() + 0.03, RESIDUAL)]
        high = self.cells.bounds(near + beside[likely], self.width[likely], self.lag, ~low)
        # the low bits alone run backwards as well
        likely = likely[_outside(light[~low], *high) <= RESIDUAL]
        return near + beside[likely], self.width[likely]


def _outside(light: Array, least: Array, most: Array) -> Array:
    """How far the worst cell (of the last axis) lies outside its bounds."""
    return np.asarray(np.maximum(least - light, light - most).max(axis=-1))


def _seen(middle: float, width: float) -> tuple[int, float]:
    """Refresh that an exposure saw, the earlier one of two, and the share of the later one."""
    first, last = int(np.floor(middle - width / 2)), int(np.floor(middle + width / 2))
    if last - first > 1:
        return int(np.floor(middle)), 0.0
    return first, (middle + width / 2 - last) / width if last > first else 0.0

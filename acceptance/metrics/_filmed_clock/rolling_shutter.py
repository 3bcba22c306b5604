"""Rows of a clock that a rolling shutter exposes one after the other.

How far apart, and readings that bear it.
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
RESIDUAL = 0.25  # largest difference between a cell and the exposure that is said to explain it


@dataclass(frozen=True)
class Rows:
    """Every cell of the chart that shows a bit, (k,).

    Its column in ``cells``, bit, side, and height -0.5 .. 0.5.
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
        """Say what ``chosen`` cells (k,) show of exposures with middle ``position`` (...).

        Light (..., chosen).
        """
        bit, complement, row = (
            np.array(one)[chosen] for one in (self.bit, self.complement, self.height)
        )
        shown: Array = np.empty((*np.shape(position), len(bit)))
        for height in np.unique(row):
            here = row == height
            shown[..., here] = expected_shares(position + lag * height, width, int(bit.max()) + 1)[
                ..., bit[here]
            ]
        return np.where(complement, 1 - shown, shown)

    def bounds(
        self, position: Array, width: Array, lag: float, chosen: NDArray[np.bool_]
    ) -> tuple[Array, Array]:
        """Return the least and the most of what ``expected`` says within SLACK and a seventh of the width."""
        near = ((-SLACK, 1.0), (SLACK, 1.0), (0.0, 7 / 8), (0.0, 8 / 7))
        around = [
            self.expected(position + late, width * longer, lag, chosen) for late, longer in near
        ]
        return np.min(around, axis=0), np.max(around, axis=0)


def rows(chart: Chart) -> Rows | None:
    """List the cells of a chart; None where no bit stands at more than one height."""
    regions = [region for region in chart.regions if region.kind in {"bits", "reference"}]
    bits = [(column, region) for column, region in enumerate(regions) if region.kind == "bits"]
    if len({(region.printed["bit"], region.printed["complement"]) for _, region in bits}) == len(
        bits
    ):
        return None
    return Rows(
        columns=tuple(column for column, _ in bits),
        bit=tuple(int(region.printed["bit"]) for _, region in bits),
        complement=tuple(bool(region.printed["complement"]) for _, region in bits),
        height=tuple((one.rect[1] + one.rect[3] / 2) / chart.size[1] - 0.5 for _, one in bits),
    )


def low_bits(light: Array, cells: Rows) -> tuple[Array, Array]:
    """Give (n, r, LOW_BITS) how far low bits are lit in ``light`` (n, k) at each height, and the heights (r,)."""
    height, side = np.array(cells.height), np.array(cells.complement)
    rows = []
    for one in np.unique(height[cells.low]):
        here = np.flatnonzero((height == one) & cells.low)
        here = here[np.argsort(np.array(cells.bit)[here])]
        rows.append(np.where(side[here], 1 - light[:, here], light[:, here]))
    return np.stack(rows, axis=1), np.unique(height[cells.low])


def agree(light: Array, cells: Rows, shares: Array) -> NDArray[np.bool_]:
    """(n,) whether every cell of ``light`` (n, k) shows what its bit's ``shares`` (n, bits) say, at all heights."""
    told = shares[:, list(cells.bit)]
    with np.errstate(invalid="ignore"):
        return np.asarray(
            np.abs(np.where(cells.complement, 1 - told, told) - light).max(axis=1) <= 2 * RESIDUAL
        )


def lag(light: Array, cells: Rows, near: Whole) -> float:
    """Find by how many refreshes the chart's lower end is exposed after its upper end.

    The least that explains all.
    ``light`` (n, k), ``near`` (n,) as in ``read``.
    """
    whole = np.flatnonzero(np.isfinite(light).all(axis=1))
    if not len(whole):
        return 0.0
    chosen = whole[np.unique(np.linspace(0, len(whole) - 1, SAMPLE).astype(int))]
    seen, far = (
        light[chosen][:, cells.low],
        np.abs(_beside(_table(cells, 0.0)[0][:, None], near[chosen])) > AROUND,
    )
    costs = []
    for table in _tables(cells):
        distance = np.sum(table**2, axis=1)[:, None] - 2 * table @ seen.T + np.sum(seen**2, axis=1)
        costs.append(float(np.minimum(np.where(far, np.inf, distance).min(axis=0), MOST).mean()))
    alike = LAGS[np.array(costs) <= 1.1 * min(costs) + ALIKE]
    return float(alike[np.argmin(np.abs(alike))])


def _beside(place: Array, near: Whole) -> Array:
    """Return the refreshes from an index to the nearest place that is ``place`` within its cycle."""
    return np.asarray((place - near + CYCLE / 2) % CYCLE - CYCLE / 2)


@lru_cache(maxsize=2)
def _tables(cells: Rows) -> tuple[NDArray[np.float32], ...]:
    return tuple(_table(cells, float(one))[2].astype(np.float32) for one in LAGS)


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
    place, width, _ = _table(cells, lag)
    least, most = cells.bounds(place, width, lag, cells.low)
    for i in np.flatnonzero(np.isfinite(light).all(axis=1)):
        beside = _beside(place, near[i])
        tried = np.flatnonzero(np.abs(beside) <= AROUND)
        off = _outside(light[i, cells.low], least[tried], most[tried])
        likely = tried[off <= min(off.min() + 0.03, RESIDUAL)]
        high = cells.bounds(near[i] + beside[likely], width[likely], lag, ~cells.low)
        # the low bits alone run backwards as well
        likely = likely[_outside(light[i, ~cells.low], *high) <= RESIDUAL]
        at = near[i] + beside[likely]
        if len(likely) and at.min() >= 0 and np.ptp(at) <= 2:
            position[i], reach[i] = (
                (at.min() + at.max()) / 2,
                max(0.5, float(np.ptp(at)) / 2 + 1 / 16),
            )
            index[i], blend[i] = _seen(position[i], float(np.median(width[likely])))
    return index, blend, position, reach


def _outside(light: Array, least: Array, most: Array) -> Array:
    """Return how far the worst cell (of the last axis) lies outside its bounds."""
    return np.asarray(np.maximum(least - light, light - most).max(axis=-1))


def _seen(middle: float, width: float) -> tuple[int, float]:
    """Return the refresh that an exposure saw, the earlier one of two, and the share of the later one."""
    first, last = int(np.floor(middle - width / 2)), int(np.floor(middle + width / 2))
    if last - first > 1:
        return int(np.floor(middle)), 0.0
    return first, (middle + width / 2 - last) / width if last > first else 0.0

"""Reading of the filmed clock: which refresh of the screen an exposure saw, and how much of two.

The clock shows the Gray code (F. Gray, US patent 2632058) of its refresh index, each bit as a cell
and its complement. While the exposure runs, the light of a cell adds up; so the share of the
exposure during which a bit was lit is v / (v + c), whatever the contrast. The curve between light
and code is corrected by the pairs themselves: v + c must come to the same for blended pairs as for
clear ones. A *position* is the middle of the exposure in refreshes: 1000.0 is the first light of
refresh 1000.

A reading is given only when all bits and all complements agree with one exposure: unreadable rather
than wrong. Where a rolling shutter exposes the chart's rows one after the other, each row has its
own (``rolling_shutter``).
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock import ghosts, pair_light, rolling_shutter
from acceptance.metrics._filmed_clock.gray_code import (
    CLEAR,
    LOW_BITS,
    Array,
    Whole,
    expected_shares,
    index_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from numpy.typing import NDArray

    from acceptance.charts.definition import Chart
    from acceptance.metrics._filmed_clock.rolling_shutter import Rows
    from acceptance.scene.build import Scene

__all__ = ["CLEAR", "LOW_BITS", "Array", "Whole", "expected_shares", "index_of"]

SHARED = "clocks"  # the name of what was read among what a scene shares
# exposures 1.1 refreshes apart or more differ by over 0.5 in some bit, two codings of one by far
# less
SAME = 0.3
SPOILT = 0.5  # of the frames that are read without: what was taken off was nothing that was left
RESIDUAL = 0.25  # largest difference between a cell and the exposure that explains it
WIDTHS = (0.5, 1.0, 1.25, 1.5, 1.75, 2.0, 2.25, 2.5, 2.75, 3.0, 3.5, 4.0, 5.0, 6.0)
AROUND = np.arange(-3.0, 4.0, 1 / 8)


@dataclass(frozen=True, kw_only=True)
class Readings:
    """What n frames show of one clock.

    ``shares`` (n, bits) are 0..1 but for noise, lowest bit first, nan where a pair says nothing;
    ``index`` (n,) is the refresh seen, the earlier one of a blend, -1 unreadable; ``blend`` (n,)
    the share of the later refresh; ``position`` (n,) with ``reach`` (n,), its half range, in
    refreshes, nan unreadable. ``exponent`` corrects the camera's curve. ``lag`` is by how many
    refreshes the chart's lower end is seen later than its upper end (rolling shutter of the camera,
    less that of the screen); position is that of the middle height. ``low`` (n, r, LOW_BITS) are
    the shares of the lowest bits at ``heights`` (r,) of the chart, -0.5 .. 0.5. ``ghost`` is the
    share of each frame that either noise reduction or a slow screen left of the one before,
    ``removed`` what was taken off, ``tried`` what may have to be instead.
    """

    shares: Array
    index: Whole
    blend: Array
    position: Array
    reach: Array
    exponent: float
    low: Array
    heights: Array
    lag: float = 0.0
    ghost: float = 0.0
    removed: float = 0.0
    tried: float = 0.0

    def forbid_changes(self) -> None:
        """Make the arrays read-only: several metrics share them."""
        for values in vars(self).values():
            if isinstance(values, np.ndarray):
                values.flags.writeable = False

    @property
    def readable(self) -> NDArray[np.bool_]:
        """(n,) which frames could be read."""
        return self.index >= 0

    def only(self, chosen: Whole) -> Readings:
        """Return the readings of the ``chosen`` frames."""
        return replace(
            self,
            shares=self.shares[chosen],
            index=self.index[chosen],
            blend=self.blend[chosen],
            position=self.position[chosen],
            reach=self.reach[chosen],
            low=self.low[chosen],
        )

    def where(self, agreed: NDArray[np.bool_]) -> Readings:
        """Return the readings with those that are not ``agreed`` (n,) made unreadable."""
        return replace(
            self,
            index=np.where(agreed, self.index, -1),
            blend=np.where(agreed, self.blend, np.nan),
            position=np.where(agreed, self.position, np.nan),
            reach=np.where(agreed, self.reach, np.nan),
        )

    def without(self, ghost: float) -> Readings:
        """Return the readings with the share ``ghost`` of the frame before off their light instead.

        What they were read as stays.
        """
        shares, low = (ghosts.added(light, self.removed) for light in (self.shares, self.low))
        return replace(
            self,
            shares=ghosts.removed(shares, ghost),
            low=ghosts.removed(low, ghost),
            removed=ghost,
        )

    @property
    def ambiguous(self) -> NDArray[np.bool_]:
        """(n,) which frames blend two refreshes."""
        return self.readable & (self.blend > CLEAR)


def clock_chart(scene: Scene) -> Chart | None:
    """Return the chart that holds bits, of those found in the scene or the one stated for it."""
    charts = [found.chart for found in scene.located] + ([scene.chart] if scene.chart else [])
    clocks = [chart for chart in charts if any(region.kind == "bits" for region in chart.regions)]
    return clocks[0] if clocks else None


def read_clocks(scene: Scene) -> dict[str, Readings]:
    """Read every clock in the scene, once for all metrics; empty when there is none.

    The arrays are read-only.
    """
    if SHARED not in scene.shared:
        scene.shared[SHARED] = _read_clocks(scene)
        for seen in scene.shared[SHARED].values():
            seen.forbid_changes()
    return dict(scene.shared[SHARED])


def _read_clocks(scene: Scene) -> dict[str, Readings]:
    chart = clock_chart(scene)
    if chart is None:
        return {}
    cells = {key: np.asarray(codes, np.float64) for key, codes in scene.series.cells.items()}
    interval = float(np.median(np.diff(np.sort(scene.series.times))))
    foremost = max(cells, key=lambda key: _shown(cells[key], chart), default="")
    ghost, doubt, tried = _left(cells, foremost, chart, interval)
    found = _without(ghost, cells, chart, scene.linear)
    if ghost:
        plain = _without(0.0, {foremost: cells[foremost]}, chart, scene.linear)[foremost]
        if found[foremost].readable.mean() < SPOILT * plain.readable.mean():
            # something else left it, as light that falls slowly does: dark codes show little light
            ghost, doubt, tried = 0.0, 0.0, 0.0
            found = _without(ghost, cells, chart, scene.linear)
    elif not doubt and found:
        ghost, doubt = ghosts.in_step([seen.low for seen in found.values()], interval)
        found = _without(ghost, cells, chart, scene.linear) if ghost else found
    return {
        key: replace(seen, ghost=doubt, removed=ghost, tried=tried or doubt)
        for key, seen in found.items()
    }


def _shown(codes: Array, chart: Chart) -> float:
    """Return the refresh that a clock shows in the middle of the film, whatever is mixed in.

    Of a clock that is dark or not found it is before all others.
    """
    on, off = pairs(codes, chart)
    seen = np.median(np.abs(on - off), axis=1) > pair_light.CONTRAST
    return float(np.median(index_of(on > off)[seen])) if seen.any() else -math.inf


def _left(
    cells: Mapping[str, Array], foremost: str, chart: Chart, interval: float
) -> tuple[float, float, float]:
    """Return what the film's camera left of the frame before, as ``ghosts.of_film``.

    The foremost clock tells: others are pictures of it, which stand, or whose little a coder drops.
    In a fast film it may be a slow screen: the least that a clock shows is taken off, and what the
    foremost has more is in doubt.
    """
    shares = {key: ghost_share(codes, chart, interval) for key, codes in cells.items()}
    if not shares:
        return 0.0, 0.0, 0.0
    own = shares[foremost]
    if interval > ghosts.SLOWER:
        return own
    ghost, doubt, tried = (min(values) for values in zip(*shares.values(), strict=True))
    return ghost, max(doubt, own[0] - ghost), tried


def _without(
    ghost: float, cells: Mapping[str, Array], chart: Chart, linear: Callable[[Array], Array]
) -> dict[str, Readings]:
    """Read all clocks without the ``ghost`` of the frame before."""
    own = {key: ghosts.removed(codes, ghost) for key, codes in cells.items()}
    exponent = pair_light.common_exponent(_sides(codes, chart, linear) for codes in own.values())
    return {key: read(codes, chart, linear, exponent) for key, codes in own.items()}


def ghost_share(codes: Array, chart: Chart, interval: float) -> tuple[float, float, float]:
    """Return what the frame before left in each of ``codes`` (n, c), as ``ghosts.of_film``."""
    on, off = (side[:, ghosts.FIRST_BIT :] for side in pairs(codes, chart))
    if not np.isfinite(on + off).any():
        return 0.0, 0.0, 0.0
    low, high = (float(np.nanmedian(side(on, off))) for side in (np.minimum, np.maximum))
    scaled = (np.hstack([on, off]) - low) / max(high - low, pair_light.CONTRAST)
    return ghosts.of_film(np.asarray(scaled), interval)


def read(
    cells: NDArray[np.floating],
    chart: Chart,
    linear: Callable[[Array], Array],
    exponent: float | None = None,
) -> Readings:
    """Read ``cells`` (n, c), mean codes of the chart's bits and reference regions in their order.

    A code is nan where its cell was not located. ``linear`` turns codes into light as far as the
    camera's curve is known, ``exponent`` corrects it; None: what the cells show of it.
    """
    codes: Array = np.asarray(cells, np.float64)
    on, off = pairs(codes, chart)
    lit, dark = _sides(codes, chart, linear)
    if exponent is None:
        exponent = pair_light.common_exponent([(lit, dark)])
    shares = pair_light.lit_shares(lit, dark, exponent)
    rows = rolling_shutter.rows(chart)
    if rows is None:
        return readings_of(shares, exponent)
    scale = pair_light.scale(on, off, linear)
    light = pair_light.normalised(codes[:, list(rows.columns)], scale, linear)
    light = pair_light.curved(light, exponent)
    near = index_of(on > off)
    lag = rolling_shutter.lag(light, rows, near)
    if lag:
        halves = pair_light.halves(lit, dark, exponent)
        shares = np.where(np.isfinite(shares), shares, halves)
        return _rolling(light, rows, lag, near, shares, exponent)
    return _at_once(light, rows, shares, exponent)


def _sides(codes: Array, chart: Chart, linear: Callable[[Array], Array]) -> tuple[Array, Array]:
    """Light (n, bits) of the bits and of their complements."""
    on, off = pairs(codes, chart)
    scale = pair_light.scale(on, off, linear)
    lit, dark = (pair_light.normalised(side, scale, linear) for side in (on, off))
    return lit, dark


def _at_once(light: Array, rows: Rows, shares: Array, exponent: float) -> Readings:
    """Read frames whose rows were all exposed at once."""
    low, heights = rolling_shutter.low_bits(light, rows)
    found = replace(readings_of(shares, exponent), low=low, heights=heights)
    return found.where(rolling_shutter.agree(light, rows, shares))


def _rolling(
    light: Array, rows: Rows, lag: float, near: Whole, shares: Array, exponent: float
) -> Readings:
    """Read frames whose rows were exposed one after the other."""
    index, blend, position, reach = rolling_shutter.read(light, rows, lag, near)
    low, heights = rolling_shutter.low_bits(light, rows)
    return Readings(
        shares=shares,
        index=index,
        blend=blend,
        position=position,
        reach=reach,
        exponent=exponent,
        low=low,
        heights=heights,
        lag=lag,
    )


def pairs(cells: Array, chart: Chart) -> tuple[Array, Array]:
    """Codes of the bits and of their complements, (n, bits) each, lowest bit first.

    Of bits that stand at several heights the ones nearest to the chart's middle are taken.
    """
    columns = _columns(chart)
    chosen = [columns[bit, side][0] for side in (False, True) for bit in range(len(columns) // 2)]
    on, off = np.split(cells[:, chosen], 2, axis=1)
    return on, off


def _columns(chart: Chart) -> dict[tuple[int, bool], list[int]]:
    """Columns of ``cells`` for each bit and complement, the nearest to the chart's middle first."""
    regions = [region for region in chart.regions if region.kind in {"bits", "reference"}]
    away = [abs(region.rect[1] + region.rect[3] / 2 - chart.size[1] / 2) for region in regions]
    columns: dict[tuple[int, bool], list[int]] = {}
    for column in sorted(range(len(regions)), key=away.__getitem__):
        what = regions[column].printed
        if "bit" in what:
            columns.setdefault((int(what["bit"]), bool(what["complement"])), []).append(column)
    return columns


def readings_of(shares: Array, exponent: float = pair_light.USUAL_EXPONENT) -> Readings:
    """Read shares (n, bits) without a doubtful bit, with one between two indices, or with several.

    An exposure over more than two refreshes has several.
    """
    n = len(shares)
    index, blend = np.full(n, -1, np.int64), np.full(n, np.nan)
    position, reach = np.full(n, np.nan), np.full(n, np.nan)
    known = np.asarray(np.isfinite(shares).all(axis=1))
    at, found = _one_boundary(shares, known)
    index[at], blend[at], position[at], reach[at] = found
    known[at] = False
    for i in np.flatnonzero(known):
        several = _several_boundaries(shares[i])
        if several:
            index[i], blend[i], position[i], reach[i] = several
    return Readings(
        shares=shares,
        index=index,
        blend=blend,
        position=position,
        reach=reach,
        exponent=exponent,
        low=shares[:, None, :LOW_BITS],
        heights=np.zeros(1),
    )


def _one_boundary(
    shares: Array, known: NDArray[np.bool_]
) -> tuple[Whole, tuple[Whole, Array, Array, float]]:
    """Return those of the ``known`` frames (n,) that have one doubtful bit at most, and their data.

    These are index, blend, position and reach of each. A doubtful bit lies between two indices.
    """
    doubtful, bits = np.abs(shares - 0.5) < 0.5 - CLEAR, shares > 0.5
    number, which = np.count_nonzero(doubtful, axis=1), doubtful.argmax(axis=1)
    first = index_of(bits)
    other = index_of(bits ^ (np.arange(bits.shape[1]) == which[:, None]))
    clear = number == 0
    at = np.flatnonzero(known & (clear | (number == 1) & (np.abs(first - other) == 1)))
    first, other, clear = first[at], np.where(clear, first, other)[at], clear[at]
    share = shares[at, which[at]]
    nearer = np.maximum(share, 1 - share)
    blend = np.where(clear, 0.0, np.where(first > other, nearer, 1 - nearer))
    position = np.maximum(first, other) + np.where(clear, 0.5, 0.0)
    return at, (np.minimum(first, other), blend, position, 0.5)


def _several_boundaries(shares: Array) -> tuple[int, float, float, float] | None:
    around = index_of(shares > 0.5) + AROUND
    expected = [expected_shares(around, width, shares.size) for width in WIDTHS]
    worst = np.array([np.abs(of_width - shares).max(axis=1) for of_width in expected])
    best = float(worst.min())
    likely = around[(worst <= best + 0.03).any(axis=0)]
    if best > RESIDUAL or likely.min() < 0 or np.ptp(likely) > 2:
        return None
    middle = float(likely.min() + likely.max()) / 2
    return int(np.floor(middle)), 0.0, middle, max(0.5, float(np.ptp(likely)) / 2 + 1 / 8)


def same_picture(shares: Array) -> NDArray[np.bool_]:
    """(n,) whether a frame shows the very exposure of the frame before; the first one does not."""
    with np.errstate(invalid="ignore"):
        change = np.abs(np.diff(shares, axis=0)).max(axis=1, initial=0.0)
    return np.concatenate([[False], change < SAME])


def leading(clocks: Mapping[str, Readings]) -> tuple[str, str] | None:
    """Keys of the clock that leads (the reference) and of the one that lags (the monitor).

    Return None where there are not two clocks.
    """
    if len(clocks) != 2:
        return None
    (key, readings), (other_key, others) = clocks.items()
    both = readings.readable & others.readable
    if not both.any():
        return None
    ahead = np.median(readings.position[both] - others.position[both])
    return (key, other_key) if ahead >= 0 else (other_key, key)

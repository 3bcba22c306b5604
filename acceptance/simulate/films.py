"""Films of a chart by a camera of known quality: truth for tests, footage for the demo.

The camera itself is in ``camera.py``. A screen that changes is linear in its cells, so each cell is
photographed once, and a frame is the sum of the cells, each weighted by the share of the exposure
during which it was lit. Chart coordinates are millimetres (of a screen: its own units), origin
upper left, y down.
"""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import clock_screen, definition, drawing
from acceptance.footage import encode
from acceptance.simulate.camera import (
    Array,
    Camera,
    Cell,
    Light,
    Planes,
    Sheet,
    coded,
    digitised,
    fixed_pattern,
    observed,
    photograph,
    pose,
    random_stream,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from fractions import Fraction
    from pathlib import Path

    from acceptance.model import Box, Point

RASTER = 3.0
CODECS_WITH_CRF = ("libx264", "libx265")
Shown = tuple[tuple[int, int], ...]


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the film shows, exactly; for optics see ``camera.mtf``, for tone ``camera.luma``.

    ``homography`` maps chart mm to picture px (before distortion), ``corners`` are the chart's
    outer corners in the picture; the ``monitor_`` ones belong to the second screen. ``noise`` and
    ``fixed_noise`` are sigmas in luma codes before quantisation. Per delivered frame: ``sources``,
    the source frame whose picture it carries, ``times``, its presentation time in s, ``middles``,
    the middle of that picture's exposure in s on the screen's clock, ``indices``, the screen's
    refresh index at that middle (the fraction: how far into that refresh), ``stream_delays``,
    arrival minus middle in s. ``delays``: per frame of the camera under test that came up on the
    monitor during the film, seconds from the middle of its exposure to its first light there, the
    wait for the monitor's refresh included.
    """

    camera: Camera
    chart: definition.Chart
    homography: Array
    corners: tuple[Point, ...]
    noise: float
    fixed_noise: float
    sources: tuple[int, ...]
    times: tuple[Fraction, ...]
    middles: Array = field(default_factory=lambda: np.empty(0))
    indices: Array = field(default_factory=lambda: np.empty(0))
    stream_delays: Array = field(default_factory=lambda: np.empty(0))
    delays: Array = field(default_factory=lambda: np.empty(0))
    monitor_homography: Array | None = None

    @property
    def delay(self) -> float:
        """Mean of ``delays`` in s; nan when there are none."""
        return float(self.delays.mean()) if self.delays.size else math.nan

    def point(self, x: float, y: float) -> Point:
        """Where chart point (x, y) in mm lies in the picture, in px, distortion included."""
        column, row = observed(self.camera, self.homography, np.array([[x], [y]]))[:, 0]
        return float(column), float(row)


def film_chart(camera: Camera, chart: definition.Chart, path: Path, seconds: float = 6.0) -> Truth:
    """Film a chart that stands still. Raises OutputError when the file cannot be written."""
    to_picture = pose(camera, chart.size)
    sheet = photograph(
        camera, [(_chart_sheet(camera, chart), to_picture @ _from_raster(camera, chart))]
    )
    planes = fixed_pattern(camera, coded(camera, sheet.base))
    shown = _deliveries(camera, seconds)
    _write(camera, path, (digitised(camera, planes, source) for _, source in shown), shown)
    return _truth(camera, chart, to_picture, shown)


def film_two_levels(
    camera: Camera, chart: definition.Chart, path: Path, ratio: float, seconds: float = 1.0
) -> Truth:
    """Film two copies of a chart side by side.

    The right one gets a ``ratio``-th of the light on the left one.
    ``Truth.monitor_homography`` is that of the right one. Raises OutputError when the file cannot
    be written.
    """
    left, right = (pose(camera, chart.size, at * camera.width, 0.5) for at in (-0.25, 0.25))
    lit, raster = _chart_sheet(camera, chart), _from_raster(camera, chart)
    dim = replace(lit, base=lit.base / np.float32(ratio))
    planes = fixed_pattern(
        camera,
        coded(camera, photograph(camera, [(lit, left @ raster), (dim, right @ raster)]).base),
    )
    shown = _deliveries(camera, seconds)
    _write(camera, path, (digitised(camera, planes, source) for _, source in shown), shown)
    return replace(
        _truth(camera, chart, left, shown),
        monitor_homography=right,
    )


def film_clock(
    camera: Camera,
    clock: definition.Chart,
    path: Path,
    seconds: float = 6.0,
    *,
    refresh: float = 60.0,
    first_index: int = 1000,
    start: float = 0.0037,
    stream_delay: float = 0.15,
    jitter: float = 0.001,
    arrivals_path: Path | None = None,
    log_path: Path | None = None,
    session: str = clock_screen.NOBODY,
) -> Truth:
    """Film the clock screen: refresh ``first_index`` + i lights up at i / ``refresh`` s.

    Source frame 0 is exposed from ``start`` s on. ``arrivals_path`` gets ``frame,arrival_s`` of the
    delivered frames on the screen's clock: middle of the exposure of their time slot +
    ``stream_delay`` + Gaussian ``jitter``, in s. ``log_path`` gets ``index,time_s`` of every
    refresh. Raises OutputError when the film cannot be written.
    """
    to_picture = pose(camera, clock.size)
    run = _run(refresh, first_index, (-1.0, seconds + 1.0), session)
    own, lit = _clock_sheet(camera, clock, run)
    sheet = photograph(camera, [(own, to_picture @ _from_raster(camera, clock))])
    shown = _deliveries(camera, seconds)
    begins = _begins(camera, shown, start)
    levels = _mean_over(
        run.times, lit, begins[:, None] + _row_delay(camera, sheet), camera.exposure
    )
    _write(camera, path, _screen_frames(camera, sheet, levels, shown), shown)
    middles = begins + (camera.exposure + camera.readout) / 2
    waited = np.array([slot - source for slot, source in shown]) / float(camera.rate)
    delays = (
        waited + stream_delay + jitter * random_stream(camera, -1, 1).standard_normal(len(shown))
    )
    if arrivals_path:
        _table(arrivals_path, ("frame", "arrival_s"), enumerate(middles + delays))
    if log_path:
        _table(
            log_path,
            ("index", "time_s"),
            ((i, t) for i, t in zip(run.indices, run.times, strict=True) if t >= 0),
        )
    truth = _truth(camera, clock, to_picture, shown)
    return replace(
        truth, middles=middles, indices=first_index + middles * refresh, stream_delays=delays
    )


def film_screens(
    phone: Camera,
    camera: Camera,
    clock: definition.Chart,
    path: Path,
    delay: float = 0.12,
    seconds: float = 6.0,
    *,
    refresh: float = 60.0,
    monitor_refresh: float | None = 60.0,
    first_index: int = 1000,
    start: float = 0.0037,
) -> Truth:
    """Film by phone, side by side, the clock screen (left) and the monitor of a camera that films the clock (right).

    ``delay`` (s) runs from the middle of the camera's exposure until its frame is ready for the
    monitor; it lights up at the monitor's next refresh (None: at once) and stays until the next
    frame; ``Truth.delays`` holds what came of it. All ran long before the film begins, so that the
    monitor shows an early clock however large the delay. From camera to monitor the chain is linear
    in light and noise-free. ``dropped`` and ``repeated`` of the camera under test count its frames
    from the film's time 0; the monitor then keeps the frame before. Raises OutputError when the
    film cannot be written.
    """
    left, right = (pose(phone, clock.size, at * phone.width, 0.5) for at in (-0.25, 0.25))
    span = (-delay - 2.0, seconds + 1.0)
    run = _run(refresh, first_index, span)
    own, lit = _clock_sheet(camera, clock, run)
    raster, look = _from_raster(camera, clock), pose(camera, clock.size)
    taken = photograph(camera, [(own, look @ raster)])
    monitor = right @ _fit(camera, clock)
    sheet = photograph(phone, [(own, left @ raster), (taken, monitor)])
    shown = _deliveries(phone, seconds)
    begins = _begins(phone, shown, start)
    pictured, kept = _pictures(camera, taken, run, lit, span)
    lights = _lit_up(pictured + delay, monitor_refresh)
    rows = begins[:, None] + _row_delay(phone, sheet)
    half = lit.shape[1]
    seen = [
        _mean_over(*one, phone.exposure)
        for one in ((run.times, lit, rows[:, :half]), (lights, kept, rows[:, half:]))
    ]
    _write(phone, path, _screen_frames(phone, sheet, np.hstack(seen), shown), shown)
    middles = begins + (phone.exposure + phone.readout) / 2
    return replace(
        _truth(phone, clock, left, shown),
        middles=middles,
        indices=first_index + middles * refresh,
        delays=(lights - pictured)[(lights >= begins[0]) & (lights <= begins[-1])],
        monitor_homography=monitor @ look,
    )


def _raster_step(camera: Camera, chart: definition.Chart) -> int:
    """Raster samples a mm, about RASTER a pixel.

    A whole number, so that edges at whole mm fall between samples.
    """
    return max(1, round(RASTER * camera.share * camera.width / chart.size[0]))


def _raster(
    camera: Camera,
    chart: definition.Chart,
    index: int | None = None,
    session: str = clock_screen.NOBODY,
) -> Light:
    width = round(_raster_step(camera, chart) * chart.size[0])
    return drawing.raster(chart, width, index=index, session=session)


def _from_raster(camera: Camera, chart: definition.Chart) -> Array:
    """Homography raster px -> chart mm."""
    return np.asarray(
        np.linalg.inv(drawing.to_raster(chart, round(_raster_step(camera, chart) * chart.size[0])))
    )


def _fit(camera: Camera, chart: definition.Chart) -> Array:
    """Homography picture px -> mm of a monitor as large as the chart, filled by the camera's whole picture."""
    step = min(chart.size[0] / camera.width, chart.size[1] / camera.height)
    left, top = (
        (size - step * n) / 2
        for size, n in zip(chart.size, (camera.width, camera.height), strict=True)
    )
    return np.array([[step, 0, left + step / 2], [0, step, top + step / 2], [0, 0, 1]])


def _chart_sheet(camera: Camera, chart: definition.Chart) -> Sheet:
    image = np.moveaxis(_raster(camera, chart), 2, 0).copy()
    if camera.glare:
        x, y, radius = (value * _raster_step(camera, chart) for value in camera.glare)
        rows, columns = np.ogrid[: image.shape[1], : image.shape[2]]
        image[:, np.hypot(columns + 0.5 - x, rows + 0.5 - y) < radius] = 1.0
    return Sheet(base=image)


@dataclass(frozen=True, kw_only=True)
class _Run:
    """The refreshes that a film of a clock spans.

    When each lights up (n,) and what its index is.
    """

    times: Array
    indices: tuple[int, ...]
    session: str = clock_screen.NOBODY


def _run(refresh: float, first_index: int, span: Point, session: str = clock_screen.NOBODY) -> _Run:
    number = np.arange(math.floor(span[0] * refresh), math.ceil(span[1] * refresh) + 1)
    return _Run(
        times=number / refresh, indices=tuple(first_index + int(i) for i in number), session=session
    )


def _clock_sheet(camera: Camera, clock: definition.Chart, run: _Run) -> tuple[Sheet, Array]:
    """Draw the clock with all that changes dark, and what each region adds in each of its states as a cell.

    Returns the sheet, and which cells are lit from each refresh on, (n, cells) of 0 and 1.
    """
    cells, lit, scale = [], [], _raster_step(camera, clock)
    base = _raster(camera, clock, run.indices[0], run.session)[..., 1].copy()
    for region in clock.regions:
        for boxes, when in _states(region, run).items():
            light, (x, y) = drawing.light(region, boxes, scale)
            cells.append(Cell(x=x, y=y, light=light.astype(np.float32)))
            lit.append(when)
            if when[0]:
                base[y : y + light.shape[0], x : x + light.shape[1]] -= cells[-1].light
    return Sheet(base=np.maximum(base, 0)[None], cells=tuple(cells)), np.array(lit, np.float64).T


def _states(region: definition.Region, run: _Run) -> dict[tuple[Box, ...], list[bool]]:
    """Return what a region lights, state by state, and at which refreshes.

    Nothing for one that never changes.
    """
    if region.kind not in clock_screen.SHOWN:
        return {}
    shown = [clock_screen.lit(region, index, run.session) for index in run.indices]
    return {boxes: [one == boxes for one in shown] for boxes in dict.fromkeys(shown) if boxes}


def _mean_over(edges: Array, values: Array, begins: Array, exposure: float) -> Array:
    """Mean (frames, cells) over [begin, begin + exposure] of what is ``values[i]`` from ``edges[i]`` to the next."""
    integral = np.vstack(
        [np.zeros(values.shape[1]), np.cumsum(values[:-1] * np.diff(edges)[:, None], axis=0)]
    )
    columns = zip(begins.T, integral.T, strict=True)
    gained = [
        np.interp(begin + exposure, edges, cell) - np.interp(begin, edges, cell)
        for begin, cell in columns
    ]
    return np.array(gained).T / exposure


def _begins(camera: Camera, shown: Shown, start: float) -> Array:
    return start + np.array([source for _, source in shown]) / float(camera.rate)


def _lit_up(ready: Array, refresh: float | None) -> Array:
    """Moments at which pictures that are ready light up.

    At the monitor's next refresh, or at once.
    """
    return np.asarray(np.ceil(ready * refresh - 1e-6) / refresh) if refresh else ready


def _row_delay(camera: Camera, sheet: Sheet) -> Array:
    """Seconds by which each cell's middle row is exposed later than row 0 (rolling shutter)."""
    return np.array(
        [
            camera.readout * (cell.y + cell.light.shape[0] / 2) / camera.height
            for cell in sheet.cells
        ]
    )


def _pictures(
    camera: Camera, taken: Sheet, run: _Run, lit: Array, span: Point
) -> tuple[Array, Array]:
    """Middle of the exposure (n,) and cell levels (n, cells) of every frame that the camera under test sends on."""
    numbers = range(math.ceil(span[0] * camera.rate), math.floor(span[1] * camera.rate))
    begins = np.array([k for k in numbers if k not in camera.dropped | camera.repeated]) / float(
        camera.rate
    )
    levels = _mean_over(
        run.times, lit, begins[:, None] + _row_delay(camera, taken), camera.exposure
    )
    return begins + (camera.exposure + camera.readout) / 2, levels


def _screen_frames(camera: Camera, sheet: Sheet, levels: Array, shown: Shown) -> Iterator[Planes]:
    (pattern,) = fixed_pattern(camera, [np.zeros_like(sheet.base[0])])
    for (_, source), row in zip(shown, levels.astype(np.float32), strict=True):
        light = sheet.base[0].copy()
        for cell, level in zip(sheet.cells, row, strict=True):
            if level > 0:
                height, width = cell.light.shape
                light[cell.y : cell.y + height, cell.x : cell.x + width] += level * cell.light
        yield digitised(camera, [coded(camera, light[None])[0] + pattern], source)


def _deliveries(camera: Camera, seconds: float) -> Shown:
    """Time slot and source frame of every frame that is delivered."""
    shown: list[tuple[int, int]] = []
    for slot in range(round(seconds * camera.rate)):
        if slot not in camera.dropped:
            shown.append((slot, shown[-1][1] if shown and slot in camera.repeated else slot))
    return tuple(shown)


def _write(camera: Camera, path: Path, frames: Iterable[Planes], shown: Shown) -> None:
    encode.write(
        path,
        frames,
        rate=camera.rate,
        times=[slot / camera.rate for slot, _ in shown],
        codec=camera.codec,
        options=_options(camera) if camera.codec in CODECS_WITH_CRF else None,
        full_range=camera.full_range,
        matrix=camera.matrix,
    )


def _options(camera: Camera) -> dict[str, str]:
    """Ask for constant quality, or for a bit rate held by a buffer of one second."""
    if not camera.bit_rate:
        return {"crf": str(camera.crf), "preset": camera.preset}
    rate, group = str(camera.bit_rate), str(round(2 * camera.rate))
    return {"b": rate, "maxrate": rate, "bufsize": rate, "g": group, "preset": camera.preset}


def _table(path: Path, head: tuple[str, str], rows: Iterable[tuple[int, float]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        writer.writerows((number, f"{value:.6f}") for number, value in rows)


def _corners(camera: Camera, homography: Array, chart: definition.Chart) -> tuple[Point, ...]:
    width, height = chart.size
    outer = observed(
        camera, homography, np.array([[0, width, width, 0], [0, 0, height, height]], np.float64)
    )
    return tuple((float(x), float(y)) for x, y in outer.T)


def _truth(camera: Camera, chart: definition.Chart, homography: Array, shown: Shown) -> Truth:
    low, high = camera.code_range
    return Truth(
        camera=camera,
        chart=chart,
        homography=homography,
        corners=_corners(camera, homography, chart),
        noise=camera.noise * (high - low),
        fixed_noise=camera.fixed_noise * (high - low),
        sources=tuple(source for _, source in shown),
        times=tuple(slot / camera.rate for slot, _ in shown),
    )

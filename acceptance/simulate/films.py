"""Films of a chart by a camera of known quality: truth for tests, footage for the demo.

Chart coordinates are millimetres (of a screen: its own units), origin upper left, y down.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import clock_screen
from acceptance.simulate.coding import coded, digitised, fixed_pattern, random_stream
from acceptance.simulate.delivery import deliveries, write, write_table
from acceptance.simulate.displays import Display
from acceptance.simulate.optics import observed, photograph, pose
from acceptance.simulate.processing import noise_gain, recursion_gain
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
from acceptance.simulate.sheets import chart_sheet, fit, from_raster

if TYPE_CHECKING:
    from fractions import Fraction
    from pathlib import Path

    from acceptance.charts.nouns import Chart
    from acceptance.model import Point
    from acceptance.simulate.camera import Array, Camera
    from acceptance.simulate.delivery import Shown
    from acceptance.simulate.screens import Refreshes

IDEAL = Display()


@dataclass(frozen=True, kw_only=True)
class Truth:
    """What the film shows, exactly; for its MTF see ``camera.mtf``, for tone ``camera.luma``.

    ``homography`` maps chart mm to picture px (before distortion), ``corners`` are the chart's
    outer corners in the picture; the ``monitor_`` ones belong to the second screen. ``noise`` and
    ``fixed_noise`` are sigmas in luma codes before quantisation, of the film's depth. Per delivered
    frame: ``sources``, the source frame whose picture it carries, ``times``, its presentation time
    in s, ``middles``, the middle of that picture's exposure in s on the screen's clock,
    ``indices``, the screen's refresh index at that middle (the fraction: how far into that
    refresh), ``stream_delays``, arrival minus middle in s. ``delays``: per frame of the camera
    under test that came up on the monitor during the film, seconds from the middle of its exposure
    to its first light there, the wait for the monitor's refresh included.
    """

    camera: Camera
    chart: Chart
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
        """Return where chart point (x, y) in mm lies in the picture, in px."""
        column, row = observed(self.camera, self.homography, np.array([[x], [y]]))[:, 0]
        return float(column), float(row)


def film_chart(camera: Camera, chart: Chart, path: Path, seconds: float = 6.0) -> Truth:
    """Film a ``chart`` that stands still by the ``camera``, to ``path``, for ``seconds``.

    Return what the film shows, exactly. Raises OutputError when the file cannot be written.
    """
    to_picture = pose(camera, chart.size)
    source = chart_sheet(camera, chart), to_picture @ from_raster(camera, chart)
    sheet = photograph(camera, [source])
    planes = fixed_pattern(camera, coded(camera, sheet.base))
    shown = deliveries(camera, seconds)
    frames = (digitised(camera, planes, source, camera.recursion) for _, source in shown)
    write(camera, path, frames, shown)
    truth = truth_of(camera, chart, to_picture, shown)
    return replace(truth, noise=truth.noise * recursion_gain(camera.recursion))


def film_two_levels(
    camera: Camera, chart: Chart, path: Path, ratio: float, seconds: float = 1.0
) -> Truth:
    """Film two copies of a ``chart`` side by side, the right one with 1 / ``ratio`` of the light.

    ``camera``, ``path`` and ``seconds`` are as for ``film_chart``. ``Truth.monitor_homography`` is
    that of the right one. Raises OutputError when the file cannot
    be written.
    """
    left, right = (pose(camera, chart.size, at * camera.width, 0.5) for at in (-0.25, 0.25))
    lit, raster = chart_sheet(camera, chart), from_raster(camera, chart)
    dim = replace(lit, base=lit.base / np.float32(ratio))
    picture = photograph(camera, [(lit, left @ raster), (dim, right @ raster)])
    planes = fixed_pattern(camera, coded(camera, picture.base))
    shown = deliveries(camera, seconds)
    write(camera, path, (digitised(camera, planes, source) for _, source in shown), shown)
    return replace(truth_of(camera, chart, left, shown), monitor_homography=right)


def film_clock(
    camera: Camera,
    clock: Chart,
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
    panel: Display = IDEAL,
) -> Truth:
    """Film the ``clock`` screen: refresh ``first_index`` + i lights up at i / ``refresh`` s.

    ``camera``, ``path`` and ``seconds`` are as for ``film_chart``; ``session`` is the six
    characters of the clock's session, ``panel`` how the screen lights up.

    Source frame 0 is exposed from ``start`` s on. ``arrivals_path`` gets ``frame,arrival_s`` of the
    delivered frames on the screen's clock: middle of the exposure of their time slot +
    ``stream_delay`` + Gaussian ``jitter``, in s. ``log_path`` gets ``index,time_s`` of every
    refresh. Raises OutputError when the film cannot be written.
    """
    to_picture = pose(camera, clock.size)
    run = refreshes(refresh, first_index, (-1.0, seconds + 1.0), session)
    own, live = filmed_clock(camera, clock, run, panel)
    sheet = photograph(camera, [(own, to_picture @ from_raster(camera, clock))])
    shown = deliveries(camera, seconds)
    begins = exposure_begins(camera, shown, start)
    levels = live.mean_over(begins[:, None] + row_delay(camera, sheet), camera.exposure)
    write(camera, path, screen_frames(camera, sheet, levels, shown), shown)
    truth = truth_of_screen(camera, clock, to_picture, shown, begins, run)
    delays = _stream_delays(camera, shown, stream_delay, jitter)
    if arrivals_path:
        write_table(arrivals_path, ("frame", "arrival_s"), enumerate(truth.middles + delays))
    if log_path:
        log = ((i, t) for i, t in zip(run.indices, run.times, strict=True) if t >= 0)
        write_table(log_path, ("index", "time_s"), log)
    return replace(truth, stream_delays=delays)


def _stream_delays(camera: Camera, shown: Shown, delay: float, jitter: float) -> Array:
    """Return by how many s (n,) each delivered frame arrives after the middle of its exposure."""
    waited = np.array([slot - source for slot, source in shown]) / float(camera.rate)
    random = random_stream(camera, -1, 1)
    return waited + delay + jitter * random.standard_normal(len(shown))


def film_screens(
    phone: Camera,
    camera: Camera,
    clock: Chart,
    path: Path,
    delay: float = 0.12,
    seconds: float = 6.0,
    *,
    refresh: float = 60.0,
    monitor_refresh: float | None = 60.0,
    first_index: int = 1000,
    start: float = 0.0037,
    panels: tuple[Display, Display] = (IDEAL, IDEAL),
) -> Truth:
    """Film by ``phone`` a ``clock`` screen (left) beside the monitor of a ``camera`` that films it.

    ``path`` and ``seconds`` are as for ``film_chart``; ``refresh``, ``first_index`` and ``start``
    as for ``film_clock``. ``delay`` (s) runs from the middle of the camera's exposure until its
    frame is ready for the monitor; it lights up at the monitor's next refresh, ``monitor_refresh``
    a second (None: at once), and stays until the next frame; ``Truth.delays`` holds what came of
    it. ``panels`` are those of clock and monitor; first light is that of the monitor's middle row.
    All ran long before the film begins, so that the monitor shows an early clock however large
    the delay. From camera to monitor the chain is linear in light and noise-free. ``dropped`` and
    ``repeated`` of the camera under test count its frames from the film's time 0; the monitor then
    keeps the frame before. Raises OutputError when the film cannot be written.
    """
    left, right = (pose(phone, clock.size, at * phone.width, 0.5) for at in (-0.25, 0.25))
    span = (-delay - 2.0, seconds + 1.0)
    run = refreshes(refresh, first_index, span)
    own, live = filmed_clock(camera, clock, run, panels[0])
    raster, look = from_raster(camera, clock), pose(camera, clock.size)
    taken = photograph(camera, [(own, look @ raster)])
    monitor = right @ fit(camera, clock)
    sheet = photograph(phone, [(own, left @ raster), (taken, monitor)])
    shown = deliveries(phone, seconds)
    begins = exposure_begins(phone, shown, start)
    pictured, kept = monitor_frames(camera, taken, live, span)
    lights = lit_up(pictured + delay, monitor_refresh)
    shows = FilmedScreen(
        times=lights, levels=kept, rows=middle_rows(taken, camera.height), panel=panels[1]
    )
    levels = mean_levels([live, shows], begins[:, None] + row_delay(phone, sheet), phone.exposure)
    write(phone, path, screen_frames(phone, sheet, levels, shown), shown)
    return replace(
        truth_of_screen(phone, clock, left, shown, begins, run),
        delays=shown_delays(pictured, lights + panels[1].scan / 2, begins),
        monitor_homography=monitor @ look,
    )


def shown_delays(taken: Array, lights: Array, begins: Array) -> Array:
    """Return the delays (s) of pictures that come up, and are not replaced at once, in the film."""
    seen = (lights >= begins[0]) & (lights <= begins[-1]) & (np.append(lights[1:], np.inf) > lights)
    return np.asarray((lights - taken)[seen])


def _corners(camera: Camera, homography: Array, chart: Chart) -> tuple[Point, ...]:
    width, height = chart.size
    corners = np.array([[0, width, width, 0], [0, 0, height, height]], np.float64)
    outer = observed(camera, homography, corners)
    return tuple((float(x), float(y)) for x, y in outer.T)


def truth_of_screen(
    camera: Camera, clock: Chart, homography: Array, shown: Shown, begins: Array, run: Refreshes
) -> Truth:
    """Return what a film shows of a clock screen, with the refreshes at the middle of exposures."""
    middles = begins + (camera.exposure + camera.readout) / 2
    truth = truth_of(camera, clock, homography, shown)
    return replace(truth, middles=middles, indices=run.at(middles))


def truth_of(camera: Camera, chart: Chart, homography: Array, shown: Shown) -> Truth:
    """Return what a film shows of a chart that stands still, without any times of screens."""
    low, high = camera.code_range
    unit = (high - low) * 2 ** (camera.depth - 8)
    return Truth(
        camera=camera,
        chart=chart,
        homography=homography,
        corners=_corners(camera, homography, chart),
        noise=camera.noise * unit * noise_gain(camera),
        fixed_noise=camera.fixed_noise * unit * noise_gain(camera),
        sources=tuple(source for _, source in shown),
        times=camera.stamps([slot for slot, _ in shown]),
    )

"""Read-out time of a rolling shutter, and its direction, by the filmed clock.

The low bits of the clock stand at several heights. A shutter that rolls sees them at different
times: one line of exposures with one *lag* from the clock's upper end to its lower one is fitted to
all of them (``_filmed_clock.pace``; what stays open by draws, JCGM 101:2008). The screen's own scan
works the other way: a row that is lit later is seen earlier. So what a film shows is **read-out
minus scan**; the scan is added again, as stated, or as anything from none to a whole refresh.

Positive: the upper rows of the picture are exposed first. The figure is that of the whole picture's
height. Of a film of clock and monitor the live clock gives the film's own read-out; the clock on
the monitor gives that of the camera under test, since each of its pictures keeps its lag.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.cadence import MIN_PERIOD, cadence, refuse_every_refresh
from acceptance.metrics._filmed_clock.gray_code import CLEAR, FEWEST_BLENDS
from acceptance.metrics._filmed_clock.line_prior import (
    CAMERA_RATES,
    LAG,
    SCREEN_RATES,
    SCREENS,
    SHORTEST,
    UsualSlopes,
)
from acceptance.metrics._filmed_clock.pace import pace
from acceptance.metrics._shared.stated import number
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Measurement, Note
from acceptance.model.shot import Tap
from acceptance.uncertainty import combine, rectangular

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics._filmed_clock.pace import Pace
    from acceptance.metrics._filmed_clock.readings import Array, Readings, Whole
    from acceptance.model.basics import Value
    from acceptance.scene.build import Scene

CAMERA, FILM = "read_out.camera", "read_out.film"
QUANTITIES = {CAMERA: "ms", FILM: "ms"}
METHOD = (
    "filmed clock: lag between its low bits at several heights, extended to the height of the "
    "picture; the screen's scan added"
)
# refreshes from picture to picture
PICTURES = UsualSlopes.of(np.divide.outer(SCREEN_RATES, CAMERA_RATES).ravel())
FEWEST = 20  # pictures
PAIR = 2  # the clock and one monitor
SLOWEST, FASTEST = 10.0, 1000.0  # refreshes a second of a screen
LEAST_HEIGHT = 0.15  # share of the picture's height that the clock must take
STATED_SCAN = 1.0  # ms, half width of a scan that is stated
HEIGHT_DOUBT = 0.01  # half width of the clock's height, relative
OPEN_SCALE, EDGE = 0.15, 0.005  # spread of log exposures that is open, and quantile of the range
# flashes of an exposure that are told, and by how much blends may be off their whole shares, and
# how many are
MOST_FLASHES, WHOLE, NEARLY_ALL = 3, 0.1, 0.8
STEADY = 0.12  # largest difference of two frames that show one picture of a monitor


@dataclass(frozen=True, kw_only=True)
class Lag:
    """Draws (m,) of the ``lag`` over the clock's height in ms, read-out minus scan.

    ``refresh`` is the screen's in ms; of ``pictures`` pictures. ``off`` ms, rms, is how far single
    exposures must be off the line to show what they do.
    """

    lag: Array
    refresh: float
    pictures: int
    off: float = 0.0


def serves(scene: Scene) -> bool:
    """Whether a clip shows the clock, and no wall of monitors."""
    few = 0 < len(scene.series.cells) <= PAIR and not scene.shot.is_wall
    return few and not scene.video.still


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure the read-out of the camera, and of the film where a monitor was filmed.

    Raises GapError interlaced, film_sideways, no_clock, clock_unreadable, clock_not_running,
    too_few_frames, clock_takes_little, condition_no_number, or as ``film_pace.check`` does.
    """
    if scene.video.interlaced:
        raise GapError("interlaced")
    if scene.video.upright:
        raise GapError("film_sideways")
    clocks = clock_readings.read_clocks(scene)
    ordered = clock_readings.leading(clocks) if len(clocks) == 2 else None
    names = ordered or tuple(clocks)[:1]
    if not names:
        raise GapError("no_clock")
    doubt = film_pace.check(scene, clocks.values())
    yield from film_pace.noted(scene, "read_out", doubt, _of_live(scene, clocks, names))


def _of_live(
    scene: Scene, clocks: Mapping[str, Readings], names: Sequence[str]
) -> Iterator[Measurement | Note]:
    """Measure by the clock that is ahead, the first of ``names``, and by that on the monitor."""
    lag = of_frames(scene.series.times, clocks[names[0]])
    film = len(names) == PAIR or scene.shot.tap is Tap.SCREEN
    yield figure(scene, FILM if film else CAMERA, lag, scene.series.heights[names[0]])
    if len(names) == PAIR:
        yield _on_monitor(scene, clocks[names[1]], lag.refresh)


def _on_monitor(scene: Scene, monitor: Readings, refresh: float) -> Measurement | Note:
    """Measure the camera whose pictures a filmed monitor shows; its picture's height is stated."""
    height = number(scene.shot, "clock_height")
    if height is None:
        reason = Reason(code="clock_height_not_stated")
        return Note(reason=reason, quantity=CAMERA)
    try:
        return figure(scene, CAMERA, of_monitor(monitor, refresh), height)
    except GapError as gap:
        return Note.of(gap, quantity=CAMERA)


def of_frames(times: Array, live: Readings) -> Lag:
    """Return the lag of the frames at ``times`` (n,) s that saw the clock itself.

    A frame that repeats the one before counts once. Raises GapError clock_not_running or
    too_few_frames.
    """
    seen = np.flatnonzero(live.readable & ~clock_readings.same_picture(live.shares))
    _enough(len(seen))
    chosen = live.only(seen)
    rate = film_pace.median_slope(times[seen], chosen.position)
    if not SLOWEST <= rate <= FASTEST:
        raise GapError("clock_not_running")
    step = float(np.median(np.diff(times)))
    # of a faster film those that repeat are left out: no grid of the others is that of its frames
    fitted = _line(chosen) if step * rate >= MIN_PERIOD else None
    if fitted is None:
        line = pace(
            times[seen], chosen.low, chosen.position,
            heights=live.heights, step=step, usual=SCREENS,
        )  # fmt: skip
        fitted = line, times[seen]
    return _lag(*fitted, chosen.low, 1000 / rate)


def of_monitor(monitor: Readings, refresh: float) -> Lag:
    """Return the lag of the pictures on a filmed monitor.

    It is that of film frames which show one picture alone. ``refresh`` is that of the live clock's
    screen in ms. Raises GapError too_few_frames, or clock_too_slow where a camera takes a picture
    in every refresh: its pictures have no numbers where some are left out.
    """
    pictures = _steady(monitor)
    _enough(len(pictures.index))
    refuse_every_refresh(float(np.median(np.diff(pictures.position))))
    fitted = _line(pictures)
    if fitted is None:
        raise GapError("too_few_frames", frames=0, needed=FEWEST)
    return _lag(*fitted, pictures.low, refresh)


def _enough(count: int) -> None:
    if count < FEWEST:
        raise GapError("too_few_frames", frames=count, needed=FEWEST)


def _line(pictures: Readings) -> tuple[Pace, Array] | None:
    """Fit the line of an even camera's pictures to their numbers; None where they are not even."""
    grid = cadence(pictures.position, pictures.reach)
    if grid is None:
        return None
    place = grid.number.astype(np.float64)
    line = pace(place, pictures.low, pictures.position, heights=pictures.heights, usual=PICTURES)
    return line, place


def _lag(line: Pace, x: Array, light: Array, refresh: float) -> Lag:
    """Make the lag of pictures at ``x`` (n,) on a line; ``light`` (n, r, bits) is what they show.

    Where a backlight flashes, each height tells between which flashes of the phases seen its
    exposures begin and end.
    """
    off = line.uneven
    if flashes(light, line.width):
        phases = np.sort(line.at(x).mean(axis=0) % 1)
        off += float(np.diff(phases, append=phases[0] + 1).max())
    return Lag(lag=_possible(line) * refresh, refresh=refresh, pictures=len(x), off=off * refresh)


def flashes(light: Array, width: float) -> bool:
    """Whether the screen's backlight flashes once a refresh, by exposures of ``width`` refreshes.

    All blends are then whole shares of as many flashes, whatever the phase and the height.
    """
    count = round(width)
    blends = light[np.abs(light - 0.5) < 0.5 - CLEAR]
    if not 1 < count <= MOST_FLASHES or len(blends) < FEWEST_BLENDS:
        return False
    off = np.abs(blends - np.rint(blends * count) / count)
    return bool(np.mean(off < WHOLE / count) >= NEARLY_ALL)


def _possible(line: Pace) -> Array:
    """(m,) lags in refreshes that the readings leave possible.

    Where camera and screen run in step, exposure and lag have a common scale that stays open
    (docs/metrics/latency.md#in-step): the draws then say as much of what was thought beforehand as
    of what was seen, and every lag from that of the shortest exposure on is taken as likely.
    """
    lag, width = line.draws[:, LAG], line.widths
    if float(np.log(width).std()) < OPEN_SCALE:
        return np.asarray(lag)
    every = np.concatenate([lag, lag * SHORTEST / width])
    lowest, highest = (float(edge) for edge in np.quantile(every, [EDGE, 1 - EDGE]))
    return np.linspace(lowest, highest, len(lag))


def _steady(monitor: Readings) -> Readings:
    """Return one reading for each picture that film frames in turn show alike, at all heights.

    A frame that mixes two pictures, in some row, differs from its neighbours.
    """
    known = monitor.readable & np.isfinite(monitor.low).all(axis=(1, 2))
    with np.errstate(invalid="ignore"):
        alike = np.abs(np.diff(monitor.low, axis=0)).max(axis=(1, 2)) < STEADY
    follows = np.concatenate([[False], alike & known[1:] & known[:-1]])
    begins = np.flatnonzero(~follows & np.append(follows[1:], False))
    ends = np.flatnonzero(follows & ~np.append(follows[1:], False))
    return _means(monitor, begins, ends)


def _means(monitor: Readings, begins: Whole, ends: Whole) -> Readings:
    """Return readings of runs of frames, with the mean light of the inner ones if there are any."""
    middle = (begins + ends) // 2
    low = np.array(
        [
            monitor.low[first + (last > first + 1) : last + 1 - (last > first + 1)].mean(axis=0)
            for first, last in zip(begins, ends, strict=True)
        ]
    ).reshape(len(begins), *monitor.low.shape[1:])
    chosen = monitor.only(middle)
    return replace(chosen, low=low)


def figure(scene: Scene, quantity: str, found: Lag, height: float) -> Measurement:
    """Make the figure for the whole picture; ``height``: share of it that the clock takes.

    It is negative where the clock stands on its head. Raises GapError clock_takes_little.
    """
    if abs(height) < LEAST_HEIGHT:
        raise GapError("clock_takes_little", share=abs(height), needed=LEAST_HEIGHT)
    stated = number(scene.shot, "screen_scan")
    scan, doubt = (found.refresh / 2,) * 2 if stated is None else (stated, STATED_SCAN)
    value, lines = read_out(found, height, scan, doubt)
    return scene.figure(
        quantity, value, "ms", lines,
        samples=found.pictures, method=METHOD, details=_details(found, height, value, lines),
    )  # fmt: skip


def read_out(
    found: Lag, height: float, scan: float, scan_doubt: float
) -> tuple[float, list[BudgetLine]]:
    """Return the read-out of the whole picture in ms, and its budget.

    ``scan`` (ms over the clock's height, downwards) is that of the screen, ``scan_doubt`` its half
    width.
    """
    value = (float(found.lag.mean()) + scan) / height
    half_widths = {
        "screen_scan": scan_doubt / height,
        "clock_height": value * HEIGHT_DOUBT,
        "light_off_line": found.off / height,
    }
    lines = [BudgetLine(source="phases", contribution=float(found.lag.std()) / abs(height))]
    return value, lines + [
        rectangular(source, abs(half)) for source, half in half_widths.items() if half
    ]


def _details(found: Lag, height: float, value: float, lines: list[BudgetLine]) -> dict[str, Value]:
    """Say what was seen as it is, the direction, and what comes along."""
    combined = combine(lines)
    known = abs(value) > combined.k * combined.uncertainty
    direction = ("down" if value > 0 else "up") if known else "undecided"
    return {
        "direction": direction,
        "seen_over_clock_ms": float(found.lag.mean()),
        "clock_height": height,
        "refresh_ms": found.refresh,
    }

"""Latency of the picture: from the middle of the camera's exposure to the monitor, or to arrival.

To the monitor means to first light on it. Glass to glass: one film shows the source (the clock
screen, or a light driven by a known sequence) and the monitor of the camera that looks at it (two
regions of the same film, so no clocks need setting; principle of VideoLat, J. Jansen and D.
Bulterman, ACM MMSys 2013). The age that one film frame shows is *not* the latency, since the
monitor holds a picture until the next; so only the moments count at which the monitor changes. How
long it holds is a figure of its own, and so is the age of what it shows (``picture_age``). Stream:
arrival times of the frames against the log of the source, both on the clock of one host. What stays
open is propagated by draws (JCGM 101:2008).

All times are those of the row in which the source is seen: the middle row of the clock, or of the
region by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import delay, driven_light, screens
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.model.shot import Tap

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.metrics.latency.delay import Latency
    from acceptance.metrics.latency.picture_age import Ages
    from acceptance.scene.build import Scene

GLASS, STREAM = "latency.glass_to_glass", "latency.stream"
HOLD, AGE = "latency.hold_time", "latency.age"
QUANTITIES = dict.fromkeys((GLASS, STREAM, HOLD, AGE), "ms")
FILM_METHOD = (
    "film of clock and monitor; moments at which the monitor changes, against the middle of the "
    "camera's exposure; "
)
STREAM_METHOD = (
    "arrival of each new picture against the refresh log of the clock screen at the middle of its "
    "exposure; "
)
BLENDS_METHOD, BARS_METHOD = "blends of refreshes read", "only whole refreshes read"
DRIVEN_FILM_METHOD = (
    "film of a light driven by a sequence and of the monitor; moments at which the monitor "
    "changes, against the middle of the camera's exposure"
)
DRIVEN_STREAM_METHOD = (
    "arrival of each picture against the log of the light that a sequence drives, at the middle "
    "of its exposure"
)
METHODS = {
    (GLASS, "blends"): FILM_METHOD + BLENDS_METHOD,
    (GLASS, "bars"): FILM_METHOD + BARS_METHOD,
    (GLASS, "sequence"): DRIVEN_FILM_METHOD,
    (STREAM, "blends"): STREAM_METHOD + BLENDS_METHOD,
    (STREAM, "bars"): STREAM_METHOD + BARS_METHOD,
    (STREAM, "sequence"): DRIVEN_STREAM_METHOD,
}
HOLD_METHOD = "film of the monitor; from one change to the next"
AGE_METHOD = (
    "film of clock and monitor; time since the middle of the exposure of the picture shown, from "
    "one change to the next"
)
CLOCK_RATE = 50e-6  # half width of the rate of the film's clock
SCREEN_RESPONSE = 1.0  # ms, half width: how differently the two screens rise to half light
# share by which a blend may be misread because the camera's curve is not known exactly
CURVE_ERROR = 0.01
LOG_ERROR = 0.5  # ms, half width: by how much a light may follow its log later
READABLE = 0.5  # share of frames in which a clock must be readable


def serves(scene: Scene) -> bool:
    """Whether a source is in a film of screens, or in a stream with its log and arrival times."""
    cells, stream = scene.series.cells, scene.series.arrivals is not None
    logged = stream and scene.screen_log is not None
    clocks = bool(cells) and (len(cells) == 2 or logged or scene.shot.tap is Tap.SCREEN)
    driven = scene.drive is not None and _region(scene, "source") is not None
    return not scene.video.still and (clocks or driven)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure mean, worst, sd and 95th percentile, and of a film the hold time.

    Raises GapError no_clock, one_clock_only, clock_unreadable, no_change, too_few_frames,
    screen_log_gaps, arrivals_differ, sequence_not_seen or no_monitor_region.
    """
    yield from _of_drive(scene) if scene.drive is not None else _of_clocks(scene)


def _of_clocks(scene: Scene) -> Iterator[Measurement]:
    clocks = clock_readings.read_clocks(scene)
    for readings in clocks.values():
        _check_readable(readings)
    if len(clocks) == 1 and scene.series.arrivals is not None and scene.screen_log is not None:
        (readings,) = clocks.values()
        latency = screens.stream(readings, _arrivals(scene), scene.screen_log)
        yield from _figures(scene, STREAM, latency, log_lines(latency))
        return
    keys = clock_readings.leading(clocks)
    if keys is None:
        raise GapError("one_clock_only")
    latency = screens.glass_to_glass(scene.series.times, clocks[keys[0]], clocks[keys[1]])
    yield from _of_film(scene, latency, keys)


def _of_drive(scene: Scene) -> Iterator[Measurement]:
    source, monitor = _region(scene, "source"), _region(scene, "monitor")
    if scene.drive is None or source is None:
        return
    light = {name: scene.linear(scene.series.levels[name]) for name in (source, monitor) if name}
    times = scene.series.times
    if monitor:
        latency = driven_light.glass_to_glass(times, light[source], light[monitor], scene.drive)
        yield from _of_film(scene, latency, (source, monitor))
    elif scene.series.arrivals is not None and scene.shot.drive:
        latency = driven_light.stream(times, light[source], _arrivals(scene), scene.drive)
        yield from _figures(scene, STREAM, latency, log_lines(latency))
    else:
        raise GapError("no_monitor_region")


def _region(scene: Scene, word: str) -> str | None:
    return next((name for name in scene.series.levels if word in name.split(".")), None)


def _arrivals(scene: Scene) -> Array:
    arrivals, frames = scene.series.arrivals, len(scene.series.times)
    if arrivals is None or len(arrivals) != frames:
        count = 0 if arrivals is None else len(arrivals)
        raise GapError("arrivals_differ", arrivals=count, frames=frames)
    return arrivals


def _check_readable(readings: Readings) -> None:
    if not np.isfinite(readings.shares).any():
        raise GapError("no_clock")
    share = float(readings.readable.mean())
    if share < READABLE and len(readings.index) >= screens.FEWEST:
        raise GapError("clock_unreadable", share=share)


def film_lines(latency: Latency, interval: float, rows: float) -> list[BudgetLine]:
    """Type B lines of a film with ``interval`` ms from frame to frame.

    ``rows`` is the share of the height between source and monitor. The read-out time is unknown, at
    most one frame interval from first row to last.
    """
    lines = {
        "rolling_shutter": rows * interval,
        "screen_response": SCREEN_RESPONSE,
        "tone": CURVE_ERROR * latency.exposure,
        "clock_rate": float(latency.each.mean()) * CLOCK_RATE,
        "open_phase": latency.open_phase,
        "open_change": latency.open_change,
        "noise_reduction": latency.noise_reduction,
    }
    return _half_widths({source: half for source, half in lines.items() if half})


def log_lines(latency: Latency) -> list[BudgetLine]:
    """Type B lines of a stream: how much later than its log says a source lights up.

    A screen takes up to a refresh, a light nearly no time.
    """
    delay = 1000 / latency.refresh_rate if latency.refresh_rate else LOG_ERROR
    phase = {"open_phase": latency.open_phase} if latency.open_phase else {}
    return _half_widths({"screen_delay": delay} | phase)


def _half_widths(lines: dict[str, float]) -> list[BudgetLine]:
    return [
        BudgetLine(source=source, contribution=half / 3**0.5, evaluation="B")
        for source, half in lines.items()
    ]


def _of_film(scene: Scene, latency: Latency, keys: tuple[str, str]) -> Iterator[Measurement]:
    rows = abs(scene.series.rows.get(keys[1], 0.5) - scene.series.rows.get(keys[0], 0.5))
    interval = float(np.median(np.diff(scene.series.times))) * 1000
    lines = film_lines(latency, interval, rows)
    yield from _figures(scene, GLASS, latency, lines)
    yield from _hold_time(scene, latency)
    if latency.ages:
        yield from _age(scene, latency.ages, lines)


def _figures(
    scene: Scene, quantity: str, latency: Latency, common: Sequence[BudgetLine]
) -> Iterator[Measurement]:
    details = latency.details()
    for statistic, (value, lines) in _statistics(latency):
        budget = lines if statistic == "sd" else [*lines, *common]
        curve = _curve(latency) if statistic == "mean" else None
        yield scene.figure(
            quantity,
            value,
            "ms",
            budget,
            samples=len(latency.each),
            method=METHODS[quantity, latency.reading],
            statistic=statistic,
            details=details,
            curve=curve,
        )


def _statistics(latency: Latency) -> Iterable[tuple[str, tuple[float, list[BudgetLine]]]]:
    return delay.statistics(latency.draws, latency.single, latency.uneven).items()


def _hold_time(scene: Scene, latency: Latency) -> Iterator[Measurement]:
    if latency.holds.shape[1] < screens.FEWEST:
        return
    for statistic, (value, lines) in delay.statistics(latency.holds).items():
        rate = _half_widths({"clock_rate": value * CLOCK_RATE})
        yield scene.figure(
            HOLD,
            value,
            "ms",
            [*lines, *rate],
            statistic=statistic,
            samples=latency.holds.shape[1],
            method=HOLD_METHOD,
        )


def _age(scene: Scene, ages: Ages, common: Sequence[BudgetLine]) -> Iterator[Measurement]:
    for statistic, (value, lines) in (("mean", ages.mean()), ("worst", ages.worst())):
        bound_by = ages.bound_by() if statistic == "worst" else None
        yield scene.figure(
            AGE,
            value,
            "ms",
            [*lines, *common],
            samples=ages.first.shape[1],
            method=AGE_METHOD,
            statistic=statistic,
            details=ages.details(),
            lower_bound=bound_by is not None,
            bound_by=bound_by,
        )


def _curve(latency: Latency) -> Curve:
    return Curve(
        name="latency",
        x=tuple(latency.moments.tolist()),
        y=tuple(latency.each.tolist()),
        x_label="time",
        y_label="latency",
        x_unit="s",
        y_unit="ms",
    )

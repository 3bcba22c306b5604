"""Figures of a latency: value, budget and method of each statistic, and what goes with them."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._shared.curves import over_time
from acceptance.metrics.latency import delay, screens
from acceptance.model.measurement import BudgetLine, Measurement, Note
from acceptance.uncertainty import rectangular

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.metrics.latency.delay import Latency
    from acceptance.metrics.latency.picture_age import Ages
    from acceptance.scene.build import Scene

GLASS, STREAM = "latency.glass_to_glass", "latency.stream"
HOLD, AGE = "latency.hold_time", "latency.age"
TILE_LAG = "latency.tile_lag"
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
LEVEL = 0.25  # of the height, up to which a clock's rows count as level
LOG_ERROR = 0.5  # ms, half width: by how much a light may follow its log later


def film_lines(latency: Latency, interval: float, rows: float) -> list[BudgetLine]:
    """Type B lines of a film with ``interval`` ms from frame to frame.

    ``rows`` is the share of the height between source and monitor. The read-out time is unknown, at
    most one frame interval from first row to last.
    """
    lines = {
        "rolling_shutter": rows * interval,
        "screen_response": math.hypot(SCREEN_RESPONSE, latency.slow),
        "tone": CURVE_ERROR * latency.exposure,
        "clock_rate": float(latency.each.mean()) * CLOCK_RATE,
        "open_phase": latency.open_phase,
        "open_change": latency.open_change,
        "noise_reduction": latency.noise_reduction,
        "film_converted": 3**0.5 * latency.converted,
    }
    return half_widths({source: half for source, half in lines.items() if half})


def log_lines(latency: Latency, clock_moved: float = 0.0) -> list[BudgetLine]:
    """Type B lines of a stream: how much later than its log says a source lights up.

    A screen takes up to a refresh, a light nearly no time. Log and arrivals are apart by what the
    computer's clock was set by meanwhile, ``clock_moved`` s.
    """
    delay = 1000 / latency.refresh_rate if latency.refresh_rate else LOG_ERROR
    phase = {"open_phase": latency.open_phase} if latency.open_phase else {}
    moved = {"clock_set": 1000 * clock_moved} if clock_moved else {}
    return half_widths({"screen_delay": delay} | phase | moved)


def half_widths(lines: dict[str, float]) -> list[BudgetLine]:
    """Turn half widths of rectangular distributions, by their sources, into budget lines."""
    return [rectangular(source, half) for source, half in lines.items()]


def of_film(scene: Scene, latency: Latency, keys: tuple[str, str]) -> Iterator[Measurement]:
    """Yield all figures of a film; ``keys`` name source and monitor in its series."""
    rows = abs(scene.series.rows.get(keys[1], 0.5) - scene.series.rows.get(keys[0], 0.5))
    rows += max(_turned(scene, key) for key in keys) / 2
    interval = float(np.median(np.diff(scene.series.times))) * 1000
    lines = film_lines(latency, interval, rows)
    yield from of_statistics(scene, GLASS, latency, lines)
    yield from _hold_time(scene, latency)
    if latency.ages:
        yield from _age(scene, latency.ages, lines)


def _turned(scene: Scene, key: str) -> float:
    """Return over what share of the sensor's height a clock's own rows run, 0 where they are level.

    Bits of one row are then exposed one after the other, which the model of a rolling shutter does
    not know.
    """
    if key not in scene.clocks:
        return 0.0
    left, right = np.asarray(scene.clocks[key].corners)[:2]
    upright = scene.video.upright
    height = scene.video.width if upright else scene.video.height
    share = abs(float((right - left)[0 if upright else 1])) / height
    return share if share > LEVEL else 0.0


def with_clock(found: Iterable[Measurement | Note], known: str) -> Iterator[Measurement | Note]:
    """Add to latencies how the clock is known to be its own screen (``own_screen.shown``)."""
    for figure in found:
        if isinstance(figure, Note) or figure.quantity != GLASS:
            yield figure
        else:
            yield replace(figure, details={**figure.details, "clock_screen": known})


def of_statistics(
    scene: Scene, quantity: str, latency: Latency, common: Sequence[BudgetLine]
) -> Iterator[Measurement]:
    """Yield mean, worst, sd and 95th percentile, with the ``common`` type B lines."""
    details = latency.details()
    curve = over_time("latency", latency.moments, latency.each, "latency", "ms")
    for statistic, (value, lines) in delay.of_each(latency).items():
        budget = lines if statistic == "sd" else [*lines, *common]
        yield scene.figure(
            quantity,
            value,
            "ms",
            budget,
            samples=len(latency.each),
            method=METHODS[quantity, latency.reading],
            statistic=statistic,
            details=details,
            curve=curve if statistic == "mean" else None,
        )


def _hold_time(scene: Scene, latency: Latency) -> Iterator[Measurement]:
    if latency.holds.shape[1] < screens.FEWEST:
        return
    for statistic, (value, lines) in delay.statistics(latency.holds).items():
        rate = half_widths({"clock_rate": value * CLOCK_RATE})
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

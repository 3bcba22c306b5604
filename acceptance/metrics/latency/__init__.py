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
from acceptance.metrics._filmed_clock import film_pace, slow_motion
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import driven_light, own_screen, screens, wall
from acceptance.metrics.latency.figures import (
    AGE,
    GLASS,
    HOLD,
    STREAM,
    TILE_LAG,
    film_lines,
    log_lines,
    of_film,
    of_statistics,
    with_clock,
)
from acceptance.model.shot import Tap

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.model.measurement import Measurement, Note
    from acceptance.scene.build import Scene

__all__ = ["QUANTITIES", "film_lines", "log_lines", "measure", "serves"]

QUANTITIES = dict.fromkeys((GLASS, STREAM, HOLD, AGE, TILE_LAG), "ms")
PAIR = 2  # the clock and one monitor


def serves(scene: Scene) -> bool:
    """Whether a source is in a film of screens, or in a stream with its log and arrival times."""
    cells, stream = scene.series.cells, scene.series.arrivals is not None
    logged = stream and scene.screen_log is not None
    clocks = bool(cells) and (len(cells) >= 2 or logged or scene.shot.tap is Tap.SCREEN)
    driven = scene.drive is not None and _region(scene, "source") is not None
    return not scene.video.still and (clocks or driven)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure mean, worst, sd and 95th percentile, and of a film the hold time.

    Raises GapError no_clock, one_clock_only, clock_unreadable, no_change, too_few_frames,
    screen_log_gaps, arrivals_differ, sequence_not_seen or no_monitor_region, or as
    ``film_pace.check`` does.
    """
    yield from _of_drive(scene) if scene.drive is not None else _of_clocks(scene)


def _of_clocks(scene: Scene) -> Iterator[Measurement | Note]:
    clocks = clock_readings.read_clocks(scene)
    of_stream = len(clocks) == 1 and scene.series.arrivals is not None
    if not of_stream and (slow := slow_motion.by_clock(scene, clocks.values())):
        scene, doubt = slow
        clocks = clock_readings.read_clocks(scene)  # what frames leave depends on their interval
    else:
        doubt = film_pace.Doubt() if of_stream else film_pace.check(scene, clocks.values())
    of_wall = scene.shot.is_wall or len(clocks) > PAIR
    found = wall.measure(scene, clocks) if of_wall else _of_pair(scene, clocks)
    yield from film_pace.noted(scene, "latency", doubt, found)


def _of_pair(scene: Scene, clocks: Mapping[str, Readings]) -> Iterator[Measurement | Note]:
    """Measure a clock in a stream, or one beside a monitor, or two monitors without the clock."""
    for readings in clocks.values():
        _check_readable(readings)
    if len(clocks) == 1 and scene.series.arrivals is not None and scene.screen_log is not None:
        (readings,) = clocks.values()
        latency = screens.stream(readings, _arrivals(scene), scene.screen_log)
        lines = log_lines(latency, scene.clock_moved)
        yield from of_statistics(scene, STREAM, latency, lines)
        return
    keys = clock_readings.leading(clocks)
    if keys is None:
        raise GapError("one_clock_only")
    live = screens.live_clock(scene.series.times, clocks[keys[0]])
    if known := own_screen.shown(scene, keys[0], live):
        found = of_film(scene, screens.of_monitor(live, clocks[keys[1]]), keys)
        yield from with_clock(found, known)
    else:
        yield from wall.differences(scene, clocks, keys[0], live)


def _of_drive(scene: Scene) -> Iterator[Measurement]:
    source, monitor = _region(scene, "source"), _region(scene, "monitor")
    if scene.drive is None or source is None:
        return
    light = {name: scene.linear(scene.series.levels[name]) for name in (source, monitor) if name}
    times = scene.series.times
    if monitor:
        latency = driven_light.glass_to_glass(times, light[source], light[monitor], scene.drive)
        yield from of_film(scene, latency, (source, monitor))
    elif scene.series.arrivals is not None and scene.shot.drive:
        latency = driven_light.stream(times, light[source], _arrivals(scene), scene.drive)
        lines = log_lines(latency, scene.clock_moved)
        yield from of_statistics(scene, STREAM, latency, lines)
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
    if share < wall.READABLE and len(readings.index) >= screens.FEWEST:
        raise GapError("clock_unreadable", share=share)

"""A wall of monitors in one film: the latency of each tile against the clock beside it.

The copy of the clock that is ahead of all others is its own screen, if it runs on as a screen does
(``own_screen``). If it is a camera's picture, the clock's own screen is not in the film: no latency
can be had, only by how much older what one tile shows is than what another shows.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import film_times, own_screen, screens, tile_places
from acceptance.metrics.latency.figures import (
    AGE,
    GLASS,
    TILE_LAG,
    half_widths,
    of_film,
    with_clock,
)
from acceptance.metrics.latency.picture_age import BATCHES
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from acceptance.metrics._filmed_clock.readings import Array, Readings
    from acceptance.metrics.latency.screens import LiveClock
    from acceptance.metrics.latency.tile_places import TilePlace
    from acceptance.scene.build import Scene

READABLE = 0.5  # share of frames in which a clock must be readable
PAIR = 2  # the clock and one tile
SMALL = 120  # px of width below which a clock that cannot be read is too small
LAST = 5  # readings that show the last picture, one of which may be wrong
ANOTHER = 0.75  # refreshes by which another picture is off
# s, and times the usual hold of more than so many pictures, from which one that stands is frozen
FREEZES, STILL, MANY = 1.0, 5.0, 4
STANDS = 0.1  # of the clock's rate, below which a tile is frozen
DARK = 0.15  # of the contrast of the clock, above its black, that a dark tile does not reach
LAG_METHOD = (
    "film of a wall of monitors without the clock's own screen; by how much older the refresh that "
    "a tile shows is than the one that the foremost tile shows at the same time"
)


def measure(scene: Scene, clocks: Mapping[str, Readings]) -> Iterator[Measurement | Note]:
    """Measure the latency of each tile; a note says why one has none.

    Raises GapError no_clock, one_clock_only, clock_unreadable, too_few_frames, wall_film_too_slow,
    wall_place_unclear or clock_outside_wall.
    """
    read = {key: found for key, found in clocks.items() if found.readable.mean() >= READABLE}
    if len(clocks) < PAIR:
        raise GapError("one_clock_only" if clocks else "no_clock")
    if not read:
        raise GapError("clock_unreadable", share=_share(clocks))
    source = _foremost(read)
    screens.enough(int(read[source].readable.sum()), BATCHES)
    live = screens.live_clock(scene.series.times, read[source])
    if known := own_screen.shown(scene, source, live):
        yield from with_clock(_latencies(scene, clocks, source, live), known)
    else:
        yield from differences(scene, clocks, source, live)


def _latencies(
    scene: Scene, clocks: Mapping[str, Readings], source: str, live: LiveClock
) -> Iterator[Measurement | Note]:
    """Measure each tile against the clock's own screen."""
    for tile in tile_places.place(scene.shot, scene.clocks, source):
        if not tile.holds(scene.clocks[source]):
            yield from _measured(scene, clocks, tile, live, source)


def _measured(
    scene: Scene, clocks: Mapping[str, Readings], tile: TilePlace, live: LiveClock, source: str
) -> Iterator[Measurement | Note]:
    """Measure one tile; of one that is frozen the age alone, since no latency holds of it."""
    seconds = 0.0
    try:
        readings = _readings(scene, clocks, tile, source)
        seconds = frozen(live.times, readings)
        latency = screens.of_monitor(live, readings)
    except GapError as gap:
        yield _note(tile, GapError("tile_frozen", seconds=seconds) if seconds else gap)
        return
    if seconds:
        yield _note(tile, GapError("tile_frozen", seconds=seconds))
    found = of_film(scene, latency, (source, tile.clock))
    yield from _of_tile((figure for figure in found if figure.quantity == AGE or not seconds), tile)


def frozen(times: Array, readings: Readings) -> float:
    """Return for how many s a tile's last picture has stood at the end of a film, 0 as usual.

    ``times`` (n,) are those of the film's frames, s.
    """
    seen = np.flatnonzero(readings.readable)
    position, when = readings.position[seen], times[seen]
    others = np.flatnonzero(np.abs(position - np.median(position[-LAST:])) > ANOTHER)
    since = float(when[others[-1]]) if len(others) else float(when[0])
    changes = when[1:][np.abs(np.diff(position)) > ANOTHER]
    usual = float(np.median(np.diff(changes))) if len(changes) > MANY else 0.0
    stood = float(when[-1]) - since
    return stood if stood > max(FREEZES, STILL * usual) else 0.0


def _share(clocks: Mapping[str, Readings]) -> float:
    return max(float(found.readable.mean()) for found in clocks.values())


def _foremost(clocks: Mapping[str, Readings]) -> str:
    """Return the key of the clock that is ahead of all others."""
    best, *others = clocks
    for key in others:
        pair = clock_readings.leading({best: clocks[best], key: clocks[key]})
        best = pair[0] if pair else best
    return best


def _readings(
    scene: Scene, clocks: Mapping[str, Readings], tile: TilePlace, source: str
) -> Readings:
    """Return what a tile shows of the clock.

    Raises GapError tile_dark, tile_without_clock, tile_too_small or clock_unreadable.
    """
    if not tile.clock:
        raise GapError("tile_dark" if _dark(scene, tile, source) else "tile_without_clock")
    readings = clocks[tile.clock]
    share, width = float(readings.readable.mean()), scene.clocks[tile.clock].width
    if share < READABLE:
        if width < SMALL:
            raise GapError("tile_too_small", width=round(width), needed=SMALL)
        raise GapError("clock_unreadable", share=share)
    return readings


def _dark(scene: Scene, tile: TilePlace, source: str) -> bool:
    """Whether a tile shows nothing, against the black and white of the clock."""
    cells = scene.series.cells[source]
    low, high = (float(np.nanpercentile(cells, share)) for share in (5, 95))
    x, y, width, height = tile.box
    rows = slice(max(0, round(y + height / 4)), max(0, round(y + 3 * height / 4)))
    columns = slice(max(0, round(x + width / 4)), max(0, round(x + 3 * width / 4)))
    part = scene.reference.luma[rows, columns]
    return bool(part.size) and float(np.percentile(part, 95)) < low + DARK * (high - low)


def differences(
    scene: Scene, clocks: Mapping[str, Readings], source: str, live: LiveClock
) -> Iterator[Measurement | Note]:
    """Measure by how much each tile lags behind the foremost; say why no latency can be had.

    ``live`` is the foremost, were it the clock's own screen.
    """
    by_plan = tile_places.stated(scene.shot, scene.clocks[source]) == tile_places.CAMERA
    doubtful = not by_plan and own_screen.changes_as_screen(live)
    code = "own_screen_unsure" if doubtful else "wall_without_clock"
    yield Note(reason=Reason(code=code), metric="latency", quantity=GLASS)
    times = scene.series.times
    for tile in tile_places.place(scene.shot, scene.clocks, ""):
        if tile.clock == source:
            continue
        try:
            readings = _readings(scene, clocks, tile, source)
            lag = _lag(scene, times, clocks[source], readings)
        except GapError as gap:
            yield _note(tile, gap)
        else:
            yield from _of_tile([lag], tile)


def _lag(scene: Scene, times: Array, first: Readings, readings: Readings) -> Measurement:
    """Mean over the frames in which both are read.

    Each reading is right to half a refresh, which clocks in step with the film do not average out.
    """
    both = np.flatnonzero(first.readable & readings.readable)
    screens.enough(len(both), BATCHES)
    rate = film_times.rate(times[both], first.position[both])
    if film_times.rate(times[both], readings.position[both]) < STANDS * rate:
        raise GapError("tile_frozen", seconds=float(np.ptp(times)))
    late = 1000 * (first.position[both] - readings.position[both]) / rate
    means = [float(part.mean()) for part in np.array_split(late, BATCHES)]
    scatter = BudgetLine(
        source="repeatability",
        contribution=float(np.std(means, ddof=1)) / BATCHES**0.5,
        degrees_of_freedom=BATCHES - 1.0,
    )
    half = 500 / rate
    lines = half_widths({"open_phase": half, "open_phase_of_foremost": half})
    return scene.figure(
        TILE_LAG, float(late.mean()), "ms", [scatter, *lines],
        samples=len(both), method=LAG_METHOD, statistic="mean",
    )  # fmt: skip


def _of_tile(found: Iterable[Measurement], tile: TilePlace) -> Iterator[Measurement]:
    """Give figures of the film the region, the subject and the place of a tile."""
    x, y = tile.middle
    for figure in found:
        yield replace(
            figure,
            region=tile.region,
            subject=tile.subject or figure.subject,
            details={**figure.details, "x": x, "y": y},
        )


def _note(tile: TilePlace, gap: GapError) -> Note:
    x, y = tile.middle
    reason = Reason(code=gap.code, parameters={**gap.parameters, "x": x, "y": y})
    return Note(reason=reason, metric="latency", region=tile.region, subject=tile.subject)

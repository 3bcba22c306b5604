"""Latency of the picture: from the middle of the camera's exposure to first light on the monitor, or to arrival.

Glass to glass: one film shows the clock screen and the monitor of the camera that looks at it (two regions of the same
film, so no clocks need setting; principle of VideoLat, J. Jansen and D. Bulterman, ACM MMSys 2013). The age that one
film frame shows is *not* the latency, since the monitor holds a picture until the next; so only the moments count at
which the monitor changes. Clock readings, camera pictures and changes are each fitted as wholes (``_pace``,
``_monitor``), which goes below a refresh of the screen where film and screens do not run in step. What stays open is
propagated by draws (JCGM 101:2008).

Stream: arrival times of the frames against the log of the clock screen, both on the clock of one host.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics import _clock, _monitor, _pace
from acceptance.model import BudgetLine, Curve, Measurement, Note, Tap

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._clock import Array, Readings
    from acceptance.model import Value
    from acceptance.scene import Scene

QUANTITIES = {"latency.glass_to_glass": "ms", "latency.stream": "ms"}
GLASS_METHOD = (
    "film of clock and monitor; moments at which the monitor changes, against the middle of the camera's exposure"
)
STREAM_METHOD = "arrival of each new picture against the refresh log of the clock screen at the middle of its exposure"
CLOCK_RATE = 50e-6  # half width of the rate of the film's clock
SCREEN_RESPONSE = 1.0  # ms, half width: how differently the two screens rise to half light
CURVE_ERROR = 0.01  # share by which a blend may be misread because the camera's curve is not known exactly
FEWEST = 5  # changes or pictures
READABLE = 0.5  # share of frames in which a clock must be readable
MISREAD = 0.15  # share of pictures that may lie off the camera's even pace
OFF_LINE = 0.5  # refreshes beyond its reach by which a picture may lie off


@dataclass(frozen=True, kw_only=True)
class Latency:
    """Latency of each picture: ``draws`` (m, c) ms, one row for each possible course of clocks and exposures.

    ``moments`` (c,) s when each was seen; ``exposure`` ms of the film (0 for a stream), ``refresh_rate`` Hz of the
    clock screen.
    """

    draws: Array
    moments: Array
    refresh_rate: float
    exposure: float = 0.0

    @property
    def each(self) -> Array:
        """(c,) latency of each picture, ms."""
        return np.asarray(self.draws.mean(axis=0))

    def budget(self) -> list[BudgetLine]:
        """Budget of the mean: phases of clock, camera and monitor together, and scatter from picture to picture."""
        scatter = float(self.each.std(ddof=1)) / len(self.each) ** 0.5
        return [
            BudgetLine(source="phases", contribution=float(self.draws.mean(axis=1).std())),
            BudgetLine(source="repeatability", contribution=scatter, degrees_of_freedom=len(self.each) - 1.0),
        ]

    def worst_budget(self) -> list[BudgetLine]:
        """Budget of the worst one."""
        return [BudgetLine(source="phases", contribution=float(self.draws[:, int(np.argmax(self.each))].std()))]

    def details(self) -> dict[str, Value]:
        """Statistics of the pictures."""
        each = self.each
        return {
            "sd_ms": float(each.std(ddof=1)),
            "percentile_95_ms": float(np.percentile(each, 95)),
            "least_ms": float(each.min()),
            "standard_error_ms": float(each.std(ddof=1)) / len(each) ** 0.5,
            "pictures": len(each),
            "refresh_rate_hz": self.refresh_rate,
            "film_exposure_ms": self.exposure,
        }


def serves(scene: Scene) -> bool:
    """Whether a clock is in a film of screens, or in a stream with arrival times and the screen's log."""
    cells = scene.series.cells
    stream = scene.series.arrivals is not None and scene.screen_log is not None
    return not scene.video.still and bool(cells) and (len(cells) == 2 or stream or scene.shot.tap is Tap.SCREEN)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure mean and worst.

    Raises GapError no_clock, one_clock_only, clock_unreadable, no_change, too_few_frames or screen_log_gaps.
    """
    clocks = _clock.read_clocks(scene)
    for readings in clocks.values():
        _check_readable(readings)
    if len(clocks) == 1 and scene.series.arrivals is not None and scene.screen_log is not None:
        (readings,) = clocks.values()
        latency = stream(readings, scene.series.arrivals, scene.screen_log)
        yield from _figures(scene, "latency.stream", latency, STREAM_METHOD, _log_budget(latency))
        return
    keys = _clock.leading(clocks)
    if keys is None:
        raise GapError(
            "only one clock is in the film",
            hint="Film the clock screen and the monitor together",
            code="one_clock_only",
        )
    reference, monitor = keys
    latency = glass_to_glass(scene.series.times, clocks[reference], clocks[monitor])
    rows = abs(scene.series.rows.get(monitor, 0.5) - scene.series.rows.get(reference, 0.5))
    yield from _figures(scene, "latency.glass_to_glass", latency, GLASS_METHOD, _film_budget(scene, latency, rows))


def _check_readable(readings: Readings) -> None:
    if not np.isfinite(readings.shares).any():
        raise GapError("no clock is in the picture", hint="Film the clock chart", code="no_clock")
    share = float(readings.readable.mean())
    if share < READABLE and len(readings.index) >= FEWEST:
        raise GapError(f"the clock can be read in {share:.0%} of the frames", code="clock_unreadable", share=share)


def glass_to_glass(times: Array, reference: Readings, monitor: Readings) -> Latency:
    """Latency from a film with middles of exposure at ``times`` (n,) s. Raises GapError no_change or too_few_frames."""
    seen = reference.readable
    _enough(int(seen.sum()), 8)
    clock = _pace.pace(times[seen], reference.shares[seen], reference.position[seen])
    changes, taken_at = _pictures(monitor)
    if not len(changes.picture):
        raise GapError("the monitor never changes to a readable clock", code="no_change")
    _enough(len(changes.picture), FEWEST)
    exposure = clock.draws[:, 2] / clock.draws[:, 1]
    moments = _monitor.moments(changes, times, exposure)
    taken = clock.inverse(taken_at)
    return Latency(
        draws=(moments - taken) * 1000,
        moments=moments.mean(axis=0),
        refresh_rate=float(clock.draws[:, 1].mean()),
        exposure=float(exposure.mean()) * 1000,
    )


def _pictures(monitor: Readings) -> tuple[_monitor.Changes, Array]:
    """Find the changes of the monitor, and (m, c) draws of the middle of the exposure of each picture that appears."""
    held, changes = _monitor.held_pictures(monitor.shares)
    pictures = _clock.readings_of(held.shares)
    seen = np.flatnonzero(pictures.readable)
    cadence = _pace.cadence(pictures.position[seen], pictures.reach[seen], MISREAD)
    if cadence is None:
        taken_at = exposures(pictures)
        changes = _known_changes(changes, taken_at)
        return changes, taken_at[:, changes.picture]
    number = cadence.number.astype(np.float64)
    line = _pace.pace(number, pictures.shares[seen], pictures.position[seen])
    guess = np.interp(np.arange(len(monitor.shares)), (held.first[seen] + held.last[seen]) / 2, number)
    for _ in range(2):
        expected = _expected(line, number[-1], monitor.shares.shape[1])
        shown = _monitor.shown(monitor.shares, guess, expected)
        which, own = shown.alone(monitor.shares, expected)
        line = _pace.pace(which.astype(np.float64), own, line.at(which.astype(np.float64)).mean(axis=0))
    changes = shown.changes()
    return changes, np.random.default_rng(2).permutation(line.at(changes.picture.astype(np.float64)))


def _expected(line: _pace.Pace, last: float, bits: int) -> Array:
    """(p, bits) shares of the pictures 0 ... ``last`` on a line."""
    return _clock.expected_shares(line.at(np.arange(last + 1)).mean(axis=0), float(line.draws[:, 2].mean()), bits)


def stream(readings: Readings, arrivals: Array, log: Array) -> Latency:
    """Latency of a stream whose frames came at ``arrivals`` (n,) s; ``log`` (k, 2) index and time (s) of refreshes.

    Only the first coming of each picture counts. Raises GapError too_few_frames or screen_log_gaps.
    """
    seen = np.flatnonzero(readings.readable)
    fresh = seen[~_clock.same_picture(readings.shares[seen])]
    positions = exposures(readings.only(fresh))
    inside = (positions.min(axis=0) >= log[0, 0]) & (positions.max(axis=0) <= log[-1, 0])
    _enough(int(inside.sum()), FEWEST)
    missed = 1 - (len(log) - 1) / float(np.ptp(log[:, 0]))
    if missed > 0.01:
        what = f"the clock screen missed {missed:.1%} of its refreshes"
        raise GapError(what, hint="Close other programs and film again", code="screen_log_gaps", share=missed)
    shown = np.interp(positions[:, inside], log[:, 0], log[:, 1])
    rate = float(np.polyfit(log[:, 1], log[:, 0], 1)[0])
    came = arrivals[fresh][inside]
    return Latency(draws=(came - shown) * 1000, moments=came, refresh_rate=rate)


def exposures(pictures: Readings) -> Array:
    """(m, p) draws of the middles of the camera's exposures in refreshes; nan where a picture cannot be read.

    They lie on the line of an even camera within what each reading allows. A picture off that line, or not of one
    exposure as long as the others (the film never saw it unmixed, say), is left out. Without such a line each reading
    stands alone.
    """
    random = np.random.default_rng(2)
    seen = np.flatnonzero(pictures.readable)
    position, reach = pictures.position[seen], pictures.reach[seen]
    draws = np.full((_pace.DRAWS, len(pictures.index)), np.nan)
    cadence = _pace.cadence(position, reach, MISREAD)
    if cadence is None:
        draws[:, seen] = position + random.uniform(-1, 1, (_pace.DRAWS, 1)) * reach
        return draws
    number = cadence.number.astype(np.float64)
    pace = _pace.pace(number, pictures.shares[seen], position)
    line = pace.at(number)
    line = line[random.permutation(len(line))]  # the camera's phase has nothing to do with that of other lines
    middle = line.mean(axis=0)
    fits = (np.abs(middle - position) <= reach + OFF_LINE) & explained(pictures.shares[seen], middle, pace.draws[:, 2])
    draws[:, seen[fits]] = np.clip(line, position - reach, position + reach)[:, fits]
    return draws


def explained(shares: Array, position: Array, widths: Array) -> NDArray[np.bool_]:
    """(p,) whether shares (p, bits) are those of one exposure near ``position`` (p,) that is as long as the others."""
    near = position[:, None] + np.linspace(-0.75, 0.75, 25)
    rest = [
        np.abs(_clock.expected_shares(near, float(width), shares.shape[1]) - shares[:, None]).max(axis=2).min(axis=1)
        for width in np.quantile(widths, (0.05, 0.5, 0.95))
    ]
    return np.asarray(np.min(rest, axis=0) <= _clock.RESIDUAL)


def _known_changes(changes: _monitor.Changes, taken: Array) -> _monitor.Changes:
    """Keep the changes from one picture whose exposure is known to a later one."""
    when = taken.mean(axis=0)
    keep = when[changes.picture] > when[changes.picture - 1]
    return _monitor.Changes(picture=changes.picture[keep], frame=changes.frame[keep], share=changes.share[keep])


def _enough(count: int, needed: int) -> None:
    if count < needed:
        what = f"{count} readable pictures are seen, at least {needed} are needed"
        raise GapError(what, hint="Film for longer", code="too_few_frames", frames=count, needed=needed)


def _film_budget(scene: Scene, latency: Latency, rows: float) -> list[BudgetLine]:
    """Type B lines of a film; the read-out time is unknown, at most one frame interval from first row to last."""
    interval = float(np.median(np.diff(scene.series.times))) * 1000
    lines = {
        "rolling_shutter": rows * interval,
        "screen_response": SCREEN_RESPONSE,
        "tone": CURVE_ERROR * latency.exposure,
        "clock_rate": float(latency.each.mean()) * CLOCK_RATE,
    }
    return _half_widths(lines)


def _log_budget(latency: Latency) -> list[BudgetLine]:
    """Type B lines of a stream: a screen may light up to a refresh later than its log says."""
    return _half_widths({"screen_delay": 1000 / latency.refresh_rate})


def _half_widths(lines: dict[str, float]) -> list[BudgetLine]:
    return [BudgetLine(source=source, contribution=half / 3**0.5, evaluation="B") for source, half in lines.items()]


def _figures(
    scene: Scene, quantity: str, latency: Latency, method: str, common: Sequence[BudgetLine]
) -> Iterator[Measurement]:
    each = latency.each
    shared: dict[str, Any] = {"samples": len(each), "method": method, "details": latency.details()}
    curve = Curve(
        name="latency",
        x=tuple(latency.moments.tolist()),
        y=tuple(each.tolist()),
        x_label="time",
        y_label="latency",
        x_unit="s",
        y_unit="ms",
    )
    mean, worst = [*latency.budget(), *common], [*latency.worst_budget(), *common]
    yield scene.figure(quantity, float(each.mean()), "ms", mean, statistic="mean", curve=curve, **shared)
    yield scene.figure(quantity, float(each.max()), "ms", worst, statistic="worst", **shared)

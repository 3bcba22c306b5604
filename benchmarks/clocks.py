"""Films and streams of clocks at signal level, without pictures.

The light of every bit is integrated over each frame, then noise is added. The settings are those of
the bar: camera of 25 or 30 frame/s, exposures of 1 ms to the frame time, read-out of 0.3 to 1 frame
time, screens with their own refresh, every clock off by its own 5 to 50 ppm, film at 60 or
240 frame/s, 2 % noise. Type B inputs of a budget that a signal does not have are drawn from normal
distributions with the standard uncertainty that it states.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from departures import Departures, moved
from draws import log_uniform
from films import Reading

from acceptance.charts import drive_sequence
from acceptance.metrics import latency
from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import delay, driven_light, screens
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from acceptance.model import BudgetLine

    Array = NDArray[np.float64]

REFRESHES = (59.94, 60.0, 75.0)
NOISE = 0.02
JITTER = 0.002  # s, between camera and monitor
FILMED, FILLED = 0.5, 0.9  # share of the film's height, and of the camera's, that the clock takes
FILMED_SCAN = FILLED  # share of its screen's height that the clock takes
HEIGHTS = np.array([-5, -3.8, -0.5, 0.5, 3.8, 5]) / 12  # of the low bits
IDEAL = Departures()
# lines of a budget whose errors every signal makes itself: drawn as well they would count twice
MADE = frozenset({"open_phase", "open_change", "noise_reduction", "clock_rate"})
# time constants by which light lags, equally likely: of an exponential response, which is then all
# there after 2.8 of them, and of an even one
SLOW, EVEN = -np.log(1 - (np.arange(8) + 0.5) / 8), (np.arange(8) + 0.5) / 4
EDGE = 2  # frames at either end in which a change is not sure to be seen
AGAIN = 40  # repeats with other jitter, which give the mean under the same conditions


@dataclass(frozen=True, kw_only=True)
class Setting:
    """True rates in Hz, everything else in s."""

    film: float
    film_exposure: float
    refresh: float
    monitor: float
    camera: float
    exposure: float
    delay: float
    seconds: float
    readouts: tuple[float, float]  # of film and camera, over the height of the clock
    by: Departures = IDEAL


def off(random: np.random.Generator) -> float:
    """Return the factor by which a clock is off: 5 to 50 ppm."""
    return 1 + float(random.choice([-1, 1]) * random.uniform(5e-6, 50e-6))


def exposure(random: np.random.Generator, rate: float) -> float:
    """Return an exposure from 1 ms to the frame time, uniform in its logarithm."""
    return log_uniform(random, 0.001, 1 / rate)


def refresh(random: np.random.Generator) -> float:
    """Return the rate of a screen: a usual one, but one time in four an odd one."""
    own = random.uniform(58.5, 61.5) if random.uniform() < 0.25 else random.choice(REFRESHES)
    return float(own) * off(random)


def drawn(random: np.random.Generator, film: float, seconds: float) -> Setting:
    """Draw a setting for a film of this nominal rate."""
    camera = float(random.choice([25.0, 30.0]))
    return Setting(
        film=film * off(random),
        film_exposure=exposure(random, film),
        refresh=refresh(random),
        monitor=refresh(random),
        camera=camera * off(random),
        exposure=exposure(random, camera),
        delay=float(random.uniform(0.05, 0.6)),
        seconds=seconds,
        readouts=(FILMED * random.uniform(0.3, 1) / film, FILLED * random.uniform(0.3, 1) / camera),
    )


@dataclass(frozen=True, kw_only=True)
class Chain:
    """From camera to monitor.

    ``middles`` (p,) of the exposures in s, ``start`` of the monitor's refreshes.
    """

    what: Setting
    middles: Array
    start: float

    def lights(self, random: np.random.Generator) -> Array:
        """(p,) when each picture comes up, with jitter drawn anew; pictures never overtake."""
        ready = self.middles + self.what.delay + np.abs(random.normal(0, JITTER, len(self.middles)))
        refreshes = np.ceil((ready - self.start) * self.what.monitor) / self.what.monitor
        return np.asarray(np.maximum.accumulate(self.start + refreshes))


def chain(random: np.random.Generator, what: Setting) -> Chain:
    """Draw the phases."""
    count = int((what.seconds + what.delay + 1) * what.camera)
    middles = random.uniform(-0.04, 0) - what.delay - 0.3 + np.arange(count) / what.camera
    middles = moved(random, middles, what.by.uneven[1], what.by.lost[1])
    return Chain(what=what, middles=middles, start=random.uniform(0, 1 / what.monitor))


def film_of(
    random: np.random.Generator, way: Chain
) -> tuple[Array, clock_readings.Readings, clock_readings.Readings, Array]:
    """Return film times, readings of reference and monitor, and the pictures' latencies in ms."""
    what, by = way.what, way.what.by
    times = _film_times(random, what)
    lights = way.lights(random)
    scans = [FILMED_SCAN * part / rate for part, rate in
             zip(by.scans, (what.refresh, what.monitor), strict=True)]  # fmt: skip
    lags = [what.readouts[0] - scans[0], what.readouts[1] - scans[0], what.readouts[0] - scans[1]]

    def live(height: float) -> Array:
        return _slowly(way, times + lags[0] * height, what.film_exposure)

    def shown(height: float) -> Array:
        pictures = _slowly(way, way.middles + lags[1] * height, what.exposure)
        pictures = ghosts.added(pictures, by.recursions[1])
        at, slow = times + lags[2] * height, _slowness(by, 1)
        return np.mean([shown_by(way, at - late, lights, pictures) for late in slow], axis=0)

    noisy = [_noisy(random, seen, by) for seen in (live, shown)]
    ghost, doubt, tried = ghosts.of_film(noisy[0][0][:, ghosts.FIRST_BIT :], 1 / what.film)
    if not ghost and not doubt:
        ghost, doubt = ghosts.in_step([low for _, low in noisy], 1 / what.film)
    both = [
        replace(
            _readings(*(ghosts.removed(part, ghost) for part in parts), what.refresh * lag, doubt),
            removed=ghost,
            tried=tried or doubt,
        )
        for parts, lag in zip(noisy, lags, strict=False)
    ]
    return by.stamps(random, times), *both, _seen(way, lights, times)


def _film_times(random: np.random.Generator, what: Setting) -> Array:
    """Return the middles of the film's exposures (n,), s."""
    even = random.uniform(0, 0.1) + np.arange(int(what.seconds * what.film)) / what.film
    return moved(random, even, what.by.uneven[0], what.by.lost[0])


def _slowness(by: Departures, screen: int) -> Array:
    """Return by how many s the light of a screen lags, some equally likely values."""
    constant = (by.rises[screen] + by.falls[screen]) / 2
    return constant * (EVEN if by.even else SLOW) if constant else np.zeros(1)


def _slowly(way: Chain, at: Array, exposure: float) -> Array:
    """Return the shares (n, 24) of the clock in exposures about ``at`` (n,) s."""
    rate = way.what.refresh
    late = [
        clock_readings.expected_shares(5000 + rate * (at - slow), exposure * rate, 24)
        for slow in _slowness(way.what.by, 0)
    ]
    return np.asarray(np.mean(late, axis=0))


def _noisy(
    random: np.random.Generator, seen: Callable[[float], Array], by: Departures
) -> tuple[Array, Array]:
    """Return what is ``seen`` (n, 24) at the middle, and the low bits (n, r, 4) at all heights."""
    rows = np.stack([seen(height)[:, : clock_readings.LOW_BITS] for height in HEIGHTS], axis=1)
    middle, low = (
        ghosts.added(part, by.recursions[0]) + NOISE * random.standard_normal(part.shape)
        for part in (seen(0.0), rows)
    )
    return middle, low


def readings(
    random: np.random.Generator, seen: Callable[[float], Array], lag: float
) -> clock_readings.Readings:
    """Read what is ``seen`` (n, 24) at a height by ideal camera and screen, but for noise."""
    return _readings(*_noisy(random, seen, IDEAL), lag, 0.0)


def _readings(middle: Array, low: Array, lag: float, ghost: float) -> clock_readings.Readings:
    found = clock_readings.readings_of(middle)
    return replace(found, low=low, heights=HEIGHTS, lag=lag, ghost=ghost)


def _seen(way: Chain, lights: Array, times: Array) -> Array:
    edge = EDGE / way.what.film
    inside = (
        (lights > times[0] + edge)
        & (lights < times[-1] - edge)
        & (np.append(lights[1:], np.inf) > lights)
    )
    return np.asarray((lights - way.middles)[inside] * 1000)


@dataclass(frozen=True, kw_only=True)
class Filmed:
    """What was measured of a film of clock and monitor, whose frame ``rate`` is nominal.

    The names of the statistics serve as regions. ``coarse`` as the details say; ``own`` ms is by
    how much the mean is off that of the film's own pictures.
    """

    rate: float
    readings: list[Reading]
    coarse: bool
    own: float


def film(random: np.random.Generator, by: Departures = IDEAL) -> list[Reading]:
    """Measure a film of clock and monitor; the names of the statistics serve as regions."""
    return filmed(random, by).readings


def filmed(random: np.random.Generator, by: Departures) -> Filmed:
    """Measure a film of clock and monitor."""
    rate, seconds = (60.0, 6.0) if random.uniform() < 0.5 else (240.0, 3.0)
    way = chain(random, replace(drawn(random, rate, seconds), by=by))
    times, live, shown, true = film_of(random, way)
    found = screens.glass_to_glass(times, live, shown)
    again = [_seen(way, way.lights(random), times) for _ in range(AGAIN)]
    truths = {
        "mean": float(np.mean([delays.mean() for delays in again])),
        "worst": float(true.max()),
        "sd": float(np.mean([delays.std(ddof=1) for delays in again])),
        "percentile_95": float(np.mean([np.percentile(delays, 95) for delays in again])),
    }
    common = latency.film_lines(found, 1000 / way.what.film, random.uniform(0, 0.1))
    made = MADE | {"screen_response"} if any(by.rises) else MADE
    readings = _figures(random, "latency.glass_to_glass", found, common, truths, made=made)
    own = float(found.each.mean() - true.mean())
    return Filmed(rate=rate, readings=readings, coarse=found.details()["coarse"] == "yes", own=own)


def bars(random: np.random.Generator) -> tuple[str, Reading]:
    """Return the kind of reading, and the mean, of a film at 240 frame/s.

    Its exposures are too short to blend much.
    """
    what = replace(drawn(random, 240.0, 6.0), film_exposure=0.001, exposure=0.001)
    times, live, shown, true = film_of(random, chain(random, what))
    found = screens.glass_to_glass(times, live, shown)
    common = latency.film_lines(found, 1000 / what.film, 0.0)
    truths = {"mean": float(true.mean())}
    [mean] = _figures(random, "latency.glass_to_glass", found, common, truths, shift=False)
    return found.reading, mean


def shown_by(way: Chain, times: Array, lights: Array, pictures: Array) -> Array:
    """Return what a film at ``times`` sees of the monitor, (n, c).

    Pictures (p, c) held from ``lights`` (p,) on.
    """
    what = way.what
    half, ends = what.film_exposure / 2, np.append(lights[1:], np.inf)
    newest = np.searchsorted(lights, times + half, side="right") - 1
    shown = np.zeros((len(times), pictures.shape[1]))
    for back in range(5):
        which = np.maximum(newest - back, 0)
        part = np.minimum(times + half, ends[which]) - np.maximum(times - half, lights[which])
        shown += np.clip(part, 0, None)[:, None] / what.film_exposure * pictures[which]
    return shown


CHIPS = (0.0131, 0.0173, 0.0223)  # s


def light_film(
    random: np.random.Generator, what: Setting
) -> tuple[Array, Array, Array, drive_sequence.Drive, Array]:
    """Return film times, light of LED and monitor (n,), the drive, and the latencies in ms.

    The LED's resonator is off by up to 0.2 %; its curve, and that of the monitor's picture, are
    unknown powers.
    """
    way = chain(random, what)
    drive, began = drive_sequence.of_chips(float(random.choice(CHIPS))), random.uniform(20, 100)
    rate = 1 + random.uniform(-0.002, 0.002)
    times = random.uniform(0, 0.1) + np.arange(int(what.seconds * what.film)) / what.film
    lights = way.lights(random)

    def mean(middles: Array, width: float) -> Array:
        return drive.mean(
            began + rate * (middles - width / 2), began + rate * (middles + width / 2)
        )

    pictures = mean(way.middles, what.exposure)[:, None]
    seen = [mean(times, what.film_exposure), shown_by(way, times, lights, pictures)[:, 0]]
    noisy = []
    for light_seen in seen:
        bent = np.maximum(light_seen, 0) ** random.uniform(0.8, 1.25)
        noisy.append(bent + NOISE * random.standard_normal(len(times)))
    return times, 0.1 + 0.7 * noisy[0], 0.05 + 0.4 * noisy[1], drive, _seen(way, lights, times)


def light(random: np.random.Generator) -> list[Reading]:
    """Measure a film of 12 s of an LED and the monitor."""
    what = drawn(random, 60.0 if random.uniform() < 0.5 else 240.0, 12.0)
    times, source, monitor, drive, true = light_film(random, what)
    found = driven_light.glass_to_glass(times, source, monitor, drive)
    truths = {"mean": float(true.mean()), "worst": float(true.max())}
    common = latency.film_lines(found, 1000 / what.film, 0.0)
    return _figures(random, "latency.glass_to_glass", found, common, truths)


def light_stream(random: np.random.Generator) -> list[Reading]:
    """Measure a stream of 12 s of an LED from its log and arrivals with 1 ms of jitter."""
    what = drawn(random, 60.0, 12.0)
    drive = drive_sequence.of_chips(float(random.choice(CHIPS)), rounds=1)
    taken = random.uniform(20, 100) + np.arange(int(what.seconds * what.camera)) / what.camera
    came = taken + what.delay + random.normal(0, 0.001, len(taken))
    seen = drive.mean(taken - what.exposure / 2, taken + what.exposure / 2) ** random.uniform(
        0.8, 1.25
    )
    source = 0.1 + 0.7 * (seen + NOISE * random.standard_normal(len(taken)))
    found = driven_light.stream((taken - taken[0]) * off(random), source, came, drive)
    truths = {"mean": 1000 * what.delay}
    return _figures(random, "latency.stream", found, latency.log_lines(found), truths)


def stream(random: np.random.Generator) -> list[Reading]:
    """Measure a stream of 10 s from its arrivals, with 1 ms of jitter, and the screen's log."""
    what = drawn(random, 60.0, 10.0)
    taken = random.uniform(0.3, 0.34) + np.arange(int(what.seconds * what.camera)) / what.camera
    came = taken + what.delay + random.normal(0, 0.001, len(taken))
    shares = clock_readings.expected_shares(
        1000 + what.refresh * taken, what.exposure * what.refresh, 24
    )
    log = np.arange(int((what.seconds + 2) * what.refresh))
    readings = clock_readings.readings_of(shares + NOISE * random.standard_normal(shares.shape))
    found = screens.stream(readings, came, np.column_stack([1000 + log, log / what.refresh]))
    truths = {"mean": 1000 * what.delay, "worst": float((came - taken).max()) * 1000}
    return _figures(random, "latency.stream", found, latency.log_lines(found), truths)


def _figures(
    random: np.random.Generator,
    quantity: str,
    found: delay.Latency,
    common: Sequence[BudgetLine],
    truths: dict[str, float],
    *,
    shift: bool = True,
    made: frozenset[str] = MADE,
) -> list[Reading]:
    """Pair figures and truths; the error of the ``common`` lines is the same for all statistics.

    Errors of the lines ``made`` are in the signal.
    """
    judged = 0.0
    if shift:
        drawn = [line for line in common if line.source not in made]
        judged = float(sum(line.contribution * random.standard_normal() for line in drawn))
    readings = []
    for statistic, (value, lines) in delay.of_each(found).items():
        if statistic in truths:
            combined = combine(lines if statistic == "sd" else [*lines, *common])
            truth = truths[statistic] + (0.0 if statistic == "sd" else judged)
            expanded = combined.k * combined.uncertainty
            readings.append(
                Reading(
                    quantity=quantity, region=statistic, value=value, expanded=expanded, truth=truth
                )
            )
    return readings

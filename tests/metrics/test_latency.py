"""Latency: the true delay lies inside the stated uncertainty, in step or not.

Reasons where it cannot be had.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest
from intervals import fewest
from marks import slow

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.footage import clip, encode
from acceptance.metrics import latency
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import delay, monitor, screens
from acceptance.model import Measurement, Shot, Tap
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import Truth, film_clock, film_screens
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.metrics._filmed_clock.readings import Array, Readings

CLOCK = definition.load("clock")
SEEDS = 6
MAIN = {"latency.glass_to_glass", "latency.stream"}


@dataclass(frozen=True, kw_only=True)
class Setting:
    """Rates in Hz, the rest in s. Each clock is off by its own 50 ppm at most.

    ``monitor`` None lights up at once. There are so many ``films``, each of its own seed.
    """

    film: float = 60.0
    film_exposure: float = 0.008
    refresh: float = 60.0
    monitor: float = 60.0
    camera: float = 25.0
    exposure: float = 0.01
    delay: float = 0.12
    jitter: float = 0.002
    seconds: float = 6.0
    noise: float = 0.02
    films: int = SEEDS


def film(seed: int, what: Setting) -> tuple[Array, Readings, Readings, Array]:
    """Film times, readings of reference and monitor, true latencies in ms.

    Shares are integrated, then made noisy.
    """
    random = np.random.default_rng(seed)
    film_rate, refresh, camera, monitor = (
        rate * (1 + random.uniform(-50e-6, 50e-6))
        for rate in (what.film, what.refresh, what.camera, what.monitor)
    )
    times = random.uniform(0, 0.1) + np.arange(int(what.seconds * film_rate)) / film_rate
    pictures = np.arange(int((what.seconds + what.delay + 1) * camera)) / camera
    middles = random.uniform(-0.04, 0) - what.delay - 0.3 + pictures
    ready = middles + what.delay + np.abs(random.normal(0, what.jitter, len(middles)))
    start = random.uniform(0, 1 / monitor)
    lights = np.maximum.accumulate(start + np.ceil((ready - start) * monitor) / monitor)
    ends = np.append(lights[1:], np.inf)
    half = what.film_exposure / 2
    seen = np.minimum(times[:, None] + half, ends) - np.maximum(times[:, None] - half, lights)
    screen = np.clip(seen, 0, None) / what.film_exposure
    shown = screen @ clock_readings.expected_shares(
        5000 + refresh * middles, what.exposure * refresh, 24
    )
    live = clock_readings.expected_shares(5000 + refresh * times, what.film_exposure * refresh, 24)
    both = [
        clock_readings.readings_of(shares + what.noise * random.standard_normal(shares.shape))
        for shares in (live, shown)
    ]
    inside = (lights > times[0] + half) & (lights < times[-1] - half) & (ends > lights)
    return times - times[0] + 3, both[0], both[1], (lights - middles)[inside] * 1000


def results(what: Setting) -> tuple[Array, Array]:
    """Error of the mean in ms, and that error over its expanded uncertainty, of every film."""
    errors, shares = [], []
    for seed in range(what.films):
        times, reference, monitor, true = film(seed, what)
        found = screens.glass_to_glass(times, reference, monitor)
        combined = combine(delay.mean(found.draws)[1])
        errors.append(float(found.each.mean() - true.mean()))
        shares.append(abs(errors[-1]) / (combined.k * combined.uncertainty))
    return np.array(errors), np.array(shares)


def hits(what: Setting) -> int:
    """Return in how many films the truth must lie in U: of a single film in that one."""
    return max(1, fewest(what.films))


FREE = Setting(refresh=59.3, monitor=60.4)


@pytest.mark.parametrize(
    "what",
    [
        slow(FREE),
        slow(replace(FREE, camera=12.5, exposure=0.04, delay=2.2)),
        slow(  # of six films one leads the rms
            replace(
                FREE,
                refresh=59.4,
                monitor=59.7,
                film_exposure=0.016,
                exposure=0.04,
                delay=0.6,
                films=12,
            )
        ),
        replace(FREE, films=1),
    ],
)
def test_half_a_millisecond_where_film_and_screens_do_not_run_in_step(what: Setting) -> None:
    """Bar: 0.5 ms (rms) where blends of both screens are seen.

    The truth inside U as often as 95 % let expect.
    """
    errors, shares = results(what)
    assert np.sqrt(np.mean(errors**2)) < 0.5
    assert np.count_nonzero(shares <= 1) >= hits(what)


@pytest.mark.parametrize(
    "what",
    [
        slow(Setting()),
        slow(Setting(film=59.94, film_exposure=0.002)),
        slow(Setting(film=240.0, film_exposure=0.002, seconds=3.0)),
        slow(Setting(camera=30.0, refresh=59.94, monitor=60.2, film_exposure=0.014)),
        Setting(films=1),
    ],
)
def test_where_they_run_in_step_the_answer_is_coarse_and_says_so(what: Setting) -> None:
    """Truth inside U as often as 95 % let expect, never a film frame away."""
    errors, shares = results(what)
    assert np.count_nonzero(shares <= 1) >= hits(what)
    assert np.abs(errors).max() < 1000 / what.film


def test_the_age_shown_in_one_film_frame_is_not_taken_for_the_latency() -> None:
    """A camera of 5 frames a second.

    Pictures age by 200 ms on the monitor, the latency stays 120 ms and a wait.
    """
    times, reference, monitor, true = film(1, replace(FREE, camera=5.0))
    both = reference.readable & monitor.readable
    age = np.median((reference.position - monitor.position)[both]) / 59.3 * 1000
    found = screens.glass_to_glass(times, reference, monitor)
    combined = combine(delay.mean(found.draws)[1])
    assert age > true.mean() + 50
    assert abs(found.each.mean() - true.mean()) <= combined.k * combined.uncertainty < 5


def test_a_mixture_of_two_pictures_is_told_from_a_picture() -> None:
    """Film frames of pictures 5, 5, a mixture, 9, 9.

    Its share comes back, and no other frame is a mixture.
    """
    old, new = clock_readings.expected_shares(np.array([5.5, 9.5]), 0.1, 24)
    shares = np.stack([old, old, 0.4 * old + 0.6 * new, new, new])
    share = monitor.mixture(shares)
    assert share[2] == pytest.approx(0.6)
    assert np.isnan(np.delete(share, 2)).all()
    held, changes = monitor.held_pictures(shares)
    assert (held.first.tolist(), held.last.tolist()) == ([0, 3], [1, 4])
    assert (changes.frame.tolist(), changes.picture.tolist()) == ([2], [1])


def test_the_clock_that_is_ahead_is_the_reference() -> None:
    """Whatever side it stands on."""
    _, reference, monitor, _ = film(0, FREE)
    assert clock_readings.leading({"clock_0": reference, "clock_1": monitor}) == (
        "clock_0",
        "clock_1",
    )
    assert clock_readings.leading({"clock_0": monitor, "clock_1": reference}) == (
        "clock_1",
        "clock_0",
    )
    assert clock_readings.leading({"clock": reference}) is None


def test_a_monitor_that_stands_still_gives_a_reason() -> None:
    """A frozen monitor has no moment of change."""
    times, reference, monitor, _ = film(0, FREE)
    still = clock_readings.readings_of(np.repeat(monitor.shares[:1], len(times), axis=0))
    with pytest.raises(GapError) as caught:
        screens.glass_to_glass(times, reference, still)
    assert caught.value.code == "no_change"


def test_stream_delay_comes_back_at_a_twentieth_of_a_frame() -> None:
    """Arrivals 150 ms after the middle of the exposure, 1 ms jitter, two repeats that do not count.

    Within 0.2 ms.
    """
    random = np.random.default_rng(4)
    taken = 0.31 + np.arange(500) / 25 + random.uniform(0, 0.04)
    came = taken + 0.15 + random.normal(0, 0.001, 500)
    taken[[100, 200]] = taken[[99, 199]]
    shares = clock_readings.expected_shares(
        1000 + 60 * taken, 0.6, 24
    ) + 0.02 * random.standard_normal((500, 24))
    shares[[100, 200]] = shares[[99, 199]]
    log = np.column_stack([1000 + np.arange(1400), np.arange(1400) / 60])
    found = screens.stream(clock_readings.readings_of(shares), came, log)
    assert len(found.each) == 498
    assert found.each.mean() == pytest.approx(150, abs=0.2)
    assert found.each.std() == pytest.approx(1.0, abs=0.15)


def test_a_screen_that_missed_refreshes_is_refused() -> None:
    """More than one refresh in a hundred missing from the log makes the run unusable."""
    taken = 0.31 + np.arange(100) / 25
    readings = clock_readings.readings_of(
        clock_readings.expected_shares(1000 + 60 * taken, 0.3, 24)
    )
    log = np.column_stack([1000 + np.arange(400), np.arange(400) / 60])
    with pytest.raises(GapError) as caught:
        screens.stream(readings, taken + 0.15, np.delete(log, np.arange(10, 390, 40), axis=0))
    assert caught.value.code == "screen_log_gaps"


PHONE = Camera(
    width=640, height=360, rate=Fraction(60), exposure=0.008, noise=0.006, preset="ultrafast",
    seed=7,
)  # fmt: skip
CAMERA = Camera(width=640, height=360, noise=0.01, seed=11)


def measured(looked: build.Scene) -> list[Measurement]:
    """Measure a scene."""
    return outcomes.measurements(latency.measure(looked))


def by_statistic(found: list[Measurement], quantity: str = "") -> dict[str, Measurement]:
    """Latencies, or what else is asked for, by statistic."""
    wanted = {quantity} if quantity else MAIN
    return {item.statistic: item for item in found if item.quantity in wanted}


def of_a_coded_film(
    phone: Camera, camera: Camera, of_screens: tuple[float, float, float], folder: Path
) -> tuple[Truth, list[Measurement]]:
    """Film screens of that delay in s, refreshed as often a second, and measure the film."""
    delay, refresh, monitor = of_screens
    truth = film_screens(
        phone,
        camera,
        CLOCK,
        folder / "s.mp4",
        delay=delay,
        seconds=4.0,
        refresh=refresh,
        monitor_refresh=monitor,
    )
    shot = Shot(id="s", subject="c", clip="s.mp4", chart="clock", tap=Tap.SCREEN)
    looked = build.look(shot, folder)
    assert latency.serves(looked)
    return truth, measured(looked)


@pytest.mark.parametrize(
    ("delay", "refresh", "monitor", "camera"),
    [
        (0.12, 60.0, 60.0, CAMERA),
        (2.4, 59.6, 60.3, CAMERA),
        slow(0.3, 59.6, 60.3, replace(CAMERA, rate=Fraction(30), exposure=0.02)),
    ],
)
def test_a_coded_film_of_two_screens_gives_the_true_delay(
    delay: float, refresh: float, monitor: float, camera: Camera, tmp_path: Path
) -> None:
    """In step or not: mean, worst, sd, share and age inside the expanded uncertainty."""
    truth, every = of_a_coded_film(PHONE, camera, (delay, refresh, monitor), tmp_path)
    found = by_statistic(every)
    assert abs(found["mean"].value - truth.delays.mean() * 1000) <= found["mean"].expanded
    assert abs(found["worst"].value - truth.delays.max() * 1000) <= found["worst"].expanded
    assert (
        abs(found["percentile_95"].value - np.percentile(truth.delays, 95) * 1000)
        <= found["percentile_95"].expanded
    )
    assert abs(found["sd"].value - truth.delays.std(ddof=1) * 1000) <= found["sd"].expanded
    hold = by_statistic(every, "latency.hold_time")["mean"]
    assert abs(hold.value - 1000 / float(camera.rate)) <= hold.expanded
    age = by_statistic(every, "latency.age")
    expected = truth.delays.mean() * 1000 + hold.value / 2
    assert abs(age["mean"].value - expected) <= age["mean"].expanded
    assert age["worst"].value > age["mean"].value + 0.4 * hold.value


@pytest.mark.parametrize("films", [2, slow(10)])
def test_half_a_millisecond_of_coded_films_that_run_free_of_their_screens(
    films: int, tmp_path: Path
) -> None:
    """Bar: 0.5 ms (rms), as of signals without a coder."""
    errors = []
    for seed in range(films):
        phone, camera = replace(PHONE, seed=100 + seed), replace(CAMERA, seed=200 + seed)
        truth, every = of_a_coded_film(phone, camera, (2.4, 59.6, 60.3), tmp_path)
        errors.append(by_statistic(every)["mean"].value - truth.delays.mean() * 1000)
    assert np.sqrt(np.mean(np.square(errors))) < 0.5


def test_a_recorded_stream_gives_its_delay(tmp_path: Path) -> None:
    """Arrivals and the screen's log beside the clip; a repeated picture counts once.

    The screen's delay stays in U.
    """
    camera = replace(CAMERA, repeated=frozenset({20, 33}), dropped=frozenset({50}))
    film_clock(
        camera,
        CLOCK,
        tmp_path / "c.mp4",
        4.0,
        arrivals_path=tmp_path / "a.csv",
        log_path=tmp_path / "l.csv",
    )
    shot = Shot(
        id="s", subject="c", clip="c.mp4", chart="clock", arrivals="a.csv", screen_log="l.csv"
    )
    looked = build.look(shot, tmp_path)
    found = by_statistic(measured(looked))
    assert found["mean"].value == pytest.approx(150, abs=0.5)
    assert found["mean"].expanded > 15
    assert not latency.serves(replace(looked, screen_log=None))
    heading, _, rows = (tmp_path / "l.csv").read_text("utf-8").partition("\n")
    (tmp_path / "l.csv").write_text(f"{heading}\n# clock_moved_ms=40\n{rows}")
    moved = by_statistic(measured(build.look(shot, tmp_path)))["mean"]
    assert moved.expanded > 40, "log and arrivals lie so far apart where the clock was set"
    assert "clock_set" in {line.source for line in moved.budget}
    with pytest.raises(GapError) as caught:
        list(latency.measure(replace(looked, screen_log=None, shot=replace(shot, tap=Tap.SCREEN))))
    assert caught.value.code == "one_clock_only"


def test_the_rows_of_a_picture_higher_than_wide_are_the_sensors_columns(tmp_path: Path) -> None:
    """A portrait film that was stored anew has no tag: two clocks side by side seemed level."""
    phone = Camera(width=640, height=360, rate=Fraction(60), exposure=0.004, share=0.8)
    film_screens(phone, replace(phone, rate=Fraction(25)), CLOCK, tmp_path / "f.mp4", seconds=0.2)
    opened = clip.open_clip(tmp_path / "f.mp4")
    pictures = [np.pad(frame.luma, ((280, 280), (0, 0)), mode="edge") for frame in opened.frames()]
    encode.write(tmp_path / "p.mp4", pictures, rate=Fraction(60))
    shot = Shot(id="s", subject="c", clip="f.mp4", chart="clock", tap=Tap.SCREEN)
    wide = build.look(shot, tmp_path).series.rows
    high = build.look(replace(shot, clip="p.mp4"), tmp_path).series.rows
    apart = [abs(rows["clock_1"] - rows["clock_0"]) for rows in (wide, high)]
    assert apart == pytest.approx([0, 0.5], abs=0.1)

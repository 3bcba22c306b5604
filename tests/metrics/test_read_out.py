"""Read-out of a rolling shutter: size and direction, and what the screen's scan hides of them."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import read_out
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.model import Condition, Measurement, Note, Shot, Tap
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock, film_screens
from acceptance.simulate.optics import pose
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks
import read_out as runs

CLOCK = definition.load("clock")
CAMERA = Camera(width=640, height=360, noise=0.006, seed=3, exposure=0.012, readout=0.024)
AT_ONCE = Condition(name="screen_scan", value=0, unit="ms")


@pytest.mark.parametrize("number", [0, 2, *map(slow, (11, 18, 21, *range(30, 42)))])
def test_the_truth_lies_inside_the_stated_uncertainty(number: int) -> None:
    """Of clips and of monitors, screens that scan or light up at once, in step or not."""
    row = runs.run(number)
    assert abs(row["off"]) <= row["expanded"]
    assert not row["wrong_way"]


@pytest.mark.parametrize(("number", "refresh"), [(4, 59.94), slow(4, 50.0), slow(4, 60.0)])
def test_the_truth_lies_inside_where_a_clip_is_as_fast_as_its_clock(
    number: int, refresh: float
) -> None:
    """Longer periods fit such frames as well, as aliases."""
    row = runs.run(number, refresh)
    assert abs(row["off"]) <= row["expanded"]


STROBED = [(n, refreshes) for refreshes in (2, 3) for n in range(8)]


@pytest.mark.parametrize(("number", "refreshes"), STROBED)
def test_the_truth_lies_inside_before_a_backlight_that_flashes(number: int, refreshes: int) -> None:
    """It flashes once in each refresh: bits are lit for whole shares of the exposure."""
    random = np.random.default_rng([number, refreshes])
    rate, refresh = float(random.choice([12.5, 15, 20, 25])), float(random.choice([75, 100, 120]))
    lag, flash, first = random.uniform(-0.6, 0.6), random.uniform(), random.uniform(0, 4)
    position = 5000 + first + np.arange(100) * refresh / rate * 1.00002

    def seen(height: float) -> np.ndarray:
        begins = np.ceil(position + lag * height - refreshes / 2 - flash)
        each = [
            clock_readings.expected_shares(begins + k + 0.5, 0.01, 24) for k in range(refreshes)
        ]
        return np.mean(each, axis=0)

    live = clocks.readings(random, seen, lag)
    found = read_out.of_frames(np.arange(100) / rate, live)
    value, lines = read_out.read_out(found, 1.0, 0.0, read_out.STATED_SCAN)
    combined = combine(lines)
    assert abs(value - lag * 1000 / refresh) <= combined.k * combined.uncertainty


@pytest.mark.parametrize("width", [2.0, 3.0])
def test_a_steady_screen_does_not_flash(width: float) -> None:
    """Of bits that change, exposures see any share, as long as they do not run in step."""
    random = np.random.default_rng(3)
    position = 5000.3 + np.arange(100) * 3.013
    live = clocks.readings(
        random,
        lambda height: clock_readings.expected_shares(position + 0.4 * height, width, 24),
        0.4,
    )
    assert not read_out.flashes(live.low, width)


def test_a_monitor_whose_pictures_come_in_every_refresh_is_refused() -> None:
    """Pictures that no frame shows alone leave gaps, over which aliases fit."""
    shown = np.repeat(np.delete(1000.3 + np.arange(60), [7, 20, 41]), 3)

    def seen(height: float) -> np.ndarray:
        return clock_readings.expected_shares(shown + 0.4 * height, 0.2, 24)

    monitor = clocks.readings(np.random.default_rng(1), seen, 0.4)
    with pytest.raises(GapError) as caught:
        read_out.of_monitor(monitor, 1000 / 60)
    assert caught.value.code == "clock_too_slow"


def test_a_clip_of_the_clock_gives_read_out_and_direction(tmp_path: Path) -> None:
    """The simulated screen lights up at once; not knowing that costs half a refresh."""
    film_clock(CAMERA, CLOCK, tmp_path / "c.mp4", 4.0, refresh=59.6)
    shot = Shot(id="s", subject="c", clip="c.mp4", chart="clock")
    looked = build.look(shot, tmp_path)
    [open_scan] = read_out.measure(looked)
    [known] = read_out.measure(replace(looked, shot=replace(shot, conditions=(AT_ONCE,))))
    assert isinstance(open_scan, Measurement)
    assert isinstance(known, Measurement)
    assert abs(known.value - 24) <= known.expanded < 3
    assert abs(open_scan.value - 24) <= open_scan.expanded
    assert open_scan.expanded > 1000 / 59.6 / 2
    assert known.quantity == "read_out.camera"
    assert known.details["direction"] == "down"


def test_a_film_gives_its_own_read_out_and_that_of_the_camera_on_the_monitor(
    tmp_path: Path,
) -> None:
    phone = replace(CAMERA, rate=Fraction(120), exposure=0.004, readout=0.006)
    film_screens(phone, CAMERA, CLOCK, tmp_path / "f.mp4", seconds=2.0, refresh=59.6)
    shot = Shot(
        id="s", subject="c", clip="f.mp4", chart="clock", tap=Tap.SCREEN, conditions=(AT_ONCE,)
    )
    looked = build.look(shot, tmp_path)
    film, unknown = read_out.measure(looked)
    assert isinstance(film, Measurement)
    assert film.quantity == "read_out.film"
    assert abs(film.value - 6) <= film.expanded
    assert isinstance(unknown, Note)
    assert unknown.reason.code == "clock_height_not_stated"
    upper, lower = (pose(CAMERA, CLOCK.size) @ (160, y, 1) for y in (0, CLOCK.size[1]))
    share = (lower[1] / lower[2] - upper[1] / upper[2]) / CAMERA.height
    height = Condition(name="clock_height", value=float(share))
    _, camera = read_out.measure(replace(looked, shot=replace(shot, conditions=(AT_ONCE, height))))
    assert isinstance(camera, Measurement)
    assert camera.quantity == "read_out.camera"
    assert abs(camera.value - 24) <= camera.expanded < 3


@pytest.mark.parametrize("height", [0.1, -0.02])
def test_a_clock_that_takes_little_of_the_picture_says_nothing_of_all_its_rows(
    height: float, tmp_path: Path
) -> None:
    found = read_out.Lag(lag=np.ones(9), refresh=16.7, pictures=30)
    film_clock(replace(CAMERA, width=320, height=180), CLOCK, tmp_path / "c.mp4", 0.2)
    looked = build.look(Shot(id="s", subject="c", clip="c.mp4", chart="clock"), tmp_path)
    with pytest.raises(GapError) as caught:
        read_out.figure(looked, "read_out.camera", found, height)
    assert caught.value.code == "clock_takes_little"
    with pytest.raises(GapError) as caught:
        list(read_out.measure(looked))
    assert caught.value.code == "too_few_frames"


@pytest.mark.parametrize("stamps", ["even", "standing"])
def test_a_clock_that_does_not_run_on_is_a_gap(stamps: str) -> None:
    """A film of it was played in a loop of half of the frames; or no time passes."""
    number = np.arange(48)
    shown = 1000.0 + number % 24

    def seen(_height: float) -> np.ndarray:
        return clock_readings.expected_shares(shown, 0.4, 24)

    live = clocks.readings(np.random.default_rng(1), seen, 0.1)
    times = number / 25 if stamps == "even" else np.zeros(48)
    with pytest.raises(GapError) as caught:
        read_out.of_frames(times, live)
    assert caught.value.code == "clock_not_running"

"""Clocks that respond slowly, ghosts of a camera, and what is no lost frame."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import marks
import numpy as np
import pytest

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import (
    delay,
    film_times,
    own_screen,
    screens,
    slow_clock,
    slow_screen,
)

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.pace import Pace
    from acceptance.metrics._filmed_clock.readings import Array

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

from clocks import SLOW


def film(
    rate: float,
    refresh: float,
    exposure: float,
    constant: float,
    seconds: float = 2.0,
    off: Array | float = 0.0,
) -> tuple[Array, clock_readings.Readings]:
    """Show a film a clock whose light follows with a time ``constant`` in s; 2 % noise.

    Frames are exposed ``off`` an even pace, s.
    """
    times = 0.011 + np.arange(int(seconds * rate)) / rate + off
    late = constant * SLOW if constant else np.zeros(1)
    shares = [
        clock_readings.expected_shares(5000 + refresh * (times - each), exposure * refresh, 24)
        for each in late
    ]
    noise = 0.02 * np.random.default_rng(6).standard_normal(shares[0].shape)
    return times, clock_readings.readings_of(np.mean(shares, axis=0) + noise)


def late(times: Array, line: Pace, refresh: float) -> float:
    """By how many ms a line's exposures come before the true ones."""
    return float(np.mean(5000 + refresh * times - line.at(times).mean(axis=0))) * 1000 / refresh


def test_a_slow_clock_gives_first_light_and_the_exposure_by_how_its_bits_rise() -> None:
    constant, exposure = 0.002, 0.003
    live = screens.live_clock(*film(240.0, 58.7, exposure, constant))
    found = slow_clock.first_light(live.times, live.line, live.readings, live.scatter)
    assert late(live.times, live.line, 58.7) > 0.7 * 1000 * constant
    assert late(live.times, found.line, 58.7) == pytest.approx(0, abs=0.3)
    assert np.median(found.exposures) == pytest.approx(exposure, abs=3e-4)
    assert live.line.width / 58.7 > 1.15 * exposure
    assert found.slow / slow_screen.DOUBT == pytest.approx(constant, abs=4e-4)


def test_a_fast_clock_is_not_said_to_be_slow() -> None:
    live = screens.live_clock(*film(240.0, 58.7, 0.0035, 0.0))
    found = slow_clock.first_light(live.times, live.line, live.readings, live.scatter)
    assert found.slow / slow_screen.DOUBT < 2e-4
    assert np.ptp(found.exposures) < 3e-4
    assert late(live.times, found.line, 58.7) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize(("share", "constant"), [(0.25, 0.0), (0.0, 0.0029)])
def test_a_fast_film_tells_noise_reduction_from_a_slow_screen(
    share: float, constant: float
) -> None:
    times, clean = film(240.0, 58.7, 0.003, constant)
    left = clock_readings.readings_of(ghosts.added(clean.shares, share))
    live = screens.live_clock(times, replace(left, ghost=0.2, tried=0.2))
    assert live.readings.removed == pytest.approx(share, abs=0.06)
    assert live.readings.ghost == 0.0
    found = slow_clock.first_light(live.times, live.line, live.readings, live.scatter)
    assert late(live.times, found.line, 58.7) == pytest.approx(0, abs=0.4)


@pytest.mark.parametrize("rate", [480.0, marks.slow(240.0)])
def test_a_share_at_the_bound_is_not_told_as_the_bound(rate: float) -> None:
    times, clean = film(rate, 58.7, 0.7 / rate, 0.0, seconds=480 / rate)
    left = clock_readings.readings_of(ghosts.added(clean.shares, 0.62))
    live = screens.live_clock(times, replace(left, ghost=0.5, tried=0.5))
    assert (live.readings.ghost, live.readings.removed) == (0.5, 0.0)


@pytest.mark.parametrize("removed", [0.155, marks.slow(0.2)])
def test_what_is_left_of_noise_reduction_in_step_is_taken_off_too(removed: float) -> None:
    """60 frame/s before 60 Hz, no exposure blends: all changes leave the same."""
    times, clean = film(60.0, 60.0, 0.003, 0.0, seconds=6.0)
    left = clock_readings.readings_of(ghosts.added(clean.shares, 0.18))
    live = screens.live_clock(times, left.without(removed))
    assert live.readings.removed == pytest.approx(0.18, abs=0.004)


def test_a_slow_screen_beside_noise_reduction_in_step_is_in_doubt() -> None:
    """What the screen leaves is taken for more of the noise reduction; the line is late by it."""
    times, clean = film(60.0, 60.0, 0.003, 0.003, seconds=4.0, off=-0.0033)
    left = clock_readings.readings_of(ghosts.added(clean.shares, 0.18))
    live = screens.live_clock(times, left.without(0.18))
    line = live.line.at(times).mean(axis=1) * 1000 / 60
    doubt = 1000 * screens._tail(times, live.readings.ghost)
    assert doubt == pytest.approx(1000 * screens.SLOWEST_CLOCK)
    assert abs(late(times, live.line, 60.0)) <= 2 * np.hypot(doubt / 3**0.5, line.std())


def test_blends_that_rows_show_each_its_own_way_are_nothing_that_is_left() -> None:
    """In step, 4 to 24 % of the refresh before in four of six rows, none in the others."""
    rows = np.array([-5, -3.8, -0.5, 0.5, 3.8, 5]) / 12
    at = 5000.4 + np.arange(360)[:, None] + 0.4 * rows
    low = clock_readings.expected_shares(at, 0.9, clock_readings.LOW_BITS)
    noise = 0.02 * np.random.default_rng(6).standard_normal(low.shape)
    assert ghosts.completed(0.2, low + noise) == (0.2, 0.0)


def test_a_film_in_step_leaves_noise_reduction_or_a_slow_screen_in_doubt() -> None:
    times, clean = film(240.0, 60.0, 0.003, 0.0)
    left = clock_readings.readings_of(ghosts.added(clean.shares, 0.2))
    live = screens.live_clock(times, replace(left, ghost=0.2, tried=0.2))
    assert (live.readings.ghost, live.readings.removed) == (0.2, 0.0)


@pytest.mark.parametrize(("rate", "share"), [(240.0, 0.65), marks.slow(480.0, 0.72)])
def test_more_than_is_taken_off_stays_in_doubt(rate: float, share: float) -> None:
    times, clean = film(rate, 58.7, 0.7 / rate, 0.0, seconds=480 / rate)
    light = ghosts.added(clean.shares, share)
    found, doubt, tried = ghosts.of_film(light[:, ghosts.FIRST_BIT :], 1 / rate)
    assert (found, doubt) == (0.0, tried)
    assert doubt == pytest.approx(share, abs=0.02)
    left = replace(clock_readings.readings_of(light), ghost=doubt, tried=tried)
    live = screens.live_clock(times, left)
    assert (live.readings.ghost, live.readings.removed) == (doubt, 0.0)


def test_the_same_picture_twice_is_nothing_that_noise_reduction_left() -> None:
    _, clean = film(120.0, 58.7, 0.003, 0.0)
    assert ghosts.of_film(clean.shares[:, ghosts.FIRST_BIT :].repeat(2, axis=0), 1 / 240)[1:] == (
        0.0,
        0.0,
    )


def test_a_curve_holds_all_that_earlier_frames_left_of_a_change() -> None:
    """Frames of a tenth of a refresh, a share of 0.7: a change is followed to its very start."""
    interval, share = 0.1, 0.7
    since = np.arange(-10, 10) * interval + 0.03
    own = slow_screen.gathered(since / interval + 0.5, 0.0)
    curve = slow_clock._Curve(
        since=since, height=since, time=since, share=own, noise=own, interval=interval
    )
    fit = np.array([0, np.log(interval), 0, 0, 0, 0, 0, share])
    gathered = curve._gathered(since[:, None], fit)[:, 0]
    assert np.allclose(gathered, ghosts.added(own, share), atol=1e-6)


@pytest.mark.parametrize("removed", [0.0, 0.2])
def test_a_trial_that_fails_takes_nothing_from_a_film_that_was_read(
    removed: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without what is tried, or what is told of it, the film's times are no longer found."""
    times, clean = film(240.0, 58.7, 0.003, 0.0, seconds=0.5)
    left = clock_readings.readings_of(ghosts.added(clean.shares, 0.3)).without(removed)
    plain, true = screens.live_clock(times, left), film_times.exposed

    def exposed(times: Array, read: clock_readings.Readings) -> tuple[Array, float]:
        if read.removed != removed:
            raise GapError("losses_untold", off=0.1)
        return true(times, read)

    monkeypatch.setattr(film_times, "exposed", exposed)
    live = screens.live_clock(times, replace(left, ghost=0.3 - removed, tried=0.3))
    assert live.readings.removed == removed
    assert live.readings.ghost == 0.3 - removed
    assert np.array_equal(live.line.draws, plain.line.draws)


def test_other_ghosts_are_taken_off_instead_of_those_that_were() -> None:
    _, clean = film(240.0, 58.7, 0.003, 0.0)
    left = replace(clean, shares=ghosts.added(clean.shares, 0.3))
    once = left.without(0.1).without(0.3)
    assert np.allclose(once.shares, clean.shares)
    assert once.removed == 0.3


def test_a_film_in_step_does_not_show_how_bits_rise() -> None:
    live = screens.live_clock(*film(240.0, 60.0, 0.0015, 0.0015))
    found = slow_clock.first_light(live.times, live.line, live.readings, live.scatter)
    assert found.line is live.line
    assert found.box_late == 0
    assert np.ptp(found.exposures) > 1e-3


@pytest.mark.parametrize("exposure", [marks.slow(0.3), 0.7, marks.slow(1.9)])
def test_ghosts_of_a_camera_in_step_are_seen_in_bits_that_change_together(exposure: float) -> None:
    """Exposures of so many refreshes, two refreshes a picture; without ghosts none are found."""
    at = 5000.85 + 2 * np.arange(90) if exposure > 1 else 5000.5 + 2 * np.arange(90)
    light = clock_readings.expected_shares(at, exposure, 24)
    noise = 0.01 * np.random.default_rng(7).standard_normal(light.shape)
    assert ghosts.of_camera(light + noise) == 0
    found = ghosts.of_camera(ghosts.added(light, 0.12) + noise)
    assert found == pytest.approx(0.12, abs=0.015)


def test_a_screen_faster_than_the_film_skips_refreshes_and_no_frame_is_lost() -> None:
    times, readings = film(60.0, 61.2, 0.002, 0.0, seconds=6.0)
    found, _ = film_times.exposed(times, readings)
    assert np.array_equal(found, times)


def test_single_wrong_stamps_before_a_slow_clock_are_put_right() -> None:
    true, readings = film(60.0, 59.4, 0.0023, 0.0015, seconds=6.0)
    stamps = true.copy()
    stamps[[40, 90, 91, 200]] = stamps[[39, 91, 90, 199]]
    found, scattered = film_times.exposed(stamps, readings)
    assert np.abs(found - true).max() < 1e-4
    assert scattered == film_times.scatter(found, readings)


def test_stamps_that_are_put_right_scatter_as_they_do_and_not_as_the_count() -> None:
    true, readings = film(60.0, 59.4, 0.0023, 0.004, seconds=6.0)
    stamps = true + 0.0003 * np.random.default_rng(8).standard_normal(len(true))
    stamps[[40, 200]] = stamps[[39, 199]] + 0.001
    found, scattered = film_times.exposed(stamps, readings)
    assert np.count_nonzero(found != stamps) == 2
    assert scattered == film_times.scatter(found, readings)
    assert scattered != film_times.scatter(true, readings)


def test_an_even_count_does_not_replace_one_stamp_in_five() -> None:
    """The film is exposed half-way between both: the clock tells neither from the other."""
    number = np.arange(360)
    off = np.where(number % 5 == 2, 0.3 / 60, 0.0) * (-1) ** (number // 5)
    _, readings = film(60.0, 59.4, 0.0023, 0.0015, seconds=6.0, off=off / 2)
    stamps = 0.011 + number / 60 + off
    found, _ = film_times.exposed(stamps, readings)
    assert np.array_equal(found, stamps)


def test_a_screen_whose_changes_cannot_be_read_still_runs_on() -> None:
    times, readings = film(240.0, 75.0, 0.0027, 0.0)
    hidden = (readings.shares > 0.02) & (readings.shares < 0.98)
    readings = readings.where(~hidden[:, :4].any(axis=1) & ~_holes(len(times)))
    assert own_screen.changes(screens.live_clock(times, readings)) == pytest.approx(1, abs=0.05)


@pytest.mark.parametrize("rate", [120.0, 240.0])
def test_a_single_misread_frame_is_no_refreshes_that_a_screen_leaves_out(rate: float) -> None:
    live = screens.live_clock(*film(rate, 60.0, 0.0027, 0.0))
    wrong = np.where(np.arange(len(live.times)) == 201, 256, 0)
    read = live.readings
    read = replace(read, index=read.index + wrong, position=read.position + wrong)
    assert own_screen.changes(replace(live, readings=read)) == pytest.approx(1, abs=0.03)


def test_a_screen_runs_on_where_every_third_or_any_other_frame_cannot_be_read() -> None:
    times, readings = film(120.0, 60.0, 0.0027, 0.0)
    number = np.arange(len(times))
    for read in (number % 3 < 2, number % 2 < 1, np.random.default_rng(1).random(len(times)) < 0.5):
        live = screens.live_clock(times, readings.where(read))
        assert own_screen.changes(live) == pytest.approx(1, abs=0.05)


def _holes(count: int) -> Array:
    """(count,) which frames are unreadable: eight in turn."""
    return np.asarray(np.arange(count) % 40 < 8)


def test_screens_that_leave_more_open_than_any_is_assumed_to_are_coarse() -> None:
    draws = np.tile(np.linspace(100.0, 110.0, 30), (8, 1))
    quick = delay.Latency(draws=draws, moments=np.arange(30.0), slow=0.3)
    assert quick.details()["coarse"] == "no"
    assert replace(quick, slow=1.5).details()["coarse"] == "yes"

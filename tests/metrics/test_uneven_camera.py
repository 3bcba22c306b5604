"""Cameras without an even pace: how they scatter, and when they took each picture, is drawn."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import pytest

from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.line_prior import UsualSlopes
from acceptance.metrics.latency import delay, screens, uneven_camera
from acceptance.uncertainty import combine

Array = clock_readings.Array
PICTURES = 90
USUAL = UsualSlopes.of_cameras(np.array([60.0]))


@dataclass(frozen=True, kw_only=True)
class Taken:
    """Pictures of the clock: when they were ``taken`` (n,), in refreshes, and how far off."""

    taken: Array
    off: Array
    found: uneven_camera.UnevenCamera
    draws: Array
    left_open: float


@cache
def camera(
    scatter: float, seed: int, *, period: float = 2.397, width: float = 0.06, phase: float = 0.3
) -> Taken:
    """Take pictures of ``width`` refreshes that ``scatter`` by as many, limited to twice that."""
    random = np.random.default_rng(seed)
    number = np.arange(float(PICTURES))
    off = scatter * np.clip(random.standard_normal(PICTURES), -2, 2)
    taken = 5000 + phase + period * number + off
    light = clock_readings.expected_shares(taken, width, 24)
    read = clock_readings.readings_of(light + 0.02 * random.standard_normal(light.shape))
    found = uneven_camera.seen(number, read, (5000 + phase, period), USUAL)
    assert found is not None
    draws, left_open = found.taken(number, read)
    return Taken(taken=taken, off=off, found=found, draws=draws, left_open=left_open)


@pytest.mark.parametrize("scatter", [0.1, 0.2, 0.3])
def test_scatter_is_seen_in_exposures_too_short_to_blend(scatter: float) -> None:
    seen = camera(scatter, 1)
    drawn = np.exp(seen.found.draws[:, uneven_camera.LOG_SCATTER])
    low, high = np.quantile(drawn, [0.005, 0.995])
    assert low < float(np.std(seen.off)) < high
    assert seen.found.scatter == pytest.approx(float(np.std(seen.off)), abs=0.06)


def test_an_even_camera_is_seen_to_be_even() -> None:
    assert camera(0.0, 2).found.scatter < 0.04
    assert camera(0.0, 2, width=0.5).found.scatter < 0.02


def test_scatter_that_readings_in_step_do_not_show_stays_possible() -> None:
    """All exposures in the middle of a refresh: a scatter of 0.1 changes no reading."""
    seen = camera(0.1, 3, period=2.0, phase=0.5)
    drawn = np.exp(seen.found.draws[:, uneven_camera.LOG_SCATTER])
    assert 0.03 < np.quantile(drawn, 0.9) < 0.3
    assert seen.found.scatter < screens.UNEVEN


def test_blends_show_scatter_and_each_exposure() -> None:
    """The fewer readings blend, the more stays open of each exposure."""
    long, short = (camera(0.1, 4, width=width) for width in (0.7, 0.06))
    assert long.found.scatter == pytest.approx(0.1, rel=0.25)
    assert np.nanstd(long.draws.mean(axis=0) - long.taken) < 0.08 > long.left_open
    assert np.nanstd(short.draws.mean(axis=0) - short.taken) == pytest.approx(0.09, abs=0.03)
    assert short.left_open == pytest.approx(0.09, abs=0.03)


@pytest.mark.parametrize("follows", [True, False])
def test_the_worst_of_an_uneven_camera_lies_inside_u(*, follows: bool) -> None:
    """16 cameras; a monitor follows each picture, or comes up at an even pace all the same.

    Of 16 at 95 % fewer than 13 are inside in one of 140 cases.
    """
    inside = 0
    for seed in range(16):
        seen = camera(0.2, 100 + seed)
        wait = np.random.default_rng(seed).uniform(0, 1, PICTURES)
        light = wait + seen.taken - (0 if follows else seen.off)
        known = np.isfinite(seen.draws).all(axis=0)
        value, lines = delay.worst(
            (light - seen.draws)[:, known], delay.OwnErrors(uneven=seen.left_open)
        )
        combined = combine(lines)
        off = value - (light - seen.taken)[known].max()
        inside += abs(off) <= combined.k * combined.uncertainty
    assert inside >= 13


def test_what_mixes_two_pictures_is_none_of_an_uneven_camera() -> None:
    """It seems to blend several refreshes, or to come right after another picture."""
    number = np.arange(90.0)
    random = np.random.default_rng(6)
    taken = 5000.3 + 2.397 * number + 0.2 * random.standard_normal(90)
    light = clock_readings.expected_shares(taken, 0.06, 24)
    light[40], light[60] = (light[40] + light[39]) / 2, light[59]
    read = clock_readings.readings_of(light + 0.02 * random.standard_normal(light.shape))
    found = uneven_camera.seen(number, read, (5000.3, 2.397), USUAL)
    assert found is not None
    unknown = np.isnan(found.taken(number, read)[0]).all(axis=0)
    assert unknown[[40, 59, 60]].all()
    assert unknown.sum() <= 8


def test_a_few_misread_pictures_make_no_camera_uneven() -> None:
    random = np.random.default_rng(5)
    number, taken = np.arange(90.0), 5000.3 + 2.397 * np.arange(90)
    taken[[10, 40, 70]] += (0.8, -0.7, 0.9)
    read = clock_readings.readings_of(
        clock_readings.expected_shares(taken, 0.06, 24) + 0.02 * random.standard_normal((90, 24))
    )
    found = uneven_camera.seen(number, read, (5000.3, 2.397), USUAL)
    assert found is not None
    assert found.scatter < 0.06

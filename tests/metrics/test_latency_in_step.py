"""Screens, camera and film in step: the phase that stays open is in U, or the figure is refused."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics import latency
from acceptance.metrics.latency import camera_in_step, delay, screens
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks


def filmed(seed: int, camera: float, exposure: float) -> tuple[delay.Latency, float]:
    """Film at 240 frame/s a camera, a screen and a monitor of 60 Hz that share one oscillator."""
    random = np.random.default_rng(seed)
    off = clocks.off(random)
    drawn = clocks.drawn(random, 240.0, 3.0)
    setting = replace(
        drawn, refresh=60 * off, monitor=60 * off, camera=camera * off, exposure=exposure
    )
    times, live, shown, true = clocks.film_of(random, clocks.chain(random, setting))
    return screens.glass_to_glass(times, live, shown), float(true.mean())


@pytest.mark.parametrize("exposure", [0.001, slow(0.0055), slow(0.016)])
def test_a_camera_as_fast_as_the_clock_screen_is_refused_whatever_the_film(exposure: float) -> None:
    """Its pictures, and faster ones of which some are left out, look alike."""
    with pytest.raises(GapError) as caught:
        filmed(5, 60.0, exposure)
    assert caught.value.code == "clock_too_slow"


@pytest.mark.parametrize(
    ("seed", "camera"), [(5, 30.0), slow(7, 30.0), slow(3, 30.0), slow(5, 25.0)]
)
def test_a_short_exposure_in_step_leaves_its_phase_in_the_uncertainty(
    seed: int, camera: float
) -> None:
    found, true = filmed(seed, camera, 0.0012)
    assert found.details()["coarse"] == "yes"
    value, lines = delay.mean(found.draws)
    combined = combine([*lines, *latency.film_lines(found, 1000 / 240, 0.0)])
    assert abs(value - true) <= combined.k * combined.uncertainty
    assert found.open_phase > 0 or (seed, camera) != (5, 30.0)


def taken(step: float, phase: np.ndarray) -> float:
    """Return the part of an open phase that draws (m,) of it do not hold, of 100 pictures."""
    number = np.arange(100)
    return camera_in_step.open_phase(number, 7.3 + phase[:, None] + step * number)


@pytest.mark.parametrize(
    ("step", "half"), [(2.0, 0.5), (2.5, 0.25), (2.4, 0.1), (2.4137, 0.0), (2.02, 0.0)]
)
def test_a_camera_in_step_sees_few_phases_of_a_refresh(step: float, half: float) -> None:
    """Draws that reach both ends, but hardly ever, leave all of the rest open."""
    ends = np.r_[-0.5, np.zeros(10_000), 0.5]
    assert taken(step, ends) == pytest.approx(half, rel=0.01)


@pytest.mark.parametrize("open_for", [1.0, 0.5])
def test_a_phase_that_draws_hold_evenly_is_not_counted_twice(open_for: float) -> None:
    """Variances add up to that of a flat phase: a third of its half width squared."""
    even = open_for * np.linspace(-0.5, 0.5, 1001)
    assert taken(2.0, even) < 0.02 * open_for
    side = open_for / 2 * (1 - np.sqrt(np.linspace(0, 1, 1001)))
    peaked = np.concatenate([-side, side])
    left_open = taken(2.0, peaked) ** 2 / 3
    assert left_open + peaked.var() == pytest.approx((open_for / 2) ** 2 / 3)

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
from acceptance.metrics.latency import delay, screens
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks


def in_step(seed: int, camera: float, exposure: float) -> tuple[delay.Latency, float]:
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
        in_step(5, 60.0, exposure)
    assert caught.value.code == "clock_too_slow"


@pytest.mark.parametrize(
    ("seed", "camera"), [(5, 30.0), slow(7, 30.0), slow(3, 30.0), slow(5, 25.0)]
)
def test_a_short_exposure_in_step_leaves_its_phase_in_the_uncertainty(
    seed: int, camera: float
) -> None:
    found, true = in_step(seed, camera, 0.0012)
    assert found.details()["coarse"] == "yes"
    value, lines = delay.mean(found.draws)
    combined = combine([*lines, *latency.film_lines(found, 1000 / 240, 0.0)])
    assert abs(value - true) <= combined.k * combined.uncertainty
    whole = 1000 / 60 / 2 / (1 if camera == 30 else 5)
    assert found.open_phase == 0 or found.open_phase == pytest.approx(whole, rel=0.01)
    assert found.open_phase > 0 or (seed, camera) != (5, 30.0)


@pytest.mark.parametrize(
    ("step", "half"), [(2.0, 0.5), (2.5, 0.25), (2.4, 0.1), (2.4137, 0.0), (2.02, 0.0)]
)
def test_a_camera_in_step_sees_few_phases_of_a_refresh(step: float, half: float) -> None:
    number = np.arange(100)
    assert screens.open_phase(number, 7.3 + step * number) == pytest.approx(half)

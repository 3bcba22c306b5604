"""Grey steps that lie off every smooth curve are lit otherwise than the ground tells."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.scene import rough_steps

LIT = np.array([0.03, 0.051, 0.079, 0.117, 0.165, 0.225, 0.298, 0.385, 0.487, 0.606, 0.744, 0.9])


@pytest.mark.parametrize("exponent", [0.8, 1.0, 1.3])
def test_steps_of_a_smooth_curve_stay_where_they_are(exponent: float) -> None:
    assert rough_steps.smoothed(LIT**exponent, LIT) == pytest.approx(1, abs=1e-9)
    assert rough_steps.off_neighbours(LIT**exponent, LIT) == pytest.approx(0, abs=1e-9)


def test_a_knee_is_a_camera_s() -> None:
    """Light above 0.3 counts a third: a cubic alone is up to 10 % off."""
    kneed = np.where(LIT < 0.3, LIT, 0.3 * (LIT / 0.3) ** 0.33)
    assert rough_steps.smoothed(kneed, LIT) == pytest.approx(1, abs=0.01)


def test_a_step_that_is_lit_otherwise_is_led_back_to_the_others() -> None:
    seen = LIT.copy()
    seen[6] *= 1.2
    factors = rough_steps.smoothed(seen, LIT)
    assert factors[6] == pytest.approx(1.2, abs=0.03)
    assert np.delete(factors, 6) == pytest.approx(1, abs=0.07)
    assert abs(rough_steps.off_neighbours(seen, LIT)[6]) == pytest.approx(np.log(1.2), rel=0.01)


def test_few_steps_tell_of_no_roughness() -> None:
    assert rough_steps.smoothed(LIT[:10] ** 2, LIT[:10]).tolist() == [1.0] * 10


def test_a_step_that_seems_to_send_no_light_tells_of_no_roughness() -> None:
    assert rough_steps.smoothed(LIT, LIT - LIT[0]).tolist() == [1.0] * 12


@pytest.mark.parametrize("number", [11, 12, 16])
def test_roughness_is_told_in_full_and_seldom_taken_for_a_knee(number: int) -> None:
    """Median of 100 draws of 2 %: the terms of the curve take some of it, which is made good."""
    random, lit = np.random.default_rng(0), np.geomspace(0.03, 0.9, number)
    rough = lit * np.exp(random.normal(0, 0.02, (100, number)))
    scatters = [np.log(rough_steps.smoothed(lit, each)).std() for each in rough]
    assert np.median(scatters) == pytest.approx(0.02, rel=0.15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(
    ("dark", "count"),
    [([0.0, 0.0], 12), ([1e-5, 5e-5], 12), ([0.028, 0.0281], 12), ([0.0299, 0.03], 11)],
)
def test_steps_at_black_or_as_light_as_another_tell_nothing(dark: list[float], count: int) -> None:
    """The others tell as they would without them."""
    nominal, lit = np.append(dark, LIT), np.append([0.01, 0.02], LIT)
    nominal[8] *= 1.05
    off, alone = rough_steps.off_neighbours(nominal, lit), nominal.copy()[-count:]
    assert not off[:-count].any()
    assert off[-count:] == pytest.approx(rough_steps.off_neighbours(alone, lit[-count:]))
    assert abs(off[8]) == pytest.approx(np.log(1.05), rel=0.3)
    factors = rough_steps.smoothed(nominal, lit)
    assert factors[-count:] == pytest.approx(rough_steps.smoothed(alone, lit[-count:]))
    assert factors[:-count].tolist() == [1.0] * (14 - count)


@pytest.mark.filterwarnings("error")
def test_steps_that_are_all_alike_tell_nothing() -> None:
    alike = np.full(12, 0.2)
    assert rough_steps.smoothed(alike, LIT).tolist() == [1.0] * 12
    assert not rough_steps.off_neighbours(alike, LIT).any()
    assert not rough_steps.off_neighbours(LIT, alike).any()

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
    assert factors[6] == pytest.approx(1.15, abs=0.03)
    assert np.delete(factors, 6) == pytest.approx(1, abs=0.05)
    assert abs(rough_steps.off_neighbours(seen, LIT)[6]) == pytest.approx(np.log(1.2), rel=0.01)


def test_few_steps_tell_of_no_roughness() -> None:
    assert rough_steps.smoothed(LIT[:7] ** 2, LIT[:7]).tolist() == [1.0] * 7


def test_a_step_that_seems_to_send_no_light_tells_of_no_roughness() -> None:
    assert rough_steps.smoothed(LIT, LIT - LIT[0]).tolist() == [1.0] * 12

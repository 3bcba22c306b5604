"""Noise of less than half a code is known only where it shows a third code."""

from __future__ import annotations

import math

import numpy as np
import pytest

from acceptance.metrics.noise import Noise, analyse
from acceptance.metrics.noise.whole_codes import third_codes


def quiet(sigma: float, level: float, seed: int, frames: int = 16) -> Noise:
    """Measure noise about a level between two codes."""
    random = np.random.default_rng([16, 2, seed])
    codes = np.rint(100 + level + sigma * random.standard_normal((frames, 48, 48)))
    return analyse(codes)


@pytest.mark.parametrize("sigma", [0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.35, 0.4, 0.45])
def test_what_is_given_of_quiet_noise_is_right_wherever_the_level_lies(sigma: float) -> None:
    """Every second pixel another code: noise of 0.15 code read 0.41 +- 0.05 there."""
    for number in range(20):
        noise = quiet(sigma, number / 20, number)
        for part in (noise.total, noise.temporal):
            assert part is not None
            doubt = 2 * math.hypot(*(line.contribution for line in part.budget()))
            assert noise.hidden or abs(part.sigma - sigma) <= doubt
        assert noise.hidden or sigma > 0.28
        if sigma >= 0.4:
            assert not noise.hidden


def test_two_codes_hide_noise_three_tell_it_and_single_pixels_do_not() -> None:
    half = quiet(0.15, 0.5, 1)
    assert half.hidden
    assert half.total.sigma == pytest.approx(0.41, abs=0.01)
    assert half.told == pytest.approx(math.sqrt(0.175))
    assert not quiet(0.4, 0.5, 1).hidden
    codes = np.rint(100.5 + 0.1 * np.random.default_rng(1).standard_normal((8, 48, 48)))
    assert not third_codes(codes)
    codes[:, ::24, ::24] += 20  # hot pixels, one in 576
    assert not third_codes(codes)


@pytest.mark.parametrize("sigma", [0.2, 0.3, 0.45, 1.5])
def test_a_fixed_pattern_and_noise_dither_each_other(sigma: float) -> None:
    """U of pixels was ten times their error before; of 12 fields one may lie outside."""
    found = []
    for seed in range(12):
        random = np.random.default_rng([16, 3, seed])
        codes = 100 + random.random() + sigma * random.standard_normal((16, 64, 64))
        noise = analyse(np.rint(codes + 0.6 * random.standard_normal((64, 64))))
        for part, truth in ((noise.total, math.hypot(sigma, 0.6)), (noise.fixed, 0.6),
                            (noise.pixel, 0.6)):  # fmt: skip
            assert part is not None
            doubt = 2 * math.hypot(*(line.contribution for line in part.budget()))
            found.append(abs(part.sigma - truth) <= doubt)
            assert doubt < 0.07
    assert sum(found) >= 32


def test_of_codes_apart_the_steps_count() -> None:
    noise = quiet(0.15, 0.5, 1).times(4)
    assert noise.hidden
    assert noise.told == pytest.approx(4 * math.sqrt(0.175))

"""Noise of codes that lie apart is counted in the steps that it was rounded to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray

from acceptance.footage.rounding import stretch
from acceptance.metrics.noise.in_steps import analyse_in_steps

if TYPE_CHECKING:
    from acceptance.metrics.noise import Noise, Variance

Array = NDArray[np.float64]

SIZE, FRAMES = 48, 8
LIMITED_TO_FULL = {"luma": (16, 255 / 219), "colour": (128, 255 / 224)}


def expanded(part: Variance) -> float:
    """Return U of a part's sigma, k = 2."""
    return 2 * math.hypot(*(line.contribution for line in part.budget()))


def rounded(seed: int, sigma: float, level: float, *, flicker: float = 0.0) -> Array:
    """Draw whole codes (8, 48, 48) of a level with a slope of 2 codes and noise."""
    random = np.random.default_rng(seed)
    noise = sigma * random.standard_normal((FRAMES, SIZE, SIZE))
    light = level + np.linspace(-1, 1, SIZE) + flicker * random.standard_normal((FRAMES, 1, 1))
    return np.asarray(np.rint(light + noise))


def inside(found: list[Noise], truth: float) -> bool:
    """Whether total and temporal noise hold the truth as often as U says."""
    return all(
        sum(abs(part.sigma - truth) <= expanded(part) for part in parts) >= fewest(len(found))
        for parts in ([n.total for n in found], [n.temporal for n in found if n.temporal])
    )


@pytest.mark.parametrize("plane", LIMITED_TO_FULL)
@pytest.mark.parametrize(("sigma", "flicker"), [(1.0, 0.0), (0.7, 1.5)])
def test_noise_of_stretched_codes_is_what_the_camera_had(
    plane: str, sigma: float, flicker: float
) -> None:
    """A sixth of the codes is missing: where one is, noise reads larger, elsewhere smaller."""
    black, more = LIMITED_TO_FULL[plane]
    found = []
    for seed in range(14):
        codes = rounded(seed, sigma, 60 + 1.7 * seed, flicker=flicker)
        full = np.rint(black + (codes - black) * more).astype(int)
        found.append(analyse_in_steps(full, 1.0, more, stable=True))
    assert inside(found, sigma * more)
    usual = sum(expanded(noise.total) for noise in found) / len(found)
    assert usual < 0.08 * sigma * more  # not by a doubt that holds everything


@pytest.mark.parametrize("apart", [2, 4, 8])
@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_noise_of_few_bits_is_what_the_camera_had(apart: int, sigma: float) -> None:
    """Steps of 4 codes read 15 % too large: less than their rounding was taken off."""
    codes = [rounded(seed, sigma, 20 + 0.37 * seed).astype(int) * apart for seed in range(12)]
    found = [analyse_in_steps(each, float(apart), 1.0, stable=True) for each in codes]
    assert inside(found, sigma * apart)
    assert [noise.mean for noise in found] == pytest.approx([each.mean() for each in codes])
    assert found[0].floor == pytest.approx(apart / math.sqrt(12))


def test_codes_that_were_stretched_miss_some_and_others_do_not() -> None:
    ramp = np.rint(np.linspace(20, 230, 40_000)).astype(int)
    full = np.rint((ramp - 16) * 255 / 219).astype(int)
    assert stretch([]) == stretch([ramp]) == 1
    assert stretch([full]) == pytest.approx(255 / 219, rel=0.01)
    assert stretch([full[:12_000]]) == pytest.approx(255 / 219, rel=0.02)


def test_codes_of_seven_bits_are_not_stretched_and_stretched_ones_may_lie_apart() -> None:
    ramp = np.rint(np.linspace(20, 230, 40_000)).astype(int)
    full = np.rint((ramp - 16) * 255 / 219).astype(int)
    assert stretch([2 * (ramp // 2)]) == stretch([2 * (ramp // 2)], 2.0) == 1
    assert stretch([4 * full], 4.0) == pytest.approx(255 / 219, rel=0.01)

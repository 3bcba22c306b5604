"""Noise of codes that lie apart is counted in the steps that it was rounded to."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray

from acceptance.metrics.noise.in_steps import analyse_in_steps
from acceptance.scene.code_steps import counted, in_steps

if TYPE_CHECKING:
    from acceptance.metrics.noise import Noise, Variance

Array = NDArray[np.float64]

SIZE, FRAMES = 48, 8
EVERY_CODE = np.tile(np.arange(20, 200), (40, 1))  # as in the edges of a chart
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
        full, beside = (
            np.rint(black + (part - black) * more).astype(int) for part in (codes, EVERY_CODE)
        )
        found.append(analyse_in_steps(full, 1.0, counted([beside]), stable=True))
    assert inside(found, sigma * more)
    usual = sum(expanded(noise.total) for noise in found) / len(found)
    assert usual < 0.08 * sigma * more  # not by a doubt that holds everything


@pytest.mark.parametrize("apart", [2, 4, 8])
@pytest.mark.parametrize("sigma", [0.5, 1.0])
def test_noise_of_few_bits_is_what_the_camera_had(apart: int, sigma: float) -> None:
    """Steps of 4 codes read 15 % too large: less than their rounding was taken off."""
    codes = [rounded(seed, sigma, 20 + 0.37 * seed).astype(int) * apart for seed in range(12)]
    found = [analyse_in_steps(each, float(apart), counted([each]), stable=True) for each in codes]
    assert inside(found, sigma * apart)
    assert [noise.mean for noise in found] == pytest.approx([each.mean() for each in codes])
    assert found[0].floor == pytest.approx(apart / math.sqrt(12))


CURVES = {
    "lighter": lambda light: light**0.6,
    "darker": lambda light: light**1.8,
    "log": lambda light: np.log1p(12 * light) / np.log(13),
    "full_range": lambda light: (255 * light - 16) / 219,
    "all": lambda light: light,
}


@pytest.mark.parametrize("curve", CURVES)
@pytest.mark.parametrize("sigma", [0.5, 1.0, 2.0])
def test_noise_of_codes_put_through_a_curve_is_by_its_slope_at_each_level(
    curve: str, sigma: float
) -> None:
    """8 bits made into 10 without dither: one step for all levels read 0.28 to 1.38 of it."""
    table = np.rint(np.clip(1023 * CURVES[curve](np.arange(256) / 255), 0, 1023)).astype(int)
    used, levels, ratios = counted([table[EVERY_CODE]]), np.linspace(40.3, 180.8, 12), []
    found = [analyse_in_steps(table[rounded(7, sigma, level).astype(int)], 1.0, used, stable=True)
             for level in levels]  # fmt: skip
    for level, noise in zip(levels, found, strict=True):
        near = CURVES[curve](np.array([level - 3, level + 3]) / 255)
        truth = 1023 * sigma * float(near[1] - near[0]) / 6
        ratios.append((noise.total.sigma - truth) / expanded(noise.total))
        assert expanded(noise.total) < 0.13 * truth
    assert np.count_nonzero(np.abs(ratios) <= 1) >= fewest(len(ratios))


def test_codes_that_are_all_in_use_or_missing_by_chance_are_no_steps() -> None:
    plain = rounded(3, 0.8, 90.4).astype(np.uint8)
    assert in_steps(plain, counted([EVERY_CODE])) is None
    assert in_steps(plain, counted([])) is None
    far = plain.copy()
    far[:, 0, 0] += 9  # a hot pixel
    assert in_steps(far, counted([plain, plain + 12])) is None
    assert in_steps(plain[:1, :3, :3], counted([])) is None
    assert in_steps(plain / 2, counted([])) is None
    assert counted([np.zeros((0, 3), int)]).size == 0


def test_fields_far_apart_leave_the_slope_in_doubt() -> None:
    """Nothing lies between their codes: the slope is known from the few of each."""
    plain = 4 * rounded(3, 0.8, 90.4).astype(int)
    alone, beside = in_steps(plain, counted([])), in_steps(plain, counted([4 * EVERY_CODE]))
    assert alone is not None
    assert beside is not None
    assert alone.unit == pytest.approx(4)
    assert beside.unit == pytest.approx(4)
    assert alone.doubt > 3 * beside.doubt

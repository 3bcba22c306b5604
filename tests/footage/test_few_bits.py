"""Pictures of fewer bits than their codes: how far apart these lie, and what that leaves open."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from acceptance.footage import rounding

Codes = NDArray[np.uint16]


def edge(seed: int, apart: int = 1, noise: float = 1.5, span: float = 150.0) -> Codes:
    """Draw a blurred edge of 40 x 40, codes ``apart``."""
    random = np.random.default_rng(seed)
    place = np.arange(40) - 20 + random.uniform(-2, 2, (40, 1))
    light = 40 + span / (1 + np.exp(-place)) + noise * random.standard_normal((40, 40))
    return np.asarray(np.rint(light / apart) * apart, np.uint16)


@pytest.mark.parametrize("apart", [2, 4, 8, 12])
@pytest.mark.parametrize("noise", [0.0, 1.5])
def test_codes_that_lie_apart_are_told_from_edges(apart: int, noise: float) -> None:
    assert rounding.spacing([edge(seed, apart, noise) for seed in range(6)]) == apart


@pytest.mark.parametrize("span", [20.0, 150.0, 600.0])
@pytest.mark.parametrize("noise", [0.0, 0.3, 5.0])
def test_a_picture_of_all_its_codes_misses_some_by_chance(span: float, noise: float) -> None:
    """600 of 1,023 codes on 40 x 40 px leave gaps of all sizes."""
    assert rounding.spacing([edge(seed, 1, noise, span) for seed in range(6)]) == 1


def test_fields_of_a_few_printed_levels_say_nothing() -> None:
    plain = [np.full((9, 9), 20 + 16 * number, np.uint16) for number in range(12)]
    bars = [np.where(np.indices((9, 9))[0] % 2, 40, 40 + 8 * number) for number in range(1, 9)]
    assert rounding.spacing([*plain, *(bar.astype(np.uint16) for bar in bars)]) == 1
    assert rounding.spacing([]) == 1


@pytest.mark.parametrize("noise", [0.05, 0.15, 0.3, 0.5])
def test_what_codes_apart_leave_of_a_level_is_as_large_as_its_errors(noise: float) -> None:
    """Over 200 levels together; the first harmonic alone says up to 1.45 times as much."""
    random = np.random.default_rng(3)
    levels = random.uniform(60, 68, (200, 1, 1, 1))
    seen = levels + 8 * noise * random.standard_normal((200, 8, 20, 20))
    codes = np.asarray(np.rint(seen / 8) * 8, np.uint16)
    errors = codes.mean(axis=(1, 2, 3)) - levels[:, 0, 0, 0]
    together = np.moveaxis(codes, 0, 1).reshape(8, -1, 20)
    said, rms = rounding.coarse_doubt(together, 8), float(np.sqrt(np.mean(errors**2)))
    chance = 8 * noise / np.sqrt(8 * 20 * 20)
    assert 0.85 * rms - chance <= said <= 1.5 * rms + chance


def test_a_mean_of_codes_apart_is_open_by_as_many_times_as_much() -> None:
    field = np.random.default_rng(4).integers(7, 10, (4, 12, 12)).astype(np.uint16)
    assert rounding.doubt_of_mean(8 * field, 8) == pytest.approx(8 * rounding.doubt_of_mean(field))
    plain = np.full((4, 12, 12), 64, np.uint16)
    assert rounding.doubt_of_mean(plain, 8) == pytest.approx(8 * 0.5 / np.sqrt(3))
    assert rounding.coarse_doubt(plain[:1], 8) == pytest.approx(8 / np.sqrt(12))

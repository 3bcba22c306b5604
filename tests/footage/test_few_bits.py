"""Pictures of fewer bits than their codes: how far apart these lie, and what that leaves open."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from acceptance.footage import rounding
from acceptance.metrics._shared import flat_field
from acceptance.scene.code_range import spacings

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


@pytest.mark.parametrize("gain", [1.4, 1.5, 1.6, 1.7, 1.8, 1.9])
@pytest.mark.parametrize("noise", [0.0, 1.5])
def test_a_picture_of_all_its_codes_that_is_raised_afterwards_is_none_of_few_bits(
    gain: float, noise: float
) -> None:
    """Most gaps are 2 then, but some are 1: as many levels as before, over more codes."""
    raised = [np.rint(gain * (edge(seed, 1, noise) - 16.0)) + 16 for seed in range(6)]
    assert rounding.spacing([field.astype(np.uint16) for field in raised]) == 1


def slanted(shift: float = 0.0, light: float = 120.0) -> Codes:
    """Draw a slanted edge of 60 x 40 without noise, codes 8 apart."""
    place = np.arange(40) - 20 + shift + np.linspace(-3, 3, 60)[:, None]
    return np.asarray(np.rint((40 + light / (1 + np.exp(-1.5 * place))) / 8) * 8, np.uint16)


NO_NOISE = 8 / np.sqrt(12)


@pytest.mark.parametrize("far", [0.1, 0.4, 1.0, 2.0])
def test_an_edge_that_moves_leaves_as_much_open_as_one_at_rest(far: float) -> None:
    moved = np.array([slanted(far * np.sin(1.3 * index)) for index in range(8)])
    assert rounding.coarse_doubt(moved, 8) == pytest.approx(NO_NOISE)
    assert rounding.coarse_doubt(moved, 8, still=False) == pytest.approx(NO_NOISE)


def test_somebody_who_walks_by_is_no_noise() -> None:
    seen = np.array([slanted()] * 8)
    seen[3, :, :30] = 235
    assert rounding.coarse_doubt(seen, 8) == pytest.approx(NO_NOISE)


def test_light_that_flickers_is_no_noise() -> None:
    seen = np.array([slanted(0, 120 * (1 + 0.06 * np.sin(index))) for index in range(8)])
    assert rounding.coarse_doubt(seen, 8) == pytest.approx(NO_NOISE)


@pytest.mark.parametrize("noise", [0.4, 0.8, 1.8])
def test_bars_of_all_levels_leave_no_less_open_than_their_noise_does(noise: float) -> None:
    random, place = np.random.default_rng(9), np.linspace(0, 1, 60)[:, None]
    bars = 100 + 50 * np.sin(2 * np.pi * np.arange(-45, 45) * (0.05 + 0.2 * place))
    seen = bars + noise * random.standard_normal((8, 60, 90))
    said = rounding.coarse_doubt(np.asarray(np.rint(seen / 8) * 8, np.uint16), 8)
    assert said == pytest.approx(8 * rounding.rounding_doubt(noise / 8), rel=0.12)


@pytest.mark.parametrize("noise", [0.05, 0.1, 0.2, 0.4])
def test_fields_of_many_levels_tell_the_noise_that_one_of_them_does_not(noise: float) -> None:
    """A field half-way between two codes flickers as if its noise were 0.25 steps and more."""
    random = np.random.default_rng(8)
    levels = random.permutation(4 + 0.425 * np.arange(40))[:, None, None, None]
    seen = 8 * np.rint(levels + noise * random.standard_normal((40, 8, 16, 16)))
    fields = list(seen.astype(np.uint16))
    assert rounding.noise_of_levels(fields, 8) == pytest.approx(noise, rel=0.15)
    between = 8 * np.rint(10.5 + noise * random.standard_normal((8, 40, 40))).astype(np.uint16)
    assert rounding.coarse_doubt(between, 8) < 8 * rounding.rounding_doubt(0.2)
    assert rounding.noise_of_levels(fields[:7], 8) is None


def test_somebody_who_walks_before_some_fields_adds_little_to_their_noise() -> None:
    random = np.random.default_rng(8)
    levels = random.permutation(4 + 0.425 * np.arange(40))[:, None, None, None]
    seen = 8 * np.rint(levels + 0.2 * random.standard_normal((40, 8, 16, 16)))
    seen[:4] += 90 * (np.arange(8) % 2)[:, None, None] * np.eye(16)
    noise = rounding.noise_of_levels(list(seen.astype(np.uint16)), 8)
    assert noise == pytest.approx(0.2, rel=0.25)


def test_noise_of_a_picture_that_does_not_stand_still_is_not_counted_on() -> None:
    noisy = np.rint(np.random.default_rng(5).normal(100, 8, (8, 40, 40)) / 8).astype(np.uint16) * 8
    assert rounding.coarse_doubt(noisy, 8) < 0.01
    assert rounding.coarse_doubt(noisy, 8, still=False) == pytest.approx(NO_NOISE)


def test_each_plane_of_colours_has_its_own_spacing() -> None:
    """Luma in steps of 8 says nothing of colours that use all their codes."""
    views: Any = [
        SimpleNamespace(
            luma=edge(seed, 8)[None], cb=edge(seed + 9)[None], cr=edge(seed + 19, 4)[None]
        )
        for seed in range(6)
    ]
    assert spacings(views) == (8, 1, 4)


def test_a_plane_of_all_codes_is_open_by_no_more_than_whole_codes() -> None:
    noisy = np.rint(np.random.default_rng(6).normal(130, 1.2, (8, 24, 24))).astype(np.uint8)
    view: Any = SimpleNamespace(stable=True, quantiser=0.0, luma=noisy)
    sight: Any = SimpleNamespace(
        video=SimpleNamespace(
            codec="rawvideo", steps=None, depth=8, coded_before=None, scaling=None
        )
    )
    assert flat_field.by_coder(sight, view, noisy, 1.0) == 0
    assert flat_field.by_coder(sight, view, noisy // 8 * 8, 8.0) > 1


def test_colours_too_plain_to_tell_have_the_spacing_of_luma() -> None:
    plain = [np.full((9, 9), 120, np.uint16)] * 4
    few = [np.arange(81, dtype=np.uint16).reshape(9, 9) % 4 + 120]
    assert rounding.spacing(plain, 8) == 8
    assert rounding.spacing([*plain, *few], 8) == 1
    assert rounding.spacing([edge(seed, 4) for seed in range(6)], 8) == 4

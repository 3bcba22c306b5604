"""Bars that are not where the chart's place in the picture says are read where they are."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from acceptance.metrics.resolution import wedge
from acceptance.metrics.resolution.printed_wedge import Wedge
from acceptance.metrics.resolution.wedge_place import as_seen

Array = NDArray[np.float64]

STEP = 120.0


def bars(printed: Wedge, noise: float = 1.0) -> tuple[Array, tuple[Array, Array]]:
    """Draw bars, a millimetre a pixel, whose modulation is a tenth at 0.3; return their places."""
    along, across = np.meshgrid(np.arange(320) - 9.5, np.arange(160) - 79.7, indexing="ij")
    frequency = printed.frequency(along)
    middle = -1 if printed.bars % 2 else 1
    waves = middle * np.cos(2 * math.pi * frequency * across)
    codes = 100 + STEP * 2 / math.pi * (0.7 - 2 * frequency) * waves
    return codes + noise * np.random.default_rng(7).normal(size=codes.shape), (along, across)


def reading(codes: Array, place: tuple[Array, Array], printed: Wedge) -> float:
    return wedge.wedge_reading(codes, *place, printed, STEP).reading


@pytest.mark.parametrize("count", [8, 9])
@pytest.mark.parametrize(
    ("closer", "aside", "bent"), [(0.03, 0.0, 0.0), (-0.02, 1.0, 0.0), (0.0, -1.5, 0.006)]
)
def test_a_place_that_is_off_is_mended(
    count: int, closer: float, aside: float, bent: float
) -> None:
    """By 2 or 3 %, by 1 or 1.5 px, or the more the farther along."""
    printed = Wedge(bars=count, start=0.05, end=0.345, length=300)
    codes, (along, across) = bars(printed)
    expected = across / (1 + closer + bent * along / 100) - aside
    true = reading(codes, (along, across), printed)
    assert abs(reading(codes, (along, expected), printed) / true - 1) > 0.008
    place, moved = as_seen(codes, (along, expected), printed, STEP)
    assert moved
    assert reading(codes, place, printed) == pytest.approx(true, rel=0.004)


@pytest.mark.parametrize("noise", [0.0, 1.0, 4.0])
def test_bars_that_are_where_they_should_be_are_left_there(noise: float) -> None:
    printed = Wedge(bars=9, start=0.05, end=0.345, length=300)
    codes, place = bars(printed, noise)
    found, moved = as_seen(codes, place, printed, STEP)
    assert not moved
    assert found is place or (found[0] is place[0] and found[1] is place[1])


def test_a_place_that_is_off_by_half_a_bar_says_nothing() -> None:
    """It might be the bar beside."""
    printed = Wedge(bars=9, start=0.05, end=0.345, length=300)
    codes, (along, across) = bars(printed)
    found, moved = as_seen(200 - codes, (along, across), printed, STEP)
    assert not moved
    assert found[1] is across

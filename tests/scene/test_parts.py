"""Parts of a picture tell what moves all of it from what moves in a strip, and what stays."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from acceptance.scene.parts import MovingParts, stayed
from acceptance.scene.thresholds import THRESHOLDS

ASPECT = 16 / 9
SAMPLE = 100 / 36  # % of the height


def view(seed: int) -> np.ndarray:
    """Return a thumbnail of things of all sizes, as much as a lens draws, sigma 20 codes."""
    rough = np.random.default_rng(seed).normal(0, 1, (40, 72)).astype(np.float32)
    fine = cv2.GaussianBlur(rough, (0, 0), 1.2)
    return np.asarray(110 + 20 * fine / fine.std(), np.float32)


def seen(large: np.ndarray, down: int, across: int) -> np.ndarray:
    """Cut the view, (36, 64), that lies so many samples further down and right in it."""
    return np.ascontiguousarray(large[2 - down : 38 - down, 4 - across : 68 - across])


def reach(before: np.ndarray, now: np.ndarray, down: int, across: int, noise: float = 0) -> float:
    """Look at two thumbnails of which all seems to move by so many samples."""
    random, parts = np.random.default_rng(5), MovingParts(ASPECT, THRESHOLDS)
    first, second = (
        each + noise * random.standard_normal(each.shape, np.float32) for each in (before, now)
    )
    parts.reach(first, math.nan, math.nan)
    return parts.reach(second, SAMPLE * across, SAMPLE * down)


@pytest.mark.parametrize("noise", [0, 0.2])
@pytest.mark.parametrize(("down", "across"), [(1, 0), (0, -1), (-2, 2)])
def test_what_moves_as_a_whole_does_so_in_all_rows_and_columns(
    down: int, across: int, noise: float
) -> None:
    large = view(1)
    assert reach(seen(large, 0, 0), seen(large, down, across), down, across, noise) == 1


@pytest.mark.parametrize(("high", "rows"), [(4, 2), (10, 4), (18, 6)])
@pytest.mark.parametrize("noise", [0, 0.2])
def test_a_bar_as_wide_as_the_view_that_moves_reaches_the_rows_that_it_lies_in(
    high: int, rows: int, noise: float
) -> None:
    before = np.repeat(110 + 40 * np.sin(np.arange(64, dtype=np.float32))[None], 36, axis=0)
    now = before.copy()
    before[12 : 12 + high], now[13 : 13 + high] = 40, 40
    assert 0 < reach(before, now, 1, 0, noise) <= rows / 9


@pytest.mark.parametrize("sky", [0.0, 0.5, 3.0])
@pytest.mark.parametrize("down", [1, -1])
def test_what_moves_below_a_sky_that_shows_nothing_reaches_all_over_the_view(
    sky: float, down: int
) -> None:
    """A sky is plain or shaded by so many codes a row, which tells of the motion as well."""
    before, now = seen(view(1), 0, 0), seen(view(1), 1, 1)
    shading = 150 + sky * np.arange(16, dtype=np.float32)[:, None]
    before[:16], now[:16] = shading, shading - sky
    first, second = (np.ascontiguousarray(small[::down]) for small in (before, now))
    assert reach(first, second, down, 1) == 1


@pytest.mark.parametrize(("apart", "least", "most"), [(32, 1.0, 1.0), (4, 0.4, 0.6)])
def test_posts_before_a_sky_are_no_wall_and_slats_are(
    apart: int, least: float, most: float
) -> None:
    before, now = seen(view(1), 0, 0), seen(view(1), 1, 0)
    for small in (before, now):
        small[:16] = 150
        small[:16, 1::apart], small[:16, 2::apart] = 40, 90
    assert least <= reach(before, now, 1, 0) <= most


@pytest.mark.parametrize("size", [8, 16])
def test_what_moves_between_two_plain_ends_reaches_no_further_than_itself(size: int) -> None:
    before, now = np.full((2, 36, 64), 140, np.float32)
    before[12 : 12 + size] = seen(view(1), 0, 0)[12 : 12 + size]
    now[13 : 13 + size] = before[12 : 12 + size]
    assert reach(before, now, 1, 0) <= (size / 4 + 1) / 9


@pytest.mark.parametrize("slope", [-3.0, 2.0])
def test_a_sky_that_is_shaded_alike_is_no_part_that_stays(slope: float) -> None:
    before, now = seen(view(1), 0, 0), seen(view(2), 0, 0)
    down, across = np.indices((16, 64), np.float32)
    for small in (before, now):
        small[:16] = 150 + slope * down + across**2 / 100
    assert stayed(before, now, THRESHOLDS) < 5


def test_what_stands_and_what_moves_otherwise_reach_nowhere() -> None:
    large = view(1)
    assert math.isnan(reach(seen(large, 0, 0), seen(large, 0, 0), 0, 0))
    assert not reach(seen(large, 0, 0), seen(large, 0, 0), 1, 0) > 0
    assert math.isnan(MovingParts(ASPECT, THRESHOLDS).reach(seen(large, 0, 0), 1, 1)), "the first"


@pytest.mark.parametrize("share", [0.0, 0.25, 0.5, 0.75])
def test_as_many_parts_stay_as_lie_beside_a_screen_that_is_cut(share: float) -> None:
    before, now = seen(view(1), 0, 0), seen(view(1), 0, 0)
    wide = round(64 * share)
    now[:, :wide] = seen(view(2), 0, 0)[:, :wide]
    assert stayed(before, now, THRESHOLDS) == pytest.approx(100 * (1 - share), abs=4)


def test_another_view_leaves_next_to_no_part_as_it_was_and_a_plain_one_tells_nothing() -> None:
    assert stayed(seen(view(1), 0, 0), seen(view(2), 0, 0), THRESHOLDS) < 5
    plain = np.full((36, 64), 90, np.float32)
    assert math.isnan(stayed(plain, plain + 20, THRESHOLDS))

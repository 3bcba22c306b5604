"""What hides the view: a cover shows nothing, a veil lets something through."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance.scene.covers import Covers
from acceptance.scene.thresholds import THRESHOLDS

SHAPE = (135, 240)
ROWS, COLUMNS = np.indices(SHAPE, np.float32)
NOISE = np.ones((9, 16), np.float32)


def scene() -> np.ndarray:
    """Return boxes of all sizes, codes 60 to 190."""
    random, picture = np.random.default_rng(3), np.full(SHAPE, 90, np.float32)
    for _ in range(150):
        x, y, wide, high = random.integers([0, 0, 4, 4], [235, 130, 40, 30]).tolist()
        picture[y : y + high, x : x + wide] = random.integers(60, 190)
    return picture


def seen(pictures: list[np.ndarray], sigma: float = 1.0, *, apart: float = 0.2) -> dict[str, float]:
    """Return what the last of these pictures shows."""
    return covers(pictures, sigma, apart=apart)[1]


def covers(
    pictures: list[np.ndarray], sigma: float, *, apart: float
) -> tuple[Covers, dict[str, float]]:
    """Look at pictures that are ``apart`` s from one to the next, with noise of ``sigma``."""
    random, looked, found = np.random.default_rng(4), Covers(apart, THRESHOLDS), {}
    for picture in pictures:
        noisy = np.clip(np.rint(picture + random.normal(0, sigma, SHAPE)), 0, 255)
        found = looked.see(noisy.astype(np.uint8), sigma * NOISE)
    return looked, found


def folds(codes: float) -> np.ndarray:
    """Return folds far out of focus."""
    rough = np.random.default_rng(5).standard_normal(SHAPE, np.float32)
    smooth = cv2.GaussianBlur(rough, (0, 0), 20)
    return np.asarray(140 + codes * smooth / smooth.std())


@pytest.mark.parametrize("sigma", [0.0, 1.0, 4.0])
@pytest.mark.parametrize("codes", [0.0, 4.0, 10.0])
def test_a_cover_with_folds_shows_nothing_and_is_no_veil(codes: float, sigma: float) -> None:
    found = seen([folds(codes)] * 10, sigma)
    assert found["blank"] > 95
    assert found["veiled"] == 0


def test_a_cover_that_leaves_a_corner_is_no_veil() -> None:
    covered = folds(6)
    covered[:30, :50] = scene()[:30, :50]
    found = seen([covered] * 10)
    assert 85 < found["blank"] < 97
    assert found["veiled"] == 0


def test_what_moves_behind_makes_it_a_veil_and_light_that_changes_does_not() -> None:
    def passing(n: int) -> np.ndarray:
        return np.asarray(
            150 + 5 * np.exp(-(((COLUMNS - 20 * n - 30) / 18) ** 2) - ((ROWS - 70) / 30) ** 2)
        )

    assert seen([passing(n) for n in range(10)])["veiled"] == 1
    assert seen([150 + 8 * np.sin(n) + 0 * ROWS for n in range(10)])["veiled"] == 0


def test_a_scene_that_is_faint_throughout_is_veiled_and_a_clear_one_is_not() -> None:
    foggy = 150 + 0.06 * (cv2.GaussianBlur(scene(), (0, 0), 1) - 100)
    assert seen([foggy] * 10)["veiled"] == 1
    clear = seen([scene()] * 10)
    assert clear["blank"] == pytest.approx(0, abs=5)
    assert clear["veiled"] == 0


def test_what_is_as_large_as_half_the_view_and_passes_makes_it_a_veil() -> None:
    def passing(n: int) -> np.ndarray:
        return np.asarray(
            150 - 25 * np.exp(-(((COLUMNS - 48 * n + 120) / 48) ** 4) - ((ROWS - 67) / 55) ** 4)
        )

    for last in (4, 5, 6):
        assert seen([passing((last + 1 + n) % 10) for n in range(10)])["veiled"] == 1


def test_a_cover_that_creeps_over_the_lens_is_no_veil() -> None:
    def crept(share: float) -> np.ndarray:
        return np.where(share * SHAPE[1] > COLUMNS, folds(4), scene())

    found = seen([scene()] * 5 + [crept(share) for share in (0.2, 0.4, 0.6, 0.8)] + [folds(4)] * 7)
    assert found["blank"] > 95
    assert found["veiled"] == 0


def ended(pictures: list[np.ndarray], sigma: float = 1.0, *, apart: float = 0.2) -> list[float]:
    """Return the shares of blank blocks by the view that a film ends with."""
    return [each["blank"] for each in covers(pictures, sigma, apart=apart)[0].ending()]


@pytest.mark.parametrize("apart", [0.08, 0.2, 0.28])
@pytest.mark.parametrize("sigma", [0.0, 1.0, 3.0])
def test_what_was_there_before_a_cover_is_forgotten_within_a_second_and_a_half(
    sigma: float, apart: float
) -> None:
    """A mean with a long tail held its detail for three, and the change passed for a veil."""
    looks = round(1.4 / apart)
    found = seen([scene()] * 30 + [folds(4)] * looks, sigma, apart=apart)
    assert found["blank"] > 95
    assert found["veiled"] == 0
    assert seen([scene()] * 30 + [folds(4)] * (looks - 2), sigma, apart=apart)["blank"] < 60


@pytest.mark.parametrize("apart", [0.08, 0.2, 0.28])
@pytest.mark.parametrize("sigma", [0.0, 1.0, 3.0])
def test_what_was_there_before_a_cover_does_not_count_where_the_film_ends_with_it(
    sigma: float, apart: float
) -> None:
    """After four fifths of a second, and five looks; half a second may pass while it comes."""
    looks, before = max(5, round(0.8 / apart)), [scene()] * 30
    for slide in ([], [np.where(part * 240 > COLUMNS, folds(4), scene()) for part in (0.3, 0.7)]):
        late = ended([*before, *slide, *[folds(4)] * (looks + 1)], sigma, apart=apart)
        assert len(late) == 2
        assert min(late) > 95
        assert ended([*before, *slide, *[folds(4)] * (looks - 1)], sigma, apart=apart) == []


def test_what_has_passed_at_the_end_and_what_was_there_all_the_time_is_no_other_view() -> None:
    for looks in (5, 6, 7, 8):
        assert ended([scene()] * 10 + [folds(4)] * looks + [scene()] * 2) == []
    assert ended([folds(4)] * 20) == []
    assert ended([scene()] * 20) == []
    assert ended([]) == []


def test_light_that_is_switched_is_no_other_view_and_a_view_that_changes_on_and_on_has_none() -> (
    None
):
    """A faint scene is seen by the mean of many looks, whatever the light on it does."""
    faint, random = folds(4) + 0.03 * scene(), np.random.default_rng(6)
    lit = [faint + 25 * (n > 5) for n in range(12)]
    assert seen(lit, 4.0)["blank"] == pytest.approx(seen([faint] * 12, 4.0)["blank"], abs=8)
    assert ended(lit, 4.0) == []
    others = [np.roll(scene(), random.integers(240), axis=1) for _ in range(12)]
    assert seen(others)["blank"] < 20
    assert ended(others) == []


@pytest.mark.parametrize("apart", [0.32, 1.0])
def test_the_fewest_looks_are_enough_against_noise(apart: float) -> None:
    assert seen([folds(4)] * 10, 6.0, apart=apart)["blank"] > 95

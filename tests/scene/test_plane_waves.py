"""A wave lies over all that is seen; slats are things among others."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance.scene import plane_waves
from acceptance.scene.thresholds import THRESHOLDS

SHAPE = (135, 240)
ROWS, COLUMNS = np.indices(SHAPE, np.float32)
EVERYWHERE = np.ones(SHAPE, np.bool_)


def scene(seed: int = 3) -> np.ndarray:
    """Return boxes of all sizes, codes 60 to 190."""
    random, picture = np.random.default_rng(seed), np.full(SHAPE, 90, np.float32)
    for _ in range(90):
        x, y, wide, high = random.integers([0, 0, 6, 6], [235, 130, 45, 35]).tolist()
        picture[y : y + high, x : x + wide] = random.integers(60, 190)
    return picture


def wave(amplitude: float, count: float, angle: float, turns: float = 0.0) -> np.ndarray:
    """Return a wave, so many to a picture height."""
    along = (np.cos(angle) * COLUMNS + np.sin(angle) * ROWS) * count / SHAPE[0]
    return np.asarray(amplitude * np.sin(2 * np.pi * (along + turns)))


def seen(
    picture: np.ndarray, before: np.ndarray | None = None, could: np.ndarray = EVERYWHERE
) -> plane_waves.PictureWave:
    """Look at a picture of 8 bits."""
    now, then = (
        None if some is None else np.clip(np.rint(some), 0, 255).astype(np.uint8)
        for some in (picture, before)
    )
    assert now is not None
    return plane_waves.over_all(now, then, could, THRESHOLDS)


@pytest.mark.parametrize(("count", "angle"), [(10, 1.57), (14, 0.0), (22, 1.2), (42, 0.3)])
def test_a_wave_over_a_scene_has_its_amplitude_and_is_crossed_by_the_scene(
    count: float, angle: float
) -> None:
    found = seen(scene() + wave(20, count, angle))
    assert 10 < found.everywhere < 24
    assert found.crossed > 25


def test_slats_over_half_of_both_halves_are_no_wave_over_all() -> None:
    picture = scene()
    part = (COLUMNS > 50) & (COLUMNS < 180)
    picture[part] = 110 + wave(30, 22, 1.57)[part]
    found = seen(picture)
    assert found.everywhere < 4
    assert found.somewhere > 15


def test_a_wave_that_clips_in_a_bright_strip_is_still_all_over() -> None:
    picture = scene() + wave(20, 22, 1.2)
    window = COLUMNS > 205
    picture[window] = 240
    assert seen(picture).everywhere < 8
    assert seen(picture, could=~window).everywhere > 8


def test_nothing_but_slats_is_crossed_by_nothing() -> None:
    slats = 120 + 28 * np.sign(wave(1, 20, 0.0)) + 0.1 * ROWS
    assert seen(slats).crossed < 5
    with_a_sign = slats.copy()
    cv2.rectangle(with_a_sign, (30, 30), (75, 55), 205.0, -1)
    assert seen(with_a_sign).crossed < 25


@pytest.mark.parametrize("turns", [0.0, 0.1, 0.4])
def test_turns_since_the_picture_before_come_back(turns: float) -> None:
    before, now = (scene() + wave(20, 22, 1.2, by) for by in (0.0, turns))
    assert seen(now, before).turned == pytest.approx(turns, abs=0.03)


def test_a_scene_without_a_wave_has_none() -> None:
    assert seen(scene()).everywhere < 3
    assert seen(np.full(SHAPE, 80.0)) == plane_waves.PictureWave(everywhere=0.0)


def test_a_wave_that_drifts_over_a_scene_counts_where_three_quarters_have_it() -> None:
    """A carrier that is strong in the middle; slats that drift hide the scene behind them."""
    share = 0.6 + 0.4 * np.cos(2 * np.pi * (COLUMNS / 240 - 0.5))
    before, now = (scene() + share * wave(20, 22, 1.2, by) for by in (0.0, 0.2))
    carrier, still = seen(now, before), seen(now, now)
    assert carrier.added > 1.3 * carrier.everywhere
    assert still.added == 0
    shutter = (COLUMNS > 20) & (COLUMNS < 220)
    rattles = [np.where(shutter, 120 + wave(20, 22, 1.57, by), scene()) for by in (0.2, 0.0)]
    assert seen(*rattles).added < 2


@pytest.mark.parametrize(("number", "wide", "high"), [(40, 3, 8), (90, 8, 14), (150, 4, 20)])
@pytest.mark.parametrize("turns", [0.06, 0.23, 0.45])
def test_slats_that_move_behind_many_small_things_are_not_added_to_the_scene(
    number: int, wide: int, high: int, turns: float
) -> None:
    """An escalator with people: they hide it, and a carrier lies over them."""
    random, part = np.random.default_rng(5), abs(COLUMNS - 120) < 90
    places = random.integers([30, 0, 40], [206, 125, 200], (number, 3)).tolist()

    def drawn(turned: float, *, carrier: bool) -> np.ndarray:
        slats = wave(25, 22, np.pi / 2, turned)
        picture = np.where(part, 110 + (0 if carrier else 1) * slats, scene())
        for x, y, shade in places:
            picture[y : y + high, x : x + wide] = shade
        noise = np.random.default_rng(round(100 * turned)).normal(0, 0.7, SHAPE)
        return np.asarray(picture + noise + (0.5 * slats if carrier else 0))

    behind, over = (
        seen(drawn(turns, carrier=carrier), drawn(0.0, carrier=carrier)).added
        for carrier in (False, True)
    )
    assert behind == 0
    assert over > 8

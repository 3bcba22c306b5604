"""A carrier whose crests wind is read where it lies over a scene; noise and what moves are none."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance.scene.thresholds import THRESHOLDS
from acceptance.scene.wound_carrier import LOOKS, WoundCarrier

SHAPE = 135, 240
ROWS, COLUMNS = (each / SHAPE[0] for each in np.indices(SHAPE))
TURN = 2 * np.pi


def scene(seed: int) -> np.ndarray:
    """Return things of all sizes, in codes."""
    rough = np.random.default_rng(seed).standard_normal(SHAPE)
    sizes = (cv2.GaussianBlur(rough, (0, 0), size) * size for size in (2, 5, 10, 20))
    return np.asarray(120 + 25 * sum(sizes))


def read(pictures: list[np.ndarray]) -> float:
    """Return the amplitude after the last picture, each with a code of noise."""
    random, seen, found = np.random.default_rng(1), WoundCarrier(THRESHOLDS), 0.0
    for picture in pictures:
        noisy = np.clip(np.rint(picture + random.standard_normal(SHAPE)), 0, 255).astype(np.uint8)
        found = seen.see(noisy, (noisy > 16) & (noisy < 228))
    return found


def carrier(index: int, across: float = 24.0, down: float = 9.0) -> np.ndarray:
    """Return a carrier of amplitude 1 that is modulated by 0.35 turns, five times a height."""
    tone = np.sin(TURN * (5 * ROWS + 0.41 * index))
    return np.sin(TURN * (across * COLUMNS + down * ROWS + 0.35 * tone + 0.27 * index))


@pytest.mark.parametrize("amplitude", [6.0, 12.0, 24.0])
@pytest.mark.parametrize("way", [(24.0, 9.0), (15.0, -20.0), (31.0, 12.0)])
def test_a_carrier_that_winds_reads_most_of_its_amplitude(
    amplitude: float, way: tuple[float, float]
) -> None:
    """What nine tenths have, and what its sidebands leave within the blur by which it is read."""
    pictures = [scene(3) + amplitude * carrier(index, *way) for index in range(LOOKS)]
    assert 0.6 * amplitude <= read(pictures) <= 1.1 * amplitude


def test_it_is_known_after_as_many_pictures_as_are_held_against_each_other() -> None:
    assert read([scene(3) + 20 * carrier(index) for index in range(LOOKS - 1)]) == 0


def test_what_is_in_a_part_of_the_view_is_none() -> None:
    part = COLUMNS < 1.3  # three quarters
    assert read([scene(3) + 20 * part * carrier(index) for index in range(LOOKS)]) == 0


@pytest.mark.parametrize("size", [0.5, 1.0, 2.0])
def test_noise_is_none_however_much(size: float) -> None:
    random = np.random.default_rng(2)
    noise = [cv2.GaussianBlur(random.standard_normal(SHAPE), (0, 0), size) for _ in range(LOOKS)]
    assert read([scene(3) + 25 * each / each.std() for each in noise]) == 0


@pytest.mark.parametrize("seed", range(6))
def test_waves_of_many_lengths_that_run_one_way_are_none(seed: int) -> None:
    """Water, corn: now stronger and now weaker at each place."""
    random = np.random.default_rng([4, seed])
    lengths, phases = random.uniform(14, 34, 9), random.uniform(0, 1, 9)
    turned = random.uniform(0.2, 0.6, 9)

    def water(index: int) -> np.ndarray:
        return np.asarray(
            sum(
                np.sin(TURN * (length * (COLUMNS + each * ROWS) + phase + 0.23 * length * index))
                for length, phase, each in zip(lengths, phases, turned, strict=True)
            )
        )

    assert read([scene(3) + 5 * water(index) for index in range(LOOKS)]) == 0


@pytest.mark.parametrize("step", [3, 7])
def test_a_grating_before_a_camera_that_moves_is_none(step: int) -> None:
    """All moves: what lies below the grating, too."""
    view = scene(3) + 25 * carrier(0)
    assert read([np.roll(view, step * index, axis=1) for index in range(LOOKS)]) == 0


def test_without_a_scene_below_it_nothing_is_said() -> None:
    """Corrugated iron that fills the view moves as a whole."""
    assert read([120 + 25 * carrier(index) for index in range(LOOKS)]) == 0

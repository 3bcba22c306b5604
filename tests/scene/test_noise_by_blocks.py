"""Noise of blocks: what changes in time and between pixels, as sharp as a camera leaves it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance.scene import patterns, shared_rows
from acceptance.scene.thresholds import THRESHOLDS

SHAPE = (270, 480)
SIGMA = 10.0


def looked_at(now: np.ndarray, before: np.ndarray) -> tuple[float, float]:
    """Return the noise in codes that half of the blocks have, fine and as a camera softens it."""
    codes, last = (np.clip(np.rint(each), 0, 255).astype(np.uint8) for each in (now, before))
    rows, then = (patterns.rows_at(one, patterns.spread(SHAPE[0], 36)) for one in (codes, last))
    some, further = (
        take(codes, THRESHOLDS) for take in (shared_rows.thirds, shared_rows.beside_thirds)
    )
    found = patterns.noise(some, further, cv2.absdiff(rows, then), 0, THRESHOLDS)
    fine, soft = (float(np.median(each)) for each in found)
    return fine, soft


def softened(seed: int, blur: float) -> np.ndarray:
    """Return a grey picture with noise of ``SIGMA`` after a blur, in samples."""
    noise = cv2.GaussianBlur(np.random.default_rng(seed).normal(0, 1, SHAPE), (0, 0), blur)
    return 120 + SIGMA / noise.std() * noise


@pytest.mark.parametrize("blur", [0.6, 0.7, 0.8])
def test_noise_that_a_camera_softened_comes_back_where_pixels_two_apart_are_asked(
    blur: float,
) -> None:
    fine, soft = looked_at(softened(1, blur), softened(2, blur))
    assert fine < 0.7 * SIGMA
    assert 0.75 * SIGMA < soft < 1.05 * SIGMA


def test_of_noise_from_pixel_to_pixel_both_are_alike() -> None:
    fine, soft = looked_at(softened(1, 0.01), softened(2, 0.01))
    assert fine == pytest.approx(SIGMA, rel=0.07)
    assert soft == pytest.approx(SIGMA, rel=0.07)


@pytest.mark.parametrize("size", [2, 3])
def test_flakes_and_specks_of_some_pixels_are_no_noise_of_a_sensor(size: int) -> None:
    """They change little of a block, but that by much."""
    one, other = (
        np.kron(
            np.where(np.random.default_rng(seed).random((270 // size, 480 // size)) < 0.05, 110, 0),
            np.ones((size, size)),
        )
        for seed in (1, 2)
    )
    fine, soft = looked_at(120 + one, 120 + other)
    assert fine == soft

"""Bands of a lamp's light that roll through a field are neither fixed pattern nor taken off it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from acceptance.metrics.noise import Variance, analyse
from acceptance.metrics.noise.swings import without_swings

Array = NDArray[np.float64]

SIGMA, FIXED, HEIGHT, WIDTH = 2.0, 1.0, 80, 96


def field(seed: int, frames: int) -> Array:
    """Draw frames of noise and a fixed pattern."""
    random = np.random.default_rng([16, seed])
    codes = 120.3 + SIGMA * random.standard_normal((frames, HEIGHT, WIDTH))
    return np.asarray(codes + FIXED * random.standard_normal((HEIGHT, WIDTH)))


def bands(frames: int, period: float, beat: float, phase: float = 0.0) -> Array:
    """Return what light of so many rows a wave, which moves on by ``beat`` waves a frame, does."""
    frame, row = np.arange(frames)[:, None, None], np.arange(HEIGHT)[None, :, None]
    return np.asarray(np.sin(2 * math.pi * (beat * frame + row / period + phase)))


def inside(part: Variance | None, truth: float) -> bool:
    """Whether a sigma is within U (k = 2) of the truth."""
    assert part is not None
    doubt = 2 * math.hypot(*(line.contribution for line in part.budget()))
    return bool(abs(part.sigma - truth) <= doubt)


@pytest.mark.parametrize("across", [False, True])
@pytest.mark.parametrize(
    ("depth", "beat", "frames"), [(3, 0.137, 10), (6, 0.137, 16), (6, 0.04, 30)]
)
def test_bands_that_roll_are_no_fixed_pattern(
    depth: float, beat: float, frames: int, *, across: bool
) -> None:
    found = []
    for seed in range(8):
        codes = field(seed, frames) + depth * bands(frames, 50, beat, seed / 8)
        codes = np.rint(codes).swapaxes(1, 2) if across else np.rint(codes)
        noise = analyse(codes)
        row = noise.column if across else noise.row
        found.append((inside(noise.fixed, FIXED), inside(noise.pixel, FIXED), inside(row, 0.0)))
        assert noise.fixed is not None
        assert 2 * math.hypot(*(line.contribution for line in noise.fixed.budget())) < 0.05
    assert np.sum(found, axis=0).min() >= 6


def test_bands_that_are_askew_are_no_fixed_pattern() -> None:
    """As of a picture turned in the camera, or of a lamp of another phase beside the first."""
    frame, row, column = np.ogrid[:12, :HEIGHT, :WIDTH]
    askew = np.sin(2 * math.pi * (0.137 * frame + (row + 0.15 * column) / 50))
    noise = analyse(np.rint(field(3, 12) + 4 * askew))
    assert inside(noise.fixed, FIXED)
    assert inside(noise.row, 0.0)


def test_what_rolls_is_in_the_total_and_in_temporal_noise() -> None:
    noise = analyse(np.rint(field(0, 30) + 6 * bands(30, 50, 0.1)))
    assert inside(noise.total, math.hypot(SIGMA, FIXED, 6 / math.sqrt(2)))
    assert inside(noise.temporal, math.hypot(SIGMA, 6 / math.sqrt(2)))


@pytest.mark.parametrize("kept", [0.0, 0.7])
def test_rows_that_flutter_each_for_itself_do_not_swing_together(kept: float) -> None:
    random = np.random.default_rng(5)
    rows = np.zeros((16, HEIGHT, 1))
    for frame in range(1, 16):
        rows[frame] = kept * rows[frame - 1] + random.standard_normal((HEIGHT, 1))
    codes = field(1, 16) + rows
    assert without_swings(codes) is codes
    smoothed = ndimage.gaussian_filter(codes, (0, 0.8, 0.8))
    assert without_swings(smoothed) is smoothed


def test_fewer_than_six_frames_tell_no_swing() -> None:
    codes = field(2, 5) + 6 * bands(5, 50, 0.2)
    assert without_swings(codes) is codes
    longer = field(2, 6) + 6 * bands(6, 50, 0.2)
    left = without_swings(longer) - field(2, 6)
    assert np.std(left - left.mean(axis=(1, 2), keepdims=True)) < 0.3

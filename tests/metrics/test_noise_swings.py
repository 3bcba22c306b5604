"""What bands of a lamp's light that roll through a field leave of fixed pattern is in its U."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import ndimage

from acceptance.metrics.noise import Variance, analyse
from acceptance.metrics.noise.swings import swings

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
def test_fixed_pattern_behind_bands_that_roll_is_inside_u(
    depth: float, beat: float, frames: int, *, across: bool
) -> None:
    found = []
    for seed in range(8):
        codes = field(seed, frames) + depth * bands(frames, 50, beat, seed / 8)
        codes = np.rint(codes).swapaxes(1, 2) if across else np.rint(codes)
        noise = analyse(codes)
        row = noise.column if across else noise.row
        found.append((inside(noise.fixed, FIXED), inside(noise.pixel, FIXED), inside(row, 0.0)))
    assert np.sum(found, axis=0).min() >= 6


def test_fixed_pattern_behind_bands_that_are_askew_is_inside_u() -> None:
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
    assert swings(codes).left == 0
    assert swings(ndimage.gaussian_filter(codes, (0, 0.8, 0.8))).left == 0


def test_fewer_than_six_frames_tell_no_swing() -> None:
    assert swings(field(2, 5) + 6 * bands(5, 50, 0.2)).left == 0
    assert swings(field(2, 6) + 6 * bands(6, 50, 0.2)).left == pytest.approx(3, rel=0.3)


def test_a_pattern_of_rows_in_light_that_drifts_keeps_its_figure() -> None:
    """Two per cent from end to end make the pattern itself swing, by next to nothing."""
    random = np.random.default_rng(7)
    pattern = 1.5 / math.sqrt(2) * random.standard_normal((HEIGHT, 1))
    pattern *= 1.5 / math.sqrt(2) / pattern.std(ddof=1)
    gain = 1 + np.linspace(-0.01, 0.01, 12)[:, None, None]
    codes = gain * (120.3 + pattern) + 0.7 * random.standard_normal((12, HEIGHT, WIDTH))
    row = analyse(np.rint(codes)).row
    assert inside(row, 1.5 / math.sqrt(2))
    assert row is not None
    assert 2 * math.hypot(*(line.contribution for line in row.budget())) < 0.25


@pytest.mark.parametrize(
    ("rows", "length", "beat"),
    [(16, 12.2, 0.37), (16, 30.0, 0.37), (48, 12.2, 0.37), (48, 12.2, 0)],
)
def test_bands_of_light_are_in_the_doubt_of_the_noise_of_fields_of_few_rows(
    rows: int, length: float, beat: float
) -> None:
    """Of a lamp of 300 to 1000 Hz: total noise was 2 to 14 U too high."""
    found = []
    for seed in range(8):
        light = bands(8, length, beat, seed / 8) + 0.3 * bands(8, length / 2, 2 * beat, seed / 5)
        noise = np.random.default_rng(seed).standard_normal((8, HEIGHT, 24))
        found.append(analyse(np.rint(120.3 + 1.2 * noise + 2 * light)[:, :rows]))
    assert sum(inside(noise.total, 1.2) for noise in found) >= 7
    split = [noise for noise in found if noise.temporal is not None]
    assert sum(inside(noise.temporal, 1.2) for noise in split) >= len(split) - 1
    assert sum(inside(noise.fixed, 0.0) for noise in split) >= len(split) - 1

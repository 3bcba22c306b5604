"""Noise that swells and fades from place to place tells less of its variance than other noise."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray
from scipy import ndimage

from acceptance.metrics.noise import analyse
from acceptance.metrics.noise.alike import alike
from acceptance.metrics.noise.swelling import swelling_over_time

Array = NDArray[np.float64]
Codes = NDArray[np.uint8]

TALL, WIDE, FRAMES = 24, 40, 10


def reduced(share: float, sigma: float, films: int) -> Array:
    """Return frames of an even field whose noise non-local means reduce, by an own program."""
    random, frames = np.random.default_rng(3), []
    for _ in range(films * FRAMES):
        noisy: Codes = np.rint(100.3 + sigma * random.standard_normal((220, 400))).astype(np.uint8)
        clean = cv2.fastNlMeansDenoising(
            noisy, None, h=share * sigma, templateWindowSize=5, searchWindowSize=13
        )
        frames.append(np.asarray(clean, np.float64)[20:-20, 20:-20])
    return np.array(frames)


def fields(frames: Array) -> list[Array]:
    """Cut films of small fields, apart from each other, out of frames."""
    films, height, width = (len(frames) // FRAMES, *frames.shape[1:])
    return [
        frames[FRAMES * film : FRAMES * (film + 1), top : top + TALL, left : left + WIDE]
        for film in range(films)
        for top in range(0, height - TALL, TALL + 14)
        for left in range(0, width - WIDE, WIDE + 14)
    ]


@pytest.mark.parametrize(
    ("share", "sigma"),
    [(0.5, 2.0), *(pytest.param(0.5, s, marks=pytest.mark.slow) for s in (1, 3))],
)
def test_temporal_noise_that_non_local_means_reduce_a_little_is_inside_u(
    share: float, sigma: float
) -> None:
    """A sixth were outside: the squares of such noise are alike over twelve pixels."""
    frames = reduced(share, sigma, 3)
    true = math.sqrt(float(frames.var(axis=0, ddof=1).mean()) - 1 / 12)
    parts = [noise.temporal for noise in map(analyse, fields(frames)) if noise.temporal]
    off = [abs(part.sigma - true) for part in parts]
    doubts = [2 * math.hypot(*(line.contribution for line in part.budget())) for part in parts]
    assert len(parts) > 60
    assert sum(one <= doubt for one, doubt in zip(off, doubts, strict=True)) >= fewest(len(parts))


@pytest.mark.parametrize("blur", [0.0, 0.7])
def test_gaussian_noise_swells_nowhere(blur: float) -> None:
    for seed in range(12):
        random = np.random.default_rng(seed)
        noise = 3 * random.standard_normal((FRAMES, TALL, WIDE))
        codes = np.rint(90.3 + ndimage.gaussian_filter(noise, (0, blur, blur)))
        rest = codes - codes.mean(axis=(1, 2), keepdims=True)
        assert swelling_over_time(codes, alike(rest)) == 1

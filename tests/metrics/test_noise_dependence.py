"""Noise of frames that depend on each other: recursive noise reduction is no fixed pattern."""

from __future__ import annotations

import math

import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray

from acceptance.metrics.noise import Noise, Variance, analyse
from acceptance.metrics.noise.alike import alike
from acceptance.metrics.noise.analysis import surface

Array = NDArray[np.float64]

SIGMA, SIZE = 2.0, 48


def reduced(seed: int, frames: int, correlation: float, fixed: float) -> Noise:
    """Analyse codes of a camera whose every frame takes over a share of the one before."""
    random = np.random.default_rng(seed)
    fresh = random.standard_normal((frames + 60, SIZE, SIZE)) * SIGMA
    kept = [fresh[0]]
    for frame in fresh[1:]:
        kept.append(correlation * kept[-1] + math.sqrt(1 - correlation**2) * frame)
    pattern = fixed * random.standard_normal((SIZE, SIZE))
    return analyse(np.rint(120.3 + np.array(kept[-frames:]) + pattern))


def off(part: Variance | None, truth: float) -> float:
    """Return the error of a part's sigma over its U."""
    assert part is not None
    expanded = 2 * math.sqrt(sum(line.contribution**2 for line in part.budget()))
    return (part.sigma - truth) / expanded


@pytest.mark.parametrize("fixed", [0.0, 0.7])
@pytest.mark.parametrize("correlation", [0.0, 0.3, 0.6, 0.8])
def test_every_part_of_the_noise_is_within_its_u(correlation: float, fixed: float) -> None:
    """Ten films, each part."""
    found = [reduced(seed, 30, correlation, fixed) for seed in range(10)]
    for name, truth in (("temporal", SIGMA), ("fixed", fixed), ("pixel", fixed)):
        inside = sum(abs(off(getattr(noise, name), truth)) <= 1 for noise in found)
        assert inside >= fewest(10), name
    assert all(bool(noise.correlation) == bool(correlation) for noise in found)


def test_a_camera_without_fixed_pattern_has_none() -> None:
    """0.56 +- 0.01 was read for none, of frames that take over three fifths of the one before."""
    noise = reduced(1, 30, 0.6, 0.0)
    assert noise.fixed is not None
    assert noise.fixed.sigma < 0.25


def test_frames_that_depend_on_each_other_all_along_are_not_split() -> None:
    """Of frames less their mean the correlation is lower, by the closed form of such a series."""
    frames = 30
    apart = np.subtract.outer(np.arange(frames), np.arange(frames))
    centred = np.eye(frames) - 1 / frames
    left = centred @ (SIGMA**2 * 0.97 ** np.abs(apart) + np.eye(frames) / 12) @ centred
    expected = left.diagonal(1).mean() / left.diagonal().mean() + 1 / frames
    noise = reduced(1, frames, 0.97, 0.5)
    assert (noise.temporal, noise.fixed, noise.row, noise.pixel) == (None,) * 4
    assert noise.correlation == pytest.approx(expected, abs=3 / math.sqrt(frames * SIZE**2))
    assert noise.total.sigma == pytest.approx(math.hypot(SIGMA, 0.5), abs=0.1)


@pytest.mark.parametrize("frames", [3, 5, 8])
@pytest.mark.parametrize("fixed", [0.5, 2.0])
def test_few_frames_that_depend_on_each_other_are_not_split(frames: int, fixed: float) -> None:
    """Eight frames were: temporal noise a quarter too small, a pattern where there is none."""
    found = [reduced(seed, frames, 0.5, fixed) for seed in range(8)]
    assert all(noise.temporal is None and noise.fixed is None for noise in found)
    free = [reduced(seed, frames, 0.0, fixed) for seed in range(8)]
    assert all(noise.temporal is not None and not noise.correlation for noise in free)


def test_the_u_of_a_part_that_is_none_reaches_zero() -> None:
    """Sixty films without a pattern: 0 is inside U in all but a few."""
    found = [reduced(seed, 12, 0.0, 0.0).fixed for seed in range(60)]
    inside = sum(abs(off(part, 0.0)) <= 1 for part in found)
    assert inside >= fewest(60)


def smoothed(random: np.random.Generator, shape: tuple[int, ...], sigma: float) -> Array:
    """Return noise of sigma 1 in frames (..., h, w) smoothed by a Gaussian of ``sigma`` px."""
    kernel = np.exp(-(np.arange(-6, 7) ** 2) / (2 * sigma**2))
    kernel /= np.linalg.norm(kernel)
    noise = random.standard_normal((*shape[:-2], shape[-2] + 12, shape[-1] + 12))
    for axis in (-2, -1):
        noise = np.apply_along_axis(np.convolve, axis, noise, kernel, mode="valid")
    return noise


def test_pixels_alike_are_told_from_the_noise() -> None:
    """Of white noise one; of noise smoothed by s px 4 pi s^2."""
    random = np.random.default_rng(5)
    for sigma, area in ((0.0, 1.0), (0.8, 4 * math.pi * 0.8**2)):
        shape = (8, 48, 48)
        noise = smoothed(random, shape, sigma) if sigma else random.standard_normal(shape)
        rest = np.array([frame - surface(frame, 3) for frame in noise])
        assert alike(rest).pixels == pytest.approx(area, rel=0.15, abs=0.2)


@pytest.mark.parametrize("sigma", [0.5, 0.8])
def test_means_of_lines_take_as_much_of_noise_as_its_pixels_are_alike(sigma: float) -> None:
    """Fields of 45 px without any rows or columns of their own: both were found, pixels were less.

    By 2 % on average, smoothed by 0.3 to 0.8 px, at a U of 4.5 %.
    """
    random, found = np.random.default_rng(5), []
    for _ in range(30):
        pattern, noise = (smoothed(random, (n, 45, 45), sigma) for n in (1, 8))
        found.append(analyse(np.rint(100 + 3 * pattern + 2 * noise)))
    pixel, row, column = (
        np.mean([getattr(noise, name).value for noise in found])
        for name in ("pixel", "row", "column")
    )
    assert math.sqrt(pixel) == pytest.approx(3, rel=0.008)
    assert max(row, column) < 0.06


def test_a_surface_takes_no_noise_that_was_reduced_in_space() -> None:
    """Fields of 23 px, as colour has them in small pictures, smoothed by 0.8 px.

    A surface takes as much as of so many fewer pixels: 1.5 % of the total were missing at U of 5 %,
    and four of five lay within U. Frames are not held to depend on each other.
    """
    random, found = np.random.default_rng(3), []
    for _ in range(60):
        noise = 2 * smoothed(random, (8, 23, 23), 0.8) + 1.2 * smoothed(random, (1, 23, 23), 0.8)
        found.append(analyse(np.rint(120.3 + noise)))
    sigmas = [noise.total.sigma for noise in found]
    truth, error = math.hypot(2, 1.2), float(np.std(sigmas)) / math.sqrt(len(sigmas))
    assert float(np.mean(sigmas)) == pytest.approx(truth, abs=3 * error)
    assert float(np.mean(sigmas)) > truth - 0.02
    inside = sum(abs(off(noise.total, truth)) <= 1 for noise in found)
    assert inside >= fewest(60)
    assert not any(noise.correlation for noise in found)

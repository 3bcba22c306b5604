"""Noise of frames that depend on each other: recursive noise reduction is no fixed pattern."""

from __future__ import annotations

import math

import numpy as np
import pytest

from acceptance.metrics.noise import Noise, Variance, analyse

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
    """Ten films: 95 % of each part less three standard deviations of the binomial, or more."""
    found = [reduced(seed, 30, correlation, fixed) for seed in range(10)]
    for name, truth in (("temporal", SIGMA), ("fixed", fixed), ("pixel", fixed)):
        inside = sum(abs(off(getattr(noise, name), truth)) <= 1 for noise in found)
        assert inside >= 10 * 0.95 - 3 * math.sqrt(10 * 0.95 * 0.05), name
    assert all(bool(noise.correlation) == bool(correlation) for noise in found)


def test_a_camera_without_fixed_pattern_has_none() -> None:
    """0.56 +- 0.01 was read for none, of frames that take over three fifths of the one before."""
    noise = reduced(1, 30, 0.6, 0.0)
    assert noise.fixed is not None
    assert noise.fixed.sigma < 0.25


def test_frames_that_depend_on_each_other_all_along_are_not_split() -> None:
    noise = reduced(1, 30, 0.97, 0.5)
    assert (noise.temporal, noise.fixed, noise.row, noise.pixel) == (None,) * 4
    assert noise.correlation == pytest.approx(0.97, abs=0.2)
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
    assert inside >= 60 * 0.95 - 3 * math.sqrt(60 * 0.95 * 0.05)

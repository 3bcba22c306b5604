"""Waves, halos, fluttering rows and stretched codes are no noise of pixels each for itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray

from acceptance.footage.rounding import stretch
from acceptance.metrics.noise import Noise, Variance, analyse
from acceptance.metrics.noise.stretched import with_stretched

Array = NDArray[np.float64]

SIGMA, FIXED, SIZE, FRAMES = 1.2, 0.4, 48, 8


def field(seed: int, *, fixed: float = FIXED, alike: float = 0.0) -> Array:
    """Draw frames (8, 48, 48) of noise and a fixed pattern; neighbours of pixels may be alike."""
    random = np.random.default_rng(seed)
    codes = 90.3 + SIGMA * random.standard_normal((FRAMES, SIZE, SIZE))
    codes += fixed * random.standard_normal((SIZE, SIZE))
    return np.asarray(codes + alike * (np.roll(codes, 1, 1) + np.roll(codes, 1, 2)))


def expanded(part: Variance | None) -> float:
    """Return U of a part's sigma, k = 2."""
    assert part is not None
    return 2 * math.hypot(*(line.contribution for line in part.budget()))


def waves() -> Array:
    """Return what a crumpled print does: waves of 26 px, 1.5 codes high."""
    down, across = np.indices((SIZE, SIZE))
    return np.asarray(1.5 * np.sin(2 * math.pi * (across + 0.4 * down) / 26))


def halo() -> Array:
    """Return what a wide sharpening filter leaves along the border."""
    down = np.indices((SIZE, SIZE))[0]
    return np.asarray(-2.5 * np.exp(-down / 1.5))


@pytest.mark.parametrize("made", [waves, halo])
def test_what_is_coarser_than_noise_is_seen_and_in_the_doubt_of_the_parts_that_hold_it(
    made: object,
) -> None:
    added = made()  # type: ignore[operator]
    found = [analyse(np.rint(field(seed) + added)) for seed in range(10)]
    assert all(noise.coarse > 0 for noise in found)
    for name, truth in (("total", math.hypot(SIGMA, FIXED)), ("fixed", FIXED)):
        parts = [getattr(noise, name) for noise in found]
        assert sum(abs(part.sigma - truth) <= expanded(part) for part in parts) >= fewest(10)
    assert sum(abs(noise.temporal.sigma - SIGMA) <= expanded(noise.temporal) for noise in found
               if noise.temporal) >= fewest(10)  # fmt: skip


@pytest.mark.parametrize("alike", [0.0, 0.5])
@pytest.mark.parametrize("fixed", [0.0, 0.4, 2.0])
def test_noise_whose_neighbours_are_alike_is_not_coarse(fixed: float, alike: float) -> None:
    """Demosaicing and noise reduction make neighbours alike, not pixels three rows away."""
    found = [analyse(np.rint(field(seed, fixed=fixed, alike=alike))).coarse for seed in range(12)]
    assert sum(coarse > 0 for coarse in found) <= 1


def test_rows_and_columns_of_a_sensor_are_not_coarse() -> None:
    for seed in range(8):
        random = np.random.default_rng(100 + seed)
        lines = random.standard_normal((SIZE, 1)) + random.standard_normal((1, SIZE))
        assert analyse(np.rint(field(seed) + lines)).coarse == 0


def test_rows_that_flutter_count_as_so_many_values_as_there_are_rows() -> None:
    """0.8 % of the mean: temporal noise was 2.7 U low, since pixels of a row count as one."""
    flutter, inside = 2.0, 0
    for seed in range(12):
        rows = flutter * np.random.default_rng(200 + seed).standard_normal((FRAMES, SIZE, 1))
        part = analyse(np.rint(field(seed)[:, :, :30] + rows)).temporal
        assert part is not None
        inside += abs(part.sigma - math.hypot(SIGMA, flutter)) <= expanded(part)
    assert inside >= fewest(12)


def stretched(seed: int, level: float) -> tuple[Noise, float]:
    """Return the noise of codes stretched after they were rounded, and the truth."""
    random = np.random.default_rng(seed)
    rounded = np.rint(level + random.standard_normal((FRAMES, SIZE, SIZE)))
    codes = np.rint((rounded - 16) * 255 / 219).astype(int)
    return with_stretched(analyse(codes), codes, 255 / 219), 255 / 219


def test_noise_of_stretched_codes_holds_what_the_camera_had() -> None:
    """A sixth of the codes is missing: where one is, noise reads larger, elsewhere smaller."""
    found = [stretched(seed, 60 + 1.7 * seed) for seed in range(12)]
    assert sum(abs(n.total.sigma - truth) <= expanded(n.total) for n, truth in found) >= fewest(12)
    assert max(abs(n.total.sigma / truth - 1) for n, truth in found) > 0.08


def test_codes_that_were_stretched_miss_some_and_others_do_not() -> None:
    ramp = np.rint(np.linspace(20, 230, 40_000)).astype(int)
    assert stretch([ramp]) == 1
    assert stretch([np.rint((ramp - 16) * 255 / 219).astype(int)]) == pytest.approx(
        255 / 219, rel=0.02
    )
    assert stretch([]) == 1

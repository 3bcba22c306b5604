"""Waves, halos and fluttering rows are no noise of pixels each for itself."""

from __future__ import annotations

import math

import numpy as np
import pytest
from intervals import fewest
from numpy.typing import NDArray

from acceptance.metrics.noise import Variance, analyse
from acceptance.metrics.noise.coarse import coarse
from acceptance.metrics.noise.weighting import unified_weighting

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


def shadow(seed: int, light: float = 0.97) -> Array:
    """Return the light (8, 48, 48) as a shadow's edge goes over a field, upright or aslant."""
    down, across = np.indices((SIZE, SIZE))
    reached = np.arange(FRAMES)[:, None, None] * SIZE / FRAMES
    return np.where(across + (seed % 3) / 2 * down < reached, light, 1.0)


def test_a_shadow_that_moves_is_in_the_doubt_of_temporal_noise_and_total() -> None:
    """Temporal noise was 5 U high: a sixth more than it is, of a shadow of 3 %.

    Frames in which one goes aslant seem to depend on each other: they are not split.
    """
    found = [analyse(np.rint(field(seed) * shadow(seed))) for seed in range(12)]
    split = [noise.temporal for noise in found if noise.temporal is not None]
    assert len(split) >= 4
    for parts, true in ((split, SIGMA), ([noise.total for noise in found], math.hypot(SIGMA, 0.4))):
        inside = sum(abs(part.sigma - true) <= expanded(part) for part in parts)
        assert inside >= fewest(len(parts))


@pytest.mark.parametrize("kept", [0.0, 0.7])
def test_noise_that_flutters_or_goes_on_from_frame_to_frame_does_not_move(kept: float) -> None:
    """Rows and pixels each for itself, mixed with those of the frame before."""
    for seed in range(8):
        random = np.random.default_rng(300 + seed)
        codes = SIGMA * random.standard_normal((24, SIZE, SIZE))
        codes += 0.5 * random.standard_normal((24, SIZE, 1))
        for at in range(1, 24):
            codes[at] += kept * codes[at - 1]
        assert analyse(np.rint(90.3 + codes)).coarse == 0


def slope(high: float, size: int = 100) -> Array:
    """Return light that falls over a field by so many codes."""
    down, across = np.indices((size, size))
    return np.asarray((0.55 * across + 0.45 * down) / size * high)


@pytest.mark.parametrize("frames", [1, 10])
@pytest.mark.parametrize("noise", [0.05, 0.2])
def test_stripes_that_rounding_leaves_of_a_slope_are_no_structure(
    noise: float, frames: int
) -> None:
    """What they change is in the doubt of quantisation already; dark fields were refused."""
    for seed in range(4):
        random = np.random.default_rng(seed)
        codes = 20 + slope(2.0) + noise * random.standard_normal((frames, 100, 100))
        assert analyse(np.rint(codes)).coarse == 0


def test_structure_that_a_coder_leaves_counts_from_two_thousandths_of_its_square_step_on() -> None:
    codes = np.rint(field(3) + waves() / 2)
    seen = coarse(codes).pixels
    assert coarse(codes, step=math.sqrt(seen / 0.0022)).pixels == seen > 0
    assert coarse(codes, step=math.sqrt(seen / 0.0018)).pixels == 0


@pytest.mark.parametrize(("height", "width"), [(12, 12), (16, 16), (20, 40)])
def test_border_lines_of_small_fields_are_not_coarse_by_chance(height: int, width: int) -> None:
    """Six inner lines tell little of how lines scatter: a fifth of such stills had a halo."""
    random = np.random.default_rng(height)
    shape, stills = (1, height, width), 150
    found = [analyse(90 + SIGMA * random.standard_normal(shape)).coarse for _ in range(stills)]
    assert sum(seen > 0 for seen in found) <= 2


def fluttering(seed: int, axis: int, frames: int, *, dependent: float = 0.0) -> Array:
    """Draw noise of 1.5 with rows (axis 1) or columns (2) that flutter by 1 from frame to frame."""
    random = np.random.default_rng(seed)
    noise = random.standard_normal((frames, SIZE, SIZE))
    for at in range(1, frames):
        noise[at] = math.sqrt(1 - dependent**2) * noise[at] + dependent * noise[at - 1]
    shape = (frames, SIZE, 1) if axis == 1 else (frames, 1, SIZE)
    return np.asarray(np.rint(120.3 + 1.5 * noise + random.standard_normal(shape)))


@pytest.mark.parametrize("frames", [2, 8])
@pytest.mark.parametrize(("axis", "name"), [(1, "row"), (2, "column")])
def test_rows_and_columns_that_flutter_are_no_fixed_ones(axis: int, name: str, frames: int) -> None:
    found = [analyse(fluttering(seed, axis, frames)) for seed in range(12)]
    for part in (name, "pixel", "fixed"):
        parts = [getattr(noise, part) for noise in found]
        assert sum(each.sigma <= expanded(each) for each in parts) >= fewest(12)


def test_temporal_noise_of_frames_that_depend_holds_rows_that_flutter() -> None:
    found = [analyse(fluttering(seed, 1, 27, dependent=0.6)) for seed in range(10)]
    assert all(noise.correlation for noise in found)
    parts = [noise.temporal for noise in found if noise.temporal]
    truth = math.hypot(1.5, 1)
    assert len(parts) >= 8
    assert sum(abs(part.sigma - truth) <= expanded(part) for part in parts) >= fewest(len(parts))
    assert all(noise.row.sigma <= expanded(noise.row) for noise in found if noise.row)


def test_weighted_noise_holds_columns_that_flutter() -> None:
    """The mean of a frame takes all of their slow part, which a weighting passes."""
    weighting = unified_weighting(SIZE, 1 / 480)
    parts = [analyse(fluttering(s, 2, 8), weighting=weighting).weighted for s in range(12)]
    truth = math.sqrt((1.5**2 + 1) * weighting.power)
    inside = [abs(part.sigma - truth) <= expanded(part) for part in parts if part]
    assert sum(inside) >= fewest(12)

"""Colours that blur into each other: what a patch's inmost quarter has less of than its half."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter

from acceptance.metrics.colour import patches

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

VIDEO = SimpleNamespace(depth=8, codec="ffv1", steps=None, coded_before=None, scaling=None)
VIEW: Any = SimpleNamespace(quantiser=None)
SEEN: Any = SimpleNamespace(video=VIDEO)


def smeared(plane: Array, apart: float = 1.0) -> float:
    codes = np.rint(plane / apart) * apart
    return patches._smeared(SEEN, VIEW, codes.astype(np.uint8), apart)


def correlated(seed: int, side: int, reach: float) -> Array:
    """Return noise of 2 codes (6, side, side) whose neighbours are alike over ``reach`` px."""
    white = np.random.default_rng(seed).standard_normal((6, side, side))
    noise = gaussian_filter(white, (0, reach, reach))
    return np.asarray(120 + 2 * noise / noise.std())


def blurred(seed: int, noise: float, side: int = 40) -> Array:
    """Return a patch of 150 codes amid 128, blurred by a quarter of its width, with noise."""
    around = np.full((side, side), 150.0)
    around = np.pad(around, side, constant_values=128.0)
    plain = gaussian_filter(around, side / 4)[side:-side, side:-side]
    random = np.random.default_rng(seed)
    return np.asarray(plain + noise * random.standard_normal((6, side, side)))


@pytest.mark.parametrize("reach", [0.0, 1.0, 2.0, 4.0])
@pytest.mark.parametrize("side", [16, 40])
def test_noise_whose_neighbours_are_alike_smears_hardly_a_patch(side: int, reach: float) -> None:
    """Fewer than a third of the patches: such planes do not count."""
    found = [smeared(correlated(seed, side, reach)) != 0 for seed in range(30)]
    assert sum(found) < 10


@pytest.mark.parametrize("noise", [0.0, 0.5, 2.0])
def test_blur_from_beside_a_patch_is_told_through_noise(noise: float) -> None:
    """The mean of the inmost quarter is 1.3 codes nearer to the patch's own colour."""
    assert smeared(blurred(1, noise)) == pytest.approx(smeared(blurred(2, 0.0)), abs=0.3)
    assert smeared(blurred(1, noise)) > 1


def test_what_does_not_grow_towards_the_borders_is_no_smear() -> None:
    bump = 150 + 0 * blurred(1, 0.0)
    y, x = np.indices(bump.shape[1:]) - 19.5
    assert smeared(bump + 6 * np.exp(-(x**2 + y**2) / 50)) > 0
    rim = np.maximum(abs(x), abs(y)) > 10
    assert smeared(bump + 6 * np.exp(-(x**2 + y**2) / 50) + 6 * rim) == 0


def test_codes_that_lie_apart_hide_a_smear() -> None:
    assert smeared(blurred(1, 0.0), 8.0) == 0


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("shape", [(8, 8), (3, 16), (16, 3), (8, 1), (1, 8), (2, 2)])
def test_narrow_planes_tell_of_no_smear(shape: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    assert smeared(random.normal(120, 2, (2, *shape))) == 0

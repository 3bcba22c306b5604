"""What lies on an edge, by residuals of known size: in a band, coarse, or in patches."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.errors import GapError
from acceptance.metrics.resolution import covered

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def checked(rows: int, columns: int, side: int) -> Array:
    """Draw a board of 1 and -1, of squares of ``side`` px."""
    down, across = (np.arange(size) // side for size in (rows, columns))
    return np.asarray(1.0 - 2 * (np.add.outer(down, across) % 2))


def answered(residual: Array, step: float) -> float:
    """Return the share for which an edge is refused; 0 where it is not."""
    try:
        covered.refuse_covered(residual, np.zeros(residual.shape), step)
    except GapError as gap:
        return float(gap.parameters["share"]) if gap.code == "edge_covered" else math.nan
    return 0.0


@pytest.mark.parametrize("step", [1.0, 2.0])
@pytest.mark.parametrize(
    ("coarse", "fine", "refused"),
    [(0.0151, 0.0, True), (0.0149, 0.0, False), (0.05, 0.049, True), (0.05, 0.051, False)],
)
def test_shadows_are_what_is_coarser_than_eight_px_and_than_noise(
    coarse: float, fine: float, step: float, *, refused: bool
) -> None:
    """From 1.5 % of the step on, if that is more than half of what the profile leaves."""
    residual = coarse * step * checked(32, 32, 8) + fine * step * checked(32, 32, 1)
    assert answered(residual, step) == pytest.approx(coarse if refused else 0)


def test_of_an_edge_of_few_rows_patches_of_four_px_are_coarse() -> None:
    with pytest.raises(GapError) as refused:
        covered._refuse_shadows(0.03 * checked(4, 32, 4), 1.0)
    assert refused.value.parameters["share"] == pytest.approx(0.03)
    covered._refuse_shadows(0.03 * checked(8, 32, 4), 1.0)


def test_light_that_falls_off_as_a_plane_is_taken_out_in_proportion_to_the_light() -> None:
    """What is added to both sides alike is not; nor is anything finer."""
    fitted = np.where(np.arange(24) < 12, 0.2, 0.8) * np.ones((16, 1))
    down, across = np.linspace(-1, 1, 16)[:, None], np.linspace(-1, 1, 24)
    fine = 0.01 * checked(16, 24, 1)
    lit = fitted * (0.03 * down - 0.05 * across)
    assert covered._evenly_lit(lit, fitted) == pytest.approx(np.zeros((16, 24)), abs=1e-12)
    assert covered._evenly_lit(lit + fine, fitted) == pytest.approx(fine, abs=1e-3)
    added = 0.03 * down * np.ones((1, 24))
    left = covered._evenly_lit(added, fitted)
    # of c and d on both sides, d in proportion to (0.2, 0.8), 1 - (0.2 + 0.8)^2 / 2 (0.2^2 + 0.8^2)
    assert np.sum(left**2) / np.sum(added**2) == pytest.approx(1 - 1 / (2 * 0.68), rel=1e-6)


def banded(rows: int, patches: dict[int, float], fine: float = 0.1) -> Array:
    """Draw a residual of bands whose patches are so high, with alternating signs, in fine noise."""
    height = np.array([patches.get(row, 0.0) for row in range(rows)])
    signs = 1.0 - 2 * (np.arange(8) % 2)
    return np.kron(np.outer(height, signs), np.ones((4, 4))) + fine * checked(4 * rows, 32, 1)


@pytest.mark.parametrize("step", [1.0, 1.3])
@pytest.mark.parametrize(("height", "refused"), [(0.091, True), (0.089, False)])
def test_patches_of_a_band_may_scatter_by_a_little_of_the_step(
    height: float, step: float, *, refused: bool
) -> None:
    """By 9 % of it, where noise makes nothing of them."""
    found = answered(banded(8, {3: height * step}), step)
    assert found == pytest.approx(height if refused else 0)


@pytest.mark.parametrize(("height", "refused"), [(0.1290, True), (0.1266, False)])
def test_patches_may_scatter_by_noise_besides(height: float, *, refused: bool) -> None:
    """Of 0.05 between two rows of patches, 3 (0.05 / 0.954)^2 besides 0.09^2 are 0.1278^2."""
    rows = dict.fromkeys([2, 3, 6, 7, 10, 11, 14, 15], 0.05) | {7: height}
    found = answered(banded(16, rows), 1.0)
    assert found == pytest.approx(height if refused else 0)


def test_noise_of_patches_is_by_columns_from_rows_that_are_two_apart() -> None:
    """A patch that is covered changes two of many differences."""
    size = np.array([0.1, 0.2, 0.4])
    patches = np.outer([0, 0, 1, 1, 0, 0, 1, 1, 0, 0, 1], size)
    patches[3] = 9.0
    assert covered._noise_of(patches) == pytest.approx(np.mean((size / 0.954) ** 2))


def test_a_band_of_few_rows_is_refused_by_its_scatter_over_the_step() -> None:
    residual = 0.01 * checked(16, 12, 1)
    residual[4:8] *= 6
    assert answered(residual, 0.5) == pytest.approx(0.06 / 0.5)
    assert math.isclose(answered(residual, 2.0), 0.0)

"""The line of an edge: windows, thresholds and reach on profiles that are known in closed form."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.polynomial import legendre
from numpy.typing import NDArray
from scipy.special import ndtr

from acceptance.errors import GapError
from acceptance.metrics.resolution import edge_line, profile

Array = NDArray[np.float64]


def drawn(sigma: float = 1.0, dark: float = 0.2, light: float = 0.8, bend: float = 0.0) -> Array:
    """Draw a Gaussian edge around column 16, leaning by a tenth and bent over 40 rows."""
    y = np.linspace(-1, 1, 40)
    place = 16 + 1.95 * y + bend * (3 * y**2 - 1) / 2
    offset = (np.arange(33) - place[:, None]) / math.hypot(1, 0.1)
    return np.asarray(dark + (light - dark) * ndtr(offset / sigma))


@pytest.mark.parametrize(("dark", "light"), [(0.002, 0.008), (20, 80), (10.2, 10.8), (-0.3, 0.3)])
def test_neither_the_unit_nor_a_pedestal_of_the_light_moves_an_edge(
    dark: float, light: float
) -> None:
    found = edge_line.locate(drawn(dark=dark, light=light), "accurate", 1)
    same = edge_line.locate(drawn(), "accurate", 1)
    assert found.coefficients == pytest.approx(same.coefficients, abs=1e-6)
    assert found.sigma == pytest.approx(same.sigma, rel=1e-6)
    assert found.reach == same.reach


@pytest.mark.parametrize("place", [0.0, 0.5])
def test_a_line_spread_reaches_to_half_a_percent_of_its_peak_on_both_sides(
    place: float,
) -> None:
    """Sigma 1.75 px along the row falls to half a percent at 5.7 px: bin 5 is in, bin 6 is not.

    However the edge lies between the columns.
    """
    sigma = math.sqrt(1.75**2 - 1 / 12) / math.hypot(1, 0.1)
    y = np.linspace(-1, 1, 40)
    offset = (np.arange(33) - (16 + place + 1.95 * y)[:, None]) / math.hypot(1, 0.1)
    found = edge_line.locate(0.2 + 0.6 * ndtr(offset / sigma), "accurate", 1)
    assert found.sigma == pytest.approx(1.75, rel=0.01)
    assert found.reach == 5.5


def test_in_iso_mode_the_spread_is_that_along_a_straight_line() -> None:
    bent = drawn(bend=0.8)
    assert edge_line.locate(bent, "iso12233", None).sigma == pytest.approx(
        edge_line.locate(bent, "accurate", 1).sigma, rel=1e-9
    )
    assert edge_line.locate(bent, "accurate", 2).sigma < 0.98 * (
        edge_line.locate(bent, "iso12233", None).sigma
    )


def test_the_wide_window_is_that_of_tukey_with_a_floor_about_the_middle_and_then_the_line() -> None:
    """Two spikes in each row: their mean by the windows' weights, worked out twice."""
    slope = np.zeros((24, 32))
    slope[:, 8], slope[:, 22] = 1.0, 0.5

    def mean(place: float) -> float:
        half = max(place, 32 - place)
        first, second = (
            amount * (0.05 + 0.95 * math.cos(math.pi / 2 * (at - place) / half) ** 2)
            for at, amount in ((8.5, 1.0), (22.5, 0.5))
        )
        return (8.5 * first + 22.5 * second) / (first + second)

    found = edge_line._follow_wide(slope, np.linspace(-1, 1, 24), 3)
    assert found == pytest.approx([mean(mean(16.0)), 0, 0, 0], abs=1e-9)


def test_a_row_without_gradient_counts_as_a_tenth_of_the_median_row() -> None:
    sums = np.array([2.0, 2.0, 3.0, 2.0, 0.1, -5.0, 0.3])
    assert edge_line._positive(sums) == pytest.approx([2, 2, 3, 2, 0.2, 0.2, 0.3])
    assert np.all(edge_line._positive(np.array([-1.0, -2.0, -3.0])) > 0)


def test_levels_are_parted_midway_between_the_fifth_and_the_ninety_fifth_percentile() -> None:
    """By sorting: of 2001 values the percentiles are the values themselves."""
    values = np.sort(np.random.default_rng(5).exponential(size=2001))
    middle = (values[100] + values[1900]) / 2
    image = np.random.default_rng(6).permutation(values).reshape(69, 29)
    below = values[values < middle]
    expected = (below[below.size // 2 - 1 : below.size // 2 + 1].mean() if below.size % 2 == 0
                else below[below.size // 2])  # fmt: skip
    dark, light = edge_line._levels(image)
    assert dark == pytest.approx(expected)
    assert light == pytest.approx(float(np.median(values[values >= middle])))


def test_what_has_no_levels_or_no_step_is_no_edge_and_explains_nothing() -> None:
    """A flat picture; rows that cross 4 % of the step within the window, but not those of 7 %."""
    with pytest.raises(GapError) as flat:
        edge_line._levels(np.ones((5, 5)))
    slope = np.zeros((20, 30))
    slope[:, 15] = 0.07
    centroid, _ = edge_line._centroids(slope, np.full(20, 15.5), 2.0)
    assert centroid == pytest.approx(np.zeros(20))
    with pytest.raises(GapError) as faint:
        edge_line._centroids(slope * 4 / 7, np.full(20, 15.5), 2.0)
    for refused in (flat, faint):
        assert (refused.value.code, refused.value.parameters) == ("no_edge", {"explained": 0.0})


@pytest.mark.parametrize(
    ("dark", "light", "contrast"), [(0.1, 0.3, 0.5), (2.0, 6.0, 0.5), (-1.0, 0.5, math.inf)]
)
def test_contrast_is_a_share_of_the_sum(dark: float, light: float, contrast: float) -> None:
    line = edge_line.EdgeLine(
        coefficients=np.zeros(2), sigma=1.0, reach=3.0, dark=dark, light=light
    )
    assert line.contrast == pytest.approx(contrast)


@pytest.mark.parametrize("off", [0.0, 0.7, -1.2])
def test_a_gaussian_under_a_gaussian_window_has_mean_and_variance_of_the_product(
    off: float,
) -> None:
    """Variances 2.25 and 9: the mean moves by 9 / 11.25, the variance is 2.25 x 9 / 11.25."""
    x = np.arange(48) + 0.5
    row = np.exp(-0.5 * ((x - 24 - off) / 1.5) ** 2) / 1.5 / math.sqrt(2 * math.pi)
    centroid, variance = edge_line._centroids(np.tile(row, (20, 1)), np.full(20, 24.0), 3.0)
    assert centroid == pytest.approx(np.full(20, off * 9 / 11.25), abs=1e-4)
    assert variance == pytest.approx(2.25 * 9 / 11.25, rel=1e-3)


@pytest.mark.parametrize(("column", "place"), [(0, 1.5), (29, 28.5)])
def test_a_line_near_the_border_is_followed_up_to_the_outermost_column(
    column: int, place: float
) -> None:
    """Half of the step there, half a column further in; the window halves none of it much."""
    slope = np.zeros((20, 30))
    inward = 1 if column == 0 else -1
    slope[:, column], slope[:, column + inward] = 0.5, 0.5
    centroid, _ = edge_line._centroids(slope, np.full(20, place), 2.0)
    weights = np.array([math.exp(-1 / 8), 1.0])
    assert centroid == pytest.approx(np.full(20, -inward * weights[0] / weights.sum()))


@pytest.mark.parametrize("half_width", [1.5, 6.0])
def test_the_window_follows_the_spread_that_it_finds(half_width: float) -> None:
    """One and a half times its sigma, at least 2 px; on a spread that is even and ends sharply.

    Under it the sigma is that of a Gaussian with the same variance in the window, once both agree.
    """
    x = np.arange(48) + 0.5 - 24
    row = np.clip(half_width + 0.5 - np.abs(x), 0, 1) / (2 * half_width)
    squared = 1.0
    for _ in range(60):
        window = max(1.5 * math.sqrt(squared), 2.0)
        weight = row * np.exp(-0.5 * (x / window) ** 2)
        seen = float(weight @ x**2 / weight.sum())
        squared = 1 / (1 / seen - 1 / window**2)
    start = np.array([24.0, 0.0])
    line, sigma = edge_line._follow(np.tile(row, (20, 1)), np.linspace(-1, 1, 20), start, 1)
    assert line == pytest.approx([24, 0], abs=1e-9)
    assert sigma == pytest.approx(math.sqrt(squared), rel=1e-3)


@pytest.mark.parametrize(("bend", "order"), [(0.018, 1), (0.023, 2)])
def test_a_bend_is_judged_at_its_full_size_and_not_as_the_window_shrinks_it(
    bend: float, order: int
) -> None:
    """Beyond two hundredths of a pixel."""
    found = edge_line.locate(drawn(bend=bend), "accurate", None)
    assert found.coefficients.size == order + 1


@pytest.mark.parametrize("rest", ["alternating", "of fourth order"])
@pytest.mark.parametrize(("times", "degree"), [(3.97, 1), (4.03, 2)])
def test_a_bend_over_twenty_rows_stands_out_by_four_errors_of_sixteen_degrees_of_freedom(
    rest: str, times: float, degree: int
) -> None:
    y = np.linspace(-1, 1, 20)
    plain = (-1.0) ** np.arange(20) if rest == "alternating" else legendre.legval(y, [0] * 4 + [1])
    basis, _ = np.linalg.qr(np.vander(y, 4))
    residual = plain - basis @ (basis.T @ plain)
    error = math.sqrt(float(residual @ residual) / 16) * math.sqrt(5 / 20)
    term = times * error
    assert term > 0.02
    assert edge_line._curved(y, legendre.legval(y, [0, 1, term]) + residual) == degree


OFFSET = np.tile(np.arange(-16.0, 17.0), (42, 1))


@pytest.mark.parametrize(("share", "reach"), [(0.007, 6.5), (0.004, 2.4)])
@pytest.mark.parametrize("peak", [0.1, 1.0])
def test_a_tail_counts_from_half_a_percent_of_the_peak(
    share: float, reach: float, peak: float
) -> None:
    slope = np.where(OFFSET == 0, peak, 0.0) + np.where(OFFSET == 6, share * peak, 0.0)
    assert np.std(slope[np.abs(OFFSET) > 2.4]) * 5 < share * peak * math.sqrt(42)
    assert edge_line._reach(slope, OFFSET, 0.5) == pytest.approx(reach)


@pytest.mark.parametrize(("times", "reach"), [(4.8, 2.4), (5.2, 6.5)])
def test_a_tail_stands_out_of_the_noise_by_five_standard_errors(times: float, reach: float) -> None:
    """Noise that turns round from row to row has no mean; the tail itself is part of it."""
    noise = 0.05 * (-1.0) ** np.arange(42)[:, None] * (np.abs(OFFSET) > 2.4)
    tail = times * 0.05 / math.sqrt(42)
    tail *= math.sqrt(1 / (1 - times**2 / 42 / 28 * (1 - 1 / 28)))
    slope = np.where(OFFSET == 0, 1.0, 0.0) + np.where(OFFSET == 6, tail, 0.0) + noise
    outside = slope[np.abs(OFFSET) > 2.4]
    assert tail * math.sqrt(42) / outside.std() == pytest.approx(times, rel=0.01)
    assert edge_line._reach(slope, OFFSET, 0.5) == pytest.approx(reach)


@pytest.mark.parametrize("side", [-1, 1])
def test_a_tail_on_one_side_alone_is_taken_in_up_to_twelve_pixels(side: int) -> None:
    """From 12 to 16 px; what lies beyond 13 counts with it."""
    slope = np.where(OFFSET == 0, 1.0, 0.0) + np.where(side * OFFSET >= 12, 0.1, 0.0)
    assert edge_line._reach(slope, OFFSET, 1.0) == 12


@pytest.mark.parametrize(("rows", "reach"), [(14, 3.0), (15, 6.5)])
def test_a_distance_counts_that_more_than_a_third_of_the_rows_show(rows: int, reach: float) -> None:
    """Of 42 rows."""
    offset = OFFSET.copy()
    offset[rows:, 22] = 0.0
    slope = np.where(offset == 0, 1.0, 0.0) + np.where(offset == 6, 0.5, 0.0)
    assert edge_line._reach(slope, offset, 1.0) == pytest.approx(reach)


def test_without_a_pixel_beyond_three_sigma_there_is_no_noise_to_stand_out_of() -> None:
    """A region of 8.55 px on each side of a wide edge: distance 9 shows a tenth of the peak."""
    offset = np.tile(np.linspace(-8.55, 8.55, 19), (42, 1))
    slope = np.where(np.abs(offset) < 0.3, 1.0, 0.1)
    assert edge_line._reach(slope, offset, 8.6 / 3) == pytest.approx(9.5)


DISTANCE = np.add.outer(np.linspace(-0.4, 0.4, 24), np.arange(-8.0, 9.0))


def test_coefficients_lie_a_third_of_a_pixel_apart_and_a_knot_beyond_the_pixels() -> None:
    """Pixels from -8.4 to 8.4 px: knots from -26 to 26 thirds, and one coefficient more."""
    fit = profile.profile(DISTANCE, DISTANCE, 6.0, stiffness=0.0)
    assert fit.position == pytest.approx(np.arange(-27, 28) / 3)
    assert fit.aperture == 0


def test_the_profile_is_smoothed_beyond_its_reach_and_nowhere_else() -> None:
    """Noise of 0.01 on an edge of sigma 0.7, reach 3: almost straight beyond 5 px."""
    noise = 0.01 * np.random.default_rng(7).standard_normal(DISTANCE.shape)
    image = 0.2 + 0.6 * ndtr(DISTANCE / 0.7) + noise
    free, stiff = (profile.profile(image, DISTANCE, 3.0, stiffness=much) for much in (0.0, 300.0))
    near, far = np.abs(free.position) < 2.5, np.abs(free.position[1:-1]) > 5
    assert stiff.coefficients[near] == pytest.approx(free.coefficients[near], abs=2e-3)
    bends = [np.abs(np.diff(fit.coefficients, 2))[far].max() for fit in (free, stiff)]
    assert bends[1] < bends[0] / 50


def test_chosen_values_scatter_about_their_own_mean() -> None:
    values, chosen = np.array([1.0, 2.0, 3.0, 99.0]), np.array([True, True, True, False])
    assert edge_line._scatter(values, chosen) == pytest.approx(math.sqrt(2 / 3))

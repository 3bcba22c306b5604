"""The estimators behind the noise: unbiased to the last digit, uncertainties by their closed forms.

What a quadratic estimator expects of white noise of variance 1 is its sum over unit impulses, one
at each pixel: exact, without drawing a number.
"""

from __future__ import annotations

import math
from statistics import NormalDist
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest

from acceptance.errors import GapError
from acceptance.metrics.noise import analysis, field, lines
from acceptance.metrics.noise.alike import ALONE, Alike
from acceptance.metrics.noise.analysis import Variance
from acceptance.metrics.noise.dependence import Apart
from acceptance.metrics.noise.weighting import unified_weighting
from acceptance.metrics.noise.whole_codes import harmonic

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

SHAPE = (12, 15)
WEIGHTING = unified_weighting(24, 1 / 100)


def impulses(*shape: int) -> Iterator[Array]:
    """Yield an array with a single 1 at each place in turn."""
    for place in np.ndindex(*shape):
        impulse = np.zeros(shape)
        impulse[place] = 1.0
        yield impulse


def expected(estimate: Callable[[Array], float | Array], *shape: int) -> float:
    """Return what a quadratic estimate expects of white noise of variance 1."""
    return float(sum(np.mean(estimate(impulse)) for impulse in impulses(*shape)))


def legendre(count: int, degree: int) -> Array:
    """Return the orthonormal polynomial of a degree on ``count`` points."""
    basis = np.polynomial.legendre.legvander(np.linspace(-1, 1, count), degree)
    return np.asarray(np.linalg.qr(basis)[0][:, degree])


def variance(value: float, sampling: float = 0.0, degrees: float = 10) -> Variance:
    """Make a variance."""
    return Variance(value=value, sampling=sampling, degrees_of_freedom=degrees)


@pytest.mark.parametrize("order", analysis.ORDERS)
def test_the_residual_of_a_surface_keeps_the_variance_of_white_noise(order: int) -> None:
    """The terms of the surface are counted: 6 of second order, 10 of third."""
    found = expected(
        lambda frame: analysis._squared_residuals(frame)[analysis.ORDERS.index(order)], *SHAPE
    )
    assert found == pytest.approx(1)


def test_the_weighted_residual_keeps_the_share_that_the_network_passes() -> None:
    """Approximately: the network takes a little out of the surface's own terms."""
    found = expected(lambda frame: analysis._squared_residuals(frame, WEIGHTING)[0], 12, 24)
    assert found == pytest.approx(WEIGHTING.power, rel=0.01)


@pytest.mark.parametrize("weighting", [None, WEIGHTING])
def test_the_variance_over_time_is_that_of_white_noise_although_frame_means_are_taken_out(
    weighting: analysis.Weighting | None,
) -> None:
    """Three frames; with weighting the share that passes."""
    shape = (3, 2, 24)
    found = expected(lambda codes: analysis.temporal_variance(codes, weighting), *shape)
    assert found == pytest.approx(weighting.power if weighting else 1)


def test_what_is_left_without_row_and_column_means_has_the_variance_of_white_noise() -> None:
    assert expected(lines.without_lines, *SHAPE) == pytest.approx(1)


def test_row_and_column_means_take_out_lines_and_level() -> None:
    """Rows, columns and any mean level leave nothing of themselves."""
    rows, columns = np.arange(4.0)[:, None] ** 2, np.arange(5.0) ** 3
    assert lines.without_lines(rows + columns + 7) == pytest.approx(np.zeros((4, 5)))


@pytest.mark.parametrize("axis", [0, 1])
def test_white_noise_has_no_rows_and_no_columns(axis: int) -> None:
    """Their means scatter by 1 / pixels of a line, which is taken off."""
    seen = expected(lambda frame: lines.of_lines(frame, axis, 0.0).value, *SHAPE)
    assert seen == pytest.approx(1 / SHAPE[axis])
    assert lines.of_lines(np.zeros(SHAPE), axis, 1.0).value == pytest.approx(-1 / SHAPE[axis])


def smoothed(frame: Array) -> Array:
    """Smooth a frame (h, w) by 1 2 1 each way, so that it is two less each way."""
    for _ in range(2):
        frame = (frame[:-2] + 2 * frame[1:-1] + frame[2:]).T / 4
    return frame


@pytest.mark.parametrize("axis", [0, 1])
def test_smoothed_noise_of_a_small_field_has_no_rows_and_no_columns(axis: int) -> None:
    """The surface takes more of their means, as they are alike; else it is a quarter low."""
    alike = (1 / 4 + 1 / 2 + 1 / 4) ** 2 / (1 / 16 + 1 / 4 + 1 / 16)
    noise, rest = Alike(pixels=alike**2, rows=alike, columns=alike), 1 / alike**2
    shape = 24, 24

    def lines_of(frame: Array) -> float:
        return lines.of_lines(smoothed(frame), axis, 0.0).value

    seen = expected(lines_of, shape[0] + 2, shape[1] + 2)
    kept = -lines.of_lines(np.zeros(shape), axis, rest, noise).value
    assert kept == pytest.approx(seen, rel=0.04)


def test_lines_of_noise_that_is_alike_across_them_are_fewer() -> None:
    rows = np.repeat(legendre(12, 4)[:, None], 15, axis=1)
    alone = lines.of_lines(rows, 1, 1.0, Alike(squares=(1.0, 3.0))).sampling
    alike = lines.of_lines(rows, 1, 1.0, Alike(squares=(4.0, 3.0))).sampling
    assert alone == pytest.approx(1 / 9 * math.sqrt(2 / 9))
    assert alike**2 - alone**2 == pytest.approx(2 / 9 * 3 / 15**2)


@pytest.mark.parametrize(
    ("degree", "third"), [(3, 0.0), (4, 1 / 8)], ids=["taken out by order 3", "by neither"]
)
def test_the_uncertainties_of_rows_are_those_of_twelve_less_the_terms_of_the_surface(
    degree: int, third: float
) -> None:
    """Twelve rows of norm 1: 9 degrees of freedom with a surface of order 2, 8 with order 3."""
    rows = np.repeat(legendre(12, degree)[:, None], 15, axis=1)
    found = lines.of_lines(rows, 1, 0.0)
    assert found.value == pytest.approx(1 / 9)
    assert found.degrees_of_freedom == 9
    assert found.sampling == pytest.approx(1 / 9 * math.sqrt(2 / 9))
    assert found.surface == pytest.approx(abs(1 / 9 - third) / math.sqrt(3))


@pytest.mark.parametrize(
    ("down", "across"), [(0, 0), (2, 0), (1, 1), (0, 3), (2, 1), (2, 2), (4, 0)]
)
@pytest.mark.parametrize("order", analysis.ORDERS)
def test_a_surface_holds_the_terms_up_to_its_total_order_and_no_others(
    down: int, across: int, order: int
) -> None:
    frame = np.outer(legendre(12, down), legendre(15, across))
    whole = down + across <= order
    assert analysis.surface(frame, order) == pytest.approx(frame * whole, abs=1e-12)


def test_the_orders_are_two_and_the_next_one() -> None:
    """As docs/metrics/noise.md says: fall-off is of second order, the third tells the doubt."""
    assert analysis.ORDERS == (2, 3)


def test_blocks_are_of_sixteen_pixels_and_at_least_six_each_way() -> None:
    values = np.add.outer(np.arange(128.0), np.zeros(40))
    blocks = analysis.block_means(values)
    assert blocks.size == 8 * 6
    assert blocks.reshape(8, 6)[:, 0] == pytest.approx(np.arange(8) * 16 + 7.5)
    assert analysis.block_means(values, whole_rows=True).size == 8


def test_a_variance_has_the_standard_error_of_its_blocks_and_a_third_of_the_surfaces_doubt() -> (
    None
):
    """Six rows of six blocks 0 to 35; the other surface makes half a code^2 of difference."""
    values = np.kron(np.arange(36.0).reshape(6, 6), np.ones((2, 2)))
    found = analysis._variance(values, values - 0.5, None)
    assert found.value == pytest.approx(17.5)
    assert found.sampling == pytest.approx(math.sqrt(36 * 37 / 12) / 6)
    assert found.degrees_of_freedom == 35
    assert found.surface == pytest.approx(0.5 / math.sqrt(3))


@pytest.mark.parametrize(("least", "degrees"), [(1.5, 35), (2.0, 60)])
def test_blocks_that_scatter_less_than_gaussian_noise_do_so_by_chance(
    least: float, degrees: int
) -> None:
    """Their own standard error is 1.78, of 35 degrees of freedom."""
    values = np.kron(np.arange(36.0).reshape(6, 6), np.ones((2, 2)))
    found = analysis._variance(values, values, None, least=(least, 60))
    assert found.sampling == pytest.approx(max(least, math.sqrt(36 * 37 / 12) / 6))
    assert found.degrees_of_freedom == degrees


def quantised(level: float, sigma: float) -> float:
    """Return the variance of a Gaussian of this mean and sigma, rounded to whole codes."""
    codes, edge = np.arange(-6, 8), NormalDist(level, sigma)
    shares = np.array([edge.cdf(code + 0.5) - edge.cdf(code - 0.5) for code in codes])
    mean = float(shares @ codes)
    return float(shares @ (codes - mean) ** 2)


@pytest.mark.parametrize("sigma", [0.3, 0.4, 0.5])
def test_the_level_between_codes_moves_a_variance_by_the_harmonic(sigma: float) -> None:
    """Root mean square over the places of a Gaussian's variance once rounded, less 1/12."""
    errors = [quantised(level, sigma) - sigma**2 - 1 / 12 for level in np.arange(0, 1, 0.05)]
    true = math.sqrt(np.mean(np.square(errors)))
    assert harmonic(sigma**2) / math.sqrt(2) == pytest.approx(true, rel=0.06)


@pytest.mark.parametrize("sigma", [0.32, 0.36, 0.4, 0.45, 0.5, 0.6])
def test_the_doubt_of_quantisation_holds_the_noise_wherever_its_level_lies(sigma: float) -> None:
    """U of a variance is 2 standard uncertainties; the worst place is at their square root."""
    for level in np.arange(0, 1, 0.05):
        seen = quantised(level, sigma) - 1 / 12
        found = analysis._variance(np.full((24, 24), seen), np.full((24, 24), seen), None)
        hidden = seen <= 1 / 12
        assert hidden or abs(seen - sigma**2) <= 1.02 * math.sqrt(2) * found.quantisation + 0.002
        given = analysis._variance(np.ones((24, 24)), np.ones((24, 24)), seen + 1 / 12)
        assert given.quantisation == pytest.approx(found.quantisation)
        weighted = analysis._variance(*np.ones((2, 24, 24)), seen + 1 / 12, WEIGHTING)
        assert weighted.quantisation == pytest.approx(given.quantisation * WEIGHTING.power)
        assert hidden or found.quantisation <= 0.095 / math.sqrt(2)


def test_the_dither_of_a_weighted_variance_is_that_before_weighting() -> None:
    """In space and over time: sigma 0.4 doubts by the level, 4 does not."""
    random = np.random.default_rng(1)
    for sigma, doubted in ((0.4, True), (4.0, False)):
        codes = np.rint(100 + sigma * random.standard_normal((4, 24, 24)))
        for stable in (True, False):
            noise = analysis.analyse(codes, stable=stable, weighting=WEIGHTING)
            assert noise.weighted is not None
            whole = noise.total.quantisation * WEIGHTING.power
            assert noise.weighted.quantisation == pytest.approx(whole, rel=0.15)
            assert (noise.weighted.quantisation > 1e-3) is doubted


def test_frames_without_any_noise_have_less_than_none_by_the_share_of_quantisation() -> None:
    """What was taken off is all there is: -1/12 in space, and in time of every part its share."""
    codes = np.full((4, 12, 24), 100.0)
    alone, parts = analysis.analyse(codes, stable=False), analysis.analyse(codes)
    assert alone.total.value == pytest.approx(-1 / 12)
    assert alone.total.surface == pytest.approx(0, abs=1e-12)
    assert parts.temporal is not None
    assert parts.temporal.value == pytest.approx(-1 / 12)
    assert parts.fixed is not None
    assert parts.fixed.value == pytest.approx(0, abs=1e-12)


def test_light_of_third_order_is_doubt_of_total_and_fixed_and_not_of_temporal_noise() -> None:
    """The residual of order 2 less that of order 3, over the root of 3."""
    lit = 100 + 40 * np.outer(legendre(24, 3), np.ones(24))
    codes = np.repeat(lit[None], 2, axis=0)
    noise = analysis.analyse(codes)
    power = 1600 / 24 / (1 - 6 / 24**2)
    assert noise.temporal is not None
    assert noise.temporal.surface == 0
    for part in (noise.total, noise.fixed):
        assert part is not None
        assert part.surface == pytest.approx(power / math.sqrt(3))
    assert analysis.analyse(codes, stable=False).total.surface == pytest.approx(
        power / math.sqrt(3)
    )


def test_pixel_noise_is_less_the_temporal_noise_of_the_mean_frame() -> None:
    """Variance 2 over time and 1/12 of rounding, in the mean of 4; a slope across is no noise."""
    slope = np.outer(legendre(12, 1), legendre(15, 1)) + 5
    left = analysis._kept_by_mean(variance(2.0), 4)
    for frame in (np.zeros(SHAPE), slope):
        *lines, pixel = analysis._directions(frame, left)
        assert pixel.value == pytest.approx(-(2 + 1 / 12) / 4)
        assert [line.value for line in lines] == pytest.approx([0, 0], abs=1e-12)


def test_flicker_is_the_scatter_of_frame_means_less_what_random_noise_gives_them() -> None:
    """Levels 1, 2, 3 and 6: variance 14/3; of 24 pixels of variance 8 a third is taken off."""
    codes = np.array([1.0, 2.0, 3.0, 6.0])[:, None, None] + np.zeros((4, 4, 6))
    assert analysis._flicker(codes, 8.0) == pytest.approx(math.sqrt(14 / 3 - 1 / 3))
    assert analysis._flicker(codes, 24 * 20.0) == 0


def test_the_random_noise_that_flicker_is_corrected_for_includes_that_of_rounding() -> None:
    """Temporal noise is given without 1/12; frame means scatter with it."""
    random = np.random.default_rng(2)
    codes = np.rint(100 + 0.5 * random.standard_normal((6, 12, 24)) + np.arange(6)[:, None, None])
    noise = analysis.analyse(codes)
    seen = float(analysis.temporal_variance(codes).mean())
    means = codes.mean(axis=(1, 2))
    assert noise.flicker == pytest.approx(math.sqrt(means.var(ddof=1) - seen / (12 * 24)))


def test_one_frame_tells_no_flicker() -> None:
    assert analysis.analyse(np.zeros((1, 12, 24))).flicker == 0


def test_the_mean_level_has_the_standard_error_of_its_blocks() -> None:
    """Blocks 0 to 35 once more, in each of two frames."""
    frame = np.kron(np.arange(36.0).reshape(6, 6), np.ones((2, 2)))
    level, doubt = analysis._level(np.stack([frame, frame]))
    assert level == pytest.approx(17.5)
    assert doubt == pytest.approx(math.sqrt(36 * 37 / 12) / 6)


def test_lines_that_the_surface_takes_out_are_given_back_with_their_uncertainty() -> None:
    """A third of the rows' 4 and a quarter of the columns' 8.

    Their own sampling errors are 4 sqrt(2/6) and 8 sqrt(2/9); degrees of freedom by
    Welch-Satterthwaite.
    """
    found = lines.with_lines(variance(10, 3, 20), variance(4, 0, 6), variance(8, 0, 9))
    assert found.value == pytest.approx(10 + 4 / 3 + 8 / 4)
    row, column = 4 * math.sqrt(2 / 6), 8 * math.sqrt(2 / 9)
    squares = 9 + row**2 + column**2
    assert found.sampling == pytest.approx(math.sqrt(squares))
    parts = 3**4 / 20 + row**4 / 6 + column**4 / 9
    assert found.degrees_of_freedom == pytest.approx(squares**2 / parts)
    weighted = lines.with_lines(
        variance(10, 3, 20), variance(4, 0, 6), variance(8, 0, 9), WEIGHTING.power
    )
    assert weighted.value == pytest.approx(10 + 4 / 3 + WEIGHTING.power * 8 / 4)


def test_lines_that_come_out_negative_take_nothing_away() -> None:
    """And a variance without any uncertainty stays as it is."""
    plain = variance(10, 0, 20)
    assert lines.with_lines(plain, variance(-4), variance(-8)) == plain
    some = variance(10, 3, 20)
    assert lines.with_lines(some, variance(-4), variance(-8)) == some


def test_the_uncertainty_of_sigma_is_a_share_of_the_longer_side_of_that_of_the_variance() -> None:
    """A third of 3 u: variance 16 with u 3 from sqrt(7) to 5, so 4 - sqrt(7) below.

    Of sampling half of 2 u where that is more, sqrt(6) / 2 at 0; it reaches 0 if the variance does.
    """
    lines = variance(16, 3).budget(scale=2)
    assert lines[0].contribution == pytest.approx(2 * (4 - math.sqrt(7)) / 3)
    assert [line.contribution for line in lines[1:]] == [0, 0]
    assert [line.degrees_of_freedom for line in lines] == [10, None, None]
    for at_most_zero in (variance(0, 3), variance(-4, 3)):
        assert at_most_zero.budget()[0].contribution == pytest.approx(math.sqrt(6) / 2)
    assert 1.96 * variance(6, 3).budget()[0].contribution > math.sqrt(6)


@pytest.mark.parametrize(
    "frames",
    [np.zeros((12, 12)), np.zeros((0, 12, 12)), np.full((1, 12, 12), np.nan)],
    ids=["two dimensions", "no frame", "not a number"],
)
def test_what_is_no_stack_of_frames_is_refused(frames: Array) -> None:
    with pytest.raises(ValueError, match="finite array of frames"):
        analysis.analyse(frames)


@pytest.mark.parametrize(
    ("shape", "enough"), [((12, 12), True), ((11, 40), False), ((40, 11), False)]
)
def test_twelve_pixels_each_way_are_enough(shape: tuple[int, int], *, enough: bool) -> None:
    codes = np.zeros((1, *shape))
    if enough:
        assert analysis.analyse(codes).total.sigma == 0
    else:
        with pytest.raises(GapError) as caught:
            analysis.analyse(codes)
        assert caught.value.code == "region_too_small"


@pytest.mark.parametrize(
    ("black", "white", "share"),
    [(16, 235, 0.5), (9, 235, 0.3), (16, 241, 0.2), (9, 241, 0.0), (10, 240, 0.5)],
)
def test_samples_on_the_extreme_codes_are_clipped_where_these_reach_black_or_white(
    black: float, white: float, share: float
) -> None:
    """Two samples of ten on 10, three on 240."""
    codes = np.array([10, 10, 100, 110, 120, 130, 140, 240, 240, 240])
    assert field.clipped_share(codes, black, white) == pytest.approx(share)


@pytest.mark.parametrize("width", [24, 25])
def test_the_power_of_the_weighting_is_what_passes_of_white_noise(width: int) -> None:
    """By its own filter, of rows of even and odd width."""
    weighting = unified_weighting(width, 1 / 100)
    passed = expected(lambda row: weighting.passed(row) ** 2, 1, width)
    assert passed == pytest.approx(weighting.power)


def third_order(power: float, frames: int = 2) -> Array:
    """Return equal frames of light that a surface of order 2 leaves with this mean square."""
    rows = math.sqrt(power * 24 * (1 - 6 / 24**2)) * legendre(24, 3)
    return np.repeat(100 + np.outer(rows, np.ones(24))[None], frames, axis=0)


@pytest.mark.parametrize("order", analysis.ORDERS)
def test_squares_of_what_frames_far_apart_share_are_free_of_what_a_surface_takes(
    order: int,
) -> None:
    found = expected(lambda frame: analysis._residual(frame, order) ** 2, *SHAPE)
    assert found == pytest.approx(1)


def test_parts_of_frames_that_depend_on_each_other_are_doubted_by_the_surfaces_order(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Frames far apart share 0.1 of the 0.4 code^2 that order 2 leaves, 0.03 of none by order 3."""
    scatter = 0.002 * np.kron(np.arange(36.0).reshape(6, 6) - 17.5, np.ones((4, 4)))
    shared = (0.1 + scatter, np.full((24, 24), 0.03))
    monkeypatch.setattr(analysis, "apart", lambda *_: Apart(shared, 0.02))
    codes = third_order(0.4)
    found = analysis._of_dependent(codes, analysis.analyse(codes), 0.5)
    temporal, fixed, pixel = found.temporal, found.fixed, found.pixel
    assert temporal is not None
    assert temporal.value == pytest.approx(0.3 - 1 / 12)
    assert temporal.surface == pytest.approx((0.3 + 0.03) / math.sqrt(3))
    given = analysis._variance(codes[0], codes[0], 0.3).quantisation
    assert temporal.quantisation == pytest.approx(given)
    assert fixed is not None
    assert fixed.surface == pytest.approx((0.1 - 0.03) / math.sqrt(3))
    assert fixed.quantisation == pytest.approx(given)
    assert pixel is not None
    assert pixel.value == pytest.approx(-0.3)
    assert (temporal.dependence, fixed.dependence, pixel.dependence) == (0.02,) * 3
    assert pixel.sampling == pytest.approx(0.002 * math.sqrt(36 * 37 / 12) / 6)
    assert found.correlation == 0.5


def test_frames_of_a_chart_that_moves_count_alike() -> None:
    """One without any light, one that leaves 0.4 code^2; the dither is that of order 2."""
    codes = np.concatenate([third_order(0.0, 1), third_order(0.4, 1)])
    total = analysis._scatter(codes, ALONE)
    assert total.value == pytest.approx(0.2 - 1 / 12)
    weighted = analysis._scatter(codes, ALONE, WEIGHTING)
    assert weighted.quantisation == pytest.approx(total.quantisation * WEIGHTING.power)


def test_light_and_rounding_doubt_sigma_by_a_third_of_three_times_theirs() -> None:
    """Variance 16 with u 3 or 2: from sqrt(7) or sqrt(10) to 4."""
    found = Variance(value=16, sampling=0, degrees_of_freedom=9, surface=3, quantisation=2)
    seen = outcomes.contributions(found.budget())
    assert seen["lighting_surface"] == pytest.approx((4 - math.sqrt(7)) / 3)
    assert seen["quantisation"] == pytest.approx((4 - math.sqrt(10)) / 3)


@pytest.mark.parametrize(
    ("value", "spread", "share"), [(0.5, 0.26, 1 / 1.95), (1.9, 1.0, 1 / 1.95), (6.0, 2.5, 1 / 3)]
)
def test_where_two_standard_errors_reach_no_noise_so_does_u(
    value: float, spread: float, share: float
) -> None:
    """With the least factor that is used, 1.96; where three do, a third of the way is enough."""
    sampling = variance(value, spread).budget()[0].contribution
    assert sampling == pytest.approx(share * math.sqrt(value))

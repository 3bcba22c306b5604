"""Parts of edge and wedge readings by what they must be: splines, transforms, groups of lines."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.interpolate import BSpline

from acceptance.metrics.resolution import profile, wedge_lines
from acceptance.metrics.resolution.printed_wedge import Wedge, phase
from acceptance.metrics.resolution.wedge import WedgePixels
from acceptance.metrics.resolution.wedge_lines import PixelLines

if TYPE_CHECKING:
    from acceptance.metrics.resolution.profile import ProfileFit

DISTANCE = np.add.outer(np.linspace(-0.4, 0.4, 24), np.arange(-8.0, 9.0))


def edge(distance: np.ndarray, sigma: float = 1.0) -> np.ndarray:
    """Make a Gaussian edge from 0.2 to 0.8."""
    return np.asarray(0.5 + 0.3 * np.vectorize(math.erf)(distance / sigma / math.sqrt(2)))


def fitted(image: np.ndarray, *, aperture: float = 0.0, stiffness: float = 0.0) -> ProfileFit:
    return profile.profile(image, DISTANCE, 6.0, stiffness=stiffness, aperture=aperture)


def test_the_four_pieces_are_those_of_the_uniform_cubic_b_spline() -> None:
    """As scipy has them; they stand by rising powers."""
    u = np.linspace(0, 1, 7, endpoint=False)
    whole = BSpline.basis_element([0, 1, 2, 3, 4])
    pieces = profile.SPLINES @ np.stack([u**power for power in range(4)])
    assert pieces == pytest.approx(np.stack([whole(3 - i + u) for i in range(4)]))


def test_a_straight_profile_is_fitted_by_coefficients_at_their_own_places() -> None:
    """A cubic spline holds a straight line; its coefficients are the line at their positions."""
    fit = fitted(0.3 + 0.01 * DISTANCE, stiffness=5.0)
    assert fit.residual == pytest.approx(np.zeros(DISTANCE.size), abs=1e-9)
    assert fit.coefficients == pytest.approx(0.3 + 0.01 * fit.position, abs=1e-6)
    assert np.diff(fit.position) == pytest.approx(1 / 3)


def test_values_that_are_fitted_again_have_the_profile_that_they_had() -> None:
    first, other = edge(DISTANCE), 3 + edge(DISTANCE, 2.0)
    found = profile.refitted(fitted(first, stiffness=5.0), other.ravel())
    assert found.coefficients == pytest.approx(fitted(other, stiffness=5.0).coefficients)


def test_the_penalty_is_on_second_differences_beyond_the_reach_alone() -> None:
    """The bands are those of the sum of weighted squares of c[i-1] - 2 c[i] + c[i+1]."""
    radius = np.array([2.0, 1.5, 1.0, 0.0, 1.0, 1.5, 2.0])
    bands = np.zeros((4, 7))
    profile._stiffen(bands, radius, 3.0)
    second = np.diff(np.eye(7), 2, axis=0)
    weight = (1e-6 + 3.0 * np.maximum(radius - 1, 0) ** 2)[1:-1]
    whole = second.T @ np.diag(weight) @ second
    for above in range(3):
        assert bands[3 - above, above:] == pytest.approx(np.diag(whole, above))


@pytest.mark.parametrize("aperture", [0.0, 0.25])
def test_the_spectrum_of_a_gaussian_edge_is_gaussian_less_the_aperture(aperture: float) -> None:
    """exp(-2 (pi sigma f)^2), 1 at 0, on 257 frequencies up to 1 cycle/px."""
    fit = fitted(edge(DISTANCE), aperture=aperture)
    taper = np.ones(fit.coefficients.size - 1)
    frequencies, mtf = profile.spectrum(fit, taper)
    assert frequencies == pytest.approx(np.arange(257) / 256)
    assert mtf[0] == 1
    low = frequencies < 0.3
    true = np.exp(-2 * (np.pi * frequencies) ** 2) * np.sinc(frequencies * aperture)
    assert mtf[low] == pytest.approx(true[low], abs=2e-3)


def test_the_transform_at_one_frequency_is_that_of_the_grid() -> None:
    fit = fitted(edge(DISTANCE), aperture=0.25)
    taper = np.hanning(fit.coefficients.size - 1)
    frequencies, mtf = profile.spectrum(fit, taper)
    for at in (0, 20, 64, 100):
        assert profile._left(fit, taper).modulation(frequencies[at]) == pytest.approx(
            mtf[at], abs=1e-9
        )


@pytest.mark.parametrize("level", [0.5, 0.1])
def test_a_crossing_is_where_the_exact_transform_has_the_level(level: float) -> None:
    fit = fitted(edge(DISTANCE))
    taper = np.ones(fit.coefficients.size - 1)
    frequencies, mtf = profile.spectrum(fit, taper)
    found = profile.crossing(frequencies, mtf, fit, taper, level)
    assert found is not None
    assert profile._left(fit, taper).modulation(found) == pytest.approx(level, abs=1e-7)
    true = math.sqrt(math.log(1 / level) / 2) / math.pi
    assert found == pytest.approx(true, rel=0.01)


def test_without_a_crossing_there_is_none_and_no_standard_error() -> None:
    """Above the level throughout, or below it from the start."""
    fit = fitted(edge(DISTANCE))
    taper = np.ones(fit.coefficients.size - 1)
    frequencies = np.arange(257) / 256
    for mtf in (np.ones(257), np.zeros(257)):
        assert profile.crossing(frequencies, mtf, fit, taper, 0.5) is None
    assert profile.standard_error(None, fit, taper, 24, 6) is None


def test_the_influence_of_a_pixel_is_what_its_value_changes() -> None:
    """By difference quotients, at some pixels of a noisy edge."""
    image = edge(DISTANCE) + 0.01 * np.random.default_rng(1).standard_normal(DISTANCE.shape)
    fit = fitted(image)
    taper = np.hanning(fit.coefficients.size - 1)
    influence = profile._influence(0.2, fit, taper).reshape(DISTANCE.shape)
    for row, column in ((3, 5), (12, 8), (20, 9), (23, 16)):
        above, below = image.copy(), image.copy()
        above[row, column] += 1e-4
        below[row, column] -= 1e-4
        moved = [profile._left(fitted(one), taper).modulation(0.2) for one in (above, below)]
        assert influence[row, column] == pytest.approx(
            (moved[0] - moved[1]) / 2e-4, rel=1e-3, abs=1e-6
        )


def test_noise_moves_a_crossing_along_all_of_a_curve_that_is_flat_there() -> None:
    """An MTF10 of 0.53 +- 0.06 cycle/px was given for 0.35: noise bore the curve up on its way."""
    frequencies = np.linspace(0, 1, 257)
    flat = np.interp(frequencies, [0, 0.3, 0.5, 0.6, 1], [1, 0.11, 0.11, 0.01, 0.01])
    moved = profile._moved(0.51, 0.1, 0.01, frequencies, flat)
    assert moved == pytest.approx((0.51 - 0.297) / 2, abs=2e-3)
    ends_in_noise = np.interp(frequencies, [0, 0.3, 1], [1, 0.095, 0.095])
    assert profile._moved(0.298, 0.1, 0.01, frequencies, ends_in_noise) == pytest.approx(0.351)


@pytest.mark.parametrize("noise", [1e-5, 0.003, 0.02])
def test_noise_moves_a_crossing_on_a_straight_curve_by_itself_over_the_slope(noise: float) -> None:
    frequencies = np.linspace(0, 1, 257)
    moved = profile._moved(0.301, 0.398, noise, frequencies, 1 - 2 * frequencies)
    assert moved == pytest.approx(noise / 2, rel=1e-6)


def test_the_standard_error_is_the_scatter_of_blocks_of_rows_over_the_slope() -> None:
    """Six blocks of four rows each; the slope by a difference quotient of its own."""
    image = edge(DISTANCE) + 0.01 * np.random.default_rng(2).standard_normal(DISTANCE.shape)
    fit = fitted(image)
    taper = np.hanning(fit.coefficients.size - 1)
    parts = (profile._influence(0.2, fit, taper) * fit.residual).reshape(6, -1).sum(axis=1)
    slope = (
        profile._left(fit, taper).modulation(0.2005) - profile._left(fit, taper).modulation(0.1995)
    ) / 1e-3
    expected = math.sqrt(6 * parts.var(ddof=1)) / abs(slope)
    assert profile.standard_error(0.2, fit, taper, 24, 6) == pytest.approx(expected, rel=1e-3)


@pytest.mark.parametrize(("form", "middle"), [("hyperbolic", 6.0), ("linear", 2 / (1 / 4 + 1 / 8))])
def test_a_wedges_frequency_or_its_spacing_is_linear_between_its_ends(
    form: str, middle: float
) -> None:
    """4 to 8 cycles/mm over 10 mm; beyond the ends it stays."""
    wedge = Wedge(bars=5, start=4, end=8, length=10, form=form)
    found = wedge.frequency(np.array([-1.0, 0, 5, 10, 11]))
    assert found == pytest.approx([4, 4, middle, 8, 8])
    assert wedge.periods == 4


@pytest.mark.parametrize(("bars", "axis"), [(5, 1.0), (4, -1.0)])
def test_the_axis_of_a_wedge_is_a_bar_or_a_gap_by_the_number_of_bars(
    bars: int, axis: float
) -> None:
    """A whole cycle beside the axis the phase has turned once."""
    wedge = Wedge(bars=bars, start=4, end=8, length=10)
    turn = phase(wedge, np.array([0.0, 0.0]), np.array([0.0, 0.25]))
    assert np.cos(turn[0]) == pytest.approx(axis)
    assert turn[1] - turn[0] == pytest.approx(2 * math.pi)


def test_lines_are_grouped_with_those_of_nearly_their_frequency() -> None:
    """It rises by 3 % a line, so 0.12 / 0.03 = 4 a side; steady: 7; steep: 2."""
    for rise, half in ((0.0299, 4), (0.0, 7), (0.2, 2)):
        together = wedge_lines.grouped(np.exp(rise * np.arange(30)))
        assert set(together.half) == {half}
        assert list(together.centre) == list(range(half, 30 - half))
        sums = together.sums(np.arange(30.0)[:, None] ** 2)
        assert sums[0, 0] == pytest.approx(sum(n**2 for n in range(2 * half + 1)))
    assert wedge_lines.grouped(np.ones(1)).centre.size == 0


def test_bars_are_counted_from_the_strongest_that_can_be_shown() -> None:
    """Of a wedge of 4 periods at 0.25 and 0.4 cycle/px: 8 and 5 cycles are the most."""
    power = np.array([[0.1, 0.2, 0.9, 0.3, 0.0], [0.0, 0.2, 0.1, 0.3, 0.9]])
    bars, strongest = wedge_lines.counted(power, np.array([0.25, 0.4]), 4)
    assert list(bars) == [5, 6]
    assert strongest == pytest.approx([0.9, 0.3])
    none = wedge_lines.counted(power[:1], np.array([2.0]), 4)[1]
    assert none == pytest.approx([0.0])
    edge_of = wedge_lines.counted(power[1:], np.array([1 / 3]), 4)[0]
    assert list(edge_of) == [7]


def test_lines_are_a_pixel_apart_and_pixels_outside_have_none() -> None:
    """10 mm at half a millimetre a pixel are 20 lines."""
    wedge = Wedge(bars=5, start=4, end=8, length=10)
    along = np.repeat(np.arange(-1.0, 11.5, 0.5)[:, None], 3, axis=1)
    line, count = wedge_lines.numbered(along, wedge)
    assert count == 20
    assert list(line[:, 0]) == [-1, -1, *range(20), -1, -1, -1]


def test_the_frequency_of_a_line_is_normal_to_its_bars() -> None:
    """0.3 cycle/px across and 0.4 along are 0.5."""
    rows, columns = np.mgrid[0:4, 0:6]
    line = np.repeat(np.arange(4)[:, None], 6, axis=1)
    place = np.flatnonzero(columns < 5)
    lines = PixelLines(line=line.ravel()[place], count=5)
    found = wedge_lines.frequencies(0.3 * columns + 0.4 * rows, place, lines)
    assert found == pytest.approx([0.5, 0.5, 0.5, 0.5, 0.0])


def equations(
    values: np.ndarray, angle: np.ndarray, line: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """Make the equations of lines that are all usable, of pixels with this phase of the bars."""
    count = int(line.max()) + 1
    pixels = WedgePixels(
        shape=(1, line.size),
        place=np.arange(line.size),
        lines=PixelLines(line=line, count=count),
        turns=angle / (2 * np.pi),
        frequency=np.ones(count),
        usable=np.arange(count),
    )
    return pixels.normal, pixels.right(values)


def test_the_amplitude_of_bars_is_found_with_their_offset_and_phase() -> None:
    """Offset 0.4, amplitude 0.2: whatever the phase, and without scatter where there is none."""
    line = np.repeat(np.arange(40), 25)
    angle = 0.7 * np.arange(line.size) + 0.1 * line
    values = 0.4 + 0.2 * np.cos(angle - 0.9)
    normal, right = equations(values, angle, line)
    assert normal[:, 0, 0] == pytest.approx(np.ones(40))
    assert right[:, 0] == pytest.approx(values.reshape(40, 25).mean(axis=1))
    together = wedge_lines.grouped(np.ones(40))
    amplitude, error = wedge_lines.modulations(normal, right, together)
    assert amplitude == pytest.approx(np.full(26, 0.2), abs=1e-9)
    assert error == pytest.approx(np.zeros(26), abs=1e-9)


def test_the_standard_error_of_an_amplitude_is_its_scatter() -> None:
    """White noise of 0.1 on 15 lines of 25 px: sqrt(2 / 375) 0.1, over 200 draws."""
    line = np.repeat(np.arange(15), 25)
    angle = 0.7 * np.arange(line.size)
    together = wedge_lines.grouped(np.ones(15))
    random, errors = np.random.default_rng(3), []
    for _ in range(200):
        values = 0.2 * np.cos(angle) + 0.1 * random.standard_normal(line.size)
        system = equations(values, angle, line)
        errors.append(wedge_lines.modulations(*system, together)[1][0])
    true = 0.1 * math.sqrt(2 / line.size)
    assert math.sqrt(np.mean(np.square(errors))) == pytest.approx(true, rel=0.1)


def test_the_scatter_within_a_group_is_without_offset_and_trend() -> None:
    """A straight change along the lines is none; a single one of c has n / (n - 3) of its rest."""
    away = np.arange(-7, 8)
    member = np.abs(away)[None] <= 4
    straight = (2.0 + 3.0 * away)[None] * member
    assert wedge_lines._scatter(straight, away, member) == pytest.approx([0], abs=1e-9)
    single = np.where(away == 0, 1.0, 0.0)[None]
    rest = (1 - 1 / 9) ** 2 + 8 / 81
    assert wedge_lines._scatter(single, away, member) == pytest.approx([math.sqrt(rest * 9 / 6)])


def test_a_mean_over_lines_gives_a_parabola_back() -> None:
    """The mean of x^2 over n lines is (n^2 - 1) / 12 too large; at the ends nothing is known."""
    line, half = np.arange(30.0), 3
    together = wedge_lines.LineGroups(centre=np.arange(30), half=np.full(30, half, dtype=np.intp))
    smooth = 0.5 * line**2 + ((2 * half + 1) ** 2 - 1) / 24
    found = wedge_lines._straightened(smooth, together)
    assert found[half : 30 - half] == pytest.approx(0.5 * line[half : 30 - half] ** 2)
    assert found[:half] == pytest.approx(smooth[:half])
    assert found[30 - half :] == pytest.approx(smooth[30 - half :])


def test_the_power_of_cycles_is_a_quarter_of_their_squared_amplitude() -> None:
    """Three cycles of 0.4 on a level; the other counts, and a line without pixels, have none."""
    turn = np.tile(np.arange(64) / 64, 2)
    line = np.repeat([0, 1], 64)
    values = 0.5 + 0.4 * np.cos(2 * np.pi * 3 * turn - 0.5) + 0.1 * line
    one_cycle = np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)])
    found = wedge_lines.powers(values, one_cycle, PixelLines(line=line, count=3), 4)
    assert found == pytest.approx(np.array([[0, 0.04, 0, 0, 0]] * 2 + [[0] * 5]), abs=1e-12)


def test_lines_are_used_where_three_quarters_are_seen_and_no_end_blurs_into_them() -> None:
    """Twelve lines of 5 periods; 4 cycle in 16 px a period of 4 px; from coarse to fine."""
    wedge = Wedge(bars=5, start=4, end=8, length=10)
    frequency = np.linspace(0.25, 0.24, 12)
    seen = np.full(12, 16)
    seen[5], seen[6] = 12, 13
    lines = PixelLines(line=np.repeat(np.arange(12), seen), count=12)
    found = wedge_lines.usable(lines, np.full(12, 0.25), wedge)
    assert list(found) == [3, 4, 6, 7, 8]
    assert list(wedge_lines.usable(lines, frequency, replace(wedge, bars=4))) == [8, 7, 6, 5, 4, 3]
    assert wedge_lines.usable(lines, frequency[::-1], replace(wedge, bars=4))[0] == 3


def test_two_lines_are_too_few_for_a_group() -> None:
    assert wedge_lines.grouped(np.ones(2)).centre.size == 0


@pytest.mark.parametrize(("rise", "half"), [(0.0, 7), (0.0299, 4), (0.2, 2)])
def test_the_error_of_an_amplitude_is_what_each_line_alone_would_change(
    rise: float, half: int
) -> None:
    """By giving each line of a group a little more weight; their scatter about a straight trend.

    It has three degrees of freedom less than there are lines.
    """
    line = np.repeat(np.arange(17), 25)
    angle = 0.7 * np.arange(line.size)
    noise = 0.1 * np.random.default_rng(9).standard_normal(line.size)
    values = 0.4 + (0.2 + 0.004 * line) * np.cos(angle) + noise
    system = equations(values, angle, line)
    together = wedge_lines.grouped(np.exp(rise * np.arange(17)))
    found = wedge_lines.modulations(*system, together)[1]
    columns = np.stack([np.ones_like(angle), np.cos(angle), np.sin(angle)], axis=1)

    def amplitude(centre: int, heavier: int, by: float) -> float:
        near = np.abs(line - centre) <= half
        root = np.sqrt(np.where(line == heavier, 1 + by, 1.0)[near])
        terms = np.linalg.lstsq(columns[near] * root[:, None], values[near] * root, rcond=None)[0]
        return math.hypot(terms[1], terms[2])

    for at, centre in enumerate(together.centre):
        members = np.arange(centre - half, centre + half + 1)
        changes = np.array(
            [(amplitude(centre, k, 1e-4) - amplitude(centre, k, -1e-4)) / 2e-4 for k in members]
        )
        rest = changes - np.polyval(np.polyfit(members, changes, 1), members)
        expected = math.sqrt(float(rest @ rest) * members.size / (members.size - 3))
        assert found[at] == pytest.approx(expected, rel=1e-4)


def test_the_steepness_is_the_squared_slope_by_numpys_differences() -> None:
    values = np.random.default_rng(1).standard_normal((5, 7))
    down, across = np.gradient(values)
    assert wedge_lines.steepness(values) == pytest.approx(down**2 + across**2)

"""What is computed in a faster way gives what the plain way gives, which is written out here."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING

import GTC
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.polynomial import Polynomial, legendre
from scipy.special import ndtr
from skimage import color

from acceptance.charts import definition
from acceptance.footage.rounding import RAMP, doubt_of_mean, rounding_doubt
from acceptance.footage.tone import read_off
from acceptance.metrics._filmed_clock import gray_code, readings, rolling_shutter
from acceptance.metrics._shared import freeze, ordered
from acceptance.metrics.colour.ciede2000 import delta_e00
from acceptance.metrics.faults.levels import _usual_likeness
from acceptance.metrics.resolution import (
    edge_figures,
    edge_line,
    profile,
    wedge,
    wedge_lines,
    wrong_curve,
)
from acceptance.model import BudgetLine
from acceptance.scene.blocks import block_means
from acceptance.scene.build import Scene
from acceptance.uncertainty import MOST_DEGREES, combine

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.mark.parametrize("size", [1, 2, 3, 10, 147, 21609])
def test_quantiles_of_values_in_order_are_numpys(size: int) -> None:
    """To the last bit but one; the medians to the bit."""
    values = np.random.default_rng(size).normal(size=size) ** 3
    assert ordered.median(values.reshape(1, -1)) == np.median(values)
    shares = (0.0, 0.05, 0.1, 0.33, 0.9, 0.95, 1.0)
    found = ordered.quantiles(values.reshape(1, -1), shares)
    assert found == pytest.approx(np.quantile(values, shares).tolist(), rel=1e-14)
    rows = np.stack([values, -values, values**2])
    for share in shares:
        plain = np.quantile(rows, share, axis=-1)
        assert ordered.quantile_of_each(rows, share) == pytest.approx(plain, rel=1e-14)
    whole = np.abs(np.rint(3 * values)).astype(np.int64)
    assert ordered.median_of_whole(whole) == np.median(whole)
    found = ordered.quantiles_of_whole(whole, shares)
    assert found == pytest.approx(np.quantile(whole, shares).tolist(), rel=1e-14)


def test_medians_beside_a_border_are_those_of_each_side() -> None:
    values = np.random.default_rng(1).normal(size=(30, 20))
    plain = float(np.median(values[values < 0.3])), float(np.median(values[values >= 0.3]))
    assert ordered.medians_beside(values, 0.3) == plain
    assert math.isnan(ordered.medians_beside(values, -9.0)[0])
    assert math.isnan(ordered.medians_beside(values, 9.0)[1])


def plain_block_means(values: NDArray[np.float64], tall: int, wide: int) -> NDArray[np.float64]:
    rows = np.array_split(values, tall, axis=0)
    return np.array([block.mean() for row in rows for block in np.array_split(row, wide, axis=1)])


@pytest.mark.parametrize("shape", [(4, 4), (5, 7), (16, 9), (73, 151)])
def test_means_over_blocks_are_those_of_the_blocks_one_by_one(shape: tuple[int, int]) -> None:
    """Also of truths, and of one block across."""
    values = np.random.default_rng(3).normal(100, 20, shape)
    for wide in (1, 3, 4):
        plain = plain_block_means(values, 4, wide)
        assert block_means(values, 4, wide) == pytest.approx(plain, rel=1e-12)
        shares = plain_block_means(values > 100, 4, wide)
        assert block_means(values > 100, 4, wide) == pytest.approx(shares, rel=1e-12)


LINES = st.lists(
    st.tuples(
        st.one_of(st.just(0.0), st.floats(1e-6, 1e3)),
        st.one_of(st.none(), st.floats(1, 500)),
    ),
    max_size=6,
)


@given(LINES)
def test_a_budget_combines_to_what_gtc_combines_it_to(
    lines: list[tuple[float, float | None]],
) -> None:
    budget = [
        BudgetLine(source="x", contribution=share, degrees_of_freedom=degrees)
        for share, degrees in lines
    ]
    total = GTC.ureal(0.0, 0.0)
    for share, degrees in lines:
        total += GTC.ureal(0.0, share, degrees or math.inf)
    combined = combine(budget)
    assert combined.uncertainty == pytest.approx(float(total.u), rel=1e-12)
    if math.isfinite(total.df) and total.df < MOST_DEGREES / 1.001:
        assert combined.degrees_of_freedom == pytest.approx(float(total.df), rel=1e-9)
    elif not math.isfinite(total.df) or total.df > MOST_DEGREES * 1.001:
        assert combined.degrees_of_freedom is None


def test_powers_across_a_wedge_are_those_of_each_cosine_and_sine() -> None:
    random = np.random.default_rng(7)
    line, turn = random.integers(0, 20, 3000), random.uniform(-0.5, 0.5, 3000)
    values = random.normal(100, 30, 3000) + 40 * np.cos(2 * np.pi * 5 * turn)
    seen = np.bincount(line, minlength=20)
    flat = values - (np.bincount(line, values, 20) / seen)[line]
    plain = np.array(
        [
            sum(
                (np.bincount(line, flat * wave(2 * np.pi * cycles * turn), 20) / seen) ** 2
                for wave in (np.cos, np.sin)
            )
            for cycles in range(2, 12)
        ]
    ).T
    order = np.argsort(line, kind="stable")
    lines = wedge_lines.PixelLines(line=line[order], count=20)
    one_cycle = np.stack([np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)])[:, order]
    found = wedge_lines.powers(values[order], one_cycle, lines, 9)
    assert found == pytest.approx(plain, rel=1e-10)


@pytest.mark.parametrize("x", [0.0, 1e-9, 0.1, 0.5, 1.0, 3.7])
def test_the_sinc_of_one_number_is_numpys(x: float) -> None:
    assert profile._sinc(x) == pytest.approx(float(np.sinc(x)), rel=1e-14, abs=1e-16)


@pytest.mark.parametrize("depth", [8, 10])
def test_light_of_whole_codes_is_that_of_each_code_computed(depth: int) -> None:
    """To the bit; codes between two, and outside, are computed."""
    video = SimpleNamespace(depth=depth, full_range=False, transfer="bt709")
    scene = Scene(
        shot=None, video=video, chart=None, located=(), views={}, series=None, reference=None
    )  # type: ignore[arg-type]  # a tone curve needs no more
    codes = np.random.default_rng(2).integers(0, 1 << depth, (40, 50)).astype(np.float64)
    for changed in (codes, codes + 0.5, codes - 3, codes + 5):
        assert np.array_equal(scene.linear(changed), scene._light(changed))


def test_the_low_bits_of_an_exposure_are_looked_up_where_the_remainder_says() -> None:
    """To the bit, before and after index 0, and at the ends of a cycle."""
    random = np.random.default_rng(5)
    width = np.exp(random.uniform(math.log(0.03), math.log(6), (40, 1)))
    position = random.uniform(-70, 3000, (40, 200))
    position[:, :80] = np.round(position[:, :80] * 2 * gray_code.FINE) / (2 * gray_code.FINE)
    position[:, :40] += width / 2
    places = np.mod(position - width / 2, gray_code.CYCLE) * gray_code.FINE
    begin, length = np.rint(places).astype(int), np.rint(width * gray_code.FINE).astype(int)
    lit = gray_code._lit_until()
    plain = (lit[begin + length] - lit[begin]) * (gray_code.FINE / length).astype(np.float32)[
        ..., None
    ]
    assert np.array_equal(gray_code.low_bits(position, width), plain)


def plain_costs(
    low: NDArray[np.float64], cells: rolling_shutter.Rows, near: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Every frame held against the exposures of the whole cycle, those far off left out."""
    costs = []
    for lag in rolling_shutter.LAGS:
        place, _, shown = rolling_shutter._table(cells, float(lag))
        distance = ((shown[:, None] - low) ** 2).sum(axis=2)
        far = np.abs(rolling_shutter._beside(place[:, None], near)) > rolling_shutter.AROUND
        best = np.where(far, np.inf, distance).min(axis=0)
        costs.append(np.minimum(best, rolling_shutter.MOST).mean())
    return np.array(costs)


def test_a_lag_costs_what_all_exposures_of_the_cycle_say() -> None:
    """To the rounding of the table, in single precision; frames from all places of the cycle."""
    cells = rolling_shutter.rows(definition.load("clock"))
    assert cells
    random = np.random.default_rng(6)
    position = np.append(random.uniform(1000, 1400, 8), [1023.9, 1024.1, 1055.99])
    near = np.floor(position).astype(np.int64) + random.integers(-2, 3, len(position))
    light = cells.expected(position, 0.6, 1.4, cells.low)
    light = light + random.normal(0, 0.03, light.shape)
    light[3] = 0.5  # explained by nothing
    costs = rolling_shutter._costs(light, cells, near)
    assert costs == pytest.approx(plain_costs(light, cells, near), abs=2e-6)
    assert rolling_shutter.LAGS[costs.argmin()] == 1.4


@pytest.mark.parametrize("frames", [1, 3])
def test_the_light_of_an_edge_is_looked_up_as_it_is_interpolated(frames: int) -> None:
    """To the bit, of a single frame, whose codes are whole, and of a mean of frames."""
    random = np.random.default_rng(7)
    codes = random.integers(0, 256, (frames, 40, 30)).mean(axis=0)
    curve = np.linspace(-0.01, 1, 256) ** 3  # below black, too
    tone = edge_figures.Tone(light=curve, name="", doubt=0.0)
    light = read_off(curve, codes)
    assert np.array_equal(light, np.interp(codes, np.arange(256), curve))
    probe = np.sign(light) * np.abs(light) ** (1 + edge_figures.TONE_PROBE)
    assert np.array_equal(edge_figures._probe(tone, codes, light, np.array(1.0)), probe)


@pytest.mark.parametrize("sigma", [0.2, 0.5, 1.5])
@pytest.mark.parametrize("kind", [np.uint8, np.float64])
def test_what_rounding_leaves_undecided_follows_from_the_counts_of_codes(
    sigma: float, kind: type[np.generic]
) -> None:
    random = np.random.default_rng(8)
    ramp = np.linspace(0, 1.4, 50)
    codes = np.rint(random.normal(100 + ramp, sigma, (2, 40, 50)))
    y, x = (np.linspace(-1, 1, n) for n in (40, 50))
    frame = codes.mean(axis=0)
    rise = math.hypot(2 * frame.mean(0) @ x / (x @ x), 2 * frame.mean(1) @ y / (y @ y))
    left = max(codes.var() - (rise**2 + 1) / 12, 0.0)
    plain = rounding_doubt(math.sqrt(left)) / max(1.0, RAMP * rise)
    assert doubt_of_mean(codes.astype(kind)) == pytest.approx(plain, rel=1e-11)


def plain_bending(
    light: NDArray[np.float64],
    other: NDArray[np.float64],
    levels: tuple[float, float],
    level: float,
) -> float:
    """Transform both profiles at each frequency, by the definition."""
    offsets, frequencies = np.linspace(-6, 6, 121), np.linspace(0.05, 0.6, 111)
    between = (offsets[1:] + offsets[:-1]) / 2
    waves = np.exp(-2j * np.pi * frequencies[:, None] * between)
    straight = levels[0] + (levels[1] - levels[0]) * ndtr(offsets)
    falls = []
    for seen in (straight, np.interp(straight, light, other)):
        spread = np.diff(seen)
        modulation = np.abs(waves @ spread) / abs(spread.sum())
        falls.append(np.interp(-level, -modulation, frequencies))
    return float(falls[1] / falls[0] - 1)


@pytest.mark.parametrize("levels", [(0.05, 0.6), (0.2, 0.3)])
def test_bending_by_other_curves_is_that_of_the_transform_by_its_definition(
    levels: tuple[float, float],
) -> None:
    light, at = np.linspace(0, 1, 256) ** 2.2, (0.5, 0.1)
    others = [light**exponent for exponent in (1.1, 0.9)]
    found = wrong_curve.bending(light, others, levels, at)
    plain = [[plain_bending(light, other, levels, level) for other in others] for level in at]
    assert found == pytest.approx(np.array(plain), rel=1e-10)


def basis(part: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the four cubic B-splines that overlap."""
    return (
        np.array(
            [
                (1 - part) ** 3,
                3 * part**3 - 6 * part**2 + 4,
                1 + 3 * part + 3 * part**2 - 3 * part**3,
                part**3,
            ]
        )
        / 6
    )


def test_a_spline_is_fitted_and_evaluated_as_by_its_basis() -> None:
    random = np.random.default_rng(9)
    place, values = random.uniform(0, 12, 3000), random.normal(size=3000)
    index = place.astype(np.intp)
    design = np.zeros((3000, 15))
    for i, piece in enumerate(basis(place - index)):
        design[np.arange(3000), index + i] = piece
    bands, right = profile._normal_equations(index, place - index, values)
    normal = design.T @ design
    for away in range(4):
        plain = pytest.approx(np.diagonal(normal, away), rel=1e-11, abs=1e-11)
        assert bands[3 - away, away:] == plain
    assert right == pytest.approx(design.T @ values, rel=1e-11, abs=1e-11)
    coefficients = random.normal(size=15)
    found = profile._evaluate(coefficients, index, place - index)
    assert found == pytest.approx(design @ coefficients, rel=1e-12, abs=1e-13)


def test_the_modulation_needs_only_what_the_window_leaves_of_the_line_spread() -> None:
    random = np.random.default_rng(10)
    position = np.arange(-30, 31) / 3
    fit = SimpleNamespace(position=position, coefficients=random.normal(size=61), aperture=0.0)
    place = (position[1:] + position[:-1]) / 2
    taper = np.clip(1.2 - np.abs(place) / 4, 0, 1)
    spread = np.diff(fit.coefficients) * taper
    whole = np.exp(-2j * np.pi * 0.2 * place) * np.sinc(0.2 / 3) ** 3
    plain = abs(spread @ whole) / abs(spread.sum())
    found = profile._left(fit, taper).modulation(0.2)  # type: ignore[arg-type]  # no more is used
    assert found == pytest.approx(plain, rel=1e-12)


def test_an_edges_columns_are_those_of_its_legendre_series() -> None:
    for coefficients in ([3.0], [3.0, -1.0], [30.0, 4.0, -0.2, 0.1]):
        plain = legendre.legval(np.linspace(-1, 1, 91), coefficients)
        assert edge_line._column(91, np.array(coefficients)) == pytest.approx(plain, rel=1e-13)


@pytest.mark.parametrize("bend", [0.0, 1e-13, 0.4, -3.0, 40.0])
def test_a_parabolas_roots_are_numpys(bend: float) -> None:
    """Also of a straight line, and none where it stays above 0."""
    x = np.linspace(0.2, 0.5, 15)
    y = 0.3 - x + bend * (x - 0.35) ** 2 + np.random.default_rng(4).normal(0, 1e-3, 15) * bend
    y += 0.3 * (bend == 40)
    fitted = Polynomial.fit(x, y, 2).trim(1e-9)
    roots = fitted.roots()
    plain = sorted(np.real(roots[np.isreal(roots)]).tolist())
    assert sorted(wedge._roots(x, y)) == pytest.approx(plain, rel=1e-9)
    assert bool(plain) == (bend < 40)


def test_the_normal_equations_of_lines_are_those_of_their_columns() -> None:
    random = np.random.default_rng(11)
    line, angle = np.sort(random.integers(0, 6, 400)), random.uniform(0, 20, 400)
    values, waves = random.normal(size=400), np.stack([np.cos(angle), np.sin(angle)])
    lines = wedge_lines.PixelLines(line=line, count=6)
    normal, right = wedge_lines.normal(waves, lines), wedge_lines.right(values, waves, lines)
    for number in range(6):
        of = line == number
        design = np.stack([np.ones(of.sum()), np.cos(angle[of]), np.sin(angle[of])], axis=1)
        assert normal[number] == pytest.approx(design.T @ design, rel=1e-11, abs=1e-11)
        assert right[number] == pytest.approx(design.T @ values[of], rel=1e-11, abs=1e-11)


def test_ciede2000_is_that_of_scikit_image() -> None:
    """Of colours far apart and near, of greys, and of a grey beside a colour."""
    random = np.random.default_rng(12)
    lab = np.stack([random.uniform(0, 100, 2000), *random.normal(0, 40, (2, 2000))], axis=-1)
    for spread in (60.0, 3.0, 0.1):
        other = lab + random.normal(0, spread, lab.shape)
        plain = color.deltaE_ciede2000(lab, other)
        assert delta_e00(lab, other) == pytest.approx(plain, rel=1e-9)
    grey = lab * (1, 0, 0)
    assert delta_e00(grey, lab) == pytest.approx(color.deltaE_ciede2000(grey, lab), rel=1e-12)
    assert delta_e00(grey, grey).max() == 0
    near_opposite = lab * (1, -1, -1) + random.normal(0, 1e-3, lab.shape)
    plain = color.deltaE_ciede2000(lab, near_opposite)
    assert delta_e00(lab, near_opposite) == pytest.approx(plain, rel=1e-6)


def test_frames_between_two_indices_are_read_all_at_once() -> None:
    """Exposures at known places, of which every other one lies across two refreshes."""
    places = np.arange(40, 400, 0.75) + 0.25
    shares = gray_code.expected_shares(places, 0.5, 12)
    found = readings.readings_of(shares)
    clear = np.abs(places % 1 - 0.5) <= 0.25
    assert found.index[clear] == pytest.approx(np.floor(places[clear]))
    assert found.blend[clear] == pytest.approx(0)
    between = places[~clear]
    assert found.index[~clear] == pytest.approx(np.round(between) - 1)
    assert found.position[~clear] == pytest.approx(np.round(between))
    later = (between + 0.25 - np.round(between)) / 0.5  # share of the exposure after the change
    assert found.blend[~clear] == pytest.approx(later)


def test_the_usual_likeness_is_the_median_of_each_side() -> None:
    random = np.random.default_rng(13)
    before = random.uniform(0, 1, 60)
    before[random.choice(60, 12, replace=False)] = np.nan
    before[30:44] = np.nan
    for span in (1, 2, 7, 12):
        frames = np.arange(span, 60 - span)
        sides = [(before[at - span + 1 : at], before[at + 1 : at + span]) for at in frames]
        plain = [
            min(np.nanmedian(side) if np.isfinite(side).any() else np.nan for side in pair)
            if all(np.isfinite(side).any() for side in pair)
            else np.nan
            for pair in sides
        ]
        found = _usual_likeness(before, frames, span)
        assert found == pytest.approx(plain, rel=1e-12, nan_ok=True)


@pytest.mark.parametrize("values", [[1.0, 1.2, 0.9, 1.1], [0.1] * 4, [1, 1, 9, 1], [math.nan] * 4])
def test_usual_motion_is_the_median_of_frames_that_all_move(values: list[float]) -> None:
    usual = float(np.median(values))
    steady = min(values) >= freeze.STEADY * usual and max(values) <= freeze.UNSTEADY * usual
    plain = usual if steady and usual >= freeze.LEAST_MOTION else 0.0
    assert freeze._motion(np.array(values)) == pytest.approx(plain)
    assert freeze._motion(np.array(values[:3])) == 0

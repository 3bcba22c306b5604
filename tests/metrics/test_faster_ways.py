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

from acceptance.charts import definition
from acceptance.footage.rounding import RAMP, doubt_of_mean, rounding_doubt
from acceptance.metrics._filmed_clock import gray_code, rolling_shutter
from acceptance.metrics._shared import ordered
from acceptance.metrics._shared.blocks import block_means
from acceptance.metrics.resolution import edge_figures, profile, wedge_lines
from acceptance.model import BudgetLine
from acceptance.scene.build import Scene
from acceptance.uncertainty import MOST_DEGREES, combine

if TYPE_CHECKING:
    from numpy.typing import NDArray


@pytest.mark.parametrize("size", [1, 2, 3, 10, 147, 21609])
def test_quantiles_of_values_in_order_are_numpys(size: int) -> None:
    """To the last bit but one; the median to the bit."""
    values = np.random.default_rng(size).normal(size=size) ** 3
    in_order = ordered.in_order(values.reshape(1, -1))
    assert ordered.median(in_order) == np.median(values)
    for share in (0.0, 0.05, 0.1, 0.33, 0.9, 0.95, 1.0):
        plain = float(np.quantile(values, share))
        assert ordered.quantile(in_order, share) == pytest.approx(plain, rel=1e-14)


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
    assert wedge_lines.powers(values, turn, line, 9, 20) == pytest.approx(plain, rel=1e-10)


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
    light = edge_figures._read_off(curve, codes)
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

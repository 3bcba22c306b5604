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

from acceptance.metrics._shared import ordered
from acceptance.metrics._shared.blocks import block_means
from acceptance.metrics.resolution import profile, wedge_lines
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

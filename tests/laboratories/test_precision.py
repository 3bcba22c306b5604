"""Repeatability, reproducibility and Mandel's statistics against printed numbers."""

from __future__ import annotations

import math

import numpy as np
import pytest

from acceptance.errors import UsageError
from acceptance.laboratories import precision

# Sulfur content of coal, the first example of ISO 5725-2, four levels, unequal numbers of results.
COAL = {
    1: ((0.71, 0.71, 0.70, 0.71), (0.69, 0.67, 0.68), (0.66, 0.65, 0.69), (0.67, 0.65, 0.66),
        (0.70, 0.69, 0.66, 0.71, 0.69), (0.73, 0.74, 0.73), (0.71, 0.71, 0.69), (0.70, 0.65, 0.68)),
    2: ((1.20, 1.18, 1.23, 1.21), (1.22, 1.21, 1.22), (1.28, 1.31, 1.30), (1.23, 1.18, 1.20),
        (1.31, 1.22, 1.22, 1.24), (1.39, 1.36, 1.37), (1.20, 1.26, 1.26), (1.24, 1.22, 1.30)),
    3: ((1.68, 1.70, 1.68, 1.69), (1.64, 1.64, 1.65), (1.61, 1.61, 1.62), (1.68, 1.66, 1.66),
        (1.64, 1.67, 1.60, 1.66, 1.68), (1.70, 1.73, 1.73), (1.69, 1.70, 1.68),
        (1.67, 1.68, 1.67)),
    4: ((3.26, 3.26, 3.20, 3.24), (3.20, 3.20, 3.20), (3.37, 3.36, 3.38), (3.16, 3.22, 3.23),
        (3.20, 3.19, 3.18, 3.27, 3.24), (3.27, 3.31, 3.29), (3.27, 3.24, 3.23),
        (3.25, 3.26, 3.26)),
}  # fmt: skip
PRINTED = {1: (0.690, 0.015, 0.026), 2: (1.252, 0.029, 0.061), 3: (1.667, 0.017, 0.035),
           4: (3.250, 0.026, 0.058)}  # fmt: skip


def cells(values: tuple[tuple[float, ...], ...]) -> dict[str, tuple[float, ...]]:
    return {f"L{number}": own for number, own in enumerate(values, start=1)}


@pytest.mark.parametrize("level", COAL)
def test_the_standards_example_comes_out_to_its_last_digit(level: int) -> None:
    found = precision.precision(cells(COAL[level]))
    assert found.repeatability is not None
    shown = round(found.mean, 3), round(found.repeatability, 3), round(found.reproducibility, 3)
    assert shown == PRINTED[level]


def test_means_closer_than_the_repeats_let_expect_leave_nothing_between_laboratories() -> None:
    found = precision.precision({"a": (1.0, 3.0), "b": (1.1, 2.9)})
    assert found.between == 0
    assert found.reproducibility == found.repeatability


def test_single_results_have_a_reproducibility_and_nothing_else() -> None:
    found = precision.precision({"a": (1.0,), "b": (2.0,), "c": (4.0,)})
    assert (found.repeatability, found.between) == (None, None)
    assert found.reproducibility == pytest.approx(np.std([1, 2, 4], ddof=1))
    assert precision.mandel_k({"a": (1.0,), "b": (2.0,)}) == {}


def test_known_standard_deviations_are_found_in_many_laboratories() -> None:
    random = np.random.default_rng(1)
    drawn = {
        str(number): tuple(random.normal(random.normal(5, 0.3), 0.2, int(random.integers(2, 6))))
        for number in range(4000)
    }
    found = precision.precision(drawn)
    assert found.repeatability == pytest.approx(0.2, rel=0.03)
    assert found.between == pytest.approx(0.3, rel=0.05)


def test_mandels_critical_values_are_those_of_astm_e691_at_half_a_per_cent() -> None:
    assert round(precision.critical_h(8, 0.005), 2) == 2.15
    assert round(precision.critical_k(2, 14, 0.005), 2) == 2.06


def test_critical_k_of_unequal_numbers_is_exceeded_as_often_as_stated() -> None:
    random, counts, beyond = np.random.default_rng(3), (2, 3, 5, 10), np.zeros(4)
    for _ in range(1500):
        cells = {str(at): random.normal(0, 1, n) for at, n in enumerate(counts)}
        for at, k in enumerate(precision.mandel_k(cells).values()):
            beyond[at] += k > precision.critical_k(counts[at] - 1, 17 - counts[at], 0.05)
    assert np.abs(beyond - 75).max() < 4 * math.sqrt(75)


def test_mandels_statistics_have_the_size_that_their_definition_gives() -> None:
    own = cells(COAL[1])
    h, k = precision.mandel_h(own), precision.mandel_k(own)
    assert sum(value**2 for value in h.values()) == pytest.approx(len(own) - 1)
    weighted = sum((len(own[name]) - 1) * value**2 for name, value in k.items())
    assert weighted == pytest.approx(sum(len(values) - 1 for values in own.values()))


def test_results_all_alike_scatter_by_nothing() -> None:
    alike = {"a": (0.1, 0.1, 0.1), "b": (0.1, 0.1)}
    found = precision.precision(alike)
    assert (found.repeatability, found.between, found.reproducibility) == (0, 0, 0)
    assert precision.mandel_h(alike) == precision.mandel_k(alike) == {}


def test_a_laboratory_alone_has_no_precision() -> None:
    with pytest.raises(UsageError, match="two"):
        precision.precision({"a": (1.0, 2.0)})

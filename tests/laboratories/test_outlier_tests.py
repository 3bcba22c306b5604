"""Cochran's and Grubbs' tests: critical values against printed tables, and what they find."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.laboratories import outlier_tests

if TYPE_CHECKING:
    from acceptance.laboratories.outlier_tests import OutlierTest

# Two highest of n, one side, levels 2.5 % and 5 %: F. E. Grubbs, Ann. Math. Stat. 21 (1950) 27-58.
PAIRS = {4: (0.0002, 0.0008), 5: (0.0090, 0.0183), 6: (0.0349, 0.0565), 7: (0.0708, 0.1020),
         8: (0.1101, 0.1478), 9: (0.1492, 0.1909)}  # fmt: skip
CREOSOTE = (24.140, 20.155, 19.500, 20.300, 20.705, 17.570, 20.100, 20.940, 21.185)


def test_cochrans_critical_values_are_those_of_the_standards_table() -> None:
    table = {(10, 2, 0.05): 0.602, (10, 2, 0.01): 0.718, (5, 3, 0.01): 0.788}
    for (count, results, level), printed in table.items():
        own, others = results - 1, (count - 1) * (results - 1)
        critical = outlier_tests.critical_cochran(count, own, others, level)
        assert critical == pytest.approx(printed, abs=6e-4)


@pytest.mark.parametrize(("count", "printed"), [(8, (2.126, 2.274)), (10, (2.290, 2.482))])
def test_grubbs_critical_values_for_one_are_those_of_the_table(
    count: int, printed: tuple[float, float]
) -> None:
    found = [outlier_tests.critical_grubbs(count, level) for level in (0.05, 0.01)]
    assert found == pytest.approx(printed, abs=1e-3)  # the table cuts off in places


@pytest.mark.parametrize("count", PAIRS)
def test_grubbs_critical_values_for_two_are_those_of_his_table(count: int) -> None:
    """The table was made by hand in 1950: its last digit is one off in places."""
    found = [outlier_tests.critical_pair(count, level) for level in (0.05, 0.10)]
    assert found == pytest.approx(PAIRS[count], abs=1.6e-4)


def test_chance_calls_a_pair_a_straggler_as_often_as_it_should() -> None:
    """Truth is drawn here: the integral must be the share of draws below its critical value."""
    drawn = np.sort(np.random.default_rng(3).standard_normal((40_000, 9)), axis=1)
    ratio = drawn[:, :-2].var(axis=1) * 7 / (drawn.var(axis=1) * 9)
    share = float(np.mean(ratio < outlier_tests.critical_pair(9, 0.1)))
    assert abs(share - 0.05) < 4 * math.sqrt(0.05 * 0.95 / 40_000)


def test_no_laboratory_of_equals_is_called_an_outlier_more_often_than_chance_has_it() -> None:
    random = np.random.default_rng(5)
    called = 0
    for _ in range(300):
        cells = {str(number): tuple(random.normal(0, 1, 3)) for number in range(8)}
        tests = outlier_tests.scrutinised(cells)
        called += any(test.state == "outlier" and "pair" not in test.test for test in tests)
    expected = 300 * 0.02  # Cochran and the two ends of Grubbs, at 1 % each family
    assert called < expected + 4 * math.sqrt(expected)


def test_unequal_numbers_of_results_make_nobody_an_outlier_more_often() -> None:
    """With one critical value for all, 54 % had a straggler here and 34 % an outlier."""
    random, called = np.random.default_rng(7), [0, 0]
    for _ in range(400):
        cells = {str(at): random.normal(0, 1, n) for at, n in enumerate((2, 2, 3, 3, 5, 5, 10, 10))}
        test = outlier_tests._cochran(cells)
        assert test is not None
        called = [called[0] + (test.state != "within"), called[1] + (test.state == "outlier")]
    assert called[0] < 400 * 0.05 + 4 * math.sqrt(400 * 0.05)
    assert called[1] < 400 * 0.01 + 4 * math.sqrt(400 * 0.01)


def test_of_unequal_numbers_a_laboratory_that_scatters_is_found() -> None:
    random = np.random.default_rng(8)
    cells = {str(at): random.normal(0, 1, n) for at, n in enumerate((2, 2, 3, 3, 5, 5, 10, 10))}
    cells["6"] = random.normal(0, 4, 10)
    assert named(outlier_tests.scrutinised(cells), "outlier") == {"cochran": ("6",)}


def test_means_of_the_same_decimals_are_alike() -> None:
    """0.1 and 0.2 have a mean of 0.15000000000000002 in a computer, which is no outlier."""
    cells = {str(at): (0.15 - off, 0.15 + off) for at, off in enumerate((0.05, 0.03, 0.01, 0.02))}
    cells |= {"4": (0.15, 0.15), "5": (0.1, 0.2)}
    assert {test.test for test in outlier_tests.scrutinised(cells)} == {"cochran"}


def named(tests: tuple[OutlierTest, ...], state: str) -> dict[str, tuple[str, ...]]:
    return {test.test: test.laboratories for test in tests if test.state == state}


def test_a_biased_laboratory_and_a_scattering_one_are_each_found_by_their_test() -> None:
    cells = {str(number): (10 + 0.1 * number, 10.1 + 0.1 * number) for number in range(8)}
    biased = cells | {"7": (13.0, 13.1)}
    assert named(outlier_tests.scrutinised(biased), "outlier") == {"grubbs_high": ("7",)}
    scattering = cells | {"3": (9.0, 11.6)}
    assert named(outlier_tests.scrutinised(scattering), "outlier") == {"cochran": ("3",)}


def test_two_that_hide_each_other_are_found_as_a_pair() -> None:
    cells = {str(number): (10 + 0.05 * number,) for number in range(8)}
    cells |= {"6": (12.0,), "7": (12.05,)}
    tests = outlier_tests.scrutinised(cells)
    assert named(tests, "outlier") == {"grubbs_pair_high": ("7", "6")}
    assert outlier_tests.outliers(tests) == ("7", "6")


def test_the_creosote_of_the_standard_has_a_straggler_at_one_laboratory() -> None:
    cells = {str(number): (mean,) for number, mean in enumerate(CREOSOTE, start=1)}
    tests = outlier_tests.scrutinised(cells)
    first = next(test for test in tests if test.test == "grubbs_high")
    assert (first.laboratories, round(first.statistic, 3)) == (("1",), 2.102)
    assert first.state == "within"


def test_three_laboratories_stay_whatever_the_tests_say() -> None:
    cells = {"a": (1.0, 1.0), "b": (1.0, 1.001), "c": (1.0, 9.0)}
    outlier_tests.scrutinised(cells)
    assert outlier_tests.scrutinised({"a": (1.0,), "b": (5.0,)}) == ()
    assert outlier_tests.scrutinised(dict.fromkeys("abcd", (2.0, 2.0))) == ()

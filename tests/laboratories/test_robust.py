"""Algorithm A against the worked examples of ISO 13528:2022, Annex E."""

from __future__ import annotations

import pytest

from acceptance.errors import UsageError
from acceptance.laboratories import robust

# E.1, antibodies, results below the limit left out; E.3, atrazine; E.7, mercury in feed.
ANTIBODIES = [12, 19, 20, 23, 23, 25, 25, 26, 28, 28, 28, 29, 30, 30, 31, 32, 32, 45]
ATRAZINE = [
    0.040, 0.055, 0.178, 0.202, 0.206, 0.227, 0.228, 0.230, 0.230, 0.235, 0.236, 0.237, 0.243,
    0.244, 0.245, 0.2555, 0.260, 0.264, 0.267, 0.270, 0.273, 0.274, 0.274, 0.278, 0.2811, 0.287,
    0.287, 0.288, 0.289, 0.295, 0.296, 0.311, 0.331, 0.4246,
]  # fmt: skip
MERCURY = [
    0.013, 0.013, 0.0135, 0.014, 0.014, 0.016, 0.017, 0.019, 0.0239, 0.037, 0.039, 0.04, 0.04,
    0.040, 0.0424, 0.044, 0.045, 0.045, 0.046, 0.049, 0.053,
]  # fmt: skip


@pytest.mark.parametrize(
    ("values", "digits", "printed"),
    [
        (ANTIBODIES, (2, 2), (26.81, 5.29)),
        (ATRAZINE, (4, 4), (0.2570, 0.0395)),
        (MERCURY, (5, 4), (0.03161, 0.0164)),
    ],
)
def test_the_standards_examples_come_out_to_their_last_digit(
    values: list[float], digits: tuple[int, int], printed: tuple[float, float]
) -> None:
    found = robust.algorithm_a(values)
    assert (round(found.mean, digits[0]), round(found.deviation, digits[1])) == printed


def test_the_uncertainty_of_the_assigned_value_is_that_of_the_examples() -> None:
    assert round(robust.algorithm_a(ATRAZINE).uncertainty, 4) == 0.0085
    assert round(robust.algorithm_a(MERCURY).uncertainty, 4) == 0.0045


def test_origin_and_unit_change_nothing() -> None:
    found = robust.algorithm_a(ATRAZINE)
    other = robust.algorithm_a([1e6 + 25.4 * value for value in ATRAZINE])
    assert other.mean == pytest.approx(1e6 + 25.4 * found.mean, abs=1e-7)
    assert other.deviation == pytest.approx(25.4 * found.deviation, rel=1e-6)


@pytest.mark.parametrize(
    "values", [[2.0] * 5, [10.0] * 6 + [11.0], [10.0] * 5 + [9.0, 11.0], [1.0, 1.0]]
)
def test_where_most_are_alike_there_is_no_deviation(values: list[float]) -> None:
    found = robust.algorithm_a(values)
    assert (found.mean, found.deviation) == (values[0], 0)


def test_two_results_have_a_mean_and_one_has_none() -> None:
    assert robust.algorithm_a([1.0, 2.0]).mean == pytest.approx(1.5)
    with pytest.raises(UsageError, match="two"):
        robust.algorithm_a([1.0])

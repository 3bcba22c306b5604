"""Budgets: combined by the law of propagation, degrees of freedom and k as the tables have them."""

from __future__ import annotations

import math

import numpy as np
import pytest

from acceptance.model import BudgetLine, Shot
from acceptance.uncertainty import combine, coverage_factor, measurement

SHOT = Shot(id="s", subject="camera", clip="s.mp4")


def line(contribution: float, degrees: float | None = None) -> BudgetLine:
    """Make a line of a budget."""
    return BudgetLine(source="a", contribution=contribution, degrees_of_freedom=degrees)


@pytest.mark.parametrize(
    ("degrees", "factor"),
    [(1, 12.706), (2, 4.303), (10, 2.228), (120, 1.980), (None, 1.960), (0.5, 12.706)],
)
def test_k_is_students_t_and_below_one_degree_of_freedom_that_of_one(
    degrees: float | None, factor: float
) -> None:
    """Table G.2 of JCGM 100:2008, 95 %."""
    assert coverage_factor(degrees) == pytest.approx(factor, abs=5e-4)


def test_contributions_add_in_quadrature_whatever_their_sign() -> None:
    """3, -4 and 12 come to 13; degrees of freedom are infinite."""
    combined = combine([line(3), line(-4), line(12)])
    assert combined.uncertainty == pytest.approx(13)
    assert combined.degrees_of_freedom is None
    assert combined.k == pytest.approx(1.96, abs=5e-4)


def test_degrees_of_freedom_are_those_of_welch_and_satterthwaite() -> None:
    """(9 + 16)^2 / (81 / 5 + 256 / 10) = 14.95 (JCGM 100:2008, G.2b)."""
    combined = combine([line(3, 5), line(4, 10)])
    assert combined.degrees_of_freedom == pytest.approx(625 / (81 / 5 + 256 / 10))
    assert combined.k == pytest.approx(coverage_factor(combined.degrees_of_freedom))


@pytest.mark.parametrize(("degrees", "kept"), [(1e6 - 1, True), (1e6 + 1, False)])
def test_a_million_degrees_of_freedom_are_as_good_as_infinitely_many(
    degrees: float, *, kept: bool
) -> None:
    assert (combine([line(1, degrees)]).degrees_of_freedom is not None) is kept


def test_a_measurement_holds_plain_numbers_and_all_of_its_budget() -> None:
    """JSON knows no numbers of numpy."""
    budget = [line(np.float32(3)), line(np.float64(4), np.int64(7))]
    made = measurement(
        SHOT, "noise.snr", np.float64(40), "dB", budget, samples=np.int64(8), method="m",
        region="flat1",
    )  # fmt: skip
    numbers = (
        made.value,
        made.uncertainty,
        made.samples,
        *(one.contribution for one in made.budget),
    )
    assert all(type(number) in {int, float} for number in numbers)
    assert [(one.contribution, one.degrees_of_freedom) for one in made.budget] == [
        (3, None),
        (4, 7),
    ]
    assert type(made.budget[1].degrees_of_freedom) is int
    assert (made.subject, made.shot, made.value, made.unit) == ("camera", "s", 40, "dB")
    assert (made.samples, made.method, made.region) == (8, "m", "flat1")
    assert made.uncertainty == pytest.approx(5)
    assert made.degrees_of_freedom == pytest.approx(7 * (25 / 16) ** 2)
    assert made.k == pytest.approx(coverage_factor(made.degrees_of_freedom))
    assert math.isfinite(made.k)


@pytest.mark.parametrize("degrees", [None, 7, 7.0])
def test_a_line_of_pythons_numbers_stays_and_one_of_numpys_becomes_such(
    degrees: float | None,
) -> None:
    plain = line(0.5, degrees)
    others = [line(np.float64(0.5), degrees), line(1, degrees)]
    if degrees:
        others.append(line(0.5, np.float64(degrees)))
    found = measurement(SHOT, "q", 1.0, "1", [plain, *others], samples=1, method="m").budget
    assert found[0] is plain
    assert list(found[1:]) == [line(0.5, degrees), line(1.0, degrees), *[plain] * (len(others) - 2)]
    for each in found:
        assert type(each.contribution) is float
        assert type(each.degrees_of_freedom) in {type(None), int, float}

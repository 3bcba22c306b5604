"""Scores against Table E.7 of ISO 13528:2022 (mercury in feed), and their words."""

from __future__ import annotations

import pytest

from acceptance.laboratories import performance
from acceptance.laboratories.performance import Performance

ASSIGNED, EXPANDED, SIGMA = 0.044, 0.0082, 0.0066
# value, U, k, z, z', zeta, En
PRINTED = [
    (0.013, 0.003, 2, -4.70, -3.99, -7.10, -3.55),
    (0.0135, 0.00108, 1.732, -4.62, -3.93, -7.35, -3.69),
    (0.0239, 0.0036, 2, -3.05, -2.59, -4.49, -2.24),
    (0.04, 0.03, 2, -0.61, -0.51, -0.26, -0.13),
    (0.044, 0.007, 2, 0.0, 0.0, 0.0, 0.0),
    (0.049, 0.0072, 2, 0.76, 0.64, 0.92, 0.46),
    (0.053, 0.007, 2, 1.36, 1.16, 1.67, 0.83),
]


@pytest.mark.parametrize("row", PRINTED)
def test_scores_are_those_of_the_standards_table(row: tuple[float, ...]) -> None:
    value, own, k, *printed = row
    doubt = EXPANDED / 2
    found = (
        performance.z_score(value, ASSIGNED, SIGMA),
        performance.z_score(value, ASSIGNED, SIGMA, doubt),
        performance.zeta_score(value, ASSIGNED, own / k, doubt),
        performance.en_score(value, ASSIGNED, own, EXPANDED),
    )
    assert [round(score, 2) for score in found] == pytest.approx(printed, abs=1e-9)


@pytest.mark.parametrize(
    ("score", "word"),
    [
        (2.0, Performance.SATISFACTORY),
        (-2.01, Performance.QUESTIONABLE),
        (2.99, Performance.QUESTIONABLE),
        (-3.0, Performance.UNSATISFACTORY),
    ],
)
def test_words_change_at_two_and_three(score: float, word: Performance) -> None:
    assert performance.of_z(score) is word


def test_en_is_satisfactory_to_one() -> None:
    words = [performance.of_en(score) for score in (-1.0, 1.0, 1.001)]
    assert words == [Performance.SATISFACTORY] * 2 + [Performance.UNSATISFACTORY]


def test_the_assigned_value_is_sure_enough_to_three_tenths_of_sigma() -> None:
    assert performance.is_negligible(0.3, 1.0)
    assert not performance.is_negligible(0.301, 1.0)
    assert not performance.is_negligible(0.1, 0.0)

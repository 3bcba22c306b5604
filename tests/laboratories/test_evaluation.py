"""Comparisons evaluated: the laboratory that errs is found, and what cannot be said is refused."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pytest

from acceptance.laboratories import evaluation, performance
from acceptance.laboratories.performance import Performance
from acceptance.laboratories.reported import FigureReport, LaboratoryReport
from acceptance.laboratories.round_plan import ComparedFigure, Round

FIGURE = ComparedFigure(id="snr", name="S/N", unit="dB")


def report(code: str, *values: float, expanded: float | None = 0.2) -> LaboratoryReport:
    own = FigureReport(
        values=values, expanded=expanded, uncertainty=expanded / 2 if expanded else None
    )
    return LaboratoryReport(code=code, figures={"snr": own})


def evaluated(
    *reports: LaboratoryReport, figure: ComparedFigure = FIGURE
) -> tuple[evaluation.EvaluatedFigure, list[str]]:
    """Evaluate; return also the codes of the notes."""
    found = evaluation.evaluate(figure, reports)
    return found, [note.code for note in found.notes]


SEVEN = [report(f"L{n}", 40 + 0.05 * n, 40.06 + 0.05 * n) for n in range(1, 8)]
BIASED = report("L8", 42.0, 42.1)


def test_the_biased_laboratory_is_unsatisfactory_by_both_scores_and_an_outlier() -> None:
    found, _ = evaluated(*SEVEN, BIASED)
    words = {score.code: (score.word, score.en_word) for score in found.scores}
    assert words["L8"] == (Performance.UNSATISFACTORY,) * 2
    assert {word for code, pair in words.items() if code != "L8" for word in pair} == {
        Performance.SATISFACTORY
    }
    assert found.outliers == ("L8",)
    assert found.kept is not None
    assert found.precision is not None
    assert found.kept.reproducibility < 0.2 * found.precision.reproducibility
    assert found.assigned is not None
    assert abs(found.assigned.value - 40.23) < 0.1


def test_sigma_and_assigned_value_of_the_plan_take_the_place_of_the_datas() -> None:
    given = replace(FIGURE, assigned=40.0, assigned_uncertainty=0.01, sigma=0.5)
    found, notes = evaluated(*SEVEN, BIASED, figure=given)
    score = found.scores[-1]
    assert score.z == pytest.approx(4.1)
    assert score.en == pytest.approx(2.05 / math.hypot(0.2, 0.02))
    assert found.assigned is not None
    assert found.assigned.negligible
    assert not {"assigned_doubtful", "consensus_shared"} & set(notes)


def test_z_prime_judges_where_the_assigned_value_is_doubtful() -> None:
    given = replace(FIGURE, assigned=40.0, assigned_uncertainty=0.4, sigma=0.5)
    found, notes = evaluated(*SEVEN, report("L8", 41.2), figure=given)
    score = found.scores[-1]
    assert (score.z, score.z_prime) == pytest.approx((2.4, 1.2 / math.hypot(0.5, 0.4)))
    assert score.word is Performance.SATISFACTORY
    assert "assigned_doubtful" in notes


def test_a_laboratory_without_u_has_no_en_and_no_zeta_but_a_z() -> None:
    found, notes = evaluated(*SEVEN, report("L8", 40.2, 40.3, expanded=None))
    score = found.scores[-1]
    assert (score.en, score.zeta, score.en_word) == (None, None, None)
    assert score.z is not None
    assert "no_uncertainty" in notes
    assert all(other.en is not None for other in found.scores[:-1])


def test_one_result_each_has_scores_and_no_repeatability() -> None:
    found, notes = evaluated(*(report(f"L{n}", 40 + 0.1 * n) for n in range(5)))
    assert "one_repeat" in notes
    assert found.precision is not None
    assert found.precision.repeatability is None
    assert found.critical_k is None
    assert all(score.k is None and score.z is not None for score in found.scores)


def test_a_u_too_small_for_its_own_repeats_is_said_though_en_is_satisfactory() -> None:
    wide = report("L8", 39.7, 40.7, 40.2, expanded=0.05)
    found, notes = evaluated(*SEVEN, wide)
    assert found.scores[-1].en_word is Performance.SATISFACTORY
    assert "scatter_beyond_uncertainty" in notes
    assert {"laboratories": "L8"} in [note.parameters for note in found.notes]
    assert "scatter_beyond_uncertainty" not in evaluated(*SEVEN)[1]


def test_a_true_u_is_called_too_small_for_its_repeats_once_in_a_thousand_times() -> None:
    random, called = np.random.default_rng(6), 0
    for _ in range(4000):
        called += performance.scatter_beyond(random.normal(0, 1, 3), 1 / math.sqrt(3))
    assert called < 4 + 4 * 2
    assert not performance.scatter_beyond((1.0,), 0.001)


def test_unequal_numbers_are_said() -> None:
    """And each laboratory has a critical k of its own."""
    found, notes = evaluated(*SEVEN, report("L8", 40.1, 40.2, 40.3))
    assert "unbalanced" in notes
    assert found.critical_k is None
    first, *_, last = (score.critical_k for score in found.scores)
    assert first is not None
    assert last is not None
    assert first[0] > last[0]


def test_one_laboratory_is_not_evaluated_and_two_have_neither_h_nor_grubbs() -> None:
    found, notes = evaluated(report("L1", 40.0), LaboratoryReport(code="L2", figures={}))
    assert notes == ["no_result", "too_few"]
    assert (found.assigned, found.scores) == (None, ())
    found, _ = evaluated(report("L1", 40.0, 40.1), report("L2", 40.2, 40.3))
    assert found.critical_h is None
    assert {test.test for test in found.tests} <= {"cochran"}
    assert all(score.h is None for score in found.scores)


def test_outliers_are_named_but_not_left_out_where_too_few_would_stay() -> None:
    found, _ = evaluated(report("L1", 40.0, 40.01), report("L2", 40.0, 40.0), report("L3", 40, 49))
    assert found.outliers == ("L3",)
    assert found.kept is None


def test_means_all_alike_have_en_but_no_z() -> None:
    found, notes = evaluated(*(report(f"L{n}", 40.0, 40.0) for n in range(4)))
    assert {"no_scatter", "no_scatter_within"} <= set(notes)
    assert all((score.z, score.word, score.en) == (None, None, 0.0) for score in found.scores)
    given = replace(FIGURE, sigma=0.1)
    found, _ = evaluated(*(report(f"L{n}", 40.0, 40.0) for n in range(4)), figure=given)
    assert all(score.z == 0 for score in found.scores)


def test_without_any_scatter_or_doubt_nothing_is_divided_by_nothing() -> None:
    alike = [report(f"L{n}", 0.0, 0.0, expanded=None) for n in range(3)]
    found, _ = evaluated(*alike)
    assert all((score.z, score.en) == (None, None) for score in found.scores)


def test_honest_laboratories_are_satisfactory_as_often_as_their_uncertainty_claims() -> None:
    """Truth is known: En beyond 1 in about one of twenty where the assigned value is sure."""
    random = np.random.default_rng(4)
    given = replace(FIGURE, assigned=40.0, assigned_uncertainty=1e-6, sigma=0.1)
    drawn = [report(f"L{n}", float(random.normal(40, 0.1)), expanded=0.196) for n in range(99)]
    found, _ = evaluated(*drawn, figure=given)
    beyond = sum(score.en_word is Performance.UNSATISFACTORY for score in found.scores)
    spread = math.sqrt(99 * 0.05 * 0.95)
    assert abs(beyond - 99 * 0.05) < 3 * spread


def test_versions_and_methods_that_differ_are_said() -> None:
    reports = [
        replace(SEVEN[0], versions=frozenset({"0.10.0"})),
        replace(SEVEN[1], versions=frozenset({"0.11.0"})),
    ]
    own = [
        replace(one, figures={"snr": replace(one.figures["snr"], methods=frozenset({one.code}))})
        for one in reports
    ]
    _, notes = evaluated(*own)
    assert "methods_differ" in notes
    plan = Round(title="t", camera="c", laboratories=(), figures=(FIGURE,))
    edited = [replace(one, charts=frozenset({one.code})) for one in own]
    codes = [note.code for note in evaluation.compare(plan, edited).notes]
    assert codes == ["versions", "chart_editions"]
    assert evaluation.compare(plan, SEVEN).notes == ()

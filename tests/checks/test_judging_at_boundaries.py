"""Judging: what only a small change of the code showed to be untried (benchmarks/mutants.py)."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
from one_camera import (
    SHOT,
    answered,
    frames,
    lines,
    measured,
    one,
    outcome,
    plan,
    question,
    rate,
    requirement,
    scores,
    standard,
    tv_lines,
)

from acceptance.checks.judging import check_plan, exit_code
from acceptance.errors import PlanError
from acceptance.model import (
    Combine,
    Compare,
    Concession,
    Condition,
    DecisionRule,
    Deviation,
    How,
    Limit,
    Plan,
    RuleKind,
    Score,
    Subject,
    SubjectKind,
    Value,
    Verdict,
)


def conceded(**fields: str) -> Plan:
    """Make a plan with one concession."""
    plain = {"subject": "camera", "requirement": "x#snr", "decision": "accepted", "by": "Li"}
    plain |= {"why": "spare part ordered", "when": "2026-11-20T08:00", "expires": "2026-12-31"}
    return plan(concessions=(Concession(**(plain | fields)),))


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"requirement": "x#none"}, "concession 1: no pack has the requirement 'x#none'"),
        ({"by": " "}, "concession 1, x#snr for camera: missing: by"),
        ({"when": "soon"}, "concession 1, x#snr for camera, when: 'soon' is not a date"),
        ({"when": ""}, "concession 1, x#snr for camera, when: '' is not a date"),
        ({"expires": "never"}, "concession 1, x#snr for camera, expires: 'never' is not a date"),
        ({"expires": "2026-11-19"}, "x#snr for camera: expires before it was decided"),
    ],
)
def test_a_concession_that_does_not_say_who_decided_what_and_until_when_is_refused(
    fields: dict[str, str], words: str
) -> None:
    with pytest.raises(PlanError, match=words):
        check_plan((standard(requirement()),), conceded(**fields))


@pytest.mark.parametrize("expires", ["", "2026-11-20", "2026-11-20T07:00", "2027-01-01T00:00"])
def test_a_concession_may_expire_on_the_day_on_which_it_was_decided_or_never(expires: str) -> None:
    """Days are compared, not times."""
    check_plan((standard(requirement()),), conceded(expires=expires))


def test_a_circle_that_does_not_lead_back_to_the_subject_is_refused_as_well() -> None:
    """The first lies below the second, the other two below each other."""
    circle = tuple(
        Subject(id=name, kind=SubjectKind.SYSTEM, parent=parent)
        for name, parent in (("a", "b"), ("b", "c"), ("c", "b"))
    )
    with pytest.raises(PlanError, match="is its own ancestor"):
        check_plan((standard(),), plan(subjects=circle))


def test_a_finding_shows_the_decision_rule_where_there_is_a_limit() -> None:
    guarded = DecisionRule(kind=RuleKind.GUARDED)
    assert one(requirement(decision_rule=guarded), measured()).decision_rule == guarded
    assert one(question()).decision_rule is None


@pytest.mark.parametrize(
    ("duration", "compare", "code"),
    [
        (59.97, Compare.COUNT, "count_within_limit"),
        (59.95, Compare.COUNT, "duration_short"),
        (59.97, Compare.VALUE, "duration_short"),
        (60.0, Compare.VALUE, "within_limit"),
    ],
)
def test_a_count_may_fall_short_by_the_frame_in_which_the_film_ends(
    duration: float, compare: Compare, code: str
) -> None:
    """40 ms at 25 frame/s; any other figure by nothing."""
    finding = one(rate(compare=compare), replace(frames(1500, duration), value=25))
    assert finding.reason.code == code


def test_a_count_that_has_only_an_upper_limit_needs_the_whole_duration() -> None:
    limit = Limit(unit="frame/s", at_most=25)
    assert one(rate(limit=limit), frames(1500, 60.0)).reason.code == "count_within_limit"
    assert one(rate(limit=limit), frames(1499, 59.97)).reason.code == "duration_short"


def test_a_lowered_minimum_is_still_a_minimum() -> None:
    """6 s by a deviation; 3 s are too short."""
    why = Deviation(what="minimum_duration", value=6, why="demonstration")
    lowered = plan(minimum_duration=6, deviations=(why,))
    finding = one(rate(), frames(75, 3.0), given=lowered)
    assert finding.reason.code == "duration_short"
    assert finding.reason.parameters["needed"] == 6


def test_counts_are_ranked_by_frames_a_second_and_not_by_their_value() -> None:
    """The worst of several that pass, and of several that fail."""
    better, worse = replace(frames(3000, 60.0), value=20), replace(frames(3600, 120.0), value=40)
    assert one(rate(), better, worse).measurements == (1,)
    assert one(rate(), worse, better).measurements == (0,)


def test_a_mean_of_several_pictures_is_flagged_by_the_one_that_samples_least() -> None:
    [flag] = one(
        replace(tv_lines(at_least=270), combine=Combine.MEAN), lines(280, 540), lines(280, 264)
    ).remarks
    assert flag.parameters["sampling_limit"] == 264


@pytest.mark.parametrize(
    ("bound", "code"),
    [("upper_bound", "only_an_upper_bound"), ("lower_bound", "within_limit")],
)
def test_a_mean_of_which_one_is_a_bound_is_a_bound(bound: str, code: str) -> None:
    demand = requirement(combine=Combine.MEAN)
    assert one(demand, measured(40), measured(40, **{bound: True})).reason.code == code


@pytest.mark.parametrize(
    ("value", "unit", "code"),
    [
        (0.8, "H", "within_limit"),
        (6, "", "within_limit"),
        (0, "H", "condition_unusable"),
        (6, "m", "condition_unusable"),
        ("far", "H", "condition_unusable"),
    ],
)
def test_a_viewing_distance_is_a_number_of_screen_heights_above_0(
    value: Value, unit: str, code: str
) -> None:
    distance = Condition(name="viewing_distance", value=value, unit=unit)
    shot = replace(SHOT, conditions=(distance,))
    finding = one(requirement(conditions=("viewing_distance",)), measured(), shots=(shot,))
    assert finding.reason.code == code


def test_raters_without_a_limit_are_not_judged_but_keep_their_mean() -> None:
    finding = answered(question(how=How.RATED), {"scores": scores(4, 5)})
    assert (outcome(finding), finding.value) == (("inconclusive", "no_limit_known"), 4.5)


@pytest.mark.parametrize(("experts", "lay"), [(0, 5), (5, 0)])
def test_raters_of_one_sort_are_counted_in_the_reason(experts: int, lay: int) -> None:
    demand = question(how=How.RATED, minimum_raters=5, limit=Limit(unit="grade", at_least=4))
    given = tuple(Score(rater=f"rater {n}", score=4, expert=n < experts) for n in range(5))
    reason = answered(demand, {"scores": given}).reason
    assert reason.parameters == {"experts": experts, "lay": lay}


def test_a_reading_has_k_and_a_probability_only_with_an_uncertainty() -> None:
    """Normal distribution: k of 1.96, and one half on the limit."""
    demand = question(limit=Limit(unit="Ω", at_most=4))
    plain = answered(demand, {"value": 1, "unit": "Ω"})
    assert (plain.uncertainty, plain.k, plain.probability) == (None, None, None)
    known = answered(demand, {"value": 4, "unit": "Ω", "uncertainty": 0.1})
    assert known.k == pytest.approx(1.96, abs=1e-3)
    assert known.probability == pytest.approx(0.5)


@pytest.mark.parametrize("verdict", Verdict)
@pytest.mark.parametrize("provisional", [True, False])
def test_a_bottom_line_ends_with_0_where_it_passes_1_where_it_fails_and_3_else(
    verdict: Verdict, *, provisional: bool
) -> None:
    """Taken strictly, with 0 where nothing of a pass is provisional or conditional."""
    line: Any = SimpleNamespace(verdict=verdict, provisional=provisional)
    if verdict in {Verdict.FAIL, Verdict.CONDITIONAL_FAIL}:
        expected = 1, 1
    elif verdict in {Verdict.PASS, Verdict.CONDITIONAL_PASS}:
        expected = 0, 0 if verdict is Verdict.PASS and not provisional else 3
    else:
        expected = 3, 3
    assert (exit_code(line, strict=False), exit_code(line, strict=True)) == expected

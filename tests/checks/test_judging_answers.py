"""Judging: what answers mean."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from one_camera import (
    READING,
    TODAY,
    answered,
    measured,
    one,
    outcome,
    plan,
    question,
    requirement,
    scores,
    standard,
)

from acceptance.checks.judging import judge
from acceptance.model import (
    Answer,
    Condition,
    DecisionRule,
    How,
    Instrument,
    Limit,
    Note,
    Reason,
    RuleKind,
    Score,
    Shot,
    Verdict,
)


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"yes": True}, ("pass", "answered_yes")),
        ({"yes": False}, ("fail", "answered_no")),
        ({"grade": "conforms"}, ("pass", "answered_conforms")),
        ({"grade": "basically_conforms"}, ("conditional_pass", "answered_basically_conforms")),
        ({"grade": "does_not_conform"}, ("fail", "answered_does_not_conform")),
        ({}, ("not_tested", "not_answered")),
        ({"value": 1}, ("inconclusive", "no_limit_known")),
    ],
)
def test_answers_of_inspection(answer: dict[str, Any], expected: tuple[str, str]) -> None:
    """Yes and no, the three grades, an empty answer, a number that nothing limits."""
    finding = answered(question(), answer)
    assert (outcome(finding), finding.answer) == (expected, 0)


def test_several_answers_to_one_question_are_not_chosen_from() -> None:
    """The last word would be a silent override."""
    assert outcome(answered(question(), {"yes": False}, {"yes": True})) == (
        "inconclusive",
        "several_answers",
    )


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ((4, 4, 4, 4, 4), ("pass", "within_limit")),
        ((5, 4, 4, 4, 3), ("pass", "within_limit")),
        ((4, 4, 4, 4, 3.9), ("fail", "outside_limit")),
        ((5, 5, 5, 5), ("inconclusive", "too_few_raters")),
    ],
)
def test_the_mean_of_enough_raters_is_judged(
    values: tuple[float, ...], expected: tuple[str, str]
) -> None:
    """GB 50198: at least five raters, arithmetic mean, no guard band."""
    guarded = DecisionRule(kind=RuleKind.GUARDED)
    demand = question(
        how=How.RATED,
        minimum_raters=5,
        limit=Limit(unit="grade", at_least=4),
        decision_rule=guarded,
    )
    finding = answered(demand, {"scores": scores(*values)})
    assert outcome(finding) == expected
    assert finding.value == pytest.approx(sum(values) / len(values))
    assert finding.decision_rule == DecisionRule()


def test_one_rater_who_scores_five_times_is_one_rater() -> None:
    """Independent scores come from different people."""
    demand = question(how=How.RATED, minimum_raters=5, limit=Limit(unit="grade", at_least=4))
    same = tuple(Score(rater="Li", score=5) for _ in range(5))
    assert answered(demand, {"scores": same}).reason.code == "too_few_raters"


@pytest.mark.parametrize(
    ("experts", "code"),
    [
        (0, "raters_of_one_sort"),
        (1, "within_limit"),
        (4, "within_limit"),
        (5, "raters_of_one_sort"),
    ],
)
def test_experts_and_lay_persons_must_both_have_rated(experts: int, code: str) -> None:
    """GB 50198-1994, chapter 4: five of one sort are no panel, whatever they say."""
    demand = question(how=How.RATED, minimum_raters=5, limit=Limit(unit="grade", at_least=4))
    given = tuple(
        Score(rater=f"rater {number}", score=4, expert=number < experts) for number in range(5)
    )
    finding = answered(demand, {"scores": given})
    assert (finding.reason.code, finding.value) == (code, 4)


def test_the_viewing_distance_must_be_recorded_where_it_is_asked_for() -> None:
    """A score from an unknown distance is kept and decides nothing, for better or worse."""
    demand = question(
        how=How.RATED, conditions=("viewing_distance",), limit=Limit(unit="grade", at_least=4)
    )
    distance = Condition(name="viewing_distance", value=6, unit="H")
    without = answered(demand, {"scores": scores(5, 5)})
    assert (outcome(without), without.value) == (("inconclusive", "condition_missing"), 5)
    assert (
        answered(demand, {"scores": scores(5, 5), "conditions": (distance,)}).verdict
        is Verdict.PASS
    )
    assert answered(demand, {}).reason.code == "not_answered"


@pytest.mark.parametrize(
    ("answer", "rule", "expected"),
    [
        ({"value": 3.9, "unit": "Ω"}, DecisionRule(), ("pass", "within_limit")),
        ({"value": 4.1, "unit": "Ω", "uncertainty": 1}, DecisionRule(), ("fail", "outside_limit")),
        (
            {"value": 3.9, "unit": "Ω", "uncertainty": 1},
            DecisionRule(kind=RuleKind.GUARDED),
            ("inconclusive", "inside_guard_band"),
        ),
        (
            {"value": 3.9, "unit": "Ω"},
            DecisionRule(kind=RuleKind.GUARDED),
            ("inconclusive", "uncertainty_missing"),
        ),
        ({"value": 3.9, "unit": "kΩ"}, DecisionRule(), ("inconclusive", "unit_differs")),
    ],
)
def test_a_reading_is_judged_like_a_measurement(
    answer: dict[str, Any], rule: DecisionRule, expected: tuple[str, str]
) -> None:
    """With unit and uncertainty; a guard band without uncertainty would be none."""
    meter = Instrument(id="earth", name="earth tester", due="2027-01-01")
    read = {"instrument": "earth"} | answer
    finding = answered(replace(READING, decision_rule=rule), read, instruments=(meter,))
    assert (outcome(finding), finding.value) == (expected, answer["value"])


def test_a_reading_of_an_expired_instrument_is_inconclusive() -> None:
    """Like a measurement."""
    meter = Instrument(id="earth", name="earth tester", due="2020-01-01")
    finding = answered(
        READING, {"value": 1, "unit": "Ω", "instrument": "earth"}, instruments=(meter,)
    )
    assert outcome(finding) == ("inconclusive", "instrument_expired")


def test_the_offset_of_an_unreadable_clock_is_judged_from_a_hand_reading_and_a_still() -> None:
    """The note of the metric does not stand in the way."""
    demand = requirement(
        quantity="burnt_in_clock.offset",
        limit=Limit(unit="s", at_least=-10, at_most=10),
        evidence=True,
    )
    read = Answer(
        subject="camera",
        requirement="x#snr",
        by="Li",
        when="",
        value=5.4,
        unit="s",
        uncertainty=0.6,
        evidence=("a.jpg",),
    )
    unread = Note(
        quantity="burnt_in_clock.offset",
        subject="camera",
        shot="s",
        reason=Reason(code="clock_unclear"),
    )
    shots = (Shot(id="s", subject="camera", clip="s.mp4"),)
    found = judge((standard(demand),), plan(answers=(read,)), (), (unread,), shots, today=TODAY)
    assert [(one.verdict, one.value, one.unit) for one in found if one.requirement] == [
        (Verdict.PASS, 5.4, "s")
    ]


def test_a_reading_may_stand_in_for_what_the_toolkit_did_not_measure() -> None:
    """A video analyser's S/N, where there is no footage; a measurement goes first."""
    reading = {"value": 30, "unit": "dB", "uncertainty": 0.2, "evidence": ("analyser.pdf",)}
    assert answered(requirement(), reading).verdict is Verdict.FAIL
    asked = plan(
        answers=(
            Answer(subject="camera", requirement="x#snr", by="Li", when="", value=30, unit="dB"),
        )
    )
    assert one(requirement(), measured(40), given=asked).verdict is Verdict.PASS

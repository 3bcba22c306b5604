"""Decision rules: golden cases from the literature, and what holds for any uncertainty."""

from __future__ import annotations

import math
import tomllib
from pathlib import Path
from statistics import NormalDist
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acceptance.checks.decision import (
    Figure,
    decide,
    decide_bound,
    decide_count,
    guard_band,
    margin,
    probability_of_conformity,
    span,
)
from acceptance.model import DecisionRule, Limit, RuleKind, Verdict
from acceptance.uncertainty import worst_false_accept

GOLDEN = tomllib.loads((Path(__file__).parent / "decisions.toml").read_text(encoding="utf-8"))
ORDER = (
    Verdict.FAIL,
    Verdict.CONDITIONAL_FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.CONDITIONAL_PASS,
    Verdict.PASS,
)

numbers = st.floats(-1e4, 1e4)
sizes = st.floats(0, 1e3)
rules = st.builds(DecisionRule, kind=st.sampled_from(RuleKind), guard=st.floats(0, 2))
limits = st.one_of(
    st.builds(lambda low: Limit(unit="dB", at_least=low), numbers),
    st.builds(lambda high: Limit(unit="dB", at_most=high), numbers),
    st.builds(
        lambda low, width: Limit(unit="dB", at_least=low, at_most=low + width), numbers, sizes
    ),
)


def rank(figure: Figure, limit: Limit, rule: DecisionRule) -> int:
    """Place of the verdict between FAIL (0) and PASS (4)."""
    return ORDER.index(decide(figure, limit, rule).verdict)


@pytest.mark.parametrize("case", GOLDEN["decisions"], ids=lambda case: case["name"])
def test_golden_decisions(case: dict[str, Any]) -> None:
    """Verdict, reason and probability of conformity of the published cases."""
    rule = case.get("rule", {})
    figure = Figure(
        value=case["value"],
        uncertainty=case["uncertainty"],
        degrees_of_freedom=case.get("degrees_of_freedom"),
        k=case.get("k", 2),
    )
    limit = Limit(unit="", at_least=case.get("at_least"), at_most=case.get("at_most"))
    decision = decide(
        figure, limit, DecisionRule(**{**rule, "kind": RuleKind(rule.get("kind", "simple"))})
    )
    assert (decision.verdict, decision.reason.code) == (case["verdict"], case["reason"])
    assert decision.probability == (
        pytest.approx(case["probability"], abs=1e-4) if "probability" in case else None
    )


@pytest.mark.parametrize("case", GOLDEN["counts"], ids=lambda case: case["name"])
def test_golden_counts(case: dict[str, Any]) -> None:
    """A count is compared with the whole frames of rate times duration, without probability."""
    limit = Limit(unit="frame/s", at_least=case.get("at_least"), at_most=case.get("at_most"))
    decision = decide_count(case["count"], case["duration"], limit)
    assert decision.verdict == case["verdict"]
    assert decision.probability is None


@pytest.mark.parametrize("case", GOLDEN["bounds"], ids=lambda case: case["name"])
def test_golden_bounds(case: dict[str, Any]) -> None:
    """A bound decides only what no true value on its open side can turn round."""
    limit = Limit(unit="", at_least=case.get("at_least"), at_most=case.get("at_most"))
    first = decide(Figure(value=case["value"]), limit, DecisionRule())
    lower, upper = case["bound"] == "lower", case["bound"] == "upper"
    decision = decide_bound(first, case["value"], limit, lower=lower, upper=upper)
    assert (decision.verdict, decision.reason.code) == (case["verdict"], case["reason"])


@pytest.mark.parametrize("case", GOLDEN["risks"], ids=lambda case: case["name"])
def test_golden_risks(case: dict[str, Any]) -> None:
    """The worst false accept of a guard band."""
    assert worst_false_accept(case["guard"], case.get("tolerance", math.inf)) == pytest.approx(
        case["risk"], abs=1e-4
    )


def test_at_least_forty_golden_cases_name_their_verdict() -> None:
    """The data are what is tried; an empty file would try nothing."""
    assert len(GOLDEN["decisions"]) + len(GOLDEN["counts"]) + len(GOLDEN["bounds"]) >= 40
    assert {case["verdict"] for case in GOLDEN["decisions"]} == set(ORDER)


@given(numbers, sizes, st.floats(0.01, 1e3), limits, rules)
def test_no_item_that_passes_is_likelier_to_fail_than_the_worst_false_accept(
    value: float, inside: float, spread: float, limit: Limit, rule: DecisionRule
) -> None:
    """The risk printed beside a rule bounds that of every item which the rule passes."""
    low = limit.at_least if limit.at_least is not None else (limit.at_most or 0) - abs(value)
    figure = Figure(value=low + inside, uncertainty=spread, k=2)
    guard = guard_band(figure, rule) / spread
    both = limit.at_least is not None and limit.at_most is not None
    tolerance = span(limit) / spread if both else math.inf
    decision = decide(figure, limit, rule)
    if decision.verdict is Verdict.PASS:
        assert decision.probability is not None
        assert 1 - decision.probability <= worst_false_accept(guard, tolerance) + 1e-9


@given(st.floats(0, 6), sizes, st.floats(0.1, 50))
def test_a_wider_guard_band_never_lets_more_pass_wrongly(
    guard: float, more: float, tolerance: float
) -> None:
    """As long as anything can pass at all."""
    wider = min(guard + more, tolerance / 2)
    assert (
        worst_false_accept(min(guard, wider), tolerance)
        >= worst_false_accept(wider, tolerance) - 1e-12
    )


@given(numbers, sizes, sizes, limits, st.floats(0, 2))
def test_the_four_words_stand_in_order_of_severity(
    value: float, better: float, spread: float, limit: Limit, guard: float
) -> None:
    """Further inside is never a worse word, and each word stays on its side of the limit."""
    rule = DecisionRule(kind=RuleKind.FOUR_WORD, guard=guard)
    figure, other = (Figure(value=each, uncertainty=spread) for each in (value, value + better))
    rooms = margin(figure.value, limit), margin(other.value, limit)
    first, second = rank(figure, limit, rule), rank(other, limit, rule)
    assert (first <= second) if rooms[0] <= rooms[1] else (first >= second)
    assert Verdict.INCONCLUSIVE not in {ORDER[first], ORDER[second]}
    band = guard_band(figure, rule)
    assert (first >= ORDER.index(Verdict.CONDITIONAL_PASS)) is (rooms[0] >= 0)
    assert (ORDER[first] is Verdict.PASS) is (rooms[0] >= band)
    assert (ORDER[first] is Verdict.FAIL) is (rooms[0] < min(-band, 0))


def test_the_reason_of_a_count_says_how_many_frames_were_needed() -> None:
    """The report prints count, need and duration side by side."""
    decision = decide_count(140, 6.0, Limit(unit="frame/s", at_least=25))
    assert decision.reason.code == "count_outside_limit"
    assert decision.reason.parameters == {"count": 140, "needed": 149, "duration": 6.0}


@pytest.mark.parametrize(
    ("duration", "needed"), [(6.0, 149), (6.000255, 149), (6.001, 149), (6.002, 150), (60.0, 1499)]
)
def test_the_time_of_a_count_is_good_to_a_millisecond(duration: float, needed: int) -> None:
    """A time stamp that is rounded up does not cost a frame."""
    decision = decide_count(0, duration, Limit(unit="frame/s", at_least=25))
    assert decision.reason.parameters["needed"] == needed


@given(numbers, sizes, sizes, numbers, rules)
def test_a_better_value_never_gets_a_worse_verdict(
    value: float, better: float, spread: float, low: float, rule: DecisionRule
) -> None:
    """The verdict is monotone in the value, on either side."""
    above = Limit(unit="dB", at_least=low)
    below = Limit(unit="dB", at_most=low)
    here, higher = (
        Figure(value=value, uncertainty=spread),
        Figure(value=value + better, uncertainty=spread),
    )
    assert rank(higher, above, rule) >= rank(here, above, rule)
    assert rank(higher, below, rule) <= rank(here, below, rule)


@given(numbers, limits, rules)
def test_without_uncertainty_every_rule_is_plain_comparison(
    value: float, limit: Limit, rule: DecisionRule
) -> None:
    """With u = 0 there is no guard band, and the probability of conformity is 0 or 1."""
    low = -math.inf if limit.at_least is None else limit.at_least
    high = math.inf if limit.at_most is None else limit.at_most
    decision = decide(Figure(value=value), limit, rule)
    assert decision.verdict is (Verdict.PASS if low <= value <= high else Verdict.FAIL)
    assert decision.probability == float(low <= value <= high)


@given(numbers, sizes, sizes, limits, rules)
def test_a_wider_uncertainty_never_saves_a_failure_nor_fails_a_pass(
    value: float, spread: float, wider: float, limit: Limit, rule: DecisionRule
) -> None:
    """More doubt can only open a verdict, never turn FAIL into PASS or PASS into FAIL."""
    first = decide(Figure(value=value, uncertainty=spread), limit, rule).verdict
    second = decide(Figure(value=value, uncertainty=spread + wider), limit, rule).verdict
    assert {first, second} != {Verdict.PASS, Verdict.FAIL}
    assert (
        first not in {Verdict.CONDITIONAL_FAIL, Verdict.INCONCLUSIVE} or second is not Verdict.PASS
    )


@given(numbers, st.floats(0.01, 1e3), limits, st.none() | st.floats(1, 100))
def test_probability_of_conformity_is_a_probability_that_agrees_with_the_side(
    value: float, spread: float, limit: Limit, degrees: float | None
) -> None:
    """It is 0..1; with a one-sided limit at least one half inside, and at most that outside."""
    figure = Figure(value=value, uncertainty=spread, degrees_of_freedom=degrees)
    probability = probability_of_conformity(figure, limit)
    assert 0 <= probability <= 1
    if limit.at_most is None and limit.at_least is not None:
        assert probability >= 0.5 if value >= limit.at_least else probability <= 0.5


@given(st.integers(0, 10_000), st.floats(1, 600), st.floats(1, 100))
def test_a_frame_more_never_fails_a_minimum_rate(count: int, duration: float, rate: float) -> None:
    """Counts are monotone too."""
    limit = Limit(unit="frame/s", at_least=rate)
    fewer, more = (
        decide_count(count, duration, limit).verdict,
        decide_count(count + 1, duration, limit).verdict,
    )
    assert not (fewer is Verdict.PASS and more is Verdict.FAIL)


@pytest.mark.parametrize(("value", "spread"), [(math.nan, 0), (math.inf, 0), (1, math.inf)])
def test_a_figure_that_is_not_finite_is_not_judged(value: float, spread: float) -> None:
    """Neither a missing number nor an endless one may pass."""
    decision = decide(
        Figure(value=value, uncertainty=spread), Limit(unit="dB", at_least=0), DecisionRule()
    )
    assert (decision.verdict, decision.reason.code) == (Verdict.INCONCLUSIVE, "not_finite")


@pytest.mark.parametrize(
    ("count", "low", "high", "needed"),
    [
        (140, 25, None, 149),
        (150, 25, None, 149),
        (150, None, 25, 151),
        (152, None, 25, 151),
        (148, 25, 25, 149),
        (150, 25, 25, 151),
        (152, 25, 25, 151),
        (150, None, None, 0),
    ],
)
def test_the_need_that_a_count_names_is_that_of_the_limit_it_breaks(
    count: int, low: float | None, high: float | None, needed: int
) -> None:
    """6 s of 25 frame/s: at least 149, at most 151; between two limits the upper one is named."""
    limit = Limit(unit="frame/s", at_least=low, at_most=high)
    assert decide_count(count, 6.0, limit).reason.parameters["needed"] == needed


def test_the_reason_of_too_large_an_uncertainty_gives_its_share() -> None:
    """U = 2 x 2 of a tolerance of 5 is 0.8."""
    limit, rule = Limit(unit="dB", at_least=10, at_most=15), DecisionRule(share=0.5)
    reason = decide(Figure(value=12, uncertainty=2, k=2), limit, rule).reason
    assert (reason.code, reason.parameters) == (
        "uncertainty_too_large",
        {"share": 0.8, "allowed": 0.5},
    )


def test_the_width_of_the_guard_band_is_named_only_inside_it() -> None:
    rule = DecisionRule(kind=RuleKind.GUARDED, guard=1)
    limit = Limit(unit="dB", at_least=10)
    inside, beyond = (decide(Figure(value=v, uncertainty=1, k=2), limit, rule) for v in (11, 13))
    assert (inside.reason.code, inside.reason.parameters) == ("inside_guard_band", {"width": 2})
    assert (beyond.reason.code, beyond.reason.parameters) == ("within_limit", {})


def test_a_figure_of_unknown_k_has_that_of_the_normal_distribution() -> None:
    """97.5 % of it lie below 1.96 standard deviations."""
    assert Figure(value=0, uncertainty=1).expanded == pytest.approx(
        NormalDist().inv_cdf(0.975), abs=1e-3
    )

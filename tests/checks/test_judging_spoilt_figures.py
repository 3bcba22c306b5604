"""Judging: what spoils a figure, so that it is not judged."""

from __future__ import annotations

from dataclasses import replace

import pytest
from one_camera import (
    SHOT,
    measured,
    one,
    outcome,
    plan,
    requirement,
)

from acceptance.model import (
    Combine,
    Condition,
    DecisionRule,
    Instrument,
    Limit,
    RuleKind,
    Value,
    Verdict,
)


def test_a_condition_that_the_requirement_needs_must_be_stated() -> None:
    """Without the illuminance at the chart a resolution is no evidence."""
    demand = requirement(conditions=("illuminance",))
    lit = replace(SHOT, conditions=(Condition(name="illuminance", value=500, unit="lx"),))
    missing = one(demand, measured())
    assert (outcome(missing), dict(missing.reason.parameters)) == (
        ("inconclusive", "condition_missing"),
        {"condition": "illuminance"},
    )
    assert one(demand, measured(), shots=(lit,)).verdict is Verdict.PASS


@pytest.mark.parametrize(
    ("name", "value", "unit", "code"),
    [
        ("illuminance", 500, "lx", "within_limit"),
        ("illuminance", 500.5, "", "within_limit"),
        ("illuminance", 500, "cd", "condition_unusable"),
        ("illuminance", 0, "lx", "condition_unusable"),
        ("illuminance", float("inf"), "lx", "condition_unusable"),
        ("illuminance", True, "lx", "condition_unusable"),
        ("illuminance", "bright", "", "condition_unusable"),
        ("illuminance", "", "lx", "condition_missing"),
        ("illuminance", " ", "lx", "condition_missing"),
        ("agc", "Off", "", "within_limit"),
        ("agc", "auto", "", "within_limit"),
        ("agc", -6, "dB", "within_limit"),
        ("agc", 12, "V", "condition_unusable"),
        ("agc", "?", "", "condition_unusable"),
        ("agc", "未知", "", "condition_unusable"),
        ("lens", "2.8 mm", "", "within_limit"),
        ("lens", "unknown", "", "condition_unusable"),
    ],
)
def test_a_condition_must_say_something(name: str, value: Value, unit: str, code: str) -> None:
    """A question mark in the form is not the illuminance at the chart."""
    shot = replace(SHOT, conditions=(Condition(name=name, value=value, unit=unit),))
    finding = one(requirement(conditions=(name,)), measured(), shots=(shot,))
    assert finding.reason.code == code


def test_the_reason_quotes_the_condition_that_says_nothing() -> None:
    """As it was written, with its unit."""
    shot = replace(SHOT, conditions=(Condition(name="illuminance", value=0, unit="lx"),))
    finding = one(requirement(conditions=("illuminance",)), measured(), shots=(shot,))
    assert dict(finding.reason.parameters) == {"condition": "illuminance", "value": "0 lx"}


@pytest.mark.parametrize(
    ("due", "verdict", "code"),
    [
        ("2026-11-19", "inconclusive", "instrument_expired"),
        ("2026-11-20", "pass", "within_limit"),
        (None, "pass", "within_limit"),
    ],
)
def test_an_expired_instrument_makes_its_findings_inconclusive(
    due: str | None, verdict: str, code: str
) -> None:
    """The due date itself is still valid."""
    lux = Instrument(id="lux", name="lux meter", due=due)
    shot = replace(SHOT, instruments=("lux",))
    assert outcome(
        one(requirement(), measured(), given=plan(instruments=(lux,)), shots=(shot,))
    ) == (verdict, code)


def test_an_instrument_named_by_a_condition_counts_as_well() -> None:
    """Free text there names no instrument and is left alone."""
    lux = Instrument(id="lux", name="lux meter", due="2026-01-01")
    by_id = replace(SHOT, conditions=(Condition(name="illuminance", value=500, instrument="lux"),))
    by_text = replace(
        SHOT, conditions=(Condition(name="illuminance", value=500, instrument="some meter"),)
    )
    given_plan = plan(instruments=(lux,))
    assert (
        one(requirement(), measured(), given=given_plan, shots=(by_id,)).reason.code
        == "instrument_expired"
    )
    assert (
        one(requirement(), measured(), given=given_plan, shots=(by_text,)).verdict is Verdict.PASS
    )


def test_an_instrument_that_the_plan_does_not_list_is_missed() -> None:
    """A shot names what it was made with; the plan must know it."""
    shot = replace(SHOT, instruments=("lux",))
    assert outcome(one(requirement(), measured(), shots=(shot,))) == (
        "inconclusive",
        "instrument_missing",
    )


def test_an_uncertainty_above_the_share_is_inconclusive_and_the_figure_is_kept() -> None:
    """Also for a value far inside."""
    finding = one(requirement(decision_rule=DecisionRule(share=0.1)), measured(80, uncertainty=5))
    assert (outcome(finding), finding.value) == (("inconclusive", "uncertainty_too_large"), 80)


@pytest.mark.parametrize(
    ("value", "limit", "kind", "expected"),
    [
        (40, Limit(unit="dB", at_least=36), RuleKind.SIMPLE, ("pass", "within_limit")),
        (30, Limit(unit="dB", at_least=36), RuleKind.SIMPLE, ("inconclusive", "only_a_bound")),
        (35.5, Limit(unit="dB", at_least=36), RuleKind.FOUR_WORD, ("inconclusive", "only_a_bound")),
        (
            36.5,
            Limit(unit="dB", at_least=36),
            RuleKind.FOUR_WORD,
            ("conditional_pass", "inside_guard_band"),
        ),
        (40, Limit(unit="dB", at_most=36), RuleKind.SIMPLE, ("fail", "outside_limit")),
        (30, Limit(unit="dB", at_most=36), RuleKind.SIMPLE, ("inconclusive", "only_a_bound")),
        (
            30,
            Limit(unit="dB", at_least=20, at_most=36),
            RuleKind.SIMPLE,
            ("inconclusive", "only_a_bound"),
        ),
        (40, Limit(unit="dB", at_least=20, at_most=36), RuleKind.SIMPLE, ("fail", "outside_limit")),
    ],
)
def test_a_lower_bound_decides_only_what_a_higher_value_would_not_change(
    value: float, limit: Limit, kind: RuleKind, expected: tuple[str, str]
) -> None:
    """A wedge that is resolved to its end does not show that the camera resolves no more."""
    finding = one(
        requirement(limit=limit, decision_rule=DecisionRule(kind=kind)),
        measured(value, lower_bound=True),
    )
    assert (outcome(finding), finding.value) == (expected, value)


@pytest.mark.parametrize(
    ("value", "limit", "kind", "expected"),
    [
        (0.3, Limit(unit="lx", at_most=0.5), RuleKind.SIMPLE, ("pass", "within_limit")),
        (
            1,
            Limit(unit="lx", at_most=0.5),
            RuleKind.SIMPLE,
            ("inconclusive", "only_an_upper_bound"),
        ),
        (
            0.49,
            Limit(unit="lx", at_most=0.5),
            RuleKind.FOUR_WORD,
            ("conditional_pass", "inside_guard_band"),
        ),
        (
            0.51,
            Limit(unit="lx", at_most=0.5),
            RuleKind.FOUR_WORD,
            ("inconclusive", "only_an_upper_bound"),
        ),
        (
            1,
            Limit(unit="lx", at_least=0.5),
            RuleKind.SIMPLE,
            ("inconclusive", "only_an_upper_bound"),
        ),
        (0.3, Limit(unit="lx", at_least=0.5), RuleKind.SIMPLE, ("fail", "outside_limit")),
        (
            0.4,
            Limit(unit="lx", at_least=0.1, at_most=0.5),
            RuleKind.SIMPLE,
            ("inconclusive", "only_an_upper_bound"),
        ),
    ],
)
def test_an_upper_bound_decides_only_what_a_lower_value_would_not_change(
    value: float, limit: Limit, kind: RuleKind, expected: tuple[str, str]
) -> None:
    """The darkest shot that is still good does not show how dark it may get."""
    bound = measured(value, uncertainty=0.02, unit="lx", upper_bound=True)
    finding = one(requirement(limit=limit, decision_rule=DecisionRule(kind=kind)), bound)
    assert (outcome(finding), finding.value) == (expected, value)


def test_a_proper_value_beside_an_upper_bound_still_fails() -> None:
    """Of two takes against at most 0.5 lx.

    The worst is only a bound of 2 lx, a proper 1 lx fails for good.
    """
    bound = measured(2, unit="lx", upper_bound=True)
    finding = one(requirement(limit=Limit(unit="lx", at_most=0.5)), bound, measured(1, unit="lx"))
    assert (outcome(finding), finding.measurements) == (("fail", "outside_limit"), (1,))


def test_a_proper_value_beside_a_bound_still_fails() -> None:
    """And one that passes does not settle what the bound leaves open.

    A mean over a bound is a bound.
    """
    bound = measured(30, lower_bound=True)
    failed, opened = (
        one(requirement(), bound, measured(32)),
        one(requirement(), bound, measured(40)),
    )
    assert (outcome(failed), failed.measurements) == (("fail", "outside_limit"), (1,))
    assert (outcome(opened), opened.measurements) == (("inconclusive", "only_a_bound"), (0,))
    mean = one(requirement(combine=Combine.MEAN), bound, measured(32))
    assert outcome(mean) == ("inconclusive", "only_a_bound")

"""Instruments and people.

What they must be for a finding to stand, and what a reading's uncertainty is without one.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from acceptance import messages
from acceptance.checks import resources
from acceptance.checks.judging import judge
from acceptance.errors import PlanError
from acceptance.model import (
    Answer,
    Clause,
    Condition,
    DecisionRule,
    Finding,
    How,
    Instrument,
    Level,
    Limit,
    Pack,
    Person,
    Plan,
    Provenance,
    Requirement,
    RuleKind,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)

TODAY = "2026-11-20"
SEEN = Provenance(source="X", level=Level.SEEN, confirmed_by="Li", confirmed_on="2026-11-01")
EARTH = Requirement(
    id="earth", clause="5", how=How.READ, text="", text_en="", assignment=SEEN, figure=SEEN,
    limit=Limit(unit="Ω", at_most=4), decision_rule=DecisionRule(kind=RuleKind.GUARDED),
)  # fmt: skip
METER = Instrument(
    id="tester", name="earth tester", calibrated_on="2026-01-01", due="2027-01-01", unit="Ω",
    range_from=0.1, range_to=20, largest_error=0.05, largest_error_share=0.02,
)  # fmt: skip


def read(
    value: float,
    *,
    meter: Instrument = METER,
    people: tuple[Person, ...] = (),
    rule: Any = None,
    requirement: Requirement = EARTH,
    **fields: Any,
) -> Finding:
    """Judge one reading, of the earth resistance where nothing else is asked."""
    pack = Pack(
        id="x", number="X", title="", title_en="", edition="",
        clauses=(Clause(number="5", title=""),),
        requirements=(replace(requirement, decision_rule=rule or requirement.decision_rule),),
    )  # fmt: skip
    plain: dict[str, Any] = {"instrument": "tester", "unit": "Ω", "by": "Li", "when": TODAY}
    answer = Answer(subject="site", requirement="x#earth", value=value, **(plain | fields))
    plan = Plan(
        subjects=(Subject(id="site", kind=SubjectKind.SITE),), shots=(), packs=("x",),
        answers=(answer,), instruments=(meter,), people=people,
    )  # fmt: skip
    [finding] = judge([pack], plan, (), (), (), today=TODAY)
    return finding


def test_a_reading_without_an_uncertainty_has_that_of_its_instruments_largest_error() -> None:
    """0.05 Ω and 2 % of 3 Ω, uniform: 0.11 / √3."""
    finding = read(3)
    assert finding.verdict is Verdict.PASS
    assert finding.uncertainty == pytest.approx(0.11 / math.sqrt(3))


def test_a_reading_nearer_to_the_limit_than_its_instrument_tells_is_not_decided() -> None:
    """3.95 Ω ± 0.15 Ω against at most 4 Ω by a guard band."""
    assert (read(3.95).verdict, read(3.95).reason.code) == (
        Verdict.INCONCLUSIVE,
        "inside_guard_band",
    )


def test_a_readings_own_uncertainty_goes_before_its_instruments() -> None:
    """The tester may know better than the data sheet."""
    assert read(3, uncertainty=0.5).uncertainty == 0.5


@pytest.mark.parametrize(
    ("meter", "fields", "code"),
    [
        (METER, {"instrument": ""}, "instrument_not_named"),
        (METER, {"instrument": "other"}, "instrument_missing"),
        (replace(METER, due=None), {}, "instrument_uncalibrated"),
        (replace(METER, due="2026-11-19"), {}, "instrument_expired"),
        (replace(METER, calibrated_on="2026-11-21"), {}, "instrument_calibrated_later"),
        (replace(METER, range_to=2), {}, "outside_range"),
        (replace(METER, range_from=3.5), {}, "outside_range"),
        (METER, {"when": "2025-12-31"}, "instrument_calibrated_later"),
        (METER, {"when": "2027-01-02T10:00"}, "instrument_expired"),
    ],
)
def test_a_reading_of_an_unfit_instrument_is_kept_and_not_decided(
    meter: Instrument, fields: dict[str, Any], code: str
) -> None:
    """The value stays in the finding, so that nothing that was read is lost."""
    finding = read(3, meter=meter, **fields)
    assert (finding.verdict, finding.reason.code, finding.value) == (Verdict.INCONCLUSIVE, code, 3)


def test_the_last_day_of_a_calibration_and_the_ends_of_a_range_still_count() -> None:
    """Up to and including."""
    assert (
        read(
            3, meter=replace(METER, due=TODAY, calibrated_on=TODAY, range_from=3, range_to=3)
        ).verdict
        is Verdict.PASS
    )


def test_a_person_who_is_not_authorised_leaves_the_finding_open() -> None:
    """Authority is by how a thing is checked, by quantity or by family.

    Without methods the plan does not say.
    """
    for methods, verdict in (
        (("read",), Verdict.PASS),
        ((), Verdict.PASS),
        (("inspected", "noise"), Verdict.INCONCLUSIVE),
    ):
        finding = read(3, people=(Person(name="Li", role="tester", methods=methods),))
        assert finding.verdict is verdict
    assert finding.reason.code == "person_not_authorised"


def test_somebody_whom_the_plan_does_not_list_leaves_the_finding_open() -> None:
    """Where people are listed; a plan that lists nobody says nothing."""
    assert read(3, people=(Person(name="Wang", role="tester"),)).reason.code == "person_unknown"


def test_what_is_derived_from_readings_is_not_compared_with_their_range() -> None:
    """An area of 3 m² from lengths of up to 2 m."""
    assert (
        read(3, meter=replace(METER, unit="m", range_to=2), uncertainty=0.1).verdict is Verdict.PASS
    )


def test_an_instrument_that_expired_since_the_reading_spoils_nothing() -> None:
    """Valid on the day on which it was read."""
    assert (
        read(3, meter=replace(METER, due="2026-11-10"), when="2026-11-09T08:00").verdict
        is Verdict.PASS
    )


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"instrument": ""}, "instrument_not_named"),
        ({"instrument": "", "evidence": ("a.jpg",)}, ""),
    ],
)
def test_what_would_be_measured_is_not_answered_out_of_thin_air(
    fields: dict[str, Any], code: str
) -> None:
    """A number by hand names what it was read off, or what shows it."""
    by_hand = replace(
        EARTH, how=How.MEASURED, quantity="resolution.horizontal", decision_rule=DecisionRule()
    )
    finding = read(3, requirement=by_hand, **fields)
    assert finding.reason.code == (code or "within_limit")


@pytest.mark.parametrize(
    ("plan", "words"),
    [
        (
            Plan(instruments=(replace(METER, due="2026-9-1"),)),
            "instrument tester, due: '2026-9-1' is not a date",
        ),
        (Plan(instruments=(replace(METER, due="2026/09/01"),)), "instrument tester, due: "),
        (
            Plan(instruments=(replace(METER, calibrated_on="n/a"),)),
            "instrument tester, calibrated_on: 'n/a' is not a date",
        ),
        (
            Plan(instruments=(replace(METER, largest_error_share=4.0),)),
            "instrument tester, largest_error_share: 4 is above 1; of 4 % the share is 0.04",
        ),
        (
            Plan(instruments=(replace(METER, largest_error=-9.0),)),
            "instrument tester, largest_error: -9 is below 0",
        ),
        (
            Plan(instruments=(replace(METER, range_from=30.0),)),
            "instrument tester, range_from: 30 is above range_to",
        ),
        (Plan(instruments=(replace(METER, unit=""),)), "instrument tester, unit: is missing"),
        (
            Plan(instruments=(METER, replace(METER, due="2030-01-01"))),
            "instrument tester: duplicate id",
        ),
        (
            Plan(people=(Person(name="Li", role="a"), Person(name="Li", role="b"))),
            "person Li: duplicate name",
        ),
        (
            Plan(answers=(Answer(subject="a", requirement="x#y", by=" ", when=TODAY),)),
            "x#y for a: does not say by whom",
        ),
        (
            Plan(answers=(Answer(subject="a", requirement="x#y", by="Li", when="now"),)),
            "x#y for a: does not say by whom",
        ),
        (
            Plan(
                people=(Person(name="Li", role="a"),),
                shots=(Shot(id="a", subject="a", clip="a.mp4"),),
            ),
            "operator: people are listed, but it is not stated who measured",
        ),
    ],
)
def test_what_cannot_be_compared_with_the_work_is_refused_before_it(plan: Plan, words: str) -> None:
    """Dates are compared as text: an expired "2026-9-1" would come after every day of 2026."""
    with pytest.raises(PlanError, match=words):
        resources.check(plan)


def test_a_proper_list_is_taken() -> None:
    resources.check(
        Plan(instruments=(METER, replace(METER, id="other", due=None, calibrated_on=None)))
    )


def test_a_ratio_computed_from_readings_is_judged_with_a_remark_on_the_range() -> None:
    """A supply's deviation in per cent from a voltmeter, an area from lengths."""
    ratio = replace(EARTH, limit=Limit(unit="%", at_most=10), decision_rule=DecisionRule())
    pack = Pack(
        id="x", number="X", title="", title_en="", edition="",
        clauses=(Clause(number="5", title=""),), requirements=(ratio,),
    )  # fmt: skip
    answer = Answer(
        subject="site", requirement="x#earth", value=3, unit="%", instrument="tester", by="Li",
        when=TODAY,
    )  # fmt: skip
    plan = Plan(
        subjects=(Subject(id="site", kind=SubjectKind.SITE),), shots=(), packs=("x",),
        answers=(answer,), instruments=(replace(METER, unit="V", range_to=2),),
    )  # fmt: skip
    [finding] = judge([pack], plan, (), (), (), today=TODAY)
    assert finding.verdict is Verdict.PASS
    assert [one.code for one in finding.remarks] == ["range_not_held"]


@pytest.mark.parametrize(
    ("unit", "value", "code"),
    [("m", 3.0, "outside_range"), ("m", 0.05, "within_limit"), ("毫米", 50.0, "within_limit"),
     ("cm", 10.0, "within_limit"), ("mm", 300.0, "outside_range")],
)  # fmt: skip
def test_range_and_error_of_an_instrument_hold_in_whatever_unit_of_its_kind_it_was_read(
    unit: str, value: float, code: str
) -> None:
    """A ruler of 100 mm read 3 m, and nothing was said but a remark in the row."""
    ruler = replace(METER, unit="mm", range_from=0.0, range_to=100.0, largest_error=1.0)
    asked = replace(EARTH, limit=Limit(unit=unit, at_least=0.0), decision_rule=DecisionRule())
    finding = read(value, meter=ruler, requirement=asked, unit=unit)
    assert (finding.reason.code, finding.remarks) == (code, ())
    each = {"m": 1000.0, "cm": 10.0}.get(unit, 1.0)
    error = (1.0 / each + 0.02 * value) / math.sqrt(3)
    answer = Answer(
        subject="a", requirement="x#y", value=value, unit=unit, instrument="tester", by="", when=""
    )
    assert resources.reading_uncertainty(answer, [ruler]) == pytest.approx(error)


def test_the_day_of_an_answer_is_a_day_whatever_its_time() -> None:
    """In the morning of the last day and of the first one of a calibration."""
    meter = replace(METER, due=TODAY, calibrated_on=TODAY)
    for hour in ("T00:00", "T23:59:59+08:00"):
        assert read(3, meter=meter, when=TODAY + hour).verdict is Verdict.PASS


def test_an_answer_without_a_day_is_compared_with_today() -> None:
    """As for one that a plan was not checked for."""
    assert read(3, when="").verdict is Verdict.PASS
    assert read(3, meter=replace(METER, due="2026-11-19"), when="").reason.code == (
        "instrument_expired"
    )


@pytest.mark.parametrize(
    ("error", "share", "uncertainty"),
    [(0.3, None, 0.3), (None, 0.02, 0.06), (0.3, 0.02, 0.36), (0.0, None, 0.0), (None, None, None)],
)
def test_an_instruments_largest_error_is_absolute_or_a_share_or_both(
    error: float | None, share: float | None, uncertainty: float | None
) -> None:
    """Of a reading of 3, uniform."""
    meter = replace(METER, largest_error=error, largest_error_share=share)
    answer = Answer(
        subject="a", requirement="x#y", value=-3, unit="Ω", instrument="tester", by="", when=""
    )
    found = resources.reading_uncertainty(answer, [meter])
    wanted = None if uncertainty is None else pytest.approx(uncertainty / math.sqrt(3))
    assert found == wanted


def test_a_range_without_a_lower_end_is_open_below() -> None:
    assert read(0.01, meter=replace(METER, range_from=None)).verdict is Verdict.PASS
    assert read(3, meter=replace(METER, range_to=None)).verdict is Verdict.PASS


def test_authority_for_a_family_is_authority_for_its_quantities() -> None:
    by_hand = replace(
        EARTH, how=How.MEASURED, quantity="resolution.horizontal", decision_rule=DecisionRule()
    )
    for method, verdict in (("resolution", Verdict.PASS), ("noise", Verdict.INCONCLUSIVE)):
        people = (Person(name="Li", role="tester", methods=(method,)),)
        assert read(3, requirement=by_hand, people=people).verdict is verdict


def test_an_answer_that_is_refused_is_named_by_its_place_in_the_table_or_by_its_number() -> None:
    nameless = Answer(subject="a", requirement="x#y", by="", when=TODAY)
    for answer, words in (
        (nameless, "^answer 1, x#y for a: does not say"),
        (replace(nameless, origin="answers.xlsx, row 3"), "^answers.xlsx, row 3, x#y for a: "),
    ):
        with pytest.raises(PlanError, match=words):
            resources.check(Plan(answers=(answer,)))


def test_a_condition_that_an_answer_states_twice_is_refused_in_the_language_of_the_user(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    twice = tuple(Condition(name="illuminance", value=lux, unit="lx") for lux in (500.0, 0.1))
    answer = Answer(subject="a", requirement="x#y", by="Li", when=TODAY, conditions=twice)
    for lang, words in (
        ("en", "x#y (a), conditions: illuminance is stated twice"),
        ("zh", "x#y（a）的条件"),
    ):
        monkeypatch.setenv(messages.CHOICE, lang)
        with pytest.raises(PlanError) as refused:
            resources.check(Plan(answers=(answer,)))
        assert words in str(refused.value)


def test_no_error_a_range_of_one_value_and_an_hour_are_proper() -> None:
    meter = replace(METER, largest_error=0.0, range_from=3.0, range_to=3.0)
    answer = Answer(subject="a", requirement="x#y", by="Li", when=f"{TODAY}T10:00")
    resources.check(Plan(instruments=(meter,), answers=(answer,)))


@pytest.mark.parametrize("text", ["", "2026-9-1", "20260901", "2026-02-30"])
def test_only_a_date_with_hyphens_and_two_digits_is_a_day(text: str) -> None:
    assert resources.is_day("2026-09-01") is True
    assert resources.is_day(text) is False


@pytest.mark.parametrize("dates", [{"due": "2027-01-01"}, {"calibrated_on": "2026-01-01"}])
def test_a_calibration_with_either_date_needs_a_day_to_compare_it_with(
    dates: dict[str, str],
) -> None:
    meter = Instrument(id="tester", name="", **dates)  # type: ignore[arg-type]
    trouble = resources._day_trouble(meter, "")
    assert trouble is not None
    assert trouble.code == "day_not_stated"
    assert resources._day_trouble(Instrument(id="tester", name=""), "") is None


def test_a_day_of_filming_is_a_date_or_left_out() -> None:
    def plan(filmed: str) -> Plan:
        shot = Shot(id="s", subject="camera", clip="s.mp4", filmed=filmed)
        return Plan(subjects=(Subject(id="camera", kind=SubjectKind.FIXED),), shots=(shot,))

    resources.check(plan("2026-11-20"))
    resources.check(plan(""))
    with pytest.raises(PlanError, match="is not a date"):
        resources.check(plan("yesterday"))

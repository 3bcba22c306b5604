"""Instruments and people: what they must be for a finding to stand, and what a reading's uncertainty is without one."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Any

import pytest

from acceptance.checks.judge import judge
from acceptance.model import (
    Answer,
    Clause,
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
    id="tester", name="earth tester", calibrated_on="2026-01-01", due="2027-01-01", unit="Ω", range_from=0.1,
    range_to=20, largest_error=0.05, largest_error_share=0.02,
)  # fmt: skip


def read(
    value: float, *, meter: Instrument = METER, people: tuple[Person, ...] = (), rule: Any = None, **fields: Any
) -> Finding:
    """Judge one reading of the earth resistance."""
    pack = Pack(
        id="x", number="X", title="", title_en="", edition="", clauses=(Clause(number="5", title=""),),
        requirements=(replace(EARTH, decision_rule=rule or EARTH.decision_rule),),
    )  # fmt: skip
    plain: dict[str, Any] = {"instrument": "tester", "unit": "Ω", "by": "Li", "when": TODAY}
    answer = Answer(subject="site", requirement="x#earth", value=value, **(plain | fields))
    plan = Plan(
        subjects=(Subject(id="site", kind=SubjectKind.SITE),), shots=(), packs=("x",), answers=(answer,),
        instruments=(meter,), people=people,
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
    assert (read(3.95).verdict, read(3.95).reason.code) == (Verdict.INCONCLUSIVE, "inside_guard_band")


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
        read(3, meter=replace(METER, due=TODAY, calibrated_on=TODAY, range_from=3, range_to=3)).verdict is Verdict.PASS
    )


def test_a_person_who_is_not_authorised_leaves_the_finding_open() -> None:
    """Authority is by how a thing is checked, by quantity or by family; without methods the plan does not say."""
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

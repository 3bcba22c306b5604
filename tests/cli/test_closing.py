"""The last lines of a run: the verdict, where the report is, and what to do next."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sample_session import pack_of_db50, session_of

from acceptance.cli import closing
from acceptance.model import (
    BottomLine,
    Finding,
    How,
    LogEntry,
    Matrix,
    Modality,
    Reason,
    Scope,
    Session,
    SubjectKind,
    Verdict,
)

FOLDER = Path("out/2026 a")
PLACE = "'out/2026 a'"


def finding(clause: str, verdict: Verdict, code: str = "within_limit", **fields: object) -> Finding:
    parameters = fields.pop("parameters", {})
    given = {"subject": "gate", "how": How.MEASURED} | fields
    return Finding(
        pack="db50",
        clause=clause,
        requirement=f"db50#{clause}/x",
        verdict=verdict,
        mandatory=True,
        reason=Reason(code=code, parameters=parameters),  # type: ignore[arg-type]
        **given,  # type: ignore[arg-type]
    )


def session(verdict: Verdict, *findings: Finding, provisional: bool = False) -> Session:
    """Make a session with these findings, all open ones of which are due."""
    named = {
        name: tuple(each.requirement for each in findings if each.verdict is kind)
        for name, kind in (("open", Verdict.INCONCLUSIVE), ("not_tested", Verdict.NOT_TESTED))
    }
    line = BottomLine(verdict=verdict, scope=Scope.DEVICE, provisional=provisional, **named)
    return replace(session_of(pack_of_db50()), findings=findings, bottom_line=line)


def steps(done: Session, *, signed: bool = True) -> list[str]:
    return closing.next_steps(done, FOLDER, signed=signed)


FAILED = finding("5.3.1", Verdict.FAIL)


def test_what_failed_is_to_be_repaired_filmed_again_and_compared() -> None:
    advice = finding("5.2", Verdict.FAIL, modality=Modality.SHOULD)
    repair, deliver = steps(session(Verdict.FAIL, FAILED, advice))
    assert repair.startswith("repair gate (db50 5.3.1) and film or inspect again")
    assert f"acceptance diff {PLACE}" in repair
    assert "hand over" in deliver


def test_beside_a_failure_it_is_said_what_is_open_too() -> None:
    read = finding("6.1", Verdict.NOT_TESTED, "not_answered", how=How.READ)
    repair, complete = steps(session(Verdict.FAIL, FAILED, read))
    assert repair.startswith("repair")
    assert complete.startswith("answer db50 6.1: acceptance sheet")


def test_facts_and_conditions_that_the_plan_does_not_state_are_named() -> None:
    fact = finding("5.2", Verdict.NOT_TESTED, "fact_missing", parameters={"fact": "system"})
    light = finding(
        "5.3", Verdict.INCONCLUSIVE, "condition_missing", parameters={"condition": "illuminance"}
    )
    assert steps(session(Verdict.INCONCLUSIVE, fact, light, fact)) == [
        "state in the plan: system, illuminance"
    ]


@pytest.mark.parametrize("how", [How.RATED, How.INSPECTED, How.READ, How.DOCUMENTED])
def test_what_people_have_not_answered_leads_to_the_sheet(how: How) -> None:
    open_answer = finding("6.1", Verdict.NOT_TESTED, "not_answered", how=how)
    [step] = steps(session(Verdict.NOT_TESTED, open_answer))
    assert "acceptance sheet PLAN.toml" in step


def test_what_was_not_filmed_is_named_and_status_shows_it_where_a_matrix_plans_the_shots() -> None:
    done = session(Verdict.NOT_TESTED, finding("5.4.2", Verdict.NOT_TESTED, "not_measured"))
    assert steps(done) == ["measure db50 5.4.2"]
    planned = replace(done.plan, matrix=(Matrix(kinds=(SubjectKind.FIXED,)),))
    assert steps(replace(done, plan=planned)) == ["measure db50 5.4.2: acceptance status PLAN.toml"]


def test_a_result_that_cannot_be_used_leads_to_its_reason_in_the_table() -> None:
    done = session(Verdict.INCONCLUSIVE, finding("5.4.2", Verdict.INCONCLUSIVE, "only_a_bound"))
    assert steps(done) == ["clear up db50 5.4.2, as said under 'why'"]


def test_what_is_open_and_not_due_is_no_step() -> None:
    advice = finding("5.2", Verdict.NOT_TESTED, "not_answered", modality=Modality.SHOULD)
    done = session(Verdict.PASS, advice)
    line = replace(done.bottom_line, not_tested=())
    [deliver] = steps(replace(done, bottom_line=line))
    assert "hand over" in deliver


def test_a_provisional_pass_is_to_be_confirmed_in_an_overlay() -> None:
    done = session(Verdict.PASS, finding("5.2", Verdict.PASS, provisional=True), provisional=True)
    confirm, deliver = steps(done)
    assert "acceptance pack new-overlay db50" in confirm
    assert f"acceptance verify {PLACE}" in deliver


def test_a_report_without_signature_is_to_be_signed_and_a_signed_one_handed_over() -> None:
    done = session(Verdict.PASS, finding("5.2", Verdict.PASS))
    assert steps(done, signed=False) == [f"sign the report: acceptance sign {PLACE} --key key.p12"]
    [deliver] = steps(done)
    assert "root certificate" in deliver


@pytest.mark.parametrize("verdict", [Verdict.FAIL, Verdict.PASS, Verdict.INCONCLUSIVE])
@pytest.mark.parametrize("signed", [True, False])
def test_there_is_always_a_next_step_and_never_more_than_two(
    verdict: Verdict, *, signed: bool
) -> None:
    findings = (FAILED, finding("6", Verdict.NOT_TESTED, how=How.READ), finding("7", verdict))
    done = session(verdict, *findings, provisional=True)
    assert len(steps(done, signed=signed)) in {1, 2}
    assert len(steps(session(verdict), signed=signed)) in {1, 2}


def test_the_lines_are_verdict_report_and_next_and_the_exit_code_is_that_of_the_verdict(
    capsys: pytest.CaptureFixture[str],
) -> None:
    done = session(Verdict.PASS, finding("5.2", Verdict.PASS, provisional=True), provisional=True)
    line = replace(done.bottom_line, outside=("db50#6.1", "db50#6.2"))
    done = replace(done, bottom_line=line, conclusions=())
    assert closing.conclude(done, FOLDER, (), signed=True, strict=False) == 0
    assert closing.conclude(done, FOLDER, (), signed=True, strict=True) == 3
    verdict, report, *following = capsys.readouterr().out.splitlines()[:4]
    assert "Verdict: measured; no confirmed limit (for reference)." in verdict
    assert "2 mandatory clauses lie outside it and were not tested." in verdict
    assert report == "Session and report: out/2026 a/report.pdf"
    assert all(step.startswith("Next: ") for step in following)
    assert (
        closing.conclude(session(Verdict.FAIL, FAILED), FOLDER, (), signed=True, strict=False) == 1
    )
    opened = session(Verdict.INCONCLUSIVE, finding("5", Verdict.INCONCLUSIVE, "only_a_bound"))
    assert closing.conclude(opened, FOLDER, (), signed=True, strict=False) == 3


@pytest.mark.parametrize(
    ("what", "details", "said"),
    [
        ("resumed", {"set_aside": "x"}, "The log of an interrupted run was damaged; what it"),
        ("set_aside", {"set_aside": "x", "shot": "s1"}, "The capture of s1 was cut off; what it"),
        ("others_aside", {"others_aside": "x"}, "What others had put into the work folder"),
    ],
)
def test_what_was_moved_aside_is_said_with_its_reason_and_place(
    what: str, details: dict[str, str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    done = session(Verdict.FAIL, FAILED)
    entry = LogEntry(when="", what=what, details=details, previous="", sha256="")
    closing.conclude(replace(done, log=(entry,)), FOLDER, (), signed=True, strict=False)
    [line] = [line for line in capsys.readouterr().out.splitlines() if line.endswith("out/x")]
    assert line.startswith(said)

"""What a plan takes out of its scope: told, never a pass of its own, and never a failure hidden."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING
from xml.etree import ElementTree as ET

import pytest
import reached_session
from reached_session import NOISE, STEPS, STEPS_SEEN, Case, figure, pack, reach

from acceptance.checks import judging, taken_out
from acceptance.checks.taken_out import CODE
from acceptance.errors import PlanError
from acceptance.model import OutOfScope, Plan, Scope, Severity, Subject, SubjectKind, Verdict
from acceptance.report import bottom_lines
from acceptance.session import plan as plans
from acceptance.session import readiness, runner, store
from acceptance.signing.session_changes import changed_warnings

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session

BASE = "base"
NOISE_OUT = OutOfScope(requirement="base#noise", reason="没有标准光源", by="王工")
CLAUSE_OUT = OutOfScope(clause="base#1", reason="没有标准光源", by="王工")
PASSES = Case(measurements=(STEPS_SEEN,))  # the noise was not measured


def taking_out(case: Case, *entries: OutOfScope, **fields: object) -> Case:
    """Let the plan of a case take something out of its scope."""
    return replace(case, plan=replace(case.plan, out_of_scope=entries, **fields))  # type: ignore[arg-type]


def noise_of(done: Session) -> tuple[str, str]:
    [finding] = [one for one in done.findings if one.requirement == "base#noise"]
    return finding.verdict.value, finding.reason.code


def test_what_the_plan_of_a_device_takes_out_stays_untested_and_leaves_nothing_open(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    before, _ = reach(PASSES, tmp_path / "before")
    assert before.verdict is Verdict.INCONCLUSIVE
    done, folder = reach(taking_out(PASSES, NOISE_OUT), tmp_path / "after")
    assert noise_of(done) == ("not_tested", CODE)
    line = done.bottom_line
    assert (line.verdict, line.taken_out, line.not_tested) == (Verdict.PASS, ("base#noise",), ())
    for lang in ("zh", "en"):
        assert "没有标准光源" in reached_session.page_1(done, folder, lang)
        assert "1" in bottom_lines.sentences(done, lang, ())[0]
    said = reached_session.terminal(done, folder, capsys)
    assert "without what the plan takes out (mandatory items not tested: 1)" in said
    [caution] = [one for one in done.warnings or () if one.code == "taken_out"]
    assert (caution.severity, caution.items) == (Severity.CAUTION, ("base#noise (cam-1)",))
    again = store.warnings(
        done, store.load_packs(done.plan, folder / store.PACKS), folder / store.PACKS
    )
    assert [*changed_warnings(done, again)] == []


def test_in_junit_it_is_a_skip_with_its_reason(tmp_path: Path) -> None:
    done, folder = reach(taking_out(PASSES, NOISE_OUT), tmp_path)
    root = ET.fromstring(reached_session.junit(done, folder))  # noqa: S314 -- our own
    [case] = [one for one in root.iter("testcase") if one.get("classname") == "base#noise"]
    skipped = case.find("skipped")
    assert skipped is not None
    assert "没有标准光源" in str(skipped.get("message"))
    assert not [*root.iter("error")]


def test_a_clause_takes_out_all_its_requirements_and_no_other(tmp_path: Path) -> None:
    nothing = replace(PASSES, measurements=())
    done, _ = reach(taking_out(nothing, CLAUSE_OUT), tmp_path)
    assert {one.requirement for one in done.findings if one.reason.code == CODE} == {
        "base#steps",
        "base#noise",
    }
    assert done.verdict is Verdict.NOT_TESTED, "who takes out everything has nothing"


def test_a_clause_without_requirement_can_be_taken_out(tmp_path: Path) -> None:
    text = pack().replace('title = "外观"', 'title = "外观"\nscope = "device"')
    case = replace(Case(), packs={"base": text})
    case = taking_out(case, OutOfScope(clause="base#2", reason="r", by="b"))
    done, _ = reach(case, tmp_path)
    [finding] = [one for one in done.findings if one.requirement == "base#2"]
    assert (finding.verdict, finding.reason.code) == (Verdict.NOT_TESTED, CODE)
    assert done.bottom_line.taken_out == (), "it is only recommended"


@pytest.mark.parametrize("entry", [NOISE_OUT, CLAUSE_OUT])
def test_what_was_tested_is_judged_all_the_same(entry: OutOfScope, tmp_path: Path) -> None:
    done, _ = reach(taking_out(Case(), entry), tmp_path)
    assert noise_of(done)[0] == "fail"
    assert done.verdict is Verdict.FAIL
    assert done.bottom_line.taken_out == ()
    [note] = [one for one in done.warnings or () if one.code.startswith("taken_out")]
    assert (note.code, note.severity) == ("taken_out_in_vain", Severity.NOTE)


def test_what_was_tried_and_could_not_be_decided_stays_open(tmp_path: Path) -> None:
    conditioned = pack(more='conditions = ["agc"]\n')
    case = replace(Case(), packs={"base": conditioned})
    done, _ = reach(taking_out(case, NOISE_OUT), tmp_path)
    assert noise_of(done) == ("inconclusive", "condition_missing")
    assert done.verdict is Verdict.INCONCLUSIVE


def test_a_site_stays_open_and_says_why(tmp_path: Path) -> None:
    done, folder = reach(taking_out(PASSES, NOISE_OUT, scope=Scope.SITE), tmp_path)
    assert noise_of(done) == ("not_tested", CODE)
    line = done.bottom_line
    assert line.verdict is Verdict.INCONCLUSIVE
    assert (line.not_tested, line.taken_out) == (("base#noise",), ())
    assert "<error" in reached_session.junit(done, folder)
    assert "没有标准光源" in reached_session.page_1(done, folder, "zh")


def test_what_is_not_taken_out_keeps_the_device_open(tmp_path: Path) -> None:
    nothing = replace(PASSES, measurements=(figure(value=45.6),))
    done, _ = reach(taking_out(nothing, NOISE_OUT), tmp_path)
    assert done.bottom_line.not_tested == ("base#steps",)
    assert done.verdict is Verdict.INCONCLUSIVE


def test_what_is_said_of_a_base_holds_for_the_pack_that_extends_it(tmp_path: Path) -> None:
    own = {"base": pack(STEPS, NOISE), "own": reached_session.overlay("")}
    for entry in (NOISE_OUT, CLAUSE_OUT):
        case = replace(PASSES, packs=own, judge_by=("own",))
        done, _ = reach(taking_out(case, entry), tmp_path / (entry.clause or "requirement"))
        [taken_out] = done.plan.out_of_scope
        assert (taken_out.requirement or taken_out.clause).startswith("own#")
        assert done.bottom_line.taken_out == ("own#noise",)


def test_judged_again_by_another_pack_it_is_left_out_and_named(tmp_path: Path) -> None:
    _, folder = reach(taking_out(PASSES, NOISE_OUT), tmp_path / "out")
    again, _ = runner.judge_again(folder, ["ga_38_2015"], tmp_path / "again", why="x", by="y")
    assert again.plan.out_of_scope == ()
    [entry] = [entry for entry in again.log if entry.what == "judged_again"]
    assert entry.details["left_out"] == "out_of_scope base#noise"
    kept, _ = runner.judge_again(
        folder, [str(folder / store.PACKS / "base.toml")], tmp_path / "same", why="x", by="y"
    )
    assert kept.bottom_line.taken_out == ("base#noise",)


def test_a_session_of_before_has_no_such_field_and_is_read(tmp_path: Path) -> None:
    done, folder = reach(Case(), tmp_path)
    content = json.loads((folder / store.FILE).read_text("utf-8"))
    del content["plan"]["out_of_scope"], content["bottom_line"]["taken_out"]
    assert store.parse(json.dumps(content).encode(), "x") == done


WRONG = {
    "unknown requirement": (
        OutOfScope(requirement="base#noize", reason="r", by="b"),
        "'base#noise'",
    ),
    "unknown clause": (OutOfScope(clause="base#7", reason="r", by="b"), "'base#7'"),
    "no pack named": (OutOfScope(requirement="noise", reason="r", by="b"), "'base#noise'"),
    "a clause for a requirement": (OutOfScope(requirement="base#1", reason="r", by="b"), "base#1"),
    "no reason": (replace(NOISE_OUT, reason=" \t"), "missing: reason"),
    "nobody": (replace(NOISE_OUT, by=""), "missing: by"),
    "neither": (OutOfScope(reason="r", by="b"), "either a requirement or a clause"),
    "both": (replace(NOISE_OUT, clause="base#1"), "either a requirement or a clause"),
}


@pytest.mark.parametrize("name", WRONG)
def test_an_entry_that_cannot_stand_is_refused(name: str, tmp_path: Path) -> None:
    entry, words = WRONG[name]
    with pytest.raises(PlanError) as caught:
        reach(taking_out(PASSES, entry), tmp_path)
    assert words in str(caught.value)
    assert "out_of_scope 1" in str(caught.value)


@pytest.mark.parametrize(("clause", "kind"), [(True, "clause"), (False, "requirement")])
def test_what_no_pack_has_is_called_what_it_was_named_as(kind: str, *, clause: bool) -> None:
    assert f"the {kind} 'base#7'" in str(taken_out._unknown("base#7", [], "x", clause=clause))


@pytest.mark.parametrize("second", [NOISE_OUT, CLAUSE_OUT])
def test_a_second_entry_for_one_thing_is_refused_also_by_its_clause(
    second: OutOfScope, tmp_path: Path
) -> None:
    with pytest.raises(PlanError, match="base#noise is taken out by entry 1 already"):
        reach(taking_out(PASSES, NOISE_OUT, replace(second, reason="other")), tmp_path)


PLAN = """
packs = ["db50_216_2006"]
[[subjects]]
id = "cam-1"
kind = "fixed"
facts = { system = "digital", picture = "colour" }
[[out_of_scope]]
"""


def test_check_lists_every_wrong_entry_and_leaves_open_what_is_not_taken_out(
    tmp_path: Path,
) -> None:
    path = tmp_path / "plan.toml"
    entries = ('requirement = "db50_216_2006#5.4.2/latancy"', 'clause = "5.4.2"')
    said = '\nreason = "r"\nby = "b"\n'
    path.write_text(PLAN + f"{said}[[out_of_scope]]\n".join(entries) + said, "utf-8")
    problems = [str(one) for one in readiness.of(path, tmp_path).problems]
    assert len(problems) == 2
    assert "Did you mean 'db50_216_2006#5.4.2/latency'?" in problems[0]
    assert "Did you mean 'db50_216_2006#5.4.2'?" in problems[1]
    path.write_text(f'{PLAN}clause = "db50_216_2006#5.4.2"{said}', "utf-8")
    found = readiness.of(path, tmp_path)
    assert found.problems == ()
    assert not [one for one in found.open if one.clause == "5.4.2"]
    assert "taken_out" in {one.code for one in found.warnings}


def test_a_misspelt_field_of_an_entry_is_refused_with_what_was_meant(tmp_path: Path) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(f'{PLAN}claus = "x"\nreason = "r"\nby = "b"\n', "utf-8")
    with pytest.raises(PlanError, match="did you mean 'clause'"):
        plans.read(path)


def test_with_a_pack_of_thousands_of_requirements_and_as_many_entries_it_is_quick() -> None:
    """Quadratic work would be ten minutes here."""
    from acceptance.checks import pack as packs

    base = packs.load("db50_216_2006", {})
    [first, *_] = base.requirements
    many = replace(base, requirements=tuple(replace(first, id=f"r{n}") for n in range(4000)))
    entries = tuple(
        OutOfScope(requirement=f"{base.id}#r{n}", reason="r", by="b") for n in range(4000)
    )
    camera = Subject(id="cam-1", kind=SubjectKind.FIXED)
    plan = Plan(subjects=(camera,), out_of_scope=entries, packs=(base.id,))
    judging.check_plan([many], plan)
    one_more = OutOfScope(requirement=f"{base.id}#r4000", reason="r", by="b")
    with pytest.raises(PlanError, match="r4000"):
        judging.check_plan([many], replace(plan, out_of_scope=(*entries, one_more)))

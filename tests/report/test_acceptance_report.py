"""What the report of a site says of the acceptance group.

Scores, conclusion, what to correct, concessions.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from acceptance.checks.conclusion import conclude
from acceptance.checks.judging import bottom_line, check_plan, judge
from acceptance.errors import PlanError
from acceptance.model import (
    Answer,
    Clause,
    Concession,
    How,
    Institute,
    Level,
    Pack,
    Part,
    Person,
    Plan,
    Provenance,
    Requirement,
    Scope,
    Scoring,
    Session,
    Subject,
    SubjectKind,
)
from acceptance.report import render
from acceptance.report.book import Book
from acceptance.report.volumes import Volumes

if TYPE_CHECKING:
    from pathlib import Path

RECALLED = Provenance(source="GA 308-2001", clause="8", level=Level.RECALL_HIGH)
ITEMS = {
    "cables": (Part.CONSTRUCTION, "线缆固定牢固。", "Cables are fixed."),
    "height": (Part.CONSTRUCTION, "安装高度符合设计。", "Mounted as high as designed."),
    "functions": (Part.TECHNICAL, "功能齐全。", "All functions are there."),
    "papers": (Part.DOCUMENTS, "竣工资料齐全。", "The papers are complete."),
}
GRADES = {
    "cables": "conforms",
    "height": "does_not_conform",
    "functions": "conforms",
    "papers": "basically_conforms",
}
PACK = Pack(
    id="x",
    number="X 1-2026",
    title="示例",
    title_en="Example",
    edition="2026",
    clauses=(Clause(number="8", title="验收", title_en="Acceptance", mandatory=True),),
    requirements=tuple(
        Requirement(
            id=name, clause="8", how=How.INSPECTED, text=zh, text_en=en, assignment=RECALLED,
            part=part, scope=Scope.SITE, subjects=(SubjectKind.SITE,),
        )
        for name, (part, zh, en) in ITEMS.items()
    ),
    scoring=Scoring(clause="8", figure=RECALLED, basic_weight=0.6, pass_from=0.8, basic_from=0.6),
)  # fmt: skip
GRANTED = Concession(
    subject="site",
    requirement="x#height",
    decision="按现状接收",
    by="验收组",
    when="2026-11-25",
    why="立杆受管线限制",
    expires="2027-11-25",
)


def plan_with(*concessions: Concession, **grades: str) -> Plan:
    """Make a plan of a small site with a grade for each item."""
    answers = tuple(
        Answer(
            subject="site",
            requirement=f"x#{name}",
            by="王工",
            when="2026-11-25",
            grade=grade,
            note=f"备注 {name}",
        )
        for name, grade in (GRADES | grades).items()
    )
    subject = Subject(id="site", kind=SubjectKind.SITE, name="东门小区")
    return Plan(
        subjects=(subject,),
        shots=(),
        packs=("x",),
        scope=Scope.SITE,
        answers=answers,
        concessions=concessions,
    )


def session_of(plan: Plan) -> Session:
    """Judge the plan."""
    findings = judge([PACK], plan, (), (), (), today="2026-11-25")
    return Session(
        id="S-1", plan=plan, operator="王工", tool_version="0", hashes={}, log=(),
        started="2026-11-25T08:00:00+08:00", finished="2026-11-25T09:00:00+08:00",
        shots=(), measurements=(), notes=(), findings=findings,
        bottom_line=bottom_line(findings, plan.scope),
        conclusions=conclude([PACK], findings, plan.scope),
    )  # fmt: skip


def words(plan: Plan, folder: Path, lang: str = "zh") -> str:
    """Return the words of the report's page."""
    page = render.html(session_of(plan), [PACK], folder, lang)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def test_the_report_shows_each_parts_score_and_the_conclusion(tmp_path: Path) -> None:
    """Construction 1 of 2, technical 1, documents 0.6: 0.5 is below 0.6."""
    page = words(plan_with(), tmp_path)
    assert "X 1-2026：不通过 暂定" in page
    assert "施工验收 1 0 1 0 0.5" in page
    assert "资料审查 0 1 0 0 0.6" in page
    assert "GA 308-2001 8（未见标准原文" in page


def test_each_part_has_its_form_with_result_way_and_number_checked(tmp_path: Path) -> None:
    session = session_of(plan_with())
    book = Book(session=session, packs=[PACK], folder=tmp_path, lang="zh")
    forms = {
        part: [(line.first.item, line.verdict, line.checked, line.remark) for line in lines]
        for part, lines in book.acceptance_forms.parts("x")
    }
    assert forms == {
        Part.CONSTRUCTION: [
            ("线缆固定牢固", "pass", "1", ""),
            ("安装高度符合设计", "fail", "1", "东门小区"),
        ],
        Part.TECHNICAL: [("功能齐全", "pass", "1", "")],
        Part.DOCUMENTS: [("竣工资料齐全", "conditional_pass", "1", "东门小区")],
    }
    annex = Volumes(book=book).bodies["a"]
    for heading in ("施工验收表", "技术验收表", "资料审查表"):
        assert heading in annex


@pytest.mark.parametrize(("experts", "enough"), [(2, True), (1, False)])
def test_the_list_of_the_group_says_whether_half_are_experts(
    tmp_path: Path, experts: int, *, enough: bool
) -> None:
    """GB 50348-2018, 10.1."""
    roles = ["验收组组长", "成员", *["技术专家"] * experts]
    group = tuple(Person(name=f"人{number}", role=role) for number, role in enumerate(roles))
    page = words(replace(plan_with(), people=group), tmp_path)
    assert f"验收组共 {len(roles)} 人，其中技术专家 {experts} 人" in page
    assert ("人数不足一半" not in page) == enough


def test_an_acceptance_report_has_lines_for_a_group_that_nobody_named(tmp_path: Path) -> None:
    assert "验收组名单" not in words(plan_with(), tmp_path)
    institute = Institute(file="i", report="acceptance")
    assert "验收组名单" in words(replace(plan_with(), institute=institute), tmp_path)


def test_the_report_says_where_no_key_item_is_known(tmp_path: Path) -> None:
    """Otherwise nobody would miss the veto that the standard may hold."""
    assert "未标出重点项目" in words(plan_with(), tmp_path)
    marked = replace(
        PACK, requirements=tuple(replace(one, key_item=True) for one in PACK.requirements)
    )
    page = render.html(session_of(plan_with()), [marked], tmp_path, "zh")
    assert "未标出重点项目" not in page


def test_the_report_names_what_must_be_corrected_with_the_remark_of_who_looked(
    tmp_path: Path,
) -> None:
    """Also for what basically conforms (GB 50348-2018, 10.1.5)."""
    page = words(plan_with(), tmp_path)
    block = page[page.index("需整改的问题") :][:400]
    assert "备注 height" in block
    assert "备注 papers" in block
    assert "备注 cables" not in block


def test_the_report_speaks_english_too(tmp_path: Path) -> None:
    """The same table in the other language."""
    page = words(plan_with(height="conforms"), tmp_path, "en")
    assert "X 1-2026: measured; no confirmed limit (for reference) provisional" in page


def test_a_concession_stands_beside_its_finding_and_changes_nothing(tmp_path: Path) -> None:
    """Findings, scores, bottom line and conclusion are the same with and without it."""
    without, granted = session_of(plan_with()), session_of(plan_with(GRANTED))
    for name in ("findings", "bottom_line", "conclusions"):
        assert getattr(granted, name) == getattr(without, name)
    page = words(plan_with(GRANTED), tmp_path)
    assert (
        "安装高度符合设计 × 不符合"
        in page[page.index("按现状接收") - 60 : page.index("按现状接收")]
    )
    assert "立杆受管线限制 2027年11月25日" in page


def test_a_concession_that_had_expired_says_so(tmp_path: Path) -> None:
    """It ran out before the session was finished."""
    page = words(plan_with(replace(GRANTED, when="2026-01-01", expires="2026-11-24")), tmp_path)
    assert "2026年11月24日 已过期" in page


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"requirement": "x#nothing"}, "concession 1: no pack has the requirement 'x#nothing'"),
        ({"subject": "nowhere"}, "concession 1: there is no subject 'nowhere'"),
        ({"by": " ", "why": ""}, "concession 1, x#height for site: missing: by, why"),
        ({"when": "gestern"}, "when: 'gestern' is not a date"),
        ({"when": ""}, "when: '' is not a date"),
        ({"expires": "2026-13-01"}, "expires: '2026-13-01' is not a date"),
        ({"expires": "2026-11-01"}, "expires before it was decided"),
    ],
)
def test_a_concession_that_nobody_could_answer_for_is_refused(
    wrong: dict[str, str], message: str
) -> None:
    """Before any footage is touched."""
    with pytest.raises(PlanError) as error:
        check_plan([PACK], plan_with(replace(GRANTED, **wrong)))
    assert message in str(error.value)

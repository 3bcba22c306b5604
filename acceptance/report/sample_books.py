"""Sessions made up, one of each kind, to try an institute's pages on before there is a real one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.model import (
    BottomLine,
    Clause,
    DecisionRule,
    Finding,
    How,
    Level,
    Limit,
    Pack,
    Person,
    Plan,
    Project,
    Provenance,
    Reason,
    Requirement,
    Scope,
    Session,
    SessionWarning,
    Severity,
    Subject,
    SubjectKind,
    Verdict,
)
from acceptance.report.book import Book

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.model import Institute

DAY = "2026-01-15T09:30:00+08:00"
KINDS = (Verdict.PASS, Verdict.INCONCLUSIVE, Verdict.FAIL)
ITEM = "某项指标不低于规定值（样例，名称较长的检验项目）"
SOURCE = Provenance(source="GB 00000-2026", level=Level.SEEN)
LIMIT = Limit(unit="TVL", at_least=270)
PACK = Pack(
    id="sample", number="GB 00000-2026", title="样例", title_en="Sample", edition="2026",
    clauses=(Clause(number="5.4.2 a)", title="样例", title_en="Sample"),),
    requirements=(
        Requirement(id="item", clause="5.4.2 a)", text=ITEM, text_en="Sample",
                    how=How.MEASURED, assignment=SOURCE, figure=SOURCE, limit=LIMIT),
    ),
)  # fmt: skip
PROJECT = Project(
    title="某区社会公共安全视频图像信息系统（二期）工程", customer="某市公安局某分局",
    builder="某某智能科技有限公司", inspected="某派出所", place="某区东门街道", kind="委托检验",
    contract="HT-2026-001",
)  # fmt: skip
WARNINGS = 6  # that a session has which fails


def books(
    institute: Institute, folder: Path, lang: str, project: Project = PROJECT
) -> Iterator[tuple[str, Book]]:
    """Give what each kind of session is called, and its book; ``folder`` is the institute's.

    The last kind is the hardest to find room for: it fails, is provisional, bears warnings and
    replaces an earlier report.
    """
    for verdict in KINDS:
        session = _session(institute, verdict, project)
        yield (
            wording.word(verdict, "verdict_overall", lang),
            Book(session=session, packs=[PACK], folder=folder, lang=lang),
        )


def _session(institute: Institute, verdict: Verdict, project: Project) -> Session:
    hard = verdict is Verdict.FAIL
    scope = Scope.SITE if institute.report == "acceptance" else Scope.DEVICE
    codes = [*wording.phrases("zh")["warning_title"]][:WARNINGS]
    line = BottomLine(verdict=verdict, scope=scope, provisional=hard,
                      failed=("sample#item",) if hard else ())  # fmt: skip
    return Session(
        id="2026-0001-SAMPLE", plan=_plan(institute, scope, project), started=DAY, finished=DAY,
        operator="样例", tool_version="1.0.0", hashes={}, shots=(), measurements=(), notes=(),
        findings=tuple(_finding(number, verdict) for number in range(12)), bottom_line=line, log=(),
        supersedes="2025-0999-SAMPLE" if hard else "",
        warnings=tuple(
            SessionWarning(code=code, severity=Severity.CAUTION) for code in codes if hard
        ),
    )  # fmt: skip


def _plan(institute: Institute, scope: Scope, project: Project) -> Plan:
    cameras = (
        Subject(id=f"cam{number}", name=f"某路口东侧{number + 1}号摄像机", kind=SubjectKind.FIXED)
        for number in range(12)
    )
    people = (Person(name="样例甲", role="tester"), Person(name="样例乙", role="reviewer"))
    return Plan(project=project, institute=institute, scope=scope, subjects=tuple(cameras),
                people=people)  # fmt: skip


def _finding(number: int, verdict: Verdict) -> Finding:
    code = {Verdict.PASS: "within_limit", Verdict.FAIL: "outside_limit"}
    return Finding(
        subject=f"cam{number}", pack="sample", clause="5.4.2 a)", requirement="sample#item",
        verdict=verdict, mandatory=True, how=How.MEASURED, limit=LIMIT,
        unit="TVL", value=210.0, uncertainty=4.8, k=2.0, decision_rule=DecisionRule(),
        reason=Reason(code=code.get(verdict, "inside_guard_band"), parameters={"width": 4.8}),
        provisional=verdict is Verdict.FAIL,
    )  # fmt: skip

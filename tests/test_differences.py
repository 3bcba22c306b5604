"""Where standards differ: which conflicts a report shows, and where the two profiles of DB50/216 part."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from acceptance import differences, intake, metrics, report
from acceptance.checks import pack as packs
from acceptance.checks.judge import bottom_line, judge
from acceptance.model import Conflict, Pack, Plan, Scope, Session, Subject, SubjectKind

if TYPE_CHECKING:
    from pathlib import Path

QUANTITIES = metrics.quantities()
SHIPPED = {one.id: one for one in packs.load_all(packs.names(), QUANTITIES)}
TEN = {
    "gb_50198_1994#monochrome-resolution",
    "gb_50198_1994#noise",
    "gb_50348_2004#sampling",
    "gb_50198_1994#raters",
    "order_196_2006#retention",
    "gb_50198_2011#scene-light",
    "db50_216_2006#dated-references",
    "gb_50198_1994#broadcast-noise",
    "gb_50395_2007#cif",
    "gb_50198_1994#width-convention",
}
CONFLICTS = {conflict.id: conflict for pack in SHIPPED.values() for conflict in pack.conflicts}


def session_of(*used: Pack, scope: Scope = Scope.SITE, **facts: str) -> Session:
    """Judge a site with one fixed camera and one recorder of which nothing is known but its facts."""
    subjects = (
        Subject(id="site", kind=SubjectKind.SITE, facts=facts),
        Subject(id="camera", kind=SubjectKind.FIXED, parent="site"),
        Subject(id="recorder", kind=SubjectKind.RECORDER, parent="site"),
    )
    plan = Plan(subjects=subjects, shots=(), packs=tuple(one.id for one in used), scope=scope)
    findings = judge(used, plan, (), (), (), today="2026-11-25")
    return Session(
        id="1",
        plan=plan,
        started="2026-11-25T08:00:00+08:00",
        finished="2026-11-25T09:00:00+08:00",
        operator="",
        tool_version="0",
        hashes={},
        shots=(),
        measurements=(),
        notes=(),
        findings=findings,
        bottom_line=bottom_line(findings, scope),
        log=(),
    )


def shown(session: Session, *used: Pack) -> set[str]:
    """Ids of the conflicts that the report of a session shows."""
    return {one.conflict.id for one in differences.conflicts(used, session.findings)}


def test_the_ten_conflicts_that_are_known_are_in_the_packs() -> None:
    assert set(CONFLICTS) >= TEN


@pytest.mark.parametrize("conflict", CONFLICTS.values(), ids=lambda one: one.id)
def test_a_conflict_names_requirements_that_exist_and_has_both_languages(conflict: Conflict) -> None:
    known = {f"{pack.id}#{one.id}" for pack in SHIPPED.values() for one in pack.requirements}
    assert set(conflict.requirements) <= known
    assert conflict.text.endswith("。")
    assert conflict.text_en.endswith(".")


def test_a_site_under_db50_216_is_told_of_every_conflict_that_its_figures_are_part_of() -> None:
    """Monochrome and colour exclude one another, so it takes two sites to be told of all ten."""
    db50 = SHIPPED["db50_216_2006"]
    told = [shown(session_of(db50, picture=one, system="analogue"), db50) for one in ("colour", "monochrome")]
    assert set().union(*told) >= TEN
    assert "gb_50198_1994#monochrome-resolution" not in told[0]
    assert "gb_50395_2007#cif" not in told[1]


def test_what_does_not_apply_to_a_device_is_no_conflict_of_its_report() -> None:
    """Sampling, retention and scene light are the site's."""
    db50 = SHIPPED["db50_216_2006"]
    told = shown(session_of(db50, scope=Scope.DEVICE, picture="colour", system="digital"), db50)
    assert told >= {"gb_50198_1994#raters", "gb_50395_2007#cif", "db50_216_2006#dated-references"}
    assert told.isdisjoint({"gb_50348_2004#sampling", "order_196_2006#retention", "gb_50198_2011#scene-light"})


def test_a_conflict_shows_in_the_report_of_either_standard() -> None:
    """It stands in one pack and bears on the other: judged by order 799 alone, the 15 days of 2006 are told."""
    order = SHIPPED["order_799_2025"]
    [one] = differences.conflicts((order,), session_of(order).findings)
    assert one.conflict.id == "order_196_2006#retention"
    assert one.clauses == {"order_799_2025": ["17"]}


@pytest.mark.parametrize(("lang", "words"), [("zh", "取样极限为 352 × 3/4 = 264 线"), ("en", "352 x 3/4 = 264 TVL")])
def test_the_report_shows_a_conflict_with_the_clauses_that_it_is_about(lang: str, words: str, tmp_path: Path) -> None:
    db50 = SHIPPED["db50_216_2006"]
    page = report.html(session_of(db50, picture="colour", system="digital"), [db50], tmp_path, lang)
    [row] = [row for row in page.split("<tr>") if words in row]
    assert "DB50/216-2006 5.2" in row
    assert "5.3.1" in row


def test_a_session_keeps_the_packs_that_tell_of_its_conflicts(tmp_path: Path) -> None:
    """So that it is rendered alike from its own folder, which holds nothing else of what is shipped."""
    for name in ("order_799_2025", "db50_216_2006"):
        intake.keep_packs([SHIPPED[name]], [name], tmp_path)
        kept = packs.load(name, QUANTITIES, folder=tmp_path / "data" / "packs")
        assert kept.conflicts == SHIPPED[name].conflicts
        assert kept.conflicts

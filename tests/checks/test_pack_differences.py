"""Where standards differ.

Which conflicts a report shows, and where the two profiles of DB50/216 part.
"""

from __future__ import annotations

import re
from html import unescape
from typing import TYPE_CHECKING

import pytest

from acceptance import metrics, wording
from acceptance.charts import definition
from acceptance.checks import pack as packs
from acceptance.checks import pack_differences
from acceptance.checks.judging import bottom_line, judge
from acceptance.model import (
    Condition,
    Conflict,
    Pack,
    Plan,
    Scope,
    Session,
    Shot,
    Subject,
    SubjectKind,
    Verdict,
)
from acceptance.report import render
from acceptance.scene import build
from acceptance.session import intake, measuring, store
from acceptance.simulate import camera, films

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
    """Judge a site with a fixed camera and a recorder of which only the facts are known."""
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
    return {one.conflict.id for one in pack_differences.conflicts(used, session.findings)}


def test_the_ten_conflicts_that_are_known_are_in_the_packs() -> None:
    assert set(CONFLICTS) >= TEN


@pytest.mark.parametrize("conflict", CONFLICTS.values(), ids=lambda conflict: conflict.id)
def test_a_conflict_names_requirements_that_exist_and_has_both_languages(
    conflict: Conflict,
) -> None:
    known = {f"{pack.id}#{one.id}" for pack in SHIPPED.values() for one in pack.requirements}
    assert set(conflict.requirements) <= known
    assert conflict.text.endswith("。")
    assert conflict.text_en.endswith(".")


def test_a_site_under_db50_216_sees_every_conflict_that_its_figures_are_part_of() -> None:
    """Monochrome and colour exclude one another, so it takes two sites to show all ten."""
    db50 = SHIPPED["db50_216_2006"]
    reported = [
        shown(session_of(db50, picture=one, system="analogue"), db50)
        for one in ("colour", "monochrome")
    ]
    assert set().union(*reported) >= TEN
    assert "gb_50198_1994#monochrome-resolution" not in reported[0]
    assert "gb_50395_2007#cif" not in reported[1]


def test_what_does_not_apply_to_a_device_is_no_conflict_of_its_report() -> None:
    """Sampling, retention and scene light are the site's."""
    db50 = SHIPPED["db50_216_2006"]
    reported = shown(session_of(db50, scope=Scope.DEVICE, picture="colour", system="digital"), db50)
    assert reported >= {
        "gb_50198_1994#raters",
        "gb_50395_2007#cif",
        "db50_216_2006#dated-references",
    }
    assert reported.isdisjoint(
        {"gb_50348_2004#sampling", "order_196_2006#retention", "gb_50198_2011#scene-light"}
    )


def test_a_conflict_shows_in_the_report_of_either_standard() -> None:
    """One pack states it, and it concerns the other.

    Judged by order 799 alone, the 15 days of 2006 are reported.
    """
    order = SHIPPED["order_799_2025"]
    [dispute] = pack_differences.conflicts((order,), session_of(order).findings)
    assert dispute.conflict.id == "order_196_2006#retention"
    assert dispute.clauses == {"order_799_2025": ["17"]}


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "取样极限为 352 × 3/4 = 264 线"), ("en", "352 x 3/4 = 264 TVL")]
)
def test_the_report_shows_a_conflict_with_the_clauses_that_it_is_about(
    lang: str, words: str, tmp_path: Path
) -> None:
    db50 = SHIPPED["db50_216_2006"]
    page = render.html(session_of(db50, picture="colour", system="digital"), [db50], tmp_path, lang)
    [row] = [row for row in page.split("<tr>") if words in row]
    assert "DB50/216-2006 5.2" in row
    assert "5.3.1" in row


def test_a_session_keeps_the_packs_that_state_its_conflicts(tmp_path: Path) -> None:
    """So that it is rendered alike from its own folder, which holds no other shipped packs."""
    for name in ("order_799_2025", "db50_216_2006"):
        intake.keep_packs([SHIPPED[name]], [name], tmp_path)
        kept = packs.load(name, QUANTITIES, folder=tmp_path / "data" / "packs")
        assert kept.conflicts == SHIPPED[name].conflicts
        assert kept.conflicts


# --- the two profiles of DB50/216

LETTER, CURRENT = SHIPPED["db50_216_2006"], SHIPPED["db50_216_2006_current"]


def limits(pack: Pack, name: str) -> tuple[float | None, float | None]:
    """Return both ends of the limit of a requirement."""
    limit = next(one.limit for one in pack.requirements if one.id == name)
    assert limit
    return limit.at_least, limit.at_most


@pytest.mark.parametrize(
    ("name", "letter", "current"),
    [
        ("5.2/resolution-colour", (270, None), (400, None)),
        ("5.3.1/resolution-colour", (270, None), (400, None)),
        ("5.3.1/height-indoor", (2.5, None), (2.5, 5)),
        ("5.6.2a/retention", (15, None), (30, None)),
    ],
)
def test_by_the_letter_the_old_figures_stay_and_today_the_new_ones_apply(
    name: str, letter: tuple[float, None], current: tuple[float, float | None]
) -> None:
    """The list of references is dated, so that its clause 2 keeps 270 TVL and 15 days in force."""
    assert limits(LETTER, name) == letter
    assert limits(CURRENT, name) == current


def test_what_the_profiles_ask_alike_is_no_difference_and_all_else_is() -> None:
    found = {one.requirement: one for one in pack_differences.between(LETTER, CURRENT)}
    assert {"5.2/resolution-colour", "5.6.2a/retention", "6.2/trial-run", "6.4/experts"} <= set(
        found
    )
    assert found["6.4/experts"].here is None
    assert set(found).isdisjoint({"5.4.2/latency", "5.7/protocols", "6.1/room-area"})
    assert [one.requirement for one in pack_differences.between(CURRENT, LETTER)] != []
    assert list(pack_differences.between(LETTER, LETTER)) == []


def test_the_current_profile_leans_on_no_edition_that_was_replaced_where_the_new_one_is_known() -> (
    None
):
    """What is still asked by an old edition is what its successor was not seen to state."""
    old = {"GB 50348-2004", "GB 50198-1994", "渝府令第196号", "GA 308-2001", "DB11/T 855-2025"}
    left = {one.id for one in CURRENT.requirements if one.figure and one.figure.source in old}
    assert left == {
        *("5.1/monitoring", "5.3/pan-tilt", "5.3/working-temperature"),
        *("6.2/fixing", "6.2/cables", "6.2/insulation"),
        *("6.2/earth-dedicated", "6.2/earth-common", "6.2/earth-field", "6.2/earth-field-rocky"),
        *("6.3/readings", "6.3/subjective-panel", "6.3/viewing"),
        *("6.4/design-review", "6.4/trial-run", "6.4/training", "6.4/completion", "6.4/testing"),
        *("6.5/interval", "6.5/records"),
        *("5.3/surge-protection", "6.3/surge-protection", "6.3/safety", "6.3/earthing"),
        *("6.3/insulation-resistance", "6.3/leakage-current", "6.3/backup-supply"),
    }


def test_both_profiles_have_the_same_clauses_and_conflicts() -> None:
    assert CURRENT.clauses == LETTER.clauses
    assert {one.id.partition("#")[2] for one in CURRENT.conflicts} == {
        one.id.partition("#")[2] for one in LETTER.conflicts
    }


@pytest.mark.parametrize(
    ("name", "other"), [("db50_216_2006", "current"), ("db50_216_2006_current", "")]
)
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_report_names_its_profile_and_lists_where_the_other_one_differs(
    name: str, other: str, lang: str, tmp_path: Path
) -> None:
    """From the packs that the session keeps; rows for the clauses that applied."""
    intake.keep_packs([SHIPPED[name]], [name], tmp_path)
    done = session_of(SHIPPED[name], scope=Scope.DEVICE, picture="colour", system="digital")
    profiles = store.load_profiles([SHIPPED[name]], tmp_path / "data" / "packs")
    [(judged, against)] = profiles
    assert judged.id == name
    assert against.id == f"db50_216_2006{'_' * bool(other)}{other}"
    page = render.html(done, [judged], tmp_path, lang, profiles)
    title = judged.title if lang == "zh" else judged.title_en
    assert f">{judged.number} {title}<" in re.sub(r"\s*(?=<)", "", unescape(page))
    section = page.partition(wording.phrases(lang)["heading"]["profiles"])[2]
    [row] = [row for row in section.split("<tr>") if "5.2/resolution-colour<" in row]
    assert tuple(re.findall("≥\u202f(270|400)", row))[:: 1 if other else -1] == ("270", "400")
    assert "6.4/experts" not in section, "the acceptance group does not apply to a device"
    assert "5.2/level<" not in section, "nor the level of an analogue signal to a digital one"
    assert "5.2/grey-scale-analogue<" not in section


def test_the_english_report_gives_the_reasons_of_the_sources_in_english(tmp_path: Path) -> None:
    done = session_of(LETTER, scope=Scope.DEVICE, picture="colour", system="digital")
    page = render.html(done, [LETTER], tmp_path, "en")
    assert "a dated reference keeps the old figure" in page
    assert "注日期引用" not in page


def test_a_perfect_camera_of_cif_size_fails_270_lines_and_the_report_says_why(
    tmp_path: Path,
) -> None:
    """A film of 352 x 264 square pixels, which samples as many TV lines as CIF.

    The wedge is resolved to the limit.
    """
    films.film_chart(
        camera.Camera(width=352, height=264, share=0.98, blur=0.3, crf=0, noise=0.002),
        definition.load("acceptance"),
        tmp_path / "cif.mkv",
        0.4,
    )
    lit = Condition(name="illuminance", value=500, unit="lx")
    shot = Shot(id="s", subject="camera", clip="cif.mkv", chart="acceptance", conditions=(lit,))
    seen = build.look(shot, tmp_path)
    found, notes = measuring.measure(seen, {"resolution.wedge_horizontal"})
    facts = {"system": "digital", "picture": "colour"}
    plan = Plan(
        subjects=(Subject(id="camera", kind=SubjectKind.FIXED, facts=facts),), shots=(shot,)
    )
    findings = judge((LETTER,), plan, found, notes, (seen.shot,), today="2026-11-25")
    for name in ("5.2/resolution-colour", "5.3.1/resolution-colour"):
        [finding] = [one for one in findings if one.requirement == f"db50_216_2006#{name}"]
        assert finding.verdict is Verdict.FAIL
        assert finding.value == pytest.approx(264)
        codes = [one.code for one in finding.remarks]
        assert codes == ["limit_above_sampling", "source_replaced"]

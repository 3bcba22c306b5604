"""An institute fills places of a report; it hides and says nothing that the report decides."""

from __future__ import annotations

import re
import struct
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from sample_session import pack_of_db50, session_of

from acceptance.errors import PlanError
from acceptance.model import Accreditation, Institute, SessionWarning, Severity, Verdict
from acceptance.report import own_pages, render
from acceptance.report.book import Book
from acceptance.report.marks_page import MarksPage

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Session

SESSION = session_of(pack_of_db50())


def page(session: Session, folder: Path, lang: str = "zh") -> str:
    return render.printed(Book(session=session, packs=[pack_of_db50()], folder=folder, lang=lang))


def of(institute: Institute) -> Session:
    return replace(SESSION, plan=replace(SESSION.plan, institute=institute))


def written(folder: Path, text: str, name: str = "notices") -> Path:
    file = folder / f"{name}.html"
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("name", own_pages.PLACES)
def test_each_place_shows_what_its_template_makes(tmp_path: Path, name: str) -> None:
    (tmp_path / "own").mkdir()
    written(
        tmp_path / "own",
        '<p class="centre">{{ institute.name }} &amp; {{ report.number }}</p>',
        name,
    )
    shown = page(of(Institute(file="i", name="<b>院</b>", templates="own")), tmp_path)
    assert f'<p class="centre">&lt;b&gt;院&lt;/b&gt; &amp; {SESSION.id}</p>' in shown


@pytest.mark.parametrize(
    "text",
    [
        "<script>alert(1)</script>", "<style>.decision{display:none}</style>",
        '<p style="color:#fff">x</p>', '<p onclick="x">x</p>', "<p class='left'>x</p>",
        '<p class="decision">x</p>', '<img src="x.png">', "<!-- x -->", "<!DOCTYPE html>",
        "<?x?>", "</section>", "<p>x", "<p><b>x</p></b>", "<p", "<p/>", "<P>x</P>", "a < b",
        '<td colspan="99">x</td>', '<td rowspan="0">x</td>', '<a href="x">x</a>',
        "<iframe></iframe>", '<link rel="x">', "<svg></svg>", "<base>", '<div\tclass="left">',
        "&#x202e;", "&lrm;", "&notanentity;", "<div>" * 30 + "</div>" * 30, "</div></div>",
        "{{ project.__class__ }}", "{{ ''.join(project) }}", "{{ project|safe }}", "{{ 9 ** 9 }}",
        "{% include 'cover.html' %}", "{% set x = 1 %}", "{% for a in range(9) %}x{% endfor %}",
        "{{ missing }}", "{{ project.nothing }}", "{% if %}", "{{", "{% raw %}<script>{% endraw %}",
        "{% for a in people %}" * 3 + "{% endfor %}" * 3,
        "{% for a in people recursive %}{{ loop(people) }}{% endfor %}",
        "<p>CMA 210000</p>", "<p>c m a</p>", "<p>本机构取得资质认定</p>",
    ],
)  # fmt: skip
def test_what_is_not_plain_is_refused(tmp_path: Path, text: str) -> None:
    with pytest.raises(PlanError):
        own_pages.try_out(written(tmp_path, text))


@pytest.mark.parametrize(
    "text", ["<p>结论：合格</p>", "<p>合<b>格</b></p>", "PASS", "it passed", "Fail"]
)
@pytest.mark.parametrize("name", own_pages.BESIDE_A_VERDICT)
def test_no_template_beside_the_verdict_words_one(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        own_pages.try_out(written(tmp_path, text, name))


def test_a_root_sign_of_a_formula_is_no_verdict(tmp_path: Path) -> None:
    own_pages.try_out(written(tmp_path, "<p>U = 2s/√n, 5 nV/√Hz</p>", "closing"))


def test_what_a_plan_is_called_may_hold_any_word_and_the_template_beside_it_not(
    tmp_path: Path,
) -> None:
    """A report is not refused at its end for the name of a project."""
    (tmp_path / "own").mkdir()
    project = replace(SESSION.plan.project, title="合格供应商仓库工程")
    institute = Institute(file="i", templates="own")
    named = replace(SESSION, plan=replace(SESSION.plan, project=project, institute=institute))
    written(tmp_path / "own", "<p>{{ project.title }}：检定合格的仪器</p>", "closing")
    assert "<p>合格供应商仓库工程：检定合格的仪器</p>" in page(named, tmp_path)
    written(tmp_path / "own", "<p>{{ project.title }}：合格</p>", "closing")
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        page(named, tmp_path)


def test_a_template_that_repeats_a_long_text_comes_to_an_end(tmp_path: Path) -> None:
    text = "{% for a in project.title %}" * 2 + "{{ project.title }}" + "{% endfor %}" * 2
    (tmp_path / "own").mkdir()
    written(tmp_path / "own", text)
    project = replace(SESSION.plan.project, title="x" * 1000)
    institute = Institute(file="i", templates="own")
    plan = replace(SESSION.plan, project=project, institute=institute)
    with pytest.raises(PlanError, match="makes more than"):
        page(replace(SESSION, plan=plan), tmp_path)


def test_everything_that_decides_stands_on_the_page_whatever_the_institute_adds(
    tmp_path: Path,
) -> None:
    (tmp_path / "own").mkdir()
    for name in own_pages.PLACES:
        written(tmp_path / "own", "<div>" + "<p>x</p>" * 500 + "</div>", name)
    words = {"zh": {"report": {"title_device": "报告"}, "verdict": {"fail": "好"}}}
    bare = page(SESSION, tmp_path)
    shown = page(of(Institute(file="i", templates="own", phrases=words)), tmp_path)
    for kind in ("decision", "verdict", "provisional", "reached"):
        found = re.findall(rf'<[^<>]*class="{kind}[^>]*>[^<]*', bare)
        assert found
        assert re.findall(rf'<[^<>]*class="{kind}[^>]*>[^<]*', shown) == found


def test_phrases_name_fields_and_decide_nothing() -> None:
    own_pages.check_phrases({"zh": {"label": {"customer": "委托方"}}}, "x")
    for wrong in (
        {"zh": {"verdict": {"fail": "合格"}}}, {"zh": {"label": {"verdict": "x"}}},
        {"fr": {"label": {"customer": "x"}}}, {"zh": {"label": {"customer": " "}}},
        {"zh": {"label": {"customer": "{x}"}}}, {"zh": {"report": {"title_site": "合格证书"}}},
        {"zh": {"report": {"title_site": "CNAS 检测报告"}}}, {"zh": {"warnings": {"nothing": "x"}}},
    ):  # fmt: skip
        with pytest.raises(PlanError):
            own_pages.check_phrases(wrong, "x")


@pytest.mark.parametrize(
    ("kind", "title"),
    [("testing", "检测报告"), ("inspection", "检验报告"), ("acceptance", "验收报告")],
)
def test_the_title_is_that_of_the_report_which_the_institute_issues(
    tmp_path: Path, kind: str, title: str
) -> None:
    project = replace(SESSION.plan.project, report_title="")
    plan = replace(SESSION.plan, project=project, institute=Institute(file="i", report=kind))
    assert f'<h1 class="title">{title}</h1>' in page(replace(SESSION, plan=plan), tmp_path)


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a", own_pages.PNG + struct.pack(">II", 50_000, 50_000),
     own_pages.PNG + struct.pack(">II", 0, 9), b"x" * (1 << 21)],
)  # fmt: skip
def test_a_logo_that_is_none_or_too_large_is_not_drawn(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    assert own_pages.wrong_logo(tmp_path / "logo.png")
    assert 'class="letterhead"' not in page(of(Institute(file="i", logo="logo.png")), tmp_path)


def marked(session: Session, *, provisional: bool = False, **fields: object) -> MarksPage:
    usual = {"mark": "CMA", "number": "1", "until": "2099-12-31", "items": ("db50_216_2006#*",)}
    held = Accreditation(**(usual | fields))  # type: ignore[arg-type] -- as a test names them
    institute = Institute(file="i", accreditations=(held,))
    plan = replace(session.plan, institute=institute)
    return MarksPage(session=replace(session, plan=plan), provisional=provisional, lang="en")


def test_a_mark_stands_where_its_scope_covers_everything_that_was_tested() -> None:
    assert [held.mark for held in marked(SESSION).shown] == ["CMA"]
    assert not marked(SESSION).left_out


def test_a_mark_is_left_out_and_the_reason_said() -> None:
    tested = {one.requirement for one in SESSION.findings if one.verdict is Verdict.PASS}
    for page_of_marks, why in (
        (marked(SESSION, provisional=True), "provisional"),
        (marked(SESSION, until="2000-01-01"), "valid until 2000-01-01"),
        (marked(SESSION, items=("other#*",)), "outside its scope"),
        (marked(SESSION, items=tuple(tested)), "outside its scope"),
        (marked(replace(SESSION, findings=())), "nothing was tested"),
    ):
        assert not page_of_marks.shown
        assert why in page_of_marks.left_out[0]


@pytest.mark.parametrize(
    "text",
    [
        "合\u200b格", "ＰＡＳＳ", "P\u200bASS", "\u0420ass", "P\u0391SS", "验收通过", "符合要求",
        "达标", "compliant", "satisfactory", "合 \u2060 格", "CM\u0410", "C\u200bMA", "ＣＮＡＳ",
        "C.N.A.S", "ilac-MRA", "计量认证", "驗收通過", "達標", "准予通过", "同意验收",
        "合·格", "合_格",
        "P A S S", "p.a.s.s", "ᴘᴀꜱꜱ", "满足设计要求", "☑", "no nonconformity found",
        "C\u041eNF\u041eRMS", "\u0420\u0410\u0405\u0405",
        "meets all requirements", "all requirements are fulfilled", "is hereby accepted",
    ],
)  # fmt: skip
def test_words_are_read_as_they_look(text: str) -> None:
    with pytest.raises(PlanError, match="verdicts and marks come from the report alone"):
        own_pages.check_phrases({"zh": {"report": {"title_device": text}}}, "x")
    assert not own_pages.is_neutral(text)


@pytest.mark.parametrize(
    "text",
    [
        "某合格评定中心", "符合性评价中心", "Conformity Assessment Ltd", "Inc, Manager",
        "可通过电话核验", "Compass Testing", "ECMA", "第三方检测报告", "Acceptance report",
        "綜合管理",
        "Apass Ltd", "approved laboratory", "a map as seen", "requirements of the customer",
    ],
)  # fmt: skip
def test_names_of_institutes_are_no_verdicts(text: str) -> None:
    assert own_pages.is_neutral(text)


def test_a_session_from_elsewhere_says_no_other_verdict_either(tmp_path: Path) -> None:
    """Whoever holds a key writes a session that no plan would be allowed to make."""
    words = {"zh": {"label": {"project": "合格"}, "report": {"title_device": "合格证书"}}}
    held = Accreditation(mark="合格", number="1", until="2099-12-31", items=("db50_216_2006#*",))
    institute = Institute(file="i", name="合格", phrases=words, accreditations=(held,))
    project = replace(SESSION.plan.project, report_title="合格证书", laboratory="ＰＡＳＳ")
    forged = replace(SESSION, plan=replace(SESSION.plan, project=project, institute=institute))
    usual = replace(project, report_title="", laboratory="")
    honest = replace(SESSION, plan=replace(SESSION.plan, project=usual))
    assert page(forged, tmp_path) == page(honest, tmp_path)


def test_no_mark_stands_on_a_report_by_an_altered_pack() -> None:
    altered = SessionWarning(code="altered_pack", severity=Severity.CAUTION, items=("x",))
    page_of_marks = marked(replace(SESSION, warnings=(altered,)))
    assert not page_of_marks.shown
    assert "not the one that its name says" in page_of_marks.left_out[0]

"""The report: what it must say, in which words, and that nothing in a session can break it."""

from __future__ import annotations

import ast
import functools
import gc
import io
import math
import os
import shutil
import string
import subprocess
import sys
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import junitparser
import pypdf
import pytest
from sample_session import draw_still, pack_of_db50, session_of

from acceptance import data, metrics, wording
from acceptance.checks.pack import load_all, names
from acceptance.errors import InputError
from acceptance.model import (
    BottomLine,
    Curve,
    DecisionRule,
    How,
    Level,
    Limit,
    Measurement,
    Modality,
    Pack,
    Person,
    Plan,
    Reason,
    RuleKind,
    Scope,
    Session,
    SubjectKind,
    Tap,
    Verdict,
    Withdrawal,
)
from acceptance.report import plots, render, typesetting
from acceptance.report.book import Book
from acceptance.report.svg import Axis

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope="module")
def pack() -> Pack:
    return pack_of_db50()


@pytest.fixture(scope="module")
def session(pack: Pack) -> Session:
    return session_of(pack)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("会话 folder")
    (folder / "data" / "stills").mkdir(parents=True)
    draw_still(folder / "data" / "stills" / "样片 1 #%.png", (1920, 1080))
    draw_still(folder / "data" / "stills" / "clock.jpg", (1280, 720))
    return folder


JSON = '{"id": "DB50-20261125-0001", "标题": "检验"}'.encode()
ATTACHED = {"session.json": JSON}


@pytest.fixture(scope="module")
def chinese(session: Session, pack: Pack, folder: Path) -> bytes:
    return render.volumes(session, [pack], folder, "zh").report({}, ATTACHED)


@pytest.fixture(scope="module")
def annexes(session: Session, pack: Pack, folder: Path) -> dict[str, bytes]:
    return dict(render.volumes(session, [pack], folder, "zh").annexes())


def _text(pdf: bytes) -> str:
    texts = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)
    return "\n".join(texts).replace("\u202f", " ").replace("\n", "")


def test_a_chinese_report_holds_clause_titles_verdicts_and_its_number_on_every_page(
    chinese: bytes, annexes: dict[str, bytes], session: Session, pack: Pack
) -> None:
    text, coverage = _text(chinese), _text(annexes["annex-e.pdf"])
    for clause in pack.clauses:
        assert clause.title in coverage
    assert "GB 50198-1994" in coverage
    for word in (
        "检验报告",
        "检验结论：不合格（暂定）",
        "参考，不作判定依据",
        "以下空白",
        "仅与受检项目",
        "未检",
    ):
        assert word in text
    reader = pypdf.PdfReader(io.BytesIO(chinese))
    total = len(reader.pages)
    for number, page in enumerate(reader.pages, start=1):
        assert session.id in page.extract_text()
        assert f"第 {number} 页 共 {total} 页" in " ".join(page.extract_text().split())
    assert "以下空白" in reader.pages[-1].extract_text()


def test_an_english_report_holds_clause_titles_and_the_words_of_the_verdicts(
    session: Session, pack: Pack, folder: Path
) -> None:
    volumes = render.volumes(session, [pack], folder, "en")
    every = [volumes.report({}, ATTACHED), *dict(volumes.annexes()).values()]
    text = " ".join("".join(map(_text, every)).split())
    for words in (
        "Test report",
        "Storage of pictures",
        "Verdict: fail (provisional)",
        "not tested",
        "End of report",
        "End of annex F",
    ):
        assert words in text


def test_the_report_is_pdf_a_3b_with_the_session_attached_as_its_source(chinese: bytes) -> None:
    reader = pypdf.PdfReader(io.BytesIO(chinese))
    assert reader.attachments == {"session.json": [JSON]}
    metadata = reader.root_object["/Metadata"].get_object().get_data().decode()
    assert 'pdfaid:part="3"' in metadata
    assert 'pdfaid:conformance="B"' in metadata
    assert {one.get_object()["/AFRelationship"] for one in reader.root_object["/AF"]} == {"/Source"}
    assert "CreateDate>2026-11-25T01:30:00Z<" in metadata


def test_the_same_session_gives_the_same_bytes(
    chinese: bytes, session: Session, pack: Pack, folder: Path
) -> None:
    before = os.environ.get("SOURCE_DATE_EPOCH")
    typesetting._JUST_SET.clear()
    assert render.volumes(session, [pack], folder, "zh").report({}, ATTACHED) == chinese
    assert os.environ.get("SOURCE_DATE_EPOCH") == before


def test_the_languages_of_a_desk_change_no_page() -> None:
    """In a process of its own: Pango looks at them once."""
    script = (
        "from acceptance.report import render, typesetting;"
        "page = '<html lang=zh-CN><style>p { font-family: Noto Sans CJK SC }</style>"
        "<p>检验报告 report ①②③ — “引号” … 今天 ≥ 36 dB 长一点的行';"
        "print(hash(typesetting.typeset(page, render.EPOCH)))"
    )
    desk = {"PATH": os.environ["PATH"], "PYTHONHASHSEED": "0", "LC_ALL": "C.UTF-8"}
    pages = {
        subprocess.run(
            [sys.executable, "-c", script], env=desk | {"LANGUAGE": asked}, check=True,
            capture_output=True,
        ).stdout
        for asked in ("zh_CN:zh", "en")
    }  # fmt: skip
    assert len(pages) == 1


PAGE = "<html lang=zh><body><p>{}<img alt=still src='still%20%25.png'>"


def test_what_was_just_set_is_set_again_only_where_something_changed(tmp_path: Path) -> None:
    """Page, time, attachments and stills: each of them counts."""
    still = tmp_path / "still %.png"
    draw_still(still, (64, 48))
    same = (PAGE.format("1"), tmp_path, render.EPOCH, ATTACHED)
    first = typesetting.archived(*same)
    assert typesetting.archived(*same) is first
    for page, moment, attached in (
        (PAGE.format("2"), render.EPOCH, ATTACHED),
        (PAGE.format("1"), render.EPOCH + timedelta(1), ATTACHED),
        (PAGE.format("1"), render.EPOCH, {"session.json": b"{}"}),
    ):
        assert typesetting.archived(page, tmp_path, moment, attached) != first
    assert typesetting.archived(*same) is first
    draw_still(still, (48, 64))
    assert typesetting.archived(*same) != first


def test_a_stamp_that_was_just_drawn_is_drawn_again_only_where_something_changed() -> None:
    """To the byte it is what is drawn anew."""
    words = {"code": "tester", "signer": "张三", "certificate": "5e" * 8, "of_test": False}
    drawn = functools.partial(render.form, "stamp.html", "zh", **words)
    first = drawn(when="2026-06-02 08:00:00 +08:00")
    assert drawn(when="2026-06-02 08:00:00 +08:00") is first
    assert drawn(when="2026-06-02 08:00:01 +08:00") != first
    render._form.cache_clear()
    assert drawn(when="2026-06-02 08:00:00 +08:00") == first


def test_only_simplified_chinese_typefaces_are_embedded(chinese: bytes, tmp_path: Path) -> None:
    if shutil.which("pdffonts") is None:
        pytest.skip("poppler-utils is not installed")
    (tmp_path / "report.pdf").write_bytes(chinese)
    listing = subprocess.run(
        ["pdffonts", str(tmp_path / "report.pdf")], capture_output=True, text=True, check=True
    ).stdout
    fonts = [line.split()[0] for line in listing.splitlines()[2:]]
    assert fonts
    assert all("CJK-SC" in font for font in fonts)


def test_stills_are_embedded_at_150_dots_per_inch_and_a_missing_one_is_said(
    annexes: dict[str, bytes],
) -> None:
    pictures = annexes["annex-c.pdf"]
    reader = pypdf.PdfReader(io.BytesIO(pictures))
    sizes = {image.image.size for page in reader.pages for image in page.images if image.image}
    assert sizes
    assert max(width for width, _ in sizes) < 1200
    assert "图像文件缺失：data/stills/missing.png" in _text(pictures)


def test_hostile_names_come_out_as_text(session: Session, pack: Pack, folder: Path) -> None:
    page = render.html(session, [pack], folder, "zh")
    assert page.count("<script") == 1  # the page's own
    assert "&lt;script&gt;" in page
    assert "{{ 7 * 7 }}" in page
    plan = replace(
        session.plan,
        project=replace(session.plan.project, title="\x00\x1b[31m</title><script>\ud800"),
    )
    spoilt = replace(session, plan=plan)
    assert render.html(spoilt, [pack], folder, "zh").count("<script") == 1
    assert "\x00" not in render.html(spoilt, [pack], folder, "zh")


def test_the_collector_rests_only_while_a_page_is_set(monkeypatch: pytest.MonkeyPatch) -> None:
    resting: list[bool] = []

    def html(**_: object) -> None:
        resting.append(not gc.isenabled())
        raise ZeroDivisionError

    monkeypatch.setattr(typesetting, "_html", lambda: html)
    with pytest.raises(ZeroDivisionError):
        typesetting.typeset("<p>", render.EPOCH)
    assert resting == [True]
    assert gc.isenabled()


def test_nothing_outside_the_session_folder_is_read(
    session: Session, pack: Pack, folder: Path, tmp_path: Path
) -> None:
    draw_still(tmp_path / "secret.png", (64, 64))
    outside = replace(session.shots[0], still=os.path.relpath(tmp_path / "secret.png", folder))
    page = render.html(replace(session, shots=(outside,)), [pack], folder, "zh")
    assert "图像文件缺失" in page
    fetcher = typesetting.fetcher(folder)
    for address in (
        (tmp_path / "secret.png").as_uri(),
        "http://localhost/x.png",
        folder.as_uri() + "/../secret.png",
    ):
        with pytest.raises(ValueError, match=r"outside|disallowed"):
            fetcher.fetch(address)


def test_a_still_whose_name_a_copy_stored_in_another_normal_form_is_in_the_report(
    session: Session, pack: Pack, folder: Path
) -> None:
    """As file systems of macOS and some archives do."""
    draw_still(folder / "data" / "stills" / "Cafe\u0301.png", (64, 64))
    renamed = replace(session.shots[0], still="data/stills/Caf\u00e9.png")
    page = render.html(replace(session, shots=(renamed,)), [pack], folder, "zh")
    assert "图像文件缺失" not in page
    fetched = typesetting.fetcher(folder).fetch(f"{folder.as_uri()}/data/stills/Caf%C3%A9.png")
    assert fetched.read().startswith(b"\x89PNG")


def test_every_finding_is_in_the_report_in_its_own_words(
    session: Session, pack: Pack, folder: Path
) -> None:
    book = Book(session=session, packs=[pack], folder=folder, lang="zh")
    words = {row.finding.verdict: wording.verdict(row.finding, "zh") for row in book.rows}
    assert set(words) == set(Verdict)
    shown = {row.number for rows in book.results.by_subject.values() for row in rows}
    assert shown == {
        row.number for row in book.rows if row.finding.verdict is not Verdict.NOT_APPLICABLE
    }
    covered = sum(
        one.count for clause in pack.clauses for one in book.coverage.outcomes(pack, clause)
    )
    assert covered == len(session.findings)


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_verdict_and_every_other_closed_word_has_a_phrase(lang: str) -> None:
    words = wording.phrases(lang)
    for section in ("verdict", "verdict_item", "verdict_overall"):
        assert set(words[section]) == set(Verdict)
    assert set(words["kind"]) == set(SubjectKind)
    assert set(words["scope"]) == set(Scope)
    assert set(words["tap"]) == set(Tap)
    assert set(words["how"]) == set(How)
    assert set(words["level"]) >= set(Level)
    assert set(words["modality"]) == set(Modality)
    assert set(words["rule"]) >= set(RuleKind)


def test_both_languages_have_the_same_phrases_with_the_same_parameters() -> None:
    # Methods are written in English in the measurements themselves.
    chinese, english = (_flat({**wording.phrases(lang), "method": {}}) for lang in wording.COMPLETE)
    assert set(chinese) == set(english)
    for key, phrase in chinese.items():
        assert _parameters(phrase) == _parameters(english[key]), key


def _flat(words: dict[str, dict[str, object]]) -> dict[str, str]:
    return {
        f"{section}.{key}": str(phrase)
        for section, entries in words.items()
        for key, phrase in entries.items()
    }


def _parameters(phrase: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(phrase) if name}


@functools.cache
def _calls() -> list[tuple[str, dict[str, ast.expr]]]:
    """Find every call in the source: the name of what is called, and its keyword arguments.

    The code of a gap is its first argument. Comparisons of laboratories have words of their own.
    """
    found = list[tuple[str, dict[str, ast.expr]]]()
    for path in sorted((ROOT / "acceptance").rglob("*.py")):
        if path.parent.name == "laboratories":
            continue
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
                words = {word.arg: word.value for word in node.keywords if word.arg}
                code = {"code": node.args[0]} if node.func.id == "GapError" and node.args else {}
                found.append((node.func.id, words | code))
    return found


def _codes(*callers: str) -> dict[str, set[str]]:
    """Collect the codes of reasons and gaps in the source, each with its parameters."""
    found: dict[str, set[str]] = {}
    for name, given in _calls():
        code = given.get("code")
        if name in (callers or ("GapError", "Reason")) and isinstance(code, ast.Constant):
            found.setdefault(str(code.value), set()).update(
                set(given) - {"code", "hint", "where", "parameters"}
            )
    return found


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_reason_in_the_source_has_a_phrase(lang: str) -> None:
    missing = set(_codes()) - set(wording.phrases(lang)["reason"])
    assert not missing, (
        f"word these in report_templates/{lang}.toml, section reason: {sorted(missing)}"
    )


def test_the_phrase_of_a_gap_asks_for_no_parameter_that_the_source_does_not_give() -> None:
    words = wording.phrases("zh")["reason"]
    for code, given in _codes("GapError").items():
        assert _parameters(words.get(code, "")) <= given, code


def worded_quantities() -> set[str]:
    """Quantities of metrics with names: a metric has names for all of its quantities or none."""
    named = wording.phrases("zh")["quantity"].keys() | wording.phrases("en")["quantity"].keys()
    offered = (set(metric.QUANTITIES) for metric in metrics.every().values())
    return {quantity for family in offered if family & named for quantity in family}


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_quantity_that_a_shipped_pack_judges_has_a_name(lang: str) -> None:
    packs = load_all(names(), metrics.quantities())
    judged = {
        demand.quantity
        for standard in packs
        for demand in standard.requirements
        if demand.quantity in metrics.quantities()
    }
    assert judged - set(wording.phrases(lang)["quantity"]) == set()


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_quantity_that_is_measured_has_a_name(lang: str) -> None:
    missing = set(worded_quantities()) - set(wording.phrases(lang)["quantity"])
    assert not missing, (
        f"name these in report_templates/{lang}.toml, section quantity: {sorted(missing)}"
    )


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_every_budget_line_and_curve_in_the_source_has_words(lang: str) -> None:
    words = wording.phrases(lang)
    wanted = {("BudgetLine", "source"): "budget"} | {
        ("Curve", name): "curve" for name in ("name", "x_label", "y_label")
    }
    for name, given in _calls():
        for field, value in given.items():
            section = wanted.get((name, field))
            if section and isinstance(value, ast.Constant):
                assert value.value in words[section], (
                    f"word it in report_templates/{lang}.toml, section {section}"
                )


def test_a_reason_is_worded_with_its_parameters() -> None:
    clipped = Reason(code="clipped", parameters={"region": "centre.grey12", "share": 0.43})
    assert wording.reason(clipped, "zh") == "中心 灰阶块\u202f12：43.0\u202f% 的像素已饱和或截止"
    assert "grey\u202f12" in wording.reason(clipped, "en")
    facts = Reason(
        code="facts_differ", parameters={"fact": "system", "value": "digital", "needed": "analogue"}
    )
    assert wording.reason(facts, "zh") == "系统制式为“数字”，该要求适用于“模拟”"
    kinds = Reason(code="no_subject", parameters={"kinds": "fixed, dome"})
    assert wording.reason(kinds, "zh") == "没有此类受检对象：固定摄像机、球型摄像机"


def test_a_reason_without_phrase_or_parameter_falls_back_and_never_fails() -> None:
    assert (
        wording.reason(Reason(code="new_code", parameters={"answer": 42}), "zh")
        == "new_code answer = 42"
    )
    assert wording.reason(Reason(code="clipped"), "zh") == "?：? 的像素已饱和或截止"
    odd = Reason(code="duration_short", parameters={"duration": "long", "needed": True})
    assert "long" in wording.reason(odd, "en")
    with pytest.raises(InputError, match="Languages"):
        wording.phrases("xx")


def test_a_language_with_a_handful_of_phrases_falls_back_on_english(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One file is a language; what it lacks is said in English, and no other language changes."""
    folder = tmp_path / "report_templates"
    shutil.copytree(data.folder("report_templates"), folder)
    (folder / "fr.toml").write_text('[verdict_item]\npass = "conforme"\n', "utf-8")
    monkeypatch.setattr(wording.data, "folder", lambda name: tmp_path / name)
    assert wording._languages() == ("zh", "en", "fr")
    monkeypatch.setattr(wording, "LANGUAGES", wording._languages())
    assert wording.word("pass", "verdict_item", "fr") == "conforme"
    assert wording.quantity("noise.snr", "fr") == wording.quantity("noise.snr", "en")
    standard = pack_of_db50()
    page = render.html(session_of(standard), (standard,), tmp_path, "fr")
    assert "conforme" in page
    assert "Measurement uncertainty" in page
    wording.phrases.cache_clear()


@pytest.mark.parametrize(
    ("value", "expanded", "text"),
    [
        (402.31, 9.69, ("402.3", "9.7")),
        (402.31, 9.96, ("402", "10")),
        (1234.0, 123.0, ("1230", "120")),
        (-3.14159, 0.0271, ("\u22123.142", "0.027")),
        (0.04, 1.05, ("0.0", "1.0")),
        (-0.04, 1.05, ("0.0", "1.0")),
        (38.0, 0.1, ("38.00", "0.10")),
        (1e-7, 2.34e-8, ("0.000000100", "0.000000023")),
        (2.5, 12.5, ("2", "12")),
        (35.0, 0.000066, ("35.0000", "0.0001")),
        (1234567.8, 0.12, ("1234570", "10")),
    ],
)
def test_value_and_uncertainty_are_rounded_together(
    value: float, expanded: float, text: tuple[str, str]
) -> None:
    assert wording.rounded(value, expanded) == text


def test_figures_are_written_with_unit_and_coverage_factor() -> None:
    full = wording.figure(402.31, "TVL", "zh", expanded=9.69, k=1.99)
    assert full.replace("\u202f", " ").replace("\u2009", " ") == "(402.3 ± 9.7) TVL (k = 1.99)"
    assert wording.figure(11.0, "1", "en") == "11"
    assert (
        wording.figure(0.6, "%", "en", expanded=0.2).replace("\u202f", " ").replace("\u2009", " ")
        == "(0.60 ± 0.20) %"
    )
    assert wording.figure(25.0, "frame/s", "zh").replace("\u202f", " ") == "25 帧/s"
    assert wording.figure(math.nan, "dB", "zh", expanded=1.0).replace("\u202f", " ") == "— dB"
    assert (
        wording.figure(16.667, "%", "en", expanded=1.1e-94).replace("\u202f", " ") == "16.67 %"
    ), "rounding, no doubt"
    assert wording.small(1.3e-13, "dB", "en").replace("\u202f", " ") == "< 0.000001 dB"
    assert (
        wording.limit(Limit(unit="V", at_least=0.7, at_most=1.4), "zh").replace("\u202f", " ")
        == "0.7～1.4 V"
    )
    assert wording.limit(Limit(unit="ms", at_most=2000), "en").replace("\u202f", " ") == "≤ 2000 ms"
    assert wording.probability(1.0).replace("\u202f", " ") == "P > 99.9 %"
    assert wording.probability(0.6626).replace("\u202f", " ") == "P = 66.3 %"


def test_four_words_appear_only_where_the_rule_names_them(session: Session) -> None:
    four = next(
        one for one in session.findings if one.verdict is Verdict.CONDITIONAL_PASS and one.quantity
    )
    graded = next(
        one
        for one in session.findings
        if one.verdict is Verdict.CONDITIONAL_PASS and not one.quantity
    )
    assert wording.verdict(four, "zh") == "有条件合格"
    assert wording.verdict(graded, "zh") == "基本符合"
    assert wording.verdict(replace(four, verdict=Verdict.PASS), "zh") == "合格"
    assert wording.verdict(replace(graded, verdict=Verdict.PASS), "zh") == "符合"


def test_the_bottom_line_names_scope_verdict_and_untested_mandatory_clauses(
    session: Session, pack: Pack
) -> None:
    line = render.bottom_line(session, "zh", [pack])
    assert "设备检验" in line
    assert "不合格（暂定）" in line
    assert "DB50/216-2006 5.5.4、6.4、5.5.2" in line
    clean = replace(
        session,
        bottom_line=BottomLine(verdict=Verdict.PASS, scope=Scope.SITE, provisional=False),
        findings=(),
    )
    assert render.bottom_line(clean, "zh") == "检验范围：现场验收检测。检验结论：合格。"


def test_junit_tells_failures_errors_and_skipped_apart(session: Session, pack: Pack) -> None:
    suite = next(iter(junitparser.JUnitXml.fromstring(render.junit(session, [pack]).encode())))
    verdicts = [one.verdict for one in session.findings]
    mandatory = sum(one.verdict is Verdict.NOT_TESTED and one.mandatory for one in session.findings)
    failures = verdicts.count(Verdict.FAIL) + verdicts.count(Verdict.CONDITIONAL_FAIL)
    errors = verdicts.count(Verdict.INCONCLUSIVE) + mandatory
    skipped = (
        verdicts.count(Verdict.NOT_TESTED) - mandatory + verdicts.count(Verdict.NOT_APPLICABLE)
    )
    assert (suite.tests, suite.failures, suite.errors, suite.skipped) == (
        len(verdicts),
        failures,
        errors,
        skipped,
    )
    cases = {case.name: case for case in suite}
    case = cases["Colour picture: at least 270 TV lines [cam2]"]
    assert [type(one) for one in case.result] == [junitparser.Failure]
    given = {one.name: one.value for one in case.child(junitparser.junitparser.Properties)}
    assert given["clause"] == "5.2"
    assert given["value"] == "210.31 TVL"
    assert given["evidence"] == "ab" * 32
    assert given["provisional"] == "true"


def _advised(session: Session, modality: Modality) -> Session:
    """Return the session with one failure and one open finding of this modality."""
    changed = {"cam2#resolution-colour", "recorder#frame-rate"}
    findings = (
        replace(one, modality=modality)
        if f"{one.subject}#{one.requirement.partition('#')[2]}" in changed
        else one
        for one in session.findings
    )
    return replace(session, findings=tuple(findings))


def test_a_recommendation_that_fails_stands_apart_and_is_not_counted(
    session: Session, pack: Pack, folder: Path
) -> None:
    advised = _advised(session, Modality.SHOULD)
    before, book = (
        Book(session=one, packs=[pack], folder=folder, lang="zh") for one in (session, advised)
    )
    assert before.summary.counts["不符合"] - book.summary.counts["不符合"] == 1
    assert before.summary.counts["无法判定"] - book.summary.counts["无法判定"] == 1
    assert len(before.summary.having("fail")) - len(book.summary.having("fail")) == 1
    assert [row.finding.verdict for row in book.summary.advised_against] == [
        Verdict.FAIL,
        Verdict.INCONCLUSIVE,
    ]
    page = render.html(advised, [pack], folder, "zh")
    assert "推荐性项目（不影响结论）" in page
    assert "宜（参考）" in page
    assert sum(book.summary.counts.values()) + len(book.summary.advisory) == len(session.findings)


def test_a_conditional_demand_counts_once_it_was_judged(
    session: Session, pack: Pack, folder: Path
) -> None:
    needed = _advised(session, Modality.CONDITIONAL)
    before, book = (
        Book(session=one, packs=[pack], folder=folder, lang="zh") for one in (session, needed)
    )
    assert book.summary.counts == before.summary.counts
    assert "有条件时应" in render.html(needed, [pack], folder, "zh")


@pytest.mark.parametrize("modality", [Modality.SHOULD, Modality.MAY])
def test_junit_lets_a_recommendation_that_fails_pass_and_says_so(
    session: Session, pack: Pack, modality: Modality
) -> None:
    before, after = (
        next(iter(junitparser.JUnitXml.fromstring(render.junit(one, [pack]).encode())))
        for one in (session, _advised(session, modality))
    )
    assert (before.failures - after.failures, before.errors - after.errors) == (1, 1)
    assert before.skipped == after.skipped
    case = {case.name: case for case in after}["Colour picture: at least 270 TV lines [cam2]"]
    assert case.result == []
    assert case.system_out.startswith(f"{modality}, no effect on the conclusion: does not conform")
    given = {one.name: one.value for one in case.child(junitparser.junitparser.Properties)}
    assert given["modality"] == modality


def test_each_item_bears_the_worst_false_accept_of_its_rule_beside_its_probability(
    session: Session, pack: Pack, folder: Path
) -> None:
    """From its own k; a count, an answer and a figure without probability bear none."""
    rows = {
        row.finding.requirement: row
        for row in Book(session=session, packs=[pack], folder=folder, lang="en").rows
    }
    shown = [row for row in rows.values() if row.worst_false_accept is not None]
    assert shown
    for row in shown:
        finding = row.finding
        assert finding.decision_rule
        assert finding.k
        guard = (
            0
            if finding.decision_rule.kind is RuleKind.SIMPLE
            else finding.decision_rule.guard * finding.k
        )
        one_sided = finding.limit and None in {finding.limit.at_least, finding.limit.at_most}
        assert (
            row.worst_false_accept == pytest.approx(0.5 * math.erfc(guard / math.sqrt(2)))
            or not one_sided
        )
        assert finding.probability is not None
    page = render.html(session, [pack], folder, "en")
    assert "false-accept risk at most 50" in page
    narrow = replace(
        shown[0].finding, limit=Limit(unit="", at_least=0, at_most=1), uncertainty=1.0, k=2.0
    )
    simple, guarded = (
        replace(narrow, decision_rule=DecisionRule(kind=kind))
        for kind in (RuleKind.SIMPLE, RuleKind.GUARDED)
    )
    assert replace(shown[0], finding=simple).worst_false_accept == pytest.approx(0.6587, abs=1e-4)
    assert replace(shown[0], finding=guarded).worst_false_accept is None, "nothing can pass"


def test_the_report_says_what_u_leaves_out_and_which_methods_are_not_standard(
    session: Session, pack: Pack, folder: Path
) -> None:
    page = render.html(session, [pack], folder, "zh")
    for words in (
        "U 仅涵盖对所录图像的测量",
        "编码的影响",
        "重复拍摄",
        "照明",
        "非标准方法",
        "7.2.2",
    ):
        assert words in page
    page = render.html(session, [pack], folder, "en")
    for words in (
        "measurement of the recorded picture only",
        "codec",
        "repeat takes",
        "lighting",
        "non-standard",
    ):
        assert words in page


@pytest.mark.parametrize(
    ("details", "words"),
    [
        (
            {"codec": "h264", "bit_rate": 4.2e6, "qp": 24.04},
            "codec: h264, 4200 kbit/s, QP (mean) 24",
        ),
        (
            {"codec": "hevc", "bit_rate": 4.2e6},
            "codec: hevc, 4200 kbit/s, quantiser not reported by the decoder",
        ),
    ],
)
def test_bit_rate_and_quantiser_stand_beside_every_noise_figure(
    session: Session, pack: Pack, folder: Path, details: dict[str, str | float], words: str
) -> None:
    """Judged or not; where the decoder does not tell the quantiser, that is said."""
    measurements = tuple(
        replace(one, details=details) if one.quantity == "noise.snr" else one
        for one in session.measurements
    )
    page = render.html(replace(session, measurements=measurements), [pack], folder, "en")
    assert " ".join(page.replace("\u202f", " ").split()).count(words) == sum(
        one.quantity == "noise.snr" for one in measurements
    )


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_the_way_to_confirm_a_figure_is_a_pack_of_ones_own(
    session: Session, pack: Pack, folder: Path, lang: str
) -> None:
    page = render.html(session, [pack], folder, lang)
    assert ("本机构的依据文件" if lang == "zh" else "a pack of its own") in page
    assert "acceptance pack" not in page, "a report shows no command lines"
    assert "overlay pack" not in page
    assert "补充依据文件" not in page


@pytest.mark.parametrize("lang", wording.COMPLETE)
def test_packs_are_listed_with_their_files_and_who_confirmed_what_in_which_copy(
    session: Session, pack: Pack, folder: Path, lang: str
) -> None:
    """An overlay by its own file and by that of its base; what it withdrew with the reason."""
    firm = next(one for one in pack.requirements if one.assignment.firm and one.figure)
    read = replace(firm.assignment, copy="本院图书馆 12 号纸质本")
    gone = Withdrawal(
        kind="requirement", what="5.1/linkage", why="正文无此要求", why_en="not in the text"
    )
    ours = replace(
        pack, requirements=(replace(firm, assignment=read),), extends=("base",), withdrawn=(gone,)
    )
    hashes = {
        f"data/packs/{name}.toml": digest * 64
        for name, digest in ((pack.id, "a"), ("base", "b"), ("c", "c"))
    }
    page = render.html(replace(session, hashes=hashes), [ours], folder, lang)
    part = page[page.index(wording.phrases(lang)["heading"]["provenance"] + "</h2>") :]
    part = part[: part.index("</section>")]
    assert "built-in" not in page, "a phrase is called as a method of the table that holds it"
    assert f">{wording.word('copy', 'overlay', lang)}<" in part
    assert "a" * 64 in part
    assert "b" * 64 in part
    assert "c" * 64 not in part
    [row] = [
        row
        for row in part.split("<tr")
        if "12 号" in row and wording.word("assignment", "overlay", lang) in row
    ]
    assert "李工" in row
    assert "2026-10-01" in row
    assert ("not in the text" if lang == "en" else "正文无此要求") in part


def test_three_always_sign_and_one_without_a_name_is_to_be_filled_in(
    session: Session, pack: Pack, folder: Path
) -> None:
    people = (Person(name="李工", role="审核"), Person(name="周工", role="检测员"))
    plan = replace(
        session.plan,
        people=people,
        instruments=(),
        project=replace(session.plan.project, inspected=""),
    )
    bare = replace(session, plan=plan)
    book = Book(session=bare, packs=[pack], folder=folder, lang="zh")
    signing = [(one.role, one.name) for one in book.summary.people]
    assert signing == [
        ("tester", ""),
        ("reviewer", "李工"),
        ("approver", ""),
        ("检测员", "周工"),
        ("operator", "王工"),
    ]
    page = render.html(bare, [pack], folder, "zh")
    assert "<td>批准</td><td>未填写</td>" in page
    assert "未列出仪器：测量结果未溯源" in page
    assert "not filled in" in render.html(bare, [pack], folder, "en")
    assert "the results are not traceable" in render.html(bare, [pack], folder, "en")


def test_the_organisation_inspected_is_named(session: Session, pack: Pack, folder: Path) -> None:
    book = Book(session=session, packs=[pack], folder=folder, lang="zh")
    page = render.printed(book)
    assert page.count("<th>受检单位</th><td") == 2
    assert page.count("重庆市某某区东门派出所") == 2
    assert "<dt>受检单位</dt><dd>重庆市某某区东门派出所</dd>" in render.html(
        session, [pack], folder, "zh"
    )


def test_an_amended_report_names_the_original_and_the_reason(
    session: Session, pack: Pack, folder: Path
) -> None:
    details = {"session": session.supersedes, "why": "限值更正", "by": "赵工"}
    entry = replace(session.log[-1], what="judged_again", details=details)
    page = render.html(replace(session, log=(*session.log, entry)), [pack], folder, "zh")
    notices = page.partition('<section class="notices">')[2].partition("</section>")[0]
    for words in (session.supersedes, "限值更正", "赵工"):
        assert words in notices
    assert "SHA-256：" not in notices
    hashed = replace(entry, details=details | {"sha256": "9c" * 32})
    page = render.html(replace(session, log=(hashed,)), [pack], folder, "zh")
    assert "9c" * 32 in page.partition('<section class="notices">')[2].partition("</section>")[0]


def test_the_web_page_says_that_the_signed_file_decides_and_the_signed_file_does_not(
    chinese: bytes, session: Session, pack: Pack, folder: Path
) -> None:
    assert "以带数字签名的 PDF 文件和 session.json 为准" in render.html(
        session, [pack], folder, "zh"
    )
    assert "for display only" in render.html(session, [pack], folder, "en")
    assert "仅为显示形式" not in _text(chinese)


def test_the_day_is_that_of_the_place_and_not_of_greenwich(
    session: Session, pack: Pack, folder: Path
) -> None:
    """Also where the computer's clock has another zone."""
    early = replace(
        session, started="2026-11-25T00:10:00+08:00", finished="2026-11-26T01:30:00+08:00"
    )
    elsewhere = replace(early, finished="2026-11-25T17:30:00+00:00")
    for done in (early, elsewhere):
        page = render.html(done, [pack], folder, "zh")
        assert "2026年11月25日" in page
        assert "2026年11月26日" in page
        assert "2026年11月24日" not in page


def test_a_film_that_the_plan_allows_to_be_shorter_is_a_deviation_in_its_row(
    session: Session, pack: Pack, folder: Path
) -> None:
    for plan, deviates in (
        (session.plan, True),
        (replace(session.plan, minimum_duration=None), False),
    ):
        book = Book(session=replace(session, plan=plan), packs=[pack], folder=folder, lang="zh")
        notes = {
            row.finding.requirement
            for row in book.rows
            if "偏离：拍摄时长至少 6 s，而非 60 s" in row.note
        }
        assert notes == ({"db50_216_2006#frame-rate"} if deviates else set())


@pytest.mark.parametrize(
    ("lang", "words"), [("zh", "取样极限 264 TVL"), ("en", "half a cycle per pixel is 264 TVL")]
)
def test_a_remark_stands_beside_the_reason_of_its_finding(
    session: Session, pack: Pack, folder: Path, lang: str, words: str
) -> None:
    parameters = {"limit": 270.0, "sampling_limit": 264.0, "unit": "TVL"}
    remark = Reason(code="limit_above_sampling", parameters=parameters)
    assert words not in render.html(session, [pack], folder, lang)
    flagged = replace(
        session, findings=tuple(replace(one, remarks=(remark,)) for one in session.findings)
    )
    assert words in render.html(flagged, [pack], folder, lang)


def test_hashes_of_the_log_are_printed_whole(annexes: dict[str, bytes], session: Session) -> None:
    text = _text(annexes["annex-f.pdf"])
    for entry in session.log:
        assert entry.sha256 in text


def test_junit_survives_what_xml_cannot_hold(session: Session, pack: Pack) -> None:
    spoilt = replace(session.findings[3], subject="a\x00<b>\ud800")
    text = render.junit(replace(session, findings=(spoilt,)), [pack])
    assert len(next(iter(junitparser.JUnitXml.fromstring(text.encode())))) == 1


def test_a_finding_of_a_pack_that_is_not_at_hand_is_still_reported(
    session: Session, folder: Path
) -> None:
    assert "db50_216_2006#resolution-colour" in render.html(session, [], folder, "zh")


def test_a_session_without_any_figure_is_reported(
    session: Session, pack: Pack, folder: Path
) -> None:
    empty = replace(
        session,
        measurements=(),
        findings=(),
        shots=(),
        notes=(),
        log=(),
        plan=Plan(subjects=(), shots=()),
    )
    page = render.html(
        replace(
            empty,
            bottom_line=BottomLine(verdict=Verdict.NOT_TESTED, scope=Scope.SITE, provisional=False),
        ),
        [pack],
        folder,
        "zh",
    )
    assert "没有测得数据" in page


def test_a_drawing_becomes_one_page_of_its_true_size() -> None:
    box = 'xmlns="http://www.w3.org/2000/svg" width="420mm" height="297mm" viewBox="0 0 420 297"'
    svg = f'<svg {box}><rect width="420" height="297" fill="#888"/></svg>'
    reader = pypdf.PdfReader(io.BytesIO(render.pdf_of_svg(svg, 420, 297)))
    assert len(reader.pages) == 1
    assert [float(side) * 25.4 / 72 for side in reader.pages[0].mediabox[2:]] == pytest.approx(
        [420, 297], abs=0.01
    )


def test_no_chinese_typeface_is_an_error_that_names_the_package(tmp_path: Path) -> None:
    latin = [
        path
        for path in Path("/usr/share/fonts/truetype").glob("**/*.ttf")
        if "CJK" not in path.name
    ]
    if not latin:
        pytest.skip("there is no other typeface on this machine to fall back to")
    shutil.copy(latin[0], tmp_path / "latin.ttf")
    (tmp_path / "fonts.conf").write_text(
        f"<fontconfig><dir>{tmp_path}</dir><cachedir>{tmp_path}/cache</cachedir></fontconfig>"
    )
    program = (
        "from acceptance.errors import SetupError\n"
        "from acceptance.report import render\n"
        "try: render.check_fonts()\n"
        "except SetupError as error: print(error)"
    )
    environment = os.environ | {
        "FONTCONFIG_FILE": str(tmp_path / "fonts.conf"),
        "PYTHONPATH": str(ROOT),
    }
    done = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    assert "fonts-noto-cjk" in done.stdout


def test_a_curve_keeps_its_spikes_and_drops_what_is_not_finite() -> None:
    x = tuple(float(i) for i in range(5000))
    y = tuple(math.nan if i == 7 else 900.0 if i == 4321 else 1.0 for i in range(5000))
    curve = Curve(name="n", x=x, y=y, x_label="<a>", y_label="b", marks={"here": 100.0})
    points = plots.thinned(curve)
    assert len(points) <= 1.1 * plots.MOST_POINTS
    assert (4321.0, 900.0) in points
    svg = plots.draw({"<x> & y": curve})
    assert "<a>" not in svg
    assert "&lt;x&gt; &amp; y" in svg
    assert "nan" not in svg


def test_a_mark_that_all_curves_share_is_a_limit_and_no_figure_of_any() -> None:
    curve = Curve(
        name="n",
        x=(0.0, 1.0),
        y=(1.0, 0.0),
        x_label="a",
        y_label="b",
        marks={"half": 0.5, "limit": 0.9},
    )
    other = replace(curve, marks={"half": 0.4, "limit": 0.9})
    svg = plots.draw({"one": curve, "two": other})
    assert "half = 0.5" in svg
    assert "half = 0.4" in svg
    assert "limit =" not in svg
    assert "limit = 0.9" in plots.draw({"one": curve})


@pytest.mark.parametrize("values", [(0.0, 0.0), (5.0, 5.0), (-3.0, 4.0), (1e-6, 2e-6)])
def test_a_curve_of_any_height_can_be_drawn(values: tuple[float, float]) -> None:
    curve = Curve(name="n", x=(0.0, 1.0), y=values, x_label="a", y_label="b")
    assert plots.draw({"line": curve}).startswith("<svg")


def test_what_differs_by_the_computers_rounding_only_is_drawn_level() -> None:
    curve = Curve(
        name="n", x=(0.0, 1.0, 2.0), y=(40.0, 40.0 + 1e-12, 40.0), x_label="a", y_label="b"
    )
    assert ">42<" in plots.draw({"line": curve}), (
        "the axis spans a tenth of the value to each side, not the rounding"
    )


def test_a_logarithmic_axis_shows_equal_ratios_equally_long() -> None:
    curve = Curve(
        name="n",
        x=(0.1, 1.0, 100.0),
        y=(1.0, 2.0, 3.0),
        x_label="a",
        y_label="b",
        x_logarithmic=True,
    )
    axis = Axis(low=0.1, high=100.0, start=0.0, end=3.0, logarithmic=True)
    assert [axis(value) for value in (0.1, 1, 10, 100)] == pytest.approx([0, 1, 2, 3])
    assert axis.ticks() == pytest.approx((0.1, 1, 10, 100))
    assert Axis(low=2.0, high=30.0, start=0.0, end=1.0, logarithmic=True).ticks() == pytest.approx(
        (2, 5, 10, 20)
    )
    assert plots.draw({"one": curve}).count(">10<") == 1
    assert plots.draw({"one": replace(curve, x=(0.0, 1.0, 100.0))}).startswith("<svg"), (
        "0 has no logarithm"
    )


@pytest.mark.parametrize(
    ("lower", "upper", "sign"), [(True, False, "≥"), (False, True, "≤"), (False, False, "")]
)
def test_a_bound_bears_its_sign(*, lower: bool, upper: bool, sign: str) -> None:
    made = Measurement(
        subject="s",
        quantity="q",
        value=1,
        unit="lx",
        uncertainty=0.1,
        k=2,
        degrees_of_freedom=None,
        samples=1,
        method="m",
        shot="s",
        lower_bound=lower,
        upper_bound=upper,
    )
    assert wording.bound(made).strip() == sign

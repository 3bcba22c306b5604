"""From a plan to forms, and from completed forms to findings."""

from __future__ import annotations

import re
import subprocess
import tomllib
from dataclasses import replace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import openpyxl
import pytest
from click.testing import CliRunner

from acceptance import metrics
from acceptance.checks import judging, pack
from acceptance.checks.questions import questions
from acceptance.cli import verbs
from acceptance.errors import OutputError, PlanError
from acceptance.files import spreadsheet
from acceptance.forms import item_code, panel_key
from acceptance.model import Verdict
from acceptance.report import questionnaire, render
from acceptance.session import plan, runner, store
from acceptance.session.evidence import hash_file

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from click.testing import Result

    from acceptance.checks.questions import Question
    from acceptance.model import Finding, Plan

QUANTITIES = metrics.quantities()
PLAN = """
packs = ["gb_50395_2007", "gb_50198_2011"]
scope = "site"
operator = "张三"
[[subjects]]
id = "site"
kind = "site"
facts = { system = "digital", picture = "colour" }
[[subjects]]
id = "大门-1"
kind = "fixed"
parent = "site"
[[subjects]]
id = "nvr"
kind = "recorder"
name = "1 号录像机"
parent = "site"
[[subjects]]
id = "wall"
kind = "screen"
parent = "site"
"""


@pytest.fixture
def written(tmp_path: Path) -> Path:
    """Write the plan of a small site, without footage."""
    (tmp_path / "plan.toml").write_text(PLAN, encoding="utf-8")
    return tmp_path / "plan.toml"


@pytest.fixture
def unprinted(monkeypatch: pytest.MonkeyPatch) -> None:
    """Omit the typesetting where the page does not matter."""
    monkeypatch.setattr(questionnaire.render, "form", lambda *_, **__: b"%PDF")


def asked(given: Plan) -> tuple[Question, ...]:
    """Ask what the plan leaves to people."""
    return questions(pack.load_all(given.packs, QUANTITIES), given, QUANTITIES)[0]


def run(*arguments: object) -> Result:
    """Run a verb; errors are raised unchanged."""
    return CliRunner().invoke(
        verbs.cli, list(map(str, arguments)), catch_exceptions=False, standalone_mode=False
    )


def with_line(path: Path, line: str) -> Path:
    """Put a line at the top of a plan."""
    path.write_text(f"{line}\n{path.read_text('utf-8')}", encoding="utf-8")
    return path


# --- What is asked


def test_a_question_is_what_judging_would_miss_and_an_answer_to_it_is_judged(written: Path) -> None:
    """If every question is answered in its own form, no finding stays unanswered."""
    given = plan.read(written)
    packs = pack.load_all(given.packs, QUANTITIES)
    found = judging.judge(packs, given, (), (), (), today="", quantities=QUANTITIES)
    known = {subject.id for subject in given.subjects}
    missed = {
        (finding.subject, finding.requirement)
        for finding in found
        if finding.reason.code in {"not_answered", "not_in_toolkit"} and finding.subject in known
    }
    every = asked(given)
    assert {(question.subject.id, question.reference) for question in every} == missed
    assert {question.form for question in every} == {"scores", "grade", "yes", "value"}


def test_what_waits_for_a_fact_is_reported_and_not_asked(written: Path) -> None:
    """A question about a lift's camera has to wait until it is known which camera that is."""
    given = plan.read(written)
    packs = pack.load_all(given.packs, QUANTITIES)
    open_ = {(item.subject, item.requirement) for item in questions(packs, given, QUANTITIES)[1]}
    assert open_
    assert not open_ & {(question.subject.id, question.reference) for question in asked(given)}


def test_answers_that_are_there_already_do_not_make_questions_vanish(written: Path) -> None:
    """The sheet is the same before and after it was filled in."""
    given = plan.read(written)
    question = asked(given)[0]
    item = f'subject = "{question.subject.id}"\nrequirement = "{question.reference}"'
    text = f'\n[[answers]]\n{item}\nby = "a"\nwhen = "b"\nyes = true\n'
    written.write_text(PLAN + text, encoding="utf-8")
    assert asked(plan.read(written)) == asked(given)


# --- Sheets


def test_the_code_of_an_item_is_read_back_by_another_program() -> None:
    """OpenCV's own detector, from the SVG's modules at 4 px each."""
    content = item_code.text("db50_216_2006#5.6.2c/overlay", "录像机-1")
    drawn = item_code.svg(content)
    side = int(re.findall(r'viewBox="0 0 (\d+)', drawn)[0])
    picture = np.full((side, side), 255, np.uint8)
    for column, row, run in re.findall(r"M(\d+) (\d+)\.5h(\d+)", drawn):
        picture[int(row), int(column) : int(column) + int(run)] = 0
    found, *_ = cv2.QRCodeDetector().detectAndDecode(np.kron(picture, np.ones((4, 4), np.uint8)))
    assert found == content


def text_of(pdf: Path, *options: str) -> str:
    """Return the text of a PDF by Poppler."""
    command = ["pdftotext", *options, pdf, "-"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_printed_sheet_holds_every_item_with_its_clause(written: Path, lang: str) -> None:
    """Text of the PDF, by poppler; words of the requirement and of the answer's form."""
    result = run("sheet", written, "-o", written.with_name("s.pdf"), "--lang", lang)
    assert result.return_value == 0
    given = plan.read(written)
    packs = pack.load_all(given.packs, QUANTITIES)
    lines = questionnaire.lines(asked(given), packs, given, lang)
    bare = re.sub(r"\s", "", text_of(written.with_name("s.pdf")))
    assert all(re.sub(r"\s", "", line.text) in bare for line in lines)
    assert ("基本符合" if lang == "zh" else "basicallyconforms") in bare


@pytest.mark.usefixtures("unprinted")
@pytest.mark.parametrize("ending", ["csv", "xlsx", "toml"])
def test_a_table_that_nobody_filled_in_holds_no_answers(written: Path, ending: str) -> None:
    """Read back through the plan."""
    fill = written.with_name(f"a.{ending}")
    run("sheet", written, "-o", written.with_name("s.pdf"), "--fill", fill)
    assert plan.read(with_line(written, f'answer_files = ["a.{ending}"]')).answers == ()


@pytest.mark.usefixtures("unprinted")
@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_workbook_filled_in_by_hand_comes_back_as_answers(written: Path, lang: str) -> None:
    """By the lists that the workbook offers, in its own language."""
    fill = written.with_name("a.xlsx")
    run("sheet", written, "-o", written.with_name("s.pdf"), "--fill", fill, "--lang", lang)
    book = openpyxl.load_workbook(fill)
    [sheet] = book.worksheets
    place = {str(cell.value): cell.column for cell in sheet[1]}
    chinese = {"评定": "基本符合", "检查人": "李四", "时间": "2026-11-24"}
    english = {"grade": "basically conforms", "by": "Li", "when": "2026-11-24"}
    words, form, basically, by = {
        "zh": (chinese, "填写方式", "基本", "李四"),
        "en": (english, "form", "basically", "Li"),
    }[lang]
    forms = {n: str(sheet.cell(n, place[form]).value) for n in range(2, sheet.max_row + 1)}
    row = next(number for number, text in forms.items() if basically in text)
    for heading, text in words.items():
        sheet.cell(row, place[heading]).value = text
    book.save(fill)
    [answer] = plan.read(with_line(written, 'answer_files = ["a.xlsx"]')).answers
    assert (answer.grade, answer.by) == ("basically_conforms", by)
    assert (answer.when, answer.origin) == ("2026-11-24", f"a.xlsx, row {row}")


@pytest.mark.usefixtures("unprinted")
def test_a_table_that_may_be_filled_in_is_not_written_over(written: Path) -> None:
    """Nor are a panel's scores."""
    pdf, table = written.with_name("s.pdf"), written.with_name("a.csv")
    run("sheet", written, "-o", pdf, "--fill", table)
    run("panel", written, "-o", written.parent, "--seed", 1)
    with pytest.raises(OutputError, match=r"a\.csv: already exists"):
        run("sheet", written, "-o", pdf, "--fill", table)
    with pytest.raises(OutputError, match=r"panel\.csv: already exists"):
        run("panel", written, "-o", written.parent, "--seed", 1)


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        (
            "site,gb_50395_2007#nonsense,符合,,",
            r"a\.csv, row 2: no pack has the requirement 'gb_50395_2007#nonsense'",
        ),
        ("gate,gb_50395_2007#coverage,符合,,", r"a\.csv, row 2: there is no subject 'gate'"),
        (
            "site,gb_50395_2007#coverage,符合,3,",
            r"row 2, gb_50395_2007#coverage for site: answers more than once: grade, value",
        ),
        ("wall,gb_50395_2007#live-grade,符合,,", r"row 2, .*: is answered by grade.*scores only"),
        (
            "site,gb_50395_2007#coverage,符合,,\nsite,gb_50395_2007#coverage,不符合,,",
            r"a\.csv, row 3, .*: contradicts a\.csv, row 2\.",
        ),
        (
            "site,gb_50395_2007#coverage,符合,,\nsite,gb_50395_2007#coverage,符合,,",
            r"row 3, .*: repeats a\.csv, row 2\.",
        ),
        ("site,gb_50395_2007#coverage,符合,,photo.jpg", r"photo\.jpg \(a\.csv, row 2, evidence\)"),
        (
            "site,gb_50395_2007#coverage,符合,,../photo.jpg",
            r"a\.csv, row 2, evidence: \.\./photo\.jpg lies outside",
        ),
    ],
)
def test_an_answer_that_cannot_be_is_refused_with_file_and_row(
    written: Path, rows: str, message: str
) -> None:
    """Before anything is judged."""
    lines = [f"{row},李,2026-11-24" for row in rows.splitlines()]
    text = "\n".join(["subject,requirement,grade,value,evidence,by,when", *lines])
    written.with_name("a.csv").write_text(text, encoding="utf-8")
    with_line(written, 'answer_files = ["a.csv"]')
    with pytest.raises(PlanError, match=message):
        runner.run(plan.read(written), written.parent, written.parent / "out")


def test_evidence_that_a_requirement_asks_for_must_be_named(written: Path) -> None:
    """The message names the row."""
    questions_of = {question.reference: question for question in asked(plan.read(written))}
    coverage = questions_of["gb_50395_2007#coverage"]
    strict = replace(coverage.pack, requirements=(replace(coverage.requirement, evidence=True),))
    row = "site,gb_50395_2007#coverage,符合,李,2026-11-24"
    table = f"subject,requirement,grade,by,when\n{row}\n"
    written.with_name("a.csv").write_text(table, encoding="utf-8")
    filled = plan.read(with_line(written, 'answer_files = ["a.csv"]'))
    message = r"a\.csv, row 2, gb_50395_2007#coverage for site: names no evidence"
    with pytest.raises(PlanError, match=message):
        judging.check_plan((strict,), filled)


# --- Panels


def fill_in(folder: Path, score: str = "4", experts: int = 2) -> None:
    """Give every item the same score."""
    rows = spreadsheet.rows(folder / "panel.csv")
    for row in rows[1:]:
        number = int(row[0][1:])
        row[1:5] = [f"评分人{number}", "是" if number <= experts else "否", "2026-11-24", "6"]
        row[9] = score
    (folder / "panel.csv").write_bytes(spreadsheet.csv_of(rows))


def test_forms_table_and_key_agree_and_only_the_key_names_subjects(written: Path) -> None:
    """One form a rater, in that rater's own order; the digital items belong to one clip."""
    run("panel", written, "-o", written.parent, "--seed", 5, "--raters", 6)
    key = tomllib.loads(written.with_name("panel.key.toml").read_text("utf-8"))
    text = text_of(written.with_name("panel.pdf"), "-layout")
    forms = re.split(r"评分表 · (R\d+)\n", text)[1:]
    printed = {
        rater: list(dict.fromkeys(re.findall(r"\b[A-Z]\d[A-Z]\b", page)))
        for rater, page in zip(forms[::2], forms[1::2], strict=True)
    }
    assert printed == key["orders"]
    assert len(printed) == 6
    table = written.with_name("panel.csv").read_text("utf-8-sig")
    subjects = {clip["subject"] for clip in key["clips"]}
    assert subjects == {"大门-1", "nvr", "wall"}
    assert not any(subject in text + table for subject in subjects)
    assert max(len(clip["items"]) for clip in key["clips"]) > 1


@pytest.mark.usefixtures("unprinted")
def test_a_panel_that_was_filled_in_is_judged(written: Path) -> None:
    """Two experts and three lay persons at 6 screen heights give 4: live passes, playback too."""
    run("panel", written, "-o", written.parent, "--seed", 5)
    fill_in(written.parent)
    given = plan.read(with_line(written, 'score_files = ["panel.csv"]'))
    done, _ = runner.run(given, written.parent, written.parent / "out")
    findings = rated(done.findings)
    assert len(findings) == len(done.plan.answers) > 4
    assert {(finding.verdict, finding.value) for finding in findings} == {(Verdict.PASS, 4.0)}


def rated(findings: Sequence[Finding]) -> list[Finding]:
    """Return the findings that a panel has answered."""
    return [each for each in findings if each.how == "rated" and each.answer is not None]


@pytest.mark.usefixtures("unprinted")
@pytest.mark.parametrize(
    ("score", "experts", "outcome"), [("2.5", 2, "outside_limit"), ("5", 0, "raters_of_one_sort")]
)
def test_a_panel_of_the_wrong_sort_decides_nothing(
    written: Path, score: str, experts: int, outcome: str
) -> None:
    """Whatever its scores are."""
    run("panel", written, "-o", written.parent, "--seed", 5)
    fill_in(written.parent, score, experts)
    given = plan.read(with_line(written, 'score_files = ["panel.csv"]'))
    packs = pack.load_all(given.packs, QUANTITIES)
    found = judging.judge(packs, given, (), (), (), today="2026-11-25", quantities=QUANTITIES)
    assert {finding.reason.code for finding in rated(found)} == {outcome}


@pytest.mark.usefixtures("unprinted")
def test_clips_are_copied_under_their_codes(written: Path) -> None:
    """Same bytes, under a name that reveals nothing."""
    written.with_name("gate.mp4").write_bytes(b"film")
    written.write_text(
        PLAN + '\n[[shots]]\nid = "s"\nsubject = "大门-1"\nclip = "gate.mp4"\n', encoding="utf-8"
    )
    run("panel", written, "-o", written.parent / "p", "--seed", 5, "--clips")
    key = panel_key.loads(written.parent / "p" / "panel.key.toml", "key")
    [copied] = (written.parent / "p" / "clips").iterdir()
    assert copied.read_bytes() == b"film"
    assert copied.name == f"{next(one.code for one in key.clips if one.files)}-1.mp4"


def test_a_plan_without_anything_to_rate_says_so(written: Path) -> None:
    """Exit code 3, and no empty form."""
    written.write_text(
        PLAN.replace('"gb_50395_2007", "gb_50198_2011"', '"order_196_2006"'), encoding="utf-8"
    )
    assert run("panel", written, "-o", written.parent / "p").return_value == 3
    assert not (written.parent / "p").exists()


# --- Kept as evidence


@pytest.mark.usefixtures("unprinted")
def test_sheets_scores_key_and_photos_are_kept_hashed_in_the_session(written: Path) -> None:
    """Byte for byte, in the manifest; the answer states its source."""
    folder = written.parent
    run("panel", written, "-o", folder, "--seed", 5)
    fill_in(folder)
    (folder / "photos").mkdir()
    (folder / "photos" / "机房.jpg").write_bytes(b"photo")
    row = "site,gb_50395_2007#coverage,基本符合,李,2026-11-24,photos/机房.jpg"
    (folder / "a.csv").write_text(
        f"subject,requirement,grade,by,when,evidence\n{row}\n", encoding="gbk"
    )
    with_line(written, 'answer_files = ["a.csv"]\nscore_files = ["panel.csv"]')
    done, place = runner.run(plan.read(written), folder, folder / "out")
    for name in ("a.csv", "panel.csv", "panel.key.toml", "photos/机房.jpg"):
        kept = f"data/answers/{name}"
        assert done.hashes[kept] == hash_file(folder / name) == hash_file(place / kept)
    assert done.plan.answers[0].origin == "a.csv, row 2"
    assert store.load(place).plan.answers == done.plan.answers


@pytest.mark.usefixtures("unprinted")
@pytest.mark.parametrize(
    ("lang", "words"),
    [("zh", ("主观评价", "基本符合", "系统偏移")), ("en", ("Subjective", "basically", "shifted"))],
)
def test_the_report_shows_panel_and_answers_with_who_when_and_hashes(
    written: Path, lang: str, words: tuple[str, ...]
) -> None:
    """Mean and interval as calculated by hand, the severe rater, the photo's hash.

    No verdict changes.
    """
    folder = written.parent
    run("panel", written, "-o", folder, "--seed", 5)
    fill_in(folder)
    rows = spreadsheet.rows(folder / "panel.csv")
    for row in rows[1:]:
        row[9] = {"R1": "5", "R5": "2"}.get(row[0], "4")
    (folder / "panel.csv").write_bytes(spreadsheet.csv_of(rows))
    (folder / "机房.jpg").write_bytes(b"photo")
    row = "site,gb_50395_2007#coverage,基本符合,李四,2026-11-24,机房.jpg,线缆未标"
    (folder / "a.csv").write_text(
        f"subject,requirement,grade,by,when,evidence,note\n{row}\n", encoding="utf-8"
    )
    with_line(written, 'answer_files = ["a.csv"]\nscore_files = ["panel.csv"]')
    done, place = runner.run(plan.read(written), folder, folder / "out")
    page = render.html(done, pack.load_all(done.plan.packs, QUANTITIES), place, lang)
    # 5 4 4 4 2: mean 3.8, s = sqrt(4.8 / 4) = 1.10, half-width 2.776 x 1.0954 / sqrt(5) = 1.36
    numbers = ("3.8", "1.1", "2.44 … 5.16", "2026-11-24", hash_file(folder / "机房.jpg"))
    shown = (*numbers, "评分人5", "李四", "线缆未标", *words)
    assert [text for text in shown if text not in page] == []
    live = {
        finding.verdict
        for finding in done.findings
        if finding.how == "rated"
        and finding.limit
        and finding.limit.at_least == 4
        and finding.value
    }
    assert live == {Verdict.FAIL}

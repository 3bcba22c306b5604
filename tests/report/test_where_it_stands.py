"""``docs/report.md`` says where each thing asked of a report stands: the places exist."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path

from sample_session import pack_of_db50, session_of

from acceptance import model, wording
from acceptance.report import render
from acceptance.report.book import Book

PAGE = (Path(__file__).parents[2] / "docs" / "report.md").read_text("utf-8")
ROWS = [line.split("|")[1:-1] for line in PAGE.splitlines() if line.startswith("| ")]
PLACES = " ".join(row[-1] for row in ROWS)


def test_every_heading_that_the_page_names_is_one_of_the_report() -> None:
    phrases = wording.phrases("zh")
    known = {
        str(text)
        for section in ("heading", "label", "report", "role", "part_form")
        for text in phrases[section].values()
    }
    named = set(re.findall(r"[\u4e00-\u9fff]+", PLACES))
    assert len(named) > 15
    assert named - known == set()


def test_every_field_that_the_page_names_is_one_of_a_plan() -> None:
    known = {field.name for field in dataclasses.fields(model.Plan)}
    for noun in (model.Project, model.Institute):
        known |= {field.name for field in dataclasses.fields(noun)}
    known |= {"conditions", "session", "json", "results", "csv"}
    named = {part for code in re.findall(r"`([^`]+)`", PLACES) for part in code.split(".")}
    assert named - known == set()


def test_every_sentence_of_the_standard_has_a_row() -> None:
    rows = " ".join(row[0] for row in ROWS)
    due = [f"7.8.2.1 {letter}" for letter in "abcdefghijklmnop"]
    due += ["7.8.2.2", *(f"7.8.3.1 {letter}" for letter in "abcde")]
    due += ["7.8.3.2", "7.8.4", "7.8.5", "7.8.6.1", "7.8.6.2"]
    assert [name for name in due if name not in rows] == []


def test_what_the_cover_of_a_form_asks_stands_in_the_report(tmp_path: Path) -> None:
    fields = {
        field.name: f"value of {field.name}" for field in dataclasses.fields(model.Project)
    } | {"report_title": "", "received": "2026-11-20"}
    session = session_of(pack_of_db50())
    plan = dataclasses.replace(session.plan, project=model.Project(**fields))
    book = Book(
        session=dataclasses.replace(session, plan=plan),
        packs=[pack_of_db50()],
        folder=tmp_path,
        lang="zh",
    )
    shown = render.printed(book)
    missing = [text for text in fields.values() if text.startswith("value") and text not in shown]
    assert missing == []

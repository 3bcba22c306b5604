"""A session handed on as tables: cells of their type, every page an unsigned copy."""

from __future__ import annotations

import csv
import io
import shutil
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import openpyxl
import pytest

from acceptance import wording
from acceptance.errors import OutputError, SessionError
from acceptance.model import Condition, Plan, Shot, Subject, SubjectKind, Verdict
from acceptance.report import word_copy
from acceptance.report.export_tables import SHEETS
from acceptance.session import runner, store
from acceptance.signing import exporting
from acceptance.signing.exporting import ExportFormat

if TYPE_CHECKING:
    from conftest import Film

    from acceptance.model import Session

CALCULATED = "=1+1"  # a name that a spreadsheet would calculate
LIGHT = (Condition(name="illuminance", value=500.0, unit="lx"), Condition(name="agc", value="off"))


@pytest.fixture(scope="module")
def sealed(chart_film: Film, tmp_path_factory: pytest.TempPathFactory) -> tuple[Session, Path]:
    """One camera, measured; without a report."""
    camera = Subject(
        id="camera", kind=SubjectKind.FIXED, name=CALCULATED, facts={"system": "digital"}
    )
    shot = Shot(
        id="shot", subject="camera", clip=str(chart_film.path), chart="acceptance",
        conditions=LIGHT, filmed="2026-11-20",
    )  # fmt: skip
    plan = Plan(subjects=(camera,), shots=(shot,))
    return runner.run(plan, Path(), tmp_path_factory.mktemp("out"))


def rows(path: Path, sheet: str) -> list[dict[str, object]]:
    """Read a sheet as its rows by their headings."""
    words = wording.phrases("zh")["export"]
    head, *found = openpyxl.load_workbook(path)[words[sheet]].iter_rows(values_only=True)
    return [dict(zip(head, row, strict=True)) for row in found]


def test_a_workbook_holds_every_finding_and_figure_as_numbers_and_dates(
    sealed: tuple[Session, Path], tmp_path: Path
) -> None:
    session, folder = sealed
    path = exporting.export(folder, tmp_path / "a.xlsx")
    results, figures = rows(path, "results"), rows(path, "measurements")
    applies = [finding.verdict is not Verdict.NOT_APPLICABLE for finding in session.findings]
    assert [row["序号"] is not None for row in results] == applies
    numbers = sorted(row["序号"] for row in results if row["序号"])
    assert numbers == list(range(1, sum(applies) + 1))
    assert [row["数值"] for row in figures] == pytest.approx(
        [item.value for item in session.measurements]
    )
    assert [row["扩展不确定度 U"] for row in figures] == pytest.approx(
        [item.expanded for item in session.measurements]
    )
    for row, finding in zip(results, session.findings, strict=True):
        least = finding.limit.at_least if finding.limit else None
        assert (row["下限（≥）"], row["单项判定"]) == (least, wording.verdict(finding, "zh"))
    lit = next(row for row in rows(path, "conditions") if row["条件"] == "照度")
    assert (lit["数值"], lit["单位"], lit["拍摄日期"]) == (500, "lx", datetime(2026, 11, 20))  # noqa: DTZ001 -- a cell has no zone
    assert len(rows(path, "not_measured")) == len(session.notes)


def test_what_a_spreadsheet_would_calculate_stays_text(
    sealed: tuple[Session, Path], tmp_path: Path
) -> None:
    _, folder = sealed
    path = exporting.export(folder, tmp_path / "a.xlsx")
    cell = openpyxl.load_workbook(path)["受检对象"]["C2"]
    assert (cell.value, cell.data_type) == (CALCULATED, "s")
    exporting.export(folder, tmp_path / "csv", form=ExportFormat.CSV)
    [_, row] = csv.reader(io.StringIO((tmp_path / "csv" / "受检对象.csv").read_text("utf-8-sig")))
    assert row[2] == f"'{CALCULATED}"


def test_headings_stay_in_sight_and_can_be_filtered_by(
    sealed: tuple[Session, Path], tmp_path: Path
) -> None:
    _, folder = sealed
    book = openpyxl.load_workbook(exporting.export(folder, tmp_path / "a.xlsx"))
    sheet = book["检验结果"]
    assert sheet.freeze_panes == "B2"
    assert sheet.auto_filter.ref == sheet.dimensions


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_page_of_a_word_document_says_that_it_is_an_unsigned_copy(
    sealed: tuple[Session, Path], tmp_path: Path, lang: str
) -> None:
    _, folder = sealed
    path = exporting.export(folder, tmp_path / "a.docx", form=ExportFormat.DOCX, lang=lang)
    page = docx.Document(str(path))
    words = wording.phrases(lang)["export"]
    for section in page.sections:
        assert not section.different_first_page_header_footer
        assert section.header.paragraphs[0].text == words["unsigned"]
    assert [paragraph.text for paragraph in page.paragraphs if paragraph.text] == [
        words[sheet] for sheet in SHEETS
    ]
    results = page.tables[SHEETS.index("results")]
    assert results.rows[0].cells[0].text == words["row"]


def test_a_word_document_ends_a_long_table_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(word_copy, "MOST_ROWS", 3)
    words = wording.phrases("en")["export"]
    heads = {sheet: [words[name] for name in word_copy.COLUMNS[sheet]] or [""] for sheet in SHEETS}
    tables = {sheet: [head] * 5 for sheet, head in heads.items()}
    content = word_copy.document(tables, datetime(2026, 11, 28, tzinfo=UTC), "en")
    page = docx.Document(io.BytesIO(content))
    assert [len(table.rows) for table in page.tables] == [3] * len(SHEETS)
    assert [one.text for one in page.paragraphs].count("2 more rows: see the XLSX or CSV.") == len(
        SHEETS
    )


def test_the_same_session_gives_the_same_tables(
    sealed: tuple[Session, Path], tmp_path: Path
) -> None:
    """But for the time at which a workbook was packed."""
    _, folder = sealed
    first, second = (exporting.export(folder, tmp_path / f"{name}.xlsx") for name in "ab")
    for name in zipfile.ZipFile(first).namelist():
        if name != "docProps/core.xml":
            assert zipfile.ZipFile(first).read(name) == zipfile.ZipFile(second).read(name)


@pytest.mark.parametrize("form", ExportFormat)
def test_nothing_is_written_over_or_into_the_session(
    sealed: tuple[Session, Path], tmp_path: Path, form: ExportFormat
) -> None:
    _, folder = sealed
    with pytest.raises(OutputError, match="lies inside the session folder"):
        exporting.export(folder, folder / "copy", form=form)
    (tmp_path / "there").write_text("x")
    with pytest.raises(OutputError, match="already exists"):
        exporting.export(folder, tmp_path / "there", form=form)
    assert (tmp_path / "there").read_text() == "x"


def test_a_session_that_was_changed_is_not_handed_on(
    sealed: tuple[Session, Path], tmp_path: Path
) -> None:

    _, folder = sealed
    changed = tmp_path / folder.name
    shutil.copytree(folder, changed)
    file = changed / "session.json"
    file.write_bytes(
        file.read_bytes().replace(b'"PASS"', b'"FAIL"', 1).replace(b'"pass"', b'"fail"', 1)
    )
    with pytest.raises(SessionError, match="was changed after it was sealed"):
        exporting.export(changed, tmp_path / "a.xlsx")
    assert not (tmp_path / "a.xlsx").exists()


def test_a_session_with_other_verdicts_than_follow_is_not_handed_on(
    sealed: tuple[Session, Path], tmp_path: Path
) -> None:
    """Whoever holds no key writes the manifests again as well."""
    done, folder = sealed
    changed = shutil.copytree(folder, tmp_path / folder.name)
    findings = tuple(replace(one, verdict=Verdict.PASS) for one in done.findings)
    store.save(replace(done, findings=findings), changed)
    with pytest.raises(SessionError, match=r"judged as .*"):
        exporting.export(changed, tmp_path / "a.xlsx")

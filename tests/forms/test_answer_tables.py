"""Filled-in sheets: read whole from every format; refused with file, row and field if wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openpyxl
import pytest
from openpyxl.worksheet.formula import ArrayFormula

from acceptance.errors import PlanError
from acceptance.forms import answers
from acceptance.model import Answer, Condition

if TYPE_CHECKING:
    from pathlib import Path

HEADING = (
    "subject,name,requirement,text,grade,yes,value,unit,instrument,conditions,by,when,note,evidence"
)
ROWS = (
    "room,机房,x#tidy,整齐,基本符合,,,,,,李四,2026-11-24,线缆未标,photos/a.jpg;photos/b.jpg",
    "room,机房,x#door,门宽,,是,,,,,李四,2026/11/4 9:05,,",
    "room,机房,x#light,照度,,,412.5,lx,meter-1,lamp=all; height=0.8m,李四,2026-11-24 00:00:00,,",
    "room,机房,x#earth,接地,,,,Ω,,,李四,2026-11-24,,",
)
EXPECTED = (
    {
        "grade": "basically_conforms",
        "note": "线缆未标",
        "evidence": ("photos/a.jpg", "photos/b.jpg"),
        "when": "2026-11-24",
    },
    {"yes": True, "when": "2026-11-04T09:05"},
    {
        "value": 412.5,
        "unit": "lx",
        "instrument": "meter-1",
        "when": "2026-11-24",
        "conditions": (
            Condition(name="lamp", value="all"),
            Condition(name="height", value=0.8, unit="m"),
        ),
    },
)


def expected(form: str) -> tuple[Answer, ...]:
    """Three answers: the fourth row holds a unit and a person, but no answer."""
    places = [("tidy", 2), ("door", 3), ("light", 4)]
    return tuple(
        Answer(
            subject="room",
            requirement=f"x#{name}",
            by="李四",
            origin=f"{form}, row {row}",
            **fields,
        )
        for (name, row), fields in zip(places, EXPECTED, strict=True)
    )


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk"])
def test_a_filled_in_csv_is_read_in_every_encoding_that_excel_writes(
    tmp_path: Path, encoding: str
) -> None:
    """An empty row is no answer."""
    path = tmp_path / "a.csv"
    path.write_text("\n".join((HEADING, *ROWS)), encoding=encoding)
    assert answers.read(path, "a.csv") == expected("a.csv")


def test_a_filled_in_workbook_is_read_like_its_csv(tmp_path: Path) -> None:
    """Chinese headings, numbers as numbers."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    names = {names[-1]: names[0] for names in (answers.COLUMNS | answers.SHOWN).values()}
    sheet.append([names[name] for name in HEADING.split(",")])
    for row in ROWS:
        sheet.append([float(cell) if cell == "412.5" else cell or None for cell in row.split(",")])
    book.save(tmp_path / "a.xlsx")
    assert answers.read(tmp_path / "a.xlsx", "a.xlsx") == expected("a.xlsx")


def test_a_cell_in_per_cent_is_never_read_as_its_share(tmp_path: Path) -> None:
    """What shows as 12 % is kept as 0.12, which would pass where 12 fails."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["subject", "requirement", "value", "unit", "by", "when"])
    sheet.append(["room", "x#deviation", 0.12, "%", "Li", "2026-11-24"])
    sheet["C2"].number_format = "0.0%"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(PlanError, match=r"a\.xlsx, row 2, value: '12%' is not a number"):
        answers.read(tmp_path / "a.xlsx", "a.xlsx")


def test_an_array_formula_is_a_formula_too(tmp_path: Path) -> None:
    """It comes as an object, not as text."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["subject", "requirement", "note"])
    sheet["C2"] = ArrayFormula("C2:C2", "=1+1")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(PlanError, match=r"row 2, note: holds a formula"):
        answers.read(tmp_path / "a.xlsx", "a.xlsx")


def test_toml_takes_truth_values_numbers_lists_and_empty_fields(tmp_path: Path) -> None:
    """What the sheet leaves empty stays no answer."""
    path = tmp_path / "a.toml"
    path.write_text(
        '[[answers]]\nsubject = "room"\nrequirement = "x#door"\ngrade = ""\nyes = false\n'
        'value = ""\nby = "Li"\nwhen = 2026-11-24\nevidence = ["a.jpg", "b.jpg"]\n'
        '[[answers]]\nsubject = "room"\nrequirement = "x#light"\ngrade = ""\nyes = ""\nvalue = ""\n'
        'by = ""\n',
        encoding="utf-8",
    )
    [answer] = answers.read(path, "a.toml")
    assert (answer.yes, answer.when, answer.evidence, answer.origin) == (
        False,
        "2026-11-24",
        ("a.jpg", "b.jpg"),
        "a.toml, answer 1",
    )


@pytest.mark.parametrize(
    ("heading", "row", "message"),
    [
        (
            "subject,requirement,garde",
            "a,b,c",
            r"a\.csv, row 1: there is no such column: 'garde'.*grade",
        ),
        ("subject,grade", "a,符合", r"a\.csv, row 1, requirement: there is no such column"),
        (
            "subject,requirement,grade,by,when",
            "a,x#b,好,李,2026-11-24",
            r"row 2, grade: '好' is not an answer.*基本符合",
        ),
        (
            "subject,requirement,yes,by,when",
            "a,x#b,maybe,李,2026-11-24",
            "row 2, yes: 'maybe' is not an answer",
        ),
        (
            "subject,requirement,value,by,when",
            "a,x#b,3 Ω,李,2026-11-24",
            "row 2, value: '3 Ω' is not a number",
        ),
        (
            "subject,requirement,value,by,when",
            "a,x#b,4_6,李,2026-11-24",
            "row 2, value: '4_6' is not a number",
        ),
        (
            "subject,requirement,value,by,when",
            "a,x#b,nan,李,2026-11-24",
            "row 2, value: 'nan' is not a number",
        ),
        ("subject,requirement,grade,by,when", "a,x#b,符合,,2026-11-24", "row 2, by: is empty"),
        (
            "subject,requirement,grade,by,when",
            "a,x#b,符合,李,昨天",
            "row 2, when: '昨天' is not a date",
        ),
        (
            "subject,requirement,grade,by,when",
            ",x#b,符合,李,2026-11-24",
            "row 2, subject: is empty",
        ),
        (
            "subject,requirement,grade,by,when,conditions",
            "a,x#b,符合,李,2026-11-24,dark",
            "row 2, conditions: 'dark'",
        ),
        (
            "subject,requirement,value,by,when",
            "a,x#b,=1+2,李,2026-11-24",
            "row 2, value: holds a formula",
        ),
        (
            "subject,requirement,grade,by,when,grade",
            "a,x#b,符合,李,2026-11-24,不符合",
            "row 1: duplicate column 'grade'",
        ),
        (
            "subject,requirement,评定,by,when,grade",
            "a,x#b,符合,李,2026-11-24,不符合",
            "row 1: duplicate column 'grade'",
        ),
        (
            "subject,requirement,grade,by,when",
            "a,x#b,符合,李,2026-11-24,不符合",
            "row 2, column 6: '不符合' has no heading",
        ),
        (
            "subject,requirement,value,by,when,note",
            "a,x#b,3,5,李,2026-11-24,a",
            "row 2, column 7: 'a' has no heading",
        ),
    ],
)
def test_a_wrong_cell_is_reported_with_file_row_and_field(
    tmp_path: Path, heading: str, row: str, message: str
) -> None:
    """And what to write instead."""
    path = tmp_path / "a.csv"
    path.write_text(f"{heading}\n{row}\n", encoding="utf-8")
    with pytest.raises(PlanError, match=message):
        answers.read(path, "a.csv")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[[answers]\n", "not readable as TOML"),
        ('title = "x"\n', "holds something other than"),
        (
            '[[answers]]\nsubject = "a"\ngarde = "符合"\n',
            r"answer 1, garde: unknown field",
        ),
    ],
)
def test_a_wrong_toml_is_reported_with_answer_and_field(
    tmp_path: Path, text: str, message: str
) -> None:
    """A misspelt field must not vanish."""
    path = tmp_path / "a.toml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(PlanError, match=message):
        answers.read(path, "a.toml")


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2026-11-05", "2026-11-05"), ("2026/11/5", "2026-11-05"), ("2026.11.5", "2026-11-05"),
        ("20261105", "2026-11-05"), ("２０２６年１１月５日", "2026-11-05"),
        ("2026-11-05 00:00:00", "2026-11-05"), ("2026-11-05 00:00", "2026-11-05T00:00"),
        ("2026/11/5 9:05", "2026-11-05T09:05"), ("2026-11-05T09:05:30Z", "2026-11-05T09:05+00:00"),
        ("2026-11-05 09:05:30.5", "2026-11-05T09:05"), ("20261105 09:05", "2026-11-05T09:05"),
        ("2026年11月5日 9:05", "2026-11-05T09:05"), ("2026年11月5日9时5分", "2026-11-05T09:05"),
        ("2026年11月5日 14时", "2026-11-05T14:00"),
        ("2026-11-05 09:05+0800", "2026-11-05T09:05+08:00"),
    ],
)  # fmt: skip
def test_days_and_times_are_read_as_people_and_spreadsheets_write_them(
    written: str, read: str
) -> None:
    assert answers.moment(written, "row 2") == read


@pytest.mark.parametrize(
    "written",
    [
        "2026-W48-3", "2026W48", "2026-329", "2026-115", "2026115", "2026-1105", "2026-11",
        "2026-11-25-03", "2026-11-25x10", "2026-11-25 10", "2026-11-25 1030", "2026-11-25 9:5",
        "2026-11-31", "2026-11-25 25:00", "2026-11-25 9:05 PM", "25.11.2026", "11/25/2026",
    ],
)  # fmt: skip
def test_a_time_that_two_readers_would_take_for_two_is_refused(written: str) -> None:
    """Python takes 2026-W48-3 with its last digit made two for 3 o'clock of the Monday before."""
    with pytest.raises(PlanError, match=r"row 2: '.*' is not a date"):
        answers.moment(written, "row 2")


@pytest.mark.parametrize("minus", ["-", "−", "－", "–", "‐", "﹣"])
def test_a_minus_is_one_however_a_program_or_keyboard_writes_it(minus: str) -> None:
    assert answers.number(f"{minus}3.2", "value") == -3.2
    for wrong in (f"3{minus}5", f"{minus}{minus}3", minus):
        with pytest.raises(PlanError, match="is not a number"):
            answers.number(wrong, "value")

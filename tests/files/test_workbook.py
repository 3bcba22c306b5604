"""Workbooks as rows of text: what is in each cell, wherever and however it is written."""

from __future__ import annotations

import io
import math
import zipfile
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

import openpyxl
import pytest

from acceptance.errors import PlanError
from acceptance.files import sheet_cells, spreadsheet, workbook, written_number

if TYPE_CHECKING:
    from pathlib import Path

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = f'<worksheet xmlns="{MAIN}"><sheetData>%s</sheetData></worksheet>'
TYPE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
BOOK = (
    f'<workbook xmlns="{MAIN}" xmlns:q="{TYPE}"><sheets><sheet name="drawn" q:id="rId1"/>'
    '<sheet name="a" q:id="rId9"/></sheets></workbook>'
)
RELATIONS = (
    f'<Relationships><Relationship Id="rId1" Target="charts/1.xml" Type="{TYPE}/chartsheet"/>'
    f'<Relationship Id="rId9" Target="../xl/pages/7.xml" Type="{TYPE}/worksheet"/>'
    f'<Relationship Id="rId2" Target="/texts.xml" Type="{TYPE}/sharedStrings"/></Relationships>'
)
TEXTS = (
    f'<sst xmlns="{MAIN}"><si><t>门</t><rPh><t>men</t></rPh></si>'
    "<si><r><t>a</t></r><r><t>b</t></r></si></sst>"
)


def saved(*cells: tuple[object, str]) -> bytes:
    """Save one row of values, each with the format of its number."""
    book, content = openpyxl.Workbook(), io.BytesIO()
    for column, (value, shown) in enumerate(cells, start=1):
        cell = book.active.cell(1, column)
        cell.value, cell.number_format = value, shown
    book.save(content)
    return content.getvalue()


def with_sheet(rows: str, head: str = "") -> bytes:
    """Make a workbook by hand, whose parts lie where few programs put them."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", BOOK)
        archive.writestr("xl/_rels/workbook.xml.rels", RELATIONS)
        archive.writestr("xl/pages/7.xml", head + SHEET % rows)
        archive.writestr("texts.xml", TEXTS)
    return content.getvalue()


@pytest.mark.parametrize(
    ("value", "shown", "text"),
    [
        (1, "General", "1"), (-5, "0.00", "-5"), (3.0, "General", "3"), (1.5, "General", "1.5"),
        (10**15 - 1, "General", "9" * 15), (12, "000000", "000012"),
        (-12, "00000", "-00012"), (12, "00000;-00000", "00012"), (-12, "00000;-00000", "-00012"),
        (12, '0000"号"', "12"), (12, "000-0000", "12"), (12, "0000;(0000)", "12"),
        (1.5, "000", "1.5"), (0.125, "0.0%", "12.5%"), (2, "0%", "200%"),
        (45, '0.0"%"', "45"), (4.5, "0.0\\%", "4.5"), (45, '0.0_ "dB"', "45"),
        (45, "0.0 [$dB]", "45"),
        (-4.5, "0.0;[Red]0.0", "-4.5"), (-4.5, "0.0_);(0.0)", "-4.5"), (4500, "#,##0.00", "4500"),
        (4.5, "0.0E+00", "4.5"), (4.5, "# ??/16", "4.5"), (4.5, "[Red][<5]0.0;[Blue]0.0", "4.5"),
        (4.5, "[$¥-804]#,##0.0;-0.0", "4.5"), (-4.5, "#,##0.0 ;\\-#,##0.0 ", "-4.5"),
        (4.5, "[DBNum1][$-804]G/通用格式", "4.5"), (4.5, '"a;b"0.0', "4.5"),
        (True, "General", "yes"), (False, "0%", "no"), ("北门", "@", "北门"), ("a\nb", "@", "a\nb"),
        ("=1+1", "General", "=1+1"),
        (datetime(2026, 1, 2, 3, 4, 5), "yyyy-mm-dd", "2026-01-02 03:04:05"),  # noqa: DTZ001
        (date(2026, 1, 2), 'yyyy"年"m"月"d"日"', "2026-01-02"),
        (date(2026, 1, 2), "yyyy-mm-dd hh:mm:ss", "2026-01-02 00:00:00"),
        (date(2026, 1, 2), 'yyyy"年"m"月"d"日" H"时"', "2026-01-02 00:00:00"),
        (date(2026, 1, 2), "m/d/yy h:mm", "2026-01-02 00:00:00"),
        (date(2026, 1, 2), '[$-x-sysdate]"Thursday" dd\\h\\s mmmm', "2026-01-02"),
        (time(8, 30), "hh:mm", "08:30:00"), (timedelta(hours=30), "[h]:mm", "1 day, 6:00:00"),
    ],
)  # fmt: skip
def test_of_the_format_of_a_cell_what_changes_its_meaning_is_read(
    value: object, shown: str, text: str
) -> None:
    assert [*workbook.rows(saved((value, shown)), [])] == [(1, [text])]


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (44.5, '"46"'), (44.5, '"4"0'), (44.5, "0.0\\5"), (4.45, '0.0"5"'), (4.45, "0.05"),
        (4450, "0.0,"), (4450, '0!.0,"k"'), (44.5, ";;;"), (0, "0;-0;;@"), (44.5, '"合格"'),
        (-44.5, "0.0;0.0"), (44.5, '[<45]"46";General'), (4.5, "[$5-804]0"), (4.5, "0.0*5"),
    ],
)  # fmt: skip
def test_a_cell_that_shows_another_number_than_it_holds_is_none(
    value: float, shown: str, tmp_path: Path
) -> None:
    """Who checks or signs the sheet sees the one, and the other was judged."""
    (tmp_path / "a.xlsx").write_bytes(saved((value, shown)))
    [[text]] = spreadsheet.rows(tmp_path / "a.xlsx")
    assert text == f"{value:.12g} ({shown})"
    assert math.isnan(written_number.number(text))


@pytest.mark.parametrize(
    ("value", "what"),
    [(34020000001320000001, "more than 15 digits"), (10**15, "digits"), ("#N/A", "no value")],
)
def test_a_cell_that_has_lost_what_was_written_into_it_is_refused(
    value: object, what: str, tmp_path: Path
) -> None:
    """The ids of cameras by GB/T 28181 have 20 digits; as numbers they would all be one."""
    (tmp_path / "a.xlsx").write_bytes(saved(("id", "@"), (value, "General")))
    with pytest.raises(PlanError, match=rf"a\.xlsx, row 1, column 2: .*{what}"):
        spreadsheet.rows(tmp_path / "a.xlsx")
    (tmp_path / "a.xlsx").write_bytes(saved(("id", "@"), (f"0{value}", "@")))
    assert spreadsheet.rows(tmp_path / "a.xlsx") == [["id", f"0{value}"]], "as text it is kept"


def test_rows_and_cells_are_where_they_say_or_follow_the_last() -> None:
    rows = (
        '<row><c><v>1</v></c><c r="C1"/><c><v>2</v></c></row>'
        '<row r="4"><c r="B4" t="inlineStr"><is><t>a</t><r><t>b</t></r><rPh><t>x</t></rPh></is></c>'
        '<c t="s"><v>1</v></c><c t="inlineStr"/><c t="s"><v>0</v></c></row>'
        "<row/><row><c t='str'><v>c_x000A_d_x005F_</v></c></row>"
    )
    found = [*workbook.rows(with_sheet(rows), [])]
    assert found == [(1, ["1", "", "", "2"]), (4, ["", "ab", "ab", "", "门"]), (6, ["c\nd_"])]


@pytest.mark.parametrize(
    "rows",
    [
        '<row r="2"/><row r="2"><c><v>1</v></c></row>',
        '<row r="x"/>',
        '<row><c r="B1"/><c r="A1"><v>1</v></c></row>',
        '<row><c r="ZZZZ1"><v>1</v></c></row>',
        '<row><c r="XFE1"><v>1</v></c></row>',
        '<row><c t="s"><v>-1</v></c></row>',
        '<row><c t="s"><v>99</v></c></row>',
        f"<row><c><v>{'9' * 10_000}</v></c></row>",
        "<row><c><v>inf</v></c></row><row",
        '<row><c t="b"><v>maybe</v></c></row>',
    ],
)
def test_what_no_program_writes_is_refused(rows: str, tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(with_sheet(rows))
    with pytest.raises(PlanError, match=r"a\.xlsx: is not a workbook"):
        spreadsheet.rows(tmp_path / "a.xlsx")


def test_entities_of_a_document_type_are_never_expanded(tmp_path: Path) -> None:
    laughs = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    (tmp_path / "a.xlsx").write_bytes(with_sheet("<row><c><v>1</v></c></row>", laughs))
    with pytest.raises(PlanError, match="declares a document type"):
        spreadsheet.rows(tmp_path / "a.xlsx")


def test_a_workbook_that_unpacks_to_more_than_anybody_fills_in_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "a.xlsx").write_bytes(with_sheet("<row/>" * 300))
    monkeypatch.setattr(workbook, "MOST_ELEMENTS", 200)
    with pytest.raises(PlanError, match="more than 200 elements"):
        spreadsheet.rows(tmp_path / "a.xlsx")
    monkeypatch.setattr(workbook, "MOST_BYTES", 1000)
    with pytest.raises(PlanError, match="more than 1000 bytes"):
        spreadsheet.rows(tmp_path / "a.xlsx")


def test_what_a_spreadsheet_would_calculate_is_written_as_text_and_read_as_it_was(
    tmp_path: Path,
) -> None:
    row = ["=HYPERLINK(1)", "+1+1", "-2 dB", "@SUM(1)", " =1", "-3.5", "+2", "cam-1", "'quoted"]
    content = spreadsheet.csv_of([row])
    written = content.decode("utf-8-sig")
    assert written.startswith("'=HYPERLINK(1),'+1+1,'-2 dB,'@SUM(1),' =1,-3.5,+2,cam-1")
    (tmp_path / "a.csv").write_bytes(content)
    assert spreadsheet.rows(tmp_path / "a.csv") == [row]


def drawn(path: Path, *ranges: str, hidden: bool = False) -> Path:
    """Save a list of three devices, some of whose cells are merged, after a hidden sheet or not."""
    book = openpyxl.Workbook()
    sheet = book.create_sheet("shown")
    book.active.append(["not", "shown"])
    book.active.sheet_state = "hidden"
    if not hidden:
        book.remove(book.active)
    for row in (["id", "maker", "place"], ["a", "K", "gate"], ["b"], ["c"], [], ["d", "L", ""]):
        sheet.append(row)
    for merged in ranges:
        sheet.merge_cells(merged)
    book.save(path)
    return path


def test_what_is_merged_down_some_rows_is_said_in_each_that_holds_anything(tmp_path: Path) -> None:
    found = spreadsheet.rows(drawn(tmp_path / "a.xlsx", "B2:B5", "C2:C3", "C6:C9"))
    assert found[1:] == [["a", "K", "gate"], ["b", "K", "gate"], ["c", "K"], [], ["d", "L"]]


def test_a_hidden_sheet_is_not_the_first(tmp_path: Path) -> None:
    assert spreadsheet.rows(drawn(tmp_path / "a.xlsx", hidden=True))[0] == ["id", "maker", "place"]


def test_merging_more_cells_than_a_table_may_have_is_refused(tmp_path: Path) -> None:
    area = '<mergeCell ref="A2:A400000"/>'
    rows = '<row><c><v>1</v></c></row><row r="400000"><c><v>1</v></c></row>'
    (tmp_path / "a.xlsx").write_bytes(with_sheet(rows + area * 8))
    with pytest.raises(PlanError, match="too many cells are merged"):
        spreadsheet.rows(tmp_path / "a.xlsx")


def test_merged_areas_beyond_their_bound_are_refused_while_they_are_read(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A small file unpacks to a great many, of a sheet of a single row."""
    monkeypatch.setattr(sheet_cells, "MOST_MERGED", 200)
    area, row = '<mergeCell ref="A2:A3"/>', "<row><c><v>1</v></c></row>"
    (tmp_path / "a.xlsx").write_bytes(with_sheet(row + area * 200))
    assert spreadsheet.rows(tmp_path / "a.xlsx") == [["1"]]
    (tmp_path / "a.xlsx").write_bytes(with_sheet(row + area * 201))
    with pytest.raises(PlanError, match="too many cells are merged"):
        spreadsheet.rows(tmp_path / "a.xlsx")


HEADINGS = ["名称", "类别", "位置", "IP"]
CAMERAS = [HEADINGS, ["北门", "枪机", "大门", "10.0.0.1"]]


def book_of(path: Path, *sheets: list[list[str]], hidden: int | None = None) -> Path:
    """Save sheets of rows; one of them may be hidden."""
    book = openpyxl.Workbook()
    for _ in sheets[1:]:
        book.create_sheet()
    for sheet, rows in zip(book.worksheets, sheets, strict=True):
        for row in rows:
            sheet.append(row)
    if hidden is not None:
        book.worksheets[hidden].sheet_state = "hidden"
    book.save(path)
    return path


@pytest.mark.parametrize(
    "second",
    [
        CAMERAS,
        [HEADINGS[::-1], ["10.0.0.2", "后门", "球机", "南门"]],
        [["二号楼设备"], [], *CAMERAS],
        [["名称", "类别", "位置", "MAC", "厂家"], ["南门", "球机", "后门", "", ""]],
        [["名称 ", "ip"], ["南门", "10.0.0.2"]],
    ],
)
def test_a_second_sheet_of_the_same_headings_is_not_left_out_without_a_word(
    second: list[list[str]], tmp_path: Path
) -> None:
    path = book_of(tmp_path / "a.xlsx", CAMERAS, [["a note"]], second)
    with pytest.raises(PlanError, match=r"a\.xlsx: sheet 'Sheet2' has the headings of the first"):
        spreadsheet.rows(path)
    path = book_of(path, CAMERAS, [["a note"]], second, hidden=2)
    assert spreadsheet.rows(path) == CAMERAS, "whoever hides a sheet leaves it out knowingly"


@pytest.mark.parametrize(
    "second",
    [
        [],
        [HEADINGS],
        [["类别", "数量"], ["枪机", "1"]],
        [["位置", "类别", "数量"], ["大门", "枪机", "1"]],
        [["名称", "填写摄像机名称"], ["类别", "枪机、球机"], ["位置", "安装位置"]],
        [[""] * 30] * 200,
    ],
)
def test_sheets_of_notes_and_summaries_may_stand_behind_the_table(
    second: list[list[str]], tmp_path: Path
) -> None:
    assert spreadsheet.rows(book_of(tmp_path / "a.xlsx", CAMERAS, second)) == CAMERAS

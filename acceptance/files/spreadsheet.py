"""Tables that people make, as rows of text: CSV (UTF-8, GBK), or an XLSX's first sheet shown."""

from __future__ import annotations

import contextlib
import csv
import errno
import io
import os
import re
import zipfile
import zlib
from typing import TYPE_CHECKING
from xml.parsers import expat

from acceptance.errors import PlanError
from acceptance.files import regular, workbook
from acceptance.files.sheet_cells import CellError
from acceptance.messages import tr, visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from datetime import date
    from pathlib import Path

    from openpyxl import Workbook
    from openpyxl.cell import WriteOnlyCell as Cell
    from openpyxl.worksheet.worksheet import Worksheet

    from acceptance.files.sheet_cells import Merged

    CellValue = str | float | date | None

# What a damaged workbook makes zipfile, zlib, expat and our reader of it raise.
DAMAGED = (
    zipfile.BadZipFile, zlib.error, expat.ExpatError, EOFError, NotImplementedError, RuntimeError,
    KeyError, ValueError, IndexError, ArithmeticError, OSError, MemoryError,
)  # fmt: skip


# Spreadsheets calculate what begins so, in East Asia with wide signs as well, and leave off an
# apostrophe before it.
SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20"
CALCULATED = re.compile(rf"\s*[{SIGNS}\t\r]")
SEPARATING = re.compile(r'[",;\t\r\n]')  # cells, in one country or another
NUMBER = re.compile(r"[-+]?\d+(?:\.\d+)?")
TEXT = re.compile(rf"^'(?=\s*[{SIGNS}])")
MOST_ROWS = 500_000
MOST_COLUMNS = 1_000
MOST_CELLS = 3_000_000  # in rows that hold anything
WIDE = 24.0  # characters of a first column
MOST_CHARACTERS = 32_767  # in a cell: as many as Excel keeps


def rows(path: Path) -> list[list[str]]:
    """Return the rows of a table, the heading first, each cell as text without blanks around it.

    Raises PlanError naming file, and where it can row and column: not readable, neither UTF-8 nor
    GBK, no CSV or XLSX, nothing in it, a formula (what it comes to is another program's business),
    a number or value that a workbook has lost (``CellError``), a second sheet of the same headings,
    more than ``MOST_ROWS``, ``MOST_COLUMNS``, ``MOST_CELLS``, or ``MOST_CHARACTERS`` in a cell, or
    than ``regular.MOST_BYTES``. Empty rows at the end do not count.
    """
    merged: list[Merged] = []
    table = _workbook(path, merged) if path.suffix.lower() == ".xlsx" else _csv(path)
    found = _bounded(table, path)
    _fill_merged(found, merged, path)
    if not any(any(row) for row in found):
        hint = tr("Put a heading into row 1 and one line for each entry below")
        raise PlanError(tr("is empty"), where=str(path), hint=hint)
    _check_formulas(found, path)
    return [[TEXT.sub("", cell) for cell in row] for row in found]


def _bounded(table: Iterable[tuple[int, Sequence[str]]], path: Path) -> list[list[str]]:
    """Gather rows, each after its number; those that are left out are empty."""
    found: list[list[str]] = []
    count = 0
    for number, row in table:
        cells = [cell.strip() for cell in row] if any(row) else []
        if any(cells):
            count += len(cells)
            _check_size(cells, number, count, path)
            found += [[] for _ in range(number - 1 - len(found))]
            found.append(cells)
    return found


def _fill_merged(table: list[list[str]], merged: Iterable[Merged], path: Path) -> None:
    """Say in every row that holds anything what is shown there: a maker merged down many rows.

    A title above the headings stays where it is.
    """
    left = MOST_CELLS
    for area in (area for area in merged if 1 < area.first <= len(table)):
        below = table[area.first : area.last]
        left -= len(below)
        if left < 0:
            raise PlanError(tr("too many cells are merged"), where=str(path), hint=_again())
        top = "".join(table[area.first - 1][area.column - 1 : area.column])
        for row in filter(any, below if top else ()):
            row.extend([""] * (area.column - len(row)))
            row[area.column - 1] = row[area.column - 1] or top


def _check_size(cells: Sequence[str], number: int, count: int, path: Path) -> None:
    last = len(cells)
    if last > MOST_COLUMNS:
        last = max(column for column, cell in enumerate(cells, start=1) if cell)
    sizes = number, last, count, max(map(len, cells))
    bounds = MOST_ROWS, MOST_COLUMNS, MOST_CELLS, MOST_CHARACTERS
    for place, (size, most) in enumerate(zip(sizes, bounds, strict=True)):
        if size > most:  # words take time, which nearly every row is spared
            what = (tr("rows"), tr("columns"), tr("cells"), tr("characters in a cell"))[place]
            too_large = tr("{size} {what}; {most} at most", size=size, what=what, most=most)
            where = tr("{file}, row {row}", file=path, row=number)
            hint = tr("Divide the table, or shorten the text")
            raise PlanError(too_large, where=where, hint=hint)


def _check_formulas(table: list[list[str]], path: Path) -> None:
    for number, row in enumerate(table, start=1):
        for column, cell in enumerate(row):
            if cell.startswith("="):
                named = table[0][column] if column < len(table[0]) else column + 1
                what = tr("holds a formula ({formula:.30})", formula=cell)
                where = tr("{file}, row {row}, {column}", file=path, row=number, column=named)
                raise PlanError(what, where=where, hint=tr("Paste it as a value"))


def form(path: Path, name: str) -> list[list[str]]:
    """Return the rows of a filled-in form, called ``name`` in messages; nothing may go unread.

    Raises PlanError as ``rows`` does, for a title above the headings, and for a cell without
    heading: a separator in a cell without quotation marks shifts a row.
    """
    found = rows(path)
    _check_no_title(found, name)
    for number, row in enumerate(found, start=1):
        for column, cell in enumerate(row):
            if cell and not (column < len(found[0]) and found[0][column]):
                what = tr("{text!r} has no heading above it", text=cell[:30])
                where = tr(
                    "{file}, row {row}, column {column}",
                    file=name, row=number, column=column + 1,
                )  # fmt: skip
                hint = tr("Head the column, or quote a cell that holds the separator")
                raise PlanError(what, where=where, hint=hint)
    return found


def _check_no_title(table: Sequence[Sequence[str]], name: str) -> None:
    """Refuse a first row of one cell, merged or not, above one of several."""
    filled = [sum(map(bool, row)) for row in table[:2]]
    if len(filled) > 1 and filled[0] == 1 < filled[1]:
        what = tr("row 1 holds a title ({text:.30}), not the headings", text=max(table[0]))
        hint = tr("Delete the rows above the headings")
        raise PlanError(what, where=tr("{file}, row {row}", file=name, row=1), hint=hint)


def heading(cells: list[str], columns: Mapping[str, tuple[str, ...]]) -> dict[str, int]:
    """Return the place (from 0) of each column found; ``columns`` gives possible headings."""
    headings = [cell.lower() for cell in cells]
    return {
        name: headings.index(known)
        for name, names in columns.items()
        for known in names[::-1]
        if known in headings
    }


def check_once(cells: list[str], columns: Mapping[str, tuple[str, ...]], name: str) -> None:
    """Refuse a duplicate column of a form, by PlanError: one of the two would go unread."""
    for column, names in columns.items():
        if sum(cell.lower() in names for cell in cells) > 1:
            where, hint = tr("{file}, row {row}", file=name, row=1), tr("Leave one of them out")
            what = tr("duplicate column {column!r}", column=column)
            raise PlanError(what, where=where, hint=hint)


def _read(path: Path) -> bytes:
    return regular.read(path, PlanError, tr("Check the path and its permissions"))


def _csv(path: Path) -> Iterator[tuple[int, list[str]]]:
    text = _decoded(_read(path), path)
    separator = max(",;\t", key=text.partition("\n")[0].count)
    # strict: a quotation mark that nothing closes would take the rows below along
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    number = 0
    try:
        for number, row in enumerate(lines, 1):
            yield number, row
    except csv.Error as error:
        where = tr("{file}, row {row}", file=path, row=number + 1)
        hint = tr("Look for a quotation mark without its other half, or save it as CSV again")
        raise PlanError(_unreadable(error), where=where, hint=hint) from error


def _unreadable(error: csv.Error) -> str:
    """Word what a strict reader refuses; it does so in Python's English and without codes."""
    words = str(error)
    if words == "unexpected end of data":
        return tr("opens a quotation mark that nothing closes")
    if "field limit" in words:
        return tr("holds a cell of more than {most} characters", most=csv.field_size_limit())
    return tr("has text behind a quotation mark that closes a cell")


def _decoded(raw: bytes, path: Path) -> str:
    for encoding in ("utf-8-sig", "gb18030"):  # GB 18030 holds GBK
        with contextlib.suppress(UnicodeDecodeError):
            return raw.decode(encoding)
    raise PlanError(tr("is neither UTF-8 nor GBK"), where=str(path), hint=_again())


def _again() -> str:
    return tr("Save it as CSV in UTF-8, or as XLSX")


def _workbook(path: Path, merged: list[Merged]) -> Iterator[tuple[int, list[str]]]:
    try:
        yield from workbook.rows(_read(path), merged)
    except CellError as error:
        where = tr(
            "{file}, row {row}, column {column}", file=path, row=error.row, column=error.column
        )
        raise PlanError(
            str(error), where=where, hint=tr("Write it as text, or clear it")
        ) from error
    except workbook.SecondTableError as error:
        what = tr(
            "sheet {sheet!r} has the headings of the first one, which alone is read",
            sheet=str(error),
        )
        hint = tr("Put its rows into the first sheet, or hide it")
        raise PlanError(what, where=str(path), hint=hint) from error
    except DAMAGED as error:
        what = tr("is not a workbook ({cause})", cause=error)
        raise PlanError(what, where=str(path), hint=_again()) from error


def csv_of(table: Sequence[Sequence[str]]) -> bytes:
    """Return rows as CSV in UTF-8 with the mark by which Excel knows it."""
    return csv_text(table, "\r\n").encode("utf-8-sig")


def csv_text(table: Iterable[Iterable[object]], end: str = "\n") -> str:
    """Return rows as CSV; what separates cells in some other country stays within its cell."""
    return "".join(",".join(_quoted(as_text(str(cell))) for cell in row) + end for row in table)


def _quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"' if SEPARATING.search(cell) else cell


def as_text(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula; ``rows`` takes it off.

    A number stays one.
    """
    return f"'{cell}" if CALCULATED.match(cell) and not NUMBER.fullmatch(cell) else cell


def workbook_of(
    table: Sequence[Sequence[str]], *, widths: Sequence[float], choices: Mapping[int, Sequence[str]]
) -> bytes:
    """Return rows as an XLSX workbook, the heading fixed.

    ``widths`` are those of the columns in characters; ``choices`` gives the words to pick from, by
    column (from 0).
    """
    import openpyxl  # noqa: PLC0415 -- late: only a workbook needs it
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- as above

    book = openpyxl.Workbook()
    _fill_in(book.active, table)
    for column, width in enumerate(widths, start=1):
        book.active.column_dimensions[get_column_letter(column)].width = width
    for column, words in choices.items():
        _offer(book.active, get_column_letter(column + 1), words, max(len(table), 2))
    book.active.freeze_panes = "A2"
    return _saved(book)


def _saved(book: Workbook) -> bytes:
    content = io.BytesIO()
    with _disc_told():
        book.save(content)
    return content.getvalue()


@contextlib.contextmanager
def _disc_told() -> Iterator[None]:
    """Raise OSError where the folder for temporary files is full or fails.

    openpyxl writes each sheet there by way of lxml, which has an error of its own for that.
    """
    try:
        yield
    except Exception as error:
        if not (name := str(error)).startswith("IO_"):  # as libxml2 calls what the system says
            raise
        number = getattr(errno, name.removeprefix("IO_"), errno.EIO)
        raise OSError(number, os.strerror(number)) from error


def _fill_in(sheet: Worksheet, table: Sequence[Sequence[str]]) -> None:
    from openpyxl.styles import Alignment, Font  # noqa: PLC0415 -- late: only a workbook needs it

    for number, cells in enumerate(table, start=1):
        for column, given in enumerate(cells, start=1):
            cell, text = sheet.cell(number, column), visible(given, lines=True)
            cell.value, cell.data_type = (text, "s") if text else (None, "n")  # "=..." stays text
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            cell.font = Font(bold=number == 1)


def _offer(sheet: Worksheet, column: str, words: Sequence[str], last: int) -> None:
    """Let people pick from ``words`` in a column, by its letter, down to the row ``last``."""
    from openpyxl.worksheet.datavalidation import DataValidation  # noqa: PLC0415 -- as above

    rule = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    rule.add(f"{column}2:{column}{last}")
    sheet.add_data_validation(rule)


def tables_of(tables: Mapping[str, Sequence[Sequence[CellValue]]]) -> bytes:
    """Return tables as the sheets of an XLSX workbook, by their names of 31 characters at most.

    Numbers stay numbers, and texts texts whatever they begin with; the first row is the heading,
    which stays in sight and can be filtered by.
    """
    import openpyxl  # noqa: PLC0415 -- late: only a workbook needs it
    from openpyxl.utils import get_column_letter  # noqa: PLC0415 -- as above

    book = openpyxl.Workbook(write_only=True)
    for name, table in tables.items():
        sheet = book.create_sheet(name)
        sheet.freeze_panes = "B2"
        sheet.column_dimensions["A"].width = WIDE
        for number, row in enumerate(table):
            with _disc_told():
                sheet.append([_cell(sheet, value, bold=number == 0) for value in row])
        if len(table) > 1:
            sheet.auto_filter.ref = f"A1:{get_column_letter(len(table[0]))}{len(table)}"
    return _saved(book)


def _cell(sheet: Worksheet, value: CellValue, *, bold: bool) -> Cell:
    from openpyxl.cell import WriteOnlyCell  # noqa: PLC0415 -- late, as above
    from openpyxl.styles import Font  # noqa: PLC0415 -- late, as above

    if isinstance(value, str):
        value = visible(value, lines=True)[:MOST_CHARACTERS]
    cell = WriteOnlyCell(sheet, value)
    if isinstance(value, str) and value:
        cell.data_type = "s"
    if bold:
        cell.font = Font(bold=True)
    return cell

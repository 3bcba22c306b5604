"""A session as a Word document to copy from: not a report, and every page of it says so."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.messages import visible
from acceptance.report.export_tables import SHEETS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from docx.document import Document
    from docx.table import Table as WordTable

    from acceptance.files.spreadsheet import CellValue

TYPEFACE, SIZE = "宋体", 8.0  # points
MOST_ROWS = 5_000  # of a table; Word takes minutes to lay out more, and nobody reads them
# What a page is wide enough for; the workbook has every column.
COLUMNS: Mapping[str, Sequence[str]] = {
    "about": (),
    "results": ("row", "device_name", "clause", "item", "result", "verdict", "reason"),
    "measurements": ("shot", "quantity", "region", "statistic", "value", "expanded", "unit"),
    "not_measured": ("shot", "quantity", "region", "reason"),
    "conditions": ("shot", "filmed", "condition", "value", "unit", "instrument"),
    "devices": ("device", "kind", "device_name", "manufacturer", "model", "serial"),
}


def document(
    tables: Mapping[str, Sequence[Sequence[CellValue]]], moment: datetime, lang: str
) -> bytes:
    """Return the tables of ``export_tables.tables`` as a DOCX file of the time ``moment``."""
    import docx  # noqa: PLC0415 -- late: only this needs it

    words = wording.phrases(lang)["export"]
    page = docx.Document()
    _set_up(page, words["unsigned"], moment)
    for sheet in SHEETS:
        page.add_heading(words[sheet], level=1)
        columns = [words[name] for name in COLUMNS[sheet]]
        rows = _chosen(tables[sheet], columns)
        _fill_in(page, rows[:MOST_ROWS], headed=bool(columns))
        if len(rows) > MOST_ROWS:
            page.add_paragraph(words["more"].format(count=len(rows) - MOST_ROWS))
    content = io.BytesIO()
    page.save(content)
    return content.getvalue()


def _chosen(
    table: Sequence[Sequence[CellValue]], columns: Sequence[str]
) -> list[Sequence[CellValue]]:
    """Keep the columns with these headings; without any, all."""
    if not columns:
        return list(table)
    places = [table[0].index(column) for column in columns]
    return [[row[place] for place in places] for row in table]


def _set_up(page: Document, unsigned: str, moment: datetime) -> None:
    """Lay pages crosswise, with "unsigned copy" at the top and the bottom of each."""
    from docx.enum.section import WD_ORIENT  # noqa: PLC0415 -- late, as above
    from docx.oxml.ns import qn  # noqa: PLC0415
    from docx.shared import Pt  # noqa: PLC0415

    section = page.sections[0]
    section.orientation = WD_ORIENT.LANDSCAPE
    section.page_width, section.page_height = section.page_height, section.page_width
    section.header.paragraphs[0].text = section.footer.paragraphs[0].text = unsigned
    style = page.styles["Normal"]
    style.font.name, style.font.size = TYPEFACE, Pt(SIZE)
    style.element.rPr.rFonts.set(qn("w:eastAsia"), TYPEFACE)
    page.core_properties.created = page.core_properties.modified = moment
    page.core_properties.title = unsigned


def _fill_in(page: Document, rows: Sequence[Sequence[CellValue]], *, headed: bool) -> None:
    table = page.add_table(rows=0, cols=len(rows[0]), style="Table Grid")
    for row in rows:
        for cell, value in zip(table.add_row().cells, row, strict=True):
            cell.text = _text(value)
    if headed:
        _repeat_heading(table)


def _repeat_heading(table: WordTable) -> None:
    """Print the first row again on every page of the table."""
    from docx.oxml import OxmlElement  # noqa: PLC0415 -- late, as above

    heading = table.rows[0]
    heading._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))  # noqa: SLF001 -- no public way
    for cell in heading.cells:
        for run in cell.paragraphs[0].runs:
            run.font.bold = True


def _text(value: CellValue) -> str:
    if value is None:
        return ""
    return f"{value:.6g}" if isinstance(value, float) else visible(str(value), lines=True)

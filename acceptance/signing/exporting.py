"""A session handed on as tables: XLSX, CSV, or a Word document. None of them is the report."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.files import spreadsheet
from acceptance.files.output import put_new, put_new_folder, require_new, require_outside
from acceptance.report import export_tables, word_copy
from acceptance.session import store
from acceptance.signing import verification

if TYPE_CHECKING:
    from pathlib import Path


class ExportFormat(StrEnum):
    """What a session is exported as."""

    XLSX = "xlsx"
    """A workbook with a sheet for each table."""

    CSV = "csv"
    """A folder with a file for each table."""

    DOCX = "docx"
    """A Word document, "unsigned copy" on every page."""


def export(
    folder: Path, output: Path, *, form: ExportFormat = ExportFormat.XLSX, lang: str = "zh"
) -> Path:
    """Write the tables of a session folder outside of it; return the file, or folder of CSV files.

    ``lang`` is "zh" or "en". Raises SessionError where the session is missing, was changed after
    it was sealed, or is denied by its report, OutputError where the output lies in it, exists, or
    cannot be written.
    """
    require_outside(output, folder)
    require_new(output)
    verification.require_intact(folder)
    session = store.load(folder)
    packs, _ = store.load_all_packs(session, folder)
    tables = export_tables.tables(session, packs, lang)
    words = wording.phrases(lang)["export"]
    if form is ExportFormat.CSV:
        named = {f"{words[sheet]}.csv": table for sheet, table in tables.items()}
        put_new_folder(output, {name: export_tables.csv(table) for name, table in named.items()})
    elif form is ExportFormat.XLSX:
        sheets = {str(words[sheet]): table for sheet, table in tables.items()}
        put_new(output, spreadsheet.tables_of(sheets))
    else:
        moment = datetime.fromisoformat(session.finished)
        put_new(output, word_copy.document(tables, moment, lang))
    return output

"""The verb ``export``: a session as tables, for spreadsheets and Word."""

from __future__ import annotations

from pathlib import Path

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, language_option
from acceptance.messages import tr
from acceptance.signing import exporting
from acceptance.signing.exporting import ExportFormat


@click.command()
@click.argument("folder", type=OUT)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in ExportFormat]),
    default=ExportFormat.XLSX.value,
    show_default=True,
    help="Workbook, folder of CSV files, or Word document.",
)
@click.option("-o", "--output", type=OUT, help="File, or folder of CSV files.  [default: here]")
@language_option(help="Language of headings and words.")
def export(folder: Path, form: str, output: Path | None, lang: str) -> int:
    """Export a session as tables: results, figures, conditions, subjects.

    No copy is the report: the signed PDF and session.json decide, and the copies say so.
    """
    kind = ExportFormat(form)
    ending = "-csv" if kind is ExportFormat.CSV else f".{kind}"
    output = output or Path(f"{folder.resolve().name}{ending}")
    written = exporting.export(folder, output, form=kind, lang=lang)
    terminal.say(tr("Written: {file}", file=written))
    return 0

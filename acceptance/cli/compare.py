"""The verb ``compare``: many devices and vendors, from session folders or a database."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import click

from acceptance import wording
from acceptance.cli import terminal
from acceptance.cli.database import add_all, sessions_in
from acceptance.cli.options import (
    OUT,
    database_option,
    json_option,
    language_option,
    prepare_json,
    write_json,
)
from acceptance.errors import InputError
from acceptance.files.output import put, require_apart, require_ending
from acceptance.messages import language, tr
from acceptance.session.store import FILE

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.batch.comparison.device_comparison import DeviceComparison, DeviceRank

SHOWN = 20  # devices on the terminal


@click.command()
@click.argument("sources", nargs=-1, type=OUT, metavar="[SESSION|FOLDER]...")
@database_option
@click.option("--model", default="", help="Only devices of this model.")
@click.option("--pack", default="", help="Only by this pack.")
@click.option(
    "-o",
    "--output",
    "outputs",
    multiple=True,
    type=OUT,
    help="Page (.html) or workbook (.xlsx) to write; may be repeated.",
)
@json_option
@language_option(help="Language of page and workbook.")
def compare(
    sources: tuple[Path, ...],
    url: str,
    model: str,
    pack: str,
    outputs: tuple[Path, ...],
    json_file: Path | None,
    lang: str,
) -> int:
    """Compare devices and vendors: clauses, distributions, worst first, outliers, drift.

    Of the sessions named, or of all in the database. Sessions that were changed are left out, which
    exits with 2.
    """
    inputs = [folder / FILE for folder in sources] or _files_of(url)
    for output in outputs:
        require_ending(output, {".html", ".xlsx"})
        require_apart(output, inputs)
    prepare_json(json_file, inputs)
    found, refused = _compared(sources, url, model, pack)
    if not found.matrix.devices:
        hint = tr("Name other sessions, another --model, or add sessions to the database")
        raise InputError(tr("there is no device to compare"), hint=hint)
    _write(found, outputs, json_file, lang)
    return 2 if refused else 0


def _files_of(url: str) -> list[Path]:
    """Return the file of a database, where it is one."""
    from acceptance.batch.database.connection import file_of  # noqa: PLC0415 -- brings SQLAlchemy

    file = file_of(url)
    return [file] if file else []


def _compared(
    sources: Sequence[Path], url: str, model: str, pack: str
) -> tuple[DeviceComparison, int]:
    """Compare what a database holds, or one in memory made of session folders.

    Say also how many folders were refused.
    """
    from acceptance.batch.comparison import device_comparison  # noqa: PLC0415 -- late: brings SQLAlchemy
    from acceptance.batch.database.results import Results  # noqa: PLC0415 -- as above

    folders = [session for folder in sources for session in sessions_in(folder)]
    with Results(None if sources else url, create=bool(sources)) as results:
        compared = partial(device_comparison.compare, model=model, pack=pack)
        if not sources:
            return results.database.asked(compared), 0
        _, refused = add_all(results, folders, ())
        with results.database.reading() as connection:
            return compared(connection), refused


def _write(
    found: DeviceComparison, outputs: Sequence[Path], json_file: Path | None, lang: str
) -> None:
    from acceptance.batch.comparison import page, tables  # noqa: PLC0415 -- as above

    for output in outputs:
        as_page = output.suffix.lower() == ".html"
        made = page.html(found, lang).encode() if as_page else tables.workbook(found, lang)
        put(output, made)
        terminal.say(str(output))
    if json_file:
        write_json(tables.content(found), json_file)
    elif not outputs:
        _print(found)


def _print(found: DeviceComparison) -> None:
    columns = (
        tr("device"),
        tr("model"),
        tr("verdict"),
        tr("failed"),
        tr("margin in U"),
        tr("item"),
    )
    rows = [_row(found, rank) for rank in found.ranks[:SHOWN]]
    terminal.table(tr("Worst devices first"), columns, rows)
    counts = {
        "devices": len(found.ranks),
        "outliers": len(found.outliers),
        "changes": len(found.drifts),
    }
    terminal.say(
        tr(
            "{devices} devices, {outliers} outliers, {changes} changes beyond the uncertainty; "
            "all of it: -o comparison.html",
            **counts,
        )
    )


def _row(found: DeviceComparison, rank: DeviceRank) -> tuple[str, ...]:
    device = found.matrix.devices[rank.device]
    nearest = rank.distribution.requirement if rank.distribution else ""
    margin = rank.figure.margin if rank.figure else None
    return (
        device["serial"] or device["subject"],
        f"{device['manufacturer']} {device['model']}".strip(),
        wording.word(rank.verdict, "verdict_item", language()) if rank.verdict else "",
        str(rank.failed),
        "" if margin is None else f"{margin:.2f}",
        nearest,
    )

"""The verb ``query``: the common questions to a results database."""

from __future__ import annotations

import contextlib
from datetime import date
from typing import TYPE_CHECKING, Any

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, database_option, json_option, prepare_json, write_json
from acceptance.files import spreadsheet
from acceptance.files.output import put, require_apart
from acceptance.messages import tr, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    Answer = list[dict[str, Any]]
    Command = Callable[..., Any]

SHOWN = 5  # significant digits on the terminal; JSON and CSV hold all


@click.group()
def query() -> None:
    """Ask a results database: failed devices, drift, calibrations due, what was filmed again."""


def _answering(command: Command) -> Command:
    csv_option = click.option(
        "--csv", "csv_file", type=OUT, help="Write a table (CSV) to this file."
    )
    return database_option(json_option(csv_option(command)))


def _day(_: click.Context, __: click.Parameter, value: str | None) -> str:
    """Read a day as ISO 8601 has it; Python also takes 20261130."""
    with contextlib.suppress(ValueError):
        if not value or date.fromisoformat(value).isoformat() == value:
            return value or ""
    raise click.UsageError(tr("{text!r} is no day: write 2026-11-30", text=value))


@query.command()
@click.argument("clause", metavar="CLAUSE|REQUIREMENT")
@click.option("--since", callback=_day, metavar="DAY", help="Judged on this day or later.")
@click.option("--pack", default="", help="Only by this pack.")
@_answering
def failed(
    clause: str, since: str, pack: str, url: str, json_file: Path | None, csv_file: Path | None
) -> int:
    """Show which devices failed a clause (5.2) or a requirement (pack#id), newest first."""
    from acceptance.batch.database import queries  # noqa: PLC0415 -- late: brings SQLAlchemy

    title = tr("Failed: {clause}", clause=clause)
    found = _asked(
        url,
        lambda connection: queries.failed(connection, clause, since=since, pack=pack),
        (json_file, csv_file),
    )
    return _answer(title, found, json_file, csv_file)


@query.command()
@click.argument("device", default="")
@click.option("--model", default="", help="All devices of this model.")
@click.option("--quantity", default="", help="Only this quantity or family, e.g. noise.")
@_answering
def drift(
    device: str,
    model: str,
    quantity: str,
    url: str,
    json_file: Path | None,
    csv_file: Path | None,
) -> int:
    """Show how the figures of a device (serial number, or id) or of a model changed.

    A change is the difference from the first figure of the same thing, beside the expanded
    uncertainty of both together.
    """
    from acceptance.batch.database import queries  # noqa: PLC0415 -- late: brings SQLAlchemy

    if not (device or model):
        raise click.UsageError(tr("name a device, or a model with --model"))
    found = _asked(
        url,
        lambda connection: queries.drift(connection, device=device, model=model, quantity=quantity),
        (json_file, csv_file),
    )
    return _answer(tr("Drift: {name}", name=device or model), found, json_file, csv_file)


@query.command()
@click.option("--before", callback=_day, metavar="DAY", help="Due before this day; without: today.")
@_answering
def due(before: str, url: str, json_file: Path | None, csv_file: Path | None) -> int:
    """Show instruments and printed charts whose calibration ends before a day."""
    from acceptance.batch.database import queries  # noqa: PLC0415 -- late: brings SQLAlchemy

    day = before or date.today().isoformat()  # noqa: DTZ011 -- where the instruments are
    found = _asked(url, lambda connection: queries.due(connection, day), (json_file, csv_file))
    return _answer(tr("Due before {day}", day=day), found, json_file, csv_file)


@query.command()
@_answering
def retakes(url: str, json_file: Path | None, csv_file: Path | None) -> int:
    """Show what was filmed more than once, how often, why, and what came of it."""
    from acceptance.batch.database import queries  # noqa: PLC0415 -- late: brings SQLAlchemy

    found = _asked(url, queries.retakes, (json_file, csv_file))
    return _answer(tr("Filmed again"), found, json_file, csv_file)


def _asked(url: str, question: Callable[..., Answer], outputs: Sequence[Path | None]) -> Answer:
    """Ask a database; none of the outputs may be the database itself."""
    from acceptance.batch.database import connection as databases  # noqa: PLC0415 -- brings SQLAlchemy
    from acceptance.batch.database.results import Results  # noqa: PLC0415 -- as above

    file = databases.file_of(url)
    for output in filter(None, outputs):
        require_apart(output, [file] if file else [])
    with Results(url, create=False) as results:
        return results.database.asked(question)


def _answer(title: str, found: Answer, json_file: Path | None, csv_file: Path | None) -> int:
    prepare_json(json_file, [])
    if json_file:
        write_json(found, json_file)
    if csv_file:
        columns = [*found[0]] if found else []
        table = [columns, *([_cell(value) for value in row.values()] for row in found)]
        put(csv_file, spreadsheet.csv_of(table))
    if not (json_file or csv_file):
        _print(title, found)
    return 0


def _cell(value: object) -> str:
    return "" if value is None else visible(str(value), lines=True)


def _print(title: str, found: Answer) -> None:
    """Print the rows, without columns that say nothing in any of them."""
    used = [name for name in (found[0] if found else ()) if any(_held(row[name]) for row in found)]
    terminal.table(title, used, [[_shown(row[name]) for name in used] for row in found])
    terminal.say(tr("Rows: {count}", count=len(found)))
    terminal.say(
        tr("No evidence: acceptance database check compares the database with the session folders")
    )


def _held(value: object) -> bool:
    return value is not None and value != ""


def _shown(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.{SHOWN}g}"
    if isinstance(value, bool):
        return tr("yes") if value else tr("no")
    return _cell(value)

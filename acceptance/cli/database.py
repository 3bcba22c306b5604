"""The verb ``database``: sessions added to a results database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, database_option, trust_option
from acceptance.errors import InputError, OutputError
from acceptance.messages import tr
from acceptance.session import store

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.batch.database.results import Results


@click.group()
def database() -> None:
    """Keep results of many sessions in a database: a copy to search, never evidence."""


@database.command()
@click.argument("folders", nargs=-1, required=True, type=OUT, metavar="SESSION|FOLDER...")
@database_option
@trust_option
def add(folders: tuple[Path, ...], url: str, trust: tuple[Path, ...]) -> int:
    """Add sessions, or all sessions in a folder, to the database; it is made where there is none.

    Each is checked first: what was changed after it was sealed is refused, and the others are
    added. One that is there already stays. Exits 0 all are in it, else 2.
    """
    from acceptance.batch.database.results import Results  # noqa: PLC0415 -- late: brings SQLAlchemy

    found = [session for folder in folders for session in sessions_in(folder)]
    with Results(url) as results:
        added, refused = add_all(results, found, trust)
    there = len(found) - added - refused
    terminal.say(
        tr(
            "{added} added, {there} there already, {refused} refused",
            added=added, there=there, refused=refused,
        )
    )  # fmt: skip
    return 2 if refused else 0


@database.command()
@click.argument("file", type=OUT, metavar="REGISTER.toml")
@database_option
def register(file: Path, url: str) -> int:
    """Add what a register holds, so that `query due` knows calibrations before their use."""
    from acceptance.batch.database.results import Results  # noqa: PLC0415 -- late: brings SQLAlchemy

    with Results(url) as results:
        count = results.add_register(file)
    terminal.say(tr("Entries in the database: {count}", count=count))
    return 0


@database.command()
@database_option
@trust_option
def check(url: str, trust: tuple[Path, ...]) -> int:
    """Compare every session in the database with its folder, which is checked as well.

    Exits 0 all are the same, else 2.
    """
    from acceptance.batch.database import checking  # noqa: PLC0415 -- late: brings SQLAlchemy
    from acceptance.batch.database.results import Results  # noqa: PLC0415 -- as above

    with (
        Results(url, create=False) as results,
        terminal.progress() as show,
    ):
        problems = [*checking.changed(results, trust, show)]
    for problem in problems:
        terminal.errors.print(problem, markup=False)
    terminal.say(tr("Differences between database and folders: {count}", count=len(problems)))
    return 2 if problems else 0


def sessions_in(folder: Path) -> list[Path]:
    """Return the session folder itself, or those that lie in a folder. Raises SessionError."""
    if (folder / store.FILE).is_file():
        return [folder]
    found = [file.parent for file in sorted(folder.glob(f"*/{store.FILE}"))]
    shown = [one for one in found if not one.name.startswith(".")]  # others are being made
    if not shown:
        raise store.none_here(str(folder))
    return shown


def add_all(results: Results, folders: Sequence[Path], trust: Sequence[Path]) -> tuple[int, int]:
    """Add sessions, with progress; return how many are new, and how many were refused.

    Each refusal is told. Raises OutputError where the database cannot be written.
    """
    added = refused = 0
    with terminal.progress() as show:
        for number, folder in enumerate(folders, start=1):
            try:
                added += results.add_folder(folder, trust)
            except OutputError:
                raise
            except InputError as error:
                refused += 1
                terminal.errors.print(str(error), markup=False)
            show(str(folder.parent), number, len(folders))
    return added, refused

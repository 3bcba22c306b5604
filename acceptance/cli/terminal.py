"""What the terminal shows: sentences, tables, and progress.

Progress goes to standard error, which leaves standard output to results: bars on a terminal,
plain lines elsewhere.
"""

from __future__ import annotations

import contextlib
import getpass
import os
import sys
from typing import TYPE_CHECKING, Any

import click
from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.table import Table
from rich.text import Text

from acceptance.messages import listed, tr, visible

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from acceptance.session.measuring import Progress as Tell

# Where nobody has set a width (a pipe, a log), rows are wide enough to be searched.
WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 180
MOST_RULED = 1000  # rows; the width of every cell of a ruled table is measured, several times


class Terminal(Console):
    """A console on which no text can move the cursor, or hide or turn around what is shown."""

    def render_str(self, text: str, **options: Any) -> Text:  # noqa: ANN401 -- as of Console
        """Make a text of what is printed."""
        return super().render_str(visible(text, lines=True), **options)


console = Terminal(highlight=False, width=WIDE)
errors = Terminal(highlight=False, stderr=True, soft_wrap=True)


def say(text: str, style: str = "") -> None:
    """Print one sentence as it is."""
    console.print(text, style=style or None, markup=False, soft_wrap=True)


def counted(counts: Mapping[str, int]) -> str:
    """Say how many there are of each name: ``better: 3, worse: 1``."""
    return listed(tr("{name}: {count}", name=name, count=count) for name, count in counts.items())


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    styles: Sequence[str] = (),
) -> None:
    """Print a table; ``styles`` has one style a row.

    One of more than ``MOST_RULED`` rows has a tab between two cells instead of lines.
    """
    if len(rows) > MOST_RULED:
        _plain_table(title, columns, rows)
        return
    grid = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for number, row in enumerate(rows):
        grid.add_row(
            *(Text(visible(str(cell), lines=True)) for cell in row),
            style=styles[number] if styles else None,
        )
    console.print(grid)


def _plain_table(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    cells = ("\t".join(" ".join(str(cell).split()) for cell in row) for row in (columns, *rows))
    console.file.write(visible("\n".join((title, *cells, "")), lines=True))


def aligned(title: str, rows: Sequence[Sequence[str]]) -> None:
    """Print rows in columns, one line each however narrow the terminal is."""
    say(title, "bold")
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    for row in ([visible(cell) for cell in row] for row in rows):
        cells = (set_cell_size(cell, width) for cell, width in zip(row, widths, strict=True))
        say("  ".join(cells).rstrip())


def password(who: str) -> str:
    """Ask for a password without showing it; empty where nobody sits at a terminal."""
    if not (sys.stdin and sys.stdin.isatty()):
        return ""
    return getpass.getpass(visible(tr("Password of {who}: ", who=who)))


@contextlib.contextmanager
def progress() -> Iterator[Tell]:
    """Give a callback for ``runner.run``: a bar a shot on a terminal, lines elsewhere."""
    if not errors.is_terminal:
        yield _plain
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=errors) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield show


def _plain(what: str, done: int, total: int) -> None:
    if done in {1, total}:
        line = tr("{what}: {done} of {total}", what=what, done=done, total=total)
        errors.print(line, markup=False)


def password_prompt() -> Callable[[str], str] | None:
    """Return what asks for a device's password, unseen; None where nobody sits at a terminal."""
    if not sys.stdin.isatty():
        return None
    return lambda who: click.prompt(
        tr("Password of {who}", who=who), hide_input=True, err=True, default="", show_default=False
    )

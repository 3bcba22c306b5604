"""What the terminal shows: sentences, tables, and progress.

Progress is bars on a terminal and plain lines elsewhere.
"""

from __future__ import annotations

import contextlib
import functools
import io
import os
import sys
from typing import TYPE_CHECKING

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

from acceptance.errors import OutputError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.session.measuring import Progress as Tell

# Where nobody has set a width (a pipe, a log), rows are wide enough to be searched.
WIDE = None if sys.stdout.isatty() or "COLUMNS" in os.environ else 180
console = Console(highlight=False, width=WIDE)
errors = Console(highlight=False, stderr=True, soft_wrap=True)


class StandardOutput(io.TextIOWrapper):
    """Standard output; where it cannot be written (a full disk, closed), an OutputError says so.

    A reader that has gone away (``| head``) stays a BrokenPipeError.
    """

    def write(self, text: str) -> int:
        """Write text, as any stream does."""
        with self._refusing():
            return super().write(text)

    def flush(self) -> None:
        """Write out what is waiting."""
        with self._refusing():
            super().flush()

    @contextlib.contextmanager
    def _refusing(self) -> Iterator[None]:
        try:
            yield
        except BrokenPipeError:
            raise
        except OSError as error:
            # what is left must not fail again when the process ends
            os.dup2(os.open(os.devnull, os.O_WRONLY), self.fileno())
            what = tr("cannot be written ({cause})", cause=error.strerror or error)
            hint = tr("Make room, or send the output elsewhere")
            raise OutputError(what, where=tr("standard output"), hint=hint) from error


def say(text: str, style: str = "") -> None:
    """Print one sentence as it is."""
    console.print(text, style=style or None, markup=False, soft_wrap=True)


def table(
    title: str,
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    styles: Sequence[str] = (),
) -> None:
    """Print a table; ``styles`` has one style a row."""
    grid = Table(title=title, title_justify="left", header_style="bold")
    for column in columns:
        grid.add_column(column, overflow="fold")
    for number, row in enumerate(rows):
        grid.add_row(*(Text(str(cell)) for cell in row), style=styles[number] if styles else None)
    console.print(grid)


@contextlib.contextmanager
def progress(unit: str = "") -> Iterator[Tell]:
    """Give a callback for ``runner.run``: a bar a shot on a terminal, lines elsewhere.

    ``unit`` is what is counted; frames where nothing is said.
    """
    if not console.is_terminal:
        yield functools.partial(_plain, unit or tr("frame"))
        return
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    with Progress(*columns, console=console) as bars:
        tasks: dict[str, TaskID] = {}

        def show(what: str, done: int, total: int) -> None:
            if what not in tasks:
                tasks[what] = bars.add_task(what, total=total)
            bars.update(tasks[what], completed=done)

        yield show


def _plain(unit: str, what: str, done: int, total: int) -> None:
    if done in {1, total}:
        say(tr("{what}: {unit} {done} of {total}", what=what, unit=unit, done=done, total=total))

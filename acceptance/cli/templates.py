"""The verb ``templates``: an institute's own file, templates and list of numbers."""

from __future__ import annotations

import shlex
from typing import TYPE_CHECKING

import click

from acceptance.cli import terminal
from acceptance.cli.options import OUT, language_option
from acceptance.messages import tr
from acceptance.session import institute_folder

if TYPE_CHECKING:
    from pathlib import Path


@click.group()
def templates() -> None:
    """Start an institute's own parts of its reports (name, marks, texts), and check them."""


@templates.command()
@click.argument("folder", type=OUT)
@click.option("--first", default=1, show_default=True, help="Serial of the first report.")
@click.option(
    "--pages",
    is_flag=True,
    help="Templates of whole pages as well: cover, statement, contents, annex title, site summary, "
    "rectification.",
)
@language_option(help="Language of the examples.")
def export(folder: Path, first: int, lang: str, *, pages: bool) -> int:
    """Start an institute's folder: its file, templates to change, and its list of numbers."""
    for file in institute_folder.export(folder, lang, first, pages=pages):
        terminal.say(str(file))
    place = shlex.quote(str(folder))
    terminal.say(tr("Next: acceptance templates check {folder}", folder=place))
    return 0


@templates.command()
@click.argument("file", type=OUT)
def check(file: Path) -> int:
    """Check an institute's FILE, or the one in a folder, and all that it names.

    Whole pages are set for a made-up session of each kind, and what is missing on them is said.

    Exits 0 where reports can be issued with it, else 2.
    """
    for line in institute_folder.said(file):
        terminal.say(line)
    return 0

"""The verbs ``pack`` (an overlay started, packs checked and compared) and ``clauses``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from acceptance import metrics
from acceptance.checks import clause_table, pack_changes
from acceptance.checks.pack import base_of, file_of, load, load_all, names
from acceptance.cli import tables, terminal
from acceptance.cli.options import OUT, json_option, language_option, prepare_json, write_json
from acceptance.messages import tr
from acceptance.report import overlay_form

if TYPE_CHECKING:
    from collections.abc import Container, Iterator
    from pathlib import Path

    from acceptance.model import Pack

LANG = language_option(help="Its language.")


@click.group()
def pack() -> None:
    """Work on packs of your own: start an overlay, check a pack, compare two packs."""


@pack.command(name="new-overlay")
@click.argument("base")
@click.option(
    "-o",
    "--output",
    type=OUT,
    required=True,
    help="TOML file to write; its name becomes the pack's id.",
)
@LANG
def new_overlay(base: str, output: Path, lang: str) -> int:
    """Start an overlay of a pack: what is provisional or unknown in it, commented out."""
    overlay_form.start(base, output, lang, metrics.quantities())
    advice = tr(
        "{file}: fill in what was read in the authentic copy, "
        "then run acceptance pack check {file}",
        file=output,
    )
    terminal.say(advice)
    return 0


@pack.command()
@click.argument("file")
def check(file: str) -> int:
    """Check a pack and show what it changes in the pack that it extends.

    Exits 0 where it can be used, else 2.
    """
    known = metrics.quantities()
    mine, below = load(file, known), base_of(file, known)
    if below:
        tables.changes(pack_changes.changes(below, mine), below.id, mine.id)
    tables.standing(mine)
    return 0


@pack.command()
@click.argument("a")
@click.argument("b")
@json_option
def diff(a: str, b: str, json_file: Path | None) -> int:
    """Show where pack B differs from pack A, clause by clause and field by field."""
    known = metrics.quantities()
    here, there = load(a, known), load(b, known)
    prepare_json(json_file, [file_of(a), file_of(b)])
    changes = pack_changes.changes(here, there)
    if json_file:
        write_json([pack_changes.row(change) for change in changes], json_file)
    else:
        tables.changes(changes, here.id, there.id)
    return 0


@click.command()
@click.argument("wanted", nargs=-1, metavar="[NAMES]...")
@click.option("--all", "every", is_flag=True, help="Every shipped pack.")
@click.option(
    "--against",
    metavar="NAME",
    help="Only where this other pack asks the same requirements differently.",
)
@json_option
def clauses(
    wanted: tuple[str, ...], against: str | None, json_file: Path | None, *, every: bool
) -> int:
    """Show every clause of a pack.

    It shows how each is checked and by what, its limit, and where both come from.
    """
    known = metrics.quantities()
    chosen = names() if every else wanted or ("db50_216_2006",)
    packs = load_all(chosen, known)
    if against and len(packs) > 1:
        raise click.UsageError(tr("--against compares one pack with one other"))
    other = load(against, known) if against else None
    rows = [row for mine in packs for row in _rows(mine, other, known)]
    if json_file:
        prepare_json(json_file, [file_of(name) for name in (*chosen, *filter(None, [against]))])
        write_json(rows, json_file)
    elif other:
        tables.against(rows, packs[0].id, other.id)
    else:
        tables.clauses(rows)
    return 0


def _rows(mine: Pack, other: Pack | None, known: Container[str]) -> Iterator[dict[str, Any]]:
    if other:
        return clause_table.against(mine, other, known)
    return clause_table.rows(mine, known)

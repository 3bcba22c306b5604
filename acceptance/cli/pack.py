"""The verb ``pack``: an overlay started, a pack checked, two packs held side by side."""

from __future__ import annotations

import os
from pathlib import Path

import click

from acceptance import metrics
from acceptance.checks import pack_changes
from acceptance.checks.pack import base_of, file_of, load
from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, prepare_json, write_json
from acceptance.files.output import put
from acceptance.report import overlay_form

LANG = click.option(
    "--lang", type=click.Choice(["zh", "en"]), default="zh", show_default=True, help="Its language."
)


@click.group()
def pack() -> None:
    """Packs of one's own: start an overlay, check it, tell what two packs have otherwise."""


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
    """Start an overlay of a pack.

    What is provisional or unknown in it, commented out, to be filled in.
    """
    if output.suffix != ".toml":
        raise click.UsageError(f"{output.name}: the ending must be .toml")
    if output.exists():
        raise click.UsageError(
            f"{output}: this file is there already and may hold confirmations; name another"
        )
    below = load(base, metrics.quantities())
    if output.stem == below.id:
        raise click.UsageError(
            f"{output.name}: {below.id} is the pack that it extends; name it otherwise"
        )
    name = os.path.relpath(file_of(base), output.parent) if base.endswith(".toml") else base
    put(output, overlay_form.form(below, Path(name).as_posix(), output.stem, lang).encode())
    terminal.say(
        f"{output}: fill in what was read in the authentic copy, then: acceptance pack check {output}"
    )
    return 0


@pack.command()
@click.argument("file")
def check(file: str) -> int:
    """Check a pack and tell what it changes in the pack that it extends.

    Exits 0 where it can be used, else 2.
    """
    known = metrics.quantities()
    mine, below = load(file, known), base_of(file, known)
    if below:
        terminal.changes(pack_changes.changes(below, mine), below.id, mine.id)
    terminal.standing(mine)
    return 0


@pack.command()
@click.argument("a")
@click.argument("b")
@json_option
def diff(a: str, b: str, json_file: Path | None) -> int:
    """Tell what pack B has otherwise than pack A, clause by clause.

    Limits, modality, provenance and all else.
    """
    known = metrics.quantities()
    here, there = load(a, known), load(b, known)
    prepare_json(json_file)
    told = pack_changes.changes(here, there)
    if json_file:
        write_json([pack_changes.row(one) for one in told], json_file)
    else:
        terminal.changes(told, here.id, there.id)
    return 0

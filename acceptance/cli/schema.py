"""The verb ``schema``: the JSON Schema of a file that is written or read here."""

from __future__ import annotations

import click

from acceptance import data
from acceptance.messages import tr

FOLDER = data.folder("schemas")


@click.command()
@click.argument("name", required=False)
def schema(name: str | None) -> int:
    """Print a JSON Schema (session, plan, measure, run, verify), or the names of all."""
    names = sorted(path.stem for path in FOLDER.glob("*.json"))
    if name is None:
        click.echo("\n".join(names))
        return 0
    click.echo((FOLDER / f"{_numbered(name, names)}.json").read_text("utf-8"), nl=False)
    return 0


def _numbered(name: str, names: list[str]) -> str:
    """Return a name with its number; without one the newest is meant. Raises UsageError."""
    numbered = [known for known in names if name in {known, known.rpartition("-")[0]}]
    if not numbered:
        known = ", ".join(names)
        what = tr("there is no schema {name!r}; there are: {names}", name=name, names=known)
        raise click.UsageError(what)
    return max(numbered, key=_number)


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])

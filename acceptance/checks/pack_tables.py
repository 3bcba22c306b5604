"""A pack's tables as TOML holds them, before they become nouns, and the error that refuses one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from acceptance.errors import PackError
from acceptance.files import wrong_field
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

Raw = dict[str, Any]  # pydantic checks the values once a pack is whole


def tables(raw: Raw, key: str, path: Path) -> list[Raw]:
    """Return the tables ``[[key]]`` of a pack; none where it has none. Raises PackError."""
    found = raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(table, dict) for table in found):
        raise refusal(path, "", key, tr("must be tables, each written as [[{key}]]", key=key))
    return found


def named(table: Raw, key: str, path: Path, where: str) -> str:
    """Return the field ``key``, by which a table is known. Raises PackError where it is no text."""
    if key not in table:
        raise refusal(path, where, key, wrong_field.sentence({"type": "missing", "input": None}))
    name = table[key]
    if not isinstance(name, str):
        what = wrong_field.sentence({"type": "string_type", "input": name})
        raise refusal(path, where, key, what)
    return name


def place(table: Raw, kind: str = "requirement") -> str:
    """Name a clause, requirement or other table for a message, also where half of it is missing."""
    if "number" in table:
        return tr("clause {clause}", clause=table["number"])
    clause, identity = table.get("clause", "?"), table.get("id", "?")
    return tr("clause {clause}, {kind} {name}", clause=clause, kind=kind, name=identity)


def refusal(path: Path, where: str, field: str, what: str) -> PackError:
    """Make the error that names file, place and field."""
    parts = (str(path), where, tr("field {field}", field=field) if field else "")
    return PackError(what, where=", ".join(filter(None, parts)), hint=tr("Correct the pack"))


def duplicate(kind: str, name: str) -> str:
    """Say that two tables of one ``kind`` (``clauses``, ``requirements``) have the same name."""
    if kind == "clauses":
        return tr("duplicate clause {clause!r}", clause=name)
    return tr("duplicate id {id!r}", id=name)


def target(table: Raw, kinds: Collection[str], where: str, path: Path) -> tuple[str, str]:
    """Return which of ``kinds`` a table of a withdrawal or confirmation is about, and the id.

    Raises PackError.
    """
    named = [kind for kind in kinds if kind in table]
    if len(named) != 1:
        raise refusal(path, where, "", tr("must name one of {kinds}", kinds=", ".join(kinds)))
    return named[0], str(table[named[0]])


def only(table: Raw, keys: Collection[str], where: str, path: Path) -> None:
    """Refuse a key that such a table does not have, or that holds no plain value."""
    for key in table:
        if key not in keys:
            raise refusal(path, where, key, tr("unknown field"))
        if isinstance(table[key], dict | list):
            raise refusal(path, where, key, tr("must be text"))

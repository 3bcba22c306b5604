"""A pack's tables as TOML gives them, before they are held against the nouns, and the sentence that refuses one."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from acceptance.errors import PackError

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

Raw = dict[str, Any]


def tables(raw: Raw, key: str, path: Path) -> list[Raw]:
    """Return the tables ``[[key]]`` of a pack; none where it has none. Raises PackError."""
    found = raw.get(key, [])
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise refusal(path, "", key, f"must be tables, each written as [[{key}]]")
    return found


def place(table: Raw, what: str = "requirement") -> str:
    """Name a clause, requirement or other table for a message, also where half of it is missing."""
    if "number" in table:
        return f"clause {table['number']}"
    return f"clause {table.get('clause', '?')}, {what} {table.get('id', '?')}"


def refusal(path: Path, where: str, field: str, what: str) -> PackError:
    """Make the error that names file, place and field."""
    named = ", ".join(
        part for part in (str(path), where, f"field {field}" if field else "") if part
    )
    return PackError(what, where=named, hint="Correct the pack")


def target(table: Raw, kinds: Collection[str], what: str, path: Path) -> tuple[str, str]:
    """Return which of ``kinds`` a table of a withdrawal or confirmation is about, and the id.

    Raises PackError.
    """
    named = [kind for kind in kinds if kind in table]
    if len(named) != 1:
        raise refusal(path, what, "", f"must name one of {', '.join(kinds)}")
    return named[0], str(table[named[0]])


def only(table: Raw, keys: Collection[str], where: str, path: Path) -> None:
    """Refuse a key that such a table does not have, or that holds no plain value."""
    for key in table:
        if key not in keys:
            raise refusal(path, where, key, "unknown key")
        if isinstance(table[key], dict | list):
            raise refusal(path, where, key, "must be a text")


def natural(number: str) -> list[tuple[int, str]]:
    """Sort key by which clause 5.9 comes before 5.10."""
    return [
        (int(part), "") if part.isdecimal() else (0, part) for part in re.split(r"(\d+)", number)
    ]

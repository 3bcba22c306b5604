"""Which conflicts between standards concern a pack, whichever pack of the folder states them.

A conflict is stated once, in the pack of one of the standards at odds. It concerns every pack that
has one of the requirements that it names, or borrows one; a conflict that names none concerns the
pack that states it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from acceptance.errors import PackError
from acceptance.files import strict_toml

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.checks.pack_tables import Raw


def bearing_on(raw: Raw, folder: Path) -> list[Raw]:
    """Conflicts that concern a pack as written, its own first; their ids become ``pack#id``."""
    identity = str(raw.get("id"))
    # an extending pack has taken in the conflicts of its base
    inside = {identity, *raw.get("extends", ())}
    requirements = raw["requirements"]
    names = {f"{pack}#{table.get('id')}" for table in requirements for pack in inside}
    names |= {table.get("borrows") for table in requirements}
    elsewhere = [path for path in sorted(folder.glob("*.toml")) if path.stem not in inside]
    others = [table for path in elsewhere for table in _stated(path, path.stat().st_mtime_ns)]
    own = _named(identity, raw.get("conflicts", ()))
    return [*own, *(table for table in others if names & set(table.get("requirements", ())))]


@lru_cache
def _stated(path: Path, _written: int) -> list[Raw]:
    """Conflicts of one file; most packs state none, and need not be parsed for it."""
    text = path.read_bytes()
    if b"[[conflicts]]" not in text:
        return []
    return _named(
        path.stem, strict_toml.loads(text, str(path), kind=PackError).get("conflicts", ())
    )


def _named(pack: str, conflicts: list[Raw]) -> list[Raw]:
    return [
        {**table, "id": f"{pack}#{table['id']}"} if "id" in table else table for table in conflicts
    ]

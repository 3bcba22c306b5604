"""Which conflicts between standards bear on a pack, whichever pack of the folder tells of them.

A conflict stands once, in the pack of one of the standards at odds. It bears on every pack that has
one of the requirements that it names, or borrows one; a conflict that names none bears on the pack
in which it stands.
"""

from __future__ import annotations

import tomllib
from functools import lru_cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.checks.pack_tables import Raw


def bearing_on(raw: Raw, folder: Path) -> list[Raw]:
    """Conflicts that bear on a pack as written, its own first; their ids become ``pack#id``."""
    identity = str(raw.get("id"))
    # an extending pack has taken in the conflicts of its base
    inside = {identity, *raw.get("extends", ())}
    names = {f"{pack}#{one.get('id')}" for one in raw["requirements"] for pack in inside}
    names |= {one.get("borrows") for one in raw["requirements"]}
    elsewhere = [path for path in sorted(folder.glob("*.toml")) if path.stem not in inside]
    others = [one for path in elsewhere for one in _told(path, path.stat().st_mtime_ns)]
    own = _named(identity, raw.get("conflicts", ()))
    return [*own, *(one for one in others if names & set(one.get("requirements", ())))]


@lru_cache
def _told(path: Path, _written: int) -> list[Raw]:
    """Conflicts of one file; most packs tell of none, and need not be parsed for it."""
    text = path.read_text(encoding="utf-8")
    return (
        _named(path.stem, tomllib.loads(text).get("conflicts", ()))
        if "[[conflicts]]" in text
        else []
    )


def _named(pack: str, conflicts: list[Raw]) -> list[Raw]:
    return [{**one, "id": f"{pack}#{one['id']}"} if "id" in one else one for one in conflicts]

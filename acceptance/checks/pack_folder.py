"""What the packs of a folder depend on: where it is the same, they are the same."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.checks.pack_confirmation import today
from acceptance.files import regular

if TYPE_CHECKING:
    from pathlib import Path


@dataclass(frozen=True)
class PackFolder:
    """The day and the files of a folder, wherever it lies: every session has a copy of its own."""

    state: tuple[str, ...]
    """The day, whether these are the shipped packs, and hash and name of each file."""

    folder: Path | None = field(compare=False)
    """None: that of the shipped packs."""


def look(folder: Path | None, shipped: Path) -> PackFolder | None:
    """Look at a folder of packs, or at the ``shipped`` ones.

    Return None where a file, which may not be needed, is a link or cannot be read.
    """
    place, state = folder or shipped, [str(today()), str(folder is None)]
    try:
        for file in sorted(place.rglob("*.toml")):
            digest = "" if file.is_symlink() else hashlib.sha256(regular.content(file)).hexdigest()
            state += digest, str(file.relative_to(place))
    except OSError:
        return None
    return PackFolder(tuple(state), folder) if all(state) else None

"""The files below a folder of recordings, and their names as text."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import cause_of, tr

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(folder: Path) -> None:
    """Refuse what is no folder. Raises PlanError."""
    if not folder.is_dir():
        hint = tr("Name a folder of recordings, or a CSV list")
        raise PlanError(tr("there is no such folder"), where=str(folder), hint=hint)


def files(folder: Path) -> Iterator[Path]:
    """Yield every file below a folder; a folder that cannot be read must not pass for empty.

    Raises PlanError.
    """

    def refuse(error: OSError) -> None:
        what = tr("cannot be read ({cause})", cause=cause_of(error))
        hint = tr("Check its permissions: there may be recordings in it")
        raise PlanError(what, where=str(error.filename), hint=hint) from error

    try:
        for place, _, names in os.walk(folder, onerror=refuse):
            yield from (Path(place) / name for name in names)
    except RecursionError as error:
        hint = tr("Name a folder further down, which holds the recordings")
        raise PlanError(tr("folders lie too deep in it"), where=str(folder), hint=hint) from error


def shown(path: Path) -> str:
    """Write a name as text; one that is no UTF-8 was written by a recorder in GBK."""
    raw = os.fsencode(path.as_posix())
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("gb18030", "replace")

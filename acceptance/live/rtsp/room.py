"""Whether there is room for a clip."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.files import output
from acceptance.messages import tr

if TYPE_CHECKING:
    from pathlib import Path

NEEDED, LEAST = 64 << 20, 16 << 20  # bytes free to begin with, and to go on with


def require(folder: Path) -> None:
    """Refuse to begin with too little room. Raises OutputError."""
    with output.writing(folder):
        free = shutil.disk_usage(folder).free
    if free < NEEDED:
        what = tr(
            "only {free} MB are free, {needed} MB are needed", free=free >> 20, needed=NEEDED >> 20
        )
        hint = tr("Make room, or choose another folder with -o")
        raise OutputError(what, where=str(folder), hint=hint, code="disc_full")


def is_short(folder: Path) -> bool:
    """Whether a capture should end while what it has can still be written. Raises OutputError."""
    with output.disc_errors(folder):
        return shutil.disk_usage(folder).free < LEAST

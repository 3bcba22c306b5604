"""Files written whole or not at all; what goes wrong on the disk is an error with a hint."""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT}


def put(path: Path, content: bytes) -> None:
    """Write a file by way of a neighbour, so that a full disk leaves the older one whole.

    A device or a link is written to, never replaced. Raises OutputError.
    """
    plain = not path.is_symlink() and (path.is_file() or not path.exists())
    draft = path.with_name(f"{path.name}.part") if plain else path
    with writing(path.parent, named=path):
        try:
            draft.write_bytes(content)
            if plain:
                draft.replace(path)
        finally:
            if plain:
                draft.unlink(missing_ok=True)


def put_new(path: Path, content: bytes) -> None:
    """Write a file that does not exist yet; whatever interrupts leaves none. Raises OutputError."""
    require_new(path)
    with writing(path.parent, named=path), path.open("xb") as file:
        try:
            file.write(content)
        except BaseException:
            path.unlink(missing_ok=True)
            raise


def require_new(path: Path) -> None:
    """Refuse a file that exists, or a link of this name. Raises OutputError."""
    if path.exists() or path.is_symlink():
        what, hint = tr("already exists and is never overwritten"), tr("Name another with -o")
        raise OutputError(what, where=str(path), hint=hint, code="output")


@contextlib.contextmanager
def writing(path: Path, *, named: Path | None = None) -> Iterator[None]:
    """Make the folder where it is missing; what goes wrong on the disk becomes an OutputError.

    The message names ``named``, by default the folder.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        yield
    except OSError as error:
        raise _refused(named or path, error) from error


def _refused(path: Path, error: OSError) -> OutputError:
    if error.errno in FULL:
        hint = tr("Make room and run again: what was measured is kept")
    else:
        hint = tr("Choose another folder with -o")
    what = tr("cannot be written ({cause})", cause=error.strerror or error)
    return OutputError(what, where=str(path), hint=hint, code="output")

"""Files written whole or not at all, and never over what must stay.

What goes wrong on the disk is an error with a hint.
"""

from __future__ import annotations

import contextlib
import errno
import os
from typing import TYPE_CHECKING

from acceptance.errors import OutputError, UsageError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator
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


def require_ending(path: Path, endings: Collection[str]) -> None:
    """Refuse a file whose name ends otherwise, in small or capital letters. Raises UsageError."""
    if path.suffix.lower() not in endings:
        what = tr(
            "{name}: the name must end in {endings}", name=path.name, endings=" / ".join(endings)
        )
        raise UsageError(what)


def require_new(path: Path) -> None:
    """Refuse to write over what somebody may have filled in. Raises OutputError."""
    if path.exists() or path.is_symlink():
        what = tr("already exists and may be filled in")
        hint = tr("Name another file, or move this one away")
        raise OutputError(what, where=str(path), hint=hint, code="output")


def require_apart(path: Path, inputs: Iterable[Path]) -> None:
    """Refuse an output that is one of the inputs, by whatever name, link or hard link.

    Raises OutputError.
    """
    for given in inputs:
        if path.resolve() == given.resolve() or _same_file(path, given):
            what = tr("is an input of this command and would be lost: {file}", file=given)
            hint = tr("Name another file for the output")
            raise OutputError(what, where=str(path), hint=hint, code="output")


def _same_file(path: Path, other: Path) -> bool:
    try:
        return path.samefile(other)
    except OSError:  # one of them is not there
        return False


def require_outside(path: Path, folder: Path) -> None:
    """Refuse an output inside a session folder, also by way of links. Raises OutputError."""
    if path.resolve().is_relative_to(folder.resolve()):
        what = tr("lies inside the session folder {folder}, which stays as it is", folder=folder)
        hint = tr("Name a file outside of it")
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

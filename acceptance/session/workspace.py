"""Where a session is put together.

A hidden folder that only one run at a time may use, and what goes wrong on the disc.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import shutil
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

FULL = {errno.ENOSPC, errno.EDQUOT}


@contextlib.contextmanager
def claimed(out: Path, key: str) -> Iterator[Path]:
    """Reserve the folder ``OUT/.partial-<key>`` for this run.

    It is kept afterwards only if there are shots in ``resume``. Raises OutputError where another
    run is using it.
    """
    path = out / f".partial-{key}"
    with writing(out):
        path.mkdir(exist_ok=True)
        handle = os.open(path, os.O_RDONLY)
    try:
        _lock(handle, path)
        try:
            yield path
        finally:
            if not any(path.glob("resume/*.json")):
                shutil.rmtree(path, ignore_errors=True)
    finally:
        os.close(handle)


def _lock(handle: int, path: Path) -> None:
    """Lock the folder itself.

    The lock ends with the process, however that ends, and leaves no file behind.
    """
    busy = OutputError(
        tr("another run of the same plan is writing here"),
        where=str(path),
        hint=tr("Wait until it has finished, or choose another folder with -o"),
        code="output",
    )
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise busy from error
    except OSError:
        return  # a file system without locks
    if not path.exists():  # finished between opening and locking
        raise busy


def put(path: Path, content: bytes) -> None:
    """Write a file by way of a neighbour, so that a full disc leaves the older one whole.

    Raises OutputError.
    A device or a link is written to, never replaced.
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


@contextlib.contextmanager
def writing(path: Path, *, named: Path | None = None) -> Iterator[None]:
    """Make the folder where it is missing, and turn what goes wrong on the disc into an OutputError with a hint.

    The message names ``named``, by default the folder.
    """
    try:
        path.mkdir(parents=True, exist_ok=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        yield
    except OSError as error:
        full = error.errno in FULL
        hint = (
            "Make room and run again: what was measured is kept"
            if full
            else "Choose another folder with -o"
        )
        raise OutputError(
            f"cannot be written ({error.strerror or error})",
            where=str(named or path),
            hint=hint,
            code="output",
        ) from error

"""Where a session is put together.

A hidden folder that only one run at a time may use, and what goes wrong on the disc.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
from typing import TYPE_CHECKING

from acceptance.errors import OutputError
from acceptance.files.output import writing
from acceptance.messages import tr
from acceptance.session import store
from acceptance.session.evidence import BAGIT

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@contextlib.contextmanager
def claimed(out: Path, key: str) -> Iterator[Path]:
    """Reserve the folder ``OUT/.partial-<key>`` for this run.

    It is kept afterwards only if there are shots in ``resume``. Raises OutputError where another
    run is using it, and where ``out`` is a session, or lies in one: that would break its seal.
    """
    _require_no_session(out)
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


def _require_no_session(out: Path) -> None:
    place = out.resolve()
    for folder in (place, *place.parents):
        if (folder / store.FILE).is_file() and (folder / BAGIT).is_file():
            what = tr("lies in the sealed session {folder}, which stays as it is", folder=folder)
            hint = tr("Name a folder outside of it with -o")
            raise OutputError(what, where=str(out), hint=hint, code="output")


def _lock(handle: int, path: Path) -> None:
    """Lock the folder itself.

    The lock ends with the process, however that ends, and leaves no file behind.
    """
    what = tr("another run of the same plan is writing here")
    hint = tr("Wait until it has finished, or choose another folder with -o")
    busy = OutputError(what, where=str(path), hint=hint, code="output")
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise busy from error
    except OSError:
        return  # a file system without locks
    if not path.exists():  # finished between opening and locking
        raise busy

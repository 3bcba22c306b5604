"""Files that others made, read whole: regular files only, of bounded size.

A pipe would wait for ever, ``/dev/zero`` would never end, and a file may grow while it is read.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from typing import TYPE_CHECKING

from acceptance.files import system
from acceptance.messages import cause_of, tr

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.errors import InputError

MOST_BYTES = 128 << 20  # of a table, a plan, a key ...
SHA256 = re.compile(r"[0-9a-f]{64}")
"""As ``sha256`` writes it."""


def content(path: Path, most: int = MOST_BYTES) -> bytes:
    """Read a regular file, by way of links too.

    Raises OSError where it is none, and also where it has more than ``most`` bytes.
    """
    try:
        with open(os.open(path, system.NEVER_WAITING), "rb") as file:  # noqa: PTH123 -- a descriptor
            require_regular(os.fstat(file.fileno()).st_mode)
            read = file.read(most + 1)
    except ValueError as error:  # a name with a NUL
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL)) from error
    if len(read) > most:
        raise OSError(errno.EFBIG, os.strerror(errno.EFBIG))
    return read


def read(
    path: Path, kind: type[InputError], hint: str, *, most: int = MOST_BYTES, where: str = ""
) -> bytes:
    """Read a regular file as ``content`` does.

    Raises an error of that ``kind``, naming ``where`` (by default the path), with ``hint``: what to
    do.
    """
    try:
        return content(path, most)
    except OSError as error:
        what = tr("cannot be read ({cause})", cause=cause_of(error))
        raise kind(what, where=where or str(path), hint=hint) from error


def sha256(path: Path) -> str:
    """Hash a regular file of any size, in hexadecimal. Raises OSError where it is none."""
    with open(os.open(path, system.NEVER_WAITING), "rb") as file:  # noqa: PTH123 -- a descriptor
        require_regular(os.fstat(file.fileno()).st_mode)
        return hashlib.file_digest(file, "sha256").hexdigest()


def require_regular(mode: int) -> None:
    """Refuse what is no regular file, by its ``st_mode``. Raises OSError."""
    if not stat.S_ISREG(mode):
        cause = errno.EISDIR if stat.S_ISDIR(mode) else errno.ENODEV
        raise OSError(cause, os.strerror(cause))

"""Templates that were compiled before, kept beside them as Python keeps its modules.

Compiling takes a third of a second in each process that makes pages. What is kept is part of the
program, in the folder ``__pycache__`` of its templates: whoever can write there can change the
program as well. Of a template that was changed since it is not taken, nor what another Python,
Jinja or version of the toolkit compiled, or this one by other options.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import jinja2
from jinja2 import BytecodeCache

from acceptance import __version__, data

if TYPE_CHECKING:
    from jinja2.bccache import Bucket

READABLE = 0o644  # as Python's own compiled modules; a temporary file is its owner's alone


class CompiledTemplates(BytecodeCache):
    """Where Jinja keeps compiled templates: nowhere, where Python is told to keep no modules.

    ``made_by`` are the options that they are compiled by: by others, by another Jinja or by another
    version of the toolkit they are compiled anew.
    """

    def __init__(self, made_by: str) -> None:
        kind = f"{made_by} {jinja2.__version__} {__version__}"
        self.kind = hashlib.sha256(kind.encode()).hexdigest()[:16]

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept; nothing where there is none, or it is damaged."""
        with suppress(Exception), self._place(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, where the folder can be written; two processes may do so at once."""
        if sys.dont_write_bytecode:
            return
        place = self._place(bucket)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            _write(bucket, place)

    def _place(self, bucket: Bucket) -> Path:
        folder = data.folder("report_templates")
        return Path(importlib.util.cache_from_source(f"{folder / bucket.key}-{self.kind}.py"))


def _write(bucket: Bucket, place: Path) -> None:
    """Write a template whole or not at all, for every user of the program to read."""
    handle, name = tempfile.mkstemp(dir=place.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            bucket.write_bytecode(file)
        Path(name).chmod(READABLE)
        Path(name).replace(place)
    except OSError:
        Path(name).unlink(missing_ok=True)
        raise

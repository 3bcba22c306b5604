"""Templates that were compiled before, kept beside them as Python keeps its modules.

Compiling takes a third of a second in each process that makes pages. What is kept is part of the
program, in the folder ``__pycache__`` of its templates: whoever can write there can change the
program as well. Of a template that was changed since, or by another Python, it is not taken.
"""

from __future__ import annotations

import importlib.util
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from jinja2 import BytecodeCache

from acceptance import data

if TYPE_CHECKING:
    from jinja2.bccache import Bucket


class CompiledTemplates(BytecodeCache):
    """Where Jinja keeps compiled templates: nowhere, where Python is told to keep no modules."""

    def load_bytecode(self, bucket: Bucket) -> None:
        """Take what was kept; nothing where there is none, or it is damaged."""
        with suppress(Exception), _place(bucket).open("rb") as file:
            bucket.load_bytecode(file)

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a template, where the folder can be written; two processes may do so at once."""
        if sys.dont_write_bytecode:
            return
        place = _place(bucket)
        with suppress(OSError):
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(dir=place.parent)
            with os.fdopen(handle, "wb") as file:
                bucket.write_bytecode(file)
            Path(name).replace(place)


def _place(bucket: Bucket) -> Path:
    folder = data.folder("report_templates")
    return Path(importlib.util.cache_from_source(f"{folder / bucket.key}.py"))

"""Python's collector of garbage in cycles, and where it only costs time."""

from __future__ import annotations

import atexit
import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def without_collector() -> Iterator[None]:
    """Do not search for garbage in cycles: among what is all in use, that is slow and in vain.

    So it is while libraries load, and among the boxes of a page.
    """
    before = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if before:
            gc.enable()


def end_without_collector() -> None:
    """Let this process end without a search for garbage among all it has made.

    That takes up to half a second, and memory goes with the process; what has to be tidied up
    (files, folders) must not be left to it.
    """
    atexit.register(gc.freeze)

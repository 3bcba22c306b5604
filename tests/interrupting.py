"""Faults and kills at every call by which a session folder is written."""

from __future__ import annotations

import contextlib
import errno
import os
import random
import signal
import sys
import traceback
from typing import TYPE_CHECKING, Any, NoReturn
from unittest import mock

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

KILLS = int(os.environ.get("ACCEPTANCE_KILLS", "20"))  # in all; benchmarks/killing.py: 200
VERBS = 5  # sign, report, seal, run, judge
CALLS = ("write", "sendfile", "fsync", "replace", "rename", "unlink", "mkdir", "rmdir", "link")


@contextlib.contextmanager
def interrupted(at: int, how: Callable[[], object]) -> Iterator[list[str]]:
    """Do ``how`` in place of the ``at``-th call (from 0); yield the names of the calls so far.

    A file that is just being written has got half of it. Modules and templates that are loaded
    meanwhile are not kept compiled: that is done once, and its faults are nobody's.
    """
    made: list[str] = []

    def instead(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def call(*given: Any, **options: Any) -> Any:
            made.append(name)
            if len(made) != at + 1:
                return real(*given, **options)
            if name == "write":
                real(given[0], bytes(given[1])[: len(given[1]) // 2])
            return how()

        return call

    with contextlib.ExitStack() as stack:
        stack.enter_context(mock.patch.object(sys, "dont_write_bytecode", True))
        for name in CALLS:
            stack.enter_context(mock.patch.object(os, name, instead(name, getattr(os, name))))
        yield made


def full() -> NoReturn:
    """Say what a full disc says."""
    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def defective() -> NoReturn:
    """Say what a defective disc says."""
    raise OSError(errno.EIO, os.strerror(errno.EIO))


def calls(act: Callable[[], object]) -> list[str]:
    """Return the calls that ``act`` makes."""
    with interrupted(-1, full) as made:
        act()
    return made


def points(count: int) -> list[int]:
    """Choose a verb's share of kills among so many calls, the same every time."""
    return random.Random(12).choices(range(count), k=KILLS // VERBS)  # noqa: S311 -- repeatable


def killed(act: Callable[[], object], at: int) -> bool:
    """Run ``act`` in a process of its own that is killed at a call; whether it was."""
    child = os.fork()
    if not child:
        ended(act, at)
    return os.WIFSIGNALED(os.waitpid(child, 0)[1])


def ended(act: Callable[[], object], at: int) -> NoReturn:
    """Run ``act`` until it is killed; end the process in any case."""
    try:
        with interrupted(at, lambda: os.kill(os.getpid(), signal.SIGKILL)):
            act()
    except BaseException:  # noqa: BLE001 -- nothing may go back to the tests of the parent
        traceback.print_exc(file=sys.stderr)
        os._exit(1)
    os._exit(0)


def started(act: Callable[[], object]) -> int:
    """Run something in a process of its own; return its number."""
    child = os.fork()
    if not child:
        ended(act, -1)
    return child

"""What only some systems can: limits of memory, groups of processes, signals that end them.

Where a system lacks one, the next best is done, or nothing.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
from typing import Any

from acceptance.files.shortage import LEAST_MEMORY

GRACE = 2.0  # s between asking a process to end and ending it
LEAST_BY_ITSELF = 4 << 30  # bytes of addresses: nobody who sets no limit is given less


def memory_of_machine() -> int:
    """Return how many bytes of memory this machine has; 0 where it does not say."""
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0


def usual_limit() -> int:
    """Return the limit of memory of a child for which nobody sets one, in bytes; 0: none."""
    own = memory_of_machine()
    return max(own, LEAST_BY_ITSELF) if own else 0


def limit_memory(most: int) -> None:
    """Let this process have ``most`` bytes of addresses; 0: as many as it has now.

    One that is limited already is not given more.
    """
    try:
        import resource  # noqa: PLC0415 -- Windows has none
    except ModuleNotFoundError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if most and (hard == resource.RLIM_INFINITY or most < hard):
        resource.setrlimit(resource.RLIMIT_AS, (max(most, LEAST_MEMORY), hard))


def end(process: subprocess.Popen[Any]) -> None:
    """End a process that leads a group, and the group: first asked, then made to."""
    for number in (signal.SIGTERM, getattr(signal, "SIGKILL", signal.SIGTERM)):
        _send(process, number)
        with contextlib.suppress(subprocess.TimeoutExpired):  # at last: nothing ends it
            process.wait(GRACE)


def _send(process: subprocess.Popen[Any], number: int) -> None:
    """Signal a group whose leader was not waited for yet, so that its number is still its own."""
    if process.returncode is not None:
        return
    try:
        if sys.platform == "win32":
            process.send_signal(number)
        else:
            os.killpg(process.pid, number)
    except (ProcessLookupError, PermissionError):
        return


def name_of(number: int) -> str:
    """Name a signal; its number where it has no name here."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)

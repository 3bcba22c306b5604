"""What systems do differently: locks, limits of memory, opening files and folders.

Windows has neither ``fcntl`` nor ``resource``, opens no folder, and changes line ends in files that
are not opened as bytes. No other module uses a name that it lacks: ``make lint`` checks the types
for Windows too, ``tests/files/test_system.py`` the names. Nothing here was ever run on Windows.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.files import container_memory

if TYPE_CHECKING:
    from collections.abc import Iterator

GRACE = 2.0  # s between asking a process to end and making it end
GLANCE = 0.5  # s between two looks for the process that started this one

if sys.platform == "win32":
    import msvcrt

    ASKING = (signal.SIGINT, signal.SIGTERM)  # signals by which somebody wants a program to end
    BYTES = os.O_BINARY  # leave line ends alone
    NEVER_WAITING = os.O_RDONLY | BYTES

    def memory_limit() -> int | None:
        """Return how many bytes of addresses this process may use; None: there is no limit."""
        return None

    def limit_memory(most: int) -> bool:  # noqa: ARG001 -- as below
        """Return whether this process can be limited to ``most`` bytes of addresses."""
        return False

    def memory_of_machine() -> int:
        """Return how many bytes of memory this machine has; 0: it does not say."""
        return 0

    def cores() -> int:
        """Return how many processors this process may use."""
        return os.cpu_count() or 1

    def keep_freed_memory() -> None:
        """Do nothing: how freed memory is kept is set by the C library of Linux alone."""

    def end_with_parent(starter: int) -> None:
        """Do nothing: a process keeps the number of its parent, and a venv's Python has another."""

    def end(process: subprocess.Popen[bytes]) -> None:
        """End a process, not what it has started."""
        process.kill()
        process.wait()

    @contextlib.contextmanager
    def locked(folder: Path) -> Iterator[bool]:
        """Lock a file beside the folder, which nobody can remove while it is open; as below."""
        place = Path(os.path.realpath(folder, strict=True))
        place = place.with_name(f"{place.name}.lock")
        handle, taken = os.open(place, os.O_RDWR | os.O_CREAT | BYTES, 0o600), False
        try:
            with contextlib.suppress(OSError):
                msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
                taken = True
            yield taken
        finally:
            os.close(handle)
            with contextlib.suppress(OSError):
                place.unlink()

    def flush(path: Path) -> None:
        """Wait until a file is on the disc; a folder, or what may not be written, is left out."""
        if not path.is_dir():
            with contextlib.suppress(PermissionError):
                _flush(os.open(path, os.O_RDWR | BYTES))

else:
    import ctypes
    import fcntl
    import resource

    ASKING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)  # the last: its terminal was closed
    BYTES = 0
    NEVER_WAITING = os.O_RDONLY | os.O_NONBLOCK  # not even for a pipe
    M_TRIM_THRESHOLD, M_MMAP_THRESHOLD = -1, -3  # <malloc.h>
    LARGEST_KEPT, MOST_KEPT = 32 << 20, 256 << 20  # bytes; the first is the largest that it takes

    def memory_limit() -> int | None:
        """Return how many bytes of addresses this process may use; None: there is no limit."""
        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        return None if limit == resource.RLIM_INFINITY else limit

    def limit_memory(most: int) -> bool:
        """Let this process use ``most`` bytes of addresses, or fewer where it may use only those.

        Return whether this system can limit that.
        """
        _, highest = resource.getrlimit(resource.RLIMIT_AS)
        most = most if highest == resource.RLIM_INFINITY else min(most, highest)
        resource.setrlimit(resource.RLIMIT_AS, (most, highest))
        return True

    def memory_of_machine() -> int:
        """Return how many bytes of memory machine and container have; 0: they do not say."""
        try:
            own = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
        except (ValueError, OSError):
            own = 0
        sizes = (own, container_memory.limit() or 0)
        return min((size for size in sizes if size > 0), default=0)

    def cores() -> int:
        """Return how many processors this process may use."""
        own = getattr(os, "sched_getaffinity", None)  # macOS lacks it
        return len(own(0)) if own else os.cpu_count() or 1

    def keep_freed_memory() -> None:
        """Let this process keep the memory of arrays it has done with, for those to come.

        The C library of Linux gives each of them back to the system, which clears all of it again
        for the next: that took 3 % of the time of a measurement. Other C libraries are left alone.
        """
        option = getattr(ctypes.CDLL(None), "mallopt", None)
        if option is not None:
            option(M_MMAP_THRESHOLD, LARGEST_KEPT)
            option(M_TRIM_THRESHOLD, MOST_KEPT)

    def end_with_parent(starter: int) -> None:
        """Let this process end within a second of the one that started it, whatever either does.

        A child that works does not read, and so does not see its input closed. ``starter`` is the
        number of that process, by itself: it may have ended before this one asks for its parent.
        """
        threading.Thread(target=_end_without, args=(starter,), daemon=True).start()

    def _end_without(starter: int) -> None:
        while os.getppid() == starter:
            time.sleep(GLANCE)
        os._exit(1)  # nothing is left to be tidied up

    def end(process: subprocess.Popen[bytes]) -> None:
        """End a process that leads a group, and the group: first asked, then made to.

        It is signalled only while it was not waited for, and its number is still its own.
        """
        for number in (signal.SIGTERM, signal.SIGKILL):
            if process.returncode is None:
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, number)
            with contextlib.suppress(subprocess.TimeoutExpired):  # at last: nothing ends it
                process.wait(GRACE)

    @contextlib.contextmanager
    def locked(folder: Path) -> Iterator[bool]:
        """Lock a folder for the block; yield whether that was possible: somebody else may have.

        The lock ends with the process, however that ends. Where the file system has no locks,
        nothing is locked. Raises OSError.
        """
        handle = os.open(folder, os.O_RDONLY)
        try:
            yield _is_locked(handle, folder)
        finally:
            os.close(handle)

    def _is_locked(handle: int, folder: Path) -> bool:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        except OSError:
            return True  # a file system without locks
        # else finished, and removed, between opening and locking
        return folder.exists() and os.path.samestat(os.fstat(handle), folder.stat())

    def flush(path: Path) -> None:
        """Wait until a file, or the names in a folder, are on the disc. Raises OSError.

        A pipe is not waited for.
        """
        _flush(os.open(path, NEVER_WAITING))


def _flush(handle: int) -> None:
    try:
        os.fsync(handle)
    finally:
        os.close(handle)

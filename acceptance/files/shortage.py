"""What a machine lacks or has too little of: memory, open files, threads.

Such an error says nothing of the file that was being read.
"""

from __future__ import annotations

import errno

from acceptance.errors import SetupError
from acceptance.files import container_memory, system
from acceptance.messages import tr

LEAST_MEMORY = 1 << 30  # bytes of addresses: with less, native libraries crash or hang as they load
LEAST_IN_CONTAINER = 256 << 20  # bytes in use: with less, what sets pages or measures is killed
MEMORY, FILES = {errno.ENOMEM}, {errno.EMFILE, errno.ENFILE}
INSUFFICIENT = -4  # OpenCV's code, cv::Error::StsNoMem
OF_MEMORY = ("failed to map segment", "cannot allocate memory", "can't start new thread")


def require_memory() -> None:
    """Refuse to begin under a limit (``ulimit -v``, a container's) that is too low: SetupError."""
    _require(system.memory_limit(), LEAST_MEMORY, tr("Raise the limit (ulimit -v)"))
    hint = tr("Give the container or service more memory (docker run --memory, MemoryMax)")
    _require(container_memory.limit(), LEAST_IN_CONTAINER, hint)


def _require(limit: int | None, least: int, hint: str) -> None:
    if limit is not None and limit < least:
        sizes = {"limit": limit >> 20, "least": least >> 20}
        what = tr("this process may use {limit} MB of memory; {least} MB are needed", **sizes)
        raise SetupError(what, hint=hint, code="memory")


def of(error: BaseException) -> SetupError | None:
    """Return what to say of an error that comes from a shortage; None of any other."""
    if isinstance(error, SetupError):
        return error
    number, text = getattr(error, "errno", None), str(error).lower()
    if number in FILES or "too many open files" in text:
        what, hint = tr("too many files are open"), tr("Raise the limit (ulimit -n)")
        return SetupError(what, hint=hint, code="open_files")
    native = isinstance(error, ImportError | OSError | RuntimeError)
    if (
        isinstance(error, MemoryError)
        or number in MEMORY
        or (type(error).__module__ == "cv2" and getattr(error, "code", 0) == INSUFFICIENT)
        or (native and any(words in text for words in OF_MEMORY))
    ):
        hint = tr("Close other programs, or use a machine with more; what was measured is kept")
        return SetupError(tr("there is not enough memory"), hint=hint, code="memory")
    return None


def require_none(error: Exception) -> None:
    """Raise SetupError where an error comes from a shortage: it is no finding about a file."""
    if lack := of(error):
        raise lack from error

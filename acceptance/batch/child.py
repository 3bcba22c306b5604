"""A process of its own for each clip: what a clip does to it, it does to nobody else.

It is a new Python (never a fork), gets its task on its standard input, and writes its answer to a
file. Its input stays open for as long as somebody waits; when that ends, so does the child.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from typing import TYPE_CHECKING

from acceptance.batch import bundle, tasks
from acceptance.errors import ClipError
from acceptance.files import system
from acceptance.files.output import FULL, disc_errors, refused
from acceptance.messages import tr

if TYPE_CHECKING:
    from threading import Event

PROGRAM = "acceptance.batch.work"  # the module that a child runs
GLANCE = 0.2  # s between two looks whether somebody wants it to stop
MOST_TOLD = 4000  # characters of what a child wrote before it ended
OF_MEMORY = ("MemoryError", "bad_alloc")  # what libraries write before they end a process


@dataclass(frozen=True, kw_only=True)
class Bounds:
    """What a child may take."""

    seconds: float
    """After which it is ended."""

    memory: int
    """Bytes of addresses; 0: all."""


@dataclass(frozen=True, kw_only=True)
class Reply:
    """What a child gave."""

    parts: dict[str, bytes]
    """By name."""

    seconds: float
    """How long it took, its start included."""


class StoppedError(Exception):
    """Somebody wants the batch to end; no error of the clip."""


class FaultError(Exception):
    """A fault of the toolkit in a child; its text is the traceback."""


def answer(task: bytes, where: str, bounds: Bounds, stopped: Event | None = None) -> Reply:
    """Let a child do a task (``tasks.dump``).

    ``where`` is the clip or plan that an error names. Raises the AcceptanceError that the child
    did; ClipError where it was ended by a signal, or is ended here when its time is up; FaultError,
    and StoppedError when ``stopped`` is set.
    """
    begun = time.monotonic()
    with contextlib.ExitStack() as stack:
        with disc_errors(Path(gettempdir())):
            made = TemporaryDirectory(prefix="acceptance-", ignore_cleanup_errors=True)
            place = Path(stack.enter_context(made))
        code = _run(task, place, where, bounds, stopped)
        file = place / tasks.REPLY
        if code == 0 and file.is_file():
            parts = _checked(bundle.unpack(file.read_bytes(), ""), where, bounds)
            return Reply(parts=parts, seconds=time.monotonic() - begun)
        raise _crashed(code, place, where, bounds)


def _run(task: bytes, place: Path, where: str, bounds: Bounds, stopped: Event | None) -> int:
    """Start a child in a folder of its own and wait for its end; return its exit code."""
    command = [sys.executable, "-P", "-m", PROGRAM, str(place / tasks.REPLY), str(bounds.memory)]
    own = {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
    own |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(place))
    # a clip a processor: threads of numpy's BLAS would only wait busily (acceptance.__main__)
    own["OPENBLAS_NUM_THREADS"] = os.environ.get("OPENBLAS_NUM_THREADS", "1")
    with (place / "errors.txt").open("wb") as errors:
        process = subprocess.Popen(  # noqa: S603 -- this Python, and a module of ours
            command, env=os.environ | own, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
            stderr=errors, start_new_session=True,
        )  # fmt: skip
    try:
        _hand_over(process, task)
        return _waited(process, where, bounds, stopped)
    finally:
        system.end(process)
        if process.stdin:
            with contextlib.suppress(OSError):
                process.stdin.close()


def _hand_over(process: subprocess.Popen[bytes], task: bytes) -> None:
    """Write the task; the input stays open."""
    if process.stdin:
        with contextlib.suppress(BrokenPipeError):  # it has ended; its exit code tells why
            process.stdin.write(task)
            process.stdin.flush()


def _waited(
    process: subprocess.Popen[bytes], where: str, bounds: Bounds, stopped: Event | None
) -> int:
    late = time.monotonic() + bounds.seconds
    while True:
        with contextlib.suppress(subprocess.TimeoutExpired):
            return process.wait(GLANCE)
        if stopped and stopped.is_set():
            raise StoppedError
        if time.monotonic() >= late:
            what = tr(
                "was not finished after {seconds:g} s and was stopped", seconds=bounds.seconds
            )
            hint = tr("Allow more with --timeout; if it hangs again, export the clip again")
            raise ClipError(what, where=where, hint=hint, code="clip_hangs")


def _checked(parts: dict[str, bytes], where: str, bounds: Bounds) -> dict[str, bytes]:
    """Return an answer that is no error. Raises the error that it tells."""
    said = json.loads(parts.get(tasks.REPLY, b"{}"))
    if "fault" in said:
        raise FaultError(said["fault"])
    if "error" in said:
        error = tasks.error_of(said["error"])
        raise _out_of_memory(where, bounds) if error.code == "memory" else error
    return parts


def _crashed(code: int, place: Path, where: str, bounds: Bounds) -> Exception:
    """Say of what a child died that gave no answer."""
    if code in FULL:
        return refused(place, OSError(code, os.strerror(code)))
    text = (place / "errors.txt").read_bytes()[-MOST_TOLD:].decode(errors="replace")
    if any(word in text for word in OF_MEMORY):
        return _out_of_memory(where, bounds)
    if code >= 0:
        return FaultError(text or tr("a child gave no answer (exit code {code})", code=code))
    what = tr("ended the process that measured it ({signal})", signal=_signal(-code))
    hint = tr("Export the clip again; if memory is short, use fewer --workers")
    return ClipError(what, where=where, hint=hint, code="clip_crashes")


def _signal(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return str(number)


def _out_of_memory(where: str, bounds: Bounds) -> ClipError:
    if bounds.memory:
        what = tr("needs more than the {most} MB of memory allowed", most=bounds.memory >> 20)
    else:
        what = tr("needs more memory than there is")
    hint = tr("Allow more with --memory, or use fewer --workers")
    return ClipError(what, where=where, hint=hint, code="clip_crashes")

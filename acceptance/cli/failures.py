"""What the user is told when a verb fails, and with which code the program exits."""

from __future__ import annotations

import errno
import io
import sys
import tempfile
import traceback

import click

from acceptance import __version__, wording
from acceptance.cli import terminal
from acceptance.errors import AcceptanceError, GapError, OutputError
from acceptance.files import shortage
from acceptance.messages import cause_of, language, tr, visible
from acceptance.model import Reason

FAULT = 70  # exit code of a bug
DISC = {errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS, errno.EFBIG}


def tell(error: BaseException) -> int:
    """Say what went wrong and what to do next; return the exit code (``docs/cli.md``)."""
    error = shortage.of(error) or _of_disc(error) or error
    match error:
        case click.UsageError():
            error.show(shown := io.StringIO())
            click.echo(visible(shown.getvalue(), lines=True), err=True, nl=False)
            return 64
        case AcceptanceError():
            what = tr("error: {sentence}", sentence=_sentence(error))
            terminal.errors.print(what, style="red", markup=False)
            return error.exit_code
        case click.Abort() | KeyboardInterrupt():
            return _interrupted()
        case OSError(errno=errno.ENAMETOOLONG):
            what = tr("error: {file}: the name is too long for this system", file=error.filename)
            terminal.errors.print(what, style="red", markup=False)
            return AcceptanceError.exit_code
        case _:  # a bug is written down, not shown
            return _bug(error)


def _of_disc(error: BaseException) -> OutputError | None:
    """Return what to say of a disc that failed where nothing else says it; None of other errors.

    That is mostly the folder for temporary files.
    """
    # as tempfile words it: no usable temporary directory
    no_place = isinstance(error, FileNotFoundError) and "usable" in (error.strerror or "")
    if not isinstance(error, OSError) or not (error.errno in DISC or no_place):
        return None
    what = tr("cannot be written ({cause})", cause=cause_of(error))
    hint = tr("Look at the disc; TMPDIR (Windows: TEMP) names the folder for temporary files")
    return OutputError(what, where=str(error.filename or ""), hint=hint, code="output")


def _interrupted() -> int:
    what = tr("interrupted: run the same command again; what was captured or measured is kept")
    terminal.errors.print(what, markup=False)
    return 130


def _sentence(error: AcceptanceError) -> str:
    """Word an error; a gap in the footage is worded as reports word it."""
    if isinstance(error, GapError):
        return (
            f"{wording.reason(Reason(code=error.code, parameters=error.parameters), language())}."
        )
    return str(error)


def _bug(bug: BaseException) -> int:
    trace = "".join(traceback.format_exception(bug))
    text = f"acceptance {__version__}, {sys.version}\n{sys.argv}\n{trace}"
    try:
        what = tr(
            "error: this is a fault of the toolkit, recorded in {file}; what was measured is kept",
            file=_record(text),
        )
    except OSError as error:
        what = tr(
            "error: this is a fault of the toolkit, which could not be recorded ({why}): {fault}; "
            "what was measured is kept",
            why=error.strerror, fault=text.splitlines()[-1],
        )  # fmt: skip
    terminal.errors.print(what, markup=False)
    return FAULT


def _record(text: str) -> str:
    """Write a file that stays; return its path. Raises OSError."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="acceptance-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(text)
    return log.name

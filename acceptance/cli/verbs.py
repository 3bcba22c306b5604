"""The command line: verbs and exit codes (``docs/cli.md``)."""

from __future__ import annotations

import io
import os
import signal
import sys
import tempfile
import traceback

import click

from acceptance import __version__, wording
from acceptance.cli import (
    chart,
    demo,
    doctor,
    judging,
    measuring,
    new,
    pack,
    people,
    recordings,
    reporting,
    sample,
    site,
    terminal,
)
from acceptance.errors import AcceptanceError, GapError
from acceptance.messages import tr
from acceptance.model import Reason

VERBS = (
    chart.chart,
    demo.demo,
    doctor.doctor,
    judging.diff,
    judging.judge,
    measuring.measure,
    measuring.run,
    new.new,
    pack.clauses,
    pack.pack,
    people.panel,
    people.sheet,
    recordings.recordings,
    reporting.report,
    reporting.sign,
    reporting.verify,
    sample.sample,
    site.devices,
    site.status,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="acceptance")
def cli() -> None:
    """Measure video systems against DB50/216-2006 and write signed acceptance reports."""


for verb in VERBS:
    cli.add_command(verb)


def main() -> None:
    """Run the command line and exit with its documented code; no traceback reaches the user."""
    for number in (signal.SIGINT, signal.SIGTERM):  # ended from outside is interrupted too
        signal.signal(number, signal.default_int_handler)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8
    if (out := sys.__stdout__) and sys.stdout is out:
        sys.stdout = terminal.StandardOutput(out.buffer, out.encoding, "replace")
    translate_help(cli)
    sys.exit(_run() or 0)


def _run() -> int:
    """Run the verb; return the exit code, also of whatever goes wrong."""
    try:
        code: int = cli.main(prog_name="acceptance", standalone_mode=False)
        sys.stdout.flush()
    except click.UsageError as error:
        error.show()
        code = 64
    except AcceptanceError as error:
        what = tr("error: {sentence}", sentence=_sentence(error))
        terminal.errors.print(what, style="red", markup=False)
        code = error.exit_code
    except (click.Abort, KeyboardInterrupt):
        code = _interrupted()
    except BrokenPipeError:  # whoever read the output has read enough
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Exception:  # noqa: BLE001 -- the last resort: a bug is written down, not shown
        code = _bug()
    return code


def _interrupted() -> int:
    what = tr(
        "interrupted: run the same command again; `run` goes on from the shots that were measured"
    )
    terminal.errors.print(what, markup=False)
    return 130


def translate_help(command: click.Command) -> None:
    """Put the help of a command, its options and the verbs below it into the user's language."""
    command.help = tr(command.help) if command.help else None
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = tr(parameter.help)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            translate_help(below)


def _sentence(error: AcceptanceError) -> str:
    """Word an error; a gap in the footage is worded as reports word it."""
    if isinstance(error, GapError):
        return f"{wording.reason(Reason(code=error.code, parameters=error.parameters), 'en')}."
    return str(error)


def _bug() -> int:
    text = f"acceptance {__version__}, {sys.version}\n{sys.argv}\n{traceback.format_exc()}"
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
    return 70


def _record(text: str) -> str:
    """Write a file that stays; return its path. Raises OSError."""
    with tempfile.NamedTemporaryFile(
        "w", prefix="acceptance-", suffix=".log", delete=False, encoding="utf-8"
    ) as log:
        log.write(text)
    return log.name

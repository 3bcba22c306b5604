"""The command line: verbs and exit codes (``docs/cli.md``)."""

from __future__ import annotations

import importlib
import inspect
import io
import re
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from acceptance import __version__
from acceptance.cli import interrupts
from acceptance.cli.help_pages import HelpPage
from acceptance.cli.standard_output import StandardOutput, StandardStream
from acceptance.files import shortage
from acceptance.files.collector import end_without_collector, without_collector
from acceptance.messages import LANGUAGES, speak, tr

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    Dismiss = Callable[[], None]  # ends a process that was started, where nobody took it
    # Starts one that loads what it needs while this one does; it is given the arguments.
    Ahead = Callable[[Sequence[str]], Dismiss | None]

HELP = ("-h", "--help")
FIRST_SENTENCE = re.compile(r"。|\.?(?:\s*\n\n|$)|\.\s")  # where it ends


class Verb(click.Command):
    """A verb by name and short help; the rest is imported from ``acceptance.cli`` when called."""

    def __init__(self, name: str, module: str, *, help: str, ahead: Ahead | None = None) -> None:  # noqa: A002 -- click's name
        super().__init__(name, help=help)
        self.module, self.ahead = module, ahead

    def loaded(self) -> click.Command:
        """Import the command that does it, its help in the user's language."""
        with without_collector():
            module = importlib.import_module(f"acceptance.cli.{self.module}")
        command: click.Command = getattr(module, str(self.name).replace("-", "_"))
        translate_help(command)
        return command

    def make_context(
        self,
        info_name: str | None,
        args: list[str],
        parent: click.Context | None = None,
        **extra: Any,  # noqa: ANN401 -- as click has it
    ) -> click.Context:
        """Make the context of the loaded command, which is then the one that runs.

        From then on Ctrl-C, SIGTERM and a terminal that is closed are answered with a sentence
        (``failures``): while libraries load, an interrupt may come out of them as any other error.
        """
        if self.ahead and (dismiss := self.ahead(args)) and parent:
            parent.call_on_close(dismiss)
        command = self.loaded()
        interrupts.await_them()
        return command.make_context(info_name, args, parent, **extra)


def _pages_ahead(args: Sequence[str]) -> Dismiss | None:
    """Start the process that sets the pages of a large session, which ``verify`` compares."""
    if size := max(map(_size, args), default=0):
        from acceptance.report import set_apart  # noqa: PLC0415 -- late: only verify needs it

        if size >= set_apart.MANY:
            return set_apart.start("acceptance.signing.pages_ahead")
    return None


def _device_ahead(args: Sequence[str]) -> Dismiss | None:
    """Start the process that makes the second device of ``demo``, unless help is asked for."""
    if set(HELP) & set(args):
        return None
    from acceptance.cli import second_process  # noqa: PLC0415 -- late: only demo needs it

    return second_process.start("acceptance.cli.demo")


def _size(folder: str) -> int:
    """Return the bytes of the session in a folder; 0 where there is none."""
    with suppress(OSError, ValueError):
        return (Path(folder) / "session.json").stat().st_size
    return 0


# Name, module, and the first sentence of the command's help.
VERBS = (
    Verb(
        "capture",
        "capture",
        help="Capture streams (RTSP) as clips, with the arrival of every frame and packet.",
    ),
    Verb(
        "check",
        "checking",
        help="Check a plan without measuring: all problems, what stays open and why, how long it "
        "takes.",
    ),
    Verb(
        "chart",
        "chart",
        help="Draw a chart, choose one for a camera's place, or start the file of a printed copy.",
    ),
    Verb(
        "compare",
        "compare",
        help="Compare devices and vendors: clauses, distributions, worst first, outliers, drift.",
    ),
    Verb(
        "compare-labs",
        "compare_labs",
        help="Compare laboratories or rounds: forms, repeatability, outliers, z and En scores, a "
        "page.",
    ),
    Verb(
        "database",
        "database",
        help="Keep results of many sessions in a database: a copy to search, never evidence.",
    ),
    Verb(
        "query",
        "query",
        help="Ask a results database: failed devices, drift, calibrations due, what was filmed "
        "again.",
    ),
    Verb(
        "demo",
        "demo",
        ahead=_device_ahead,
        help="Film, measure, judge, report, sign and verify two simulated devices.",
    ),
    Verb(
        "doctor",
        "doctor",
        help="Show what this machine has, what is missing and what cannot be done without it.",
    ),
    Verb(
        "gb28181",
        "gb28181",
        help="Act as a GB/T 28181 platform: register devices, query them, capture their streams.",
    ),
    Verb(
        "diff",
        "judging",
        help="Compare two sessions clause by clause, for instance before and after a repair.",
    ),
    Verb(
        "discover",
        "discovering",
        help="Look for cameras and recorders on the network, and write a device list.",
    ),
    Verb("judge", "judging", help="Judge an old session by other packs, without its video."),
    Verb(
        "measure",
        "measuring",
        help="Measure only: ten headline figures, all (-v, or of a --metric), or JSON.",
    ),
    Verb("run", "running", help="Measure, judge and report: a plan, or clips named here."),
    Verb(
        "batch",
        "batch",
        help="Measure, judge and report many plans or clips, each clip in a process of its own.",
    ),
    Verb(
        "new",
        "new",
        help="Write a plan by questions, from clips, records of probes or a device list "
        "(CSV, XLSX).",
    ),
    Verb("clauses", "pack", help="Show every clause of a pack."),
    Verb(
        "pack",
        "pack",
        help="Work on packs of your own: start an overlay, check a pack, compare two packs.",
    ),
    Verb(
        "panel",
        "people",
        help="Draw up a panel: forms to print, a table to fill in, and the key to its codes.",
    ),
    Verb(
        "sheet",
        "people",
        help="Print what people inspect, read off and file, and make the table to fill in.",
    ),
    Verb(
        "probe",
        "probe",
        help="Ask cameras and recorders by ONVIF: identity, settings, clock, recordings.",
    ),
    Verb(
        "recordings",
        "recordings",
        help="Show retention, gaps, overlaps and wrong clocks of recordings.",
    ),
    Verb(
        "schema",
        "schema",
        help="Print a JSON Schema (session, plan, measure, run, verify), or the names of all.",
    ),
    Verb(
        "export",
        "exporting",
        help="Export a session as tables: results, figures, conditions, subjects.",
    ),
    Verb(
        "templates",
        "templates",
        help="Start an institute's own parts of its reports (name, marks, texts), and check them.",
    ),
    Verb("report", "reporting", help="Write the report of a session folder again."),
    Verb("keys", "keys", help="Make keys and certificates to practise with, of no legal value."),
    Verb("sign", "signing", help="Sign the report of a session folder."),
    Verb(
        "verify",
        "signing",
        ahead=_pages_ahead,
        help="Check a session folder or a report.",
    ),
    Verb(
        "sample",
        "sample",
        help="Draw devices, with clause, lots and how to redo the draw: "
        "the plan's draws, or a new one.",
    ),
    Verb(
        "devices",
        "site",
        help="Show what was read from a device list (CSV, XLSX), or all subjects of a plan.",
    ),
    Verb(
        "status",
        "site",
        help="Show which shots of the plan's matrix are measured, filmed or missing.",
    ),
)


def jobs() -> dict[str, tuple[str, ...]]:
    """Return the names of the verbs by what they are for, as the help lists them."""
    return {
        tr("First steps"): ("demo", "doctor"),
        tr("Plan"): ("chart", "new", "check", "devices", "sample", "sheet", "panel", "status"),
        tr("Measure and judge"): ("measure", "recordings", "run", "batch", "judge"),
        tr("Devices on the network"): ("discover", "probe", "capture", "gb28181"),
        tr("Report, sign and verify"): (
            "report", "export", "sign", "verify", "keys", "templates",
        ),
        tr("Compare and search"): ("diff", "compare", "compare-labs", "database", "query"),
        tr("Standards and formats"): ("clauses", "pack", "schema"),
    }  # fmt: skip


class Program(click.Group):
    """The verbs, with help in the language that ``--lang`` may have chosen."""

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the verbs, job by job."""
        wide = max(map(len, self.list_commands(ctx)))
        for job, names in jobs().items():
            with formatter.section(job):
                formatter.write_dl(
                    [(name.ljust(wide), self.commands[name].get_short_help_str()) for name in names]
                )

    def format_help(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the help page."""
        translate_help(self)
        if asked := self.get_help_option(ctx):  # made before ``--lang`` was read
            asked.help = tr("Show this message and exit.")
        super().format_help(ctx, formatter)


def _speak(_context: click.Context, _option: click.Parameter, chosen: str | None) -> None:
    if chosen:
        speak(chosen)


click.Context.formatter_class = HelpPage


@click.group(
    cls=Program,
    commands=VERBS,
    context_settings={"help_option_names": [*HELP], "max_content_width": 100},
)
@click.version_option(__version__, prog_name="acceptance")
@click.option(
    "--lang",
    type=click.Choice(LANGUAGES),
    is_eager=True,  # before --help
    expose_value=False,
    callback=_speak,
    help="Language of the program itself; else that of ACCEPTANCE_LANG, else the system's.",
)
def cli() -> None:
    """Measure video systems against DB50/216-2006 and write signed acceptance reports."""


def main() -> None:
    """Run the command line and exit with its documented code; no traceback reaches the user."""
    end_without_collector()
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")  # a terminal without UTF-8
    if (out := sys.__stdout__) and sys.stdout is out:
        sys.stdout = StandardOutput(out.buffer, out.encoding, "replace")
    if (err := sys.__stderr__) and sys.stderr is err:
        sys.stderr = StandardStream(err.buffer, err.encoding, "replace", line_buffering=True)
    speak()
    sys.exit(_run() or 0)


def _run() -> int:
    """Run the verb; return the exit code, also of whatever goes wrong.

    Once it is over, Ctrl-C ends the process without a word, as before it began.
    """
    try:
        shortage.require_memory()
        code: int = cli.main(prog_name="acceptance", standalone_mode=False)
        sys.stdout.flush()
    except (Exception, KeyboardInterrupt) as error:  # noqa: BLE001 -- the last resort for bugs, too
        interrupts.over()
        from acceptance.cli import failures  # noqa: PLC0415 -- late: help needs no tables

        return failures.tell(error)
    interrupts.over()
    return code


def translate_help(command: click.Command) -> None:
    """Put the help of a command, its options and the verbs below it into the user's language."""
    if command.help:
        command.help = inspect.cleandoc(command.help)  # as Python 3.13 and newer has it
        command.help = tr(command.help)
        # whole, where click would cut what is longer than a line
        command.short_help = FIRST_SENTENCE.split(command.help, maxsplit=1)[0]
    for parameter in command.params:
        if isinstance(parameter, click.Option) and parameter.help:
            parameter.help = tr(parameter.help)
    if isinstance(command, click.Group):
        for below in command.commands.values():
            translate_help(below)

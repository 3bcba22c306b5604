"""The verb ``batch``: many plans, each clip in a process of its own."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance import batch as batches
from acceptance.cli import batch_output
from acceptance.cli.options import (
    FACT,
    LANG,
    OPERATOR,
    OUT,
    PACK,
    SCOPE,
    STRICT,
    clip_options,
    json_option,
    name_value,
    password,
    prepare_json,
    sessions_option,
    shot_fields,
    sign_options,
    trust_option,
)
from acceptance.cli.running import RunOptions
from acceptance.errors import InputError
from acceptance.model import Scope

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from pathlib import Path

    from acceptance.batch import ForClips, Settings
    from acceptance.batch.database.results import Results
    from acceptance.model import Session


class BatchInputs(TypedDict):
    """What ``batch.run`` and ``batch.foresee`` are given."""

    template: Path | None
    for_clips: ForClips
    settings: Settings


class BatchOptions(RunOptions):
    """Options of ``batch`` that say how it is done, beside those of ``run``."""

    workers: int | None
    timeout: float
    memory: float | None
    cache: Path | None
    forget: float | None
    scheduler: str
    url: str
    no_report: bool
    lang: str


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=OUT, metavar="PLAN|FOLDER|LIST|CLIP...")
@sessions_option(help="Where the session folders go, and what makes a second run short.")
@click.option(
    "--plan",
    "template",
    type=OUT,
    metavar="TEMPLATE.toml",
    help="Plan for each device of a list: {id}, {model} ... in its texts stand for the row's.",
)
@click.option(
    "--workers", type=click.IntRange(1), default=None, help="Processes at once.  [default: cores]"
)
@click.option(
    "--timeout",
    type=click.FloatRange(0, min_open=True),
    default=3600.0,
    show_default=True,
    metavar="SECONDS",
    help="Give a clip up after so long.",
)
@click.option(
    "--memory",
    type=click.FloatRange(0),
    metavar="GB",
    help="Memory that a process may have; 0: any.  [default: the machine's]",
)
@click.option("--cache", type=OUT, help="Folder of measurements.  [default: OUTPUT/.cache]")
@click.option(
    "--forget",
    type=click.FloatRange(0, min_open=True),
    metavar="DAYS",
    help="At the end, remove measurements that no batch has used for so long.  [default: none]",
)
@click.option(
    "--scheduler",
    default="",
    metavar="tcp://HOST:PORT",
    help="Measure on the workers of this Dask scheduler.",
)
@click.option(
    "--db",
    "url",
    default="",
    metavar="FILE|URL",
    help="Add each session to this results database, too.",
)
@click.option("--no-report", is_flag=True, help="Make sessions only; see `acceptance report`.")
@click.option("--dry-run", is_flag=True, help="Say what would be done and how long it takes.")
@click.option("--quiet", is_flag=True, help="No progress, no table; errors and exit code stay.")
@json_option
@PACK
@SCOPE
@FACT
@OPERATOR
@STRICT
@clip_options
@trust_option
@sign_options
@LANG
def batch(
    inputs: tuple[Path, ...],
    output: Path,
    template: Path | None,
    json_file: Path | None,
    *,
    dry_run: bool,
    quiet: bool,
    strict: bool,
    **options: Unpack[BatchOptions],
) -> int:
    """Measure, judge and report many plans or clips, each clip in a process of its own.

    Plans, patterns of their names, a folder of plans or of clips, a device list (CSV, XLSX) with
    --plan. Options of packs, facts, chart and clip are for clips without a plan. What was done
    before is not done again.

    Exits 2 if a plan gave no session, else 1 if one fails, else 3 if one is open, else 0.
    """
    prepare_json(json_file, [path for path in inputs if path.is_file()])
    given: BatchInputs = {
        "template": template,
        "for_clips": _for_clips(options),
        "settings": _settings(options),
    }
    if dry_run:
        found = batches.foresee(inputs, output, **given)
        return batch_output.foreseen(found, given["settings"].processes, json_file, quiet=quiet)
    screen = batch_output.Screen(json_file, quiet=quiet, strict=strict)
    with Mirror(options["trust"], screen.refused).opened(options["url"]) as results, screen:
        done = batches.run(inputs, output, listener=screen, results=results, **given)
    return screen.exit_code(done)


class Mirror:
    """Adds sessions to a results database; what goes wrong there is told, and ends nothing."""

    def __init__(self, trust: Sequence[Path], refused: Callable[[InputError], None]) -> None:
        self.trust, self.refused = trust, refused
        self.results: Results | None = None

    @contextlib.contextmanager
    def opened(self, url: str) -> Iterator[Callable[[Session, Path], None] | None]:
        """Open the database, if one is named; yield what adds a session."""
        if not url:
            yield None
            return
        from acceptance.batch.database.results import Results  # noqa: PLC0415 -- late: brings SQLAlchemy

        with Results(url) as self.results:
            yield self.add

    def add(self, _: Session, folder: Path) -> None:
        """Add the session of a folder, as ``acceptance database add`` does."""
        try:
            if self.results:
                self.results.add_folder(folder, self.trust)
        except InputError as error:
            self.refused(error)


def _for_clips(options: BatchOptions) -> ForClips:
    """Return what clips without a plan are measured and judged as."""
    return batches.ForClips(
        packs=options["packs"],
        facts=dict(name_value(text, "--fact") for text in options["facts"]),
        scope=Scope(options["scope"] or Scope.DEVICE),
        operator=options["operator"],
        fields=shot_fields(options),
    )


def _settings(options: BatchOptions) -> Settings:
    memory = options["memory"]
    return batches.Settings(
        workers=options["workers"] or 0,
        timeout=options["timeout"],
        memory=None if memory is None else memory * 2**30,
        cache=options["cache"],
        forget=options["forget"],
        scheduler=options["scheduler"],
        lang=options["lang"],
        report=not options["no_report"],
        key=options["key"],
        password=password(options["password_file"]) if options["key"] else "",
        trust=options["trust"],
    )

"""The verbs ``run`` (measure, judge, report) and ``measure`` (numbers only)."""

from __future__ import annotations

import functools
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import click

from acceptance import metrics
from acceptance.cli import tables, terminal
from acceptance.cli.judging import conclude
from acceptance.cli.options import (
    LANG,
    OUT,
    ClipOptions,
    Signing,
    clip_options,
    json_option,
    metric_option,
    name_value,
    prepare_json,
    shot_fields,
    sign_options,
    signer,
    write_json,
)
from acceptance.footage import clip
from acceptance.messages import tr
from acceptance.model import Plan, Scope, Tap
from acceptance.report import playback
from acceptance.session import intake, measuring, plan, runner
from acceptance.signing import issuing

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from acceptance.model import Measurement, Note


class PlanOptions(ClipOptions):
    """Options that make a plan of clips; a plan from a file says these itself."""

    packs: tuple[str, ...]
    scope: str | None
    facts: tuple[str, ...]
    operator: str


class RunOptions(PlanOptions, Signing):
    """Options of ``run``."""


class MeasureOptions(ClipOptions):
    """Options of ``measure``."""

    playback: Path | None
    names: tuple[str, ...]


@click.command()
@click.argument("inputs", nargs=-1, required=True, type=OUT, metavar="PLAN.toml | CLIP...")
@click.option(
    "-o",
    "--output",
    type=OUT,
    default=Path("out"),
    show_default=True,
    help="Where the session folder goes.",
)
@click.option("--pack", "packs", multiple=True, help="Standard to judge by, or a pack's TOML file.")
@click.option(
    "--scope",
    type=click.Choice([scope.value for scope in Scope]),
    help="What the plan sets out to show.",
)
@click.option(
    "--fact",
    "facts",
    multiple=True,
    metavar="NAME=VALUE",
    help="A fact of the device, e.g. picture=colour.",
)
@click.option("--operator", default="", help="Who measures.")
@click.option("--strict", is_flag=True, help="A provisional or conditional pass exits with 3.")
@clip_options
@sign_options
@LANG
def run(
    inputs: tuple[Path, ...],
    output: Path,
    lang: str,
    *,
    strict: bool,
    **options: Unpack[RunOptions],
) -> int:
    """Measure, judge and report: a plan, or clips named here.

    Exits 0 pass, 1 fail, 2 no session, 3 open.
    """
    issue = issuing.Issuing(lang=lang, signer=signer(options["key"], options["password_file"]))
    wanted, folder = _plan(inputs, options)
    with terminal.progress() as show:
        done, place = runner.run(wanted, folder, output, progress=show, issue=issue)
    tables.findings(done)
    return conclude(done, place, strict=strict)


def _plan(inputs: Sequence[Path], options: PlanOptions) -> tuple[Plan, Path]:
    """Read or make the plan; return it and the folder that its paths count from."""
    if inputs[0].suffix.lower() == ".toml":
        if len(inputs) > 1:
            raise click.UsageError(tr("give one plan, or clips, not both"))
        if stated := _stated(options):
            what = tr("a plan says these itself, change it there: {names}", names=", ".join(stated))
            raise click.UsageError(what)
        return plan.read(inputs[0]), inputs[0].parent
    facts = dict(name_value(text, "--fact") for text in options["facts"])
    planned = plan.of_clips(inputs, packs=options["packs"], facts=facts, **shot_fields(options))
    scope = Scope(options["scope"] or Scope.DEVICE)
    return replace(planned, operator=options["operator"], scope=scope), Path()


def _stated(options: PlanOptions) -> list[str]:
    """Name the options that were given and that a plan says itself."""
    of_plan = {name: value for name, value in options.items() if name in _PLAN_OPTIONS}
    return sorted(name for name, value in of_plan.items() if value and value != Tap.CAMERA)


_PLAN_OPTIONS = PlanOptions.__required_keys__


@click.command()
@click.argument("clips", nargs=-1, required=True, type=OUT)
@click.option("--playback", type=OUT, help="Playback of the last clip, to show what differs.")
@json_option
@metric_option
@clip_options
def measure(
    clips: tuple[Path, ...], json_file: Path | None, **options: Unpack[MeasureOptions]
) -> int:
    """Measure only: a table, or JSON. Exits 0 when something was measured, 3 when nothing was."""
    asked = plan.of_clips(clips, playback=options["playback"], **shot_fields(options))
    wanted = metrics.quantities_of(options["names"])
    intake.check(asked, Path())
    prepare_json(json_file, _inputs(asked))
    done: list[measuring.Measured] = []
    try:
        _look(asked, wanted, done)
    finally:  # what was measured before a clip that cannot be read is not lost
        measured, notes = measuring.together(done)
        if done:
            _show(done, measured, notes, json_file)
    return 0 if measured else 3


def _inputs(asked: Plan) -> list[Path]:
    return [file for _, name in plan.files(asked) for file in clip.files_of(Path(name))]


def _look(asked: Plan, wanted: Collection[str] | None, done: list[measuring.Measured]) -> None:
    """Add to ``done`` what each clip gives, one after the other; say how it is coded."""
    with terminal.progress() as show:
        for shot in asked.shots:
            progress = functools.partial(show, Path(shot.clip).name)
            done.append(measuring.look(shot, wanted, progress=progress))
            stream = done[-1].shot.stream.items()
            terminal.say(", ".join(f"{name} {value}" for name, value in stream if value != ""))


def _show(
    done: Sequence[measuring.Measured],
    measured: Sequence[Measurement],
    notes: Sequence[Note],
    json_file: Path | None,
) -> None:
    """Print tables, or write JSON."""
    pairs = playback.pairs([each.shot for each in done], measured, notes)
    if json_file:
        write_json(_content(measured, notes, pairs), json_file)
        return
    tables.measurements(measured, notes)
    for pair in pairs:
        tables.differences(pair)


def _content(
    measured: Sequence[Measurement], notes: Sequence[Note], pairs: Sequence[playback.ShotPair]
) -> dict[str, list[dict[str, Any]]]:
    return {
        "measurements": [asdict(item) | {"expanded": item.expanded} for item in measured],
        "notes": [asdict(note) for note in notes],
        "differences": [row for pair in pairs for row in playback.rows(pair)],
    }

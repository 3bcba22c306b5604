"""The verb ``measure``: numbers, and no verdict."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from acceptance import metrics
from acceptance.cli import figure_tables, terminal, written
from acceptance.cli.options import (
    OUT,
    ClipOptions,
    clip_options,
    json_option,
    metric_option,
    prepare_json,
    shot_fields,
    write_json,
)
from acceptance.footage import clip
from acceptance.report import playback
from acceptance.session import intake, measuring, plan

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from acceptance.model import Measurement, Note, Plan, Value


class MeasureOptions(ClipOptions):
    """Options of ``measure``."""

    playback: Path | None
    names: tuple[str, ...]
    verbose: bool


@click.command()
@click.argument("clips", nargs=-1, required=True, type=OUT)
@click.option("--playback", type=OUT, help="Playback of the last clip, to show what differs.")
@click.option("-v", "--verbose", is_flag=True, help="All figures, not only the ten headline ones.")
@json_option
@metric_option
@clip_options
def measure(
    clips: tuple[Path, ...], json_file: Path | None, **options: Unpack[MeasureOptions]
) -> int:
    """Measure only: ten headline figures, all (-v, or of a --metric), or JSON.

    Exits 0 when something was measured, 3 when nothing was.
    """
    asked = plan.of_clips(clips, playback=options["playback"], **shot_fields(options))
    wanted = metrics.quantities_of(options["names"])
    intake.check(asked, Path())
    prepare_json(json_file, _inputs(asked))
    every = options["verbose"] or bool(options["names"])
    done: list[measuring.Measured] = []
    try:
        _look(asked, wanted, done)
    finally:  # what was measured before a clip that cannot be read is not lost
        measured, notes = measuring.together(done)
        if done:
            _show(done, measured, notes, json_file, every=every)
    return 0 if measured else 3


def _inputs(asked: Plan) -> list[Path]:
    return [file for _, name in plan.files(asked) for file in clip.files_of(Path(name))]


def _look(asked: Plan, wanted: Collection[str] | None, done: list[measuring.Measured]) -> None:
    """Add to ``done`` what each clip gives, one after the other; say how it is coded."""
    with terminal.progress() as show:
        for shot in asked.shots:
            progress = functools.partial(show, Path(shot.clip).name)
            done.append(measuring.look(shot, wanted, progress=progress))
            terminal.say(f"{Path(shot.clip).name}: {_coding(done[-1].shot.stream)}")


def _coding(stream: Mapping[str, Value]) -> str:
    shown = {
        name: round(value, 2) if isinstance(value, float) else value
        for name, value in stream.items()
        if value != ""
    }
    return ", ".join(f"{name} {value}" for name, value in shown.items())


def _show(
    done: Sequence[measuring.Measured],
    measured: Sequence[Measurement],
    notes: Sequence[Note],
    json_file: Path | None,
    *,
    every: bool,
) -> None:
    """Print headline figures or all, or write JSON, which always has all."""
    pairs = playback.pairs([each.shot for each in done], measured, notes)
    if json_file:
        write_json(written.of_measuring(measured, notes, pairs), json_file)
        return
    if every:
        figure_tables.measurements(measured, notes)
    else:
        clips = {each.shot.id: Path(each.shot.clip).name for each in done}
        figure_tables.headline_figures(measured, notes, clips)
    for pair in pairs:
        figure_tables.differences(pair, every=every)

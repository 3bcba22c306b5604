"""The verb ``measure``: numbers, and no verdict."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import click

from acceptance import metrics
from acceptance.cli import figure_tables, move_tables, terminal, written
from acceptance.cli.coding_line import coding_line
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
from acceptance.errors import PlanError
from acceptance.footage import clip
from acceptance.messages import tr
from acceptance.report import playback, regression
from acceptance.session import baseline, intake, measuring, plan

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from acceptance.model import Measurement, Plan
    from acceptance.report.regression import FigureMove, Tolerance


class MeasureOptions(ClipOptions):
    """Options of ``measure``."""

    playback: Path | None
    baseline: Path | None
    tolerances: tuple[str, ...]
    names: tuple[str, ...]
    verbose: bool


@click.command()
@click.argument("clips", nargs=-1, required=True, type=OUT)
@click.option("--playback", type=OUT, help="Playback of the last clip, to show what differs.")
@click.option(
    "--baseline",
    type=OUT,
    help="Figures of an earlier build (of measure --json, or a session.json): exits 1 where one "
    "moved or vanished.",
)
@click.option(
    "--tolerance",
    "tolerances",
    multiple=True,
    metavar="NAME=VALUE[%]",
    help="How far figures may move, in place of their uncertainty, e.g. mtf50=2%; may be repeated.",
)
@click.option("-v", "--verbose", is_flag=True, help="All figures, not only the ten headline ones.")
@json_option
@metric_option
@clip_options
def measure(
    clips: tuple[Path, ...], json_file: Path | None, **options: Unpack[MeasureOptions]
) -> int:
    """Measure only: ten headline figures, all (-v, or of a --metric), or JSON.

    Exits 0 when something was measured, 3 when nothing was; with a baseline 1 where a figure moved.
    """
    asked = plan.of_clips(clips, playback=options["playback"], **shot_fields(options))
    wanted = metrics.quantities_of(options["names"])
    held = _Held.against(options["baseline"], options["tolerances"], wanted)
    intake.check(asked, Path())
    prepare_json(json_file, [*_inputs(asked), *filter(None, [options["baseline"]])])
    every = options["verbose"] or bool(options["names"])
    done: list[measuring.Measured] = []
    moves: tuple[FigureMove, ...] = ()
    try:
        _look(asked, wanted, done)
        moves = held.compare(done) if held else ()
    finally:  # what was measured before a clip that cannot be read is not lost
        if done:
            _show(done, moves, json_file, every=every)
    if any(move.fails for move in moves):
        return 1
    return 0 if any(each.measurements for each in done) else 3


@dataclass(frozen=True)
class _Held:
    """What figures are held against."""

    figures: Sequence[Measurement]
    tolerances: Sequence[Tolerance]
    wanted: Collection[str] | None

    @classmethod
    def against(
        cls, file: Path | None, texts: Sequence[str], wanted: Collection[str] | None
    ) -> _Held | None:
        """Read the baseline and the tolerances, before anything is measured."""
        if file is None:
            if texts:
                raise click.UsageError(tr("--tolerance is about a --baseline"))
            return None
        found = [one for one in baseline.read(file) if _is_of(one.quantity, wanted)]
        if not found:  # everything would be new, and nothing could have moved
            hint = tr("Name other metrics, or measure the baseline with these")
            raise PlanError(tr("holds no figure of these metrics"), where=str(file), hint=hint)
        tolerances = regression.read_tolerances(texts)
        regression.require_known(tolerances, found)
        return cls(found, tolerances, wanted)

    def compare(self, done: Sequence[measuring.Measured]) -> tuple[FigureMove, ...]:
        """Compare what was measured, of the metrics that were asked for."""
        measured, notes = measuring.together(done)
        now = [one for one in measured if self.wanted is None or one.quantity in self.wanted]
        return regression.compare(self.figures, now, notes, self.tolerances)


def _is_of(quantity: str, wanted: Collection[str] | None) -> bool:
    """Whether a figure of the baseline is of the metrics that are asked for.

    So is one of their families that no metric gives any more: it vanished.
    """
    if wanted is None or quantity in wanted:
        return True
    families = {name.partition(".")[0] for name in wanted}
    return quantity.partition(".")[0] in families and quantity not in metrics.quantities()


def _inputs(asked: Plan) -> list[Path]:
    return [file for _, name in plan.files(asked) for file in clip.files_of(Path(name))]


def _look(asked: Plan, wanted: Collection[str] | None, done: list[measuring.Measured]) -> None:
    """Add to ``done`` what each clip gives, one after the other; say how it is coded."""
    with terminal.progress() as show:
        for shot in asked.shots:
            progress = functools.partial(show, Path(shot.clip).name)
            done.append(measuring.look(shot, wanted, progress=progress))
            if coded := coding_line(done[-1].shot.stream):
                terminal.say(f"{Path(shot.clip).name}: {coded}")


def _show(
    done: Sequence[measuring.Measured],
    moves: Sequence[FigureMove],
    json_file: Path | None,
    *,
    every: bool,
) -> None:
    """Print headline figures or all, or write JSON, which always has all."""
    measured, notes = measuring.together(done)
    pairs = playback.pairs([each.shot for each in done], measured, notes)
    if json_file:
        write_json(written.of_measuring(measured, notes, pairs, moves), json_file)
        move_tables.moves(moves)
        return
    if every:
        figure_tables.measurements(measured, notes)
    else:
        clips = {each.shot.id: Path(each.shot.clip).name for each in done}
        figure_tables.headline_figures(measured, notes, clips)
    for pair in pairs:
        figure_tables.differences(pair, every=every)
    move_tables.moves(moves)

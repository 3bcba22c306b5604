"""The verbs ``devices`` (what a list holds) and ``status`` (which shots are missing)."""

from __future__ import annotations

from collections import Counter
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import click

from acceptance import wording
from acceptance.checks import planned_shots
from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, prepare_json, write_json
from acceptance.forms import devices as device_list
from acceptance.messages import in_turn, language, listed, tr
from acceptance.report.site_matrix import Presence
from acceptance.session import plan, site_status

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.model import Subject
    from acceptance.report import site_matrix

MARKS = {Presence.MEASURED: "●", Presence.EMPTY: "◐", Presence.FILMED: "○", Presence.MISSING: "–"}


@click.command()
@click.argument("source", type=OUT, metavar="FILE|PLAN.toml")
@json_option
def devices(source: Path, json_file: Path | None) -> int:
    """Show what was read from a device list (CSV, XLSX), or all subjects of a plan."""
    of_plan = source.suffix.lower() == ".toml"
    found = plan.read(source).subjects if of_plan else device_list.read(source)
    if json_file:
        prepare_json(json_file, [source])
        write_json([asdict(subject) for subject in found], json_file)
        return 0
    columns = (
        tr("id"), tr("kind"), tr("name"), tr("parent"), tr("manufacturer"),
        tr("model"), tr("serial"), tr("address"), tr("facts"),
    )  # fmt: skip
    terminal.table(str(source), columns, [_subject(subject) for subject in found])
    kinds = Counter(subject.kind for subject in found)
    words = {wording.word(kind, "kind", language()): count for kind, count in kinds.items()}
    terminal.say(terminal.counted(words))
    return 0


def _subject(subject: Subject) -> tuple[str, ...]:
    return (
        subject.id,
        wording.word(subject.kind, "kind", language()),
        subject.name,
        subject.parent or "",
        subject.manufacturer,
        subject.model,
        subject.serial,
        subject.address,
        listed(f"{name} = {value}" for name, value in subject.facts.items()),
    )


@click.command()
@click.argument("target", type=OUT, metavar="DIR|PLAN.toml")
@json_option
def status(target: Path, json_file: Path | None) -> int:
    """Show which shots of the plan's matrix are measured, filmed or missing.

    Exits 0 complete, 3 something missing.
    """
    grid = site_status.of(target)
    prepare_json(json_file, [target])
    if json_file:
        write_json(_content(grid), json_file)
    else:
        _print(grid)
    return 0 if grid.complete else 3


def _content(grid: site_matrix.Grid) -> dict[str, Any]:
    counts = {presence.value: grid.count(presence) for presence in Presence}
    return {
        "complete": grid.complete,
        "planned": len(grid.places),
        **counts,
        "places": [_place(place) for place in grid.places],
        "astray": grid.astray,
        "copies": grid.copies,
    }


def _place(place: site_matrix.MatrixCell) -> dict[str, Any]:
    return {
        "subject": place.subject,
        **asdict(place.combination),
        "presence": place.presence,
        "shots": place.shots,
        "sessions": place.sessions,
    }


def _print(grid: site_matrix.Grid) -> None:
    columns = [_heading(combination) for combination in grid.combinations]
    rows = [_row(grid, device) for device in grid.rows]
    styles = ["green" if set(row[1:]) <= {MARKS[Presence.MEASURED], ""} else "" for row in rows]
    terminal.table(tr("Shots planned"), (tr("device"), *columns), rows, styles)
    words = {wording.word(each, "presence", language()): grid.count(each) for each in MARKS}
    counts = in_turn(tr("{name}: {count}", name=name, count=n) for name, n in words.items())
    terminal.say(tr("planned {count}: {counts}", count=len(grid.places), counts=counts))
    for shot in grid.astray:
        sentence = tr(
            "shot {shot} fits no place of the matrix: check its path and its conditions {stream}, "
            "{light}",
            shot=shot, stream=planned_shots.STREAM, light=planned_shots.LIGHT,
        )  # fmt: skip
        terminal.say(sentence, "yellow")
    for number, folders in grid.copies.items():
        parameters = {"number": number, "folders": ", ".join(folders)}
        terminal.say(tr("session {number} counts once: {folders}", **parameters), "yellow")


def _row(grid: site_matrix.Grid, device: str) -> tuple[str, ...]:
    places = (grid.rows[device].get(combination) for combination in grid.combinations)
    return device, *(MARKS[place.presence] if place else "" for place in places)


def _heading(combination: planned_shots.Combination) -> str:
    words = filter(None, (combination.stream, combination.path, combination.light))
    return "\n".join(wording.word(word, "fact_value", language()) for word in words)

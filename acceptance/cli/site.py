"""The verbs of a site.

``devices`` (what a list holds), ``sample`` (which are tested), ``status`` (what is missing).
"""

from __future__ import annotations

import itertools
import json
import tomllib
from collections import Counter
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

import click

from acceptance import wording
from acceptance.checks import sampling
from acceptance.checks.decision import FAILURES
from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, write_json
from acceptance.errors import ClipError, PlanError, SessionError
from acceptance.files.output import put
from acceptance.footage import clip
from acceptance.forms import devices as device_list
from acceptance.model import Draw
from acceptance.report import site_matrix
from acceptance.report.site_matrix import Presence
from acceptance.session import plan, runner

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Finding, Pack, Plan, Sample, Session

MARKS = {Presence.MEASURED: "●", Presence.EMPTY: "◐", Presence.FILMED: "○", Presence.MISSING: "–"}
SHOWN = 12  # hexadecimal digits of a device's SHA-256 in the table


@click.command()
@click.argument("source", type=OUT, metavar="FILE|PLAN.toml")
@json_option
def devices(source: Path, json_file: Path | None) -> int:
    """Show what was understood of a device list (CSV, XLSX), or all subjects of a plan."""
    found = (
        plan.read(source).subjects if source.suffix.lower() == ".toml" else device_list.read(source)
    )
    if json_file:
        write_json([asdict(one) for one in found], json_file)
        return 0
    columns = (
        "id",
        "kind",
        "name",
        "parent",
        "manufacturer",
        "model",
        "serial",
        "address",
        "facts",
    )
    rows = [
        (
            *(getattr(one, name) or "" for name in columns[:-1]),
            ", ".join(f"{k} = {v}" for k, v in one.facts.items()),
        )
        for one in found
    ]
    terminal.table(str(source), columns, rows)
    terminal.say(
        ", ".join(f"{kind} {count}" for kind, count in Counter(one.kind for one in found).items())
    )
    return 0


@click.command()
@click.argument("source", type=OUT, metavar="PLAN.toml")
@click.option(
    "--sampling",
    "name",
    metavar="PACK#ID",
    help="Draw by this sampling, which the plan does not draw yet;",
)
@click.option("--seed", help="the seed that settles which devices, agreed beforehand;")
@click.option(
    "--retest",
    type=OUT,
    metavar="SESSION",
    help="the enlarged sample of what failed in this session.",
)
@click.option("-o", "--output", type=OUT, help="Write the draw as TOML, to paste into the plan.")
@json_option
def sample(source: Path, output: Path | None, json_file: Path | None, **options: Any) -> int:  # noqa: ANN401 -- what click collected
    """Draw devices: what the plan draws, or a new draw for it, with clause, lots and how to redo it."""
    asked = plan.read(source)
    packs = runner.load_packs(asked)
    new = _draw(asked, packs, options)
    drawn = sampling.draw(packs, replace(asked, draws=(*asked.draws, *new)))
    samples = [one for one in drawn if not new or _of(one, new[0])]
    if not samples:
        hint = (
            f"Name one with --sampling: {', '.join(sampling.known(packs)) or 'the packs have none'}"
        )
        raise PlanError("draws nothing", where=str(source), hint=hint)
    if json_file:
        write_json([asdict(one) for one in samples], json_file)
    else:
        _show(samples, packs, asked)
    text = "".join(_toml(one, samples) for one in new or asked.draws)
    if output:
        put(output, text.encode())
    elif new and not json_file:
        terminal.say(f"\n{text}")
    return 0


def _draw(asked: Plan, packs: Sequence[Pack], options: dict[str, Any]) -> list[Draw]:
    """Make the draw that the options ask for, if they do."""
    if not (options["name"] or options["retest"]):
        if options["seed"]:
            raise click.UsageError("--seed belongs to --sampling or --retest")
        return []
    if not options["seed"]:
        raise click.UsageError(
            "give --seed: a text agreed beforehand, for instance the number of the commission"
        )
    if options["retest"]:
        done = runner.load(options["retest"])
        new = _retest(asked, done, options["name"], options["seed"])
        _check_lots(sampling.draw(packs, asked), new, done)
        return [new]
    return [Draw(sampling=options["name"], seed=options["seed"])]


def _of(one: Sample, draw: Draw) -> bool:
    return (one.sampling, one.seed, one.retest_of) == (draw.sampling, draw.seed, draw.retest_of)


def _check_lots(now: Sequence[Sample], new: Draw, done: Session) -> None:
    """Refuse a re-test whose first sample is not that of the session.

    Devices or packs have changed since.
    """
    if _lots(now, new) != _lots(done.samples, new):
        hint = "Devices were added, taken out or renamed: a re-test is of the lots that were tested"
        raise PlanError(
            "the plan's first sample is not that of the session", where=done.id, hint=hint
        )


def _lots(samples: Sequence[Sample], again: Draw) -> set[tuple[frozenset[str], tuple[str, ...]]]:
    """Return the lots of the draw that is tested again, each with its sample."""
    own = (
        one
        for one in samples
        if (one.sampling, one.seed, one.retest_of) == (again.sampling, again.retest_of, "")
    )
    return {(frozenset(one.lot), one.drawn) for one in own}


def _retest(asked: Plan, done: Session, name: str | None, seed: str) -> Draw:
    """Make the draw of a re-test out of the failures of a session."""
    first = {
        one.sampling: one
        for one in asked.draws
        if not one.retest_of and name in {None, one.sampling}
    }
    lots, failed = _failed(done, first)
    names = {lots[one.requirement, one.subject].sampling for one in failed}
    if len(names) != 1:
        what = (
            f"failures by several samplings: {', '.join(sorted(names))}"
            if names
            else "nothing sampled failed there"
        )
        raise PlanError(
            what, where=done.id, hint="Name one sampling that plan and session draw: --sampling"
        )
    own = first[names.pop()]
    return Draw(
        sampling=own.sampling,
        seed=seed,
        retest_of=own.seed,
        failed=tuple(dict.fromkeys(one.subject for one in failed)),
        requirements=tuple(dict.fromkeys(one.requirement for one in failed)),
        session=done.id,
    )


def _failed(
    done: Session, samplings: Collection[str]
) -> tuple[dict[tuple[str, str], Sample], list[Finding]]:
    """Return what a session sampled by any of ``samplings``, and what of it failed."""
    lots = sampling.asked(one for one in done.samples if one.sampling in samplings)
    failures = (one for one in done.findings if one.decides and one.verdict in FAILURES)
    return lots, [one for one in failures if (one.requirement, one.subject) in lots]


def check_retests(asked: Plan, out: Path) -> None:
    """Refuse a re-test that leaves out a device which failed in the session that it names, where that lies in ``out``.

    Such a device would be tested no more, and its failure be forgotten. Raises PlanError and
    SessionError.
    """
    for number, one in enumerate(asked.draws, start=1):
        if not (one.retest_of and one.session and (out / one.session / runner.FILE).is_file()):
            continue
        _, failures = _failed(runner.load(out / one.session), {one.sampling})
        again = [
            each.subject
            for each in failures
            if each.requirement in one.requirements or not one.requirements
        ]
        if left := [device for device in dict.fromkeys(again) if device not in one.failed]:
            what = f"leaves out {', '.join(left)}, failed in session {one.session}"
            raise PlanError(
                what,
                where=f"draw {number}, {one.sampling}",
                hint="Take it from `acceptance sample --retest`",
            )


def _show(samples: Sequence[Sample], packs: Sequence[Pack], asked: Plan) -> None:
    known, names = sampling.known(packs), {one.id: one.name for one in asked.subjects}
    for name, ones in itertools.groupby(samples, key=lambda one: one.sampling):
        rule = known[name]
        source = f"{rule.figure.source} {rule.clause} ({name}, {rule.figure.level})"
        terminal.say(f"{source}: {rule.text_en or rule.text}")
        for one in ones:
            _show_lot(one, names)
    terminal.say(
        "To redo it: printf '%s %s' SEED DEVICE | sha256sum, for every device of the lot, and sort."
    )


def _show_lot(one: Sample, names: Mapping[str, str]) -> None:
    again = (
        f", re-test of {one.retest_of}; failed: {', '.join(one.failed)}" if one.retest_of else ""
    )
    rows = [
        (place, device, names.get(device, ""), sampling.digest(one.seed, device)[:SHOWN])
        for place, device in enumerate(one.drawn, start=1)
    ]
    title = f"{_lot(one)}: N = {len(one.lot)}, n = {len(one.drawn)}, seed {one.seed}{again}"
    terminal.table(title, ("", "device", "name", "SHA-256"), rows)
    asks = ", ".join(one.requirements) or "no requirement of the plan's packs has it"
    terminal.say(f"asked of these only: {asks}")


def _lot(one: Sample) -> str:
    return " ".join(part for part in (one.kind.value, one.manufacturer, one.model) if part)


def _toml(draw: Draw, samples: Sequence[Sample]) -> str:
    """Write a draw as a table of a plan, with what it gave as comments."""
    own = [one for one in samples if _of(one, draw)]
    gave = [
        f"# {_lot(one)}: {len(one.drawn)} of {len(one.lot)}: {', '.join(one.drawn)}\n"
        for one in own
    ]
    fields = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in asdict(draw).items()
        if value
    ]
    return "".join(("[[draws]]\n", *gave, *fields, "\n"))


@click.command()
@click.argument("target", type=OUT, metavar="DIR|PLAN.toml")
@json_option
def status(target: Path, json_file: Path | None) -> int:
    """Show which shots of the plan's matrix are measured, filmed or missing.

    Exits 0 complete, 3 something missing.
    """
    grid = _grid(target)
    if json_file:
        write_json(_told(grid), json_file)
    else:
        _print(grid)
    return 0 if grid.complete else 3


def _grid(target: Path) -> site_matrix.Grid:
    """Lay the sessions below the plan's folder over its matrix.

    Raises PlanError and SessionError.
    """
    folder = target if target.is_dir() else target.parent
    sessions = [runner.load(one) for one in _session_folders(folder)]
    named = target if target.suffix.lower() == ".toml" else _plan_in(folder)
    if named:
        asked, packs_folder = plan.read(named), None
    elif sessions:
        asked, packs_folder = sessions[-1].plan, _session_folders(folder)[-1] / "data" / "packs"
    else:
        raise SessionError(
            "there is no plan and no session here", where=str(target), hint="Name the plan"
        )
    samples = sampling.draw(runner.load_packs(asked, packs_folder), asked)
    filmed = [shot.id for shot in asked.shots if named and _there(folder / shot.clip)]
    grid = site_matrix.grid(asked, sessions, filmed=filmed, samples=samples)
    if not grid.places:
        hint = "Say which shots are wanted: [[matrix]] (docs/sampling.md)"
        raise PlanError(
            "plans no shot of any device", where=str(named or sessions[-1].id), hint=hint
        )
    return grid


def _session_folders(folder: Path) -> list[Path]:
    """Return the session folders here, one and two levels down, the oldest first."""
    found = (
        one.parent for depth in ("", "*/", "*/*/") for one in folder.glob(f"{depth}{runner.FILE}")
    )
    return sorted((one for one in found if not one.name.startswith(".")), key=lambda one: one.name)


def _plan_in(folder: Path) -> Path | None:
    """Return the one plan with a matrix in a folder, if there is one."""
    found = []
    for one in sorted(folder.glob("*.toml")):
        try:
            found += [one] if "matrix" in tomllib.loads(one.read_text("utf-8-sig")) else []
        except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError):
            continue
    if len(found) > 1:
        names = ", ".join(one.name for one in found)
        raise PlanError(
            f"there are several plans ({names})", where=str(folder), hint="Name the plan instead"
        )
    return found[0] if found else None


def _there(path: Path) -> bool:
    try:
        return bool(clip.files_of(path)) and all(one.is_file() for one in clip.files_of(path))
    except ClipError:
        return False


def _told(grid: site_matrix.Grid) -> dict[str, Any]:
    places = [
        {"subject": one.subject, **asdict(one.combination), "presence": one.presence, "shots": one.shots,
         "sessions": one.sessions} for one in grid.places
    ]  # fmt: skip
    counts = {presence.value: grid.count(presence) for presence in Presence}
    return {
        "complete": grid.complete,
        "planned": len(places),
        **counts,
        "places": places,
        "astray": grid.astray,
    }


def _print(grid: site_matrix.Grid) -> None:
    columns = [
        "\n".join(
            wording.word(word, "fact_value", "en")
            for word in (one.stream, one.path, one.light)
            if word
        )
        for one in grid.combinations
    ]
    rows = [
        (device, *(MARKS[row[one].presence] if one in row else "" for one in grid.combinations))
        for device, row in grid.rows.items()
    ]
    styles = ["green" if set(row[1:]) <= {MARKS[Presence.MEASURED], ""} else "" for row in rows]
    terminal.table("Shots planned", ("device", *columns), rows, styles)
    counts = ", ".join(f"{MARKS[one]} {one} {grid.count(one)}" for one in Presence)
    terminal.say(f"planned {len(grid.places)}: {counts}")
    for shot in grid.astray:
        terminal.say(
            f"shot {shot} fits no place: look at its path and its conditions {site_matrix.STREAM}, {site_matrix.LIGHT}",
            "yellow",
        )

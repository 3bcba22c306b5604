"""The verb ``sample``: which devices are tested, and which ones again after a failure."""

from __future__ import annotations

import itertools
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.checks import sampling
from acceptance.checks.decision import FAILURES
from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, write_json
from acceptance.errors import PlanError
from acceptance.files.output import put
from acceptance.messages import tr
from acceptance.model import Draw
from acceptance.session import plan, store

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Finding, Pack, Plan, Sample, Session

SHOWN = 12  # hexadecimal digits of a device's SHA-256 in the table


class DrawOptions(TypedDict):
    """Options that ask for a draw which the plan does not hold yet."""

    name: str | None
    seed: str | None
    retest: Path | None


@click.command()
@click.argument("source", type=OUT, metavar="PLAN.toml")
@click.option(
    "--sampling",
    "name",
    metavar="PACK#ID",
    help="Draw by this sampling, which the plan does not draw yet.",
)
@click.option("--seed", help="Text agreed beforehand that settles which devices are drawn.")
@click.option(
    "--retest",
    type=OUT,
    metavar="SESSION",
    help="Draw the enlarged sample of what failed in this session.",
)
@click.option("-o", "--output", type=OUT, help="Write the draw as TOML, to paste into the plan.")
@json_option
def sample(
    source: Path, output: Path | None, json_file: Path | None, **options: Unpack[DrawOptions]
) -> int:
    """Draw devices, with clause, lots and how to redo the draw: the plan's draws, or a new one."""
    asked = plan.read(source)
    packs = store.load_packs(asked)
    new = _draw(asked, packs, options)
    samples = _samples(asked, packs, new, source)
    if json_file:
        write_json([asdict(drawn) for drawn in samples], json_file)
    else:
        _show(samples, packs, asked)
    text = "".join(_toml(draw, samples) for draw in new or asked.draws)
    if output:
        put(output, text.encode())
    elif new and not json_file:
        terminal.say(f"\n{text}")
    return 0


def _samples(asked: Plan, packs: Sequence[Pack], new: Sequence[Draw], source: Path) -> list[Sample]:
    """Return the samples of the new draw, or of all draws of the plan. Raises PlanError: none."""
    drawn = sampling.draw(packs, replace(asked, draws=(*asked.draws, *new)))
    samples = [lot for lot in drawn if not new or _of(lot, new[0])]
    if not samples:
        known = ", ".join(sampling.known(packs))
        hint = tr("The packs have no sampling")
        if known:
            hint = tr("Name one with --sampling: {samplings}", samplings=known)
        raise PlanError(tr("draws nothing"), where=str(source), hint=hint)
    return samples


def _draw(asked: Plan, packs: Sequence[Pack], options: DrawOptions) -> list[Draw]:
    """Make the draw that the options ask for, if they do."""
    name, seed, retest = options["name"], options["seed"], options["retest"]
    if not (name or retest):
        if seed:
            raise click.UsageError(tr("--seed belongs to --sampling or --retest"))
        return []
    if not seed:
        what = tr("give --seed: a text agreed beforehand, for instance the order number")
        raise click.UsageError(what)
    if retest:
        done = store.load(retest)
        new = _retest(asked, done, name, seed)
        _check_lots(sampling.draw(packs, asked), new, done)
        return [new]
    return [Draw(sampling=name or "", seed=seed)]


def _of(drawn: Sample, draw: Draw) -> bool:
    wanted = draw.sampling, draw.seed, draw.retest_of
    return (drawn.sampling, drawn.seed, drawn.retest_of) == wanted


def _check_lots(now: Sequence[Sample], new: Draw, done: Session) -> None:
    """Refuse a re-test whose first sample is not that of the session.

    Devices or packs have changed since.
    """
    if _lots(now, new) != _lots(done.samples, new):
        what = tr("the plan's first sample is not that of the session")
        hint = tr(
            "Devices were added, removed or renamed: a re-test is of the lots that were tested"
        )
        raise PlanError(what, where=done.id, hint=hint)


def _lots(samples: Sequence[Sample], again: Draw) -> set[tuple[frozenset[str], tuple[str, ...]]]:
    """Return the lots of the draw that is tested again, each with its sample."""
    first = (again.sampling, again.retest_of, "")
    return {
        (frozenset(drawn.lot), drawn.drawn)
        for drawn in samples
        if (drawn.sampling, drawn.seed, drawn.retest_of) == first
    }


def _retest(asked: Plan, done: Session, name: str | None, seed: str) -> Draw:
    """Make the draw of a re-test out of the failures of a session."""
    firsts = (draw for draw in asked.draws if not draw.retest_of)
    first = {draw.sampling: draw for draw in firsts if name in {None, draw.sampling}}
    lots, failed = _failed(done, first)
    names = {lots[finding.requirement, finding.subject].sampling for finding in failed}
    own = first[_single(names, done)]
    return Draw(
        sampling=own.sampling,
        seed=seed,
        retest_of=own.seed,
        failed=tuple(dict.fromkeys(finding.subject for finding in failed)),
        requirements=tuple(dict.fromkeys(finding.requirement for finding in failed)),
        session=done.id,
    )


def _single(names: Collection[str], done: Session) -> str:
    """Return the one sampling by which devices failed. Raises PlanError where it is not one."""
    if len(names) == 1:
        return next(iter(names))
    what = tr("nothing sampled failed there")
    if names:
        what = tr("failures by several samplings: {names}", names=", ".join(sorted(names)))
    hint = tr("Name one sampling that plan and session draw: --sampling")
    raise PlanError(what, where=done.id, hint=hint)


def _failed(
    done: Session, samplings: Collection[str]
) -> tuple[dict[tuple[str, str], Sample], list[Finding]]:
    """Return what a session sampled by any of ``samplings``, and what of it failed."""
    lots = sampling.asked(drawn for drawn in done.samples if drawn.sampling in samplings)
    failures = (
        finding for finding in done.findings if finding.decides and finding.verdict in FAILURES
    )
    return lots, [finding for finding in failures if (finding.requirement, finding.subject) in lots]


def check_retests(asked: Plan, out: Path) -> None:
    """Refuse a re-test that leaves out a device which failed in the session that it names.

    Such a device would not be tested again, and its failure be forgotten. Only sessions that lie in
    ``out`` can be looked at. Raises PlanError and SessionError.
    """
    for number, draw in enumerate(asked.draws, start=1):
        if not (draw.retest_of and draw.session and (out / draw.session / store.FILE).is_file()):
            continue
        if left := _left_out(draw, store.load(out / draw.session)):
            parameters = {"devices": ", ".join(left), "session": draw.session}
            what = tr("leaves out {devices}, failed in session {session}", **parameters)
            where = tr("draw {number}, {sampling}", number=number, sampling=draw.sampling)
            hint = tr("Take it from `acceptance sample --retest`")
            raise PlanError(what, where=where, hint=hint)


def _left_out(draw: Draw, done: Session) -> list[str]:
    """Devices that failed in the session by what the draw tests again, without being in it."""
    _, failures = _failed(done, {draw.sampling})
    tested = draw.requirements or {finding.requirement for finding in failures}
    again = dict.fromkeys(one.subject for one in failures if one.requirement in tested)
    return [device for device in again if device not in draw.failed]


def _show(samples: Sequence[Sample], packs: Sequence[Pack], asked: Plan) -> None:
    known = sampling.known(packs)
    names = {subject.id: subject.name for subject in asked.subjects}
    for name, lots in itertools.groupby(samples, key=lambda drawn: drawn.sampling):
        rule = known[name]
        source = f"{rule.figure.source} {rule.clause} ({name}, {rule.figure.level})"
        terminal.say(f"{source}: {rule.text_en or rule.text}")
        for drawn in lots:
            _show_lot(drawn, names)
    terminal.say(
        tr(
            "To redo it: printf '%s %s' SEED DEVICE | sha256sum, for every device of the lot, "
            "and sort."
        )
    )


def _show_lot(drawn: Sample, names: Mapping[str, str]) -> None:
    rows = [
        (place, device, names.get(device, ""), sampling.digest(drawn.seed, device)[:SHOWN])
        for place, device in enumerate(drawn.drawn, start=1)
    ]
    columns = ("", tr("device"), tr("name"), tr("SHA-256"))
    terminal.table(_title(drawn), columns, rows)
    asks = ", ".join(drawn.requirements) or tr("no requirement of the plan's packs uses it")
    terminal.say(tr("asked of these only: {requirements}", requirements=asks))


def _title(drawn: Sample) -> str:
    title = tr(
        "{lot}: N = {size}, n = {drawn}, seed {seed}",
        lot=_lot(drawn), size=len(drawn.lot), drawn=len(drawn.drawn), seed=drawn.seed,
    )  # fmt: skip
    if not drawn.retest_of:
        return title
    retest = {"seed": drawn.retest_of, "failed": ", ".join(drawn.failed)}
    return tr("{title}, re-test of {seed}; failed: {failed}", title=title, **retest)


def _lot(drawn: Sample) -> str:
    return " ".join(filter(None, (drawn.kind.value, drawn.manufacturer, drawn.model)))


def _comment(drawn: Sample) -> str:
    return tr(
        "{lot}: {drawn} of {size}: {devices}",
        lot=_lot(drawn), drawn=len(drawn.drawn), size=len(drawn.lot),
        devices=", ".join(drawn.drawn),
    )  # fmt: skip


def _toml(draw: Draw, samples: Sequence[Sample]) -> str:
    """Write a draw as a table of a plan, with what it gave as comments."""
    comments = [f"# {_comment(drawn)}\n" for drawn in samples if _of(drawn, draw)]
    fields = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in asdict(draw).items()
        if value
    ]
    return "".join(("[[draws]]\n", *comments, *fields, "\n"))

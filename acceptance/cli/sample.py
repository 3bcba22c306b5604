"""The verb ``sample``: which devices are tested, and which ones again after a failure."""

from __future__ import annotations

import functools
import itertools
import json
from dataclasses import asdict, replace
from typing import TYPE_CHECKING, TypedDict, Unpack

import click

from acceptance.checks import sampling
from acceptance.cli import terminal
from acceptance.cli.options import OUT, json_option, prepare_json, refuse_without, write_json
from acceptance.errors import UsageError
from acceptance.files.output import put, require_apart
from acceptance.messages import listed, tr
from acceptance.model import Draw
from acceptance.session import commitments, plan, retests, store
from acceptance.signing import predecessors

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.model import LogEntry, Pack, Plan, Sample, Value
    from acceptance.session.predecessors import Examine

SHOWN = 12  # hexadecimal digits of a device's SHA-256 in the table


class DrawOptions(TypedDict):
    """Options that ask for a draw which the plan does not hold yet, and say whose its seed is."""

    name: str | None
    seed: str | None
    retest: Path | None
    request: Path | None
    witness: str
    statement: str
    stamp: Path | None
    trust: tuple[Path, ...]


@click.command()
@click.argument("source", type=OUT, metavar="PLAN.toml")
@click.option(
    "--sampling",
    "name",
    metavar="PACK#ID",
    help="Draw by this sampling, which the plan does not draw yet.",
)
@click.option("--seed", help="Text that settles which devices are drawn; given by somebody else.")
@click.option(
    "--retest",
    type=OUT,
    metavar="SESSION",
    help="Draw the enlarged sample of what failed in this session.",
)
@click.option(
    "--commit",
    is_flag=True,
    help="Write down what is to be drawn, before the seed is known; draw nothing.",
)
@click.option("--request", type=OUT, help="With --commit: write a request for a time stamp.")
@click.option("--witness", default="", help="Who gave the seed, for instance the customer.")
@click.option("--statement", default="", help="When and how the witness gave it.")
@click.option("--stamp", type=OUT, help="Time stamp of the commitment, whose seed is taken.")
@click.option(
    "--trust",
    multiple=True,
    type=OUT,
    help="Root certificate of who stamped, or signed the older session (may be repeated).",
)
@click.option("-o", "--output", type=OUT, help="Write the draw as TOML, to paste into the plan.")
@json_option
def sample(
    source: Path,
    output: Path | None,
    json_file: Path | None,
    *,
    commit: bool,
    **options: Unpack[DrawOptions],
) -> int:
    """Draw devices, with clause, lots and how to redo the draw: the plan's draws, or a new one."""
    prepare_json(json_file, [source])
    if output:
        require_apart(output, [source])
    asked = plan.read(source)
    packs = store.load_packs(asked)
    file = source.parent / (asked.commitment_file or commitments.FILE)
    _check_options(options, commit=commit)
    if commit:
        return _commit(asked, packs, file, options)
    new = _witnessed(asked, packs, file, options) or _draw(asked, packs, options)
    samples = sampling.drawn(packs, asked, new, str(source))
    if json_file:
        write_json([asdict(drawn) for drawn in samples], json_file)
    else:
        _show(samples, packs, asked)
    text = "".join(_toml(draw, samples) for draw in new or asked.draws)
    if output:
        put(output, text.encode())
    elif new and not json_file:
        terminal.say(f"\n{text}")
    if new and not (options["witness"] or options["stamp"]):
        terminal.say(
            tr("Nobody else bears witness to this seed, and the report says so: see --commit.")
        )
    return 0


def _check_options(options: DrawOptions, *, commit: bool) -> None:
    """Refuse options that would be left aside."""
    if not commit:
        refuse_without("--commit", "request")
    if not options["witness"]:
        refuse_without("--witness", "statement")
    if not (options["stamp"] or options["retest"]):
        refuse_without("--stamp", "trust")


def _commit(asked: Plan, packs: Sequence[Pack], file: Path, options: DrawOptions) -> int:
    """Commit to a draw, and say what to show to whom."""
    if options["seed"] or options["stamp"]:
        raise UsageError(tr("--commit comes before the seed is known: leave out --seed, --stamp"))
    name, retest_of = _sampling(asked, packs, options)
    entry = commitments.commit(asked, packs, file, name, retest_of=retest_of)
    terminal.say(tr("Committed to {sampling}: {sha256}", sampling=name, sha256=entry.sha256))
    if options["request"]:
        from acceptance.signing import time_stamps  # noqa: PLC0415 -- late: brings pyHanko

        put(options["request"], time_stamps.request(entry.sha256))
    if not asked.commitment_file:
        line = f'commitment_file = "{file.name}"'
        terminal.say(tr("Add to the plan, at its top: {line}", line=line))
    terminal.say(
        tr(
            "Show this hash to the customer, who then gives a seed (--seed, --witness, "
            "--statement), or have it stamped (--stamp, --trust)."
        )
    )
    return 0


def _sampling(asked: Plan, packs: Sequence[Pack], options: DrawOptions) -> tuple[str, str]:
    """Name the sampling that is meant, and the seed of the first draw where it is a re-test."""
    if options["retest"]:
        name, examine = options["name"] or "", _examine(options)
        return retests.sampling_of(asked, packs, options["retest"], name=name, examine=examine)
    if not options["name"]:
        raise UsageError(tr("give --sampling or --retest: what is to be drawn"))
    return options["name"], ""


def _witnessed(asked: Plan, packs: Sequence[Pack], file: Path, options: DrawOptions) -> list[Draw]:
    """Make the draw by a seed that a witness gave, and write down who; none without a witness."""
    if not (options["witness"] or options["stamp"]):
        return []
    name, retest_of = _sampling(asked, packs, options)
    made = commitments.latest(asked, packs, file, name, retest_of=retest_of)
    seed, witness = _seed(made, options)
    drawn = _draw(asked, packs, {**options, "seed": seed})
    sampling.draw(packs, replace(asked, draws=(*asked.draws, *drawn)))
    commitments.seed(file, made, seed, **witness)
    return drawn


def _seed(made: LogEntry, options: DrawOptions) -> tuple[str, dict[str, Value]]:
    """Return the seed, and what is written down of who gave it."""
    if not options["stamp"]:
        if not options["seed"]:
            raise UsageError(tr("--witness belongs to --seed: the seed that the witness gave"))
        return options["seed"], {name: options[name] for name in ("witness", "statement")}
    if options["seed"] or options["witness"]:
        raise UsageError(tr("--stamp gives the seed: leave out --seed and --witness"))
    from acceptance.signing import time_stamps  # noqa: PLC0415 -- late: brings pyHanko

    stamp = time_stamps.read(options["stamp"], made.sha256, options["trust"])
    return stamp.seed, stamp.details


def _examine(options: DrawOptions) -> Examine:
    """Return how the older session of a re-test is examined."""
    return functools.partial(predecessors.examine, trust=options["trust"])


def _draw(asked: Plan, packs: Sequence[Pack], options: DrawOptions) -> list[Draw]:
    """Make the draw that the options ask for, if they do."""
    name, seed, retest = options["name"], options["seed"], options["retest"]
    if not (name or retest):
        if seed:
            raise UsageError(tr("--seed belongs to --sampling or --retest"))
        return []
    if not seed:
        what = tr("give --seed: a text that somebody else chooses once the list is fixed")
        raise UsageError(what)
    if retest:
        examine = _examine(options)
        draw = retests.draw_up(asked, packs, retest, name=name or "", seed=seed, examine=examine)
        return [draw]
    return [Draw(sampling=name or "", seed=seed)]


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
    asks = listed(drawn.requirements) or tr("no requirement of the plan's packs uses it")
    terminal.say(tr("asked of these only: {requirements}", requirements=asks))


def _title(drawn: Sample) -> str:
    title = tr(
        "{lot}: N = {size}, n = {drawn}, seed {seed}",
        lot=_lot(drawn), size=len(drawn.lot), drawn=len(drawn.drawn), seed=drawn.seed,
    )  # fmt: skip
    if not drawn.retest_of:
        return title
    retest = {"seed": drawn.retest_of, "failed": listed(drawn.failed)}
    return tr("{title}, re-test of {seed}; failed: {failed}", title=title, **retest)


def _lot(drawn: Sample) -> str:
    return " ".join(filter(None, (drawn.kind.value, drawn.manufacturer, drawn.model)))


def _comment(drawn: Sample) -> str:
    return tr(
        "{lot}: {drawn} of {size}: {devices}",
        lot=_lot(drawn), drawn=len(drawn.drawn), size=len(drawn.lot),
        devices=listed(drawn.drawn),
    )  # fmt: skip


def _toml(draw: Draw, samples: Sequence[Sample]) -> str:
    """Write a draw as a table of a plan, with what it gave as comments."""
    comments = [f"# {_comment(drawn)}\n" for drawn in samples if sampling.is_of(drawn, draw)]
    fields = [
        f"{name} = {json.dumps(value, ensure_ascii=False)}\n"
        for name, value in asdict(draw).items()
        if value
    ]
    return "".join(("[[draws]]\n", *comments, *fields, "\n"))

"""The file of commitments of a plan: written before a sample is drawn, and read with the plan.

Each line is an entry that holds the hash of the one before (``log_book.LogBook``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks import commitments as committed
from acceptance.checks import sampling
from acceptance.checks.commitments import COMMITTED, SEEDED
from acceptance.errors import PlanError, SessionError
from acceptance.files import strict_toml
from acceptance.files.output import writing
from acceptance.messages import tr
from acceptance.session.log_book import LogBook, check_chain, held

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from acceptance.model import LogEntry, Pack, Plan, Value

FILE = "commitments.jsonl"  # where the plan names none
STAMPED = ("token", "info")  # details of a time stamp in hexadecimal digits
MOST_DIGITS = 1 << 17  # of a token; usual ones have 10,000


def read(path: Path) -> tuple[LogEntry, ...]:
    """Read a file of commitments. Raises PlanError where it is none, or was changed."""
    if not path.is_file():
        hint = tr("Begin it with acceptance sample --commit")
        raise PlanError(tr("there is no such file of commitments"), where=str(path), hint=hint)
    try:
        entries = LogBook(path.parent, path.name).read()
    except SessionError as error:
        raise PlanError(error.what, where=error.where, hint=error.hint) from error
    check(entries, str(path))
    return entries


def check(entries: Sequence[LogEntry], where: str) -> None:
    """Refuse entries that are no chain, or whose seed is not that of their time stamp: PlanError.

    A first entry that follows on another shows that entries were taken away.
    """
    for entry in entries:
        stated = {name: value for name, value in entry.details.items() if name not in STAMPED}
        strict_toml.check_lengths(stated, where)
    hint = tr("Take the file as acceptance sample --commit wrote it")
    for problem in problems(entries):
        raise PlanError(problem, where=where, hint=hint)


def problems(entries: Sequence[LogEntry]) -> Iterator[str]:
    """Say why entries cannot all be as they were written."""
    if check_chain(entries):
        yield tr("the commitments were changed after they were made")
    made: set[str] = set()
    for entry in entries:
        if entry.what == COMMITTED:
            made.add(entry.sha256)
        elif entry.what != SEEDED or not _follows(entry, made):
            yield tr("a seed belongs to no commitment before it, or not to its time stamp")


def _follows(entry: LogEntry, made: set[str]) -> bool:
    given = {name: str(entry.details.get(name, "")) for name in ("commitment", "seed", "token")}
    info = str(entry.details.get("info", ""))
    try:
        due = committed.seed_of_time_stamp(info) if given["token"] else given["seed"]
    except ValueError:
        return False
    fits = info in given["token"] and len(given["token"]) <= MOST_DIGITS
    return given["commitment"] in made and given["seed"] == due and fits


def commit(
    plan: Plan, packs: Sequence[Pack], file: Path, name: str, *, retest_of: str = ""
) -> LogEntry:
    """Write down what is to be drawn, before anybody knows the seed; return the entry.

    Its ``sha256`` is what a witness is shown. Raises PlanError where no pack of the plan has the
    sampling ``name``, and OutputError.
    """
    _require_known(packs, name)
    with writing(file.parent), _held(file):
        if file.exists():
            read(file)
        details = committed.committed_to(plan, packs, name, retest_of)
        return LogBook(file.parent, file.name).append(COMMITTED, details)


def _require_known(packs: Sequence[Pack], name: str) -> None:
    known = sampling.known(packs)
    if name not in known:
        hint = tr("Samplings: {samplings}", samplings=", ".join(known))
        raise PlanError(tr("no pack of the plan has this sampling"), where=name, hint=hint)


def latest(
    plan: Plan, packs: Sequence[Pack], file: Path, name: str, *, retest_of: str = ""
) -> LogEntry:
    """Return the latest commitment to a draw as it would be now, to be given a seed.

    Raises PlanError where there is none: nobody committed to it, or list or rule changed since, and
    OutputError.
    """
    _require_known(packs, name)
    due = committed.committed_to(plan, packs, name, retest_of)
    made = [entry for entry in _whole(file) if entry.what == COMMITTED and entry.details == due]
    if not made:
        what = tr("nothing was committed to for this draw, or list or rule changed since")
        hint = tr("Commit first: acceptance sample PLAN.toml --sampling NAME --commit")
        raise PlanError(what, where=str(file), hint=hint)
    return made[-1]


def _whole(file: Path) -> tuple[LogEntry, ...]:
    """Read a file of commitments, and cut off half an entry that a kill left."""
    if not file.is_file():
        return read(file)  # which says what to do
    with _held(file):
        return read(file)


def _held(file: Path) -> AbstractContextManager[None]:
    return held(file, tr("somebody else is writing commitments"))


def seed(file: Path, commitment: LogEntry, value: str, **witness: Value) -> LogEntry:
    """Write down the seed that somebody else gave for a commitment; return the entry.

    ``witness`` tells who: ``witness`` and ``statement``; of a time stamp ``token`` and ``info``
    (hexadecimal digits), ``stamped`` and ``witness``. Raises PlanError where nobody is named, and
    OutputError.
    """
    if not str(witness.get("witness", "")).strip() or not value.strip():
        hint = tr("Name who gave the seed: --witness NAME --statement TEXT")
        raise PlanError(tr("a seed needs a witness"), where=str(file), hint=hint)
    with writing(file.parent), _held(file):
        details = {"commitment": commitment.sha256, "seed": value, **witness}
        return LogBook(file.parent, file.name).append(SEEDED, details)

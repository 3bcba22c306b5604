"""Re-tests of a sample, from the session in which devices failed: drawn up, and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks import sampling
from acceptance.checks.decision import FAILURES
from acceptance.errors import PlanError, SessionError
from acceptance.messages import tr
from acceptance.model import Draw, Precedence
from acceptance.session import predecessors, store

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from acceptance.model import Finding, Pack, Plan, Predecessor, Sample, Session
    from acceptance.session.predecessors import Examine


def draw_up(
    asked: Plan,
    packs: Sequence[Pack],
    folder: Path,
    *,
    name: str,
    seed: str,
    examine: Examine,
) -> Draw:
    """Make the draw of a re-test out of what failed in the session in ``folder``.

    ``name`` is the sampling, needed where devices failed by several; ``examine`` checks the session
    first. Raises PlanError: nothing sampled failed there, or the plan's first sample is not that of
    the session; and SessionError, also where the session was changed.
    """
    first, failed, session = _failed_draw(asked, packs, folder, name, examine)
    return Draw(
        sampling=first.sampling,
        seed=seed,
        retest_of=first.seed,
        failed=tuple(dict.fromkeys(finding.subject for finding in failed)),
        requirements=tuple(dict.fromkeys(finding.requirement for finding in failed)),
        session=session,
    )


def sampling_of(
    asked: Plan, packs: Sequence[Pack], folder: Path, *, name: str, examine: Examine
) -> tuple[str, str]:
    """Name the sampling of a re-test and the seed of its first draw; raises as ``draw_up``."""
    first, _, _ = _failed_draw(asked, packs, folder, name, examine)
    return first.sampling, first.seed


def _failed_draw(
    asked: Plan, packs: Sequence[Pack], folder: Path, name: str, examine: Examine
) -> tuple[Draw, list[Finding], str]:
    """Return the first draw of the plan in which devices failed, what failed, and the session."""
    examine(folder, Precedence.RETEST)
    done = store.load(folder)
    firsts = (draw for draw in asked.draws if not draw.retest_of)
    by_name = {draw.sampling: draw for draw in firsts if name in {"", draw.sampling}}
    lots, failed = _failed(done, by_name)
    names = {lots[finding.requirement, finding.subject].sampling for finding in failed}
    first = by_name[_single(names, done)]
    _check_lots(sampling.draw(packs, asked), first, done)
    return first, failed, done.id


def _check_lots(now: Sequence[Sample], first: Draw, done: Session) -> None:
    """Refuse a re-test whose first sample is not that of the session.

    Devices or packs have changed since.
    """
    if _lots(now, first) != _lots(done.samples, first):
        what = tr("the plan's first sample is not that of the session")
        hint = tr(
            "Devices were added, removed or renamed: a re-test is of the lots that were tested"
        )
        raise PlanError(what, where=done.id, hint=hint)


def _lots(samples: Sequence[Sample], first: Draw) -> set[tuple[frozenset[str], tuple[str, ...]]]:
    """Return the lots of the draw that is tested again, each with its sample."""
    return {
        (frozenset(drawn.lot), drawn.drawn) for drawn in samples if sampling.is_of(drawn, first)
    }


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


def check(asked: Plan, out: Path, examine: Examine) -> tuple[Predecessor, ...]:
    """Return the sessions in which failed what is tested again, each as ``examine`` found it.

    A re-test that leaves out a device which failed there is refused: it would not be tested again,
    and its failure be forgotten. Only sessions that lie in ``out`` can be looked at; all others are
    absent. Raises PlanError and SessionError.
    """
    found: dict[str, Predecessor] = {}
    for number, draw in enumerate(asked.draws, start=1):
        if not draw.retest_of:
            continue
        if draw.session not in found:
            found[draw.session] = _examined(draw.session, out, examine)
        for folder in store.find(out, draw.session):
            _require_all(asked, number, store.load(folder))
    return tuple(found.values())


def _require_all(asked: Plan, number: int, done: Session) -> None:
    draw = asked.draws[number - 1]
    if left := _left_out(asked, draw, done):
        parameters = {"devices": ", ".join(left), "session": draw.session}
        what = tr("leaves out {devices}, failed in session {session}", **parameters)
        where = tr("draw {number}, {sampling}", number=number, sampling=draw.sampling)
        hint = tr("Take it from `acceptance sample --retest`")
        raise PlanError(what, where=where, hint=hint)


def _examined(session: str, out: Path, examine: Examine) -> Predecessor:
    """Examine a session, all copies of it, whatever their folders are called."""
    folders = store.find(out, session)
    _require_itself(session, out / session, folders)
    found = [examine(folder, Precedence.RETEST) for folder in folders]
    if any(other.sha256 != found[0].sha256 for other in found):
        what = tr("has the number of {other}, and is another session", other=folders[0])
        hint = tr("One of them was changed: acceptance verify says which")
        raise SessionError(what, where=str(folders[-1]), hint=hint)
    return found[0] if found else predecessors.absent(session)


def _require_itself(session: str, named: Path, folders: Sequence[Path]) -> None:
    """Refuse another session in the folder that bears this one's number."""
    if session and named not in folders and (named / store.FILE).is_file():
        number = store.load(named).id
        what = tr("holds session {found}, not {session}", found=number, session=session)
        hint = tr("Restore the session in which devices failed, or name the folder as its session")
        raise SessionError(what, where=str(named), hint=hint)


def _left_out(asked: Plan, draw: Draw, done: Session) -> list[str]:
    """Devices that failed in the session by the draw's sampling, and are not tested again by it.

    That is by this draw, or by another one of its sampling: devices that failed by what it tests
    again, and where none did, all. What else they failed by stays judged on the first sample.
    """
    _, failures = _failed(done, _samplings(draw, done))
    draws = [
        other
        for other in asked.draws
        if (other.sampling, other.session) == (draw.sampling, draw.session)
    ]
    again = [one for one in failures if _tests(draw, one)]
    tested = {
        (one.requirement, one.subject)
        for one in failures
        for other in draws
        if one.subject in other.failed and (_tests(other, one) or not again)
    }
    left = ((one.requirement, one.subject) for one in again or failures)
    return [*dict.fromkeys(device for item, device in left if (item, device) not in tested)]


def _samplings(draw: Draw, done: Session) -> set[str]:
    """Return the session's own name of a draw's sampling; by another pack, all called like it."""
    every = {sample.sampling for sample in done.samples}
    alike = {name for name in every if _name(name) == _name(draw.sampling)}
    return {draw.sampling} if draw.sampling in every else alike


def _tests(draw: Draw, failure: Finding) -> bool:
    """Whether a draw tests again what a device failed by; its pack may have another name."""
    tested = {_name(requirement) for requirement in draw.requirements}
    return not tested or _name(failure.requirement) in tested


def _name(reference: str) -> str:
    return reference.partition("#")[2]

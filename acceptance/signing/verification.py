"""Verify a session folder, or a report alone, offline.

Is it what was signed, is anything missing, do the verdicts follow? The chain of trust runs from a
root certificate that the verifier supplies, through the signature, to the report; to the
``session.json`` attached to it, which the signature covers; to the hashes in that of every file
below ``data/``; and to the verdicts, which are judged again from the stored packs and measurements.
Manifests and log are checked as well, but nothing rests on them: whoever changes a file can change
them too (``docs/verify.md``).
"""

from __future__ import annotations

import hashlib
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance import __version__
from acceptance.errors import InputError, NewerSessionError, SessionError
from acceptance.files import shortage
from acceptance.files.collector import without_collector
from acceptance.messages import in_turn, tr
from acceptance.session import integrity, side_by_side, store
from acceptance.signing import remeasured, signatures
from acceptance.signing.signatures import State
from acceptance.signing.steps import Examined

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from acceptance.session.measuring import Progress
    from acceptance.signing.policy import Policy
    from acceptance.signing.shown_steps import Outcome
    from acceptance.signing.signatures import Signature

STEPS = {
    "signature": Examined.signature,
    "attachment": Examined.attachment,
    "number": Examined.number,
    "manifests": Examined.manifests,
    "evidence": Examined.evidence,
    "log": Examined.log,
    "predecessors": Examined.predecessors,
    "seeds": Examined.seeds,
    "verdicts": Examined.verdicts,
    "renderings": Examined.renderings,
    "annexes": Examined.annexes,
}
BEFORE_PAGES = "evidence"
EXIT_CODES = {State.OK: 0, State.BROKEN: 1, State.INCOMPLETE: 2, State.INDETERMINATE: 3}


@dataclass(frozen=True, kw_only=True)
class Step:
    """One thing that was checked.

    ``details`` are sentences that name what was found, or what changed.
    """

    name: str
    state: State
    details: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Verification:
    """All steps, in order.

    ``number`` is the report number, empty where no session could be read.
    """

    number: str
    steps: tuple[Step, ...]
    conclusion: str = ""
    """The bottom line of the session in the report, in English, whatever its pages may say.

    Empty where it cannot be read."""
    report: str = ""
    """SHA-256 of the report, in hexadecimal; empty where there is none."""
    roots: tuple[str, ...] = ()
    """SHA-256 of the root certificates against which it was checked."""
    signatures: tuple[Signature, ...] = ()
    """Who signed the report, the first first; empty: nobody, or it cannot be read."""

    @property
    def state(self) -> State:
        """The worst of the steps: broken before incomplete before indeterminate."""
        return signatures.worst(step.state for step in self.steps)

    @property
    def exit_code(self) -> int:
        """0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate."""
        return EXIT_CODES[self.state]


def verify(
    target: Path | str,
    trust: Sequence[Path | str] = (),
    *,
    roles: Sequence[str] = (),
    signers: Sequence[Path | str] = (),
    policy: Policy | None = None,
    at: datetime | None = None,
    remeasure: bool = False,
    beside: Sequence[Path | str] = (),
    progress: Progress | None = None,
    answered: Callable[[Sequence[Step]], None] | None = None,
) -> Verification:
    """Check a session folder, or one ``report.pdf`` by itself (which is incomplete at best).

    ``target`` is either. ``trust``, ``roles``, ``signers``, ``policy`` and ``at`` are as in
    ``signature_check.verify_pdf``. ``remeasure`` measures the clips again and compares; that takes
    as long as measuring them. ``beside`` are sessions, or folders of sessions, in which no film of
    this one may stand for another device. ``progress`` is told how far it is, and how many files of
    the report are set again; ``answered`` what all steps but the pages found, before these are set,
    which takes longest. Raises ``SessionError`` where there is neither report nor session, and
    ``InputError`` for a file to trust that cannot be read. Whatever else is wrong is in the result.
    """
    target = Path(target)
    _require_elsewhere(target, [*trust, *signers, *([policy.where] if policy else ())])
    roots = [*(Path(file) for file in trust), *(policy.roots if policy else ())]
    examined = Examined(target, roots, roles=roles, signers=signers, policy=policy, at=at)
    examined.progress = progress
    _require_something(target, examined.report)
    with closing(examined):
        with suppress(Exception), without_collector():  # the steps say what is wrong
            examined.get_ready()
        _require_readable(roots, signers, policy)
        done = _steps(examined, answered)
    if remeasure:
        again = partial(remeasured.measurements, examined, progress)
        done.append(_run("measurements", again))
    if beside:
        done.append(_run("beside", partial(_beside, examined, beside)))
    said = _run("conclusion", examined.conclusion)
    conclusion = said.details[0] if said.state is State.OK else ""
    return Verification(
        number=examined.known_number,
        steps=tuple(done),
        conclusion=conclusion,
        report=hashlib.sha256(examined.pdf).hexdigest() if examined.pdf else "",
        roots=examined.roots,
        signatures=_signatures(examined),
    )


def _require_something(target: Path, report: Path) -> None:
    """Raise SessionError where there is neither report nor session."""
    if not report.is_file() and not (target / store.FILE).is_file():
        what = tr("there is neither a report nor a session here")
        raise SessionError(what, where=str(target), hint=tr("Check the path"))


def _beside(examined: Examined, places: Sequence[Path | str]) -> Outcome:
    """Hold the films against those of other sessions: which of two tells the truth, none shows."""
    contradicted = tuple(side_by_side.contradictions(examined.session, [*map(Path, places)]))
    return (State.INDETERMINATE if contradicted else State.OK), contradicted


def _require_elsewhere(target: Path, brought: Sequence[Path | str]) -> None:
    """Refuse what is to be trusted from the folder that is checked. Raises InputError."""
    for file in brought:
        if target.is_dir() and Path(file).absolute().is_relative_to(target.absolute()):
            what = tr("lies in the folder that is checked, so whoever made that chose it")
            hint = tr("Get it from the institute itself")
            raise InputError(what, where=str(file), hint=hint)


def _signatures(examined: Examined) -> tuple[Signature, ...]:
    """Name who signed; what cannot be read is told by the step that could not read it."""
    try:
        return examined.signatures.signatures if examined.pdf else ()
    except Exception as error:  # noqa: BLE001 -- as in _run
        shortage.require_none(error)
        return ()


def _require_readable(
    roots: Sequence[Path], signers: Sequence[Path | str], policy: Policy | None
) -> None:
    """Refuse what is to be trusted and cannot be read. Raises InputError."""
    from acceptance.signing import pinned, signature_check  # noqa: PLC0415 -- late: brings pyHanko

    signature_check.trusted(roots, policy)
    pinned.read(signers)


def _steps(examined: Examined, answered: Callable[[Sequence[Step]], None] | None) -> list[Step]:
    """Take all steps; pages are begun once neither signature nor evidence is broken."""
    done: list[Step] = []
    with without_collector():
        for name, step in STEPS.items():
            done.append(_run(name, partial(step, examined)))
            if _is_broken(done):
                examined.give_up_pages()
            elif name == BEFORE_PAGES:
                with suppress(Exception):  # the step of the pages says what is wrong
                    examined.begin_pages()
    done.append(_pages(examined, done, answered))
    return done


def _is_broken(done: Sequence[Step]) -> bool:
    return any(step.state is State.BROKEN for step in done)


def _pages(
    examined: Examined, done: Sequence[Step], answered: Callable[[Sequence[Step]], None] | None
) -> Step:
    """Run the step that takes longest, where nothing is broken yet."""
    if _is_broken(done):
        what = tr("something else is broken already")
        return Step(name="pages", state=State.SKIPPED, details=(what,))
    if answered and examined.folder and examined.pdf:
        answered(done)
    with without_collector():
        return _run("pages", examined.pages)


def require_intact(folder: Path) -> None:
    """Refuse to build on a session folder that is not as it was sealed, or that its report denies.

    Raises SessionError as ``integrity.require_intact`` does.
    """
    integrity.require_intact(folder, contradictions(Examined(folder)))


def require_sound(
    folder: Path, trust: Sequence[Path] = (), progress: Progress | None = None
) -> Verification:
    """Refuse to sign after others what is broken, or, given roots, what strangers signed.

    Return what was found. ``progress`` is as for ``verify``. Raises SessionError.
    """
    result = verify(folder, trust, progress=progress)
    wrong = [step for step in result.steps if step.state is State.BROKEN]
    if trust:
        wrong += [step for step in result.steps[:1] if step.state is State.INDETERMINATE]
    if wrong:
        found = in_turn(integrity.shorten([text for step in wrong for text in step.details]))
        what = tr("the report cannot be signed after others: {problems}", problems=found)
        hint = tr("Ask who signed before for the report, or have it written and signed again")
        raise SessionError(what, where=str(folder), hint=hint)
    return result


def is_signed(examined: Examined) -> bool:
    """Whether the report holds, or held, a signature."""
    return b"/ByteRange" in examined.pdf


def contradictions(examined: Examined) -> Iterator[str]:
    """Say where the report of a session folder contradicts the session in it, and is broken."""
    steps = [_run("attachment", examined.attachment)]
    if examined.session.tool_version == __version__:
        steps.append(_run("verdicts", examined.verdicts))
    if is_signed(examined):
        steps.append(_run("signature", examined.signature))
    for step in steps:
        if step.state is State.BROKEN:
            yield from step.details


def _run(name: str, step: Callable[[], Outcome]) -> Step:
    try:
        state, details = step()
    # A changed file can make any step fail in any way, which is a finding.
    except Exception as error:  # noqa: BLE001 -- see above
        shortage.require_none(error)
        what = tr("cannot be checked: {problem}", problem=str(error) or type(error).__name__)
        newer = isinstance(error, NewerSessionError)
        state, details = State.INDETERMINATE if newer else State.BROKEN, (what,)
    return Step(name=name, state=state, details=details)

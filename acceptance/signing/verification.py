"""Verify a session folder, or a report alone, offline.

Is it what was signed, is anything missing, do the verdicts follow? The chain of trust runs from a
root certificate that the verifier supplies, through the signature, to the report; to the
``session.json`` attached to it, which the signature covers; to the hashes in that of every file
below ``data/``; and to the verdicts, which are judged again from the stored packs and measurements.
Manifests and log are checked as well, but nothing rests on them: whoever changes a file can change
them too (``docs/verify.md``).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.messages import tr
from acceptance.session import integrity, store
from acceptance.signing import signatures
from acceptance.signing.signatures import State
from acceptance.signing.steps import Target

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime

    from acceptance.signing.steps import Outcome

STEPS = {
    "signature": Target.signature,
    "attachment": Target.attachment,
    "number": Target.number,
    "manifests": Target.manifests,
    "evidence": Target.evidence,
    "log": Target.log,
    "verdicts": Target.verdicts,
    "renderings": Target.renderings,
}
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
    at: datetime | None = None,
) -> Verification:
    """Check a session folder, or one ``report.pdf`` by itself (which is incomplete at best).

    ``target`` is either. ``trust``, ``roles``, ``signers`` and ``at`` are as in
    ``signature_check.verify_pdf``. Raises ``SessionError`` where there is neither report nor
    session, and ``InputError`` for a file to trust that cannot be read. Whatever else is wrong is
    in the result.
    """
    from acceptance.signing import certificates, pinned  # noqa: PLC0415 -- late: brings pyHanko

    target, roots = Path(target), [Path(file) for file in trust]
    examined = Target(target, roots, roles=roles, signers=signers, at=at)
    if not examined.pdf and not (target / store.FILE).is_file():
        what = tr("there is neither a report nor a session here")
        raise SessionError(what, where=str(target), hint=tr("Check the path"))
    certificates.load_trust(roots)
    pinned.read(signers)
    done = tuple(_run(name, partial(step, examined)) for name, step in STEPS.items())
    return Verification(number=examined.known_number, steps=done)


def require_intact(folder: Path) -> None:
    """Refuse to build on a session folder that is not as it was sealed, or that its report denies.

    Raises SessionError as ``integrity.require_intact`` does.
    """
    integrity.require_intact(folder, contradictions(Target(folder)))


def is_signed(examined: Target) -> bool:
    """Whether the report holds, or held, a signature."""
    return b"/ByteRange" in examined.pdf


def contradictions(examined: Target) -> Iterator[str]:
    """Say where the report of a session folder contradicts the session in it, and is broken."""
    steps = [_run("attachment", examined.attachment)]
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
        what = tr("cannot be checked: {problem}", problem=str(error) or type(error).__name__)
        state, details = State.BROKEN, (what,)
    return Step(name=name, state=state, details=details)

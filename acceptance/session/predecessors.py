"""Older sessions that a session rests on, as it names them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.model import Precedence, Predecessor, Vouched
from acceptance.session import evidence, integrity, store

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from acceptance.model import Session

    Examine = Callable[[Path, Precedence], Predecessor]


def examine(folder: Path, role: Precedence) -> Predecessor:
    """Name an older session without its report: that takes ``signing.predecessors.examine``.

    Raises SessionError where the session was changed.
    """
    integrity.require_intact(folder)
    return named(folder, role, Vouched.NOT_CHECKED)


def named(folder: Path, role: Precedence, signature: Vouched) -> Predecessor:
    """Name an older session by its id and its content."""
    total = evidence.hash_file(folder / store.FILE)
    return Predecessor(id=store.load(folder).id, role=role, signature=signature, sha256=total)


def absent(session: str) -> Predecessor:
    """Name a session whose failures are tested again, and which is not at hand."""
    return Predecessor(id=session, role=Precedence.RETEST, signature=Vouched.ABSENT)


def of(before: Session) -> tuple[Predecessor, ...]:
    """Return what a session rests on, also where a version up to 0.5 made it.

    Such a version did not say so, and checked no signature.
    """
    known = {earlier.id for earlier in before.predecessors}
    return (*(one for one in _unsaid(before) if one.id not in known), *before.predecessors)


def _unsaid(before: Session) -> Iterator[Predecessor]:
    for entry in before.log:
        if entry.what == "judged_again":
            yield Predecessor(
                id=str(entry.details.get("session", "")),
                role=Precedence.JUDGED_AGAIN,
                signature=Vouched.NOT_CHECKED,
                sha256=str(entry.details.get("sha256", "")),
            )
    yield from (absent(draw.session) for draw in before.plan.draws if draw.retest_of)


def signers(earlier: Predecessor) -> str:
    """Name the signers with their certificates, for the log."""
    return "; ".join(f"{signer.name} ({signer.certificate})" for signer in earlier.signers)

"""Old sessions that new ones rest on: whether report and signature agree, and who signed.

Who builds on a session that nobody signed builds on whatever somebody wrote into it, and a new
signature would make it look vouched for.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.messages import in_turn, tr
from acceptance.model import Precedence, Predecessor, Signatory, Vouched
from acceptance.report import before_after
from acceptance.session import integrity, predecessors, store
from acceptance.signing import verification
from acceptance.signing.steps import Examined

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.report.before_after import Comparison


def examine(folder: Path, role: Precedence, trust: Sequence[Path | str] = ()) -> Predecessor:
    """Refuse an old session that was changed, or that its report denies; say who signed it.

    ``trust``: files with root certificates and revocation lists, as for ``verify``; where there are
    none, no signer is checked, and the result says so. Raises SessionError, also for a signature
    that is broken or, with ``trust``, does not lead to a root in it; InputError for its files.
    """
    load_roots(trust)
    old = Examined(folder, [Path(file) for file in trust])
    integrity.require_intact(folder, verification.contradictions(old))
    found = predecessors.named(folder, role, Vouched.UNSIGNED)
    return _signed(found, old) if verification.is_signed(old) else found


def load_roots(trust: Sequence[Path | str]) -> None:
    """Refuse files that hold neither certificate nor revocation list. Raises InputError."""
    if trust:
        from acceptance.signing import certificates  # noqa: PLC0415 -- late: brings pyHanko

        certificates.load_trust([Path(file) for file in trust])


def _signed(found: Predecessor, old: Examined) -> Predecessor:
    report = old.signatures
    if old.trust and not report.trusted:
        problems = in_turn(problem.detail for problem in report.problems)
        what = tr("the signature of this session is not verified: {problems}", problems=problems)
        hint = tr(
            "Give the signer's root and newer revocation lists, or no --trust: the new report then "
            "says that the signature was not checked"
        )
        raise SessionError(what, where=found.id, hint=hint)
    signers = tuple(
        Signatory(name=signature.name, certificate=signature.certificate)
        for signature in report.signatures
    )
    state = Vouched.SIGNED if old.trust else Vouched.NOT_CHECKED
    return replace(found, signature=state, signers=signers, roots=old.roots)


def compare(before: Path, after: Path, trust: Sequence[Path | str] = ()) -> Comparison:
    """Compare two session folders clause by clause, as ``before_after.compare`` does.

    Raises SessionError and InputError as ``examine`` does.
    """
    vouched = tuple(examine(folder, Precedence.BASELINE, trust) for folder in (before, after))
    found = before_after.compare(store.load(before), store.load(after))
    return replace(found, sessions=vouched)

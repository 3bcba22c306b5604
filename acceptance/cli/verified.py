"""What ``verify --json`` writes (``docs/formats.md``)."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.signatures import Signature
    from acceptance.signing.verification import Verification


@dataclass(frozen=True, kw_only=True)
class VerifySignature:
    """Who signed the report."""

    role: str
    """In which role: the name of the signature's field."""

    name: str
    """The common name in the certificate."""

    when: str
    """ISO time by the signer's own clock; empty: not stated."""

    level: str
    """Level of PAdES."""

    certificate: str
    """SHA-256 of the certificate (DER), in hexadecimal."""

    key: str
    """SHA-256 of the public key (DER), in hexadecimal."""

    subject: str
    """All that the certificate says of the signer."""

    stamped: str
    """ISO time that a trusted time stamping authority proves; empty: none."""

    authority: str
    """Who stamped it; empty: nobody."""

    of_test_chain: bool
    """The certificate says of itself that it has no legal value."""

    reason: str = ""
    """Why it was signed, by the signature itself: the number of the report; empty: not stated."""


@dataclass(frozen=True, kw_only=True)
class VerifyStep:
    """One thing that was checked."""

    name: str
    """What: ``signature``, ``attachment`` ... (``docs/verify.md``)."""

    state: State
    """How it came out."""

    details: tuple[str, ...]
    """Sentences that name what was found, or what changed."""


@dataclass(frozen=True, kw_only=True)
class VerifyOutput:
    """What ``verify --json`` writes."""

    schema: str
    """Name and number of the schema of this file."""

    target: str
    """Absolute path of what was checked."""

    session: str
    """Id of the session; empty where none could be read."""

    exit_code: int
    """With which ``verify`` ends: 0 valid and complete, 1 broken, 2 incomplete, 3 indeterminate."""

    state: State
    """The worst of the steps: broken before incomplete before indeterminate."""

    conclusion: str
    """What the session in the report concludes, in English; empty where it cannot be read."""

    steps: tuple[VerifyStep, ...]
    """All that was checked, in order."""

    signatures: tuple[VerifySignature, ...]
    """Who signed, the first signer first, whatever was found of it; empty: nobody, or not read."""


def of_verification(found: Verification, target: Path) -> dict[str, object]:
    """Make what ``verify`` writes of what it found."""
    steps = (VerifyStep(name=one.name, state=one.state, details=one.details) for one in found.steps)
    output = VerifyOutput(
        schema="verify-1",
        target=str(target.absolute()),
        session=found.number,
        exit_code=found.exit_code,
        state=found.state,
        conclusion=found.conclusion,
        steps=tuple(steps),
        signatures=tuple(map(_signature, found.signatures)),
    )
    return asdict(output)


def _signature(signature: Signature) -> VerifySignature:
    return VerifySignature(
        role=signature.role,
        name=signature.name,
        when=signature.when.isoformat() if signature.when else "",
        level=signature.level,
        certificate=signature.certificate,
        key=signature.key,
        subject=signature.subject,
        stamped=signature.stamped.isoformat() if signature.stamped else "",
        authority=signature.authority,
        of_test_chain=signature.of_test_chain,
        reason=signature.reason,
    )

"""Pinned signers: the certificates or keys that alone may have signed (SHA-256 of their DER).

A root vouches for names, and may vouch for two persons of one name.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import keys, pem  # type: ignore[import-untyped]  # ships no types
from asn1crypto import x509 as asn1_x509

from acceptance.errors import InputError
from acceptance.files import regular
from acceptance.messages import tr
from acceptance.signing.signatures import SignatureProblem

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from acceptance.signing.signatures import Signature


def of_certificate(certificate: asn1_x509.Certificate) -> str:
    """SHA-256 of a certificate, in hexadecimal: its fingerprint."""
    return hashlib.sha256(certificate.dump()).hexdigest()


def of_key(certificate: asn1_x509.Certificate) -> str:
    """SHA-256 of the public key (SubjectPublicKeyInfo) in a certificate, in hexadecimal."""
    return hashlib.sha256(certificate.public_key.dump()).hexdigest()


def read(signers: Iterable[Path | str]) -> frozenset[str]:
    """Return the fingerprints that files of certificates or public keys, or texts, stand for.

    A file is PEM or DER. A text that is no file is a SHA-256 of either, with or without colons.
    Raises InputError for anything else.
    """
    return frozenset(found for signer in signers for found in _fingerprints(signer))


def strangers(
    signatures: Iterable[Signature], permitted: frozenset[str]
) -> Iterator[SignatureProblem]:
    """Find who signed and is not ``permitted``; empty: whoever a root vouches for may sign."""
    for signature in signatures if permitted else ():
        if permitted.isdisjoint({signature.certificate, signature.key}):
            detail = tr(
                "{role}: signed by {name} with another certificate and key than those that were "
                "named (certificate {certificate})",
                role=signature.role, name=signature.name, certificate=signature.certificate,
            )  # fmt: skip
            yield SignatureProblem(code="another_signer", detail=detail)


def is_hash(text: str) -> bool:
    """Whether a text is a SHA-256, with or without colons and blanks, in either case."""
    return regular.SHA256.fullmatch(_plain(text)) is not None


def _plain(text: str) -> str:
    return text.replace(":", "").replace(" ", "").lower()


def _fingerprints(signer: Path | str) -> list[str]:
    if is_hash(str(signer)) and not Path(signer).exists():
        return [_plain(str(signer))]
    try:
        content = regular.content(Path(signer))
        blocks = (
            [block for *_, block in pem.unarmor(content, multiple=True)]
            if pem.detect(content)
            else [content]
        )
        return [_fingerprint(block) for block in blocks]
    except (OSError, ValueError, TypeError) as error:
        what = tr("is no certificate, no public key, and no SHA-256 of one")
        hint = tr("Give the signer's certificate or public key in PEM or DER form")
        raise InputError(what, where=str(signer), hint=hint) from error


def _fingerprint(block: bytes) -> str:
    """Return the SHA-256 of a certificate or of a public key (DER). Raises ValueError."""
    try:
        certificate = asn1_x509.Certificate.load(block, strict=True)
        certificate.native  # noqa: B018 -- asn1crypto parses lazily; rubbish must show here
    except (ValueError, TypeError):
        key = keys.PublicKeyInfo.load(block, strict=True)
        key.native  # noqa: B018 -- as above
        return hashlib.sha256(block).hexdigest()
    return of_certificate(certificate)

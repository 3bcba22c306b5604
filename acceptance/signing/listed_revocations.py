"""Certificates that a known revocation list names, whatever they say of lists themselves.

pyHanko asks for a list where a certificate announces one, and takes an entry of a later day for
none. But who brings a list that names the signer's certificate has to be told.
"""

from __future__ import annotations

import contextlib
from itertools import pairwise
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.serialization import load_der_public_key

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from asn1crypto import crl as asn1_crl  # type: ignore[import-untyped]  # ships no types
    from asn1crypto import x509 as asn1_x509
    from pyhanko_certvalidator.path import ValidationPath
    from pyhanko_certvalidator.revinfo.archival import CRLContainer


# Of an authority that stamps times: with these, what it stamped before holds (RFC 3161, 4).
STAMPED_BEFORE_HOLDS = {
    x509.ReasonFlags.unspecified, x509.ReasonFlags.affiliation_changed,
    x509.ReasonFlags.superseded, x509.ReasonFlags.cessation_of_operation,
}  # fmt: skip


def days(path: ValidationPath, lists: Iterable[CRLContainer]) -> Iterator[datetime]:
    """Yield on which day a list by its issuer says that a certificate of a path was revoked.

    A list that cannot be read tells nothing: anybody can bring one under an issuer's name.
    """
    yield from (entry.revocation_date_utc for entry in _listed(path, lists))


def proves_no_time(
    path: ValidationPath | None, lists: Iterable[CRLContainer], stamped: datetime
) -> bool:
    """Whether an authority is listed, by its own path, so that what it ``stamped`` proves nothing.

    Whoever has its key can stamp any time: then, and where no reason is given, the day on the list
    says nothing (RFC 3161, 4).
    """
    return any(
        entry.revocation_date_utc <= stamped or _reason(entry) not in STAMPED_BEFORE_HOLDS
        for entry in (_listed(path, lists) if path else ())
    )


def _listed(
    path: ValidationPath, lists: Iterable[CRLContainer]
) -> Iterator[x509.RevokedCertificate]:
    held = [(issuer, read) for each in lists for issuer, read in _read(each.crl_data)]
    for issuer, certificate in pairwise(path.iter_certs(include_root=True)):
        for by, found in held:
            if by == certificate.issuer:
                yield from _entries(found, issuer, certificate)


def _read(
    held: asn1_crl.CertificateList,
) -> Iterator[tuple[asn1_x509.Name, x509.CertificateRevocationList]]:
    """Yield a list and who issued it; nothing where it breaks the rules of its form."""
    with contextlib.suppress(ValueError, TypeError, UnsupportedAlgorithm, x509.InvalidVersion):
        yield held.issuer, x509.load_der_x509_crl(held.dump())


def _entries(
    found: x509.CertificateRevocationList,
    issuer: asn1_x509.Certificate,
    certificate: asn1_x509.Certificate,
) -> Iterator[x509.RevokedCertificate]:
    if not _is_by(found, issuer):
        return
    with contextlib.suppress(ValueError):  # an entry that breaks the rules of its form
        entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
        if entry and not _takes_off(entry):
            yield entry


def _takes_off(entry: x509.RevokedCertificate) -> bool:
    """Whether an entry takes a certificate off the list; one without a legible reason does not."""
    return _reason(entry) is x509.ReasonFlags.remove_from_crl


def _reason(entry: x509.RevokedCertificate) -> x509.ReasonFlags | None:
    try:
        return entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return None


def _is_by(found: x509.CertificateRevocationList, issuer: asn1_x509.Certificate) -> bool:
    """Whether the key of a certificate signed a list."""
    try:
        return found.is_signature_valid(load_der_public_key(issuer.public_key.dump()))  # type: ignore[arg-type]
    except (UnsupportedAlgorithm, TypeError, ValueError):
        return False

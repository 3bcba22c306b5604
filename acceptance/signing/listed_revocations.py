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

    from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # ships no types
    from pyhanko_certvalidator.path import ValidationPath
    from pyhanko_certvalidator.revinfo.archival import CRLContainer


def days(path: ValidationPath, lists: Iterable[CRLContainer]) -> Iterator[datetime]:
    """Yield on which day a list by its issuer says that a certificate of a path was revoked."""
    held = [each.crl_data for each in lists]
    for issuer, certificate in pairwise(path.iter_certs(include_root=True)):
        for found in held:
            if found.issuer == certificate.issuer:
                yield from _entries(x509.load_der_x509_crl(found.dump()), issuer, certificate)


def _entries(
    found: x509.CertificateRevocationList,
    issuer: asn1_x509.Certificate,
    certificate: asn1_x509.Certificate,
) -> Iterator[datetime]:
    entry = found.get_revoked_certificate_by_serial_number(certificate.serial_number)
    if entry is None or not _is_by(found, issuer):
        return
    with contextlib.suppress(x509.ExtensionNotFound):
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
        if reason is x509.ReasonFlags.remove_from_crl:
            return
    yield entry.revocation_date_utc


def _is_by(found: x509.CertificateRevocationList, issuer: asn1_x509.Certificate) -> bool:
    """Whether the key of a certificate signed a list."""
    try:
        return found.is_signature_valid(load_der_public_key(issuer.public_key.dump()))  # type: ignore[arg-type]
    except (UnsupportedAlgorithm, TypeError, ValueError):
        return False

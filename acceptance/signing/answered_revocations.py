"""What the answers about single certificates say that lie in a report (OCSP, RFC 6960).

This tool embeds none, and an answer that a certificate is good is no evidence here: it goes stale.
But one by which the issuer took a certificate back has to be told, as an entry of a list has.
"""

from __future__ import annotations

import hashlib
from itertools import pairwise
from typing import TYPE_CHECKING

from asn1crypto import ocsp  # type: ignore[import-untyped]  # ships no types
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from pyhanko.pdf_utils import generic
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

from acceptance.signing.updates import at

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from asn1crypto import algos, x509
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko_certvalidator.path import ValidationPath


def embedded(reader: PdfFileReader) -> list[ocsp.OCSPResponse]:
    """Read the answers in a report, those for a single signature included (ISO 32000-2, 12.8.4).

    Raises whatever a PDF from elsewhere can cause.
    """
    store = at(reader.root, "/DSS", {})
    single = at(store, "/VRI", {})
    held = [(store, "/OCSPs"), *((single[key], "/OCSP") for key in single)]
    listed = [found[key] for found, key in held if _holds(found, key)]
    return [ocsp.OCSPResponse.load(each.get_object().data) for items in listed for each in items]


def _holds(found: object, key: str) -> bool:
    return isinstance(found, generic.DictionaryObject) and key in found


def days(path: ValidationPath, answers: Iterable[ocsp.OCSPResponse]) -> Iterator[datetime]:
    """Yield on which day an issuer, or who answers for it, took a certificate of a path back."""
    said = [
        answer.basic_ocsp_response
        for answer in answers
        if answer["response_status"].native == "successful"
    ]
    for issuer, certificate in pairwise(path.iter_certs(include_root=True)):
        for answer in said:
            found = [*_revoked(answer, issuer, certificate)]
            if found and any(_signed(answer, by) for by in _who_answers(answer, issuer)):
                yield from found


def _revoked(
    answer: ocsp.BasicOCSPResponse, issuer: x509.Certificate, certificate: x509.Certificate
) -> Iterator[datetime]:
    for each in answer["tbs_response_data"]["responses"]:
        named, status = each["cert_id"], each["cert_status"]
        key = issuer.public_key["public_key"].contents[1:]  # without the count of unused bits
        digest = hashlib.new(named["hash_algorithm"]["algorithm"].native, key).digest()
        asked = named["serial_number"].native, named["issuer_key_hash"].native
        if asked == (certificate.serial_number, digest) and status.name == "revoked":
            yield status.chosen["revocation_time"].native


def _who_answers(
    answer: ocsp.BasicOCSPResponse, issuer: x509.Certificate
) -> Iterator[x509.Certificate]:
    """Yield the issuer, and whom it certified to answer for it (RFC 6960, 4.2.2.2)."""
    yield issuer
    for each in answer["certs"] or ():
        purposes = each.extended_key_usage_value
        fit = purposes is not None and "ocsp_signing" in purposes.native
        signed = (
            each["tbs_certificate"].dump(),
            each["signature_algorithm"],
            each["signature_value"].native,
        )
        if fit and _holds_under(issuer, *signed):
            yield each


def _signed(answer: ocsp.BasicOCSPResponse, by: x509.Certificate) -> bool:
    said = answer["tbs_response_data"].dump()
    return _holds_under(by, said, answer["signature_algorithm"], answer["signature"].native)


def _holds_under(
    by: x509.Certificate, said: bytes, algorithm: algos.SignedDigestAlgorithm, signature: bytes
) -> bool:
    """Whether a signature is by the key of a certificate."""
    try:
        DefaultSignatureValidator().validate_signature(
            signature,
            said,
            by.public_key,
            algorithm,
        )
    except (InvalidSignature, UnsupportedAlgorithm, ValueError, TypeError, NotImplementedError):
        return False
    return True

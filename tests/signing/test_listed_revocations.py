"""A revocation list that somebody brings counts, whatever the certificate says of lists."""

from __future__ import annotations

from typing import TYPE_CHECKING
from unittest.mock import patch

import pki
import pytest
from asn1crypto import cms, core, pem
from asn1crypto import crl as asn1_crl
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from sample_pdf import blank_pdf

from acceptance.signing import pades
from acceptance.signing.signature_check import verify_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from pki import Holder

    from acceptance.signing.signatures import SignatureReport

Reason = x509.ReasonFlags


def revoking(who: Holder, by: Holder, day: int, reason: Reason = Reason.key_compromise) -> bytes:
    """Make a list that names a certificate, ``day`` days from now."""
    entry = (
        x509.RevokedCertificateBuilder()
        .serial_number(who.certificate.serial_number)
        .revocation_date(pki.NOW + day * pki.DAY)
        .add_extension(x509.CRLReason(reason), critical=False)
        .build()
    )
    assert who.issuer
    made = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(who.issuer.certificate.subject)
        .last_update(pki.NOW - pki.DAY)
        .next_update(pki.NOW + pki.DAY)
        .add_revoked_certificate(entry)
        .sign(by.key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.PEM)


def checked(folder: Path, who: Holder, given: bytes) -> SignatureReport:
    """Sign, and check with the root and a list."""
    assert who.issuer
    root = pki.write(folder / "root.pem", who.issuer.pem)
    brought = pki.write(folder / "list.crl", given)
    return verify_pdf(pades.sign(blank_pdf(), who.signer()), [root, brought])


def codes(report: SignatureReport) -> list[str]:
    """Name what is wrong."""
    return [problem.code for problem in report.problems]


@pytest.mark.parametrize("day", [-2, 20])
def test_a_certificate_that_announces_no_list_is_revoked_by_the_one_brought(
    tmp_path: Path, day: int
) -> None:
    """Also from a later day on: whoever listed it does not trust it now."""
    who = pki.holder("signer", pki.authority("root"))
    assert who.issuer
    report = checked(tmp_path, who, revoking(who, who.issuer, day))
    assert codes(report) == ["revoked"]
    assert "was revoked on" in report.problems[0].detail


@pytest.mark.parametrize("by", ["of the same name", "taken off"])
def test_a_list_that_revokes_nothing_changes_nothing(tmp_path: Path, by: str) -> None:
    """One by somebody else, and an entry that takes another one off the list."""
    who = pki.holder("signer", pki.authority("root"))
    assert who.issuer
    if by == "taken off":
        given = revoking(who, who.issuer, -2, Reason.remove_from_crl)
    else:
        given = revoking(who, pki.authority("root"), -2)
    assert codes(checked(tmp_path, who, given)) == []


def unreadable(given: bytes, how: str) -> bytes:
    """Break a list in a way that pyHanko's parser of ASN.1 passes by."""
    held = asn1_crl.CertificateList.load(pem.unarmor(given)[2])
    listed = held["tbs_cert_list"]
    if how == "version":
        listed["version"] = 7
    else:
        listed["signature"] = {"algorithm": "sha512_rsa"}
    return pem.armor("X509 CRL", held.dump(force=True))


@pytest.mark.parametrize("how", ["version", "algorithms that differ"])
def test_a_list_that_cannot_be_read_breaks_no_report_and_hides_no_other(
    tmp_path: Path, how: str
) -> None:
    """Anybody can bring one that bears the issuer's name."""
    who = pki.holder("signer", pki.authority("root"))
    assert who.issuer
    good = revoking(who, who.issuer, -2)
    broken = unreadable(good, how)
    with pytest.raises((ValueError, x509.InvalidVersion)):
        x509.load_der_x509_crl(pem.unarmor(broken)[2])
    assert codes(checked(tmp_path, who, broken)) == []
    assert codes(checked(tmp_path, who, broken + good)) == ["revoked"]


def test_the_container_of_a_signature_holds_no_words(tmp_path: Path) -> None:
    """Viewers show commitments, places and notices of policies in it."""
    who = pki.holder("signer", pki.authority("root"))
    assert who.issuer
    signer = who.signer()
    own = type(signer.key).signed_attrs

    async def attributes(*given: object, **named: object) -> cms.CMSAttributes:
        made = await own(*given, **named)  # type: ignore[arg-type]
        words = [core.UTF8String("全部合格")]
        made.append(cms.CMSAttribute({"type": "1.2.840.113549.1.9.16.2.4", "values": words}))
        return made

    with patch.object(type(signer.key), "signed_attrs", attributes):
        pdf = pades.sign(blank_pdf(), signer)
    report = verify_pdf(pdf, [pki.write(tmp_path / "root.pem", who.issuer.pem)])
    assert codes(report) == ["signature_entry"]
    assert "holds 1.2.840.113549.1.9.16.2.4, which" in report.problems[0].detail

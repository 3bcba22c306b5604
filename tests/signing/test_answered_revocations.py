"""An answer (OCSP) in a report counts where it takes a certificate back; a good one does not."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

import pki
import pytest
from asn1crypto import ocsp as asn1_ocsp
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ReasonFlags, ocsp
from pyhanko.sign.validation import DocumentSecurityStore
from sample_pdf import blank_pdf

from acceptance.signing import pades
from acceptance.signing.signature_check import verify_pdf

if TYPE_CHECKING:
    from pathlib import Path

    from pki import Holder

FOR_ANSWERS = "1.3.6.1.5.5.7.3.9"
ROOT, STRANGER = pki.authority("root"), pki.authority("other")
WHO, ANOTHER = (pki.holder(name, ROOT) for name in ("signer", "another"))
desk = partial(pki.holder, "desk", usages=("digital_signature",))


def answer(
    about: Holder, by: Holder, *, days: tuple[int, int] = (-1, 1), good: bool = False
) -> bytes:
    """Answer for the root about a certificate."""
    made = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=about.certificate, issuer=ROOT.certificate, algorithm=hashes.SHA1(),  # noqa: S303 -- as all do
            cert_status=ocsp.OCSPCertStatus.GOOD if good else ocsp.OCSPCertStatus.REVOKED,
            this_update=pki.NOW + days[0] * pki.DAY, next_update=pki.NOW + days[1] * pki.DAY,
            revocation_time=None if good else pki.NOW - 9 * pki.DAY,
            revocation_reason=None if good else ReasonFlags.key_compromise,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, by.certificate)
        .certificates([by.certificate])
        .sign(by.key, hashes.SHA256())
    )  # fmt: skip
    return made.public_bytes(Encoding.DER)


def codes(folder: Path, *answers: bytes) -> list[str]:
    """Sign a report that holds answers; name what is wrong with it."""
    held = [asn1_ocsp.OCSPResponse.load(each) for each in answers]
    supply = partial(DocumentSecurityStore.supply_dss_in_writer, ocsps=held)
    with patch.object(DocumentSecurityStore, "supply_dss_in_writer", supply):
        pdf = pades.sign(blank_pdf(), replace(WHO.signer(), crls=()))
    report = verify_pdf(pdf, [pki.write(folder / "root.pem", ROOT.pem)])
    return [problem.code for problem in report.problems]


@pytest.mark.parametrize(
    ("by", "days"),
    [
        (ROOT, (-1, 1)), (ROOT, (-9, -5)), (ROOT, (1, 2)),
        (desk(ROOT, purposes=(FOR_ANSWERS,)), (-1, 1)),
    ],
    ids=["by the issuer", "past its date", "of a day to come", "by whom the issuer certified"],
)  # fmt: skip
def test_a_certificate_that_was_taken_back_is_revoked(
    tmp_path: Path, by: Holder, days: tuple[int, int]
) -> None:
    """Whatever else says that it is good."""
    good = answer(WHO, ROOT, good=True)
    assert codes(tmp_path, good, answer(WHO, by, days=days)) == ["revoked"]


@pytest.mark.parametrize(
    "given",
    [
        answer(WHO, desk(ROOT)), answer(WHO, desk(STRANGER, purposes=(FOR_ANSWERS,))),
        answer(WHO, STRANGER), answer(WHO, WHO), answer(ANOTHER, ROOT),
        answer(WHO, ROOT, good=True),
        ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
        .public_bytes(Encoding.DER),
    ],
    ids=["not for answers", "of another issuer", "by a stranger", "by the signer",
         "about another", "good", "none"],
)  # fmt: skip
def test_an_answer_that_takes_nothing_back_changes_nothing(tmp_path: Path, given: bytes) -> None:
    assert codes(tmp_path, given) == []

"""Whose signature counts: certificates of an institute, made and served by certomancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pki
import pytest
from institute import PASSWORD
from pyhanko.sign import signers
from sample_pdf import blank_pdf

from acceptance.errors import KeyFileError
from acceptance.signing import pades, signature_check
from acceptance.signing.certificates import Signer, load_signer
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from institute import Institute


@dataclass(frozen=True)
class Case:
    """A certificate, and what is said of a report that it signed."""

    certificate: str
    state: State
    says: str = ""


CASES = [
    Case("inspector", State.OK),
    Case("chief", State.OK),
    Case("renewed", State.OK),
    Case("stranger", State.INDETERMINATE, "leads to none of the given root certificates"),
    Case("revoked", State.BROKEN, "was revoked on 2026-05-01"),
    Case("for-documents", State.OK),
    Case("for-anything", State.OK),
    Case("for-a-server-and-documents", State.OK),
]
# What no signer of ours loads: other software signed.
REFUSED = [
    Case("for-a-server", State.BROKEN, "it is for server_auth, not for documents"),
    Case("for-a-client", State.BROKEN, "it is for client_auth, not for documents"),
    Case("for-code", State.BROKEN, "it is for code_signing, not for documents"),
    Case("for-time-stamps", State.BROKEN, "it is for time_stamping, not for documents"),
    Case("for-encryption", State.BROKEN, "does not include signing"),
    Case("expired", State.BROKEN, "when the certificate was not valid"),
    Case("not-yet-valid", State.BROKEN, "when the certificate was not valid"),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.certificate)
def test_a_signature_counts_as_its_certificate_does(institute: Institute, case: Case) -> None:
    """The report carries the revocation lists: nothing is fetched to check it."""
    signer = load_signer(institute.key_file(case.certificate), PASSWORD)
    signed = pades.sign(blank_pdf(session_json=b"{}"), signer)
    report = signature_check.verify_pdf(signed, [institute.root])
    assert report.state is case.state
    assert case.says in " ".join(problem.detail for problem in report.problems)


@pytest.mark.parametrize("case", REFUSED, ids=lambda case: case.certificate)
def test_who_may_not_sign_is_refused_before_and_after(institute: Institute, case: Case) -> None:
    key_file = institute.key_file(case.certificate)
    with pytest.raises(KeyFileError):
        load_signer(key_file, PASSWORD)
    simple = signers.SimpleSigner.load_pkcs12(str(key_file), passphrase=PASSWORD.encode())
    other = Signer(name="?", begins=pki.NOW, expires=pki.NOW, key=simple, crls=())
    signed = pades.sign(blank_pdf(session_json=b"{}"), other)
    report = signature_check.verify_pdf(signed, [institute.root])
    assert report.state is case.state
    assert case.says in " ".join(problem.detail for problem in report.problems)


def test_a_namesake_is_not_the_pinned_signer(institute: Institute) -> None:
    """Another person of the same name, from the same issuer."""
    reports = {
        name: pades.sign(
            blank_pdf(session_json=b"{}"), load_signer(institute.key_file(name), PASSWORD)
        )
        for name in ("inspector", "namesake")
    }
    pin = institute.certificate("inspector")
    for name, state in (("inspector", State.OK), ("namesake", State.BROKEN)):
        report = signature_check.verify_pdf(reports[name], [institute.root], signers=[pin])
        assert report.state is state
        assert signature_check.verify_pdf(reports[name], [institute.root]).trusted

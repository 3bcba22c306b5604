"""Whose signature counts: certificates of an institute, made and served by certomancer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from institute import PASSWORD
from sample_pdf import blank_pdf

from acceptance.signing import pades, signature_check
from acceptance.signing.certificates import load_signer
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
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.certificate)
def test_a_signature_counts_as_its_certificate_does(institute: Institute, case: Case) -> None:
    """The report carries the revocation lists: nothing is fetched to check it."""
    signer = load_signer(institute.key_file(case.certificate), PASSWORD)
    signed = pades.sign(blank_pdf(session_json=b"{}"), signer)
    report = signature_check.verify_pdf(signed, [institute.root])
    assert report.state is case.state
    assert case.says in " ".join(problem.detail for problem in report.problems)

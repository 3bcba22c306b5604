"""Time stamps by authorities that are none, or whose clocks stand elsewhere: no proof, and told."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from unittest.mock import patch

import pki
import pytest
from cryptography.x509 import ReasonFlags
from cryptography.x509.oid import ExtendedKeyUsageOID
from marks import slow
from sample_pdf import blank_pdf
from signing_authority import Authority

from acceptance.signing import levels, pades
from acceptance.signing.policy import Policy, RoleRule
from acceptance.signing.signature_check import verify_pdf
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.signatures import SignatureReport

NOW, DAY = datetime.now(UTC).replace(microsecond=0), timedelta(days=1)
CODE, MAIL = ExtendedKeyUsageOID.CODE_SIGNING, ExtendedKeyUsageOID.EMAIL_PROTECTION
STAMPS = ExtendedKeyUsageOID.TIME_STAMPING
REVOKED = (  # from when, in days, and why; whether what was stamped today proves its time
    (-2, ReasonFlags.key_compromise, False),
    (-2, ReasonFlags.superseded, False),
    (1, ReasonFlags.key_compromise, False),
    slow(1, None, False),
    (1, ReasonFlags.superseded, True),
    slow(1, ReasonFlags.cessation_of_operation, True),
)
UNFIT = (
    ({"purposes": [CODE]}, "it is for code_signing, not for time stamps alone"),
    slow({"purposes": []}, "it is for -, not for time stamps alone"),
    ({"purposes": [STAMPS, MAIL]}, "it is for email_protection, time_stamping, not for time"),
    ({"critical": False}, "it does not mark its purpose as critical"),
    ({"bits": 1024}, "its key (rsa, 1024 bits) is too weak"),
    ({"days": (-9, -1)}, "the certificate of its authority is not valid now"),
    slow({"days": (-9, -1), "at": NOW - 3 * DAY}, "the certificate of its authority is not valid"),
)


class Stamped:
    """Who signs, and roots for signer and authorities."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.root = folder, pki.authority("某机构")
        self.trust = [pki.write(folder / "signers.pem", self.root.pem)]

    def authority(self, *, trusted: bool = True, **what: Any) -> Authority:
        """Make an authority, and trust its root."""
        place = self.folder / str(len([*self.folder.iterdir()]))
        place.mkdir()
        made = Authority(place, **what)
        self.trust += [made.root] if trusted else []
        return made

    def sign(self, authority: Authority, archive: Authority | None = None, days: int = 30) -> bytes:
        """Sign for so many days, have it stamped, and the whole of it by another authority."""
        level = levels.LONG if archive else levels.STAMPED
        made = levels.Stamping(authority.stamper, level)
        held = authority.certificates + (archive.certificates if archive else [])
        signer = pki.holder("张三", self.root, days=(-5, days)).signer()
        with patch.object(levels, "_of_authority", return_value=held):
            pdf = pades.sign(blank_pdf(session_json=b"{}"), signer, stamping=made)
        return (
            levels.archived(pdf, levels.Stamping(archive.stamper, levels.ARCHIVED))
            if archive
            else pdf
        )

    def check(self, pdf: bytes, level: str = "", **asked: Any) -> SignatureReport:
        """Verify, by a policy where a level is asked for."""
        due = Policy(rules=(RoleRule(role="inspector"),), level=level) if level else None
        return verify_pdf(pdf, self.trust, policy=due, **asked)


@pytest.fixture
def stamped(tmp_path: Path) -> Stamped:
    return Stamped(tmp_path)


def codes(report: SignatureReport) -> list[str]:
    return [problem.code for problem in report.problems]


@pytest.mark.parametrize(("what", "says"), UNFIT)
def test_a_stamp_by_who_is_no_authority_proves_no_time_and_says_why(
    stamped: Stamped, what: dict[str, Any], says: str
) -> None:
    """The signature holds all the same, as long as its certificate does."""
    pdf = stamped.sign(stamped.authority(**what), days=2)
    report = stamped.check(pdf)
    assert report.state is State.OK, report.problems
    [signature] = report.signatures
    assert signature.stamped is None
    assert f"its time stamp proves no time: {says}" in str(signature)
    [problem] = stamped.check(pdf, levels.STAMPED).problems
    assert problem.code == "untrusted_time_stamp"
    assert says in problem.detail
    later = stamped.check(pdf, at=NOW + 4 * DAY)
    assert later.state is State.INDETERMINATE


def test_a_stamp_by_whom_no_root_vouches_for_is_told(stamped: Stamped) -> None:
    report = stamped.check(stamped.sign(stamped.authority(trusted=False)))
    assert report.trusted
    assert "proves no time: no given root certificate vouches" in str(report.signatures[0])


@pytest.mark.parametrize(
    ("minutes", "found"), [(4, []), (10, ["in_future"]), slow(600 * 1440, ["in_future"])]
)
def test_a_stamp_of_a_time_to_come_is_of_a_wrong_clock(
    stamped: Stamped, minutes: int, found: list[str]
) -> None:
    """Two clocks may be five minutes apart."""
    at = datetime.now(UTC) + timedelta(minutes=minutes)
    report = stamped.check(stamped.sign(stamped.authority(at=at)))
    assert codes(report) == found
    assert report.state is (State.INDETERMINATE if found else State.OK)


@pytest.mark.parametrize(
    ("what", "state", "found"),
    [
        ({}, State.OK, []),
        ({"trusted": False}, State.INDETERMINATE, ["untrusted_time_stamp"]),
        slow({"trusted": False, "at": NOW - DAY}, State.INDETERMINATE, ["untrusted_time_stamp"]),
        ({"critical": False, "at": NOW + DAY}, State.INDETERMINATE, ["untrusted_time_stamp"]),
        ({"purposes": [CODE]}, State.INDETERMINATE, ["untrusted_time_stamp"]),
        slow({"critical": False}, State.INDETERMINATE, ["untrusted_time_stamp"]),
        slow({"days": (-9, -1)}, State.INDETERMINATE, ["untrusted_time_stamp"]),
        ({"at": NOW - DAY}, State.BROKEN, ["after_stamp"]),
        ({"at": NOW + DAY}, State.INDETERMINATE, ["in_future"]),
    ],
)
def test_a_stamp_on_the_whole_report_is_of_an_authority_and_later_than_what_it_covers(
    stamped: Stamped, what: dict[str, Any], state: State, found: list[str]
) -> None:
    """Where a policy asks for one: anybody can put one there, without a key of the institute."""
    pdf = stamped.sign(stamped.authority(), stamped.authority(**what))
    report = stamped.check(pdf, levels.ARCHIVED)
    assert report.state is state, report.problems
    assert codes(report) == found
    assert report.signatures[0].stamped is not None


def test_a_stamp_on_the_whole_report_takes_nothing_from_that_on_the_signature(
    stamped: Stamped,
) -> None:
    """The signer's certificate has expired, both authorities' have not."""
    pdf = stamped.sign(stamped.authority(days=(-5, 60)), stamped.authority(days=(-5, 60)), days=10)
    report = stamped.check(pdf, levels.ARCHIVED, at=NOW + 15 * DAY)
    assert report.state is State.OK, report.problems
    assert report.signatures[0].stamped is not None


@pytest.mark.parametrize(("days", "reason", "proves"), REVOKED)
def test_a_stamp_of_a_revoked_authority_proves_a_time_where_nobody_else_has_its_key(
    stamped: Stamped, days: int, reason: ReasonFlags | None, *, proves: bool
) -> None:
    """RFC 3161, 4: whoever has the key stamps any time. Its certificate announces no list."""
    authority = stamped.authority()
    pdf = stamped.sign(authority)
    stamped.trust.append(authority.listed(days, reason))
    report = stamped.check(pdf, levels.STAMPED)
    assert codes(report) == ([] if proves else ["untrusted_time_stamp"])
    assert ("the certificate of its authority was revoked" in str(report.signatures[0])) != proves


def test_a_stamp_on_the_whole_report_by_a_revoked_authority_proves_nothing(
    stamped: Stamped,
) -> None:
    archive = stamped.authority()
    pdf = stamped.sign(stamped.authority(), archive)
    stamped.trust.append(archive.listed(1, ReasonFlags.key_compromise))
    report = stamped.check(pdf, levels.ARCHIVED)
    assert codes(report) == ["untrusted_time_stamp"]
    assert report.state is State.INDETERMINATE


def test_a_stamp_whose_authority_has_expired_holds_by_one_on_the_whole_report(
    stamped: Stamped,
) -> None:
    """Where a list shows that it was not revoked until it was stamped over."""
    first, archive = stamped.authority(days=(-5, 2)), stamped.authority(days=(-5, 60))
    pdf = stamped.sign(first, archive)
    later = NOW + 5 * DAY
    assert codes(stamped.check(pdf, levels.ARCHIVED, at=later)) == ["untrusted_time_stamp"]
    stamped.trust.append(first.listed(None))
    report = stamped.check(pdf, levels.ARCHIVED, at=later)
    assert report.state is State.OK, report.problems
    assert report.signatures[0].stamped is not None
    stamped.trust.append(archive.listed(1, ReasonFlags.superseded))
    assert codes(stamped.check(pdf, levels.ARCHIVED, at=later)) == []


def test_a_stamp_of_a_revoked_authority_on_the_whole_report_makes_no_expired_one_hold(
    stamped: Stamped,
) -> None:
    first, archive = stamped.authority(days=(-5, 2)), stamped.authority(days=(-5, 60))
    pdf, later = stamped.sign(first, archive), NOW + 5 * DAY
    stamped.trust.append(first.listed(None))
    assert codes(stamped.check(pdf, levels.STAMPED, at=later)) == []
    stamped.trust.append(archive.listed(-2, ReasonFlags.key_compromise))
    report = stamped.check(pdf, levels.STAMPED, at=later)
    assert report.state is State.INDETERMINATE
    assert "untrusted_time_stamp" in codes(report)
    assert report.signatures[0].stamped is None


@pytest.mark.parametrize("days", [(-5, 60), slow((-5, 2))])
def test_no_stamp_on_the_whole_report_makes_that_of_a_revoked_authority_hold(
    stamped: Stamped, days: tuple[int, int]
) -> None:
    """A list says when a theft was noticed, and not when the key was taken."""
    first, archive = stamped.authority(days=days), stamped.authority(days=(-5, 60))
    pdf, later = stamped.sign(first, archive), NOW + 5 * DAY
    stamped.trust.append(first.listed(1, ReasonFlags.key_compromise))
    report = stamped.check(pdf, levels.ARCHIVED, at=later)
    assert report.state is State.INDETERMINATE
    assert codes(report) == ["untrusted_time_stamp"]
    assert "the certificate of its authority was revoked" in str(report.signatures[0])


def test_a_report_may_be_stamped_as_a_whole_by_one_authority_after_another(
    stamped: Stamped,
) -> None:
    """Each signer may have another authority; its certificates come with the signature."""
    pdf = stamped.sign(stamped.authority(), stamped.authority())
    other = stamped.authority()
    reviewer = pki.holder("李四", stamped.root, days=(-5, 30)).signer()
    with patch.object(levels, "_of_authority", return_value=other.certificates):
        stamping = levels.Stamping(other.stamper, levels.ARCHIVED)
        twice = pades.sign(pdf, reviewer, role="reviewer", stamping=stamping)
    report = stamped.check(twice)
    assert report.state is State.OK, report.problems
    assert [each.archived for each in report.signatures] == [True, True]

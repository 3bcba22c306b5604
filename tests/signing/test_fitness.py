"""Which certificates may sign a report, and which signers a verifier may pin.

Each case is tried twice: by whoever signs, and by whoever verifies what somebody signed with other
software, which refuses nothing.
"""

from __future__ import annotations

import contextlib
import hashlib
import shutil
import sys
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pki
import pytest
import second_verifier
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
)
from cryptography.x509.oid import NameOID
from sample_pdf import blank_pdf

from acceptance.cli import verbs
from acceptance.errors import InputError, KeyFileError
from acceptance.signing import certificates, fitness, pades
from acceptance.signing.certificates import load_signer
from acceptance.signing.signature_check import verify_pdf
from acceptance.signing.signatures import SignatureReport, State

if TYPE_CHECKING:
    from pathlib import Path

SERVER, CLIENT, CODE, MAIL, STAMP, OCSP = (f"1.3.6.1.5.5.7.3.{n}" for n in (1, 2, 3, 4, 8, 9))
DOCUMENTS, MICROSOFT = "1.3.6.1.5.5.7.3.36", "1.3.6.1.4.1.311.10.3.12"
ADOBE, ANY = "1.2.840.113583.1.1.5", "2.5.29.37.0"


@dataclass(frozen=True)
class Kind:
    """A kind of certificate, and what is said of it (nothing: it may sign)."""

    name: str
    says: str = ""
    fields: dict[str, Any] = field(default_factory=dict)


def kind(name: str, says: str = "", **fields: Any) -> Kind:
    return Kind(name, says, fields)


KINDS = (
    kind("no purposes"),
    kind("no constraints", ca=None),
    *(
        kind(f"for {name}", purposes=[*purposes])
        for name, purposes in {
            "documents": (DOCUMENTS,),
            "documents of Microsoft": (MICROSOFT,),
            "documents of Adobe": (ADOBE,),
            "mail": (MAIL,),
            "anything": (ANY,),
            "clients and mail": (CLIENT, MAIL),
            "servers and documents": (SERVER, DOCUMENTS),
        }.items()
    ),
    *(
        kind(f"for {says} only", f"it is for {says}, not for documents", purposes=[*purposes])
        for says, purposes in {
            "server_auth": (SERVER,),
            "client_auth": (CLIENT,),
            "code_signing": (CODE,),
            "time_stamping": (STAMP,),
            "ocsp_signing": (OCSP,),
            "client_auth, server_auth": (SERVER, CLIENT),
            "1.2.3.4": ("1.2.3.4",),
            "1.3.6.1.5.5.7.3.360": ("1.3.6.1.5.5.7.3.360",),  # begins like documents
        }.items()
    ),
    kind("a signature alone", usages=["digital_signature"]),
    kind("commitment alone", usages=["content_commitment"]),
    kind("no usage", "its key usage (-) does not include signing", usages=None),
    kind("for encryption", "does not include signing", usages=["key_encipherment"]),
    kind("for keys", "does not include signing", usages=["key_agreement", "decipher_only"]),
    kind("an authority", "of a certification authority", ca=True, usages=pki.USAGES[:6]),
    kind("a weak key", "its key (ec, 192 bits) is too weak", key=pki.WEAK),
    kind("an authority for mail", "of a certification authority", ca=True, purposes=[MAIL]),
)


def of_names(name: str) -> x509.NameConstraints:
    """Let an issuer vouch for one name alone."""
    held = x509.DirectoryName(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
    return x509.NameConstraints(permitted_subtrees=[held], excluded_subtrees=None)


@pytest.fixture(scope="module")
def root() -> pki.Holder:
    """Make the root of all."""
    return pki.authority("root")


def signed(who: pki.Holder) -> bytes:
    return pades.sign(blank_pdf(session_json=b"{}"), who.signer())


def checked(root: pki.Holder, pdf: bytes, place: Path, **options: Any) -> SignatureReport:
    return verify_pdf(pdf, [pki.write(place / "root.pem", root.pem)], **options)


def words(report: SignatureReport) -> str:
    return "; ".join(problem.detail for problem in report.problems)


@pytest.mark.parametrize("case", KINDS, ids=lambda case: case.name)
def test_only_a_certificate_for_documents_signs_a_report(
    root: pki.Holder, tmp_path: Path, case: Kind
) -> None:
    who = pki.holder("王", root, **case.fields)
    report = checked(root, signed(who), tmp_path)
    assert report.state is (State.BROKEN if case.says else State.OK), words(report)
    assert case.says in words(report)
    path = pki.write(tmp_path / "key.p12", who.key_file)
    if case.says:
        with pytest.raises(KeyFileError, match="cannot sign reports") as caught:
            load_signer(path)
        assert case.says in str(caught.value)
        assert "Use one for signing documents" in str(caught.value.hint)
    else:
        assert load_signer(path).name == "王"


def test_a_certificate_of_nobody_signs_nothing(root: pki.Holder, tmp_path: Path) -> None:
    """Nobody answers for what it signs; and other software signs with it."""
    who = pki.holder("", root)
    held = asn1_x509.Certificate.load(who.certificate.public_bytes(Encoding.DER))
    assert fitness.unfit(held) == "its subject names nobody"
    with pytest.raises(KeyFileError, match="its subject names nobody"):
        load_signer(pki.write(tmp_path / "key.p12", who.key_file))


def test_an_issuer_for_servers_vouches_for_no_signer(root: pki.Holder, tmp_path: Path) -> None:
    """Its own purposes bind what it issues, though that names none, or documents."""
    for purposes, state in (([SERVER], State.BROKEN), ([SERVER, MAIL], State.OK)):
        between = pki.authority("between", root, purposes)
        for own in (None, [DOCUMENTS]):
            who = pki.holder("王", between, purposes=own)
            report = checked(root, signed(who), tmp_path)
            assert report.state is state, words(report)


@pytest.mark.parametrize(
    ("about", "state", "says"),
    [
        ({"key": pki.WEAK}, State.BROKEN, "its key (ec, 192 bits) is too weak"),
        ({"key": pki.EDWARDS}, State.OK, ""),
        ({"days": (-9, -1)}, State.INDETERMINATE, "one of them has expired"),
        ({"names": of_names("李")}, State.INDETERMINATE, "may not issue"),
        ({"names": of_names("王")}, State.OK, ""),
    ],
)
def test_an_issuer_vouches_as_long_and_as_far_as_it_may(
    root: pki.Holder, tmp_path: Path, about: dict[str, Any], state: State, says: str
) -> None:
    """What a weak key signed, anybody may have."""
    who = pki.holder("王", pki.authority("between", root, **about))
    report = checked(root, signed(who), tmp_path)
    assert report.state is state, words(report)
    assert says in words(report)


@pytest.mark.parametrize(
    ("days", "at", "state", "says"),
    [
        ((-3, -1), 0, State.BROKEN, "when the certificate was not valid"),
        ((1, 9), 2, State.BROKEN, "when the certificate was not valid"),
        ((-9, 9), -1, State.INDETERMINATE, "which is still to come"),
        ((-9, 1), 2, State.INDETERMINATE, "is only valid from"),
        ((-9, 9), 2, State.OK, ""),
    ],
)
def test_the_time_of_signing_lies_within_the_certificates_and_not_ahead(
    root: pki.Holder, tmp_path: Path, days: tuple[int, int], at: int, state: State, says: str
) -> None:
    """Whoever sets the clock of a computer back, or ahead, signs nothing that is accepted."""
    who = pki.holder("王", root, days=days)
    report = checked(root, signed(who), tmp_path, at=pki.NOW + at * pki.DAY)
    assert report.state is state, words(report)
    assert says in words(report)


def test_a_clock_five_minutes_ahead_is_no_matter_and_ten_are(
    root: pki.Holder, tmp_path: Path
) -> None:
    pdf = signed(pki.holder("王", root))
    for minutes, state in ((4, State.OK), (10, State.INDETERMINATE)):
        at = datetime.now(UTC) - minutes * pki.DAY / 1440
        assert checked(root, pdf, tmp_path, at=at).state is state


def test_a_key_is_refused_when_the_clock_went_back_since_it_was_loaded(root: pki.Holder) -> None:
    who = pki.holder("王", root).signer()
    who.require_valid()
    for dates in ({"begins": pki.NOW + pki.DAY}, {"expires": pki.NOW - pki.DAY}):
        with pytest.raises(KeyFileError, match=r"not valid before|expired"):
            replace(who, **dates).require_valid()


def test_a_second_person_of_the_same_name_is_not_the_pinned_signer(
    root: pki.Holder, tmp_path: Path
) -> None:
    """By certificate, by key, by the SHA-256 of either; a renewed one passes by its key only."""
    first, second = (pki.holder("王伟", root) for _ in range(2))
    renewed = pki.holder("王伟", root, key=first.key)
    der = first.certificate.public_bytes(Encoding.DER)
    public = first.key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    digest = hashlib.sha256(der).hexdigest()
    certificates: list[Path | str] = [
        pki.write(tmp_path / "signer.pem", first.pem),
        pki.write(tmp_path / "signer.der", der),
        digest,
        ":".join(digest[at : at + 2] for at in range(0, 64, 2)).upper(),
    ]
    keys: list[Path | str] = [
        pki.write(tmp_path / "key.pem", first.public_key),
        pki.write(tmp_path / "key.der", public),
        hashlib.sha256(public).hexdigest(),
    ]
    pdfs = {id(who): signed(who) for who in (first, second, renewed)}
    for pins, passing in ((certificates, (first,)), (keys, (first, renewed))):
        for pin in pins:
            for who in (first, second, renewed):
                report = checked(root, pdfs[id(who)], tmp_path, signers=[pin])
                assert report.trusted is (who in passing), (pin, words(report))
    report = checked(root, pdfs[id(second)], tmp_path, signers=certificates)
    assert {problem.code for problem in report.problems} == {"another_signer"}
    assert report.state is State.BROKEN
    several = [certificates[0], pki.write(tmp_path / "second.pem", second.pem)]
    assert checked(root, pdfs[id(second)], tmp_path, signers=several).trusted


def test_every_signature_must_be_of_a_pinned_signer_and_a_pin_is_no_root(
    root: pki.Holder, tmp_path: Path
) -> None:
    first, second = pki.holder("王", root), pki.holder("李", root)
    pdf = pades.sign(signed(first), second.signer(), role="reviewer")
    pins = [pki.write(tmp_path / f"{n}.pem", who.pem) for n, who in enumerate((first, second))]
    assert checked(root, pdf, tmp_path, signers=pins).trusted
    for pin in pins:
        assert checked(root, pdf, tmp_path, signers=[pin]).state is State.BROKEN
    assert verify_pdf(pdf, [], signers=pins).state is State.INDETERMINATE


def test_a_pin_that_is_none_is_refused(root: pki.Holder, tmp_path: Path) -> None:
    """A private key, rubbish, a hash that is too short, and nothing: never "no pin"."""
    who = pki.holder("王", root)
    private = who.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    wrong: list[Path | str] = [
        pki.write(tmp_path / "private.pem", private),
        pki.write(tmp_path / "rubbish.pem", b"-----BEGIN CERTIFICATE-----\nAAAA\n"),
        pki.write(tmp_path / "empty.pem", b""),
        tmp_path,
        tmp_path / "absent.pem",
        "a" * 63,
        "",
        "王",
    ]
    for pin in wrong:
        with pytest.raises(InputError, match="is no certificate, no public key"):
            checked(root, signed(who), tmp_path, signers=[pin])


def test_the_command_pins_signers_and_asks_for_roles(
    root: pki.Holder,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    who, other = pki.holder("王", root), pki.holder("王", root)
    report = pki.write(tmp_path / "report.pdf", signed(who))
    pins = [pki.write(tmp_path / f"{n}.pem", one.pem) for n, one in enumerate((who, other))]
    trust = ("--trust", pki.write(tmp_path / "root.pem", root.pem))
    for options, says in (
        (("--signer", pins[0]), "signed by 王 on"),
        (("--signer", pins[1]), "another certificate and key"),
        (("--role", "inspector", "--role", "approver"), "signature of approver is missing"),
    ):
        command = ["acceptance", "verify", *map(str, (report, *trust, *options))]
        monkeypatch.setattr(sys, "argv", command)
        with pytest.raises(SystemExit):
            verbs.main()
        assert letters(says) in letters(capsys.readouterr().out), "a table may break lines"


def letters(text: str) -> str:
    return "".join(filter(str.isalnum, text))


@pytest.mark.skipif(not shutil.which("openssl"), reason="openssl is not here")
def test_the_second_verifier_agrees_on_every_kind_of_certificate(
    root: pki.Holder, tmp_path: Path
) -> None:
    other = second_verifier.loaded()
    for case in KINDS:
        signer = pki.write(tmp_path / "signer.pem", pki.holder("王", root, **case.fields).pem)
        unfit = pytest.raises(ValueError, match="weak, or for other things")
        with unfit if case.says else contextlib.nullcontext():
            other.fitness(signer)


def test_every_name_in_a_certificate_counts() -> None:
    """One that names TEST beside another organisation is of a test chain all the same."""
    names = [("common_name", "甲"), ("common_name", "乙"), ("organization_name", "acceptance TEST")]
    subject = asn1_x509.Name.build(dict(names[1:]))
    chosen = subject.chosen
    for kind_, text in (names[0], ("organization_name", "某院")):
        value = asn1_x509.DirectoryString(name="utf8_string", value=text)
        chosen.append([{"type": kind_, "value": value}])
    certificate = asn1_x509.Certificate(
        {"tbs_certificate": {"subject": subject, "issuer": asn1_x509.Name.build({})}}
    )
    assert certificates.of_test_chain(certificate)
    assert certificates.common_name(certificate) == "乙 / 甲"

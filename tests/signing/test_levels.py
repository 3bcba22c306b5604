"""PAdES levels: what a time stamp proves, and for how long; keys in files and tokens."""

from __future__ import annotations

import os
import shutil
import subprocess
from datetime import UTC, datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

import pki
import pytest
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
)
from institute import LABEL
from sample_pdf import blank_pdf

from acceptance.errors import DeviceError, InputError, KeyFileError, SetupError, UsageError
from acceptance.signing import levels, pades, tokens
from acceptance.signing.certificates import load_signer
from acceptance.signing.signature_check import verify_pdf
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from institute import Institute

    from acceptance.signing.certificates import Signer
    from acceptance.signing.chains import PracticeChain

MODULE = "/usr/lib/softhsm/libsofthsm2.so"


@pytest.fixture(scope="module")
def signer(practice: PracticeChain) -> Signer:
    """Open the inspector's key."""
    return load_signer(practice.signers["inspector"], secret(practice))


def secret(practice: PracticeChain) -> str:
    """Read the password."""
    return practice.password.read_text().strip()


@pytest.mark.parametrize("level", levels.LEVELS)
def test_each_level_is_reached_and_named(
    practice: PracticeChain, signer: Signer, level: str
) -> None:
    """By an authority of the same test chain; a stamp's time is the authority's."""
    source = "" if level == "B-B" else str(practice.authority)
    stamping = levels.stamping(source, level, secret(practice))
    report = verify_pdf(pades.sign(blank_pdf(), signer, stamping=stamping), [practice.root])
    assert report.trusted, report.problems
    [signature] = report.signatures
    # the list of the one issuer is for signer and authority, so that B-T has all that B-LT needs
    assert signature.level == f"PAdES {'B-LT' if level == 'B-T' else level}"
    stamped = signature.stamped
    assert (stamped is None) == (level == "B-B")
    assert stamped is None or abs(stamped - datetime.now(UTC)) < timedelta(minutes=1)


def test_a_stamp_of_the_whole_report_allows_further_signatures(
    practice: PracticeChain, signer: Signer
) -> None:
    """A second signer adds to a report of level B-LTA; both are trusted."""
    stamping = levels.stamping(str(practice.authority), "B-LTA", secret(practice))
    first = pades.sign(blank_pdf(), signer, stamping=stamping)
    other = load_signer(practice.signers["reviewer"], secret(practice))
    report = verify_pdf(
        pades.sign(first, other, role="reviewer", stamping=stamping), [practice.root]
    )
    assert report.trusted, report.problems
    assert [each.level for each in report.signatures] == ["PAdES B-LTA"] * 2


def test_a_stamp_of_an_unknown_authority_proves_no_time(
    practice: PracticeChain, tmp_path: Path
) -> None:
    """The signature holds; its time is the signer's own."""
    root = pki.authority("某机构")
    stamping = levels.stamping(str(practice.authority), "B-T", secret(practice))
    pdf = pades.sign(blank_pdf(), pki.holder("张三", root).signer(), stamping=stamping)
    report = verify_pdf(pdf, [pki.write(tmp_path / "root.pem", root.pem)])
    assert report.trusted, report.problems
    assert report.signatures[0].stamped is None


def test_a_report_stamped_before_the_certificate_expired_lasts(
    institute: Institute, tmp_path: Path
) -> None:
    """Signer's certificate over, authority's not: B-T and above still hold, B-B does not.

    The institute's authority answers over HTTP, as any does.
    """
    lists = institute.key_file("inspector").with_suffix(".crl")
    root = pki.holder("某根", None, ca=True, usages=pki.ISSUING, days=(-60, 900))
    short = pki.holder("张三", root, days=(-1, 10))
    address = f"{institute.address}/{LABEL}/tsa/tsa"
    stamping = levels.stamping(address, "B-T")
    plain, stamped = (
        pades.sign(blank_pdf(), short.signer(), stamping=given) for given in (None, stamping)
    )
    trust = [
        pki.write(tmp_path / "root.pem", root.pem),
        institute.certificate("intermediate"),
        lists,
    ]
    later = datetime.now(UTC) + timedelta(days=20)
    assert verify_pdf(plain, trust, at=later).state is State.INDETERMINATE
    report = verify_pdf(stamped, trust, at=later)
    assert report.state is State.OK, report.problems
    assert report.signatures[0].authority == "时间戳"


def test_a_revocation_list_that_is_missing_is_asked_for(practice: PracticeChain) -> None:
    """Level B-LT without it would be none."""
    key = practice.signers["approver"]
    lone = shutil.copy(key, key.with_name("lone.p12"))
    stamping = levels.stamping(str(practice.authority), "B-LT", secret(practice))
    assert stamping is not None
    bare = levels.Stamping(stamping.authority, stamping.level)
    with pytest.raises(InputError, match=r"revocation list for the certificate of TEST .* missing"):
        pades.sign(blank_pdf(), load_signer(lone, secret(practice)), stamping=bare)


@pytest.mark.parametrize(
    ("source", "level", "says"),
    [("", "B-T", "needs a time stamping authority"), ("http://x", "B-B", "has no time stamp")],
)
def test_level_and_authority_must_fit(source: str, level: str, says: str) -> None:
    """The way out is named."""
    with pytest.raises(UsageError, match=says):
        levels.stamping(source, level)


def test_an_authority_that_does_not_answer_is_named(signer: Signer) -> None:
    """Nothing is signed."""
    with pytest.raises(DeviceError, match="gives no time stamp"):
        pades.sign(blank_pdf(), signer, stamping=levels.stamping("http://127.0.0.1:9/tsa"))


def test_a_key_of_ones_own_stamps_no_times(tmp_path: Path) -> None:
    """Only a test chain's does, which says what it is worth."""
    own = pki.write(tmp_path / "own.p12", pki.holder("张三", pki.authority("某机构")).key_file)
    with pytest.raises(KeyFileError, match="no key of a test chain"):
        levels.stamping(str(own))


# --- keys


@pytest.mark.parametrize("beside", [False, True])
def test_a_pem_key_signs_with_certificates_in_it_or_beside_it(
    tmp_path: Path, *, beside: bool
) -> None:
    """Encrypted by the password."""
    root = pki.authority("某机构")
    holder = pki.holder("张三", root)
    encryption = BestAvailableEncryption("口令".encode())
    private = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption)
    path = pki.write(tmp_path / "key.pem", private + (b"" if beside else holder.pem + root.pem))
    if beside:
        pki.write(tmp_path / "key.crt", root.pem + holder.pem)
    pdf = pades.sign(blank_pdf(), load_signer(path, "口令"))
    report = verify_pdf(pdf, [pki.write(tmp_path / "root.pem", root.pem)])
    assert report.trusted, report.problems
    for wrong in ("", "falsch"):
        with pytest.raises(KeyFileError, match="the password does not open it"):
            load_signer(path, wrong)


def test_a_pem_file_that_cannot_sign_says_why(tmp_path: Path) -> None:
    """No key; a key without its certificate; a password for a key that has none is not used."""
    root = pki.authority("某机构")
    holder, other = pki.holder("张三", root), pki.holder("李四", root)
    private = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    for content in (holder.pem, private, private + other.pem):
        with pytest.raises(KeyFileError, match="no signing key with its certificate"):
            load_signer(pki.write(tmp_path / "key.pem", content))
    load_signer(pki.write(tmp_path / "key.pem", private + holder.pem), "not needed")


@pytest.mark.parametrize(
    ("uri", "says"),
    [
        ("pkcs11:token=a", "names no key in a token"),
        ("pkcs11:token=a;object=b", "names no key in a token, or not its module"),
        ("pkcs11:object=b?module-path=/x&pin-value=1", "does not belong into a command line"),
        ("pkcs11:objekt=b?module-path=/x", "unknown field 'objekt'"),
    ],
)
def test_an_address_of_a_token_that_names_no_key_is_refused(uri: str, says: str) -> None:
    """How it is written is shown; a PIN is not repeated."""
    with pytest.raises(KeyFileError, match=says) as caught:
        load_signer(uri)
    assert "pin-value=1" not in str(caught.value)


def test_without_the_package_a_token_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is an extra."""
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    with pytest.raises(SetupError, match=r"python-pkcs11.*pip install 'db50-acceptance\[pkcs11\]'"):
        tokens.signer("pkcs11:token=a;object=b?module-path=/x", "", ())


@pytest.mark.skipif(
    not (Path(MODULE).exists() and shutil.which("softhsm2-util") and find_spec("pkcs11")),
    reason="SoftHSM2 or python-pkcs11 is not here",
)
def test_a_key_in_a_token_signs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It never leaves the token; a wrong PIN, another token and another key are told apart."""
    (tmp_path / "tokens").mkdir()
    (tmp_path / "softhsm2.conf").write_text(f"directories.tokendir = {tmp_path}/tokens\n")
    monkeypatch.setenv("SOFTHSM2_CONF", str(tmp_path / "softhsm2.conf"))
    root = pki.authority("某机构")
    holder = pki.holder("张三", root)
    private = holder.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    pki.write(tmp_path / "key.pem", private)
    token = ("--token", "office", "--pin", "1234")
    for command in (
        ("--init-token", "--free", "--label", "office", "--so-pin", "1234", "--pin", "1234"),
        ("--import", str(tmp_path / "key.pem"), "--label", "zhang", "--id", "01", *token),
    ):
        subprocess.run(["softhsm2-util", *command], check=True, capture_output=True, env=os.environ)
    chain = [pki.write(tmp_path / "zhang.crt", holder.pem), pki.write(tmp_path / "r.pem", root.pem)]
    uri = f"pkcs11:token=office;object=zhang?module-path={MODULE}"
    for address, pin, says in (
        (uri, "9999", "the PIN does not open the token"),
        (uri.replace("office", "other"), "1234", "no such key"),
        (uri.replace("zhang", "li"), "1234", "no such key"),
    ):
        with pytest.raises(KeyFileError, match=says):
            load_signer(address, pin)
    pdf = pades.sign(blank_pdf(), load_signer(uri, "1234", chain=chain))
    assert verify_pdf(pdf, [tmp_path / "r.pem"]).trusted

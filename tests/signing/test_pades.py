"""What a signature vouches for, and that every way around it is found.

The certificates are real ones, made here.
"""

from __future__ import annotations

import io
import random
import re
import shutil
import subprocess
import textwrap
import zlib
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pki
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from marks import slow
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter
from pyhanko.sign.diff_analysis import DEFAULT_DIFF_POLICY, DiffPolicy
from sample_pdf import blank_pdf, updated

from acceptance.errors import InputError, KeyFileError, OutputError
from acceptance.signing import chains, pades
from acceptance.signing.certificates import load_signer
from acceptance.signing.chains import DemoChain, make_demo_chain
from acceptance.signing.later_revisions import LaterRevisions
from acceptance.signing.signature_check import verify_pdf
from acceptance.signing.signatures import SignatureReport, State

NOW = datetime.now(UTC)


@dataclass(frozen=True)
class Case:
    """A demo chain, an unsigned report and a signed one."""

    chain: DemoChain
    plain: bytes
    signed: bytes


@pytest.fixture(scope="module")
def case(chain: DemoChain) -> Case:
    """Sign one report for all tests that only read it."""
    plain = blank_pdf(session_json=b'{"id": "X-1"}')
    return Case(
        chain,
        plain,
        pades.sign(plain, load_signer(chain.signer, chain.password), reason="检验"),
    )


def codes(report: SignatureReport) -> set[str]:
    """Name what is wrong with a report."""
    return {problem.code for problem in report.problems}


def test_a_signed_report_is_valid_and_trusted_under_its_root(case: Case) -> None:
    """The signature, its role, its level and its time come back."""
    report = verify_pdf(case.signed, [case.chain.root])
    assert report.trusted, report.problems
    assert report.valid
    assert report.state is State.OK
    (signature,) = report.signatures
    assert (signature.role, signature.level) == ("inspector", "PAdES B-B")
    assert "DEMO" in signature.name
    assert signature.when is not None
    assert NOW - timedelta(seconds=1) <= signature.when <= datetime.now(UTC)  # whole seconds


def test_signing_changes_nothing_of_what_was_signed(case: Case) -> None:
    """The signature is an update behind the report's own bytes."""
    assert case.signed.startswith(case.plain)
    assert pades.attachments(case.signed) == (("session.json", b'{"id": "X-1"}'),)


def bomb(size: int) -> bytes:
    """Deflate ``size`` zeros, a megabyte at a time."""
    packing = zlib.compressobj(9)
    parts = [packing.compress(bytes(1 << 20)) for _ in range(size >> 20)]
    return b"".join([*parts, packing.flush()])


def attached(packed: bytes, *filters: str) -> bytes:
    """Return a PDF with ``session.json`` embedded, packed by hand."""
    writer = PdfFileWriter()
    stream = generic.StreamObject(
        {
            generic.pdf_name("/Type"): generic.pdf_name("/EmbeddedFile"),
            generic.pdf_name("/Filter"): generic.ArrayObject(map(generic.pdf_name, filters)),
        },
        encoded_data=packed,
    )
    entry = generic.DictionaryObject(
        {
            generic.pdf_name("/UF"): generic.pdf_string("session.json"),
            generic.pdf_name("/EF"): generic.DictionaryObject(
                {generic.pdf_name("/F"): writer.add_object(stream)}
            ),
        }
    )
    names = generic.ArrayObject([generic.pdf_string("session.json"), writer.add_object(entry)])
    writer.root[generic.pdf_name("/Names")] = generic.DictionaryObject(
        {
            generic.pdf_name("/EmbeddedFiles"): generic.DictionaryObject(
                {generic.pdf_name("/Names"): names}
            )
        }
    )
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_a_small_attachment_is_read_and_a_bomb_is_not_unpacked() -> None:
    """Half a gigabyte in half a megabyte, deflated once or twice; or cut short."""
    content = b'{"id": "X-1"}'
    packed = zlib.compress(content)
    assert pades.attachments(attached(packed, "/FlateDecode")) == (("session.json", content),)
    assert pades.attachments(attached(content)) == (("session.json", content),)
    large = bomb(512 << 20)
    assert len(large) < 1 << 20
    for wrong in (
        attached(large, "/FlateDecode"),
        attached(zlib.compress(large), "/FlateDecode", "/FlateDecode"),
        attached(packed[:-5], "/FlateDecode"),
    ):
        with pytest.raises(InputError, match="cannot be read"):
            pades.attachments(wrong)


def test_an_unsigned_report_is_incomplete(case: Case) -> None:
    """No signature is not a broken signature."""
    report = verify_pdf(case.plain, [case.chain.root])
    assert report.state is State.INCOMPLETE
    assert not report.valid
    assert codes(report) == {"unsigned"}


def test_without_a_root_a_whole_signature_is_indeterminate(case: Case) -> None:
    """The operating system's certification authorities are never asked."""
    report = verify_pdf(case.signed, [])
    assert report.valid
    assert not report.trusted
    assert report.state is State.INDETERMINATE
    assert codes(report) == {"no_trust_root"}


def test_a_root_of_the_same_name_but_another_key_is_not_trusted(case: Case, tmp_path: Path) -> None:
    """The demo root of another machine carries the same name."""
    other = make_demo_chain(tmp_path)
    report = verify_pdf(case.signed, [other.root])
    assert report.state is State.INDETERMINATE
    assert report.valid


@pytest.mark.parametrize("seed", [0, *map(slow, range(1, 4))])
def test_one_flipped_bit_anywhere_breaks_the_signature(case: Case, seed: int) -> None:
    """Also in the gap between the signed bytes, which no signature covers.

    There every byte has one permitted value.
    """
    chance = random.Random(seed)  # noqa: S311 -- picks places, guards nothing
    start, end = signature_gap(case.signed)
    places = [chance.randrange(len(case.signed)) for _ in range(30)] + [
        chance.randrange(start, end) for _ in range(30)
    ]
    for place in places:
        damaged = bytearray(case.signed)
        damaged[place] ^= 1 << chance.randrange(8)
        report = verify_pdf(bytes(damaged), [case.chain.root])
        assert report.state is State.BROKEN, (place, report)


def test_every_byte_of_the_container_has_one_permitted_value(case: Case) -> None:
    """Certificates, versions and algorithms lie in it unsigned.

    A change of their meaning alone would not show.
    """
    start, end = signature_gap(case.signed)
    container = bytes.fromhex(case.signed[start + 1 : end - 1].decode())
    for place in range(0, len(container), 41):
        damaged = bytearray(container)
        damaged[place] ^= 1 << place % 8
        pdf = case.signed[: start + 1] + damaged.hex().encode() + case.signed[end - 1 :]
        assert verify_pdf(pdf, [case.chain.root]).state is State.BROKEN, place


def signature_gap(pdf: bytes) -> tuple[int, int]:
    """Where the hexadecimal container lies, with its brackets."""
    start = pdf.rindex(b"/Contents <") + len(b"/Contents ")
    return start, pdf.index(b">", start) + 1


@pytest.mark.parametrize("tail", [b"\n", b"% a comment\n", b"\0" * 512])
def test_bytes_appended_after_the_end_are_found(case: Case, tail: bytes) -> None:
    """A plain validation accepts them."""
    report = verify_pdf(case.signed + tail, [case.chain.root])
    assert report.state is State.BROKEN
    assert "appended" in codes(report)


@pytest.mark.parametrize("change", ["drawing", "attachment"])
def test_an_update_after_signing_is_found(case: Case, change: str) -> None:
    """A drawing or an attachment in an incremental update leaves the signed bytes whole."""
    report = verify_pdf(updated(case.signed, change), [case.chain.root])
    assert report.state is State.BROKEN
    assert {"appended", "changed_after_signing"} <= codes(report)


def test_what_follows_the_last_signature_is_answered_before_anything_is_validated(
    case: Case, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An update of 2 kB took 22 s: nothing else needs to be known then."""
    monkeypatch.setattr("acceptance.signing.signature_check._check", None)
    report = verify_pdf(updated(case.signed, "drawing"), [case.chain.root])
    assert codes(report) == {"appended", "changed_after_signing"}


def test_only_paths_to_what_a_later_signature_replaces_are_followed(
    case: Case, tmp_path: Path
) -> None:
    """Drawings that name one another make millions of paths, of which a signature asks for few."""
    signer = load_signer(case.chain.signer, case.chain.password)
    first, root = pades.sign(entangled(6), signer), pki.authority("某机构")
    second = pades.sign(first, pki.holder("李审核", root).signer(), role="reviewer")
    report = verify_pdf(second, [case.chain.root, pki.write(tmp_path / "root.pem", root.pem)])
    assert report.trusted, report.problems
    assert paths(second, LaterRevisions()) < 50
    assert paths(second, DEFAULT_DIFF_POLICY) > 1000
    covered = pades.sign(updated(first, "drawing"), signer, role="reviewer")
    assert "changed_after_signing" in codes(verify_pdf(covered, [case.chain.root]))


def paths(pdf: bytes, policy: DiffPolicy) -> int:
    """Count the paths that a policy collects to judge the second of two signatures."""
    reader = PdfFileReader(io.BytesIO(pdf))
    first = reader.embedded_signatures[0].signed_revision
    policy.review_file(reader, first)
    collected = reader.get_historical_resolver(first)._indirect_object_access_cache
    return sum(map(len, collected.values()))


def entangled(count: int) -> bytes:
    """One page and as many drawings, each of which may use all others."""
    writer = IncrementalPdfFileWriter(io.BytesIO(blank_pdf(session_json=b"{}")))
    name = generic.NameObject
    drawings = [writer.add_object(generic.StreamObject(stream_data=b"")) for _ in range(count)]
    named = {name(f"/X{at}"): drawing for at, drawing in enumerate(drawings)}
    resources = generic.DictionaryObject({name("/XObject"): generic.DictionaryObject(named)})
    page = writer.root["/Pages"]["/Kids"][0]
    for user in (page, *(drawing.get_object() for drawing in drawings)):
        user[name("/Resources")] = resources
    writer.update_container(page)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def test_an_update_that_a_second_signature_covers_is_found(case: Case) -> None:
    """The second signer cannot slip a drawing past the first."""
    signer = load_signer(case.chain.signer, case.chain.password)
    report = verify_pdf(
        pades.sign(updated(case.signed, "drawing"), signer, role="reviewer"), [case.chain.root]
    )
    assert report.state is State.BROKEN
    assert "changed_after_signing" in codes(report)


def test_several_roles_sign_one_after_the_other(case: Case, tmp_path: Path) -> None:
    """The first certifies, the others approve.

    Roles and their order are checked where they are asked for.
    """
    root, signed = pki.authority("某机构"), case.signed
    for role in ("reviewer", "approver"):
        signed = pades.sign(signed, pki.holder(role, root).signer(), role=role)
    trust = [case.chain.root, pki.write(tmp_path / "root.pem", root.pem)]
    report = verify_pdf(signed, trust, roles=["inspector", "reviewer", "approver"])
    assert report.trusted, report.problems
    assert [signature.role for signature in report.signatures] == [
        "inspector",
        "reviewer",
        "approver",
    ]
    assert codes(verify_pdf(signed, trust, roles=["reviewer", "inspector"])) == {"order"}


def test_a_report_cut_back_to_an_earlier_signature_lacks_the_later_ones(case: Case) -> None:
    """Each remaining signature is whole; only the list of roles shows that one is gone."""
    report = verify_pdf(case.signed, [case.chain.root], roles=["inspector", "approver"])
    assert report.state is State.INCOMPLETE
    assert codes(report) == {"signature_missing"}


def test_a_role_signs_only_once(case: Case) -> None:
    """A second signature of the same role is refused in words."""
    with pytest.raises(InputError, match="cannot be signed"):
        pades.sign(case.signed, load_signer(case.chain.signer, case.chain.password))


def test_what_is_no_pdf_is_neither_signed_nor_verified(case: Case) -> None:
    """Rubbish gives a sentence, not a traceback."""
    signer = load_signer(case.chain.signer, case.chain.password)
    with pytest.raises(InputError):
        pades.sign(b"not a report", signer)
    report = verify_pdf(b"not a report", [case.chain.root])
    assert report.state is State.BROKEN
    assert codes(report) == {"unreadable"}


def test_an_expired_certificate_leaves_the_signature_indeterminate(case: Case) -> None:
    """Without a trusted time nobody can tell whether it was signed before or after."""
    report = verify_pdf(case.signed, [case.chain.root], at=NOW + timedelta(days=400))
    assert report.state is State.INDETERMINATE
    assert report.valid
    expires = load_signer(case.chain.signer, case.chain.password).expires
    assert f"{expires:%Y-%m-%d}" in report.problems[0].detail


def test_a_revoked_certificate_breaks_the_signature(case: Case, tmp_path: Path) -> None:
    """A newer revocation list of the verifier counts, not only the one in the report."""
    start = NOW - timedelta(hours=1)
    root = chains._issue("root", None, start, ca=True)
    leaf = chains._issue("inspector", root, start, ca=False)
    (tmp_path / "root.pem").write_bytes(root[1].public_bytes(Encoding.PEM))
    (tmp_path / "key.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(None, *leaf, [root[1]], NoEncryption())
    )
    (tmp_path / "key.crl").write_bytes(chains._revocation_list(root, start))
    (tmp_path / "newer.crl").write_bytes(revoking(root, leaf[1], NOW + timedelta(days=1)))
    signed = pades.sign(case.plain, load_signer(tmp_path / "key.p12"))
    assert verify_pdf(signed, [tmp_path / "root.pem"]).trusted
    trust = [tmp_path / "root.pem", tmp_path / "newer.crl"]
    report = verify_pdf(signed, trust, at=NOW + timedelta(days=3))
    assert report.state is State.BROKEN
    assert codes(report) == {"revoked_no_poe"}
    assert f"{NOW + timedelta(days=1):%Y-%m-%d}" in report.problems[0].detail


def revoking(issuer: chains.Issued, leaf: x509.Certificate, when: datetime) -> bytes:
    """Make a revocation list (DER) of the day after ``when``, the time ``leaf`` was revoked."""
    revoked = (
        x509.RevokedCertificateBuilder()
        .serial_number(leaf.serial_number)
        .revocation_date(when)
        .build()
    )
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer[1].subject)
        .add_revoked_certificate(revoked)
    )
    builder = builder.last_update(when + timedelta(days=1)).next_update(when + timedelta(days=30))
    return builder.sign(issuer[0], hashes.SHA256()).public_bytes(Encoding.DER)


def test_without_revocation_lists_a_signature_stays_indeterminate(
    case: Case, tmp_path: Path
) -> None:
    """The certificates say that lists exist.

    Nobody fetches them, so they have to come with the key.
    """
    chain = make_demo_chain(tmp_path)
    chain.crl.unlink()
    signed = pades.sign(case.plain, load_signer(chain.signer, chain.password))
    assert verify_pdf(signed, [chain.root]).state is State.INDETERMINATE
    make_demo_chain(tmp_path / "other")
    assert (
        verify_pdf(signed, [chain.root, tmp_path / "other" / "demo-signer.crl"]).state
        is State.INDETERMINATE
    )


def self_signed(path: Path, start: datetime, end: datetime) -> Path:
    """Write an institute's own RSA key, certified by itself, to a file with the password 口令."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "某某检验所")])
    usage = dict.fromkeys(
        (
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
    )
    builder = builder.not_valid_before(start).not_valid_after(end)
    builder = builder.add_extension(
        x509.KeyUsage(digital_signature=True, key_cert_sign=True, crl_sign=True, **usage),
        critical=True,
    )
    certificate = builder.sign(key, hashes.SHA256())
    path.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"key", key, certificate, None, BestAvailableEncryption("口令".encode())
        )
    )
    path.with_suffix(".pem").write_bytes(certificate.public_bytes(Encoding.PEM))
    return path


def test_a_self_signed_rsa_key_serves_where_its_certificate_is_pinned(
    case: Case, tmp_path: Path
) -> None:
    """An institute may pin its own certificate; PEM and DER are both read."""
    path = self_signed(tmp_path / "key.p12", NOW - timedelta(days=1), NOW + timedelta(days=1))
    signed = pades.sign(case.plain, load_signer(path, "口令"))
    report = verify_pdf(signed, [path.with_suffix(".pem")])
    assert report.trusted, report.problems
    assert report.signatures[0].name == "某某检验所"
    der = tmp_path / "root.der"
    der.write_bytes(
        x509.load_pem_x509_certificate(path.with_suffix(".pem").read_bytes()).public_bytes(
            Encoding.DER
        )
    )
    assert verify_pdf(signed, [der]).trusted


def test_a_key_file_that_cannot_sign_says_why(case: Case, tmp_path: Path) -> None:
    """Wrong password, no such file, rubbish, no key inside, expired, not yet valid.

    Each with the next step.
    """
    day = timedelta(days=1)
    old = self_signed(tmp_path / "old.p12", NOW - 3 * day, NOW - day)
    new = self_signed(tmp_path / "new.p12", NOW + day, NOW + 3 * day)
    (tmp_path / "rubbish.p12").write_bytes(b"\x30\x03abc")
    certificate = x509.load_pem_x509_certificate(case.chain.root.read_bytes())
    (tmp_path / "keyless.p12").write_bytes(
        pkcs12.serialize_key_and_certificates(None, None, None, [certificate], NoEncryption())
    )
    for path, password, words in (
        (case.chain.signer, "wrong", "password does not open"),
        (case.chain.signer, "", "password does not open"),
        (tmp_path / "absent.p12", "", "cannot be read"),
        (tmp_path, "", "cannot be read"),
        (tmp_path / "rubbish.p12", "", "neither a PKCS#12 nor a PEM file"),
        (tmp_path / "keyless.p12", "", "no signing key"),
        (old, "口令", f"expired on {NOW - day:%Y-%m-%d}"),
        (new, "口令", f"not valid before {NOW + day:%Y-%m-%d}"),
    ):
        with pytest.raises(KeyFileError, match=words) as caught:
            load_signer(path, password)
        assert str(path) in str(caught.value)
        assert caught.value.hint


def test_a_trust_file_that_holds_no_certificate_is_refused(case: Case, tmp_path: Path) -> None:
    """A typing error must not end as "not trusted"."""
    (tmp_path / "root.pem").write_text("hello")
    for path in (
        tmp_path / "root.pem",
        tmp_path / "absent.pem",
        case.chain.crl.rename(tmp_path / "list.pem"),
    ):
        with pytest.raises(InputError, match=r"certificate|cannot be read"):
            verify_pdf(case.signed, [path])
    (tmp_path / "list.pem").rename(case.chain.crl)


def test_the_demo_chain_says_that_it_is_one(case: Case) -> None:
    """Its names carry DEMO, it lasts a year, and a folder that cannot be written is refused."""
    root = x509.load_pem_x509_certificate(case.chain.root.read_bytes())
    assert "DEMO" in root.subject.rfc4514_string()
    assert root.not_valid_after_utc - root.not_valid_before_utc == timedelta(days=365)
    with pytest.raises(OutputError):
        make_demo_chain(case.chain.root)


@pytest.mark.skipif(
    not (shutil.which("pdfsig") and shutil.which("openssl")),
    reason="poppler-utils or openssl is not here",
)
def test_openssl_and_poppler_accept_the_signature(case: Case, tmp_path: Path) -> None:
    """The way without this tool (``docs/verify.md``) checks the same signature and root."""
    (tmp_path / "report.pdf").write_bytes(case.signed)
    (tmp_path / "root.pem").write_bytes(case.chain.root.read_bytes())
    (tmp_path / "lists.crl").write_bytes(case.chain.crl.read_bytes())
    text = (Path(__file__).parents[2] / "docs" / "verify.md").read_text(encoding="utf-8")
    recipe = re.search(r"^    pdfsig -dump.*?-out /dev/null$", text, re.MULTILINE | re.DOTALL)
    assert recipe
    commands = "set -e\n" + textwrap.dedent(recipe[0]) + "\npdfsig -nocert report.pdf\n"
    done = subprocess.run(
        ["bash", "-c", commands], cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert "Verification successful" in done.stderr
    assert "Signature is Valid" in done.stdout
    assert "Total document signed" in done.stdout

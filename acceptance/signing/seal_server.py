"""A signature by a server that gives its key to nobody: a digest goes out, its container comes in.

The report is prepared to the last byte but for the signature (CMS, RFC 5652). What goes out is a
file with the digest that the server signs, and all that will be added to the report; the session
folder stays as it is. What comes back is signed by the certificate that was named, over this digest
and no other, or it is refused.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import io
import json
import re
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, cast

from asn1crypto import cms, pem  # type: ignore[import-untyped]  # ships no types
from pyhanko.sign import signers
from pyhanko_certvalidator.registry import SimpleCertificateStore

from acceptance.errors import InputError, KeyFileError, SessionError
from acceptance.files import regular, strict_json
from acceptance.files.output import put, require_outside
from acceptance.messages import in_turn, tr
from acceptance.session import contents, store
from acceptance.session.journal import changing
from acceptance.session.store import REPORT
from acceptance.signing import (
    appearances,
    certificates,
    gap,
    issuing,
    pades,
    pinned,
    roles,
    signature_check,
    updates,
    verification,
)
from acceptance.signing.object_streams import ListedReader
from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.session.measuring import Progress
    from acceptance.signing.certificates import Signer
    from acceptance.signing.issuing import Rules

    Texts = dict[str, str]

FORMAT = "acceptance-digest-1"
RESERVED = 32_768  # hexadecimal digits: a container with its certificates and a time stamp
BYTE_RANGE = re.compile(rb"/ByteRange\s*\[\s*(\d+)\s+(\d+)\s+(\d+)\s+(\d+)\s*\]")


@dataclass(frozen=True, kw_only=True)
class DigestFile:
    """What goes out: the digest to be signed, and what belongs to it."""

    format: str
    report: str
    """Number of the report."""

    role: str
    algorithm: str
    digest: str
    """SHA-256 of the signed bytes of the report, in hexadecimal: the message digest of the CMS."""

    certificate: str
    """SHA-256 of the certificate (DER) that must sign."""

    base: str
    """SHA-256 of the report to which the update is added."""

    update: str
    """What is added to the report, with room for the container, in Base64."""


def named(files: Sequence[Path]) -> Signer:
    """Return the certificate of a server, its key elsewhere, from files: the signer's own first.

    Revocation lists (``.crl``) are embedded. Raises InputError, and KeyFileError as
    ``certificates.ready``.
    """
    held = certificates.load_trust(files)
    if not held.roots:
        what = tr("contains no certificate")
        raise KeyFileError(what, where=str(files[0]), hint=tr("Give it in PEM or DER form"))
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    registry.register_multiple(held.roots[1:])
    key = signers.ExternalSigner(held.roots[0], registry, signature_value=bytes(512))
    return certificates.ready(str(files[0]), key, held.crls)


def export(
    folder: Path,
    file: Path,
    signer: Signer,
    *,
    role: str,
    trust: Sequence[Path] = (),
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> DigestFile:
    """Write the digest that a server is to sign for a ``role``; the folder stays as it is.

    ``progress`` is as for ``verification.verify``. Raises as ``issuing.sign`` does. The first
    signature by a key at hand is put under pages that are written anew; here the pages that lie
    there must be the very ones that would be written.
    """
    require_outside(file, folder)
    contents.require_readable(folder)
    report = _report(folder)
    _require_allowed(report, signer, role, rules)
    verification.require_intact(folder)
    _require_pages(folder, report, trust, progress)
    number, lang = store.load(folder).id, issuing.language(report)
    prepared = pades.prepare(
        report, signer, role=roles.code(role), reason=number, lang=lang, reserved=RESERVED
    )
    made = DigestFile(
        format=FORMAT,
        report=number,
        role=roles.code(role),
        algorithm="sha256",
        digest=prepared.digest.hex(),
        certificate=pinned.of_certificate(signer.key.signing_cert),
        base=hashlib.sha256(report).hexdigest(),
        update=base64.b64encode(prepared.output.getvalue()[len(report) :]).decode(),
    )
    put(file, (json.dumps(asdict(made), ensure_ascii=False, indent=1) + "\n").encode())
    return made


def _report(folder: Path) -> bytes:
    report = folder / REPORT
    if not report.is_file():
        what, hint = tr("there is no report to sign"), tr("Write it first: acceptance report")
        raise SessionError(what, where=str(report), hint=hint)
    return report.read_bytes()


def _require_allowed(report: bytes, signer: Signer, role: str, rules: Rules | None) -> None:
    signing = issuing.ReportSigner(signer, role, rules or issuing.Rules())
    signing.require(report if issuing.is_signed(report) else b"")


def _require_pages(
    folder: Path, report: bytes, trust: Sequence[Path], progress: Progress | None
) -> None:
    """Refuse what is broken; of a report that nobody signed yet also what nobody could compare."""
    found = verification.require_sound(folder, trust, progress)
    pages = next(step for step in found.steps if step.name == "pages")
    if not issuing.is_signed(report) and pages.state is not State.OK:
        what = tr(
            "nobody signed the report yet, and its pages are not those that this machine would "
            "write: {problems}",
            problems=in_turn(pages.details),
        )
        hint = tr("Write it here first: acceptance report")
        raise SessionError(what, where=str(folder / REPORT), hint=hint)


def import_cms(
    folder: Path,
    digest_file: Path,
    container: Path,
    *,
    trust: Sequence[Path] = (),
    rules: Rules | None = None,
    progress: Progress | None = None,
) -> Path:
    """Put a server's container (CMS, DER or PEM) into the report; return its path.

    ``digest_file`` is what ``export`` wrote. Raises SessionError where the report is no longer the
    one that was exported, which a container that was used already is refused by; InputError for a
    digest file that was changed, or a container over another digest or by another certificate; and
    as ``issuing.sign``.
    """
    exported, signed = read_digest(digest_file), _read_container(container)
    contents.require_readable(folder)
    with changing(folder) as change:
        issuing.require_seen(change)
        found = _report(folder)
        _require_same(found, folder, exported)
        prepared = found + base64.b64decode(exported.update)
        _require_due(prepared, digest_file, exported)
        key = _signer(signed, container, exported)
        verification.require_intact(folder)
        _require_allowed(found, key, exported.role, rules)
        _require_pages(folder, found, trust, progress)
        report = _filled(prepared, signed, container)
        _require_sound(report, container, trust, issuing.language(found))
        change.files[REPORT] = report
        issuing.record(change, "signed")
    return folder / REPORT


def read_digest(path: Path) -> DigestFile:
    """Read what ``export`` wrote. Raises InputError."""
    try:
        held = cast("Texts", strict_json.loads(regular.content(path)))
        found = DigestFile(**held)
        base64.b64decode(found.update, validate=True)
        sound = found.format == FORMAT and all(isinstance(text, str) for text in held.values())
    except (OSError, ValueError, TypeError, RecursionError, binascii.Error):
        sound = False
    if not sound:
        what = tr("is no digest file of this tool")
        hint = tr("Give the file that --export-digest wrote")
        raise InputError(what, where=str(path), hint=hint)
    return found


def _read_container(path: Path) -> cms.SignedData:
    """Read a container of one signature. Raises InputError."""
    try:
        data = regular.content(path)
        if pem.detect(data):
            _, _, data = pem.unarmor(data)
        content = cms.ContentInfo.load(data, strict=True)
        signed = content["content"]
        sound = content["content_type"].native == "signed_data"
        sound &= len(signed["signer_infos"]) == 1 and bool(signed["certificates"].native)
        signed["signer_infos"][0]["signed_attrs"].native  # noqa: B018 -- rubbish must show here
    except (OSError, ValueError, TypeError, KeyError):
        sound = False
    if not sound:
        what = tr("is no container of one signature with its certificate (CMS)")
        raise InputError(what, where=str(path), hint=tr("Give it in DER or PEM form"))
    return signed


def _require_same(found: bytes, folder: Path, exported: DigestFile) -> None:
    if hashlib.sha256(found).hexdigest() != exported.base:
        what = tr("the report is not the one that was exported: it was signed or written since")
        hint = tr("Export the digest again, and have that signed")
        raise SessionError(what, where=str(folder / REPORT), hint=hint)


def _require_due(prepared: bytes, path: Path, exported: DigestFile) -> None:
    """Refuse an update whose digest is not the one beside it."""
    start, length, resume, rest = _range(prepared)
    signed = prepared[start : start + length] + prepared[resume : resume + rest]
    whole = resume + rest == len(prepared)
    if not whole or hashlib.sha256(signed).hexdigest() != exported.digest:
        what = tr("the digest in it is not that of the report")
        hint = tr("Export the digest again, and have that signed")
        raise InputError(what, where=str(path), hint=hint)


def _range(prepared: bytes) -> tuple[int, int, int, int]:
    found = BYTE_RANGE.findall(prepared)
    start, length, resume, rest = map(int, found[-1]) if found else (0, 0, 0, 0)
    return start, length, resume, rest


def _signer(signed: cms.SignedData, path: Path, exported: DigestFile) -> Signer:
    """Return who signed: the named certificate, over this digest. Raises InputError."""
    held = [each.chosen for each in signed["certificates"]]
    info = signed["signer_infos"][0]
    sid = info["sid"].chosen
    own = [each for each in held if _is_of(each, sid)]
    if not own or pinned.of_certificate(own[0]) != exported.certificate:
        what = tr("it was signed with another certificate than was named")
        raise InputError(what, where=str(path), hint=tr("Have the right key sign"))
    attributes = {each["type"].native: each["values"] for each in info["signed_attrs"]}
    if "message_digest" not in attributes or "signing_certificate_v2" not in attributes:
        what = tr("the container lacks the message digest, or the signer's certificate in it")
        hint = tr("Ask for CAdES, with the attribute signing-certificate-v2")
        raise InputError(what, where=str(path), hint=hint)
    if attributes["message_digest"][0].native.hex() != exported.digest:
        what = tr("it signs another digest than the one that was exported")
        raise InputError(what, where=str(path), hint=tr("Have the exported digest signed"))
    registry = SimpleCertificateStore()  # type: ignore[no-untyped-call]
    return certificates.ready(str(path), signers.ExternalSigner(own[0], registry, bytes(1)), ())


def _is_of(certificate: object, sid: object) -> bool:
    """Whether a certificate is the one that a signer's identifier names."""
    if isinstance(sid, cms.IssuerAndSerialNumber):
        serial = sid["serial_number"].native
        return bool(
            certificate.issuer == sid["issuer"]  # type: ignore[attr-defined]  # of asn1crypto
            and certificate.serial_number == serial  # type: ignore[attr-defined]  # as above
        )
    return bool(certificate.key_identifier == sid.native)  # type: ignore[attr-defined]  # as above


def _filled(prepared: bytes, signed: cms.SignedData, path: Path) -> bytes:
    """Put a container, in the only form that is accepted, into its gap."""
    info, held = signed["signer_infos"][0], [each.chosen for each in signed["certificates"]]
    own = next(each for each in held if _is_of(each, info["sid"].chosen))
    digits = gap.framed(info, own, [own]).hex().encode()
    _, length, resume, _ = _range(prepared)
    if len(digits) > resume - length - 2:
        what = tr("the container is too large")
        hint = tr("Leave out what is not needed, such as more certificates")
        raise InputError(what, where=str(path), hint=hint)
    filled = b"<" + digits.ljust(resume - length - 2, b"0") + b">"
    return prepared[:length] + filled + prepared[resume:]


def _require_sound(report: bytes, path: Path, trust: Sequence[Path], lang: str) -> None:
    """Refuse a report that would be broken, whoever made update and container."""
    found = signature_check.verify_pdf(report, trust)
    wrong = [each.detail for each in found.problems if each.state is State.BROKEN]
    reader = ListedReader(io.BytesIO(report))
    wrong = wrong or [*updates.beyond_signatures(reader)]
    wrong = wrong or [*appearances.otherwise(reader, lang, same_renderer=False)]
    if wrong:
        what = tr("the report would be broken with it: {problems}", problems=in_turn(wrong))
        hint = tr("Export the digest again, and have that signed")
        raise InputError(what, where=str(path), hint=hint)

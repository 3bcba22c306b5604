"""Certificates: who signs, and which roots and revocation lists a verifier trusts (X.509)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from asn1crypto import crl, pem  # type: ignore[import-untyped]  # ships no types
from asn1crypto import x509 as asn1_x509
from pyhanko.sign import signers

from acceptance.errors import InputError, KeyFileError
from acceptance.files import regular
from acceptance.messages import tr
from acceptance.signing import fitness, key_files, tokens

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from typing import Self

# Organisations of the chains that this tool makes itself: demo and practice, worth nothing.
TEST_ORGANIZATIONS = DEMO, TEST = ("acceptance DEMO", "acceptance TEST")


class Asn1Object(Protocol):
    """What is used here of the objects of asn1crypto, which ships no types."""

    native: object

    @classmethod
    def load(cls, encoded_data: bytes, *, strict: bool) -> Self:
        """Parse DER; ``strict`` raises ValueError where bytes follow."""


AnyAsn1 = TypeVar("AnyAsn1", bound=Asn1Object)

MOST_BLOCKS = 2_000  # certificates or lists of one file; systems trust some 150


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key that is ready to sign, the name in its certificate, and revocation lists to embed.

    ``begins`` and ``expires`` are when its certificate does. ``key`` has the certificate and those
    between it and the root (``signing_cert``, ``cert_registry``).
    """

    name: str
    begins: datetime
    expires: datetime
    key: signers.Signer
    crls: tuple[crl.CertificateList, ...]

    def require_valid(self) -> None:
        """Refuse a key whose certificate is not valid now. Raises KeyFileError.

        It may have expired since it was loaded, or the clock have been set.
        """
        _check_validity(self.name, self.begins, self.expires, datetime.now(UTC))


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What a verifier trusts: root certificates, and newer revocation lists than the report's."""

    roots: tuple[asn1_x509.Certificate, ...]
    crls: tuple[crl.CertificateList, ...]


def load_signer(
    path: Path | str,
    password: str = "",
    *,
    chain: Iterable[Path | str] = (),
    at: datetime | None = None,
) -> Signer:
    """Load a key with its certificates, and the revocation lists of their issuers.

    ``path`` is a PKCS#12 or PEM file (``key_files``), or names a key in a token: ``pkcs11:...``
    (``tokens``). ``password`` is its password or PIN. ``chain``: files with certificates between
    the signer's and the root, and revocation lists (``.crl``), that are not in the file; lists in
    ``<name>.crl`` beside it are found.
    Raises ``KeyFileError`` for an unreadable file, a wrong password, a file without key or
    certificate, an unsupported kind of key, a certificate that has expired or is not yet valid
    (at ``at``, by default now), and one that is not for signing documents (``fitness``); SetupError
    where PKCS#11 is not installed.
    """
    where, more = str(path), load_trust([Path(file) for file in chain])
    if where.startswith(tokens.SCHEME):
        return ready(where, tokens.signer(where, password, more.roots), more.crls, at)
    crls = (*lists_beside(Path(path)), *more.crls)
    return ready(where, _in_file(Path(path), password, more.roots), crls, at)


def ready(
    where: str,
    key: signers.Signer,
    crls: tuple[crl.CertificateList, ...],
    at: datetime | None = None,
) -> Signer:
    """Return what signs with a certificate that is valid, and one for it. Raises KeyFileError."""
    certificate: asn1_x509.Certificate = key.signing_cert
    begins, expires = certificate.not_valid_before, certificate.not_valid_after
    _check_validity(where, begins, expires, at or datetime.now(UTC))
    if why := fitness.unfit(certificate):
        what = tr("its certificate cannot sign reports: {why}", why=why)
        raise KeyFileError(what, where=where, hint=tr("Use one for signing documents"))
    name = common_name(certificate)
    return Signer(name=name, begins=begins, expires=expires, key=key, crls=crls)


def _in_file(
    path: Path, password: str, more: Iterable[asn1_x509.Certificate]
) -> signers.SimpleSigner:
    opened = key_files.opened(path, password)
    return signers.SimpleSigner(
        opened.certificate, opened.private, cert_registry=opened.registry(more)
    )


def lists_beside(path: Path) -> tuple[crl.CertificateList, ...]:
    """Read the revocation lists beside a key file, if there are any. Raises KeyFileError."""
    beside = path.with_suffix(".crl")
    return tuple(_load(beside, crl.CertificateList, KeyFileError)) if beside.exists() else ()


def require_signer(signer: object) -> None:
    """Refuse what is no key ready to sign, for instance its path, or has expired meanwhile.

    Raises KeyFileError.
    """
    if not isinstance(signer, Signer):
        what = tr("is no signer: {thing!r:.80}", thing=signer)
        hint = tr("Load the key first: acceptance.load_signer(path, password)")
        raise KeyFileError(what, where="signer", hint=hint)
    signer.require_valid()


def load_trust(paths: Iterable[Path]) -> Trust:
    """Read root certificates and revocation lists (``.crl``), PEM or DER.

    Raises ``InputError`` for a file that contains neither.
    """
    roots: list[asn1_x509.Certificate] = []
    crls: list[crl.CertificateList] = []
    for path in paths:
        if path.suffix == ".crl":
            crls.extend(_load(path, crl.CertificateList, InputError))
        else:
            roots.extend(_load(path, asn1_x509.Certificate, InputError))
    return Trust(roots=tuple(roots), crls=tuple(crls))


def common_name(certificate: asn1_x509.Certificate) -> str:
    """Return the name in a certificate: its common name, else its whole subject."""
    subject = certificate.subject
    return " / ".join(_every(subject, "common_name")) or str(subject.human_friendly)


def of_test_chain(certificate: asn1_x509.Certificate) -> bool:
    """Whether a certificate says that it is the demo's, or one to practise with."""
    names = (certificate.subject, certificate.issuer)
    return any({*_every(name, "organization_name")} & {*TEST_ORGANIZATIONS} for name in names)


def _every(name: asn1_x509.Name, part: str) -> list[str]:
    """Return all that a name says of one kind: it may say several."""
    held = name.native.get(part) or []
    return held if isinstance(held, list) else [held]


def _check_validity(where: str, start: datetime, end: datetime, at: datetime) -> None:
    if at > end:
        what, hint = (
            tr("its certificate expired on {day:%Y-%m-%d}", day=end),
            tr("Have it renewed, then sign"),
        )
        raise KeyFileError(what, where=where, hint=hint)
    if at < start:
        what = tr("its certificate is not valid before {start:%Y-%m-%d %H:%M} UTC", start=start)
        hint = tr("Check the clock of this computer, or wait until then")
        raise KeyFileError(what, where=where, hint=hint)


def _load(path: Path, kind: type[AnyAsn1], error_kind: type[InputError]) -> Iterator[AnyAsn1]:
    """Read objects of an ASN.1 kind from a PEM or DER file; each is parsed to its end."""
    try:
        hint = tr("Check the path and its permissions")
        blocks = _blocks(regular.read(path, error_kind, hint))
        _require_few(path, blocks, error_kind)
        loaded = [kind.load(block, strict=True) for block in blocks]
        for item in loaded:
            item.native  # noqa: B018 -- asn1crypto parses lazily; rubbish must show here
    except (ValueError, TypeError) as error:
        is_list = kind is crl.CertificateList
        what = tr("contains no revocation list") if is_list else tr("contains no certificate")
        raise error_kind(what, where=str(path), hint=tr("Give it in PEM or DER form")) from error
    yield from loaded


def _blocks(data: bytes) -> list[bytes]:
    if not pem.detect(data):
        return [data]
    return [block for _, _, block in pem.unarmor(data, multiple=True)]


def _require_few(path: Path, blocks: Sequence[bytes], error_kind: type[InputError]) -> None:
    if (count := len(blocks)) > MOST_BLOCKS:
        what = tr("holds {count} certificates or lists; {most} at most",
                  count=count, most=MOST_BLOCKS)  # fmt: skip
        raise error_kind(what, where=str(path), hint=tr("Give those that are needed"))

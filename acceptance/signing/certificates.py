"""Certificates: the key that signs, the trusted roots, and the demo's own chain.

X.509 (RFC 5280); keys lie in PKCS#12 files.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Protocol, TypeVar

from asn1crypto import crl, pem  # type: ignore[import-untyped]  # ships no types
from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.sign import signers

from acceptance.errors import InputError, KeyFileError
from acceptance.files import regular
from acceptance.files.output import put
from acceptance.messages import tr
from acceptance.signing import fitness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Self

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

# The key that it opens is worth nothing, and says so in its name.
DEMO_PASSWORD = "demo"  # noqa: S105 -- as above
DEMO_LIFE = timedelta(days=365)


class Asn1Object(Protocol):
    """What is used here of the objects of asn1crypto, which ships no types."""

    native: object

    @classmethod
    def load(cls, encoded_data: bytes, *, strict: bool) -> Self:
        """Parse DER; ``strict`` raises ValueError where bytes follow."""


AnyAsn1 = TypeVar("AnyAsn1", bound=Asn1Object)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key that is ready to sign, the name in its certificate, and revocation lists to embed.

    ``begins`` and ``expires`` are when its certificate does.
    """

    name: str
    begins: datetime
    expires: datetime
    key: signers.SimpleSigner
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


@dataclass(frozen=True, kw_only=True)
class DemoChain:
    """The files of the demo's certificate chain.

    They are the root to trust, the key file with its password, and the revocation lists.
    """

    root: Path
    signer: Path
    crl: Path
    password: str


def load_signer(path: Path | str, password: str = "", *, at: datetime | None = None) -> Signer:
    """Load key and certificates of a PKCS#12 file, and the revocation lists beside it.

    ``path`` is the file, ``password`` its own. The lists are in ``<name>.crl``, if there is one.
    Raises ``KeyFileError`` for an unreadable file, a wrong password, a file without key or
    certificate, an unsupported kind of key, a certificate that has expired or is not yet valid
    (at ``at``, by default now), and one that is not for signing documents (``fitness``).
    """
    path = Path(path)
    data, secret = _read(path, KeyFileError), password.encode() or None
    key, certificate, _ = _open_pkcs12(path, data, secret)
    if key is None or certificate is None:
        what = tr("contains no signing key with its certificate")
        raise KeyFileError(what, where=str(path), hint=tr("Export both into the file"))
    begins, expires = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    _check_validity(str(path), begins, expires, at or datetime.now(UTC))
    simple = signers.SimpleSigner.load_pkcs12_data(data, other_certs=(), passphrase=secret)
    beside = path.with_suffix(".crl")
    crls = tuple(_load(beside, crl.CertificateList, KeyFileError)) if beside.exists() else ()
    if why := fitness.unfit(simple.signing_cert):
        what = tr("its certificate cannot sign reports: {why}", why=why)
        raise KeyFileError(what, where=str(path), hint=tr("Use one for signing documents"))
    name = common_name(simple.signing_cert)
    return Signer(name=name, begins=begins, expires=expires, key=simple, crls=crls)


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
    return str(subject.native.get("common_name") or subject.human_friendly)


def make_demo_chain(folder: Path, *, at: datetime | None = None) -> DemoChain:
    """Write root, intermediate and signing certificate (EC P-256).

    They are valid for a year from ``at``, by default now. Their revocation lists, empty and valid
    for the same year, are written beside the key file, where ``load_signer`` finds them. Only its
    owner can read the key file. Every name
    in it says DEMO: whoever trusts its root trusts nothing but this demonstration. Raises
    ``OutputError`` where the folder cannot be written.
    """
    start = (at or datetime.now(UTC)).replace(microsecond=0) - timedelta(hours=1)
    root = _issue("DEMO root, no legal value", None, start, ca=True)
    middle = _issue("DEMO intermediate, no legal value", root, start, ca=True)
    leaf = _issue("DEMO inspector, no legal value", middle, start, ca=False)
    chain = DemoChain(
        root=folder / "demo-root.pem",
        signer=folder / "demo-signer.p12",
        crl=folder / "demo-signer.crl",
        password=DEMO_PASSWORD,
    )
    put(chain.root, root[1].public_bytes(Encoding.PEM))
    put(chain.signer, _key_file(leaf, [middle[1], root[1]], chain.password), secret=True)
    put(chain.crl, _revocation_list(root, start) + _revocation_list(middle, start))
    return chain


def _key_file(leaf: Issued, issuers: list[x509.Certificate], password: str) -> bytes:
    """Return key, certificate and those of its issuers as PKCS#12."""
    encryption = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"DEMO", *leaf, issuers, encryption)


def _open_pkcs12(
    path: Path, data: bytes, secret: bytes | None
) -> tuple[PrivateKeyTypes | None, x509.Certificate | None, list[x509.Certificate]]:
    _check_pkcs12(path, data)
    try:
        return pkcs12.load_key_and_certificates(data, secret)
    except ValueError as error:
        what, hint = tr("the password does not open it"), tr("Check the password")
        raise KeyFileError(what, where=str(path), hint=hint) from error
    except UnsupportedAlgorithm as error:
        what = tr("this kind of key cannot sign here ({cause})", cause=error)
        raise KeyFileError(what, where=str(path), hint=tr("Use RSA or EC")) from error


def _check_pkcs12(path: Path, data: bytes) -> None:
    try:
        # parsing all of it distinguishes rubbish from a wrong password
        asn1_pkcs12.Pfx.load(data, strict=True).native  # noqa: B018 -- as above
    except (ValueError, TypeError) as error:
        what, hint = tr("is not a PKCS#12 file"), tr("Give the .p12 or .pfx file of the key")
        raise KeyFileError(what, where=str(path), hint=hint) from error


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
    data = _read(path, error_kind)
    try:
        loaded = [kind.load(block, strict=True) for block in _blocks(data)]
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


def _read(path: Path, error_kind: type[InputError]) -> bytes:
    try:
        return regular.content(path)
    except OSError as error:
        what = tr("cannot be read ({cause})", cause=error.strerror)
        hint = tr("Check the path and its permissions")
        raise error_kind(what, where=str(path), hint=hint) from error


Issued = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _issue(name: str, issuer: Issued | None, start: datetime, *, ca: bool) -> Issued:
    """Make a key and its certificate, signed by ``issuer`` or by itself (RFC 5280)."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), _subject(name)
    issuer_key, issuer_name = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    key_of_issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key())
    builder = (
        _blank_certificate(subject, key, start)
        .issuer_name(issuer_name)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(_usage(ca=ca), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(key_of_issuer, critical=False)
    )
    if issuer:
        builder = builder.add_extension(_crl_address(), critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


def _subject(name: str) -> x509.Name:
    organization = x509.NameAttribute(NameOID.ORGANIZATION_NAME, "acceptance DEMO")
    return x509.Name([organization, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _blank_certificate(
    subject: x509.Name, key: ec.EllipticCurvePrivateKey, start: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + DEMO_LIFE)
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not ca,
        content_commitment=not ca,
        key_cert_sign=ca,
        crl_sign=ca,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _crl_address() -> x509.CRLDistributionPoints:
    """Announce a revocation list, so that it must be checked.

    The address leads nowhere (RFC 2606).
    """
    address = x509.UniformResourceIdentifier("http://demo.invalid/demo.crl")
    return x509.CRLDistributionPoints([x509.DistributionPoint([address], None, None, None)])


def _revocation_list(issuer: Issued, start: datetime) -> bytes:
    key, certificate = issuer
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(certificate.subject)
        .last_update(start)
        .next_update(start + DEMO_LIFE)
        .add_extension(x509.CRLNumber(1), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False
        )
    )
    return builder.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)

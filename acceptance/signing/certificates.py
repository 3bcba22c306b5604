"""Certificates: the key that signs, the roots that are trusted, and the demo's own chain (X.509, RFC 5280; PKCS#12)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

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

from acceptance.errors import InputError, KeyFileError, OutputError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

DEMO_PASSWORD = "demo"  # noqa: S105 - opens the demo's own key, which is worth nothing and says so in its name
DEMO_LIFE = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class Signer:
    """A key that is ready to sign, the name in its certificate, and the revocation lists to embed."""

    name: str
    expires: datetime
    key: signers.SimpleSigner
    crls: tuple[crl.CertificateList, ...]


@dataclass(frozen=True, kw_only=True)
class Trust:
    """What a verifier trusts.

    Root certificates, and revocation lists newer than those in the report.
    """

    roots: tuple[asn1_x509.Certificate, ...]
    crls: tuple[crl.CertificateList, ...]


@dataclass(frozen=True, kw_only=True)
class DemoChain:
    """Where the demo's certificate chain lies.

    Root to trust, key file with its password, revocation lists.
    """

    root: Path
    signer: Path
    crl: Path
    password: str


def load_signer(path: Path, password: str = "", *, at: datetime | None = None) -> Signer:
    """Load key and certificates of a PKCS#12 file, and the revocation lists of ``<name>.crl`` beside it, if any.

    Raises ``KeyFileError`` for an unreadable file, a wrong password, a file without key or
    certificate, an unsupported kind of key, and a certificate that has expired or is not yet valid
    (at ``at``, by default now).
    """
    data = _read(path, KeyFileError)
    key, certificate, _ = _open_pkcs12(path, data, password)
    if key is None or certificate is None:
        raise KeyFileError(
            "holds no signing key with its certificate",
            where=str(path),
            hint="Export both into the file",
        )
    _check_validity(path, certificate, at or datetime.now(UTC))
    simple = signers.SimpleSigner.load_pkcs12_data(
        data, other_certs=(), passphrase=password.encode() or None
    )
    beside = path.with_suffix(".crl")
    return Signer(
        name=common_name(simple.signing_cert),
        expires=certificate.not_valid_after_utc,
        key=simple,
        crls=tuple(_load(beside, crl.CertificateList, KeyFileError)) if beside.exists() else (),
    )


def load_trust(paths: Iterable[Path]) -> Trust:
    """Read root certificates and revocation lists, PEM or DER.

    Raises ``InputError`` for a file that holds neither.
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
    """Name in a certificate: its common name, else its whole subject."""
    subject = certificate.subject
    return str(subject.native.get("common_name") or subject.human_friendly)


def make_demo_chain(folder: Path, *, at: datetime | None = None) -> DemoChain:
    """Write root, intermediate and signing certificate (EC P-256, for a year from ``at``, by default now).

    Their revocation lists, empty and good for the same year, lie beside the key file, where
    ``load_signer`` finds them. Every name in it says DEMO: whoever trusts its root trusts nothing
    but this demonstration. Raises ``OutputError`` where the folder cannot be written.
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
    encryption = BestAvailableEncryption(chain.password.encode())
    issuers = [middle[1], root[1]]
    _write(chain.root, root[1].public_bytes(Encoding.PEM))
    _write(
        chain.signer,
        pkcs12.serialize_key_and_certificates(b"DEMO", leaf[0], leaf[1], issuers, encryption),
    )
    _write(chain.crl, _revocation_list(root, start) + _revocation_list(middle, start))
    return chain


def _open_pkcs12(
    path: Path, data: bytes, password: str
) -> tuple[Any, x509.Certificate | None, list[x509.Certificate]]:
    try:
        asn1_pkcs12.Pfx.load(data, strict=True).native  # noqa: B018 - parsing it all tells rubbish from a wrong password
    except (ValueError, TypeError) as error:
        raise KeyFileError(
            "is not a PKCS#12 file", where=str(path), hint="Give the .p12 or .pfx file of the key"
        ) from error
    try:
        return pkcs12.load_key_and_certificates(data, password.encode() or None)
    except ValueError as error:
        raise KeyFileError(
            "the password does not open it", where=str(path), hint="Check the password"
        ) from error
    except UnsupportedAlgorithm as error:
        raise KeyFileError(
            f"its key is of a kind that cannot sign here ({error})",
            where=str(path),
            hint="Use RSA or EC",
        ) from error


def _check_validity(path: Path, certificate: x509.Certificate, at: datetime) -> None:
    start, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if at > end:
        raise KeyFileError(
            f"its certificate expired on {end:%Y-%m-%d}",
            where=str(path),
            hint="Have it renewed, then sign",
        )
    if at < start:
        what = f"its certificate is not valid before {start:%Y-%m-%d %H:%M} UTC"
        raise KeyFileError(
            what, where=str(path), hint="Check the clock of this computer, or wait until then"
        )


def _load(path: Path, kind: Any, error_kind: type[InputError]) -> Iterator[Any]:  # noqa: ANN401 - asn1crypto is untyped
    """Objects of one ASN.1 kind from a PEM or DER file; each is parsed to its end."""
    data = _read(path, error_kind)
    try:
        blocks = (
            [block for _, _, block in pem.unarmor(data, multiple=True)]
            if pem.detect(data)
            else [data]
        )
        loaded = [kind.load(block, strict=True) for block in blocks]
        for item in loaded:
            item.native  # noqa: B018 - asn1crypto parses lazily; rubbish must show here
    except (ValueError, TypeError) as error:
        what = "holds no revocation list" if kind is crl.CertificateList else "holds no certificate"
        raise error_kind(what, where=str(path), hint="Give it in PEM or DER form") from error
    yield from loaded


def _read(path: Path, error_kind: type[InputError]) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise error_kind(
            f"cannot be read ({error.strerror})",
            where=str(path),
            hint="Check the path and its permissions",
        ) from error


def _write(path: Path, data: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    except OSError as error:
        raise OutputError(
            f"cannot be written ({error.strerror})",
            where=str(path),
            hint="Make room or choose another folder",
        ) from error


Issued = tuple[ec.EllipticCurvePrivateKey, x509.Certificate]


def _issue(name: str, issuer: Issued | None, start: datetime, *, ca: bool) -> Issued:
    """Make a key and its certificate, signed by ``issuer`` or by itself (RFC 5280)."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "acceptance DEMO"),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    issuer_key, issuer_name = (issuer[0], issuer[1].subject) if issuer else (key, subject)
    usage = x509.KeyUsage(
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
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer_name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(start + DEMO_LIFE)
        .add_extension(x509.BasicConstraints(ca=ca, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer_key.public_key()),
            critical=False,
        )
    )
    if issuer:
        builder = builder.add_extension(_crl_address(), critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


def _crl_address() -> x509.CRLDistributionPoints:
    """Say that there is a revocation list, so that checking it is due.

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

"""Certificates of every kind, made in memory: who may sign a report, and who may not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from asn1crypto import x509 as asn1_x509  # type: ignore[import-untyped]  # ships no types
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PublicFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID
from pyhanko.sign import signers

from acceptance.signing.certificates import Signer, common_name

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

NOW = datetime.now(UTC).replace(microsecond=0)
DAY = timedelta(days=1)
# In the order of cryptography's own arguments (RFC 5280, 4.2.1.3).
USAGES = (
    "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
    "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only",
)  # fmt: skip
SIGNING = ("digital_signature", "content_commitment")
ISSUING = ("key_cert_sign", "crl_sign")
WEAK = ec.generate_private_key(ec.SECP192R1())
EDWARDS = ed25519.Ed25519PrivateKey.generate()
Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Holder:
    """A key, its certificate, and that of its issuer."""

    key: Key
    certificate: x509.Certificate
    issuer: Holder | None

    @property
    def pem(self) -> bytes:
        """The certificate as PEM."""
        return self.certificate.public_bytes(Encoding.PEM)

    @property
    def public_key(self) -> bytes:
        """The public key as PEM."""
        public = self.key.public_key()
        return public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)

    @property
    def key_file(self) -> bytes:
        """Key, certificate and those between it and the root, as PKCS#12 without password."""
        others, above = list[x509.Certificate](), self.issuer
        while above:
            others.append(above.certificate)
            above = above.issuer
        return pkcs12.serialize_key_and_certificates(
            None, self.key, self.certificate, others, NoEncryption()
        )

    def signer(self) -> Signer:
        """Get ready to sign, without the refusals of ``load_signer``."""
        simple = signers.SimpleSigner.load_pkcs12_data(self.key_file, other_certs=())
        start, end = self.certificate.not_valid_before_utc, self.certificate.not_valid_after_utc
        name = common_name(asn1_x509.Certificate.load(self.certificate.public_bytes(Encoding.DER)))
        return Signer(name=name, begins=start, expires=end, key=simple, crls=())


def holder(
    name: str,
    issuer: Holder | None = None,
    *,
    ca: bool | None = False,
    usages: Collection[str] | None = SIGNING,
    purposes: Collection[str] | None = None,
    days: tuple[int, int] = (-30, 30),
    key: Key | None = None,
    names: x509.NameConstraints | None = None,
) -> Holder:
    """Issue a certificate; ``None`` leaves its extension out. ``days`` count from now.

    ``names``: what it may vouch for.
    """
    key = key or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)] if name else [])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW + days[0] * DAY)
        .not_valid_after(NOW + days[1] * DAY)
    )
    if ca is not None:
        constraints = x509.BasicConstraints(ca=ca, path_length=None)
        builder = builder.add_extension(constraints, critical=True)
    if usages is not None:
        bits = {usage: usage in usages for usage in USAGES}
        builder = builder.add_extension(x509.KeyUsage(**bits), critical=True)
    if purposes is not None:
        named = x509.ExtendedKeyUsage([x509.ObjectIdentifier(one) for one in purposes])
        builder = builder.add_extension(named, critical=False)
    if names is not None:
        builder = builder.add_extension(names, critical=True)
    by = issuer.key if issuer else key
    signed = builder.sign(by, None if by is EDWARDS else hashes.SHA256())
    return Holder(key, signed, issuer)


def authority(
    name: str,
    issuer: Holder | None = None,
    purposes: Collection[str] | None = None,
    *,
    days: tuple[int, int] = (-60, 60),
    key: Key | None = None,
    names: x509.NameConstraints | None = None,
) -> Holder:
    """Make a certification authority."""
    return holder(
        name, issuer, ca=True, usages=ISSUING, purposes=purposes, days=days, key=key, names=names
    )


def write(path: Path, content: bytes) -> Path:
    """Write a file; return its path."""
    path.write_bytes(content)
    return path

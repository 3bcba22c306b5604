"""Chains of certificates that this tool makes itself: the demo's, and one to practise with.

Every name in them says what they are worth: nothing (X.509, RFC 5280).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import NameOID

from acceptance.files.output import put

if TYPE_CHECKING:
    from pathlib import Path

# The key that it opens is worth nothing, and says so in its name.
DEMO_PASSWORD = "demo"  # noqa: S105 -- as above
DEMO_LIFE = timedelta(days=365)


@dataclass(frozen=True, kw_only=True)
class DemoChain:
    """The files of the demo's certificate chain.

    They are the root to trust, the key file with its password, and the revocation lists.
    """

    root: Path
    signer: Path
    crl: Path
    password: str


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

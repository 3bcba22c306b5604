"""Chains of certificates that this tool makes itself: the demo's, and one to practise with.

Every name in them says what they are worth: nothing (X.509, RFC 5280).
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, pkcs12
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from acceptance.errors import OutputError
from acceptance.files import strict_toml
from acceptance.files.output import put
from acceptance.messages import tr
from acceptance.signing import roles
from acceptance.signing.certificates import DEMO, TEST

if TYPE_CHECKING:
    from collections.abc import Mapping
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


@dataclass(frozen=True, kw_only=True)
class PracticeChain:
    """The files of a chain to practise with."""

    root: Path
    policy: Path
    """A signing policy that pins root and signers."""

    password: Path
    """The password of all key files."""

    signers: Mapping[str, Path]
    """Role -> its key file."""

    authority: Path | None
    """Key file that stamps times; None: there is none."""


def make_practice_chain(
    folder: Path,
    names: Mapping[str, str] | None = None,
    *,
    authority: bool = False,
    at: datetime | None = None,
) -> PracticeChain:
    """Write a test chain: a root, and a signer for each role below it.

    ``names`` are of the holders by role (default: the roles' own), ``authority``: with one that
    stamps times; it begins at ``at``, by default now, and lasts a year. Every name in it says TEST,
    and ``verify`` says that it is worth nothing. Raises OutputError where the folder holds anything
    already, or cannot be written.
    """
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        what = tr("there is something already, perhaps keys")
        raise OutputError(what, where=str(folder), hint=tr("Name a new folder"))
    start = (at or datetime.now(UTC)).replace(microsecond=0) - timedelta(hours=1)
    root = _issue("TEST root, no legal value", None, start, ca=True, organization=TEST)
    made = PracticeChain(
        root=folder / "root.pem",
        policy=folder / "policy.toml",
        password=folder / "password.txt",
        signers={role: folder / f"{role}.p12" for role in roles.ORDER},
        authority=folder / "tsa.p12" if authority else None,
    )
    secret = secrets.token_urlsafe(12)
    put(made.root, root[1].public_bytes(Encoding.PEM))
    put(made.password, f"{secret}\n".encode(), secret=True)
    for role, file in made.signers.items():
        holder = f"TEST {(names or {}).get(role) or roles.titled(role)}"
        leaf = _issue(holder, root, start, ca=False, organization=TEST)
        _write_keys(file, leaf, root, secret, start)
    if made.authority:
        name = "TEST time stamps, no legal value"
        leaf = _issue(name, root, start, ca=False, organization=TEST, stamps=True)
        _write_keys(made.authority, leaf, root, secret, start)
    put(made.policy, _policy(made).encode())
    return made


def _write_keys(file: Path, leaf: Issued, root: Issued, secret: str, start: datetime) -> None:
    """Write a key file, its certificate, and the revocation list of the root beside it."""
    put(file, _key_file(leaf, [root[1]], secret), secret=True)
    put(file.with_suffix(".crt"), leaf[1].public_bytes(Encoding.PEM))
    put(file.with_suffix(".crl"), _revocation_list(root, start))


def _policy(made: PracticeChain) -> str:
    """Word a signing policy of a test chain."""
    head = f"# TEST\nroots = [{strict_toml.quoted(made.root.name)}]\n"
    tables = (
        f"\n[[roles]]\nrole = {strict_toml.quoted(role)}\n"
        f"signers = [{strict_toml.quoted(file.with_suffix('.crt').name)}]\n"
        for role, file in made.signers.items()
    )
    return head + "".join(tables)


def _key_file(leaf: Issued, issuers: list[x509.Certificate], password: str) -> bytes:
    """Return key, certificate and those of its issuers as PKCS#12."""
    encryption = BestAvailableEncryption(password.encode())
    return pkcs12.serialize_key_and_certificates(b"DEMO", *leaf, issuers, encryption)


Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
Issued = tuple[Key, x509.Certificate]


def _issue(
    name: str,
    issuer: Issued | None,
    start: datetime,
    *,
    ca: bool,
    organization: str = DEMO,
    stamps: bool = False,
) -> Issued:
    """Make a key and its certificate, signed by ``issuer`` or by itself (RFC 5280).

    ``stamps``: the key stamps times (RFC 3161), and is RSA, which is what pyHanko's stamper knows.
    """
    key: Key = ec.generate_private_key(ec.SECP256R1())
    if stamps:
        key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = _subject(name, organization)
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
    if stamps:
        purpose = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING])
        builder = builder.add_extension(purpose, critical=True)
    if issuer:
        builder = builder.add_extension(_crl_address(), critical=False)
    return key, builder.sign(issuer_key, hashes.SHA256())


def _subject(name: str, organization: str) -> x509.Name:
    stated = x509.NameAttribute(NameOID.ORGANIZATION_NAME, organization)
    return x509.Name([stated, x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _blank_certificate(subject: x509.Name, key: Key, start: datetime) -> x509.CertificateBuilder:
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

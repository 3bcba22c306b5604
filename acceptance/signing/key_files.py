"""Files that hold a signing key: PKCS#12, or PEM with its certificates in it or beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asn1crypto import keys  # type: ignore[import-untyped]  # ships no types
from asn1crypto import pkcs12 as asn1_pkcs12
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from pyhanko_certvalidator.registry import SimpleCertificateStore

from acceptance.errors import KeyFileError
from acceptance.files import regular
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

# A private key in PEM (RFC 7468), encrypted or not.
BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)


@dataclass(frozen=True, kw_only=True)
class Opened:
    """A private key, its certificate, and the other certificates of its file."""

    key: ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey
    certificate: asn1_x509.Certificate
    others: tuple[asn1_x509.Certificate, ...]

    @property
    def private(self) -> keys.PrivateKeyInfo:
        """The key as pyHanko takes it."""
        der = self.key.private_bytes(Encoding.DER, PrivateFormat.PKCS8, NoEncryption())
        return keys.PrivateKeyInfo.load(der)

    def registry(self, more: Iterable[asn1_x509.Certificate] = ()) -> SimpleCertificateStore:
        """Return the other certificates as pyHanko takes them."""
        store = SimpleCertificateStore()  # type: ignore[no-untyped-call]
        store.register_multiple([*self.others, *more])
        return store


def opened(path: Path, password: str) -> Opened:
    """Open a key file. The certificates of a PEM file may lie beside it, as ``<name>.crt``.

    Raises KeyFileError: unreadable, neither kind, a wrong password, no key or no certificate that
    belongs to it, an unsupported kind of key.
    """
    data, secret = _read(path), password.encode() or None
    kind = _open_pem if b"-----BEGIN " in data else _open_pkcs12
    try:
        key, certificate, others = kind(path, data, secret)
    except UnsupportedAlgorithm as error:
        raise _unsupported(path, str(error)) from error
    if key is None or certificate is None:
        what = tr("contains no signing key with its certificate")
        hint = tr("Export both into the file")
        raise KeyFileError(what, where=str(path), hint=hint)
    if not isinstance(key, ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey):
        raise _unsupported(path, type(key).__name__)
    first, *rest = (_asn1(found) for found in (certificate, *others))
    return Opened(key=key, certificate=first, others=tuple(rest))


Found = tuple["PrivateKeyTypes | None", "x509.Certificate | None", "Sequence[x509.Certificate]"]


def _asn1(certificate: x509.Certificate) -> asn1_x509.Certificate:
    return asn1_x509.Certificate.load(certificate.public_bytes(Encoding.DER))


def _unsupported(path: Path, cause: str) -> KeyFileError:
    what = tr("this kind of key cannot sign here ({cause})", cause=cause)
    return KeyFileError(what, where=str(path), hint=tr("Use RSA or EC"))


def _wrong_password(path: Path) -> KeyFileError:
    what, hint = tr("the password does not open it"), tr("Check the password")
    return KeyFileError(what, where=str(path), hint=hint)


def _open_pkcs12(path: Path, data: bytes, secret: bytes | None) -> Found:
    _check_pkcs12(path, data)
    try:
        return pkcs12.load_key_and_certificates(data, secret)
    except ValueError as error:
        raise _wrong_password(path) from error


def _check_pkcs12(path: Path, data: bytes) -> None:
    try:
        # parsing all of it distinguishes rubbish from a wrong password
        asn1_pkcs12.Pfx.load(data, strict=True).native  # noqa: B018 -- as above
    except (ValueError, TypeError) as error:
        what = tr("is neither a PKCS#12 nor a PEM file")
        hint = tr("Give the .p12, .pfx or .pem file of the key")
        raise KeyFileError(what, where=str(path), hint=hint) from error


def _open_pem(path: Path, data: bytes, secret: bytes | None) -> Found:
    if not (block := BLOCK.search(data)):
        return None, None, ()
    key = _private_key(path, block[0], secret)
    held = [*_certificates(path, data), *_beside(path.with_suffix(".crt"))]
    own = [found for found in held if found.public_key() == key.public_key()]
    others = [found for found in held if found not in own]
    return key, (own[0] if own else None), others


def _private_key(path: Path, block: bytes, secret: bytes | None) -> PrivateKeyTypes:
    """Read a private key; a password for one that has none is not used."""
    is_encrypted = b"ENCRYPTED" in block
    if is_encrypted and secret is None:
        raise _wrong_password(path)
    try:
        return load_pem_private_key(block, secret if is_encrypted else None)
    except (ValueError, TypeError) as error:
        if is_encrypted:
            raise _wrong_password(path) from error
        what = tr("the private key in it cannot be read")
        raise KeyFileError(what, where=str(path), hint=tr("Export it again")) from error


def _beside(path: Path) -> list[x509.Certificate]:
    return _certificates(path, _read(path)) if path.exists() else []


def _certificates(path: Path, data: bytes) -> list[x509.Certificate]:
    if b"-----BEGIN CERTIFICATE-----" not in data:
        return []
    try:
        return x509.load_pem_x509_certificates(data)
    except ValueError as error:
        what = tr("a certificate in it cannot be read")
        raise KeyFileError(what, where=str(path), hint=tr("Export it again")) from error


def _read(path: Path) -> bytes:
    try:
        return regular.content(path)
    except OSError as error:
        what = tr("cannot be read ({cause})", cause=error.strerror)
        hint = tr("Check the path and its permissions")
        raise KeyFileError(what, where=str(path), hint=hint) from error

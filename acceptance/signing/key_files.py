"""Files that hold a signing key: PKCS#12, or PEM with its certificates in it or beside it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asn1crypto import keys, pem  # type: ignore[import-untyped]  # ships no types
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
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

# A private key in PEM (RFC 7468), encrypted or not.
BLOCK = re.compile(rb"-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----.*?-----END \1-----", re.DOTALL)

ROUNDS = {"iterations", "iteration_count"}  # of PBKDF2 and PKCS#12, as asn1crypto calls them
MOST_ROUNDS = 10_000_000  # some seconds; what programs write is a tenth of it, or less


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
        whole = asn1_pkcs12.Pfx.load(data, strict=True)
        stated = [whole["mac_data"].native, *_encryptions(whole)]
    except (ValueError, TypeError, KeyError) as error:
        what = tr("is neither a PKCS#12 nor a PEM file")
        hint = tr("Give the .p12, .pfx or .pem file of the key")
        raise KeyFileError(what, where=str(path), hint=hint) from error
    _require_few_rounds(path, stated)


def _encryptions(whole: asn1_pkcs12.Pfx) -> Iterator[object]:
    """Yield how each part of a PKCS#12 file is encrypted, as far as that is in clear."""
    for part in whole.authenticated_safe:
        if part["content_type"].native == "encrypted_data":
            held = part["content"]["encrypted_content_info"]
            yield held["content_encryption_algorithm"].native
        elif part["content_type"].native == "data":
            for bag in asn1_pkcs12.SafeContents.load(part["content"].native, strict=True):
                if bag["bag_id"].native == "pkcs8_shrouded_key_bag":
                    yield bag["bag_value"]["encryption_algorithm"].native


def _require_few_rounds(path: Path, stated: Iterable[object]) -> None:
    """Refuse to try a password for hours: a file may ask for any number, in any number of parts."""
    if (rounds := sum(map(_rounds, stated))) > MOST_ROUNDS:
        what = tr("asks for {rounds} rounds to try a password; {most} at most",
                  rounds=rounds, most=MOST_ROUNDS)  # fmt: skip
        raise KeyFileError(what, where=str(path), hint=tr("Export it again"))


def _rounds(stated: object) -> int:
    """Return how many rounds stand anywhere in a parsed description."""
    if not isinstance(stated, dict):
        return 0
    own = [value for key, value in stated.items() if key in ROUNDS and isinstance(value, int)]
    return sum([*own, *map(_rounds, stated.values())])


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
        if b"BEGIN ENCRYPTED" in block:
            held = keys.EncryptedPrivateKeyInfo.load(pem.unarmor(block)[2], strict=True)
            _require_few_rounds(path, [held["encryption_algorithm"].native])
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
    return regular.read(path, KeyFileError, tr("Check the path and its permissions"))

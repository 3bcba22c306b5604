"""How a device speaks TLS: versions, weak ciphers, and what its certificate says.

OpenSSL no longer has what old devices still accept. Up to TLS 1.2 a ``ClientHello`` is therefore
written by hand and only the ``ServerHello`` is read: what the device chose, without a connection
coming about. Source: RFC 6101, 2246, 4346, 5246, 8446.
"""

from __future__ import annotations

import contextlib
import secrets
import ssl
import struct
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live import reaching
from acceptance.live.reaching import Patience
from acceptance.messages import tr

if TYPE_CHECKING:
    import socket
    from datetime import datetime

    from cryptography import x509

    from acceptance.live.address import Address

SECONDS = 5.0
MOST_BYTES = 64 << 10
VERSIONS = {"SSL 3.0": 0x0300, "TLS 1.0": 0x0301, "TLS 1.1": 0x0302, "TLS 1.2": 0x0303}
NEWEST = "TLS 1.3"
# By RFC 7465 (RC4), 7568 (SSL 3.0), 8996 (TLS 1.0 and 1.1), 9325 (the rest).
DEPRECATED = ("SSL 3.0", "TLS 1.0", "TLS 1.1")
WEAK = {
    "RC4": (0x0004, 0x0005, 0xC007, 0xC011, 0xC002, 0xC00C, 0x0066),
    "3DES": (0x000A, 0x0013, 0x0016, 0xC003, 0xC008, 0xC00D, 0xC012),
    "DES": (0x0009, 0x000C, 0x000F, 0x0012, 0x0015),
    "export": (0x0003, 0x0006, 0x0008, 0x000B, 0x000E, 0x0011, 0x0014, 0x0062, 0x0064),
    "NULL": (0x0001, 0x0002, 0x003B, 0xC001, 0xC006, 0xC00B, 0xC010),
    "anonymous": (0x0018, 0x001A, 0x001B, 0x0034, 0x003A, 0x006C, 0x006D, 0xC016, 0xC018, 0xC019),
}
# AES and ChaCha20 with every usual exchange of keys, the best first.
USUAL = (
    *(0xC02F, 0xC02B, 0xC030, 0xC02C, 0xCCA8, 0xCCA9, 0xCCAA, 0x009E, 0x009F, 0xC027, 0xC028),
    *(0xC023, 0xC024, 0xC013, 0xC014, 0xC009, 0xC00A, 0x0067, 0x006B, 0x0033, 0x0039, 0x0032),
    *(0x0038, 0x009C, 0x009D, 0x003C, 0x003D, 0x002F, 0x0035),
)
GROUPS = (0x001D, 0x0017, 0x0018, 0x0019)  # x25519, P-256, P-384, P-521
SIGNATURES = (
    0x0403,
    0x0503,
    0x0603,
    0x0804,
    0x0805,
    0x0806,
    0x0401,
    0x0501,
    0x0601,
    0x0203,
    0x0201,
)
HANDSHAKE, SERVER_HELLO = 22, 2


@dataclass(frozen=True, kw_only=True)
class ServerChoice:
    """What a server chose of what it was offered."""

    version: int
    """As on the wire: 0x0303 is TLS 1.2."""

    cipher: int
    """Number of the cipher suite."""


@dataclass(frozen=True, kw_only=True)
class ServerCertificate:
    """What a server's certificate says; nothing in it was verified against any authority."""

    subject: str
    """Distinguished name."""

    issuer: str
    """Distinguished name."""

    self_signed: bool
    """Whether its own key signed it."""

    not_before: datetime
    """UTC."""

    not_after: datetime
    """UTC."""

    names: tuple[str, ...]
    """DNS names and IP addresses for which it was made."""

    key: str
    """Kind of its key: ``RSA``, ``EC`` ..."""

    key_bits: int
    """Length of the key; 0: not known."""

    hash: str
    """Hash of its signature, for instance ``sha256``; empty: none is named."""


def unverified() -> ssl.SSLContext:
    """Return a context that speaks with whatever OpenSSL still can, and verifies nothing."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings(), contextlib.suppress(ssl.SSLError, ValueError):
        warnings.simplefilter("ignore", DeprecationWarning)
        context.minimum_version = ssl.TLSVersion.TLSv1
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.options |= getattr(ssl, "OP_LEGACY_SERVER_CONNECT", 0)
    return context


def accepts(address: Address, version: str, seconds: float = SECONDS) -> bool:
    """Whether a server agrees to speak that version: of ``VERSIONS``, or ``NEWEST``.

    Raises DeviceError where it cannot be connected to, or answers in no TLS at all.
    """
    if version == NEWEST:
        return _speaks_newest(address, seconds)
    weak = tuple(cipher for ciphers in WEAK.values() for cipher in ciphers)
    chosen = chosen_by(address, VERSIONS[version], (*USUAL, *weak), seconds)
    return chosen is not None and chosen.version == VERSIONS[version]


def accepts_cipher(address: Address, kind: str, version: str, seconds: float = SECONDS) -> bool:
    """Whether a server agrees to a cipher of that kind of ``WEAK`` where nothing else is offered.

    ``version``: the newest of ``VERSIONS`` that it speaks. Raises DeviceError as ``accepts`` does.
    """
    chosen = chosen_by(address, VERSIONS[version], WEAK[kind], seconds)
    return chosen is not None and chosen.cipher in WEAK[kind]


def _speaks_newest(address: Address, seconds: float) -> bool:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    patience = Patience(seconds)
    plain = _connected(address, patience)
    with contextlib.suppress(OSError, ValueError), patience.encrypt(plain, context, None):
        return True
    return False


def _connected(address: Address, patience: Patience) -> socket.socket:
    try:
        return patience.connect(address)
    except (OSError, UnicodeError) as error:
        hint = tr("Check address, port, cable and the address of this machine")
        raise reaching.unreached(address, error, hint) from error


def chosen_by(
    address: Address, version: int, ciphers: tuple[int, ...], seconds: float = SECONDS
) -> ServerChoice | None:
    """Offer a version and ciphers; return what the server chose, None: it refused.

    Raises DeviceError: ``no_tls`` where what it sends is no TLS, else as ``reaching.unreached``.
    """
    patience = Patience(seconds)
    with _connected(address, patience) as connection:
        content = _answer(connection, hello(version, ciphers), patience)
    return _choice(content, address)


def hello(version: int, ciphers: tuple[int, ...]) -> bytes:
    """Return a ``ClientHello`` as a record; with extensions from TLS 1.0 on."""
    offered = struct.pack(f"!{len(ciphers)}H", *ciphers)
    body = struct.pack("!H", version) + secrets.token_bytes(32) + b"\0"
    body += struct.pack("!H", len(offered)) + offered + b"\1\0"
    if version > VERSIONS["SSL 3.0"]:
        extensions = _extensions(with_signatures=version >= VERSIONS["TLS 1.2"])
        body += struct.pack("!H", len(extensions)) + extensions
    message = b"\1" + struct.pack("!I", len(body))[1:] + body
    return struct.pack("!BHH", HANDSHAKE, min(version, 0x0301), len(message)) + message


def _extensions(*, with_signatures: bool) -> bytes:
    groups, signatures = (
        struct.pack(f"!H{len(numbers)}H", 2 * len(numbers), *numbers)
        for numbers in (GROUPS, SIGNATURES)
    )
    found = _extension(0x000A, groups) + _extension(0x000B, b"\1\0") + _extension(0xFF01, b"\0")
    return found + _extension(0x000D, signatures) if with_signatures else found


def _extension(number: int, content: bytes) -> bytes:
    return struct.pack("!HH", number, len(content)) + content


def _answer(connection: socket.socket, request: bytes, patience: Patience) -> bytes:
    """Read until a ``ServerHello`` or an alert is there, or the other side closes or is late."""
    content = b""
    with contextlib.suppress(OSError):
        patience.send(connection, request)
        while len(content) < MOST_BYTES and not _enough(content):
            piece = patience.of(connection, lambda: connection.recv(4096))
            if not piece:
                break
            content += piece
    return content


def _enough(content: bytes) -> bool:
    if len(content) < 5:
        return False
    return content[0] != HANDSHAKE or len(content) >= 5 + int.from_bytes(content[3:5], "big")


def _choice(content: bytes, address: Address) -> ServerChoice | None:
    """Read a ``ServerHello``: type, length (3), version (2), random (32), session, cipher (2)."""
    if content and content[0] not in {HANDSHAKE, 21}:
        what, hint = tr("answers in no TLS"), tr("Check the port")
        raise DeviceError(what, where=str(address), hint=hint, code="no_tls")
    if len(content) < 46 or content[0] != HANDSHAKE or content[5] != SERVER_HELLO:
        return None
    at = 44 + content[43]
    if len(content) < at + 2:
        return None
    return ServerChoice(
        version=int.from_bytes(content[9:11], "big"),
        cipher=int.from_bytes(content[at : at + 2], "big"),
    )


def certificate(address: Address, seconds: float = SECONDS) -> ServerCertificate:
    """Fetch and read a server's certificate.

    Raises DeviceError: as ``reaching.unreached``; ``no_tls`` where OpenSSL cannot speak with it;
    ``unreadable`` where the certificate is none.
    """
    patience = Patience(seconds)
    plain = _connected(address, patience)
    try:
        with patience.encrypt(plain, unverified(), None) as secured:
            content = secured.getpeercert(binary_form=True) or b""
    except (OSError, ValueError) as error:
        raise reaching.no_tls(address, error, tr("Check the port")) from error
    return read_certificate(content, str(address))


def read_certificate(content: bytes, where: str) -> ServerCertificate:
    """Read a certificate in DER. Raises DeviceError with the code ``unreadable``."""
    from cryptography import x509  # noqa: PLC0415 -- late: only audits need it

    try:
        found = x509.load_der_x509_certificate(content)
        return ServerCertificate(
            subject=found.subject.rfc4514_string(),
            issuer=found.issuer.rfc4514_string(),
            self_signed=_is_self_signed(found),
            not_before=found.not_valid_before_utc,
            not_after=found.not_valid_after_utc,
            names=_names(found),
            key=type(found.public_key()).__name__.removeprefix("_").partition("Public")[0],
            key_bits=getattr(found.public_key(), "key_size", 0),
            hash=getattr(found.signature_hash_algorithm, "name", ""),
        )
    except Exception as error:  # devices send what parsers refuse in many ways
        what, hint = tr("has a certificate that cannot be read"), tr("Have it made anew")
        raise DeviceError(what, where=where, hint=hint, code="unreadable") from error


def _is_self_signed(found: x509.Certificate) -> bool:
    if found.issuer != found.subject:
        return False
    try:
        found.verify_directly_issued_by(found)
    except Exception:  # noqa: BLE001 -- as above: an old or unknown signature fails in many ways
        return False
    return True


def _names(found: x509.Certificate) -> tuple[str, ...]:
    from cryptography import x509  # noqa: PLC0415 -- as above

    try:
        extension = found.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    except x509.ExtensionNotFound:
        return ()
    values = extension.value
    addresses = map(str, values.get_values_for_type(x509.IPAddress))
    return (*values.get_values_for_type(x509.DNSName), *addresses)

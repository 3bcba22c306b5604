"""Servers that speak TLS: OpenSSL's by way of Python, and GnuTLS for what OpenSSL has given up."""

from __future__ import annotations

import contextlib
import ipaddress
import shutil
import socket
import ssl
import subprocess
import threading
import warnings
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from peers.awaited import until

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

GNUTLS = shutil.which("gnutls-serv")
VERSIONS = {
    "TLS 1.0": ssl.TLSVersion.TLSv1,
    "TLS 1.1": ssl.TLSVersion.TLSv1_1,
    "TLS 1.2": ssl.TLSVersion.TLSv1_2,
    "TLS 1.3": ssl.TLSVersion.TLSv1_3,
}


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A certificate to be made."""

    names: tuple[str, ...] = ("127.0.0.1",)
    bits: int = 2048
    days_from: int = -1
    days_until: int = 30
    issuer: str = ""
    curve: bool = False


def certificate(wanted: Wanted, folder: Path) -> tuple[Path, Path]:
    """Write a certificate and its key; signed by itself unless it has an issuer."""
    key = ec.generate_private_key(ec.SECP256R1()) if wanted.curve else (
        rsa.generate_private_key(65537, wanted.bits)
    )  # fmt: skip
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "camera")])
    issuer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, wanted.issuer or "camera")])
    now = datetime.now(UTC)
    addresses = [x509.IPAddress(ipaddress.ip_address(name)) for name in wanted.names]
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + timedelta(days=wanted.days_from))
        .not_valid_after(now + timedelta(days=wanted.days_until))
    )
    if addresses:
        builder = builder.add_extension(x509.SubjectAlternativeName(addresses), critical=False)
    signer = rsa.generate_private_key(65537, 2048) if wanted.issuer else key
    made = builder.sign(signer, hashes.SHA256())
    places = folder / "certificate.pem", folder / "key.pem"
    places[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    places[1].write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return places


def context(oldest: str, newest: str, files: tuple[Path, Path], ciphers: str) -> ssl.SSLContext:
    """Return a server's context for a range of versions, at OpenSSL's lowest level."""
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    made.set_ciphers(f"{ciphers}:@SECLEVEL=0")
    made.load_cert_chain(*files)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        made.minimum_version, made.maximum_version = VERSIONS[oldest], VERSIONS[newest]
    return made


@contextlib.contextmanager
def openssl(
    oldest: str, newest: str, files: tuple[Path, Path], ciphers: str = "ALL"
) -> Iterator[int]:
    """Serve handshakes with OpenSSL; gives the port."""
    made = context(oldest, newest, files, ciphers)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with contextlib.suppress(OSError):
                while True:
                    plain, _ = listening.accept()
                    plain.settimeout(5)
                    with contextlib.suppress(OSError), made.wrap_socket(plain, server_side=True):
                        pass
                    plain.close()

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@contextlib.contextmanager
def gnutls(priority: str, files: tuple[Path, Path], port: int) -> Iterator[int]:
    """Serve handshakes with GnuTLS."""
    command = [str(GNUTLS), "--echo", "--port", str(port), "--priority", priority]
    command += ["--x509certfile", str(files[0]), "--x509keyfile", str(files[1])]
    nowhere = subprocess.DEVNULL
    server = subprocess.Popen(command, stdin=nowhere, stdout=nowhere, stderr=nowhere)
    try:
        _wait(port)
        yield port
    finally:
        server.kill()
        server.wait()


def _wait(port: int) -> None:
    def listens() -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return True
        return False

    until(listens, f"port {port}")

"""Versions, ciphers and certificates, against servers of OpenSSL and GnuTLS."""

from __future__ import annotations

import socket
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import marks
import pytest
from peers import open_device, tls_peer

from acceptance.errors import DeviceError
from acceptance.live import tls
from acceptance.live.address import Address

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ALL = [*tls.VERSIONS, tls.NEWEST]
needs_gnutls = pytest.mark.skipif(not tls_peer.GNUTLS, reason="gnutls-serv (gnutls-bin) is absent")


def at(port: int) -> Address:
    return Address("127.0.0.1", port)


def spoken(port: int) -> list[str]:
    return [version for version in ALL if tls.accepts(at(port), version, 3.0)]


def taken(port: int, version: str) -> set[str]:
    return {kind for kind in tls.WEAK if tls.accepts_cipher(at(port), kind, version, 3.0)}


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return tls_peer.certificate(tls_peer.Wanted(), tmp_path_factory.mktemp("tls"))


@pytest.mark.parametrize(
    ("oldest", "newest"),
    [
        ("TLS 1.0", "TLS 1.3"),
        ("TLS 1.2", "TLS 1.3"),
        marks.slow("TLS 1.0", "TLS 1.0"),
        marks.slow("TLS 1.1", "TLS 1.2"),
        marks.slow("TLS 1.3", "TLS 1.3"),
    ],
)
def test_exactly_the_versions_that_openssl_was_allowed_are_seen(
    files: tuple[Path, Path], oldest: str, newest: str
) -> None:
    expected = ALL[ALL.index(oldest) : ALL.index(newest) + 1]
    with tls_peer.openssl(oldest, newest, files) as port:
        assert spoken(port) == expected


@pytest.mark.parametrize(
    ("ciphers", "expected"),
    [("ALL", {"anonymous"}), ("DEFAULT", set()), ("NULL:ALL", {"NULL", "anonymous"})],
)
def test_exactly_the_weak_ciphers_that_openssl_was_allowed_are_seen(
    files: tuple[Path, Path], ciphers: str, expected: set[str]
) -> None:
    with tls_peer.openssl("TLS 1.0", "TLS 1.2", files, ciphers) as port:
        assert taken(port, "TLS 1.2") == expected


@needs_gnutls
@pytest.mark.parametrize(
    ("priority", "version", "expected"),
    [
        ("NORMAL:+ARCFOUR-128:+3DES-CBC:+MD5", "TLS 1.2", {"RC4", "3DES"}),
        marks.slow("NORMAL:+ARCFOUR-128", "TLS 1.2", {"RC4"}),
        marks.slow("NORMAL:+3DES-CBC", "TLS 1.2", {"3DES"}),
        marks.slow("NORMAL:-VERS-ALL:+VERS-TLS1.0:+ARCFOUR-128:+3DES-CBC", "TLS 1.0",
                   {"RC4", "3DES"}),
        marks.slow("NORMAL:+NULL", "TLS 1.2", {"NULL"}),
        marks.slow("NORMAL", "TLS 1.2", set()),
    ],
)  # fmt: skip
def test_what_openssl_has_given_up_is_seen_in_a_server_of_gnutls(
    files: tuple[Path, Path], priority: str, version: str, expected: set[str]
) -> None:
    with tls_peer.gnutls(priority, files, open_device.free_port()) as port:
        assert taken(port, version) == expected


@contextmanager
def answering(content: bytes) -> Iterator[int]:
    """Serve always the same bytes."""
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def accept() -> None:
            with suppress(OSError):
                while True:
                    connection, _ = listening.accept()
                    with connection:
                        connection.recv(4096)
                        connection.sendall(content)

        thread = threading.Thread(target=accept, daemon=True)
        thread.start()
        yield listening.getsockname()[1]
        listening.shutdown(socket.SHUT_RDWR)
        thread.join(5)


def test_ssl_3_is_seen_by_the_bytes_of_its_server_hello() -> None:
    """RFC 6101 5.6: no library here can serve it."""
    body = b"\x03\x00" + bytes(32) + b"\x00" + b"\x00\x05" + b"\x00"
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    record = b"\x16\x03\x00" + len(message).to_bytes(2, "big") + message
    with answering(record) as port:
        assert tls.accepts(at(port), "SSL 3.0", 2.0)
        assert tls.accepts_cipher(at(port), "RC4", "SSL 3.0", 2.0)
        assert not tls.accepts(at(port), "TLS 1.2", 2.0)


def test_the_hello_of_ssl_3_has_no_extensions_and_the_others_are_whole() -> None:
    for version in tls.VERSIONS.values():
        record = tls.hello(version, tls.WEAK["RC4"])
        assert int.from_bytes(record[3:5], "big") == len(record) - 5
        assert int.from_bytes(record[6:9], "big") == len(record) - 9
    assert tls.hello(0x0300, (4,)).endswith(b"\x00\x02\x00\x04\x01\x00")


@pytest.mark.parametrize("content", [b"", b"\x15\x03\x01\x00\x02\x02\x28", b"\x16\x03", bytes(9)])
def test_alerts_and_half_records_are_a_refusal_and_other_bytes_no_tls(content: bytes) -> None:
    with answering(content) as port:
        if content and content[0] == 0:
            with pytest.raises(DeviceError, match="answers in no TLS"):
                tls.accepts(at(port), "TLS 1.2", 2.0)
        else:
            assert not tls.accepts(at(port), "TLS 1.2", 2.0)


def test_a_closed_port_is_an_error_and_not_a_refusal() -> None:
    with pytest.raises(DeviceError, match="nothing listens there"):
        tls.accepts(at(open_device.free_port()), "TLS 1.2", 2.0)


@pytest.mark.parametrize("oldest", ["TLS 1.0", "TLS 1.3"])
def test_a_certificate_is_read_as_it_was_made(tmp_path: Path, oldest: str) -> None:
    wanted = tls_peer.Wanted(names=("127.0.0.1", "::1"), bits=1024, days_from=-9, days_until=-2)
    newest = oldest
    with tls_peer.openssl(oldest, newest, tls_peer.certificate(wanted, tmp_path)) as port:
        held = tls.certificate(at(port))
    assert (held.subject, held.self_signed) == ("CN=camera", True)
    assert (held.key, held.key_bits, held.hash) == ("RSA", 1024, "sha256")
    assert held.names == ("127.0.0.1", "::1")
    assert (held.not_after - held.not_before).days == 7


def test_a_certificate_of_another_issuer_or_of_the_same_name_is_not_signed_by_itself(
    tmp_path: Path,
) -> None:
    for issuer in ("vendor", "camera"):  # the second: the same name, another key
        wanted = tls_peer.Wanted(issuer=issuer, curve=True)
        with tls_peer.openssl("TLS 1.2", "TLS 1.3", tls_peer.certificate(wanted, tmp_path)) as port:
            held = tls.certificate(at(port))
        assert (held.self_signed, held.key, held.key_bits) == (False, "EC", 256)


def test_bytes_that_are_no_certificate_are_an_error() -> None:
    with pytest.raises(DeviceError, match="cannot be read") as caught:
        tls.read_certificate(b"\x30\x03\x02\x01\x01", "camera")
    assert caught.value.code == "unreadable"

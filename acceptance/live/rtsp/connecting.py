"""Connections to devices, with TLS where the URL says rtsps."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError, UsageError
from acceptance.live.rtsp import arrival
from acceptance.live.rtsp.wire import Wire
from acceptance.messages import tr

if TYPE_CHECKING:
    from acceptance.live.rtsp.url import StreamUrl


def connected(place: StreamUrl, timeout: float, fingerprint: str) -> Wire:
    """Connect. ``fingerprint``: SHA-256 of the certificate that is trusted whoever signed it.

    Raises DeviceError; UsageError where the fingerprint is none.
    """
    wanted = re.sub(r"[^0-9a-f]", "", fingerprint.lower())
    if fingerprint and len(wanted) != 64:
        what = tr("a fingerprint has 64 hexadecimal digits (SHA-256)")
        raise UsageError(what, where=fingerprint)
    try:
        sock = socket.create_connection((place.address.host, place.address.port), timeout)
    except OSError as error:
        raise _unreachable(place, error) from error
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    arrival.enable(sock)
    return Wire(_encrypted(sock, place, wanted) if place.tls else sock, place.address)


def _encrypted(sock: socket.socket, place: StreamUrl, wanted: str) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if wanted:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        encrypted = context.wrap_socket(sock, server_hostname=place.address.host)
    except ssl.SSLCertVerificationError as error:
        sock.close()
        raise _untrusted(place, sock.gettimeout(), error) from error
    except OSError as error:
        sock.close()
        raise _unreachable(place, error) from error
    if wanted and fingerprint_of(encrypted) != wanted:
        encrypted.close()
        what = tr("has another certificate than the one that is trusted")
        hint = tr("Find out who answers there before you send a password")
        raise DeviceError(what, where=str(place.address), hint=hint, code="certificate")
    return encrypted


def fingerprint_of(encrypted: ssl.SSLSocket) -> str:
    """Return the SHA-256 of the other side's certificate, in hexadecimal."""
    return hashlib.sha256(encrypted.getpeercert(binary_form=True) or b"").hexdigest()


def _untrusted(
    place: StreamUrl, timeout: float | None, error: ssl.SSLCertVerificationError
) -> DeviceError:
    """Look at the certificate once more, without trusting it, to name it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    address = place.address.host, place.address.port
    try:
        with (
            socket.create_connection(address, timeout) as sock,
            context.wrap_socket(sock) as encrypted,
        ):
            fingerprint = fingerprint_of(encrypted)
    except OSError as gone:
        return _unreachable(place, gone)
    what = tr("its certificate is not trusted ({cause})", cause=error.verify_message)
    hint = tr(
        "Compare it with the device, then give --fingerprint {fingerprint}", fingerprint=fingerprint
    )
    return DeviceError(what, where=str(place.address), hint=hint, code="certificate")


def _unreachable(place: StreamUrl, error: OSError) -> DeviceError:
    cause = tr("no answer") if isinstance(error, TimeoutError) else error.strerror or str(error)
    what = tr("cannot be reached ({cause})", cause=cause)
    hint = tr("Check address, port, cable and firewall")
    return DeviceError(what, where=str(place.address), hint=hint, code="unreachable")

"""Connections to devices, with TLS where the URL says rtsps."""

from __future__ import annotations

import hashlib
import re
import socket
import ssl
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError, UsageError
from acceptance.live import reaching
from acceptance.live.reaching import Patience
from acceptance.live.rtsp import arrival
from acceptance.live.rtsp.wire import Wire
from acceptance.messages import tr

if TYPE_CHECKING:
    import threading

    from acceptance.live.rtsp.url import StreamUrl


def connected(
    place: StreamUrl, timeout: float, fingerprint: str, stop: threading.Event | None = None
) -> Wire:
    """Connect. ``fingerprint``: SHA-256 of the certificate that is trusted whoever signed it.

    ``stop``: set by whoever gives up. Raises DeviceError; UsageError where the fingerprint is none.
    """
    wanted = re.sub(r"[^0-9a-f]", "", fingerprint.lower())
    if fingerprint and len(wanted) != 64:
        what = tr("a fingerprint has 64 hexadecimal digits (SHA-256)")
        raise UsageError(what, where=fingerprint)
    patience = Patience(timeout, stop)
    sock = _opened(place, patience)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    arrival.enable(sock)
    if place.tls:
        sock = _encrypted(sock, place, wanted, patience)
    return Wire(sock, place.address, stop)


def _opened(place: StreamUrl, patience: Patience) -> socket.socket:
    try:
        return patience.connect(place.address)
    except (OSError, UnicodeError) as error:
        raise _unreachable(place, error) from error


def _encrypted(
    sock: socket.socket, place: StreamUrl, wanted: str, patience: Patience
) -> ssl.SSLSocket:
    context = ssl.create_default_context()
    if wanted:
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        encrypted = patience.encrypt(sock, context, place.address.without_zone.host)
    except ssl.SSLCertVerificationError as error:
        raise _untrusted(place, patience, error) from error
    except (OSError, ValueError) as error:
        raise _no_tls(place, error) from error
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
    place: StreamUrl, patience: Patience, error: ssl.SSLCertVerificationError
) -> DeviceError:
    """Look at the certificate once more, without trusting it, to name it."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        with patience.encrypt(_opened(place, patience), context, None) as encrypted:
            fingerprint = fingerprint_of(encrypted)
    except (OSError, ValueError) as gone:
        return _no_tls(place, gone)
    what = tr("its certificate is not trusted ({cause})", cause=error.verify_message)
    hint = tr(
        "Compare it with the device, then give --fingerprint {fingerprint}", fingerprint=fingerprint
    )
    return DeviceError(what, where=str(place.address), hint=hint, code="certificate")


def _unreachable(place: StreamUrl, error: Exception) -> DeviceError:
    hint = tr("Check address, port, cable and firewall")
    return reaching.unreached(place.address, error, hint, "unreachable")


def _no_tls(place: StreamUrl, error: Exception) -> DeviceError:
    hint = tr("Check the port, and whether the device streams over TLS at all (rtsp://)")
    return reaching.no_tls(place.address, error, hint, "unreachable")

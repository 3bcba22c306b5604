"""HTTP as devices speak it: one request at a time, bounded in size and in total time.

Libraries bound each wait but not all waits together: a device that sends a byte a second holds them
for ever. Here every byte is waited for until one moment, and all that came is kept.
"""

from __future__ import annotations

import contextlib
import http.client
import io
import socket
import ssl
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.live.address import Address

MOST_BYTES = 8 << 20  # of a reply; 300 presets take 150 kB
AGENT = "acceptance"
PATIENCE = 4  # time-outs that a whole answer may take, however it trickles


@dataclass(frozen=True, kw_only=True)
class HttpReply:
    """What came back, and when; moments are of ``time.monotonic``."""

    status: int
    """HTTP status; 0: none came."""

    headers: Mapping[str, str] = field(default_factory=dict)
    """Headers by name in lower case; several of one name are joined by commas."""

    content: bytes = b""
    """The body."""

    raw: bytes = b""
    """All bytes as they came, headers included; what came before a failure, too."""

    sent: float
    """When the request began to be sent."""

    begun: float
    """When the headers were there."""

    ended: float
    """When the last byte was there."""

    failure: str = ""
    """Why there is no whole reply: a sentence without full stop; empty: it is whole."""

    hung_up: bool = False
    """Whether the device closed the connection before it said anything."""


@dataclass(frozen=True, kw_only=True)
class TlsFound:
    """What a TLS connection came to."""

    version: str
    """For instance ``TLSv1.3``."""

    cipher: str
    """OpenSSL's name of the cipher."""

    certificate: bytes
    """The device's certificate (DER)."""

    doubt: str
    """Why this machine does not trust the certificate (OpenSSL's words); empty: it does."""


class HttpConnection:
    """A connection to one device; opened when needed, kept as long as the device likes."""

    def __init__(self, address: Address, *, tls: bool, timeout: float, until: float) -> None:
        """``timeout``: s that nothing may come; ``until``: end of all (``time.monotonic``)."""
        self.address, self.tls = address, tls
        self.timeout, self.until = timeout, until
        self.tls_found: TlsFound | None = None
        self._doubt = ""
        self._socket: socket.socket | None = None

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Send a request and return what came, also where that is cut short.

        Raises DeviceError where no connection can be made.
        """
        used = self._socket is not None
        reply = self._post(path, content, headers)
        if used and reply.hung_up and time.monotonic() < self.until:
            reply = self._post(path, content, headers)  # it had hung up meanwhile
        return reply

    def _post(self, path: str, content: bytes, headers: Mapping[str, str]) -> HttpReply:
        opened = self._socket or self._open()
        self._socket = opened
        lines = {"Host": str(self.address), "User-Agent": AGENT, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        start = f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(content)}\r\n\r\n"
        until = min(self.until, time.monotonic() + PATIENCE * self.timeout)
        incoming = _Incoming(opened, self, until)
        sent = begun = time.monotonic()
        status, found, body, failure, hung_up = 0, dict[str, str](), b"", "", False
        try:
            opened.settimeout(incoming.left())
            opened.sendall(start.encode("latin-1", "replace") + content)
            response = http.client.HTTPResponse(incoming, method="POST")  # type: ignore[arg-type]
            response.begin()
            begun, status = time.monotonic(), response.status
            found = _headers(response)
            body = response.read(MOST_BYTES + 1)
            failure = _too_long() if len(body) > MOST_BYTES or not response.isclosed() else ""
            keep = not failure and not response.will_close
        except (OSError, http.client.HTTPException, ValueError) as error:
            failure, keep = self._failure(error, until), False
            hung_up = isinstance(error, ConnectionError) and not incoming.came
        if not keep:
            self.close()
        return HttpReply(
            status=status, headers=found, content=body[:MOST_BYTES], raw=bytes(incoming.came),
            sent=sent, begun=begun, ended=time.monotonic(), failure=failure, hung_up=hung_up,
        )  # fmt: skip

    def _failure(self, error: Exception, until: float) -> str:
        if time.monotonic() >= self.until:
            return tr("the stated total time is over")
        if time.monotonic() >= until:
            return tr("is not done answering after {seconds:g} s", seconds=PATIENCE * self.timeout)
        if isinstance(error, TimeoutError):
            return tr("does not answer within {seconds:g} s", seconds=self.timeout)
        if isinstance(error, ConnectionError):
            return tr("hangs up without an answer")
        if isinstance(error, http.client.IncompleteRead):
            return tr("stops in the middle of its answer")
        return tr("what it answers is no HTTP")

    def _open(self) -> socket.socket:
        where, left = (self.address.host, self.address.port), self.until - time.monotonic()
        if left <= 0:
            what = tr("the stated total time is over")
            raise DeviceError(what, where=str(self.address), code="time_over")
        try:
            opened = socket.create_connection(where, min(self.timeout, left))
            opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            return self._secured(opened) if self.tls else opened
        except (OSError, UnicodeError) as error:  # a name with too long a part is no OSError
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> DeviceError:
        if isinstance(error, TimeoutError):
            what = tr("cannot be reached within {seconds:g} s", seconds=self.timeout)
        elif isinstance(error, ssl.SSLError):
            what = tr("speaks no TLS here ({cause})", cause=error.reason or error)
        else:
            cause = error.strerror if isinstance(error, OSError) and error.strerror else error
            what = tr("cannot be reached ({cause})", cause=cause)
        hint = tr("Check host and port, and whether the device has ONVIF switched on")
        return DeviceError(what, where=str(self.address), hint=hint, code="unreachable")

    def _secured(self, opened: socket.socket) -> socket.socket:
        """Speak TLS: with a certificate that is trusted, else with any, and say so."""
        context = ssl.create_default_context() if not self._doubt else _any_certificate()
        try:
            secured = context.wrap_socket(opened, server_hostname=self.address.host)
        except ssl.SSLError as error:
            opened.close()
            if self._doubt:
                raise
            self._doubt = getattr(error, "verify_message", "") or str(error.reason)
            return self._open()
        version, cipher = secured.version() or "", (secured.cipher() or ("",))[0]
        certificate = secured.getpeercert(binary_form=True) or b""
        self.tls_found = TlsFound(
            version=version, cipher=cipher, certificate=certificate, doubt=self._doubt
        )
        return secured

    def give_up(self) -> None:
        """End what is under way; may be called by another thread."""
        self.until, opened = 0.0, self._socket
        if opened is not None:
            with contextlib.suppress(OSError):  # it may be closed by now
                opened.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


class _Incoming(io.RawIOBase):
    """The bytes that a socket receives until a moment; ``came`` keeps them."""

    def __init__(self, opened: socket.socket, connection: HttpConnection, until: float) -> None:
        self._socket, self._connection, self._until = opened, connection, until
        self.came = bytearray()

    def makefile(self, _: str) -> io.BufferedReader:
        """Be what ``HTTPResponse`` reads from."""
        return io.BufferedReader(self)

    def left(self) -> float:
        """Seconds for the next wait. Raises TimeoutError when none are left."""
        left = min(self._until, self._connection.until) - time.monotonic()
        if left <= 0:
            raise TimeoutError
        return min(left, self._connection.timeout)

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # 3.11 has no Buffer
        self._socket.settimeout(self.left())
        count = self._socket.recv_into(buffer)
        if len(self.came) <= MOST_BYTES:
            self.came += buffer[:count]
        return count


def _headers(response: http.client.HTTPResponse) -> dict[str, str]:
    names = {name.lower() for name in response.headers}
    return {name: ", ".join(response.headers.get_all(name, [])) for name in sorted(names)}


def _too_long() -> str:
    return tr("answers with more than {count} MB", count=MOST_BYTES >> 20)


def _any_certificate() -> ssl.SSLContext:
    """Accept what old devices have: own certificates, early TLS, short keys."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.set_ciphers("DEFAULT:@SECLEVEL=0")
    return context

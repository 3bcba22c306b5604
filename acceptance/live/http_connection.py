"""HTTP as devices speak it: one request at a time, bounded in size and in total time.

Libraries bound each wait but not all waits together: a device that sends a byte a second holds them
for ever. Here every byte is waited for until one moment, or until somebody gives up, and all that
came is kept. Nothing is redirected: a password stays with the host that it is for.
"""

from __future__ import annotations

import contextlib
import functools
import socket
import ssl
import threading
import time
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.live import reaching, tls
from acceptance.live.http_reply import HttpReply, ReplyEnd, ReplyReader
from acceptance.live.reaching import Patience
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.live.address import Address

MOST_BYTES = 8 << 20  # of a reply; 300 presets take 150 kB
PIECE = 64 << 10
CLOSED = ReplyEnd.CLOSED
AGENT = "acceptance"
PATIENCE = 4  # time-outs that a whole answer may take, however it trickles
SECONDS, MOST_OF_ONE = 5.0, 1 << 20  # of ``exchange``


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

    def __init__(
        self,
        address: Address,
        *,
        tls: bool,
        timeout: float,
        until: float,
        stop: threading.Event | None = None,
        most: int = MOST_BYTES,
        verify: bool = True,
    ) -> None:
        """``timeout``: s that nothing may come; ``until``: end of all (``time.monotonic``).

        ``stop``: set by whoever gives up; ``most``: bytes of a reply; ``verify``: whether a
        certificate is looked at, which costs a second connection where it is not trusted.
        """
        self.address, self.tls = address, tls
        self.timeout, self.until, self.stop = timeout, until, stop or threading.Event()
        self.tls_found: TlsFound | None = None
        self._most, self._verify, self._doubt = most, verify, ""
        self._socket: socket.socket | None = None

    def post(self, path: str, content: bytes, headers: Mapping[str, str]) -> HttpReply:
        """Send a request and return what came, also where that is cut short.

        Raises DeviceError where no connection can be made, or somebody gave up.
        """
        lines = {"Host": str(self.address.without_zone), "User-Agent": AGENT, **headers}
        head = "".join(f"{name}: {value}\r\n" for name, value in lines.items())
        start = f"POST {path} HTTP/1.1\r\n{head}Content-Length: {len(content)}\r\n\r\n"
        reply = self.ask(start.encode("utf-8", "replace") + content)
        odd = not reply.failure and reply.protocol != "HTTP"
        return replace(reply, failure=tr("what it answers is no HTTP")) if odd else reply

    def ask(self, request: bytes) -> HttpReply:
        """Send bytes and return what came, as ``post`` does."""
        used = self._socket is not None
        reply = self._ask(request)
        hung_up = not reply.raw and reply.ending in {ReplyEnd.CLOSED, ReplyEnd.BROKEN}
        if used and hung_up and time.monotonic() < self.until:
            reply = self._ask(request)  # it had hung up meanwhile
        return reply

    def _ask(self, request: bytes) -> HttpReply:
        opened = self._socket or self._open()
        self._socket, sent, begun = opened, time.monotonic(), 0.0
        until = min(self.until, sent + PATIENCE * self.timeout)
        reader, lost = ReplyReader(self._most), None
        receive = functools.partial(opened.recv, PIECE)
        try:
            self._patience(until).send(opened, request)
            while reader.ending is None:
                reader.add(self._patience(until).of(opened, receive))
                begun = begun or (time.monotonic() if reader.begun else 0.0)
        except OSError as error:
            lost = error
            reader.ending = (
                ReplyEnd.TIME_OUT if isinstance(error, TimeoutError) else ReplyEnd.BROKEN
            )
        finally:
            if reader.ending is not ReplyEnd.WHOLE or not reader.keeps_open:
                self.close()
        return HttpReply(
            raw=bytes(reader.came), ending=reader.ending, sent=sent, begun=begun or sent,
            ended=time.monotonic(), failure=self._failure(reader, lost, until),
        )  # fmt: skip

    def _patience(self, until: float) -> Patience:
        """Wait for one piece."""
        return Patience(min(self.timeout, until - time.monotonic()), self.stop)

    def _failure(self, reader: ReplyReader, lost: OSError | None, until: float) -> str:
        if isinstance(lost, TimeoutError):
            return self._too_late(until)
        if reader.ending is ReplyEnd.WHOLE or (reader.ending is CLOSED and reader.until_closed):
            return ""
        if not reader.came:
            return tr("hangs up without an answer")
        if reader.ending is ReplyEnd.TOO_LONG and reader.begun:
            return tr("answers with more than {count} MB", count=self._most >> 20)
        if lost is not None or (reader.ending is CLOSED and reader.looks_right):
            return tr("stops in the middle of its answer")
        return tr("what it answers is no HTTP")

    def _too_late(self, until: float) -> str:
        if time.monotonic() >= self.until:
            return tr("the stated total time is over")
        if time.monotonic() >= until:
            return tr("is not done answering after {seconds:g} s", seconds=PATIENCE * self.timeout)
        return tr("does not answer within {seconds:g} s", seconds=self.timeout)

    def _open(self) -> socket.socket:
        left = self.until - time.monotonic()
        if left <= 0:
            what = tr("the stated total time is over")
            raise DeviceError(what, where=str(self.address), code="time_over")
        patience = Patience(min(self.timeout, left), self.stop)
        try:
            opened = patience.connect(self.address)
        except (OSError, UnicodeError) as error:  # a name with too long a part is no OSError
            raise reaching.unreached(self.address, error, _hint()) from error
        opened.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self._secured(opened, patience) if self.tls else opened

    def _secured(self, opened: socket.socket, patience: Patience) -> socket.socket:
        """Speak TLS: with a certificate that is trusted, else with any, and say so."""
        trusting = bool(self._doubt) or not self._verify
        context = tls.unverified() if trusting else ssl.create_default_context()
        try:
            secured = patience.encrypt(opened, context, self.address.without_zone.host)
        except (OSError, ValueError) as error:
            if trusting or not isinstance(error, ssl.SSLError):
                raise reaching.no_tls(self.address, error, _hint()) from error
            self._doubt = getattr(error, "verify_message", "") or str(error.reason)
            return self._open()
        version, cipher = secured.version() or "", (secured.cipher() or ("",))[0]
        certificate = secured.getpeercert(binary_form=True) or b""
        self.tls_found = TlsFound(
            version=version, cipher=cipher, certificate=certificate, doubt=self._doubt
        )
        return secured

    def close(self) -> None:
        """Hang up."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None


def exchange(
    address: Address,
    request: bytes,
    *,
    secure: bool = False,
    seconds: float = SECONDS,
    most: int = MOST_OF_ONE,
) -> HttpReply:
    """Connect once, send, and read one reply of HTTP or RTSP; all of it within ``seconds``.

    ``secure``: over TLS, whatever the certificate. Raises DeviceError with a code of
    ``reaching.UNREACHED``.
    """
    until = time.monotonic() + seconds
    connection = HttpConnection(
        address, tls=secure, timeout=seconds, until=until, most=most, verify=False
    )
    with contextlib.closing(connection):
        return connection.ask(request)


def _hint() -> str:
    return tr("Check host and port, and whether the device has ONVIF switched on")

"""One request and its reply over TCP or TLS: bounded in bytes and in time, whatever is sent.

For looking at devices from outside: nothing is retried, redirected, decompressed or believed, and
the reply is kept as it came. Libraries for HTTP have no limit for a whole reply, only one for each
piece of it.
"""

from __future__ import annotations

import contextlib
import math
import re
import socket
import time
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance.errors import DeviceError
from acceptance.messages import tr

if TYPE_CHECKING:
    import ssl

    from acceptance.live.address import Address

MOST_BYTES = 1 << 20
SECONDS = 5.0
PIECE = 64 << 10
HEAD_END = re.compile(rb"\r?\n\r?\n")
CHUNK = re.compile(rb"([0-9a-fA-F]{1,8})[^\r\n]*\r\n")
LAST = b"0\r\n\r\n"  # chunk
UNKNOWN, CHUNKS, UNTIL_CLOSED = math.inf, 2.0**60, 2.0**61  # longer than any reply
STATUS = re.compile(rb"(HTTP|RTSP)/(\d\.\d) +(\d{3})")


class ReplyEnd(StrEnum):
    """How a reply ended."""

    WHOLE = "whole"
    CLOSED = "closed"  # by the other side
    TIME_OUT = "time_out"
    TOO_LONG = "too_long"
    BROKEN = "broken"


@dataclass(frozen=True, kw_only=True)
class RawReply:
    """What came back, as it came."""

    content: bytes
    """Bytes, at most as many as were allowed."""

    ending: ReplyEnd
    """How it ended."""

    seconds: float
    """From the first packet to the end, s."""

    @property
    def protocol(self) -> str:
        """``HTTP``, ``RTSP`` or empty."""
        match = STATUS.match(self.content)
        return match[1].decode() if match else ""

    @property
    def status(self) -> int:
        """Status code; 0: there is none."""
        match = STATUS.match(self.content)
        return int(match[3]) if match else 0

    def headers(self, name: str) -> list[str]:
        """Return every header of that name, in any case."""
        return [value for key, value in _headers(self.content) if key == name.lower()]

    @property
    def body(self) -> bytes:
        """What follows the headers, without the marks of chunks."""
        _, body = _parts(self.content)
        return _joined(body) if _chunked(self.content) else body


def exchange(
    address: Address,
    request: bytes,
    *,
    secure: ssl.SSLContext | None = None,
    seconds: float = SECONDS,
    most: int = MOST_BYTES,
) -> RawReply:
    """Connect, send, and read one reply of HTTP or RTSP; all of it within ``seconds``.

    ``secure``: how to speak TLS; None: plain TCP. Raises DeviceError with the code ``closed``
    (nothing listens), ``time_out`` (nobody answers), ``unreachable`` or ``no_tls``.
    """
    started = time.monotonic()
    end = started + seconds
    with contextlib.closing(_connected(address, secure, end)) as connection:
        content, ending = _talk(connection, request, end, most)
    return RawReply(content=content, ending=ending, seconds=time.monotonic() - started)


def _connected(address: Address, secure: ssl.SSLContext | None, end: float) -> socket.socket:
    plain = connect(address, end - time.monotonic())
    if secure is None:
        return plain
    plain.settimeout(max(end - time.monotonic(), 0.001))
    try:
        return secure.wrap_socket(plain, server_hostname=address.host)
    except (OSError, ValueError) as error:
        plain.close()
        cause = getattr(error, "reason", None) or error
        what, hint = (
            tr("speaks no TLS that can be used ({cause})", cause=cause),
            tr("Check the port"),
        )
        raise DeviceError(what, where=str(address), hint=hint, code="no_tls") from error


def connect(address: Address, seconds: float) -> socket.socket:
    """Open a TCP connection. Raises DeviceError as ``exchange`` does."""
    try:
        return socket.create_connection((address.host, address.port), timeout=seconds)
    except OSError as error:
        raise _failed(address, error) from error


def _failed(address: Address, error: OSError) -> DeviceError:
    hint = tr("Check address, port, cable and the address of this machine")
    where = str(address)
    if isinstance(error, ConnectionRefusedError):
        return DeviceError(tr("nothing listens there"), where=where, hint=hint, code="closed")
    if isinstance(error, TimeoutError):
        return DeviceError(tr("does not answer"), where=where, hint=hint, code="time_out")
    what = tr("cannot be reached ({cause})", cause=error.strerror or error)
    return DeviceError(what, where=where, hint=hint, code="unreachable")


def _talk(
    connection: socket.socket, request: bytes, end: float, most: int
) -> tuple[bytes, ReplyEnd]:
    content, promised = bytearray(), UNKNOWN
    try:
        connection.settimeout(max(end - time.monotonic(), 0.001))
        connection.sendall(request)
        while len(content) <= most:
            connection.settimeout(max(end - time.monotonic(), 0.001))
            piece = connection.recv(PIECE)
            content += piece
            if not piece:
                return bytes(content), ReplyEnd.CLOSED
            if promised == UNKNOWN and HEAD_END.search(content):
                promised = _promised(bytes(content))
            if len(content) >= promised or (promised == CHUNKS and content.endswith(LAST)):
                return bytes(content), ReplyEnd.WHOLE
            if time.monotonic() >= end:
                return bytes(content), ReplyEnd.TIME_OUT
    except TimeoutError:
        return bytes(content), ReplyEnd.TIME_OUT
    except OSError:
        return bytes(content), ReplyEnd.BROKEN
    return bytes(content[:most]), ReplyEnd.TOO_LONG


def _promised(content: bytes) -> float:
    """Return how long a reply is by its headers, or why that cannot be told."""
    head, body = _parts(content)
    if _chunked(content):
        return CHUNKS
    length = next((value for key, value in _headers(content) if key == "content-length"), "")
    if length.isascii() and length.isdecimal():
        return len(content) - len(body) + int(length[:12])
    return len(content) - len(body) if head.startswith(b"RTSP/") else UNTIL_CLOSED


def _parts(content: bytes) -> tuple[bytes, bytes]:
    head, *body = HEAD_END.split(content, maxsplit=1)
    return head, body[0] if body else b""


def _headers(content: bytes) -> list[tuple[str, str]]:
    head, _ = _parts(content)
    pairs = (line.partition(":") for line in head.decode("latin-1").splitlines()[1:])
    return [(name.strip().lower(), value.strip()) for name, _, value in pairs]


def _chunked(content: bytes) -> bool:
    return ("transfer-encoding", "chunked") in _headers(content)


def _joined(body: bytes) -> bytes:
    """Join the chunks of a body as far as they are whole."""
    chunks, at = [], 0
    while match := CHUNK.match(body, at):
        end = match.end() + int(match[1], 16)
        chunks.append(body[match.end() : end])
        at = end + 2
    return b"".join(chunks)

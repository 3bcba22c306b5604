"""The control connection: requests out; replies, and packets between them, in."""

from __future__ import annotations

import functools
import re
import ssl
import time
from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from acceptance.errors import DeviceError
from acceptance.live.reaching import Patience
from acceptance.live.rtsp import arrival, replies
from acceptance.live.rtsp.arrival import Stamp
from acceptance.messages import tr

if TYPE_CHECKING:
    import socket
    import threading

    from acceptance.live.address import Address
    from acceptance.live.rtsp.replies import RtspReply

MOST_HEAD, MOST_BODY = 64 << 10, 1 << 20  # bytes of a reply
CHUNK = 2048
MOST_EARLY = 4096  # packets before the reply to PLAY
DOLLAR, BLANK = 0x24, b"\r\n"
BEGIN = re.compile(rb"RTSP/|[A-Z_]{3,20}(?: |$)|[A-Z_]{0,20}$")  # of a reply, of a request
END_OF_HEAD = re.compile(rb"\r?\n\r?\n")


class Interleaved(NamedTuple):
    """A packet between the replies (RFC 2326, 10.12)."""

    channel: int
    """As agreed in SETUP: even for RTP, odd for RTCP."""

    data: bytes
    """The packet."""

    stamp: Stamp
    """When its last byte was there."""


class Wire:
    """A connection to a device; every waiting ends at a moment in monotonic s.

    Where somebody gives up it raises DeviceError (``given_up``) at once.
    """

    def __init__(
        self, sock: socket.socket, address: Address, stop: threading.Event | None = None
    ) -> None:
        self.socket, self.address, self.stop = sock, address, stop
        self._held, self._stamp = bytearray(), Stamp(None, time.perf_counter())
        self._early: deque[Interleaved] = deque()
        self.kernel_times = arrival.KERNEL and not isinstance(sock, ssl.SSLSocket)

    def send(self, data: bytes, until: float) -> None:
        """Send a request. Raises DeviceError."""
        try:
            self._patience(until).send(self.socket, data)
        except OSError as error:
            raise closed(self.address, error) from error

    def reply(self, until: float) -> RtspReply:
        """Return the next reply; packets that come before it are kept. Raises DeviceError."""
        while True:
            item = self._next(until)
            if isinstance(item, replies.RtspReply):
                return item
            if len(self._early) < MOST_EARLY:
                self._early.append(item)

    def receive(self, until: float) -> RtspReply | Interleaved:
        """Return the next reply or packet. Raises DeviceError."""
        return self._early.popleft() if self._early else self._next(until)

    def _next(self, until: float) -> RtspReply | Interleaved:
        while True:
            self._fill(4, until)
            if self._held[0] == DOLLAR:
                return self._read_packet(until)
            if self._held[0] in BLANK:  # more than the length that was stated
                del self._held[0]
            elif reply := self._read_reply(until):
                return reply

    def _read_packet(self, until: float) -> Interleaved:
        size = 4 + int.from_bytes(self._held[2:4], "big")
        self._fill(size, until)
        channel, data = self._held[1], bytes(self._held[4:size])
        del self._held[:size]
        return Interleaved(channel, data, self._stamp)

    def close(self) -> None:
        """Close the connection."""
        self.socket.close()

    def _read_reply(self, until: float) -> RtspReply | None:
        """Read a reply; None: it was a request of the device, which is answered."""
        while (end := self._end_of_head()) < 0:
            if not BEGIN.match(self._held) or len(self._held) > MOST_HEAD:
                raise nonsense(self.address)
            self._more(CHUNK, until)
        head = bytes(self._held[:end]).strip()
        request = replies.asked(head)
        reply = request or replies.head(head)
        size = -1 if reply is None else replies.length(reply)
        if reply is None or not 0 <= size <= MOST_BODY:
            raise nonsense(self.address)
        self._fill(end + size, until)
        body = bytes(self._held[end : end + size])
        del self._held[: end + size]
        if request is not None:
            self.send(replies.answered(request), until)
            return None
        return replies.RtspReply(
            status=reply.status, phrase=reply.phrase, headers=reply.headers, body=body
        )

    def _end_of_head(self) -> int:
        found = END_OF_HEAD.search(self._held)
        return found.end() if found else -1

    def _fill(self, size: int, until: float) -> None:
        """Hold ``size`` bytes and not one more: a later packet has a later stamp."""
        while len(self._held) < size:
            self._more(size - len(self._held), until)

    def _more(self, most: int, until: float) -> None:
        try:
            receive = functools.partial(arrival.receive, self.socket, most)
            data, stamp, _ = self._patience(until).of(self.socket, receive)
        except TimeoutError as error:
            raise silent(self.address) from error
        except OSError as error:
            raise closed(self.address, error) from error
        if not data:
            raise closed(self.address, None)
        self._held += data
        self._stamp = stamp

    def _patience(self, until: float) -> Patience:
        return Patience(until - time.perf_counter(), self.stop)


def silent(address: Address) -> DeviceError:
    """Return the error for a device that does not answer, or sends nothing, in time."""
    what, hint = tr("does not answer in time"), tr("Check address, cable and firewall")
    return DeviceError(what, where=str(address), hint=hint, code="silent")


def closed(address: Address, error: OSError | None) -> DeviceError:
    """Return the error for a connection that was lost."""
    if isinstance(error, TimeoutError):
        return silent(address)
    what = tr("closed the connection")
    if error is not None:
        what = tr("the connection was lost ({cause})", cause=error.strerror or error)
    hint = tr("Check whether the device restarts, or allows too few connections")
    return DeviceError(what, where=str(address), hint=hint, code="closed")


def nonsense(address: Address) -> DeviceError:
    """Return the error for what is no RTSP."""
    hint = tr("Check the port: RTSP is at 554 as a rule, the page of a device is at 80")
    what = tr("answers something that is not RTSP")
    return DeviceError(what, where=str(address), hint=hint, code="nonsense")

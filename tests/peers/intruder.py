"""Somebody else who sends to the ports of a capture, from an RTP source of his own.

He sends whenever the camera was heard, and never without it: on a busy machine a camera may be
held up for longer than the time after which another sender is rightly followed.
"""

from __future__ import annotations

import contextlib
import socket
import struct
import time
from typing import TYPE_CHECKING

from acceptance.live.rtsp import arrival

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

    from acceptance.live.rtsp.arrival import Stamp

SSRC = 1
SOON = 0.2  # s after the camera was heard; the other is followed after 0.5


class Intruder:
    """His packets count on by 9 each: whoever follows him sees loss."""

    def __init__(self, interface: str) -> None:
        """``interface``: own address, by which a group is sent to; empty: none."""
        self._number, self._receive = 0, arrival.receive
        self._socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        if interface:
            own = socket.inet_aton(interface)
            self._socket.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, own)

    def receive(self, sock: socket.socket, most: int) -> tuple[bytes, Stamp, int | None]:
        """Receive as the program does; send after each packet of the camera."""
        data, stamp, dropped = self._receive(sock, most)
        rtp = sock.type == socket.SOCK_DGRAM and data[1] & 127 == 96
        if rtp and data[8:12] != SSRC.to_bytes(4, "big") and stamp.kernel is not None:
            self.send(sock, 5, stamp.kernel)
        return data, stamp, dropped

    def send(self, sock: socket.socket, count: int, since: float) -> None:
        """Send to where a socket receives RTP, and a goodbye to the next port.

        Nothing is sent later than ``SOON`` after ``since`` (Unix s).
        """
        host, port = sock.getsockname()
        for _ in range(count):
            self._number += 1
            rtp = struct.pack("!BBHII", 0x80, 96, 9 * self._number & 0xFFFF, self._number, SSRC)
            goodbye = struct.pack("!BBHI", 0x81, 203, 1, SSRC)
            if time.time() < since + SOON:
                self._socket.sendto(rtp + bytes(100), (host, port))
                self._socket.sendto(goodbye, (host, port + 1))

    def close(self) -> None:
        """Send no more."""
        self._socket.close()


@contextlib.contextmanager
def intruder(monkeypatch: pytest.MonkeyPatch, interface: str = "") -> Iterator[Intruder]:
    """Be there for as long as the block lasts."""
    with contextlib.closing(Intruder(interface)) as other, monkeypatch.context() as patch:
        patch.setattr(arrival, "receive", other.receive)
        yield other

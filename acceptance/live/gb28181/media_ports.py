"""Where a stream arrives: RTP over UDP, or over a connection that either side opens (RFC 4571)."""

from __future__ import annotations

import contextlib
import functools
import selectors
import socket
import time
from typing import TYPE_CHECKING, Protocol

from acceptance.live import reaching
from acceptance.live.reaching import Patience
from acceptance.live.rtsp import arrival
from acceptance.live.rtsp.packet_sockets import AT_ONCE, LARGEST, Arrived, udp_pair
from acceptance.live.rtsp.packets import is_control

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.live.address import Address

CHUNK = 1 << 16


class MediaPort(Protocol):
    """Where a stream arrives."""

    port: int
    """That the device sends to."""

    @property
    def own_drops(self) -> int | None:
        """Packets that this machine had no room for; None: the system does not count them."""

    def receive(self, until: float) -> Iterator[Arrived]:
        """Yield what there is; wait at most until that monotonic s. Nothing: none was there."""

    def close(self) -> None:
        """Close it."""


class UdpPort:
    """Two ports, of RTP and RTCP."""

    def __init__(self, host: str) -> None:
        """Open both. Raises DeviceError where none are free."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._sockets = udp_pair(family, host)
        self.port: int = self._sockets[0].getsockname()[1]
        """That the device sends to."""

        self._dropped = dict.fromkeys(self._sockets, 0)
        self._selector = selectors.DefaultSelector()
        for sock in self._sockets:
            self._selector.register(sock, selectors.EVENT_READ, sock)

    @property
    def own_drops(self) -> int | None:
        """Packets that this machine had no room for; None: the system does not count them."""
        return sum(self._dropped.values()) if arrival.KERNEL else None

    def receive(self, until: float) -> Iterator[Arrived]:
        """Yield the packets that are there."""
        for key, _ in self._selector.select(max(0.0, until - time.perf_counter())):
            yield from self._read(key.data)

    def _read(self, sock: socket.socket) -> Iterator[Arrived]:
        for _ in range(AT_ONCE):
            try:
                data, stamp, dropped = arrival.receive(sock, LARGEST)
            except (BlockingIOError, ConnectionError):
                return
            self._dropped[sock] = self._dropped[sock] if dropped is None else dropped
            yield Arrived(sock is self._sockets[1], data, stamp)

    def close(self) -> None:
        """Close both."""
        self._selector.close()
        for sock in self._sockets:
            sock.close()


class TcpPort:
    """A port that the device connects to; every packet with its length before it."""

    own_drops: int | None = 0  # what TCP has not taken is sent again

    def __init__(self, host: str) -> None:
        """Listen. Raises OSError where the address is not this machine's."""
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        self._listener = socket.create_server((host, 0), family=family, backlog=1)
        self.port: int = self._listener.getsockname()[1]
        """That the device connects to."""

        self._connection: socket.socket | None = None
        self._bytes = bytearray()

    def receive(self, until: float) -> Iterator[Arrived]:
        """Yield the packets that are there; nothing more once the device has hung up."""
        patience, packets = Patience(until - time.perf_counter()), list[Arrived]()
        try:
            if self._connection is None:
                self._connection = self._connected(patience)
                arrival.enable(self._connection)
            read = functools.partial(arrival.receive, self._connection, CHUNK)
            while not packets:  # also where a part of one came
                data, stamp, _ = patience.of(self._connection, read)
                if not data:
                    break
                self._bytes += data
                packets = list(self._packets(stamp))
        except TimeoutError:
            return
        except (OSError, UnicodeError) as error:
            self._failed(error)
        if not packets:
            time.sleep(max(0.0, until - time.perf_counter()))
        yield from packets

    def _connected(self, patience: Patience) -> socket.socket:
        return patience.of(self._listener, self._listener.accept)[0]

    def _failed(self, error: Exception) -> None:
        """Take note of a connection that failed; that none come says enough where it was there."""

    def _packets(self, stamp: arrival.Stamp) -> Iterator[Arrived]:
        while len(self._bytes) >= 2:
            end = 2 + int.from_bytes(self._bytes[:2], "big")
            if len(self._bytes) < end:
                return
            packet = bytes(self._bytes[2:end])
            del self._bytes[:end]
            yield Arrived(is_control(packet), packet, stamp)

    def close(self) -> None:
        """Hang up and listen no more."""
        with contextlib.suppress(OSError):
            if self._connection is not None:
                self._connection.close()
        self._listener.close()


class CallingPort(TcpPort):
    """A connection to the port that the device names in its answer; tried again and again."""

    def __init__(self, host: str) -> None:
        """Know of no place yet. Raises OSError where the address is not this machine's."""
        super().__init__(host)
        self.place: Address | None = None
        """Where the device awaits us; None: not known yet."""

        self.trouble = ""
        """Why it could not be called the last time."""

    def _connected(self, patience: Patience) -> socket.socket:
        if self.place is None:
            time.sleep(patience.left)
            raise TimeoutError
        return patience.connect(self.place)

    def _failed(self, error: Exception) -> None:
        if self._connection is None and self.place is not None:
            self.trouble = reaching.unreached(self.place, error, "").what


def open_port(host: str, *, tcp: bool, calling: bool) -> MediaPort:
    """Await a stream at an address of this machine, or call for it.

    Raises DeviceError, OSError.
    """
    if calling:
        return CallingPort(host)
    return TcpPort(host) if tcp else UdpPort(host)

"""Where the platform listens: SIP over UDP and TCP on one address, in one thread."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from dataclasses import dataclass
from typing import Self

from acceptance.errors import DeviceError
from acceptance.live.address import Address
from acceptance.live.gb28181 import sip_message
from acceptance.messages import tr

TRIES = 8  # ports: one that is free for TCP may be taken for UDP
MOST_CONNECTIONS = 64
MOST_AT_ONCE = 64  # datagrams read in a row, so that time-outs are kept in a flood
BUFFER = 4 << 20


@dataclass(frozen=True)
class Peer:
    """Whom a message came from."""

    transport: str
    """``UDP`` or ``TCP``."""

    host: str
    """IP address."""

    port: int
    """Where it came from."""

    def __str__(self) -> str:
        return f"{self.transport} {Address(self.host, self.port)}"


@dataclass(frozen=True)
class Arrival:
    """A message as it came, or why a connection was given up."""

    peer: Peer
    """Whom it came from."""

    content: bytes
    """One datagram, or one message of a connection."""

    at: float
    """Monotonic s of its reception."""

    trouble: str = ""
    """Why the connection was closed; empty for a message."""


def _bound(address: Address, tries: int = TRIES) -> tuple[socket.socket, socket.socket]:
    """Bind sockets of UDP and TCP to one port, and listen; port 0: to one that is free of both.

    Raises OSError.
    """
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    with contextlib.ExitStack() as stack:
        tcp = stack.enter_context(socket.socket(family, socket.SOCK_STREAM))
        udp = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        tcp.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        udp.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        try:
            tcp.bind((address.host, address.port))
            udp.bind((address.host, tcp.getsockname()[1]))
            tcp.listen(MOST_CONNECTIONS)
        except OSError:
            if address.port or tries == 1:
                raise
        else:
            stack.pop_all()
            return udp, tcp
    return _bound(address, tries - 1)


class Link:
    """The sockets of the platform."""

    def __init__(self, address: Address) -> None:
        """Begin to listen. Raises DeviceError where the address is not this machine's, or taken."""
        self._selector = selectors.DefaultSelector()
        self._framers: dict[Peer, tuple[socket.socket, sip_message.Framer]] = {}
        try:
            self._udp, self._tcp = _bound(address)
        except OSError as error:
            what = tr("cannot listen there ({cause})", cause=error.strerror or error)
            hint = tr("Give an address of this machine and a port that is free")
            raise DeviceError(what, where=str(address), hint=hint) from error
        for each in (self._udp, self._tcp):
            each.setblocking(False)
            self._selector.register(each, selectors.EVENT_READ)
        self.host, self.port = address.host, int(self._udp.getsockname()[1])
        """That it listens on."""

    def receive(self, seconds: float) -> list[Arrival]:
        """Return what comes first within that time; nothing where it passes."""
        arrivals: list[Arrival] = []
        for key, _ in self._selector.select(max(seconds, 0)):
            if key.fileobj is self._udp:
                arrivals += self._datagrams()
            elif key.fileobj is self._tcp:
                self._accept()
            else:
                arrivals += self._of_connection(key.data)
        return arrivals

    def _datagrams(self) -> list[Arrival]:
        arrivals: list[Arrival] = []
        # a port that is closed at the other end is an error of the socket here (ICMP)
        with contextlib.suppress(OSError):
            while len(arrivals) < MOST_AT_ONCE:
                content, (host, port, *_) = self._udp.recvfrom(65535)
                arrivals.append(Arrival(Peer("UDP", host, port), content, time.monotonic()))
        return [arrival for arrival in arrivals if arrival.content.strip()]

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            connection, (host, port, *_) = self._tcp.accept()
            if len(self._framers) >= MOST_CONNECTIONS and not self._made_room():
                connection.close()
                return
            connection.setblocking(False)
            peer = Peer("TCP", host, port)
            self._framers[peer] = connection, sip_message.Framer()
            self._selector.register(connection, selectors.EVENT_READ, peer)

    def _made_room(self) -> bool:
        """Close the oldest connection that has not brought one whole message, if there is one."""
        silent = next(
            (peer for peer, (_, framer) in self._framers.items() if not framer.whole), None
        )
        if silent is not None:
            self._drop(silent)
        return silent is not None

    def _of_connection(self, peer: Peer) -> list[Arrival]:
        if peer not in self._framers:  # it made room for another meanwhile
            return []
        connection, framer = self._framers[peer]
        now = time.monotonic()
        try:
            content = connection.recv(1 << 16)
            messages = framer.feed(content)
        except BlockingIOError:
            return []
        except (OSError, sip_message.SipSyntaxError) as error:
            self._drop(peer)
            return [Arrival(peer, b"", now, str(error))]
        if not content:
            self._drop(peer)
        return [Arrival(peer, message, now) for message in messages]

    def _drop(self, peer: Peer) -> None:
        connection, _ = self._framers.pop(peer)
        self._selector.unregister(connection)
        connection.close()

    def send(self, content: bytes, peer: Peer) -> bool:
        """Send; False where the connection is gone or takes nothing more."""
        try:
            if peer.transport == "UDP":
                self._udp.sendto(content, (peer.host, peer.port))
            elif peer in self._framers:
                self._framers[peer][0].sendall(content)
            else:
                return False
        except OSError:
            if peer in self._framers:
                self._drop(peer)
            return False
        return True

    def close(self) -> None:
        """Stop listening and close every connection."""
        for peer in list(self._framers):
            self._drop(peer)
        self._selector.close()
        self._udp.close()
        self._tcp.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def own_host(peer: Peer) -> str:
    """Return the address of this machine that ``peer`` reaches."""
    family = socket.AF_INET6 if ":" in peer.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as probe:
        probe.connect((peer.host, peer.port or 9))  # of UDP: nothing is sent
        host: str = probe.getsockname()[0]
    return host

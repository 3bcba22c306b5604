"""How packets come: between the replies (TCP), by UDP, or by multicast."""

from __future__ import annotations

import contextlib
import ipaddress
import re
import selectors
import socket
import struct
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

from acceptance.errors import DeviceError
from acceptance.live.rtsp import arrival, replies
from acceptance.live.rtsp.packets import RECEIVER_REPORT
from acceptance.live.rtsp.replies import parts
from acceptance.live.rtsp.wire import Interleaved, silent
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.live.rtsp.arrival import Stamp
    from acceptance.live.rtsp.replies import RtspReply
    from acceptance.live.rtsp.sdp import VideoMedia
    from acceptance.live.rtsp.wire import Wire

LARGEST = 65535
AT_ONCE = 64  # packets read before the other socket is looked at
# looks in a row, and s, that bring only what others send, or no packet of the video
MOST_VAIN, LONGEST_VAIN = 10, 2.0
LATE = 0.1  # s after the end of a look by which this program was held up in it


class Arrived(NamedTuple):
    """A packet of the stream."""

    control: bool
    """RTCP rather than RTP."""

    data: bytes
    """As it came."""

    stamp: Stamp
    """When it came."""


class Looks:
    """Looks for packets: a device is silent where one found nothing, not where time has passed.

    What came while this program was held up still lies unread then.
    """

    def __init__(self) -> None:
        self.empty, self._vain, self._since = 0.0, 0, 0.0
        """Monotonic s before which everything has been read; 0: no look has shown that."""

    def note(self, begun: float, *, found: bool, useful: bool) -> None:
        """Note a look begun at ``begun``: whether it found anything, and a packet of the stream."""
        self._vain = 0 if useful else self._vain + 1
        self._since = begun if self._vain <= 1 else self._since
        for_ever = self._vain > MOST_VAIN and begun > self._since + LONGEST_VAIN
        if not found or for_ever:
            self.empty = begun


def held_up(until: float) -> bool:
    """Whether a look that should end at ``until`` may have found nothing without having looked."""
    return time.perf_counter() > until + LATE


class Transport(Protocol):
    """How packets come."""

    name: str
    """``tcp``, ``udp`` or ``multicast``."""

    header: str
    """What SETUP asks for."""

    own_drops: int | None
    """Packets that this machine has dropped so far, as it says itself; None: it does not count."""

    ssrc: int
    """Sender that the device announced, where others may send, too; -1: none."""

    def agree(self, answer: str) -> None:
        """Take what the device answered to ``header``. Raises DeviceError."""

    def receive(self, until: float) -> Iterator[Arrived | RtspReply]:
        """Yield what there is, and wait at most until that monotonic s. Raises DeviceError."""

    def close(self) -> None:
        """Close what was opened."""


def transport(name: str, wire: Wire, video: VideoMedia) -> Transport:
    """Return the transport ``tcp``, ``udp`` or ``multicast``. Raises DeviceError."""
    if name == "tcp":
        return Between(wire)
    return Datagrams(wire) if name == "udp" else Multicast(wire, video)


class Between:
    """Packets between the replies, on the connection itself."""

    name, ssrc = "tcp", -1
    own_drops: int | None = 0  # what TCP has not taken is sent again

    def __init__(self, wire: Wire) -> None:
        self._wire, self._channels = wire, (0, 1)
        self.header = "RTP/AVP/TCP;unicast;interleaved=0-1"

    def agree(self, answer: str) -> None:
        """Take the channels."""
        first, second = _pair(parts(answer).get("interleaved", ""), 255)
        if first >= 0:
            self._channels = first, second

    def receive(self, until: float) -> Iterator[Arrived | RtspReply]:
        """Yield the next packet or reply."""
        item = self._wire.receive(until)
        if not isinstance(item, Interleaved):
            yield item
        elif item.channel in self._channels:
            yield Arrived(item.channel == self._channels[1], item.data, item.stamp)

    def close(self) -> None:
        """Do nothing: the connection is closed by whoever opened it."""


class Datagrams:
    """Packets by UDP, to two ports of this machine."""

    name, ssrc = "udp", -1

    def __init__(self, wire: Wire) -> None:
        self._wire = wire
        self.own_drops: int | None = 0 if arrival.KERNEL else None
        self._dropped: dict[socket.socket, int] = {}
        host, _, *zone = wire.socket.getsockname()
        self.sockets = udp_pair(wire.socket.family, host, *zone)
        port = self.sockets[0].getsockname()[1]
        self.header = f"RTP/AVP;unicast;client_port={port}-{port + 1}"
        self._selector = selectors.DefaultSelector()
        for sock in (wire.socket, *self.sockets):
            self._selector.register(sock, selectors.EVENT_READ)

    def agree(self, answer: str) -> None:
        """Send a packet to the device's ports: a firewall on the way then lets the others in."""
        host, *rest = self._wire.socket.getpeername()  # whatever the answer names as its source
        for sock, port in zip(
            self.sockets, _pair(parts(answer).get("server_port", ""), LARGEST), strict=True
        ):
            if port > 0:
                with contextlib.suppress(OSError):
                    sock.sendto(RECEIVER_REPORT, (host, port, *rest[1:]))

    def receive(self, until: float) -> Iterator[Arrived | RtspReply]:
        """Yield the packets and replies that are there."""
        ready = self._selector.select(max(0.0, until - time.perf_counter()))
        if not ready:
            raise silent(self._wire.address)
        # packets first: half a reply is waited for
        for key, _ in sorted(ready, key=lambda each: each[0].fileobj is self._wire.socket):
            if key.fileobj is self._wire.socket:
                item = self._wire.receive(until)
                if not isinstance(item, Interleaved):
                    yield item
            elif isinstance(key.fileobj, socket.socket):
                yield from self._read(key.fileobj)

    def close(self) -> None:
        """Close the ports."""
        self._selector.close()
        for sock in self.sockets:
            sock.close()

    def _read(self, sock: socket.socket) -> Iterator[Arrived]:
        for _ in range(AT_ONCE):
            try:
                data, stamp, dropped = arrival.receive(sock, LARGEST)
            except (BlockingIOError, ConnectionError):
                return
            if dropped is not None:
                self._dropped[sock] = dropped
                self.own_drops = sum(self._dropped.values())
            yield Arrived(sock is self.sockets[1], data, stamp)


class Multicast(Datagrams):
    """Packets by multicast, to a group that the device names."""

    name = "multicast"

    def __init__(self, wire: Wire, video: VideoMedia) -> None:
        super().__init__(wire)
        self.header = "RTP/AVP;multicast"
        self._video = video

    def agree(self, answer: str) -> None:
        """Join the group. Raises DeviceError."""
        given = parts(answer)
        group = given.get("destination") or self._video.multicast
        self.ssrc = _ssrc(given.get("ssrc", ""), self._video.ssrc)
        port, control_port = _pair(given.get("port", "") or str(self._video.port), LARGEST)
        try:
            multicast = ipaddress.ip_address(group).is_multicast and 0 < port < LARGEST
        except ValueError:
            multicast = False
        if not multicast:
            what, hint = tr("names no multicast group"), tr("Switch multicast on in the device")
            raise DeviceError(what, where=str(self._wire.address), hint=hint, code="transport")
        try:
            self._join(group, port, control_port)
        except OSError as error:  # of another family, or a port that is taken
            cause = error.strerror or error
            what = tr("the group {group} cannot be joined ({cause})", group=group, cause=cause)
            hint = tr("Check the multicast address in the device, or take TCP")
            raise DeviceError(
                what, where=str(self._wire.address), hint=hint, code="transport"
            ) from error

    def _join(self, group: str, port: int, control_port: int) -> None:
        own = self._wire.socket.getsockname()
        for sock in self.sockets:
            self._selector.unregister(sock)
            sock.close()
        self.sockets = ()
        for number in (port, control_port):
            sock = _member(group, number, own)
            self.sockets += (sock,)
            self._selector.register(sock, selectors.EVENT_READ)


def _pair(written: str, most: int) -> tuple[int, int]:
    """Read ``FIRST-SECOND`` or ``FIRST``, which the next number follows; -1 where it is none."""
    first, dash, second = written.partition("-")
    number = replies.number(first.strip(), most)
    return number, replies.number(second.strip(), most) if dash else number + (number >= 0)


def _ssrc(written: str, stated: int) -> int:
    """Read the SSRC of a Transport header (RFC 2326, 12.39: 8 hexadecimal digits), else SDP's."""
    return int(written, 16) if re.fullmatch(r"[0-9A-Fa-f]{1,8}", written) else stated


def udp_pair(family: int, host: str, *zone: int) -> tuple[socket.socket, ...]:
    """Open an even port of UDP and the next one. Raises DeviceError.

    ``zone``: of IPv6, flow and interface, without which a link-local address cannot be had.
    """
    for _ in range(64):
        first = _bound(family, (host, 0, *zone))
        port = first.getsockname()[1]
        with contextlib.suppress(OSError):
            if port % 2 == 0:
                return first, _bound(family, (host, port + 1, *zone))
        first.close()
    what, hint = tr("no two ports of UDP are free"), tr("Close other programs, or take TCP")
    raise DeviceError(what, where=host, hint=hint, code="transport")


def _bound(family: int, place: tuple[str | int, ...]) -> socket.socket:
    sock = socket.socket(family, socket.SOCK_DGRAM)
    try:
        sock.bind(place)
    except OSError:
        sock.close()
        raise
    arrival.enable(sock)
    sock.setblocking(False)
    return sock


def _member(
    group: str, port: int, own: tuple[str, int, int, int] | tuple[str, int]
) -> socket.socket:
    """Open a port and join a group by the interface that reaches the device. Raises OSError."""
    six = ":" in group
    with contextlib.ExitStack() as stack:
        family = socket.AF_INET6 if six else socket.AF_INET
        sock = stack.enter_context(socket.socket(family, socket.SOCK_DGRAM))
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind((group if arrival.KERNEL else "", port))  # Linux: of this group only
        if six:
            scope = own[3] if len(own) == 4 else 0
            member = socket.inet_pton(socket.AF_INET6, group) + struct.pack("@I", scope)
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_JOIN_GROUP, member)
        else:
            member = socket.inet_aton(group) + socket.inet_aton(own[0])
            sock.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, member)
        arrival.enable(sock)
        sock.setblocking(False)
        stack.pop_all()
    return sock

"""Packets in, whole frames out: in order, each with the moment when its last packet was there.

A frame ends with a marker or where the RTP time changes, since a marker can be lost. A frame that
lacks a packet is left out: what a decoder would make up for it was never sent.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, Protocol

from acceptance.live.rtsp import jpeg
from acceptance.live.rtsp.nal_units import Split
from acceptance.live.rtsp.packets import ahead

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from acceptance.live.rtsp.nal_units import CodedFrame
    from acceptance.live.rtsp.packets import RtpPacket

MOST_HELD, LONGEST_HELD = 64, 0.25  # packets, and s, by which a packet may come late
RESTART = 3000  # sequence numbers: beyond that a sender has begun anew
LATE, RUN = 100, 8  # a sender that goes back by more, so often in a row, has begun anew, too
MOST_SETS = 4  # packets of parameter sets before a frame
MOST_BYTES = 32 << 20  # of a frame


class ArrivedPacket(NamedTuple):
    """A packet and when it came."""

    packet: RtpPacket
    """What came."""

    arrival: float
    """Monotonic s."""

    row: PacketRow
    """What is written of it."""


@dataclass(slots=True)
class PacketRow:
    """A line of ``NAME.packets.csv``, whose last field may not be known yet."""

    text: str
    """All but the last field."""

    frame: int | None = None
    """Index in the clip, -1: in none; None: not known yet."""


@dataclass(kw_only=True)
class ArrivedFrame:
    """A whole frame."""

    coded: CodedFrame
    """What a decoder takes."""

    rtp_time: int
    """As sent."""

    arrival: float
    """Monotonic s at which its last packet was there."""

    rows: list[PacketRow]
    """Its packets."""

    filmed: float = 0.0
    """Of a recording: Unix s by the recorder's clock; 0: not said."""


class Payloads(Protocol):
    """How a codec puts frames into packets."""

    def begins(self, payload: bytes) -> bool:
        """Whether a frame begins with this packet."""

    def frame(self, payloads: Sequence[bytes]) -> CodedFrame | None:
        """Put the payloads of one frame together; None where they hold no picture."""


def payloads_of(codec: str) -> Payloads:
    """Return how ``h264``, ``hevc`` or ``mjpeg`` is put into packets."""
    return jpeg if codec == "mjpeg" else Split(codec)


@dataclass
class Order:
    """Puts packets into the order of their sequence numbers, and counts what never came."""

    lost: int = 0
    """Packets between the first and the last that never came, or came too late."""

    _next: int | None = None
    _back: tuple[int, int] = (-1, 0)  # what follows a packet from far back; how many came in a row
    _held: dict[int, ArrivedPacket] = field(default_factory=dict)

    def put(self, arrived: ArrivedPacket) -> Iterator[tuple[ArrivedPacket, bool]]:
        """Yield the packets whose turn it is, each with whether one before it is missing."""
        sequence = arrived.packet.sequence
        step = 0 if self._next is None else ahead(self._next, sequence, 16)
        if abs(step) > RESTART or self._goes_back(sequence, step):
            yield from self.anew()
            step = 0
        if step < 0 or sequence in self._held:
            arrived.row.frame = -1  # too late, or twice
            return
        if self._next is None:
            self._next = sequence
        self._held[sequence] = arrived
        yield from self._ready()
        while self._held and self._waited(arrived.arrival):
            yield from self._skip()

    def _goes_back(self, sequence: int, step: int) -> bool:
        expected, count = self._back
        count = 0 if step >= -LATE else count + 1 if sequence == expected else 1
        self._back = sequence + 1 & 0xFFFF, count
        return count > RUN

    def anew(self) -> Iterator[tuple[ArrivedPacket, bool]]:
        """Yield what is still held; what comes next is counted from another beginning."""
        yield from self.rest()
        self._next = None

    def rest(self) -> Iterator[tuple[ArrivedPacket, bool]]:
        """Yield what is still held."""
        while self._held:
            yield from self._skip()

    def _ready(self) -> Iterator[tuple[ArrivedPacket, bool]]:
        while self._next in self._held:
            yield self._held.pop(self._next), False
            self._next = self._next + 1 & 0xFFFF

    def _waited(self, now: float) -> bool:
        if len(self._held) > MOST_HELD:
            return True
        return min(held.arrival for held in self._held.values()) < now - LONGEST_HELD

    def _skip(self) -> Iterator[tuple[ArrivedPacket, bool]]:
        """Give up what is missing before the next packet that is there."""
        begin = self._next or 0
        nearest = min(self._held, key=lambda sequence: ahead(begin, sequence, 16))
        self.lost += ahead(begin, nearest, 16)
        yield self._held.pop(nearest), True
        self._next = nearest + 1 & 0xFFFF
        yield from self._ready()


class Assembler:
    """Puts packets in order together to frames and hands these on."""

    def __init__(self, payloads: Payloads, hand_on: Callable[[ArrivedFrame], None]) -> None:
        self._payloads, self._hand_on = payloads, hand_on
        self._parts: list[ArrivedPacket] = []
        self._whole, self._size = True, 0

    def put(self, arrived: ArrivedPacket, *, gap: bool) -> None:
        """Take the next packet; ``gap``: packets before it are missing."""
        packet = arrived.packet
        if self._parts and packet.time != self._parts[-1].packet.time:
            self._whole &= not gap
            self.end()
        if not self._parts:
            self._whole = not gap or self._payloads.begins(packet.payload)
        else:
            self._whole &= not gap
        self._parts.append(arrived)
        self._size += len(packet.payload)
        if packet.marker or self._size > MOST_BYTES:
            self.end()

    def end(self) -> None:
        """Hand on the frame that has ended, if it is whole.

        Parameter sets that come in a frame of their own are left for the next.
        """
        parts, coded = self._parts, None
        if parts and self._whole:
            coded = self._payloads.frame([part.packet.payload for part in parts])
            if coded is None and len(parts) <= MOST_SETS:
                return
        self._parts, self._size = [], 0
        if coded is None:
            for part in parts:
                part.row.frame = -1
            return
        arrival = max(part.arrival for part in parts)
        rows = [part.row for part in parts]
        filmed = max(part.packet.filmed for part in parts)  # not every packet need say it
        time = parts[-1].packet.time
        self._hand_on(
            ArrivedFrame(coded=coded, rtp_time=time, arrival=arrival, rows=rows, filmed=filmed)
        )

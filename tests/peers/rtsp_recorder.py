"""A recorder that replays frames, all at once, and says goodbye: answers of a responder."""

from __future__ import annotations

import re
import struct
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache

from peers.rtsp_camera import Faults, _coded
from peers.rtsp_responder import Asked, reply, usual

BEGIN = datetime(2026, 11, 28, 8, 30, tzinfo=UTC)
"""Of the recording that changes its size."""

RATE, GOP, EACH = 25, 5, 10  # frame/s; frames from key to key; frames of each size
SIZES = ((320, 240), (160, 128))
GOODBYE = struct.pack("!BBHBBHI", 0x24, 1, 8, 0x81, 203, 1, 1)
NTP_EPOCH = 2208988800


@dataclass(kw_only=True)
class Sender:
    """Puts frames into packets of RTP between the replies, a NAL unit each."""

    sequence: int = 0
    time: int = 0
    """RTP time of the first frame."""

    ssrc: int = 1
    payload_type: int = 96
    sources: int = 0
    """CSRC in each packet."""

    padding: int = 0
    """Bytes behind each payload."""

    def packets(self, unit: bytes, number: int, extension: bytes = b"") -> bytes:
        """Return the packets of a frame; ``extension``: as it lies in the header."""
        parts = [part.rstrip(b"\0") for part in unit.split(b"\0\0\1") if part.strip(b"\0")]
        return b"".join(
            self._packet(part, number, extension, last=place == len(parts) - 1)
            for place, part in enumerate(parts)
        )

    def _packet(self, payload: bytes, number: int, extension: bytes, *, last: bool) -> bytes:
        first = 0x80 | 0x20 * (self.padding > 0) | 0x10 * bool(extension) | self.sources
        time = (self.time + 90000 // RATE * number) % (1 << 32)
        kind = self.payload_type | 0x80 * last
        head = struct.pack("!BBHII", first, kind, self.sequence, time, self.ssrc)
        padding = bytes(self.padding - 1) + bytes([self.padding]) if self.padding else b""
        packet = head + bytes(4 * self.sources) + extension + payload + padding
        self.sequence = (self.sequence + 1) % (1 << 16)
        return struct.pack("!BBH", 0x24, 0, len(packet)) + packet


@cache
def film(size: tuple[int, int], gop: int = 25) -> tuple[bytes, ...]:
    """Return the frames of two groups of pictures."""
    return tuple(unit for _, unit in _coded(Faults(gop=gop), size))


def recording(frames: int) -> bytes:
    """Return the packets of some frames, and a goodbye."""
    sender, units = Sender(), film(SIZES[0])[:frames]
    return b"".join(sender.packets(unit, n) for n, unit in enumerate(units)) + GOODBYE


def recorder(asked: Asked) -> bytes:
    """Answer PLAY with a recording, all at once."""
    if asked.method == "PLAY":
        return reply(asked, Range=asked.headers["range"]) + recording(10)
    return usual(asked)


@dataclass(kw_only=True)
class ChangingRecorder:
    """Replays ten frames of one size and ten of another, from the key frame before what is asked.

    It starts where it wants to, and tells so: in its packets (ONVIF's header extension), in its
    answer to PLAY, or not at all.
    """

    tells: str = "packets"
    """``packets``, ``range`` or empty."""

    heeds: bool = True
    """Whether it begins where it is asked to, or always at the beginning."""

    jumps: bool = False
    """Whether its RTP time jumps in the middle."""

    def __call__(self, asked: Asked) -> bytes:
        """Answer as a responder does."""
        if asked.method != "PLAY":
            return usual(asked)
        wanted = re.search(r"clock=(\d{8}T\d{6}\.\d{3})Z", asked.headers["range"])
        assert wanted is not None
        since = datetime.strptime(wanted[1] + "000+0000", "%Y%m%dT%H%M%S.%f%z") - BEGIN
        first = int(since.total_seconds() * RATE + 1e-6) // GOP * GOP if self.heeds else 0
        stated = {"Range": f"clock={_clock(first)}-"} if self.tells == "range" else {}
        return reply(asked, **stated) + b"".join(self._frames(first)) + GOODBYE

    def _frames(self, first: int) -> list[bytes]:
        units = [unit for size in SIZES for unit in film(size, GOP)[:EACH]]
        sender = Sender(time=90000 * first)
        return [
            sender.packets(
                units[number],
                number + 9_000_000 * (self.jumps and number > first + 2),
                self._extension(number),
            )
            for number in range(first, 2 * EACH)
        ]

    def _extension(self, number: int) -> bytes:
        if self.tells != "packets":
            return b""
        seconds, rest = divmod(number, RATE)
        begin = int(BEGIN.timestamp()) + NTP_EPOCH + seconds
        return struct.pack("!HHIII", 0xABAC, 3, begin, rest * (1 << 32) // RATE, 0)


def _clock(number: int) -> str:
    return BEGIN.strftime("%Y%m%dT%H%M%S") + f".{1000 * number // RATE:03d}Z"

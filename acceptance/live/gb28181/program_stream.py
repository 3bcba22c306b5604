"""Frames out of a programme stream (ISO/IEC 13818-1, 2.5), as GB/T 28181 puts it into RTP.

A frame is what bears one RTP time: a pack header, before a key frame the map of the stream, then
PES packets. Which codec the video has stands in that map alone.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.live.rtsp.nal_units import Split

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.live.rtsp.nal_units import CodedFrame

MARK = b"\x00\x00\x01"
PACK, MAP = 0xBA, 0xBC
BEGIN = MARK + bytes([PACK])
VIDEO = range(0xE0, 0xF0)
LENGTHY = range(0xBB, 0x100)  # streams and headers whose length follows
TYPES = {0x1B: "h264", 0x24: "hevc", 0x01: "MPEG-1", 0x02: "MPEG-2", 0x10: "MPEG-4", 0x80: "SVAC"}
READ = {"h264", "hevc"}
MOST_BEGINNINGS = 8  # that are tried where a frame is broken


class ProgramStream:
    """Takes frames out of the payloads of packets; remembers the codec that the map names."""

    def __init__(self) -> None:
        self.codec = ""
        """``h264`` or ``hevc``; another one's name where it cannot be read; empty: no map came."""

        self.broken = 0
        """Frames whose packs were not as the standard has them."""

    def begins(self, payload: bytes) -> bool:
        """Whether a frame begins with this packet."""
        return payload.startswith(BEGIN)

    def frame(self, payloads: Sequence[bytes]) -> CodedFrame | None:
        """Put the payloads of one frame together; None where they hold no picture."""
        begins = [at for at in range(1, len(payloads)) if self.begins(payloads[at])]
        for begin in [0, *begins[:MOST_BEGINNINGS]]:
            try:
                video = self._video(b"".join(payloads[begin:]))
            except ValueError:
                self.broken += 1
                continue
            readable = self.codec in READ and video
            return Split(self.codec).frame(_units(video)) if readable else None
        return None

    def learn(self, payload: bytes) -> str:
        """Return the codec, of the map in this packet where there is one."""
        at = payload.find(MARK + bytes([MAP]))
        if at >= 0:
            self.codec = _codec(payload[at + 6 :]) or self.codec
        return self.codec

    def _video(self, content: bytes) -> bytes:
        """Return the video of all packets. Raises ValueError where they are not sound."""
        video = b""
        for kind, part in _parts(content):
            if kind == MAP:
                self.codec = _codec(part) or self.codec
            elif kind in VIDEO:
                video += _elementary(part)
        return video


def _parts(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind of each header or packet and what follows its length. Raises ValueError."""
    at = 0
    while at < len(content):
        if content[at : at + 3] != MARK or at + 4 > len(content):
            if not content[at:].strip(b"\0"):
                return
            raise ValueError(at)
        kind = content[at + 3]
        if kind == PACK:
            at += _pack_size(content, at)
        elif kind in LENGTHY:
            end = at + 6 + int.from_bytes(content[at + 4 : at + 6], "big")
            if end > len(content):
                raise ValueError(at)
            yield kind, content[at + 6 : end]
            at = end
        else:
            at += 4  # the end code of a stream


def _pack_size(content: bytes, at: int) -> int:
    if len(content) < at + 14:
        raise ValueError(at)
    return 14 + (content[at + 13] & 7) if content[at + 4] >> 6 == 1 else 12


def _elementary(packet: bytes) -> bytes:
    """Return what a PES packet carries: behind the header whose length it states."""
    if len(packet) < 3 or packet[0] >> 6 != 2 or len(packet) < 3 + packet[2]:
        raise ValueError(len(packet))
    return packet[3 + packet[2] :]


def _codec(content: bytes) -> str:
    """Return the codec of the first video in a map; empty where it names none."""
    at = 4 + int.from_bytes(content[2:4], "big")
    end = at + 2 + int.from_bytes(content[at : at + 2], "big")
    at += 2
    while at + 4 <= min(end, len(content)):
        kind, stream = content[at], content[at + 1]
        if stream in VIDEO:
            return TYPES.get(kind, f"0x{kind:02x}")
        at += 4 + int.from_bytes(content[at + 2 : at + 4], "big")
    return ""


def _units(content: bytes) -> list[bytes]:
    """Cut a byte stream (Annex B) into NAL units."""
    return [unit for part in content.split(MARK) if (unit := part.rstrip(b"\0"))]

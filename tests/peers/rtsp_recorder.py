"""A recorder that replays ten frames, all at once, and says goodbye: answers of a responder."""

from __future__ import annotations

import struct

from peers.rtsp_camera import Faults, _coded
from peers.rtsp_responder import Asked, reply, usual


def recording(frames: int) -> bytes:
    """Return packets of RTP between the replies, a NAL unit each, and a goodbye."""
    sequence, packets = 0, []
    for number, unit in _coded(Faults(), (320, 240))[:frames]:
        parts = [part for part in unit.split(b"\0\0\1") if part.strip(b"\0")]
        for place, part in enumerate(parts):
            marker = 0x80 * (place == len(parts) - 1)
            head = struct.pack("!BBHII", 0x80, 96 | marker, sequence, 3600 * number, 1)
            packet = head + part.rstrip(b"\0")
            packets.append(struct.pack("!BBH", 0x24, 0, len(packet)) + packet)
            sequence += 1
    goodbye = struct.pack("!BBHI", 0x81, 203, 1, 1)
    return b"".join(packets) + struct.pack("!BBH", 0x24, 1, len(goodbye)) + goodbye


def recorder(asked: Asked) -> bytes:
    """Answer PLAY with a recording, all at once."""
    if asked.method == "PLAY":
        return reply(asked, Range=asked.headers["range"]) + recording(10)
    return usual(asked)

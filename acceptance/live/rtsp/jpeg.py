"""Frames of MJPEG from the payloads of their packets (RFC 2435)."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

from acceptance.live.rtsp.nal_units import CodedFrame

if TYPE_CHECKING:
    from collections.abc import Sequence

# ITU-T T.81, Annex K: the quantisers (in zigzag order) and the Huffman tables that RFC 2435 takes.
LUMA = bytes([
    16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
    26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
    56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
    95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
])  # fmt: skip
CHROMA = bytes([
    17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, *[99] * 48,
])  # fmt: skip
DC_LUMA = bytes.fromhex("00010501010101010100000000000000") + bytes(range(12))
DC_CHROMA = bytes.fromhex("00030101010101010101010000000000") + bytes(range(12))
AC_LUMA = bytes.fromhex(
    "0002010303020403050504040000017d"
    "01020300041105122131410613516107227114328191a1082342b1c11552d1f02433627282090a161718191a"
    "25262728292a3435363738393a434445464748494a535455565758595a636465666768696a73747576777879"
    "7a838485868788898a92939495969798999aa2a3a4a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9"
    "cad2d3d4d5d6d7d8d9dae1e2e3e4e5e6e7e8e9eaf1f2f3f4f5f6f7f8f9fa"
)
AC_CHROMA = bytes.fromhex(
    "00020102040403040705040400010277"
    "0001020311040521310612415107617113223281081442"
    "91a1b1c109233352f0156272d10a162434e125f11718191a262728292a35363738393a434445464748494a53"
    "5455565758595a636465666768696a737475767778797a82838485868788898a92939495969798999aa2a3a4"
    "a5a6a7a8a9aab2b3b4b5b6b7b8b9bac2c3c4c5c6c7c8c9cad2d3d4d5d6d7d8d9dae2e3e4e5e6e7e8e9eaf2f3"
    "f4f5f6f7f8f9fa"
)
HUFFMAN = ((0x00, DC_LUMA), (0x10, AC_LUMA), (0x01, DC_CHROMA), (0x11, AC_CHROMA))
HEADER = struct.Struct("!BBHBBBB")  # offset of 24 bits in two parts; type, Q, width, height


def begins(payload: bytes) -> bool:
    """Whether a frame begins with this packet."""
    return len(payload) > 8 and payload[1:4] == b"\0\0\0"


def frame(payloads: Sequence[bytes]) -> CodedFrame | None:
    """Put the payloads of one frame together; None where they are not a whole picture."""
    head, scan = b"", bytearray()
    for payload in payloads:
        if len(payload) < HEADER.size:
            return None
        kind, quality = payload[4], payload[5]
        begin = HEADER.size + 4 * (kind >= 64)
        if int.from_bytes(payload[1:4], "big") != len(scan) or kind & 63 > 1:
            return None
        if not scan:
            tables, begin = _tables(payload, begin, quality)
            head = _head(payload, tables, begin_of_restart=HEADER.size)
        scan += payload[begin:]
    if not head or not scan:
        return None
    ended = b"" if scan.endswith(b"\xff\xd9") else b"\xff\xd9"
    size = payloads[0][6:8]
    return CodedFrame(data=head + bytes(scan) + ended, key=True, layout=size)


def _tables(payload: bytes, begin: int, quality: int) -> tuple[bytes, int]:
    """Return the quantisers of a frame, 64 bytes a table, and where its scan begins."""
    if quality >= 128:
        size = int.from_bytes(payload[begin + 2 : begin + 4], "big")
        begin += 4
        return payload[begin : begin + size], begin + size
    factor = max(1, min(quality, 99))
    scale = 5000 // factor if factor < 50 else 200 - 2 * factor
    scaled = (max(1, min(255, (value * scale + 50) // 100)) for value in LUMA + CHROMA)
    return bytes(scaled), begin


def _head(payload: bytes, tables: bytes, *, begin_of_restart: int) -> bytes:
    kind, width, height = payload[4], 8 * payload[6], 8 * payload[7]
    sampling = 0x22 if kind & 1 else 0x21
    head = b"\xff\xd8"
    for number in range(len(tables) // 64):
        table = tables[64 * number : 64 * (number + 1)]
        head += _segment(0xDB, bytes([number]) + table)
    if kind >= 64:
        head += _segment(0xDD, payload[begin_of_restart : begin_of_restart + 2])
    second = 1 if len(tables) > 64 else 0
    components = bytes([1, sampling, 0, 2, 0x11, second, 3, 0x11, second])
    head += _segment(0xC0, struct.pack("!BHHB", 8, height, width, 3) + components)
    for place, table in HUFFMAN:
        head += _segment(0xC4, bytes([place]) + table)
    return head + _segment(0xDA, bytes([3, 1, 0x00, 2, 0x11, 3, 0x11, 0, 63, 0]))


def _segment(marker: int, content: bytes) -> bytes:
    return struct.pack("!BBH", 0xFF, marker, len(content) + 2) + content

"""What a still's file says beside its codes: orientation (EXIF) and colour profile (ICC).

FFmpeg turns by EXIF but takes a mirrored picture for a turned one, and its Python face hands out no
profile beside EXIF; so both are read here from the file: JPEG (ITU-T T.81), PNG (ISO/IEC 15948),
TIFF 6.0. What is damaged says nothing.
"""

from __future__ import annotations

import struct
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.footage.decoding import beginning

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

ORIENTATION, PROFILE = 274, 34675  # tags of TIFF
EXIF, ICC = b"Exif\0\0", b"ICC_PROFILE\0"
JPEG, PNG, TIFF = b"\xff\xd8", b"\x89PNG\r\n\x1a\n", {b"II*\0": "<", b"MM\0*": ">"}
APP1, APP2, SCAN = 0xE1, 0xE2, 0xDA
SHORT, ENTRY = 3, 12  # type of a tag's value; bytes of a tag
LARGEST = 1 << 24  # bytes of a profile once unpacked


@dataclass(frozen=True, kw_only=True)
class StillWords:
    """``orientation`` is 1 to 8 as EXIF counts, ``profile`` an ICC profile; empty: none."""

    orientation: int = 1
    profile: bytes = b""


def read(path: Path) -> StillWords:
    """Read what a still says; of other files than JPEG, PNG and TIFF nothing. Raises ClipError."""
    content = beginning(path)
    try:
        return _read(content)
    except (struct.error, IndexError, zlib.error):
        return StillWords()


def _read(content: bytes) -> StillWords:
    if content[:2] == JPEG:
        parts = list(_segments(content))
        exif = next((data for kind, data in parts if kind == APP1 and data.startswith(EXIF)), b"")
        profiles = [data for kind, data in parts if kind == APP2 and data.startswith(ICC)]
        pieces = sorted(data[len(ICC) :] for data in profiles)  # number, how many, bytes
        return _words(exif[len(EXIF) :], b"".join(piece[2:] for piece in pieces))
    if content[:8] == PNG:
        chunks = dict(_chunks(content))
        packed = chunks.get(b"iCCP", b"").partition(b"\0")[2][1:]
        profile = zlib.decompressobj().decompress(packed, LARGEST) if packed else b""
        return _words(chunks.get(b"eXIf", b""), profile)
    return _words(content, _tag(content, PROFILE)) if content[:4] in TIFF else StillWords()


def _words(exif: bytes, profile: bytes) -> StillWords:
    turn = _tag(exif, ORIENTATION)
    number = struct.unpack(f"{TIFF[exif[:4]]}H", turn)[0] if turn else 1
    return StillWords(orientation=number if 1 <= number <= 8 else 1, profile=profile)


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the segments of a JPEG picture before its first scan."""
    at = len(JPEG)
    while at + 4 <= len(content) and content[at] == 0xFF and content[at + 1] != SCAN:
        if content[at + 1] == 0xFF:  # a fill byte
            at += 1
            continue
        length = int.from_bytes(content[at + 2 : at + 4], "big")
        yield content[at + 1], content[at + 4 : at + 2 + length]
        at += 2 + max(length, 2)


def _chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield the chunks of a PNG."""
    at = len(PNG)
    while at + 8 <= len(content):
        length = int.from_bytes(content[at : at + 4], "big")
        yield content[at + 4 : at + 8], content[at + 8 : at + 8 + length]
        at += 12 + length


def _tag(content: bytes, wanted: int) -> bytes:
    """Return the value of a tag in the first directory of a TIFF; empty where it is not there."""
    order = TIFF.get(content[:4])
    if order is None:
        return b""
    at = struct.unpack_from(f"{order}I", content, 4)[0]
    count = struct.unpack_from(f"{order}H", content, at)[0]
    for place in range(at + 2, at + 2 + ENTRY * count, ENTRY):
        tag, kind, size, value = struct.unpack_from(f"{order}HHII", content, place)
        if tag == wanted:
            return (
                content[place + 8 : place + 10] if kind == SHORT else content[value : value + size]
            )
    return b""

"""H.264 whose fields are pictures of their own (ITU-T H.264, 7.3.3), as no encoder here writes it.

Samples stand in it as they are (I_PCM). ``fields`` writes it into a container by a field or a frame
in each packet; ``frames`` are those that are coded whole all the same.
"""

from __future__ import annotations

import re
from fractions import Fraction
from typing import TYPE_CHECKING

import av

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

MACROBLOCK, START, GREY = 16, b"\0\0\0\1", bytes([128]) * 128
DELIMITER = START + b"\x09\x10"
FIELD_TICKS = 1800  # of 1/90000 s
TOP, BOTTOM = 0, 1


def _whole(value: int) -> str:
    """Code a number as bits (Exp-Golomb, 9.1)."""
    bits = f"{value + 1:b}"
    return "0" * (len(bits) - 1) + bits


def _unit(kind: int, bits: str) -> bytes:
    """Write a unit that ends with its bits: a 1, and noughts up to a whole byte."""
    bits += "1"
    bits += "0" * (-len(bits) % 8)
    return START + bytes([kind]) + _guarded(int(bits, 2).to_bytes(len(bits) // 8, "big"))


def _guarded(content: bytes) -> bytes:
    """Keep what looks like a start of a unit from being one (7.4.1)."""
    return re.sub(rb"\0\0(?=[\0-\3])", b"\0\0\3", content)


def _head(height: int, width: int) -> bytes:
    """Write the parameter sets of interlaced pictures: fields or frames, slices of I_PCM."""
    across, down = width // MACROBLOCK, height // MACROBLOCK // 2
    scaling = "11" + _whole(0) * 16 + "0" * 7  # one list of eight, without a change
    sets = f"{100:08b}{0:08b}{30:08b}" + "".join(map(_whole, (0, 1, 0, 0))) + "0" + scaling
    sets += "".join(map(_whole, (0, 0, 4, 1))) + "0"
    sets += _whole(across - 1) + _whole(down - 1) + "0010" + "0"
    pictures = _whole(0) * 2 + "00" + _whole(0) * 3 + "000" + _whole(0) * 3 + "100"
    return _unit(0x67, sets) + _unit(0x68, pictures)


def _slice(picture: Picture, number: int, field: int | None) -> bytes:
    """Write a field, or with None a frame, as one slice."""
    first = field != BOTTOM
    head = _whole(0) + _whole(7) + _whole(0) + "0000" + ("0" if field is None else f"1{field}")
    head += (_whole(number % 2) if first else "") + f"{field or 0:08b}" + ("00" if first else "0")
    bits = head + _whole(0) + _whole(1) + _whole(25)
    bits += "0" * (-len(bits) % 8)
    content = bytearray(int(bits, 2).to_bytes(len(bits) // 8, "big"))
    height, width = picture.shape
    for row in range(0, height, MACROBLOCK):
        for column in range(0, width, MACROBLOCK):
            if row or column:
                content += b"\x0d\x00"  # another such macroblock, and noughts up to a whole byte
            content += picture[row : row + MACROBLOCK, column : column + MACROBLOCK].tobytes()
            content += GREY
    return START + bytes([0x65 if first else 0x61]) + bytes(content) + b"\x80"


def _coded(picture: Picture, number: int, *, whole: bool) -> list[bytes]:
    if whole:
        return [_head(*picture.shape) + _slice(picture, number, None)]
    top, bottom = (_slice(picture[field::2], number, field) for field in (TOP, BOTTOM))
    return [_head(*picture.shape) + top, bottom]


def fields(
    pictures: Iterable[Picture],
    *,
    apart: bool,
    frames: Collection[int] = (),
    lost: Collection[int] = (),
) -> Callable[[Path, Path], None]:
    """Return what writes pictures of 25 frame/s: fields in packets of their own if ``apart``."""

    def write(_source: Path, path: Path) -> None:
        coded = [_coded(p, n, whole=n in frames) for n, p in enumerate(pictures)]
        raw = path.with_name("raw.h264")
        raw.write_bytes(b"".join(b"".join(parts) for parts in coded))
        with av.open(str(raw)) as read, av.open(str(path), "w") as out:
            stream = out.add_stream_from_template(read.streams.video[0])
            for number, parts in enumerate(coded):
                kept = [] if number in lost else parts if apart else [b"".join(parts)]
                for field, part in enumerate(kept):
                    out.mux(_packet(part, 2 * number + field, 3 - len(kept), stream))

    return write


def _packet(part: bytes, fields_before: int, shown: int, stream: av.VideoStream) -> av.Packet:
    """Make the packet of what is ``shown`` for so many fields."""
    packet = av.Packet(DELIMITER + part)
    packet.stream, packet.time_base = stream, Fraction(1, 90000)
    packet.pts = packet.dts = fields_before * FIELD_TICKS
    packet.duration, packet.is_keyframe = shown * FIELD_TICKS, fields_before % 2 == 0
    return packet

"""Which share of a picture's columns AV1 codes: super-resolution makes up the others.

AV1 Bitstream and Decoding Process Specification, 5.5 (sequence header), 5.9 (frame header), 7.16.
The first key frame is read.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.footage.bits import Bits

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE, HEADS = 1, (3, 6)  # units: sequence header, frame header with and without its tiles
KEY, SELECTED = 0, 2  # frame type; of tools: chosen by each frame
NUMERATOR, LEAST = 8, 9  # of the share, and the least denominator
DECODERS = {"av1", "libdav1d"}
BOX, BOXED = 4, b"\x81"  # bytes of an av1C box before its units, and how it begins
LOWEST = 7  # levels up to which no tier is told


@dataclass(frozen=True, kw_only=True)
class _Sequence:
    """What a sequence header says of how frame headers are written."""

    alone: int
    """Whether it is a still picture with a short header."""
    clocked: int
    """Bits of a time that each frame shown has."""
    modelled: bool
    """Whether frames may say when a decoder is to be done with them."""
    sides: int
    """Bits of both sides of a frame that has its own."""
    numbered: int
    """Bits of a frame's number."""
    content: int
    """Whether frames use tools for drawn pictures; ``SELECTED``: each says so."""
    motion: int
    """The same of vectors in whole pixels."""
    order: int
    """Bits of a frame's place in the order of display."""
    narrowed: int
    """Whether frames may be coded narrower."""


def coded_columns(codec: str, extra: bytes, packet: bytes) -> float:
    """Return the share of the columns that a stream's first key frame codes; 1: all, or not told.

    ``extra`` is the stream's extradata, ``packet`` its first.
    """
    if codec not in DECODERS:
        return 1.0
    try:
        parts = [*_units(extra[BOX * (extra[:1] == BOXED) :]), *_units(packet)]
        heads = [content for kind, content in parts if kind == SEQUENCE]
        frames = [content for kind, content in parts if kind in HEADS]
        frame, head = (Bits(content, 0, escaped=False) for content in (frames[0], heads[-1]))
        return _share(frame, _sequence(head))
    except (EOFError, IndexError):
        return 1.0


def _units(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield the kind and the content of units (5.3)."""
    at = 0
    while at < len(content):
        head, at = content[at], at + 1 + (content[at] >> 2 & 1)
        size, wide = len(content) - at, 0
        if head >> 1 & 1:
            size, wide = _number(content[at : at + 8])
        yield head >> 3 & 15, content[at + wide : at + wide + size]
        at += wide + size


def _number(content: bytes) -> tuple[int, int]:
    """Return a number and in how many bytes it is written (4.10.5)."""
    number = 0
    for place, byte in enumerate(content):
        number |= (byte & 127) << 7 * place
        if byte < 128:
            return number, place + 1
    raise EOFError


def _sequence(bits: Bits) -> _Sequence:
    """Read a sequence header (5.5.1). Raises EOFError where it is damaged."""
    bits.skip("4")
    alone = bits.read(1)
    clocked, modelled = 0, False
    if alone:
        bits.skip("5")
    else:
        clocked, modelled = _operating_points(bits)
    wide, high = bits.read(4) + 1, bits.read(4) + 1
    bits.skip(str(wide + high))
    numbered = 0
    if not alone and bits.read(1):
        numbered = bits.read(4) + 2
        numbered += bits.read(3) + 1
    bits.skip("3")
    content, motion, order = (SELECTED, SELECTED, 0) if alone else _tools(bits)
    return _Sequence(
        alone=alone,
        clocked=clocked,
        modelled=modelled,
        sides=wide + high,
        numbered=numbered,
        content=content,
        motion=motion,
        order=order,
        narrowed=bits.read(1),
    )


def _operating_points(bits: Bits) -> tuple[int, bool]:
    """Pass over clocks and operating points (5.5.3, 5.5.4).

    Return the bits of a frame's own time, and whether decoders are modelled.
    """
    clocked = delays = even = 0
    if bits.read(1):
        bits.skip("32", "32")
        even = bits.read(1)
        bits.skip(*"u" * even)
        if bits.read(1):
            delays = bits.read(5) + 1
            bits.skip("32", "5")
            clocked = bits.read(5) + 1
    shown = bits.read(1)
    for _ in range(bits.read(5) + 1):
        bits.skip("12")
        bits.skip(str(int(bits.read(5) > LOWEST)))
        if delays and bits.read(1):
            bits.skip(str(2 * delays + 1))
        if shown and bits.read(1):
            bits.skip("4")
    return 0 if even else clocked, delays > 0


def _tools(bits: Bits) -> tuple[int, int, int]:
    """Return of drawn pictures, whole vectors and places in the order what ``_Sequence`` has."""
    bits.skip("4")
    ordered = bits.read(1)
    bits.skip(str(2 * ordered))
    content = SELECTED if bits.read(1) else bits.read(1)
    motion = SELECTED
    if content:
        motion = SELECTED if bits.read(1) else bits.read(1)
    return content, motion, bits.read(3) + 1 if ordered else 0


def _share(bits: Bits, sequence: _Sequence) -> float:
    """Read a key frame's header as far as super-resolution (5.9.2, 5.9.8); 1 of other frames."""
    if not sequence.narrowed:
        return 1.0
    if not sequence.alone:
        if bits.read(1) or bits.read(2) != KEY or not bits.read(1):
            return 1.0
        bits.skip(str(sequence.clocked))
    bits.skip("1")
    content = bits.read(1) if sequence.content == SELECTED else sequence.content
    bits.skip(str(int(content and sequence.motion == SELECTED)))
    bits.skip(str(sequence.numbered))
    override = 0 if sequence.alone else bits.read(1)
    bits.skip(str(sequence.order))
    if sequence.modelled and bits.read(1):
        return 1.0
    bits.skip(str(override * sequence.sides))
    return NUMERATOR / (bits.read(3) + LEAST) if bits.read(1) else 1.0

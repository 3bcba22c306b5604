"""Which columns of a picture AV1 codes, and how coarsely: the headers of its first key frame.

Super-resolution makes up the other columns. AV1 Bitstream and Decoding Process Specification, 5.5
(sequence header), 5.9 (frame header), 7.16.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.footage.bits import Bits
from acceptance.footage.indexed_steps import Index

if TYPE_CHECKING:
    from collections.abc import Iterator

SEQUENCE, HEADS = 1, (3, 6)  # units: sequence header, frame header with and without its tiles
KEY, SELECTED = 0, 2  # frame type; of tools: chosen by each frame
NUMERATOR, LEAST = 8, 9  # of the share, and the least denominator
DECODERS = {"av1", "libdav1d"}
BOX, BOXED = 4, b"\x81"  # bytes of an av1C box before its units, and how it begins
LOWEST = 7  # levels up to which no tier is told
SRGB = 1, 13, 0  # primaries, transfer and matrix of colours of which nothing else is written
WIDEST, LARGEST, MOST = 4096, 4096 * 2304, 64  # columns and pixels of a tile; tiles each way
FLAT = 15  # level of a matrix that weighs all coefficients alike
SIGNED = 7  # bits of a difference of indices


@dataclass(frozen=True, kw_only=True)
class _Sequence:
    """What a sequence header says of how frame headers are written."""

    alone: int
    """Whether it is a still picture with a short header."""
    clocked: int
    """Bits of a time that each frame shown has."""
    modelled: bool
    """Whether frames may say when a decoder is to be done with them."""
    profile: int
    """Which colours there may be."""
    sides: tuple[int, int]
    """Bits of the width and height of a frame that has its own."""
    size: tuple[int, int]
    """Width and height."""
    large: int
    """Whether blocks are of 128 px, not of 64."""
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


@dataclass(frozen=True, kw_only=True)
class _Shape:
    """What a frame header says up to how many of its columns are coded."""

    share: float
    size: tuple[int, int]
    """Width and height as coded."""
    fixed: int
    """Whether its chances are not adapted."""
    copying: bool
    """Whether it is said if blocks may be copied from the same frame."""


def coded_columns(codec: str, extra: bytes, packet: bytes) -> float:
    """Return the share of the columns that a stream's first key frame codes; 1: all, or not told.

    ``extra`` is the stream's extradata, ``packet`` its first.
    """
    if codec not in DECODERS:
        return 1.0
    try:
        frame, head = _heads(extra, packet)
        shape = _shape(frame, _sequence(head))
    except (EOFError, IndexError):
        return 1.0
    return shape.share if shape else 1.0


def key_index(extra: bytes, packet: bytes) -> Index | None:
    """Return what the header of a stream's first frame says; None: it is of no key frame.

    Raises EOFError and IndexError where nothing can be read.
    """
    frame, head = _heads(extra, packet)
    sequence = _sequence(head)
    shape = _shape(frame, sequence)
    if shape is None:
        return None
    frame.skip(str(32 * frame.read(1)), str(int(shape.copying)))
    frame.skip(str(int(not (sequence.alone or shape.fixed))))
    _pass_tiles(frame, shape.size, 128 if sequence.large else 64)
    return _index(frame, *_colours(head, sequence))


def _heads(extra: bytes, packet: bytes) -> tuple[Bits, Bits]:
    """Return the headers of the first frame and of the sequence."""
    parts = [*_units(extra[BOX * (extra[:1] == BOXED) :]), *_units(packet)]
    heads = [content for kind, content in parts if kind == SEQUENCE]
    frames = [content for kind, content in parts if kind in HEADS]
    return Bits(frames[0], 0, escaped=False), Bits(heads[-1], 0, escaped=False)


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
    profile, _, alone = bits.read(3), bits.read(1), bits.read(1)
    clocked, modelled = 0, False
    if alone:
        bits.skip("5")
    else:
        clocked, modelled = _operating_points(bits)
    sides = bits.read(4) + 1, bits.read(4) + 1
    size = bits.read(sides[0]) + 1, bits.read(sides[1]) + 1
    numbered = 0
    if not alone and bits.read(1):
        numbered = bits.read(4) + 2
        numbered += bits.read(3) + 1
    large = bits.read(1)
    bits.skip("2")
    content, motion, order = (SELECTED, SELECTED, 0) if alone else _tools(bits)
    return _Sequence(
        alone=alone,
        clocked=clocked,
        modelled=modelled,
        profile=profile,
        sides=sides,
        size=size,
        large=large,
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


def _shape(bits: Bits, sequence: _Sequence) -> _Shape | None:
    """Read a key frame's header as far as super-resolution (5.9.2, 5.9.8); None of other frames."""
    if not sequence.alone:
        if bits.read(1) or bits.read(2) != KEY or not bits.read(1):
            return None
        bits.skip(str(sequence.clocked))
    fixed = bits.read(1)
    content = bits.read(1) if sequence.content == SELECTED else sequence.content
    bits.skip(str(int(content and sequence.motion == SELECTED)))
    bits.skip(str(sequence.numbered))
    override = 0 if sequence.alone else bits.read(1)
    bits.skip(str(sequence.order))
    if sequence.modelled and bits.read(1):
        return None
    width, height = sequence.size
    if override:
        width, height = (bits.read(side) + 1 for side in sequence.sides)
    narrower = sequence.narrowed and bits.read(1)
    share = NUMERATOR / (bits.read(3) + LEAST) if narrower else 1.0
    size = max(1, round(width * share)), height
    return _Shape(share=share, size=size, fixed=fixed, copying=bool(content) and share == 1)


def _pass_tiles(bits: Bits, size: tuple[int, int], block: int) -> None:
    """Pass over the tiles (5.9.15). Raises EOFError where they are not of one size."""
    across, down = (-(-side // block) for side in size)
    if not bits.read(1):
        raise EOFError
    columns, least = _log2(across / (WIDEST // block)), _log2(across * down / (LARGEST // block**2))
    while columns < _log2(min(across, MOST)) and bits.read(1):
        columns += 1
    rows = max(0, least - columns)
    while rows < _log2(min(down, MOST)) and bits.read(1):
        rows += 1
    if columns or rows:
        bits.skip(str(columns + rows), "2")


def _log2(number: float) -> int:
    return max(0, math.ceil(math.log2(number)))


def _colours(bits: Bits, sequence: _Sequence) -> tuple[bool, int]:
    """Read the end of a sequence header (5.5.2).

    Return whether there are colours, and whether Cb and Cr are quantised each by its own.
    """
    bits.skip("2")
    deeper = bits.read(1)
    deepest = sequence.profile == 2 and deeper and bits.read(1)
    if sequence.profile != 1 and bits.read(1):
        return False, 0
    named = tuple(bits.read(8) for _ in SRGB) if bits.read(1) else None
    if named != SRGB:
        bits.skip("1")
        both = sequence.profile == 0
        if deepest:
            both = bool(bits.read(1) and bits.read(1))
        bits.skip(str(2 * both))
    return True, bits.read(1)


def _index(bits: Bits, coloured: bool, apart: int) -> Index:  # noqa: FBT001
    """Read the quantiser (5.9.12), and whether segments differ from it (5.9.14)."""
    index, of_means = bits.read(8), _difference(bits)
    if coloured:
        for _ in range(4 if apart and bits.read(1) else 2):
            _difference(bits)
    flat = True
    if bits.read(1):
        flat = bits.read(4) == FLAT
        bits.skip(str(4 + 4 * apart))
    return Index(index, of_means, varies=bool(bits.read(1)) or not flat)


def _difference(bits: Bits) -> int:
    if not bits.read(1):
        return 0
    number = bits.read(SIGNED)
    return number - (number >> SIGNED - 1 << SIGNED)

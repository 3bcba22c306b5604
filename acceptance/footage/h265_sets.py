"""What the parameter sets and slice heads of H.265 say of how a picture is quantised.

ITU-T H.265, 7.3.2.2, 7.3.2.3 and 7.3.6.1. Of slices those of IDR pictures are read: their heads
need nothing of other pictures.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.footage.bits import Bits
from acceptance.footage.scaling_lists import DEFAULT_OF_H265, of_h265

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

IDR, SEQUENCE, PICTURE = (19, 20), 33, 34  # NAL units
INTRA = 2  # slice type
HEAD = 2  # bytes of a NAL unit before its content
RANGE = 4  # general_profile_idc up to which: Main, Main 10, Still Picture, format range extensions
COARSEST = 51  # quantiser (7.4.7.1)
LARGEST, LARGEST_TRANSFORM = 6, 5  # blocks, as powers of 2
LONGEST = 16888  # px, a side of a picture (A.4.1)
MOST_COLUMNS, MOST_ROWS, MOST_DIGITS = 20, 22, 32  # of tiles (A.4.1); of where a part begins
FOUR_TO_ONE = 1  # chroma_format_idc: one sample of each colour for four of luma


@dataclass(frozen=True, kw_only=True)
class SequenceSet:
    """A sequence parameter set: sizes in px, those of blocks as powers of 2."""

    profile: int
    colour: int
    apart: int
    width: int
    height: int
    cropped: tuple[int, int, int, int]
    """Left, right, top, bottom, in samples of colour."""
    deeper: tuple[int, int]
    """Bits over 8 of luma and colour."""
    smallest: int
    largest: int
    smallest_transform: int
    largest_transform: int
    splits: int
    lists: int
    """Whether scaling lists are used."""
    scaled: float | None
    """How much coarser edges are quantised (``scaling_lists``); None: no lists are used."""
    offsets: int
    raw: tuple[int, int, int, int] | None
    """Bits of luma and colour of blocks that are not coded, their smallest and largest size."""

    @property
    def coloured(self) -> bool:
        """Whether slices hold colour beside luma."""
        return self.colour > 0 and not self.apart

    @property
    def blocks(self) -> tuple[int, int]:
        """How many rows and columns of the largest blocks a picture has."""
        side = 1 << self.largest
        return -(-self.height // side), -(-self.width // side)


@dataclass(frozen=True, kw_only=True)
class PictureSet:
    """A picture parameter set."""

    sequence: int
    """The number of its sequence's set."""
    parts: int
    shown: int
    more: int
    hides_signs: int
    start: int
    skips: int
    varies: int
    """Whether the quantiser varies within a slice."""
    depth: int
    """How many times blocks are halved down to those that may have a quantiser of their own."""
    colour_offsets: int
    bypasses: int
    tiles: int
    rows_apart: int
    filters_across: int
    overrides: int
    unfiltered: int
    listed: int
    """Whether it has lists of its own, in the place of its sequence's."""
    scaled: float | None
    """As that of a sequence."""
    extended: int


@dataclass(frozen=True, kw_only=True)
class SliceHead:
    """The head of a slice of an IDR picture: where it begins, and its quantiser."""

    address: int
    quantiser: int
    offsets: tuple[int, int]
    """Whether adaptive offsets are coded of luma and of colour."""
    byte: int
    """Where the blocks begin in the unit's content."""


def sequence_of(bits: Bits) -> SequenceSet:
    """Read a sequence parameter set. Raises EOFError where it is damaged."""
    profile, layers = _profile(bits)
    bits.skip("u")
    colour = bits.unsigned()
    apart = bits.read(1) if colour == 3 else 0
    width, height = bits.unsigned(), bits.unsigned()
    sides = [bits.unsigned() for _ in range(4)] if bits.read(1) else [0] * 4
    deeper = bits.unsigned(), bits.unsigned()
    bits.skip("u")
    bits.skip(*"uuu" * (layers + 1 if bits.read(1) else 1))
    sizes = [bits.unsigned() for _ in range(4)]
    bits.skip("u")
    splits = bits.unsigned()
    scaled, lists = None, bits.read(1)
    if lists:
        scaled = of_h265(bits) if bits.read(1) else DEFAULT_OF_H265
    bits.skip("1")
    return SequenceSet(
        profile=profile,
        colour=colour,
        apart=apart,
        width=width,
        height=height,
        cropped=(sides[0], sides[1], sides[2], sides[3]),
        deeper=deeper,
        smallest=3 + sizes[0],
        largest=3 + sizes[0] + sizes[1],
        smallest_transform=2 + sizes[2],
        largest_transform=2 + sizes[2] + sizes[3],
        splits=splits,
        lists=lists,
        scaled=scaled,
        offsets=bits.read(1),
        raw=_raw(bits) if bits.read(1) else None,
    )


def _profile(bits: Bits) -> tuple[int, int]:
    """Return the profile and the number of layers beyond the first (7.3.2.2, 7.3.3)."""
    bits.skip("4")
    layers = bits.read(3)
    bits.skip("1", "3")
    profile = bits.read(5)
    bits.skip("88")
    present = [(bits.read(1), bits.read(1)) for _ in range(layers)]
    bits.skip(str(2 * (8 - layers) if layers else 0))
    for own, level in present:
        bits.skip(str(88 * own + 8 * level))
    return profile, layers


def readable(sequence: SequenceSet, picture: PictureSet) -> bool:
    """Whether quantisers can be read block by block: not of tiles or slices that go on.

    Nor of sets that no stream may have (7.4.3.2.1).
    """
    plain = sequence.colour in {0, FOUR_TO_ONE} and 1 <= sequence.profile <= RANGE
    left, _, top, _ = sequence.cropped
    sized = 3 <= sequence.smallest <= sequence.largest <= LARGEST
    halved = sequence.smallest_transform < sequence.smallest
    halved = halved and sequence.largest_transform <= LARGEST_TRANSFORM
    sound = sized and halved and picture.depth <= sequence.largest - sequence.smallest
    seen = 0 < max(sequence.width, sequence.height) <= LONGEST
    return plain and sound and seen and not (picture.tiles or picture.parts or left or top)


def _raw(bits: Bits) -> tuple[int, int, int, int]:
    luma, colour = 1 + bits.read(4), 1 + bits.read(4)
    smallest = 3 + bits.unsigned()
    return luma, colour, smallest, smallest + bits.unsigned()


def picture_of(bits: Bits) -> PictureSet:
    """Read a picture parameter set. Raises EOFError where it is damaged."""
    _, sequence = bits.unsigned(), bits.unsigned()
    parts, shown, more, hides = (bits.read(count) for count in (1, 1, 3, 1))
    bits.skip("1", "u", "u")
    start = 26 + bits.signed()
    bits.skip("1")
    skips, varies = bits.read(1), bits.read(1)
    depth = bits.unsigned() if varies else 0
    bits.skip("s", "s")
    colour_offsets = bits.read(1)
    bits.skip("2")
    bypasses, tiles, rows_apart = bits.read(1), bits.read(1), bits.read(1)
    if tiles:
        _skip_tiles(bits)
    across = bits.read(1)
    overrides, unfiltered = _smoothing(bits) if bits.read(1) else (0, 0)
    listed = bits.read(1)
    scaled = of_h265(bits) if listed else None
    bits.skip("1", "u")
    return PictureSet(
        sequence=sequence,
        parts=parts,
        shown=shown,
        more=more,
        hides_signs=hides,
        start=start,
        skips=skips,
        varies=varies,
        depth=depth,
        colour_offsets=colour_offsets,
        bypasses=bypasses,
        tiles=tiles,
        rows_apart=rows_apart,
        filters_across=across,
        overrides=overrides,
        unfiltered=unfiltered,
        listed=listed,
        scaled=scaled,
        extended=bits.read(1),
    )


def _smoothing(bits: Bits) -> tuple[int, int]:
    """Return whether slices may smooth otherwise than their picture, and whether that does not."""
    overrides, unfiltered = bits.read(1), bits.read(1)
    bits.skip(*"ss" * (1 - unfiltered))
    return overrides, unfiltered


def _skip_tiles(bits: Bits) -> None:
    """Pass over how many tiles there are, and how wide and high."""
    borders = bits.within(MOST_COLUMNS - 1) + bits.within(MOST_ROWS - 1)
    bits.skip(*"u" * (0 if bits.read(1) else borders), "1")


def slice_of(bits: Bits, sequence: SequenceSet, picture: PictureSet) -> SliceHead | None:
    """Read the head of a slice of an IDR picture.

    None of one that goes on where another ended, and of one that is predicted from other pictures.
    Raises EOFError where it is damaged.
    """
    first = bits.read(1)
    bits.skip("1", "u")
    if not first and picture.parts and bits.read(1):
        return None
    address = 0 if first else bits.read(_places(sequence))
    bits.skip(str(picture.more))
    if bits.unsigned() != INTRA:
        return None
    bits.skip(str(picture.shown), str(2 * sequence.apart))
    luma = bits.read(1) if sequence.offsets else 0
    colour = bits.read(1) if sequence.offsets and sequence.coloured else 0
    quantiser = picture.start + bits.signed()
    bits.skip(*"ss" * picture.colour_offsets)
    filtered = _filtered(bits, picture)
    bits.skip(str(int(picture.filters_across and bool(luma or colour or filtered))))
    if picture.tiles or picture.rows_apart:
        _skip_entries(bits, sequence)
    if picture.extended:
        bits.skip(str(8 * bits.unsigned()))
    byte = bits.place // 8 + 1  # one bit, and noughts up to the border of a byte
    return SliceHead(address=address, quantiser=quantiser, offsets=(luma, colour), byte=byte)


def _places(sequence: SequenceSet) -> int:
    """Return how many bits tell one of the largest blocks."""
    rows, columns = sequence.blocks
    return (rows * columns - 1).bit_length()


def _filtered(bits: Bits, picture: PictureSet) -> bool:
    """Return whether borders of a slice's blocks are smoothed."""
    if not (picture.overrides and bits.read(1)):
        return not picture.unfiltered
    unfiltered = bits.read(1)
    bits.skip(*"ss" * (1 - unfiltered))
    return not unfiltered


def _skip_entries(bits: Bits, sequence: SequenceSet) -> None:
    """Pass over where parts of a slice begin."""
    rows, columns = sequence.blocks
    count = bits.within(rows * columns)
    digits = str(1 + bits.within(MOST_DIGITS - 1)) if count else ""
    for _ in range(count):
        bits.skip(digits)


def first_picture(extra: bytes, packet: bytes) -> tuple[SequenceSet, PictureSet, list[bytes]]:
    """Return the parameter sets that an IDR picture's first slice names, and all its slices.

    Units of other layers (depth, another view) are passed over, as decoders do. Raises EOFError,
    IndexError or KeyError where one is missing or damaged.
    """
    every = [unit for unit in (*kept_apart(extra), *units(extra, packet)) if _of_base(unit)]
    slices = [unit for unit in every if _kind(unit) in IDR]
    head = Bits(slices[0])
    head.skip("2")
    picture = picture_of(Bits(_numbered(every, PICTURE)[head.unsigned()]))
    return sequence_of(Bits(_numbered(every, SEQUENCE)[picture.sequence])), picture, slices


def _numbered(every: Sequence[bytes], kind: int) -> dict[int, bytes]:
    """Return the parameter sets of a kind by their numbers; of two alike the later one holds."""
    found = {}
    for unit in every:
        if _kind(unit) == kind:
            bits = Bits(unit)
            with suppress(EOFError):
                if kind == SEQUENCE:
                    _profile(bits)
                found[bits.unsigned()] = unit
    return found


def _kind(unit: bytes) -> int:
    return unit[0] >> 1 & 0x3F


def _of_base(unit: bytes) -> bool:
    return len(unit) > HEAD and not (unit[0] & 1 or unit[1] >> 3)


def kept_apart(extra: bytes) -> Iterator[bytes]:
    """Yield the parameter sets of an hvcC box (ISO/IEC 14496-15, 8.3.3)."""
    at = 23
    for _ in range(extra[22] if _boxed(extra) else 0):
        count, at = int.from_bytes(extra[at + 1 : at + 3], "big"), at + 3
        for _ in range(count):
            if at >= len(extra):
                return
            size, at = int.from_bytes(extra[at : at + 2], "big"), at + 2
            yield extra[at : at + size] or b"\0"
            at += size


def units(extra: bytes, packet: bytes) -> Iterator[bytes]:
    """Yield the NAL units of a packet, by their lengths or start codes."""
    if not _boxed(extra):
        yield from (unit for unit in (extra + packet).split(b"\0\0\1")[1:] if unit)
        return
    wide, at = 1 + (extra[21] & 3), 0
    while at + wide < len(packet):
        size, at = int.from_bytes(packet[at : at + wide], "big"), at + wide
        yield packet[at : at + size] or b"\0"
        at += size


def _boxed(extra: bytes) -> bool:
    return len(extra) > 22 and extra[0] == 1

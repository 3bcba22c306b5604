"""Which pictures of H.264 are fields, of which two make a frame (ITU-T H.264, 7.4.1.2.4, 7.4.3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from acceptance.footage.bits import MOST, Bits

if TYPE_CHECKING:
    from collections.abc import Iterator

START = b"\0\0\1"
SLICES, IDR, SEQUENCE, PICTURE = (1, 5), 5, 7, 8  # NAL units
# profiles whose sequences say how colour is sampled and scaled (7.3.2.1.1)
HIGH = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}
PLANES_APART = 3  # chroma_format_idc of pictures whose planes may be coded apart
MOST_SEQUENCES, MOST_PICTURES, MOST_DIGITS, MOST_IN_CYCLE = 31, 255, 12, 255  # 7.4.2.1.1, 7.4.2.2
MOST_UNITS = 256  # looked at in a packet: a frame has no more than its slices and a few others
HEAD = 64  # bytes that hold the flags at the head of a slice


class CodedField(NamedTuple):
    """A field: whether it is the bottom one, the number of its frame, whether it is an IDR one."""

    bottom: bool
    frame: int
    idr: bool

    def completes(self, first: CodedField) -> bool:
        """Whether this is the second field of the frame that ``first`` begins (7.4.1.2.4)."""
        return self.bottom != first.bottom and self.frame == first.frame and not self.idr


class _Sequence(NamedTuple):
    """How a sequence writes the heads of its slices."""

    apart: int
    digits: int
    frames_alone: bool


class Fields:
    """Tells which packets of a stream hold fields, by the parameter sets that came before.

    ``extra`` is the stream's extradata: parameter sets with start codes (annex B), or an avcC box
    (ISO/IEC 14496-15, 5.3.3.1), where units have lengths in front.
    """

    def __init__(self, extra: bytes) -> None:
        self._sequences: dict[int, _Sequence] = {}
        self._pictures: dict[int, int] = {}
        boxed = len(extra) > 6 and extra[0] == 1
        self._wide = 1 + (extra[4] & 3) if boxed else 0
        for unit in _kept_apart(extra) if boxed else _by_start_codes(extra):
            self._learn(unit)

    def of(self, packet: bytes) -> tuple[CodedField, ...]:
        """Return the one or two fields in a packet; none where it is a frame or cannot be read."""
        found: dict[bool, CodedField] = {}
        for unit in _by_lengths(packet, self._wide) if self._wide else _by_start_codes(packet):
            self._learn(unit)
            if unit[0] & 0x1F not in SLICES:
                continue
            if (field := self._field(unit)) is None:
                break
            found.setdefault(field.bottom, field)
            if len(found) == 2:
                break
        return tuple(found.values())

    def _learn(self, unit: bytes) -> None:
        """Keep what a parameter set says; one that is damaged says nothing."""
        kind = unit[0] & 0x1F
        if kind not in {SEQUENCE, PICTURE}:
            return
        bits = Bits(unit, 1)
        try:
            if kind == SEQUENCE:
                number, sequence = _sequence(bits)
                self._sequences[number] = sequence
            else:
                self._pictures[bits.within(MOST_PICTURES)] = bits.within(MOST_SEQUENCES)
        except EOFError:
            return

    def _field(self, unit: bytes) -> CodedField | None:
        """Return the field to which a slice belongs (7.3.3); None: to a frame."""
        if all(sequence.frames_alone for sequence in self._sequences.values()):
            return None
        bits = Bits(unit[:HEAD], 1)
        try:
            bits.skip("u", "u")
            sequence = self._sequences[self._pictures[bits.unsigned()]]
            if sequence.frames_alone:
                return None
            bits.skip(str(2 * sequence.apart))
            frame = bits.read(sequence.digits)
            idr = unit[0] & 0x1F == IDR
            return CodedField(bool(bits.read(1)), frame, idr) if bits.read(1) else None
        except (EOFError, KeyError):
            return None


def _sequence(bits: Bits) -> tuple[int, _Sequence]:
    """Return the number of a sequence and what it says (7.3.2.1.1)."""
    profile = bits.read(8)
    bits.skip("16")
    number = bits.within(MOST_SEQUENCES)
    apart = _sampling(bits) if profile in HIGH else 0
    digits = 4 + bits.within(MOST_DIGITS)
    _skip_order(bits)
    bits.skip("u", "1", "u", "u")
    return number, _Sequence(apart, digits, frames_alone=bool(bits.read(1)))


def _sampling(bits: Bits) -> int:
    """Pass over sampling and scaling; return whether planes are coded apart."""
    colour = bits.within(PLANES_APART)
    apart = bits.read(1) if colour == PLANES_APART else 0
    bits.skip("u", "u", "1")
    if bits.read(1):
        _skip_scaling(bits, 12 if colour == PLANES_APART else 8)
    return apart


def _skip_scaling(bits: Bits, lists: int) -> None:
    """Pass over scaling lists (7.3.2.1.1.1): a list ends where the next scale is 0."""
    for number in range(lists):
        if not bits.read(1):
            continue
        scale = 8
        for _ in range(16 if number < 6 else 64):
            scale = (scale + bits.signed()) % 256
            if not scale:
                break


def _skip_order(bits: Bits) -> None:
    """Pass over how pictures are put in order of display (7.3.2.1.1)."""
    kind = bits.unsigned()
    if kind == 0:
        bits.skip("u")
    elif kind == 1:
        bits.skip("1", "s", "s")
        for _ in range(bits.within(MOST_IN_CYCLE)):
            bits.signed()


def units(extra: bytes, packet: bytes) -> Iterator[bytes]:
    """Yield the beginnings of the units of a stream's extradata and of a packet."""
    boxed = len(extra) > 6 and extra[0] == 1
    yield from _kept_apart(extra) if boxed else _by_start_codes(extra)
    yield from _by_lengths(packet, 1 + (extra[4] & 3)) if boxed else _by_start_codes(packet)


def _by_start_codes(content: bytes) -> Iterator[bytes]:
    """Yield the beginnings of the units of a byte stream."""
    at = content.find(START)
    for _ in range(MOST_UNITS):
        if at < 0 or at + len(START) == len(content):
            return
        at += len(START)
        yield content[at : at + MOST]
        at = content.find(START, at)


def _by_lengths(content: bytes, wide: int) -> Iterator[bytes]:
    """Yield the beginnings of units that have their lengths in ``wide`` bytes in front."""
    at = 0
    for _ in range(MOST_UNITS):
        size, at = int.from_bytes(content[at : at + wide], "big"), at + wide
        if at >= len(content):
            return
        yield content[at : at + min(size, MOST)] or b"\0"
        at += size


def _kept_apart(extra: bytes) -> Iterator[bytes]:
    """Yield the parameter sets of an avcC box."""
    at = 5
    for counted in (0x1F, 0xFF):
        count, at = extra[at] & counted if at < len(extra) else 0, at + 1
        for _ in range(count):
            size, at = int.from_bytes(extra[at : at + 2], "big"), at + 2
            yield extra[at : at + size] or b"\0"
            at += size

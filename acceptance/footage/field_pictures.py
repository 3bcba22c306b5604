"""Whether a picture of H.264 is a field, of which two make a frame (ITU-T H.264, 7.4.3)."""

from __future__ import annotations

from acceptance.footage.bits import Bits

SLICES, SEQUENCE = (1, 5), 7  # NAL units
# profiles whose sequences say how colour is sampled and scaled (7.3.2.1.1)
HIGH = {44, 83, 86, 100, 110, 118, 122, 128, 134, 135, 138, 139, 244}
PLANES_APART = 3  # chroma_format_idc of pictures whose planes may be coded apart
LOOKED_AT = 4096  # bytes of a packet that hold the beginning of its first slice


def is_field(extra: bytes, packet: bytes) -> bool:
    """Whether a packet of a byte stream (annex B) begins a field, by the sequence in ``extra``.

    A sequence in the packet itself counts first. False where neither can be read.
    """
    units = [unit for part in (extra, packet) for unit in part[:LOOKED_AT].split(b"\0\0\1") if unit]
    sequences = [unit for unit in units if unit[0] & 0x1F == SEQUENCE]
    slices = [unit for unit in units if unit[0] & 0x1F in SLICES]
    if not sequences or not slices:
        return False
    try:
        return _field_flag(Bits(sequences[-1], 1), Bits(slices[0], 1))
    except EOFError:
        return False


def _field_flag(sequence: Bits, picture: Bits) -> bool:
    """Read the flag of a slice that belongs to a field (7.3.3)."""
    apart = _until_frame_number(sequence)
    digits = 4 + sequence.unsigned()
    _skip_order(sequence)
    sequence.skip("u", "1", "u", "u")
    if sequence.read(1):  # frames alone
        return False
    picture.skip("u", "u", "u", str(2 * apart), str(digits))
    return bool(picture.read(1))


def _until_frame_number(sequence: Bits) -> int:
    """Pass over profile and sampling (7.3.2.1.1); return whether planes are coded apart."""
    profile, apart = sequence.read(8), 0
    sequence.skip("16", "u")
    if profile in HIGH:
        colour = sequence.unsigned()
        apart = sequence.read(1) if colour == PLANES_APART else 0
        sequence.skip("u", "u", "1")
        if sequence.read(1):
            _skip_scaling(sequence, 12 if colour == PLANES_APART else 8)
    return apart


def _skip_scaling(sequence: Bits, lists: int) -> None:
    """Pass over scaling lists (7.3.2.1.1.1): a list ends where the next scale is 0."""
    for number in range(lists):
        if not sequence.read(1):
            continue
        scale = 8
        for _ in range(16 if number < 6 else 64):
            scale = (scale + sequence.signed()) % 256
            if not scale:
                break


def _skip_order(sequence: Bits) -> None:
    """Pass over how pictures are put in order of display (7.3.2.1.1)."""
    kind = sequence.unsigned()
    if kind == 0:
        sequence.skip("u")
    elif kind == 1:
        sequence.skip("1", "s", "s")
        sequence.skip(*"s" * sequence.unsigned())

"""The quantiser of a VP9 stream's key frame, from its header.

VP9 Bitstream & Decoding Process Specification, 6.2.
"""

from __future__ import annotations

from acceptance.footage.bits import Bits
from acceptance.footage.indexed_steps import Index

SYNC, RGB = 0x498342, 7  # what key frames begin with; a colour space
REFERENCES = 6  # adjustments of the loop filter


def key_index(packet: bytes) -> Index | None:
    """Return what the header of a stream's first ``packet`` says; None: it is of no key frame.

    Raises EOFError where it is damaged.
    """
    bits = Bits(packet, 0, escaped=False)
    bits.skip("2")
    profile = bits.read(1) + 2 * bits.read(1)
    bits.skip(str(int(profile == 3)))
    shown_again, of_others, _, resilient = (bits.read(1) for _ in range(4))
    if shown_again or of_others or bits.read(24) != SYNC:
        return None
    _pass_colours(bits, profile)
    bits.skip("32")
    bits.skip(str(32 * bits.read(1)))  # size, and that to be shown
    bits.skip("2" if resilient else "4")
    _pass_loop_filter(bits)
    index, of_means = bits.read(8), _difference(bits)
    for _ in range(2):
        _difference(bits)
    return Index(index, of_means, varies=bool(bits.read(1)))


def _pass_colours(bits: Bits, profile: int) -> None:
    """Pass over depth and colours (6.2.2); those of odd profiles may be subsampled in any way."""
    bits.skip(str(int(profile >= 2)))
    rgb = bits.read(3) == RGB
    bits.skip(str((0 if rgb else 1) + profile % 2 * (1 if rgb else 3)))


def _pass_loop_filter(bits: Bits) -> None:
    """Pass over the loop filter (6.2.8)."""
    bits.skip("9")
    if bits.read(1) and bits.read(1):
        for _ in range(REFERENCES):
            bits.skip(str(7 * bits.read(1)))


def _difference(bits: Bits) -> int:
    """Return by how much an index differs from the frame's (6.2.10)."""
    if not bits.read(1):
        return 0
    size = bits.read(4)
    return -size if bits.read(1) else size

"""How coarsely a stream says that it is quantised, where the decoder does not say it.

JPEG (ITU-T T.81) writes its tables into each picture (B.2.4.1), H.265 (ITU-T H.265) a quantiser for
each slice (7.3.6.1), which adaptive quantisation moves about. The first picture that a stream can
begin with is read: of a chart that stands still the later ones repeat what it left.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.footage.bits import Bits
from acceptance.footage.planes import h264_step

if TYPE_CHECKING:
    from collections.abc import Iterator

TABLES, SCAN = 0xDB, 0xDA  # JPEG markers: quantisation tables, start of scan
IDR, SEQUENCE, PICTURE = (19, 20), 33, 34  # NAL units of H.265
INTRA = 2  # slice type
COARSEST = 51  # quantiser (7.4.7.1)
ZIGZAG = tuple(
    (row, total - row)
    for total in range(15)
    for row in (range(total + 1) if total % 2 else range(total, -1, -1))
    if max(row, total - row) < 8
)
FINEST = 6  # row + column of the finest coefficient that edges and wedges are read by, 3/8 cycle/px


@dataclass(frozen=True)
class StatedSteps:
    """Quantiser steps in codes: of a block's ``mean`` (times 8) and of its ``detail``."""

    mean: float
    detail: float

    def at_least(self, other: StatedSteps | None) -> StatedSteps:
        """Return the coarser steps of the two."""
        if other is None:
            return self
        return StatedSteps(max(self.mean, other.mean), max(self.detail, other.detail))


UNTOLD = StatedSteps(16.0, 22.0)
"""Codes at 8 bits, of coders that tell none or that nobody has tried: as of H.264 at CRF 28.

The ``detail`` is the step at which H.264 takes as much of an edge.
"""
JPEG = 0.9
"""What JPEG takes of an edge by a step over what H.264 takes by it (benchmarks/coding_loss.py)."""


def untold(depth: int) -> StatedSteps:
    """Return ``UNTOLD`` in codes of ``depth`` bits."""
    unit = 1 << (depth - 8)
    return StatedSteps(UNTOLD.mean * unit, UNTOLD.detail * unit)


def stated_steps(codec: str, extra: bytes, packet: bytes, depth: int) -> StatedSteps | None:
    """Return the steps of a stream's first key ``packet``; ``extra`` is its extradata.

    None of other codecs, and where nothing can be read.
    """
    try:
        if codec == "mjpeg":
            return _of_jpeg(packet)
        qp = _slice_quantiser(extra, packet) if codec == "hevc" else None
    except (EOFError, IndexError):
        return None
    if qp is None or not -6 * (depth - 8) <= qp <= COARSEST:
        return None
    step = h264_step(qp) * (1 << (depth - 8))
    return StatedSteps(step, step)


def _of_jpeg(picture: bytes) -> StatedSteps | None:
    tables = list(_tables(picture))
    if not tables:
        return None
    near = [n for n, (row, column) in enumerate(ZIGZAG) if 0 < row + column <= FINEST]
    return StatedSteps(
        float(max(table[0] for table in tables)), sum(tables[0][n] for n in near) / len(near)
    )


def _tables(picture: bytes) -> Iterator[list[int]]:
    """Yield the quantisation tables, in zigzag order; luma's is the first."""
    at = 2
    while at + 4 <= len(picture) and picture[at] == 0xFF and picture[at + 1] != SCAN:
        end = at + 2 + int.from_bytes(picture[at + 2 : at + 4], "big")
        segment = picture[at + 4 : end] if picture[at + 1] == TABLES else b""
        while segment:
            wide = 2 if segment[0] >> 4 else 1
            values, segment = segment[1 : 1 + 64 * wide], segment[1 + 64 * wide :]
            if len(values) < 64 * wide:
                return
            yield [int.from_bytes(values[n * wide : (n + 1) * wide], "big") for n in range(64)]
        at = end


def _slice_quantiser(extra: bytes, packet: bytes) -> int | None:
    """Return the quantiser of the first slice of an IDR picture."""
    units = {unit[0] >> 1 & 0x3F: unit for unit in (*_kept_apart(extra), *_units(extra, packet))}
    slices = [units[kind] for kind in IDR if kind in units]
    if not slices or not {SEQUENCE, PICTURE} <= set(units):
        return None
    separate, coloured, adaptive = _sequence(Bits(units[SEQUENCE]))
    shown, more, start = _picture(Bits(units[PICTURE]))
    bits = Bits(slices[0])
    first = bits.read(1)
    bits.skip("1", "u", str(more))
    if not first or bits.unsigned() != INTRA:
        return None
    bits.skip(str(shown), str(2 * separate), str(adaptive + adaptive * coloured))
    return start + bits.signed()


def _sequence(bits: Bits) -> tuple[int, int, int]:
    """Return of a sequence: planes apart, with colour, adaptive offset (ITU-T H.265, 7.3.2.2)."""
    bits.skip("4")
    layers = bits.read(3)
    bits.skip("1", "96")
    present = [(bits.read(1), bits.read(1)) for _ in range(layers)]
    bits.skip(str(2 * (8 - layers) if layers else 0))
    for profile, level in present:
        bits.skip(str(88 * profile + 8 * level))
    bits.skip("u")
    colour = bits.unsigned()
    separate = bits.read(1) if colour == 3 else 0
    bits.skip("u", "u")
    bits.skip(*"uuuu" if bits.read(1) else "")
    bits.skip("u", "u", "u")
    bits.skip(*"uuu" * (layers + 1 if bits.read(1) else 1))
    bits.skip(*"uuuuuu")
    if bits.read(1) and bits.read(1):
        _skip_scaling(bits)
    bits.skip("1")
    return separate, int(colour > 0 and not separate), bits.read(1)


def _skip_scaling(bits: Bits) -> None:
    """Pass over scaling lists (ITU-T H.265, 7.3.4)."""
    for size in range(4):
        for _ in range(2 if size == 3 else 6):
            if not bits.read(1):
                bits.skip("u")
                continue
            bits.skip(*"s" * (size > 1), *"s" * min(64, 1 << (4 + 2 * size)))


def _picture(bits: Bits) -> tuple[int, int, int]:
    """Return of a picture: whether output is flagged, extra bits, quantiser (7.3.2.3)."""
    bits.skip("u", "u", "1")
    shown, more = bits.read(1), bits.read(3)
    bits.skip("1", "1", "u", "u")
    return shown, more, 26 + bits.signed()


def _kept_apart(extra: bytes) -> Iterator[bytes]:
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


def _units(extra: bytes, packet: bytes) -> Iterator[bytes]:
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

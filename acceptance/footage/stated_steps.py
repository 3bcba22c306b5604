"""How coarsely a stream says that it is quantised, where the decoder does not say it.

JPEG (ITU-T T.81) writes its tables into each picture (B.2.4.1), H.265 (ITU-T H.265) a quantiser for
each slice (7.3.6.1), from which its blocks may differ (``h265_quantisers``), VP9 and AV1 one for
each frame (``indexed_steps``); where blocks may differ and were not read, it is as coarse as of
coders that tell none, at least. The first picture that a stream can begin with is read: of a chart
that stands still the later ones repeat what it left.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.footage import av1_headers, vp9_headers
from acceptance.footage.bits import Bits
from acceptance.footage.field_pictures import PICTURE, SEQUENCE, SLICES
from acceptance.footage.field_pictures import units as h264_units
from acceptance.footage.h265_sets import COARSEST, first_picture, slice_of
from acceptance.footage.planes import h264_step
from acceptance.footage.scaling_lists import of_h264

if TYPE_CHECKING:
    from collections.abc import Iterator


TABLES, SCAN = 0xDB, 0xDA  # JPEG markers: quantisation tables, start of scan
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
        if codec == "vp9" or codec in av1_headers.DECODERS:
            return _of_index(codec, extra, packet, depth)
        found = _slice_quantiser(extra, packet) if codec == "hevc" else None
    except (EOFError, IndexError, KeyError):
        return None
    if found is None or not -6 * (depth - 8) <= found[0] <= COARSEST:
        return None
    step = h264_step(found[0]) * (1 << (depth - 8))
    return StatedSteps(step, step).at_least(untold(depth) if found[1] else None)


def _of_index(codec: str, extra: bytes, packet: bytes, depth: int) -> StatedSteps | None:
    vp9 = codec == "vp9"
    index = vp9_headers.key_index(packet) if vp9 else av1_headers.key_index(extra, packet)
    if index is None:
        return None
    mean, detail = (step * (1 << (depth - 8)) for step in index.steps())
    return StatedSteps(mean, detail).at_least(untold(depth) if index.varies else None)


def stated_differences(
    codec: str, extra: bytes, packet: bytes
) -> tuple[float | None, tuple[int, int] | None]:
    """Return how a stream's coefficients are quantised by other than its quantiser.

    How much coarser edges are (``scaling_lists``; None: nothing says that all are not coded alike),
    and of H.264 by how much the quantisers of Cb and Cr are higher than luma's (None: not told).
    """
    try:
        if codec == "h264":
            return of_h264(*_sets_of_h264(extra, packet))
        if codec == "hevc":
            sequence, picture, _ = first_picture(extra, packet)
            lists = (picture if picture.listed else sequence).scaled
            return lists if sequence.lists else None, None
    except (EOFError, IndexError, KeyError):
        pass
    return None, None


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


def _slice_quantiser(extra: bytes, packet: bytes) -> tuple[int, bool] | None:
    """Return the quantiser of the first slice of an IDR picture, and whether its blocks tell more.

    They do where each may have its own.
    """
    sequence, picture, slices = first_picture(extra, packet)
    head = slice_of(Bits(slices[0]), sequence, picture)
    if head is None or head.address:
        return None
    return head.quantiser, bool(picture.varies)


def _sets_of_h264(extra: bytes, packet: bytes) -> tuple[Bits, Bits]:
    """Return the sets of a sequence and of a picture that the first slice of H.264 names (7.3.3).

    Raises KeyError where one is missing, EOFError where a picture's is damaged.
    """
    sequences, pictures = {}, {}
    for unit in h264_units(extra, packet):
        kind, bits = unit[0] & 0x1F, Bits(unit, 1)
        with suppress(EOFError):
            if kind == SEQUENCE:
                bits.skip("24")
                sequences[bits.unsigned()] = unit
            elif kind == PICTURE:
                pictures[bits.unsigned()] = unit
            elif kind in SLICES:
                bits.skip("u", "u")
                named = pictures[bits.unsigned()]
                picture = Bits(named, 1)
                picture.skip("u")
                return Bits(sequences[picture.unsigned()], 1), Bits(named, 1)
    raise KeyError(PICTURE)

"""Quantisers of the coding units of an H.265 picture that a stream can begin with.

A slice states one, and its units differ from it where the coder adapts them to the picture, or an
operator to what matters in it (ITU-T H.265, 7.3.8, 8.6.1). FFmpeg's decoder does not hand them out,
so the bins of the picture are read; nothing is predicted or transformed. What is read ends where
its slices end, or nothing is told.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.footage.bits import Bits
from acceptance.footage.h265_blocks import Blocks
from acceptance.footage.h265_sets import COARSEST, HEAD, first_picture, readable, slice_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.footage.h265_sets import PictureSet, SequenceSet

MACROBLOCK = 16  # px
MOST = 1 << 19  # bytes: reading takes about five seconds


def unit_quantisers(extra: bytes, packet: bytes) -> NDArray[np.int32] | None:
    """Return the mean quantiser of each macroblock (rows, columns) of an IDR picture.

    ``extra`` is the stream's extradata, ``packet`` the picture. Counted from the finest step on, so
    that the codes of any depth have theirs (``planes.h264_step``). None where it cannot be read:
    other pictures, tiles, slices that go on, colour other than 4:2:0, more than ``MOST``.
    """
    if len(packet) > MOST:
        return None
    try:
        sequence, picture, slices = first_picture(extra, packet)
        return _read(sequence, picture, slices) if readable(sequence, picture) else None
    except (ArithmeticError, EOFError, IndexError, KeyError, ValueError):
        return None


def _read(
    sequence: SequenceSet, picture: PictureSet, slices: list[bytes]
) -> NDArray[np.int32] | None:
    """Read all slices of a picture, which follow each other; else, or without any, None."""
    rows, columns = sequence.blocks
    heads = [slice_of(Bits(unit, HEAD), sequence, picture) for unit in slices]
    blocks, place = Blocks(sequence, picture), 0
    ends = [head.address for head in heads[1:] if head] + [rows * columns]
    for head, unit, end in zip(heads, slices, ends, strict=True):
        if head is None or head.address != place:
            return None
        if not -6 * sequence.deeper[0] <= head.quantiser <= COARSEST:
            return None
        content = unit[HEAD:].replace(b"\0\0\3", b"\0\0")
        place = blocks.read(head, content[head.byte :].rstrip(b"\0"), end)
    return _by_macroblocks(sequence, blocks.quantisers) if place == rows * columns else None


def _by_macroblocks(sequence: SequenceSet, quantisers: NDArray[np.int32]) -> NDArray[np.int32]:
    side = 1 << sequence.smallest
    each = 1 + sequence.coloured  # px of a sample of colour
    _, right, _, bottom = sequence.cropped
    pixels = quantisers.repeat(side, axis=0).repeat(side, axis=1)
    pixels = pixels[: sequence.height - each * bottom, : sequence.width - each * right]
    down, across = (np.arange(0, length, MACROBLOCK) for length in pixels.shape)
    sums = np.add.reduceat(np.add.reduceat(pixels, down, axis=0), across, axis=1)
    tall, wide = np.diff(down, append=pixels.shape[0]), np.diff(across, append=pixels.shape[1])
    means = sums / np.outer(tall, wide) + 6 * sequence.deeper[0]
    return np.asarray(np.rint(means), np.int32)

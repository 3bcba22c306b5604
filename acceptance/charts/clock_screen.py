"""What a clock screen lights at a refresh, region by region (in a browser: ``screen.html``).

Bits show the Gray code of the refresh index, a sequence its chip of the pseudo-random sequence. A
QR code and plain digits show the index too, but only every so many refreshes (``every``), so that
they can be read where bits cannot.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import clock_qr, drive_sequence

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from acceptance.charts.definition import Region
    from acceptance.model import Box

CLOCK_BITS = 24
NOBODY = "------"  # the session of a clock that nobody started
SESSION = 6  # characters
DIGITS = 8
# Segments of a digit (x, y, width, height in shares of its width and height), and which of them
# each digit lights.
SEGMENTS: Mapping[str, Box] = {
    "a": (0.2, 0.0, 0.6, 0.125),
    "b": (0.8, 0.0, 0.2, 0.5),
    "c": (0.8, 0.5, 0.2, 0.5),
    "d": (0.2, 0.875, 0.6, 0.125),
    "e": (0.0, 0.5, 0.2, 0.5),
    "f": (0.0, 0.0, 0.2, 0.5),
    "g": (0.2, 0.4375, 0.6, 0.125),
}
LIT = ("abcdef", "bc", "abged", "abgcd", "fgbc", "afgcd", "afgedc", "abc", "abcdefg", "abcdfg")


def lit(region: Region, index: int, session: str = NOBODY) -> tuple[Box, ...]:
    """Return the boxes (x, y, width, height in the chart's units) of a region that are lit."""
    return SHOWN[region.kind](region, index % (1 << CLOCK_BITS), session)


def gray_code(index: int) -> int:
    """Return the 24-bit Gray code (US patent 2632058) of an index: neighbours differ in one bit."""
    wrapped = index % (1 << CLOCK_BITS)
    return wrapped ^ (wrapped >> 1)


def text(every: int, index: int, session: str) -> str:
    """Return what the QR code says: session, and ``index`` down to a multiple of ``every``."""
    return f"{session} {index // every * every:0{DIGITS}d}"


def _bit(region: Region, index: int, _: str) -> tuple[Box, ...]:
    bit = bool(gray_code(index) >> int(region.printed["bit"]) & 1)
    return (region.rect,) if bit != region.printed["complement"] else ()


def _sequence(region: Region, index: int, _: str) -> tuple[Box, ...]:
    return (region.rect,) if drive_sequence.level(index) else ()


def _qr(region: Region, index: int, session: str) -> tuple[Box, ...]:
    return _modules(region.rect, text(region.printed["every"], index, session))


@lru_cache(maxsize=256)
def _modules(rect: Box, words: str) -> tuple[Box, ...]:
    """Return the light modules, neighbours in a row as one box."""
    step = rect[2] / clock_qr.SIDE
    ends = np.diff(np.pad(~clock_qr.matrix(words), ((0, 0), (1, 1))).astype(np.int8), axis=1)
    runs = zip(np.argwhere(ends == 1).tolist(), np.argwhere(ends == -1).tolist(), strict=True)
    return tuple(
        (rect[0] + step * first, rect[1] + step * row, step * (last - first), step)
        for (row, first), (_, last) in runs
    )


def _digits(region: Region, index: int, _: str) -> tuple[Box, ...]:
    """Return the segments of the digits, each half as wide as the region is high."""
    left, top, width, height = region.rect
    place, across = width / DIGITS, 0.5 * height
    every = int(region.printed["every"])
    boxes = []
    for number, digit in enumerate(f"{index // every * every:0{DIGITS}d}"):
        x = left + place * number + (place - across) / 2
        shares = (SEGMENTS[name] for name in LIT[int(digit)])
        boxes += [
            (x + a * across, top + (0.1 + 0.8 * b) * height, c * across, 0.8 * d * height)
            for a, b, c, d in shares
        ]
    return tuple(boxes)


SHOWN: Mapping[str, Callable[[Region, int, str], tuple[Box, ...]]] = {
    "bits": _bit,
    "sequence": _sequence,
    "qr": _qr,
    "digits": _digits,
}

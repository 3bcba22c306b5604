"""Black bars beside a picture: of 16:9 in a picture of 4:3, of a picture scaled to fit.

They are not of the camera's picture: its height, its middle and its corners are those of what lies
between them. Rows that show nothing may also be a dark room or a shelf: bars are of one code, keep
it, end in a straight line all along which the picture begins, and are as wide on either side. One
on a side alone may be of the scene: it is said, and moves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

Pixels = tuple[int, int, int, int]
Bars = tuple[int, int, int, int]
BLACKS = (
    0,
    16,
)  # codes of 8 bits: of both ranges, since a recorder's bars need not be the camera's
OFF = 1.5  # codes of 8 bits: a bar's pixels lie off its code, and this off black, by at most
LEAST = 0.01  # of the rows
PART = 16  # px: the parts of a row, each of which is black or shows something
DARK = 0.6  # share of a row's parts that are black in a bar: the others may be written over
DEEP = 8  # rows beyond a bar, in which the picture begins: a coder blurs the border over as many
BLURRED = 8  # codes of 8 bits: what such rows of a bar are off black
BEGINS = 0.6  # share of the parts that show something there: along a chart in a dark room fewer do
LIKE, LIKE_SHARE = 2, 0.01  # rows, or share of all, by which two bars of a pair may differ
FEW = 5  # frames that tell whether a bar keeps its code


def found(frames: Sequence[NDArray[Any]], unit: int) -> Bars:
    """Return how wide the bars are left, above, right and below, in px, in frames (h, w).

    ``unit``: how many codes are one of 8 bits.
    """
    few = [frames[at] for at in np.linspace(0, len(frames) - 1, min(FEW, len(frames))).astype(int)]
    top, bottom = (_bar([frame[::way] for frame in few], unit) for way in (1, -1))
    parts = [frame[top : len(frame) - bottom].T for frame in few]
    left, right = (_bar([part[::way] for part in parts], unit) for way in (1, -1))
    return left, top, right, bottom


def between(bars: Bars, shape: tuple[int, ...]) -> Pixels:
    """Return the box (x, y, width, height) of a picture (h, w) between its pairs of bars."""
    left, top, right, bottom = bars
    rows, columns = shape
    above, below = (top, bottom) if _pair(top, bottom, rows) else (0, 0)
    before, after = (left, right) if _pair(left, right, columns) else (0, 0)
    return before, above, columns - before - after, rows - above - below


def _pair(first: int, last: int, size: int) -> bool:
    """Whether two bars are of a picture set in the middle of another."""
    return bool(first and last) and abs(first - last) <= max(LIKE, LIKE_SHARE * size)


def _bar(frames: Sequence[NDArray[Any]], unit: int) -> int:
    """Return how many rows of frames (h, w), from the first, are a bar."""
    code = float(np.median(frames[0][0]))
    off = OFF * unit
    if min(abs(code - black * unit) for black in BLACKS) > off:
        return 0
    least = max(1, round(LEAST * len(frames[0])))
    if not _dark(_shown([frame[:least] for frame in frames], code, off)).all():
        return 0
    seen = _shown(frames, code, off)
    dark = _dark(seen)
    count = 0 if dark.all() else int(np.argmin(dark))
    begins = seen[:, count : count + DEEP].any(axis=1).mean(axis=1)
    return count + _blurred(frames, count, code, unit) if np.median(begins) >= BEGINS else 0


def _blurred(frames: Sequence[NDArray[Any]], count: int, code: float, unit: int) -> int:
    """Return how many rows from ``count`` on are a bar's own that a coder has blurred.

    They are nearly black, and nearer to black than to what the picture shows further in.
    """
    beside = np.mean([frame[count : count + 2 * DEEP] for frame in frames], axis=0)
    levels = np.median(np.abs(beside - code), axis=1)
    most = min(float(np.median(levels[DEEP:])) / 2, BLURRED * unit) if len(levels) > DEEP else 0.0
    bright = levels[:DEEP] >= most
    return int(np.argmax(bright)) if bright.any() else 0


def _shown(frames: Sequence[NDArray[Any]], code: float, off: float) -> NDArray[np.bool_]:
    """Return which parts (n, h, parts) of the rows of frames (h, w) have a pixel off a code."""
    starts = np.arange(0, frames[0].shape[1], PART)
    away = ((frame > code + off) | (frame < code - off) for frame in frames)
    return np.stack([np.logical_or.reduceat(rows, starts, axis=1) for rows in away])


def _dark(shown: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return which rows (h,) show nothing in most of their parts (n, h, parts), in every frame."""
    return np.asarray(np.all(np.mean(shown, axis=2) <= 1 - DARK, axis=0))

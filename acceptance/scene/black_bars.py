"""Black bars beside a picture: of 16:9 in a picture of 4:3, of a picture scaled to fit.

They are not of the camera's picture: its height, its middle and its corners are those of what lies
between them. Rows that show nothing may also be a dark room or a shelf: bars are of one code, keep
it, end in a straight line all along which the picture begins, and are as wide on either side. What
is nearly so may be of the scene, such as a dark room round a chart: it is said, and moves nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.model import Point

Pixels = tuple[int, int, int, int]
BLACKS = (0, 16)  # codes of 8 bits, of both ranges: a recorder's bars need not be the camera's
OFF = 1.5  # codes of 8 bits: a bar's pixels lie off its code, and this off black, by at most
LEAST = 0.01  # of the rows
PART = 16  # px: the parts of a row, each of which is black or shows something
DARK = 0.6  # share of a row's parts that are black in a bar: the others may be written over
DEEP = 8  # rows beyond a bar, in which the picture begins: a coder blurs the border over as many
BLURRED = 8  # codes of 8 bits: what such rows of a bar are off black
BEGINS = 0.6  # share of the parts that show something there: where fewer do, it is a dark room
BEGINS_ALL_ALONG = 0.9  # share of them up to which it may be the room round a wide chart
LIKE, LIKE_SHARE = 2, 0.01  # rows, or share of all, by which two bars of a pair may differ
LEFT = 0.5  # share of the rows that bars leave to a picture: a room may leave less to a chart
FEW = 5  # frames that tell whether a bar keeps its code


class Bars(NamedTuple):
    """How wide black bars are on each side, in px, and whether the picture begins all along them.

    Where it does not all along two that lie opposite each other, they may be a dark room.
    """

    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    along_columns: bool = True
    along_rows: bool = True


NONE = Bars()


class _Strip(NamedTuple):
    """How many rows are black, how many with those blurred, along which share a picture begins."""

    black: int = 0
    most: int = 0
    begins: float = 1.0


def found(frames: Sequence[NDArray[Any]], unit: int) -> Bars:
    """Return how wide the bars are in frames (h, w).

    ``unit``: how many codes are one of 8 bits.
    """
    few = [frames[at] for at in np.linspace(0, len(frames) - 1, min(FEW, len(frames))).astype(int)]
    top, bottom, along_rows = _opposite(few, unit)
    parts = [frame[top : len(frame) - bottom].T for frame in few]
    left, right, along_columns = _opposite(parts, unit)
    return Bars(left, top, right, bottom, along_columns, along_rows)


def between(bars: Bars, shape: tuple[int, ...], outline: Sequence[Point] = ()) -> Pixels:
    """Return the box (x, y, width, height) of a picture (h, w) between its pair of bars.

    It is the whole picture where it may as well be a chart in a dark room: with bars on all sides,
    with less than half of the picture between them, or where they end along the chart.
    ``outline``: the corners (x, y) of a chart, in px.
    """
    rows, columns = shape
    sides = (bars.left, bars.right), (bars.top, bars.bottom)
    beside, above = (_pair(*pair, size) for pair, size in zip(sides, (columns, rows), strict=True))
    if beside and not above and bars.along_columns:
        first, last = _outside(sides[0], columns, [x for x, _ in outline])
        return first, 0, columns - first - last, rows
    if above and not beside and bars.along_rows:
        first, last = _outside(sides[1], rows, [y for _, y in outline])
        return 0, first, columns, rows - first - last
    return 0, 0, columns, rows


def _pair(first: int, last: int, size: int) -> bool:
    """Whether two bars are of a picture set in the middle of another."""
    return bool(first and last) and abs(first - last) <= _like(size)


def _like(size: int) -> float:
    return max(LIKE, LIKE_SHARE * size)


def _outside(pair: tuple[int, int], size: int, outline: Sequence[float]) -> tuple[int, int]:
    """Return how much of ``size`` a pair of bars takes: nothing where it may be a dark room."""
    first, last = pair[0], size - pair[1]
    off = max(abs(min(outline) - first), abs(max(outline) - last)) if outline else np.inf
    return pair if last - first >= LEFT * size and off > _like(size) else (0, 0)


def _opposite(frames: Sequence[NDArray[Any]], unit: int) -> tuple[int, int, bool]:
    """Return how wide the first and the last bar are, and whether the picture begins all along.

    What a coder has blurred of a bar and the dim rows of a picture look the same: of a pair, a side
    counts no more of them than the other.
    """
    first, last = (_strip([frame[::way] for frame in frames], unit) for way in (1, -1))
    all_along = min(first.begins, last.begins) >= BEGINS_ALL_ALONG
    least = min(first.most, last.most)
    if not least or max(first.black, last.black) - least > _like(len(frames[0])):
        return first.most, last.most, all_along
    return max(first.black, least), max(last.black, least), all_along


def _strip(frames: Sequence[NDArray[Any]], unit: int) -> _Strip:
    """Return how many rows of frames (h, w), from the first, are a bar."""
    code = float(np.median(frames[0][0]))
    off = OFF * unit
    if min(abs(code - black * unit) for black in BLACKS) > off:
        return _Strip()
    least = max(1, round(LEAST * len(frames[0])))
    if not _dark(_shown([frame[:least] for frame in frames], code, off)).all():
        return _Strip()
    seen = _shown(frames, code, off)
    dark = _dark(seen)
    count = 0 if dark.all() else int(np.argmin(dark))
    begins = float(np.median(seen[:, count : count + DEEP].any(axis=1).mean(axis=1)))
    most = count + _blurred(frames, count, code, unit)
    return _Strip(count, most, begins) if begins >= BEGINS else _Strip()


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

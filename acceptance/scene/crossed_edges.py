"""Edges where rows and columns of a picture cross them: how wide they are, how high, and where.

Lines lie side by side (samples, lines), those of several pictures too, so that what goes along them
takes whole rows of numbers; samples are whole numbers of a few units a code. The source of the
method is cited in ``thumbnails``.
"""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from acceptance.scene.patterns import eight_bits, ranked, rows_at, spread

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from numpy.typing import NDArray

    from acceptance.scene.patterns import Bytes
    from acceptance.scene.thresholds import Thresholds

    Whole = NDArray[np.int16]

FINEST = 128  # units a code where samples do not add up; of 8 bits they fit into 16
TOGETHER = 3  # pictures, at most, whose lines are looked at at once: more do not fit a cache


class Lines(NamedTuple):
    """Rows or columns of a picture, side by side, at so many samples of so many lines."""

    samples: Whole
    """The lines, and those a fine sample further (samples, 2 lines), in units."""
    units: int
    """How many make a code of 8 bits."""


class Crossings(NamedTuple):
    """Where lines cross edges, m times."""

    widths: NDArray[Any]
    """Blur (m,), sigma in % of the picture's height."""
    rises: NDArray[Any]
    """Codes (m,)."""
    places: NDArray[Any]
    """How far along its line, and which of the lines (m, 2), in shares."""


def blurs(
    taken: Sequence[tuple[Lines, Lines]], height: int, thresholds: Thresholds
) -> list[dict[str, float]]:
    """Return the blur of the sharpest edges of pictures, how clear they are, and where.

    ``taken`` are the ``lines`` of each picture of ``height`` px.
    """
    found: list[dict[str, float]] = []
    for first in range(0, len(taken), TOGETHER):
        ways = zip(*taken[first : first + TOGETHER], strict=True)
        seen = [crossings(pictures, height, thresholds) for pictures in ways]
        found += [_blur(across, down, thresholds) for across, down in zip(*seen, strict=True)]
    return found


def _blur(across: Crossings, down: Crossings, thresholds: Thresholds) -> dict[str, float]:
    """Return the blur of the sharpest edges, in % of the height, how clear they are, and where.

    That is their contrast in codes, and the share (0..1) in the half of the picture with the
    fewest. It is empty without edges. The blur is that of the sharper direction, rows or columns,
    or that of the very sharpest edges of the other if that is more: what is smeared one way only.
    """
    few, enough = thresholds.fewest_in_direction
    widths = across.widths, down.widths
    numbers = [width.size for width in widths]
    if sum(numbers) < thresholds.fewest_edges or min(numbers) < few:
        return {}
    sharp, sharpest = thresholds.edge_percentiles
    smeared = [ranked(width, sharpest) for width in widths if width.size >= enough]
    rises = np.concatenate([across.rises, down.rises])
    places = np.concatenate([across.places[:, ::-1], down.places])
    return {
        "edge_width": max(min(ranked(width, sharp) for width in widths), *smeared, 0.0),
        "edge_contrast": ranked(rises, thresholds.contrast_percentile),
        "edge_spread": least_half(places),
    }


def lines(luma: NDArray[Any], shift: int, thresholds: Thresholds) -> tuple[Lines, Lines]:
    """Return some rows and columns by fine samples; luma has ``shift`` more bits than 8."""
    (height, width), number = luma.shape, thresholds.edge_lines
    further, share = height / thresholds.fine_samples, min(1.0, thresholds.fine_samples / height)
    rows, columns = (_places(size, max(1, round(further)), number) for size in luma.shape)
    # np.take would copy a picture whose rows are padded
    down = luma.take(columns, 1, mode="clip") if luma.flags.c_contiguous else luma[:, columns]
    across = cv2.transpose(eight_bits(rows_at(luma, rows), shift))
    return (
        _fine(np.asarray(across), round(width * share)),
        _fine(eight_bits(down, shift), round(height * share)),
    )


@lru_cache(maxsize=8)
def _places(size: int, further: int, number: int) -> NDArray[np.int64]:
    """Return where so many lines lie, and those that lie ``further`` px beside them."""
    first = spread(size - further, number)
    return np.concatenate([first, first + further])


def _fine(taken: Bytes, size: int) -> Lines:
    """Average what was taken of lines (s, 2 lines) to so many samples."""
    together, left = divmod(len(taken), size)
    if not left and together <= FINEST:
        parts = taken.reshape(size, together, -1)
        added = parts[:, 0].astype(np.int16)
        for place in range(1, together):
            added += parts[:, place]
        return Lines(added, together)
    wanted = taken.shape[1], size
    resized = cv2.resize(taken.astype(np.float32), wanted, interpolation=cv2.INTER_AREA)
    return Lines(np.rint(resized * np.float32(FINEST)).astype(np.int16), FINEST)


def crossings(seen: Sequence[Lines], height: int, thresholds: Thresholds) -> list[Crossings]:
    """Return where lines of pictures of one size, ``height`` px high, cross edges.

    An edge counts that is crossed rather squarely, since one that is crossed aslant looks wider
    than it is. What goes on rising as far again to both sides is no edge but shading.
    """
    units, size = seen[0].units, len(seen[0].samples)
    lines = [each.samples.reshape(size, 2, -1) for each in seen]
    around = 2 * thresholds.edge_reach_samples
    fine = _extended([line[:, 0] for line in lines], around)
    number = fine.shape[1]
    slope = _twice_slope(fine, around)
    at, rises = _edges(fine, slope, thresholds.edge_contrast_codes * units, thresholds)
    rows, columns = np.divmod(at, number)
    rows -= around
    slopes = slope.ravel()[at] * np.float32(0.5)
    pictures, columns = np.divmod(columns, number // len(seen))
    beside = _beside(lines, pictures, rows, columns)
    square = slopes >= thresholds.edge_squareness * np.abs(fine.ravel()[at] - beside)
    widths = 100 / min(height, thresholds.fine_samples) / math.sqrt(2 * math.pi) * rises / slopes
    pictures = pictures[square]
    places = np.stack([rows[square], columns[square]], axis=1) + 0.5
    places /= size, number // len(seen)
    found = widths[square], rises[square] / np.float32(units), places
    order, ends = np.argsort(pictures, kind="stable"), np.bincount(pictures, minlength=len(seen))
    parts = [np.split(each[order], ends.cumsum()[:-1]) for each in found]
    return [Crossings(*each) for each in zip(*parts, strict=True)]


def _extended(fine: Sequence[Whole], around: int) -> Whole:
    """Return lines of pictures side by side, that go on so far at both ends as they end."""
    (size, number), pictures = fine[0].shape, len(fine)
    extended = np.empty((size + 2 * around, number * pictures), np.int16)
    middle = extended[around:-around]
    np.concatenate(fine, axis=1, out=middle)
    extended[:around], extended[-around:] = middle[0], middle[-1]
    return extended


def _beside(
    lines: Sequence[Whole],
    pictures: NDArray[np.intp],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
) -> Whole:
    """Return the samples (m,) beside these of ``lines`` (size, 2, n) of each picture."""
    beside = np.empty(len(rows), np.int16)
    for number, line in enumerate(lines):
        own = pictures == number
        beside[own] = line[rows[own], 1, columns[own]]
    return beside


def _twice_slope(fine: Whole, around: int) -> Whole:
    """Return twice the slope in units a sample; 0 at and beyond the ends, which go on so far."""
    slope = np.empty_like(fine)
    np.subtract(fine[2:], fine[:-2], out=slope[1:-1])
    np.abs(slope, out=slope)
    slope[: around + 1] = slope[-around - 1 :] = 0
    return slope


def _edges(
    fine: Whole, twice_slope: Whole, contrast: float, thresholds: Thresholds
) -> tuple[NDArray[np.intp], NDArray[np.float32]]:
    """Return where edges are steepest, as places in the flat array, and their rises in units.

    ``contrast`` is the least of these.
    """
    reach, number = thresholds.edge_reach_samples, fine.shape[1]
    most, least = (_within(fine, reach, pick) for pick in (np.maximum, np.minimum))
    rise, slope = most - least, twice_slope[reach:-reach]
    steepest = slope >= _within(twice_slope, reach, np.maximum)
    steepest &= rise >= np.int16(math.ceil(contrast))  # few are left to look at
    near = np.flatnonzero(steepest)  # in what begins ``reach`` samples later
    near = near[slope.ravel()[near] > 0]
    before, after = near - reach * number, near + reach * number
    most, least, rises = most.ravel(), least.ravel(), rise.ravel()[near].astype(np.float32)
    further = np.maximum(most[before], most[after]) - np.minimum(least[before], least[after])
    ends = further <= thresholds.edge_end * rises
    return after[ends], rises[ends]


def _within(values: Whole, reach: int, pick: Callable[..., Any]) -> Whole:
    """Return the extreme of each sample that has so many on both sides, and of these."""
    width, spanned = 2 * reach + 1, 1
    while 2 * spanned <= width:
        values = pick(values[:-spanned], values[spanned:])
        spanned *= 2
    left = width - spanned
    return pick(values[:-left], values[left:]) if left else values


def least_half(places: NDArray[Any]) -> float:
    """Return the share (0..1) of ``places`` (m, 2), in shares of rows and columns, in that half.

    It is the half, upper, lower, left or right, with the fewest.
    """
    beyond = np.count_nonzero(places > 0.5, axis=0) / len(places)
    return float(min(beyond.min(), 1 - beyond.max()))

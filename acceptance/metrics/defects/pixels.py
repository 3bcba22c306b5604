"""Pixels that stand out of an even surface: where they lie, by how much, and whether they live.

The mean frame is compared with its local median (5 x 5 px): what is smooth or wide is no pixel.
Neighbours that stand out together, as a camera's interpolation makes of one pixel, count as one;
rows and columns that stand out over their length are found first.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from acceptance.files.scipy_later import ndimage

Array = NDArray[np.float64]

SIDE = 5  # px of the local median
WINDOW = 12  # px each way, in which the reach of a spot is looked up
LARGEST = 3  # px across: what is larger is dust or a shadow
LONGEST, MOST_LINES = 16, 8  # px: what is longer, and no wider than a spot, is a line; of a field
# correlation over time of neighbours in an enlarged picture, at least (bilinear demosaicing: 0.42),
# where noise is half alike, the factor of an enlargement over that many px, and the most of them
ENLARGED, HALF, WIDER, FARTHEST = 0.45, 0.5, 1.5, 6
FRAMES, ENOUGH = 9, 512  # and px each way, in which noise is looked at for being alike
FROZEN = 0.1  # of the usual variance over time: less is no noise
NEAR = 4.0  # standard uncertainties from the threshold within which a pixel may count or not
MADE_NORMAL = 1.4826  # sigma of normal values over their median absolute deviation


@dataclass(frozen=True, kw_only=True)
class Pixel:
    """A pixel at ``column`` and ``row`` of the field, ``off`` its surroundings by so many codes.

    ``code`` is its mean, ``frozen`` whether it has no noise over time. ``wide``: its spot is one
    pixel if the picture was enlarged, but dust if noise reduction made the noise alike.
    """

    column: int
    row: int
    off: float
    code: float
    frozen: bool
    wide: bool


@dataclass(frozen=True, kw_only=True)
class Deviations:
    """A field's mean frame less its surroundings, and its noise.

    ``off``, ``mean`` and ``variance`` over time are (h, w) in codes and code^2; ``around`` (h, w)
    is the local median; ``sigma`` is the spread of ``off`` over the usual pixels, ``usual`` the
    usual variance over time. ``spread``: over how many times as many px as in a camera's own
    picture one pixel is spread.
    """

    off: Array
    around: NDArray[np.float32]
    mean: Array
    variance: Array
    sigma: float
    usual: float
    frames: int
    spread: float


def field_of(frames: NDArray[Any]) -> Deviations:
    """Compare each pixel of frames (n, h, w) with its surroundings."""
    total, squares = (np.zeros(frames.shape[1:]) for _ in range(2))
    for frame in frames:  # one by one: a whole picture of 32 frames is large
        total += frame
        squares += np.square(frame, dtype=np.float64)
    mean = total / len(frames)
    variance = (
        np.maximum(squares / len(frames) - mean**2, 0) * len(frames) / max(len(frames) - 1, 1)
    )
    spread = _spread(frames)
    side = 2 * round(SIDE * spread / 2 - 0.5) + 1  # a pixel that is spread must not move the median
    around = ndimage.median_filter(mean.astype(np.float32), side)
    off = mean - around
    return Deviations(
        off=off,
        around=around,
        mean=mean,
        variance=variance,
        sigma=MADE_NORMAL * float(np.median(np.abs(off))),
        usual=float(np.median(variance)),
        frames=len(frames),
        spread=spread,
    )


def _spread(frames: NDArray[Any]) -> float:
    """Return over how many times as many px as in a camera's picture a pixel is spread; 1 or more.

    Enlarging a picture spreads its noise over time, too: neighbours are alike, more than a camera's
    interpolation makes them. By a factor f, cubic, linear or Lanczos, they are half alike f / 1.5
    px apart.
    """
    some = frames[:FRAMES, :ENOUGH, :ENOUGH]  # of a whole picture they would be large
    rest = np.diff(some.astype(np.float64), axis=0)
    square = float(np.mean(rest**2)) if len(rest) else 0.0
    before, apart = 1.0, 0
    while square and apart < FARTHEST:
        apart += 1
        pairs = (rest[:, apart:] * rest[:, :-apart], rest[..., apart:] * rest[..., :-apart])
        alike = min(float(pair.mean()) for pair in pairs) / square
        if apart == 1 and alike < ENLARGED:
            return 1.0
        if alike < HALF:
            return max(1.0, WIDER * (apart - (HALF - alike) / (before - alike)))
        before = alike
    return 1.0


def standing_out(field: Deviations, least: float) -> NDArray[np.bool_]:
    """Return which pixels (h, w) are off their surroundings by ``least`` codes or more."""
    return np.asarray(np.abs(field.off) >= least)


def lines(out: NDArray[np.bool_]) -> tuple[NDArray[np.bool_], int]:
    """Return the rows and columns, or parts of them, that stand out (h, w), and their number.

    None where they are more than a sensor has: that is a pattern.
    """
    marks, _ = ndimage.label(out, np.ones((3, 3)))
    long = [
        number
        for number, (down, across) in enumerate(ndimage.find_objects(marks), 1)
        if max(sizes := (down.stop - down.start, across.stop - across.start)) >= LONGEST
        and min(sizes) < LARGEST
    ]
    if len(long) > MOST_LINES:
        return np.zeros_like(out), 0
    return np.isin(marks, long), len(long)


def stepped(field: Deviations, least: float) -> float:
    """Return the share of the pixels beside which the surroundings change by ``least`` codes.

    No lamp and no lens does so within 5 px: it is what the field shows, and no flat field.
    """
    highest, lowest = (
        of(field.around, SIDE) for of in (ndimage.maximum_filter, ndimage.minimum_filter)
    )
    return float(np.mean(highest - lowest >= least))


def spots(field: Deviations, out: NDArray[np.bool_], least: float) -> tuple[list[Pixel], int]:
    """Return the single pixels of those that stand out (h, w), and the number of larger spots."""
    seen = np.zeros_like(out)
    pixels, larger = [], 0
    for row, column in np.argwhere(out).tolist():
        if seen[row, column]:
            continue
        reach, peak = _spot(field, row, column, least)
        seen |= reach
        across = max(int(np.ptp(places)) for places in np.nonzero(reach))
        if across >= LARGEST * field.spread:
            larger += 1
        else:
            pixels.append(_pixel(field, peak, wide=across >= LARGEST))
    return pixels, larger


def _spot(
    field: Deviations, row: int, column: int, least: float
) -> tuple[NDArray[np.bool_], tuple[int, int]]:
    """Return how far a spot at a pixel reaches (h, w), and its row and column of the peak.

    Looked up in a wider window, whose median a spot does not move.
    """
    top, left = max(row - WINDOW, 0), max(column - WINDOW, 0)
    box = slice(top, row + WINDOW + 1), slice(left, column + WINDOW + 1)
    rest = np.abs(field.mean[box] - np.median(field.mean[box]))
    marks, _ = ndimage.label(rest >= least / 2, np.ones((3, 3)))
    own = marks == marks[row - top, column - left]
    down, across = np.unravel_index(int(np.where(own, rest, -1).argmax()), rest.shape)
    reach = np.zeros(field.off.shape, np.bool_)
    reach[box] = own
    return reach, (top + int(down), left + int(across))


def _pixel(field: Deviations, at: tuple[int, int], *, wide: bool) -> Pixel:
    return Pixel(
        column=at[1],
        row=at[0],
        off=float(field.off[at]),
        code=float(field.mean[at]),
        frozen=bool(field.variance[at] < FROZEN * field.usual),
        wide=wide,
    )

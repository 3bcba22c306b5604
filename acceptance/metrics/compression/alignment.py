"""Which picture of a reference sequence each recorded picture shows, by counter or by content.

A filmed counter is used where both clips show one. By content: a path through the matrix of
differences, found by dynamic programming: time never runs backwards; one picture further (at other
frame rates: as many as the ratio of the rates) is free, a repeat or a drop has its price, so that a
still scene runs on evenly; pictures before and after the sequence belong to none. First on
thumbnails freed of gain and offset, then on the squared error of whole pictures in the
neighbourhood. ITU-T J.340 (06/2010) aligns by the smallest error too, but for one constant shift
only.
"""

from __future__ import annotations

import math
from collections import deque
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

from acceptance.metrics.compression.fidelity import squared_error

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from acceptance.footage.clip import Frame
    from acceptance.footage.planes import Plane

Array = NDArray[np.floating[Any]]
Whole = NDArray[np.int64]

THUMBNAIL = (32, 18)
LEAST_CONTRAST = 1.0  # codes of 8 bit below which a thumbnail counts as flat
# half the mean square of normalised differences at which a picture is of no place in the sequence
FOREIGN = 0.25
# What a repeat or a drop has to explain, in errors of a usual picture: a codec shows what hardly
# moves a little late, so that the picture before often comes nearer.
IRREGULAR, IRREGULAR_CLOSE = 10.0, 2.0
LEAST_DIFFERENCE, LEAST_ERROR = 1e-5, 0.5  # of thumbnails; codes squared
LONGEST = 1000  # thumbnails a side of the first matrix
REACH = 3  # pictures on either side that are compared as a whole
# Mean square of changes of features: below the first a codec's flicker prevails, from the second on
# something moves.
STILL, MOVING = 3e-4, 1.5e-3


@dataclass(frozen=True, kw_only=True)
class Map:
    """``shown`` (n,): for each recorded picture the reference picture that it shows, -1 none.

    The numbers never fall. ``ratio`` is reference pictures per recorded one, ``by`` "content" or
    "counter", ``unreadable`` how many counters could not be read.
    """

    shown: Whole
    ratio: float
    by: str
    unreadable: int = 0

    @property
    def matched(self) -> Whole:
        """Recorded pictures that show a picture of the reference."""
        return np.flatnonzero(self.shown >= 0)

    @property
    def scored(self) -> Whole:
        """Recorded pictures that show a picture of the reference for the first time."""
        matched = self.matched
        return matched[np.diff(self.shown[matched], prepend=-1) > 0]

    @property
    def repeated(self) -> int:
        """How many recorded pictures show the same as before where the rates give a new one."""
        return int(np.count_nonzero(self._steps < math.floor(self.ratio + 0.02)))

    @property
    def dropped(self) -> int:
        """How many reference pictures are passed over, beyond what the rates pass over."""
        return int(np.maximum(self._steps - math.ceil(self.ratio - 0.02), 0).sum())

    @property
    def _steps(self) -> Whole:
        return np.diff(self.shown[self.matched])


def free_steps(ratio: float) -> tuple[int, ...]:
    """List the steps in the reference, from one recorded picture to the next, that are free.

    They are the whole numbers on either side of ``ratio``.
    """
    return tuple(sorted({math.floor(ratio + 0.02), math.ceil(ratio - 0.02)}))


def thumbnails(frames: Iterable[Frame], depth: int) -> Array:
    """Features (n, 576) of luma: thumbnails less their mean, over their contrast.

    Flat pictures come out near 0.
    """
    rows = []
    for frame in frames:
        reduced = cv2.resize(frame.luma, THUMBNAIL, interpolation=cv2.INTER_AREA)
        small = reduced.astype(np.float32).ravel()
        small = (small - small.mean()) / (1 << (depth - 8))
        rows.append(small / np.sqrt(np.mean(small**2) + LEAST_CONTRAST**2))
    return np.array(rows, np.float32).reshape(len(rows), -1)


def differences(recorded: Array, reference: Array) -> Array:
    """Half the mean squared difference of features, (n, m).

    That is 1 - correlation for pictures with contrast.
    """
    square = (recorded**2).mean(axis=1)[:, None] + (reference**2).mean(axis=1)[None, :]
    return np.asarray(np.maximum(square / 2 - recorded @ reference.T / recorded.shape[1], 0))


def by_content(recorded: Array, reference: Array, ratio: float) -> Whole:
    """Path (n,) over features of recorded (n, 576) and reference (m, 576), -1 where foreign.

    Long clips are compared at every k-th picture of both first, then at every picture near that
    path.
    """
    every = -(-max(len(recorded), len(reference)) // LONGEST)
    costs = differences(recorded[::every], reference[::every])
    irregular = IRREGULAR * max(LEAST_DIFFERENCE, float(np.median(costs.min(axis=1))))
    coarse = path(costs, None, free_steps(ratio), irregular, FOREIGN)
    if every == 1 or not (coarse >= 0).any():
        return coarse
    costs, first = _near(recorded, reference, coarse, every)
    return path(costs, first, free_steps(ratio), irregular, FOREIGN)


def _near(recorded: Array, reference: Array, coarse: Whole, every: int) -> tuple[Array, Whole]:
    """Differences (n, w) near a path of every k-th picture, and the first columns (n,) of these."""
    known = np.flatnonzero(coarse >= 0)
    centre = np.interp(np.arange(len(recorded)), known * every, coarse[known] * every)
    first = np.maximum(np.rint(centre).astype(np.int64) - 2 * every, 0)
    costs = np.full((len(recorded), 4 * every + 1), np.inf)
    for i, start in enumerate(first):
        wanted = reference[start : start + costs.shape[1]]
        near = differences(recorded[i : i + 1], wanted)[0]
        costs[i, : len(near)] = near
    return costs, first


def path(
    costs: Array, first: Whole | None, free: Sequence[int], irregular: float, foreign: float
) -> Whole:
    """Cheapest path (n,) through ``costs`` (n, w).

    Column c of row i stands for reference picture ``first[i]`` + c.
    ``irregular`` is the price of any step but the ``free`` ones, ``foreign`` that of a picture
    before or after the sequence (infinite: none is).
    """
    rows, width = costs.shape
    first = np.zeros(rows, np.int64) if first is None else first
    came = np.full((rows, width), -1, np.int64)
    total, end, best = costs[0], (0, 0), math.inf
    for i in range(rows):
        if i:
            total, came[i] = _step(total, int(first[i] - first[i - 1]), free, irregular)
            begin = foreign * i
            came[i, total > begin] = -1
            total = np.minimum(total, begin) + costs[i]
        ended = float(total.min()) + (foreign * (rows - 1 - i) if i < rows - 1 else 0.0)
        if ended <= best:
            best, end = ended, (i, int(total.argmin()))
    return _traced(came, first, end)


def _step(before: Array, moved: int, free: Sequence[int], irregular: float) -> tuple[Array, Whole]:
    """Cheapest way into each column, and the column of the row before that it comes from.

    The window has moved by ``moved`` columns.
    """
    width = len(before)
    column = np.arange(width) + moved  # in the row before
    lowest = np.minimum.accumulate(before)
    where = np.maximum.accumulate(np.where(before == lowest, np.arange(width), 0))
    inside = np.clip(column, 0, width - 1)
    best = np.where(column >= 0, lowest[inside] + irregular, np.inf)
    came = where[inside]
    for step in free:
        source = column - step
        known = (source >= 0) & (source < width)
        cost = np.where(known, before[np.clip(source, 0, width - 1)], np.inf)
        better = cost <= best
        best, came = np.where(better, cost, best), np.where(better, source, came)
    return best, came


def _traced(came: Whole, first: Whole, end: tuple[int, int]) -> Whole:
    shown = np.full(len(came), -1, np.int64)
    row, column = end
    while row >= 0 and column >= 0:
        shown[row] = first[row] + column
        row, column = row - 1, int(came[row, column])
    return shown


def abreast(
    recorded: Iterable[Frame], reference: Iterable[Frame], shown: Whole, reach: int = 0
) -> Iterator[tuple[Frame, dict[int, Frame]]]:
    """Walk two clips at once: each recorded picture that shows something, and what it may show.

    That is the reference pictures within ``reach`` of the one shown, by number. Holds 2 ``reach`` +
    1 reference pictures at a time, whatever the clips' lengths.
    """
    ahead = enumerate(reference)
    held: deque[tuple[int, Frame]] = deque(maxlen=2 * reach + 1)
    newest = -1
    for frame, wanted in zip(recorded, shown.tolist(), strict=False):
        while wanted >= 0 and newest < wanted + reach and (following := next(ahead, None)):
            newest = following[0]
            held.append(following)
        if wanted >= 0:
            near = {number: picture for number, picture in held if abs(number - wanted) <= reach}
            yield frame, near


def close_costs(pairs: Iterable[tuple[Plane, dict[int, Plane]]], shown: Whole) -> Array:
    """Mean squared errors (matched, 7) against the REACH reference pictures on either side.

    ``pairs`` are luma planes in the order of ``shown`` without its -1; infinite where the reference
    has no picture.
    """
    matched = shown[shown >= 0].tolist()
    errors = np.full((len(matched), 2 * REACH + 1), np.inf)
    for row, (wanted, (seen, near)) in enumerate(zip(matched, pairs, strict=False)):
        for number, picture in near.items():
            errors[row, number - wanted + REACH] = squared_error(seen, picture)
    return errors


def refined(shown: Whole, errors: Array, ratio: float) -> Whole:
    """Path (n,) over whole pictures near ``shown``, from the ``errors`` of ``close_costs``."""
    least = errors.min(axis=1, keepdims=True)
    relative = (errors - least) / (np.median(least) + LEAST_ERROR)
    first = shown[shown >= 0] - REACH
    better = shown.copy()
    better[shown >= 0] = path(relative, first, free_steps(ratio), IRREGULAR_CLOSE, math.inf)
    return better


def by_counter(recorded: Whole, reference: Whole) -> Whole | None:
    """Path (n,) by the index of a clock in each recorded (n,) and reference (m,) picture.

    The index is -1 where it cannot be read. None where the clock does not number the reference's
    pictures, or less than half of the recorded find their place.
    """
    known = reference[reference >= 0]
    if len(np.unique(known)) < max(len(known), 0.9 * len(reference)):
        return None
    place = {int(index): number for number, index in enumerate(reference.tolist()) if index >= 0}
    shown = np.array([place.get(int(index), -1) for index in recorded.tolist()], np.int64)
    shown = np.where(shown == np.maximum.accumulate(shown), shown, -1)
    placed, read = np.count_nonzero(shown >= 0), np.count_nonzero(recorded >= 0)
    return shown if placed >= read / 2 > 0 else None


def common_motion(recorded: Array, reference: Array) -> float:
    """Correlate, -1..1, how features (n, 576) of n matched pairs change from one to the next.

    The result is nan where nothing moves. A still background makes any two pictures of a scene
    alike; only what moves shows which belong together. A scene that hardly moves shows nothing: a
    codec leaves its flicker out and adds one of its own.
    """
    seen, wanted = np.diff(recorded, axis=0), np.diff(reference, axis=0)
    sizes = sorted(float(np.mean(change**2)) if len(change) else 0.0 for change in (seen, wanted))
    if sizes[0] < STILL and sizes[1] < MOVING:
        return math.nan
    power = float((seen**2).sum() * (wanted**2).sum())
    return float((seen * wanted).sum() / math.sqrt(power + 1e-12))

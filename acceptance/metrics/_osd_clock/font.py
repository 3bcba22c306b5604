"""The font of a clock that runs, learnt from the digit that changes every second."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._osd_clock import digits, matching
from acceptance.metrics._osd_clock.ticking import LEARNT, SHORTEST

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from acceptance.metrics._osd_clock.digits import Likeness
    from acceptance.metrics._osd_clock.matching import Templates
    from acceptance.metrics._osd_clock.ticking import Array, Box, Ticking

ALIKE = 0.42  # least likeness of the ten pictures to digits
AHEAD = 0.3  # by which their order must be ahead of the next best
# by which likeness must gain from turning some cells: a few wrongly turned ones may seem to help
TURNED = 0.05
# of what the seconds stand out by, from which on something else ticks as well: 0.3 at most in 60
# layouts of one clock, 0.53 and more with a counter of recording beside it
RIVAL = 0.45
BESIDE_CHANGE = 0.6  # frames round a change that are not learnt from
ROUNDS = 3


@dataclass(frozen=True, kw_only=True)
class Font:
    """What the seconds taught: ``digits`` 0 to 9, and the ``window`` x, y, w, h that showed them.

    They cover ``ink`` px across. ``first`` is the digit shown in the second that begins with
    ``moment`` (s of the film), ``likeness`` says how sure that is.
    """

    digits: Templates
    window: Box
    ink: int
    moment: float
    first: int
    likeness: Likeness


def learn(strip: NDArray[np.uint8], times: Array, ticks: Ticking) -> Font:
    """Learn the font from ``strip`` (n, h, w), frames at ``times`` (n,) s.

    Raises GapError ``clock_cut_off``, ``clock_too_short``, ``clock_no_digits``, where what changes
    are not the ten digits in their order, and ``clock_several``, where something else ticks too.
    """
    margin = max(1, round(0.06 * ticks.box[3]))
    window = _within(ticks.box, margin, strip.shape[1:])
    clear, kinds = _clear(times, ticks)
    taught = _taught(_cells(strip[clear], window), kinds, margin)
    likeness, signs = max(taught, key=lambda found: abs(found[0].score) - TURNED * _mixed(found[1]))
    if abs(likeness.score) < ALIKE or likeness.margin < AHEAD:
        raise GapError("clock_no_digits", score=abs(likeness.score), needed=ALIKE)
    if ticks.rival > RIVAL:
        raise GapError("clock_several")
    pictures = _means(matching.sharp(strip[clear], window), kinds, signs * np.sign(likeness.score))
    return Font(
        digits=matching.templates(np.roll(pictures, -likeness.nought, axis=0)),
        window=window,
        ink=ticks.box[2],
        moment=ticks.moment,
        first=(-likeness.nought) % 10,
        likeness=likeness,
    )


def _mixed(signs: Array) -> bool:
    """Whether some cells are turned and others are not."""
    return bool(signs.min() < signs.max())


def _clear(times: Array, ticks: Ticking) -> tuple[NDArray[np.bool_], NDArray[np.int_]]:
    """(n,) which frames are learnt from, none beside a change, and which of ten digits each shows.

    Digits are numbered from the change at ``ticks.moment``. Raises GapError ``clock_too_short``.
    """
    step = float(np.median(np.diff(times)))
    off = (times - ticks.moment + 1e-6) % 1.0
    clear = (np.minimum(off, 1 - off) > BESIDE_CHANGE * step) & (times <= times[0] + LEARNT)
    kinds = np.floor(times[clear] - ticks.moment + 1e-6).astype(int) % 10
    if len(np.unique(kinds)) < 10:
        seen = float(len(np.unique(kinds)))
        raise GapError("clock_too_short", seconds=seen, needed=SHORTEST)
    return clear, kinds


def fits(strip: NDArray[np.uint8], font: Font) -> Array:
    """(n, 10) correlation of the window of each frame with each digit, of either polarity."""
    cells = matching.sharp(strip, font.window)
    return np.abs(font.digits.fits(cells.reshape(len(cells), -1))).astype(np.float64)


def _within(box: Box, margin: int, shape: tuple[int, ...]) -> Box:
    """Widen a box by a margin. Raises GapError where it does not fit into the strip."""
    x, y, width, height = box[0] - margin, box[1] - margin, box[2] + 2 * margin, box[3] + 2 * margin
    if x < 0 or y < 0 or x + width > shape[1] or y + height > shape[0]:
        raise GapError("clock_cut_off")
    return x, y, width, height


def _cells(strip: NDArray[np.uint8], window: Box) -> Array:
    """(n, h, w) cells of mean 0 and sd 1."""
    x, y, width, height = window
    cells = strip[:, y : y + height, x : x + width].astype(np.float64)
    cells -= cells.mean(axis=(1, 2), keepdims=True)
    return np.asarray(cells / np.maximum(cells.std(axis=(1, 2), keepdims=True), 1.0))


def _taught(cells: Array, kinds: NDArray[np.int_], margin: int) -> Iterator[tuple[Likeness, Array]]:
    """Yield what digits the cells of ten kinds are like, by which signs (n,).

    Cells are compared as filmed, and with inverted ones turned. Strokes cover less than half of a
    cell, so that mean and median show its polarity; then the likeness does.
    """
    signs = np.ones(len(cells))
    yield digits.likeness(_means(cells, kinds, signs), margin), signs
    signs = np.sign(cells.mean(axis=(1, 2)) - np.median(cells, axis=(1, 2)) + 1e-12)
    for _ in range(ROUNDS):
        likeness = digits.likeness(_means(cells, kinds, signs), margin)
        yield likeness, signs
        known = likeness.known * np.sign(likeness.score)
        known = known - known.mean(axis=(1, 2), keepdims=True)
        signs = np.sign(np.einsum("nij,nij->n", cells, known[kinds]) + 1e-12)


def _means(cells: NDArray[np.floating[Any]], kinds: NDArray[np.int_], signs: Array) -> Array:
    turned = cells * signs[:, None, None]
    return np.stack([turned[kinds == kind].mean(axis=0, dtype=np.float64) for kind in range(10)])

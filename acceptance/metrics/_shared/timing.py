"""When pictures come: stretches between jumps of the times, gaps, how even the pace is.

Times run on a clock that may be set anew (``stamps``). Where it was they say nothing of the time
that passed: there a new stretch begins, and the rate is counted over the stretches. An outage of
``stamps.JUMP`` or less is a gap and counts in full. Pictures are missing where the stamps after a
hole all lie later, by whole intervals, than those before it: one that is early, late or doubled is
none.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.files.scipy_later import ndimage
from acceptance.metrics._shared import stamps

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

GAP = 1.5  # usual intervals from which one counts as a gap
NEIGHBOURS = 25  # intervals whose median is the usual one at a place
# share of an interval, and share of the intervals, from which a rate is called variable
UNEVEN = 0.1
BESIDE, LEAST = 6, 3  # pictures before and after a hole that are looked at, and that there must be
NEAR_WHOLE = 0.35  # of an interval, by which a hole may be less than a whole number of them
# times its length, number of pictures beside a hole that may make up for it; share of it that lasts
CLOSE_BY, LASTS = 2, 0.85
ON_GRID = 0.5  # of an interval by which a picture may be off its neighbours' grid
RUN = 5  # holes in a row that are a slower pace and no losses
OFTEN = 3  # long intervals from which on pictures come in bursts, if these take most of the time
FASTEST = 250.0  # frame/s, above which no camera is: such stamps come in bursts
KEPT = 1.5  # intervals of the mean rate by which the ends of bursts may be off that rate
WHOLE = 0.1  # of an interval by which those of an even grid may be off whole numbers of it
# share of the holes that come evenly, to within a picture, and number of them from which on they
# are the grid's: a slower source, stamped on it
IN_TURN, TURNS = 0.8, 5
# its intervals up to which most holes are one place, and share of the film they come through
ONE_PLACE, THROUGHOUT = 2.5, 0.7
EVEN = 0.9  # share of the pictures that must be on it for missing ones to be counted


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What n times show. ``jumps`` are the frames before which the clock was set anew.

    ``intervals`` (n - 1,) are in s, at a jump the usual one; ``usual`` (n - 1,) is that around
    each, of two in turn; ``elapsed`` (n,) is their sum since the first frame; ``duration`` ends one
    usual interval after the last frame. ``moved`` stamps were out of order or replaced, and the
    length is in doubt by ``edge`` s (``stamps.Stamps``).
    """

    jumps: Whole
    intervals: Array
    usual: Array
    elapsed: Array
    moved: int = 0
    edge: float = 0.0

    @property
    def interval(self) -> float:
        """The usual interval of the whole, in s."""
        return float(np.median(_pairs(self.intervals)))

    @property
    def duration(self) -> float:
        """T in s: from the first frame to the end of the last, jumps left out."""
        return float(self.elapsed[-1]) + self.interval

    @property
    def stretches(self) -> Sequence[tuple[int, int]]:
        """First frame of each stretch and of the next one."""
        ends = [0, *self.jumps.tolist(), len(self.elapsed)]
        return list(pairwise(ends))

    @property
    def gaps(self) -> Whole:
        """Frames that come late: more than GAP usual intervals after the one before."""
        return np.flatnonzero(self.intervals > GAP * self.usual) + 1

    @property
    def pause(self) -> float:
        """The interval in s that most of the time is spent in, of bursts of pictures; else 0.

        They bunch while the mean rate is kept, or faster than any camera. Outages of an even grid
        are no bursts.
        """
        usual = np.maximum(self.usual, self.interval)
        late = self.intervals > GAP * usual
        mostly = self.intervals[late].sum() > self.intervals.sum() / 2
        if np.count_nonzero(late) < OFTEN or not mostly:
            return 0.0
        inside = float(self.intervals[~late].mean()) if not late.all() else 0.0
        kept = _keep_pace(self.elapsed, np.flatnonzero(late))
        bunched = inside < 1 / FASTEST or (kept and not _even(self.intervals / inside))
        return float(np.median(self.intervals[late])) if bunched else 0.0

    @property
    def in_bursts(self) -> bool:
        """Whether pictures come several at once, as stamps of arrival have them."""
        return self.pause > 0

    def variable(self, resolution: float) -> bool:
        """Whether more than a few intervals are off the usual one by more than rounding.

        ``resolution`` is that of the stamps, in s.
        """
        off = np.abs(self.intervals - self.interval)
        return bool(np.mean(off > UNEVEN * self.interval + 2 * resolution) > UNEVEN)

    @property
    def _pace(self) -> Array:
        """Usual interval (n - 1,) in s of a camera: in no burst, nor between two paces."""
        usual = np.where(self.usual < 1 / FASTEST, max(self.interval, 1e-9), self.usual)
        around = np.lib.stride_tricks.sliding_window_view(np.pad(usual, 1, mode="edge"), 3)
        nearest = np.abs(around - self.intervals[:, None]).argmin(axis=1)
        return np.asarray(around[np.arange(len(usual)), nearest])

    def missing(self) -> Whole | None:
        """Pictures (n,) that left a hole just before each frame; None without an even grid.

        Their sum is a lower bound: a hole among stamps that jitter may not be seen.
        """
        if self.in_bursts:
            return None
        usual = self._pace
        steps = self.intervals / usual
        late = np.concatenate([[0.0], np.cumsum(steps - 1)])
        holes = np.floor(_holes(late) * _filled(self.intervals)).astype(np.int64)
        holes[_made_up_for(self.elapsed, usual, holes)] = 0
        off = late - np.cumsum(holes)
        grid = ndimage.median_filter(off, min(NEIGHBOURS, len(off)), mode="nearest")
        return holes if np.mean(np.abs(off - grid) <= ON_GRID) >= EVEN else None


def _keep_pace(elapsed: Array, last: Whole) -> bool:
    """Whether each burst brings what the mean rate sends until it begins, or until it ends.

    ``last`` are the last pictures of bursts but that at the end of the clip.
    """
    for moments, numbers in ((elapsed[last], last), (elapsed[last[:-1] + 1], last[1:])):
        step = float(np.ptp(moments)) / int(np.ptp(numbers)) if len(numbers) >= OFTEN else 0.0
        if step and np.ptp(moments - step * numbers) <= KEPT * step:
            return True
    return False


def _even(steps: Array) -> bool:
    """Whether three quarters of the intervals are whole numbers of the one within bursts."""
    return bool(np.quantile(np.abs(steps - np.round(steps)), 0.75) <= WHOLE)


def _holes(late: Array) -> Whole:
    """Whole intervals (n,) by which all of the next frames are later than all before, at least.

    ``late`` (n,) is how many intervals each frame comes after its place on the grid.
    """
    padded = np.pad(late, BESIDE, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, BESIDE)
    before, after = windows[: len(late)].max(axis=1), windows[BESIDE:-1].min(axis=1)
    holes = np.maximum(np.floor(after - before + NEAR_WHOLE), 0).astype(np.int64)
    holes[:LEAST] = 0
    holes[len(late) - LEAST + 1 :] = 0
    return np.asarray(np.where(_in_a_row(holes > 0), 0, holes))


def _filled(intervals: Array) -> float:
    """Share of the places of a grid that a source fills that is slower than it, 1: all of them.

    25 pictures a second stamped on a grid of 30 leave out every sixth place, one at a time and all
    through the film; what a camera loses seldom does.
    """
    short = float(np.quantile(intervals, 1 - IN_TURN))
    holes = np.flatnonzero(intervals > GAP * short)
    if len(holes) < TURNS:
        return 1.0
    apart = np.diff(holes)
    period = float(np.median(apart))
    in_turn = period > 1 and np.mean(np.abs(apart - period) <= 1) >= IN_TURN
    single = np.median(intervals[holes]) < ONE_PLACE * short
    throughout = period * len(holes) >= THROUGHOUT * len(intervals)
    return period / (period + 1) if in_turn and single and throughout else 1.0


def _made_up_for(elapsed: Array, usual: Array, holes: Whole) -> list[int]:
    """Which of the ``holes`` (n,) pictures close by make up for, by coming faster than the pace.

    A network stalls, and what is stamped as it arrives comes late, and then all at once (after a
    hole by the pace before it), or early (by the pace after it): then nothing may be missing. What
    is looked at goes by the whole hole: of ``holes`` six pictures may have made up for a part.
    """
    found, aside = [], NEIGHBOURS // 2
    length = np.concatenate([[0.0], np.diff(elapsed) / usual - 1])
    for hole in np.flatnonzero((holes > 0) & (length > 1 + NEAR_WHOLE)).tolist():
        within = CLOSE_BY * round(float(length[hole]))
        after = elapsed[hole : hole + within] - elapsed[hole - 1]
        before = elapsed[hole] - elapsed[max(0, hole - within) : hole][::-1]
        paces = usual[max(0, hole - 1 - aside)], usual[min(len(usual) - 1, hole + aside)]
        late = (
            side / pace - np.arange(1, len(side) + 1)
            for side, pace in zip((after, before), paces, strict=True)
        )
        if min(float(each.min()) for each in late) < LASTS * holes[hole]:
            found.append(hole)
    return found


def _in_a_row(holes: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which holes (n,) have so many before and after them, without a picture on time between."""
    runs = np.lib.stride_tricks.sliding_window_view(np.pad(holes, RUN - 1), RUN).all(axis=1)
    return np.asarray(np.lib.stride_tricks.sliding_window_view(runs, RUN).any(axis=1))


def _pairs(intervals: Array) -> Array:
    """Mean of two intervals in turn: that of a doubled stamp and of the hole after it is usual."""
    return (intervals[1:] + intervals[:-1]) / 2 if len(intervals) > 1 else intervals


def timing(times: Array) -> Timing:
    """Look at ``times`` (n,) in s of frames in their order, at least 3, not all alike."""
    found = stamps.ordered(times)
    intervals = np.diff(found.times)
    jump = np.zeros(len(intervals), np.bool_)
    jump[found.jumps - 1] = True
    ordinary = _pairs(intervals[~jump])
    intervals = np.where(jump, np.median(ordinary) if ordinary.size else 0.0, intervals)
    pairs = _pairs(intervals)
    usual = ndimage.median_filter(pairs, min(NEIGHBOURS, len(pairs)), mode="reflect")
    return Timing(
        jumps=found.jumps,
        intervals=intervals,
        usual=usual[np.minimum(np.arange(len(intervals)), len(usual) - 1)],
        elapsed=np.concatenate([[0.0], np.cumsum(intervals)]),
        moved=found.moved,
        edge=found.edge,
    )


def bit_rate(elapsed: Array, sizes: Whole, most: int = 300) -> tuple[Array, Array]:
    """Return ends in s and kbit/s of up to ``most`` even periods, of a second at least."""
    span = float(elapsed[-1]) + float(np.median(np.diff(elapsed)))
    number = int(max(1, min(most, span)))
    length = span / number
    period = np.minimum((elapsed / length).astype(np.int64), number - 1)
    bits = np.bincount(period, 8.0 * sizes, minlength=number)
    return np.asarray(np.arange(1, number + 1) * length), bits / length / 1000

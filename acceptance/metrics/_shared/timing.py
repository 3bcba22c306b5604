"""When pictures come: stretches between jumps of the times, gaps, how even the pace is.

Times run on a clock that may be set anew (RFC 3550, 5.1: RTP time starts anywhere). Where they step
back, or ahead by more than JUMP, they say nothing of the time that passed: there a new stretch
begins, and the rate is counted over the stretches. An outage of JUMP or less is a gap and counts in
full.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import median_filter

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

JUMP = 10.0  # s: a clock that was set; recorders and clients give a stream up as lost before
GAP = 1.5  # usual intervals from which one counts as a gap
NEIGHBOURS = 25  # intervals whose median is the usual one at a place
# share of an interval, and share of the intervals, from which a rate is called variable
UNEVEN = 0.1
NEAR_WHOLE = 0.25  # of an interval, within which a gap is a whole number of them
EVEN = 0.9  # share of the intervals that must be whole multiples for missing pictures to be counted


@dataclass(frozen=True, kw_only=True)
class Timing:
    """What n times show. ``jumps`` are the frames before which the clock was set anew.

    ``intervals`` (n - 1,) are in s, at a jump the usual one; ``usual`` (n - 1,) is the median
    around each; ``elapsed`` (n,) is their sum since the first frame; ``duration`` ends one usual
    interval after the last frame.
    """

    jumps: Whole
    intervals: Array
    usual: Array
    elapsed: Array

    @property
    def interval(self) -> float:
        """The usual interval of the whole, in s."""
        return float(np.median(self.intervals))

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

    def variable(self, resolution: float) -> bool:
        """Whether more than a few intervals are off the usual one by more than rounding.

        ``resolution`` is that of the stamps, in s.
        """
        off = np.abs(self.intervals - self.interval)
        return bool(np.mean(off > UNEVEN * self.interval + 2 * resolution) > UNEVEN)

    def missing(self) -> Whole | None:
        """Pictures (n,) that left a hole just before each frame; None without an even grid."""
        steps = self.intervals / np.maximum(self.usual, 1e-9)
        whole = np.rint(steps)
        if np.mean(np.abs(steps - whole) <= NEAR_WHOLE) < EVEN or np.mean(whole == 1) < EVEN / 2:
            return None
        holes = np.maximum(whole - 1, 0).astype(np.int64)
        return np.concatenate([[0], holes])


def timing(times: Array) -> Timing:
    """Look at ``times`` (n,) in s of frames in their order, at least 3, not all alike."""
    intervals = np.diff(times)
    jump = (intervals < 0) | (intervals > JUMP)
    ordinary = intervals[~jump & (intervals > 0)]
    intervals = np.where(jump, np.median(ordinary) if ordinary.size else 0.0, intervals)
    usual = median_filter(intervals, min(NEIGHBOURS, len(intervals)), mode="nearest")
    return Timing(
        jumps=np.flatnonzero(jump) + 1,
        intervals=intervals,
        usual=usual,
        elapsed=np.concatenate([[0.0], np.cumsum(intervals)]),
    )


def bit_rate(elapsed: Array, sizes: Whole, most: int = 300) -> tuple[Array, Array]:
    """Return ends in s and kbit/s of up to ``most`` even periods, of a second at least."""
    span = float(elapsed[-1]) + float(np.median(np.diff(elapsed)))
    number = int(max(1, min(most, span)))
    length = span / number
    period = np.minimum((elapsed / length).astype(np.int64), number - 1)
    bits = np.bincount(period, 8.0 * sizes, minlength=number)
    return np.asarray(np.arange(1, number + 1) * length), bits / length / 1000

"""Time stamps put in order: pictures are counted in the order in which they are shown.

A decoder gives pictures in the order of display, whatever their stamps say (ITU-T H.264, C.4.5.3).
So stamps that are out of order among neighbours (presentation times that are decoding times, by
muxers that know no B-frames) belong to these pictures all the same and are sorted. A lone stamp far
off between neighbours that go on as if nothing had happened is no time of a picture either. A clock
was set only where the times step back for good, or ahead by more than JUMP: RTP time may start
anywhere (RFC 3550, 5.1), and recordings may be joined.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from collections.abc import Sequence

Array = NDArray[np.float64]
Whole = NDArray[np.int64]

JUMP = 10.0  # s: a clock that was set; recorders and clients give a stream up as lost before
DEPTH = 16  # pictures that a coder may reorder (ITU-T H.264, A.3.1: MaxDpbFrames)
AROUND = 24  # stamps on either side of a step back that show whether they overlap
SPAN = 8  # intervals whose mean is the usual one, however stamps jitter
OVERLAP = 1.5  # intervals by which those after a step back for good repeat those before
UNEVEN = 4.0  # times the usual unevenness by which jitter may make them seem to
# standard deviations of most intervals, and share of an interval, by which the first or the last
# may be off the usual one without a word: of a coder that stamps key frames late
ODD, ALIKE = 3.0, 0.02
MOST = 0.8  # share of the intervals: of the others the standard deviation in U holds one
OF_MOST = 1.28  # standard deviations of a normal distribution that hold so many
BURST = 0.2  # of the usual interval, below which the first pictures come in a burst
LONE = 2  # stamps in a row, up to which they may be no times at all


@dataclass(frozen=True, kw_only=True)
class Stamps:
    """Stamps (n,) in s as they are counted: they ascend within stretches.

    Before the frames ``jumps`` the clock was set. ``moved`` stamps are in another place than the
    pictures they came with, or replaced. The length of the clip is in doubt by ``edge`` s: how far
    the first and last are from where their neighbours would have them.
    """

    times: Array
    jumps: Whole
    moved: int
    edge: float


def ordered(times: Array) -> Stamps:
    """Put ``times`` (n,) s of pictures in order of display in order; at least 2."""
    step = _step(times)
    far = np.abs(np.diff(times)) > min(max(DEPTH * step, 1e-9), JUMP)
    mended, edge = _without_lone(times, np.flatnonzero(far) + 1, step)
    ends = [0, *_jumps(mended, step), len(mended)]
    stretches = [part for pair in pairwise(ends) for part in _sorted(mended[slice(*pair)], pair[0])]
    found = np.concatenate([part for part, _ in stretches])
    begins = [begin for _, begin in stretches[1:]]
    off = step - np.diff(found)
    odd = min(step / 2, max(ODD * _spread(found, begins, step), step * ALIKE))
    return Stamps(
        times=found,
        jumps=np.array(begins, np.int64),
        moved=int(np.count_nonzero(found != times)),
        edge=edge + sum(_at_edge(each, odd, step) for each in (off, off[::-1])),
    )


def _at_edge(off: Array, odd: float, step: float) -> float:
    """Seconds by which the first stamp is from where its neighbours would have it, if oddly far.

    Or those of a burst: servers send at once what they kept since the last key picture. ``off``
    (n - 1,) is by how much intervals fall short of the usual ``step``.
    """
    if not odd < abs(off[0]) <= JUMP:
        return 0.0
    together = int(np.argmin(np.append(off > (1 - BURST) * step, False)))
    return float(max(abs(off[0]), off[:together].sum()))


def _spread(times: Array, begins: Sequence[int], step: float) -> float:
    """Return the standard deviation in s of most intervals, those before ``begins`` left out.

    So late key frames, one in five pictures or fewer, do not pass for jitter of all.
    """
    inside = np.ones(len(times) - 1, np.bool_)
    inside[np.array(begins, np.int64) - 1] = False
    intervals = np.diff(times)[inside]
    return float(np.quantile(np.abs(intervals - step), MOST)) / OF_MOST if intervals.size else 0.0


def _step(times: Array) -> float:
    """Usual interval in s, however the stamps lie; 0 where all are alike."""
    steps = [np.diff(times), np.diff(np.sort(times))]
    usual = [np.median(part[part > 0]) for part in steps if (part > 0).any()]
    return float(min(usual, default=0.0))


def _without_lone(times: Array, breaks: Whole, step: float) -> tuple[Array, float]:
    """Replace one or two stamps far from all others by what their neighbours leave for them."""
    mended, edge = times.copy(), 0.0
    runs = list(pairwise([0, *breaks.tolist(), len(times)]))
    if len(runs) < 2 or max(end - begin for begin, end in runs) <= LONE:
        return mended, edge
    for begin, end in runs:
        lone = end - begin <= LONE
        if lone and begin == 0:
            mended[:end] = times[end] - step * np.arange(end, 0, -1)
            edge += _doubt(times[end] - times[end - 1], step)
        elif lone and end == len(times):
            mended[begin:] = times[begin - 1] + step * np.arange(1, end - begin + 1)
            edge += _doubt(times[begin] - times[begin - 1], step)
        elif lone and 0 < times[end] - times[begin - 1] <= JUMP:
            inner = np.linspace(times[begin - 1], times[end], end - begin + 2)
            mended[begin:end] = inner[1:-1]
    return mended, edge


def _doubt(interval: float, step: float) -> float:
    """Seconds that a clip may be longer than its mended edge says; a set clock takes none."""
    return abs(interval - step) if 0 < interval <= JUMP else 0.0


def _jumps(times: Array, step: float) -> list[int]:
    """Frames before which the clock was set."""
    back = np.diff(times)
    return (np.flatnonzero((back > JUMP) | (back < -max(DEPTH * step, 1e-9))) + 1).tolist()


def _sorted(times: Array, first: int) -> Sequence[tuple[Array, int]]:
    """Sort a stretch; in several parts where its stamps step back for good by less than DEPTH.

    Yields each part with the number of its first frame.
    """
    backs = np.flatnonzero(np.diff(times) < 0) + 1
    cuts: list[int] = []
    for at in backs.tolist():
        if _overlap(times, at, cuts[-1] if cuts else 0):
            cuts.append(at)
    parts = pairwise([0, *cuts, len(times)])
    return [(np.sort(times[begin:end]), first + begin) for begin, end in parts]


def _overlap(times: Array, at: int, since: int) -> bool:
    """Whether the stamps around a step back are too close together to be those of a pace kept."""
    sides = [np.sort(times[max(since, at - AROUND) : at]), np.sort(times[at : at + AROUND])]
    spans = np.concatenate([side[SPAN:] - side[:-SPAN] for side in sides]) / SPAN
    usual = float(np.median(spans)) if spans.size else 0.0
    uneven = np.abs(np.concatenate([np.diff(side) for side in sides]) - usual)
    around = np.concatenate(sides)
    lacking = (len(around) - 1) * usual - float(np.ptp(around))
    return bool(lacking > OVERLAP * usual + UNEVEN * np.median(uneven))

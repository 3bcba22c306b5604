"""Which of its even exposures each frame of a film is, where some are lost and stamps are wrong.

A lost frame makes all later ones late, a wrong stamp only itself. So the numbers are the likeliest
ones that rise by one from frame to frame, or by more where some are lost (A. Viterbi, IEEE Trans.
Inf. Theory 13 (1967) 260). The pace is taken from the opening, then from twice as many frames each
time.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array, Whole

OPENING, TRIED = 48, 400  # frames from which the pace is taken first, and those that choose it
WRONG = 0.05  # share of stamps that are not of their frame
AROUND = np.arange(-6, 7)  # paces that a stamp may be off
# what it takes to believe in lost frames (logarithm of the likelihood), in each of them after the
# first, and that a frame is none after the one before: more than any number of wrong stamps, since
# all frames up to the next hole would have to make room for it
LOST, MORE, NONE = 4.0, 0.5, 200.0
LOUDEST, QUIETEST = 0.3, 0.02  # scatter of stamps, in paces: to begin with, and at least
FAR = 4.0  # times their scatter beyond which stamps are not of their frame
NORMAL = 1.4826  # rms of normal values over the median of their sizes
ROUNDS = 4
RATES = np.array([24, 25, 30, 50, 60, 120, 240])  # a second, usual ones
USUAL = np.concatenate([1 / RATES, 1.001 / RATES])
NEAR = 0.08  # relative, within which a usual pace is tried


@dataclass(frozen=True, kw_only=True)
class Even:
    """An even pace: frame number k is at ``start`` + k ``pace`` s, stamped ``scatter`` s off it.

    ``number`` (n,) are those of the frames, ``cost`` is how unlikely they are, per frame.
    """

    start: float
    pace: float
    scatter: float
    number: Whole
    cost: float = np.inf

    @property
    def times(self) -> Array:
        """(n,) when the frames were exposed, in s."""
        return np.asarray(self.start + self.pace * self.number)


def even(stamps: Array, pace: float, usual: Array = USUAL) -> Even:
    """Return the numbers of frames stamped ``stamps`` (n,) s, in order, about ``pace`` s apart.

    Of the ``usual`` paces those near it are tried first.
    """
    near = usual[np.abs(usual / pace - 1) < NEAR].tolist()
    some = stamps[:TRIED]
    ways = [_grown(some, _opened(some, pace)), *(_kept(some, one) for one in near)]
    return _grown(stamps, min(ways, key=lambda way: way.cost))


def _opened(stamps: Array, pace: float) -> Even:
    few = stamps[:OPENING]
    number = np.arange(len(few))
    start = float(np.median(few - pace * number))
    return Even(start=start, pace=pace, scatter=LOUDEST * pace, number=number)


def _kept(stamps: Array, pace: float) -> Even:
    """Keep to a known pace, which lost frames cannot make seem slower."""
    found = _opened(stamps, pace)
    for _ in range(ROUNDS):
        found = _numbered(stamps, found)
        off = stamps - pace * found.number
        start = float(np.median(off))
        scatter = max(NORMAL * float(np.median(np.abs(off - start))), QUIETEST * pace)
        found = replace(found, start=start, scatter=scatter)
    return _numbered(stamps, found)


def _grown(stamps: Array, found: Even) -> Even:
    """Go on to twice as many frames each time, and take the pace anew."""
    size = len(found.number)
    while True:
        found = _fitted(stamps[:size], _numbered(stamps[:size], found))
        if size == len(stamps):
            return _numbered(stamps, found)
        size = min(2 * size, len(stamps))


def _fitted(stamps: Array, found: Even) -> Even:
    """Fit pace and start to the stamps that are of their frames."""
    number, keep = found.number, np.ones(len(stamps), np.bool_)
    line, scatter = np.zeros(2), 0.0
    for _ in range(ROUNDS):
        line = np.polyfit(number[keep], stamps[keep], 1)
        off = np.abs(stamps - np.polyval(line, number))
        scatter = max(NORMAL * float(np.median(off)), QUIETEST * float(line[0]))
        keep = off <= FAR * scatter
    return Even(start=float(line[1]), pace=float(line[0]), scatter=scatter, number=number)


def _numbered(stamps: Array, found: Even) -> Even:
    """Return the likeliest numbers of frames on a pace."""
    place = (stamps - found.start) / found.pace
    tried = np.rint(place).astype(np.int64)[:, None] + AROUND
    costs = _unlikely(place[:, None] - tried, found.scatter / found.pace)
    total, came = costs[0], []
    for now, before, cost in zip(tried[1:], tried[:-1], costs[1:], strict=True):
        ways = total + _lost(now[:, None] - before)
        came.append(np.argmin(ways, axis=1))
        total = cost + ways.min(axis=1)
    at = [int(np.argmin(total))]
    for back in reversed(came):
        at.append(int(back[at[-1]]))
    number = tried[np.arange(len(tried)), at[::-1]]
    rising = np.maximum.accumulate(number - np.arange(len(number))) + np.arange(len(number))
    return Even(
        start=found.start, pace=found.pace, scatter=found.scatter, number=rising,
        cost=float(total.min()) / len(stamps),
    )  # fmt: skip


def _unlikely(off: Array, scatter: float) -> Array:
    """Minus the logarithm of the density of stamps ``off`` paces from their place."""
    normal = np.exp(-((off / scatter) ** 2) / 2) / (scatter * np.sqrt(2 * np.pi))
    return np.asarray(-np.log((1 - WRONG) * normal + WRONG / len(AROUND)))


def _lost(rise: Whole) -> Array:
    """Return what it takes to believe that numbers ``rise`` so much from frame to frame."""
    return np.where(rise < 1, NONE, np.where(rise > 1, LOST + MORE * (rise - 2), 0.0))

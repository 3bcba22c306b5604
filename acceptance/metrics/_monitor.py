"""What a film of a monitor shows: the pictures it held, and when it changed from one to the next.

A film frame whose exposure spans a change is a mixture of the two pictures; the share of the new one tells the moment
of the change to a small part of the exposure. A change between two exposures lies somewhere in between. A monitor
changes at its own refreshes only, so that all changes together narrow the moment down, unless film and monitor run in
step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._clock import CLEAR, SAME

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._clock import Array, Whole

REFRESH_RATES = (50.0, 60.0, 75.0, 90.0, 100.0, 120.0, 144.0)  # Hz, each within RATE_BAND
RATE_BAND = 0.01  # relative
TIMING = (
    0.0007  # s by which a moment may miss the monitor's grid of refreshes: noise of a mixture, jitter of time stamps
)
SHARE_NOISE = 0.02  # standard uncertainty of the share of a mixture
MISS = 0.001  # likelihood of a change off the grid, against one on it
STRAY = 0.0005  # s from one grid that is tried to the next
PHASES = 32
GROUPS = 8  # of draws with nearly the same exposure: where it is not known, it decides which refreshes fit
REACH = 3  # pictures about the guess that a film frame may show
MOSTLY = 0.25  # share of another picture in a frame that still tells what the main one looks like
MOST_CHANGES = 200  # that the grid is looked for in


@dataclass(frozen=True, kw_only=True)
class Held:
    """Pictures that the monitor held, in order: ``first`` and ``last`` (p,) film frame, mean ``shares`` (p, bits)."""

    first: Whole
    last: Whole
    shares: Array


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Changes of the monitor: ``picture`` (c,) which held picture appears, ``frame`` (c,) the first that shows it.

    ``share`` (c,) of the new picture in that frame where it is a mixture, else 1; ``unbroken`` (c,) whether the picture
    is known to have stood until the next of these changes.
    """

    picture: Whole
    frame: Whole
    share: Array
    unbroken: NDArray[np.bool_]

    def only(self, chosen: NDArray[np.bool_]) -> Changes:
        """Return the ``chosen`` (c,) ones; what stood until one that is left out is not known."""
        next_too = np.append(chosen[1:], False)
        return Changes(
            picture=self.picture[chosen],
            frame=self.frame[chosen],
            share=self.share[chosen],
            unbroken=(self.unbroken & next_too)[chosen],
        )


def held_pictures(shares: Array) -> tuple[Held, Changes]:
    """Part film frames, shares (n, bits) with nan where not located, into held pictures and changes between them."""
    mixed = mixture(shares)
    clear = np.isfinite(shares).all(axis=1) & np.isnan(mixed)
    runs: list[list[int]] = []
    for frame in np.flatnonzero(clear).tolist():
        follows = bool(runs) and runs[-1][-1] == frame - 1
        if follows and np.abs(shares[frame] - shares[runs[-1]].mean(axis=0)).max() < SAME:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    known = np.asarray(np.isfinite(shares).all(axis=1))
    between = np.concatenate([[False], known[:-2] & known[2:], [False]]).tolist()
    runs = [run for run in runs if len(run) > 1 or between[run[0]]]  # one without neighbours may be a mixture
    first, last = np.array([run[0] for run in runs], np.int64), np.array([run[-1] for run in runs], np.int64)
    means = np.array([shares[run].mean(axis=0) for run in runs]).reshape(len(runs), shares.shape[1])
    return Held(first=first, last=last, shares=means), _changes(first, last, mixed)


def mixture(shares: Array) -> Array:
    """(n,) share of the next frame's picture in a frame that mixes its two neighbours, nan in all others."""
    before, now, after = shares[:-2], shares[1:-1], shares[2:]
    step = after - before
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((now - before) * step).sum(axis=1) / (step**2).sum(axis=1)
        rest = np.abs(now - before - share[:, None] * step).max(axis=1)
        mixed = (np.abs(step).max(axis=1) > SAME) & (rest < SAME / 2) & (share > CLEAR) & (share < 1 - CLEAR)
    return np.concatenate([[np.nan], np.where(mixed, share, np.nan), [np.nan]])


def _changes(first: Whole, last: Whole, mixed: Array) -> Changes:
    """Between held pictures that are neighbours in the film, or have one mixture between them."""
    apart = first[1:] - last[:-1]
    blended = (apart == 2) & np.isfinite(mixed[np.minimum(last[:-1] + 1, len(mixed) - 1)])
    picture = np.flatnonzero(blended | (apart == 1)) + 1
    frame = last[picture - 1] + 1
    return Changes(
        picture=picture,
        frame=frame,
        share=np.where(np.isfinite(mixed[frame]), mixed[frame], 1.0),
        unbroken=np.append(np.diff(picture) == 1, False)[: len(picture)],
    )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The two pictures ``old`` and ``new`` (n,) that explain each film frame, and the ``share`` (n,) of the latter.

    ``old`` is -1 where no two do.
    """

    old: Whole
    new: Whole
    share: Array

    def changes(self) -> Changes:
        """Find the changes between frames that are known; a picture that seems to come twice, or late, is left out."""
        begins = np.where(self.share > 1 - CLEAR, self.new, self.old)
        ends = np.where(self.share < CLEAR, self.old, self.new)
        before = np.concatenate([[-1], np.where(self.old >= 0, ends, -1)[:-1]])
        follows = (self.old >= 0) & (before >= 0) & (begins >= before)
        between, within = (np.flatnonzero(follows & late) for late in (begins > before, ends > begins))
        frame = np.concatenate([between, within])
        order = np.argsort(frame, kind="stable")
        frame = frame[order]
        missed = np.cumsum(~follows)[frame]
        return Changes(
            picture=np.concatenate([begins[between], ends[within]])[order],
            frame=frame,
            share=np.concatenate([np.ones(len(between)), self.share[within]])[order],
            unbroken=np.append(np.diff(missed) == 0, False)[: len(frame)],
        )

    def alone(self, shares: Array, pictures: Array) -> tuple[Whole, Array]:
        """Give the pictures (k,) that some frame shows nearly alone, and their mean shares (k, c), the rest taken off.

        The little that such a frame holds of another picture would shift them all the same way.
        """
        main, other = (np.where(self.share > 0.5, *pair) for pair in ((self.new, self.old), (self.old, self.new)))
        rest = np.minimum(self.share, 1 - self.share)
        chosen = np.flatnonzero((self.old >= 0) & (rest < MOSTLY))
        own = (shares[chosen] - rest[chosen, None] * pictures[other[chosen]]) / (1 - rest[chosen, None])
        number, which = np.unique(main[chosen], return_inverse=True)
        sums = np.zeros((len(number), shares.shape[1]))
        np.add.at(sums, which, own)
        return number, sums / np.bincount(which)[:, None]


def shown(shares: Array, guess: Array, pictures: Array) -> Shown:
    """Explain each film frame by one of the camera's pictures, or by one and then another.

    ``shares`` (n, c) of the film frames, nan where not located; ``guess`` (n,) about which picture each shows;
    ``pictures`` (p, c) the shares that the pictures must have. Unknown where no two within REACH explain the frame.
    """
    best = np.full(len(shares), SAME**2)
    old, new, share = np.full(len(shares), -1), np.full(len(shares), -1), np.ones(len(shares))
    middle = np.rint(guess).astype(np.int64)
    for first in range(-REACH, REACH + 1):
        for second in range(first + 1, REACH + 2):
            one, other = (np.clip(middle + step, 0, len(pictures) - 1) for step in (first, second))
            way = pictures[other] - pictures[one]
            part = ((shares - pictures[one]) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9)
            part = np.clip(part, 0, 1)
            rest = ((shares - pictures[one] - part[:, None] * way) ** 2).sum(axis=1)
            better = (rest < best) & (other > one)
            for kept, found in ((best, rest), (share, part), (old, one), (new, other)):
                kept[better] = found[better]
    return Shown(old=old, new=new, share=share)


def moments(changes: Changes, times: Array, exposure: Array, *, refreshes: bool = True) -> Array:
    """(m, c) draws of the moments of the changes in s; film frames have middles ``times`` (n,), ``exposure`` (m,) s.

    Without ``refreshes`` the monitor's own are not sought: a change between two exposures may lie anywhere there.
    """
    seen = changes.share < 1
    half = exposure[:, None] / 2
    spare = CLEAR * exposure[:, None]  # so much of another picture may hide in a frame that looks unmixed
    latest = times[changes.frame] - half + spare
    earliest = np.minimum(times[changes.frame - 1] + half - spare, latest)
    noise = SHARE_NOISE * np.random.default_rng(3).standard_normal((len(exposure), len(changes.share)))
    at = times[changes.frame] + half * (1 - 2 * (changes.share + noise))
    earliest, latest = np.where(seen, at, earliest), np.where(seen, at, latest)
    if not refreshes:
        part = np.random.default_rng(4).uniform(size=(len(exposure), 1))
        return np.asarray(earliest + part * (latest - earliest))
    drawn = np.empty_like(latest)
    groups = GROUPS if np.ptp(exposure) > TIMING else 1
    for alike in np.array_split(np.argsort(exposure), groups):
        drawn[alike] = _on_refreshes(earliest[alike], latest[alike])
    return drawn


def _on_refreshes(earliest: Array, latest: Array) -> Array:
    """(m, c) moments between ``earliest`` and ``latest`` (m, c), each draw on one possible grid of refreshes."""
    random = np.random.default_rng(0)
    some = np.arange(earliest.shape[1])
    if len(some) > MOST_CHANGES:  # at random: an even choice would be blind to a beat of camera and monitor
        some = np.sort(random.choice(some, MOST_CHANGES, replace=False))
    periods, starts, weights = _grids(earliest[:, some].mean(axis=0), latest[:, some].mean(axis=0))
    chosen = random.choice(len(weights), len(earliest), p=weights)
    period, start = periods[chosen, None], starts[chosen, None]
    start = start + period * random.uniform(-0.5, 0.5, start.shape) / PHASES
    with np.errstate(invalid="ignore"):
        lowest = np.ceil((earliest - TIMING - start) / period)
        highest = np.floor((latest + TIMING - start) / period)
        some_point = lowest + np.floor(random.uniform(size=earliest.shape) * (highest - lowest + 1))
        between = np.rint(((earliest + latest) / 2 - start) / period)
        refresh = start + period * np.where(highest >= lowest, some_point, between)
    anywhere = earliest + random.uniform(size=start.shape) * (latest - earliest)
    return np.asarray(np.where(np.isfinite(period), np.clip(refresh, earliest, latest), anywhere))


def _grids(earliest: Array, latest: Array) -> tuple[Array, Array, Array]:
    """Periods, starts and probabilities of the grids; the last one, with an infinite period, is no grid at all.

    A change is equally likely anywhere on a grid, so an interval of length d that holds j points of a grid of period P
    speaks for that grid by j P / d. Without a grid all changes are taken to lie at the same share of their intervals,
    the worst case.
    """
    span = max(float(np.ptp(latest)), 1.0)
    width = latest - earliest + 2 * TIMING
    periods = np.concatenate([1 / _rates(rate, span) for rate in REFRESH_RATES])
    logs = np.empty((len(periods), PHASES))
    starts = periods[:, None] * np.arange(PHASES) / PHASES + float(earliest.mean())
    for row, period in enumerate(periods):
        begin, end = earliest - TIMING - starts[row][:, None], latest + TIMING - starts[row][:, None]
        points = np.floor(end / period) - np.ceil(begin / period) + 1
        logs[row] = np.log(np.maximum(points, MISS) * period / width).sum(axis=1)
    flat = np.append(logs.ravel(), np.log(logs.size))
    weights = np.exp(flat - flat.max())
    return np.append(np.repeat(periods, PHASES), np.inf), np.append(starts.ravel(), 0.0), weights / weights.sum()


def _rates(rate: float, span: float) -> Array:
    """Rates near ``rate`` so close that neighbouring grids part by at most STRAY from middle to end."""
    count = 2 * int(np.ceil(RATE_BAND * span / (2 * STRAY))) + 1
    return rate * np.linspace(1 - RATE_BAND, 1 + RATE_BAND, count)

"""What a film of a monitor shows: the pictures it held, and when it changed from one to the next.

A film frame whose exposure spans a change is a mixture of the two pictures; the share of the new
one shows the moment of the change to a small part of the exposure. A change between two exposures
lies somewhere in between. A monitor changes at its own refreshes only, so that all changes together
narrow the moment down, unless film and monitor run in step.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock.readings import CLEAR, LOW_BITS, SAME, expected_shares

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.pace import Pace
    from acceptance.metrics._filmed_clock.readings import Array, Readings, Whole

REACH = 3  # pictures about the guess that a film frame may show
# share of another picture from which a frame is a mixture; less may be an error of curve or coder
MIXED = 0.2
PURE = 0.03  # share of another picture in a frame that shows one alone
FEWEST_MIXED = 5  # frames, all rows of which show a change
STANDS = 4  # film frames for which pictures stand where none is seen in a single one
LONG = 6.0  # film frames for which pictures usually stand, so that each is seen alone in some
MOSTLY = 0.25  # share of another picture in a frame that still shows what the main one looks like


@dataclass(frozen=True, kw_only=True)
class Held:
    """Pictures that the monitor held, in order.

    Each has its ``first`` and ``last`` film frame (p,) and mean ``shares`` (p, bits).
    """

    first: Whole
    last: Whole
    shares: Array


@dataclass(frozen=True, kw_only=True)
class Changes:
    """Changes of the monitor.

    ``picture`` (c,) says which held picture appears, ``frame`` (c,) the first that shows it.
    ``share`` (c,) of the new picture in that frame where it is a mixture, else 1; ``seen`` (c,) is
    that share as measured, of a mixture or not, nan where it was not, ``then`` (c,) that in the
    frame after, which a slow monitor still approaches; ``unbroken`` (c,) whether the picture is
    known to have stood until the next of these changes. ``until`` (c,) is the last film
    frame that shows the new picture; ``opening`` the picture that stands before the first change
    and from frame ``since`` on, -1 where that is not sure.
    """

    picture: Whole
    frame: Whole
    share: Array
    seen: Array
    then: Array
    unbroken: NDArray[np.bool_]
    until: Whole
    opening: int = -1
    since: int = 0

    def only(self, chosen: NDArray[np.bool_]) -> Changes:
        """Return the ``chosen`` (c,) ones; what stood until one that is left out is not known."""
        next_too = np.append(chosen[1:], False)
        return Changes(
            picture=self.picture[chosen],
            frame=self.frame[chosen],
            share=self.share[chosen],
            seen=self.seen[chosen],
            then=self.then[chosen],
            unbroken=(self.unbroken & next_too)[chosen],
            until=self.until[chosen],
            opening=self.opening if chosen[:1].all() else -1,
            since=self.since,
        )


@dataclass(frozen=True, kw_only=True)
class CameraPictures:
    """Pictures ``number`` (p,) of a camera that leaves a share ``ghost`` of the one before in each.

    Before the ``first`` (k,) of them none is seen; ``shares`` (k, bits) is how they look. What is
    left in them is of one further back, or of one that was lost.
    """

    number: Array
    ghost: float
    first: Whole
    shares: Array

    def expected(self, line: Pace, monitor: Readings) -> Array:
        """(p, bits) shares of the pictures that were taken when ``line`` says."""
        middle, bits = line.at(self.number).mean(axis=0), monitor.shares.shape[1]
        clear = expected_shares(middle, line.width, bits)
        if not self.ghost:
            return clear
        expected = ghosts.added(clear, self.ghost)
        expected[self.first] = self.shares
        return expected


def held_pictures(shares: Array) -> tuple[Held, Changes]:
    """Part film frames into held pictures and the changes between them.

    ``shares`` (n, bits) are nan where not located.
    """
    mixed = mixture(shares)
    known = np.asarray(np.isfinite(shares).all(axis=1))
    between = np.concatenate([[False], known[:-2] & known[2:], [False]]).tolist()
    every = _runs_alike(shares, np.flatnonzero(known & np.isnan(mixed)).tolist())
    # one without neighbours may be a mixture, as one is among pictures that stand much longer
    usual = float(np.median([len(run) for run in every])) if every else 0.0
    runs = [run for run in every if len(run) > 1 or (between[run[0]] and usual < STANDS)]
    first = np.array([run[0] for run in runs], np.int64)
    last = np.array([run[-1] for run in runs], np.int64)
    means = np.array([shares[run].mean(axis=0) for run in runs]).reshape(len(runs), shares.shape[1])
    return Held(first=first, last=last, shares=means), _changes(first, last, mixed)


def _runs_alike(shares: Array, frames: list[int]) -> list[list[int]]:
    """Group ``frames`` that follow one another and show the same."""
    runs: list[list[int]] = []
    for frame in frames:
        follows = bool(runs) and runs[-1][-1] == frame - 1
        if follows and np.abs(shares[frame] - shares[runs[-1]].mean(axis=0)).max() < SAME:
            runs[-1].append(frame)
        else:
            runs.append([frame])
    return runs


def mixture(shares: Array) -> Array:
    """(n,) share of the next frame's picture in a frame that mixes its neighbours, else nan."""
    before, now, after = shares[:-2], shares[1:-1], shares[2:]
    step = after - before
    with np.errstate(invalid="ignore", divide="ignore"):
        share = ((now - before) * step).sum(axis=1) / (step**2).sum(axis=1)
        rest = np.abs(now - before - share[:, None] * step).max(axis=1)
        differ = np.abs(step).max(axis=1) > SAME
        mixed = differ & (rest < SAME / 2) & (share > CLEAR) & (share < 1 - CLEAR)
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
        seen=mixed[frame],
        then=np.full(len(frame), np.nan),
        unbroken=np.append(np.diff(picture) == 1, False)[: len(picture)],
        until=last[picture],
        opening=int(picture[0]) - 1 if len(picture) else -1,
        since=int(first[picture[0] - 1]) if len(picture) else 0,
    )


@dataclass(frozen=True, kw_only=True)
class Shown:
    """The two pictures that explain each film frame: ``old`` and ``new`` (n,).

    ``share`` (n,) is that of the new one. ``old`` is -1 where no two explain a frame.
    """

    old: Whole
    new: Whole
    share: Array

    def changes(self) -> Changes:
        """Find the changes between frames that are known; a picture that comes late is left out.

        Where one seems to come twice, the first time was a mixture of others: only the second
        counts.
        """
        settles = self._settles()
        begins = np.where((self.share > 1 - MIXED) | settles, self.new, self.old)
        ends = np.where((self.share < MIXED) & ~settles, self.old, self.new)
        before = np.concatenate([[-1], np.where(self.old >= 0, ends, -1)[:-1]])
        follows = (self.old >= 0) & (before >= 0) & (begins >= before)
        between, within = (
            np.flatnonzero(follows & late) for late in (begins > before, ends > begins)
        )
        frame = np.concatenate([between, within])
        order = np.argsort(frame, kind="stable")
        frame = frame[order]
        missed = np.cumsum(~follows)[frame]
        picture = np.concatenate([begins[between], ends[within]])[order]
        every = Changes(
            picture=picture,
            frame=frame,
            share=np.concatenate([np.ones(len(between)), self.share[within]])[order],
            seen=np.where(self.new == begins, self.share, 1.0)[frame],
            then=self._then(picture, frame),
            unbroken=np.append(np.diff(missed) == 0, False)[: len(frame)],
            until=np.maximum(self._last_seen(ends)[picture], frame),
            opening=(opening := self._opening(ends, frame)),
            since=int(np.argmax((ends == opening) & (self.old >= 0))),
        )
        twice = np.append(np.diff(picture) <= 0, False)[: len(picture)]
        long = float(np.median(np.diff(frame))) >= LONG if len(frame) > 1 else False
        appear = picture if long else begins[between]
        return every.only(~twice & ~self._unsure(appear)[frame])

    def _unsure(self, appear: Whole) -> NDArray[np.bool_]:
        """(n,) frames that mix in a picture which is said to ``appear`` before, never seen alone.

        Such a mixture is as well one of others: of a picture whose ghosts are not those expected.
        """
        known = self.old >= 0
        alone = np.concatenate(
            [self.new[known & (self.share > 1 - MOSTLY)], self.old[known & (self.share < MOSTLY)]]
        )
        never = np.setdiff1d(appear, alone)
        return known & (np.isin(self.old, never) | np.isin(self.new, never))

    def _then(self, picture: Whole, frame: Whole) -> Array:
        """(c,) share of each ``picture`` in the frame after ``frame``, nan where it is not seen.

        A frame is explained by the picture and the next one only where nothing is seen in it of
        the one before: so a picture alone is there all of it, and what is little is noise.
        """
        after = np.minimum(frame + 1, len(self.share) - 1)
        known = (self.old[after] >= 0) & (after > frame)
        alone = (self.old[after] == picture) & (self.share[after] < PURE)
        share = np.where(self.new[after] == picture, self.share[after], np.nan)
        return np.where(known, np.where(alone, 1.0, share), np.nan)

    def _last_seen(self, ends: Whole) -> Whole:
        """Last film frame that shows each picture, -1 where none does; frames end with ``ends``."""
        last = np.full(int(ends.max(initial=0)) + 1, -1)
        known = np.flatnonzero(self.old >= 0)
        np.maximum.at(last, ends[known], known)
        return last

    def _opening(self, ends: Whole, frame: Whole) -> int:
        """Picture that two film frames in turn show right before the first of the changes, or -1.

        One alone may be a mixture of others.
        """
        before = np.arange(int(frame[0]) - 2, int(frame[0])) if len(frame) else frame
        sure = len(before) == 2 and before[0] >= 0 and bool((self.old[before] >= 0).all())
        return int(ends[before[0]]) if sure and ends[before[0]] == ends[before[1]] else -1

    def _settles(self) -> NDArray[np.bool_]:
        """(n,) frames in which a slow monitor still approaches what the frame before began."""
        alike = (self.old[1:] == self.old[:-1]) & (self.new[1:] == self.new[:-1])
        begun = (self.share[:-1] >= MIXED) & (self.share[1:] >= self.share[:-1])
        return np.append(False, (self.old[1:] >= 0) & alike & begun)

    def alone(self, shares: Array, pictures: Array) -> tuple[Whole, Array]:
        """Pictures (k,) that some frame shows nearly alone, and their mean shares (k, c).

        The little that such a frame holds of another picture would shift them all the same way, and
        is taken off.
        """
        newer = self.share > 0.5
        main, other = np.where(newer, self.new, self.old), np.where(newer, self.old, self.new)
        rest = np.minimum(self.share, 1 - self.share)
        chosen = np.flatnonzero((self.old >= 0) & (rest < MOSTLY))
        part = rest[chosen, None]
        own = (shares[chosen] - part * pictures[other[chosen]]) / (1 - part)
        return _means(main[chosen], own)

    def unmixed(self, low: Array, late: Array, count: int) -> Array:
        """(count, r, bits) light of pictures in rows seen ``late`` (r,); nan where unsure.

        Rows that are seen later than the middle show one picture where the next frame's middle
        still shows it, rows that are seen earlier where the frame before did.
        """
        main = np.where(self.share > 0.5, self.new, self.old)
        pure = (self.old >= 0) & (np.minimum(self.share, 1 - self.share) < PURE)
        stays = np.append(pure[:-1] & pure[1:] & (main[:-1] == main[1:]), False)
        light = np.full((count, *low.shape[1:]), np.nan)
        for row, later in enumerate(late):
            chosen = np.flatnonzero(stays if later >= 0 else np.roll(stays, 1))
            chosen = chosen[np.isfinite(low[chosen, row]).all(axis=1)]
            number, mean = _means(main[chosen], low[chosen, row])
            light[number, row] = mean
        return light

    def rolls(self, monitor: Readings) -> float | None:
        """Return by how many exposures later lower rows change, per height; None where not seen.

        Rows of a frame that mixes two pictures are held against the frames before and after.
        """
        if not np.ptp(monitor.heights):
            return None
        mixed = np.flatnonzero((self.share > MIXED) & (self.share < 1 - MIXED))
        mixed = mixed[(mixed > 0) & (mixed < len(self.share) - 1)]
        before, now, after = (monitor.low[mixed + step] for step in (-1, 0, 1))
        size = ((after - before) ** 2).sum(axis=2)
        part = ((now - before) * (after - before)).sum(axis=2) / np.maximum(size, 1e-9)
        off = part - np.median(part, axis=1, keepdims=True)
        seen = np.isfinite(off) & (size > SAME) & (np.abs(off) < 1)
        if np.count_nonzero(seen) < FEWEST_MIXED * monitor.low.shape[1]:
            return None
        height = np.broadcast_to(monitor.heights, off.shape)
        return float(np.polyfit(height[seen], off[seen], 1)[0])

    def light(self, monitor: Readings, pictures: Array, rolls: float) -> Array:
        """(p, 1 + r, LOW_BITS) light of the pictures in the middle and at the monitor's heights.

        It is nan where unknown. Lower rows are seen later as ``rolls`` says, if the frames do not.
        """
        number, own = self.alone(monitor.shares, pictures)
        middle = np.full((len(pictures), 1, LOW_BITS), np.nan)
        middle[number, 0] = own[:, :LOW_BITS]
        seen = self.rolls(monitor)
        rolls = rolls if seen is None else seen
        rows = self.unmixed(monitor.low, rolls * monitor.heights, len(pictures))
        return np.concatenate([middle, rows], axis=1)


def _means(which: Whole, values: Array) -> tuple[Whole, Array]:
    """Numbers (k,) in ``which`` (n,) and the means (k, c) of their ``values`` (n, c)."""
    number, place = np.unique(which, return_inverse=True)
    sums = np.zeros((len(number), values.shape[1]))
    np.add.at(sums, place, values)
    return number, sums / np.bincount(place, minlength=len(number))[:, None]


def shown(shares: Array, guess: Whole, pictures: Array) -> Shown:
    """Explain each film frame by one of the camera's pictures, or by one and then another.

    ``shares`` (n, c) are those of the film frames, nan where not located; ``guess`` (2, n) which
    pictures the monitor is known to have held before and after each; ``pictures`` (p, c) the shares
    that the pictures must have. Unknown where neither these two nor two within REACH of what lies
    between them explain the frame.
    """
    best = np.full(len(shares), SAME**2)
    old, new, share = np.full(len(shares), -1), np.full(len(shares), -1), np.ones(len(shares))
    middle = np.rint(guess.mean(axis=0)).astype(np.int64)
    pairs = [
        tuple(np.clip(middle + step, 0, len(pictures) - 1) for step in (first, second))
        for first in range(-REACH, REACH + 1)
        for second in range(first + 1, REACH + 2)
    ]
    for earlier, later in (*pairs, np.clip(guess, 0, len(pictures) - 1)):
        part, rest = _blended(shares, pictures[earlier], pictures[later])
        better = (rest < best) & (later > earlier)
        for kept, found in ((best, rest), (share, part), (old, earlier), (new, later)):
            kept[better] = found[better]
    return Shown(old=old, new=new, share=share)


def _blended(shares: Array, earlier: Array, later: Array) -> tuple[Array, Array]:
    """(n,) share of the later picture that explains ``shares`` (n, c) best, and squares left."""
    way = later - earlier
    part = ((shares - earlier) * way).sum(axis=1) / np.maximum((way**2).sum(axis=1), 1e-9)
    part = np.clip(part, 0, 1)
    return part, ((shares - earlier - part[:, None] * way) ** 2).sum(axis=1)

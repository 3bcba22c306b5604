"""Which pictures are new, repeated or missing, counted by the filmed clock.

It is a coded counter in the picture, as ITU-T P.910 (10/2023) advises for distinguishing frozen
from still. A picture that shows the same
exposure of the clock again is a repeat; a step of m periods of the camera leaves m - 1 pictures
out.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.cadence import (
    HEAD,
    Cadence,
    cadence,
    refuse_every_refresh,
    usual_step,
)

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Readings, Whole
    from acceptance.scene.build import Scene

UNREADABLE = 0.05  # share of frames that may be unreadable
# share of frames that may lie outside of the page's log: who films stops after or before the page
UNLOGGED = 0.05
# holes in a row, and refreshes by which steps over holes fall short of whole periods, from which
# they are a slower pace
HOLES, SHORT = 5, 0.8
# most pictures on either side of a hole that tell its length, and fewest; periods and refreshes by
# which it falls short of whole ones, from which it is a slower picture
BESIDE, FEWEST_BESIDE, PART, REFRESHES = 12, 4, 0.12, 0.6
# share of pictures that is much to miss, and by how much pictures then lie off a grid that is none
# (rms): of a period (anywhere: 0.29), and times what readings alone do, anywhere within their reach
MUCH, ANYWHERE, BEYOND = 0.1, 0.19, 1.1


@dataclass(frozen=True, kw_only=True)
class Counts:
    """n frames by the counter.

    ``repeats`` (n,) show the picture before, ``missing`` (n,) are left out just before.
    ``missing`` is None where pictures were taken too unevenly to know; ``slower`` holes are not in
    it, as the camera may have taken none there. ``refreshes`` is the period of the source in
    refreshes of the screen; ``unreadable`` frames stand for a missing picture each and are counted
    as new where one is missing, else as neither. ``stood`` frames show the page where it stood
    still by its log, and are counted as new; ``unlogged`` repeats lie outside of what it covers.
    """

    unique: int
    repeats: NDArray[np.bool_]
    missing: Whole | None
    unreadable: int
    refreshes: float
    slower: int = 0
    stood: int = 0
    unlogged: int = 0

    @property
    def repeated(self) -> int:
        """How many frames are repeats."""
        return int(np.count_nonzero(self.repeats))

    @property
    def dropped(self) -> int | None:
        """How many pictures are missing."""
        return None if self.missing is None else int(self.missing.sum())


def readings(scene: Scene) -> Readings:
    """Read the clock in the picture. Raises GapError no_clock."""
    clocks = clock_readings.read_clocks(scene)
    if not clocks or not any(np.isfinite(read.shares).any() for read in clocks.values()):
        raise GapError("no_clock")
    return next(iter(clocks.values()))


def times(scene: Scene, readings: Readings) -> tuple[Array, float] | None:
    """Date the frames: times (n,) in s of the refreshes that they show, and half width.

    Return None where the refreshes were not logged, but for a few after the log's end or before it.
    """
    seen = np.flatnonzero(readings.readable)
    log = scene.screen_log
    if log is None or len(seen) < 3:
        return None
    frames = np.arange(len(readings.index))
    position = np.interp(frames, seen, readings.position[seen])
    if np.mean(_covered(position, log)) < 1 - UNLOGGED:
        return None
    refresh = float(np.median(np.diff(log[:, 1])))
    half_width = refresh * float(np.median(readings.reach[seen]))
    return _at_refreshes(position, log), half_width


def _at_refreshes(position: Array, log: Array) -> Array:
    """Date ``position`` (n,) by the ``log``, in s: beyond its ends it goes on at its mean pace."""
    inside = np.clip(position, log[0, 0], log[-1, 0])
    refreshes, seconds = log[-1] - log[0]
    beyond = (position - inside) * seconds / refreshes
    return np.asarray(np.interp(inside, log[:, 0], log[:, 1]) + beyond)


def count(readings: Readings, log: Array | None = None) -> Counts:
    """Count new, repeated and missing pictures; ``log`` (k, 2) is that of the page, if there.

    The count is exact while the camera takes at most one picture per 1.1 refreshes: exposures
    further apart differ by half a share in some bit. Raises GapError clock_unreadable,
    too_few_frames or clock_too_slow.
    """
    frames = len(readings.index)
    seen = np.flatnonzero(readings.readable)
    _check_readable(len(seen), frames)
    new = ~clock_readings.same_picture(readings.shares[seen])
    fresh = seen[new]
    grid = _grid(readings.position[fresh], readings.reach[fresh])
    period = grid.period if grid else usual_step(readings.position[fresh])
    stood = ~new & _stood(readings.position[seen], log, period)
    repeats = np.zeros(frames, np.bool_)
    repeats[seen[~new & ~stood]] = True
    filled, missing, slower = 0, None, fresh[:0]
    if grid:
        filled, missing = _holes(fresh, new, grid, frames)
        slower = _slower(readings, fresh, grid, missing)
        missing = missing - slower
    return Counts(
        unique=len(fresh) + filled + int(stood.sum()),
        repeats=repeats,
        missing=missing,
        unreadable=frames - len(seen),
        refreshes=period,
        slower=int(np.count_nonzero(slower)),
        stood=int(stood.sum()),
        unlogged=int(np.count_nonzero(~new & ~_covered(readings.position[seen], log))),
    )


def _covered(position: Array, log: Array | None) -> NDArray[np.bool_]:
    """(n,) whether ``position`` (n,) lies within the ``log`` of the page."""
    if log is None or len(log) < 2:
        return np.zeros(len(position), np.bool_)
    return np.asarray((position >= log[0, 0]) & (position <= log[-1, 0]))


def _stood(position: Array, log: Array | None, period: float) -> NDArray[np.bool_]:
    """(n,) whether the page stood still at ``position`` (n,): refreshes after it are not logged.

    So many that two pictures a ``period`` apart showed the same.
    """
    if log is None or len(log) < 2:
        return np.zeros(len(position), np.bool_)
    holes = np.flatnonzero(np.diff(log[:, 0]) > period)
    last = np.searchsorted(log[holes, 0], position - 1)
    before = np.append(log[holes, 0], np.inf)[last]  # the refresh that stood, at most one away
    return np.asarray(np.abs(before - position) <= 1)


def _anywhere(position: Array, reach: Array, grid: Cadence) -> bool:
    """Whether a grid leaves out much, and pictures at ``position`` (n,) lie anywhere on it.

    Uneven ones lie on any grid so fine.
    """
    number = grid.number
    if number[-1] < (1 + MUCH) * len(number):
        return False
    number, position = number[:HEAD], position[:HEAD]  # a slower pace later lies anywhere
    off = position - np.polyval(np.polyfit(number, position, 1), number)
    read = float(np.mean(reach**2) / 3) ** 0.5
    return bool(np.std(off) > max(ANYWHERE * grid.period, BEYOND * read))


def _lacking(position: Array, grid: Cadence, left_out: Whole) -> Array:
    """By how many refreshes the holes (n - 1,) fall short of whole periods, by those beside them.

    0 where no hole is, or where too few pictures without another hole lie on either side.
    """
    off, holes = position - grid.number * grid.period, np.flatnonzero(left_out)
    edges = np.concatenate([[-1], holes, [len(left_out)]])
    found = np.zeros(len(left_out))
    for before, hole, after in zip(edges, edges[1:], edges[2:], strict=False):
        sides = off[max(before, hole - BESIDE) + 1 : hole + 1], off[hole + 1 : after + 1][:BESIDE]
        if min(map(len, sides)) >= FEWEST_BESIDE:
            found[hole] = sides[0].mean() - sides[1].mean()
    return found


def _slower(readings: Readings, fresh: Whole, grid: Cadence, missing: Whole) -> Whole:
    """How many of the ``missing`` (n,) a slower camera may not have taken, (n,).

    Those of HOLES in a row, without a picture on time between, and as many as steps fall short of
    whole periods: alone by more than both readings, or the pictures beside, allow, or HOLES on
    average.
    """
    step, reach = np.diff(readings.position[fresh]), readings.reach[fresh]
    lacking = np.diff(grid.number) * grid.period - step
    left_out = missing[fresh[1:]]
    short = (left_out > 0) & (lacking > reach[1:] + reach[:-1] + SHORT)
    beside = _lacking(readings.position[fresh], grid, left_out)
    short |= beside > max(PART * grid.period, REFRESHES)
    at, in_turn = np.flatnonzero(left_out), np.zeros(len(left_out), np.bool_)
    if len(at) >= HOLES:
        neighbours = np.lib.stride_tricks.sliding_window_view
        for first in np.flatnonzero(neighbours(lacking[at], HOLES).mean(axis=1) > SHORT):
            short[at[first : first + HOLES]] = True
        for first in np.flatnonzero(np.ptp(neighbours(at, HOLES), axis=1) == HOLES - 1):
            in_turn[at[first : first + HOLES]] = True
    excess = np.where(short, np.maximum(np.rint(lacking / grid.period), 1), 0)
    slower = np.zeros(len(missing), np.int64)
    slower[fresh[1:]] = np.where(in_turn, left_out, np.minimum(excess, left_out))
    return slower


def _holes(fresh: Whole, new: NDArray[np.bool_], grid: Cadence, frames: int) -> tuple[int, Whole]:
    """Missing pictures that unreadable frames stand for, and those (n,) that nothing stands for."""
    repeats = np.diff(np.flatnonzero(new)) - 1  # between one new picture and the next
    hidden = np.diff(fresh) - 1 - repeats
    left_out = np.maximum(np.diff(grid.number) - 1, 0)
    filled = np.minimum(left_out, hidden)
    missing = np.zeros(frames, np.int64)
    missing[fresh[1:]] = np.maximum(left_out - filled - repeats, 0)
    return int(filled.sum()), missing


def _check_readable(seen: int, frames: int) -> None:
    share = seen / max(frames, 1)
    if share < 1 - UNREADABLE:
        raise GapError("clock_unreadable", share=share)
    if seen < 8:
        raise GapError("too_few_frames", frames=seen, needed=8)


def _grid(position: Array, reach: Array) -> Cadence | None:
    refuse_every_refresh(usual_step(position))
    grid = cadence(position, reach)
    return None if grid and _anywhere(position, reach, grid) else grid

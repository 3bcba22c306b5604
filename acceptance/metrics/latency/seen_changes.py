"""Changes of a monitor as film frames show them, and how likely guesses of its refreshes are."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from functools import cache, cached_property, partial
from typing import TYPE_CHECKING

import numpy as np

from acceptance.files.scipy_later import special
from acceptance.metrics._filmed_clock.pace import DEAD
from acceptance.metrics.latency import slow_screen
from acceptance.metrics.latency.monitor import MIXED
from acceptance.metrics.latency.monitor_prior import (
    DELAY,
    LOG_JITTER,
    LOG_PERIOD,
    LOG_TIMING,
    PHASE,
    RANK,
    RESPONSE,
    SHAPE,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.gray_code import Array, Whole
    from acceptance.metrics._filmed_clock.particles import Density

LEAST = 1e-6  # s
TIMING = 0.0002  # s by which time stamps of a film jitter as a rule
EXACT = 0.00002  # s to which they may be right: else long exposures would explain mixtures better
SHARE_NOISE = 0.02  # standard uncertainty of the share of a mixture
LEAST_GAINED = 0.1  # of the time by which an exposure goes on: so much more light at least
HIDDEN = MIXED + 2 * SHARE_NOISE  # share of another picture in frames that look unmixed
MISS = 0.001  # likelihood of a change that no refresh explains
ALL_CHANGES = 200  # that the refreshes are timed by at last
OPENING = 3.0  # s to either side of the film's middle in which they are looked for first
FEW = 3  # one in so many changes is looked at beyond FAR times the timing
NEAR = 1.5  # times the timing from which all are
COARSEST = 45.0  # times the timing to begin with
LENIENT = 1.5  # power of the timing by which each change counts for less before the last step
MOST_CHANGES = 80  # that the refreshes are looked for in
# times the timing up to which guesses near grids are tried, and what it is let down by
FAR, FINER = 4.0, 2**0.5


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Changes (c,) between film frames with middles ``before`` and ``after``, in s.

    The new pictures were ``taken`` (c,), in s. ``share`` is that of the new picture in the latter
    frame, 1 where none of the old one is seen, ``seen`` what was measured, and ``then`` in the
    frame with its middle at ``next``; nan where it was not. ``exposures`` (m,) are those of the
    film that are possible, ascending; ``timings`` are how exactly the times of the frames are
    known, at best and at worst, s. ``close`` says whether they follow so closely that they show how
    a monitor responds.
    """

    before: Array
    after: Array
    share: Array
    seen: Array
    then: Array
    next: Array
    taken: Array
    exposures: Array
    timings: tuple[float, float] = (TIMING, TIMING)
    close: bool = True

    def about(self, reach: float, most: int) -> Seen:
        """Return up to ``most`` changes within ``reach`` s of time 0."""
        near = np.flatnonzero(np.abs(self.after) <= reach)
        near = near if len(near) else np.arange(len(self.after))
        # an even choice would be blind to a beat of camera and monitor
        random = np.random.default_rng(0)
        return self.only(np.sort(random.choice(near, min(len(near), most), replace=False)))

    def only(self, few: Whole) -> Seen:
        """Return a ``few`` of the changes."""
        return replace(
            self,
            before=self.before[few],
            after=self.after[few],
            share=self.share[few],
            seen=self.seen[few],
            then=self.then[few],
            next=self.next[few],
            taken=self.taken[few],
        )

    @cached_property
    def mixed(self) -> NDArray[np.bool_]:
        """Whether a frame shows both pictures (c,)."""
        return self.share < 1

    @cached_property
    def _of_mixtures(self) -> Array:
        """What light must rise for to show the shares of the mixtures (``columns_of``)."""
        return slow_screen.columns_of(self.share[self.mixed])

    def exposure(self, guesses: Array) -> Array:
        """(m, 1) exposures of the film in s."""
        rank = np.linspace(0, 1, len(self.exposures))
        return np.interp(guesses[:, RANK, None], rank, self.exposures)

    def mixtures(self, exposure: Array, response: Array, shape: Array | float = 0.0) -> Array:
        """(m, mixtures) moments of the changes that show as a mixture.

        ``exposure`` and ``response`` (m, 1) in s, and its ``shape`` (m, 1).
        """
        part = slow_screen.needed(self._of_mixtures, response / exposure, shape)
        return np.asarray(self.after[self.mixed] + exposure * (0.5 - part))

    def bounds(
        self, exposure: Array, guesses: Array, at: Array, hidden: float = MIXED
    ) -> tuple[Array, Array]:
        """(m, c) each: earliest and latest moment of the changes, of mixtures both ``at``.

        ``exposure`` (m, 1) in s. So much of another picture as ``hidden`` may be in a frame that
        looks unmixed.
        """
        ratio, shape = guesses[:, RESPONSE, None] / exposure, guesses[:, SHAPE, None]
        clear, more = (
            slow_screen.needed(_columns(share), ratio, shape) for share in (1 - hidden, hidden)
        )
        latest = self.after + exposure * (0.5 - clear)
        earliest = self.before + exposure * (0.5 - more)
        clear_ones = ~self.mixed
        earliest[:, clear_ones] = np.minimum(earliest, latest)[:, clear_ones]
        # a mixture's is one moment, unless light that rises slowly was to be seen the frame before
        earliest[:, self.mixed] = np.maximum(earliest[:, self.mixed], at) if self.close else at
        latest[:, self.mixed] = at
        return earliest, latest

    def points(self, guesses: Array, exposure: Array) -> tuple[Array, Array, Array, Array]:
        """(m, c) each: first and last refresh that may be the change, else the nearest.

        Then the earliest and latest moment of it, were the times of frames right.
        """
        period = np.exp(guesses[:, LOG_PERIOD, None])
        start = guesses[:, PHASE, None] * period
        at = self.mixtures(exposure, guesses[:, RESPONSE, None], guesses[:, SHAPE, None])
        earliest, latest = self.bounds(exposure, guesses, at, HIDDEN)
        first = start + period * np.ceil((earliest - start) / period)
        last = start + period * np.floor((latest - start) / period)
        none = last < first
        if none.any():
            near = start + period * np.rint(((earliest + latest) / 2 - start) / period)
            first, last = np.where(none, near, first), np.where(none, near, last)
        return first, last, *self.bounds(exposure, guesses, at)

    def ready(self, guesses: Array, refresh: Array, coarse: float = 1.0) -> Array:
        """(m, c) probability that a picture is ready in time for a ``refresh``."""
        delay, log_jitter = (guesses[:, column, None] for column in (DELAY, LOG_JITTER))
        jitter = np.hypot(np.exp(log_jitter), coarse * np.exp(guesses[:, LOG_TIMING, None]))
        return np.asarray(special.expit((refresh - (self.taken + delay)) / jitter))

    def unsettled(self, guesses: Array, exposure: Array, refresh: Array, coarse: float) -> Array:
        """(m, c) by how much more or less of the old picture is left than should be, over noise.

        It is that in frames that show nearly the new one alone, which came up at ``refresh``, and
        in those after the first that shows it: a slow monitor is told from a blend.
        """
        unmixed = ~self.mixed & ~np.isnan(self.seen)
        both = [(unmixed, self.after, self.seen), (~np.isnan(self.then), self.next, self.then)]
        off = [
            self._left(guesses, exposure, refresh, coarse, np.flatnonzero(which), middle, share)
            for which, middle, share in both
        ]
        return np.hypot(*off)

    def _left(
        self,
        guesses: Array,
        exposure: Array,
        refresh: Array,
        coarse: float,
        which: Whole,
        middle: Array,
        share: Array,
    ) -> Array:
        """(m, c) as ``unsettled``, of changes ``which`` (k,) in frames with a ``middle`` (c,) s.

        These show a ``share`` (c,) of the new picture.
        """
        jitter = _jitter(guesses)
        since = (middle[which] - refresh[:, which]) / exposure + 0.5
        ratio, shape = guesses[:, RESPONSE, None] / exposure, guesses[:, SHAPE, None]
        noise = np.asarray(SHARE_NOISE)
        expected = slow_screen.gathered(since - jitter / exposure, ratio, shape)
        if jitter.any():
            more = slow_screen.gathered(since + jitter / exposure, ratio, shape)
            expected, noise = (expected + more) / 2, np.hypot(noise, (more - expected) / 2)
        off = np.zeros_like(refresh)
        off[:, which] = np.maximum(np.abs(expected - share[which]) - DEAD, 0) / (coarse * noise)
        return off

    def likelihood(self, guesses: Array, coarse: float, count: int) -> Array:
        """(m,) its logarithm were the timing ``coarse`` times as loose.

        Then each of ``count`` changes counts for less. What is left of the old picture tells the
        last of several refreshes from those before it.
        """
        exposure, period = self.exposure(guesses), np.exp(guesses[:, LOG_PERIOD, None])
        first, last, *within = self.points(guesses, exposure)
        too_early = self.ready(guesses, first - period, coarse)
        in_time = self.ready(guesses, last, coarse)
        each = self.fits(guesses, exposure, last, within, coarse)
        if (several := last > first).any():
            before = self.ready(guesses, last - period, coarse)
            sooner = self._sooner(guesses, exposure, first, within, coarse, each, several)
            each = (in_time - before) * each + (before - too_early) * sooner
        else:
            each = (in_time - too_early) * each
        return np.asarray(np.log(each + MISS).mean(axis=1) * count / coarse**LENIENT)

    def _sooner(
        self,
        guesses: Array,
        exposure: Array,
        first: Array,
        within: Sequence[Array],
        coarse: float,
        each: Array,
        several: NDArray[np.bool_],
    ) -> Array:
        """(m, c) as ``fits``, of the ``first`` of ``several`` refreshes; else that of ``each``.

        Few guesses leave several to few changes.
        """
        few = np.ix_(np.flatnonzero(several.any(axis=1)), np.flatnonzero(several.any(axis=0)))
        row, column = few[0][:, 0], few[1][0]
        sooner = each.copy()
        sooner[few] = self.only(column).fits(
            guesses[row], exposure[row], first[few], [end[few] for end in within], coarse
        )
        return sooner

    def fits(
        self,
        guesses: Array,
        exposure: Array,
        refresh: Array,
        within: Sequence[Array],
        coarse: float,
    ) -> Array:
        """(m, c) likelihood that changes come at a ``refresh``, ``within`` what frames allow."""
        earliest, latest = within
        stamps, share_noise = np.exp(guesses[:, LOG_TIMING, None]), SHARE_NOISE * exposure
        blended = np.hypot(stamps, share_noise)
        # stamps that are off by an exposure give any share: each is the less likely, the shorter;
        # and where more off than usual, changes at the end of an exposure as often make a mixture
        loose = coarse * np.maximum(_jitter(guesses), LEAST)
        before, after = refresh - earliest, latest - refresh
        clear = np.flatnonzero(~self.mixed)
        density = np.repeat(share_noise / blended, len(self.share), axis=1)
        density[:, clear] = _inside(before[:, clear], after[:, clear], loose)
        timing = np.repeat(stamps, len(self.share), axis=1)
        timing[:, self.mixed] = np.hypot(stamps, self._moment_noise(guesses, exposure, earliest))
        off = np.maximum(np.maximum(-before, -after), 0) / (coarse * timing)
        unsettled = self.unsettled(guesses, exposure, refresh, coarse)
        return np.exp(-(off**2 + unsettled**2) / 2) * density

    def _moment_noise(self, guesses: Array, exposure: Array, at: Array) -> Array:
        """(m, mixtures) s by which the noise of its share moves each mixture ``at`` (m, c).

        The more slowly light rises, the more, as far as frames show how it does.
        """
        if not self.close:
            return SHARE_NOISE * exposure
        since = (self.after[self.mixed] - at[:, self.mixed]) / exposure + 0.5
        gained = slow_screen.gained(
            since, guesses[:, RESPONSE, None] / exposure, guesses[:, SHAPE, None]
        )
        return np.asarray(SHARE_NOISE * exposure / np.maximum(gained, LEAST_GAINED))

    def steps(self) -> list[Density]:
        """Likelihoods from coarse to fine; refreshes are counted from the film's middle."""
        span = float(np.abs(self.after).max())
        count = min(len(self.after), ALL_CHANGES)
        steps: list[Density] = []
        for coarse in FINER ** np.arange(int(math.log(COARSEST, FINER)), -1, -1):
            most = MOST_CHANGES if coarse <= FAR else MOST_CHANGES // FEW
            most = ALL_CHANGES if coarse <= NEAR else most
            some = self.about(max(OPENING, span / coarse), most)
            steps.append(partial(some.likelihood, coarse=float(coarse), count=count))
        return steps


@cache
def _columns(share: float) -> Array:
    return slow_screen.columns_of(np.array([share]))


def _jitter(guesses: Array) -> Array:
    """(m, 1) by how much more than usual the times of frames are off, s."""
    stamps = np.exp(guesses[:, LOG_TIMING, None])
    return np.sqrt(np.maximum(stamps**2 - TIMING**2, 0.0))


def _inside(later: Array, earlier: Array, off: Array) -> Array:
    """(m, c) probability that moments so far from two ends, ``off`` by (m, 1) s, stay inside."""
    ends = (np.maximum(inside + TIMING, 0) / off for inside in (later, earlier))
    return np.asarray(sum(special.ndtr(end) for end in ends) - 1)

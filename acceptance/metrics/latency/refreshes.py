"""Moments at which a monitor changes, by the refreshes that it must have.

A film frame that spans a change shows its moment; else the change lies between two exposures. A
picture is ready some *delay* after its exposure, with *jitter* (logistic), and comes up at the
monitor's next refresh. Period and phase of the refreshes, delay, jitter and the film's exposure are
sampled together (``particles``), the exposure from what the clock leaves possible: where film and
monitor do not run in step, their mixtures show it better than the clock does.

Where all run in step every change says the same. So it is not the number of changes that speaks for
a grid of refreshes: a delay explains them all at once, and what it leaves open stays open.
"""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics._filmed_clock import ghosts, particles
from acceptance.metrics._filmed_clock.gray_code import FEWEST_BLENDS
from acceptance.metrics._filmed_clock.pace import DRAWS
from acceptance.metrics.latency import monitor_prior, slow_screen
from acceptance.metrics.latency.monitor_prior import (
    DELAY,
    LOG_JITTER,
    LOG_PERIOD,
    RANK,
    RESPONSE,
    SLOWEST,
    Ranges,
)
from acceptance.metrics.latency.refresh_starts import Start, aliases, slowest
from acceptance.metrics.latency.seen_changes import EXACT, SHARE_NOISE, TIMING, Seen

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.gray_code import Array, Whole
    from acceptance.metrics.latency.monitor import Changes

CROWD, MOVES = 1024, 3
# phases at which changes come in a film in step, and likeness from which they are so many
FEW_PHASES, ALIKE = np.arange(1, 5), 0.9
SELDOM = 0.05  # share of the draws in which exposures are so short
# how far apart nine in ten of the shares of changes lie, from which a response is seen: an even
# rise, seen in its middle only, looks like a fast screen of another rate; share of a new picture
# that is not seen in a frame
OFTEN, SWEPT, UNSEEN = (0.05, 0.95), 0.6, 2 * SHARE_NOISE


def moments(
    changes: Changes, times: Array, taken: Array, exposures: Array, scatter: float = 0.0
) -> tuple[Whole, Array, float]:
    """(DRAWS, c) draws of the moments of the changes in s, after the exposure of each draw.

    Exposures are given by their numbers among ``exposures`` (m,), in s. Last comes what the
    monitor's time constant leaves open beyond the draws, in s. Film frames have middles
    ``times`` (n,) s; the pictures that appear were ``taken`` (c,) s, middles of their exposures.
    """
    middle, order = float(times.mean()), np.argsort(exposures)
    # frames farther apart come when every monitor has settled: they tell nothing of its response,
    # which is taken for exponential
    close = float(np.median(np.diff(times))) < ghosts.SLOWER
    every = Seen(
        before=times[changes.frame - 1] - middle,
        after=times[changes.frame] - middle,
        share=changes.share,
        seen=changes.seen,
        then=changes.then if close else np.full(len(taken), np.nan),
        next=times[np.minimum(changes.frame + 1, len(times) - 1)] - middle,
        taken=taken - middle,
        exposures=exposures[order],
        timings=(EXACT, max(TIMING, scatter)),
        close=close,
    )
    ranges = Ranges(
        delays=_delays(every.after - every.taken),
        timings=(math.log(every.timings[0]), math.log(every.timings[1])),
        shapes=(slow_screen.SHAPES[0], slow_screen.SHAPES[-1] if close else slow_screen.SHAPES[0]),
    )
    ways = Start.of(every, ranges).ways(every.steps())
    prior = partial(monitor_prior.log_density, ranges=ranges)
    guesses = particles.sample(
        ways, prior, size=CROWD, moves=MOVES, count=DRAWS,
        beside=partial(aliases, every, ranges), sure=partial(slowest, every),
    )  # fmt: skip
    drawn = _chosen(every, guesses, np.random.default_rng(0)) + middle
    hidden = _hidden(every, drawn.mean(axis=0) - middle) if close else 0.0
    return (
        order[particles.ranked(guesses[:, RANK], len(order))],
        drawn,
        max(_open(guesses[:, RESPONSE]), hidden),
    )


def _open(response: Array) -> float:
    """Return what a time constant of which these are draws (m,) leaves open, in s.

    All of it where frames do not show it; as no screen responds just exponentially, some where they
    do.
    """
    usual = float(response.mean())
    return min(usual, math.hypot(slow_screen.DOUBT * usual, 2 * float(response.std())))


def _hidden(seen: Seen, moments: Array) -> float:
    """Return by how many s first light may come before all ``moments`` (c,) unseen.

    In step every change is seen at about one phase. A part of the light in one frame and all of it
    in the next is then as well a screen that rises evenly, from the end of the frame before on.
    """
    share, exposure = seen.share[seen.mixed], float(np.median(seen.exposures))
    every = np.where(seen.mixed, seen.share, np.nan_to_num(seen.seen, nan=1.0))
    if len(share) < FEWEST_BLENDS or np.ptp(np.quantile(every, OFTEN)) > SWEPT:
        return 0.0
    before, after, later = (times[seen.mixed] for times in (seen.before, seen.after, seen.next))
    unseen = math.sqrt(2 * UNSEEN * exposure * float(np.median(later - after)))
    dark = before + exposure / 2 - unseen
    complete = after - share / (1 - share) * (later - exposure / 2 - after)
    earlier = moments[seen.mixed] - np.maximum(dark, complete)
    return max(float(np.median(earlier)), 0.0)


def gap(times: Array, changes: Changes, moments: Array, exposures: Array, possible: Array) -> float:
    """Return the s within which all ``moments`` (c,) of changes may lie elsewhere alike, 0 if none.

    From one exposure to the next where too few frames mix pictures to show the monitor's refreshes,
    about the moments that are given: twice as far where in step all lie at one end of it. A whole
    interval in films so slow, with exposures that may be so short, that monitors of several
    rates explain them, if all changes seem to come at a few phases of it. ``exposures`` (m,) s are
    those of the draws, ``possible`` (n,) s what the clock leaves: at a few phases mixtures choose
    among these, but by what is thought of a monitor beforehand.
    """
    interval = float(np.median(np.diff(times)))
    shortest = min(float(np.quantile(each, SELDOM)) for each in (exposures, possible))
    if interval > ghosts.SLOWER and shortest < interval / 2:
        turns = 2 * np.pi * np.multiply.outer(FEW_PHASES, moments / interval)
        if np.abs(np.exp(1j * turns).mean(axis=1)).max() > ALIKE:
            return interval
    if np.count_nonzero(changes.share < 1) >= FEWEST_BLENDS:
        return 0.0
    dark = max(interval - float(exposures.mean()), 0.0)
    between = (times[changes.frame] + times[changes.frame - 1]) / 2
    aside = abs(float(np.median(moments - between)))
    return dark + 2 * min(aside, dark / 2)


def _delays(late: Array) -> tuple[float, float]:
    """Shortest and longest delay in s, from what changes (c,) come after the exposures."""
    shortest, longest = float(np.quantile(late, 0.02)), float(np.quantile(late, 0.98))
    return shortest - 2 / SLOWEST, longest + 1 / SLOWEST


def _chosen(seen: Seen, guesses: Array, random: np.random.Generator) -> Array:
    """(m, c) moments: one of the refreshes within the bounds, by its probability.

    Where there is no refresh, the moment is anywhere within the bounds.
    """
    exposure = seen.exposure(guesses)
    first, last, earliest, latest = seen.points(guesses, exposure)
    period = np.exp(guesses[:, LOG_PERIOD, None])
    ready = np.clip(_ready(seen, guesses, first, last, random), first - period, last)
    refresh = first + period * np.ceil((ready - first) / period - 1e-6)
    anywhere = earliest + random.uniform(size=period.shape) * (latest - earliest)
    off = np.maximum(earliest - last, first - latest)
    none = off > 4 * np.hypot(seen.timings[1], SHARE_NOISE * exposure)
    return np.where(none, anywhere, np.clip(refresh, first, last))


def _ready(
    seen: Seen, guesses: Array, first: Array, last: Array, random: np.random.Generator
) -> Array:
    """(m, c) moments at which the pictures are ready, in time for one of the refreshes."""
    period = np.exp(guesses[:, LOG_PERIOD, None])
    low, high = seen.ready(guesses, first - period), seen.ready(guesses, last)
    part = random.uniform(size=low.shape)
    delay, jitter = guesses[:, DELAY, None], np.exp(guesses[:, LOG_JITTER, None])
    with np.errstate(all="ignore"):
        rank = low + part * (high - low)
        return np.asarray(np.nan_to_num(seen.taken + delay + jitter * np.log(rank / (1 - rank))))

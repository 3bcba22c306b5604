"""What only mixtures, or only clear changes, need is reckoned for these alone: the same numbers.

The plain way, written out here, reckons everything for every change and then chooses.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import expit, ndtr

from acceptance.metrics.latency import seen_changes, slow_screen
from acceptance.metrics.latency.monitor import MIXED
from acceptance.metrics.latency.monitor_prior import (
    COLUMNS,
    DELAY,
    LOG_JITTER,
    LOG_PERIOD,
    LOG_TIMING,
    PHASE,
    RESPONSE,
    SHAPE,
)

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.gray_code import Array


def plain_bounds(seen: seen_changes.Seen, guesses: Array, hidden: float) -> tuple[Array, Array]:
    exposure, response = seen.exposure(guesses), guesses[:, RESPONSE, None]
    at, clear, more = (
        slow_screen.needed(
            slow_screen.columns_of(np.asarray(share)), response / exposure, guesses[:, SHAPE, None]
        )
        for share in (seen.share, [1 - hidden], [hidden])
    )
    latest = seen.after + exposure * (0.5 - clear)
    earliest = seen.before + exposure * (0.5 - more)
    mixture = seen.after + exposure * (0.5 - at)
    mixed = seen.share < 1
    earliest = np.where(mixed, np.maximum(earliest, mixture), np.minimum(earliest, latest))
    return earliest, np.where(mixed, mixture, latest)


def plain_unsettled(
    seen: seen_changes.Seen, guesses: Array, refresh: Array, coarse: float
) -> Array:
    exposure, jitter = seen.exposure(guesses), seen_changes._jitter(guesses)
    ratio, squares = guesses[:, RESPONSE, None] / exposure, np.zeros_like(refresh)
    alone = np.where(seen.share < 1, np.nan, seen.seen)
    for middle, share in ((seen.after, alone), (seen.next, seen.then)):
        since = (middle - refresh) / exposure + 0.5
        expected, more = (
            slow_screen.gathered(since + sign * jitter / exposure, ratio, guesses[:, SHAPE, None])
            for sign in (-1, 1)
        )
        noise = np.hypot(seen_changes.SHARE_NOISE, (more - expected) / 2)
        off = np.abs((expected + more) / 2 - share) - seen_changes.DEAD
        squares += np.nan_to_num(np.maximum(off, 0) / (coarse * noise)) ** 2
    return np.sqrt(squares)


def plain_fits(seen: seen_changes.Seen, guesses: Array, refresh: Array, coarse: float) -> Array:
    earliest, latest = plain_bounds(seen, guesses, MIXED)
    mixed, exposure = seen.share < 1, seen.exposure(guesses)
    since = (seen.after - earliest) / exposure + 0.5
    ratio, shape = guesses[:, RESPONSE, None] / exposure, guesses[:, SHAPE, None]
    gained = np.maximum(slow_screen.gained(since, ratio, shape), seen_changes.LEAST_GAINED)
    noise = np.where(mixed, seen_changes.SHARE_NOISE * exposure, 0)
    stamps = np.exp(guesses[:, LOG_TIMING, None])
    timing = np.hypot(stamps, noise / gained)
    loose = coarse * np.maximum(seen_changes._jitter(guesses), seen_changes.LEAST)
    ends = (refresh - earliest, latest - refresh)
    inside = sum(ndtr(np.maximum(end + seen_changes.TIMING, 0) / loose) for end in ends) - 1
    density = np.where(mixed, noise / np.hypot(stamps, noise), inside)
    off = np.maximum(np.maximum(earliest - refresh, refresh - latest), 0) / (coarse * timing)
    unsettled = plain_unsettled(seen, guesses, refresh, coarse)
    return np.asarray(np.exp(-(off**2 + unsettled**2) / 2) * density)


def plain_likelihood(seen: seen_changes.Seen, guesses: Array, coarse: float, count: int) -> Array:
    period = np.exp(guesses[:, LOG_PERIOD, None])
    start = guesses[:, PHASE, None] * period
    earliest, latest = plain_bounds(seen, guesses, seen_changes.HIDDEN)
    first = start + period * np.ceil((earliest - start) / period)
    last = start + period * np.floor((latest - start) / period)
    near = start + period * np.rint(((earliest + latest) / 2 - start) / period)
    first, last = np.where(last < first, near, first), np.where(last < first, near, last)
    stamps = np.exp(guesses[:, LOG_TIMING, None])
    jitter = np.hypot(np.exp(guesses[:, LOG_JITTER, None]), coarse * stamps)
    off = seen.taken + guesses[:, DELAY, None]
    early, before, in_time = (
        expit((at - off) / jitter) for at in (first - period, last - period, last)
    )
    each = (in_time - before) * plain_fits(seen, guesses, last, coarse)
    each += (before - early) * plain_fits(seen, guesses, first, coarse)
    return np.asarray(
        np.log(each + seen_changes.MISS).mean(axis=1) * count / coarse**seen_changes.LENIENT
    )


def some_changes(random: np.random.Generator, mixed: float) -> seen_changes.Seen:
    """Return 60 changes in 6 s, so many of them mixtures, some not read."""
    after = np.sort(random.uniform(-3, 3, 60))
    share = np.where(random.uniform(size=60) < mixed, random.uniform(0.06, 0.94, 60), 1.0)
    seen = np.where(random.uniform(size=60) < 0.2, np.nan, random.uniform(0.8, 1, 60))
    return seen_changes.Seen(
        before=after - 1 / 60, after=after, share=share, seen=seen,
        then=np.where(random.uniform(size=60) < 0.5, np.nan, random.uniform(0.9, 1, 60)),
        next=after + 1 / 60,
        taken=after - random.uniform(0.1, 0.15, 60),
        exposures=np.sort(random.uniform(0.002, 0.012, 40)), timings=(2e-4, 2e-3),
    )  # fmt: skip


@pytest.mark.parametrize("mixed", [0.0, 0.4, 1.0])
@pytest.mark.parametrize("coarse", [1.0, 16.0])
def test_the_likelihood_of_changes_in_parts_is_that_of_all_of_them(
    mixed: float, coarse: float
) -> None:
    random = np.random.default_rng(17)
    seen, guesses = some_changes(random, mixed), random.uniform(0, 1, (50, COLUMNS))
    guesses[:, LOG_PERIOD] = -np.log(random.uniform(24, 144, 50))
    guesses[:, PHASE] -= 0.5
    guesses[:, DELAY] = random.uniform(0.09, 0.16, 50)
    guesses[:, LOG_JITTER] = np.log(random.uniform(1e-4, 1e-2, 50))
    guesses[:, RESPONSE] *= random.choice([0.0, 0.01], 50)
    guesses[:, LOG_TIMING] = random.uniform(math.log(2e-4), math.log(2e-3), 50)
    plain = plain_likelihood(seen, guesses, coarse, 60)
    assert seen.likelihood(guesses, coarse, 60) == pytest.approx(plain, rel=1e-12)

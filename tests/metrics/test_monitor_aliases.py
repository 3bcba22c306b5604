"""A monitor that is faster by the film's rate shows the same shares: both rates are looked at."""

from __future__ import annotations

import sys
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.metrics._filmed_clock import particles
from acceptance.metrics.latency import refresh_starts
from acceptance.metrics.latency.monitor_prior import (
    COLUMNS,
    DELAY,
    LOG_JITTER,
    LOG_PERIOD,
    LOG_TIMING,
    RANK,
    Ranges,
)
from acceptance.metrics.latency.seen_changes import Seen

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks
import departures

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array

RATE, EXPOSURE = 60.845, 0.004
# of islands at 0, 10, 20 ...
HEIGHTS = np.array([-70.0, -60.0, -10.0, -30.0, -80.0, -50.0, -55.0, -65.0, -75.0])
HIGHEST = 2


def belief(guesses: Array) -> Array:
    """Any place about the islands is as likely."""
    return np.where(np.abs(guesses[:, 0] - 40) < 50, 0.0, -np.inf)


def likelihood(guesses: Array) -> Array:
    """Give each island its height."""
    off = guesses - 10 * np.arange(len(HEIGHTS))
    return np.asarray(np.logaddexp.reduce(HEIGHTS - off**2 / 0.02, axis=1))


def start(island: int, random: np.random.Generator) -> tuple[Array, Array]:
    """Start a crowd about one of the islands."""
    return 10 * island + random.uniform(-1, 1, (512, 1)), np.zeros(512)


@pytest.mark.parametrize(("beside", "island"), [(None, 3), (lambda best: [best, best - 10], 2)])
def test_a_higher_island_that_no_crowd_met_is_found_beside_the_best(
    beside: particles.Beside | None, island: int
) -> None:
    """No two of eight crowds agree; without looking beside it the best of them is believed."""
    others = np.delete(np.arange(len(HEIGHTS)), HIGHEST).tolist()
    ways = [(partial(start, other), [likelihood]) for other in others]
    found = particles.sample(ways, belief, size=256, moves=2, count=64, beside=beside)
    assert np.abs(found - 10 * island).max() < 1


@pytest.mark.parametrize(("sure", "island"), [(True, 3), (False, 2)])
def test_where_two_crowds_agree_on_what_is_seldom_a_higher_island_is_looked_for(
    island: int, *, sure: bool
) -> None:
    """Both starts lead to one island, and a higher one lies beside it."""
    found = particles.sample(
        [(partial(start, 3), [likelihood])], belief, size=256, moves=2, count=64,
        beside=lambda best: [best, best - 10], sure=lambda _: sure,
    )  # fmt: skip
    assert np.abs(found - 10 * island).max() < 1


@pytest.mark.parametrize(
    ("rate", "film", "slowest"),
    [(59.5, 60, True), (149.5, 60, False), (119.5, 30, False), (149.5, 240, True)],
)
def test_a_fast_monitor_is_in_doubt_where_a_slower_one_looks_the_same(
    rate: float, film: int, *, slowest: bool
) -> None:
    seen, guess = filmed()
    guess[:, LOG_PERIOD] = -np.log(rate)
    seen = replace(seen, next=seen.after + 1 / film)
    assert refresh_starts.slowest(seen, guess) is slowest


def test_a_monitor_of_its_own_rate_is_not_taken_for_one_that_is_thrice_as_fast() -> None:
    """A film of 60 frame/s of a camera in step and a monitor of 59.5 Hz: two crowds met 149.5 Hz.

    Its mean was 3.5 ms off, and its standard deviation 2.0 for 4.9 ms, at U of 0.8.
    """
    random = np.random.default_rng([2006, 7265, 17])
    by = departures.drawn(random, departures.some(random, departures.SIGNALS))
    for reading in clocks.filmed(random, by).readings:
        assert abs(reading.off) <= reading.expanded


def filmed() -> tuple[Seen, Array]:
    """Film at 60 frame/s a monitor whose refreshes sweep the frames; the guess is the truth."""
    frame = np.arange(-180.0, 180, 2) / 60
    refresh = np.rint(frame * RATE) / RATE
    share = 0.5 - (refresh - frame) / EXPOSURE
    share = np.where((share > 0.2) & (share < 0.8), share, 1.0)
    guess = np.zeros((1, COLUMNS))
    guess[:, [LOG_PERIOD, DELAY, LOG_JITTER, RANK]] = -np.log(RATE), 0.1, np.log(0.001), 0.5
    guess[:, LOG_TIMING] = np.log(0.0002)
    seen = Seen(
        before=frame - 1 / 60,
        after=frame,
        share=share,
        seen=np.full(len(frame), np.nan),
        then=np.full(len(frame), np.nan),
        next=frame + 1 / 60,
        taken=frame - 0.1,
        exposures=np.linspace(0.001, 2 * EXPOSURE - 0.001, 64),
    )
    return seen, guess


def test_monitors_faster_by_half_of_the_films_rate_look_the_same_in_shorter_exposures() -> None:
    """60.8, 90.8, 120.8 and 150.8 Hz: all mixtures are seen at refreshes of each of them."""
    seen, guess = filmed()
    ranges = Ranges(delays=(0.0, 0.2), timings=(np.log(0.0001), np.log(0.001)))
    ways = refresh_starts.aliases(seen, ranges, np.repeat(guess, 8, axis=0))
    assert [float(np.exp(-way[0, LOG_PERIOD])) for way in ways] == pytest.approx(
        [RATE, RATE + 30, RATE + 60, RATE + 90]
    )
    for way in ways:
        right = guess.copy()
        right[:, LOG_PERIOD] = way[0, LOG_PERIOD]
        right[:, RANK] = (EXPOSURE * np.exp(way[0, LOG_PERIOD]) * RATE - 0.001) / 0.006
        first, last, earliest, latest = seen.points(right, seen.exposure(right))
        off = np.maximum(earliest - last, first - latest)[:, seen.mixed]
        assert seen.mixed.sum() > 10
        assert off.max() < 0.02 * EXPOSURE


def test_no_monitor_is_looked_for_beyond_the_rates_that_there_are() -> None:
    seen, guess = filmed()
    ranges = Ranges(delays=(0.0999, 0.1001), timings=(np.log(0.0001), np.log(0.001)))
    [own] = refresh_starts.aliases(seen, ranges, np.repeat(guess, 8, axis=0))
    assert np.allclose(np.exp(-own[:, LOG_PERIOD]), RATE)

"""Films of which few pictures are read, and what only seems to be left or lost in a film."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import ghosts
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import delay, film_times, picture_age, refreshes
from acceptance.metrics.latency.monitor import Changes
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks


def ages(watched: float, count: int = 14) -> picture_age.Ages:
    """Ages of ``count`` pictures in a film that shows known ones for a share of it."""
    each = np.full((8, count), 200.0)
    return picture_age.Ages(
        first=each, last=each + 40, opening=np.full(8, np.nan), missed=0.0, watched=watched
    )


def worst(each: np.ndarray, watched: float) -> tuple[float, float]:
    """Worst of the pictures that were read, and its U."""
    found = delay.Latency(draws=np.tile(each, (8, 1)), moments=each, ages=ages(watched, each.size))
    value, lines = delay.of_each(found)["worst"]
    combined = combine([*lines])
    return value, combined.k * combined.uncertainty


@pytest.mark.parametrize("read", [20, slow(14), slow(40)])
def test_the_worst_of_all_pictures_is_inside_u_where_few_of_them_are_read(read: int) -> None:
    """Of 140 that wait for a monitor of 60 Hz, and come up to 5 ms late besides."""
    random, hits, sizes, off = np.random.default_rng(7), 0, [], []
    for _ in range(200):
        every = 120 + random.uniform(0, 1000 / 60, 140) + random.uniform(0, 5, 140)
        value, size = worst(random.choice(every, read, replace=False), read / 140)
        hits += abs(value - every.max()) <= size
        sizes.append(size)
        off.append(value - every.max())
    assert hits >= 180
    assert np.median(sizes) < 5 * np.sqrt(np.mean(np.square(off)))


def test_where_all_pictures_are_read_nothing_is_added_to_the_worst() -> None:
    assert worst(np.linspace(120, 136, 140), 1.0)[1] == 0.0


def test_few_pictures_that_count_each_by_itself_give_no_latency() -> None:
    """6 of 142 were read, each up to a refresh too early: the worst was 13.9 ms off at 12.5."""
    with pytest.raises(GapError, match="too_few_frames") as caught:
        picture_age.check_watched(ages(0.1, 6), alone=0.3)
    assert caught.value.parameters == {"frames": 6, "needed": 30}
    picture_age.check_watched(ages(0.1, 6), alone=0.0)
    picture_age.check_watched(ages(0.6, 6), alone=0.3)


def unmixed(frame: clock_readings.Whole) -> Changes:
    """Return changes of which no frame shows both pictures."""
    every = np.ones(len(frame))
    return Changes(
        picture=np.arange(len(frame)), frame=frame, share=every, seen=every, then=every,
        unbroken=every > 0, until=frame,
    )  # fmt: skip


@pytest.mark.parametrize(("within", "expected"), [(0.5, 1.0), (0.0, 2.0), (0.9, 1.8), (1.3, 2.0)])
def test_changes_in_step_may_lie_at_the_other_end_of_the_dark_gap(
    within: float, expected: float
) -> None:
    """They were found at its end, 6.0 ms late, and the U of 3.3 held half of the gap only."""
    times, frames, exposure = np.arange(300) / 60, np.arange(10, 280, 3), 0.0117
    dark = 1 / 60 - exposure
    moments = times[frames - 1] + exposure / 2 + within * dark
    draws = np.full(64, exposure)
    found = refreshes.gap(times, unmixed(frames), moments, draws, draws)
    assert found == pytest.approx(expected * dark)


def lit(share: float, shaken: float) -> clock_readings.Array:
    """Light of slow bits at 60 frame/s: ``share`` left, neighbours seen in up to ``shaken``."""
    random, times = np.random.default_rng(2), np.arange(360) / 60
    light = ghosts.added(clock_readings.expected_shares(5000 + 58.7 * times, 0.4, 24), share)
    beside = random.uniform(0, shaken, light.shape) if shaken else 0.0
    light = light + beside * (np.roll(light, 1, axis=1) - light)
    return np.asarray(light + 0.02 * random.standard_normal(light.shape))[:, ghosts.FIRST_BIT :]


def test_light_of_neighbours_in_a_shaken_film_is_no_noise_reduction() -> None:
    """It changes as it likes: U of two films was 56 and 113 ms for what would leave 0.7 or 0.85."""
    assert ghosts.of_film(lit(0.0, 0.9), 1 / 60) == (0.0, 0.0, 0.0)
    found, doubt, tried = ghosts.of_film(lit(0.65, 0.0), 1 / 60)
    assert (found, doubt) == (0.0, tried)
    assert doubt == pytest.approx(0.65, abs=0.03)


@pytest.mark.parametrize(
    ("refresh", "seed"),
    [(75.0, 5), (60.02, 0), *(slow(60.02, seed) for seed in (1, 2, 3, 4, 5, 7)), slow(58.2, 5)],
)
def test_a_fast_film_that_lost_frames_unseen_is_refused(refresh: float, seed: int) -> None:
    """4 % of 3 s at 240 frame/s, numbered as if none were; they were up to 43 ms off."""
    number = np.flatnonzero(np.random.default_rng(seed).uniform(size=720) >= 0.04)
    with pytest.raises(GapError, match="losses_untold"):
        film_times.exposed(np.arange(len(number)) / 240, shown(number / 240, refresh, 0.0022))


@pytest.mark.parametrize("refresh", [60.02, *map(slow, (50.0, 58.2, 59.94, 60.0, 74.99, 75.0))])
@pytest.mark.parametrize("exposure", [0.0003, 0.0022])
def test_a_fast_film_that_lost_none_keeps_its_even_stamps(refresh: float, exposure: float) -> None:
    times = np.arange(720) / 240
    found, _ = film_times.exposed(times, shown(times, refresh, exposure))
    assert np.std(found - times) < 1e-5


def shown(times: clock_readings.Array, refresh: float, exposure: float) -> clock_readings.Readings:
    """Read a clock of ``refresh`` Hz in exposures about ``times`` (n,) s; 2 % noise."""
    light = clock_readings.expected_shares(5000.3 + refresh * times, exposure * refresh, 24)
    light = light + clocks.NOISE * np.random.default_rng(1).standard_normal(light.shape)
    return clock_readings.readings_of(light)

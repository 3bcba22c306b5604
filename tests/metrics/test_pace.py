"""Lines and refreshes from readings: what blends, rows and usual rates show, and what not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.metrics._filmed_clock import particles
from acceptance.metrics._filmed_clock.gray_code import expected_shares, low_bits
from acceptance.metrics._filmed_clock.line_prior import (
    CAMERA_RATES,
    DRIFT,
    LAG,
    SCREENS,
    LinePrior,
    UsualSlopes,
)
from acceptance.metrics._filmed_clock.pace import MIDDLE, pace
from acceptance.metrics.latency import refreshes
from acceptance.metrics.latency.monitor import Changes

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array

HEIGHTS = np.array([-5, -3.8, -0.5, 0.5, 3.8, 5]) / 12


def light(seed: int, at: Array, width: float, lag: float, heights: Array) -> Array:
    """(n, r, 4) low bits of exposures with middles ``at``, 2 % noise."""
    shown = expected_shares(at[:, None] + lag * heights, width, 4)
    return np.asarray(shown + 0.02 * np.random.default_rng(seed).standard_normal(shown.shape))


def test_the_table_of_low_bits_says_what_the_integral_says() -> None:
    random = np.random.default_rng(0)
    at, width = random.uniform(0, 5000, 500), np.exp(random.uniform(np.log(0.03), np.log(16), 500))
    exact = np.array(
        [expected_shares(middle, length, 4) for middle, length in zip(at, width, strict=True)]
    )
    assert np.abs(low_bits(at, width) - exact).max() < 0.02


def test_in_step_and_without_blends_every_phase_stays_as_likely_as_another() -> None:
    """60 Hz, 60 frame/s, exposures of 2 ms: 0.44 refreshes to either side stay open.

    The phase lies in U whichever.
    """
    times, hits, spread = np.arange(360) / 60, [], []
    for seed, phase in enumerate(np.linspace(0.15, 0.85, 7)):
        at = 1000 + phase + 60.001 * times
        shown = light(seed, at, 0.12, 0, MIDDLE)
        found = pace(times, shown, np.floor(at) + 0.5, step=1 / 60, usual=SCREENS)
        drawn = found.at(times).mean(axis=1) - at.mean()
        spread.append(drawn.std())
        hits.append(abs(drawn.mean()) <= 1.96 * drawn.std())
    assert all(hits)
    assert np.mean(spread) > 0.2


def test_short_read_outs_are_likelier_and_opposite_scans_seldom() -> None:
    """Lags up to an exposure, as of a read-out of some of the picture, and beyond it."""
    prior = LinePrior.near((0.0, 60.0), 3.0, 1 / 60, SCREENS, rolls=True)
    guesses = np.tile([0.0, 60.0, np.log(0.3), 0.0], (6, 1))
    guesses[:, LAG] = [0.1, 0.3, 0.6, 0.9, 1.9, 2.1]
    density = np.exp(prior.log_density(guesses))
    assert np.all(np.diff(density[:4]) < 0)
    assert 0 < density[4] < density[1] / 10
    assert density[5] == 0
    guesses[:, LAG] *= -1
    assert np.allclose(np.exp(prior.log_density(guesses)), density)


@pytest.mark.parametrize("rate", [59.826, 60.118, 74.5])
def test_cameras_before_a_screen_of_its_own_rate_run_at_usual_rates(rate: float) -> None:
    """A screen of 59.826 Hz gives a camera of 30 frame/s 1.9942 refreshes, not 59.94 / 30."""
    found = UsualSlopes.of_cameras(rate * (1 + 1e-5 * np.linspace(-1, 1, 99)))
    assert found.slopes == pytest.approx(rate / CAMERA_RATES, rel=1e-9)
    assert (found.drifts < 1.1 * DRIFT).all()


@pytest.mark.parametrize("rate", [59.951, 60.01, 119.98])
def test_a_screen_beside_a_usual_one_is_not_taken_for_it_alone(rate: float) -> None:
    """Reduced blanking gives 59.951 Hz: 184 millionths, more than resonators are off by."""
    found = UsualSlopes.of_cameras(rate * (1 + 1e-5 * np.linspace(-1, 1, 99)))
    assert np.abs(found.slopes / (rate / 30) - 1).min() < 1e-9


@pytest.mark.parametrize("rate", [0.0, -60.0, np.nan])
def test_of_a_screen_whose_rate_is_none_nothing_is_usual(rate: float) -> None:
    assert not len(UsualSlopes.of_cameras(np.array([rate])).slopes)


def test_a_film_stamped_wrong_by_a_thousandth_leaves_usual_screens_possible() -> None:
    """A film of 59.94 frame/s stamped as one of 60 shows a screen of 60 Hz at 60.06."""
    found = UsualSlopes.of_cameras(np.array([60.06]))
    assert np.abs(found.slopes - 60 / 30).min() < 1e-9
    assert np.abs(found.slopes - 60.06 / 30).min() < 1e-9


def test_what_is_open_about_a_screens_own_rate_is_open_for_cameras_before_it() -> None:
    found = UsualSlopes.of_cameras(66.0 * (1 + 1e-3 * np.linspace(-1, 1, 99)))
    assert found.drifts == pytest.approx(np.full(len(CAMERA_RATES), 0.68e-3), rel=0.05)


def test_rows_of_a_rolling_shutter_tell_the_phase_that_the_middle_does_not() -> None:
    """A camera of 30 frame/s, a screen of 60 Hz, read-out of 26 ms: 0.02 refreshes.

    By the middle row over 0.1.
    """
    number = np.arange(180.0)
    at = 1000.45 + 2.0001 * number
    both = [
        pace(
            number,
            light(3, at, 0.2, 1.6, heights),
            np.floor(at) + 0.5,
            heights=heights,
            usual=UsualSlopes.of(np.array([2.0])),
        )
        for heights in (MIDDLE, HEIGHTS)
    ]
    middle, rows = (found.at(number).mean(axis=1) - at.mean() for found in both)
    assert middle.std() > 0.1
    assert rows.std() < 0.02
    assert abs(rows.mean()) < 0.05
    assert both[1].lag == pytest.approx(1.6, abs=0.05)


def changes_of(seed: int, rate: float, exposure: float) -> tuple[Changes, Array, Array, Array]:
    """Give the changes that a 60 frame/s film sees of a monitor at 25 pictures/s, and the truth."""
    random = np.random.default_rng(seed)
    times, taken = np.arange(600) / 60, 0.3 + np.arange(220) / 25
    true = (np.ceil((taken + 0.11 + 0.001 * random.standard_normal(220)) * rate - 0.4) + 0.4) / rate
    frame = np.searchsorted(times, true - exposure / 2 + 1e-9)
    share = np.clip((times[frame] + exposure / 2 - true) / exposure, 0, 1)
    mixed = (share > 0.2) & (share < 0.8)
    frame = np.where(share <= 0.2, frame + 1, frame)
    seen = np.where(mixed, np.clip(share + 0.01 * random.standard_normal(220), 0.2, 0.8), 1.0)
    return (
        Changes(
            picture=np.arange(220),
            frame=frame,
            share=seen,
            seen=np.full(220, np.nan),
            then=np.full(220, np.nan),
            unbroken=np.ones(220, np.bool_),
            until=frame,
        ),
        times,
        taken,
        true,
    )


def test_a_monitor_out_of_step_tells_moments_and_the_films_exposure() -> None:
    """59.2 Hz against 60 frame/s.

    Of exposures from 2 to 16 ms those near the true 6 ms are kept.
    """
    changes, times, taken, true = changes_of(1, 59.2, 0.006)
    exposures = np.exp(np.random.default_rng(2).uniform(np.log(0.002), np.log(0.016), 256))
    kept, moments, response = refreshes.moments(changes, times, taken, exposures)
    claimed = 1.96 * np.hypot(moments.mean(axis=1).std(), response)
    assert abs(moments.mean() - true.mean()) <= claimed < 0.002
    assert exposures[kept].mean() == pytest.approx(0.006, rel=0.1)


def test_mixtures_that_agree_say_that_stamps_are_better_than_they_may_be() -> None:
    """75 Hz before 60 frame/s, exposures of 2.5 ms, stamps that may be off by 1.2 ms.

    One change in five is mixed, all of these alike. A monitor of 60 Hz may do so if stamps are as
    bad as that; one of 75 Hz stays possible, and the truth is within what the draws leave open.
    """
    changes, times, taken, true = changes_of(1, 75.0, 0.0025)
    shares = []
    for seed in range(2, 6):  # single samples hold 7 to 76 % of the true rate
        exposures = np.exp(np.random.default_rng(seed).uniform(np.log(0.002), np.log(0.013), 256))
        _, moments, _ = refreshes.moments(changes, times, taken, exposures, 0.0012)
        right = np.abs(np.diff(moments, axis=1) - np.diff(true)).max(axis=1) < 0.001
        shares.append(right.mean())
        assert abs(moments.mean() - true.mean()) <= 1.96 * moments.mean(axis=1).std()
    assert np.mean(shares) > 0.1


def test_a_monitor_in_step_leaves_the_gap_between_two_exposures_open() -> None:
    """60 Hz against 60 frame/s of 2 ms.

    Every change lies in the same gap of 14.7 ms, however many there are.
    """
    changes, times, taken, true = changes_of(3, 60.0, 0.002)
    _, moments, _ = refreshes.moments(changes, times, taken, np.full(256, 0.002))
    assert moments.mean(axis=1).std() > 0.003
    assert abs(moments.mean() - true.mean()) <= 1.96 * moments.mean(axis=1).std()


def test_crowds_find_two_islands_in_their_shares() -> None:
    """A third and two thirds, far apart."""

    def belief(guesses: Array) -> Array:
        return np.where(np.abs(guesses[:, 0]) < 10, 0.0, -np.inf)

    def likelihood(guesses: Array) -> Array:
        return np.logaddexp(
            np.log(1 / 3) - (guesses[:, 0] + 5) ** 2 / 0.02,
            np.log(2 / 3) - (guesses[:, 0] - 5) ** 2 / 0.02,
        )

    steps = [
        lambda guesses, part=part: part * likelihood(guesses)
        for part in (1e-3, 1e-2, 0.1, 0.3, 1.0)
    ]
    found = particles.sample(
        [(lambda random: (random.uniform(-10, 10, (512, 1)), np.zeros(512)), steps)],
        belief,
        size=512,
        moves=3,
        count=400,
    )
    assert np.mean(found > 0) == pytest.approx(2 / 3, abs=0.15)
    assert np.abs(np.abs(found) - 5).max() < 1

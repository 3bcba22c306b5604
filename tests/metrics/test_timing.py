"""When pictures come.

Gaps, missing pictures, stretches between jumps of the times, rates that vary, bit rate.
"""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.metrics._shared import timing

EVEN = np.arange(200) / 25


def test_an_outage_counts_in_full_and_tells_how_many_pictures_it_swallowed() -> None:
    """Five seconds without a picture are part of T; 125 are missing before frame 100."""
    times = np.where(np.arange(200) < 100, EVEN, EVEN + 5)
    found = timing.timing(times)
    assert found.duration == pytest.approx(200 / 25 + 5)
    assert found.gaps.tolist() == [100]
    missing = found.missing()
    assert missing is not None
    assert missing.tolist() == [0] * 100 + [125] + [0] * 99
    assert len(found.stretches) == 1


def stalled(length: float, spacing: float, at: int = 100) -> np.ndarray:
    """Stamps of arrival of a network that stalls before picture ``at`` and then makes up for it."""
    held = EVEN[at] + length + spacing * np.arange(len(EVEN) - at)
    return np.concatenate([EVEN[:at], np.maximum(EVEN[at:], held)])


@pytest.mark.parametrize(
    ("length", "spacing", "at"),
    [(0.4, 0.003, 100), (1.0, 0.003, 100), (0.4, 0.003, 188), (0.4, 0.02, 100), (0.4, 0.032, 60)],
)
def test_a_stall_that_pictures_make_up_for_is_no_loss(
    length: float, spacing: float, at: int
) -> None:
    """0.4 s were 5 to 10 missing pictures, 1 s 25; also where they come early and then wait."""
    stamps = stalled(length, spacing, at)
    for times in (stamps, stamps[-1] - stamps[::-1]):
        missing = timing.timing(times).missing()
        assert missing is None or missing.sum() == 0


def test_what_a_stall_loses_and_does_not_make_up_for_is_missing_at_most() -> None:
    lost = np.delete(stalled(0.6, 0.003), range(101, 109))
    missing = timing.timing(lost).missing()
    assert missing is not None
    assert missing.sum() <= 8


@pytest.mark.parametrize(("pictures", "interval"), [(16, 0.2), (16, 1.0), (30, 0.5), (10, 0.1)])
def test_a_camera_that_goes_slower_for_a_while_loses_nothing(
    pictures: int, interval: float
) -> None:
    """While nothing moves, say: one picture was missing where it went on as before."""
    steps = np.repeat([0.04, interval, 0.04], [80, pictures, 100])
    missing = timing.timing(np.concatenate([[0.0], steps.cumsum()])).missing()
    assert missing is not None
    assert missing.sum() == 0


def test_a_burst_of_first_pictures_leaves_the_length_open() -> None:
    """A server sends at once what it kept since the last key picture: 1 s that T lacks."""
    burst = np.concatenate([0.002 * np.arange(25), 0.05 + np.arange(175) / 25])
    assert timing.timing(burst).edge == pytest.approx(0.95, abs=0.05)
    fast = np.concatenate([np.arange(50) / 60, 50 / 60 + np.arange(150) / 25])
    assert timing.timing(fast).edge < 0.03


@pytest.mark.parametrize("offset", [-3.0, 3600.0])
def test_a_clock_that_is_set_anew_begins_a_stretch_and_takes_no_time(offset: float) -> None:
    """A step back, or an hour ahead: the frames of both stretches are counted, the jump is not."""
    found = timing.timing(np.where(np.arange(200) < 80, EVEN, EVEN + offset))
    assert found.stretches == [(0, 80), (80, 200)]
    assert found.duration == pytest.approx(8.0)
    assert found.gaps.size == 0
    assert found.elapsed == pytest.approx(EVEN)


def test_a_rate_that_halves_is_variable_and_nothing_is_missing() -> None:
    """A slow shutter: 25 frame/s, then 12.5; a few lost pictures make no variable rate."""
    slow = np.concatenate([EVEN[:100], EVEN[99] + np.arange(1, 101) / 12.5])
    found = timing.timing(slow)
    assert found.variable(0.001)
    missing = found.missing()
    assert missing is not None
    assert missing.sum() <= 1
    lossy = timing.timing(np.delete(EVEN, [20, 77, 78, 140]))
    assert not lossy.variable(0.001)
    holes = lossy.missing()
    assert holes is not None
    assert holes.sum() == 4


def test_stamps_rounded_to_the_millisecond_do_not_make_a_rate_variable() -> None:
    assert not timing.timing(np.round(np.arange(300) / 29.97, 3)).variable(0.001)


def test_pictures_on_no_even_grid_leave_open_how_many_are_missing() -> None:
    random = np.random.default_rng(1)
    assert timing.timing(np.cumsum(random.uniform(0.01, 0.2, 300))).missing() is None


def test_the_bit_rate_over_time_adds_up_to_the_bits_of_the_clip() -> None:
    """60 s in periods of a second, and an hour in no more than 300."""
    random = np.random.default_rng(2)
    for frames in (1500, 90_000):
        sizes = random.integers(100, 20_000, frames)
        ends, kilobits = timing.bit_rate(np.arange(frames) / 25, sizes)
        assert len(ends) <= 300
        assert kilobits.sum() * (frames / 25) / len(ends) == pytest.approx(sizes.sum() * 8 / 1000)


@pytest.mark.parametrize(("rate", "grid"), [(24, 25), (24, 30), (25, 30), (27, 30), (20, 25)])
def test_a_source_that_is_slower_than_the_grid_of_its_stamps_loses_nothing(
    rate: int, grid: int
) -> None:
    """25 pictures a second on a grid of 30 had 62 "at least" missing in 15 s."""
    times = np.floor(np.arange(20 * rate) * grid / rate + 0.3) / grid
    missing = timing.timing(times).missing()
    assert missing is not None
    assert missing.sum() == 0


def test_an_outage_of_a_source_on_a_faster_grid_counts_by_its_own_rate() -> None:
    """Two seconds of 24 frame/s are 48 pictures, though 50 places of the grid of 25 are empty."""
    places = np.floor(np.delete(np.arange(720), range(300, 348)) * 25 / 24 + 0.3)
    missing = timing.timing(places / 25).missing()
    assert missing is not None
    assert 46 <= missing.sum() <= 48


def test_losses_that_do_not_come_in_turn_are_counted_as_ever() -> None:
    lost = np.array([20, 31, 47, 60, 66, 90, 121, 133, 150, 171])
    missing = timing.timing(np.delete(EVEN, lost)).missing()
    assert missing is not None
    assert missing.sum() == len(lost)


@pytest.mark.parametrize("each", [2, 10])
def test_losses_of_several_at_every_key_frame_are_counted(each: int) -> None:
    """A slower source leaves out one place at a time: of two every 50 half were not counted."""
    lost = (np.arange(50, 1450, 50)[:, None] + np.arange(each)).ravel()
    missing = timing.timing(np.delete(np.arange(1500) / 25, lost)).missing()
    assert missing is not None
    assert missing.sum() == len(lost)


@pytest.mark.parametrize("outage", [0, 50])
def test_losses_in_turn_in_some_bad_seconds_are_counted(outage: int) -> None:
    """A slower source leaves out places all through the film; an outage is not one of its own."""
    bad = [start + 4 * i for start in (200, 500, 1100, 1350) for i in range(6)]
    lost = [*bad, *range(800, 800 + outage)]
    missing = timing.timing(np.delete(np.arange(1500) / 25, lost)).missing()
    assert missing is not None
    assert missing.sum() == len(lost)


@pytest.mark.parametrize("held", [6, 7, 8, 9])
def test_what_a_stall_of_few_pictures_holds_back_is_not_lost(held: int) -> None:
    """Six pictures make up for a part of it: 1 to 3 were missing where the hole was longer."""
    late = stalled(held / 25, 0.002)
    for times in (late, late[-1] - late[::-1]):
        missing = timing.timing(times).missing()
        assert missing is not None
        assert missing.sum() == 0

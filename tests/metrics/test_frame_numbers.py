"""Frames of a film are counted right where some are lost and stamps jitter, swap or repeat."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.metrics._shared import stamps
from acceptance.metrics.latency import frame_numbers


def film(
    seed: int, *, rate: float, lost: float, jitter: float, wrong: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return numbers of the frames that are left (n,) and their stamps (n,) s, put in order."""
    random = np.random.default_rng(seed)
    number = np.flatnonzero(random.uniform(size=round(3 * rate)) >= lost)
    times = number / rate + jitter * random.standard_normal(len(number))
    for at in np.flatnonzero(random.uniform(size=len(times) - 1) < wrong):
        times[[at, at + 1]] = times[[at + 1, at]]
    twice = np.flatnonzero(random.uniform(size=len(times) - 1) < wrong)
    times[twice + 1] = times[twice]
    return number, stamps.ordered(times).times


@pytest.mark.parametrize(
    ("rate", "lost", "jitter", "wrong", "most_wrong"),
    [
        (60.0, 0.05, 0.0, 0.05, 0.03),
        (60.0, 0.05, 0.003, 0.0, 0.0),
        (240.0, 0.05, 0.0, 0.03, 0.03),
        (240.0, 0.04, 0.0015, 0.0, 0.03),
        (57.3, 0.03, 0.001, 0.02, 0.03),
    ],
)
def test_lost_frames_are_counted_beside_stamps_that_are_wrong(
    rate: float, lost: float, jitter: float, wrong: float, most_wrong: float
) -> None:
    """A frame beside a hole may go to either side of it; all others have their number."""
    for seed in range(3):
        number, stamped = film(seed, rate=rate, lost=lost, jitter=jitter, wrong=wrong)
        found = frame_numbers.even(stamped, 1.003 / rate)
        off = found.number - number
        assert np.mean(off != np.median(off)) <= most_wrong
        assert found.pace == pytest.approx(1 / rate, rel=2e-4)


@pytest.mark.parametrize("over", [2, 3, 5])
def test_a_stamp_handed_on_over_some_frames_moves_none_of_those_up_to_the_next_hole(
    over: int,
) -> None:
    """A stamp is exchanged with the next, that one with the one after, and so on."""
    number = np.delete(np.arange(600), 461)
    stamped = number / 240
    stamped[447 : 448 + over] = np.roll(stamped[447 : 448 + over], -1)
    found = frame_numbers.even(stamped, 1 / 240)
    assert np.array_equal(found.number - found.number[0], number)


def test_a_long_outage_is_counted_in_full() -> None:
    number = np.concatenate([np.arange(100), np.arange(190, 300)])
    found = frame_numbers.even(number / 60, 1 / 60)
    assert np.array_equal(found.number - found.number[0], number)
    assert np.allclose(found.times, number / 60)


def test_frames_stamped_all_alike_keep_their_order() -> None:
    found = frame_numbers.even(np.repeat(np.arange(10) / 10, 6), 1 / 60)
    assert (np.diff(found.number) > 0).all()

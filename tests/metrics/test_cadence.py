"""The grid of a camera's pictures where clear readings leave its period nearly open."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.metrics._filmed_clock.cadence import cadence

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.gray_code import Array, Whole

RATES = [(59.94, 30.0), (60.0, 29.97), (60.0, 30.001), (50.0, 24.99), (120.0, 59.94), (75.0, 25.01)]


def clear(taken: Array, refresh: float, stood: Whole | None = None) -> Array:
    """Positions (n,) that clear readings of exposures ``taken`` (n,) s give, in refreshes.

    The page stands still for five refreshes at each of ``stood`` (k,).
    """
    shown = np.arange(int(taken[-1] * refresh) + 2)
    for at in () if stood is None else stood:
        shown[at : at + 5] = shown[at]
    return np.asarray(shown[np.floor(taken * refresh).astype(int)] + 0.5)


@pytest.mark.parametrize(("refresh", "rate"), RATES)
def test_pictures_a_slip_apart_are_numbered_where_the_opening_shows_no_slip(
    refresh: float, rate: float
) -> None:
    """Readings that step by two refreshes, and by one or three in several hundred."""
    for phase in np.linspace(0.0, 0.015, 4):
        position = clear(0.3 + phase + np.arange(int(40 * rate)) / rate, refresh)
        found = cadence(position, np.full(len(position), 0.5))
        assert found
        assert np.array_equal(found.number, np.arange(len(position)))
        assert found.period == pytest.approx(refresh / rate, abs=2 / len(position))


@pytest.mark.parametrize(("refresh", "rate"), RATES)
def test_a_page_that_stands_still_costs_no_other_picture_its_number(
    refresh: float, rate: float
) -> None:
    """Three pauses of five refreshes: pictures of them may be one off, none after them."""
    random = np.random.default_rng(3)
    for _ in range(2):
        stood = random.integers(100, 1800, 3)
        position = clear(0.31 + np.arange(int(40 * rate)) / rate, refresh, stood)
        fresh = np.flatnonzero(np.diff(position, prepend=-1.0))
        found = cadence(position[fresh], np.full(len(fresh), 0.5))
        assert found
        off = found.number - fresh
        assert np.count_nonzero(off != np.median(off)) <= 2 * len(stood)


def test_a_camera_in_step_is_no_faster_one_of_which_a_third_is_lost() -> None:
    """30 frame/s before 60 Hz: readings slip by a half in turn, and lie closer to 45 frame/s."""
    number = np.arange(180)
    position = 1000 + 2.0001 * number - 0.25 * (-1.0) ** number
    found = cadence(position, np.full(180, 0.5))
    assert found is not None
    assert found.period == pytest.approx(2, abs=1e-3)
    assert (np.diff(found.number) == 1).all()

"""Cameras without an even pace whose exposures span several refreshes."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.line_prior import UsualSlopes
from acceptance.metrics.latency import long_exposures, screens, uneven_camera
from acceptance.metrics.latency.monitor import Changes

PICTURES = 60
USUAL = UsualSlopes.of_cameras(np.array([60.0]))
Array = clock_readings.Array


def pictures_of(width: float, mixed: int = -1) -> tuple[Array, clock_readings.Readings]:
    """Take pictures that scatter by 0.3 refreshes about 2.5 a picture: when, and their readings.

    That of number ``mixed`` is half of the one before.
    """
    random = np.random.default_rng(7)
    taken = 5000.3 + 2.5 * np.arange(PICTURES) + 0.3 * random.standard_normal(PICTURES)
    light = clock_readings.expected_shares(taken, width, 24)
    if mixed >= 0:
        light[mixed] = (light[mixed] + light[mixed - 1]) / 2
    return taken, clock_readings.readings_of(light + 0.02 * random.standard_normal(light.shape))


@pytest.mark.parametrize("width", [1.5, 2.17, 3.4])
def test_each_long_exposure_says_when_it_was_taken(width: float) -> None:
    taken, read = pictures_of(width)
    found = long_exposures.taken(read)
    assert found is not None
    draws, left_open = found
    off = draws.mean(axis=0) - taken
    assert np.isfinite(off).sum() >= 0.9 * PICTURES
    # read as one of several boundaries each is open by half a refresh, all alike
    assert abs(np.nanmean(off)) < 0.03
    assert np.nanmean(draws, axis=1).std() < 0.02
    assert np.nanstd(off) < 1.5 * left_open < 0.12


def test_a_mixture_of_two_pictures_is_no_exposure_of_that_length() -> None:
    _, read = pictures_of(2.17, mixed=30)
    found = long_exposures.taken(read)
    assert found is not None
    assert np.isnan(found[0][:, 30]).all()


def test_short_or_few_exposures_are_left_to_others() -> None:
    assert long_exposures.taken(pictures_of(0.5)[1]) is None
    assert long_exposures.taken(pictures_of(2.17)[1].only(np.arange(8))) is None


def test_pictures_that_no_one_length_explains_are_left_to_others() -> None:
    _, read = pictures_of(2.17)
    _, longer = pictures_of(3.4)
    both = read.where(np.arange(PICTURES) >= 0)
    both.shares[::2] = longer.shares[::2]
    assert long_exposures.taken(both) is None


def test_an_uneven_camera_is_drawn_from_all_readings_however_little_it_scatters() -> None:
    """Nearly in step its blends seem to scatter more: the line of clear readings is off."""
    random = np.random.default_rng(8)
    number = np.arange(180.0)
    taken = 5000.2 + 1.9974 * number + 0.06 * random.standard_normal(len(number))
    light = clock_readings.expected_shares(taken, 0.25, 24)
    read = clock_readings.readings_of(light + 0.02 * random.standard_normal(light.shape))
    own = uneven_camera.seen(number, read, (5000.2, 1.9974), USUAL)
    assert own is not None
    assert own.scatter < screens.UNEVEN
    every = np.arange(1, len(number))
    nothing = np.full(len(every), np.nan)
    changes = Changes(
        picture=every, frame=4 * every, share=np.ones(len(every)), seen=nothing, then=nothing,
        unbroken=np.ones(len(every), np.bool_), until=4 * every + 3,
    )  # fmt: skip
    _, draws, _, left_open, alone = screens._uneven(read, changes, number, own)
    alike = np.nanmean(draws, axis=1)
    assert alike.std() < 0.05  # 0.29 where each is open by half a refresh
    assert abs(np.nanmean(draws.mean(axis=0) - taken)) < 3 * max(alike.std(), 0.01)
    assert 0 < left_open < 0.15
    assert alone == 0

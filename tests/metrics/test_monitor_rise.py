"""The rows of a monitor's clock tell first light, in step, too."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from marks import slow

from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.latency import monitor_rise, slow_screen
from acceptance.metrics.latency.monitor import Changes
from acceptance.metrics.latency.monitor_rise import Timed

HEIGHTS = np.array([-5, -3.8, -0.5, 0.5, 3.8, 5]) / 12
EXPOSURE, CONSTANT, FIRST = 0.002, 0.002, 0.0007  # s; first light after the frame before ends
OFF, DRAWS = 0.0021, 128  # s by which moments are taken to be late


def film_of(
    rate: float = 240.0, rolls: float = -0.009, shape: float = 0.7, count: int = 40
) -> tuple[Changes, np.ndarray, np.ndarray, clock_readings.Readings]:
    """Film a monitor in step that shows a picture in every eighth frame: changes, times, moments.

    Its rows are written one after another: a height lower is seen ``rolls`` s later. 2 % noise.
    """
    random = np.random.default_rng(3)
    times = np.arange(8 * count + 8) / rate
    frame = 8 * np.arange(1, count)
    lights = times[frame] - EXPOSURE / 2 - FIRST
    # each picture has every other bit of the one before, so that all rows show each change
    low = np.zeros((len(times), len(HEIGHTS), 4))
    for number, light in enumerate(lights):
        since = (times[:, None] + rolls * HEIGHTS - light) / EXPOSURE + 0.5
        share = slow_screen.gathered(since, CONSTANT / EXPOSURE, shape)
        low += (1 if number % 2 == 0 else -1) * share[:, :, None]
    low += 0.02 * random.standard_normal(low.shape)
    seen = clock_readings.readings_of(np.zeros((len(times), 24)))
    nothing = np.full(len(frame), np.nan)
    changes = Changes(
        picture=np.arange(1, count), frame=frame, share=np.ones(len(frame)), seen=nothing,
        then=nothing, unbroken=np.ones(len(frame), np.bool_), until=frame + 7,
    )  # fmt: skip
    return changes, times, lights, replace(seen, low=low, heights=HEIGHTS)


def known_of(lights: np.ndarray) -> Timed:
    """Draws that are late alike, by OFF s and a little, and an open response."""
    late = OFF + 0.0005 * np.random.default_rng(4).standard_normal(DRAWS)
    return Timed(np.arange(DRAWS), lights + late[:, None], 0.003)


def exposures() -> np.ndarray:
    return np.asarray(EXPOSURE * np.random.default_rng(5).uniform(0.9, 1.1, DRAWS))


@pytest.mark.parametrize(
    ("rolls", "shape", "within"),
    [
        (-0.009, 0.7, 3e-4),
        slow(-0.009, 0.0, 3e-4),
        slow(-0.006, 0.3, 3e-4),
    ],
)
def test_rows_of_a_monitor_in_step_tell_first_light(
    rolls: float, shape: float, within: float
) -> None:
    changes, times, lights, monitor = film_of(rolls=rolls, shape=shape)
    known = known_of(lights)
    found = monitor_rise.by_rows(known, changes, times, exposures(), monitor, 0.0)
    off = float((found.moments - lights).mean())
    assert found.of_rows
    assert abs(off) < found.left_open < 0.5 * known.left_open
    assert abs(off) < within


def test_rows_that_rise_at_one_time_alone_leave_what_was_known() -> None:
    """Read slowly, of a slow monitor, they look the same: one film was 2.5 ms off at U of 1.4."""
    changes, times, lights, monitor = film_of(rolls=0.0017, shape=1.0)
    known = known_of(lights)
    assert monitor_rise.by_rows(known, changes, times, exposures(), monitor, 0.0) is known


def test_a_film_without_rows_or_with_few_frames_leaves_what_was_known() -> None:
    changes, times, lights, monitor = film_of()
    known, level = known_of(lights), replace(monitor, heights=0 * HEIGHTS)
    assert monitor_rise.by_rows(known, changes, times, exposures(), level, 0.0) is known
    few = changes.only(np.arange(len(lights)) < monitor_rise.FEWEST_CHANGES - 1)
    own = replace(known, moments=known.moments[:, : len(few.frame)])
    assert monitor_rise.by_rows(own, few, times, exposures(), monitor, 0.0) is own
    slower = 4 * times
    assert monitor_rise.by_rows(known, changes, slower, exposures(), monitor, 0.0) is known


def test_a_rise_that_no_screen_has_leaves_what_was_known() -> None:
    """The rows go beyond the new picture, as where too much of the frame before was taken off."""
    changes, times, lights, monitor = film_of()
    beyond = monitor.low + 0.15 * np.diff(monitor.low, axis=0, prepend=0)
    known = known_of(lights)
    off = replace(monitor, low=beyond)
    assert monitor_rise.by_rows(known, changes, times, exposures(), off, 0.0) is known


def test_what_was_known_better_stays() -> None:
    changes, times, lights, monitor = film_of()
    known = Timed(np.arange(DRAWS), np.broadcast_to(lights, (DRAWS, len(lights))), 1e-5)
    assert monitor_rise.by_rows(known, changes, times, exposures(), monitor, 0.0) is known

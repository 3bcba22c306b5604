"""A film that was made to have another rate: frames are left out, and nobody stamps them anew."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow

from acceptance.metrics.latency import delay, figures, film_times, screens
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks
import departures

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array


@pytest.mark.parametrize(
    ("steps", "off", "found"),
    [
        (np.full(50, 0.02), 0.0047, 0.0047),
        (np.full(50, 0.02), 0.0015, 0.0),
        (np.append(np.full(50, 0.02), 0.04), 0.0047, 0.0047),
        (0.02 + 0.001 * np.sin(np.arange(50)), 0.0047, 0.0),
    ],
)
def test_frames_off_stamps_that_are_even_all_the_same_are_a_doubt(
    steps: Array, off: float, found: float
) -> None:
    """Lost ones leave stamps even; stamps of an uneven pace are those of their frames."""
    assert film_times.converted(np.cumsum(steps), off) == found


@pytest.mark.parametrize("seed", [1, slow(2), slow(3)])
def test_a_film_that_a_messenger_sent_at_50_frame_s_says_coarse_and_is_inside_u(seed: int) -> None:
    """It was 155.5 ± 1.2 ms for 160.7: in step with the camera the errors do not average out."""
    random = np.random.default_rng(seed)
    by = departures.drawn(random, [])
    what = clocks.replace(
        clocks.drawn(random, 60.0, 6.0), film=60.0, film_exposure=0.009, refresh=59.94,
        monitor=75.0, camera=25.0, exposure=0.014, by=by,
    )  # fmt: skip
    times, live, shown, true = clocks.film_of(random, clocks.chain(random, what))
    kept = np.flatnonzero(np.arange(len(times)) % 6 != 5)
    stamped = times[0] + np.arange(len(kept)) / 50
    found = screens.glass_to_glass(stamped, live.only(kept), shown.only(kept))
    assert found.converted > 2
    assert found.details()["coarse"] == "yes"
    lines = figures.film_lines(found, 20.0, 0.0)
    truths = {"mean": true.mean(), "worst": true.max(), "sd": true.std(ddof=1)}
    for statistic, (value, budget) in delay.of_each(found).items():
        if statistic in truths:
            common = [] if statistic == "sd" else lines
            total = combine([*budget, *common])
            assert abs(value - truths[statistic]) <= total.k * total.uncertainty

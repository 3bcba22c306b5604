"""A film that was made to have another rate: frames are left out, and nobody stamps them anew."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from marks import slow

from acceptance.metrics.latency import delay, figures, screens
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import clocks
import departures


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
    assert screens.glass_to_glass(times, live, shown).converted == 0
    assert found.details()["coarse"] == "yes"
    lines = figures.film_lines(found, 20.0, 0.0)
    truths = {"mean": true.mean(), "worst": true.max(), "sd": true.std(ddof=1)}
    for statistic, (value, budget) in delay.of_each(found).items():
        if statistic in truths:
            common = [] if statistic == "sd" else lines
            total = combine([*budget, *common])
            assert abs(value - truths[statistic]) <= total.k * total.uncertainty


@pytest.mark.parametrize("even", [True, False])
def test_stamps_that_jitter_are_no_sign_of_another_rate(*, even: bool) -> None:
    """Nor are even ones of a film without blends, of which nothing is known."""
    random = np.random.default_rng(4)
    what = clocks.replace(
        clocks.drawn(random, 60.0, 4.0), film_exposure=0.0002, exposure=0.001,
        by=departures.drawn(random, []),
    )  # fmt: skip
    times, live, shown, _ = clocks.film_of(random, clocks.chain(random, what))
    stamped = times + (0 if even else 0.003 * random.standard_normal(len(times)))
    assert screens.glass_to_glass(stamped, live, shown).converted == 0

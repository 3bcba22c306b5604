"""Age of what a person sees: latency and hold time together, frozen monitors included."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics._filmed_clock.pace import pace
from acceptance.metrics.latency import screens
from acceptance.uncertainty import combine

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import ages
import clocks


def test_a_camera_of_5_frame_s_with_120_ms_latency_shows_ages_of_120_to_320_ms() -> None:
    random = np.random.default_rng(3)
    what = replace(
        clocks.drawn(random, 240.0, 6.0),
        camera=5.0, exposure=0.02, refresh=59.3, monitor=1000.0, delay=0.12,
    )  # fmt: skip
    way = ages.frozen(clocks.chain(random, what), random, "none")
    times, live, shown, _ = clocks.film_of(random, way)
    found = screens.glass_to_glass(times, live, shown).ages
    assert found is not None
    assert found.bound_by() is None
    assert found.watched > 0.95
    assert found.details()["least_ms"] == pytest.approx(121, abs=3)
    assert found.mean()[0] == pytest.approx(222, abs=3)
    assert found.worst()[0] == pytest.approx(324, abs=4)


@pytest.mark.parametrize(
    ("number", "bound"),
    [
        slow(9, None),
        slow(4, None),
        slow(17, "still_shown"),
        slow(25, None),
        slow(27, None),
        (22, None),
        (23, "still_shown"),
    ],
)
def test_the_age_of_a_frozen_picture_is_seen_wherever_the_film_has_it(
    number: int, bound: str | None
) -> None:
    """The monitor freezes as the film begins, within it, and until it ends."""
    _, found, common, truths = ages.film(number)
    reason = found.bound_by()
    assert (reason.code if reason else None) == bound
    for (value, lines), true in zip((found.mean(), found.worst()), truths, strict=True):
        combined = combine([*lines, *common])
        assert abs(value - true) <= combined.k * combined.uncertainty


def test_where_the_monitor_could_not_be_read_the_worst_is_a_bound() -> None:
    """Its pictures before the first known change are unread: one stood for over a second."""
    _, found, common, (_, worst) = ages.film(63)
    reason = found.bound_by()
    value, lines = found.worst()
    combined = combine([*lines, *common])
    assert value - combined.k * combined.uncertainty <= worst
    assert reason is not None
    assert reason.code == "monitor_partly_unread"


def test_all_pictures_of_a_camera_that_reads_out_slowly_are_read() -> None:
    """Five a second, each read out over many refreshes: the worst age is seen, and is no bound."""
    _, found, common, (_, worst) = ages.film(15)
    assert found.bound_by() is None
    value, budget = found.worst()
    total = combine([*budget, *common])
    assert value == pytest.approx(worst, abs=total.k * total.uncertainty)


def test_light_that_is_never_known_is_a_gap() -> None:
    with pytest.raises(GapError) as caught:
        pace(np.arange(9.0), np.full((9, 1, 3), np.nan), 2.4 * np.arange(9.0))
    assert caught.value.code == "too_few_frames"

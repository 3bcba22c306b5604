"""How often a film is looked at: by time, at an odd step, and often enough in a short one."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.footage import clip, encode
from acceptance.metrics.faults.levels import FaultLevel, held, spanned
from acceptance.scene import looks
from acceptance.scene.thresholds import THRESHOLDS
from acceptance.scene.thumbnails import Features

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.footage.clip import VideoInfo

RATES = (1, 3, 5, 8, 10, 12.5, 15, 20, 24, 25, 29.97, 30, 50, 59.94, 60, 100, 120, 200, 240)
SHAPE = (48, 64)


@pytest.fixture(scope="module")
def video(tmp_path_factory: pytest.TempPathFactory) -> VideoInfo:
    path = tmp_path_factory.mktemp("looks") / "grey.mkv"
    encode.write(path, [np.full(SHAPE, 100, np.uint8)], codec="ffv1")
    return replace(clip.open_clip(path).info, frames=10_000)


def every(video: VideoInfo, rate: float | None, frames: int = 10_000) -> int:
    nominal = None if rate is None else Fraction(rate)
    return looks.costly_every(replace(video, nominal_rate=nominal, frames=frames))


@pytest.mark.parametrize("rate", RATES)
def test_costly_looks_are_as_rare_as_a_median_of_five_a_second_allows(
    video: VideoInfo, rate: float
) -> None:
    """No odd step that is longer keeps to the time; the median is that of five looks or more."""
    step = every(video, rate)
    assert step % 2 == 1
    assert step == 1 or step / rate <= THRESHOLDS.costly_seconds < (step + 2) / rate
    assert rate < 5 or spanned(np.arange(10_000)[::step] / rate, 1.0) >= 5


def test_costly_looks_of_the_usual_rates(video: VideoInfo) -> None:
    """Where the stream states no rate, it is taken for 25 frame/s."""
    taken = {rate: every(video, rate) for rate in (5, 10, 12.5, 25, 30, 50, 60, None)}
    assert taken == {5: 1, 10: 3, 12.5: 3, 25: 7, 30: 9, 50: 15, 60: 19, None: 7}


def test_covers_are_looked_at_five_times_a_second_or_more(video: VideoInfo) -> None:
    """Seven looks are 1.4 s or less, at an odd step too."""
    rates = (5, 10, 25, 30, 50, 60)
    steps = [looks.covers_every(replace(video, nominal_rate=Fraction(each))) for each in rates]
    assert steps == [1, 1, 5, 5, 9, 11]


@pytest.mark.parametrize(("frames", "step"), [(1, 1), (5, 1), (26, 1), (27, 3), (62, 5), (63, 7)])
def test_a_short_film_is_looked_at_as_often_as_it_can(
    video: VideoInfo, frames: int, step: int
) -> None:
    assert every(video, 25, frames) == step


@pytest.mark.parametrize("rate", [15, 20, 25, 30, 50, 60])
def test_of_exposures_that_take_turns_both_are_seen(tmp_path: Path, rate: int) -> None:
    """Blue in every second frame, red in the others: looks see either, in turn."""
    colours = ((60, 180), (180, 60))
    frames = [
        (np.full(SHAPE, 120, np.uint8), *(np.full((24, 32), code, np.uint8) for code in colour))
        for colour in colours
    ]
    encode.write(tmp_path / "two.mkv", frames, codec="ffv1")
    opened = clip.open_clip(tmp_path / "two.mkv")
    features = Features(replace(opened.info, nominal_rate=Fraction(rate), frames=10_000))
    taken = list(opened.frames())
    for number in range(4 * rate):
        features.see(taken[number % 2])
    seen = features.columns()["cast_blue"]
    ways = np.sign(seen[np.isfinite(seen)])
    assert len(ways) >= 12
    assert np.array_equal(np.abs(np.diff(ways)), np.full(len(ways) - 1, 2))


def rising(step: int, rate: float, jitter: float) -> FaultLevel:
    """Levels 1, 2, 3 ... of every so many frames, whose stamps are off by a share of a frame."""
    random = np.random.default_rng(5)
    at = (np.arange(20 * step) + jitter * random.uniform(-1, 1, 20 * step)) / rate
    levels = np.full(len(at), np.nan, np.float32)
    levels[::step] = np.arange(20)
    found = held(levels, np.sort(at))
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("rate", "jitter"),
    [*((rate, 0.0) for rate in RATES[2:]), *((rate, 0.4) for rate in RATES if rate >= 20)],
)
def test_what_is_said_of_the_second_that_counts_rests_on_the_looks_of_its_median(
    video: VideoInfo, rate: float, jitter: float
) -> None:
    """Levels that rise are held as the middle one; as many lie near the worst."""
    step = every(video, rate)
    level = rising(step, rate, jitter)
    width = spanned(level.at, 1.0)
    assert width >= 5
    assert level.value == 19 - width // 2
    middle = replace(level, held=np.where(level.seen == 10, 99.0, 0.0))
    assert np.count_nonzero(middle.near) == width
    assert np.mean(level.seen[middle.near]) == 10

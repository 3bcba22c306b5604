"""What looks like a loss or a repeat and is none: a slower camera, a page that stands still."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest

from acceptance.charts import definition
from acceptance.metrics import frame_rate
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics.frame_rate import counter
from acceptance.model import Measurement, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.metrics._filmed_clock.readings import Array, Readings

SCREEN = 60.0  # Hz
SMALL = Camera(width=480, height=270, rate=Fraction(25), noise=0.02, crf=36)


def read(position: Array) -> Readings:
    """Read pictures taken at these refreshes, in exposures of a third of one."""
    shares = clock_readings.expected_shares(position, 0.3, 24)
    noise = 0.02 * np.random.default_rng(1).standard_normal(shares.shape)
    return clock_readings.readings_of(shares + noise)


def taken(*parts: tuple[float, float]) -> Array:
    """Return when a camera took its pictures, in refreshes: at so many frame/s for so many s."""
    steps = [np.full(round(rate * seconds), SCREEN / rate) for rate, seconds in parts]
    return np.asarray(5000.3 + np.cumsum(np.concatenate(steps)))


@pytest.mark.parametrize(
    "parts",
    [
        [(30, 20), (25, 20)],
        [(25, 20), (20, 20)],
        [(25, 20), (12.5, 20)],
        [(25, 10), (12.5, 1), (25, 10)],
        [(30, 10), (15, 3), (30, 10)],
    ],
)
def test_a_camera_that_slows_down_has_lost_nothing(parts: Sequence[tuple[float, float]]) -> None:
    """A slow shutter at dusk: hundreds of pictures were counted as lost, and none was taken."""
    counts = counter.count(read(taken(*parts)))
    assert counts.dropped == 0
    assert counts.slower > 0


@pytest.mark.parametrize("lost", [[100], [100, 101, 102], [50, 52, 54], [100, 150, 200, 230, 240]])
def test_pictures_that_are_lost_here_and_there_are_counted(lost: list[int]) -> None:
    counts = counter.count(read(np.delete(taken((25, 15)), lost)))
    assert (counts.dropped, counts.slower) == (len(lost), 0)


def test_every_second_picture_lost_for_a_while_is_no_count_but_a_bound(tmp_path: Path) -> None:
    """A slower camera looks the same."""
    camera = replace(SMALL, dropped=frozenset({5, *range(20, 45, 2)}))
    found = figures(tmp_path, camera)
    dropped = found["frame_rate.dropped"]
    assert (dropped.value, dropped.lower_bound) == (1, True)
    assert dropped.bound_by is not None
    assert dropped.bound_by.code == "slower_pace"


@pytest.mark.parametrize("longer", [1.5, 1.6, 1.7])
@pytest.mark.parametrize("rate", [15, 25])
def test_a_single_slower_picture_is_no_loss(rate: float, longer: float) -> None:
    """All pictures after it lie off the grid of those before: one that is lost shifts nothing.

    Where they lie too far off there is no grid.
    """
    position = taken((rate, 16))
    position[150:] += longer * SCREEN / rate - SCREEN / rate
    counts = counter.count(read(position))
    on_a_grid = rate == 25 and longer > 1.5
    assert (counts.dropped, counts.slower) == ((0, 1) if on_a_grid else (None, 0))


@pytest.mark.parametrize("seed", range(12))
def test_uneven_pictures_lie_on_no_grid_that_leaves_half_of_them_out(seed: int) -> None:
    """Off by a third of a refresh (sd): hundreds were counted as lost, on a fine grid."""
    random = np.random.default_rng(seed)
    uneven = np.sort(taken((30, 13)) + random.normal(0, 0.33, 390))
    assert counter.count(read(uneven)).dropped is None


@pytest.mark.parametrize("refreshes", [60 / 24, 75 / 30, 50 / 20])
def test_uneven_pictures_of_two_and_a_half_refreshes_lie_on_no_fine_grid_either(
    refreshes: float,
) -> None:
    """They came closer to it than to be anywhere, and further off than readings explain."""
    random = np.random.default_rng(0)
    uneven = np.sort(5000.3 + np.cumsum(np.full(312, refreshes)) + random.normal(0, 0.33, 312))
    assert counter.count(read(uneven)).dropped is None


def test_losses_between_whole_readings_near_the_screens_rate_are_counted() -> None:
    """Readings alone lie a quarter of a period off, 54 frame/s before 60 Hz without a blend."""
    lost = np.arange(9, 643, 10)
    position = np.delete(5000.6 + np.arange(648) * SCREEN / 54 * 1.0001, lost)
    shares = clock_readings.expected_shares(position, 0.02, 24)
    assert counter.count(clock_readings.readings_of(shares)).dropped == len(lost)


def standing(position: Array, first: int, refreshes: int) -> Array:
    """Return what is seen of a page that shows refresh ``first`` for so many of them."""
    return np.where((position >= first) & (position < first + refreshes), first + 0.5, position)


@pytest.mark.parametrize("refreshes", [5, 8])
def test_a_repeat_is_the_pages_where_its_log_lacks_the_refreshes(refreshes: int) -> None:
    position = taken((25, 20))
    shown = np.arange(4990, 6300)
    first = int(position[200]) - 1
    seen = standing(position, first, refreshes)
    logged = shown[(shown <= first) | (shown >= first + refreshes)]
    log = np.column_stack([logged, logged / SCREEN])
    without, by_log = counter.count(read(seen)), counter.count(read(seen), log)
    assert without.repeated == by_log.stood > 0
    assert (by_log.unique, by_log.repeated, by_log.dropped) == (len(position), 0, 0)
    single = shown[(shown - first) % 50 != 1]  # one refresh missed holds no two pictures
    for others in (shown, single):
        log = np.column_stack([others, others / SCREEN])
        counts = counter.count(read(seen), log)
        assert (counts.repeated, counts.unlogged) == (without.repeated, 0)


@pytest.mark.parametrize(
    ("first", "last", "unlogged"),
    [(1, 1, 3), (0, 50, 3), (4990, 4991, 3), (4990, 5500, 1), (5400, 6400, 1), (4990, 6400, 0)],
)
def test_repeats_are_in_doubt_outside_of_what_the_log_covers(
    first: int, last: int, unlogged: int
) -> None:
    """A log of another film, or of a part, left no doubt and failed a sound camera."""
    position = taken((25, 20))
    for at in (50, 200, 450):
        position[at] = position[at - 1]
    shown = np.arange(first, last + 1)
    counts = counter.count(read(position), np.column_stack([shown, shown / SCREEN]))
    assert (counts.repeated, counts.unlogged) == (3, unlogged)


@pytest.mark.parametrize(
    ("early", "late", "dated"), [(0, 0, True), (0, 1, True), (1, 1, True), (0, 4, False)]
)
def test_a_few_pictures_outside_of_the_log_are_dated_by_its_pace(
    early: int, late: int, *, dated: bool, tmp_path: Path
) -> None:
    """A page that was left a frame before the film ended cost all figures by the counter."""
    log_path = tmp_path / "log.csv"
    film_clock(SMALL, definition.load("clock"), tmp_path / "c.mp4", 3.0, log_path=log_path)
    shot = Shot(id="s", subject="c", clip="c.mp4", chart="clock", screen_log="log.csv")
    looked = build.look(shot, tmp_path)
    read = counter.readings(looked)
    assert looked.screen_log is not None
    whole = counter.times(looked, read)
    assert whole is not None
    position = read.position
    first, last = position[early], position[-1 - late]
    kept = (looked.screen_log[:, 0] >= first - 1) & (looked.screen_log[:, 0] <= last)
    found = counter.times(replace(looked, screen_log=looked.screen_log[kept]), read)
    assert (found is not None) == dated
    if found:
        assert found[0] == pytest.approx(whole[0], abs=2e-4)
        assert found[1] == pytest.approx(whole[1], abs=1e-4)


def figures(folder: Path, camera: Camera, seconds: float = 3.0) -> dict[str, Measurement]:
    """Film the clock and measure, without a log of the page."""
    film_clock(camera, definition.load("clock"), folder / "clock.mp4", seconds)
    looked = build.look(Shot(id="s", subject="c", clip="clock.mp4", chart="clock"), folder)
    found = frame_rate.measure(looked)
    return outcomes.figures(found)


@pytest.mark.parametrize("repeated", [[], [30], [30, 31, 50]])
def test_repeats_that_may_be_the_pages_are_in_u_without_its_log(
    repeated: list[int], tmp_path: Path
) -> None:
    """One in a hundred pictures may be; what is more is the camera's."""
    found = figures(tmp_path, replace(SMALL, repeated=frozenset(repeated)), 4.0)
    number, unique = found["frame_rate.repeated"], found["frame_rate.unique"]
    may = min(len(repeated), 1)
    assert (number.value, number.lower_bound, number.upper_bound) == (len(repeated), False, False)
    assert (number.expanded >= may) == (may > 0 or number.expanded == 0)
    assert number.expanded < 1.2 * may + 0.01
    lines = {line.source for line in (*number.budget, *unique.budget)}
    assert ("page_stood" in lines) == (may > 0)


def test_only_what_falls_short_of_whole_periods_is_taken_off_a_hole() -> None:
    """Seven of fifty pictures are lost again and again, before a screen of 59.94 Hz."""
    taken_at = 5000.1 + np.arange(900) * 59.94 / 30
    lost = np.arange(900) % 50 < 7
    lost[:7] = False
    counts = counter.count(read(taken_at[~lost]))
    assert counts.dropped is not None
    assert 0 <= int(lost.sum()) - counts.dropped <= 3

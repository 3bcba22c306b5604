"""Slow motion is timed by the clock where file and clock agree on one even pace, else refused."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics._filmed_clock import film_pace, slow_motion
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.model import Condition, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.film_pace import Doubt
    from acceptance.metrics._filmed_clock.readings import Array, Readings

PLAYED, TAKEN = 30, 240  # frame/s
SLOWED = TAKEN / PLAYED
NUMBER = np.arange(1200)
EVEN = NUMBER / TAKEN  # s, when frames were exposed
LOG = np.arange(900.0, 1700.0)  # refreshes


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Any scene: readings and times are put in its place."""
    folder = tmp_path_factory.mktemp("slow")
    film_clock(Camera(width=320, height=180), definition.load("clock"), folder / "c.mp4", 0.2)
    return build.look(Shot(id="s", subject="c", clip="c.mp4", chart="clock"), folder)


def of_screen(exposed: Array, refresh: float, exposure: float = 0.003) -> Readings:
    """Return readings of a clock of ``refresh`` Hz that was exposed at ``exposed`` s."""
    noise = 0.02 * np.random.default_rng(1).standard_normal((len(exposed), 24))
    shares = clock_readings.expected_shares(1000.3 + refresh * exposed, exposure * refresh, 24)
    return clock_readings.readings_of(shares + noise)


def film(
    looked: build.Scene,
    times: Array,
    *,
    said: float = SLOWED,
    stated: float | None = 60.0,
    log: float | None = None,
) -> build.Scene:
    """Return a film with stamps ``times``, whose file says how much it was slowed.

    A person states the screen's rate, or the page's log shows it, in Hz.
    """
    conditions = () if stated is None else (Condition(name="screen_refresh", value=stated),)
    return replace(
        looked,
        shot=replace(looked.shot, conditions=conditions),
        series=replace(looked.series, times=times),
        video=replace(looked.video, slowed=said),
        screen_log=None if log is None else np.column_stack([LOG, LOG / log]),
    )


def found(scene: build.Scene, clock: Readings) -> tuple[float, Doubt]:
    """Return how many seconds a film is made to take, and what is in doubt of that."""
    timed = slow_motion.by_clock(scene, [clock])
    assert timed is not None
    return float(np.ptp(timed[0].series.times)), timed[1]


@pytest.mark.parametrize("exposure", [0.001, 0.004])
@pytest.mark.parametrize("refresh", [50.0, 59.94, 60.0, 60.3, 120.0])
def test_the_true_time_lies_within_the_doubt(
    looked: build.Scene, refresh: float, exposure: float
) -> None:
    """By the page's log, and by what a person reads off: panels of 60 Hz have up to 60.4."""
    clock = of_screen(EVEN, refresh, exposure)
    for scene, most in (
        (film(looked, NUMBER / PLAYED, stated=None, log=refresh), 0.005),
        (film(looked, NUMBER / PLAYED, stated=round(refresh)), 0.014),
    ):
        seconds, doubt = found(scene, clock)
        assert abs(seconds / np.ptp(EVEN) - 1) <= doubt.share <= most


def test_a_usual_rate_beside_the_stated_one_is_taken(looked: build.Scene) -> None:
    """Some systems cut 59.94 down to 59, by which file and clock would differ by 1.6 %."""
    scene = film(looked, NUMBER / PLAYED, stated=59.0)
    seconds, doubt = found(scene, of_screen(EVEN, 59.94))
    assert abs(seconds / np.ptp(EVEN) - 1) <= doubt.share < 0.005


@pytest.mark.parametrize("off", [0.0005, 0.004])
def test_what_file_and_clock_differ_by_is_in_doubt(looked: build.Scene, off: float) -> None:
    """Less than readings leave open, the file is believed; else the clock: either may be wrong."""
    clock = of_screen(EVEN, 60.0)
    right, wrong = (
        found(film(looked, NUMBER / PLAYED, log=rate), clock)[1] for rate in (60.0, 60 * (1 + off))
    )
    assert wrong.share - right.share == pytest.approx(off, abs=2e-4)
    assert (wrong.slowed == SLOWED) == (off < right.share)


@pytest.mark.parametrize(("refresh", "more"), [(60.0, 0.001 - 5e-5), (60.2, 0.005 - 5e-5)])
def test_a_person_s_word_leaves_more_in_doubt_than_a_log(
    looked: build.Scene, refresh: float, more: float
) -> None:
    """Usual screens are within 0.1 % of their rate; a log drifts by 50 ppm."""
    clock = of_screen(EVEN, refresh)
    logged, stated = (
        found(film(looked, NUMBER / PLAYED, log=log, stated=refresh), clock)[1].share
        for log in (refresh, None)
    )
    assert stated - logged == pytest.approx(more, abs=1e-5)
    assert logged > 0.25 / (refresh * EVEN[-1]) + 5e-5  # half a refresh: the line may turn by it


def test_a_log_that_is_wrong_leaves_the_truth_in_doubt(looked: build.Scene) -> None:
    """60.25 for 60 Hz made 39.83 +- 0.02 ms of a hold time of 40."""
    scene = film(looked, NUMBER / PLAYED, log=60.25)
    seconds, doubt = found(scene, of_screen(EVEN, 60.0))
    assert abs(seconds / np.ptp(EVEN) - 1) <= doubt.share


def test_single_times_may_be_off_by_what_goes_unseen(looked: build.Scene) -> None:
    """Means may lie 0.7 of a frame off the line, and are right to half a frame."""
    _, doubt = found(film(looked, NUMBER / PLAYED), of_screen(EVEN, 60.0))
    assert doubt.jump == pytest.approx(1.2 / TAKEN, rel=0.01)
    mean, single = (film_pace.lines(40.0, doubt, single=each)[0] for each in (False, True))
    more = 3**0.5 * (single.contribution - mean.contribution)
    assert more == pytest.approx(1200 / TAKEN, rel=0.01)


@pytest.mark.parametrize(("every", "timed"), [(400, True), (20, False)])
def test_a_few_misread_frames_count_for_nothing(
    looked: build.Scene, every: int, *, timed: bool
) -> None:
    clock = of_screen(EVEN, 60.0)
    misread = clock.position + 64 * (NUMBER % every == every // 2)
    found = slow_motion.by_clock(film(looked, NUMBER / PLAYED), [replace(clock, position=misread)])
    assert (found is not None) == timed


@pytest.mark.parametrize(("count", "timed"), [(60, True), (40, False)])
def test_a_film_in_which_nothing_can_be_averaged_is_not_timed(
    looked: build.Scene, count: int, *, timed: bool
) -> None:
    scene = film(looked, NUMBER[:count] / PLAYED)
    found = slow_motion.by_clock(scene, [of_screen(EVEN[:count], 60.0)])
    assert (found is not None) == timed


def lost(count: int, at: int) -> Array:
    """Return when frames were exposed of which ``count`` were lost."""
    after: Array = np.greater_equal(NUMBER, at) * 1.0
    return (NUMBER + count * after) / TAKEN


def at_ordinary_speed(count: int) -> Array:
    """Return when frames were exposed of which the first ``count`` play as they were taken."""
    return np.maximum(NUMBER - count, 0) / TAKEN + np.minimum(NUMBER, count) / PLAYED


def slower(share: float, part: float) -> Array:
    """Return when frames were exposed of which a part lies further apart, by ``share``."""
    inside = np.abs(NUMBER / len(NUMBER) - 0.4 - part / 2) < part / 2
    return np.cumsum(np.where(inside, 1 + share, 1.0)) / TAKEN


@pytest.mark.parametrize("exposure", [0.001, 0.004])
@pytest.mark.parametrize(
    "exposed",
    [
        lost(1, 600),
        lost(2, 600),
        lost(4, 600),
        lost(5, 200),
        lost(4, 1185),
        lost(4, 15),
        lost(1, 1190),
        at_ordinary_speed(1),
        at_ordinary_speed(2),
        at_ordinary_speed(36),
        -at_ordinary_speed(2)[::-1],
        -at_ordinary_speed(8)[::-1],
        slower(0.02, 0.3),
        slower(0.05, 0.1),
        slower(1.0, 0.02),
        slower(0.05, 0.02),
        lost(2, 400) - lost(2, 412) + EVEN,
        lost(9, 400) - lost(9, 412) + EVEN,
        EVEN + 1.5 / TAKEN * np.cos(NUMBER / 200),
        lost(-2, 600),
    ],
)
def test_even_stamps_of_uneven_frames_are_refused(
    looked: build.Scene, exposed: Array, exposure: float
) -> None:
    """Frames lost or doubled, and parts that play as they were taken, wherever they are."""
    clock = of_screen(exposed, 60.0, exposure)
    assert slow_motion.by_clock(film(looked, NUMBER / PLAYED), [clock]) is None


def ramp(times: Array) -> Array:
    """Play the middle third eight times slower, as exports of slow motion do."""
    steps = np.diff(times, prepend=times[0])
    slow = (times > times[-1] / 3) & (times < 2 * times[-1] / 3)
    return np.cumsum(np.where(slow, 8 * steps, steps))


@pytest.mark.parametrize(
    ("times", "said", "stated", "refresh"),
    [
        (8 * EVEN, 8.0, None, 60.0),  # nobody says what the screen is
        (8 * EVEN, 1.0, 60.0, 60.0),  # the file says nothing
        (4 * EVEN, 8.0, 60.0, 60.0),  # the phone fell to half of its rate
        (8 * EVEN, 8.0, 60.0, 120.0),
        (8.1 * EVEN, 8.0, 60.0, 60.0),
        (ramp(EVEN), 8.0, 60.0, 60.0),
        (ramp(4 * EVEN), 4.0, 60.0, 60.0),
        (8 * EVEN + 0.1 * EVEN**2, 8.5, 60.0, 60.0),
        (8 * np.where(EVEN > 1, EVEN + 1 / 240, EVEN), 8.0, 60.0, 60.0),
        (8 * EVEN + 0.01 * np.sin(9e4 * EVEN), 8.0, 60.0, 60.0),
    ],
)
def test_slow_motion_that_is_not_shown_to_be_of_one_even_pace_stays_refused(
    looked: build.Scene, times: Array, said: float, stated: float | None, refresh: float
) -> None:
    """In part, by ramps, of an uneven frame rate, with gaps of stamps, or contradicted."""
    scene, clock = film(looked, times, said=said, stated=stated), of_screen(EVEN, refresh)
    assert slow_motion.by_clock(scene, [clock]) is None
    with pytest.raises(GapError) as caught:
        film_pace.check(scene, [clock])
    assert caught.value.code.startswith("film_")


@pytest.mark.parametrize(("taken", "timed"), [(240, True), (480, False)])
def test_frames_that_a_phone_made_up_are_not_timed(
    looked: build.Scene, taken: float, *, timed: bool
) -> None:
    """Of 480 a second, on which file and clock agree, phones take 240."""
    scene = film(looked, NUMBER / PLAYED, said=taken / PLAYED, stated=120.0)
    found = slow_motion.by_clock(scene, [of_screen(NUMBER / taken, 120.0)])
    assert (found is not None) == timed

"""What is in doubt of a film's pace is in all that was timed by the film, whatever it was."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest

from acceptance.charts import beep, definition
from acceptance.footage.sound import Stretch
from acceptance.metrics import av, burnt_in_clock
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._osd_clock.seconds import Seconds
from acceptance.metrics.av import matched_filter
from acceptance.metrics.burnt_in_clock import reference_time
from acceptance.model import Condition, Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array
    from acceptance.model import BudgetLine

TAKEN = np.arange(900) / 30  # s, when the frames were exposed
FIRST, REFRESH = 6.3, 60.0  # refresh of the clock at 0 s; Hz
UNIX = 1.79e9  # s, when the film began
NTSC = 1.001  # films of 30 frame/s that play at 29.97


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Any scene of a clock: readings and times are put in its place."""
    folder = tmp_path_factory.mktemp("doubt")
    film_clock(Camera(width=320, height=180), definition.load("clock"), folder / "c.mp4", 0.2)
    return build.look(Shot(id="s", subject="c", clip="c.mp4", chart="clock"), folder)


def with_readings(scene: build.Scene) -> build.Scene:
    """Return the scene with readings of a clock that was exposed when TAKEN."""
    noise = 0.02 * np.random.default_rng(1).standard_normal((len(TAKEN), 24))
    shares = clock_readings.expected_shares(FIRST + REFRESH * TAKEN, 0.6, 24)
    scene.shared[clock_readings.SHARED] = {"clock": clock_readings.readings_of(shares + noise)}
    return scene


def played(looked: build.Scene, pace: float, **conditions: float | str) -> build.Scene:
    """Return a film of the clock that plays ``pace`` times slower than it was taken."""
    stated = tuple(Condition(name=name, value=value) for name, value in conditions.items())
    series = replace(looked.series, times=pace * TAKEN)
    shot = replace(looked.shot, conditions=stated)
    return with_readings(replace(looked, shot=shot, series=series))


def logged(scene: build.Scene) -> build.Scene:
    """Return the scene with the log of the clock's page, in Unix time."""
    index = np.arange(0.0, FIRST + REFRESH * TAKEN[-1] + 9)
    log = np.column_stack([index, UNIX + (index - FIRST) / REFRESH])
    return with_readings(replace(scene, screen_log=log))


def of_pace(budget: tuple[BudgetLine, ...]) -> float:
    """Return the half width that the film's pace adds to a budget."""
    return sum(line.contribution for line in budget if line.source == "film_pace") * 3**0.5


@pytest.mark.parametrize("early", [0.4, -0.25])
@pytest.mark.parametrize("pace", [1.0, 25 / 24, 25 / 30])
def test_sound_and_picture_hold_the_doubt_of_a_film_played_at_another_usual_rate(
    looked: build.Scene, monkeypatch: pytest.MonkeyPatch, pace: float, early: float
) -> None:
    """Sound that is stretched with the picture comes as much earlier or later."""
    flash = (beep.indices(int(FIRST) + 1, int(FIRST + REFRESH * TAKEN[-1])) - FIRST) / REFRESH
    heard = pace * (flash - early)
    monkeypatch.setattr(matched_filter, "heard", lambda _: heard[heard > 0])
    scene = played(looked, pace, microphone_distance=0.0, page_offset=30.0)
    silent = Stretch(samples=np.zeros(1, np.float32), start=0.0, rate=8000, off=0.0)
    object.__setattr__(scene, "sound", (silent,))
    found = list(av.measure(scene))
    figures = outcomes.measurements(found)
    codes = [item.reason.code for item in found if isinstance(item, Note)]
    assert codes == ["film_pace_doubtful"] * (pace != 1)
    for figure in figures[:2]:  # mean and worst
        assert (of_pace(figure.budget) > 0) == (pace != 1)
        error = abs(figure.value - 30 - 1000 * early)
        assert abs(error - abs(1000 * early * (pace - 1))) < 5
        assert error < of_pace(figure.budget) + 5


@pytest.mark.parametrize(("pace", "share"), [(1.0, 0.0), (NTSC, 1e-3), (1 / NTSC, 1e-3)])
def test_a_log_tells_a_film_of_30_frames_a_second_that_plays_at_29_97(
    looked: build.Scene, pace: float, share: float
) -> None:
    """59.94 Hz are usual, too: only the log tells."""
    scene = played(looked, pace)
    readings = clock_readings.read_clocks(scene).values()
    assert film_pace.check(scene, readings).share == 0
    doubt = film_pace.check(logged(scene), readings)
    assert doubt.share == pytest.approx(share, rel=0.01)
    codes = [note.reason.code for note in film_pace.notes(scene, "latency", doubt)]
    assert codes == ["film_pace_beside_log"] * (share > 0)


@pytest.mark.parametrize("pace", [1.0, NTSC])
def test_true_times_by_a_filmed_clock_hold_what_stamps_drift_from_its_log(
    looked: build.Scene, pace: float
) -> None:
    scene = logged(played(looked, pace, utc_offset=0.0, reference_time_accuracy=0.0))
    found = reference_time.of(scene)
    late = found.seconds - UNIX - TAKEN
    drift = np.abs(late - np.median(late)).max()
    assert drift == pytest.approx((pace - 1) * TAKEN[-1] / 2, rel=0.02, abs=1e-6)
    assert found.half_widths.get("film_pace", 0.0) == pytest.approx(drift, rel=0.02, abs=1e-6)


def test_a_time_that_was_read_once_is_as_much_in_doubt_far_from_it(looked: build.Scene) -> None:
    read: dict[str, float | str] = {
        "reference_time": "2026-12-01T10:00",
        "reference_time_accuracy": 0.0,
    }
    found = reference_time.of(played(looked, 25 / 24, **read))
    off = np.abs(found.seconds - found.seconds[0] - TAKEN).max()
    assert off <= found.half_widths["film_pace"] < 2 * off


def ticking(times: Array) -> Seconds:
    """Return the course of a burnt-in clock that runs true, by the stamps of its film."""
    count = np.arange(1, 12)
    first = np.searchsorted(TAKEN, count)
    reach = np.full(len(count), (times[1] - times[0]) / 2)
    return Seconds(
        digits=np.floor(TAKEN).astype(np.int64) % 10, first=first, clear=1.0, count=count,
        moments=(times[first] + times[first - 1]) / 2, reach=reach,
    )  # fmt: skip


def test_the_rate_of_a_burnt_in_clock_holds_the_doubt_too(looked: build.Scene) -> None:
    """A true clock lost 86 s a day in a film of 30 frame/s that plays at 29.97."""
    scene = logged(played(looked, NTSC))
    figure = burnt_in_clock._rate_figure(scene, "osd", ticking(scene.series.times), None)
    assert isinstance(figure, Measurement)
    assert figure.value == pytest.approx(-86.3, abs=0.5)
    assert abs(figure.value) <= 1.01 * of_pace(figure.budget)


def test_no_rate_is_given_by_a_film_that_a_clock_beside_shows_to_be_slowed(
    looked: build.Scene,
) -> None:
    scene = logged(played(looked, 1.02))
    found = burnt_in_clock._rate_figure(scene, "osd", ticking(scene.series.times), None)
    assert isinstance(found, Note)
    assert found.reason.code == "film_pace_off"

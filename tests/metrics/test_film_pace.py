"""A film that plays at another pace than it was filmed at is refused, or in doubt, and says so."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np
import outcomes
import pytest

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.footage import clip as clips
from acceptance.metrics import frame_rate, latency, read_out
from acceptance.metrics._filmed_clock import film_pace
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.model import Condition, Measurement, Note, Shot, Tap
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock, film_screens

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from acceptance.metrics._filmed_clock.readings import Array, Readings

CLOCK = definition.load("clock")
FRAMES = np.arange(480) / 240  # s, as they were exposed


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Any scene: readings and times are put in its place."""
    folder = tmp_path_factory.mktemp("pace")
    film_clock(Camera(width=320, height=180), CLOCK, folder / "c.mp4", 0.2)
    return build.look(Shot(id="s", subject="c", clip="c.mp4", chart="clock"), folder)


def of_screen(refresh: float) -> Readings:
    """Return readings of a clock that was exposed at FRAMES."""
    noise = 0.02 * np.random.default_rng(1).standard_normal((len(FRAMES), 24))
    shares = clock_readings.expected_shares(1000.3 + refresh * FRAMES, 0.2 * refresh / 60, 24)
    return clock_readings.readings_of(shares + noise)


def played(looked: build.Scene, times: Array, **conditions: float) -> build.Scene:
    """Return the scene as a film with stamps ``times`` whose shot states conditions."""
    stated = tuple(
        Condition(name=name, value=value, unit="Hz") for name, value in conditions.items()
    )
    shot = replace(looked.shot, conditions=stated)
    return replace(looked, shot=shot, series=replace(looked.series, times=times))


def code(scene: build.Scene, refresh: float) -> str:
    """Return why the film is refused."""
    with pytest.raises(GapError) as caught:
        film_pace.check(scene, [of_screen(refresh)])
    return caught.value.code


def ramp(times: Array) -> Array:
    """Play the middle third eight times slower, as exports of slow motion do."""
    steps = np.diff(times, prepend=times[0])
    slow = (times > times[-1] / 3) & (times < 2 * times[-1] / 3)
    return np.cumsum(np.where(slow, 8 * steps, steps))


@pytest.mark.parametrize(
    ("pace", "refresh", "expected"),
    [
        (lambda times: 8 * times, 60.0, "film_plays_slow"),
        (lambda times: 4 * times, 75.0, "film_plays_slow"),
        (lambda times: 8 * times, 144.0, "film_plays_slow"),
        (lambda times: times / 10, 60.0, "film_plays_fast"),
        (ramp, 60.0, "film_pace_varies"),
    ],
)
def test_slow_motion_time_lapse_and_ramps_are_refused(
    looked: build.Scene, pace: Callable[[Array], Array], refresh: float, expected: str
) -> None:
    assert code(played(looked, pace(FRAMES)), refresh) == expected


@pytest.mark.parametrize("refresh", [50.0, 59.94, 60.0, 75.0, 120.0, 61.36, 59.3])
def test_a_film_at_its_own_pace_is_measured_without_a_doubt(
    looked: build.Scene, refresh: float
) -> None:
    assert film_pace.check(played(looked, FRAMES), [of_screen(refresh)]).share == 0


def test_stamps_that_jitter_or_come_twice_are_no_other_pace(looked: build.Scene) -> None:
    random = np.random.default_rng(2)
    jittered = FRAMES + 0.002 * random.standard_normal(len(FRAMES))
    doubled = np.where(random.uniform(size=len(FRAMES)) < 0.1, np.roll(FRAMES, 1), FRAMES)
    for times in (jittered, np.maximum.accumulate(doubled)):
        assert film_pace.check(played(looked, times), [of_screen(60.0)]).share < 1e-9


def test_what_looks_like_a_usual_screen_is_told_by_the_rate_that_is_stated(
    looked: build.Scene,
) -> None:
    """120 Hz slowed twice look like 60; so does a film of 60 Hz at double speed like 120."""
    slowed = played(looked, 2 * FRAMES, screen_refresh=120.0)
    assert code(slowed, 120.0) == "film_pace_off"
    assert code(played(looked, FRAMES / 2, screen_refresh=60.0), 60.0) == "film_pace_off"
    slow_screen = played(looked, FRAMES, screen_refresh=30.0)
    assert film_pace.check(slow_screen, [of_screen(30.0)]).share == 0


def test_the_log_of_the_page_tells_the_pace(looked: build.Scene) -> None:
    index = np.arange(900.0, 1300.0)
    log = np.column_stack([index, index / 60])
    logged = replace(played(looked, 2 * FRAMES), screen_log=log)
    assert code(logged, 60.0) == "film_pace_off"
    at_pace = replace(logged, series=played(looked, FRAMES).series)
    assert film_pace.check(at_pace, [of_screen(60.0)]).share == 0
    # before it was filmed, the window was on a screen of 120 Hz
    before = np.column_stack([np.arange(900.0), np.arange(900.0) / 120])
    moved = np.vstack([before, log + np.array([0, 15])])
    assert film_pace.check(replace(at_pace, screen_log=moved), [of_screen(60.0)]).share == 0


def stalled(refresh: float, stalls: list[tuple[float, float]]) -> Readings:
    """Return readings of a clock that stands from one time to another, and then goes on."""
    when = FRAMES.copy()
    for begin, end in stalls:
        when[(begin < FRAMES) & (end > FRAMES)] = begin
    noise = 0.02 * np.random.default_rng(1).standard_normal((len(FRAMES), 24))
    shares = clock_readings.expected_shares(1000.3 + refresh * when, 0.2 * refresh / 60, 24)
    return clock_readings.readings_of(shares + noise)


@pytest.mark.parametrize(
    "stalls",
    [
        [(0.3, 0.5), (1.2, 1.4)],
        [(0.1, 0.4), (0.9, 1.2), (1.5, 1.7)],
        [(at, at + 0.18) for at in np.arange(0.0, 2.0, 0.2)],
    ],
)
def test_a_picture_that_is_held_is_no_other_pace(
    looked: build.Scene, stalls: list[tuple[float, float]]
) -> None:
    """A stream that stalls, or shows each picture six times, was refused."""
    assert film_pace.check(played(looked, FRAMES), [stalled(60.0, stalls)]).share == 0


def test_pictures_that_come_in_a_burst_are_no_other_pace(looked: build.Scene) -> None:
    """A recorder hands out what it had buffered at once."""
    burst = np.where(FRAMES < 0.4, 0.4 + (FRAMES - 0.4) / 40, FRAMES)
    assert film_pace.check(played(looked, burst), [of_screen(60.0)]).share == 0


def test_a_clock_that_begins_anew_has_the_pace_of_its_parts(looked: build.Scene) -> None:
    """A camera of the tests sends its film in turns: one line through all of them ran at 12.6."""
    noise = 0.02 * np.random.default_rng(1).standard_normal((len(FRAMES), 24))
    shares = clock_readings.expected_shares(1000.3 + 60 * (FRAMES % 0.7), 0.2, 24)
    turns = clock_readings.readings_of(shares + noise)
    assert film_pace.check(played(looked, FRAMES), [turns]).share == 0
    assert film_pace.check(played(looked, FRAMES, screen_refresh=60.0), [turns]).share == 0


@pytest.mark.parametrize(
    ("stated", "true"), [(59.0, 59.94), (143.0, 143.86), (60.0, 59.94), (60.0, 60.32)]
)
def test_a_rate_counts_as_systems_show_it(looked: build.Scene, stated: float, true: float) -> None:
    """Some cut 59.94 down to 59."""
    scene = played(looked, FRAMES, screen_refresh=stated)
    assert film_pace.check(scene, [of_screen(true)]).share == 0


def test_a_film_whose_times_are_assumed_is_held_against_no_stated_rate(looked: build.Scene) -> None:
    """AVI counts pictures: where one in fifty is lost, the clock seems faster by that."""
    scene = played(looked, FRAMES * 0.98, screen_refresh=60.0)
    counted = replace(scene, video=replace(scene.video, assumed=("times",)))
    assert film_pace.check(counted, [of_screen(60.0)]).share == 0
    assert code(scene, 60.0) == "film_pace_off"


@pytest.mark.parametrize("stated", [0.0, -60.0])
def test_a_screen_has_a_rate_above_none(looked: build.Scene, stated: float) -> None:
    assert code(played(looked, FRAMES, screen_refresh=stated), 60.0) == "condition_no_number"


def test_a_phone_s_word_for_slow_motion_counts_unless_the_clock_contradicts_it(
    looked: build.Scene,
) -> None:
    """Twice as slow: a clock of 60 a second may be one of 120; eight times: none has 480."""
    scene = played(looked, FRAMES)
    tagged = replace(scene, video=replace(scene.video, slowed=2.0))
    assert code(tagged, 60.0) == "film_plays_slow"
    wrongly = replace(scene, video=replace(scene.video, slowed=8.0))
    assert film_pace.check(wrongly, [of_screen(60.0)]).share == 0


STATED = {"240.0": 8.0, "60.0": 1.0, "30.0": 1.0, "x": 1.0, "1.0": 1 / 30}


def test_android_s_statement_is_read_from_the_file(tmp_path: Path) -> None:
    """A film of 240 frame/s as 30; 60 of which dim light took half are no slow motion."""
    for stated, expected in (
        ("240.0", 8.0),
        ("30.0", 1.0),
        ("x", 1.0),
        ("1.0", 1 / 30),
        ("60.0", 1.0),
    ):
        with av.open(
            str(tmp_path / "f.mp4"), "w", options={"movflags": "use_metadata_tags"}
        ) as film:
            film.metadata["com.android.capture.fps"] = stated
            stream = film.add_stream("libx264", rate=30)
            stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
            for number in range(6):
                frame = av.VideoFrame(64, 48, "yuv420p")
                frame.pts = number
                film.mux(stream.encode(frame))
            film.mux(stream.encode(None))
        assert clips.open_clip(tmp_path / "f.mp4").info.slowed == pytest.approx(expected)


@pytest.mark.parametrize(
    ("taken", "shown", "refresh"), [(25, 24, 60.0), (25, 30, 60.0), (24, 25, 59.94), (30, 25, 75.0)]
)
def test_a_film_played_at_another_usual_rate_has_that_doubt_in_its_times(
    looked: build.Scene, taken: float, shown: float, refresh: float
) -> None:
    """A time of 100 ms is shown as so much longer or shorter: the truth lies within the share."""
    share = film_pace.check(played(looked, FRAMES * taken / shown), [of_screen(refresh)]).share
    seen = 100 * taken / shown
    assert abs(seen - 100) <= share * seen + 1e-9


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Film the clock by a camera of 25 frame/s."""
    folder = tmp_path_factory.mktemp("clip")
    camera = Camera(width=320, height=180, exposure=0.004)  # 25 frame/s
    film_clock(camera, CLOCK, folder / "c.mp4", 4.0, refresh=60.0)
    return build.look(Shot(id="s", subject="c", clip="c.mp4", chart="clock"), folder)


@pytest.mark.parametrize("metric", [frame_rate, read_out])
def test_figures_of_time_of_a_slowed_clip_are_refused(clip: build.Scene, metric: object) -> None:
    times = clip.series.times
    with pytest.raises(GapError) as caught:
        list(metric.measure(replace(clip, series=replace(clip.series, times=8 * times))))  # type: ignore[attr-defined]
    assert caught.value.code == "film_plays_slow"


def test_a_log_of_other_refreshes_does_not_date_a_slowed_clip(clip: build.Scene) -> None:
    index = np.arange(9_000_000.0, 9_000_300.0)
    other = replace(clip, screen_log=np.column_stack([index, index / 60]))
    slowed = replace(other, series=replace(clip.series, times=8 * clip.series.times))
    with pytest.raises(GapError) as caught:
        list(frame_rate.measure(slowed))
    assert caught.value.code == "film_plays_slow"


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Film a clock and the monitor that shows it, by a phone of 60 frame/s."""
    folder = tmp_path_factory.mktemp("pair")
    phone = Camera(rate=Fraction(60), exposure=0.004, noise=0.006, preset="ultrafast", seed=7)
    film_screens(phone, Camera(), CLOCK, folder / "s.mp4", delay=0.12, seconds=1.5)
    shot = Shot(id="s", subject="c", clip="s.mp4", chart="clock", tap=Tap.SCREEN)
    return build.look(shot, folder)


def test_the_latency_of_a_slowed_film_is_refused(pair: build.Scene) -> None:
    """Of slow motion a latency of 128 ms was 511 +- 4."""
    assert any(isinstance(item, Measurement) for item in latency.measure(pair))
    slowed = replace(pair, series=replace(pair.series, times=4 * pair.series.times))
    with pytest.raises(GapError) as caught:
        list(latency.measure(slowed))
    assert caught.value.code == "film_plays_slow"


def in_slow_motion(
    scene: build.Scene, *, pace: float = 4.0, said: float = 4.0, refresh: float = 60.0
) -> build.Scene:
    """Return the scene slowed by ``pace``; its file states ``said``, a person the screen's Hz."""
    slowed = played(scene, pace * scene.series.times, screen_refresh=refresh)
    return replace(slowed, video=replace(scene.video, slowed=said))


def test_slow_motion_that_file_and_clock_agree_on_is_timed_by_the_clock(pair: build.Scene) -> None:
    true, slowed = (
        {(item.quantity, item.statistic): item for item in found if isinstance(item, Measurement)}
        for found in (latency.measure(pair), latency.measure(in_slow_motion(pair)))
    )
    assert set(true) == set(slowed)
    for key, figure in true.items():
        assert abs(slowed[key].value - figure.value) <= 1e-3 * figure.value
        more = slowed[key].uncertainty - figure.uncertainty
        frame = 0 if key[1] == "mean" else 1200 / 60  # ms, by which single times may be off
        assert 0 <= more <= 0.008 * figure.value + frame / 3**0.5
        assert "film_pace" in {line.source for line in slowed[key].budget}
    notes = [item for item in latency.measure(in_slow_motion(pair)) if isinstance(item, Note)]
    said = next(note for note in notes if note.reason.code == "film_timed_by_clock")
    assert said.reason.parameters["times"] == pytest.approx(4, rel=1e-3)


def test_the_read_out_of_a_film_held_upright_is_refused(clip: build.Scene) -> None:
    """Its rows are the sensor's columns."""
    assert any(isinstance(item, Measurement) for item in read_out.measure(clip))
    by_tag = replace(clip.video, rotation=270)
    stored_anew = replace(clip.video, width=clip.video.height, height=clip.video.width)
    for video in (by_tag, stored_anew):
        with pytest.raises(GapError) as caught:
            list(read_out.measure(replace(clip, video=video)))
        assert caught.value.code == "film_sideways"


@pytest.mark.parametrize(("slowed", "said"), [(8.0, True), (1.0, False)])
def test_a_file_that_states_slow_motion_is_said_to(
    clip: build.Scene, slowed: float, *, said: bool
) -> None:
    notes = build._slowed(replace(clip.video, slowed=slowed))
    assert [note.reason.code for note in notes] == ["film_states_slow_motion"] * said


def test_a_fast_screen_that_nobody_stated_is_said(looked: build.Scene) -> None:
    """A film of 60 Hz at double speed looks like one of 120 Hz."""
    assert film_pace.check(played(looked, FRAMES / 2), [of_screen(60.0)]).assumed > 119
    stated = played(looked, FRAMES, screen_refresh=120.0)
    assert not film_pace.check(stated, [of_screen(120.0)]).assumed
    noted = film_pace.noted(looked, "latency", film_pace.Doubt(assumed=120.0), [])
    assert [item.reason.code for item in noted if isinstance(item, Note)] == ["film_pace_assumed"]


def test_the_doubt_is_in_u_and_is_said(clip: build.Scene) -> None:
    """25 frame/s played as 24: the rate is 4 % too low."""
    times = clip.series.times * 25 / 24
    found = list(frame_rate.measure(replace(clip, series=replace(clip.series, times=times))))
    figures = outcomes.figures(found)
    rate = figures["frame_rate.mean"]
    assert abs(rate.value - 25) <= rate.expanded
    assert figures["frame_rate.dropped"].expanded == 0
    codes = [item.reason.code for item in found if not isinstance(item, Measurement)]
    assert "film_pace_doubtful" in codes

"""Frame rate: planted drops and repeats come back exactly, readings are right or absent."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest
from marks import few, slow
from scipy import optimize

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.footage import encode
from acceptance.metrics import frame_rate
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.cadence import cadence
from acceptance.metrics.frame_rate import counter, timed
from acceptance.model import Condition, Measurement, Note, Shot, Tap
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.metrics._filmed_clock.readings import Array, Readings

CLOCK = definition.load("clock")
FRAMES = 600
SEEDS = 12


def light(codes: Array) -> Array:
    """Undo the transfer of ``codes_of``: ITU-R BT.709 in limited range."""
    signal = (np.asarray(codes, np.float64) - 16) / 219
    return np.where(
        signal < 0.081, signal / 4.5, ((np.maximum(signal, 0) + 0.099) / 1.099) ** (1 / 0.45)
    )


def codes_of(
    position: Array, width: float, seed: int = 0, noise: float = 2.0
) -> NDArray[np.float32]:
    """Cells (n, c) of the clock as a camera with flare, a bright screen and noise codes them."""
    random = np.random.default_rng(seed)
    shares = clock_readings.expected_shares(position, width, 24)
    columns = []
    for region in CLOCK.regions:
        if region.kind == "reference":
            columns.append(np.full(len(shares), float(region.printed["reflectance"])))
        if region.kind == "bits":
            share = shares[:, region.printed["bit"]]
            columns.append(1 - share if region.printed["complement"] else share)
    linear = 0.01 + 0.85 * np.stack(columns, axis=1)
    signal = np.where(linear < 0.018, 4.5 * linear, 1.099 * linear**0.45 - 0.099)
    return (16 + 219 * signal + noise * random.standard_normal(signal.shape)).astype(np.float32)


def read(position: Array, width: float, seed: int = 0, noise: float = 2.0) -> Readings:
    """Read the clock filmed at these positions with this exposure, in refreshes."""
    return clock_readings.read(codes_of(position, width, seed, noise), CLOCK, light)


def values(found: list[Measurement | Note]) -> dict[str, float]:
    """Values by quantity."""
    return {item.quantity: item.value for item in found if isinstance(item, Measurement)}


@pytest.mark.parametrize("width", few([0.06, 0.5, 1.0, 1.5, 2.4, 3.0], 2))
@pytest.mark.parametrize("step", [2.4, 12.5])
def test_no_reading_is_wrong_and_nearly_all_are_given(width: float, step: float) -> None:
    """Exposures of half a refresh and of several refreshes, from 24-bit indices down."""
    position = 16_000_000.3 + (step + 0.0137) * np.arange(FRAMES)
    readings = read(position, width, noise=3.0)
    assert readings.readable.mean() >= 0.99
    seen = readings.readable
    assert np.all(np.abs(readings.position - position)[seen] <= readings.reach[seen] + 0.05)


def test_noise_alone_or_a_covered_cell_is_unreadable_and_not_misread() -> None:
    """Codes without a clock behind them never make an index.

    Nor does a clock of which a pair is covered.
    """
    random = np.random.default_rng(3)
    garbage = random.uniform(16, 235, (2000, len(codes_of(np.array([1.0]), 0.5)[0]))).astype(
        np.float32
    )
    assert not clock_readings.read(garbage, CLOCK, light).readable.any()
    cells = codes_of(1000.5 + 2.4 * np.arange(50), 0.3)
    cells[:, 4:6] = 40.0
    readings = clock_readings.read(cells, CLOCK, light)
    assert not readings.readable.any()
    cells[:] = np.nan
    assert not clock_readings.read(cells, CLOCK, light).readable.any()


def test_an_exposure_half_on_either_refresh_is_read_as_between_them() -> None:
    """Blends of all shares; the share comes back within 0.05 and the frame is marked ambiguous."""
    share = np.linspace(0.15, 0.85, 40)
    position = 5000.0 + 7 * np.arange(40) + 0.4 * (share - 0.5)
    readings = read(position, 0.4, noise=1.0)
    assert readings.ambiguous.all()
    assert np.array_equal(readings.index, 4999 + 7 * np.arange(40))
    assert readings.blend == pytest.approx(share, abs=0.05)


def exponent_of(share: float) -> float:
    """Return the exponent at which the codes of a blend of this share add up to 1."""

    def code(lit: float) -> float:
        dark, signal = 4.5 * 0.01, 1.099 * (0.01 + 0.85 * lit) ** 0.45 - 0.099
        return (signal - dark) / (1.099 * 0.86**0.45 - 0.099 - dark)

    return float(optimize.brentq(lambda x: code(share) ** x + code(1 - share) ** x - 1, 0.4, 2.5))


def test_a_screen_with_an_unknown_curve_is_read_as_well() -> None:
    """A curve that nobody stated.

    The pairs themselves tell the exponent, so that shares come back.
    """
    share = np.linspace(0.15, 0.85, 60)
    position = 5000.0 + 7 * np.arange(60) + 0.4 * (share - 0.5)
    readings = clock_readings.read(
        codes_of(position, 0.4, noise=0.5), CLOCK, lambda codes: np.asarray(codes, np.float64) / 255
    )
    least, most = exponent_of(0.15), exponent_of(0.5)
    assert least - 0.01 <= readings.exponent <= most + 0.01, "it is found in steps of 0.01"
    assert readings.blend == pytest.approx(share, abs=0.05)


@pytest.mark.parametrize("seed", [0, *map(slow, range(1, SEEDS))])
@pytest.mark.parametrize(
    ("step", "width"),
    [
        (1.2, 0.3),
        (1.8, 0.02),
        (1.987, 0.5),
        (2.0, 0.01),
        (2.013, 0.01),
        (2.4, 0.06),
        (2.4, 2.4),
        (4.8, 1.2),
        (7.2, 0.6),
    ],
)
def test_planted_drops_and_repeats_are_counted_exactly(
    seed: int, step: float, width: float
) -> None:
    """One source picture in 40 is dropped, one in 40 replaced by the one before.

    Exposures jitter by 0.02 refreshes.
    """
    random = np.random.default_rng(seed)
    fate = random.choice(3, FRAMES, p=[0.95, 0.025, 0.025])
    fate[[0, -1]] = 0
    source = np.maximum.accumulate(np.where(fate == 0, np.arange(FRAMES), 0))
    taken = 777.0 + random.uniform(0, 5) + step * np.arange(FRAMES) + random.normal(0, 0.02, FRAMES)
    delivered = source[fate != 1]
    counts = counter.count(read(taken[delivered], width, seed))
    assert counts.unique == len(set(delivered.tolist()))
    assert counts.repeated == len(delivered) - counts.unique
    assert counts.unreadable == 0
    assert counts.refreshes == pytest.approx(step, rel=1e-3)
    lost = np.diff(np.flatnonzero(np.diff(delivered, prepend=-1) > 0))
    unfilled = np.maximum(np.diff(np.unique(delivered)) - lost, 0)
    assert counts.dropped == int(unfilled.sum())


def test_every_third_picture_missing_is_seen_even_when_the_times_are_made_even() -> None:
    """Steps of 2.4 and 4.8 refreshes by turns.

    100 of 300 pictures are missing, whatever the time stamps say.
    """
    taken = 100.2 + 2.4 * np.arange(300)
    counts = counter.count(read(taken[np.arange(300) % 3 != 2], 0.3))
    assert (counts.unique, counts.repeated, counts.dropped) == (200, 0, 99)


def test_a_stream_that_repeats_every_picture_is_half_as_fast() -> None:
    """50 frames a second made of 25: as many repeats as pictures, none dropped."""
    counts = counter.count(read(np.repeat(100.2 + 2.4 * np.arange(200), 2), 0.3))
    assert (counts.unique, counts.repeated, counts.dropped) == (200, 200, 0)


def test_an_unreadable_frame_stands_for_the_missing_picture() -> None:
    """Three frames of 200 cannot be read.

    None dropped, none repeated, and the count says how many were unreadable.
    """
    cells = codes_of(100.2 + 2.4 * np.arange(200), 0.3)
    cells[[20, 21, 90]] = 60.0
    counts = counter.count(clock_readings.read(cells, CLOCK, light))
    assert (counts.unique, counts.repeated, counts.dropped, counts.unreadable) == (200, 0, 0, 3)


def test_uneven_pictures_are_counted_but_not_said_to_be_dropped() -> None:
    """A source without an even pace: new pictures are known, missing ones are not."""
    random = np.random.default_rng(1)
    counts = counter.count(read(100.0 + np.cumsum(random.uniform(2.0, 9.0, 300)), 0.3))
    assert counts.unique == 300
    assert counts.dropped is None


@pytest.mark.parametrize(
    ("position", "noise", "code"),
    [
        (100.2 + 1.0 * np.arange(300), 2.0, "clock_too_slow"),
        (100.2 + 0.5 * np.arange(300), 2.0, "clock_too_slow"),
        (100.2 + 2.4 * np.arange(300), 90.0, "clock_unreadable"),
        (100.2 + 2.4 * np.arange(5), 2.0, "too_few_frames"),
    ],
)
def test_what_cannot_be_counted_gives_a_reason(position: Array, noise: float, code: str) -> None:
    """A clock as slow as the camera, noise as strong as the picture, a clip of five frames."""
    with pytest.raises(GapError) as caught:
        counter.count(read(position, 0.3, noise=noise))
    assert caught.value.code == code


def test_the_cadence_numbers_pictures_over_a_long_film() -> None:
    """Over 20,000 refreshes with a tenth of the pictures missing, every number is right."""
    random = np.random.default_rng(2)
    kept = np.sort(random.permutation(9000)[:8100])
    position = np.floor(33.3 + 2.3976 * kept) + 0.5
    found = cadence(position, np.full(len(kept), 0.5))
    assert found
    assert np.array_equal(found.number, kept - kept[0])


def film(
    folder: Path, camera: Camera, seconds: float = 3.0
) -> tuple[build.Scene, list[Measurement | Note]]:
    """Film the clock, look at it and measure."""
    film_clock(camera, CLOCK, folder / "clock.mp4", seconds)
    looked = build.look(Shot(id="s", subject="c", clip="clock.mp4", chart="clock"), folder)
    return looked, list(frame_rate.measure(looked))


SMALL = Camera(width=480, height=270, rate=Fraction(25), noise=0.02, crf=36)


@pytest.mark.parametrize(
    ("camera", "dropped", "repeated"),
    [
        slow(SMALL, 0, 0),
        (replace(SMALL, dropped=frozenset({10, 30, 31}), repeated=frozenset({50}), seed=2), 3, 1),
        slow(replace(SMALL, exposure=0.04, dropped=frozenset(range(7, 70, 6)), seed=3), 11, 0),
        slow(
            replace(
                SMALL,
                width=640,
                height=360,
                exposure=0.001,
                repeated=frozenset({5, 6, 40}),
                codec="libx265",
                seed=4,
            ),
            0,
            3,
        ),
        (
            replace(
                SMALL,
                rate=Fraction(50),
                exposure=0.01,
                dropped=frozenset({33}),
                repeated=frozenset({50}),
                seed=5,
            ),
            1,
            1,
        ),
    ],
)
def test_a_coded_film_gives_exactly_what_was_planted(
    camera: Camera, dropped: int, repeated: int, tmp_path: Path
) -> None:
    """2 % noise, CRF 36, B-frames: all drops and repeats, none else.

    The counts stand behind the rate.
    """
    _, found = film(tmp_path, camera)
    value = values(found)
    assert value["frame_rate.dropped"] == dropped
    assert value["frame_rate.repeated"] == repeated
    slots = int(3 * camera.rate)
    (unique,) = (
        item
        for item in found
        if isinstance(item, Measurement) and item.quantity == "frame_rate.unique"
    )
    assert unique.count == slots - dropped - repeated
    assert unique.duration == pytest.approx(3.0, abs=1e-3)
    assert abs(value["frame_rate.mean"] - (slots - dropped) / 3) < 1e-3
    longest = max(np.diff(sorted(set(range(slots)) - camera.dropped)))
    assert value["frame_rate.longest_gap"] == pytest.approx(
        1000 * longest / float(camera.rate), abs=0.1
    )


def test_without_a_clock_only_the_times_speak_and_counts_are_bounds_that_say_why(
    tmp_path: Path,
) -> None:
    """A grey film: rate and gap are measured; new pictures at most, repeats and losses at least."""
    grey = [np.full((64, 64), 100 + i % 3, np.uint8) for i in range(30)]
    encode.write(tmp_path / "grey.mkv", grey, codec="ffv1", rate=Fraction(30))
    found = list(
        frame_rate.measure(build.look(Shot(id="s", subject="c", clip="grey.mkv"), tmp_path))
    )
    assert values(found)["frame_rate.mean"] == pytest.approx(30, abs=0.1)
    notes = outcomes.reasons(found)
    assert notes == dict.fromkeys(frame_rate.COUNTED, "no_clock")
    bounds = {
        item.quantity: item
        for item in found
        if isinstance(item, Measurement) and item.quantity in notes
    }
    assert {name: (one.lower_bound, one.upper_bound) for name, one in bounds.items()} == {
        "frame_rate.unique": (False, True),
        "frame_rate.dropped": (True, False),
        "frame_rate.repeated": (True, False),
    }
    assert all(one.bound_by and one.bound_by.code == "no_clock" for one in bounds.values())


def test_three_clocks_stand_side_by_side_and_arrivals_go_first(tmp_path: Path) -> None:
    """Frames are lost, and the stream is stamped as if at twice the rate.

    Arrival and filmed clock say what is true.
    """
    camera = replace(SMALL, dropped=frozenset({20, 21}))
    film_clock(
        camera,
        CLOCK,
        tmp_path / "clock.mp4",
        2.0,
        arrivals_path=tmp_path / "a.csv",
        log_path=tmp_path / "l.csv",
    )
    shot = Shot(
        id="s", subject="c", clip="clock.mp4", chart="clock", arrivals="a.csv", screen_log="l.csv"
    )
    looked = build.look(shot, tmp_path)
    hurried = replace(looked, series=replace(looked.series, times=looked.series.times / 2))
    found = outcomes.measurements(frame_rate.measure(hurried))
    means = {one.statistic: one for one in found if one.quantity == "frame_rate.mean"}
    assert set(means) == {"", "presentation", "counter"}
    assert means[""].method == timed.METHODS["arrival"]
    assert means[""].value == pytest.approx(24, abs=0.1)
    assert means["counter"].value == pytest.approx(24, abs=0.3)
    assert means["presentation"].value == pytest.approx(48, abs=0.2)
    (unique,) = (one for one in found if one.quantity == "frame_rate.unique")
    assert unique.duration == pytest.approx(2.0, abs=0.01)
    notes = [one.reason for one in frame_rate.measure(hurried) if isinstance(one, Note)]
    assert [one.code for one in notes] == ["clocks_differ"]


def test_what_was_planted_is_told_with_its_place_in_time(tmp_path: Path) -> None:
    """Pictures 10 to 12 are lost, 30 to 45 are one.

    A hole of three before 0.52 s, a freeze from 1.2 s on.
    """
    camera = replace(
        SMALL, dropped=frozenset({10, 11, 12}), repeated=frozenset(range(30, 46)), seed=7
    )
    _, found = film(tmp_path, camera, 2.0)
    by_name = outcomes.figures(found)
    (hole,) = by_name["frame_rate.dropped"].events
    assert (hole.kind, hole.count) == ("dropped", 3)
    assert (hole.start, hole.end) == pytest.approx((9 / 25, 13 / 25), abs=1e-3)
    (freeze,) = by_name["frame_rate.repeated"].events
    assert (freeze.kind, freeze.count) == ("frozen", 16)
    assert (freeze.start, freeze.end) == pytest.approx((30 / 25, 46 / 25), abs=1e-3)
    (gap,) = by_name["frame_rate.longest_gap"].events
    assert (gap.start, gap.end) == (hole.start, hole.end)
    assert by_name["frame_rate.mean"].curve


def test_times_that_jump_leave_the_rate_a_bound_unless_the_filmed_clock_bridges_them(
    clock_looked: build.Scene,
) -> None:
    """The counter shows that no picture is missing across the jump.

    Without it the rate may be lower.
    """
    times = clock_looked.series.times + np.where(np.arange(25) < 12, 0.0, -5.0)
    jumped = replace(clock_looked, series=replace(clock_looked.series, times=times))
    (mean, *_) = frame_rate.measure(jumped)
    assert isinstance(mean, Measurement)
    assert (mean.upper_bound, mean.details["stretches"]) == (False, 2)
    assert mean.value == pytest.approx(25, abs=0.1)
    blind = replace(jumped, series=replace(jumped.series, cells={}))
    found = list(frame_rate.measure(blind))
    assert all(
        one.upper_bound
        for one in found
        if isinstance(one, Measurement) and one.quantity == "frame_rate.mean"
    )
    assert "times_jump" in {one.reason.code for one in found if isinstance(one, Note)}


def test_made_up_times_give_no_rate_however_even_they_are(tmp_path: Path) -> None:
    """AVI counts frames: the nominal rate is no measurement.

    Repeats can be counted all the same, at least.
    """
    grey = [np.full((64, 64), 100 + i % 3, np.uint8) for i in range(30)]
    encode.write(tmp_path / "grey.avi", grey, codec="ffv1", rate=Fraction(30))
    found = list(
        frame_rate.measure(build.look(Shot(id="s", subject="c", clip="grey.avi"), tmp_path))
    )
    assert set(values(found)) == {"frame_rate.repeated"}
    reasons = outcomes.reasons(found)
    assert {reasons[quantity] for quantity in timed.TIMES} == {"times_assumed"}


@pytest.mark.parametrize(
    "times", [np.arange(25)[::-1] / 25, np.repeat([0.0, 1.0], [24, 1]), np.repeat([0.0, 5.0], 12)]
)
def test_nonsense_for_times_makes_no_nonsense_of_a_rate(
    times: Array, clock_looked: build.Scene
) -> None:
    """Running backwards, all alike but one, two moments only: finite figures or none."""
    count = len(times)
    series = {
        name: getattr(clock_looked.series, name)[:count]
        for name in ("sizes", "keys", "difference", "changed")
    }
    cut = replace(
        clock_looked.series,
        times=times,
        cells={},
        key_changed=clock_looked.series.key_changed[:count],
        key_noise=clock_looked.series.key_noise[:count],
        **series,
    )
    found = list(frame_rate.measure(replace(clock_looked, series=cut)))
    assert all(
        np.isfinite(one.value) and np.isfinite(one.expanded)
        for one in found
        if isinstance(one, Measurement)
    )


def test_a_table_of_arrivals_that_does_not_fit_is_named_and_left_aside(
    clock_looked: build.Scene,
) -> None:
    short = replace(clock_looked, series=replace(clock_looked.series, arrivals=np.arange(20) / 25))
    found = list(frame_rate.measure(short))
    assert "arrivals_differ" in {one.reason.code for one in found if isinstance(one, Note)}
    (mean, *_) = found
    assert isinstance(mean, Measurement)
    assert mean.method == timed.METHODS["presentation"]


def test_an_interlaced_stream_and_the_shot_s_shutter_are_said_beside_the_rate(
    clock_looked: build.Scene,
) -> None:
    conditions = (
        Condition(name="day_night", value="night"),
        Condition(name="shutter", value="1/12"),
    )
    night = replace(
        clock_looked,
        video=replace(clock_looked.video, interlaced=True),
        shot=replace(clock_looked.shot, conditions=conditions),
    )
    (mean, *others) = frame_rate.measure(night)
    assert isinstance(mean, Measurement)
    assert (mean.details["day_night"], mean.details["shutter"], mean.details["interlaced"]) == (
        "night",
        "1/12",
        True,
    )
    assert "interlaced" in {one.reason.code for one in others if isinstance(one, Note)}


def test_two_frames_make_no_rate(tmp_path: Path) -> None:
    """The reason counts the frames."""
    encode.write(tmp_path / "two.mkv", [np.full((64, 64), 100, np.uint8)] * 2, codec="ffv1")
    with pytest.raises(GapError) as caught:
        list(frame_rate.measure(build.look(Shot(id="s", subject="c", clip="two.mkv"), tmp_path)))
    assert caught.value.code == "too_few_frames"


def test_a_phone_filming_a_screen_is_not_the_device(clock_looked: build.Scene) -> None:
    """The frame rate of somebody's phone says nothing about the camera."""
    assert frame_rate.serves(clock_looked)
    assert not frame_rate.serves(
        replace(clock_looked, shot=replace(clock_looked.shot, tap=Tap.SCREEN))
    )


@pytest.fixture(scope="module")
def clock_looked(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Look at a short film of the clock."""
    return film(tmp_path_factory.mktemp("clock"), SMALL, 1.0)[0]

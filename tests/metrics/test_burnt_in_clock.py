"""The burnt-in clock.

Read back from films of known time, refused wherever a digit could as well be another.
"""

from __future__ import annotations

import pickle
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from conftest import benchmark
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics import burnt_in_clock
from acceptance.metrics._osd_clock import date_and_time, layout
from acceptance.metrics._osd_clock import seconds as osd_seconds
from acceptance.metrics.burnt_in_clock import reference_time
from acceptance.model import Condition, Measurement, Note, Shot
from acceptance.scene import build
from acceptance.scene.strips import Strip

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from conftest import Film, OverlayFilm

overlays = benchmark("overlays")
START = datetime(2026, 11, 25, 13, 52, 30, 370_000)  # noqa: DTZ001 -- such a clock knows no zone
RATE = Fraction(25, 2)


def filmed(**fields: Any) -> tuple[Any, np.ndarray, np.ndarray]:
    """Return an overlay, its strip without any coder, and the frames' times."""
    return _filmed(tuple(fields.items()))


@lru_cache(maxsize=2)  # several tests in a row look at the same one
def _filmed(fields: tuple[tuple[str, Any], ...]) -> tuple[Any, np.ndarray, np.ndarray]:
    usual = {"font": "Aileron", "rate": RATE, "seconds": 13.0, "ground": "still"}
    overlay = overlays.Overlay(**(usual | dict(fields)))
    x, y, width, height = map(int, overlay.region())
    strip = np.stack([frame[y : y + height, x : x + width] for frame in overlays.frames(overlay)])
    strip.flags.writeable = False
    return overlay, strip, np.array([float(time) for time in overlay.times])


@pytest.fixture(scope="module", autouse=True)
def _followed_once() -> Iterator[None]:
    """Follow a clock once, however often it is asked what its readings say in the end."""
    kept: dict[bytes, Any] = {}
    follow = burnt_in_clock.followed

    def once(strip: np.ndarray, times: np.ndarray) -> Any:
        asked = pickle.dumps((strip, times))
        if asked not in kept:
            found = follow(strip, times)
            kept.clear()
            kept[asked] = found
        return kept[asked]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(burnt_in_clock, "followed", once)
        yield


@pytest.mark.parametrize(
    "look",
    [
        {"font": "Aileron", "style": "outlined", "height": 12, "form": "YYYY-MM-DD"},
        {
            "font": "Aileron",
            "style": "inverting",
            "height": 16,
            "form": "YYYY/MM/DD",
            "ground": "panning",
        },
        {
            "font": "DejaVu Serif",
            "style": "outlined",
            "height": 8,
            "form": "YYYY年MM月DD日",
            "ground": "bright",
        },
        {
            "font": "Courier bitmap",
            "style": "white",
            "height": 16,
            "form": "YYYY-MM-DD",
            "ground": "dark",
        },
        {
            "font": "Noto Sans CJK",
            "style": "inverting",
            "height": 24,
            "form": "YYYY年MM月DD日",
            "ground": "bright",
        },
    ],
    ids=lambda look: f"{look['font']}-{look['style']}",
)
def test_a_running_clock_is_read_and_its_seconds_change_when_they_did(look: dict[str, Any]) -> None:
    overlay, strip, times = filmed(start=START, **look)
    clock = burnt_in_clock.followed(strip, times)
    reading, seconds = burnt_in_clock.read(clock), clock.seconds
    assert reading.shown == overlay.shown(reading.moment + 0.1)
    true = np.ceil(0.37 + times[0]) - 0.37 + np.arange(len(seconds.moments))
    assert np.abs(seconds.moments - true).max() <= 0.5 / float(RATE) + 1e-6


def test_minutes_hours_and_the_day_go_up_within_the_film() -> None:
    start = datetime(2027, 12, 31, 23, 59, 53, 800_000)  # noqa: DTZ001 -- no zone either
    overlay, strip, times = filmed(start=start, height=16)
    reading = burnt_in_clock.read(burnt_in_clock.followed(strip, times))
    assert reading.shown == overlay.shown(reading.moment + 0.1)


def test_day_and_month_are_never_guessed() -> None:
    start = datetime(2026, 3, 4, 13, 52, 30, 100_000)  # noqa: DTZ001 -- no zone either
    _, strip, times = filmed(start=start, form="DD-MM-YYYY", height=16)
    clock = burnt_in_clock.followed(strip, times)
    with pytest.raises(GapError, match="2026-03-04 or 2026-04-03") as caught:
        burnt_in_clock.read(clock)
    assert caught.value.code == "clock_order_unknown"
    assert burnt_in_clock.read(clock, "DMY").shown.date() == start.date()
    assert burnt_in_clock.read(clock, "MDY").shown.date().isoformat() == "2026-04-03"


def test_a_day_above_twelve_tells_the_order_by_itself() -> None:
    overlay, strip, times = filmed(start=START, form="MM-DD-YYYY", height=16)
    assert (
        burnt_in_clock.read(burnt_in_clock.followed(strip, times)).shown.date()
        == overlay.start.date()
    )


EVENING = datetime(2026, 11, 25, 17, 3, 50, 370_000)  # noqa: DTZ001 -- no zone either
NOTO, MONO, SERIF = "Noto Sans CJK", "DejaVu Sans Mono Bold", "DejaVu Serif"


@pytest.mark.parametrize("hour", [slow(5), 17])
@pytest.mark.parametrize(
    "look",
    [
        {"form": "AM after", "font": MONO, "height": 16},
        {"form": "上午 before", "font": NOTO, "height": 20, "ground": "panning"},
        slow({"form": "AM before", "font": "Aileron", "height": 14, "ground": "panning"}),
        slow({"form": "am after", "font": SERIF, "height": 20, "ground": "dark"}),
        slow({"form": "AM touching", "font": NOTO, "height": 24, "ground": "panning"}),
        slow({"form": "上午 after", "font": NOTO, "height": 24, "ground": "dark"}),
    ],
    ids=lambda look: look["form"],
)
def test_the_mark_of_a_clock_of_12_hours_is_read(look: dict[str, Any], hour: int) -> None:
    overlay, strip, times = filmed(start=EVENING.replace(hour=hour), **look)
    reading = burnt_in_clock.read(burnt_in_clock.followed(strip, times))
    assert reading.shown == overlay.shown(reading.moment + 0.1)
    assert not reading.either_half


@pytest.mark.parametrize("form", ["no mark", slow("CAM and PM2.5"), slow("weekday")])
def test_without_a_mark_both_halves_of_the_day_stay_possible(form: str) -> None:
    overlay, strip, times = filmed(start=EVENING, form=form, font=NOTO, height=20)
    clock = burnt_in_clock.followed(strip, times)
    reading = burnt_in_clock.read(clock)
    assert reading.either_half
    assert reading.shown + timedelta(hours=12) == overlay.shown(reading.moment + 0.1)
    stated = burnt_in_clock.read(clock, hours="PM")
    assert not stated.either_half
    assert stated.shown == overlay.shown(stated.moment + 0.1)


def test_hours_that_no_clock_of_12_has_are_of_24() -> None:
    for hour in (0, 13):
        overlay, strip, times = filmed(start=EVENING.replace(hour=hour), height=16)
        reading = burnt_in_clock.read(burnt_in_clock.followed(strip, times))
        assert not reading.either_half
        assert reading.shown == overlay.shown(reading.moment + 0.1)


@pytest.mark.parametrize(
    "start",
    [
        slow(datetime(2026, 11, 25, 12, 59, 54, 370_000)),  # noqa: DTZ001 -- no zone either
        datetime(2026, 11, 25, 23, 59, 54, 370_000),  # noqa: DTZ001 -- no zone either
    ],
)
def test_a_clock_of_12_hours_goes_from_12_to_1_and_at_midnight_to_12(start: datetime) -> None:
    overlay, strip, times = filmed(start=start, form="AM after", font=NOTO, height=20)
    reading = burnt_in_clock.read(burnt_in_clock.followed(strip, times))
    assert reading.shown == overlay.shown(reading.moment + 0.1)


def test_a_clock_without_a_mark_that_goes_over_twelve_is_refused() -> None:
    start = datetime(2026, 11, 25, 23, 59, 54, 370_000)  # noqa: DTZ001 -- no zone either
    _, strip, times = filmed(start=start, form="no mark", height=16)
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(burnt_in_clock.followed(strip, times))
    assert caught.value.code == "clock_half_day"


@pytest.mark.parametrize("ground", [slow("still"), "panning", "passing"])
def test_a_picture_without_a_clock_is_not_read(ground: str) -> None:
    overlay = overlays.Overlay(ground=ground, seconds=13.0, rate=RATE, seed=4)
    picture, random = overlays._ground(overlay, np.random.default_rng(4)), np.random.default_rng(5)
    strip = np.stack(
        [picture(float(time))[:40, :300] + random.normal(0, 4, (40, 300)) for time in overlay.times]
    )
    with pytest.raises(GapError) as caught:
        burnt_in_clock.followed(
            np.clip(strip, 16, 235).astype(np.uint8), np.array(overlay.times, float)
        )
    assert caught.value.code == "clock_no_digits"


@pytest.mark.parametrize(
    ("height", "code"), [(8, "clock_too_small"), (9, "clock_too_small"), (10, "clock_unclear")]
)
def test_digits_that_cannot_be_told_are_said_to_be_too_small_where_they_are(
    height: int, code: str
) -> None:
    part = date_and_time.ClockField(value=0, same=frozenset(), least=0.9, ahead=0.1, edges=())
    with pytest.raises(GapError) as caught:
        date_and_time._sure(part, height)
    assert caught.value.code == code


@pytest.mark.parametrize("height", [8, 12, 16])
def test_the_height_of_the_digits_is_told_to_a_pixel(height: int) -> None:
    _, strip, times = filmed(font="DejaVu Serif", height=height, start=START)
    assert burnt_in_clock.read(burnt_in_clock.followed(strip, times)).height == pytest.approx(
        height, abs=1
    )


def test_digits_a_broken_number_of_pixels_apart_are_found_in_their_places() -> None:
    """An advance of 6.6 px, rounded; 5 px of separators; of the digits 2026-11-25 13:52:3."""
    text, at = "2026-11-25 13:52:3", np.array([0, 7, 13, 20, 31, 38, 49, 56, 72, 79, 90, 97, 108])
    fits = np.full((10, 150), -0.2)
    fits[[int(sign) for sign in text if sign.isdigit()], at] = 0.9
    upto = np.maximum.accumulate(fits, axis=0)
    (time, *_) = layout.of_time(upto, fits[3], 115, 6)
    assert time == (72, 79, 90, 97, 108)
    assert layout.of_date(fits, (*time, 115), ("YMD", "MDY", "DMY"))[0][1] == (
        0,
        7,
        13,
        20,
        31,
        38,
        49,
        56,
    )


def test_digits_of_unequal_width_are_refused_rather_than_read_wrong() -> None:
    overlay, strip, times = filmed(font="Noto Serif CJK Bold", height=16, start=START)
    try:
        shown = burnt_in_clock.read(burnt_in_clock.followed(strip, times)).shown
    except GapError as gap:
        unreadable = {"clock_unclear", "clock_no_digits", "clock_irregular"}
        assert gap.code in unreadable  # noqa: PT017 -- either way is right
    else:
        assert shown.date() == overlay.start.date()


@pytest.mark.parametrize(
    ("seconds", "rate", "code"), [(8.0, 12, "clock_too_short"), (14.0, 4, "clock_too_few_frames")]
)
def test_too_little_film_is_told(seconds: float, rate: int, code: str) -> None:
    _, strip, times = filmed(seconds=seconds, rate=Fraction(rate))
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(burnt_in_clock.followed(strip, times))
    assert caught.value.code == code


def test_a_region_that_cuts_the_time_off_is_told() -> None:
    _, strip, times = filmed(height=16)
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(burnt_in_clock.followed(strip[:, :, -40:], times))
    assert caught.value.code == "clock_cut_off"


def test_a_film_that_stands_still_for_two_seconds_shows_late_and_missing_seconds() -> None:
    """What helps to tell a freeze.

    The change is late by what the film stood still, and two seconds are left out.
    """
    _, strip, times = filmed(height=16, seconds=24.0, start=START)
    first = int(np.searchsorted(times, 14.0))
    frozen = strip.copy()
    frozen[first : first + 25] = strip[first]
    wide, font = osd_seconds.font_of(frozen, times)
    seconds = osd_seconds.follow(wide, times, font)
    steps, gone = np.diff(seconds.count), np.diff(seconds.moments)
    late = int(np.argmax(gone))
    assert steps[late] in {2, 3}
    assert np.all(np.delete(steps, late) == 1)
    assert seconds.moments[late] <= times[first] <= times[first + 24] <= seconds.moments[late + 1]
    with pytest.raises(GapError) as caught:
        burnt_in_clock.read(burnt_in_clock.followed(frozen, times))
    assert caught.value.code == "clock_irregular"


@pytest.fixture(scope="module")
def seen(overlay_film: OverlayFilm) -> build.Scene:
    """Look at the coded film, with its clock's region given by hand."""
    shot = Shot(
        id="a",
        subject="camera",
        clip=overlay_film.path.name,
        regions={"osd": overlay_film.overlay.region()},
    )
    return build.look(shot, overlay_film.path.parent)


def measured(seen: build.Scene, **conditions: str | float) -> dict[str, Measurement | Note]:
    """Figures and notes by quantity, under these conditions."""
    stated = tuple(Condition(name=name, value=value) for name, value in conditions.items())
    found = burnt_in_clock.measure(replace(seen, shot=replace(seen.shot, conditions=stated)))
    return {str(one.quantity): one for one in found}


@pytest.mark.parametrize(
    ("reference", "zone"), [("05:52:25Z", 8.0), ("14:52:25+09:00", 8.0), ("05:52:25Z", None)]
)
def test_a_reference_that_states_its_zone_is_put_into_that_of_the_clock(
    reference: str, zone: float | None, seen: build.Scene
) -> None:
    """Its zone was dropped: 8 h off."""
    zones = {} if zone is None else {"utc_offset": zone}
    offset = measured(
        seen, reference_time=f"2026-11-25T{reference}", reference_time_accuracy=0.05, **zones
    )["burnt_in_clock.offset"]
    if zone is None:
        assert isinstance(offset, Note)
        assert offset.reason.code == "utc_offset"
        return
    assert isinstance(offset, Measurement)
    assert offset.value == pytest.approx(5.37, abs=offset.expanded)


@pytest.mark.parametrize(("pace", "share"), [(1.0, 0.0), (1.0005, 0.0), (1.02, 0.13)])
def test_a_clock_and_a_film_that_run_apart_leave_the_offset_open(pace: float, share: float) -> None:
    """24.5 frame/s stamped as 25: after 15 s the offset is 0.3 s off that of the first frame."""
    times = np.arange(375) / 25
    shown = np.floor(times * pace + 0.37).astype(np.int64)
    first = np.flatnonzero(np.diff(shown)) + 1
    course = osd_seconds.Seconds(
        digits=shown % 10, first=first, moments=(times[first] + times[first - 1]) / 2,
        reach=np.full(len(first), 0.02), count=shown[first], clear=1.0,
    )  # fmt: skip
    start = reference_time.EPOCH + timedelta(seconds=int(shown[first[0]]))
    value, budget = burnt_in_clock.offset(course, start, times, {})
    apart = [line.contribution * 3**0.5 for line in budget if line.source == "slope"]
    assert sum(apart) == pytest.approx(share, abs=0.02)
    assert abs(value - 0.37) <= 2 * float(np.hypot.reduce([each.contribution for each in budget]))


def test_a_clock_that_is_ahead_has_a_positive_offset_within_its_uncertainty(
    seen: build.Scene,
) -> None:
    found = measured(
        seen, reference_time="2026-11-25T13:52:25.000+08:00", reference_time_accuracy=0.05
    )
    offset = found["burnt_in_clock.offset"]
    assert isinstance(offset, Measurement)
    assert offset.value == pytest.approx(5.37, abs=offset.expanded)
    assert offset.expanded < 0.2
    assert str(offset.details["shown"]).startswith("2026-11-25 13:52:3")
    assert {line.source for line in offset.budget} >= {
        "frame_interval",
        "repeatability",
        "reference_clock",
        "burn_in",
    }


@pytest.mark.parametrize(
    ("reference", "hours", "code"),
    [
        ("05:03:45", None, "clock_modulo"),
        ("17:03:45", None, "clock_half_day"),
        ("17:03:45", "PM", ""),
        ("05:03:45", "24", ""),
        ("05:03:45", "evening", "clock_hours"),
    ],
)
def test_an_offset_of_12_hours_is_never_given_unseen(
    seen: build.Scene, reference: str, hours: str | None, code: str
) -> None:
    """A clock that shows 05:03:50 without a mark, at a true time of 05:03:45 or 17:03:45."""
    _, strip, times = filmed(start=EVENING, form="no mark", height=16)
    osd = Strip(luma=strip, frames=np.arange(len(strip)))
    shown = replace(seen, strips={"osd": osd}, series=replace(seen.series, times=times))
    hours_stated = {} if hours is None else {"osd_hours": hours}
    truth = {"reference_time": f"2026-11-25T{reference}", "reference_time_accuracy": 0.05}
    found = measured(shown, **truth, **hours_stated)
    codes = {one.reason.code for one in found.values() if isinstance(one, Note)}
    assert codes == ({code} if code else set())
    offset = found.get("burnt_in_clock.offset")
    if isinstance(offset, Measurement):
        assert offset.value == pytest.approx(5.37, abs=offset.expanded)
    assert isinstance(offset, Measurement) == (code in {"", "clock_modulo"})


@pytest.mark.parametrize(
    ("reference", "hours"), [("21:52:25", "-8"), ("08:22:25", "+5.5"), ("13:52:25", None)]
)
def test_an_offset_of_a_zone_is_said(seen: build.Scene, reference: str, hours: str | None) -> None:
    """A clock of UTC at a true time of +08:00, and one of India."""
    found = measured(
        seen, reference_time=f"2026-11-25T{reference}", reference_time_accuracy=0.05
    ).values()
    said = [
        one.reason.parameters["hours"]
        for one in found
        if isinstance(one, Note) and one.reason.code == "clock_whole_hours"
    ]
    assert said == ([] if hours is None else [hours])


def test_the_reference_may_be_read_anywhere_in_the_film(seen: build.Scene) -> None:
    found = measured(
        seen, reference_time="2026-11-25T13:52:40", reference_at=10.0, reference_time_accuracy=0.05
    )
    offset = found["burnt_in_clock.offset"]
    assert isinstance(offset, Measurement)
    assert offset.value == pytest.approx(0.37, abs=offset.expanded)


def test_without_a_reference_the_rate_and_the_reading_are_given_and_the_offset_is_a_note(
    seen: build.Scene,
) -> None:
    found = measured(seen)
    rate, offset = found["burnt_in_clock.rate"], found["burnt_in_clock.offset"]
    assert isinstance(rate, Measurement)
    assert abs(rate.value) <= rate.expanded
    assert str(rate.details["shown"]).startswith("2026-11-25 13:52:3")
    assert isinstance(offset, Note)
    assert offset.reason.code == "no_reference_time"


def test_a_film_without_times_of_its_own_gives_no_rate(seen: build.Scene) -> None:
    timeless = replace(seen, video=replace(seen.video, assumed=("times",)))
    [rate] = [
        note for note in burnt_in_clock.measure(timeless) if note.quantity == "burnt_in_clock.rate"
    ]
    assert isinstance(rate, Note)
    assert rate.reason.code == "times_assumed"


@pytest.mark.parametrize(
    ("conditions", "code"),
    [
        ({"reference_time": "2026-11-25T13:52:30"}, "reference_accuracy"),
        ({"reference_time": "half past one", "reference_time_accuracy": 1.0}, "reference_time"),
        (
            {"reference_time": "2026-11-25T13:52:30", "reference_time_accuracy": "good"},
            "condition_no_number",
        ),
        ({"osd_order": "big endian"}, "clock_order"),
    ],
)
def test_a_reference_that_cannot_be_used_is_told(
    seen: build.Scene, conditions: dict[str, Any], code: str
) -> None:
    offset = measured(seen, **conditions)["burnt_in_clock.offset"]
    assert isinstance(offset, Note)
    assert offset.reason.code == code


def test_arrival_times_in_unix_time_bound_the_offset_until_the_delay_is_told(
    seen: build.Scene,
) -> None:
    """Frames arrive 0.3 s after they were taken: the clock seems behind by as much."""
    taken = datetime(2026, 11, 25, 5, 52, 30, tzinfo=UTC).timestamp()  # 13:52:30 in China
    arrivals = taken + seen.series.times + 0.3
    streamed = replace(seen, series=replace(seen.series, arrivals=arrivals))
    zoned: dict[str, Any] = {"reference_time_accuracy": 0.01, "utc_offset": 8.0}
    bound = measured(streamed, **zoned)["burnt_in_clock.offset"]
    assert isinstance(bound, Measurement)
    assert bound.lower_bound
    assert bound.value == pytest.approx(0.07, abs=bound.expanded)
    offset = measured(streamed, stream_delay=0.3, stream_delay_accuracy=0.05, **zoned)[
        "burnt_in_clock.offset"
    ]
    assert isinstance(offset, Measurement)
    assert not offset.lower_bound
    assert offset.value == pytest.approx(0.37, abs=offset.expanded)
    unzoned = measured(streamed, reference_time_accuracy=0.01)["burnt_in_clock.offset"]
    assert isinstance(unzoned, Note)
    assert unzoned.reason.code == "utc_offset"


def test_a_filmed_clock_chart_with_its_log_tells_the_true_time_of_each_frame(
    clock_film: Film,
) -> None:
    """Local time is Unix time and the zone.

    The log's refreshes are those of the simulated screen.
    """
    shot = Shot(id="a", subject="camera", clip="clock.mp4", screen_log="screen.csv")
    filmed = build.look(shot, clock_film.path.parent)
    assert filmed.screen_log is not None
    stated = (
        Condition(name="utc_offset", value=8),
        Condition(name="reference_time_accuracy", value=0.02),
    )
    unix = replace(
        filmed,
        screen_log=filmed.screen_log + np.array([0, 1.79e9]),
        shot=replace(shot, conditions=stated),
    )
    reference = reference_time.of(unix)
    true = (
        clock_film.truth.middles
        - np.array(clock_film.truth.times, float)
        + filmed.series.times
        + 1.79e9
        + 8 * 3600
    )
    assert reference.kind == "filmed"
    moved = reference_time.of(replace(unix, clock_moved=0.04))
    assert moved.half_widths == reference.half_widths | {"clock_set": 0.04}
    assert (
        np.abs(
            reference.seconds - np.median(true - filmed.series.times) - filmed.series.times
        ).max()
        < 0.02
    )


@pytest.mark.parametrize(
    "clip",
    [
        slow("bottle_intel.mp4"),
        "car_park_intel.mp4",
        slow("lobby_intel.mp4"),
    ],
)
def test_no_clock_is_read_in_real_footage_that_has_none(real_data: Path, clip: str) -> None:
    """The usual corners of the first 14 s."""
    from acceptance.footage.clip import open_clip

    opened = open_clip(real_data / clip)
    kept: list[np.ndarray] = []
    times: list[float] = []
    for frame in opened.frames():
        if float(frame.time) > 14:
            break
        rows = np.concatenate([frame.luma[:64], frame.luma[-64:]])
        kept.append(
            np.stack([rows[:64, :360], rows[:64, -360:], rows[64:, :360], rows[64:, -360:]])
        )
        times.append(float(frame.time))
    for corner in np.stack(kept, axis=1):
        with pytest.raises(GapError):
            burnt_in_clock.read(burnt_in_clock.followed(corner, np.array(times)))

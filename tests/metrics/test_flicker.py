"""Flicker: lamps on the mains as a camera sees them, or why they cannot be seen."""

from __future__ import annotations

import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from intervals import fewest

from acceptance.metrics import flicker
from acceptance.metrics.flicker import within
from acceptance.metrics.flicker.wave import alias
from acceptance.model import Condition, Measurement, Note
from acceptance.scene import row_bands
from acceptance.simulate import even_surface
from acceptance.simulate.camera import Camera, Flicker

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import fields as drawn
import scenes

if TYPE_CHECKING:
    from acceptance.scene import build

CAMERA = Camera(width=160, height=96, crf=0, black=0.0, noise=0.004, exposure=0.002, readout=0.012)
LAMP = Flicker(frequency=100.0, depth=0.1)


def by_quantity(scene: build.Scene) -> dict[str, Measurement | Note]:
    return {item.quantity: item for item in flicker.measure(scene)}


def reasons(scene: build.Scene) -> dict[str, str]:
    return {
        quantity: item.reason.code
        for quantity, item in by_quantity(scene).items()
        if isinstance(item, Note)
    }


def at_rate(rate: Fraction, lamp: Flicker | None, *, seconds: float = 2.0) -> build.Scene:
    """Make the scene of a film without writing it: rows of every frame, and few whole frames."""
    camera = replace(CAMERA, rate=rate, mains=lamp)
    count, random = round(seconds * rate), np.random.default_rng(1)
    swing = np.array([even_surface.flicker(camera, number) for number in range(count)])
    codes = 16 + 219 * np.asarray(camera.signal(0.4 * (1 + swing)))
    noisy = codes[:, :, None] + 0.9 * random.standard_normal((count, 96, 160))
    scene = scenes.of([scenes.view("field", "field", noisy[:: max(1, count // 16)])])
    bands = noisy.mean(axis=2).reshape(count, 48, 2).mean(axis=2).astype(np.float32)
    series = replace(scene.series, times=np.arange(count) / float(rate), bands={"field": bands})
    return replace(scene, series=series, video=replace(scene.video, width=160, height=96))


def with_mains(scene: build.Scene, hertz: float) -> build.Scene:
    stated = (Condition(name=flicker.STATED, value=hertz, unit="Hz"),)
    return replace(scene, shot=replace(scene.shot, conditions=stated))


def test_a_filmed_lamp_gives_amplitude_alias_and_bands() -> None:
    """100 Hz at 30 frame/s beats at 10 Hz; a read-out of 12 ms shows 1.2 bands."""
    camera = replace(CAMERA, rate=Fraction(30), mains=LAMP)
    found = by_quantity(drawn.looked(camera, 0.4, 2.0))
    truths = {
        "flicker.amplitude": 100 * even_surface.swing_seen(camera),
        "flicker.frequency": 10.0,
        "flicker.bands": 1.2 * 96 / 95,
    }
    for quantity, true in truths.items():
        item = found[quantity]
        assert isinstance(item, Measurement)
        assert item.value == pytest.approx(true, abs=item.expanded)
        assert item.expanded < max(0.3 * true, 0.05)
        assert item.details["lamps"] == "100 Hz"
        assert item.details["read_out"] == pytest.approx(12.0, rel=0.02)


def test_the_truth_lies_within_u() -> None:
    random = np.random.default_rng(17)
    readings = [reading for _ in range(60) for reading in drawn.flickering(random)]
    inside = sum(abs(reading.off) <= reading.expanded for reading in readings)
    assert len(readings) >= 45
    assert inside >= fewest(len(readings))


@pytest.mark.parametrize(
    ("rate", "hertz", "seen"),
    [("25", 100, 0), ("30", 100, 10), ("30000/1001", 120, 0.12), ("24", 120, 0), ("50", 120, 20)],
)
def test_the_alias_is_the_distance_to_the_next_multiple(rate: str, hertz: int, seen: float) -> None:
    assert alias(hertz, float(Fraction(rate))) == pytest.approx(seen, abs=0.001)


@pytest.mark.parametrize("lamp", [LAMP, None])
def test_light_that_stands_still_is_refused_whether_it_flickers_or_not(
    lamp: Flicker | None,
) -> None:
    """25 frame/s under 50 Hz: static bands; the film cannot tell."""
    assert reasons(at_rate(Fraction(25), lamp)) == dict.fromkeys(
        flicker.QUANTITIES, "flicker_in_step"
    )


def test_a_faint_wave_as_of_120_hz_is_no_lamp_where_one_of_100_hz_would_stand_still() -> None:
    """MJPEG under a lamp that nearly stands still: 0.18 +- 0.13 % at 5 Hz for 20 % at 0.06 Hz."""
    scene = at_rate(Fraction(5003, 200), LAMP)
    times = scene.series.times
    faint = 0.3 * np.cos(2 * np.pi * 4.95 * times)[:, None].astype(np.float32)
    bands = {"field": scene.series.bands["field"] + faint}
    coded = replace(scene, series=replace(scene.series, bands=bands))
    assert reasons(coded) == dict.fromkeys(flicker.QUANTITIES, "flicker_in_step")
    assert not reasons(with_mains(at_rate(Fraction(25), Flicker(frequency=120.0, depth=0.1)), 60))


def test_ntsc_under_60_hz_needs_a_long_film() -> None:
    """29.97 frame/s: a beat of 0.12 Hz is refused in 2 s, and measured in 20 s."""
    lamp, rate = replace(LAMP, frequency=120.0), Fraction(30000, 1001)
    short, long = (at_rate(rate, lamp, seconds=seconds) for seconds in (2.0, 20.0))
    assert set(reasons(short).values()) <= {"flicker_in_step", "flicker_too_slow"}
    assert set(reasons(short)) == set(flicker.QUANTITIES)
    found = by_quantity(long)["flicker.frequency"]
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(alias(120.0, float(rate)), abs=found.expanded + 1e-4)


def test_no_flicker_is_an_upper_bound_where_the_mains_would_beat() -> None:
    """50 Hz, stated, at 30 frame/s; not stated, 120 Hz would stand still."""
    dark = at_rate(Fraction(30), None)
    assert reasons(dark) == dict.fromkeys(flicker.QUANTITIES, "flicker_in_step")
    found = by_quantity(with_mains(dark, 50))
    amplitude = found["flicker.amplitude"]
    assert isinstance(amplitude, Measurement)
    assert amplitude.upper_bound
    assert 0 < amplitude.value < 0.2
    assert set(reasons(with_mains(dark, 50)).values()) == {"flicker_too_small"}


def test_a_lamp_that_is_not_stated_to_be_there_is_no_lamp() -> None:
    """A wave of 120 Hz under stated 50 Hz is measured at a rate where 100 Hz would beat."""
    scene = with_mains(at_rate(Fraction(50), replace(LAMP, frequency=120.0)), 60)
    found = by_quantity(scene)["flicker.frequency"]
    assert isinstance(found, Measurement)
    assert found.value == pytest.approx(20.0, abs=0.01)


def test_short_dark_saturated_and_moving_films_are_refused() -> None:
    scene = at_rate(Fraction(30), LAMP)
    [view] = scene.views.values()
    bands = scene.series.bands["field"]
    few = replace(scene, series=replace(scene.series, bands={"field": bands[:20]}))
    none = replace(scene, series=replace(scene.series, bands={}))
    dark = replace(scene, series=replace(scene.series, bands={"field": bands - 125}))
    white = np.minimum(view.luma.astype(int) + 88, 235).astype(np.uint8)
    light = replace(scene, views={"field": replace(view, luma=white)})
    moved = view.luma.copy()
    moved[5:, 20:60, 40:80] = 60
    moving = replace(scene, views={"field": replace(view, luma=moved)})
    cases = {"too_few_frames": (few, none), "field_too_dark": (dark,), "clipped": (light,),
             "field_moves": (moving,)}  # fmt: skip
    for code, seen in cases.items():
        for one_case in seen:
            assert reasons(one_case) == dict.fromkeys(flicker.QUANTITIES, code)


def in_rows(swing: np.ndarray) -> build.Scene:
    """Make the scene of light (60, 96, 160) at 30 frame/s, whose few frames follow one another."""
    codes = 16 + 219 * np.asarray(CAMERA.signal(0.4 * swing))
    noisy = codes + 0.9 * np.random.default_rng(1).standard_normal(codes.shape)
    scene = scenes.of([scenes.view("field", "field", noisy[:25])])
    bands = noisy.mean(axis=2).reshape(60, 48, 2).mean(axis=2).astype(np.float32)
    series = replace(scene.series, times=np.arange(60) / 30, bands={"field": bands})
    return replace(scene, series=series, video=replace(scene.video, width=160, height=96))


def phases() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return the phase of 100 Hz (60, 96, 1) under a rolling shutter of 16 ms, rows, columns."""
    rows, columns = np.arange(96)[:, None], np.arange(160)
    return 2 * np.pi * 100 * (np.arange(60)[:, None, None] / 30 + 0.016 * rows / 96), rows, columns


@pytest.mark.parametrize("uneven", ["two phases of the mains", "two fields"])
def test_light_that_swings_differently_within_bands_of_rows_is_refused(uneven: str) -> None:
    """Means of rows would take most of the swing away, and read a twentieth or half of it."""
    phase, rows, columns = phases()
    turn = {
        "two phases of the mains": np.pi * (columns < 75),
        "two fields": 2.1 * (rows % 2) + 0 * columns,
    }
    scene = in_rows(1 + 0.2 * np.sin(phase + turn[uneven]))
    assert reasons(scene) == dict.fromkeys(flicker.QUANTITIES, "flicker_uneven")


def test_pulses_of_some_khz_that_bands_do_not_show_are_refused() -> None:
    """A wave lasts 2.9 rows: two rows on it is a third of a wave away, and swings the other way."""
    _, rows, columns = phases()
    wave = 2 * np.pi * (10 * np.arange(60)[:, None, None] / 30 + rows / 2.9)
    scene = in_rows(1 + 0.2 * np.sin(wave) + 0 * columns)
    assert set(reasons(scene).values()) == {"flicker_uneven"}


def what_swings_within(disturbed: np.ndarray) -> float:
    """Return the codes that swing within the bands, of 25 frames about code 120."""
    noise = np.random.default_rng(3).standard_normal((25, 192, 160))
    return within.unseen(np.rint(120 + disturbed + noise).astype(np.uint8))


def test_noise_that_all_of_a_row_has_alike_is_no_swing_within_bands() -> None:
    """CMOS read-out: left and right part of a row share it, two rows do not."""
    rows = np.random.default_rng(4).standard_normal((25, 192, 1))
    assert what_swings_within(0 * rows) < 0.05
    assert what_swings_within(rows) < 0.2


def test_noise_of_still_light_is_no_swing_within_bands() -> None:
    """Products of noise scatter about 0: their size does not, and 0.25 codes were read here."""
    random = np.random.default_rng(6)
    films = (120 + 5 * random.standard_normal((20, 32, 48, 48))).round().astype(np.uint8)
    read = [within.unseen(film) for film in films]
    assert np.median(read) == 0
    assert np.mean(read) < 0.05


def test_noise_that_is_alike_in_neighbouring_pixels_is_no_swing_within_bands() -> None:
    """Noise reduction spreads it over some rows; 0.6 codes were read of such noise of 2 codes."""
    spread = 6 * np.random.default_rng(8).standard_normal((25, 96, 160))
    for axis in (1, 2):
        spread = np.mean([np.roll(spread, by, axis) for by in (-1, 0, 1)], axis=0)
    assert spread.std() == pytest.approx(2, rel=0.05)
    assert within.unseen(np.rint(120 + spread).astype(np.uint8)) < 0.2


def test_the_smallest_field_shows_what_swings_within_its_bands() -> None:
    turn = np.pi * (np.arange(32) < 16)
    swing = 4 * np.sin(2 * np.pi * np.arange(25)[:, None, None] / 3.1 + turn)
    film = np.rint(120 + swing + np.zeros((25, 24, 32))).astype(np.uint8)
    assert within.unseen(film) == pytest.approx(4, rel=0.15)


@pytest.mark.parametrize("waves", [10, 10.5])
def test_a_swing_beside_much_noise_keeps_its_size(waves: float) -> None:
    """Noise is taken off, at one frequency or where the wave lies between two."""
    noise = 5 * np.random.default_rng(7).standard_normal((32, 96, 96))
    phase = 2 * np.pi * waves / 32 * np.arange(32)[:, None, None] + np.pi * (np.arange(96) < 48)
    film = np.rint(120 + 2 * np.sin(phase) + noise).astype(np.uint8)
    assert within.unseen(film) == pytest.approx(2, rel=0.1)


def test_a_shadow_that_creeps_over_the_wall_is_no_swing_within_bands() -> None:
    """Its edge, of 12 codes, moves by a fifth of the field while the frames are taken."""
    time, across = np.arange(25)[:, None, None] / 25, np.arange(160) / 160
    assert what_swings_within(6 * np.tanh((across - 0.3 - 0.2 * time) / 0.02)) < 0.3


@pytest.mark.parametrize("split", ["columns", "fields"])
def test_what_swings_within_bands_is_read_beside_the_noise_of_rows(split: str) -> None:
    rows, columns = np.arange(192)[:, None], np.arange(160)
    turn = np.pi * (columns < 80) if split == "columns" else np.pi * (rows % 2)
    swing = 2 * np.sin(2 * np.pi * (np.arange(25)[:, None, None] / 3.1 + rows / 150) + turn)
    noise = 0.7 * np.random.default_rng(5).standard_normal((25, 192, 1))
    assert what_swings_within(swing + noise) == pytest.approx(2, rel=0.15)


def test_a_wave_beside_row_noise_is_measured() -> None:
    """A wave of 1 % beside noise of rows of 2 % is no uneven light."""
    phase, _, columns = phases()
    noise = 0.02 * np.random.default_rng(6).standard_normal((60, 96, 1))
    found = by_quantity(in_rows(1 + 0.01 * np.sin(phase) + noise + 0 * columns))
    amplitude = found["flicker.amplitude"]
    assert isinstance(amplitude, Measurement)
    assert amplitude.value == pytest.approx(1.0, abs=amplitude.expanded)
    assert amplitude.expanded < 0.6


@pytest.mark.parametrize("whole", [0.0, 0.04])
def test_bands_beside_a_swing_of_the_whole_picture_are_within_u(whole: float) -> None:
    """Exposure control answers the lamp: the phase of the bands no longer runs evenly."""
    phase, _, columns = phases()
    swing = 1 + 0.1 * np.sin(phase) + whole * np.cos(phase[:, :1]) + 0 * columns
    found = by_quantity(in_rows(swing))["flicker.bands"]
    assert isinstance(found, Measurement)
    assert abs(found.value - 1.6) <= found.expanded


def test_how_many_frames_a_second_takes_is_said_by_their_rate() -> None:
    """Thirty of 60 frames per second last half of the second that is needed."""
    scene = at_rate(Fraction(60), LAMP)
    bands = scene.series.bands["field"]
    short = replace(scene, series=replace(scene.series, bands={"field": bands[:30]}))
    noted = [note for note in flicker.measure(short) if isinstance(note, Note)]
    assert [note.reason.parameters for note in noted] == [
        {"frames": 30, "needed": 61} for _ in flicker.QUANTITIES
    ]


def test_bands_are_means_of_rows_of_every_frame() -> None:
    """Of a field of 3 rows there are three; a region outside the picture has none."""
    bands = row_bands.RowBands(
        {"field": (1, 2, 4, 3), "field2": (90, 90, 5, 5), "flat": (0, 0, 4, 4)}
    )
    luma = np.arange(100, dtype=np.uint8).reshape(10, 10)
    for _ in range(2):
        bands.see(type("F", (), {"luma": luma})())
    found = bands.columns()
    assert list(found) == ["field"]
    np.testing.assert_allclose(found["field"], [[22.5, 32.5, 42.5]] * 2)

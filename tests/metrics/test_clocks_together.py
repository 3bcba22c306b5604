"""Clocks in one film: what its camera's noise reduction left, and its curve, are the same of all.

Slow screens, cameras of their own and coders show each clock otherwise.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.charts import definition
from acceptance.metrics._filmed_clock import ghosts, pair_light
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock.gray_code import expected_shares
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array, Readings

CLOCK = definition.load("clock")
STEP = 0.00025  # s, of the light of a screen that responds slowly
DELAY = 0.2  # s


@pytest.fixture(scope="module")
def looked(tmp_path_factory: pytest.TempPathFactory) -> build.Scene:
    """Any scene: cells and times are put in its place."""
    folder = tmp_path_factory.mktemp("together")
    film_clock(Camera(width=320, height=180), CLOCK, folder / "c.mp4", 0.2)
    return build.look(Shot(id="s", subject="c", clip="c.mp4", chart="clock"), folder)


def screen(
    middles: Array, exposure: float, refresh: float, tails: tuple[float, float]
) -> tuple[Array, Array]:
    """Light (n, 24) of bits and complements of a screen that rises and falls with these ``tails``.

    These are time constants in s.
    """
    time = np.arange(middles[0] - 0.05, middles[-1] + 0.05, STEP)
    bits = expected_shares(5000.5 + np.floor(refresh * time), 1e-3, 24)
    gathered = []
    for target in (bits, 1 - bits):
        light, now = np.empty_like(target), target[0]
        for row, aim in enumerate(target):
            tail = np.where(aim > now, *tails)
            now = aim + (now - aim) * np.exp(-STEP / tail)
            light[row] = now
        total = np.cumsum(light, axis=0)
        ends = [
            np.array([np.interp(middles + half, time, column) for column in total.T]).T
            for half in (-exposure / 2, exposure / 2)
        ]
        gathered.append((ends[1] - ends[0]) * STEP / exposure)
    return gathered[0], gathered[1]


def codes(lit: Array, dark: Array, curve: float = 1.0, left: float = 0.0) -> Array:
    """Codes (n, c) of the chart's cells; the camera leaves a share of those of the frame before."""
    columns = [
        (dark if region.printed["complement"] else lit)[:, int(region.printed["bit"])]
        if region.kind == "bits"
        else np.full(len(lit), float(region.printed["reflectance"]))
        for region in CLOCK.regions
        if region.kind in {"bits", "reference"}
    ]
    light = (0.01 + 0.85 * np.stack(columns, axis=1)) ** curve
    signal = np.where(light < 0.018, 4.5 * light, 1.099 * light**0.45 - 0.099)
    noise = np.random.default_rng(4).standard_normal(signal.shape)
    return ghosts.added(16 + 219 * signal, left) + noise


def held(times: Array, refresh: float) -> tuple[Array, Array]:
    """Light of a monitor that shows each picture of a camera of 25 frame/s for 40 ms."""
    shares = expected_shares(5000 + refresh * (np.floor(25 * times) / 25 - DELAY), 0.3, 24)
    return shares, 1 - shares


def read(looked: build.Scene, times: Array, *clocks: Array) -> list[Readings]:
    cells = {f"clock_{number}": each for number, each in enumerate(clocks)}
    series = replace(looked.series, times=times, cells=cells)
    return list(clock_readings.read_clocks(replace(looked, series=series)).values())


def test_the_foremost_clock_tells_what_noise_reduction_left(looked: build.Scene) -> None:
    """In the monitor a coder dropped the little that is left; else the least of both was taken."""
    times = 1 + np.arange(240) / 60
    shares = expected_shares(5000 + 58.7 * times, 0.25, 24)
    live = codes(shares, 1 - shares, left=0.15)
    found = read(looked, times, live, codes(*held(times, 58.7)))
    assert [seen.removed for seen in found] == [pytest.approx(0.15, abs=0.03)] * 2


def test_a_dark_monitor_is_not_the_foremost_clock(looked: build.Scene) -> None:
    """Its noise shows any number, and nothing of what noise reduction left."""
    times = 1 + np.arange(240) / 60
    shares = expected_shares(5000 + 58.7 * times, 0.25, 24)
    live = codes(shares, 1 - shares, left=0.15)
    noise = np.random.default_rng(5).standard_normal(live.shape)
    for dark in (16 + noise, np.where(noise > 0, np.nan, 16 + noise)):
        assert read(looked, times, live, dark)[0].removed == pytest.approx(0.15, abs=0.03)


def test_in_a_fast_film_what_only_the_foremost_clock_has_left_is_in_doubt(
    looked: build.Scene,
) -> None:
    """A slow screen or noise reduction: the monitor does not tell which."""
    times = 1 + np.arange(480) / 240
    shares = expected_shares(5000 + 58.7 * times, 0.1, 24)
    live = codes(shares, 1 - shares, left=0.3)
    for monitor in (codes(*held(times, 58.7), left=0.55), codes(*held(times, 58.7))):
        found = read(looked, times, live, monitor)[0]
        assert (found.removed, found.ghost) == (0, pytest.approx(0.3, abs=0.03))


def test_what_leaves_the_clock_unreadable_is_not_taken_off(
    looked: build.Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Light that falls slowly may leave as much: dark codes show much of little light."""
    times = 1 + np.arange(120) / 60
    shares = expected_shares(5000.5 + 60 * times, 0.3, 24)
    monkeypatch.setattr(clock_readings, "ghost_share", lambda *_: (0.4, 0.0, 0.0))
    [found] = read(looked, times, codes(shares, 1 - shares))
    assert found.removed == 0
    assert found.readable.all()


def test_what_one_screen_adds_to_its_pairs_is_not_the_films_curve() -> None:
    """Its light falls in 4 ms and rises in 1: for a while both cells of a pair are lit."""
    times = 1 + np.arange(480) / 240
    slow, plain = screen(times, 0.002, 61.0, (0.001, 0.004)), held(times, 61.0)
    assert pair_light.common_exponent([slow]) > 1.3
    assert pair_light.common_exponent([slow, plain]) == pytest.approx(1, abs=0.1)


def test_a_curve_that_both_clocks_show_is_taken_off(looked: build.Scene) -> None:
    times = 1 + np.arange(240) / 60
    shares = expected_shares(5000 + 58.7 * times, 0.5, 24)
    both = codes(shares, 1 - shares, curve=0.75), codes(*held(times, 58.7), curve=0.75)
    for seen in read(looked, times, *both):
        assert seen.exponent == pytest.approx(1 / 0.75, abs=0.1)


def test_pairs_of_which_noise_reduction_keeps_two_fifths_are_pairs() -> None:
    light = np.array([[0.4, 0.6]]) ** 2.2
    assert np.isfinite(pair_light.lit_shares(light, light[:, ::-1], 1.0)).all()

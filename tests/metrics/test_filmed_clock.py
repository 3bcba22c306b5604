"""Reading of the clock.

Rows that a rolling shutter exposes one after the other, and what is refused.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition
from acceptance.metrics._filmed_clock import readings as clock_readings
from acceptance.metrics._filmed_clock import rolling_shutter
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_clock

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.metrics._filmed_clock.readings import Array, Readings

CLOCK = definition.load("clock")
ROWS = rolling_shutter.rows(CLOCK)
assert ROWS is not None
EVERY = np.ones(len(ROWS.bit), np.bool_)


def cells(
    position: Array, width: float, lag: float = 0.0, noise: float = 0.02, seed: int = 1
) -> Array:
    """Light (n, c) of the chart's cells at positions of its middle height.

    Upper rows are seen earlier by the lag.
    """
    assert ROWS is not None
    light = np.zeros(
        (len(position), len([r for r in CLOCK.regions if r.kind in {"bits", "reference"}]))
    )
    light[:, list(ROWS.columns)] = ROWS.expected(position, width, lag, EVERY)
    return 20 + 200 * (light + noise * np.random.default_rng(seed).standard_normal(light.shape))


def read(codes: Array) -> Readings:
    return clock_readings.read(
        codes.astype(np.float32), CLOCK, lambda seen: np.asarray(seen, np.float64) / 255
    )


def wrong(readings: Readings, position: Array) -> int:
    seen = readings.readable
    return int(np.sum(np.abs(readings.position - position)[seen] > readings.reach[seen] + 0.05))


@pytest.mark.parametrize("width", [slow(0.05), 0.6, slow(2.4)])
@pytest.mark.parametrize("lag", [slow(0.0), slow(0.5), 1.8, -0.9])
def test_rows_that_are_exposed_one_after_the_other_are_read(width: float, lag: float) -> None:
    """Read-out of up to 30 ms at 60 Hz, either way.

    Also where a change of a high bit meets one of a low bit.
    """
    random = np.random.default_rng(7)
    anywhere = random.uniform(8, (1 << 24) - 8, 250)
    beside = 4096.0 * random.integers(1, 4000, 250) + random.uniform(-2, 2, 250)
    position = np.concatenate([anywhere, beside])
    readings = read(cells(position, width, lag))
    assert readings.readable.mean() >= 0.99
    assert wrong(readings, position) == 0


def test_the_lag_of_the_rows_comes_back() -> None:
    """Exposures in which boundaries show: within 0.2 refreshes, and 0 where there is none."""
    position = 1000.3 + 2.4137 * np.arange(200)
    for lag in (0.0, 0.6, 1.4):
        assert read(cells(position, 0.9, lag)).lag == pytest.approx(lag, abs=0.2)


@pytest.mark.parametrize("lag", [0.0, 1.0])
def test_one_cell_that_contradicts_makes_a_frame_unreadable(lag: float) -> None:
    """A spot of light on any dark cell, or a finger on any lit one.

    In no frame is another index read.
    """
    assert ROWS is not None
    spoilt, clean = len(ROWS.bit), 200
    position = 5000.5 + 2.4137 * np.arange(spoilt + clean)
    codes = cells(position, 0.6, lag, noise=0.0)
    for frame, column in enumerate(ROWS.columns):
        codes[frame, column] = 20 if codes[frame, column] > 120 else 220
    readings = read(codes)
    assert wrong(readings, position) == 0
    assert readings.readable[:spoilt].mean() < 0.05
    assert readings.readable[spoilt:].all()


def test_a_coded_film_by_a_rolling_shutter_is_read(tmp_path: Path) -> None:
    """Read-out of 20 ms over the picture's height, 2 ms of exposure.

    Every frame, none wrong, and the lag seen.
    """
    camera = Camera(width=640, height=360, noise=0.02, crf=30, exposure=0.002, readout=0.02, seed=4)
    truth = film_clock(camera, CLOCK, tmp_path / "c.mp4", 2.0, first_index=4000)
    seen = build.look(Shot(id="c", subject="c", clip="c.mp4", chart="clock"), tmp_path)
    [readings] = clock_readings.read_clocks(seen).values()
    assert readings.readable.mean() >= 0.98
    assert wrong(readings, truth.indices) == 0
    assert readings.lag > 0.3
    still = replace(camera, readout=0.0)
    film_clock(still, CLOCK, tmp_path / "s.mp4", 1.0, first_index=4000)
    seen = build.look(Shot(id="c", subject="c", clip="s.mp4", chart="clock"), tmp_path)
    assert next(iter(clock_readings.read_clocks(seen).values())).lag == 0

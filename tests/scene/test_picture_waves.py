"""Which of the stripes of a picture is the figure, and what is said of it beside it."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.scene.line_noise import LineNoise
from acceptance.scene.picture_waves import Waves
from acceptance.scene.plane_waves import PictureWave
from acceptance.scene.thresholds import THRESHOLDS

BLACK, AMPLITUDE = 16, 200
ERRORS = LineNoise(errors=20.0)


def figures(
    lines: LineNoise, moved: float = 0.0, wave: PictureWave | None = None
) -> dict[str, float]:
    """Return what is said of a plain picture, which moved by some % of its height."""
    waves = Waves(BLACK, AMPLITUDE, 50, THRESHOLDS)
    waves.see(np.full((36, 64), 100, np.float32), [moved, 0.0])
    plain = np.full((135, 240), 100, np.uint8)
    return waves.figures(plain, wave or PictureWave(everywhere=1.0), lines, 0.0)


def test_errors_of_lines_are_stripes_where_the_picture_stands() -> None:
    assert figures(ERRORS)["wave"] == pytest.approx(100 * ERRORS.errors / AMPLITUDE)


def test_errors_of_lines_are_no_stripes_where_the_picture_moves() -> None:
    """What moves up and down has other lines in each picture as well: the slight wave is left."""
    assert figures(ERRORS, moved=3.0)["wave"] == pytest.approx(100 / AMPLITUDE)


def test_errors_of_lines_on_a_plain_wall_may_be_slats_and_noise_by_rows_is_none() -> None:
    """Slats that move by half of their distance are other lines in each picture, and the same."""
    assert figures(ERRORS)["wave_crossed"] == 0
    assert figures(LineNoise(stirs=20.0))["wave_crossed"] == 100


def test_a_wave_that_drifts_is_the_figure_where_it_has_half_of_the_errors_of_lines() -> None:
    slats = PictureWave(everywhere=12.0, turned=0.5)
    assert figures(ERRORS, wave=slats)["wave"] == pytest.approx(100 * 12 / AMPLITUDE)

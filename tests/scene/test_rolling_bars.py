"""Bars that roll are told from shading by time: they go round, light goes to and fro."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.scene.rolling_bars import RollingBars
from acceptance.scene.thresholds import THRESHOLDS

ROWS, COLUMNS = np.indices((36, 64), np.float32)
SHADE = 100 + 40 * np.sin(ROWS / 9) + COLUMNS / 4


def amplitude(pictures: list[np.ndarray], moves: tuple[float, ...] = (0.0, 0.0)) -> float:
    """Look at two seconds of averaged rows, 12.5 a second."""
    bars = RollingBars(25, THRESHOLDS)
    for picture in pictures:
        bars.see(picture.astype(np.float32), moves)
    return bars.amplitude()


@pytest.mark.parametrize("waves", [1.0, 1.5, 2.0, 2.5, 3.0])
@pytest.mark.parametrize(("turns", "share"), [(0.5, 0.435), (1.3, 0.94), (-2.0, 1.0)])
def test_the_amplitude_of_bars_that_roll_comes_back(
    waves: float, turns: float, share: float
) -> None:
    """Over shading, within 2 s; of half a circle the lesser axis is 0.435 of the radius.

    That is the square root of 1 - 8 / pi^2.
    """
    phases = 2 * np.pi * (waves * ROWS / 36 + turns * np.arange(25)[:, None, None] / 25)
    found = amplitude(list(SHADE + 12 * np.sin(phases)))
    assert found == pytest.approx(12 * share, rel=0.08)


def test_light_that_changes_and_what_moves_in_one_place_are_no_bars() -> None:
    assert amplitude([SHADE * (1 + 0.3 * np.sin(n / 2)) for n in range(25)]) < 0.5
    walks = [SHADE + 80 * (np.abs(COLUMNS - 4 * n % 64) < 5) * (ROWS > 12) for n in range(25)]
    assert amplitude(walks) < 0.5
    sea = [SHADE + 12 * (ROWS > 18) * np.sin(ROWS / 2 - n / 3) for n in range(25)]
    assert amplitude(sea) < 0.5, "half of the rows"


def test_shading_that_moves_with_the_picture_is_no_bar() -> None:
    tilt = [100 + 40 * np.sin((ROWS + 2 * n) / 6) for n in range(25)]
    assert amplitude(tilt) > 20, "else the movement would not matter"
    assert amplitude(tilt, (0.0, 5.0)) == 0


def test_a_bar_that_rolls_at_one_speed_is_found_while_the_light_of_all_changes() -> None:
    """A lorry that fills the view and leaves it takes 25 codes away; alone it is no bar."""
    lorry = [25 / (1 + np.exp(n - 12.0)) * (1 + ROWS / 72) for n in range(25)]
    phases = 2 * np.pi * (ROWS / 36 + 1.2 * np.arange(25)[:, None, None] / 25)
    bars = 12 * np.sin(phases)
    passed = [SHADE - away + bar for away, bar in zip(lorry, bars, strict=True)]
    alone = amplitude([SHADE + bar for bar in bars])
    assert THRESHOLDS.steady_bar_share * alone < amplitude(passed) <= alone, "it is most of all"
    assert amplitude([SHADE - away for away in lorry]) < 0.5

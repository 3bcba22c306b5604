"""What most of a picture shares of a colour, and what speaks against a cast."""

from __future__ import annotations

import numpy as np
import pytest

from acceptance.scene.casts import lightness_range, shared_colour
from acceptance.scene.thresholds import THRESHOLDS

LIGHT = np.random.default_rng(5).uniform(0.2, 0.9, 4000).astype(np.float32)


def shared(ratios: np.ndarray) -> dict[str, float]:
    """Return what colour differences (2, n) over the luma share."""
    return shared_colour((ratios * LIGHT).astype(np.float32), LIGHT, THRESHOLDS)


def test_a_colour_over_all_that_is_seen_comes_back() -> None:
    found = shared(np.tile([[-0.12], [0.09]], 4000))
    assert found["cast_blue"] == pytest.approx(-12, abs=0.01)
    assert found["cast_red"] == pytest.approx(9, abs=0.01)
    assert found["cast_of_most"] == pytest.approx(15, abs=0.01)
    assert found["cast_neutral"] == 0


def test_a_third_that_is_grey_is_neutral() -> None:
    ratios = np.tile([[0.15], [-0.09]], 4000)
    ratios[:, np.quantile(LIGHT, 1 / 3) > LIGHT] = 0
    found = shared(ratios)
    assert found["cast_blue"] == pytest.approx(15, abs=0.01)
    assert found["cast_neutral"] == pytest.approx(33, abs=2)


def test_things_have_more_colour_than_the_highlights() -> None:
    ratios = np.tile([[-0.4], [0.2]], 4000)
    ratios[:, np.quantile(LIGHT, 0.85) < LIGHT] *= 0.2
    found = shared(ratios)
    assert np.hypot(found["cast_blue"], found["cast_red"]) < 0.5 * found["cast_of_most"]


def test_a_dark_picture_that_cannot_show_a_cast_is_not_neutral() -> None:
    ratios = np.tile([[0.05], [0.02]], 4000)
    found = shared_colour(
        (ratios * 0.16).astype(np.float32), np.full(4000, 0.16, np.float32), THRESHOLDS
    )
    assert found["cast_neutral"] == 0


def test_how_light_things_are_is_unknown_where_a_part_of_the_view_is_lit() -> None:
    light = np.full((135, 240), 0.03, np.float32)
    light[:60, :120] = 0.5
    assert np.isnan(lightness_range(light, THRESHOLDS))
    light[:] = np.linspace(0.2, 0.8, 240)
    assert lightness_range(light, THRESHOLDS) > 2

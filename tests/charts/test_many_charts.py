"""Many small copies of one chart in a picture, as a wall of monitors shows them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance.charts import definition, drawing, finding

CLOCK = definition.load("clock")


def wall(width: int) -> tuple[np.ndarray, list[tuple[float, float]]]:
    """Draw a picture of 1080 rows with sixteen clocks of ``width`` px; with their middles."""
    random = np.random.default_rng(width)
    drawn = 255 * drawing.draw(CLOCK, 1280, index=4711)[..., 1].astype(np.float32)
    height = round(width * CLOCK.size[1] / CLOCK.size[0])
    small = cv2.resize(drawn, (width, height), interpolation=cv2.INTER_AREA)
    picture = np.full((1080, 1920), 90, np.float32)
    middles = []
    for number in range(16):
        x, y = 100 + number % 4 * 430, 60 + number // 4 * 250
        picture[y : y + height, x : x + width] = small
        middles.append((x + width / 2 - 0.5, y + height / 2 - 0.5))
    seen = cv2.GaussianBlur(picture, (0, 0), 0.6) + 3 * random.standard_normal(picture.shape)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8), middles


@pytest.mark.parametrize("width", [120, 300])
def test_every_small_copy_is_found_where_it_is(width: int) -> None:
    """Sixteen clocks of 120 px, whose fiducials have 2.3 px a cell: within half a px."""
    picture, middles = wall(width)
    found = finding.find_many(picture, [CLOCK])
    assert len(found) == 16
    places = [np.mean(located.corners, axis=0) for located in found]
    away = [min(np.abs(place - middle).max() for place in places) for middle in middles]
    assert max(away) < 0.5


def test_many_copies_are_found_by_the_usual_search_too() -> None:
    """Not all pairs of all marks of a crowd are tried, which would take minutes."""
    assert len(finding.find(wall(300)[0], [CLOCK], copies=1)) == 16

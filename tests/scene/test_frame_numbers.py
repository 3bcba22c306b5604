"""Numbers beside frames: each large frame has one, and none hides another."""

from __future__ import annotations

import re
from itertools import combinations
from pathlib import Path

import numpy as np
import pytest

from acceptance.scene import frame_numbers, stills
from acceptance.scene.frame_numbers import Framed

LEGEND = Path(__file__).parents[2] / "report_templates" / "stills.html"
GREY = 128


def boxes(frames: list[Framed], width: int = 1280, height: int = 720) -> list[tuple[int, ...]]:
    """Return left, top, right, bottom of the numbers that were written over a grey picture."""
    taken: list[Framed] = []
    picture = np.full((height, width, 3), GREY, np.uint8)
    tall = max(frame_numbers.LEAST, round(height * frame_numbers.SIZE))
    for framed in frames:
        spot = frame_numbers._spot(framed, picture, tall, taken)
        if spot:
            taken.append(Framed(number=framed.number, box=spot))
    frame_numbers.write(picture, frames)
    drawn = np.zeros((height, width), bool)
    for each in taken:
        left, top, right, bottom = each.box
        drawn[top:bottom, left:right] = True
        assert np.ptp(picture[top:bottom, left:right]) > 150  # of 255: white on black
    assert (picture[~drawn] == GREY).all()
    return [each.box for each in taken]


def test_every_large_frame_has_a_number_on_the_picture_and_none_covers_another() -> None:
    frames = [
        Framed(number=2 + (row + column) % 4, box=(x, y, x + 100, y + 60))
        for row, y in enumerate(range(0, 660, 60))
        for column, x in enumerate(range(0, 1200, 100))
    ]
    found = boxes([Framed(number=1, box=(0, 0, 1279, 719)), *frames])
    assert len(found) == len(frames) + 1
    for box, other in combinations(found, 2):
        apart = max(box[0] - other[2], other[0] - box[2], box[1] - other[3], other[1] - box[3])
        assert apart >= 0


def test_of_small_frames_side_by_side_only_some_have_theirs() -> None:
    bits = [
        Framed(number=4, box=(x, y, x + 12, y + 12))
        for y in range(100, 148, 12)
        for x in range(100, 1060, 12)
    ]
    assert 4 <= len(boxes(bits)) <= len(bits) // 20


@pytest.mark.parametrize("size", [(64, 48), (352, 288), (3840, 2160)])
def test_a_frame_of_the_whole_picture_has_its_number_inside(size: tuple[int, int]) -> None:
    width, height = size
    [spot] = boxes([Framed(number=1, box=(0, 0, width, height))], width, height)
    assert spot[:2] == (0, 0)


def test_the_legend_of_the_report_counts_as_the_stills_do() -> None:
    kinds = re.findall(r'\("(\w+)", "#', LEGEND.read_text("utf-8"))
    numbers = {"chart": stills.CHART, "other": stills.OTHER_NUMBER, **stills.NUMBERS}
    assert [numbers[kind] for kind in kinds] == [*range(1, len(kinds) + 1)]
    assert {*numbers.values()} == {*range(1, len(kinds) + 1)}

"""A picture that moves while its rows are read: its shear is not taken for a turn of the chart."""

from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest
from intervals import fewest
from marks import slow

from acceptance.metrics.geometry import lens_figures
from acceptance.model import Measurement, Note

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import lens_laws
import scenes


def said(name: str, number: int) -> Note | None:
    """Return the note on a picture's motion, where there is one."""
    drawn = lens_laws.drawn(name, number)
    assert drawn is not None
    notes = lens_figures.figures(scenes.of([]), drawn[2])
    return next((item for item in notes if _of_motion(item)), None)


def _of_motion(item: Measurement | Note) -> bool:
    return isinstance(item, Note) and item.reason.code == "picture_moved"


@pytest.mark.parametrize("numbers", [range(6), slow(range(100, 130))])
def test_distortion_and_density_of_a_moving_picture_lie_inside(numbers: range) -> None:
    """Density was inside U in half, up to 28 U off, as if the chart were turned."""
    found = [lens_laws.case(lens_laws.MOVING, number) for number in numbers]
    figures = [figure for readings in found if readings for figure in readings.values()]
    assert len(figures) == 2 * len(numbers)
    inside = [abs(value - truth) <= expanded for value, expanded, truth in figures]
    assert sum(inside) >= fewest(len(inside), 0.93)


def test_a_moving_picture_is_said_and_by_how_much() -> None:
    notes = {number: said(lens_laws.MOVING, number) for number in range(10)}
    ways = {number: note.reason.parameters for number, note in notes.items() if note}
    assert len(ways) >= 8
    off = [
        np.hypot(*lens_laws.way(number) - (read["x"], read["y"])) for number, read in ways.items()
    ]
    assert np.median(off) < 2


def test_a_picture_at_rest_is_not_said_to_move() -> None:
    assert not any(said("Brown's, one term", number) for number in range(10))

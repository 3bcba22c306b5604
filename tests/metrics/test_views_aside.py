"""A view that lies a little aside is the same view, however unlike itself its fine lines are."""

from __future__ import annotations

import importlib
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from acceptance.footage import encode
from acceptance.metrics import faults
from acceptance.model import Measurement

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
planted: Any = importlib.import_module("planted")
LIMIT = 60.0  # % of likeness lost from which a service alarms (``picture_faults``)


def change(folder: Path, pictures: list[np.ndarray[Any, Any]]) -> Measurement:
    """Return how much of its likeness a film of pictures that no codec has touched loses."""
    encode.write(folder / "drawn.mkv", pictures, codec="ffv1", rate=Fraction(25))
    measured = faults.measure(planted.seen(folder / "drawn.mkv"))
    found = {one.quantity: one for one in measured if isinstance(one, Measurement)}
    return found["faults.scene_change"]


def page(seed: int) -> np.ndarray[Any, Any]:
    """Return 540 rows of words in lines of 18 px, codes 60 on 200."""
    random, paper = np.random.default_rng(seed), np.full((540, 480), 200, np.uint8)
    for top in range(0, 540, 18):
        at = 10
        while at < 440:
            wide = int(random.integers(10, 50))
            paper[top : top + 9, at : at + wide] = 60
            at += wide + 10
    return paper


@pytest.mark.parametrize("step", [6, 9])
def test_a_page_that_moves_on_by_less_than_a_line_is_in_doubt(step: int, tmp_path: Path) -> None:
    paper = page(1)
    pictures = [paper[at : at + 270] for at in [0] * 25 + [step] * 25 + [2 * step] * 25]
    found = change(tmp_path, pictures)
    assert found.value > LIMIT
    assert found.bound_by is not None
    assert found.bound_by.code == "nudged"


def test_another_page_and_a_camera_that_was_turned_away_are_alarms(tmp_path: Path) -> None:
    """A tenth of the height is another view; so is a page with other words."""
    for after in (page(2)[9:279], np.roll(page(1), (27, 120), axis=(0, 1))[:270]):
        found = change(tmp_path, [page(1)[:270]] * 30 + [after] * 30)
        assert found.value > LIMIT
        assert found.bound_by is None

"""Texture that moves changes as noise does, and is no snow."""

from __future__ import annotations

import importlib
import sys
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import outcomes
import pytest

from acceptance.footage import encode
from acceptance.metrics import faults
from acceptance.metrics.faults.ambiguity import why_sound
from acceptance.metrics.faults.levels import FaultLevel

if TYPE_CHECKING:
    from acceptance.model import Measurement

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))
planted: Any = importlib.import_module("planted")
SNOW = 3.5  # % from which a service alarms (``picture_faults``)


def snow(folder: Path, pictures: list[np.ndarray[Any, Any]]) -> Measurement:
    """Return the noise of a film of pictures that no codec has touched."""
    encode.write(folder / "drawn.mkv", pictures, codec="ffv1", rate=Fraction(25))
    figures = faults.measure(planted.seen(folder / "drawn.mkv"))
    found = outcomes.figures(figures)
    return found["faults.snow"]


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


def gravel(shift: int) -> np.ndarray[Any, Any]:
    """Return texture as fine as a lens draws it, sigma 20 codes, moved to the side."""
    rough = np.random.default_rng(3).normal(0, 1, (270, 480))
    fine = cv2.GaussianBlur(rough, (0, 0), 0.8)
    moved = np.roll(120 + 20 / fine.std() * fine, shift, axis=1)
    return np.asarray(np.clip(np.rint(moved), 0, 255), np.uint8)


def test_gravel_over_which_a_camera_pans_is_no_alarm_of_snow(tmp_path: Path) -> None:
    found = snow(tmp_path, [gravel(3 * index) for index in range(50)])
    assert found.value > SNOW
    assert found.bound_by is not None
    assert found.bound_by.code == "moving_texture"


@pytest.mark.parametrize(("sigma", "step"), [(12, 0), (30, 3)])
def test_noise_is_an_alarm_where_the_picture_stands_and_however_it_moves_if_it_is_much(
    sigma: int, step: int, tmp_path: Path
) -> None:
    random = np.random.default_rng(4)
    pictures = [page(1)[step * index : 270 + step * index] for index in range(50)]
    noisy = [
        np.clip(each + random.normal(0, sigma, each.shape), 0, 255).astype(np.uint8)
        for each in pictures
    ]
    found = snow(tmp_path, noisy)
    assert found.value > SNOW
    assert found.bound_by is None


@pytest.mark.parametrize(("read", "doubt"), [(1.4, ""), (4.5, "moving_texture"), (7.0, "")])
def test_only_a_reading_that_texture_may_have_is_in_doubt_where_all_of_it_moves(
    read: float, doubt: str
) -> None:
    """A slight one is no fault, and as a bound would hide that a camera got worse."""
    at = np.arange(50) / 25
    level = FaultLevel(frames=np.arange(50), at=at, seen=np.full(50, read), held=np.full(50, read))
    moves = np.full(50, 1.0, np.float32)
    features = {"moved_x": moves, "moved_y": 0 * moves}
    assert why_sound("faults.snow", level, features) == doubt
    assert not why_sound("faults.snow", level, dict.fromkeys(features, 0 * moves))

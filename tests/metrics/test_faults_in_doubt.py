"""Picture faults that a sound camera shows as well: in the dark, and in pictures of few pixels."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np
import outcomes
import pytest

from acceptance.footage import encode
from acceptance.metrics import faults
from acceptance.model import Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from acceptance.model import Measurement

pytestmark = pytest.mark.film
COUNT = 65


def measured(tmp_path: Path, pictures: Iterable[np.ndarray]) -> dict[str, Measurement]:
    path = tmp_path / "film.mp4"
    codes = (np.clip(np.rint(picture), 16, 235).astype(np.uint8) for picture in pictures)
    encode.write(path, codes, rate=Fraction(25))
    shot = Shot(id="a", subject="camera", clip=path.name)
    return outcomes.figures(faults.measure(build.look(shot, tmp_path)))


def doubt(figure: Measurement) -> str:
    return figure.bound_by.code if figure.bound_by and figure.upper_bound else ""


def dark_room(lamps: int) -> np.ndarray:
    """Draw black noise with some lamps: in rows all over the view, or none."""
    random = np.random.default_rng(5)
    room = 17 + random.normal(0, 0.5, (270, 480)).astype(np.float32)
    for x, y in random.uniform((20, 20), (460, 250), (lamps, 2)):
        cv2.rectangle(room, (round(x), round(y)), (round(x) + 6, round(y) + 6), 200, -1)
    return room


@pytest.mark.parametrize(("lamps", "reason"), [(40, "lamps_in_black"), (0, "")])
def test_a_black_room_with_lamps_is_in_doubt_and_a_black_picture_is_a_fault(
    lamps: int, reason: str, tmp_path: Path
) -> None:
    found = measured(tmp_path, [dark_room(lamps)] * COUNT)
    for quantity in ("faults.black", "faults.under_exposed"):
        assert found[quantity].value > 95
        assert doubt(found[quantity]) == reason


def test_words_of_a_recorder_over_a_black_picture_leave_it_a_fault(tmp_path: Path) -> None:
    black = dark_room(0).clip(16, 20).astype(np.uint8)
    cv2.putText(black, "VIDEO LOSS", (20, 36), cv2.FONT_HERSHEY_SIMPLEX, 1, 220, 2, cv2.LINE_AA)
    found = measured(tmp_path, [black] * COUNT)["faults.black"]
    assert found.value > 95
    assert doubt(found) == ""


@pytest.mark.parametrize(("dark_until", "reason"), [(35, "light_returns"), (COUNT, "")])
def test_a_light_that_comes_on_is_in_doubt_and_one_that_does_not_is_a_fault(
    dark_until: int, reason: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(6)
    room = cv2.resize(random.uniform(60, 200, (9, 16)), (480, 270), interpolation=cv2.INTER_NEAREST)
    light = (0.02 if index < dark_until else 1.0 for index in range(COUNT))
    found = measured(tmp_path, (16 + share * (room - 16) for share in light))
    for quantity in ("faults.black", "faults.under_exposed"):
        assert found[quantity].value > 95
        assert doubt(found[quantity]) == reason


@pytest.mark.parametrize(("sigma", "reason"), [(0.3, "few_pixels"), (2.0, "")])
def test_blur_of_a_pixel_says_nothing_in_a_tiny_picture_and_that_of_two_does(
    sigma: float, reason: str, tmp_path: Path
) -> None:
    random = np.random.default_rng(7)
    tiles = random.uniform(30, 220, (9, 16)).astype(np.float32)
    view = cv2.resize(tiles, (192, 108), interpolation=cv2.INTER_NEAREST)
    found = measured(tmp_path, [cv2.GaussianBlur(view, (0, 0), sigma)] * COUNT)["faults.blurred"]
    assert found.value > 0.2
    assert doubt(found) == reason

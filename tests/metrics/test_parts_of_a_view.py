"""What moves or changes in a part of the view is no camera that shakes or was turned away."""

from __future__ import annotations

import importlib
import math
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
Codes = np.ndarray[Any, Any]
SHAKE, CHANGE, STRIPES = 4.0, 60.0, 2.0  # % from which a service alarms (``picture_faults``)


def figure(folder: Path, name: str, pictures: list[Codes]) -> Measurement:
    """Return one figure of a film of pictures that no codec has touched."""
    encode.write(folder / "drawn.mkv", pictures, codec="ffv1", rate=Fraction(25))
    figures = faults.measure(planted.seen(folder / "drawn.mkv"))
    return next(
        one for one in figures if isinstance(one, Measurement) and one.quantity == f"faults.{name}"
    )


def bound(found: Measurement) -> str:
    """Return why a figure is a bound, nothing if it is none."""
    return found.bound_by.code if found.bound_by else ""


def view(seed: int, high: int = 270, wide: int = 480) -> Codes:
    """Return a picture of things of many sizes, codes 60 to 190."""
    random, picture = np.random.default_rng(seed), np.full((high, wide), 90, np.uint8)
    for _ in range(160):
        x, y, w, h = random.integers([0, 0, 6, 6], [wide, high, 90, 60]).tolist()
        picture[y : y + h, x : x + w] = random.integers(60, 190)
    return picture


def swung(index: int) -> int:
    """Return how far, in px, something is that goes to and fro by 16, 1.5 times a second."""
    return round(16 * math.sin(2 * math.pi * 1.5 * index / 25))


WALLS = {
    "slats": np.where(np.arange(480) % 17 < 3, 70, 150),
    "fence": np.where(np.arange(480) % 11 < 4, 90, 160),
    "plain": np.full(480, 140),
}


@pytest.mark.parametrize("lie", ["level", "upright"])
@pytest.mark.parametrize("wall", WALLS)
def test_a_bar_as_wide_as_the_view_before_a_wall_is_no_alarm_of_shake(
    wall: str, lie: str, tmp_path: Path
) -> None:
    pictures = []
    for index in range(55):
        picture = np.repeat(WALLS[wall][None], 480, axis=0).astype(np.uint8)
        top = (90 if lie == "level" else 150) + swung(index)
        picture[top : top + 40], picture[top + 20 : top + 23] = 60, 200
        pictures.append(np.ascontiguousarray((picture if lie == "level" else picture.T)[:270]))
    found = figure(tmp_path, "shake", pictures)
    assert found.value > SHAKE, "it does go to and fro"
    assert bound(found) == "moving_strip"


@pytest.mark.parametrize("what", ["a bar", "many things"])
def test_slats_are_no_alarm_of_stripes_with_a_bar_before_them(what: str, tmp_path: Path) -> None:
    """A wave on many things, which is as strong on them as beside them, is one."""
    slats = np.where(np.arange(480) % 17 < 8, -15, 15)
    still = np.full((270, 480), 120)
    if what == "many things":
        still = view(3).astype(int)
    if what == "a bar":
        random = np.random.default_rng(3)
        for left in range(0, 480, 12):  # things on a lorry: all along it, and nowhere else
            for top in range(80, 190, 30):
                still[top : top + 15, left : left + 12] = random.integers(60, 190)
    found = figure(tmp_path, "stripes", [(still + slats).astype(np.uint8)] * 40)
    assert found.value > STRIPES
    assert bound(found) == ("slats" if what == "a bar" else "")


@pytest.mark.parametrize("to", [(1, 0), (0, 1)])
def test_a_camera_that_shakes_is_an_alarm_of_shake(to: tuple[int, int], tmp_path: Path) -> None:
    large, (down, across) = view(3, 310, 520), to
    tops = [(20 + down * swung(n), 20 + across * swung(n)) for n in range(55)]
    found = figure(tmp_path, "shake", [large[y : y + 270, x : x + 480] for y, x in tops])
    assert found.value > SHAKE
    assert not bound(found)


@pytest.mark.parametrize("high", [150, 190])
def test_a_large_screen_that_cuts_to_another_picture_is_no_alarm_of_a_change(
    high: int, tmp_path: Path
) -> None:
    pale, wide = (90 + view(3) // 4).astype(np.uint8), 16 * high // 9
    before, after = pale.copy(), pale.copy()
    for picture, seed in ((before, 4), (after, 5)):
        picture[20 : 20 + high, 90 : 90 + wide] = view(seed)[20 : 20 + high, 90 : 90 + wide]
    found = figure(tmp_path, "scene_change", [before] * 30 + [after] * 30)
    assert found.value > CHANGE
    assert bound(found) == "part_of_view"


def test_another_view_below_the_same_name_and_time_is_an_alarm_of_a_change(tmp_path: Path) -> None:
    before, after = view(3), view(4)
    for top, left, wide in ((8, 10, 200), (245, 330, 140)):
        for picture in (before, after):
            picture[top : top + 14, left : left + wide : 5] = 235
            picture[top : top + 14, left + 2 : left + wide : 7] = 16
    found = figure(tmp_path, "scene_change", [before] * 30 + [after] * 30)
    assert found.value > CHANGE
    assert not bound(found)


def below_a_sky(picture: Codes, shade: float) -> Codes:
    """Return the view below a sky of two fifths that becomes darker by so many codes down."""
    high = len(picture) * 2 // 5
    below = picture.copy()
    below[:high] = np.rint(200 - shade * np.linspace(0, 1, high))[:, None]
    return below


@pytest.mark.parametrize("shade", [10, 60])
def test_another_view_below_the_same_shaded_sky_is_an_alarm_of_a_change(
    shade: float, tmp_path: Path
) -> None:
    before, after = (below_a_sky(view(seed), shade) for seed in (3, 4))
    found = figure(tmp_path, "scene_change", [before] * 30 + [after] * 30)
    assert found.value > CHANGE
    assert not bound(found)


def test_another_view_through_a_lens_that_is_darker_at_its_edges_is_an_alarm_of_a_change(
    tmp_path: Path,
) -> None:
    y, x = np.mgrid[-1:1:270j, -1:1:480j]
    lens = 1 - 0.3 * (x * x + y * y)
    before, after = ((below_a_sky(view(seed), 0) * lens).astype(np.uint8) for seed in (3, 4))
    found = figure(tmp_path, "scene_change", [before] * 30 + [after] * 30)
    assert found.value > CHANGE
    assert not bound(found)


@pytest.mark.parametrize("side", ["above", "below", "left"])
def test_a_camera_that_shakes_with_a_plain_sky_or_wall_at_one_end_is_an_alarm(
    side: str, tmp_path: Path
) -> None:
    large = below_a_sky(view(3, 310, 520), 0)
    if side == "left":
        large = below_a_sky(view(3, 520, 310), 0).T
    if side == "below":
        large = large[::-1]
    tops = [(20 + swung(n), 20 + swung(n + 5)) for n in range(55)]
    pictures = [np.ascontiguousarray(large[y : y + 270, x : x + 480]) for y, x in tops]
    found = figure(tmp_path, "shake", pictures)
    assert found.value > SHAKE
    assert not bound(found)


@pytest.mark.parametrize("lie", ["level", "upright"])
def test_stripes_that_stand_are_an_alarm_below_a_plain_sky(lie: str, tmp_path: Path) -> None:
    rows, columns = np.indices((270, 480))
    wave = 10 * np.sin(2 * np.pi * (rows if lie == "level" else columns) / 11)
    picture = np.rint(below_a_sky(view(3), 0) + wave).astype(np.uint8)
    found = figure(tmp_path, "stripes", [picture] * 40)
    assert found.value > STRIPES
    assert not bound(found)

"""Noise by lines is added behind the lens: to whatever is in view, another to each line."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from acceptance.scene import patterns, shared_rows
from acceptance.scene.line_noise import LineNoise, line_noise
from acceptance.scene.thresholds import THRESHOLDS

SHAPE = (270, 480)


def scene() -> np.ndarray:
    """Return boxes of all sizes, codes 60 to 190."""
    random, picture = np.random.default_rng(3), np.full(SHAPE, 90.0)
    for _ in range(150):
        x, y, wide, high = random.integers([0, 0, 6, 6], [470, 260, 90, 60]).tolist()
        picture[y : y + high, x : x + wide] = random.integers(60, 190)
    return picture


def seen(picture: np.ndarray, before: np.ndarray | None = None) -> LineNoise:
    """Look at the rows of a picture, and of the one before, as thumbnails do."""
    now, then = (
        None if each is None else np.clip(np.rint(each), 0, 255).astype(np.uint8)
        for each in (picture, before)
    )
    assert now is not None
    rows = patterns.rows_at(now, patterns.spread(SHAPE[0], 180))
    last = None if then is None else patterns.rows_at(then, patterns.spread(SHAPE[0], 180))[::5]
    beside = rows[1::3], shared_rows.beside_thirds(now, THRESHOLDS)
    return line_noise(rows[::5], last, beside, 0, THRESHOLDS)


@pytest.mark.parametrize("axis", [0, 1])
def test_the_root_of_two_of_the_sigma_of_lines_that_stand_comes_back_on_average(axis: int) -> None:
    levels, size = [], [1, 1]
    size[axis] = SHAPE[axis]
    for seed in range(8):
        random = np.random.default_rng(seed)
        found = seen(scene() + random.normal(0, 10, size) + random.normal(0, 1.5, SHAPE))
        mine, other = (found.by_row, found.by_column)[:: 1 - 2 * axis]
        levels.append(mine)
        assert other == 0
        assert found.stirs == 0
    assert np.mean(levels) == pytest.approx(10 * 2**0.5, rel=0.15)


@pytest.mark.parametrize("blur", [0.0, 0.6])
def test_boards_bricks_slats_and_a_scene_alone_are_none(blur: float) -> None:
    """Boards of 2 to 5 rows, joints of bricks, and slats of 4 and of 6 rows."""
    random = np.random.default_rng(4)
    shades = np.repeat(random.uniform(110, 170, 150), random.integers(2, 6, 150))[: SHAPE[0]]
    slats = [120 + 30 * np.sin(2 * np.pi * np.arange(SHAPE[0]) / period) for period in (4.0, 6.0)]
    joints = 150 - 60 * (np.arange(SHAPE[0]) % 12 > 1)
    for lines in (shades, joints, *slats):
        drawn = cv2.GaussianBlur(lines[:, None] + np.zeros(SHAPE), (0, 0), blur or 1e-3)
        assert seen(drawn + random.normal(0, 1, SHAPE)).stands == 0
    assert seen(scene() + random.normal(0, 1.5, SHAPE)) == LineNoise(stirs=0.0)


@pytest.mark.parametrize("period", [2.5, 2.7, 3.0, 3.3])
@pytest.mark.parametrize("perspective", [0.0, 0.25])
def test_slats_of_two_and_a_half_to_three_lines_are_none(period: float, perspective: float) -> None:
    """All the same, and with periods that grow by a quarter from the top to the bottom."""
    rows = np.arange(SHAPE[0])[:, None]
    at = np.cumsum(2 * np.pi / (period * (1 + perspective * (rows / SHAPE[0] - 0.5))), axis=0)
    random = np.random.default_rng(6)
    for slats in (120 + 20 * np.sin(at) + np.zeros(SHAPE), scene() + 20 * np.sin(at)):
        noisy = slats + random.normal(0, 1, SHAPE)
        assert seen(noisy).stands == 0
        columns = np.rot90(noisy)[:, :210]
        assert seen(np.pad(columns, ((0, 0), (0, 270)), mode="wrap")[:270]).by_column == 0


def test_every_second_row_that_is_lighter_is_of_a_field_and_no_noise() -> None:
    fields = scene()
    fields[::2] += 20
    assert seen(fields).stands == 0


def test_what_changes_in_time_stirs_and_what_stands_does_not() -> None:
    random = np.random.default_rng(5)
    offsets = random.normal(0, 10, (2, SHAPE[0], 1))
    assert seen(scene() + offsets[0], scene() + offsets[0]).stirs == 0
    assert seen(scene() + offsets[0], scene() + offsets[1]).stirs > 8


def wrong(seed: int, share: float) -> np.ndarray:
    """Return offsets (rows, 1) of 60 codes to either side on a share of the rows."""
    random = np.random.default_rng(seed)
    hit = random.random((SHAPE[0], 1)) < share
    return np.where(hit, random.choice([-60.0, 60.0], (SHAPE[0], 1)), 0)


@pytest.mark.parametrize("share", [0.1, 0.25])
def test_some_rows_that_are_wrong_in_each_picture_are_errors_of_lines(share: float) -> None:
    """Of sixty rows a few are hit: in most pictures they are seen, and a figure is their median."""
    levels = [
        seen(scene() + wrong(seed, share), scene() + wrong(seed + 100, share)).errors
        for seed in range(12)
    ]
    assert np.median(levels) == pytest.approx(60 * (2 * share) ** 0.5, rel=0.15)


def test_rows_that_are_wrong_alike_in_each_picture_and_one_alone_are_no_errors() -> None:
    """A wire, joints of bricks and the frame of a table on a screen stand; one line may move."""
    assert seen(scene() + wrong(7, 0.2), scene() + wrong(7, 0.2)).errors == 0
    single = np.zeros((2, SHAPE[0], 1))
    single[0, 100] = single[1, 103] = 100
    assert seen(scene() + single[0], scene() + single[1]).errors == 0


@pytest.mark.parametrize("blur", [0.6, 0.8])
def test_what_a_lens_has_drawn_and_moves_up_is_no_error_of_lines(blur: float) -> None:
    """Steps, shutters and pages that are drawn up have lines over all of the width as well."""
    lines = cv2.GaussianBlur(scene() + wrong(8, 0.2), (0, 0), blur)
    assert seen(lines, np.roll(lines, 4, axis=0)).errors == 0


@pytest.mark.parametrize("part", [slice(0, 150), slice(60, 210), slice(120, 270)])
def test_lines_that_move_in_a_part_of_the_view_are_no_errors_of_lines(part: slice) -> None:
    """Slats of a shutter as sharp as a row, over more than half of the height: in most pictures."""
    inside = np.zeros((SHAPE[0], 1))
    inside[part] = 1
    pairs = [(wrong(seed, 0.2), wrong(seed + 100, 0.2)) for seed in range(12)]
    levels = [seen(scene() + inside * now, scene() + inside * then).errors for now, then in pairs]
    assert np.median(levels) == 0


def hit(rows: list[int]) -> float:
    """Return the errors of lines where these rows are wrong, others than in the picture before."""
    lines = np.zeros((SHAPE[0], 1))
    lines[rows] = 60
    return seen(scene() + lines, scene() + wrong(9, 0.25)).errors


def test_four_rows_all_over_the_picture_may_be_things_and_eight_are_errors_of_lines() -> None:
    """Rows that are compared, or beside these, so that every difference sees some of them."""
    compared, beside = patterns.spread(SHAPE[0], 180)[1::3], [0, 1, 0, -2]
    four, eight = compared[7::15] + beside, compared[5::7] + 2 * beside
    assert hit(four.tolist()) == 0
    assert hit(eight.tolist()) > 0

"""What is told of frames and pixels that depend on each other: the estimators by closed forms."""

from __future__ import annotations

import math

import numpy as np
import pytest
from numpy.typing import NDArray

from acceptance.metrics.noise import analyse, dependence
from acceptance.metrics.noise.alike import ALONE, alike
from acceptance.metrics.noise.analysis import surface
from acceptance.metrics.noise.dependence import distinct
from acceptance.metrics.noise.parts import PARTS
from acceptance.metrics.noise.weighting import unified_weighting

Array = NDArray[np.float64]


@pytest.mark.parametrize(("frames", "fixed"), [(3, 0.0), (4, 2.0), (8, 0.0), (8, 2.0)])
def test_by_chance_few_frames_depend_as_often_as_their_standard_error_says(
    frames: int, fixed: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One in 6.3 lies above one standard error of a normal distribution; four are asked for."""
    assert (dependence.SURE, dependence.INDEPENDENT) == (4, 0.03)
    monkeypatch.setattr(dependence, "SURE", 1)
    monkeypatch.setattr(dependence, "INDEPENDENT", 0.0)
    random, size = np.random.default_rng(1), (12, 12)
    above = sum(
        dependence.between_frames(random.standard_normal((frames, *size)) + pattern, 1.0) > 0
        for pattern in (fixed * random.standard_normal(size) for _ in range(400))
    )
    assert above / 400 == pytest.approx(0.159, abs=3 * math.sqrt(0.159 * 0.841 / 400))


def alternating(frames: int, alike: float) -> Array:
    """Return frames (n, 30, 30) of +-1 from pixel to pixel: each goes on by ``alike`` of them."""
    random = np.random.default_rng(2)
    signs = np.where(random.random((frames, 30, 30)) < 0.5, -1.0, 1.0)
    for frame in range(1, frames):
        kept = random.random((30, 30)) < alike
        signs[frame][kept] = signs[frame - 1][kept]
    return signs


@pytest.mark.parametrize("frames", [3, 8, 9, 20])
def test_the_correlation_of_neighbours_is_that_of_the_series(frames: int) -> None:
    """A third of the pixels goes on as it was: 1/3, and 1/9 at the next but one, and so on.

    Of few frames it is by how much more neighbours are alike; their own mean takes some.
    """
    apart = np.subtract.outer(np.arange(frames), np.arange(frames))
    series = (1 / 3) ** np.abs(apart)
    centred = np.eye(frames) - 1 / frames
    left = centred @ series @ centred
    if frames < dependence.FEWEST:
        far = series[np.triu_indices(frames, 2)].mean()
        expected = (1 / 3 - far) / (left.trace() / (frames - 1))
    else:
        expected = left.diagonal(1).mean() / left.diagonal().mean() + 1 / frames
    found = dependence.between_frames(alternating(frames, 1 / 3), 1.0)
    assert found == pytest.approx(expected, abs=3 / math.sqrt(frames * 900))
    assert dependence.between_frames(alternating(frames, 1 / 3), 900.0) == 0


def test_two_frames_and_frames_without_noise_do_not_depend() -> None:
    pattern = np.random.default_rng(3).standard_normal((12, 12))
    assert dependence.between_frames(np.array([pattern, pattern + 1]), 1.0) == 0
    for frames in (5, 12):
        assert dependence.between_frames(np.zeros((frames, 12, 12)), 1.0) == 0


@pytest.mark.parametrize(
    ("near", "middle", "far", "left"),
    [
        (5.0, 2.0, 1.0, 0.5),  # falls by 3 and then by 1: 1^2 / (3 - 1)
        (5.0, 3.0, 2.0, 1.0),  # by 2 and then by half of that, the most that is let pass
        (5.0, 3.0, 1.9, None),
        (2.5, 2.0, 1.9, 0.025),
        (5.0, 2.0, 2.5, 0.0),
        (2.0, 2.0, 2.0, 0.0),
        (2.0, 2.5, 3.0, 0.0),
        (2.0, 2.5, 2.4, None),
    ],
)
def test_what_far_frames_may_still_share_is_the_rest_of_a_geometric_series(
    near: float, middle: float, far: float, left: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neighbours, frames a third of the film apart, and those two thirds or more apart."""
    shared = {(1, 2): near, (3, 4): middle, (6, 10): far}
    monkeypatch.setattr(dependence, "_covariance", lambda rest, *lags: rest[0] + shared[lags])
    asked: list[int] = []

    def residual(frame: Array, order: int) -> Array:
        asked.append(order)
        return frame + order - 2

    found = dependence.apart(np.zeros((10, 4, 4)), residual, (2, 3))
    assert found.left == (left if left is None else pytest.approx(left))
    assert [float(part.mean()) for part in found.fixed] == [far, far + 1]
    assert asked == [2] * 10 + [3] * 10


def test_fewer_than_nine_frames_are_not_told_apart() -> None:
    eight, nine = (
        dependence.apart(np.zeros((frames, 4, 4)), lambda frame, _: frame, (2, 3))
        for frames in (8, 9)
    )
    assert (eight.fixed, eight.left) == ((), None)
    assert (len(nine.fixed), nine.left) == (2, 0.0)


def test_the_covariance_is_the_mean_product_of_all_pairs_so_far_apart() -> None:
    frames = np.random.default_rng(4).standard_normal((6, 3, 4))
    pairs = [(first, first + lag) for lag in (2, 3) for first in range(6 - lag)]
    expected = np.mean([frames[a] * frames[b] for a, b in pairs], axis=0)
    assert dependence._covariance(frames, 2, 4) == pytest.approx(expected)


def test_pixels_of_a_chessboard_of_squares_are_alike_over_a_square() -> None:
    """Squares of 3 px each way with a sign of their own: 9 px are one; of larger ones 16."""
    random = np.random.default_rng(5)
    signs = np.where(random.random((24, 16, 16)) < 0.5, -1.0, 1.0)
    for side, pixels in ((1, 1.0), (3, 9.0), (8, 16.0)):
        rest = np.kron(signs, np.ones((1, side, side)))
        rest = np.array([frame - surface(frame, 3) for frame in rest])
        assert alike(rest).pixels == pytest.approx(pixels, rel=0.08), side
    assert alike(np.zeros((6, 16, 16))) == ALONE


@pytest.mark.parametrize("shape", [(8, 17, 21), (2, 60, 60), (1, 48, 48)])
def test_pixels_that_chance_makes_alike_are_not(shape: tuple[int, int, int]) -> None:
    random = np.random.default_rng(6)
    found = [alike(random.standard_normal(shape)) for _ in range(40)]
    assert {noise.pixels for noise in found} == {1.0}
    means = np.mean([[noise.rows, noise.columns, *noise.squares] for noise in found], axis=0)
    assert means == pytest.approx([1.0] * 4, abs=0.12)


@pytest.mark.parametrize("shape", [(1, 12, 12), (4, 12, 30), (2, 60, 12)])
@pytest.mark.parametrize("what", ["rows", "columns", "a step", "stripes", "nothing"])
def test_of_what_is_no_noise_at_all_every_variance_is_finite(
    what: str, shape: tuple[int, int, int]
) -> None:
    """Of a coder's fields, as small as can be, whose noise is gone."""
    down, across = (np.arange(size) % 5 for size in shape[1:])
    turn = np.arange(shape[0])[:, None, None] % 2
    frames = {
        "rows": down[:, None] * turn, "columns": across * turn, "nothing": 0 * turn,
        "a step": (np.add.outer(down, across) > 4) * (1 + turn),
        "stripes": (np.add.outer(down, across) % 2) * turn,
    }[what]  # fmt: skip
    noise = analyse(100.0 + frames + np.zeros(shape), weighting=unified_weighting(shape[2], 0.003))
    parts = [getattr(noise, name) for name in PARTS]
    known = [value for part in parts if part for value in (part.value, part.sampling)]
    assert np.isfinite(known).all()
    assert min(known) > -1


def test_rows_that_stand_there_twice_are_alike_along_columns() -> None:
    """Next rows are alike in half of all pairs: 1 + 2 / 2, and of the squares 1 + 2 / 4."""
    random = np.random.default_rng(6)
    found = alike(np.repeat(random.standard_normal((8, 30, 60)), 2, axis=1))
    assert (found.columns, found.rows, found.pixels) == pytest.approx((2, 1, 2), rel=0.06)
    assert found.squares == pytest.approx((1.5, 1), abs=0.05)


def test_a_frame_that_stands_there_twice_is_left_out_and_a_later_one_like_it_is_not() -> None:
    codes = np.array([1, 1, 2, 2, 2, 1])[:, None, None] + np.arange(6).reshape(1, 2, 3)
    assert distinct(codes)[:, 0, 0].tolist() == [1, 2, 1]
    apart = codes[[0, 2, 5]]
    assert distinct(apart).tolist() == apart.tolist()


@pytest.mark.parametrize(("near", "seen"), [(0.49, 0.0), (0.51, 0.51)])
def test_few_frames_depend_beyond_four_standard_errors_to_which_the_pattern_adds(
    near: float, seen: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Four frames of 100 px: three pairs of neighbours, three of others, temporal variance 1.

    A pattern of variance 2 adds by the ends, which are in fewer pairs of neighbours: twice
    2 x 4 / (3^2 x 2). So the error is sqrt((1/3 + 1/3 + 8/9) / 100).
    """
    signs = np.where(np.arange(100).reshape(10, 10) % 2, -1.0, 1.0)
    codes = (1.5 + math.sqrt(0.75) * np.array([-1.0, -1.0, 1.0, 1.0]))[:, None, None] * signs
    shared = {(1, 2): near, (2, 4): 0.0}
    monkeypatch.setattr(dependence, "_covariance", lambda rest, *lags: 0 * rest[0] + shared[lags])
    assert dependence.correlation_of_few(codes, 1.0) == pytest.approx(seen)


@pytest.mark.parametrize(
    ("same", "alike", "seen"), [(51, 1, 0.0), (52, 1, 0.14), (57, 4, 0.0), (58, 4, 0.26)]
)
def test_many_frames_depend_beyond_four_standard_errors_of_as_many_pixels_as_differ(
    same: int, alike: float, seen: float
) -> None:
    """So many of 100 px keep their sign over ten frames, and others change it each time.

    A tenth is put back for the mean frame; the error is that of 1,000 samples, or of 250.
    """
    turns = np.where(np.arange(10) % 2, -1.0, 1.0)[:, None]
    rest = np.where(np.arange(100) < same, 1.0, turns).reshape(10, 10, 10)
    assert dependence.correlation(rest, alike) == pytest.approx(seen)

"""What is no noise of single pixels, by closed forms: fluttering lines, structure, steps."""

from __future__ import annotations

import math
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.polynomial import legendre
from scipy.special import fdtri

from acceptance.errors import GapError
from acceptance.metrics.noise import Variance, analysis, coarse, field, flutter, in_steps
from acceptance.metrics.noise.coarse import Coarse, with_coarse
from acceptance.metrics.noise.flutter import Flutter
from acceptance.metrics.noise.parts import Noise
from acceptance.scene.code_range import NONE

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def variance(value: float = 4.0, sampling: float = 0.3, surface: float = 0.0) -> Variance:
    return Variance(value=value, sampling=sampling, degrees_of_freedom=9.0, surface=surface)


# --- rows and columns that flutter


def test_a_variance_of_lines_is_uncertain_by_their_number_and_that_of_the_frames() -> None:
    """sqrt(2 / 40) of five frames of eleven lines; as if of a third where frames depend so."""
    alone, alike = Flutter(3.0, 11, 5), Flutter(3.0, 11, 5, 3.0)
    assert alone.doubt == pytest.approx(3 * math.sqrt(2 / 40))
    assert alike.doubt == pytest.approx(3 * math.sqrt(2 / 40 * 3))


def test_the_mean_frame_keeps_its_share_or_up_to_so_many_times_that() -> None:
    """0.6 of five frames; of frames that depend from 0.6 to 1.8, uniform."""
    alone, alike = Flutter(3.0, 11, 5), Flutter(3.0, 11, 5, 3.0)
    assert alone.of_mean == pytest.approx((0.6, alone.doubt / 5))
    between = (1.8 - 0.6) / 2 / math.sqrt(3)
    assert alike.of_mean == pytest.approx((1.2, math.hypot(between, alike.doubt / 5)))
    assert alone.by_chance == pytest.approx(0.6 * math.sqrt(2 / 10))
    assert alike.by_chance == pytest.approx(1.8 * math.sqrt(2 / 10))


def signs(size: int) -> Array:
    return np.asarray(1.0 - 2 * (np.arange(size) % 2))


@pytest.mark.parametrize(("rows", "columns"), [(2.0, 0.0), (0.0, 2.0), (1.0, 3.0)])
def test_lines_flutter_by_what_their_pixels_do_not_make(rows: float, columns: float) -> None:
    """Pixels of 1, rows and columns of a size: what is steady and what frames share is none of it.

    The variance of line means is that of lines and of pixels over the pixels of a line.
    """
    frames, height, width = 4, 10, 8
    turn, down, across = signs(frames)[:, None, None], signs(height)[:, None], signs(width)
    codes = turn * (rows * down + columns * across + down * across)
    fixed = np.random.default_rng(1).standard_normal((height, width))
    drift = 5 * np.random.default_rng(2).standard_normal((frames, 1, 1))
    found = flutter.flutter(codes + fixed + drift)
    square = (rows**2 + columns**2 + 1) * frames / (frames - 1)
    for lines, size, count, along in zip(
        found, (rows, columns), (height, width), (width, height), strict=True
    ):
        seen = size**2 * frames * count / ((frames - 1) * (count - 1))
        expected = max((seen - square / along) / (1 - 1 / along), 0.0)
        assert lines.variance == pytest.approx(expected)
        assert (lines.lines, lines.frames, lines.kept) == (count, frames, 1.0)


@pytest.mark.parametrize(("seen", "found"), [(1.41, 0.41 / 0.9), (1.39, 0.0), (0.5, 0.0)])
def test_lines_flutter_where_two_standard_errors_of_their_pixels_do_not_make_it(
    seen: float, found: float
) -> None:
    """Five frames of eleven lines of ten pixels of variance 10: 2 sqrt(2 / 40) = 0.447."""
    means = math.sqrt(seen * 40 / 55) * np.ones((5, 11))
    assert flutter._of_lines(means, 10.0, 10) == pytest.approx(found)


@pytest.mark.parametrize(("correlation", "kept"), [(0.0, 1.0), (0.5, 3.0), (0.99, 1.99 / 0.05)])
def test_frames_that_depend_keep_more_of_flutter(correlation: float, kept: float) -> None:
    codes = np.random.default_rng(1).standard_normal((4, 10, 8))
    assert [
        lines.kept for lines in flutter.flutter(codes, correlation=correlation)
    ] == pytest.approx([kept] * 2)


FOUND = (Flutter(3.0, 11, 5), Flutter(2.0, 21, 5))


@pytest.mark.parametrize(("power", "taken"), [(1.0, 1), (0.25, 3)])
def test_a_variance_over_time_gets_back_what_a_surface_took_of_the_lines(
    power: float, taken: int
) -> None:
    """A line's share for each term; the columns' doubt as far as a weighting passes it."""
    given: dict[str, Any] = {} if power == taken else {"power": power, "taken": taken}
    found = flutter.with_flutter(variance(), FOUND, **given)
    assert found.value == pytest.approx(4 + taken * (3 / 11 + 2 / 21))
    doubts = FOUND[0].doubt, math.sqrt(power) * FOUND[1].doubt
    assert found.sampling == pytest.approx(math.hypot(0.3, *doubts))


def test_rows_and_columns_are_less_what_the_mean_frame_keeps_of_flutter() -> None:
    parts = variance(4.0), variance(5.0), variance(6.0)
    row, column, pixel = flutter.less_flutter(parts, FOUND)
    assert (row.value, column.value) == pytest.approx((4 - 0.6, 5 - 0.4))
    for part, lines in ((row, FOUND[0]), (column, FOUND[1])):
        assert part.sampling == pytest.approx(math.hypot(0.3, lines.of_mean[1]))
    assert pixel is parts[2]


def test_the_fixed_pattern_is_in_doubt_by_what_flutter_leaves_and_by_its_chance() -> None:
    found = flutter.fixed_with_flutter(variance(), FOUND)
    doubts = [doubt for lines in FOUND for doubt in (lines.of_mean[1], lines.by_chance)]
    assert (found.value, found.sampling) == pytest.approx((4, math.hypot(0.3, *doubts)))


class Left:
    """Stands in for the split of a mean frame, and keeps how much it is told to take off."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.told: list[float] = []
        monkeypatch.setattr(analysis, "flutter", lambda *_: FOUND)
        monkeypatch.setattr(analysis, "_directions", self)

    def __call__(self, _: Array, left: float, *__: object) -> tuple[Variance, Variance, Variance]:
        """Return variances of 4, 5 and 6."""
        self.told.append(left)
        return variance(4.0), variance(5.0), variance(6.0)


def test_pixels_keep_no_noise_of_lines_that_flutter(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the mean frame keeps of temporal noise, less 0.6 of rows and 0.4 of columns."""
    left, codes = Left(monkeypatch), np.random.default_rng(1).standard_normal((5, 24, 24))
    found = analysis._separated(codes, None)
    assert found.temporal is not None
    assert left.told == pytest.approx([analysis._kept_by_mean(found.temporal, 5) - 1.0])
    assert (found.row, found.column, found.pixel) == (
        *(flutter._less(variance(at), of) for at, of in zip((4.0, 5.0), FOUND, strict=True)),
        variance(6.0),
    )


def test_of_frames_that_depend_the_surface_of_each_takes_three_terms_of_a_line(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    left, codes = Left(monkeypatch), np.random.default_rng(1).standard_normal((5, 24, 24))
    fixed = np.full((24, 24), 0.05), np.full((24, 24), 0.06)
    far = SimpleNamespace(fixed=fixed, left=0.1)
    monkeypatch.setattr(analysis, "apart", lambda *_: far)
    noise = Noise(mean=0.0, mean_uncertainty=0.1, total=variance())
    found = analysis._of_dependent(codes, noise, 0.5)
    squares = analysis._squared_residuals(codes.mean(axis=0))[0]
    assert left.told == pytest.approx([squares.mean() - 0.05 - 1.0])
    temporal, _ = analysis._split_apart(codes, fixed, 0.1)
    assert found.temporal is not None
    assert found.temporal.value - temporal.value == pytest.approx(3 * (3 / 11 + 2 / 21))


def test_without_a_coder_structure_is_sought_as_of_none(monkeypatch: pytest.MonkeyPatch) -> None:
    steps: list[float] = []

    def found(_: Array, step: float, __: float, ___: float) -> Coarse:
        steps.append(step)
        return Coarse(0.0, 0.0, 0.0)

    monkeypatch.setattr(analysis, "coarse", found)
    codes = np.random.default_rng(1).standard_normal((2, 24, 24))
    analysis.analyse(codes)
    analysis.analyse(codes, step=3.0)
    assert steps == [0.0, 3.0]


# --- structure that is coarser than noise


@pytest.mark.parametrize(
    ("frames", "size", "made"), [(2, 0.40, 1 / 12), (2, 0.42, 0), (1, 0.57, 1 / 12), (1, 0.58, 0)]
)
def test_rounding_leaves_stripes_where_a_third_of_a_square_code_does_not_dither_them(
    frames: int, size: float, made: float
) -> None:
    """Over time, of two frames twice the square of each; of one frame over the field."""
    board = size * np.multiply.outer(signs(8), signs(8))
    codes = np.array([50 + board, 53 - board])[:frames]
    assert coarse._by_rounding(codes, board) == pytest.approx(made)


def test_a_frame_less_its_lines_has_no_mean_along_any() -> None:
    rest = np.random.default_rng(1).standard_normal((6, 9))
    found = coarse._less_lines(rest - rest.mean())
    assert found.mean(axis=0) == pytest.approx(np.zeros(9), abs=1e-12)
    assert found.mean(axis=1) == pytest.approx(np.zeros(6), abs=1e-12)


@pytest.mark.parametrize(("common", "shared"), [(1.35, 1.35**2 - 1), (1.33, 0.0)])
@pytest.mark.parametrize("other", [1.0, 2.0])
def test_lines_share_what_those_three_apart_do_beyond_four_standard_errors(
    common: float, shared: float, other: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Lines of 1, each for itself, alternate: their neighbours differ by 2, those three apart too.

    The error of a hundred products is 2 x 2 / 2 / 10, four of which are 0.8.
    """
    monkeypatch.setattr(coarse, "_at_the_border", lambda *_: 7.0)
    lines = common + signs(103)
    assert coarse._along(lines, other * lines, 0.0) == pytest.approx(7 + other * shared)


@pytest.mark.parametrize(("times", "more"), [(1.01, True), (0.99, False)])
@pytest.mark.parametrize("other", [1.0, 2.0])
def test_the_three_lines_at_each_end_are_a_halo_by_their_f(
    times: float, other: float, *, more: bool
) -> None:
    """Of six and forty, once in 10,000 by chance."""
    square = 0.01 * times * float(fdtri(6, 40, 1 - 1e-4))
    lines = 0.1 * signs(46)
    lines[[0, 1, 2, -3, -2, -1]] = math.sqrt(square)
    expected = other * (square - 0.01) * 6 / 46 if more else 0.0
    assert coarse._at_the_border(lines, other * lines) == pytest.approx(expected)
    lines[:3] *= -1
    apart = other * np.where(np.arange(46) < 3, -lines, lines)
    assert coarse._at_the_border(lines, apart) == 0, "halves that contradict each other"


@pytest.mark.parametrize("across", [3, -3])
def test_frames_share_the_mean_product_of_pixels_so_far_apart(across: int) -> None:
    random = np.random.default_rng(1)
    first, second = 5 + random.standard_normal((2, 11, 13))
    products = [
        first[y, x] * second[y + 3, x + across]
        for y in range(11 - 3)
        for x in range(13)
        if 0 <= x + across < 13
    ]
    assert coarse._shared(first, second, (3, across)) == pytest.approx(np.mean(products))


@pytest.mark.parametrize(("common", "shared"), [(1.2, 0.44), (1.17, 0.0)])
def test_what_frames_share_is_beyond_four_standard_errors(common: float, shared: float) -> None:
    """Rows of 1 that alternate: of ninety products 4 / sqrt(90) = 0.42."""
    frame = common + np.outer(signs(12), np.ones(13))
    assert coarse._shared(frame, frame, (3, 3)) == pytest.approx(shared)


@pytest.mark.parametrize(("farther", "seen"), [(0.45, 3.5), (0.43, 7.0)])
def test_structure_is_shared_along_both_diagonals_three_pixels_away(
    farther: float, seen: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of threads and spots, of which an eighth is left six pixels away, half is lost."""
    given: dict[tuple[int, int], float] = {(3, 3): 5.0, (3, -3): 2.0}
    given |= dict.fromkeys([(6, 6), (6, -6)], farther)
    monkeypatch.setattr(coarse, "_shared", lambda _first, _second, lag, *_: given[lag])
    codes = np.random.default_rng(1).standard_normal((2, 16, 16))
    assert coarse.coarse(codes).pixels == pytest.approx(seen)


@pytest.mark.parametrize("axis", [0, 1])
def test_waves_of_rows_are_those_of_rows_and_a_cubic_is_light(axis: int) -> None:
    """Waves of the fourth order are none of the light's."""
    at = np.linspace(-1, 1, 60)
    for order, seen in ((3, False), (4, True)):
        lines = legendre.legval(at, [0] * order + [3])
        codes = np.repeat(lines[None], 60, axis=0) + np.zeros((2, 1, 1))
        found = coarse.coarse(codes if axis else codes.swapaxes(1, 2))
        assert (found.columns > 0.1, found.rows > 0.1) == (seen and axis == 1, seen and axis == 0)
        assert found.pixels == 0


@pytest.mark.parametrize(
    ("frames", "shown", "seen"),
    [(3, (0,), False), (3, (0, 2), True), (3, (1,), True), (2, (0,), False), (1, (0,), True)],
)
def test_structure_is_in_both_halves_and_the_middle_frame_of_three_in_either(
    frames: int, shown: tuple[int, ...], *, seen: bool
) -> None:
    lines = 3 * np.sin(np.arange(60) / 3)
    noise = np.random.default_rng(1).standard_normal((frames, 60, 60))
    noise[list(shown)] += lines
    assert (coarse.coarse(noise).whole > 0.3) is seen


def test_without_a_coder_structure_of_a_thousandth_of_a_square_code_is_seen(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Which a coder whose step is a code may leave."""
    monkeypatch.setattr(coarse, "_by_rounding", lambda *_: 0.0)
    at = np.arange(64) / 4
    waves = np.sin(at + at[:, None])[None]
    codes = waves * math.sqrt(0.001 / coarse.coarse(waves).pixels)
    assert coarse.coarse(codes).pixels == pytest.approx(0.001)
    assert coarse.coarse(codes, step=1.0).pixels == 0


def test_each_part_is_in_doubt_by_the_structure_that_it_may_hold() -> None:
    """Twice what is seen, as a half-width, beside the doubt of its surface."""
    parts: dict[str, Any] = {name: variance(surface=0.5) for name in ("total", "fixed", "weighted")}
    parts |= {name: variance(surface=0.5) for name in ("pixel", "row", "column", "temporal")}
    noise = Noise(mean=50.0, mean_uncertainty=0.1, **parts)
    found = with_coarse(noise, Coarse(pixels=1.0, rows=2.0, columns=0.0))
    shares = {"total": 3, "fixed": 3, "weighted": 3, "pixel": 1, "row": 2, "column": 0}
    for name, share in (shares | {"temporal": 0}).items():
        expected = math.hypot(0.5, 2 * share / math.sqrt(3))
        assert getattr(found, name).surface == pytest.approx(expected)
    assert found.coarse == 3
    assert with_coarse(noise, Coarse(0.0, 0.0, 0.0)) is noise
    assert with_coarse(replace(noise, weighted=None), Coarse(1.0, 0.0, 0.0)).weighted is None


@pytest.mark.parametrize(
    ("share", "total", "mean", "refused"),
    [
        (9.0, 44.0, 100.0, 2 * math.sqrt(18) / 84),
        (9.0, 46.0, 100.0, 0.0),
        (1.1**2, 1.0, 100.0, 2 * math.sqrt(2) * 1.1 / 84),
        (1.08**2, 1.0, 100.0, 0.0),
        (9.0, 1.0, 16.0, 4.0),
        (9.0, 1.0, 11.0, 0.0),
    ],
)
def test_structure_is_refused_that_is_a_fifth_of_the_variance_and_half_a_percent_of_white(
    share: float, total: float, mean: float, refused: float
) -> None:
    """By its swing, sqrt(2) sigma either way, over the mean light; at black over half the most."""
    noise: Any = SimpleNamespace(coarse=share, total=variance(total), mean=mean)
    seen: Any = SimpleNamespace(
        code_white=235, code_black=16, linear=lambda codes: (np.asarray(codes) - 16) / 219
    )
    try:
        field._refuse_coarse(noise, seen, "grey")
    except GapError as gap:
        assert (gap.code, gap.parameters["region"]) == ("uneven_light", "grey")  # noqa: PT017
        assert gap.parameters["share"] == pytest.approx(refused)  # noqa: PT017
    else:
        assert not refused


# --- codes that lie apart


WHOLE = Variance(
    value=4.0, sampling=1.0, degrees_of_freedom=5.0, surface=2.0, quantisation=0.5, dependence=0.25
)


def test_a_variance_in_steps_is_the_square_of_the_step_larger_in_codes() -> None:
    expected = Variance(
        value=36.0, sampling=9.0, degrees_of_freedom=5.0, surface=18.0, quantisation=4.5,
        dependence=2.25,
    )  # fmt: skip
    assert WHOLE.times(3.0) == expected


@pytest.mark.parametrize(("value", "more"), [(4.0, 0.8), (-4.0, 0.0), (0.4, 0.08)])
def test_a_share_of_the_sigma_is_twice_that_of_the_variance(value: float, more: float) -> None:
    found = replace(WHOLE, value=value).doubted(0.1)
    assert found == replace(WHOLE, value=value, quantisation=pytest.approx(0.5 + more))


def test_noise_in_steps_is_as_much_larger_in_codes_in_all_its_parts() -> None:
    noise = Noise(
        mean=5.0, mean_uncertainty=0.1, total=WHOLE, row=replace(WHOLE, value=1.0), flicker=0.2,
        correlation=0.3, coarse=0.4,
    )  # fmt: skip
    found = noise.times(3.0)
    kept = (found.mean, found.correlation, found.mean_uncertainty, found.flicker)
    assert kept == pytest.approx((5.0, 0.3, 0.3, 0.6))
    assert (found.coarse, found.unit, found.floor) == pytest.approx((3.6, 3, 3 / math.sqrt(12)))
    assert (found.total, found.row, found.column) == (
        WHOLE.times(3.0), replace(WHOLE, value=1.0).times(3.0), None,
    )  # fmt: skip
    assert noise.doubted(0.1).total == WHOLE.doubted(0.1)


@pytest.mark.parametrize(("value", "hidden"), [(0.74, True), (0.76, False)])
def test_rounding_to_steps_of_three_codes_hides_what_is_below_its_own_variance(
    value: float, *, hidden: bool
) -> None:
    """Nine twelfths of a square code."""
    noise = Noise(mean=5.0, mean_uncertainty=0.1, total=replace(WHOLE, value=value), unit=3.0)
    assert noise.hidden is hidden


@pytest.mark.parametrize(("apart", "expected"), [(1.0, [20, 36, 44, 52]), (8.0, [0, 2, 3, 4])])
def test_noise_is_analysed_in_the_steps_that_it_was_rounded_to(
    apart: float, expected: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """With the quantiser's step in them; of a curve: ``test_noise_in_steps``."""
    given: list[Any] = []
    noise = Noise(mean=2.5, mean_uncertainty=0.1, total=variance())

    def analysed(codes: Array, **more: object) -> Noise:
        given.append((codes.ravel().tolist(), more))
        return noise

    monkeypatch.setattr(in_steps, "analyse", analysed)
    codes = np.array([20, 36, 44, 52]).reshape(1, 2, 2)
    found = in_steps.analyse_in_steps(codes, apart, NONE, stable=True, quantiser=12.0)
    assert given == [(expected, {"stable": True, "weighting": None, "step": 12.0 / apart})]
    assert found.mean == (2.5 if apart == 1 else 38.0)
    assert (found.unit, found.total.value) == pytest.approx((apart, 4 * apart**2))
    in_steps.analyse_in_steps(codes, apart, NONE, stable=True)
    assert given[1][1]["step"] == 0, "without a coder"
    assert found.total.quantisation == 0

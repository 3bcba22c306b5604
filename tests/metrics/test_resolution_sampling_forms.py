"""How a picture was sampled, by drawings whose rows are displaced, doubled or interpolated."""

from __future__ import annotations

import math
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest

from acceptance.errors import GapError
from acceptance.metrics._shared import enlargement
from acceptance.metrics.resolution import bar_images, sampling
from acceptance.metrics.resolution.sampling import ENOUGH, PictureSamples, sampling_of

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]

NAMED: Any = SimpleNamespace(region=SimpleNamespace(name="edge"))


def seen(luma: NDArray[Any], top: int = 0, **more: Any) -> Any:
    """Make a view of a picture, or of frames, whose first row is ``top`` in the whole one."""
    frames = luma if luma.ndim == 3 else luma[None]
    return SimpleNamespace(luma=frames, box=(0, top, *frames.shape[:0:-1]), **more)


# --- rows that are displaced


@pytest.mark.parametrize("top", [0, 1, 2, 3])
def test_odd_rows_of_the_picture_are_to_the_right_by_what_a_slope_shows(top: int) -> None:
    """A slope of 8 codes a px, odd rows half a px to the right; wherever the view begins."""
    odd = (np.arange(12)[:, None] + top) % 2
    luma = (8 * np.arange(20) - 4 * odd).astype(np.int16)
    shift, square = sampling._displaced(luma, top)
    assert shift == pytest.approx(0.5)
    assert square == pytest.approx(8**2 * 10 * 20)


@pytest.mark.parametrize(
    ("shifts", "found"),
    [
        ((0.5, 0.52, 0.48, 0.5), 0.5),
        ((-0.5, -0.52, -0.48, -0.5), 0.5),
        ((0.14, 0.14), 0.0),
        ((0.16, 0.16), 0.16),
        ((0.5, -0.5, 0.5, 0.5), 0.0),
        ((0.643, 0.357, 0.643, 0.357), math.hypot(0.5, 0.143)),  # seven standard errors
        ((), 0.0),
    ],
)
def test_rows_are_displaced_where_views_and_frames_agree(
    shifts: tuple[float, ...], found: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within five standard errors, and by 0.15 px; a frame without any slope tells nothing."""
    monkeypatch.setattr(
        sampling, "_shifts", lambda _: [*((shift, 10.0) for shift in shifts), (9.0, 0.0)]
    )
    assert sampling._shift([NAMED]) == pytest.approx(found, rel=1e-3)


@pytest.mark.parametrize(
    ("shift", "refused"),
    [(0.0, ()), (0.5, ("horizontal",)), (1.0, ("horizontal",)), (1.5, ("horizontal", "vertical"))],
)
def test_fields_apart_blur_what_resolves_along_rows_and_leaning_edges_from_a_px_on(
    shift: float, refused: tuple[str, ...]
) -> None:
    for direction in ("horizontal", "vertical"):
        try:
            PictureSamples(shift=shift).refuse(NAMED, direction)
        except GapError as gap:
            assert (gap.code, direction in refused) == ("combed", True)  # noqa: PT017
        else:
            assert direction not in refused


@pytest.mark.parametrize("sideways", [False, True])
def test_columns_as_the_sensor_has_them_are_coded(*, sideways: bool) -> None:
    """A picture that is turned has them as rows."""
    video = SimpleNamespace(coded_columns=0.5, sideways=sideways, codec="av1", coded_before=None)
    scene: Any = SimpleNamespace(of_kind=lambda _: [], code_unit=1.0, video=video, shared={})
    assert sampling_of(scene).coded == ((1, 0.5) if sideways else (0.5, 1))


@pytest.mark.parametrize(("coded", "refused"), [((0.5, 1), "horizontal"), ((1, 0.5), "vertical")])
def test_what_a_coder_left_out_across_columns_is_not_measured(
    coded: tuple[float, float], refused: str
) -> None:
    for direction in ("horizontal", "vertical"):
        try:
            PictureSamples(coded=coded).refuse(NAMED, direction)
        except GapError as gap:
            assert (gap.code, direction) == ("coded_narrower", refused)  # noqa: PT017
            assert gap.parameters["share"] == 50  # noqa: PT017
        else:
            assert direction != refused


# --- rows that are there twice


def pairs(begin: int, shift: float, rows: int = 40) -> NDArray[np.int16]:
    """Draw rows that are there twice, from row ``begin`` on, the second ``shift`` px off."""
    number = np.arange(rows)[:, None] + 2 - begin
    levels = np.random.default_rng(1).integers(0, 3000, rows)[number // 2]
    return (levels + 40 * np.arange(30) - np.rint(40 * shift) * (number % 2)).astype(np.int16)


@pytest.mark.parametrize("begin", [0, 1])
@pytest.mark.parametrize("top", [0, 1, 2, 3])
@pytest.mark.parametrize(("shift", "found"), [(0.5, 0.5), (-0.5, 0.5), (0.1, 0.0), (0.2, 0.2)])
def test_rows_that_are_there_twice_are_displaced_within_their_pair(
    begin: int, top: int, shift: float, found: float
) -> None:
    """Whichever rows of the picture begin a pair, and wherever the view begins."""
    drawn = pairs((begin + top) % 2, shift)
    assert sampling._within_pairs([seen(drawn, top)]) == pytest.approx(found)


def test_pairs_differ_by_the_mean_of_squares_and_by_their_slope() -> None:
    """Slope 4, the lower row of each pair 2 codes darker; a row that is left over is no pair."""
    luma = 4 * np.arange(10) - 2 * (np.arange(7)[:, None] % 2)
    assert sampling._apart(luma) == pytest.approx((4, -2 * 4 * 30, 4**2 * 30))


@pytest.mark.parametrize("top", [0, 1, 2, 3])
def test_steps_are_from_even_rows_of_the_picture_and_to_them(top: int) -> None:
    """Of a picture whose even rows begin pairs; where neither step is steep nothing counts."""
    number = np.arange(9) + top
    luma = np.repeat((30 * (number // 2)).astype(np.int16)[:, None], 5, axis=1)
    within, between = sampling._steps(luma, top, 20)
    assert set(within.tolist()) == {0}
    assert set(between.tolist()) == {30}
    assert len(within) == len(between) == (len(luma) - top % 2 - 1) // 2 * 5
    assert sampling._steps(luma, top, 30)[0].size == len(within)
    assert sampling._steps(luma, top, 31)[0].size == 0


@pytest.mark.parametrize(
    ("first", "second", "doubled"),
    [(10, 30, True), (30, 10, True), (15, 30, False), (20, 30, False), (30, 15, False)],
)
def test_rows_are_doubled_where_one_step_is_more_than_twice_the_other(
    first: int, second: int, *, doubled: bool
) -> None:
    steps = np.tile([first, second], 12)
    luma = np.append(0, np.cumsum(steps)).astype(np.int16)[:, None] + np.zeros((1, 40), np.int16)
    assert sampling._doubled([(luma, 0)], 20) is doubled
    assert sampling._doubled([(luma[:21], 0)], 20) is doubled, "400 px"
    assert sampling._doubled([(luma[:, :30], 0)], 20) is False, "360 px are too few"


def test_rows_are_doubled_where_more_than_four_fifths_of_the_edges_say_so() -> None:
    for alike, doubled in ((8, False), (9, True)):
        steps = [10, 30] * alike + [20, 30] * (10 - alike)
        luma = np.append(0, np.cumsum(steps)).astype(np.int16)[:, None] + np.zeros((1, 40), int)
        assert sampling._doubled([(luma, 0)], 20) is doubled


@pytest.mark.parametrize("found", [(True, False), (False, True), (False, False), (True, True)])
def test_every_second_row_is_no_sample_where_it_is_doubled_or_interpolated(
    found: tuple[bool, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in zip(("_doubled", "_interpolated"), found, strict=True):
        monkeypatch.setattr(sampling, name, lambda *_, value=value: value)
    assert sampling._halved([], 20) is any(found)


@pytest.mark.parametrize(("step", "edges"), [(20, 1), (19, 0), (-20, 1)])
def test_rows_bend_at_edges_of_so_many_codes(step: int, edges: int) -> None:
    rows = np.array([[0], [3], [step]], np.int16)
    counts, squares = sampling._bends(rows, 0, 20)
    assert counts.tolist() == [0, edges], "of the odd row"
    assert squares[1] == pytest.approx(edges * (3 - step / 2) ** 2)


def test_pairs_of_all_views_begin_with_the_same_rows_of_the_picture() -> None:
    views = [seen(pairs(top, 0.5), top) for top in (0, 1)]
    assert sampling._within_pairs(views) == pytest.approx(0.5)


@pytest.mark.parametrize(("stored", "wide"), [(np.uint8, np.int16), (np.uint16, np.int32)])
def test_codes_become_numbers_that_hold_eight_times_their_differences(
    stored: type, wide: type
) -> None:
    highest = np.array([[np.iinfo(stored).max >> (6 if stored is np.uint16 else 0)]], stored)
    found = sampling._signed(highest)
    assert found.dtype == wide
    assert found.tolist() == highest.tolist()


def test_doubled_rows_are_those_that_no_zoom_explains() -> None:
    doubled, zoomed = PictureSamples(down=0.5), PictureSamples(across=0.5, down=0.5, enlarged=2.0)
    both = PictureSamples(across=0.5, down=0.4, enlarged=2.0)
    for found, expected in ((doubled, (False, True)), (zoomed, (False, False)),
                            (both, (False, True)), (PictureSamples(), (False, False))):  # fmt: skip
        assert (found.doubled("horizontal"), found.doubled("vertical")) == expected
    with pytest.raises(GapError, match="doubled"):
        doubled.refuse(NAMED, "vertical")
    zoomed.refuse(NAMED, "vertical")


@pytest.mark.parametrize("top", [0, 1, 2, 3])
def test_bends_are_counted_of_even_and_odd_rows_of_the_picture(top: int) -> None:
    """Odd rows are the mean of their neighbours; even ones are off theirs by 10."""
    even = np.cumsum([0, 30, 70] * 2)
    whole = np.interp(np.arange(11), np.arange(0, 11, 2), even[:6])
    odd_first = np.concatenate([[-15.0], whole])
    rows = whole if top % 2 == 0 else odd_first
    luma = np.repeat(rows.astype(np.int16)[:, None], 4, axis=1)
    counts, squares = sampling._bends(luma, top, 20)
    bent = [(rows[n + 1] - (rows[n] + rows[n + 2]) / 2) ** 2 for n in range(len(rows) - 2)]
    steep = [abs(rows[n + 2] - rows[n]) >= 20 for n in range(len(rows) - 2)]
    for parity in (0, 1):
        mine = [n for n in range(len(bent)) if (n + 1 + top) % 2 == parity and steep[n]]
        assert counts[parity] == 4 * len(mine)
        assert squares[parity] == pytest.approx(4 * sum(bent[n] for n in mine))
    assert squares[1] == 0 < squares[0]


@pytest.mark.parametrize(
    ("counts", "bends", "found"),
    [
        ((1000, 400), (20, 100), True),
        ((400, 1000), (100, 20), True),
        ((1000, 400), (31, 100), False),
        ((1000, 399), (20, 100), False),
    ],
)
def test_rows_lie_between_others_where_they_bend_least_by_the_pixel(
    counts: tuple[int, int], bends: tuple[int, int], monkeypatch: pytest.MonkeyPatch, *, found: bool
) -> None:
    """Less than 0.3 of what the other rows bend, squared, of 400 px each."""
    assert ENOUGH == 400
    known = np.array([counts, np.multiply(counts, bends)], float)
    monkeypatch.setattr(sampling, "_bends", lambda *_: known)
    assert sampling._interpolated([(np.zeros((3, 3), np.int16), 0)], 20) is found


# --- enlargement


@pytest.mark.parametrize(
    ("factors", "found"),
    [((1.5, 1.53), math.sqrt(1.5 * 1.53)), ((1.56, 1.5), 1.0), ((1.5, 1.56), 1.0)],
)
def test_a_zoom_is_alike_both_ways_and_its_mean_is_taken(
    factors: tuple[float, float], found: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    given = iter(factors)
    monkeypatch.setattr(enlargement, "_factor", lambda *_, **__: next(given))
    noise = np.random.default_rng(1).normal(100, 3, (2, 40, 40))
    assert enlargement.enlargement([seen(noise)]) == pytest.approx(found)


@pytest.mark.parametrize("factor", [1.2, 1.4])
def test_noise_that_was_enlarged_a_little_tells_by_how_much(factor: float) -> None:
    side = round(128 / factor)
    small = np.random.default_rng(3).standard_normal((8, side, side)) * 3
    large = [cv2.resize(frame, (128, 128), interpolation=cv2.INTER_CUBIC) for frame in small]
    luma = np.rint(120 + np.array(large)).astype(np.uint8)
    assert enlargement.enlargement([seen(luma)]) == pytest.approx(128 / side, rel=0.02)


@pytest.mark.parametrize(
    ("shape", "sigma", "some"),
    [((2, 32, 32), 3, True), ((1, 32, 32), 3, False), ((2, 31, 40), 3, False),
     ((2, 40, 31), 3, False), ((2, 32, 32), 0, False)],
)  # fmt: skip
def test_noise_is_that_of_two_frames_of_24_px_inside_their_border(
    shape: tuple[int, int, int], sigma: float, *, some: bool
) -> None:
    frames = 100 + sigma * np.random.default_rng(1).standard_normal(shape)
    noise = enlargement._noise(seen(frames))
    assert (noise is not None) is some
    if noise is not None:
        assert noise.shape == (2, 24, 24)
        assert noise.sum(axis=0) == pytest.approx(np.zeros((24, 24)), abs=1e-9)


@pytest.mark.parametrize(
    ("halved", "noise", "bars", "expected"),
    [
        ((False, False), 1.0, 1.6, (1 / 1.6, 1 / 1.6, 1.6)),
        ((False, False), 2.0, 1.6, (0.5, 0.5, 2.0)),
        ((True, False), 1.0, 1.6, (1.0, 0.5, 1.0)),
        ((False, True), 1.0, 1.6, (0.5, 1.0, 1.0)),
        ((True, False), 1.5, 1.6, (1 / 1.5, 0.5, 1.5)),
    ],
)
def test_bars_are_asked_for_a_zoom_where_neither_noise_nor_rows_tell_of_one(
    halved: tuple[bool, bool], noise: float, bars: float, expected: tuple[float, float, float],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    """Down and across."""
    given, looked = iter(halved), []
    for name, stand_in in {
        "_halved": lambda ways, steep: looked.append((*ways[0], steep)) or next(given),
        "enlargement_of": lambda _: noise,
        "_shift": lambda _: 0.3,
        "_within_pairs": lambda _: 0.7,
    }.items():
        monkeypatch.setattr(sampling, name, stand_in)
    monkeypatch.setattr(bar_images, "factor", lambda _: bars)
    still = SimpleNamespace(luma=np.zeros((1, 8, 6), np.uint8), box=(3, 5, 6, 8))
    kinds: dict[str, list[Any]] = {"edge": [still], "wedge": []}
    video = SimpleNamespace(coded_columns=1.0, sideways=False)
    scene: Any = SimpleNamespace(of_kind=kinds.__getitem__, code_unit=4.0, video=video)
    found = sampling_of(scene)
    assert found.shift == (0.7 if halved[0] else 0.3), "of doubled rows within their pairs"
    assert (found.across, found.down, found.enlarged) == pytest.approx(expected)
    expected_ways = [((8, 6), 5, 80), ((6, 8), 3, 80)]
    assert [(way.shape, first, steep) for way, first, steep in looked] == expected_ways


@pytest.mark.parametrize(
    ("codec", "before", "quantisers", "coded"),
    [
        ("h264", None, (-12.0, 4.0), True),
        ("h264", None, (0.0, 0.0), False),
        ("ffv1", None, (None, None), False),
        ("ffv1", "a coder", (None, None), True),
        ("mjpeg", None, (None, None), True),
    ],
)
def test_enlargement_is_looked_for_once_in_plain_regions_at_rest_coded_or_not(
    codec: str, before: str | None, quantisers: tuple[float | None, float | None],
    monkeypatch: pytest.MonkeyPatch, *, coded: bool,
) -> None:  # fmt: skip
    """Resolution and geometry ask; one region that a coder has changed is enough."""
    still = [SimpleNamespace(stable=True, quantiser=quantiser) for quantiser in quantisers]
    moving = SimpleNamespace(stable=False, quantiser=30.0)
    asked: list[object] = []
    monkeypatch.setattr(
        enlargement, "enlargement", lambda views, *, coded: asked.append((views, coded)) or 1.5
    )
    scene: Any = SimpleNamespace(
        of_kind={"flat": [*still, moving]}.__getitem__,
        video=SimpleNamespace(codec=codec, coded_before=before),
        shared={},
    )
    assert [enlargement.enlargement_of(scene) for _ in range(2)] == [1.5, 1.5]
    assert asked == [(still, coded)]


@pytest.mark.parametrize("kernel", [cv2.INTER_AREA, cv2.INTER_LINEAR, cv2.INTER_CUBIC])
@pytest.mark.parametrize("side", [154, 171, 180])
@pytest.mark.parametrize("blur", [0.3, 0.5, 0.8])
def test_noise_that_was_made_smaller_is_no_zoom(side: int, blur: float, kernel: int) -> None:
    """It repeats as that of a zoom by 1.25, 1.5 or 1.66; wedges were capped there."""
    large = np.random.default_rng(4).standard_normal((8, side, side))
    smooth = [cv2.GaussianBlur(frame, (0, 0), blur) for frame in large]
    small = [
        cv2.resize(frame / frame.std() * 5, (128, 128), interpolation=kernel) for frame in smooth
    ]
    assert enlargement.enlargement([seen(np.rint(120 + np.array(small)))]) == 1


@pytest.mark.parametrize("shape", [(128, 85), (85, 128)])
def test_noise_that_was_stretched_one_way_is_no_zoom(shape: tuple[int, int]) -> None:
    small = np.random.default_rng(3).standard_normal((8, *shape)) * 3
    large = [cv2.resize(frame, (128, 128), interpolation=cv2.INTER_CUBIC) for frame in small]
    assert enlargement.enlargement([seen(120 + np.array(large))]) == 1


def test_noise_is_that_of_eight_frames_of_128_px_each_about_its_own_mean() -> None:
    frames = np.random.default_rng(1).standard_normal((10, 140, 150)) + np.arange(10)[:, None, None]
    found = enlargement._noise(seen(frames))
    assert found is not None
    assert found.shape == (8, 128, 128)
    assert found.mean(axis=(1, 2)) == pytest.approx(np.zeros(8), abs=1e-12)


@pytest.mark.parametrize(("square", "some"), [(0.03, True), (0.015, False)])
def test_noise_of_less_than_a_fiftieth_of_a_square_code_is_none(
    square: float, *, some: bool
) -> None:
    board = 1.0 - 2 * (np.add.outer(np.arange(32), np.arange(32)) % 2)
    frames = 100 + math.sqrt(square) * np.array([board, -board])
    assert (enlargement._noise(seen(frames)) is not None) is some


@pytest.mark.parametrize("size", [1.0, 10.0])
def test_the_power_of_a_wave_is_a_third_of_its_length_and_of_noise_about_one(size: float) -> None:
    """A raised cosine leaves a quarter of the wave's sum, and 3 / 16 of its squares."""
    at = int(np.argmin(np.abs(enlargement.PERIODS - 0.3)))
    wave = size * np.cos(2 * np.pi * enlargement.PERIODS[at] * np.arange(300))
    assert enlargement._power(wave)[at] == pytest.approx(100, rel=0.01)
    noise = size * np.random.default_rng(1).standard_normal((20, 100))
    assert np.mean([enlargement._power(row) for row in noise]) == pytest.approx(1, rel=0.1)
    assert not enlargement._power(np.ones(20)).any()


def test_a_picture_of_which_nothing_is_known_has_all_its_samples() -> None:
    plain, half = PictureSamples(), PictureSamples(across=0.5, down=0.8)
    assert [plain.of(direction) for direction in ("horizontal", "vertical")] == [1, 1]
    assert (plain.shift, plain.enlarged) == (0, 1)
    assert [half.of(direction) for direction in ("horizontal", "vertical")] == [0.5, 0.8]


def test_a_views_first_row_counts_and_not_its_width() -> None:
    odd = (np.arange(12)[:, None] + 1) % 2
    luma = (8 * np.arange(1, 21) - 4 * odd).astype(np.uint8)
    found = sampling._shifts(seen(np.repeat(luma[None], 3, axis=0), 1))
    assert found == [pytest.approx((0.5, 8**2 * 10 * 20))] * 3


def test_shifts_are_of_eight_frames_from_the_first_to_the_last() -> None:
    odd = np.arange(12)[:, None] % 2
    frames = [(100 * np.arange(1, 21) - 10 * number * odd).astype(np.int16) for number in range(10)]
    found = [shift for shift, _ in sampling._shifts(seen(np.array(frames).astype(np.uint16)))]
    assert len(found) == 8
    assert (found[0], found[-1]) == pytest.approx((0, 0.9), abs=1e-9)


def test_likeness_is_told_column_by_column_over_frames_and_rows() -> None:
    noise = np.random.default_rng(1).standard_normal((3, 5, 7))
    variance, covariance = enlargement._alike(noise)
    columns = noise.transpose(2, 0, 1).reshape(7, 15)
    assert variance == pytest.approx([column @ column / 15 for column in columns])
    pairs = zip(columns[1:], columns[:-1], strict=True)
    assert covariance == pytest.approx([one @ other / 15 for one, other in pairs])


@pytest.mark.parametrize(
    ("peak", "frequency", "likeness", "factor"),
    [
        (3.1, 1 / 3, 0.47, 1.5),
        (2.9, 1 / 3, 0.47, 1.0),
        (3.1, 1 / 3, 0.8, 3.0),
        (3.1, 1 / 6, 0.9, 6.0),
        (3.1, 1 / 4, 0.85, 4.0),
        (3.1, 0.5, 0.66, 2.0),
        (3.1, 0.4, 0.75, 2.5),
        (3.1, 0.4, 0.74, 2.5),
        (3.1, 0.45, 0.2, 1.0),
    ],
)
def test_a_factor_is_one_that_both_period_and_likeness_tell(
    peak: float, frequency: float, likeness: float, factor: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Noise that repeats every 3 px is enlarged 1.5 or 3 times; by the likeness it is one."""
    at = int(np.argmin(np.abs(enlargement.PERIODS - frequency)))
    power = peak * (np.arange(enlargement.PERIODS.size) == at)
    monkeypatch.setattr(enlargement, "_power", lambda _: power)
    monkeypatch.setattr(enlargement, "_depth", lambda *_: (0.1, 0.1))
    random = np.random.default_rng(2).standard_normal((4, 60, 120))
    for column in range(1, 120):
        fresh = math.sqrt(1 - likeness**2) * random[..., column]
        random[..., column] = likeness * random[..., column - 1] + fresh
    assert enlargement._factor([random], coded=False) == pytest.approx(factor, rel=0.01)


@pytest.mark.parametrize(("off", "of_blocks"), [(0.008, True), (0.012, False)])
def test_noise_repeats_with_blocks_within_a_hundredth_of_a_cycle(
    off: float, *, of_blocks: bool
) -> None:
    for side in (-1, 1):
        assert enlargement._of_blocks(0.375 + side * off) is of_blocks

"""Black bars beside a picture are found, and a dark room or a shelf is none."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from acceptance.scene import black_bars, build

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLACK = 16
ROWS, COLUMNS = 180, 320


def picture(unit: int = 1, seed: int = 1) -> NDArray[np.integer]:
    """Draw a noisy grey picture of 180 x 320."""
    noise = np.random.default_rng(seed).normal(60, 3, (ROWS, COLUMNS))
    return np.asarray(np.rint(unit * noise), np.uint16)


def barred(
    above: int = 0, below: int = 0, left: int = 0, right: int = 0, code: int = BLACK
) -> list[NDArray[np.integer]]:
    """Draw three frames of a noisy picture between bars."""
    sides = ((above, below), (left, right))
    return [np.pad(picture(seed=seed), sides, constant_values=code) for seed in range(3)]


def shown(frames: list[NDArray[np.integer]], unit: int = 1) -> black_bars.Pixels:
    """Return where the picture lies."""
    return black_bars.between(black_bars.found(frames, unit), frames[0].shape)


def written(frame: NDArray[np.integer], rows: slice, columns: slice) -> None:
    """Write letters, bright and black in turn, into a frame."""
    frame[rows, columns] = np.where(np.indices(frame.shape)[1] % 5 < 2, 235, BLACK)[rows, columns]


@pytest.mark.parametrize("unit", [1, 4])
@pytest.mark.parametrize("black", [0, BLACK])
@pytest.mark.parametrize(("above", "beside"), [(0, 0), (12, 0), (0, 20), (0, 9), (5, 0)])
def test_the_picture_lies_between_its_bars(unit: int, black: int, above: int, beside: int) -> None:
    """At the black of either range, whichever the stream states."""
    bars = ((above, above), (beside, beside))
    seen = np.pad(picture(unit), bars, constant_values=black * unit)
    assert shown([seen], unit) == (beside, above, COLUMNS, ROWS)


@pytest.mark.parametrize("both", [False, True])
def test_a_clock_written_into_a_bar_does_not_end_it(both: bool) -> None:  # noqa: FBT001
    frames = barred(above=30, below=30)
    for number, frame in enumerate(frames):
        written(frame, slice(8, 18), slice(10, 100 + number))
        if both:
            written(frame, slice(-20, -10), slice(200, 310))
    assert shown(frames) == (0, 30, COLUMNS, ROWS)


def test_writing_across_most_of_a_bar_leaves_the_picture_whole() -> None:
    frames = barred(above=30, below=30)
    for frame in frames:
        written(frame, slice(8, 18), slice(10, 300))
    assert shown(frames) == (0, 0, COLUMNS, ROWS + 60)


@pytest.mark.parametrize("code", [0, BLACK, 17])
@pytest.mark.parametrize("side", ["above", "below", "left", "right"])
def test_a_dark_shelf_on_one_side_moves_nothing_but_is_said(side: str, code: int) -> None:
    frames = barred(**{side: 37}, code=code)
    rows, columns = frames[0].shape
    assert sorted(black_bars.found(frames, 1)[:4]) == [0, 0, 0, 37]
    assert shown(frames) == (0, 0, columns, rows)


def test_strips_of_unlike_width_move_nothing() -> None:
    assert shown(barred(above=30, below=20)) == (0, 0, COLUMNS, ROWS + 50)
    assert shown(barred(above=30, below=28)) == (0, 30, COLUMNS, ROWS)


def test_what_is_dark_but_has_noise_or_changes_is_no_bar() -> None:
    random = np.random.default_rng(2)
    noisy = barred(above=30, below=30)
    for frame in noisy:
        frame[:30], frame[-30:] = random.integers(BLACK - 2, BLACK + 3, (2, 30, COLUMNS))
    assert black_bars.found(noisy, 1) == black_bars.NONE
    changing = barred(above=30, below=30)
    changing[1][:30], changing[1][-30:] = BLACK + 3, BLACK + 3
    assert black_bars.found(changing, 1) == black_bars.NONE
    assert black_bars.found(barred(above=30, below=30, code=22), 1) == black_bars.NONE


def test_a_coders_code_more_or_less_leaves_a_bar() -> None:
    random = np.random.default_rng(3)
    frames = barred(above=30, below=30)
    for frame in frames:
        frame[:30], frame[-30:] = random.integers(BLACK - 1, BLACK + 2, (2, 30, COLUMNS))
    assert shown(frames) == (0, 30, COLUMNS, ROWS)


def test_rows_of_a_bar_that_a_coder_blurred_are_still_its_own() -> None:
    """A few codes of the picture's detail leak into them."""
    random = np.random.default_rng(4)
    frames = barred(above=30, below=30)
    for frame in frames:
        frame[25:30], frame[-30:-23] = (
            random.integers(BLACK - 3, BLACK + 6, (rows, COLUMNS)) for rows in (5, 7)
        )
    assert shown(frames) == (0, 30, COLUMNS, ROWS)


def test_dim_rows_of_the_picture_are_no_blurred_bar() -> None:
    """On one side alone they undid the pair; on both, they would pass for bars blurred."""
    random = np.random.default_rng(5)
    frames = [np.pad(np.full((476, 720), 120), ((50, 50), (0, 0)), constant_values=BLACK)] * 3
    frames = [frame.copy() for frame in frames]
    for frame in frames:
        frame[50:56] = random.integers(19, 23, (6, 720))
    assert shown(frames) == (0, 50, 720, 476)
    for frame in frames:
        frame[-70:-50] = BLACK
    assert shown(frames) == (0, 0, 720, 576), "unlike all the same"


def room(chart: slice, columns: slice, lamp: bool = False) -> list[NDArray[np.uint8]]:  # noqa: FBT001,FBT002
    """Draw a chart in a dark room without noise, with a lamp at the right or without."""
    seen = np.full((200, 300), BLACK, np.uint8)
    seen[chart, columns] = 150
    if lamp:
        seen[90:110, -8:] = 200
    return [seen]


def test_a_dark_room_round_a_chart_is_no_bar() -> None:
    """Its rows are black, too; but where the chart begins, most of the row is black still."""
    assert black_bars.found(room(slice(60, 140), slice(80, 220)), 1) == black_bars.NONE


@pytest.mark.parametrize("rows", [slice(60, 140), slice(40, 160)])
@pytest.mark.parametrize(
    "columns",
    [slice(60, 240), slice(30, 270), slice(15, 285), slice(0, 240), slice(0, 180), slice(100, 300)],
)
@pytest.mark.parametrize("lamp", [False, True])
def test_a_room_that_a_chart_nearly_fills_moves_nothing_but_is_said(
    rows: slice,
    columns: slice,
    lamp: bool,  # noqa: FBT001
) -> None:
    """Of charts 60, 80 and 90 % wide, in the middle and at one side."""
    frames = room(rows, columns, lamp)
    assert shown(frames) == (0, 0, 300, 200)
    assert black_bars.found(frames, 1)[:4] != (0, 0, 0, 0)


def test_a_chart_all_across_a_room_moves_nothing_where_it_is_located_or_low() -> None:
    wide = black_bars.found(room(slice(40, 160), slice(0, 300)), 1)
    outline = [(-2.0, 40.5), (301.0, 40.1), (302.0, 159.8), (-2.0, 160.3)]
    assert black_bars.between(wide, (200, 300)) == (0, 40, 300, 120), "as a picture between bars"
    assert black_bars.between(wide, (200, 300), outline) == (0, 0, 300, 200)
    inside = [(x, 100 + 0.9 * (y - 100)) for x, y in outline]
    assert black_bars.between(wide, (200, 300), inside) == (0, 40, 300, 120)
    assert shown(room(slice(60, 140), slice(0, 300))) == (0, 0, 300, 200)
    assert shown([frame.T for frame in room(slice(40, 160), slice(0, 300))]) == (40, 0, 120, 300)


def test_bars_on_all_sides_move_nothing_but_are_said() -> None:
    frames = barred(above=5, below=5, left=9, right=9)
    assert black_bars.found(frames, 1)[:4] == (9, 5, 9, 5)
    assert shown(frames) == (0, 0, COLUMNS + 18, ROWS + 10)


@pytest.mark.parametrize("code", [BLACK, 100])
def test_a_picture_of_one_code_has_no_bars(code: int) -> None:
    assert black_bars.found([np.full((40, 60), code, np.uint8)], 1) == black_bars.NONE


@pytest.mark.parametrize(
    ("bars", "said"),
    [
        ((0, 0, 0, 0), []),
        ((0, 30, 0, 30), ["black_bars"]),
        ((0, 30, 0, 0), ["black_bar_alone"]),
        ((8, 30, 8, 0), ["black_bars", "black_bar_alone"]),
        ((8, 30, 8, 30), ["black_bar_alone"]),
        ((0, 70, 0, 70), ["black_bar_alone"]),
        ((0, 30, 0, 30, True, False), ["black_bar_alone"]),
    ],
)
def test_bars_are_said_wherever_a_region_is_measured(
    bars: tuple[int, ...], said: list[str]
) -> None:
    """Also of regions by hand, without a chart."""
    scene: Any = barred_scene(black_bars.Bars(*bars))
    assert [note.reason.code for note in build.barred_notes(scene)] == said
    scene.views = {}
    assert not list(build.barred_notes(scene))


def barred_scene(bars: black_bars.Bars) -> SimpleNamespace:
    """Make a scene of a region by hand in a picture with bars."""
    return SimpleNamespace(
        bars=bars,
        shown=black_bars.between(bars, (240, 336)),
        views={"centre.edge": None},
        located=(),
        reference=SimpleNamespace(luma=np.zeros((240, 336), np.uint8)),
        shot=SimpleNamespace(id="s", subject="c"),
    )

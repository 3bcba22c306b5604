"""Black bars beside a picture are found, and a dark room is none."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.scene import black_bars

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLACK = 16


def picture(unit: int = 1) -> NDArray[np.integer]:
    """Draw a noisy grey picture of 90 x 160."""
    noise = np.random.default_rng(1).normal(60, 3, (90, 160))
    return np.asarray(np.rint(unit * noise), np.uint16)


@pytest.mark.parametrize("unit", [1, 4])
@pytest.mark.parametrize(("above", "beside"), [(0, 0), (12, 0), (0, 20), (5, 9)])
def test_the_picture_lies_between_its_bars(unit: int, above: int, beside: int) -> None:
    bars = ((above, above), (beside, beside))
    seen = np.pad(picture(unit), bars, constant_values=BLACK * unit)
    shown = black_bars.shown(seen, BLACK * unit, unit)
    assert shown == (beside, above, 160, 90)


def test_a_bar_on_one_side_alone_moves_the_middle() -> None:
    seen = np.pad(picture(), ((30, 0), (0, 0)), constant_values=BLACK)
    assert black_bars.shown(seen, BLACK, 1) == (0, 30, 160, 90)


def test_a_dark_room_round_a_chart_is_no_bar() -> None:
    """Its rows are black, too; but where the chart begins, most of the row is black still."""
    room = np.full((200, 300), BLACK, np.uint8)
    room[60:140, 80:220] = 150
    assert black_bars.shown(room, BLACK, 1) == (0, 0, 300, 200)


@pytest.mark.parametrize("code", [BLACK, 100])
def test_a_picture_of_one_code_has_no_bars(code: int) -> None:
    plain = np.full((40, 60), code, np.uint8)
    assert black_bars.shown(plain, BLACK, 1) == (0, 0, 60, 40)


def test_noise_above_black_is_no_bar() -> None:
    dark = np.random.default_rng(2).integers(BLACK, BLACK + 9, (20, 160)).astype(np.uint16)
    assert black_bars.shown(np.vstack([dark, picture()]), BLACK, 1) == (0, 0, 160, 110)

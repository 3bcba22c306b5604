"""Pictures that were coded before they were stored show it by steps at the borders of blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.scene import earlier_coder

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Array = NDArray[np.float64]


def wall(noise: float = 1.0) -> Array:
    """Return a picture of a lit wall with a door: slopes, an edge and noise."""
    down, across = np.indices((256, 320), np.float64)
    door = 40.0 * ((across > 101) & (across < 181) & (down > 50))
    random = np.random.default_rng(4)
    return 90 + 0.08 * across + 0.05 * down + door + noise * random.standard_normal(door.shape)


def blocks(picture: Array) -> Array:
    """Leave the mean of each block of 8 x 8, as a coarse coder does."""
    means = picture.reshape(32, 8, 40, 8).mean(axis=(1, 3))
    return np.asarray(np.kron(means, np.ones((8, 8))))


def seen(picture: Array, quantiser: float = 0.0) -> bool:
    return earlier_coder.seen(np.rint(picture).astype(np.uint8), quantiser=quantiser)


@pytest.mark.parametrize("noise", [0.0, 0.3, 1.0, 3.0])
def test_a_picture_that_no_coder_has_seen_shows_no_blocks(noise: float) -> None:
    assert not seen(wall(noise))


@pytest.mark.parametrize("noise", [1.0, 3.0])
def test_a_picture_of_whose_blocks_the_means_are_left_was_coded_before(noise: float) -> None:
    assert seen(blocks(wall(noise)))
    ten_bits = np.rint(4 * blocks(wall(noise))).astype(np.uint16)
    assert earlier_coder.seen(ten_bits, 4)


def test_columns_that_repeat_every_8_px_are_a_sensor_s_and_no_coder_s() -> None:
    columns = np.tile([0, 0, 1.5, 0, 0, 0, -1.5, 1.0], 40)
    assert not seen(wall(0.3) + columns)


@pytest.mark.parametrize("factor", [2, 4])
def test_a_picture_whose_pixels_stand_there_twice_or_four_times_was_not_coded(factor: int) -> None:
    small = wall()[: 256 // factor, : 320 // factor]
    assert not seen(np.kron(small, np.ones((factor, factor))))


def test_blocks_that_the_coder_itself_may_have_left_tell_of_no_other() -> None:
    """Means of blocks step by up to 2 codes here: as a step of 12 codes may leave them."""
    picture = blocks(wall(6.0))
    assert seen(picture, 1.0)
    assert not seen(picture, 40.0)

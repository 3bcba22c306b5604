"""Standard errors of patches hold where neighbouring pixels share their noise."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from acceptance.metrics.colour.noise_alike import beyond_blocks
from acceptance.scene.blocks import standard_error

if TYPE_CHECKING:
    from collections.abc import Callable

    from numpy.typing import NDArray

    Made = Callable[[NDArray[np.float64]], NDArray[np.float64]]

PATCHES, FRAMES, CHARTS = 24, 8, 12


def smoothed(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    return cv2.GaussianBlur(noise, (0, 0), 0.8)


def zoomed(noise: NDArray[np.float64]) -> NDArray[np.float64]:
    return cv2.resize(noise[:40, :40], (60, 60), interpolation=cv2.INTER_LINEAR)


@pytest.mark.parametrize("made", [smoothed, zoomed, np.asarray])
@pytest.mark.parametrize("side", [11, 20])
def test_the_standard_error_of_a_mean_is_that_of_its_scatter(made: Made, side: int) -> None:
    """Within 15 %, which 288 means tell to 4 %; without the factor 11 px miss a quarter."""
    random = np.random.default_rng(8)
    factors, squares, off = [], [], []
    for _ in range(CHARTS):
        patches = [
            np.stack([made(random.standard_normal((60, 60))) for _ in range(FRAMES)])
            for _ in range(PATCHES)
        ]
        cores = [np.rint(100 + 4 * each[:, 20 : 20 + side, 20 : 20 + side]) for each in patches]
        factors.append(beyond_blocks(cores))
        squares += [standard_error(core.mean(axis=0)) ** 2 for core in cores]
        off += [core.mean() - 100 for core in cores]
    stated = np.mean(factors) * np.sqrt(np.mean(squares))
    assert stated == pytest.approx(np.sqrt(np.mean(np.square(off))), rel=0.15)


def test_a_lamp_that_flickers_and_a_still_are_left_out() -> None:
    random = np.random.default_rng(9)
    noise = random.standard_normal((PATCHES, FRAMES, 20, 20))
    lit = noise + 20 * np.sin(np.arange(FRAMES))[:, None, None]
    assert beyond_blocks([*lit]) == pytest.approx(beyond_blocks([*noise]))
    assert beyond_blocks([*noise[:, :1]]) == 1
    assert beyond_blocks([np.full((FRAMES, 20, 20), 90.0)]) == 1
    assert beyond_blocks([]) == 1

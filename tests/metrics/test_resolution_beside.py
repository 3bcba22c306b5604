"""Edges of plain objects under a curve that is not the assumed one: U holds what they differ by."""

from __future__ import annotations

import math
import tempfile
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy.special import ndtr

from acceptance.footage import encode
from acceptance.metrics import resolution
from acceptance.model import Measurement, Shot
from acceptance.scene import build

if TYPE_CHECKING:
    from numpy.typing import NDArray

BLUR = 0.75
TRUE = math.sqrt(math.log(2) / 2) / math.pi / BLUR
LEVELS = (0.08, 0.35, 0.85)  # light left of a bar, on it and right of it
SIZE = 120  # px between the bar's sides


def bar(contrast: float) -> NDArray[np.uint8]:
    """Draw a bar between unlike levels by BT.709, its signal bent by an S of this contrast."""
    y, x = np.arange(160.0)[:, None], np.arange(360.0)
    across = x - 120 - 0.1 * y
    first, second = (ndtr(across / BLUR), ndtr((across - SIZE) / BLUR))
    light = LEVELS[0] + (LEVELS[1] - LEVELS[0]) * first + (LEVELS[2] - LEVELS[1]) * second
    signal = 1.099 * light**0.45 - 0.099
    bent = signal + contrast * np.sin(2 * np.pi * signal) / (2 * np.pi)
    return np.rint(16 + 219 * bent).astype(np.uint8)


def measured(contrast: float) -> list[Measurement]:
    """Measure both sides of the bar without a chart."""
    with tempfile.TemporaryDirectory() as folder:
        encode.write(Path(folder) / "bar.mkv", [bar(contrast)] * 2, codec="ffv1")
        regions = {"edge1": (80.0, 20.0, 90.0, 120.0), "edge2": (200.0, 20.0, 90.0, 120.0)}
        shot = Shot(id="s", subject="c", clip="bar.mkv", regions=regions)
        seen = build.look(shot, Path(folder))
        found = list(resolution.measure(seen))
    return [
        item
        for item in found
        if isinstance(item, Measurement) and item.quantity == "resolution.mtf50"
    ]


@pytest.mark.film
@pytest.mark.parametrize("contrast", [0.0, 0.3, -0.3, 0.6])
def test_both_sides_of_a_bar_hold_the_truth_whatever_the_curve(contrast: float) -> None:
    """The contrast of a camera is not in its stream; BT.709 is assumed."""
    both = measured(contrast)
    assert len(both) == 2
    for figure in both:
        assert abs(figure.value - TRUE) <= figure.expanded


@pytest.mark.film
def test_a_picture_without_noise_has_its_rounding_in_u() -> None:
    """Nothing dithers its codes; noise of half a code would."""
    for figure in measured(0.0):
        lines = {line.source: line.contribution / figure.value for line in figure.budget}
        assert 0.005 < lines["quantisation"] < 0.03


@pytest.mark.film
def test_a_curve_that_the_stream_does_not_state_is_a_larger_doubt() -> None:
    """Pictures that state none are common."""
    with tempfile.TemporaryDirectory() as folder:
        encode.write(Path(folder) / "bar.mkv", [bar(0.0)] * 2, codec="ffv1")
        shot = Shot(id="s", subject="c", clip="bar.mkv", regions={"edge1": (80, 20, 90, 120)})
        seen = build.look(shot, Path(folder))
    assumed = replace(seen, video=replace(seen.video, assumed=("transfer",)))
    assert (seen.tone_doubt, assumed.tone_doubt) == (0.1, 0.25)

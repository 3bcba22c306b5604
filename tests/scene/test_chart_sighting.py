"""Whether a chart is seen well enough, said of pictures whose truth is known."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition
from acceptance.footage import clip
from acceptance.scene.chart_sighting import Sighting, sighting
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from pathlib import Path

CHART = definition.load("acceptance")
CAMERA = Camera(noise=0.004, crf=15, seed=5, share=0.7)


def seen(path: Path, **changes: Any) -> Sighting:
    """Film the chart for a moment, and look at the first picture."""
    films.film_chart(replace(CAMERA, **changes), CHART, path, 0.04)
    frame = next(iter(clip.open_clip(path).frames()))
    return sighting(frame.luma, [CHART])


@pytest.mark.film
@pytest.mark.parametrize(
    ("changes", "troubles"),
    [
        ({}, ()),
        ({"share": 0.25}, ("too_small",)),
        slow({"pan": 30.0}, ("tilted",)),
        slow({"roll": 20.0, "share": 0.5}, ("turned",)),
        ({"blur": 4.0}, ("blurred",)),
        slow({"white": 2.5}, ("clipped",)),
        slow({"offset": (300.0, 0.0)}, ("cut_off",)),
    ],
)
def test_what_is_wrong_with_a_chart_in_the_picture_is_named(
    changes: dict[str, Any], troubles: tuple[str, ...], tmp_path: Path
) -> None:
    found = seen(tmp_path / "chart.mp4", **changes)
    assert found.chart == "acceptance"
    assert found.troubles == troubles


def test_a_picture_without_a_chart_has_none() -> None:
    assert sighting(np.full((360, 640), 90, np.uint8), [CHART]) == Sighting(chart="")

"""Shading: the fall-off and the tint of a lens come back from a flat field, or a reason why not."""

from __future__ import annotations

import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest
from intervals import fewest

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import shading
from acceptance.model import Condition, Measurement, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Callable

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import fields as drawn
import scenes

CAMERA = Camera(width=320, height=180, crf=0, black=0.0, noise=0.005)


def figures(scene: build.Scene) -> dict[str, Measurement]:
    return outcomes.figures(shading.measure(scene))


def reasons(scene: build.Scene) -> dict[str, str]:
    return outcomes.reasons(shading.measure(scene))


def lines(item: Measurement) -> dict[str, float]:
    return outcomes.contributions(item.budget)


def test_the_truth_lies_within_u_without_a_coder_and_through_one() -> None:
    random = np.random.default_rng(3)
    readings = [reading for _ in range(12) for reading in drawn.recorded(random)]
    readings += [reading for _ in range(3) for reading in drawn.coded(random)]
    inside = sum(abs(reading.off) <= reading.expanded for reading in readings)
    assert len(readings) >= 26
    assert inside >= fewest(len(readings))


def test_even_light_leaves_little_and_no_statement_leaves_the_doubt_of_any_light() -> None:
    """A lens that loses 30 % in the corner; the light is stated to 0.5 %, then not at all."""
    camera = replace(CAMERA, vignetting=0.3, colour_shading=(0.06, -0.04))
    stated = (Condition(name=shading.EVENNESS, value=0.5, unit="%"),)
    known, unknown = (figures(drawn.looked(camera, 0.6, 0.4, given)) for given in (stated, ()))
    truths = drawn.truths(camera)
    for quantity, bar in (("shading.luma", 0.6), ("shading.colour", 0.3)):
        assert known[quantity].value == pytest.approx(truths[quantity], abs=bar)
    half, whole = 0.005 / 2, 0.1 / 2  # light of 1 - e / 2 to 1 + e / 2
    more = (2 * whole / (1 - whole)) / (2 * half / (1 - half))
    assert lines(unknown["shading.luma"])["lighting"] == pytest.approx(
        more * lines(known["shading.luma"])["lighting"]
    )


def test_light_from_a_side_that_nobody_states_is_seen_and_is_doubt() -> None:
    """Twice as much light at the right as at the left: no lens's axis lies beside the picture."""
    camera = replace(CAMERA, vignetting=0.2, gradient=(2.0, 1.0), white=0.6)
    found = figures(drawn.looked(camera, 0.6, 0.2))["shading.luma"]
    truth = drawn.truths(camera)["shading.luma"]
    assert found.value > truth + 20
    assert abs(found.value - truth) <= found.expanded


def test_a_patch_of_glare_on_the_field_is_no_shading_and_a_large_one_is_no_field() -> None:
    camera = replace(CAMERA, vignetting=0.2)
    y, x = np.indices((180, 320))
    shown = np.where(np.hypot(x - 250, y - 40) < 16, 1.0, 0.5).astype(np.float32)
    found = figures(drawn.looked(camera, shown, 0.2))["shading.luma"]
    assert found.value == pytest.approx(drawn.truths(camera)["shading.luma"], abs=0.5)
    assert int(found.details["left_out"]) >= 4
    shown[:, :120] = 1.0
    assert reasons(drawn.looked(camera, shown, 0.2))["shading.luma"] == "field_not_smooth"


@pytest.mark.parametrize(
    "fall",
    [
        lambda radius: 1 - 0.4 * radius**8,
        lambda radius: np.interp(radius, (0, 0.88, 1), (1, 0.95, 0.35)),
    ],
    ids=["steep", "corners"],
)
def test_light_that_falls_off_steeply_in_the_corners_is_within_u(
    fall: Callable[[np.ndarray], np.ndarray],
) -> None:
    """Alike on opposite sides, so that a surface of an odd order more does not see it."""
    y, x = np.mgrid[-1:1:180j, -1:1:320j]
    light = fall(np.hypot(x, y * 9 / 16) / math.hypot(1, 9 / 16))
    signal = 1.099 * (0.42 * light) ** 0.45 - 0.099
    noise = np.random.default_rng(7).standard_normal((10, 180, 320))
    found = figures(scenes.of([scenes.view("field", "field", 16 + 219 * signal + noise)]))
    truth = 100 * (1 - light.min() / light.max())
    assert abs(found["shading.luma"].value - truth) <= found["shading.luma"].expanded


def test_an_even_lens_reads_as_nothing_within_u_of_noise_alone() -> None:
    found = figures(drawn.looked(replace(CAMERA, noise=0.02), 0.5, 0.4))
    for item in found.values():
        assert (
            0
            <= item.value
            < 3
            * math.hypot(
                *(lines(item)[name] for name in ("noise", "positive bias", "lighting_surface"))
            )
            + 0.1
        )


def test_what_cannot_be_shading_is_refused() -> None:
    """Something that moves, saturation, darkness, no colour, a small or constant field."""
    random = np.random.default_rng(5)
    still = 120 + 2 * random.standard_normal((10, 96, 160))
    colour = scenes.rounded(128 + random.standard_normal((10, 48, 80)))
    moving = still.copy()
    for number in range(10):
        moving[number, 30:60, 12 * number : 12 * number + 24] -= 40
    cases = {
        "field_moves": moving,
        "clipped": np.minimum(still + 114, 235),
        "field_too_dark": still - 100,
        "region_too_small": still[:, :20],
        "flat_picture": np.full_like(still, 100.0),
    }
    for code, frames in cases.items():
        view = replace(scenes.view("field", "field", frames), cb=colour, cr=colour)
        assert reasons(scenes.of([view])) == dict.fromkeys(shading.QUANTITIES, code)
    grey = scenes.of([scenes.view("field", "field", still)])
    assert reasons(grey) == {"shading.colour": "monochrome"}


def test_a_lamp_that_flickers_moves_nothing() -> None:
    random = np.random.default_rng(6)
    swing = 10 * np.sin(np.arange(96) / 9 + np.arange(10)[:, None])[..., None]
    view = scenes.view("field", "field", 120 + swing + random.standard_normal((10, 96, 160)))
    assert reasons(scenes.of([view])) == {"shading.colour": "monochrome"}


def test_a_chart_shows_the_fall_off_of_luma_over_itself(tmp_path: Path) -> None:
    """Its corners lie at 0.85 of half the diagonal: 30 % there are 0.3 x 0.72."""
    camera = Camera(width=640, height=360, crf=0, vignetting=0.3, share=0.85, surround=0.5)
    truth = film_chart(camera, definition.load("acceptance"), tmp_path / "chart.mp4", 0.3)
    shot = Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance")
    seen = build.look(shot, tmp_path)
    middle = np.array([camera.width - 1, camera.height - 1]) / 2
    radius = np.linalg.norm(np.array(truth.corners[0]) - middle) / np.linalg.norm(middle)
    found = figures(seen)["shading.luma"]
    assert found.value == pytest.approx(100 * 0.3 * radius**2, abs=1.5)
    assert found.expanded > 100 * shading.UNEVEN / 100 * 0.7
    assert reasons(seen) == {"shading.colour": "no_region"}


def test_a_chart_whose_ground_shows_no_light_says_what_to_do() -> None:
    scene = scenes.of([], definition.load("acceptance"))
    assert shading.serves(scene)
    with pytest.raises(GapError, match="no_light_ground"):
        list(shading.measure(scene))

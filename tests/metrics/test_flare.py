"""Flare: light in a black hole over that of what surrounds it, or what to do about its absence."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from intervals import fewest

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics import flare
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.coding import lamps
from acceptance.simulate.films import film_chart

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import black_hole
import departed_fields
import scenes

if TYPE_CHECKING:
    from acceptance.scene.views import View


SLOW = pytest.mark.slow


def patch(code: float, kind: str, size: int = 40, seed: int = 1) -> View:
    frames = code + 1.2 * np.random.default_rng(seed).standard_normal((8, size, size))
    return scenes.view(kind, kind, frames)


def only(scene: build.Scene) -> Measurement | Note:
    [item] = flare.measure(scene)
    return item


@pytest.mark.parametrize("case", [black_hole.beside_steps, black_hole.in_board])
def test_the_truth_lies_within_u(case) -> None:  # type: ignore[no-untyped-def]  # noqa: ANN001 -- a case of the benchmark
    random = np.random.default_rng(4)
    readings = [reading for _ in range(40) for reading in case(random)]
    inside = sum(abs(reading.off) <= reading.expanded for reading in readings)
    assert len(readings) == 40
    assert inside >= fewest(40)


@pytest.mark.parametrize(("left", "bar"), [(1.0, 0.2), (2.0, 0.4)])
def test_a_filmed_chart_with_a_hole_beside_it_gives_its_veil(
    tmp_path: Path, left: float, bar: float
) -> None:
    """The surround of the chart is black: there the hole is; 2 % of veil.

    Lit evenly, and twice as much at the left, where the hole is.
    """
    camera = Camera(width=640, height=360, crf=0, black=0.02, white=0.7, surround=0.0, share=0.8,
                    gradient=(1 / left, 1.0))  # fmt: skip
    chart = definition.load("acceptance")
    film_chart(camera, chart, tmp_path / "chart.mp4", 0.3)
    regions = {"hole": (10.0, 150.0, 24.0, 24.0)}
    shot = Shot(id="s", subject="c", clip="chart.mp4", chart="acceptance", regions=regions)
    found = only(build.look(shot, tmp_path))
    assert isinstance(found, Measurement)
    veil = camera.black / (camera.white - camera.black)
    lit = float(lamps(camera, (360, 640))[162, 64])  # at the rim of the chart, beside the hole
    true = 100 * veil / (lit * chart.background + veil)
    assert found.value == pytest.approx(true, abs=found.expanded + 0.02)
    assert found.expanded < bar * true
    assert found.details["steps"] == 12


def test_without_a_hole_it_says_what_to_do() -> None:
    scene = scenes.of([patch(180, "flat")], definition.load("acceptance"))
    assert flare.serves(scene)
    with pytest.raises(GapError, match="no_black_hole"):
        list(flare.measure(scene))
    assert not flare.serves(scenes.of([patch(180, "flat")]))


def test_a_hole_at_black_is_an_upper_bound() -> None:
    found = only(scenes.of([patch(15.8, "hole"), patch(180, "flat")]))
    assert isinstance(found, Measurement)
    assert found.upper_bound
    assert 0 < found.value < 0.2


def test_a_region_that_lies_half_beside_the_hole_is_no_hole() -> None:
    half = 24 + np.random.default_rng(1).standard_normal((8, 24, 24))
    half[:, :, 14:] += 150
    found = only(scenes.of([scenes.view("hole", "hole", half), patch(180, "flat")]))
    assert isinstance(found, Note)
    assert found.reason.code == "hole_not_dark"


def test_what_tells_nothing_is_refused() -> None:
    hole, white = patch(24, "hole"), patch(180, "flat")
    flat = scenes.of([hole, white])
    blank = replace(flat, reference=replace(flat.reference, luma=np.full((64, 64), 90, np.uint8)))
    cases = {
        "no_region": scenes.of([hole, patch(60, "flat")]),
        "region_too_small": scenes.of([patch(24, "hole", size=6), white]),
        "clipped": scenes.of([hole, patch(245, "flat")]),
        "flat_picture": blank,
        "hole_not_dark": scenes.of([patch(170, "hole"), white]),
    }
    for code, scene in cases.items():
        item = only(scene)
        assert isinstance(item, Note)
        assert item.reason.code == code


@pytest.mark.film
@pytest.mark.parametrize("number", [13, *(pytest.param(n, marks=SLOW) for n in (14, 16))])
def test_glare_over_grey_steps_refuses_the_flare(number: int) -> None:
    """By one of them a step would have less than no light; in others one outshines the next."""
    row = departed_fields.run(("glare", number))
    assert (flare.QUANTITY, "uneven_light") in row["refused"]


def test_steps_of_negative_light_refuse_the_flare(monkeypatch: pytest.MonkeyPatch) -> None:
    scene = scenes.of([patch(24, "hole"), _step(0.1, 60.0)])
    monkeypatch.setattr(build.Scene, "seen_light", lambda *_: -0.04)
    item = only(scene)
    assert isinstance(item, Note)
    assert item.reason.code == "uneven_light"


def test_a_grey_step_that_outshines_the_others_refuses_the_flare() -> None:
    codes = {0.05: 60.0, 0.1: 210.0, 0.2: 90.0, 0.3: 105.0, 0.5: 135.0, 0.7: 160.0, 0.9: 180.0}
    steps = [_step(reflectance, code) for reflectance, code in codes.items()]
    item = only(scenes.of([patch(24, "hole"), *steps]))
    assert isinstance(item, Note)
    assert (item.reason.code, item.reason.parameters["region"]) == ("uneven_light", "grey.0.1")


def _step(reflectance: float, code: float) -> View:
    frames = code + 1.2 * np.random.default_rng(7).standard_normal((8, 40, 40))
    step = scenes.view(f"grey.{reflectance}", "grey", frames)
    return replace(step, region=replace(step.region, printed={"reflectance": reflectance}))

"""Defective pixels: those that were planted are counted and listed, or a reason says why not."""

from __future__ import annotations

import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from scipy import ndimage

from acceptance.metrics import defects
from acceptance.model import Measurement, Note
from acceptance.report import plots
from acceptance.simulate.camera import Camera, Defect

if TYPE_CHECKING:
    from collections.abc import Callable

    from acceptance.scene import build

sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "benchmarks"))

import fields as drawn
import scenes

PLANTED = (
    Defect(kind="hot", x=20, y=30, code=60),
    Defect(kind="hot", x=100, y=90, code=30),
    Defect(kind="hot", x=60, y=60, code=8),  # too little to count
    Defect(kind="dead", x=140, y=20),
    Defect(kind="stuck", x=150, y=100, code=180),
)
CAMERA = Camera(width=192, height=128, crf=0, noise=0.006, defects=PLANTED)


def by_quantity(scene: build.Scene) -> dict[str, Measurement | Note]:
    return {item.quantity: item for item in defects.measure(scene)}


def counted(scene: build.Scene) -> dict[str, float | str]:
    """Return the count of each kind, or the code of the reason why there is none."""
    return {
        quantity: item.value if isinstance(item, Measurement) else item.reason.code
        for quantity, item in by_quantity(scene).items()
    }


def of(frames: np.ndarray) -> build.Scene:
    return scenes.of([scenes.view("field", "field", frames)])


def test_each_kind_is_counted_and_listed_where_it_lies() -> None:
    found = by_quantity(drawn.looked(CAMERA, 0.25, 0.6))
    listed = {
        quantity: item.details["places"]
        for quantity, item in found.items()
        if isinstance(item, Measurement)
    }
    assert listed == {
        "defects.hot": "20,30 100,90",
        "defects.dead": "140,20",
        "defects.stuck": "150,100",
    }
    hot = found["defects.hot"]
    assert isinstance(hot, Measurement)
    assert (hot.value, hot.lower_bound) == (2.0, False)
    assert hot.curve is not None
    everywhere = (20.0, 100.0, 140.0, 150.0), (97.0, 37.0, 107.0, 27.0)
    assert (hot.curve.x, hot.curve.y) == everywhere
    assert plots.draw({"": hot.curve}).count("<circle") == 4
    assert [item.curve for item in found.values() if isinstance(item, Measurement)][1:] == [
        None
    ] * 2


def test_counts_lie_within_u_without_a_coder_and_through_one() -> None:
    random = np.random.default_rng(8)
    runs = [drawn.defective(random) for _ in range(4)]
    runs += [drawn.defective_coded(random) for _ in range(3)]
    readings = [reading for run in runs for reading in run]
    assert len(readings) >= 15
    assert sum(abs(one.off) > one.expanded + 1e-9 for one in readings) <= 2


def test_under_the_cap_hot_pixels_show_and_dead_ones_cannot() -> None:
    camera = replace(CAMERA, black=0.004, fixed_noise=0.002)
    found = counted(drawn.looked(camera, 0.0, 0.6))
    assert found["defects.hot"] == 2
    assert found["defects.dead"] == "field_too_dark"


def test_a_coarse_coder_leaves_a_lower_bound_or_nothing() -> None:
    """A pixel of 60 codes is left at CRF 26, one of 30 and the dark ones are not sure."""
    found = by_quantity(drawn.looked(replace(CAMERA, crf=26), 0.25, 0.6))
    hot, stuck = found["defects.hot"], found["defects.stuck"]
    assert isinstance(stuck, Note)
    assert stuck.reason.code == "defects_coded_away"
    if isinstance(hot, Measurement):
        assert hot.lower_bound
        assert hot.bound_by is not None
    clean = by_quantity(drawn.looked(replace(CAMERA, crf=26, defects=()), 0.25, 0.6))
    assert {item.reason.code for item in clean.values() if isinstance(item, Note)} == {
        "defects_coded_away"
    }
    assert not any(isinstance(item, Measurement) for item in clean.values())


def test_a_spot_of_dust_is_no_pixel() -> None:
    random = np.random.default_rng(1)
    frames = 120 + 1.5 * random.standard_normal((12, 96, 128))
    frames[:, 40:45, 50:55] -= 60
    frames[:, 70:72, 20:22] -= 60
    found = by_quantity(of(frames))["defects.dead"]
    assert isinstance(found, Measurement)
    assert (found.value, found.details["larger_spots"]) == (1.0, 1)


def test_a_dead_column_is_a_line_and_hides_no_pixel() -> None:
    frames = 120 + 1.5 * np.random.default_rng(3).standard_normal((12, 96, 128))
    frames[:, :, 60] -= 60
    frames[:, 30, 20:50] += 50
    frames[:, 50, 100] += 50
    found = by_quantity(of(frames))["defects.hot"]
    assert isinstance(found, Measurement)
    assert (found.value, found.details["lines"]) == (1.0, 2)


def test_columns_that_come_again_and_again_are_a_pattern_and_no_defects() -> None:
    frames = 120 + 1.5 * np.random.default_rng(3).standard_normal((12, 96, 128))
    frames[:, :, ::12] -= 60
    assert set(counted(of(frames)).values()) == {"field_textured"}


@pytest.mark.parametrize("factor", [2, 3])
def test_pixels_of_an_enlarged_picture_are_pixels(factor: int) -> None:
    """Its noise shows how far one pixel is spread."""
    frames = 120 + 2 * np.random.default_rng(4).standard_normal((12, 60, 80))
    frames[:, 20, 20] += 80
    frames[:, 40, 50] += 80
    found = by_quantity(of(ndimage.zoom(frames, (1, factor, factor), order=3)))["defects.hot"]
    assert isinstance(found, Measurement)
    assert (found.value, found.details["larger_spots"]) == (2.0, 0)


@pytest.mark.parametrize(("sigma", "side", "spots"), [(1.0, 4, 3), (1.2, 4, 3), (2.0, 6, 1)])
def test_dust_in_a_picture_with_noise_reduction_is_within_u(
    sigma: float, side: int, spots: int
) -> None:
    """Its noise is alike as that of an enlarged picture: whether spots are pixels stays open."""
    noise = 6 * sigma * np.random.default_rng(3).standard_normal((12, 96, 128))
    frames = 120 + ndimage.gaussian_filter(noise, (0, sigma, sigma))
    for column in (20, 50, 80)[:spots]:
        frames[:, 20 : 20 + side, column : column + side] -= 50
    found = by_quantity(of(frames))["defects.dead"]
    assert isinstance(found, Measurement)
    assert found.value == spots
    assert spots <= found.expanded < spots + 1


def test_light_spots_of_an_enlarged_picture_are_half_a_chance_each() -> None:
    """Dust is dark: of four light spots of 4 px not all are something else at once."""
    frames = 120 + 2 * np.random.default_rng(4).standard_normal((12, 60, 80))
    for row, column in ((15, 20), (15, 50), (40, 20), (40, 50)):
        frames[:, row, column] += 80
    found = by_quantity(of(ndimage.zoom(frames, (1, 2, 2), order=3)))["defects.hot"]
    assert isinstance(found, Measurement)
    assert (found.value, found.expanded) == (4.0, pytest.approx(2, abs=0.1))


def test_pixels_near_the_threshold_are_in_u() -> None:
    """One that lies on it counts as half a chance."""
    frames = 120 + 1.5 * np.random.default_rng(2).standard_normal((16, 96, 128))
    frames[:, 40, 40] += 0.1 * 219
    found = by_quantity(of(frames))["defects.hot"]
    assert isinstance(found, Measurement)
    assert found.uncertainty == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        (lambda frames: frames + 95, {"defects.hot": "field_too_light"}),
        (lambda frames: frames - 90, {"defects.dead": "field_too_dark"}),
        (lambda frames: frames[:4], {"defects.stuck": "too_few_frames"}),
        (lambda frames: frames[:1], {"defects.stuck": "too_few_frames"}),
        (lambda frames: np.repeat(frames[:1], 12, axis=0), {"defects.stuck": "noise_too_small"}),
        (lambda frames: frames[:, :8], dict.fromkeys(defects.QUANTITIES, "region_too_small")),
        (lambda frames: 0 * frames + 80, dict.fromkeys(defects.QUANTITIES, "flat_picture")),
        (
            lambda frames: frames + 25 * (np.indices(frames.shape[1:]).sum(axis=0) % 3 == 0),
            dict.fromkeys(defects.QUANTITIES, "field_textured"),
        ),
        *(
            (
                lambda frames, side=side: (
                    frames + 60 * ((np.indices(frames.shape[1:]) // side).sum(axis=0) % 2)
                ),
                dict.fromkeys(defects.QUANTITIES, "field_textured"),
            )
            for side in (8, 20)
        ),
    ],
)
def test_what_a_field_cannot_show_is_refused(
    change: Callable[[np.ndarray], np.ndarray], codes: dict[str, str]
) -> None:
    frames = 120 + 1.5 * np.random.default_rng(3).standard_normal((12, 96, 128))
    found = counted(of(change(frames)))
    assert {name: value for name, value in found.items() if isinstance(value, str)} == codes


def test_a_pixel_at_white_may_be_hot_as_well_as_stuck() -> None:
    pixels = (Defect(kind="hot", x=20, y=30, code=250), Defect(kind="hot", x=80, y=60, code=60))
    found = by_quantity(drawn.looked(replace(CAMERA, defects=pixels), 0.25, 0.6))
    for quantity, truth in (("defects.hot", 2), ("defects.stuck", 0)):
        item = found[quantity]
        assert isinstance(item, Measurement)
        assert abs(item.value - truth) <= item.expanded < 1.5
    dead = found["defects.dead"]
    assert isinstance(dead, Measurement)
    assert (dead.value, dead.expanded) == (0.0, pytest.approx(0.0, abs=1e-6))

"""ColorChecker Classic: found in real and simulated pictures, and not where there is none."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.charts import colorchecker, definition
from acceptance.charts.drawing import linear_rgb
from acceptance.charts.located import quad
from acceptance.footage import clip
from acceptance.footage.colorimetry import picture_of
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.session import measuring
from acceptance.simulate import films
from acceptance.simulate.camera import Camera
from acceptance.simulate.coding import coded

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

CHART = definition.load("colorchecker")
STILL = "colorchecker24_pedrodiamel.jpg"
# Middles of the outer patches in the still, read by eye in an enlargement, px: dark skin, bluish
# green, black, white.
MIDDLES = {
    "colour1": (261, 301),
    "colour6": (510, 302),
    "colour24": (516, 442),
    "colour19": (261, 453),
}
CLIPS = ("bottle_intel.mp4", "car_park_intel.mp4", "lobby_intel.mp4")
OTHERS = (
    "iso12233_te170_rpi_ctt.png",
    "oecf_sfr_target_burns.jpg",
    "oecf_step_ferazambuja.jpg",
    "sfrplus_ferazambuja.jpg",
    "sine_target_mitre.tif",
    "slanted_edge_burns_1.tif",
    "slanted_edge_burns_h.tif",
)


@pytest.fixture(scope="module")
def still(real_data: Path) -> NDArray[np.uint8]:
    return np.asarray(cv2.imread(str(real_data / STILL)), np.uint8)


def turned(
    picture: NDArray[np.uint8], degrees: float
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Turn a picture about its chart's middle; return it and the (2, 3) matrix."""
    matrix = cv2.getRotationMatrix2D((388, 378), degrees, 1.0)
    return np.asarray(cv2.warpAffine(picture, matrix, (1024, 768)), np.uint8), np.asarray(matrix)


def test_the_chart_needs_no_fiducials_and_has_the_published_colours() -> None:
    """The maker's values for charts made since November 2014; the neutrals double as grey steps."""
    assert CHART.found_by == "colorchecker"
    assert CHART.fiducials == ()
    assert CHART.region("colour1").printed["lab"] == (37.54, 14.37, 14.92)
    assert CHART.region("colour18").printed["lab"] == (49.57, -29.71, -28.32)
    neutrals = [region.name for region in CHART.regions if region.reflectance is not None]
    assert neutrals == [f"colour{number}" for number in range(19, 25)]
    assert CHART.region("colour19").reflectance == pytest.approx(0.880, abs=0.001)


@pytest.mark.parametrize("degrees", [slow(0), 30, slow(90), slow(180), slow(225)])
def test_it_is_found_in_a_real_picture_at_any_roll(
    still: NDArray[np.uint8], degrees: float
) -> None:
    picture, matrix = turned(still, degrees)
    [located] = colorchecker.find(picture, CHART)
    assert located.fiducials_found >= 20
    for name, middle in MIDDLES.items():
        expected = matrix @ np.array([*middle, 1.0])
        np.testing.assert_allclose(quad(located, CHART.region(name), 0.0)[0], expected, atol=4)


def test_a_picture_of_greys_has_none_and_is_not_searched(
    still: NDArray[np.uint8], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where the chart lies in it: its colours are what it is known by."""
    [located] = colorchecker.find(still, CHART)
    grey = cv2.cvtColor(cv2.cvtColor(still, cv2.COLOR_BGR2GRAY), cv2.COLOR_GRAY2BGR)
    assert not colorchecker.looks_right(grey, located)
    searched: list[object] = []
    monkeypatch.setattr(colorchecker, "_proposals", lambda *given: searched.append(given) or [])
    assert colorchecker.find(grey, CHART) == []
    assert not searched
    grey[5, 7, 2] ^= 1
    colorchecker.find(grey, CHART)
    assert len(searched) == 1


def test_it_is_found_in_a_mirrored_picture(still: NDArray[np.uint8]) -> None:
    [located] = colorchecker.find(np.ascontiguousarray(still[:, ::-1]), CHART)
    x, y = MIDDLES["colour1"]
    np.testing.assert_allclose(
        quad(located, CHART.region("colour1"), 0.0)[0], [1023 - x, y], atol=4
    )


@pytest.mark.parametrize("tilt", [slow({}), {"tilt": 20.0, "pan": 15.0, "roll": 200.0}])
def test_its_regions_read_the_codes_of_the_camera_to_half_a_code(
    tmp_path: Path, tilt: dict[str, Any]
) -> None:
    """The bar; lossless, so that the truth is the camera's own code of the printed light."""
    camera = Camera(width=960, height=540, noise=0.004, share=0.5, white=0.8, crf=0, **tilt)
    films.film_chart(camera, CHART, tmp_path / "checker.mp4", 0.16)
    seen = build.look(
        Shot(id="one", subject="camera", clip="checker.mp4", chart="colorchecker"), tmp_path
    )
    assert len(seen.of_kind("colour")) == 24
    for view in seen.of_kind("colour"):
        light = np.clip(linear_rgb(view.region.printed["lab"]), 0, 1)
        expected = [
            float(plane.mean())
            for plane in coded(camera, np.tile(light[:, None, None], (1, 2, 2)).astype(np.float32))
        ]
        for plane, code in zip((view.luma, view.cb, view.cr), expected, strict=True):
            down, across = (n // 4 for n in plane.shape[1:])
            assert plane[:, down:-down, across:-across].mean() == pytest.approx(code, abs=0.5), (
                view.region.name
            )


def test_measuring_the_real_picture_needs_no_word_of_the_chart(real_data: Path) -> None:
    seen = build.look(Shot(id="one", subject="camera", clip=STILL), real_data)
    assert seen.shot.chart == "colorchecker"
    found, notes = measuring.measure(seen)
    values = {item.quantity: item for item in found}
    left_out = next(note.reason for note in notes if note.reason.code == "patches_left_out")
    names = str(left_out.parameters["names"]).split(", ")
    assert "dark skin" in names, "the one that a finger shades in part"
    assert 3 < values["colour.delta_e00_mean"].value < 7


@pytest.mark.parametrize("name", [*OTHERS[:2], *map(slow, OTHERS[2:])])
def test_none_is_found_in_pictures_of_other_charts(real_data: Path, name: str) -> None:
    picture = cv2.imread(str(real_data / name))
    assert colorchecker.find(np.asarray(picture, np.uint8), CHART) == []


@pytest.mark.parametrize("name", [name if "car_park" in name else slow(name) for name in CLIPS])
def test_none_is_found_in_surveillance_footage(real_data: Path, name: str) -> None:
    """Five frames of each here; fifty in benchmarks/colour.py."""
    opened = clip.open_clip(real_data / name)
    wanted = np.linspace(0, len(opened.packets) - 1, 5).astype(int).tolist()
    seen = opened.again({number: float(opened.packets[number].time) for number in wanted})
    pictures = (picture_of(frame, opened.info) for frame in seen.values())
    assert [colorchecker.find(picture, CHART) for picture in pictures] == [[]] * 5


def test_none_is_found_where_the_colours_are_gone_or_in_another_order(
    still: NDArray[np.uint8],
) -> None:
    grey = np.repeat(cv2.cvtColor(still, cv2.COLOR_BGR2GRAY)[..., None], 3, axis=2)
    assert colorchecker.find(np.ascontiguousarray(grey), CHART) == []
    assert colorchecker.find(np.ascontiguousarray(still[..., ::-1]), CHART) == []


@pytest.mark.parametrize("shape", [(1, 1), (3, 700), (40, 40), (101, 77)])
def test_tiny_and_empty_pictures_hold_none(shape: tuple[int, int]) -> None:
    assert colorchecker.find(np.zeros((*shape, 3), np.uint8), CHART) == []


def test_two_of_them_in_one_picture_are_reported(still: NDArray[np.uint8], tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "two.png"), np.hstack([still[250:500, 210:570]] * 2))
    seen = build.look(
        Shot(id="one", subject="camera", clip="two.png", chart="colorchecker"), tmp_path
    )
    assert [(note.reason.code, note.reason.parameters) for note in seen.notes] == [
        ("several_charts", {"count": 2})
    ]


def test_a_film_of_a_chart_that_moves_gives_a_place_for_each_picture(
    still: NDArray[np.uint8],
) -> None:
    pictures = [np.roll(still, 12 * number, axis=1) for number in range(4)]
    places = colorchecker.places(lambda number: pictures[number], 4, CHART)
    assert [round(place.corners[0][0] - places[0].corners[0][0]) for place in places] == [
        0,
        12,
        24,
        36,
    ]
    assert len(colorchecker.places(lambda _: still, 4, CHART)) == 1
    assert (
        colorchecker.places(
            lambda number: np.zeros_like(still) if number == 3 else pictures[number], 4, CHART
        )
        == []
    )

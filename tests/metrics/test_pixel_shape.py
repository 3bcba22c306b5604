"""Pixels of pictures that coders scaled to, or filled up to, a size near 16:9."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from marks import slow
from numpy.typing import NDArray

from acceptance.charts import definition, printed_copy
from acceptance.metrics import geometry, resolution
from acceptance.metrics._shared import pixel_shape
from acceptance.metrics._shared.sources import ASPECT_SOURCE
from acceptance.model import Coding, Measurement, Note, Shot
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

Codes = NDArray[np.uint8]

CHART = definition.load("acceptance")
UNSTATED = Coding()
CAMERA = Camera(
    width=640, height=360, tilt=-2.4, pan=2.9, roll=1.5, share=0.9, blur=0.8, noise=0.004, crf=0
)


def scaled(luma: Codes, rows: int) -> Codes:
    """Return a picture whose rows were interpolated, so that its pixels are not square."""
    return np.asarray(
        cv2.resize(luma, (luma.shape[1], rows), interpolation=cv2.INTER_CUBIC), np.uint8
    )


def padded(luma: Codes, rows: int) -> Codes:
    """Return a picture whose last row is there again, or whose last rows are cut off."""
    return np.pad(luma, ((0, max(rows - len(luma), 0)), (0, 0)), mode="edge")[:rows]


@pytest.fixture(scope="module")
def luma(tmp_path_factory: pytest.TempPathFactory) -> Codes:
    """Film the chart once."""
    return filmed(CAMERA, tmp_path_factory.mktemp("square"))


def filmed(camera: Camera, folder: Path) -> Codes:
    """Film the chart and return a picture."""
    films.film_chart(camera, CHART, folder / "film.mkv", 0.2)
    shot = Shot(id="film", subject="camera", clip="film.mkv", chart="acceptance")
    return np.asarray(build.look(shot, folder).reference.luma)


def read(picture: Codes, folder: Path, coding: Coding = UNSTATED) -> list[Measurement | Note]:
    """Measure geometry and resolution of a still of the chart as it was drawn."""
    cv2.imwrite(str(folder / "still.png"), picture)
    copy = printed_copy.AS_DRAWN
    shot = Shot(
        id="s",
        subject="camera",
        clip="still.png",
        chart="acceptance",
        chart_copy=copy,
        coding=coding,
    )
    seen = build.look(shot, folder)
    return [*geometry.measure(seen), *resolution.measure(seen)]


def figures(found: list[Measurement | Note]) -> dict[str, Measurement]:
    """Return figures by quantity, those of the chart's middle and of the whole picture."""
    return {
        item.quantity: item
        for item in found
        if isinstance(item, Measurement) and (not item.region or "wedge" in item.region)
    }


def why_not(found: list[Measurement | Note], quantity: str) -> set[str]:
    """Return the codes of the notes on a quantity."""
    notes = [item for item in found if isinstance(item, Note)]
    return {note.reason.code for note in notes if note.quantity == quantity}


def doubt(item: Measurement) -> float:
    """Return the contribution of the pixel aspect; 0 without such a line."""
    return sum(line.contribution for line in item.budget if line.source == ASPECT_SOURCE)


@pytest.mark.film
@pytest.mark.parametrize(
    ("changed", "rows"), [(scaled, 368), (padded, 368), slow(scaled, 352), slow(padded, 352)]
)
def test_the_truth_lies_within_the_doubt_whether_a_picture_was_scaled_or_padded(
    luma: Codes, tmp_path: Path, changed: Callable[[Codes, int], Codes], rows: int
) -> None:
    """TV lines of the square picture: the reading of the same picture before."""
    before = figures(read(luma, tmp_path))
    given = read(changed(luma, rows), tmp_path)
    found = figures(given)
    density = found["geometry.pixels_per_metre"]
    truth = 1000 * CAMERA.share * CAMERA.width / CHART.size[0]
    assert abs(density.value - truth) < density.expanded
    assert abs(found["geometry.roll"].value - CAMERA.roll) < found["geometry.roll"].expanded
    for name in ("tilt", "pan"):
        item = found.get(f"geometry.{name}")
        codes = why_not(given, f"geometry.{name}")
        assert codes or (item and abs(item.value - getattr(CAMERA, name)) < item.expanded), name
        assert codes <= {"pixels_may_be_scaled", "focal_length_unknown"}
    wedge, whole = found["resolution.wedge_horizontal"], before["resolution.wedge_horizontal"]
    assert abs(wedge.value - whole.value) < wedge.expanded
    assert doubt(wedge) == pytest.approx(wedge.value * abs(1 - rows**-1 * 360) / math.sqrt(2))


@pytest.mark.film
@pytest.mark.parametrize(
    ("changed", "rows", "said"), [(scaled, 352, {"pixels_are_scaled"}), (padded, 368, set())]
)
def test_a_chart_so_narrowed_as_no_turn_narrows_it_tells_which_of_both_it_is(
    tmp_path: Path, changed: Callable[[Codes, int], Codes], rows: int, said: set[str]
) -> None:
    """It is seen nearly face on: the other aspect would take a turn that its perspective denies."""
    camera = replace(CAMERA, tilt=3.0, pan=-1.0)
    given = read(changed(filmed(camera, tmp_path), rows), tmp_path)
    found = figures(given)
    assert why_not(given, "") & {"pixels_are_scaled"} == said
    for name in ("tilt", "pan", "roll"):
        item = found[f"geometry.{name}"]
        assert abs(item.value - getattr(camera, name)) < item.expanded, name
        assert not doubt(item)


@pytest.mark.film
def test_a_person_who_states_the_pixels_ends_the_doubt(luma: Codes, tmp_path: Path) -> None:
    found = figures(read(scaled(luma, 368), tmp_path, Coding(sample_aspect=(46, 45))))
    assert sum(map(doubt, found.values())) == 0
    for name in ("tilt", "pan", "roll"):
        item = found[f"geometry.{name}"]
        assert abs(item.value - getattr(CAMERA, name)) < item.expanded, name


@pytest.mark.film
def test_pictures_of_exactly_a_usual_shape_have_no_doubt(luma: Codes, tmp_path: Path) -> None:
    assert sum(map(doubt, figures(read(luma, tmp_path)).values())) == 0


def other(width: int, height: int, **changed: Any) -> float | None:
    """Return the other aspect of the pixels of a picture of this size."""
    given = {"sample_aspect": Fraction(1), "shown": (0, 0, width, height), "coding": Coding()}
    given |= changed
    video = SimpleNamespace(width=width, height=height, sample_aspect=given["sample_aspect"])
    shot: Any = SimpleNamespace(coding=given["coding"])
    seen: Any = SimpleNamespace(video=video, shown=given["shown"], shot=shot)
    return pixel_shape.other_aspect(seen)


@pytest.mark.parametrize(
    ("size", "shape"),
    [
        *(((640, 368), 16 / 9), ((640, 352), 16 / 9), ((848, 480), 16 / 9), ((960, 544), 16 / 9)),
        *(((704, 400), 16 / 9), ((1920, 1088), 16 / 9), ((368, 640), 9 / 16), ((432, 320), 4 / 3)),
    ],
)
def test_a_size_near_a_usual_shape_may_be_that_shape_scaled(
    size: tuple[int, int], shape: float
) -> None:
    assert other(*size) == pytest.approx(shape * size[1] / size[0])


@pytest.mark.parametrize(
    "size",
    [
        *((640, 360), (1280, 720), (1920, 1080), (640, 480), (1280, 1024), (1280, 800), (360, 640)),
        *((3072, 2048), (4096, 2160), (2688, 1520), (2560, 1944), (2560, 1080), (3840, 1080)),
        *(
            (704, 576),
            (352, 288),
            (854, 480),
            (1366, 768),
            (2448, 2048),
            (4096, 3000),
            (4624, 2604),
        ),
    ],
)
def test_usual_sizes_and_those_near_no_shape_are_as_they_are_said_to_be(
    size: tuple[int, int],
) -> None:
    assert other(*size) is None


def test_what_is_stated_or_seen_between_bars_ends_the_doubt() -> None:
    assert other(640, 368, coding=Coding(sample_aspect=(1, 1))) is None
    assert other(704, 576, sample_aspect=Fraction(12, 11)) is None
    assert other(640, 368, shown=(0, 4, 640, 360)) is None
    assert other(640, 368, shown=(0, 40, 640, 288)) is not None

"""Colours of stills and films of other primaries and curves are those that the camera saw."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np
import outcomes
import profiles
import pytest

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.footage.colorimetry import signals
from acceptance.footage.tone import inverse_oetf
from acceptance.metrics import colour
from acceptance.model import Measurement, Shot
from acceptance.scene import build
from acceptance.simulate import films
from acceptance.simulate.camera import Camera

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

CAMERA = Camera(
    width=480, height=270, noise=0.003, white=0.8, gains=(1.1, 1.0, 0.85), saturation=0.9, crf=0
)
FIGURES = ("delta_e00_mean", "white_balance", "saturation")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("chart")
    films.film_chart(CAMERA, definition.load("acceptance"), folder / "film.mkv", 0.04)
    return folder


@pytest.fixture(scope="module")
def light(folder: Path) -> Array:
    """Return the picture's light, (h, w, 3) of BT.709 primaries."""
    opened = clip.open_clip(folder / "film.mkv")
    frame = next(iter(opened.frames()))
    size = frame.luma.shape[::-1]
    assert frame.cb is not None
    assert frame.cr is not None
    cb, cr = (cv2.resize(plane.astype(np.float32), size) for plane in (frame.cb, frame.cr))
    seen = signals(frame.luma, cb, cr, opened.info)
    return inverse_oetf(np.clip(seen, 0, 1), opened.info.transfer)


def measured(folder: Path, name: str) -> dict[str, Measurement]:
    looked = build.look(Shot(id="s", subject="c", clip=name, chart="acceptance"), folder)
    found = outcomes.measurements(colour.measure(looked))
    return {item.quantity.removeprefix("colour."): item for item in found}


def in_primaries(light: Array, colorants: tuple[tuple[float, ...], ...]) -> Array:
    srgb, others = (np.array(each).T for each in (profiles.SRGB, colorants))
    return np.clip(light @ np.linalg.solve(others, srgb).T, 0, 1)


@pytest.mark.parametrize("still", ["adobe", "cicp"])
def test_a_still_of_other_primaries_has_the_colours_of_the_film(
    folder: Path, light: Array, still: str
) -> None:
    """Adobe RGB by its profile, Display P3 by PNG's code points (sRGB's curve)."""
    if still == "adobe":
        codes = np.rint(65535 * in_primaries(light, profiles.ADOBE) ** (256 / 563))
        icc = profiles.profile("Adobe RGB", profiles.ADOBE, profiles.power(563 / 256))
        written = profiles.with_profile(codes.astype(np.uint16), icc)
    else:
        linear = in_primaries(light, profiles.DISPLAY_P3)
        curved = np.where(linear < 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
        codes = np.rint(255 * curved).astype(np.uint8)
        written = profiles.png(codes, (b"cICP", bytes([12, 13, 0, 1])))
    (folder / f"{still}.png").write_bytes(written)
    film, seen = measured(folder, "film.mkv"), measured(folder, f"{still}.png")
    for name in FIGURES:
        joint = float(np.hypot(film[name].expanded, seen[name].expanded))
        assert abs(film[name].value - seen[name].value) <= joint
    assert seen["saturation"].details["primaries"] != "bt709"


def test_colours_that_lead_nowhere_are_refused_and_named(folder: Path, light: Array) -> None:
    """A scanner's profile has tables, which this toolkit does not follow."""
    icc = profiles.profile("scanner", None, b"")
    codes = np.rint(255 * light).astype(np.uint8)
    (folder / "scan.png").write_bytes(profiles.with_profile(codes, icc))
    with pytest.raises(GapError) as caught:
        measured(folder, "scan.png")
    assert caught.value.code == "colours_unknown"
    assert caught.value.parameters["profile"] == "scanner"

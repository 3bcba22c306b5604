"""A line that lies on a wedge along rows or columns is seen beside its bars, and refused."""

from __future__ import annotations

from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition
from acceptance.errors import GapError
from acceptance.metrics.resolution import wedge_figures
from acceptance.metrics.resolution.lying_line import refuse_lined
from acceptance.metrics.resolution.printed_wedge import Wedge
from acceptance.metrics.resolution.wedge import WedgePixels
from acceptance.model import Shot
from acceptance.scene import build
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

WEDGE = Wedge(bars=9, start=0.04, end=0.45, length=160.0)
STEP = 120.0
DOWN, ACROSS = np.indices((160, 90), float)
PIXELS = WedgePixels.of(WEDGE, DOWN, ACROSS - 44.6)
REFUSED = pytest.raises(GapError, match="field_hidden")


def picture(blur: float = 0.6, noise: float = 2.0) -> Array:
    """Draw a wedge of square bars that is taken with a ``blur`` (sigma, px) and ``noise``."""
    fine = np.linspace(-0.4, 0.4, 5)
    turns = WEDGE.frequency(DOWN)[..., None] * (ACROSS[..., None] - 44.6 + fine)
    sharp = np.where(np.abs(turns) < WEDGE.bars / 2, np.sign(np.cos(2 * np.pi * turns)), -1.0)
    seen = cv2.GaussianBlur(110 - STEP / 2 * sharp.mean(axis=2), (0, 0), blur)
    return np.asarray(seen + np.random.default_rng(4).normal(0, noise, seen.shape), np.float64)


def refuse(codes: Array) -> None:
    refuse_lined("wedge", PIXELS, PIXELS.values(codes), STEP)


@pytest.mark.parametrize("code", [16.0, 235.0])
@pytest.mark.parametrize("along", [np.s_[:, 39], np.s_[:, 46], np.s_[90], np.s_[110:112]])
def test_a_half_transparent_line_over_fine_bars_is_refused(along: Any, code: float) -> None:
    """White or black, along columns or rows, where it crosses the bars or lies along them."""
    codes = picture()
    codes[along] = (codes[along] + code) / 2
    with REFUSED:
        refuse(codes)


@pytest.mark.parametrize(("share", "refused"), [(0.05, False), (0.15, True)])
def test_lines_are_refused_from_a_twelfth_of_the_step_on(share: float, *, refused: bool) -> None:
    """Fainter ones move a reading by less than its U."""
    codes = picture()
    codes[:, 39] += share * STEP
    with REFUSED if refused else nullcontext():
        refuse(codes)


@pytest.mark.parametrize("blur", [0.35, 0.6, 1.2])
@pytest.mark.parametrize(
    "changed",
    [
        lambda codes: codes,
        lambda codes: codes * (0.7 + 0.6 * ACROSS / 90),
        lambda codes: codes * (0.7 + 0.6 * DOWN / 160),
        lambda codes: codes + 12 * np.random.default_rng(1).standard_normal(codes.shape),
        lambda codes: 2 * codes - cv2.GaussianBlur(codes, (0, 0), 1.5),
        lambda codes: 255 * (np.clip(codes, 0, 255) / 255) ** 0.5,
    ],
)
def test_wedges_that_bear_no_line_pass(changed: Callable[[Array], Array], blur: float) -> None:
    """Plain, in uneven light, noisy, sharpened and under another curve."""
    refuse(changed(picture(blur)))


def test_a_line_beside_the_fine_bars_is_not_looked_for() -> None:
    codes = picture()
    codes[10] += 60
    refuse(codes)


@pytest.mark.film
@pytest.mark.parametrize(
    ("part", "crf"), [("vertical", 0), slow("horizontal", 0), slow("vertical", 24)]
)
def test_a_wedge_of_a_film_is_refused_where_a_line_lies_on_it(
    part: str, crf: int, tmp_path: Path
) -> None:
    """A reading was up to 3 U off; the film without the line is read."""
    camera = Camera(width=640, height=360, blur=0.7, noise=0.005, white=0.8, crf=crf)
    film_chart(camera, definition.load("acceptance"), tmp_path / "film.mkv", 0.12)
    shot = Shot(id="s", subject="c", clip="film.mkv", chart="acceptance")
    plain = build.look(shot, tmp_path)
    name = f"centre.wedge_{part}"
    view = plain.views[name]
    luma = view.luma.copy()
    middle = (
        np.s_[:, luma.shape[1] // 2 + 3]
        if part == "vertical"
        else np.s_[:, :, luma.shape[2] // 2 + 3]
    )
    luma[middle] = np.rint(0.8 * luma[middle] + 0.2 * 235)
    lined = replace(plain, views={**plain.views, name: replace(view, luma=luma)})
    assert wedge_figures.figure(plain, view).value > 180
    with REFUSED:
        wedge_figures.figure(lined, lined.views[name])

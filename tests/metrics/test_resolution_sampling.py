"""Fields woven together, doubled rows and digital zoom are found in the picture, or nothing is."""

from __future__ import annotations

import warnings
from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.charts import definition
from acceptance.metrics import resolution
from acceptance.metrics._shared import enlargement
from acceptance.metrics.resolution import bar_images
from acceptance.metrics.resolution.sampling import sampling_of
from acceptance.model import Measurement, Note, Shot
from acceptance.scene import build
from acceptance.scene.views import View
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

PLAIN = Camera(
    width=640, height=360, blur=0.8, noise=0.006, fixed_noise=0.004, white=0.8, share=0.8, crf=0
)


def film(folder: Path, **changed: Any) -> build.Scene:
    """Film the chart by a camera that is ``changed``."""
    chart = definition.load("acceptance")
    film_chart(replace(PLAIN, **changed), chart, folder / "film.mkv", 0.2)
    return build.look(Shot(id="s", subject="c", clip="film.mkv", chart="acceptance"), folder)


@pytest.mark.film
@pytest.mark.parametrize(
    "changed", [{}, slow({"crf": 28}), slow({"noise": 0.0, "blur": 0.3}), slow({"roll": 90.0})]
)
def test_in_a_plain_picture_all_pixels_are_samples(changed: dict[str, Any], tmp_path: Path) -> None:
    """Without noise and nearly without blur, coded, and turned as well."""
    found = sampling_of(film(tmp_path, **changed))
    assert (found.across, found.down, found.shift, found.enlarged) == (1.0, 1.0, 0.0, 1.0)


@pytest.mark.film
@pytest.mark.parametrize(("shift", "crf"), [(3.0, 0), slow(3.0, 28), slow(0.4, 0)])
def test_figures_along_combed_rows_are_refused(shift: float, crf: int, tmp_path: Path) -> None:
    """With the displacement, to a tenth and a twentieth of a px; those down the rows from 1 px on.

    An edge that leans by 5.5 degrees is 0.3 px off in every second row then.
    """
    seen = film(tmp_path, combing=shift, crf=crf)
    assert abs(sampling_of(seen).shift - shift) < 0.05 + 0.15 * shift
    found = list(resolution.measure(seen))
    along = ("resolution.horizontal", "resolution.wedge_horizontal")
    refused = [item for item in found if item.quantity in along]
    assert all(isinstance(item, Note) for item in refused)
    assert {item.reason.code for item in refused if isinstance(item, Note)} == {"combed"}
    down = [item for item in found if item.quantity == "resolution.vertical"]
    assert all(isinstance(item, Note) == (shift > 1) for item in down)


@pytest.mark.film
@pytest.mark.parametrize(
    ("crf", "how"),
    [(0, "doubled"), (0, "interpolated"), slow(24, "doubled"), slow(24, "interpolated")],
)
def test_no_wedge_reads_more_than_doubled_rows_carry(crf: int, how: str, tmp_path: Path) -> None:
    """Nor do edges across them: they are refused; those along the rows are right.

    A coder may leave so little of what was interpolated that the wedge is refused, too.
    """
    seen = film(tmp_path, crf=crf, **{how: True})
    wedge = "resolution.wedge_vertical"
    [found] = (item for item in resolution.measure(seen) if item.quantity == wedge)
    if isinstance(found, Note):
        assert (crf > 0, how, found.reason.code) == (True, "interpolated", "wedge_not_resolved")
    else:
        assert found.value <= 360 / 2
        assert found.details["limited_by"] == "sampling_limit"
    refused = [item for item in resolution.measure(seen) if item.quantity == "resolution.vertical"]
    assert {item.reason.code for item in refused if isinstance(item, Note)} == {"doubled"}
    read = [
        item
        for item in resolution.measure(seen)
        if item.quantity == "resolution.mtf50" and not isinstance(item, Note)
    ]
    assert {item.direction for item in read} == {"horizontal"}
    frequencies = np.linspace(0.1, 0.5, 4001)
    true = float(np.interp(-0.5, -PLAIN.mtf(frequencies, 5.0), frequencies))
    assert sum(abs(item.value - true) <= item.expanded for item in read) >= len(read) - 1


@pytest.mark.film
@pytest.mark.parametrize("shift", [0.4, slow(1.0)])
def test_doubled_rows_that_are_combed_too_are_refused(shift: float, tmp_path: Path) -> None:
    """By so little that they still count as doubled, or by more: along the rows nothing is read."""
    seen = film(tmp_path, doubled=True, combing=shift)
    assert sampling_of(seen).shift > 0.15
    along = [item for item in resolution.measure(seen) if item.quantity == "resolution.horizontal"]
    assert {item.reason.code for item in along if isinstance(item, Note)} == {"combed"}
    assert all(isinstance(item, Note) for item in along)


@pytest.mark.film
@pytest.mark.parametrize("zoom", [1.5, slow(1.3), slow(2.0), slow(2.5)])
def test_a_digital_zoom_is_known_by_its_factor(zoom: float, tmp_path: Path) -> None:
    seen = film(tmp_path, zoom=zoom, share=0.8 / zoom, width=960, height=540)
    found = sampling_of(seen)
    assert found.enlarged == pytest.approx(zoom, rel=0.01)
    assert found.of("horizontal") == found.of("vertical") == 1 / found.enlarged
    codes = [item.reason.code for item in resolution.measure(seen) if isinstance(item, Note)]
    assert codes.count("enlarged") == 1


@pytest.mark.film
@pytest.mark.parametrize(
    ("zoom", "coder"),
    [
        (1.6, {"crf": 26}),
        slow(1.25, {"crf": 28}),
        slow(1.6, {"codec": "libx265", "crf": 26}),
        slow(1.0, {"crf": 26}),
        slow(1.0, {"codec": "libx265", "crf": 30}),
    ],
)
def test_a_zoom_of_coded_footage_is_known_by_the_images_of_the_bars(
    zoom: float, coder: dict[str, Any], tmp_path: Path
) -> None:
    """No reading lies above what the camera's own samples carry, and it is said why."""
    seen = film(tmp_path, zoom=zoom, share=0.88 / zoom, blur=0.4, **coder)
    assert sampling_of(seen).enlarged == pytest.approx(zoom, rel=0.01)
    found = list(resolution.measure(seen))
    read = [
        item for item in found if "wedge" in str(item.quantity) and isinstance(item, Measurement)
    ]
    assert all(item.value <= 360 / zoom * 1.01 for item in read)
    assert any(item.reason.code == "enlarged" for item in found if isinstance(item, Note)) == (
        zoom > 1
    )


def test_what_a_coarse_coder_leaves_of_bars_is_no_zoom(monkeypatch: pytest.MonkeyPatch) -> None:
    """A film at CRF 24 that was not enlarged; on this slope readings were -10^9 TV lines once."""
    strength = [
        [0.14, 0.12, 0.09, 0.1, 0.13, 0.19, 0.22, 0.26, 0.27, 0.29, 0.28, 0.24],
        [0.18, 0.2, 0.22, 0.23, 0.25, 0.26, 0.24, 0.21, 0.18, 0.15, 0.09, 0.05],
    ]
    sure = [
        [3.6, 2.8, 2.2, 2.3, 2.9, 4.0, 4.5, 5.3, 5.2, 5.4, 4.9, 4.1],
        [5.7, 6.1, 6.6, 6.8, 7.0, 7.1, 6.2, 5.4, 4.2, 3.4, 2.0, 1.1],
    ]
    others = np.full(bar_images.RATES.size - 12, 4.0)
    images = [
        np.array([np.append(0 * others, of_one), np.append(others, as_sure)])
        for of_one, as_sure in zip(strength, sure, strict=True)
    ]
    no_image = 0 * images[0]
    monkeypatch.setattr(
        bar_images, "_images", lambda _, band: images.pop() if band == bar_images.BAND else no_image
    )
    assert bar_images.factor([_bars(1.0), _bars(1.0)]) == 1


def _sure(*peaks: tuple[int, float]) -> NDArray[np.float64]:
    """Sureness of images at all rates: 2 to 4, and peaks that fall off over three rates."""
    values = np.random.default_rng(8).uniform(2, 4, bar_images.RATES.size)
    for at, height in peaks:
        fall = height - 4 * np.abs(np.arange(values.size) - at)
        values = np.maximum(values, fall)
    return values


@pytest.mark.parametrize(
    ("peaks", "seen"),
    [
        ([(40, 12.0)], True),
        ([(40, 7.9)], False),  # about twice what others have
        ([(40, 12.0), (46, 13.0)], False),  # on the slope of another
        ([(40, 12.0), (60, 13.0)], True),
        ([(40, 20.0), *((at, 12.0) for at in range(55, 100, 3))], False),  # of many
    ],
)
def test_an_image_is_told_where_it_stands_out(
    peaks: list[tuple[int, float]], *, seen: bool
) -> None:
    assert bar_images._stands_out(_sure(*peaks), 40) is seen


def test_an_image_beside_which_none_is_seen_stands_out() -> None:
    only = np.where(np.arange(bar_images.RATES.size) == 40, 8.0, 0.0)
    assert bar_images._stands_out(only, 40)


def _bars(factor: float, contrast: float = 0.8, kernel: int = cv2.INTER_CUBIC) -> View:
    """Make a view of a wedge whose samples were enlarged, without optics."""
    wide = round(90 / factor)
    x, y = np.meshgrid(np.arange(wide) - wide / 2, np.arange(round(160 / factor)))
    cycles = 0.05 + 0.0045 * factor * y
    codes = 128 + 100 * contrast * np.cos(2 * np.pi * cycles * x + np.pi)
    shown = cv2.resize(codes, (90, 160), interpolation=kernel)
    scale = {"bars": 9, "from": 0.05 / factor, "to": (0.05 + 0.0045 * 160) / factor}
    printed = scale | {"form": "hyperbolic"}
    region = SimpleNamespace(
        printed=printed, rect=(0.0, 0.0, 90.0, 160.0), direction="horizontal", name="wedge"
    )
    place = SimpleNamespace(to_chart=lambda points: points + 0.5)
    noise = np.random.default_rng(6).normal(0, 4, (1, *shown.shape))
    seen: Any = {"region": region, "place": place, "box": (0, 0, 90, 160), "stable": True}
    return View(luma=shown + noise, cb=None, cr=None, **seen)


@pytest.mark.parametrize("kernel", [cv2.INTER_CUBIC, cv2.INTER_LANCZOS4])
@pytest.mark.parametrize("factor", [slow(1.3), 1.6, slow(2.0)])
def test_bars_that_were_interpolated_have_images(factor: float, kernel: int) -> None:
    """Before a kernel of many pixels those alone that are finer than the samples carry."""
    assert bar_images.factor([_bars(factor, kernel=kernel)]) == pytest.approx(factor, rel=0.02)


@pytest.mark.parametrize("factor", [1 / 1.25, 3 / 4, 2 / 3])
def test_a_picture_of_which_every_so_manieth_pixel_is_left_was_not_enlarged(factor: float) -> None:
    """Bars have images at the rate of the gaps, but are stronger, however fine they are."""
    assert bar_images.factor([_bars(factor, kernel=cv2.INTER_NEAREST)]) == 1


@pytest.mark.parametrize("views", [[], [_bars(1.0)], [_bars(1.6), _bars(1.0)]])
def test_no_zoom_is_read_off_bars_that_show_none_or_do_not_agree(views: list[Any]) -> None:
    assert bar_images.factor(views) == 1


def test_a_wedge_of_which_no_pixel_is_seen_shows_no_zoom_and_warns_of_nothing() -> None:
    place = SimpleNamespace(to_chart=lambda points: points + 1000)
    beside = replace(_bars(1.6), place=cast("Any", place))
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert bar_images.factor([beside]) == 1


def test_a_scene_without_edges_says_nothing_of_its_samples(tmp_path: Path) -> None:
    """Nor do regions in which nothing is to be seen."""
    seen = film(tmp_path)
    bare = replace(seen, views={})
    blank = {
        name: replace(view, luma=np.full_like(view.luma, 90)) for name, view in seen.views.items()
    }
    for scene in (bare, replace(seen, views=blank)):
        found = sampling_of(scene)
        assert (found.across, found.down, found.shift, found.enlarged) == (1.0, 1.0, 0.0, 1.0)


def test_noise_that_repeats_with_a_coders_blocks_tells_of_no_zoom() -> None:
    """A fine JPEG of 720p read as enlarged 1.6 times, and its wedges 29 % low.

    Noise enlarged 1.6 times repeats at 3/8 cycle/px, as blocks of 8 px may.
    """
    small = np.random.default_rng(3).standard_normal((8, 80, 80)) * 3
    size, cubic = (128, 128), cv2.INTER_CUBIC
    large = np.array([cv2.resize(frame, size, interpolation=cubic) for frame in small])
    view: Any = SimpleNamespace(luma=np.rint(120 + large).astype(np.uint8))
    assert enlargement.enlargement([view]) == pytest.approx(1.6, rel=0.02)
    assert enlargement.enlargement([view], coded=True) == 1.0
    assert all(enlargement._of_blocks(at) for at in (0.25, 0.375, 0.5))
    assert not any(enlargement._of_blocks(at) for at in (0.3, 0.44))

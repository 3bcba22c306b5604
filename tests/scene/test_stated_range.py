"""A stream that states a wrong range of codes: what the picture says against it."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from numpy.typing import NDArray

from acceptance.charts import definition
from acceptance.metrics import grey_scale, noise
from acceptance.model import Coding, Measurement, Shot
from acceptance.scene import build, stated_range
from acceptance.simulate.camera import Camera
from acceptance.simulate.films import film_chart

if TYPE_CHECKING:
    from pathlib import Path

Array = NDArray[np.float64]

CHART = definition.load("acceptance")
CAMERA = Camera(
    width=640, height=360, blur=0.8, noise=0.006, fixed_noise=0.004, white=0.75, share=0.88, crf=0
)


def video(*, full_range: bool = False, depth: int = 8, assumed: tuple[str, ...] = ()) -> Any:
    """Say what a stream says."""
    return SimpleNamespace(full_range=full_range, depth=depth, assumed=assumed, transfer="bt709")


def room(low: float, high: float, scatter: float = 1.0) -> NDArray[np.uint8]:
    """Draw a picture of 160 x 320 px from dark to light, within these codes, with noise."""
    random = np.random.default_rng(4)
    codes = np.linspace(low, high, 320) + scatter * random.standard_normal((160, 320))
    return np.clip(np.rint(codes), low, high).astype(np.uint8)


@pytest.mark.parametrize(
    ("luma", "full_range", "contradicted"),
    [
        (room(2, 252), False, True),
        (room(2, 252), True, False),
        (room(17, 233), False, False),
        (room(30, 220), True, False),
        (room(18, 252), False, False),  # highlights above white, as many cameras record them
    ],
)
def test_parts_beyond_limited_range_contradict_it(
    luma: NDArray[np.uint8], *, full_range: bool, contradicted: bool
) -> None:
    assert stated_range._by_codes(luma, video(full_range=full_range)) is contradicted


@pytest.mark.parametrize("end", [16, 235])
def test_a_picture_cut_off_where_limited_range_ends_is_not_of_full_range(end: int) -> None:
    """A lamp, or a door, that is one code without noise; ringing beside it is no contradiction."""
    luma = room(40, 200)
    luma[:40, :40] = end
    assert stated_range._by_codes(luma, video(full_range=True))
    assert not stated_range._by_codes(luma, video(full_range=False))
    luma[:40, :40] = 225
    assert not stated_range._by_codes(luma, video(full_range=True))


def test_a_smooth_flat_near_an_end_is_not_cut_off() -> None:
    """The chart's edges scatter by far more than its flats, which have noise to their ends."""
    luma = room(40, 200, 4.0)
    random = np.random.default_rng(2)
    luma[:40, :40] = np.rint(16 + 0.5 * random.standard_normal((40, 40)))
    luma[80:, :] = np.rint(100 + 0.5 * random.standard_normal((80, 320)))
    assert not stated_range._by_codes(luma, video(full_range=True))


def test_codes_that_limited_range_has_not_outweigh_the_steps_of_an_odd_curve() -> None:
    """A pure power of 1/2.2 over full range looks like limited range by BT.709."""
    assert stated_range._proved(room(2, 252), video(full_range=True))
    assert not stated_range._proved(room(20, 230), video(full_range=True))
    assert not stated_range._proved(room(2, 252), video(full_range=False))


def test_a_picture_smaller_than_a_block_tells_nothing() -> None:
    for full_range in (True, False):
        assert not stated_range._by_codes(room(2, 252)[:4, :4], video(full_range=full_range))


def test_ten_bits_are_looked_at_as_eight() -> None:
    luma = 4 * room(2, 252).astype(np.uint16)
    assert stated_range._by_codes(luma, video(depth=10))


def test_white_letters_are_no_full_range() -> None:
    luma = room(30, 220)
    luma[10:26, 10:90:8] = 255
    assert not stated_range._by_codes(luma, video())


def filmed(camera: Camera, folder: Path) -> build.Scene:
    """Film the chart; return the scene."""
    film_chart(camera, CHART, folder / "film.mkv", 0.2)
    shot = Shot(id="s", subject="c", clip="film.mkv", chart="acceptance", chart_copy="as_drawn")
    return build.look(shot, folder)


def said(scene: build.Scene, metric: Any) -> dict[str, Measurement]:
    """Return what a metric measures, the first of each quantity."""
    found: dict[str, Measurement] = {}
    for item in metric.measure(scene):
        if isinstance(item, Measurement):
            found.setdefault(item.quantity, item)
    return found


@pytest.mark.film
@pytest.mark.parametrize("full_range", [True, False])
def test_grey_steps_that_fit_the_other_range_alone_put_both_into_u(
    tmp_path: Path, *, full_range: bool
) -> None:
    """Gamma 0.621 +- 0.009 for 0.526 was said, 0.440 +- 0.013 the other way round."""
    seen = filmed(replace(CAMERA, full_range=full_range), tmp_path)
    assert not seen.range_contradicted
    lying = replace(seen, video=replace(seen.video, full_range=not full_range))
    assert stated_range.contradicted(lying, [seen.reference])
    noted = build._believed(lying, [seen.reference])
    assert noted.range_contradicted
    assert (
        noted.notes[-1].reason.code == ("range_looks_full", "range_looks_limited")[not full_range]
    )
    named = replace(lying.shot, coding=Coding(full_range=not full_range))
    assert build._believed(replace(lying, shot=named), [seen.reference]).notes == lying.notes
    believed, doubted = (said(each, grey_scale)["grey_scale.gamma"] for each in (
        lying, replace(lying, range_contradicted=True),
    ))  # fmt: skip
    true = said(seen, grey_scale)["grey_scale.gamma"].value
    assert abs(believed.value - true) > 3 * believed.expanded
    assert abs(doubted.value - true) <= doubted.expanded < 0.2
    ratio, right = (said(each, noise)["noise.snr"] for each in (
        replace(lying, range_contradicted=True), seen,
    ))  # fmt: skip
    assert abs(ratio.value - right.value) <= ratio.expanded < 2


def test_a_camera_of_another_curve_is_believed() -> None:
    """Its steps fit neither range: nothing tells."""
    light = np.geomspace(0.03, 0.9, 12)
    for exponent in (0.33, 0.42, 0.6):
        steps = np.column_stack([
            16 + 219 * light**exponent, light, np.full(12, 0.1), np.zeros(12)
        ])  # fmt: skip
        fits = [min(stated_range._misfits(steps, video(full_range=full))) for full in (False, True)]
        assert min(fits) > stated_range.FITS

"""What a simulated camera does to its picture is what it says: filters, motion, lens, depth."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pytest

from acceptance.charts import definition
from acceptance.footage import clip
from acceptance.simulate import films
from acceptance.simulate.camera import Camera
from acceptance.simulate.coding import coded, digitised, processed
from acceptance.simulate.optics import Sheet, observed, photograph
from acceptance.simulate.processing import noise_gain, recursion_gain, response

if TYPE_CHECKING:
    from pathlib import Path

SMALL = Camera(width=128, height=96, crf=0, noise=0.02, surround=0.0)
PROCESSING = [{"sharpening": 0.8}, {"smoothing": 0.6}, {"sharpening": 0.5, "smoothing": 0.4}]


@pytest.mark.parametrize("values", PROCESSING)
@pytest.mark.parametrize("frequency", [0.05, 0.2, 0.37])
def test_a_filter_passes_a_wave_by_its_response(values: dict[str, float], frequency: float) -> None:
    """A wave along a slant; the middle of the picture, away from its rim."""
    camera, turn = replace(SMALL, **values), math.radians(20)
    y, x = np.mgrid[:96, :128]
    across, down = frequency * math.cos(turn), frequency * math.sin(turn)
    wave = np.cos(2 * np.pi * (across * x + down * y)).astype(np.float32)
    ratio = processed(camera, wave)[16:-16, 16:-16] / wave[16:-16, 16:-16]
    seen = float(np.median(ratio))
    assert seen == pytest.approx(float(response(camera, across, down)), abs=1e-3)
    free, with_it = (float(c.mtf(frequency, 20)) for c in (SMALL, camera))
    assert with_it / free == pytest.approx(seen, abs=1e-3)


@pytest.mark.parametrize(
    "values", [*PROCESSING, {"recursion": 0.6}, {"recursion": 0.3, "smoothing": 0.5}]
)
def test_noise_reduction_and_sharpening_leave_the_noise_that_is_known(
    values: dict[str, float],
) -> None:
    """Sigma over 40 frames within 2 %; recursion makes neighbours alike by its own share."""
    camera = replace(SMALL, noise=0.03, **values)
    level = [np.full((96, 128), 120, np.float32)]
    shown = [digitised(camera, level, number, camera.recursion)[0] for number in range(40)]
    frames = np.stack(shown).astype(np.float64) - 120
    sigma = camera.noise * 219 * noise_gain(camera) * recursion_gain(camera.recursion)
    assert math.sqrt(np.mean(frames**2) - 1 / 12) == pytest.approx(sigma, rel=0.02)
    alike = np.mean(frames[1:] * frames[:-1]) / np.mean(frames**2)
    assert alike == pytest.approx(camera.recursion, abs=0.02)


@pytest.mark.parametrize("motion", [(2.0, 0.0), (0.0, 3.0)])
def test_motion_spreads_an_edge_by_its_length(motion: tuple[float, float]) -> None:
    """The variance of the line spread grows by that of a box as long, in its direction only."""
    still, moving = (_spreads(replace(SMALL, blur=0.8, motion=by)) for by in ((0.0, 0.0), motion))
    grown = np.subtract(moving, still)
    assert grown == pytest.approx(np.square(motion) / 12, abs=0.005)


def _spreads(camera: Camera) -> list[float]:
    """Variance of the line spread of a bright field's left and upper edges, px squared."""
    light = np.zeros((1, 96, 128), np.float32)
    light[:, 20:76, 30:98] = 1.0
    seen = photograph(camera, [(Sheet(base=light), np.eye(3))]).base[0].astype(np.float64)
    variances = []
    for line in (seen[48, :64], seen[:48, 64]):
        spread, at = np.diff(line), np.arange(len(line) - 1)
        mean = spread @ at / spread.sum()
        variances.append(float(spread @ (at - mean) ** 2 / spread.sum()))
    return variances


def test_a_lens_that_is_beside_the_middle_and_askew_shows_a_spot_where_it_says() -> None:
    """The light's centroid is at the place that ``observed`` gives, and moved by the switches."""
    camera = replace(
        SMALL, distortion=0.05, centre=(3.0, -2.0), tangential=(0.004, -0.003), blur=1.0
    )
    light = np.zeros((1, 9, 9), np.float32)
    light[0, 4, 4] = 1.0
    place = np.array([[1, 0, 90], [0, 1, 20], [0, 0, 1.0]])
    seen = photograph(camera, [(Sheet(base=light), place)]).base[0].astype(np.float64)
    y, x = np.mgrid[:96, :128]
    spot = [float(np.sum(seen * at) / seen.sum()) for at in (x, y)]
    there = observed(camera, place, np.array([[4.0], [4.0]]))[:, 0]
    assert spot == pytest.approx(there, abs=0.01)
    straight = observed(replace(camera, tangential=(0.0, 0.0)), place, np.array([[4.0], [4.0]]))
    assert math.dist(there, straight[:, 0]) > 0.1


def test_a_tone_curve_bends_and_colours_lie_beside() -> None:
    """Mid grey has 30 % less contrast, black and white stay; colours move, luma does not."""
    flat = replace(SMALL, tone=0.3)
    ends = [float(flat.signal(np.array(light))) for light in (0.0, 1.0)]
    assert ends == pytest.approx([0, 1], abs=1e-6)
    light = np.array([0.259, 0.26])
    slopes = [float(np.diff(camera.signal(light))[0]) for camera in (flat, SMALL)]
    assert slopes[0] / slopes[1] == pytest.approx(0.7, abs=0.01)
    spot = np.full((3, 96, 128), 0.3, np.float32)
    spot[0, 40:56, 60:76] = 0.6
    for shift in ((0.0, 0.0), (4.0, -2.0)):
        luma, _, red = coded(replace(SMALL, chroma_shift=shift), spot)
        for plane, unit, moved in ((luma, 1, (0, 0)), (red, 2, shift)):
            y, x = np.mgrid[: plane.shape[0], : plane.shape[1]]
            off = np.abs(plane.astype(np.float64) - plane[0, 0])
            middle = [unit * float(np.sum(off * at) / off.sum()) for at in (x, y)]
            assert middle == pytest.approx([68 - unit / 2 + moved[0], 48 - unit / 2 + moved[1]])


def test_ten_bits_come_back_and_a_coarser_jpeg_is_smaller(tmp_path: Path) -> None:
    """Codes four times as fine, lossless; scale 12 takes less than two thirds of scale 2."""
    chart, camera = definition.load("acceptance"), replace(SMALL, depth=10)
    truth = films.film_chart(camera, chart, tmp_path / "deep.mkv", 0.08)
    assert truth.noise == pytest.approx(4 * 219 * camera.noise)
    frames = [frame.luma for frame in clip.open_clip(tmp_path / "deep.mkv").frames()]
    assert frames[0].dtype == np.uint16
    assert 4 * 16 < np.median(frames[0]) < 4 * 235
    sizes = []
    for scale in (2, 12):
        jpeg = replace(SMALL, codec="mjpeg", full_range=True, scale=scale)
        films.film_chart(jpeg, chart, tmp_path / f"{scale}.avi", 0.08)
        sizes.append((tmp_path / f"{scale}.avi").stat().st_size)
    assert sizes[1] < sizes[0] * 2 / 3

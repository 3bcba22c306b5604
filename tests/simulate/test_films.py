"""The simulated camera shows what its truth says: against closed forms, and through a real file."""

from __future__ import annotations

import csv
import math
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pytest
from marks import slow
from scipy.special import ndtr

from acceptance.charts import definition, drawing
from acceptance.footage import clip
from acceptance.simulate import optics
from acceptance.simulate.camera import Camera, Sensor
from acceptance.simulate.coding import coded, digitised, fixed_pattern
from acceptance.simulate.displays import Display
from acceptance.simulate.films import IDEAL, film_chart, film_clock, film_screens, film_two_levels
from acceptance.simulate.optics import Sheet, observed, photograph, pose
from acceptance.simulate.screens import filmed_clock, refreshes, screen_frames
from acceptance.simulate.sheets import chart_sheet, from_raster

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from acceptance.simulate.films import Truth

SMALL = Camera(width=480, height=270, noise=0.0, crf=0)


@pytest.fixture(scope="module")
def chart() -> definition.Chart:
    """Load the printed chart."""
    return definition.load("acceptance")


@pytest.fixture(scope="module")
def clock() -> definition.Chart:
    """Load the clock."""
    return definition.load("clock")


def pictured(
    camera: Camera, chart: definition.Chart, index: int | None = None
) -> NDArray[np.float32]:
    """Light (h, w) of the chart's green channel in the camera's picture."""
    width = round(3 * camera.share * camera.width)
    raster = np.moveaxis(drawing.draw(chart, width, index=index), 2, 0)[1:2].copy()
    to_picture = pose(camera, chart.size) @ np.linalg.inv(drawing.to_raster(chart, width))
    return photograph(camera, [(Sheet(base=raster), to_picture)]).base[0]


@pytest.mark.parametrize("share", [0.9, 1.3])
def test_an_image_seen_straight_gives_by_axes_what_it_gives_point_by_point(
    chart: definition.Chart, share: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The whole chart, and one that reaches beyond the picture; float32 rounds at 6e-8."""
    camera = replace(SMALL, blur=0.5, share=share, offset=(3.3, -2.7))
    by_axes = pictured(camera, chart)
    monkeypatch.setattr(optics, "_straight", lambda *_: False)
    by_points = pictured(camera, chart)
    assert np.abs(by_axes - by_points).max() < 2e-6
    assert np.ptp(by_points) > 0.5


@pytest.mark.parametrize("name", ["acceptance", "colorchecker"])
def test_channels_seen_together_are_those_that_are_seen_alone(name: str) -> None:
    """Of a chart that is grey for the most part, and of one that is coloured; float32 rounds."""
    camera = replace(SMALL, width=320, height=180, tilt=9, pan=-4, distortion=0.03)
    chart = definition.load(name)
    sheet, place = chart_sheet(camera, chart), pose(camera, chart.size) @ from_raster(camera, chart)
    together = photograph(camera, [(sheet, place)]).base
    for seen, plane in zip(together, sheet.base, strict=True):
        alone = photograph(camera, [(Sheet(base=plane[None]), place)]).base[0]
        assert np.abs(seen - alone).max() < 2e-6
    assert np.ptp(together, axis=0).max() > 0.3


@pytest.mark.parametrize("bent", [{"roll": 1e-6}, {"pan": 1e-6}, {"distortion": 1e-9}])
def test_no_image_is_taken_for_straight_that_is_not(
    chart: definition.Chart, bent: dict[str, float]
) -> None:
    for camera, straight in ((SMALL, True), (replace(SMALL, **bent), False)):
        inverse = np.linalg.inv(pose(camera, chart.size) @ from_raster(camera, chart))
        assert optics._straight(camera, inverse) is straight


@pytest.mark.parametrize(
    ("blur", "tilt"), [(0.4, 0.0), slow(0.6, 0.0), slow(1.5, 0.0), (0.6, 15.0)]
)
def test_an_edge_is_the_integral_over_pixels_of_the_gaussian_edge(
    chart: definition.Chart, blur: float, tilt: float
) -> None:
    """Truth by numerical integration (15 x 15 points a pixel) of Phi(distance / blur)."""
    camera = replace(SMALL, blur=blur, tilt=tilt)
    picture = pictured(camera, chart)
    region = chart.region("centre.edge_horizontal")
    x, y = region.rect[0] + region.rect[2] / 2, region.rect[1] + region.rect[3] / 2
    angle = np.radians(region.printed["angle"])
    ends = observed(
        camera,
        pose(camera, chart.size),
        np.array([[x, x - 5 * np.sin(angle)], [y, y + 5 * np.cos(angle)]]),
    )
    along = (ends[:, 1] - ends[:, 0]) / np.linalg.norm(ends[:, 1] - ends[:, 0])
    column, row = ends[:, 0]
    columns, rows = np.meshgrid(
        np.arange(round(column) - 9, round(column) + 10), np.arange(round(row) - 9, round(row) + 10)
    )
    inside = (np.arange(15) + 0.5) / 15 - 0.5
    shift_x, shift_y = np.meshgrid(inside, inside)
    distance = along[1] * (columns[..., None] - column + shift_x.ravel()) - along[0] * (
        rows[..., None] - row + shift_y.ravel()
    )
    truth = ndtr(distance / blur).mean(axis=2)
    dark, light = region.printed["dark"], region.printed["light"]
    error = (picture[rows, columns] - dark) / (light - dark) - truth
    assert np.sqrt(np.mean(error**2)) < 0.001
    assert np.abs(error).max() < 0.01


def test_truth_says_where_the_chart_lies(chart: definition.Chart) -> None:
    """In a turned, distorted picture a fiducial's border is dark, and just outside it is light."""
    camera = replace(SMALL, tilt=12, pan=-8, roll=7, share=0.8, distortion=0.06, blur=0.3)
    picture = pictured(camera, chart)
    for mark in chart.fiducials:
        x, y, side, _ = mark.rect
        points = np.array([[x + side / 12, x - side / 12], [y + side / 2, y + side / 2]])
        columns, rows = observed(camera, pose(camera, chart.size), points).round().astype(int)
        inside, outside = picture[rows, columns]
        assert inside < 0.2
        assert outside > 0.5


def test_codes_are_the_transfer_curve_of_the_light(chart: definition.Chart, tmp_path: Path) -> None:
    """Every grey step of a lossless film has the code that BT.709 gives it, to half a code."""
    truth = film_chart(SMALL, chart, tmp_path / "chart.mp4", 0.04)
    frame = next(clip.open_clip(tmp_path / "chart.mp4").frames())
    for region in (region for region in chart.regions if region.kind == "grey"):
        x, y = truth.point(region.rect[0] + region.rect[2] / 2, region.rect[1] + region.rect[3] / 2)
        code = 16 + 219 * (1.099 * (0.01 + 0.89 * region.printed["reflectance"]) ** 0.45 - 0.099)
        assert abs(float(frame.luma[round(y), round(x)]) - code) <= 0.51
        assert truth.camera.luma(region.printed["reflectance"]) == pytest.approx(code)


@pytest.mark.parametrize("full_range", [False, True])
def test_neutrals_have_no_colour_in_either_range(*, full_range: bool) -> None:
    """Grey light gives Cb = Cr = 128, white light the code of white."""
    camera = replace(SMALL, full_range=full_range, black=0.0, white=1.0)
    luma, cb, cr = coded(camera, np.ones((3, 8, 8), np.float32))
    assert luma.mean() == pytest.approx(255 if full_range else 235, abs=1e-3)
    assert cb.mean() == pytest.approx(128, abs=1e-3)
    assert cr.mean() == pytest.approx(128, abs=1e-3)


def test_noise_has_the_stated_sigma_and_the_fixed_part_stays(
    chart: definition.Chart, tmp_path: Path
) -> None:
    """Over time and in the mean frame, within 5 standard errors; rounding adds 1/12."""
    camera = replace(SMALL, noise=0.01, fixed_noise=0.008, share=0.5)
    truth = film_chart(camera, chart, tmp_path / "noisy.mp4", 0.8)
    frames = np.stack([frame.luma for frame in clip.open_clip(tmp_path / "noisy.mp4").frames()])[
        :, :50
    ].astype(float)
    pixels, count = frames[0].size, len(frames)
    temporal = frames.var(axis=0, ddof=1).mean()
    fixed = frames.mean(axis=0).var() - temporal / count
    assert temporal == pytest.approx(
        truth.noise**2 + 1 / 12, rel=5 * np.sqrt(2 / (pixels * (count - 1)))
    )
    assert fixed == pytest.approx(truth.fixed_noise**2, rel=5 * np.sqrt(2 / pixels) * 1.2)


def test_dropped_frames_leave_gaps_and_repeated_ones_show_the_picture_before(
    chart: definition.Chart, tmp_path: Path
) -> None:
    """Times and pictures of a lossless film."""
    camera = replace(SMALL, noise=0.01, dropped=frozenset({3, 4}), repeated=frozenset({6}))
    truth = film_chart(camera, chart, tmp_path / "gaps.mp4", 0.4)
    frames = list(clip.open_clip(tmp_path / "gaps.mp4").frames())
    assert truth.sources == (0, 1, 2, 5, 5, 7, 8, 9)
    assert [frame.time for frame in frames] == [
        Fraction(slot, 25) for slot in (0, 1, 2, 5, 6, 7, 8, 9)
    ]
    same = [bool(np.array_equal(a.luma, b.luma)) for a, b in pairwise(frames)]
    assert same == [a == b for a, b in pairwise(truth.sources)]


def test_a_bit_rate_is_held_where_one_is_asked_for(chart: definition.Chart, tmp_path: Path) -> None:
    """Two seconds of noise come out within a fifth of 300 kbit/s, far below CRF 10."""
    camera = replace(SMALL, noise=0.02, crf=10)
    sizes = {}
    for rate in (0, 300_000):
        film_chart(replace(camera, bit_rate=rate), chart, tmp_path / f"{rate}.mp4", 2.0)
        sizes[rate] = 8 * (tmp_path / f"{rate}.mp4").stat().st_size / 2
    assert sizes[300_000] == pytest.approx(300_000, rel=0.2)
    assert sizes[0] > 2 * sizes[300_000]


def test_the_sum_of_the_cells_is_the_clock_itself(clock: definition.Chart) -> None:
    """Photographed cells add up to the photograph of any refresh drawn as a whole."""
    camera = replace(SMALL, roll=-4, share=0.8)
    own, live = filmed_clock(camera, clock, refreshes(60.0, 123_400, (0.0, 2.0)), IDEAL)
    sheet = photograph(camera, [(own, pose(camera, clock.size) @ from_raster(camera, clock))])
    picture = sheet.base[0].copy()
    for cell, level in zip(sheet.cells, live.levels[56], strict=True):
        if level:
            height, width = cell.light.shape
            picture[cell.y : cell.y + height, cell.x : cell.x + width] += cell.light
    step = from_raster(camera, clock)[0, 0]
    raster = drawing.draw(clock, round(clock.size[0] / step), index=123_456)[..., 1]
    whole = photograph(
        camera,
        [(Sheet(base=raster[None].copy()), pose(camera, clock.size) @ from_raster(camera, clock))],
    )
    assert np.abs(picture - whole.base[0]).max() < 1e-4


def test_frames_of_a_clock_are_those_of_its_light_coded_as_a_whole(
    clock: definition.Chart,
) -> None:
    """Only what is lit is coded anew in each frame: the codes are the same, to the last one."""
    camera = replace(SMALL, vignetting=0.3, noise=0.01, fixed_noise=0.01)
    own, live = filmed_clock(camera, clock, refreshes(60.0, 1000, (0.0, 0.2)), IDEAL)
    sheet = photograph(camera, [(own, pose(camera, clock.size) @ from_raster(camera, clock))])
    levels = 0.7 * live.levels[:4]
    shown = tuple((number, number) for number in range(4))
    (pattern,) = fixed_pattern(camera, [np.zeros_like(sheet.base[0])])
    frames = screen_frames(camera, sheet, levels, shown)
    for number, ((luma,), row) in enumerate(zip(frames, levels.astype(np.float32), strict=True)):
        light = sheet.base[0].copy()
        for cell, level in zip(sheet.cells, row, strict=True):
            light[cell.box] += level * cell.light
        (whole,) = digitised(camera, [coded(camera, light[None])[0] + pattern], number)
        assert np.array_equal(luma, whole)


def test_a_lossless_film_holds_the_very_codes_of_the_sensor(
    clock: definition.Chart, tmp_path: Path
) -> None:
    """However it is coded: the preset of a lossless film does not matter."""
    camera = replace(SMALL, noise=0.02, preset="medium")
    film_clock(camera, clock, tmp_path / "medium.mp4", 0.2)
    film_clock(replace(camera, preset="veryfast"), clock, tmp_path / "fast.mp4", 0.2)
    films = (clip.open_clip(tmp_path / name).frames() for name in ("medium.mp4", "fast.mp4"))
    for medium, fast in zip(*films, strict=True):
        assert np.array_equal(medium.luma, fast.luma)


def test_an_exposure_is_the_mean_of_what_was_lit_during_it() -> None:
    """A cell lit from 1 s to 2 s, exposures of 1 s."""
    levels = Display().mean_over(
        np.arange(5.0),
        np.array([[0.0], [1.0], [0.0], [0.0], [0.0]]),
        np.array([[0.0], [0.25], [1.0], [1.5], [2.5]]),
        1.0,
    )
    assert levels[:, 0] == pytest.approx([0, 0.25, 1, 0.5, 0])


def lit(
    frame: NDArray[np.integer], clock: definition.Chart, homography: NDArray[np.float64]
) -> int:
    """Read the refresh index from the cells' middles, each bit against its complement."""
    code, cells = 0, {}
    for region in (region for region in clock.regions if region.name.startswith("bit")):
        x, y, width, height = region.rect
        u, v, w = homography @ np.array([x + width / 2, y + height / 2, 1.0])
        cells[region.printed["bit"], region.printed["complement"]] = int(
            frame[round(v / w), round(u / w)]
        )
    for bit in range(24):
        code |= (cells[bit, False] > cells[bit, True]) << bit
    index = 0
    while code:
        index ^= code
        code >>= 1
    return index


def test_the_filmed_clock_shows_the_true_index(clock: definition.Chart, tmp_path: Path) -> None:
    """A bit counts when lit for more than half of the exposure: the index is that at its middle."""
    camera = replace(SMALL, dropped=frozenset({5}), repeated=frozenset({9}), crf=18)
    paths = {"arrivals_path": tmp_path / "arrivals.csv", "log_path": tmp_path / "log.csv"}
    truth = film_clock(camera, clock, tmp_path / "clock.mp4", 1.0, jitter=0.0, **paths)
    shown = [
        lit(frame.luma, clock, truth.homography)
        for frame in clip.open_clip(tmp_path / "clock.mp4").frames()
    ]
    assert shown == np.floor(truth.indices).astype(int).tolist()
    with paths["arrivals_path"].open(encoding="utf-8") as file:
        arrivals = [float(row["arrival_s"]) for row in csv.DictReader(file)]
    assert arrivals == pytest.approx((truth.middles + truth.stream_delays).tolist(), abs=1e-6)
    assert np.delete(truth.stream_delays, 8) == pytest.approx(0.15)
    assert truth.stream_delays[8] == pytest.approx(0.15 + 0.04)
    with paths["log_path"].open(encoding="utf-8") as file:
        log = {int(row["index"]): float(row["time_s"]) for row in csv.DictReader(file)}
    assert log[1060] == pytest.approx(1.0)


def ages(truth: Truth, clock: definition.Chart, path: Path) -> NDArray[np.float64]:
    """Count the refreshes between the clock and the monitor in each frame of the film."""
    assert truth.monitor_homography is not None
    frames = [frame.luma for frame in clip.open_clip(path).frames()]
    pairs = [
        [lit(frame, clock, where) for where in (truth.homography, truth.monitor_homography)]
        for frame in frames
    ]
    return np.array([own - monitor for own, monitor in pairs], np.float64)


@pytest.mark.parametrize("delay", [0.12, 2.3])
def test_the_monitor_shows_the_clock_late_by_the_stated_delay(
    clock: definition.Chart, tmp_path: Path, delay: float
) -> None:
    """What the monitor shows is older by the delay to the delay + one frame of the camera."""
    phone = Camera(width=960, height=540, rate=Fraction(60), exposure=0.002, noise=0.0)
    camera = Camera(width=640, height=360, exposure=0.002, noise=0.0)
    path = tmp_path / "screens.mp4"
    truth = film_screens(phone, camera, clock, path, delay, 0.5, monitor_refresh=None)
    age = ages(truth, clock, path) / 60
    assert truth.delay == pytest.approx(delay)
    assert age.min() > delay - 1.2 / 60
    assert age.max() < delay + 0.04 + 1.2 / 60
    assert age.mean() == pytest.approx(delay + 0.02, abs=0.01)


def test_the_monitors_own_refresh_adds_up_to_one_period(
    clock: definition.Chart, tmp_path: Path
) -> None:
    """First light waits for the next refresh of the monitor."""
    phone = replace(SMALL, rate=Fraction(30))
    truth = film_screens(phone, SMALL, clock, tmp_path / "screens.mp4", 0.1, 0.2)
    assert np.all(truth.delays >= 0.1 - 1e-6)
    assert np.all(truth.delays < 0.1 + 1 / 60)
    assert np.ptp(truth.delays) > 0


@pytest.mark.parametrize(("lux", "level"), [(100, 1.0), slow(10, 1.0), slow(1, 1.0), (0.1, 0.5)])
def test_a_sensor_has_the_noise_of_its_electrons(lux: float, level: float) -> None:
    """Sigma = slope of BT.709 x sqrt(electrons + read^2) x gain; frames within 5 s.e."""
    sensor = Sensor(illuminance=lux, per_lux=400, full=8000, read=4, most_gain=100)
    camera = replace(SMALL, sensor=sensor, black=0.0, white=1.0)
    electrons = min(8000, 400 * lux)
    light = 0.2 * level
    code = 16 + 219 * (1.099 * light**0.45 - 0.099)
    sigma = 219 * 1.099 * 0.45 * light**-0.55 * math.sqrt(0.2 * electrons + 16) * level / electrons
    assert float(camera.luma(0.2)) == pytest.approx(code)
    assert float(camera.sigma(code)) == pytest.approx(sigma, rel=2e-4)
    planes = [np.full((200, 200), code, np.float32)]
    frames = np.stack([digitised(camera, planes, number)[0] for number in range(8)]).astype(float)
    seen = math.sqrt(frames.var(axis=0, ddof=1).mean() - 1 / 12)
    assert seen == pytest.approx(sigma, rel=5 / math.sqrt(2 * 7 * 40000) + 0.002)


def test_a_hot_spot_falls_off_from_the_centre_to_the_corner() -> None:
    """Light in the corner is that in the centre over the ratio; vignetting comes on top."""
    camera = replace(SMALL, transfer="linear", hot_spot=4.0, vignetting=0.2, black=0.0, white=0.5)
    luma = coded(camera, np.ones((1, 101, 101), np.float32))[0] - 16
    assert luma[0, 0] / luma[50, 50] == pytest.approx(0.8 / 4, rel=1e-4)


def test_two_copies_are_lit_by_the_stated_ratio(chart: definition.Chart, tmp_path: Path) -> None:
    """The white step of the right copy has a fifth of the light of that of the left one."""
    camera = replace(SMALL, width=960, height=540, transfer="linear", black=0.0)
    truth = film_two_levels(camera, chart, tmp_path / "two.mp4", 5.0, 0.04)
    [frame] = clip.open_clip(tmp_path / "two.mp4").frames()
    x, y, width, height = chart.region("grey12").rect
    middle = np.array([[x + width / 2], [y + height / 2]])
    levels = []
    for homography in (truth.homography, truth.monitor_homography):
        assert homography is not None
        column, row = observed(camera, homography, middle)[:, 0]
        levels.append(float(frame.luma[round(row), round(column)]) - 16)
    assert levels[0] / levels[1] == pytest.approx(5, rel=0.03)

"""Low light: truth from closed forms, from drawn budgets, and from films of known light."""

from __future__ import annotations

import importlib
import json
import math
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import outcomes
import pytest
from click.testing import CliRunner
from marks import slow

from acceptance.charts import definition
from acceptance.cli import verbs
from acceptance.footage import encode
from acceptance.metrics import low_light
from acceptance.metrics._shared import lighting
from acceptance.metrics.low_light.light_series import LightLevel, Point, crossing, series
from acceptance.model import BudgetLine, Condition, Measurement, Note, Shot, Value
from acceptance.scene import build, locating
from acceptance.session import measuring, plan
from acceptance.simulate.camera import Camera, Sensor
from acceptance.simulate.films import Truth, film_chart, film_two_levels
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from numpy.typing import NDArray

    Array = NDArray[np.float64]

ROOT = Path(__file__).resolve().parents[2]
EXAMPLE, BENCHMARKS = ROOT / "examples" / "low_light.toml", ROOT / "benchmarks"
WEDGE, SNR, PATCH = "resolution.wedge_horizontal", "noise.snr", "noise.snr_patch"


def shot(name: str, **conditions: Value | tuple[Value, str]) -> Shot:
    """Make a shot of the chart with these conditions: a value, or value and unit."""
    pairs = (
        (label, value if isinstance(value, tuple) else (value, ""))
        for label, value in conditions.items()
    )
    stated = tuple(Condition(name=label, value=value, unit=unit) for label, (value, unit) in pairs)
    return Shot(
        id=name, subject="camera", clip=f"{name}.mp4", chart="acceptance", conditions=stated
    )


def figure(
    of: Shot,
    quantity: str,
    value: float,
    u: float = 0.0,
    *,
    statistic: str = "",
    lower_bound: bool = False,
    upper_bound: bool = False,
) -> Measurement:
    """Make a result of a shot; its uncertainty is one line, type A, ten degrees of freedom."""
    budget = [BudgetLine(source="noise and fit", contribution=u, degrees_of_freedom=10)]
    return measurement(
        of,
        quantity,
        value,
        "",
        budget,
        samples=8,
        method="",
        region="flat.middle" if quantity.startswith("noise") else "",
        statistic=statistic,
        lower_bound=lower_bound,
        upper_bound=upper_bound,
    )


def across(shots: Sequence[Shot], **figures: Sequence[float]) -> dict[str, list[Measurement]]:
    """Measure a series whose shots have these results, a list for each quantity.

    Return what was measured by quantity and statistic.
    """
    names = {"wedge": WEDGE, "snr": SNR, "patch": PATCH, "rate": "frame_rate.mean"}
    given = [
        figure(one, names[name], value)
        for name, values in figures.items()
        for one, value in zip(shots, values)  # noqa: B905 -- the darkest shots may have no figure
    ]
    found: dict[str, list[Measurement]] = {}
    for item in low_light.across(shots, given):
        if isinstance(item, Measurement):
            found.setdefault(
                f"{item.quantity.removeprefix('low_light.')} {item.statistic}".strip(), []
            ).append(item)
    return found


def levels(*lux: float) -> list[Shot]:
    return [shot(f"lux-{number}", illuminance=(value, "lx")) for number, value in enumerate(lux)]


# --- a series


def test_a_straight_line_in_the_logarithm_is_crossed_where_it_runs() -> None:
    """S/N falls by 10 dB a decade, resolution by 20 percentage points.

    25 dB at 0.316 lx, 70 % at 3.16 lx.
    """
    shots = levels(100, 10, 1, 0.1)
    found = across(shots, wedge=[500, 400, 300, 200], snr=[50, 40, 30, 20], patch=[43, 33, 23, 13])
    [by_resolution], [by_ratio] = (
        found["minimum_illumination resolution_70"],
        found["minimum_illumination snr_25"],
    )
    assert by_resolution.value == pytest.approx(100 * 10**-1.5)
    assert by_ratio.value == pytest.approx(10**-0.5)
    assert [round(one.value, 9) for one in found["resolution"]] == [80, 60, 40]
    assert [round(one.value, 9) for one in found["snr"]] == [50, 40, 30, 20]
    assert by_ratio.curve is not None
    assert (by_ratio.curve.x, by_ratio.curve.y) == ((0.1, 1, 10, 100), (20, 30, 40, 50))
    assert by_ratio.details["met_at"] == 1
    assert by_ratio.details["missed_at"] == 0.1
    assert by_ratio.details["criterion"] == 25
    assert "25 dB" in by_ratio.method


def test_a_good_darkest_shot_is_an_upper_bound_and_a_bad_brightest_shot_a_lower_one() -> None:
    shots = levels(100, 10, 1)
    good, bad = (across(shots, snr=snr, patch=snr) for snr in ([50, 45, 40], [24, 20, 10]))
    [upper], [lower] = good["minimum_illumination snr_25"], bad["minimum_illumination snr_25"]
    assert (upper.value, upper.upper_bound, upper.lower_bound) == (1, True, False)
    assert (lower.value, lower.upper_bound, lower.lower_bound) == (100, False, True)


def test_a_level_at_which_the_chart_was_lost_bounds_by_the_last_one_read() -> None:
    [found] = across(levels(100, 10, 1, 0.1), wedge=[500, 450, 400])[
        "minimum_illumination resolution_70"
    ]
    assert (found.value, found.upper_bound) == (1, True)


def test_the_first_miss_from_the_bright_side_counts_though_night_mode_is_good_again() -> None:
    snr = [45, 30, 20, 35]
    [found] = across(levels(100, 10, 1, 0.1), snr=snr, patch=snr)["minimum_illumination snr_25"]
    assert found.value == pytest.approx(10**0.5)
    assert found.details["met_again_below"] is True


def test_a_picture_that_darkens_with_its_noise_loses_its_ratio() -> None:
    """Noise over the nominal amplitude stays at 30 dB while the level falls to a tenth.

    10 dB are left.
    """
    found = across(levels(10, 1), snr=[30, 30], patch=[23, 3])
    assert [one.value for one in found["snr"]] == [30, 10]


def test_a_falling_frame_rate_is_called_a_slow_shutter() -> None:
    steady, slow = across(levels(100, 10, 1), rate=[25, 25, 12.5])["frame_rate"]
    assert (steady.value, "slow shutter" in steady.method) == (100, False)
    assert (slow.value, "slow shutter" in slow.method) == (50, True)


def test_new_pictures_that_nobody_counted_are_no_frame_rate_to_compare() -> None:
    """Upper bounds of shots without a clock, and rates by another clock, stand aside.

    The mean rates are compared.
    """
    shots = levels(100, 10)
    given = [
        figure(one, "frame_rate.mean", value) for one, value in zip(shots, (25, 12.5), strict=True)
    ]
    given += [figure(one, "frame_rate.unique", 25, upper_bound=True) for one in shots]
    given += [figure(one, "frame_rate.mean", 25, statistic="presentation") for one in shots]
    [rate] = [
        one
        for one in low_light.across(shots, given)
        if getattr(one, "quantity", "") == "low_light.frame_rate"
    ]
    assert isinstance(rate, Measurement)
    assert rate.value == 50


def test_filters_dim_the_shot_without_filter() -> None:
    shots = [
        shot("a", illuminance=(80, "lx"), illuminance_accuracy=(6, "%")),
        shot("b", filter=0.25, filter_accuracy=3),
        shot("c", filter=(5, "%"), illuminance=(40, "lx")),
    ]
    [found] = series(shots)
    assert [(one.shot.id, one.lux) for one in found] == [("a", 80), ("b", 20), ("c", 2)]
    assert [(one.meter, one.filter) for one in found] == [
        (pytest.approx(0.06 / math.sqrt(3)), 0),
        (pytest.approx(0.06 / math.sqrt(3)), pytest.approx(0.03 / math.sqrt(3))),
        (pytest.approx(0.1 / math.sqrt(3)), pytest.approx(0.1 / math.sqrt(3))),
    ]


@pytest.mark.parametrize(
    "stated",
    [
        {"illuminance": ("?", "lx")},
        {"illuminance": (True, "lx")},
        {"illuminance": (-3, "lx")},
        {"illuminance": (math.nan, "lx")},
        {"illuminance": (5, "fc")},
        {"filter": 1.5},
        {"filter": 0},
        {"filter": "dark"},
        {"agc": "off"},
    ],
)
def test_a_shot_whose_light_is_not_known_is_in_no_series(
    stated: Mapping[str, Value | tuple[Value, str]],
) -> None:
    [found] = series([*levels(100, 10), shot("odd", **stated)])
    assert [one.shot.id for one in found] == ["lux-0", "lux-1"]


@pytest.mark.parametrize("lux", [(100,), (500, 480), (), (100, 100)])
def test_like_light_is_no_series(lux: tuple[float, ...]) -> None:
    assert list(series(levels(*lux))) == []


def test_taps_and_other_charts_are_not_mixed() -> None:
    camera, recorder = (
        levels(100, 10),
        [replace(one, id=f"r{one.id}", tap="recorder") for one in levels(100, 10)],
    )
    clock = replace(levels(1)[0], id="clock", chart="clock")
    assert [len(one) for one in series([*camera, *recorder, clock])] == [2, 2]


def test_infra_red_light_is_left_out_with_the_reason() -> None:
    dark = replace(levels(0.1)[0], id="night")
    dark = replace(dark, conditions=(*dark.conditions, Condition(name="infrared", value="on")))
    shots = [*levels(100, 10), dark]
    given = [figure(one, SNR, 40) for one in shots] + [figure(one, PATCH, 40) for one in shots]
    found = list(low_light.across(shots, given))
    [note] = [one for one in found if isinstance(one, Note) and one.shot == "night"]
    assert (note.reason.code, note.quantity) == ("infrared_light", "low_light.minimum_illumination")
    assert all(one.shot != "night" for one in found if isinstance(one, Measurement))


def test_a_series_without_figures_gives_reasons() -> None:
    found = list(low_light.across(levels(100, 10), []))
    codes = {(one.quantity, one.reason.code) for one in found if isinstance(one, Note)}
    assert codes == {
        ("low_light.resolution", "brightest_not_measured"),
        ("low_light.snr", "brightest_not_measured"),
    }


def test_a_resolution_that_is_a_bound_at_the_brightest_shot_gives_way_to_a_measured_one() -> None:
    shots = levels(100, 10)
    wedge = [figure(one, WEDGE, 900, lower_bound=True) for one in shots]
    edge = [
        figure(one, "resolution.horizontal", value)
        for one, value in zip(shots, (800, 600), strict=True)
    ]
    found = outcomes.measurements(low_light.across(shots, wedge + edge))
    assert {one.details["of"] for one in found} == {"resolution.horizontal"}


# --- uncertainty of a series


def test_the_true_minimum_illumination_lies_within_u(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of 400 drawn series 91 to 98.5 % (four standard errors about 95).

    2,000 stand in docs/coverage.md.
    """
    monkeypatch.syspath_prepend(str(BENCHMARKS))
    drawn = importlib.import_module("low_light")
    hits: dict[str, list[bool]] = {}
    for seed in range(400):
        for reading in drawn.series(np.random.default_rng([6, seed])):
            inside = abs(reading.value - reading.truth) <= reading.expanded
            hits.setdefault(f"{reading.quantity} {reading.region}", []).append(inside)
    assert len(hits) == 4
    for name, each in hits.items():
        assert len(each) == 400, name
        assert 0.91 <= np.mean(each) <= 0.985, name


def test_the_first_figure_counts_once_where_it_is_also_a_side_of_the_gap() -> None:
    """With y1 = 100, y2 = 50 at a factor e, r = 0.7: d ln E / d y1 = (0.7 - w) / 50, w = 0.4."""
    bright, dark = (
        LightLevel(shot=shot(name), lux=lux, meter=0.0) for name, lux in (("a", math.e), ("b", 1.0))
    )
    points = [
        Point(level=bright, value=100, uncertainty=1),
        Point(level=dark, value=50, uncertainty=0),
    ]
    found = crossing(points, 0.7, relative=True)
    lines = outcomes.contributions(found.budget)
    assert found.lux == pytest.approx(math.exp(0.4))
    assert lines["figure_brighter"] == pytest.approx(found.lux * 0.3 / 50)
    assert "figure_brightest" not in lines


@pytest.mark.parametrize("bound", [(True, False), (False, True), (False, False)])
def test_a_result_that_may_be_higher_on_either_side_bounds_the_illuminance_from_above(
    bound: tuple[bool, bool],
) -> None:
    levels = [
        LightLevel(shot=shot(name), lux=lux, meter=0.0) for name, lux in (("a", 10.0), ("b", 1.0))
    ]
    points = [
        Point(level=level, value=value, uncertainty=1, bound=higher)
        for level, value, higher in zip(levels, (30.0, 20.0), bound, strict=True)
    ]
    found = crossing(points, 25.0)
    assert (found.upper_bound, found.lower_bound) == (any(bound), False)


# --- evenness


def beam(hot: float, shape: tuple[int, int] = (270, 480)) -> Array:
    """Light (h, w) that falls as a Gaussian from 1 in the middle to 1 / ``hot`` in the corner."""
    y, x = (np.arange(n) - (n - 1) / 2 for n in shape)
    return np.asarray(hot ** -((y[:, None] ** 2 + x**2) / (y[0] ** 2 + x[0] ** 2)))


@pytest.mark.parametrize("hot", [1.02, slow(1.3), slow(3.0), 10.0])
def test_a_beam_has_the_evenness_of_its_formula_within_u(hot: float) -> None:
    """Truth: the noise-free means of the same blocks; noise of 2 % a pixel.

    Worst of 20 seeds within 4 u.
    """
    light = beam(hot)
    grid = lighting.blocks(light)
    middle, rim = lighting.middle_and_rim(grid.shape)
    truths = (np.ptp(grid) / grid.mean(), grid[middle].mean() / grid[rim].mean())
    for seed in range(20):
        noisy = light + 0.02 * np.random.default_rng(seed).standard_normal(light.shape)
        found = lighting.lighting(noisy)
        for share, truth in zip((found.non_uniformity, found.hot_spot), truths, strict=True):
            u = math.hypot(share.noise, share.surface, share.extremes)
            assert abs(share.value - truth) < 4 * u, (seed, share, truth)
            assert u < 0.01 * max(truth, 0.1)


@pytest.mark.parametrize("width", [0.2, 0.3])
def test_a_ring_of_light_has_its_evenness_within_u(width: float) -> None:
    """Lamps round a lens whose beams do not meet: alike on opposite sides, and steep."""
    y, x = np.mgrid[-0.5625:0.5625:180j, -1:1:320j]
    light = 0.6 + 0.4 * np.exp(-(((np.hypot(x, y) - 0.57) / width) ** 2))
    grid = lighting.blocks(light)
    middle, rim = lighting.middle_and_rim(grid.shape)
    found = lighting.lighting(light + 0.01 * np.random.default_rng(1).standard_normal(light.shape))
    for share, truth in (
        (found.non_uniformity, np.ptp(grid) / grid.mean()),
        (found.hot_spot, grid[middle].mean() / grid[rim].mean()),
    ):
        assert abs(share.value - truth) < 2 * math.hypot(share.noise, share.surface, share.extremes)


@pytest.mark.filterwarnings("error")
def test_a_field_below_black_has_no_uneven_light() -> None:
    """Its mean is negative, as where a camera's setup lies below the black that is stated."""
    dark = np.random.default_rng(8).normal(-0.02, 1e-3, (40, 60))
    assert lighting.surely_uneven(dark) == 0


def test_noise_alone_is_not_taken_for_uneven_light() -> None:
    """Of 200 small regions with 15 % noise none is surely uneven by more than 5 %.

    A slope of 7/8 of 10 % is.
    """
    random = np.random.default_rng(4)
    even = [1 + 0.15 * random.standard_normal((24, 40)) for _ in range(200)]
    assert max(lighting.surely_uneven(one) for one in even) < lighting.MOST_UNEVEN
    slope = np.linspace(0.95, 1.05, 60) * np.ones((60, 1)) + 0.02 * random.standard_normal((60, 60))
    assert lighting.surely_uneven(slope) == pytest.approx(0.0875, abs=0.006)


def wall(folder: Path, light: Array, noise: float = 0.003) -> build.Scene:
    """Film a wall by a camera of BT.709 curve and look at a region that covers most of it."""
    random = np.random.default_rng(9)
    camera = Camera(black=0.0, white=1.0)
    frames = camera.luma(light) + 219 * noise * random.standard_normal((6, *light.shape))
    encode.write(
        folder / "wall.mkv",
        np.rint(frames).clip(0, 255).astype(np.uint8),
        codec="ffv1",
        pixel_format="gray",
    )
    height, width = light.shape
    region = (0.0, 0.0, float(width), float(height))
    return build.look(
        Shot(id="wall", subject="camera", clip="wall.mkv", regions={"wall.flat": region}), folder
    )


def test_a_hot_spot_on_a_filmed_wall_is_measured_and_spoils_its_noise(tmp_path: Path) -> None:
    light = 0.8 * beam(2.0)
    found, notes = measuring.measure(wall(tmp_path, light))
    figures = {one.quantity: one for one in found}
    grid = lighting.blocks(light)
    middle, rim = lighting.middle_and_rim(grid.shape)
    uneven, hot = figures["low_light.non_uniformity"], figures["low_light.hot_spot"]
    assert uneven.value == pytest.approx(100 * np.ptp(grid) / grid.mean(), abs=uneven.expanded)
    assert hot.value == pytest.approx(grid[middle].mean() / grid[rim].mean(), abs=hot.expanded)
    assert uneven.region == "wall.flat"
    refused = [note for note in notes if note.quantity == "noise.snr"]
    assert [note.reason.code for note in refused] == ["uneven_light"]
    assert 0.3 < float(refused[0].reason.parameters["share"]) < np.ptp(grid) / grid.mean(), (
        "of the middle 80 %"
    )


@pytest.mark.parametrize(
    ("light", "code"),
    [(np.full((60, 90), 1.2), "clipped"), (0.5 * beam(1.1, (20, 90)), "region_too_small")],
)
def test_a_wall_that_tells_nothing_is_noted(light: Array, code: str, tmp_path: Path) -> None:
    light[0, 0] = 0.4  # not one uniform colour
    found, notes = measuring.measure(wall(tmp_path, light))
    assert not [one for one in found if one.quantity.startswith("low_light")]
    assert [note.reason.code for note in notes if note.quantity == "low_light.non_uniformity"] == [
        code
    ]


# --- films


FILM = Camera(width=480, height=270, crf=0, blur=0.6)


@pytest.fixture(scope="module")
def lamp(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Truth]:
    """Film the chart in a beam that loses a quarter of its light to the corners."""
    folder = tmp_path_factory.mktemp("lamp")
    camera = replace(FILM, hot_spot=1.3, noise=0.004)
    return folder, film_chart(camera, definition.load("acceptance"), folder / "beam.mp4", 0.16)


def test_the_light_on_a_chart_is_that_of_the_lamp(lamp: tuple[Path, Truth]) -> None:
    """Truth at the middles of the edges' light sides."""
    folder, truth = lamp
    found, _ = measuring.measure(
        build.look(Shot(id="beam", subject="camera", clip="beam.mp4"), folder)
    )
    figures = {one.quantity: one for one in found}
    light: dict[bool, list[float]] = {True: [], False: []}
    for region in truth.chart.regions:
        if region.kind == "edge":
            x, y, width, height = region.rect
            aside = (width / 4, 0) if region.direction == "horizontal" else (0, height / 4)
            column, row = truth.point(x + width / 2 + aside[0], y + height / 2 + aside[1])
            away = ((column - 239.5) ** 2 + (row - 134.5) ** 2) / (239.5**2 + 134.5**2)
            light[region.zone == "centre"].append(1.3**-away)
    both = np.array(light[True] + light[False])
    hot, uneven = figures["low_light.hot_spot"], figures["low_light.non_uniformity"]
    assert hot.value == pytest.approx(
        np.mean(light[True]) / np.mean(light[False]), abs=hot.expanded
    )
    assert uneven.value == pytest.approx(100 * np.ptp(both) / both.mean(), abs=uneven.expanded)


@pytest.fixture(scope="module")
def two_levels(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Film two copies of the chart, one in ten times the light, and one copy alone."""
    folder = tmp_path_factory.mktemp("levels")
    camera = replace(FILM, width=720, height=404, black=0.0, noise=0.001)
    film_two_levels(camera, definition.load("acceptance"), folder / "two.mp4", 10.0, 0.08)
    return folder


def pair(folder: Path, bright: Value, dark: Value) -> tuple[list[Measurement], list[Note]]:
    conditions = (
        Condition(name="illuminance_bright", value=bright, unit="lx"),
        Condition(name="illuminance_dark", value=dark, unit="lx"),
    )
    return measuring.measure(
        build.look(Shot(id="two", subject="camera", clip="two.mp4", conditions=conditions), folder)
    )


def test_two_copies_that_are_both_read_show_the_ratio_of_their_light_as_a_lower_bound(
    two_levels: Path,
) -> None:
    found, notes = pair(two_levels, 1000, 100)
    [span] = [figure for figure in found if not figure.quantity.startswith("frame_rate")]
    assert (span.quantity, span.value, span.unit) == (
        "low_light.wide_dynamic_range",
        pytest.approx(20),
        "dB",
    )
    assert (span.lower_bound, span.upper_bound) == (True, False)
    steps = span.details["steps_left"], span.details["steps_right"]
    assert steps == (12, pytest.approx(10, abs=2))
    assert span.uncertainty == pytest.approx(20 / math.log(10) * math.sqrt(2) * 0.1 / math.sqrt(3))
    assert {note.reason.code for note in notes} == {"too_few_frames"}, "of the frame rate"


@pytest.mark.parametrize(
    ("bright", "code"), [("?", "condition_unusable"), (0, "condition_unusable")]
)
def test_two_levels_without_their_light_are_noted(
    bright: Value, code: str, two_levels: Path
) -> None:
    found, notes = pair(two_levels, bright, 100)
    assert not [one for one in found if one.quantity.startswith("low_light")]
    assert [note.reason.code for note in notes if note.metric == "low_light"] == [code]


def test_a_copy_too_dark_to_read_makes_the_ratio_an_upper_bound(tmp_path: Path) -> None:
    """A fortieth of the light makes 22 codes of white by BT.709: fiducials show, steps do not."""
    camera = replace(FILM, width=720, height=404, black=0.0, noise=0.0005)
    film_two_levels(camera, definition.load("acceptance"), tmp_path / "two.mp4", 40.0, 0.08)
    found, _ = pair(tmp_path, 40, 1)
    [span] = [figure for figure in found if figure.quantity.startswith("low_light")]
    assert span.value == pytest.approx(20 * math.log10(40))
    assert (span.lower_bound, span.upper_bound) == (False, True)


def test_one_chart_is_no_scene_of_two_levels(lamp: tuple[Path, Truth]) -> None:
    conditions = tuple(Condition(name=name, value=5, unit="lx") for name in locating.TWO_LEVELS)
    filmed = Shot(id="one", subject="camera", clip="beam.mp4", conditions=conditions)
    _, notes = measuring.measure(build.look(filmed, lamp[0]))
    [note] = [note for note in notes if note.metric == "low_light"]
    assert (note.reason.code, note.reason.parameters["count"]) == ("two_charts_needed", 1)


@pytest.mark.usefixtures("_plain_pages")
def test_the_example_of_a_series_runs_from_plan_to_report(tmp_path: Path) -> None:
    """Films by a camera whose light is that of the plan.

    S/N by its sensor, resolution by its blur.
    """
    folder = tmp_path / "plan"
    (folder / "clips").mkdir(parents=True)
    (folder / "low_light.toml").write_bytes(EXAMPLE.read_bytes())
    chart, asked = definition.load("acceptance"), plan.read(folder / "low_light.toml")
    [lit] = series(asked.shots)
    sensors = {
        one.shot.id: Sensor(illuminance=one.lux, per_lux=1000, read=6, most_gain=200) for one in lit
    }
    blurs = dict(zip(sensors, (0.5, 0.5, 0.55, 1.1), strict=True))
    for name, sensor in sensors.items():
        camera = replace(FILM, sensor=sensor, blur=blurs[name])
        film_chart(camera, chart, folder / "clips" / f"{name}.mp4", 0.32)
    film_two_levels(
        replace(FILM, width=720, height=404, black=0.0, noise=0.001),
        chart,
        folder / "clips" / "two-levels.mp4",
        10,
        0.08,
    )
    wall(tmp_path, 0.8 * beam(2.0, (270, 480)))
    encoded = [frame.luma for frame in build.clip.open_clip(tmp_path / "wall.mkv").frames()]
    encode.write(
        folder / "clips" / "infrared-wall.mp4",
        encoded,
        codec="libx264",
        pixel_format="gray",
        options={"crf": "0"},
    )
    result = CliRunner().invoke(
        verbs.cli,
        ["run", str(folder / "low_light.toml"), "-o", str(tmp_path / "out")],
        standalone_mode=False,
    )
    assert result.exception is None, result.output
    [made] = (tmp_path / "out").glob("2*")
    session = json.loads((made / "session.json").read_text("utf-8"))
    figures = [
        item for item in session["measurements"] if item["quantity"].startswith("low_light.")
    ]
    assert {item["quantity"] for item in figures} == set(low_light.QUANTITIES)
    for item in figures:
        if item["quantity"] == "low_light.snr":
            camera = replace(FILM, sensor=sensors[item["shot"]])
            sigma = float(camera.sigma(camera.luma(0.2)))
            ratio = 20 * math.log10(219 / sigma)
            assert item["value"] == pytest.approx(ratio, abs=0.3), item["shot"]
    [minimum] = [item for item in figures if item["statistic"] == "resolution_70"]
    assert 0.25 < minimum["value"] < 1
    assert (made / "report.pdf").is_file()

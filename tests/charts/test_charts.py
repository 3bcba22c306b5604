"""Charts: read strictly, drawn exactly, found wherever they are."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
import pytest
from marks import slow

from acceptance.charts import (
    clock_screen,
    definition,
    drawing,
    fiducials,
    finding,
    pixel_shares,
)
from acceptance.charts.located import (
    Floats,
    Located,
    distorted,
    inner,
    quad,
    to_picture,
    undistorted,
)
from acceptance.errors import ChartError, GapError
from acceptance.simulate.camera import Camera
from acceptance.simulate.optics import observed
from acceptance.simulate.optics import pose as simulated_pose

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    Picture = NDArray[np.uint8]

ACCEPTANCE = definition.load("acceptance")
CLOCK = definition.load("clock")
SIZE = (1280, 720)


def pose(
    chart: definition.Chart,
    *,
    width: float = 800,
    roll: float = 0,
    tilt: float = 0,
    at: tuple[float, float] = (640, 360),
) -> Floats:
    """Return the homography of a chart `width` px wide about `at`, rolled and tilted (degrees)."""
    focal, (w, h) = 1400.0, chart.size
    turn = (
        cv2.Rodrigues(np.array([0.0, math.radians(tilt), 0.0]))[0]
        @ cv2.Rodrigues(np.array([0.0, 0.0, math.radians(roll)]))[0]
    )
    place = np.array([(at[0] - 640) / focal, (at[1] - 360) / focal, 1.0]) * focal * w / width
    camera = np.array([[focal, 0, 640], [0, focal, 360], [0, 0, 1.0]])
    middle = np.array([[1, 0, -w / 2], [0, 1, -h / 2], [0, 0, 1.0]])
    return np.asarray(camera @ np.column_stack([turn[:, 0], turn[:, 1], place]) @ middle)


@lru_cache(maxsize=4)
def sheet(name: str) -> NDArray[np.float32]:
    """Return a chart's light, (900, 1600)."""
    return np.ascontiguousarray(drawing.draw(definition.load(name), 1600, index=77)[..., 1])


@lru_cache(maxsize=2)
def raster(size: tuple[int, int]) -> Floats:
    """Return the places of the samples of a picture, four a pixel, (n, 2) px."""
    grid = np.meshgrid(*((np.arange(2 * n) - 0.5) / 2 for n in size))
    return np.stack(grid, axis=-1).reshape(-1, 2)


def film(
    *shown: tuple[definition.Chart, Floats],
    size: tuple[int, int] = SIZE,
    noise: float = 0.01,
    blur: float = 0.8,
    distortion: float = 0.0,
) -> Picture:
    """Return the luma, (height, width) uint8, of charts seen before a grey wall."""
    light = np.full((2 * size[1], 2 * size[0]), 0.35, np.float32)
    for chart, matrix in shown:
        inverse = drawing.to_raster(chart, 1600) @ np.linalg.inv(matrix)
        ideal = undistorted(raster(size), distortion, size)
        sources = to_picture(inverse, ideal).astype(np.float32)
        x, y = sources.T.reshape(2, *light.shape)
        cv2.remap(sheet(chart.name), x, y, cv2.INTER_LINEAR, light, cv2.BORDER_TRANSPARENT)
    light = np.asarray(
        cv2.resize(cv2.GaussianBlur(light, (0, 0), 2 * blur), size, interpolation=cv2.INTER_AREA)
    )
    coded = light**0.45 + noise * np.random.default_rng(1).standard_normal(light.shape)
    return np.clip(np.rint(16 + 219 * coded), 0, 255).astype(np.uint8)


def error(located: Located, matrix: Floats, distortion: float = 0.0) -> float:
    """Return the RMS distance of the regions' centres from the truth, px."""
    rects = np.array([region.rect for region in located.chart.regions])
    centres = rects[:, :2] + rects[:, 2:] / 2
    truth = distorted(to_picture(matrix, centres), distortion, located.picture)
    away = located.to_picture(centres) - truth
    return float(np.sqrt(np.mean(np.sum(away**2, axis=1))))


# --- the definitions


def test_these_charts_come_with_the_toolkit() -> None:
    assert {
        "acceptance",
        "acceptance_a0",
        "acceptance_a2",
        "clock",
        "colorchecker",
        "edge_plate",
    } <= set(definition.names())


@pytest.mark.parametrize("chart", [ACCEPTANCE, CLOCK], ids=lambda chart: chart.name)
def test_charts_are_16_to_9_and_hash_their_file(chart: definition.Chart) -> None:
    assert chart.size[0] / chart.size[1] == pytest.approx(16 / 9)
    assert len(chart.sha256) == 64


def test_the_codes_of_all_charts_differ_in_six_cells_in_every_rotation() -> None:
    def turned(code: int) -> list[int]:
        cells = np.array([code >> (15 - bit) & 1 for bit in range(16)]).reshape(4, 4)
        return [int("".join(map(str, np.rot90(cells, quarter).ravel())), 2) for quarter in range(4)]

    codes = [mark.code for name in definition.names() for mark in definition.load(name).fiducials]
    others = [
        (a, b)
        for i, a in enumerate(codes)
        for b in [*turned(a)[1:], *(t for c in codes[i + 1 :] for t in turned(c))]
    ]
    assert min((a ^ b).bit_count() for a, b in others) >= 6


def test_every_zone_has_an_edge_in_both_directions_of_60_by_80_px_at_720_lines() -> None:
    edges = {
        (region.zone, region.direction): region
        for region in ACCEPTANCE.regions
        if region.kind == "edge"
    }
    assert set(edges) == {
        (zone, direction) for zone in definition.ZONES for direction in ("horizontal", "vertical")
    }
    scale = 0.9 * 1280 / ACCEPTANCE.size[0]
    assert all(sorted(edge.rect[2:]) >= [60 / scale, 80 / scale] for edge in edges.values())


def test_the_wedges_run_from_100_to_1000_tv_lines_per_chart_height() -> None:
    wedges = [region for region in ACCEPTANCE.regions if region.kind == "wedge"]
    assert {wedge.direction for wedge in wedges} == {"horizontal", "vertical"}
    for wedge in wedges:
        lines = [2 * wedge.printed[end] * ACCEPTANCE.size[1] for end in ("from", "to")]
        assert lines == pytest.approx([100, 1000], rel=1e-5)


def test_the_colours_can_be_shown_in_srgb() -> None:
    for region in ACCEPTANCE.regions:
        if region.kind == "colour":
            assert (
                0
                <= min(drawing.linear_rgb(region.printed["lab"]))
                <= max(drawing.linear_rgb(region.printed["lab"]))
                <= 1
            )


def test_a_neutral_colour_has_the_light_of_its_lightness() -> None:
    assert drawing.linear_rgb((50.0, 0.0, 0.0)) == pytest.approx((0.18419,) * 3, abs=2e-4)


def test_densities_are_those_of_the_reflectances() -> None:
    for region in ACCEPTANCE.regions:
        if region.kind == "grey":
            assert region.printed["density"] == pytest.approx(
                -math.log10(region.printed["reflectance"]), abs=5e-4
            )


@pytest.mark.parametrize("index", [0, 1, 12345, (1 << 24) - 1, (1 << 24) + 5])
def test_neighbouring_indices_differ_in_one_bit(index: int) -> None:
    assert (clock_screen.gray_code(index) ^ clock_screen.gray_code(index + 1)).bit_count() == 1


def test_gray_code_is_one_to_one() -> None:
    assert sorted(clock_screen.gray_code(index) for index in range(1 << 12)) == list(range(1 << 12))


def test_an_unknown_chart_is_named_with_those_there_are() -> None:
    with pytest.raises(ChartError, match=r"nonesuch: there is no such chart.*acceptance, .*clock"):
        definition.load("nonesuch")


BROKEN = {
    'kind = "print"': ('kind = "poster"', "kind: must be one of print, screen, not 'poster'"),
    "background = 0.75": ("background = 75", "background: light and reflectance run from 0 to 1"),
    "size = [400, 225]": ("size = [400]", r"size: must be 2 numbers, not \[400\]"),
    'title_en = "Acceptance test chart"': ("", "title_en: this field is missing"),
    "side = 30": ('side = 30\ncolour = "red"', "fiducials.colour: unknown field"),
    "flat = [": ("flet = [", r"regions.flet\[1\]: unknown kind 'flet'"),
    "reflectance = 0.2 }": (
        'reflectance = "grey" }',
        r"regions.flat\[1\].printed.reflectance: must be a number",
    ),
    "rect = [90, 80, 40, 40]": (
        "rect = [80, 80, 40, 40]",
        "flat.middle: this lies over flat.light",
    ),
    "rect = [46, 80, 40, 40]": (
        "rect = [-4, 80, 40, 40]",
        "flat.middle: this lies outside the chart",
    ),
    'name = "flat.light"': ('name = "flat.dark"', "flat.dark: duplicate name"),
    "code = 0x0EFB": (
        "code = 0x1913",
        "fiducials.at: a chart needs at least four fiducials, each with a code of its own",
    ),
    "[fiducials]": ("[fiducials", "not readable as TOML"),
}


@pytest.mark.parametrize("right", BROKEN)
def test_a_wrong_definition_is_refused_with_file_and_field(right: str, tmp_path: Path) -> None:
    text = ACCEPTANCE.source.read_text(encoding="utf-8")
    wrong, message = BROKEN[right]
    assert text.count(right) >= 1
    path = tmp_path / "卡 one.toml"
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    with pytest.raises(ChartError, match=rf"卡 one\.toml: .*{message}"):
        definition.load(str(path))


def test_a_definition_of_ones_own_is_read_from_its_path(tmp_path: Path) -> None:
    path = tmp_path / "own.toml"
    path.write_bytes(ACCEPTANCE.source.read_bytes())
    assert definition.load(str(path)).sha256 == ACCEPTANCE.sha256


# --- drawing


@pytest.mark.parametrize(
    ("points", "area"),
    [
        ([[0.25, 0.5], [3.75, 0.5], [3.75, 2.25], [0.25, 2.25]], 3.5 * 1.75),
        ([[0.1, 0.2], [7.3, 1.9], [2.2, 6.8]], 0.5 * abs(7.2 * 6.6 - 1.7 * 2.1)),
        ([[2.0, 0.0], [4.0, 2.0], [2.0, 4.0], [0.0, 2.0]], 8.0),
    ],
)
def test_coverage_adds_up_to_the_area_of_the_polygon_either_way_round(
    points: list[list[float]], area: float
) -> None:
    for way in (points, points[::-1]):
        cover, _ = pixel_shares.coverage(np.array(way))
        assert cover.sum() == pytest.approx(area, abs=1e-12)
        assert cover.min() >= -1e-12
        assert cover.max() <= 1 + 1e-12


@pytest.mark.parametrize(
    ("low", "high"),
    [
        ((2.25, 3.5), (7.0, 4.75)),
        ((1.0, 1.0), (4.0, 2.0)),
        ((0.3, 0.4), (0.6, 0.5)),
        ((-2, 0), (2, 3)),
    ],
)
def test_a_rectangle_covers_what_it_covers_as_a_polygon(
    low: tuple[float, float], high: tuple[float, float]
) -> None:
    """The short way for rectangles against the way for any polygon."""
    (left, top), (right, foot) = low, high
    corners = np.array([[left, top], [right, top], [right, foot], [left, foot]], np.float64)
    cover, first = pixel_shares.coverage(corners)
    expected, same = pixel_shares.polygon_coverage(corners)
    assert first == same
    assert cover == pytest.approx(expected, abs=1e-12)
    assert cover.sum() == pytest.approx((right - left) * (foot - top))


def cut_side_by_side(points: Floats) -> tuple[Floats, Floats]:
    """Cut a polygon's sides at all pixel borders, one side after the other; return the ends."""
    starts, ends = [], []
    for start, end in zip(points, np.roll(points, -1, axis=0), strict=True):
        cuts = [0.0, 1.0]
        for low, high in zip(start, end, strict=True):
            borders = range(math.ceil(min(low, high)), math.floor(max(low, high)) + 1)
            cuts += [(border - low) / (high - low) for border in borders if low != high]
        places = start + np.sort(cuts)[:, None] * (end - start)
        starts.append(places[:-1])
        ends.append(places[1:])
    return np.concatenate(starts), np.concatenate(ends)


@pytest.mark.parametrize("step", [0.0, 0.5, 1.0])
def test_sides_cut_all_at_once_are_those_cut_one_by_one(step: float) -> None:
    """To the bit, with corners on borders and sides along them."""
    random = np.random.default_rng(5)
    for corners in (3, 4, 9, 40):
        points = random.uniform(0, 12, (corners, 2))
        points = np.rint(points / step) * step if step else points
        found = pixel_shares._pieces(points)
        plain = [end[:, axis] for end in cut_side_by_side(points) for axis in (0, 1)]
        assert all(map(np.array_equal, found, plain))


def test_coverage_of_a_pixel_halved_by_its_diagonal_is_one_half() -> None:
    cover, first = pixel_shares.coverage(np.array([[5.0, 7.0], [6.0, 8.0], [5.0, 8.0]]))
    assert first == (5, 7)
    assert cover[0, 0] == pytest.approx(0.5)


@pytest.mark.parametrize("name", ["centre.edge_horizontal", "upper_left.edge_vertical"])
def test_every_line_across_a_slanted_edge_holds_the_light_of_its_geometry(name: str) -> None:
    """The dark length of pixel line y is that at the line's middle, since the edge is straight."""
    region, width = ACCEPTANCE.region(name), 1280
    scale = width / ACCEPTANCE.size[0]
    picture = drawing.draw(ACCEPTANCE, width)[..., 1].astype(np.float64)
    x, y, w, h = (value * scale for value in region.rect)
    if region.direction == "vertical":
        picture, (x, y, w, h) = picture.T, (y, x, h, w)
    rows = np.arange(math.ceil(y) + 1, math.floor(y + h) - 1)
    first, last = math.floor(x) + 2, math.ceil(x + w) - 2
    slope = math.tan(math.radians(region.printed["angle"]))
    dark_end = x + w / 2 - (rows + 0.5 - (y + h / 2)) * slope
    light, dark = region.printed["light"], region.printed["dark"]
    expected = light * (last - first) - (light - dark) * (dark_end - first)
    assert picture[rows, first:last].sum(axis=1) == pytest.approx(expected, abs=1e-4)


@pytest.mark.parametrize("name", ["centre.wedge_horizontal", "centre.wedge_vertical"])
def test_a_wedge_holds_nine_bars_of_the_declared_frequency(name: str) -> None:
    """Across it the dark length is nine half periods, averaged over the line.

    The sides' chords cost 0.02 %.
    """
    region, scale = ACCEPTANCE.region(name), 5
    picture = drawing.draw(ACCEPTANCE, 400 * scale)[..., 1].astype(np.float64)
    x, y, w, h = (round(value * scale) for value in region.rect)
    patch = (
        picture[y : y + h, x : x + w]
        if region.direction == "horizontal"
        else picture[y : y + h, x : x + w].T
    )
    printed = region.printed
    # cycles/px at the lines' borders
    borders = np.linspace(printed["from"], printed["to"], len(patch) + 1) / scale
    periods = np.log(borders[1:] / borders[:-1]) / np.diff(borders)
    dark = (printed["light"] - patch).sum(axis=1) / (printed["light"] - printed["dark"])
    assert dark == pytest.approx(9 / 2 * periods, rel=2e-4)
    bars = patch[20] < (printed["light"] + printed["dark"]) / 2
    assert np.count_nonzero(np.diff(bars.astype(int)) == 1) == 9


def test_every_uniform_region_shows_what_is_printed() -> None:
    picture = drawing.draw(ACCEPTANCE, 1280)
    located = flat(ACCEPTANCE, 1280)
    for region in ACCEPTANCE.regions:
        x, y, w, h = (round(value) for value in inner(located, region, 0.7))
        patch = picture[y : y + h, x : x + w].reshape(-1, 3)
        if region.kind in {"grey", "flat"}:
            assert patch == pytest.approx(
                np.full_like(patch, region.printed["reflectance"]), abs=1e-6
            )
        if region.kind == "colour":
            assert patch == pytest.approx(
                np.tile(drawing.linear_rgb(region.printed["lab"]), (len(patch), 1)), abs=1e-6
            )


def flat(chart: definition.Chart, width: int) -> Located:
    """Return the chart as its raster shows it."""
    matrix, height = drawing.to_raster(chart, width), round(width * chart.size[1] / chart.size[0])
    a, b, c, d = (
        (float(x), float(y)) for x, y in to_picture(matrix, fiducials.SQUARE * np.array(chart.size))
    )
    return Located(
        chart=chart,
        homography=matrix,
        corners=(a, b, c, d),
        residual=0.0,
        fiducials_found=8,
        picture=(width, height),
    )


def test_the_clock_shows_the_gray_code_and_its_complement() -> None:
    index = 0b1011_0111_0001
    picture, located = drawing.draw(CLOCK, 640, index=index), flat(CLOCK, 640)
    for region in CLOCK.regions:
        if region.kind == "bits":
            x, y, w, h = inner(located, region, 0.5)
            lit = bool(picture[round(y + h / 2), round(x + w / 2), 0] > 0.5)
            assert lit == (
                bool(clock_screen.gray_code(index) >> region.printed["bit"] & 1)
                != region.printed["complement"]
            )


def test_svg_has_the_true_size_and_one_polygon_a_shape() -> None:
    text = drawing.svg(ACCEPTANCE)
    assert 'width="400mm" height="225mm"' in text
    assert text.count("<polygon") == sum(1 for _ in drawing.shapes(ACCEPTANCE))


def test_png_is_the_raster_in_srgb() -> None:
    picture = cv2.imdecode(
        np.frombuffer(drawing.png(CLOCK, 320, index=3), np.uint8), cv2.IMREAD_COLOR
    )
    assert picture is not None
    assert picture.shape == (180, 320, 3)
    assert picture[2, 2].tolist() == [225, 225, 225]  # 0.75 of full light


# --- finding


@pytest.mark.parametrize("chart", [ACCEPTANCE, CLOCK], ids=lambda chart: chart.name)
@pytest.mark.parametrize(
    ("roll", "tilt"), [(0, 0), slow(180, 0), slow(90, 10), (-37, 30), slow(5, -40)]
)
def test_a_chart_is_found_to_a_third_of_a_pixel_at_any_roll_and_tilt(
    chart: definition.Chart, roll: float, tilt: float
) -> None:
    matrix = pose(chart, width=640, roll=roll, tilt=tilt)
    located = finding.locate_one(film((chart, matrix)), chart)
    assert error(located, matrix) < 0.3
    assert located.fiducials_found == len(chart.fiducials)


def test_corners_run_clockwise_from_the_charts_own_upper_left() -> None:
    located = finding.locate_one(film((ACCEPTANCE, pose(ACCEPTANCE, roll=180))), ACCEPTANCE)
    assert np.array(located.corners) == pytest.approx(
        to_picture(pose(ACCEPTANCE, roll=180), fiducials.SQUARE * np.array(ACCEPTANCE.size)),
        abs=0.6,
    )


@pytest.mark.parametrize("shade", [40, 255], ids=["hand", "glare"])
@pytest.mark.parametrize("hidden", [0, slow(4)])
def test_a_chart_with_one_fiducial_hidden_is_found(hidden: int, shade: int) -> None:
    matrix = pose(ACCEPTANCE, roll=12, tilt=25)
    luma = film((ACCEPTANCE, matrix))
    x, y, side, _ = ACCEPTANCE.fiducials[hidden].rect
    cv2.fillConvexPoly(
        luma,
        np.rint(to_picture(matrix, fiducials.SQUARE * side + np.array([x, y]))).astype(np.int32),
        shade,
    )
    located = finding.locate_one(luma, ACCEPTANCE)
    assert located.fiducials_found == 7
    assert error(located, matrix) < 0.3


def test_one_fiducial_in_the_wrong_place_is_left_out() -> None:
    """A loose corner of the print, 4 px off, must not pull the chart along."""
    matrix = pose(ACCEPTANCE)
    luma = film((ACCEPTANCE, matrix))
    (x0, y0), (x1, y1) = np.rint(to_picture(matrix, [[2, 2], [39, 39]])).astype(int)
    luma[y0:y1, x0 + 4 : x1 + 4] = luma[y0:y1, x0:x1].copy()
    located = finding.locate_one(luma, ACCEPTANCE)
    assert located.fiducials_found == 7
    assert error(located, matrix) < 0.3


@pytest.mark.parametrize("k", [slow(-0.05), slow(0.03), 0.2])
def test_a_chart_that_fills_the_picture_is_found_through_a_bending_lens(k: float) -> None:
    matrix = pose(ACCEPTANCE, width=1170 * (1 + 0.7 * k), roll=1, tilt=5)
    located = finding.locate_one(film((ACCEPTANCE, matrix), distortion=k), ACCEPTANCE)
    assert located.fiducials_found == 8
    assert located.distortion == pytest.approx(k, abs=0.002)
    assert error(located, matrix, k) < 0.2


@pytest.mark.parametrize("at", [slow((640, 360)), (430, 420)])
def test_a_chart_is_found_through_the_lens_of_a_fisheye(at: tuple[int, int]) -> None:
    matrix = pose(ACCEPTANCE, width=800, roll=-30, tilt=15, at=at)
    located = finding.locate_one(film((ACCEPTANCE, matrix), distortion=0.5), ACCEPTANCE)
    assert located.distortion == pytest.approx(0.5, abs=0.02)
    assert error(located, matrix, 0.5) < 0.3


def test_a_small_chart_without_distortion_has_none() -> None:
    """What so few pixels say about the lens is noise, and would only add to it."""
    luma = film((ACCEPTANCE, pose(ACCEPTANCE, width=330, at=(300, 200))), noise=0.03)
    assert finding.locate_one(luma, ACCEPTANCE).distortion == 0


@pytest.mark.parametrize("kind", ["uint16", "float32"])
def test_any_depth_serves(kind: str) -> None:
    matrix = pose(ACCEPTANCE, roll=3)
    luma = film((ACCEPTANCE, matrix)).astype(kind)
    located = finding.locate_one(luma * 4 if kind == "uint16" else luma / 255, ACCEPTANCE)
    assert error(located, matrix) < 0.3


def test_two_clocks_in_one_picture_are_both_found_from_left_to_right() -> None:
    left, right = (
        pose(CLOCK, width=500, roll=2, at=(330, 300)),
        pose(CLOCK, width=420, roll=-3, at=(950, 400)),
    )
    found = finding.find(film((CLOCK, left), (CLOCK, right)), [ACCEPTANCE, CLOCK])
    assert [located.chart.name for located in found] == ["clock", "clock"]
    assert error(found[0], left) < 0.3
    assert error(found[1], right) < 0.3


def test_an_acceptance_chart_beside_a_clock_is_told_apart() -> None:
    left, right = pose(ACCEPTANCE, width=560, at=(330, 300)), pose(CLOCK, width=420, at=(950, 400))
    found = finding.find(film((ACCEPTANCE, left), (CLOCK, right)), [CLOCK, ACCEPTANCE])
    assert [located.chart.name for located in found] == ["acceptance", "clock"]


def test_a_chart_that_fills_the_picture_is_not_cut_off() -> None:
    assert not finding.locate_one(
        film((ACCEPTANCE, pose(ACCEPTANCE, width=1280))), ACCEPTANCE
    ).cut_off


@pytest.mark.parametrize(
    ("shown", "code", "parameters"),
    [
        ((), "chart_not_found", {}),
        (((CLOCK, pose(CLOCK)),), "chart_not_found", {}),
        (((ACCEPTANCE, pose(ACCEPTANCE, at=(260, 360))),), "chart_cut_off", {}),
        (((ACCEPTANCE, pose(ACCEPTANCE, width=2400)),), "chart_not_found", {}),
        (((ACCEPTANCE, pose(ACCEPTANCE, width=240)),), "chart_too_small", {"width": 240}),
        (
            (
                (ACCEPTANCE, pose(ACCEPTANCE, width=600, at=(320, 360))),
                (ACCEPTANCE, pose(ACCEPTANCE, width=600, at=(950, 360))),
            ),
            "several_charts",
            {"count": 2},
        ),
    ],
)
def test_what_is_wrong_with_the_picture_is_said(
    shown: tuple[Any, ...], code: str, parameters: dict[str, int]
) -> None:
    with pytest.raises(GapError) as caught:
        finding.locate_one(film(*shown), ACCEPTANCE)
    assert caught.value.code == code
    assert caught.value.parameters == parameters


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_picture_holds_no_chart(level: int) -> None:
    assert finding.find(np.full((480, 640), level, np.uint8), [ACCEPTANCE, CLOCK]) == []


def test_noise_holds_no_chart() -> None:
    noise = np.random.default_rng(3).integers(0, 256, (480, 640)).astype(np.uint8)
    assert finding.find(cv2.GaussianBlur(noise, (0, 0), 3) * 4, [ACCEPTANCE, CLOCK]) == []


# --- regions in the picture


def test_the_quad_of_a_region_follows_the_homography() -> None:
    located, region = flat(ACCEPTANCE, 1280), ACCEPTANCE.region("flat.middle")
    x, y, w, h = (3.2 * value for value in region.rect)
    assert quad(located, region)[2].tolist() == pytest.approx([x + w - 0.5, y + h - 0.5])


@pytest.mark.parametrize("roll", [0, 7, 45, 100])
def test_the_inner_box_lies_within_the_quad_and_touches_it(roll: float) -> None:
    located = finding.locate_one(
        film((ACCEPTANCE, pose(ACCEPTANCE, width=600, roll=roll, tilt=30))), ACCEPTANCE
    )
    region = ACCEPTANCE.region("flat.middle")
    outline = quad(located, region, 0.9).astype(np.float32)
    x, y, w, h = inner(located, region, 0.9)
    away = [
        cv2.pointPolygonTest(outline, (x + i * w, y + j * h), measureDist=True)
        for i in (0, 1)
        for j in (0, 1)
    ]
    assert min(away) == pytest.approx(0, abs=1e-3)


def test_the_inner_box_of_an_upright_region_is_the_region() -> None:
    located, region = flat(ACCEPTANCE, 1280), ACCEPTANCE.region("flat.middle")
    x, y, w, h = region.rect
    expected = [3.2 * x - 0.5, 3.2 * y - 0.5, 3.2 * w, 3.2 * h]
    assert inner(located, region, 1.0) == pytest.approx(expected, rel=0.02)


@pytest.mark.parametrize("chart", [ACCEPTANCE, CLOCK], ids=lambda chart: chart.name)
@pytest.mark.parametrize("width", [640, 1280, slow(2560)])
def test_a_perfectly_sharp_picture_is_located_as_well_as_a_blurred_one(
    chart: definition.Chart, width: int
) -> None:
    located = finding.locate_one(drawing.draw(chart, width)[..., 1], chart)
    assert error(located, drawing.to_raster(chart, width)) < 0.3


@pytest.mark.parametrize("k", [-0.1, -0.02, 0.03, 0.3])
def test_a_place_seen_through_a_lens_leads_back_to_the_same_point_of_the_chart(k: float) -> None:
    """The lens is that of the simulated camera, which solves the same equation another way."""
    camera = Camera(width=1280, height=720, distortion=k, share=0.8, tilt=10, roll=7)
    points = np.array([[0.0, 0.0], [200.0, 100.0], [400.0, 225.0], [17.0, 210.0]])
    matrix = simulated_pose(camera, ACCEPTANCE.size)
    place = Located(
        chart=ACCEPTANCE,
        homography=matrix,
        corners=((0, 0), (1, 0), (1, 1), (0, 1)),
        residual=0.0,
        fiducials_found=8,
        picture=(1280, 720),
        distortion=k,
    )
    np.testing.assert_allclose(
        place.to_picture(points).T, observed(camera, matrix, points.T), atol=1e-3
    )
    np.testing.assert_allclose(place.to_chart(place.to_picture(points)), points, atol=1e-6)


@pytest.mark.parametrize(("pan", "tilt"), [(45.0, 0.0), (40.0, -12.0), (0.0, 50.0)])
def test_the_perspective_of_a_turned_chart_gives_the_focal_length(pan: float, tilt: float) -> None:
    """The simulated lens is 1.2 picture widths long; squeezed pixels would need a longer one."""
    camera = Camera(width=1280, height=720, share=0.6, pan=pan, tilt=tilt)
    turned = Located(
        chart=ACCEPTANCE,
        homography=simulated_pose(camera, ACCEPTANCE.size),
        corners=((0.0, 0.0),) * 4,
        residual=0.0,
        fiducials_found=8,
        picture=(1280, 720),
    )
    assert turned.focal_length(1.0) == pytest.approx(1.2, rel=1e-6)
    assert not 0.8 < turned.pixel_aspect < 1.25


def test_a_squeezed_picture_of_a_chart_seen_square_on_has_no_usual_focal_length() -> None:
    """Turned by 8 degrees at most, and squeezed to 0.7 of its width."""
    for pan, tilt in ((0.0, 0.0), (8.0, 0.0), (-5.0, 6.0)):
        camera = Camera(width=1280, height=720, share=0.8, pan=pan, tilt=tilt)
        squeezed = np.diag([0.7, 1.0, 1.0]) @ simulated_pose(camera, ACCEPTANCE.size)
        place = Located(
            chart=ACCEPTANCE,
            homography=squeezed,
            corners=((0.0, 0.0),) * 4,
            residual=0.0,
            fiducials_found=8,
            picture=(896, 720),
        )
        assert place.focal_length(1.0) > 1.5

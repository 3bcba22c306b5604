"""Edges over the still, colour vectors in the plane."""

from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
from drawn_texts import texts

from acceptance.model import Measurement, Shot
from acceptance.report import chart_exhibits, edge_plot, plane_plot, svg

SHOT = Shot(
    id="shot", subject="camera", clip="a.mp4", still="data/stills/shot.jpg",
    stream={"width": 1920, "height": 1080, "sample_aspect": "1"},
)  # fmt: skip


def edge(zone: str, box: str, value: float, direction: str = "horizontal") -> Measurement:
    """Make an edge's MTF50."""
    return Measurement(
        subject="camera", shot="shot", quantity="resolution.mtf50", value=value, unit="cycle/px",
        uncertainty=0.002, k=2, degrees_of_freedom=None, samples=1, method="",
        region=f"{zone}.edge_{direction}", direction=direction,
        details={"zone": zone, "box": box},
    )  # fmt: skip


EDGES = [
    edge("centre", "900, 500, 100, 100", 0.2),
    edge("upper_left", "100, 50, 100, 100", 0.1),
    edge("upper_left", "60, 200, 100, 100", 0.14, "vertical"),
]


def over(figures: list[Measurement], shot: Shot = SHOT, lang: str = "en") -> list[str]:
    """Draw edges over the still of a shot."""
    drawn = chart_exhibits.edge_maps(figures, [shot], lang, lambda name: name)
    return [str(each.svg) for each in drawn]


def test_each_edge_has_its_figure_at_its_place_and_each_zone_its_mean() -> None:
    [drawn] = over(EDGES)
    assert {"0.200", "0.100", "0.140", "centre 0.200", "upper left 0.120"} <= set(texts(drawn))
    assert 'href="data/stills/shot.jpg"' in drawn
    spots = re.findall(r'cx="([\d.]+)" cy="([\d.]+)"', drawn)
    scale = edge_plot.WIDTH / 1920
    assert (float(spots[0][0]), float(spots[0][1])) == pytest.approx(
        (950 * scale, 550 * scale), abs=0.1
    )
    bars = re.findall(r'width="([\d.]+)" height="5" fill="#222"', drawn)
    assert float(bars[1]) == pytest.approx(float(bars[0]) / 2, abs=0.1), "half as sharp"


def test_a_pixel_that_is_not_square_moves_edges_with_the_picture() -> None:
    shown = replace(SHOT, stream=dict(SHOT.stream) | {"sample_aspect": "2/1"})
    [plain], [wide] = over(EDGES), over(EDGES, shown)
    places = [re.findall(r'cx="([\d.]+)"', each) for each in (plain, wide)]
    assert places[0] == places[1], "as a share of the width nothing moves"
    heights = [float(re.findall(r'viewBox="0 0 560 ([\d.]+)"', each)[0]) for each in (plain, wide)]
    assert heights[1] == pytest.approx(heights[0] / 2, abs=0.1)


def test_without_still_box_or_size_nothing_is_drawn_over_a_still() -> None:
    assert over(EDGES, replace(SHOT, still="")) == []
    assert over(EDGES, replace(SHOT, stream={})) == []
    assert over([]) == []
    broken = [replace(EDGES[0], details={"zone": "centre", "box": "a, b"})]
    assert over(broken) == []
    assert chart_exhibits.edge_maps(EDGES, [SHOT], "en", lambda _: None) == []


def test_labels_of_many_edges_at_one_place_stay_in_the_picture_and_apart() -> None:
    crowd = [edge("centre", f"{900 + 5 * n}, 500, 60, 60", 0.2) for n in range(9)]
    [drawn] = over(crowd)
    size = f'width="{edge_plot.LABEL[0]:g}" height="{edge_plot.LABEL[1]:g}"'
    corners = [(float(x), float(y)) for x, y in
               re.findall(rf'<rect x="([\d.]+)" y="([\d.]+)" {size}', drawn)]  # fmt: skip
    assert len(corners) == 9
    assert len(set(corners)) == 9
    wide, high = edge_plot.LABEL
    assert all(0 <= x <= edge_plot.WIDTH - wide and y >= 0 for x, y in corners)
    apart = [abs(a - c) >= 0.99 * wide or abs(b - d) >= 0.99 * high
             for n, (a, b) in enumerate(corners) for c, d in corners[:n]]  # fmt: skip
    assert all(apart)


def test_a_long_chinese_name_is_cut_and_never_leaves_the_picture() -> None:
    name = "地下车库东侧出入口人员通道上方第十二号摄像机" * 9
    [drawn] = over([edge(name, "1800, 20, 100, 100", 0.2)], lang="zh")
    [title] = [words for words in texts(drawn) if words.startswith("地下")]
    assert title.endswith("…")
    assert svg.width(title, edge_plot.NAME_FONT) <= edge_plot.WIDTH


LISTS = {
    "patch_names": "dark skin; white", "patch_l": "38.00; 96.00", "patch_a": "13.00; 0.00",
    "patch_b": "14.00; 0.10", "seen_a": "33.00; 1.00", "seen_b": "14.00; 0.10",
    "u_a": "2.00; 0.10", "u_b": "1.00; 0.10", "correlation_ab": "0.50; 0.00",
}  # fmt: skip


def colour(**details: str) -> Measurement:
    """Make the figure that says where the patches are."""
    return replace(
        EDGES[0], quantity="colour.delta_e00_mean", unit="dE", region="", direction="",
        details=LISTS | details,
    )  # fmt: skip


def test_a_vector_leads_from_the_patch_as_printed_to_the_patch_as_seen() -> None:
    [drawn] = chart_exhibits.colour_planes([colour()], "zh")
    words = texts(drawn.svg)
    assert {"1. 深肤色", "2. 白", "印刷值", "实测值", "中性色（放大）"} <= set(words)
    assert "深肤色：a* 13.0 → 33.0，b* 14.0 → 14.0" in str(drawn.svg), "the pointer reads it"
    reach = 1.08 * (33 + 2 * plane_plot.COVERAGE)
    place = plane_plot.LEFT + (33 / reach + 1) / 2 * plane_plot.SIDE
    assert re.search(rf'cx="{place:.1f}" cy="[\d.]+" r="3"', drawn.svg)


def test_the_ellipse_is_that_of_the_covariance() -> None:
    """Its corners have one Mahalanobis distance, that which holds 95 % of a plane's normal law."""
    axis = plane_plot.Axis(low=-50, high=50, start=0.0, end=1000.0)
    plane = plane_plot._Plane(axis, axis)
    route = plane_plot._ellipse((5.0, -3.0), (2.0, 1.0, 0.5), plane)
    corners = [(float(x) / 10 - 50, float(y) / 10 - 50) for x, y in
               re.findall(r"(-?[\d.]+) (-?[\d.]+)", route)]  # fmt: skip
    for a, b in corners:
        x, y = (a - 5) / 2, b + 3
        distance = math.sqrt((x * x + y * y - x * y) / 0.75)
        assert distance == pytest.approx(2.4477, abs=0.02)


def test_short_vectors_are_drawn_longer_and_the_picture_says_so() -> None:
    near = colour(seen_a="13.40; 0.20", u_a="0.10; 0.10", u_b="0.10; 0.10")
    [drawn] = chart_exhibits.colour_planes([near], "en")
    assert "Vectors and ellipses are drawn 10 times as long" in texts(drawn.svg)
    far = chart_exhibits.colour_planes([colour(seen_a="33.00; 9.00")], "en")[0]
    assert not any("times as long" in words for words in texts(far.svg))


@pytest.mark.parametrize(
    "broken",
    [{"seen_a": ""}, {"u_a": "1.0"}, {"patch_l": "x; y"}, {"seen_b": "nan; 1"}, {"u_b": "inf; 0"}],
)
def test_a_session_that_does_not_say_where_patches_are_has_no_plane(broken: dict[str, str]) -> None:
    assert chart_exhibits.colour_planes([colour(**broken)], "en") == []
    assert chart_exhibits.colour_planes([replace(colour(), details={})], "en") == []


def test_patches_whose_names_cannot_be_told_apart_keep_their_numbers() -> None:
    [drawn] = chart_exhibits.colour_planes([colour(patch_names="a; b; c")], "en")
    assert {"1.", "2."} <= {words.strip() for words in texts(drawn.svg)}


def test_paint_is_that_of_srgb() -> None:
    """White, black, and the red of sRGB, whose CIELAB (D65) is 53.24, 80.09, 67.20."""
    assert plane_plot.paint((100.0, 0.0, 0.0)) == "#ffffff"
    assert plane_plot.paint((0.0, 0.0, 0.0)) == "#000000"
    red = plane_plot.paint((53.24, 80.09, 67.20))
    assert [int(red[at : at + 2], 16) for at in (1, 3, 5)] == pytest.approx([255, 0, 0], abs=2)

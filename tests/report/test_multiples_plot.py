"""Small multiples: when lines go into panels, and what the panels show."""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
import pytest
from drawn_texts import texts

from acceptance.model import Curve, Limit, Measurement
from acceptance.report import exhibits, multiples_plot, plots, svg

X = np.linspace(0.0, 0.6, 61)


def mtf(width: float, **fields: object) -> Curve:
    """Make the modulation of a blur."""
    y = tuple(np.exp(-((X / width) ** 2)).tolist())
    plain = Curve(
        name="mtf", x=tuple(X.tolist()), y=y, x_label="frequency", y_label="mtf",
        x_unit="cycle/px", marks={"MTF50": 0.8326 * width, "Nyquist": 0.5},
    )  # fmt: skip
    return replace(plain, **fields)  # type: ignore[arg-type]


def measured(zone: str, curve: Curve, subject: str = "camera") -> Measurement:
    """Make an edge's MTF50 with its curve."""
    return Measurement(
        subject=subject, shot=f"{subject}-chart", quantity="resolution.mtf50",
        value=curve.marks["MTF50"], unit="cycle/px", uncertainty=0.005, k=2,
        degrees_of_freedom=None, samples=1, method="", region=f"{zone}.edge_horizontal",
        direction="horizontal", curve=curve, details={"zone": zone},
    )  # fmt: skip


ZONES = ("centre", "upper_left", "upper_right", "lower_left", "lower_right")


def lines(drawn: str) -> list[str]:
    """Axes of the lines that a pointer can read."""
    return re.findall(r'data-x="([^"]+)"', drawn)


def test_lines_that_cover_each_other_go_into_panels_and_others_share_their_axes() -> None:
    alike = [measured(zone, mtf(0.2 + 0.001 * n)) for n, zone in enumerate(ZONES)]
    apart = [measured(zone, mtf(0.1 + 0.08 * n)) for n, zone in enumerate(ZONES)]
    [panels], [shared] = exhibits.curves(alike, "en"), exhibits.curves(apart, "en")
    assert len(set(lines(panels.svg))) == 2, "two columns of panels"
    assert len(set(lines(shared.svg))) == 1
    assert "range of all 5 lines" in texts(panels.svg)
    assert "range of all 5 lines" not in texts(shared.svg)
    assert {"MTF50 = 0.167", "MTF50 = 0.17"} <= set(texts(panels.svg))
    assert "centre: MTF50 = 0.167" in str(panels.svg).split("</title>")[0]


def test_two_lines_share_their_axes_even_where_they_cover_each_other() -> None:
    """Live and playback are compared in one plot."""
    two = [measured(zone, mtf(0.2)) for zone in ZONES[:2]]
    assert len(set(lines(exhibits.curves(two, "en")[0].svg))) == 1


def test_overlap_is_closeness_over_two_thirds_of_the_common_length() -> None:
    flat = replace(mtf(0.2), x=(0.0, 1.0), y=(0.0, 0.0), marks={})
    crossing = replace(flat, y=(1.0, -1.0))
    assert multiples_plot.overlap([flat, flat])
    assert not multiples_plot.overlap([flat, crossing]), "crossing once is no covering"
    assert not multiples_plot.overlap([flat, replace(flat, scattered=True)])
    assert not multiples_plot.overlap([flat, replace(flat, x=(2.0, 3.0), y=(1.0, 1.0))])
    assert not multiples_plot.overlap([flat, replace(flat, x=(), y=())])


def test_more_lines_than_dashes_tell_apart_go_into_panels_of_one_drawing() -> None:
    many = [measured(f"z{n}", mtf(0.1 + 0.05 * n)) for n in range(9)]
    [drawn] = exhibits.curves(many, "en")
    assert len(lines(drawn.svg)) == 9
    assert len(exhibits.curves(many + [measured(f"y{n}", mtf(0.2)) for n in range(9)], "en")) == 2


def test_the_band_reaches_from_the_lowest_to_the_highest_line() -> None:
    curves = {"a": mtf(0.1), "b": mtf(0.2), "c": mtf(0.4)}
    words = multiples_plot.KeyWords(lines="{count}", doubt="U")
    drawn = multiples_plot.draw(curves, {}, words)
    [low, high, start, end] = map(float, lines(drawn)[0].split())
    foot, head = map(float, re.findall(r'data-y="[^ ]+ [^ ]+ ([\d.]+) ([\d.]+)"', drawn)[0])
    _, top = plots.axes(curves["a"], [(0.0, 0.0), (0.0, 1.0)])
    route = re.findall(r'<path d="M([^"]+)Z" fill="#ececec"', drawn)[0]
    points = [tuple(map(float, pair.split())) for pair in route.split("L")]
    middle = min(
        points, key=lambda point: abs(point[0] - (start + 0.2 / (high - low) * (end - start)))
    )
    ys = sorted(y for x, y in points if x == middle[0])
    scale = (foot - head) / (top.high - top.low)
    assert foot - ys[0] == pytest.approx(float(np.exp(-0.25)) * scale, abs=1.5)
    assert foot - ys[-1] == pytest.approx(float(np.exp(-4.0)) * scale, abs=1.5)


def test_levels_of_different_kinds_have_no_band_of_all_lines() -> None:
    """A band over blur and noise would mean nothing."""
    level = Curve(name="faults", x=(0.0, 1.0, 2.0), y=(0.0, 0.0, 0.0), x_label="time",
                  y_label="fault_level", x_unit="s")  # fmt: skip
    kinds = [replace(measured("", mtf(0.2)), quantity=f"faults.{kind}", region="", direction="",
                     curve=level) for kind in ("black", "dark", "blur")]  # fmt: skip
    [drawn] = exhibits.curves(kinds, "en")
    assert len(set(lines(drawn.svg))) == 2
    assert "#ececec" not in drawn.svg


def test_three_devices_or_more_stand_side_by_side_those_that_fail_first() -> None:
    names = {"a": "东门入口", "b": "地下车库东侧出入口人员通道上方的枪型摄像机", "c": "中心广场"}
    figures = [measured("centre", mtf(0.2), subject) for subject in names]
    figures += [measured("upper_left", mtf(0.1), subject) for subject in names]
    [drawn] = exhibits.devices(figures, "zh", names.__getitem__, {"c"})
    shown = [words for words in texts(drawn.svg) if re.match(r"\d\. ", words)]
    assert shown[:2] == ["1. 中心广场", "2. 东门入口"]
    assert re.fullmatch("3. 地下车库东侧.*…", shown[2])
    assert svg.width(shown[2], 9) <= multiples_plot.WIDE
    assert exhibits.devices(figures[:2], "zh", names.__getitem__) == [], "two are no comparison"


def test_each_panel_has_the_u_and_the_limit_of_its_own_device() -> None:
    figures = [measured("centre", mtf(0.2 + 0.05 * n), f"d{n}") for n in range(3)]
    limits = {0: Limit(unit="cycle/px", at_least=0.3), 2: Limit(unit="cycle/px", at_least=0.3)}
    [drawn] = exhibits.devices(figures, "en", str, limits=limits)
    assert drawn.svg.count(plots.LIMIT) == 2 + 1, "two panels and the key"
    assert drawn.svg.count(multiples_plot.DOUBT) == 3 + 1
    assert texts(drawn.svg).count("Limit ≥\u202f0.3") == 1


def test_a_report_of_two_hundred_devices_shows_those_that_fail_and_stops() -> None:
    figures = [measured("centre", mtf(0.2), f"d{n}") for n in range(200)]
    drawn = exhibits.devices(figures, "en", str, {"d199"})
    shown = [words for each in drawn for words in texts(each.svg) if re.match(r"\d+\. ", words)]
    assert len(shown) == exhibits.MOST_DEVICES
    assert shown[0] == "1. d199"


def test_a_label_takes_the_first_free_place_or_the_one_that_covers_least() -> None:
    random, size = np.random.default_rng(3), (30.0, 9.0)

    def shared(corner: tuple[float, ...], other: tuple[float, ...]) -> float:
        ends = ((corner[axis] + size[axis], other[axis] + other[axis + 2]) for axis in (0, 1))
        sides = [min(pair) - max(corner[axis], other[axis]) for axis, pair in enumerate(ends)]
        return max(sides[0], 0.0) * max(sides[1], 0.0)

    for labels in (1, 6, 30):
        choices = [
            [(x, y) for x, y in random.uniform(0, 150, (5, 2)).tolist()] for _ in range(labels)
        ]
        taken = [(a, b, c, d) for a, b, c, d in random.uniform(0, 40, (4, 4)).tolist()]
        used, plain = [*taken], []
        for offered in choices:
            covers = {corner: sum(shared(corner, other) for other in used) for corner in offered}
            plain.append(min(covers, key=lambda corner: covers[corner]))
            used.append((*plain[-1], *size))
        assert svg.placed(choices, size, taken) == plain

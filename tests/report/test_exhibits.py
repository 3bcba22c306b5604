"""Zone maps and timelines of a session's measurements."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from dataclasses import replace

import pytest

from acceptance.model import Curve, Event, Measurement, Shot
from acceptance.report import chart_exhibits, exhibits, plots, timeline_exhibits, zone_plot

TEXT = "{http://www.w3.org/2000/svg}text"
SHOT = Shot(
    id="shot",
    subject="camera",
    clip="a.mp4",
    stream={"width": 1920, "height": 1080, "sample_aspect": "1"},
)


def figure(
    name: str, value: float, zone: str, direction: str = "horizontal", **details: float | str
) -> Measurement:
    """Make a measurement of an edge."""
    return Measurement(
        subject="camera", shot="shot", quantity=f"resolution.{name}", value=value, unit="1",
        uncertainty=0.01, k=2, degrees_of_freedom=None, samples=1, method="", region=zone,
        direction=direction,
        details={"zone": zone, **details},
    )  # fmt: skip


FOUND = [
    figure("mtf50", 0.2, "centre", line_widths_per_height=432.0),
    figure("horizontal", 800, "centre", line_widths_per_height=800.0),
    figure("mtf50", 0.1, "upper_left", line_widths_per_height=216.0),
    figure("mtf50", 0.14, "upper_left", line_widths_per_height=302.4),
    figure("mtf50", 0.18, "upper_left", "vertical", line_widths_per_height=388.8),
    figure("corner_ratio", 0.55, "upper_left"),
]


def test_a_zone_map_shows_every_zone_with_its_figures_and_reads_in_grey() -> None:
    """Two edges of one zone and direction are averaged; every colour is a grey."""
    (exhibit,) = chart_exhibits.zone_maps(FOUND, [SHOT], "en")
    assert (exhibit.subject, exhibit.shot) == ("camera", "shot")
    words = [
        element.text
        for element in ET.fromstring(exhibit.svg).iter(TEXT)  # noqa: S314 -- our own
    ]
    assert {"0.200", "432", "800", "0.120", "259", "0.55", "0.180", "389"} <= set(words)
    greys = re.findall(r"rgb\((\d+),(\d+),(\d+)\)", exhibit.svg)
    assert greys
    assert all(len(set(grey)) == 1 for grey in greys)


def test_a_shot_without_edges_has_no_map() -> None:
    """And a ratio alone draws none."""
    assert chart_exhibits.zone_maps([figure("corner_ratio", 1.0, "centre")], [SHOT], "zh") == []
    assert chart_exhibits.zone_maps([], [SHOT], "zh") == []


def test_a_map_has_the_shape_of_the_picture_as_shown_and_survives_an_odd_one() -> None:
    """CIF of 352 x 288 is shown 4:3; a stream that says nothing is taken as 16:9."""
    rows = {"centre": [zone_plot.ZoneRow(direction="vertical", mtf50=0.2, line_widths=115.0)]}
    assert 'viewBox="0 0 420 339' in zone_plot.draw(rows, 4 / 3, ["a", "<b>"])
    assert "&lt;b&gt;" in zone_plot.draw(rows, 4 / 3, ["a", "<b>"])
    cif = Shot(
        id="shot",
        subject="camera",
        clip="",
        stream={"width": 352, "height": 288, "sample_aspect": "12/11"},
    )
    assert chart_exhibits.zone_maps(FOUND, [cif], "en")[0].svg.startswith("<svg")
    assert chart_exhibits.zone_maps(FOUND, [Shot(id="shot", subject="camera", clip="")], "en")[
        0
    ].svg.startswith("<svg")
    assert zone_plot.draw({}, 0.0, [])


def happened(name: str, *events: Event, **fields: object) -> Measurement:
    """Make a figure of the frame rate with its events."""
    plain = figure("mtf50", 0.0, "")
    return replace(
        plain, quantity=f"frame_rate.{name}", region="", direction="", events=events, **fields
    )  # type: ignore[arg-type]


RATE = Curve(
    name="bit_rate", x=(1.0, 2.0, 3.0), y=(400.0, 900.0, 500.0), x_label="time", y_label="bit_rate"
)
KEYS = tuple(Event(kind="key_frame", start=at, end=at) for at in (0.0, 2.0))


def words_of(svg: str) -> list[str]:
    """Texts of a drawing, in order."""
    return [
        element.text or ""
        for element in ET.fromstring(svg).iter(TEXT)  # noqa: S314 -- our own
    ]


def test_a_timeline_shows_each_kind_of_event_in_a_lane_of_its_own_with_its_number_of_frames() -> (
    None
):
    """What was counted and did not happen has an empty lane; shades are black, white and greys."""
    lost = Event(kind="dropped", start=1.0, end=1.2, count=4)
    found = [
        happened("mean", *KEYS, curve=RATE, duration=3.0),
        happened("dropped", lost),
        happened("repeated"),
    ]
    (exhibit,) = timeline_exhibits.timelines(found, "en")
    words = words_of(exhibit.svg)
    for lane, number in (("key frames", "2"), ("dropped", "4"), ("repeated", "0"), ("frozen", "0")):
        assert words[words.index(lane) + 1] == number
    assert "undecided" not in words
    assert set(re.findall(r"#([0-9a-f]+)", exhibit.svg)) <= {"222", "555", "999", "ddd", "fff"}
    assert not exhibits.curves(found, "en"), "what the timeline shows is not drawn twice"


def test_a_timeline_without_a_counter_says_at_least_and_leaves_out_what_was_not_counted() -> None:
    frozen = Event(kind="frozen", start=0.5, end=2.5, count=50)
    open_ = Event(kind="undecided", start=2.6, end=3.0, count=10)
    found = [
        happened("mean", curve=RATE, duration=3.0),
        happened("repeated", frozen, open_, lower_bound=True),
    ]
    words = words_of(timeline_exhibits.timelines(found, "zh")[0].svg)
    assert words[words.index("冻结") + 1] == "\u226550"
    assert words[words.index("无法判定") + 1] == "10"
    assert not {"丢帧", "重复"} & set(words)


def test_a_timeline_ends_with_the_film_whatever_other_curves_the_shot_has() -> None:
    """A wedge's curve runs to 1,068 TV lines; they are no seconds."""
    wedge = replace(RATE, name="wedge", x=(100.0, 1068.0), y=(1.0, 0.1))
    alone = timeline_exhibits.timelines([happened("mean", *KEYS, curve=RATE, duration=3.0)], "en")[
        0
    ].svg
    beside = [
        happened("mean", *KEYS, curve=RATE, duration=3.0),
        replace(figure("mtf50", 1.0, "centre"), curve=wedge),
    ]
    assert timeline_exhibits.timelines(beside, "en")[0].svg == alone


def test_a_jump_of_the_times_runs_across_the_timeline() -> None:
    jump = Event(kind="time_jump", start=1.0, end=1.04, count=50)
    svg = timeline_exhibits.timelines(
        [happened("mean", *KEYS, jump, curve=RATE, duration=3.0)], "en"
    )[0].svg
    assert "time jumps" in words_of(svg)
    assert "stroke-dasharray" in svg


def test_a_shot_whose_rate_was_not_measured_has_no_timeline() -> None:
    assert timeline_exhibits.timelines(FOUND, "en") == []


def test_a_figure_read_off_a_curve_has_its_doubt_and_its_limit_drawn() -> None:
    """A band of U to each side of 300 TVL, and an upright line where 270 TVL are asked for."""
    curve = Curve(
        name="wedge", x=(200.0, 400.0), y=(1.0, 0.0), x_label="tv_lines", y_label="modulation",
        x_unit="TVL", marks={"reading": 300.0},
    )  # fmt: skip
    svg = plots.draw({"one": curve}, [plots.JudgedReading(300.0, 10.0, {"limit 270": 270.0})])
    x = svg.index('fill="#dcdcdc"')
    [width] = re.findall(r'width="([\d.]+)" height="[\d.]+" fill="#dcdcdc"', svg)
    assert float(width) == pytest.approx(20 / 200 * (plots.WIDTH - plots.LEFT - plots.RIGHT), 0.01)
    assert "limit 270" in svg[x:]
    assert plots.LIMIT in svg


def test_differences_of_patches_are_bars_from_zero_and_a_curve_stays_a_line() -> None:
    patches = Curve(
        name="colour", x=(1.0, 2.0, 3.0), y=(4.0, 2.0, 8.0), x_label="patch", y_label="delta_e00"
    )
    drawn = plots.draw({"a": patches})
    bars = [
        (float(top), float(high))
        for top, high in re.findall(r'<rect[^>]*\by="([\d.]+)"[^>]*height="([\d.]+)"', drawn)
    ]
    assert len(bars) == 3
    ground = {round(top + high, 1) for top, high in bars}
    assert max(ground) - min(ground) <= 0.2, "all stand on one line"
    assert bars[2][1] == pytest.approx(4 * bars[1][1], abs=0.2)
    assert "<rect" not in plots.draw({"a": replace(patches, name="mtf")})

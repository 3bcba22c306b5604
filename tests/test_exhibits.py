"""Zone maps of a session's measurements."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET

from acceptance import exhibits, zone_map
from acceptance.model import Measurement, Shot

SHOT = Shot(id="shot", subject="camera", clip="a.mp4", stream={"width": 1920, "height": 1080, "sample_aspect": "1"})


def figure(name: str, value: float, zone: str, direction: str = "horizontal", **details: float | str) -> Measurement:
    """Make a measurement of an edge."""
    return Measurement(
        subject="camera", shot="shot", quantity=f"resolution.{name}", value=value, unit="1", uncertainty=0.01, k=2,
        degrees_of_freedom=None, samples=1, method="", region=zone, direction=direction,
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
    (exhibit,) = exhibits.zone_maps(FOUND, [SHOT], "en")
    assert (exhibit.subject, exhibit.shot) == ("camera", "shot")
    words = [element.text for element in ET.fromstring(exhibit.svg).iter("{http://www.w3.org/2000/svg}text")]  # noqa: S314 - our own
    assert {"0.200", "432", "800", "0.120", "259", "0.55", "0.180", "389"} <= set(words)
    greys = re.findall(r"rgb\((\d+),(\d+),(\d+)\)", exhibit.svg)
    assert greys
    assert all(len(set(grey)) == 1 for grey in greys)


def test_a_shot_without_edges_has_no_map() -> None:
    """And a ratio alone draws none."""
    assert exhibits.zone_maps([figure("corner_ratio", 1.0, "centre")], [SHOT], "zh") == []
    assert exhibits.zone_maps([], [SHOT], "zh") == []


def test_a_map_has_the_shape_of_the_picture_as_shown_and_survives_an_odd_one() -> None:
    """CIF of 352 x 288 is shown 4:3; a stream that says nothing is taken as 16:9."""
    rows = {"centre": [zone_map.Row(direction="vertical", mtf50=0.2, line_widths=115.0)]}
    assert 'viewBox="0 0 420 339' in zone_map.draw(rows, 4 / 3, ["a", "<b>"])
    assert "&lt;b&gt;" in zone_map.draw(rows, 4 / 3, ["a", "<b>"])
    cif = Shot(id="shot", subject="camera", clip="", stream={"width": 352, "height": 288, "sample_aspect": "12/11"})
    assert exhibits.zone_maps(FOUND, [cif], "en")[0].svg.startswith("<svg")
    assert exhibits.zone_maps(FOUND, [Shot(id="shot", subject="camera", clip="")], "en")[0].svg.startswith("<svg")
    assert zone_map.draw({}, 0.0, [])

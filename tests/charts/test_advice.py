"""Which chart suits a camera's place: closed form, the simulated camera, and every trouble."""

from __future__ import annotations

import math

import pytest

from acceptance.charts import advice, definition, located
from acceptance.errors import PlanError
from acceptance.simulate.camera import Camera
from acceptance.simulate.optics import FOCAL, pose

# Three sizes of one chart, the clock and the edge plate; a further chart does not move them.
PRINTED = [
    definition.load(name)
    for name in (
        "acceptance",
        "acceptance_a0",
        "acceptance_a2",
        "clock",
        "colorchecker",
        "edge_plate",
    )
]


def seen_by(**place: float) -> advice.Viewpoint:
    return advice.viewpoint(
        picture=(1920, 1080), distance=place.pop("distance", 5.0), field_of_view=90.0, **place
    )


def test_lens_and_sensor_and_field_of_view_are_the_same_camera() -> None:
    by_lens = advice.viewpoint(picture=(1920, 1080), distance=5, focal_length=4, sensor='1/2.8"')
    angle = 2 * math.degrees(math.atan(5.57 / 2 / 4))
    by_angle = advice.viewpoint(picture=(1920, 1080), distance=5, field_of_view=angle)
    assert by_lens.focal == pytest.approx(by_angle.focal)
    assert by_lens.focal == pytest.approx(1920 * 4 / 5.57)


def test_a_chart_is_as_wide_as_the_simulated_camera_sees_it() -> None:
    """Even tilted, the chart's middle keeps its scale."""
    chart, tilt = definition.load("acceptance_a2"), 25.0
    simulated = Camera(width=1920, height=1080, share=0.35, tilt=tilt)
    slant = FOCAL * chart.size[0] / 0.35 / 1000
    height, distance = slant * math.sin(math.radians(tilt)), slant * math.cos(math.radians(tilt))
    angle = 2 * math.degrees(math.atan(0.5 / FOCAL))
    camera = advice.viewpoint(
        picture=(1920, 1080), distance=distance, rise=height, field_of_view=angle
    )
    [given] = advice.advise(camera, [chart])
    assert camera.tilt == pytest.approx(tilt)
    assert given.share[0] == pytest.approx(0.35)
    middle = located.to_picture(
        pose(simulated, chart.size), [[280, 157.5], [281, 157.5], [280, 158.5]]
    )
    assert camera.pixels_per_metre / 1000 == pytest.approx(abs(middle[1] - middle[0])[0], rel=1e-3)
    assert given.size[1] / chart.size[1] == pytest.approx(abs(middle[2] - middle[0])[1], rel=5e-3)


def test_the_wedge_of_a_chart_that_fills_the_height_ends_at_its_own_lines() -> None:
    """Where chart and picture are equally high, TV lines of one are TV lines of the other."""
    camera = advice.viewpoint(
        picture=(1920, 1080), distance=1, field_of_view=2 * math.degrees(math.atan(0.2))
    )
    [given] = advice.advise(camera, [definition.load("acceptance")])
    assert given.share == pytest.approx((1.0, 1.0))
    assert given.lines == pytest.approx((100, 1000), rel=1e-5)


@pytest.mark.parametrize(
    ("place", "lines", "name", "trouble"),
    [
        ({"distance": 0.3}, None, "acceptance_a0", "too_large"),
        ({"distance": 5.0}, None, "acceptance", "too_small"),
        ({"distance": 0.7, "rise": 0.7}, None, "acceptance", "too_steep"),
        ({"distance": 0.4}, 700, "edge_plate", "no_wedge"),
        ({"distance": 0.4}, 3000, "acceptance", "wedge_too_coarse"),
        ({"distance": 2.0}, 300, "acceptance", "wedge_too_fine"),
        ({"distance": 0.9}, 700, "acceptance", "fill_more"),
    ],
)
def test_every_trouble_is_seen(
    place: dict[str, float], lines: float | None, name: str, trouble: str
) -> None:
    [given] = advice.advise(seen_by(**place), [definition.load(name)], lines)
    assert trouble in given.troubles


def test_at_the_nearest_and_farthest_distance_a_chart_just_serves() -> None:
    [given] = advice.advise(seen_by(distance=1.0), [definition.load("acceptance")])
    for distance, factor in ((given.nearest, 1.001), (given.farthest, 0.999)):
        [there] = advice.advise(
            seen_by(distance=distance * factor), [definition.load("acceptance")]
        )
        assert there.troubles == ()
        [beyond] = advice.advise(
            seen_by(distance=distance / factor), [definition.load("acceptance")]
        )
        assert beyond.troubles != ()


def test_the_best_comes_first_the_largest_that_fits() -> None:
    names = [one.chart.name for one in advice.advise(seen_by(distance=0.4), PRINTED)]
    assert names[0] == "acceptance_a2"
    assert names[-1] == "acceptance_a0"
    far = advice.advise(seen_by(distance=3.0), PRINTED)[0]
    assert far.chart.name == "acceptance_a0"


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "the lens is not known"),
        ({"focal_length": 4.0}, "the lens is not known"),
        ({"focal_length": 4.0, "sensor": "1/9"}, "neither a width in mm nor one of"),
        ({"focal_length": 4.0, "sensor": "nan"}, "neither a width"),
        ({"field_of_view": 200.0}, "rectilinear lens"),
        ({"field_of_view": -3.0}, "rectilinear lens"),
    ],
)
def test_a_lens_that_is_not_known_is_asked_for(wrong: dict[str, float | str], message: str) -> None:
    with pytest.raises(PlanError, match=message):
        advice.viewpoint(picture=(1920, 1080), distance=5.0, **wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ['1/2.8"', "1/2.8", "5.57", "5.57 mm"])
def test_a_sensor_is_named_by_format_or_width(text: str) -> None:
    assert advice.sensor_width(text) == pytest.approx(5.57)

"""Numbers that the conditions of a shot state, in whatever unit they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from acceptance.errors import GapError
from acceptance.metrics._shared import stated
from acceptance.metrics.geometry import preset
from acceptance.model import Condition, Shot
from acceptance.session import plan


def shot(**conditions: tuple[object, str]) -> Shot:
    """Make a shot with conditions, each a value and its unit."""
    return Shot(
        id="s",
        subject="c",
        clip="c.mp4",
        conditions=tuple(
            Condition(name=name, value=value, unit=unit)  # type: ignore[arg-type] -- wrong ones too
            for name, (value, unit) in conditions.items()
        ),
    )


@pytest.mark.parametrize(
    ("name", "value", "unit", "number"),
    [
        ("microphone_distance", 300, "mm", 0.3),
        ("microphone_distance", "30 cm", "", 0.3),
        ("microphone_distance", 0.3, "", 0.3),
        ("microphone_distance", 0.3, "米", 0.3),
        ("screen_scan", 0.016, "s", 16.0),
        ("page_offset", "-900us", "", -0.9),
        ("page_offset", "-900 µs", "", -0.9),
        ("stream_delay", 300, "ms", 0.3),
        ("mains_frequency", 50, "Hz", 50.0),
        ("clock_height", 40, "%", 0.4),
        ("light_non_uniformity", 4, "％", 4.0),
        ("page_offset", "−900 µs", "", -0.9),
        ("page_offset", "–5 ms", "", -5.0),
        ("bit_rate", "4 MB/s", "", 32_000.0),
        ("bit_rate", "4 Mb/s", "", 4000.0),
        ("bit_rate", 500, "KB/s", 4000.0),
        ("bit_rate", 500, "KBPS", 500.0),
        ("anything", 7, "lx", 7.0),
    ],
)
def test_a_condition_counts_in_its_own_unit(
    name: str, value: object, unit: str, number: float
) -> None:
    assert stated.number(shot(**{name: (value, unit)}), name) == pytest.approx(number)


@pytest.mark.parametrize(
    ("value", "unit"),
    [("far", ""), (3, "lx"), ("3 lx", ""), (True, ""), (float("nan"), "m"), (float("inf"), "m")],
)
def test_what_is_no_number_or_in_a_unit_of_something_else_is_a_gap(
    value: object, unit: str
) -> None:
    with pytest.raises(GapError) as caught:
        stated.number(shot(microphone_distance=(value, unit)), "microphone_distance")
    assert caught.value.code == "condition_no_number"


def test_what_is_not_stated_is_none() -> None:
    assert stated.number(shot(), "microphone_distance") is None


def test_a_focal_length_counts_in_millimetres_and_a_range_not_at_all() -> None:
    sensor = {"sensor_width": (0.48, "cm")}
    assert preset.focal_length(shot(focal_length=(4, "mm"), **sensor)) == pytest.approx(4 / 4.8)
    assert preset.focal_length(shot(focal_length=("2.8-12", "mm"), **sensor)) is None


def test_conditions_of_single_clips_are_those_that_a_plan_would_have() -> None:
    """The command and the library give them without a plan."""
    given = (
        Condition(name="照度", value=0.48, unit="klx"),
        Condition(name="agc", value="off"),
    )
    [taken] = plan.of_clips([Path("c.mp4")], conditions=given).shots
    assert [(each.name, each.value, each.unit) for each in taken.conditions] == [
        ("illuminance", 480.0, "lx"),
        ("agc", "off", ""),
    ]

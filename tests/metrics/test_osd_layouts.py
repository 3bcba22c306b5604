"""Layouts of burnt-in clocks: what is beside and below the time misleads nobody."""

from __future__ import annotations

from datetime import datetime
from fractions import Fraction
from typing import Any

import numpy as np
import pytest
from conftest import benchmark
from marks import slow

from acceptance.errors import GapError
from acceptance.metrics import burnt_in_clock

overlays = benchmark("overlays")
START = datetime(2026, 11, 25, 13, 52, 30, 370_000)  # noqa: DTZ001 -- such a clock has no zone
MONO = "DejaVu Sans Mono"


def read(form: str, **look: Any) -> tuple[datetime, datetime]:
    """Return what was read and what was shown."""
    overlay = overlays.Overlay(
        form=form, start=START, rate=Fraction(25, 2), seconds=14.0, size=(176, 1000),
        **({"font": MONO, "height": 16, "ground": "still"} | look),
    )  # fmt: skip
    x, y, width, height = map(int, overlay.region())
    strip = np.stack([frame[y : y + height, x : x + width] for frame in overlays.frames(overlay)])
    times = np.array([float(time) for time in overlay.times])
    reading = burnt_in_clock.read(burnt_in_clock.followed(strip, times))
    return reading.shown, overlay.shown(reading.moment + 0.1)


@pytest.mark.parametrize(
    "form",
    [
        "%Y-%m-%d\n%H:%M:%S",
        "%Y-%m-%d %H{blink}%M{blink}%S",
        slow("Gate 2\n%H:%M:%S\n%d/%m/%Y"),
        slow("CAM12 %H:%M:%S\n%Y-%m-%d"),
        "%H:%M:%S 50 FPS\n%Y-%m-%d",
        slow("CAM 25 %H:%M:%S\n%Y-%m-%d"),
        slow("%Y年%m月%d日 {weekday}\n%H:%M:%S.{ms}"),
        slow("%Y-%m-%d %H:%M:%S.{ms}"),
        slow("%Y-%m-%d %H:%M:%S {blink} REC"),
        slow("%Y-%m-%d %H:%M:%S 00:13:22 192.168.1.64"),
    ],
)
def test_a_layout_of_a_recorder_is_read(form: str) -> None:
    shown, true = read(form)
    assert shown == true


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ("%Y-%m-%d %H:%M:%S REC {since}", "clock_several"),
        ("%d %b %Y %H:%M:%S\nFW 2023-05-12", "clock_unclear"),
        slow("2023-05-12\n%b %d %H:%M:%S", "clock_unclear"),
        slow("%H:%M:%S %d %b\n2023-05-12", "clock_unclear"),
        slow("REC {since}\n%Y-%m-%d %H:%M:%S", "clock_several"),
        slow("%H:%M:%S\n2020-01-01 Gate\n%Y-%m-%d", "clock_unclear"),
        slow("%d/%m/%y %H:%M:%S", "clock_unclear"),
        slow("%Y-%m-%d {hour}:%M:%S %p", "clock_unclear"),
        slow("%H:%M:%S Gate", "clock_no_date"),
    ],
)
def test_what_could_be_another_time_or_date_is_refused(form: str, code: str) -> None:
    """A counter of recording, a date of something else, two digits of a year."""
    with pytest.raises(GapError) as caught:
        read(form, font="Aileron" if code == "clock_unclear" else MONO)
    assert caught.value.code == code


@pytest.mark.film
def test_a_few_pictures_that_seem_turned_spoil_no_digit() -> None:
    """Outlined digits over a moving ground, coded; some seem dark on light, as inverting ones."""
    layouts = benchmark("osd_layouts")
    (coded,) = (each for each in layouts.listed(layouts.LAYOUTS) if each.number == 18)
    assert layouts.verdict(coded).read

"""Wide dynamic range: two copies of a chart in one picture, in bright and in weak light.

The range is the ratio of the two illuminances, as GA/T 1127-2013, C.3, takes the ratio of two
transmittances. A copy is readable when at least 8 of its grey steps are distinguishable
(``grey_scale.steps``), as many as GB 50198-2011, 3.1.9, requires of a picture; that defines the
quantity and is no limit. The range of the camera is at least the scene's when both are read, and at
most the scene's when one is not.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.charts import located
from acceptance.errors import GapError
from acceptance.metrics._shared import grey_steps
from acceptance.metrics.low_light.light_series import accuracy, number
from acceptance.model.measurement import BudgetLine
from acceptance.scene import locating
from acceptance.scene.watch import within
from acceptance.uncertainty import DECIBEL

if TYPE_CHECKING:
    from acceptance.charts.located import Located
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene

READ = 8
BRIGHT, DARK = locating.TWO_LEVELS
METHOD = "ratio of two illuminances in one picture of which both show at least 8 grey steps"


def serves(seen: Scene) -> bool:
    """Whether the conditions of the shot state two light levels."""
    return locating.two_levels(seen.shot)


def dynamic_range(seen: Scene) -> Measurement:
    """Measure the scene's own range, which is a bound of the camera's.

    Raises GapError: condition_unusable, two_charts_needed, no_region.
    """
    bright, dark = (_illuminance(seen, name) for name in (BRIGHT, DARK))
    left, right = _step_counts(seen)
    read = min(left, right) >= READ
    doubt = DECIBEL * math.hypot(accuracy(seen.shot, BRIGHT), accuracy(seen.shot, DARK))
    illuminances = {"illuminance_bright": bright, "illuminance_dark": dark}
    return seen.figure(
        "low_light.wide_dynamic_range",
        20 * math.log10(bright / dark),
        "dB",
        [BudgetLine(source="lux_meter", contribution=doubt, evaluation="B")],
        samples=1,
        method=METHOD,
        lower_bound=read,
        upper_bound=not read,
        details={**illuminances, "steps_left": left, "steps_right": right, "steps_needed": READ},
    )


def _step_counts(seen: Scene) -> tuple[int, int]:
    """Return the steps read on the left and the right chart. Raises GapError."""
    copies = [place for place in seen.located if place.chart.kind == "print"]
    if len(copies) != 2:
        raise GapError("two_charts_needed", count=len(copies))
    left, right = (steps(seen, place).steps for place in copies)
    return left, right


def _illuminance(seen: Scene, name: str) -> float:
    lux = number(seen.shot, name, {"": 1.0, "lx": 1.0})
    if lux is None or lux <= 0:
        stated = next(stated for stated in seen.shot.conditions if stated.name == name)
        raise GapError("condition_unusable", condition=name, value=str(stated.value))
    return lux


def steps(seen: Scene, place: Located) -> grey_steps.Count:
    """Count the distinguishable grey steps of one copy of the chart in the middle frame.

    Raises GapError no_region where the chart has fewer than 8 grey steps.
    """
    grey = sorted(
        (region for region in place.chart.regions if region.kind == "grey"),
        key=lambda region: int(region.printed["step"]),
    )
    if len(grey) < READ:
        raise GapError("no_region", kind="grey")
    codes = []
    for region in grey:
        x, y, width, height = within(located.inner(place, region, 1.0))
        codes.append(grey_steps.step(seen.reference.luma[None, y : y + height, x : x + width]))
    rising = grey[-1].printed["reflectance"] > grey[0].printed["reflectance"]
    least = grey_steps.LEAST * (seen.code_white - seen.code_black)
    return grey_steps.count(codes, rising=rising, least=least)

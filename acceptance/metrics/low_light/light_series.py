"""Series of shots at falling illuminance, and where a result falls to its criterion.

The illuminance of a shot is that at the chart (``illuminance``, lx), times the transmittance of a
neutral filter before the lens (``filter``); a shot with a filter alone takes the illuminance of the
brightest shot without one. Between the two shots that bracket it the crossing is linear in the
logarithm of the illuminance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model.shot import Condition, Shot

Array = NDArray[np.float64]

LEAST_SPAN = 2.0  # brightest over darkest: less is no series but the same light
ACCURACY = 10.0  # %, half-width, of a lux meter or a filter whose accuracy is not stated
PERCENT = {"": 1.0, "1": 1.0, "%": 0.01}


@dataclass(frozen=True, kw_only=True)
class LightLevel:
    """A shot and its illuminance in lx.

    ``meter`` and ``filter`` are the relative standard uncertainties of lux meter and filter.
    """

    shot: Shot
    lux: float
    meter: float
    filter: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Point:
    """A result at a level, with standard uncertainty; ``bound``: the true value may be higher."""

    level: LightLevel
    value: float
    uncertainty: float
    degrees_of_freedom: float | None = None
    bound: bool = False


@dataclass(frozen=True, kw_only=True)
class Crossing:
    """The illuminance in lx at which a result falls to its criterion, and its budget.

    ``met`` and ``missed`` are the shots on either side. ``lower_bound`` (``upper_bound``): the
    brightest shot misses (the darkest still meets) the criterion, so that the true illuminance is
    this or higher (lower).
    """

    lux: float
    budget: tuple[BudgetLine, ...]
    met: LightLevel
    missed: LightLevel | None = None
    lower_bound: bool = False
    upper_bound: bool = False


def series(shots: Sequence[Shot]) -> Iterator[list[LightLevel]]:
    """Return each series of shots: levels of one subject, tap and path, brightest first.

    Shots of the same light within a factor of ``LEAST_SPAN`` are no series.
    """
    groups: dict[tuple[str, ...], list[Shot]] = {}
    for shot in shots:
        groups.setdefault((shot.subject, shot.tap, shot.path), []).append(shot)
    for group in groups.values():
        levels = sorted(_levels(group), key=lambda level: -level.lux)
        alike = [level for level in levels if level.shot.chart in {levels[0].shot.chart, None}]
        if alike and alike[0].lux >= LEAST_SPAN * alike[-1].lux:
            yield alike


def _levels(shots: Sequence[Shot]) -> Iterator[LightLevel]:
    lit = _illuminances(shots)
    bare = [shot for shot in shots if shot.id in lit and condition(shot, "filter") is None]
    brightest = max(bare, key=lambda shot: lit[shot.id], default=None)
    for shot in shots:
        source = shot if shot.id in lit else brightest
        share = 1.0 if condition(shot, "filter") is None else number(shot, "filter", PERCENT)
        if source is None or share is None or not 0 < share <= 1:
            continue
        if share < 1 or source is shot:
            lux, meter = lit[source.id] * share, accuracy(source, "illuminance")
            glass = accuracy(shot, "filter") if share < 1 else 0.0
            yield LightLevel(shot=shot, lux=lux, meter=meter, filter=glass)


def _illuminances(shots: Sequence[Shot]) -> dict[str, float]:
    """Return the stated illuminances above 0 in lx, by the shots' ids."""
    lux = {shot.id: number(shot, "illuminance", {"": 1.0, "lx": 1.0}) for shot in shots}
    return {name: value for name, value in lux.items() if value and value > 0}


def condition(shot: Shot, name: str) -> Condition | None:
    """Return the shot's condition of this name, if it has one."""
    return next((stated for stated in shot.conditions if stated.name == name), None)


def number(shot: Shot, name: str, units: dict[str, float]) -> float | None:
    """Return the number that a condition states, converted by the factor of its unit.

    Return None where it is not stated, not a finite number, or in none of the ``units``.
    """
    stated = condition(shot, name)
    if stated is None or isinstance(stated.value, bool | str) or stated.unit not in units:
        return None
    return float(stated.value) * units[stated.unit] if math.isfinite(stated.value) else None


def accuracy(shot: Shot, name: str) -> float:
    """Return the relative standard uncertainty of a condition.

    It is from ``<name>_accuracy`` (half-width, in %), else from 10 %.
    """
    stated = number(shot, f"{name}_accuracy", {"": 1.0, "%": 1.0})
    return float(ACCURACY if stated is None else abs(stated)) / 100 / math.sqrt(3)


def crossing(points: Sequence[Point], criterion: float, *, relative: bool = False) -> Crossing:
    """Find the illuminance at which results fall below a criterion for the first time.

    Parameters
    ----------
    points
        Results, brightest level first.
    criterion
        In the unit of the results; ``relative``: as a share of the first, which then meets it by
        definition.
    """
    level = criterion * points[0].value if relative else criterion
    below = next((i for i, point in enumerate(points) if point.value < level), None)
    if below is None:
        last = points[-1].level
        return Crossing(
            lux=last.lux, budget=_light(last, last, 1.0, last.lux), met=last, upper_bound=True
        )
    if below == 0:
        first = points[0].level
        return Crossing(
            lux=first.lux, budget=_light(first, first, 1.0, first.lux), met=first, lower_bound=True
        )
    return _between(points, below, level, criterion if relative else 0.0)


def _between(points: Sequence[Point], below: int, level: float, share: float) -> Crossing:
    """Interpolate the crossing of ``level`` between ``points[below]`` and the point before.

    ``share`` is the level over the first result, where it is relative to it, else 0.
    """
    above, under = points[below - 1], points[below]
    span = math.log(above.level.lux / under.level.lux)
    fall = above.value - under.value
    weight = (level - under.value) / fall
    lux = under.level.lux * math.exp(weight * span)
    figures = _figure_lines(points, below, lux * span / fall, weight, share)
    doubt = lux * _interpolation(points, below, level, weight) / math.sqrt(3)
    interpolation = BudgetLine(source="interpolation", contribution=doubt, evaluation="B")
    budget = (*_light(above.level, under.level, weight, lux), *figures, interpolation)
    bound = above.bound or under.bound
    return Crossing(lux=lux, budget=budget, met=above.level, missed=under.level, upper_bound=bound)


def _figure_lines(
    points: Sequence[Point], below: int, slope: float, weight: float, share: float
) -> Iterator[BudgetLine]:
    """Yield the contributions in lx of the results; ``slope`` is that of lx over the result."""
    first = share * slope
    upper, lower = -weight * slope, -(1 - weight) * slope
    if below == 1:
        upper, first = upper + first, 0.0
    lines = (
        ("figure_brighter", upper, points[below - 1]),
        ("figure_darker", lower, points[below]),
        ("figure_brightest", first, points[0]),
    )
    yield from (_line(source, factor, point) for source, factor, point in lines if factor)


def _line(source: str, factor: float, point: Point) -> BudgetLine:
    """Return the contribution in lx of a result, at ``factor`` lx per unit of it."""
    return BudgetLine(
        source=source,
        contribution=abs(factor) * point.uncertainty,
        degrees_of_freedom=point.degrees_of_freedom,
    )


def _light(
    above: LightLevel, under: LightLevel, weight: float, lux: float
) -> tuple[BudgetLine, ...]:
    """Return the contributions in lx of lux meter and filters.

    One lux meter read all levels, so that its errors add; filters differ from each other.
    """
    meter = weight * above.meter + (1 - weight) * under.meter
    filters = math.hypot(weight * above.filter, (1 - weight) * under.filter)
    lines = (BudgetLine(source="lux_meter", contribution=lux * meter, evaluation="B"),)
    return (
        (*lines, BudgetLine(source="filter", contribution=lux * filters, evaluation="B"))
        if filters
        else lines
    )


def _interpolation(points: Sequence[Point], below: int, level: float, weight: float) -> float:
    """Return the half-width, in ln lux, of the error of a straight line between two shots.

    It is the larger of two: a threefold change of the slope between them, and the distance to the
    crossing of the monotone cubic through all points (F. N. Fritsch, J. Butland, 1984).
    """
    from scipy.interpolate import PchipInterpolator  # noqa: PLC0415 -- late: brings half of scipy

    span = math.log(points[below - 1].level.lux / points[below].level.lux)
    bent = weight * (1 - weight) * span / 2
    places = np.log([point.level.lux for point in points[: below + 2]])[::-1]
    values = np.array([point.value for point in points[: below + 2]])[::-1]
    if len(points) < 3 or np.any(np.diff(places) <= 0):
        return bent
    x = np.linspace(math.log(points[below].level.lux), math.log(points[below - 1].level.lux), 257)
    y = PchipInterpolator(places, values)(x)
    straight = float(x[0]) + weight * span
    return max(bent, abs(float(np.interp(level, y, x)) - straight))

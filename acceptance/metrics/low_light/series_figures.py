"""Results of a series of shots at falling illuminance, from those that each shot gave alone."""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.low_light.light_series import Point, crossing
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.uncertainty import combine, measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.metrics.low_light.light_series import Crossing, LightLevel
    from acceptance.model.basics import Value
    from acceptance.uncertainty import Combined

    Pairs = list[tuple[LightLevel, Measurement]]

RESOLUTION_LEFT, USABLE = 0.7, 25.0  # criteria of the two minimum illuminations
RESOLUTIONS = (
    "resolution.wedge_horizontal",
    "resolution.wedge_vertical",
    "resolution.horizontal",
    "resolution.vertical",
)
RATES = ("frame_rate.unique", "frame_rate.mean")
MIDDLE_GREY = 0.18
SLOW = 90.0  # % of the frame rate below which the method names a slow shutter
SHARE_METHOD = "share of the figure at the brightest shot of the series"
SLOW_METHOD = SHARE_METHOD + "; it falls: slow shutter"
SNR_METHOD = (
    "nominal luma amplitude, less what the level has fallen since the brightest shot, "
    "over total noise"
)
MINIMUM_METHODS = {
    "resolution_70": (
        "illuminance at which resolution is 70 % of that at the brightest shot, linear in lg lux"
    ),
    "snr_25": "illuminance at which the signal-to-noise ratio is 25 dB, linear in lg lux",
}


def note(level: LightLevel, quantity: str, code: str, **parameters: Value) -> Note:
    """Make the note that a quantity, without ``low_light.``, was not measured at a level."""
    return Note(
        reason=Reason(code=code, parameters=parameters),
        shot=level.shot.id,
        subject=level.shot.subject,
        metric="low_light",
        quantity=f"low_light.{quantity}",
    )


def _pairs(
    levels: Sequence[LightLevel], measured: Sequence[Measurement], quantities: Sequence[str]
) -> list[Pairs]:
    """Return the results, with their levels, of each quantity and region of the brightest level.

    They come in the order of ``quantities``.
    """
    found: dict[tuple[int, str, str], Pairs] = {}
    for level in levels:
        for figure in measured:
            if figure.shot == level.shot.id and figure.quantity in quantities:
                key = quantities.index(figure.quantity), figure.region, figure.direction
                found.setdefault(key, []).append((level, figure))
    ordered = [found[key] for key in sorted(found, key=lambda key: key[0])]
    return [pairs for pairs in ordered if pairs[0][0] is levels[0]]


def resolution(
    levels: Sequence[LightLevel], measured: Sequence[Measurement]
) -> Iterator[Measurement | Note]:
    """Measure the share of the resolution at each level, and the illuminance at which it is 70 %.

    Of the results that the brightest shot has, take those that most levels have, and of these the
    first in ``RESOLUTIONS``.
    """
    every = _pairs(levels, measured, RESOLUTIONS)
    proper = [pairs for pairs in every if not pairs[0][1].lower_bound]
    pairs = max(proper, key=len, default=[])
    if len(pairs) < 2:
        code = "one_level_only" if pairs else "brightest_not_measured"
        yield note(levels[0], "resolution", code)
        return
    first, *points = (_own(level, figure) for level, figure in pairs)
    for (_, figure), point in zip(pairs[1:], points, strict=True):
        yield _share("low_light.resolution", figure, point, first)
    shares = [100 * point.value / first.value for point in (first, *points)]
    yield _minimum("resolution_70", [first, *points], shares, pairs[0][1])


def _own(level: LightLevel, figure: Measurement) -> Point:
    """Return a result with its own uncertainty, since that of chart and method cancels."""
    own = combine([line for line in figure.budget if line.evaluation == "A"])
    return _point(level, figure, own if own.uncertainty else figure)


def _point(level: LightLevel, figure: Measurement, doubt: Combined | Measurement) -> Point:
    return Point(
        level=level,
        value=figure.value,
        uncertainty=doubt.uncertainty,
        degrees_of_freedom=doubt.degrees_of_freedom,
        bound=figure.lower_bound,
    )


def _share(quantity: str, figure: Measurement, point: Point, first: Point) -> Measurement:
    """Return 100 x the result over that of the brightest shot."""
    share = 100 * point.value / first.value
    slow = quantity == "low_light.frame_rate" and share < SLOW
    values = {"value": figure.value, "brightest": first.value}
    return measurement(
        point.level.shot,
        quantity,
        share,
        "%",
        _share_budget(point, first, share),
        samples=figure.samples,
        method=SLOW_METHOD if slow else SHARE_METHOD,
        region=figure.region,
        direction=figure.direction,
        lower_bound=point.bound,
        details={"illuminance": point.level.lux, "of": figure.quantity, **values},
    )


def _share_budget(point: Point, first: Point, share: float) -> list[BudgetLine]:
    return [
        BudgetLine(
            source=source,
            contribution=factor * used.uncertainty / first.value,
            degrees_of_freedom=used.degrees_of_freedom,
        )
        for source, used, factor in (("figure", point, 100.0), ("figure_brightest", first, share))
    ]


def ratio(
    levels: Sequence[LightLevel], measured: Sequence[Measurement]
) -> Iterator[Measurement | Note]:
    """Measure the S/N ratio at each level, and the illuminance at which it is 25 dB.

    Of the flat regions that most levels have, take the one nearest to middle grey.
    """
    pairs = _snr_pairs(levels, measured)
    if not pairs or pairs[0][0] is not levels[0]:
        yield note(levels[0], "snr", "brightest_not_measured")
        return
    amplitude = pairs[0][1].value - pairs[0][2].value
    points = [_level_ratio(*pair, amplitude) for pair in pairs]
    for point, (_, nominal, patch) in zip(points, pairs, strict=True):
        yield _ratio_figure(point, nominal, patch, amplitude)
    if len(points) > 1:
        yield _minimum("snr_25", points, [point.value for point in points], pairs[0][1])


def _ratio_figure(
    point: Point, nominal: Measurement, patch: Measurement, amplitude: float
) -> Measurement:
    illuminance, of_patch = point.level.lux, patch.value
    return measurement(
        point.level.shot,
        "low_light.snr",
        point.value,
        "dB",
        patch.budget,
        samples=nominal.samples,
        method=SNR_METHOD,
        region=nominal.region,
        lower_bound=point.bound,
        details={"illuminance": illuminance, "snr_patch": of_patch, "amplitude": amplitude},
    )


def _snr_pairs(
    levels: Sequence[LightLevel], measured: Sequence[Measurement]
) -> list[tuple[LightLevel, Measurement, Measurement]]:
    """Return the levels with ``noise.snr`` and ``noise.snr_patch`` of one flat region."""
    candidates = _pairs(levels, measured, ("noise.snr",))
    best = max(candidates, key=lambda pairs: (len(pairs), -_from_middle(pairs[0][1])), default=[])
    patches = {
        (figure.shot, figure.region): figure
        for figure in measured
        if figure.quantity == "noise.snr_patch"
    }
    return [
        (level, nominal, patches[nominal.shot, nominal.region])
        for level, nominal in best
        if (nominal.shot, nominal.region) in patches
    ]


def _from_middle(figure: Measurement) -> float:
    """Return the distance of a region's reflectance from middle grey, in ln."""
    reflectance = figure.details.get("reflectance")
    return abs(math.log(float(reflectance) / MIDDLE_GREY)) if reflectance else math.inf


def _level_ratio(
    level: LightLevel, nominal: Measurement, patch: Measurement, amplitude: float
) -> Point:
    """Return the ratio at a level: of the nominal amplitude, or of the patch where it is darker."""
    return replace(_point(level, patch, patch), value=min(nominal.value, patch.value + amplitude))


def rate(levels: Sequence[LightLevel], measured: Sequence[Measurement]) -> Iterator[Measurement]:
    """Measure the share of the frame rate at each level.

    It is the rate of new pictures where a clock counted them at more than one level.
    """
    proper = [figure for figure in measured if not (figure.upper_bound or figure.statistic)]
    pairs = max(_pairs(levels, proper, RATES), key=len, default=[])
    points = [_point(level, figure, figure) for level, figure in pairs]
    for (_, figure), point in zip(pairs[1:], points[1:], strict=True):
        yield _share("low_light.frame_rate", figure, point, points[0])


def _minimum(
    criterion: str, points: Sequence[Point], shown: Sequence[float], figure: Measurement
) -> Measurement:
    """Measure the illuminance at which a result falls to its criterion.

    ``shown`` are the ordinates of the curve, ``figure`` is the result of the brightest shot.
    """
    relative = criterion == "resolution_70"
    level = RESOLUTION_LEFT if relative else USABLE
    found = crossing(points, level, relative=relative)
    meets = [value >= level * (100 if relative else 1) for value in shown]
    again = any(later and not earlier for earlier, later in pairwise(meets))
    details: dict[str, Value] = {"criterion": level, "of": figure.quantity, **_bracket(found)}
    return measurement(
        found.met.shot,
        "low_light.minimum_illumination",
        found.lux,
        "lx",
        found.budget,
        samples=len(points),
        method=MINIMUM_METHODS[criterion],
        region=figure.region,
        statistic=criterion,
        lower_bound=found.lower_bound,
        upper_bound=found.upper_bound,
        details=details | {"met_again_below": again},
        curve=_curve(points, shown, found, relative=relative),
    )


def _bracket(found: Crossing) -> dict[str, float]:
    """Return the illuminances on either side of a crossing, 0 where no shot missed."""
    missed = found.missed.lux if found.missed else 0.0
    return {"met_at": found.met.lux, "missed_at": missed}


def _curve(
    points: Sequence[Point], shown: Sequence[float], found: Crossing, *, relative: bool
) -> Curve:
    order = np.argsort([point.level.lux for point in points], kind="stable")
    return Curve(
        name="low_light_resolution" if relative else "low_light_snr",
        x=tuple(points[i].level.lux for i in order),
        y=tuple(float(shown[i]) for i in order),
        x_label="illuminance",
        y_label="resolution_left" if relative else "snr",
        x_unit="lx",
        y_unit="%" if relative else "dB",
        x_logarithmic=True,
        marks={"minimum_illumination": found.lux} if found.missed else {},
    )

"""Low light: what is left of a picture at falling illuminance, a scene of two light levels, and evenness of the light.

A series of shots of one subject at falling illuminance gives, at each level, the share of the resolution at the
brightest shot, the signal-to-noise ratio and the share of the frame rate, and the minimum usable illumination
(最低可用照度) by two criteria, which each figure names: resolution falls to 70 % of that at the brightest shot (a draft
method of the trade for HD cameras), and the ratio falls to the 25 dB of the usable picture (可用图像, GB 50198-2011,
3.1.9). They define the figure, as 10 % defines MTF10; they are not limits.

The ratio's signal is the nominal luma amplitude (GB 3659-1983, 3.3.1) as long as gain holds the
picture's level, and falls with the level from there on: a dark picture of little noise is not a
good one.

Dynamic range and evenness of the light: ``two_levels.py``, ``lighting.py``.
"""

from __future__ import annotations

import math
from dataclasses import replace
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from acceptance.metrics.low_light import evenness, two_levels
from acceptance.metrics.low_light.light_series import Point, condition, crossing, series
from acceptance.model.basics import Reason
from acceptance.model.measurement import BudgetLine, Curve, Measurement, Note
from acceptance.uncertainty import combine, measurement

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics.low_light.light_series import Crossing, Level
    from acceptance.model.basics import Value
    from acceptance.model.shot import Shot
    from acceptance.scene.build import Scene
    from acceptance.uncertainty import Combined

    Pairs = list[tuple[Level, Measurement]]

QUANTITIES: Mapping[str, str] = {
    "low_light.resolution": "%",
    "low_light.snr": "dB",
    "low_light.frame_rate": "%",
    "low_light.minimum_illumination": "lx",
    "low_light.wide_dynamic_range": "dB",
    "low_light.non_uniformity": "%",
    "low_light.hot_spot": "1",
}
RESOLUTION_LEFT, USABLE = 0.7, 25.0  # what the two minimum illuminations mean
RESOLUTIONS = (
    "resolution.wedge_horizontal",
    "resolution.wedge_vertical",
    "resolution.horizontal",
    "resolution.vertical",
)
RATES = ("frame_rate.unique", "frame_rate.mean")
MIDDLE_GREY = 0.18
SLOW = 90.0  # % of the frame rate below which the shutter is called slow
SHARE_METHOD = "share of the figure at the brightest shot of the series"
SLOW_METHOD = SHARE_METHOD + "; it falls: slow shutter"
SNR_METHOD = "nominal luma amplitude, less what the level has fallen since the brightest shot, over total noise"
MINIMUM_METHODS = {
    "resolution_70": "illuminance at which resolution is 70 % of that at the brightest shot, linear in lg lux",
    "snr_25": "illuminance at which the signal-to-noise ratio is 25 dB, linear in lg lux",
}


def serves(scene: Scene) -> bool:
    """Whether the scene has two light levels, a surface to judge the light by, or a chart that should have one."""
    return two_levels.serves(scene) or evenness.serves(scene)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure what one shot tells. Raises GapError flat_picture, and what two light levels want."""
    if two_levels.serves(scene):
        yield two_levels.dynamic_range(scene)
    else:
        yield from evenness.measure(scene)


def across(shots: Sequence[Shot], measured: Sequence[Measurement]) -> Iterator[Measurement | Note]:
    """Measure each series of shots at falling illuminance, from the figures that its shots gave one by one."""
    for levels in series(shots):
        infrared = [level for level in levels if _infrared(level.shot)]
        yield from (_note(level, "minimum_illumination", "infrared_light") for level in infrared)
        lit = [level for level in levels if level not in infrared]
        if len(lit) > 1:
            yield from _resolution(lit, measured)
            yield from _ratio(lit, measured)
            yield from _rate(lit, measured)


def _infrared(shot: Shot) -> bool:
    """Whether infra-red light was on, of which no lux meter tells."""
    stated = condition(shot, "infrared")
    return stated is not None and str(stated.value).strip().lower() not in {
        "off",
        "no",
        "false",
        "",
    }


def _note(level: Level, quantity: str, code: str, **parameters: Value) -> Note:
    return Note(
        reason=Reason(code=code, parameters=parameters),
        shot=level.shot.id,
        subject=level.shot.subject,
        metric="low_light",
        quantity=f"low_light.{quantity}",
    )


def _pairs(
    levels: Sequence[Level], measured: Sequence[Measurement], quantities: Sequence[str]
) -> list[Pairs]:
    """Give for each quantity and region that the brightest level has its figures, with the levels that have it."""
    found: dict[tuple[int, str, str], Pairs] = {}
    for level in levels:
        for one in measured:
            if one.shot == level.shot.id and one.quantity in quantities:
                key = quantities.index(one.quantity), one.region, one.direction
                found.setdefault(key, []).append((level, one))
    ordered = [found[key] for key in sorted(found, key=lambda key: key[0])]
    return [pairs for pairs in ordered if pairs[0][0] is levels[0]]


def _resolution(
    levels: Sequence[Level], measured: Sequence[Measurement]
) -> Iterator[Measurement | Note]:
    """Share of the resolution at each level, and the illuminance at which it is 70 %.

    Of the figures that the brightest shot has, the first in ``RESOLUTIONS`` among those that most
    levels have.
    """
    candidates = [
        pairs for pairs in _pairs(levels, measured, RESOLUTIONS) if not pairs[0][1].lower_bound
    ]
    pairs = max(candidates, key=len, default=[])
    if len(pairs) < 2:
        yield _note(
            levels[0], "resolution", "brightest_not_measured" if not pairs else "one_level_only"
        )
        return
    points = [_own(level, one) for level, one in pairs]
    first = points[0]
    for (level, one), point in zip(pairs[1:], points[1:], strict=True):
        yield _share("low_light.resolution", level, one, point, first)
    shares = [100 * point.value / first.value for point in points]
    yield _minimum("resolution_70", points, shares, pairs[0][1])


def _own(level: Level, one: Measurement) -> Point:
    """Return the figure with what is its own uncertainty.

    What chart and method do to all levels alike cancels.
    """
    own = combine([line for line in one.budget if line.evaluation == "A"])
    return _point(level, one, own if own.uncertainty else one)


def _point(level: Level, one: Measurement, doubt: Combined | Measurement) -> Point:
    return Point(
        level=level,
        value=one.value,
        uncertainty=doubt.uncertainty,
        degrees_of_freedom=doubt.degrees_of_freedom,
        bound=one.lower_bound,
    )


def _share(
    quantity: str, level: Level, one: Measurement, point: Point, first: Point
) -> Measurement:
    """Return 100 x the figure over that of the brightest shot."""
    share = 100 * point.value / first.value
    slow = quantity == "low_light.frame_rate" and share < SLOW
    lines = (("figure", point, 100.0), ("figure_brightest", first, share))
    return measurement(
        level.shot,
        quantity,
        share,
        "%",
        [
            BudgetLine(
                source=source,
                contribution=factor * used.uncertainty / first.value,
                degrees_of_freedom=used.degrees_of_freedom,
            )
            for source, used, factor in lines
        ],
        samples=one.samples,
        method=SLOW_METHOD if slow else SHARE_METHOD,
        region=one.region,
        direction=one.direction,
        lower_bound=point.bound,
        details={
            "illuminance": level.lux,
            "of": one.quantity,
            "value": one.value,
            "brightest": first.value,
        },
    )


def _ratio(
    levels: Sequence[Level], measured: Sequence[Measurement]
) -> Iterator[Measurement | Note]:
    """Signal-to-noise ratio at each level, and the illuminance at which it is 25 dB.

    Of the flat regions that most levels have, the one nearest to middle grey.
    """
    candidates = _pairs(levels, measured, ("noise.snr",))
    nominal = max(
        candidates, key=lambda pairs: (len(pairs), -_from_middle(pairs[0][1])), default=[]
    )
    patches = {(one.shot, one.region): one for one in measured if one.quantity == "noise.snr_patch"}
    pairs = [
        (level, one, patches[one.shot, one.region])
        for level, one in nominal
        if (one.shot, one.region) in patches
    ]
    if not pairs or pairs[0][0] is not levels[0]:
        yield _note(levels[0], "snr", "brightest_not_measured")
        return
    amplitude = pairs[0][1].value - pairs[0][2].value
    points = [_level_ratio(*pair, amplitude) for pair in pairs]
    for point, (_, one, patch) in zip(points, pairs, strict=True):
        yield measurement(
            point.level.shot,
            "low_light.snr",
            point.value,
            "dB",
            patch.budget,
            samples=one.samples,
            method=SNR_METHOD,
            region=one.region,
            lower_bound=point.bound,
            details={
                "illuminance": point.level.lux,
                "snr_patch": patch.value,
                "amplitude": amplitude,
            },
        )
    if len(points) > 1:
        yield _minimum("snr_25", points, [point.value for point in points], pairs[0][1])


def _from_middle(one: Measurement) -> float:
    reflectance = one.details.get("reflectance")
    return abs(math.log(float(reflectance) / MIDDLE_GREY)) if reflectance else math.inf


def _level_ratio(level: Level, nominal: Measurement, patch: Measurement, amplitude: float) -> Point:
    """Ratio at a level.

    From the nominal amplitude, or from the patch where its level has fallen.
    """
    return replace(_point(level, patch, patch), value=min(nominal.value, patch.value + amplitude))


def _rate(levels: Sequence[Level], measured: Sequence[Measurement]) -> Iterator[Measurement]:
    """Share of the frame rate at each level.

    Of new pictures where a clock counted them at more than one level.
    """
    proper = [one for one in measured if not (one.upper_bound or one.statistic)]
    pairs = max(_pairs(levels, proper, RATES), key=len, default=[])
    points = [_point(level, one, one) for level, one in pairs]
    for (level, one), point in zip(pairs[1:], points[1:], strict=True):
        yield _share("low_light.frame_rate", level, one, point, points[0])


def _minimum(
    criterion: str, points: Sequence[Point], shown: Sequence[float], one: Measurement
) -> Measurement:
    """Return the illuminance at which the figure falls to its criterion.

    ``shown`` is what the curve shows.
    """
    relative = criterion == "resolution_70"
    level = RESOLUTION_LEFT if relative else USABLE
    found = crossing(points, level, relative=relative)
    meets = [value >= level * (100 if relative else 1) for value in shown]
    return measurement(
        found.met.shot,
        "low_light.minimum_illumination",
        found.lux,
        "lx",
        found.budget,
        samples=len(points),
        method=MINIMUM_METHODS[criterion],
        region=one.region,
        statistic=criterion,
        lower_bound=found.lower_bound,
        upper_bound=found.upper_bound,
        details={
            "criterion": level,
            "of": one.quantity,
            "met_at": found.met.lux,
            "missed_at": found.missed.lux if found.missed else 0.0,
            "met_again_below": any(later and not earlier for earlier, later in pairwise(meets)),
        },
        curve=_curve(points, shown, found, relative=relative),
    )


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

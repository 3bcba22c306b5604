"""Result of one wedge in a view: where its bars end in coded luma, in TV lines."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, cast

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.region_codes import (
    SAMPLING_LIMIT,
    coarseness,
    coding,
    lines_of,
    pictures,
    refuse_clipped,
    refuse_doubtful_aspect,
    repeat,
    scaled,
    within,
)
from acceptance.metrics._shared.sources import PRINT_SOURCE
from acceptance.metrics.resolution.printed_wedge import Wedge, phase
from acceptance.metrics.resolution.wedge import CRITERION, WedgeResult, wedge_reading
from acceptance.model.measurement import BudgetLine, Curve

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.charts.located import Located
    from acceptance.model.basics import Value
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

WEDGE_METHOD = (
    "wedge by the chart's geometry, 10 % of the step, bar count, "
    "at most half a cycle per pixel, coded luma"
)
CRITERION_METHOD = "10 % of the step"
STEP_DOUBT = 0.02
CODING = 0.25  # relative, for a coarseness of 1


def figure(scene: Scene, view: View) -> Measurement:
    """Read one wedge in coded luma.

    Raises GapError: wedge_unknown, clipped, wedge_not_resolved, region_too_small,
    pixel_aspect_doubtful. A clipped wedge would read too high, since bars that are cut off at white
    seem to have more contrast.
    """
    wedge = _printed(view)
    refuse_clipped(scene, view)
    place = _on_wedge(view)
    codes = pictures(view)
    dark, light, doubt = _levels(scene, view, codes[0], phase(wedge, *place), wedge)
    results = [wedge_reading(picture, *place, wedge, light - dark) for picture in codes]
    direction = _picture_direction(place[1])
    refuse_doubtful_aspect(scene, direction)
    scale, first = lines_of(scene, direction), results[0]
    own = results[:1] if view.stable else results
    value = first.reading if view.stable else float(np.mean([read.reading for read in results]))
    budget = [
        *_own_lines(view, results),
        *_method_lines(scene, first, doubt),
        *coding(coarseness(scene, view, light - dark), CODING, value),
    ]
    linear = _in_linear_light(scene, codes[0], place, wedge, (dark, light))
    return scene.figure(
        f"resolution.wedge_{direction}",
        value * scale,
        "TVL",
        scaled(budget, scale),
        samples=view.luma.shape[0],
        method=WEDGE_METHOD,
        region=view.region.name,
        direction=direction,
        lower_bound=any(read.limited_by == "wedge_end" for read in own),
        details=_details(view, first, scale) | linear,
        curve=_curve(first, scale),
    )


def _own_lines(view: View, results: Sequence[WedgeResult]) -> list[BudgetLine]:
    """Return the lines of the readings: noise of the fit, and further scatter over frames."""
    values, first = [read.reading for read in results], results[0]
    fit = first.u if view.stable else math.hypot(*(read.u for read in results)) / len(results)
    freedom = first.degrees_of_freedom
    return [
        BudgetLine(source="noise and fit", contribution=fit, degrees_of_freedom=freedom),
        *repeat(values[1:] if view.stable else values, fit),
    ]


def _method_lines(scene: Scene, result: WedgeResult, doubt: float) -> list[BudgetLine]:
    """Return the lines of the method; ``doubt`` is the step's relative standard uncertainty."""
    blur = _blur_along(result) / math.sqrt(3)
    few = _few_pixels(result.reading)
    return [
        BudgetLine(source="step", contribution=_step_share(result, doubt), evaluation="B"),
        BudgetLine(source="blur along the wedge", contribution=blur, evaluation="B"),
        BudgetLine(source="few pixels a bar", contribution=few, evaluation="B"),
        *_copy(scene, result),
    ]


def _printed(view: View) -> Wedge:
    """Return what is printed there, which is unknown of a wedge given by hand."""
    printed = view.region.printed
    if view.place is None or "from" not in printed:
        raise GapError("wedge_unknown", region=view.region.name)
    _, _, width, height = view.region.rect
    length = height if view.region.direction == "horizontal" else width
    return Wedge(
        bars=printed["bars"],
        start=printed["from"],
        end=printed["to"],
        length=length,
        form=printed["form"],
    )


def _on_wedge(view: View) -> tuple[Array, Array]:
    """Return the place (h, w) of every pixel of the view on the wedge.

    It is in mm along the wedge from its first end, and in mm across it from its axis.
    """
    height, width = view.luma.shape[1:]
    x, y = np.meshgrid(np.arange(width) + view.box[0], np.arange(height) + view.box[1])
    place = cast("Located", view.place).to_chart(np.column_stack([x.ravel(), y.ravel()]))
    right, down = (column.reshape(height, width) for column in (place - view.region.rect[:2]).T)
    if view.region.direction == "horizontal":
        return down, right - view.region.rect[2] / 2
    return right, down - view.region.rect[3] / 2


def _picture_direction(across: Array) -> str:
    """Return the direction in the picture in which the wedge resolves, however the chart hangs."""
    down, right = np.gradient(across)
    return "horizontal" if np.abs(right).mean() >= np.abs(down).mean() else "vertical"


def _levels(
    scene: Scene, view: View, codes: Array, angle: Array, wedge: Wedge
) -> tuple[float, float, float]:
    """Return dark and light code where all is resolved, and the step's relative uncertainty.

    They are from the flat regions printed at the wedge's two levels, scaled by the light beside the
    wedge's bars; without such regions from the middles of the coarsest bars.
    """
    beside = np.abs(angle) > np.pi * (wedge.bars + 1.5)
    rim = np.zeros_like(beside)
    rim[4:-4, 4:-4] = True
    light = float(np.median(codes[beside & rim])) if (beside & rim).sum() > 50 else math.nan
    dark_flat, light_flat = (_level(scene, view.region.printed[name]) for name in ("dark", "light"))
    if dark_flat is not None and light_flat is not None and math.isfinite(light):
        ratio = (light - scene.code_black) / (light_flat - scene.code_black)
        dark = light - (light_flat - dark_flat) * ratio
        return dark, light, max(STEP_DOUBT, abs(ratio - 1) / 2) / math.sqrt(3)
    coarse = np.abs(np.abs(angle) % (2 * np.pi)) < 0.5
    dark = float(np.percentile(codes[coarse & rim], 2))
    top = light if math.isfinite(light) else float(np.percentile(codes[rim], 98))
    return dark, top, 2 * STEP_DOUBT / math.sqrt(3)


def _in_linear_light(
    scene: Scene,
    codes: Array,
    place: tuple[Array, Array],
    wedge: Wedge,
    levels: tuple[float, float],
) -> dict[str, Value]:
    """Read the wedge in linear light as well, to compare it with the edge."""
    dark, light = scene.linear(np.array(levels))
    try:
        result = wedge_reading(scene.linear(codes), *place, wedge, float(light - dark))
    except GapError:
        return {}
    direction = _picture_direction(place[1])
    return {"linear_light": result.reading * lines_of(scene, direction)}


def _level(scene: Scene, reflectance: float) -> float | None:
    """Return the mean code of the flat region with this printed reflectance, if there is one."""
    for view in scene.of_kind("flat"):
        if math.isclose(view.region.printed.get("reflectance", -1.0), reflectance, rel_tol=1e-6):
            inside = within(view)
            return float(view.luma[(slice(None), *inside)].mean())
    return None


def _step_share(result: WedgeResult, doubt: float) -> float:
    """Return the uncertainty of a reading, cycle/px, by that of the step, ``doubt`` (relative).

    It is criterion x doubt over the slope of the modulation.
    """
    at = int(
        np.clip(np.searchsorted(result.frequencies, result.reading), 5, result.frequencies.size - 6)
    )
    near = slice(at - 5, at + 6)
    slope = abs(float(np.polyfit(result.frequencies[near], result.modulation[near], 1)[0]))
    return CRITERION * doubt / max(slope, 0.05)


def _copy(scene: Scene, result: WedgeResult) -> list[BudgetLine]:
    """Return the line of the print: the wedge's ink may differ from that of the flat regions."""
    doubt = scene.chart.reflectance_doubt if scene.chart else 0.0
    share = _step_share(result, doubt)
    return [BudgetLine(source=PRINT_SOURCE, contribution=share, evaluation="B")] if doubt else []


def _blur_along(result: WedgeResult) -> float:
    """Return how far, in cycle/px, blur along the wedge can lift a reading.

    It mixes lines of neighbouring frequency. For a round Gaussian whose MTF is 10 % at f, sigma is
    0.3415 / f px; a mean over neighbouring lines adds half of sigma^2 times the second derivative
    of the MTF along the wedge, where f grows by g a line. Over the MTF's own slope that is 0.268 (g
    / f^2)^2 of f. Bars aslant take part of it away again, so it is a half-width and no correction.
    """
    growth = float(np.median(np.abs(np.diff(result.frequencies))))
    return 0.268 * (growth / result.reading**2) ** 2 * result.reading


def _few_pixels(reading: float) -> float:
    """Return the further standard uncertainty, cycle/px, of a reading near half a cycle per pixel.

    In simulation (``benchmarks/coverage.py wedge``) readings above 0.35 cycle/px come out the
    higher the fewer pixels there are a bar: 0.2 % at 0.40, 0.3 % at 0.44, 0.9 % at 0.46, by chance
    of the sampling phase.
    """
    return 0.0045 * (max(reading - 0.3, 0) / 0.16) ** 3 * reading


def _details(view: View, result: WedgeResult, scale: float) -> dict[str, Value]:
    details: dict[str, Value] = {
        "zone": view.region.zone,
        "criterion": CRITERION_METHOD,
        "limited_by": result.limited_by,
        "bars": result.bars,
        "sampling_limit": SAMPLING_LIMIT * scale,
        "line_widths_per_height": round(result.reading * scale, 2),
        "cycles_per_pixel": result.reading,
    }
    for name, at in (("half_modulation", result.half), ("aliasing_from", result.aliasing)):
        if at is not None:
            details[name] = at * scale
    return details


def _curve(result: WedgeResult, scale: float) -> Curve:
    return Curve(
        name="wedge",
        x=tuple(round(float(f) * scale, 3) for f in result.frequencies),
        y=tuple(round(float(m), 5) for m in result.modulation),
        x_label="tv_lines",
        y_label="modulation",
        x_unit="TVL",
        y_unit="1",
        marks={"reading": result.reading * scale, "Nyquist": SAMPLING_LIMIT * scale},
    )

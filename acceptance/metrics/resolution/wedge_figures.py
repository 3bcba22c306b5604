"""Figures of one wedge in a view.

Where its bars end, in TV lines, read in coded luma, with the budget.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, cast

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
from acceptance.metrics.resolution.wedge import CRITERION, Wedge, WedgeResult, phase, wedge_reading
from acceptance.model.measurement import BudgetLine, Curve

if TYPE_CHECKING:
    from acceptance.charts.located import Located
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

WEDGE_METHOD = "wedge by the chart's geometry, 10 % of the step, bar count, at most half a cycle per pixel, coded luma"
STEP_DOUBT = 0.02
CODING = 0.25  # relative, for a coarseness of 1


def figure(scene: Scene, view: View) -> Measurement:
    """Read one wedge in coded luma. Raises GapError.

    Pattern or pixel aspect unknown, clipped, not resolved, too short.
    Bars that are cut off at white look more contrasty than they are, so the reading of a clipped
    wedge comes out high.
    """
    wedge = _printed(view)
    refuse_clipped(scene, view)
    along, across = _on_wedge(view)
    codes = pictures(view)
    dark, light, doubt = _levels(scene, view, codes[0], phase(wedge, along, across), wedge)
    results = [wedge_reading(one, along, across, wedge, light - dark) for one in codes]
    direction = _picture_direction(across)
    refuse_doubtful_aspect(scene, direction)
    scale = lines_of(scene, direction)
    values = [one.reading for one in results]
    first = results[0]
    value = values[0] if view.stable else float(np.mean(values))
    fit = first.u if view.stable else math.hypot(*(one.u for one in results)) / len(results)
    budget = [
        BudgetLine(
            source="noise and fit", contribution=fit, degrees_of_freedom=first.degrees_of_freedom
        ),
        *repeat(values[1:] if view.stable else values, fit),
        BudgetLine(source="step", contribution=_step_share(first, doubt), evaluation="B"),
        BudgetLine(
            source="blur along the wedge",
            contribution=_blur_along(first) / math.sqrt(3),
            evaluation="B",
        ),
        BudgetLine(
            source="few pixels a bar", contribution=_few_pixels(first.reading), evaluation="B"
        ),
        *_copy(scene, first),
        *coding(coarseness(scene, view, light - dark), CODING, value),
    ]
    return scene.figure(
        f"resolution.wedge_{direction}",
        value * scale,
        "TVL",
        scaled(budget, scale),
        samples=view.luma.shape[0],
        method=WEDGE_METHOD,
        region=view.region.name,
        direction=direction,
        lower_bound=any(
            one.limited_by == "wedge_end" for one in (results[:1] if view.stable else results)
        ),
        details=_details(view, first, scale)
        | _in_linear_light(scene, codes[0], (along, across), wedge, (dark, light)),
        curve=_curve(first, scale),
    )


def _printed(view: View) -> Wedge:
    """Return what is printed there; a wedge given by hand says nothing of that."""
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
    """Place of every pixel of the view on the wedge.

    Mm along it from its first end, mm across off its axis.
    """
    height, width = view.luma.shape[1:]
    x, y = np.meshgrid(np.arange(width) + view.box[0], np.arange(height) + view.box[1])
    place = cast("Located", view.place).to_chart(np.column_stack([x.ravel(), y.ravel()]))
    right, down = (column.reshape(height, width) for column in (place - view.region.rect[:2]).T)
    if view.region.direction == "horizontal":
        return down, right - view.region.rect[2] / 2
    return right, down - view.region.rect[3] / 2


def _picture_direction(across: Array) -> str:
    """Direction in the picture in which the wedge resolves, however the chart hangs."""
    down, right = np.gradient(across)
    return "horizontal" if np.abs(right).mean() >= np.abs(down).mean() else "vertical"


def _levels(
    scene: Scene, view: View, codes: Array, angle: Array, wedge: Wedge
) -> tuple[float, float, float]:
    """Dark and light code where the picture resolves fully, and the step's relative standard uncertainty.

    From the flat regions that bear the wedge's two levels, scaled by the light beside the wedge's
    bars; without such regions from the middles of the coarsest bars.
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
) -> dict[str, Any]:
    """Read the wedge in linear light as well: that is what compares with the edge."""
    dark, light = scene.linear(np.array(levels))
    try:
        result = wedge_reading(scene.linear(codes), *place, wedge, float(light - dark))
    except GapError:
        return {}
    direction = _picture_direction(place[1])
    return {"linear_light": result.reading * lines_of(scene, direction)}


def _level(scene: Scene, reflectance: float) -> float | None:
    """Mean code of the flat region with this printed reflectance."""
    for view in scene.of_kind("flat"):
        if math.isclose(view.region.printed.get("reflectance", -1.0), reflectance, rel_tol=1e-6):
            inside = within(view)
            return float(view.luma[(slice(None), *inside)].mean())
    return None


def _step_share(result: WedgeResult, doubt: float) -> float:
    """Return what the step's doubt does to a reading.

    Criterion x doubt over the slope of the modulation.
    """
    at = int(
        np.clip(np.searchsorted(result.frequencies, result.reading), 5, result.frequencies.size - 6)
    )
    near = slice(at - 5, at + 6)
    slope = abs(float(np.polyfit(result.frequencies[near], result.modulation[near], 1)[0]))
    return CRITERION * doubt / max(slope, 0.05)


def _copy(scene: Scene, result: WedgeResult) -> list[BudgetLine]:
    """Tell what the printed flat regions, which give the step, may be off against the wedge's own ink."""
    doubt = scene.chart.reflectance_doubt if scene.chart else 0.0
    share = _step_share(result, doubt)
    return [BudgetLine(source="chart copy", contribution=share, evaluation="B")] if doubt else []


def _blur_along(result: WedgeResult) -> float:
    """Return how far, in cycle/px, blur along the wedge can lift a reading.

    It mixes lines of neighbouring frequency.
    For a round Gaussian whose MTF is 10 % at f, sigma is 0.3415 / f px; a mean over neighbouring
    lines adds half of sigma^2 times the second derivative of the MTF along the wedge, where f grows
    by g a line. Over the MTF's own slope that is 0.268 (g / f^2)^2 of f. Bars aslant take part of
    it away again, so it is a half-width and no correction.
    """
    growth = float(np.median(np.abs(np.diff(result.frequencies))))
    return 0.268 * (growth / result.reading**2) ** 2 * result.reading


def _few_pixels(reading: float) -> float:
    """Return the standard uncertainty, in cycle/px, that a reading near half a cycle per pixel has beside its noise.

    In simulation (``benchmarks/coverage.py wedge``) readings above 0.35 cycle/px come out the
    higher the fewer pixels there are a bar: 0.2 % at 0.40, 0.3 % at 0.44, 0.9 % at 0.46, by chance
    of the sampling phase.
    """
    return 0.0045 * (max(reading - 0.3, 0) / 0.16) ** 3 * reading


def _details(view: View, result: WedgeResult, scale: float) -> dict[str, Any]:
    details: dict[str, Any] = {
        "zone": view.region.zone,
        "criterion": "10 % of the step",
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

"""Resolution: MTF from slanted edges (e-SFR), and TV lines from edges and wedges.

Edge: least-squares spline profile in linear light (``_edge.py``), after ISO 12233:2023 as to quantity. Limiting
resolution from an edge is where the MTF falls to 10 %, no further than half a cycle per pixel, in TV lines per picture
height (ISO 12233:2023; display aspect ratio 4:3 or 16:9 taken from picture size and sample aspect). Wedge: read line by
line in coded luma (``_wedge.py``), as standards that judge TV lines on the displayed picture mean it (GB 50198,
DB11/T 384.5); the edge's figure stands beside it and is another quantity.
"""

from __future__ import annotations

import math
from fractions import Fraction
from typing import TYPE_CHECKING, Any, cast

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._edge import MOST_CLIPPED, EdgeResult, clipped_share, edge_mtf
from acceptance.metrics._wedge import CRITERION, Wedge, WedgeResult, phase, wedge_reading
from acceptance.model import BudgetLine, Curve, Note, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.charts import Located
    from acceptance.model import Measurement
    from acceptance.scene import Scene
    from acceptance.views import View

__all__ = ["EdgeResult", "Wedge", "WedgeResult", "edge_mtf", "measure", "serves", "tv_lines", "wedge_reading"]

QUANTITIES: Mapping[str, str] = {
    "resolution.mtf50": "cycle/px",
    "resolution.mtf10": "cycle/px",
    "resolution.horizontal": "TVL",
    "resolution.vertical": "TVL",
    "resolution.wedge_horizontal": "TVL",
    "resolution.wedge_vertical": "TVL",
}
EDGE_METHOD = "slanted edge, least-squares spline profile, linear light ({tone})"
LIMIT_METHOD = "slanted edge, MTF 10 %, at most half a cycle per pixel, linear light ({tone})"
WEDGE_METHOD = "wedge by the chart's geometry, 10 % of the step, bar count, at most half a cycle per pixel, coded luma"
SAMPLING_LIMIT = 0.5
MARGIN = 0.1
GROUPS, SINGLE_FRAMES = 4, 8
TONE_PROBE = 0.1
STEP_DOUBT = 0.02

Array = NDArray[np.float64]


def serves(scene: Scene) -> bool:
    """Whether there is a slanted edge or a wedge in the scene."""
    return bool(scene.of_kind("edge") or scene.of_kind("wedge"))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every edge and every wedge; what cannot be had is a Note with its reason."""
    light = scene.linear(np.arange(1 << scene.video.depth))
    for view in scene.of_kind("edge"):
        try:
            yield from _edge(scene, view, light)
        except GapError as gap:
            yield from _notes(view, gap, ("mtf50", "mtf10", view.region.direction or "horizontal"))
    for view in scene.of_kind("wedge"):
        try:
            yield _wedge(scene, view)
        except GapError as gap:
            yield from _notes(view, gap, (f"wedge_{view.region.direction or 'horizontal'}",))


def tv_lines(frequency: float, direction: str, height: int, sample_aspect: Fraction = Fraction(1)) -> float:
    """TV lines per picture height of ``frequency`` cycle/px in a picture ``height`` px high.

    ``direction`` "horizontal": 2 f x width / display aspect ratio, which is 2 f x height / sample aspect (pixel width
    over pixel height); "vertical": 2 f x height.
    """
    return float(2 * frequency * height / (sample_aspect if direction == "horizontal" else 1))


def _notes(view: View, gap: GapError, names: Sequence[str]) -> Iterator[Note]:
    parameters = {**gap.parameters, **({"region": view.region.name} if "region" in gap.parameters else {})}
    for name in names:
        reason = Reason(code=gap.code, parameters=parameters)
        yield Note(metric="resolution", quantity=f"resolution.{name}", region=view.region.name, reason=reason)


def _pictures(view: View) -> list[NDArray[Any]]:
    """Mean codes to measure on: all frames of a view that stands still and groups of them, else single frames."""
    count = view.luma.shape[0]
    if not view.stable:
        chosen = np.linspace(0, count - 1, min(SINGLE_FRAMES, count)).astype(int)
        return [view.luma[i].astype(np.float64) for i in chosen]
    groups = np.array_split(np.arange(count), GROUPS) if count >= GROUPS else []
    return [view.luma.mean(axis=0), *(view.luma[group].mean(axis=0) for group in groups)]


def _within(view: View) -> tuple[slice, slice]:
    """Leave out the border that neighbours on the chart blur into; a region given by hand is used whole."""
    height, width = view.luma.shape[1:]
    margin = 0 if view.place is None else max(4, round(MARGIN * min(height, width)))
    return slice(margin, height - margin), slice(margin, width - margin)


def _refuse_clipped(scene: Scene, view: View, inside: tuple[slice, slice]) -> None:
    """Refuse codes at the ends of the code range, and at nominal black and white where none lie beyond these."""
    codes = view.luma[(slice(None), *inside)]
    unit = 1 << (scene.video.depth - 8)
    low = scene.code_black if codes.min() >= scene.code_black else unit
    high = scene.code_white if codes.max() <= scene.code_white else 254 * unit
    if (share := clipped_share(codes, (low, high))) > MOST_CLIPPED:
        what = f"{share:.1%} of the region {view.region.name} is clipped"
        raise GapError(what, code="clipped", region=view.region.name, share=share)


def _edge(scene: Scene, view: View, light: Array) -> Iterator[Measurement | Note]:
    """MTF50 and MTF10 of one edge, and the TV lines that MTF10 stands for."""
    inside = _within(view)
    _refuse_clipped(scene, view, inside)
    pictures = [np.interp(codes[inside], np.arange(light.size), light) for codes in _pictures(view)]
    results = [edge_mtf(picture) for picture in pictures]
    probe = edge_mtf(np.sign(pictures[0]) * np.abs(pictures[0]) ** (1 + TONE_PROBE), covariance=False)
    first = results[0]
    for name in ("mtf50", "mtf10"):
        quantity = f"resolution.{name}"
        if any(getattr(one, name) is None for one in (*results, probe)):
            reason = Reason(code="mtf_not_reached", parameters={"level": int(name[3:])})
            yield Note(metric="resolution", quantity=quantity, region=view.region.name, reason=reason)
            continue
        value, budget = _combined(scene, view, results, probe, name)
        yield scene.figure(
            quantity,
            value,
            "cycle/px",
            budget,
            samples=view.luma.shape[0],
            method=EDGE_METHOD.format(tone=scene.tone),
            region=view.region.name,
            direction=first.resolves,
            details=_edge_details(first),
            curve=_edge_curve(first),
        )
        if name == "mtf10":
            yield _limiting(scene, view, value, budget, first)


def _combined(
    scene: Scene, view: View, results: Sequence[EdgeResult], probe: EdgeResult, name: str
) -> tuple[float, list[BudgetLine]]:
    """Value and budget of an MTF crossing: the fit's noise, what frames scatter beyond it, and the tone curve."""
    values = [float(getattr(one, name)) for one in results]
    errors = [float(getattr(one, "u" + name[3:])) for one in results]
    value = values[0] if view.stable else float(np.mean(values))
    fit = errors[0] if view.stable else float(np.sqrt(np.mean(np.square(errors)) / len(errors)))
    freedom = results[0].degrees_of_freedom
    sensitivity = abs(float(getattr(probe, name)) - values[0]) / TONE_PROBE
    return value, [
        BudgetLine(source="noise and fit", contribution=fit, degrees_of_freedom=freedom),
        *_repeat(values[1:] if view.stable else values, fit),
        BudgetLine(source="tone curve", contribution=sensitivity * scene.tone_doubt / math.sqrt(3), evaluation="B"),
    ]


def _repeat(values: Sequence[float], fit: float) -> list[BudgetLine]:
    """Return what the mean of ``values`` scatters beyond ``fit``; no line where there is nothing to repeat."""
    if len(values) < 2:
        return []
    square = float(np.var(values, ddof=1)) / len(values)
    excess = math.sqrt(max(0.0, square - fit**2))
    return [BudgetLine(source="repeat over frames", contribution=excess, degrees_of_freedom=len(values) - 1)]


def _edge_details(result: EdgeResult) -> dict[str, Any]:
    """Return what is printed beside an MTF figure."""
    return {
        "angle": round(result.angle, 3),
        "edge_order": result.order,
        "window": round(result.window, 2),
        "contrast": round(result.contrast, 4),
        "overshoot": round(result.overshoot, 4),
        "undershoot": round(result.undershoot, 4),
    }


def _edge_curve(result: EdgeResult) -> Curve:
    shown = slice(0, 193, 2)
    marks = {"MTF50": result.mtf50, "MTF30": result.mtf30, "MTF10": result.mtf10, "Nyquist": SAMPLING_LIMIT}
    return Curve(
        name="mtf",
        x=tuple(float(f) for f in result.frequencies[shown]),
        y=tuple(round(float(m), 5) for m in result.mtf[shown]),
        x_label="frequency",
        y_label="mtf",
        x_unit="cycle/px",
        y_unit="1",
        marks={name: at for name, at in marks.items() if at is not None},
    )


def _limiting(scene: Scene, view: View, mtf10: float, budget: Sequence[BudgetLine], result: EdgeResult) -> Measurement:
    """Limiting resolution in TV lines from MTF10, capped at the sampling limit."""
    direction, video = result.resolves, scene.video
    scale = tv_lines(1.0, direction, video.height, video.sample_aspect)
    frequency = min(mtf10, SAMPLING_LIMIT)
    # The edge's normal leans off the axis; a point spread that is not round would read differently along the axis.
    lean = frequency * (1 - math.cos(math.radians(result.angle))) / math.sqrt(3)
    lines = [*budget, BudgetLine(source="edge direction", contribution=lean, evaluation="B")]
    details = {"criterion": "MTF10", "limited_by": "criterion" if mtf10 <= SAMPLING_LIMIT else "sampling_limit"}
    return scene.figure(
        f"resolution.{direction}",
        frequency * scale,
        "TVL",
        [_scaled(line, scale) for line in lines],
        samples=view.luma.shape[0],
        method=LIMIT_METHOD.format(tone=scene.tone),
        region=view.region.name,
        direction=direction,
        details={**details, "sampling_limit": SAMPLING_LIMIT * scale, "cycles_per_pixel": mtf10},
    )


def _scaled(line: BudgetLine, scale: float) -> BudgetLine:
    return BudgetLine(
        source=line.source,
        contribution=line.contribution * scale,
        degrees_of_freedom=line.degrees_of_freedom,
        evaluation=line.evaluation,
    )


def _wedge(scene: Scene, view: View) -> Measurement:
    """Read one wedge in coded luma."""
    wedge = _printed(view)
    along, across = _on_wedge(view)
    pictures = _pictures(view)
    dark, light, doubt = _levels(scene, view, pictures[0], phase(wedge, along, across), wedge)
    results = [wedge_reading(codes, along, across, wedge, light - dark) for codes in pictures]
    direction = _picture_direction(across)
    scale = tv_lines(1.0, direction, scene.video.height, scene.video.sample_aspect)
    values = [one.reading for one in results]
    first = results[0]
    value = values[0] if view.stable else float(np.mean(values))
    budget = [
        BudgetLine(source="noise and fit", contribution=first.u, degrees_of_freedom=first.degrees_of_freedom),
        *_repeat(values[1:] if view.stable else values, first.u),
        BudgetLine(source="step", contribution=_step_share(first, doubt), evaluation="B"),
        BudgetLine(source="blur along the wedge", contribution=_blur_along(first) / math.sqrt(3), evaluation="B"),
    ]
    return scene.figure(
        f"resolution.wedge_{direction}",
        value * scale,
        "TVL",
        [_scaled(line, scale) for line in budget],
        samples=view.luma.shape[0],
        method=WEDGE_METHOD,
        region=view.region.name,
        direction=direction,
        lower_bound=any(one.limited_by == "wedge_end" for one in (results[:1] if view.stable else results)),
        details=_wedge_details(first, scale)
        | _in_linear_light(scene, pictures[0], (along, across), wedge, (dark, light)),
        curve=_wedge_curve(first, scale),
    )


def _printed(view: View) -> Wedge:
    """Return what is printed there; a wedge given by hand says nothing of that."""
    printed = view.region.printed
    if view.place is None or "from" not in printed:
        what = f"what the wedge {view.region.name} shows is not known"
        raise GapError(what, code="wedge_unknown", region=view.region.name)
    _, _, width, height = view.region.rect
    length = height if view.region.direction == "horizontal" else width
    return Wedge(bars=printed["bars"], start=printed["from"], end=printed["to"], length=length, form=printed["form"])


def _on_wedge(view: View) -> tuple[Array, Array]:
    """Place of every pixel of the view on the wedge: mm along it from its first end, mm across off its axis."""
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


def _levels(scene: Scene, view: View, codes: Array, angle: Array, wedge: Wedge) -> tuple[float, float, float]:
    """Dark and light code where the picture resolves fully, and the step's relative standard uncertainty.

    From the flat regions that bear the wedge's two levels, scaled by the light beside the wedge's bars; without such
    regions from the middles of the coarsest bars.
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
    scene: Scene, codes: Array, place: tuple[Array, Array], wedge: Wedge, levels: tuple[float, float]
) -> dict[str, Any]:
    """Read the wedge in linear light as well: that is what compares with the edge."""
    dark, light = scene.linear(np.array(levels))
    try:
        result = wedge_reading(scene.linear(codes), *place, wedge, float(light - dark))
    except GapError:
        return {}
    direction = _picture_direction(place[1])
    return {"linear_light": tv_lines(result.reading, direction, scene.video.height, scene.video.sample_aspect)}


def _level(scene: Scene, reflectance: float) -> float | None:
    """Mean code of the flat region with this printed reflectance."""
    for view in scene.of_kind("flat"):
        if math.isclose(view.region.printed.get("reflectance", -1.0), reflectance, rel_tol=1e-6):
            inside = _within(view)
            return float(view.luma[(slice(None), *inside)].mean())
    return None


def _step_share(result: WedgeResult, doubt: float) -> float:
    """Return what the step's doubt does to a reading: criterion x doubt over the slope of the modulation."""
    at = int(np.clip(np.searchsorted(result.frequencies, result.reading), 5, result.frequencies.size - 6))
    near = slice(at - 5, at + 6)
    slope = abs(float(np.polyfit(result.frequencies[near], result.modulation[near], 1)[0]))
    return CRITERION * doubt / max(slope, 0.05)


def _blur_along(result: WedgeResult) -> float:
    """Return how far, in cycle/px, blur along the wedge can lift a reading: it mixes lines of neighbouring frequency.

    For a round Gaussian whose MTF is 10 % at f, sigma is 0.3415 / f px; a mean over neighbouring lines adds half of
    sigma^2 times the second derivative of the MTF along the wedge, where f grows by g a line. Over the MTF's own slope
    that is 0.268 (g / f^2)^2 of f. Bars aslant take part of it away again, so it is a half-width and no correction.
    """
    growth = float(np.median(np.abs(np.diff(result.frequencies))))
    return 0.268 * (growth / result.reading**2) ** 2 * result.reading


def _wedge_details(result: WedgeResult, scale: float) -> dict[str, Any]:
    details: dict[str, Any] = {
        "criterion": "10 % of the step",
        "limited_by": result.limited_by,
        "bars": result.bars,
        "sampling_limit": SAMPLING_LIMIT * scale,
        "cycles_per_pixel": result.reading,
    }
    if result.aliasing is not None:
        details["aliasing_from"] = result.aliasing * scale
    return details


def _wedge_curve(result: WedgeResult, scale: float) -> Curve:
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

"""Evenness of the light: over a plain surface given by hand (``flat...``), and over a chart.

On a chart the light sides of its slanted edges, printed alike in the middle and near the corners, show the light.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._lighting import Share, extremes, lighting
from acceptance.model import BudgetLine, Measurement, Note, Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.scene import Scene
    from acceptance.views import View

Array = NDArray[np.float64]

SURFACE_METHOD = "linear light of the region, smoothed: (largest - smallest) / mean; middle ninth / rim"
CHART_METHOD = "linear light on the light sides of the chart's edges: (largest - smallest) / mean; middle / corners"
SMALLEST = 32  # px
MOST_CLIPPED = 0.005
MEDIAN, NORMAL = 1.2533, 1.4826  # error of a median over that of a mean; sigma over median deviation, both normal


def serves(scene: Scene) -> bool:
    """Whether a flat region is given by hand, or a chart shows light sides of edges about its field."""
    return bool(_by_hand(scene)) or len(_corners(scene)) > 1


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every surface given by hand, and the chart. Raises GapError flat_picture; other gaps are notes."""
    if not np.ptp(scene.reference.luma):
        raise GapError("the picture is one uniform colour", code="flat_picture", region="")
    light = scene.linear(np.arange(1 << scene.video.depth))
    for view in _by_hand(scene):
        try:
            yield from _surface(scene, view, light)
        except GapError as gap:
            reason = Reason(code=gap.code, parameters=gap.parameters)
            yield Note(metric="low_light", quantity="low_light.non_uniformity", region=view.region.name, reason=reason)
    if len(_corners(scene)) > 1:
        yield from _chart(scene, light)


def _by_hand(scene: Scene) -> list[View]:
    return [view for view in scene.of_kind("flat") if view.place is None]


def _corners(scene: Scene) -> set[str]:
    """Zones off the middle in which the chart has edges."""
    return {view.region.zone for view in scene.of_kind("edge") if view.place is not None} - {"centre"}


def _surface(scene: Scene, view: View, light: Array) -> Iterator[Measurement]:
    """Non-uniformity and hot spot of one surface."""
    name, codes = view.region.name, view.luma
    if min(codes.shape[1:]) < SMALLEST:
        raise GapError(f"{name} is smaller than {SMALLEST} px", code="region_too_small", region=name)
    clipped = float(np.mean((codes <= scene.code_black) | (codes >= scene.code_white)))
    if clipped > MOST_CLIPPED:
        raise GapError(f"{clipped:.1%} of {name} is clipped", code="clipped", region=name, share=clipped)
    seen = lighting(light[codes].mean(axis=0))
    curve = math.hypot(scene.tone_doubt / math.sqrt(3), scene.copy_doubt)
    for quantity, share, scale in (("non_uniformity", seen.non_uniformity, 100.0), ("hot_spot", seen.hot_spot, 1.0)):
        bent = _bent(share.value, curve) if quantity == "hot_spot" else share.value * curve
        yield _figure(
            scene,
            quantity,
            scale * share.value,
            _budget(share, seen.degrees_of_freedom, bent, scale),
            samples=codes.size,
            method=SURFACE_METHOD,
            region=name,
        )


def _chart(scene: Scene, light: Array) -> Iterator[Measurement]:
    """Non-uniformity and hot spot of the light over the chart."""
    grounds = [_ground(view, light) for view in scene.of_kind("edge") if view.place is not None]
    level, doubt = (np.array(column) for column in zip(*grounds, strict=True))
    middle = np.array([v.region.zone == "centre" for v in scene.of_kind("edge") if v.place is not None])
    if not middle.any():
        return
    curve, mean = math.hypot(scene.tone_doubt / math.sqrt(3), scene.copy_doubt), float(level.mean())
    uneven = float(np.ptp(level)) / mean
    noise = math.hypot(doubt[level.argmax()], doubt[level.argmin()]) / mean
    share = Share(value=uneven, noise=noise, surface=0.0, extremes=extremes(uneven, noise))
    centre, corners = float(level[middle].mean()), float(level[~middle].mean())
    errors = [float(np.linalg.norm(doubt[at])) / at.sum() / level[at].mean() for at in (middle, ~middle)]
    ratio = Share(value=centre / corners, noise=centre / corners * math.hypot(*errors), surface=0.0)
    fields = {"samples": len(grounds), "method": CHART_METHOD, "region": ""}
    yield _figure(scene, "non_uniformity", 100 * uneven, _budget(share, None, uneven * curve, 100.0), **fields)
    yield _figure(scene, "hot_spot", ratio.value, _budget(ratio, None, _bent(ratio.value, curve)), **fields)


def _ground(view: View, light: Array) -> tuple[float, float]:
    """Light of the light side of an edge, and its standard error: the median of what is lighter than half way."""
    seen = light[view.luma].mean(axis=0)
    dark, bright = np.percentile(seen, (10, 90))
    side = seen[seen > (dark + bright) / 2]
    middle = float(np.median(side))
    sigma = NORMAL * float(np.median(np.abs(side - middle)))
    return middle, MEDIAN * sigma / math.sqrt(side.size)


def _bent(ratio: float, curve: float) -> float:
    """Return what a ratio of light changes by when the exponent of the tone curve changes by ``curve``."""
    return abs(ratio * math.log(ratio)) * curve


def _figure(
    scene: Scene,
    quantity: str,
    value: float,
    budget: Sequence[BudgetLine],
    **fields: Any,  # noqa: ANN401 -- fields of Measurement
) -> Measurement:
    unit = "%" if quantity == "non_uniformity" else "1"
    return scene.figure(f"low_light.{quantity}", value, unit, budget, details={"tone": scene.tone}, **fields)


def _budget(share: Share, degrees: int | None, curve: float, scale: float = 1.0) -> list[BudgetLine]:
    """Contributions to a share; ``curve`` is what the doubt about the tone curve contributes."""
    of_type_b = {"lighting_surface": share.surface, "extremes": share.extremes, "tone curve": curve}
    return [
        BudgetLine(source="noise", contribution=scale * share.noise, degrees_of_freedom=degrees),
        *(BudgetLine(source=name, contribution=scale * part, evaluation="B") for name, part in of_type_b.items()),
    ]

"""Evenness of the light over a plain surface given by hand, and over a chart (``chart_light.py``).

A surface given by hand is a region whose name starts with ``flat``.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from acceptance.errors import GapError
from acceptance.metrics._shared.lighting import lighting
from acceptance.metrics._shared.region_codes import MOST_CLIPPED, clipped_share
from acceptance.metrics._shared.sources import PRINT_SOURCE, TONE_SOURCE
from acceptance.metrics.low_light import chart_light
from acceptance.model.measurement import BudgetLine, Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.metrics._shared.lighting import Share
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

Array = NDArray[np.float64]

SURFACE_METHOD = (
    "linear light of the region, smoothed: (largest - smallest) / mean; middle ninth / rim"
)
CHART_METHOD = (
    "linear light on the light sides of the chart's edges: "
    "(largest - smallest) / mean; middle / corners"
)
SCALES = {"non_uniformity": 100.0, "hot_spot": 1.0}  # of each quantity's unit: %, and a ratio
SMALLEST = 32  # px
TONE_PROBE = 0.05  # change of the tone curve's exponent that shows its effect


@dataclass(frozen=True, kw_only=True)
class _Origin:
    """What a figure comes from: number of samples, method, and the region, if it is by hand."""

    samples: int
    method: str
    region: str = ""


def serves(scene: Scene) -> bool:
    """Whether a flat region is given by hand, or a chart shows edges in its middle and corners."""
    return bool(_by_hand(scene)) or chart_light.serves(scene)


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every surface given by hand, and the chart. Raises GapError flat_picture.

    Other gaps are notes.
    """
    if not np.ptp(scene.reference.luma):
        raise GapError("flat_picture", region="")
    light = scene.linear(np.arange(1 << scene.video.depth))
    for view in _by_hand(scene):
        try:
            yield from _surface(scene, view, light)
        except GapError as gap:
            for name in SCALES:
                quantity = f"low_light.{name}"
                yield Note.of(gap, metric="low_light", quantity=quantity, region=view.region.name)
    if chart_light.serves(scene):
        yield from _chart(scene)


def _by_hand(scene: Scene) -> list[View]:
    return [view for view in scene.of_kind("flat") if view.place is None]


def _surface(scene: Scene, view: View, light: Array) -> Iterator[Measurement]:
    """Measure non-uniformity and hot spot of one surface."""
    _refuse(scene, view)
    codes = view.luma
    origin = _Origin(samples=codes.size, method=SURFACE_METHOD, region=view.region.name)
    lit = np.maximum(light[codes].mean(axis=0), 0.0)
    seen, bent = lighting(lit), lighting(lit ** (1 + TONE_PROBE))
    curve = math.hypot(scene.tone_doubt / math.sqrt(3), scene.copy_doubt) / TONE_PROBE
    for quantity, scale in SCALES.items():
        share, other = getattr(seen, quantity), getattr(bent, quantity)
        of_curve = abs(other.value - share.value) * curve
        budget = _budget(share, seen.degrees_of_freedom, of_curve, scale)
        yield _figure(scene, quantity, scale * share.value, budget, origin)


def _refuse(scene: Scene, view: View) -> None:
    """Refuse a surface that is too small or clipped."""
    if min(view.luma.shape[1:]) < SMALLEST:
        raise GapError("region_too_small", region=view.region.name)
    clipped = clipped_share(view.luma, (scene.code_black, scene.code_white))
    if clipped > MOST_CLIPPED:
        raise GapError("clipped", region=view.region.name, share=clipped)


def _chart(scene: Scene) -> Iterator[Measurement]:
    """Measure non-uniformity and hot spot of the light over the chart."""
    found = chart_light.shares(scene)
    origin = _Origin(samples=found.grounds, method=CHART_METHOD)
    for quantity, scale in SCALES.items():
        share: Share = getattr(found, quantity)
        printed = scale * math.hypot(found.printed[quantity], _bent(quantity, share, scene))
        line = BudgetLine(source=PRINT_SOURCE, contribution=printed, evaluation="B")
        budget = _budget(share, None, found.curve[quantity], scale)
        budget += [line] if printed else []
        yield _figure(scene, quantity, scale * share.value, budget, origin)


def _bent(quantity: str, share: Share, scene: Scene) -> float:
    """Return the change of a share when the tone curve's exponent changes by the print's doubt."""
    if quantity == "hot_spot":
        return abs(share.value * math.log(share.value)) * scene.copy_doubt
    return share.value * scene.copy_doubt


def _figure(
    scene: Scene, quantity: str, value: float, budget: Sequence[BudgetLine], origin: _Origin
) -> Measurement:
    return scene.figure(
        f"low_light.{quantity}",
        value,
        "%" if quantity == "non_uniformity" else "1",
        budget,
        samples=origin.samples,
        method=origin.method,
        region=origin.region,
        details={"tone": scene.tone},
    )


def _budget(
    share: Share, degrees: int | None, curve: float, scale: float = 1.0
) -> list[BudgetLine]:
    """Return the budget of a share; ``curve`` is the contribution of the tone curve."""
    of_type_b = {"lighting_surface": share.surface, "extremes": share.extremes, TONE_SOURCE: curve}
    return [
        BudgetLine(source="noise", contribution=scale * share.noise, degrees_of_freedom=degrees),
        *(
            BudgetLine(source=name, contribution=scale * part, evaluation="B")
            for name, part in of_type_b.items()
        ),
    ]

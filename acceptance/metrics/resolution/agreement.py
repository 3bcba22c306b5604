"""Edges and bars of one direction in the middle of the chart, which should resolve alike.

Both end where a linear camera leaves a tenth of the contrast. Noise reduction that keeps edges
sharpens them and wipes out bars; then neither holds for what a camera shows of fine detail.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.model.measurement import Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# of the natural logarithm of their ratio, besides both U: 5 % at most in films of linear cameras
APART = 0.12


def compared(found: Sequence[Measurement | Note]) -> Iterator[Note]:
    """Note each direction in which the middle's edges and bars surely contradict each other."""
    figures = [item for item in found if isinstance(item, Measurement)]
    for direction in ("horizontal", "vertical"):
        edges = _in_the_middle(figures, f"resolution.{direction}")
        bars = _in_the_middle(figures, f"resolution.wedge_{direction}")
        for edge, wedge in zip(edges[:1], bars, strict=False):
            if _apart(edge, wedge):
                gap = GapError("edges_unlike_bars", edges=edge.value, bars=_linear(wedge))
                yield Note.of(gap, metric="resolution", quantity=edge.quantity)


def _in_the_middle(figures: Sequence[Measurement], quantity: str) -> list[Measurement]:
    return [
        figure
        for figure in figures
        if figure.quantity == quantity and figure.details.get("zone") == "centre"
    ]


def _linear(wedge: Measurement) -> float:
    """Return a wedge's reading in linear light, as edges are read."""
    return float(wedge.details.get("linear_light", wedge.value))


def _apart(edge: Measurement, wedge: Measurement) -> bool:
    bars = _linear(wedge)
    if wedge.lower_bound or min(edge.value, bars) <= 0:
        return False
    doubt = edge.expanded / edge.value + wedge.expanded / wedge.value
    return abs(math.log(edge.value / bars)) > APART + doubt

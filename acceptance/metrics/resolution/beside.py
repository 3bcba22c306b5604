"""Edges of plain objects beside each other: what they differ by is the doubt of an assumed curve.

The two sides of a bar lie between unlike levels. Under the right tone curve both have the camera's
MTF, under a wrong one they do not; nor do they where one is softer or lit otherwise. Without grey
steps nothing else tells how wrong the assumed curve is, so that half the difference is each edge's
standard uncertainty.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.metrics.resolution.edge_figures import Edge

NEIGHBOURS = 3.0  # sizes of the larger box, between middles
SURE = 2.0  # standard errors that two edges must differ by


def compared(edges: Sequence[Edge]) -> Iterator[Edge]:
    """Yield each edge with what others beside it, that resolve the same way, make of its doubt.

    Edges of a chart are as they were: their curve is known, or common to all.
    """
    for edge in edges:
        if edge.view.place is not None:
            yield edge
            continue
        others = [other for other in edges if other is not edge and _beside(edge, other)]
        apart = {name: _apart(edge, others, name) for name in ("mtf50", "mtf10")}
        yield replace(edge, apart=apart)


def _beside(edge: Edge, other: Edge) -> bool:
    """Whether two edges are neighbours and resolve the same way."""
    boxes = edge.view.box, other.view.box
    size = max(max(box[2:]) for box in boxes)
    middles = [(x + width / 2, y + height / 2) for x, y, width, height in boxes]
    near = math.dist(*middles) <= NEIGHBOURS * size
    return near and edge.first.resolves == other.first.resolves


def _apart(edge: Edge, others: Sequence[Edge], name: str) -> float:
    """Return half the largest sure difference of a crossing from those of the others."""
    if not edge.reached(name):
        return 0.0
    halves = [0.0]
    for other in others:
        if other.reached(name):
            off = abs(edge.value(name) - other.value(name))
            error = math.hypot(*(each.noise(name)[0].contribution for each in (edge, other)))
            halves.append(off / 2 if off > SURE * error else 0.0)
    return max(halves)

"""Resolution: MTF from slanted edges (e-SFR), TV lines from edges and wedges, corner ratio.

Edge: least-squares spline profile in linear light (``edge.py``); the quantity is that of ISO
12233:2023. Limiting resolution from an edge is where the MTF falls to 10 %, no further than half a
cycle per pixel, in TV lines per picture height (ISO 12233:2023; display aspect ratio 4:3 or 16:9
taken from picture size and sample aspect). Wedge: read line by line in coded luma (``wedge.py``),
as standards that judge TV lines on the displayed picture mean it (GB 50198, DB11/T 384.5); the TV
lines of an edge are another quantity.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.errors import GapError
from acceptance.metrics._shared.region_codes import tv_lines
from acceptance.metrics.resolution import agreement, beside, corners, edge_figures, wedge_figures
from acceptance.metrics.resolution.edge import EdgeResult, edge_mtf
from acceptance.metrics.resolution.printed_wedge import Wedge
from acceptance.metrics.resolution.sampling import sampling_of
from acceptance.metrics.resolution.tone import tone_of
from acceptance.metrics.resolution.wedge import WedgeResult, wedge_reading
from acceptance.model.measurement import Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.metrics.resolution.edge_figures import Edge
    from acceptance.metrics.resolution.sampling import PictureSamples
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

__all__ = [
    "EdgeResult",
    "Wedge",
    "WedgeResult",
    "edge_mtf",
    "measure",
    "serves",
    "tv_lines",
    "wedge_reading",
]

QUANTITIES: Mapping[str, str] = {
    "resolution.mtf50": "cycle/px",
    "resolution.mtf10": "cycle/px",
    "resolution.horizontal": "TVL",
    "resolution.vertical": "TVL",
    "resolution.wedge_horizontal": "TVL",
    "resolution.wedge_vertical": "TVL",
    "resolution.corner_ratio": "1",
}


def serves(scene: Scene) -> bool:
    """Whether there is a slanted edge or a wedge in the scene."""
    return bool(scene.of_kind("edge") or scene.of_kind("wedge"))


def measure(scene: Scene) -> Iterator[Measurement | Note]:
    """Measure every edge and every wedge; a result not obtained is a Note with its reason."""
    vanished: dict[str, float] = {}
    found = list(_measured(scene, vanished))
    yield from agreement.doubted(found, vanished)
    yield from agreement.compared(found, vanished)


def _measured(scene: Scene, vanished: dict[str, float]) -> Iterator[Measurement | Note]:
    """Measure all; of wedges in the middle no bar of which is seen, tell where they begin."""
    tone, sampled = tone_of(scene), sampling_of(scene)
    yield from _enlarged(sampled)
    edges: list[Edge] = []
    for view in scene.of_kind("edge"):
        try:
            edges.append(edge_figures.seen(scene, view, tone, sampled))
        except GapError as gap:
            yield from _notes(view, gap, ("mtf50", "mtf10", view.region.direction or "horizontal"))
    for edge in beside.compared(edges):
        yield from edge_figures.figures(scene, edge, tone)
    yield from _sharpened(edges)
    yield from corners.ratios(scene, edges, tone)
    unlike = _unlike(edges)
    for view in scene.of_kind("wedge"):
        try:
            yield wedge_figures.figure(scene, view, sampled, unlike)
        except GapError as gap:
            if gap.code == "wedge_not_resolved" and view.region.zone == "centre":
                vanished.update([wedge_figures.begins(scene, view)])
            yield from _notes(view, gap, (f"wedge_{view.region.direction or 'horizontal'}",))


def _unlike(edges: Sequence[Edge]) -> float:
    """Return by how much edges resolve more in one direction, as a natural logarithm of MTF50.

    0 where they are seen in one direction only.
    """
    logs: dict[str, list[float]] = {"horizontal": [], "vertical": []}
    for edge in edges:
        if edge.reached("mtf50"):
            logs[edge.first.resolves].append(math.log(edge.value("mtf50")))
    if not all(logs.values()):
        return 0.0
    along, across = (sum(values) / len(values) for values in logs.values())
    return abs(along - across)


def _notes(view: View, gap: GapError, names: Sequence[str]) -> Iterator[Note]:
    """Note a gap for each quantity; a region that it names is this one."""
    region = view.region.name
    named = {"region": region} if "region" in gap.parameters else {}
    here = GapError(gap.code, **{**gap.parameters, **named})
    for name in names:
        yield Note.of(here, metric="resolution", quantity=f"resolution.{name}", region=region)


def _enlarged(sampled: PictureSamples) -> Iterator[Note]:
    """Note once that the picture was enlarged, so that its TV lines are capped."""
    if sampled.enlarged > 1:
        yield Note.of(GapError("enlarged", factor=sampled.enlarged), metric="resolution")


def _sharpened(edges: Sequence[Edge]) -> Iterator[Note]:
    """Note sharpening once, where it is strongest."""
    worst = max(edges, key=lambda edge: edge.first.overshoot + edge.first.undershoot, default=None)
    if worst and worst.first.sharpened:
        region = worst.view.region.name
        over, under = worst.first.overshoot, worst.first.undershoot
        gap = GapError("sharpened", region=region, overshoot=over, undershoot=under)
        yield Note.of(gap, metric="resolution", quantity="resolution.mtf50", region=region)

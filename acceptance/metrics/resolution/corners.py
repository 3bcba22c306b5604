"""Corner ratio: MTF50 of each corner's edges over that of the centre's, in the same direction.

It is measured only where the chart reaches into the corners: its diagonals are 85 % of the
picture's or more. The tone curve is common to both edges, so only the difference of its effects
counts.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.metrics._shared.region_codes import scaled
from acceptance.metrics._shared.sources import TONE_SOURCE
from acceptance.metrics.resolution.coding_loss import coding
from acceptance.model.measurement import BudgetLine, Note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.charts.located import Located
    from acceptance.metrics.resolution.edge_figures import Edge
    from acceptance.metrics.resolution.tone import Tone
    from acceptance.model.measurement import Measurement
    from acceptance.scene.build import Scene

QUANTITY = "resolution.corner_ratio"
METHOD = "MTF50 of the corner over MTF50 of the centre, slanted edges, linear light ({tone})"
COVERED = 0.85


def coverage(place: Located) -> float:
    """Return the mean of the chart's diagonals over the picture's diagonal, above 0."""
    corners = np.asarray(place.corners)
    diagonals = np.linalg.norm(corners[2:] - corners[:2], axis=1)
    return float(diagonals.mean() / math.hypot(*place.picture))


def ratios(scene: Scene, edges: Sequence[Edge], tone: Tone) -> Iterator[Measurement | Note]:
    """Measure the ratio of every corner and direction.

    Where the chart is too small or an edge is missing, there is a Note.
    """
    places = {id(edge.view.place): edge.view.place for edge in edges if edge.view.place}
    if not places:
        return
    share = min(coverage(place) for place in places.values())
    if share < COVERED:
        yield _note("field_not_covered", share=share, needed=COVERED)
        return
    matched = _matched(edges)
    for corner, centre in matched:
        yield _ratio(scene, corner, centre, tone)
    if not matched:
        yield _note("no_corner_edges")


def _matched(edges: Sequence[Edge]) -> list[tuple[Edge, Edge]]:
    """Return each corner's edges with that of the centre in the same direction."""
    reached = [edge for edge in edges if edge.view.place and edge.reached("mtf50")]
    centres = {edge.first.resolves: edge for edge in reached if edge.view.region.zone == "centre"}
    corners = [edge for edge in reached if edge.view.region.zone != "centre"]
    matched = [edge for edge in corners if edge.first.resolves in centres]
    return [(edge, centres[edge.first.resolves]) for edge in matched]


def _note(code: str, **parameters: float) -> Note:
    return Note.of(GapError(code, **parameters), metric="resolution", quantity=QUANTITY)


def _ratio(scene: Scene, corner: Edge, centre: Edge, tone: Tone) -> Measurement:
    above, below = corner.value("mtf50"), centre.value("mtf50")
    return scene.figure(
        QUANTITY,
        above / below,
        "1",
        _budget(scene, corner, centre, tone),
        samples=corner.view.luma.shape[0],
        method=METHOD.format(tone=tone.name),
        region=corner.view.region.zone,
        direction=corner.first.resolves,
        details={"corner": round(above, 5), "centre": round(below, 5)},
    )


def _budget(scene: Scene, corner: Edge, centre: Edge, tone: Tone) -> list[BudgetLine]:
    below = centre.value("mtf50")
    ratio = corner.value("mtf50") / below
    common = ratio * abs(corner.tone_slope("mtf50") - centre.tone_slope("mtf50"))
    edges = corner, centre
    of_sides = ratio * (corner.contradicted("mtf50") - centre.contradicted("mtf50"))
    bent = (tone.bends(edge.levels)["mtf50"][0] for edge in edges)
    of_bends = (ratio * (one - other) for one, other in zip(*bent, strict=True))
    of_codes = ratio * (corner.filtered.get("mtf50", 0.0) - centre.filtered.get("mtf50", 0.0))
    of_tone = math.hypot(common * tone.doubt / math.sqrt(3), of_sides, of_codes, *of_bends)
    of_centre = scaled(centre.noise("mtf50"), ratio / below)
    of_tails = scaled(centre.tails("mtf50"), ratio / below)
    return [
        *scaled(corner.noise("mtf50"), 1 / below),
        *(replace(line, source=f"{line.source}, centre") for line in of_centre),
        BudgetLine(source=TONE_SOURCE, contribution=of_tone, evaluation="B"),
        *scene.copy_lines(common),
        *scaled(corner.tails("mtf50"), 1 / below),
        *(replace(line, source=f"{line.source}, centre") for line in of_tails),
        *coding(ratio * max(edge.coding_share("mtf50") for edge in edges)),
    ]

"""What edges and wedges share.

Mean codes of a view, what its frames scatter, what is clipped, TV lines.
"""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING, Any

import numpy as np

from acceptance.errors import GapError
from acceptance.footage.planes import h264_step
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

SAMPLING_LIMIT = 0.5  # cycle/px
MOST_CLIPPED = 0.005
MARGIN = 0.1
# of the pixel aspect that is assumed: a chart within its 35 degrees of tilt is seen narrowed by
# less
SQUEEZED = 0.8
GROUPS, SINGLE_FRAMES = 4, 8
# quantiser step over the step of an edge, beyond which a coder takes more than in proportion
COARSE = 0.15


def tv_lines(
    frequency: float, direction: str, height: int, sample_aspect: Fraction = Fraction(1)
) -> float:
    """TV lines per picture height of ``frequency`` cycle/px in a picture ``height`` px high.

    ``direction`` "horizontal": 2 f x width / display aspect ratio, which is 2 f x height / sample
    aspect (pixel width over pixel height); "vertical": 2 f x height. The number is that of line
    widths per picture height (ISO 12233:2023) too: both count light and dark lines.
    """
    return float(2 * frequency * height / (sample_aspect if direction == "horizontal" else 1))


def lines_of(scene: Scene, direction: str) -> float:
    """TV lines per picture height of one cycle/px in the scene's picture."""
    return tv_lines(1.0, direction, scene.video.height, scene.video.sample_aspect)


def refuse_doubtful_aspect(scene: Scene, direction: str) -> None:
    """Refuse TV lines along rows where the stream tells no pixel aspect and the chart's shape belies the assumed one.

    Raises GapError ``pixel_aspect_doubtful``: assumed, seen (the aspect by which the chart would be
    seen square on).
    """
    if direction != "horizontal" or "sample_aspect" not in scene.video.assumed or not scene.located:
        return
    assumed, seen = float(scene.video.sample_aspect), scene.located[0].pixel_aspect
    if min(seen / assumed, assumed / seen) < SQUEEZED:
        raise GapError("pixel_aspect_doubtful", assumed=assumed, seen=seen)


def pictures(view: View) -> list[NDArray[Any]]:
    """Mean codes to measure on.

    All frames of a view that stands still and groups of them, else single frames.
    """
    count = view.luma.shape[0]
    if not view.stable:
        chosen = np.linspace(0, count - 1, min(SINGLE_FRAMES, count)).astype(int)
        return [view.luma[i].astype(np.float64) for i in chosen]
    groups = np.array_split(np.arange(count), GROUPS) if count >= GROUPS else []
    return [view.luma.mean(axis=0), *(view.luma[group].mean(axis=0) for group in groups)]


def within(view: View) -> tuple[slice, slice]:
    """Leave out the border that neighbours on the chart blur into.

    A region without chart is used whole.
    """
    height, width = view.luma.shape[1:]
    margin = 0 if view.place is None else max(4, round(MARGIN * min(height, width)))
    return slice(margin, height - margin), slice(margin, width - margin)


def clipped_share(values: NDArray[Any], limits: tuple[float, float]) -> float:
    """Share 0..1 of ``values`` (any shape) that lie at or beyond the ``limits`` (lower, upper)."""
    return float(np.mean((values <= limits[0]) | (values >= limits[1])))


def refuse_clipped(scene: Scene, view: View) -> None:
    """Refuse codes at the ends of the code range, and at nominal black and white where none lie beyond these."""
    codes = view.luma[(slice(None), *within(view))]
    unit = 1 << (scene.video.depth - 8)
    low = scene.code_black if codes.min() >= scene.code_black else unit
    high = scene.code_white if codes.max() <= scene.code_white else 254 * unit
    if (share := clipped_share(codes, (low, high))) > MOST_CLIPPED:
        raise GapError("clipped", region=view.region.name, share=share)


def coarseness(scene: Scene, view: View, height: float) -> float:
    """Quantiser step of an H.264 coder over the step (``height`` codes) of an edge or wedge.

    0 where it is not known.
    It is 0 where nothing is quantised (QP 0). What a coder does to MTF and wedges was found to go
    with this ratio on simulated films (docs/metrics/resolution.md); from ``COARSE`` on with its
    square.
    """
    if scene.video.codec != "h264" or scene.video.depth > 8 or not view.quantiser:
        return 0.0
    ratio = float(h264_step(view.quantiser) / max(height, 1.0))
    return ratio * max(1.0, ratio / COARSE)


def coding(ratio: float, share: float, value: float) -> list[BudgetLine]:
    """Return what a coder of a ``coarseness`` may take of ``value`` (``share`` of it at 1).

    No line where it is 0.
    """
    return (
        [BudgetLine(source="coding", contribution=share * ratio * value, evaluation="B")]
        if ratio
        else []
    )


def repeat(values: Sequence[float], fit: float) -> list[BudgetLine]:
    """Return what the mean of ``values`` scatters beyond ``fit``.

    No line where there is nothing to repeat.
    """
    if len(values) < 2:
        return []
    square = float(np.var(values, ddof=1)) / len(values)
    excess = math.sqrt(max(0.0, square - fit**2))
    return [
        BudgetLine(
            source="repeat over frames", contribution=excess, degrees_of_freedom=len(values) - 1
        )
    ]


def scaled(budget: Sequence[BudgetLine], scale: float) -> list[BudgetLine]:
    """Return the lines of a budget in another unit."""
    return [replace(line, contribution=line.contribution * scale) for line in budget]

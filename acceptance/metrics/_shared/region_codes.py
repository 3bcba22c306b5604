"""What edges and wedges share: mean codes of a view, their scatter, clipping, TV lines."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.footage.planes import h264_step
from acceptance.metrics._shared.coder import lossless
from acceptance.model.measurement import BudgetLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.footage.clip import VideoInfo
    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

SAMPLING_LIMIT = 0.5  # cycle/px
MOST_CLIPPED = 0.005
MARGIN = 0.1
SQUEEZED = 0.8  # of the assumed pixel aspect: a tilt of 35 degrees narrows a chart by less
GROUPS, SINGLE_FRAMES = 4, 8
# codes, of coders whose decoder reports no quantiser: as coarse as CRF 28 and JPEG at scale 8, and
# as an H.264 step that takes as much of an edge
UNTOLD, UNTRIED = {"mjpeg": 17.5}, 18.0
OLDER = 1.3  # MPEG-1 to 4, twice whose scale is the step: what they take over what H.264 takes
COARSE = 0.15  # quantiser step over an edge's step, beyond which coding loss grows as the square


def tv_lines(
    frequency: float, direction: str, height: int, sample_aspect: Fraction = Fraction(1)
) -> float:
    """Convert a spatial frequency to TV lines per picture height.

    Parameters
    ----------
    frequency
        Spatial frequency in cycle/px, 0 or more.
    direction
        "horizontal": along rows, 2 f x width / display aspect ratio, which is 2 f x height / sample
        aspect; "vertical": along columns, 2 f x height.
    height
        Picture height in px.
    sample_aspect
        Pixel width over pixel height.

    Notes
    -----
    Line widths per picture height (ISO 12233:2023) are the same number: both count light and dark
    lines.
    """
    return float(2 * frequency * height / (sample_aspect if direction == "horizontal" else 1))


def lines_of(scene: Scene, direction: str) -> float:
    """Return the TV lines per picture height of one cycle/px in the scene's picture."""
    return tv_lines(1.0, direction, scene.video.height, scene.video.sample_aspect)


def refuse_doubtful_aspect(scene: Scene, direction: str) -> None:
    """Refuse TV lines along rows where the chart's shape contradicts an assumed pixel aspect.

    It applies where the stream states no pixel aspect. Raises GapError ``pixel_aspect_doubtful``
    with ``assumed`` and ``seen``, the aspect at which the chart would be seen face on.
    """
    if direction != "horizontal" or "sample_aspect" not in scene.video.assumed or not scene.located:
        return
    assumed, seen = float(scene.video.sample_aspect), scene.located[0].pixel_aspect
    if min(seen / assumed, assumed / seen) < SQUEEZED:
        raise GapError("pixel_aspect_doubtful", assumed=assumed, seen=seen)


def pictures(view: View) -> list[NDArray[np.float64]]:
    """Return the pictures (h, w) in codes to measure on.

    For a view that stands still they are the mean of all frames, then those of groups of frames;
    else they are single frames.
    """
    count = view.luma.shape[0]
    if not view.stable:
        chosen = np.linspace(0, count - 1, min(SINGLE_FRAMES, count)).astype(int)
        return [view.luma[i].astype(np.float64) for i in chosen]
    groups = np.array_split(np.arange(count), GROUPS) if count >= GROUPS else []
    return [view.luma.mean(axis=0), *(view.luma[group].mean(axis=0) for group in groups)]


def within(view: View) -> tuple[slice, slice]:
    """Return the rows and columns without the border that neighbours on the chart blur into.

    A region without a chart is used whole.
    """
    height, width = view.luma.shape[1:]
    margin = 0 if view.place is None else max(4, round(MARGIN * min(height, width)))
    return slice(margin, height - margin), slice(margin, width - margin)


def clipped_share(
    values: NDArray[np.integer] | NDArray[np.float64], limits: tuple[float, float]
) -> float:
    """Return the share (0..1) of ``values`` (any shape) at or beyond the ``limits``.

    ``limits`` are the lower and the upper one, in the unit of the values.
    """
    return float(np.mean((values <= limits[0]) | (values >= limits[1])))


def refuse_clipped(scene: Scene, view: View) -> None:
    """Refuse a view whose codes are clipped. Raises GapError ``clipped``.

    They are clipped at the ends of the code range, and at nominal black and white where no code is
    beyond these.
    """
    codes = view.luma[(slice(None), *within(view))]
    unit = 1 << (scene.video.depth - 8)
    low = scene.code_black if codes.min() >= scene.code_black else unit
    high = scene.code_white if codes.max() <= scene.code_white else 254 * unit
    if (share := clipped_share(codes, (low, high))) > MOST_CLIPPED:
        raise GapError("clipped", region=view.region.name, share=share)


def coarseness(scene: Scene, view: View, height: float) -> float:
    """Return a coder's quantiser step over the step (``height`` codes) of an edge or wedge.

    It is 0 where nothing is quantised. On simulated films the effect of coding on MTF and wedges is
    proportional to this ratio, and to its square from ``COARSE`` on (docs/metrics/resolution.md).
    A coder whose decoder does not say how it quantised counts as a coarse one, and what each takes
    more than H.264 does counts as a larger step.
    """
    ratio = _step(scene.video, view) / max(height, 1.0)
    return ratio * max(1.0, ratio / COARSE)


def _step(video: VideoInfo, view: View) -> float:
    """Return the quantiser step in codes, of H.264 as it is, of others one that takes as much."""
    if lossless(video.codec, view.quantiser):
        return 0.0
    if view.quantiser is None or video.depth > 8:
        return UNTOLD.get(str(video.codec), UNTRIED) * (1 << (video.depth - 8))
    return h264_step(view.quantiser) if video.codec == "h264" else 2 * view.quantiser * OLDER


def coding(ratio: float, share: float, value: float) -> list[BudgetLine]:
    """Return the line of what coding of a coarseness ``ratio`` may take off ``value``.

    ``share`` is what it takes at a ratio of 1, relative to the value. No line where the ratio is 0.
    """
    return (
        [BudgetLine(source="coding", contribution=share * ratio * value, evaluation="B")]
        if ratio
        else []
    )


def repeat(values: Sequence[float], fit: float) -> list[BudgetLine]:
    """Return the line of the scatter of the mean of ``values`` beyond their uncertainty ``fit``.

    There is no line for fewer than two values.
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
    """Return the lines of a budget, their contributions multiplied by ``scale``."""
    return [replace(line, contribution=line.contribution * scale) for line in budget]

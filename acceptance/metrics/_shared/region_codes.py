"""What edges and wedges share: mean codes of a view, their scatter, clipping, TV lines."""

from __future__ import annotations

import math
from dataclasses import replace
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from acceptance.errors import GapError
from acceptance.model.measurement import BudgetLine
from acceptance.scene.views import mean_frame, without_border

if TYPE_CHECKING:
    from collections.abc import Sequence

    from numpy.typing import NDArray

    from acceptance.scene.build import Scene
    from acceptance.scene.views import View

SAMPLING_LIMIT = 0.5  # cycle/px
MOST_CLIPPED = 0.005
SQUEEZED = 0.8  # of the assumed pixel aspect: a tilt of 35 degrees narrows a chart by less
LONG = 1.5  # picture widths: with a longer lens a squeezed picture looks like a turned chart
WHOLE_WIDTH = 720 / 704  # assumed aspect of a pixel over that of a picture as wide as stored
FEWEST_STEPS = 5
# codes of 8 bits: nothing that a camera still tells apart, where darker steps rise by that many
ALIKE, SEVERAL = 1.0, 3.0
GROUPS, SINGLE_FRAMES = 4, 8


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
    """Return the TV lines per picture height of one cycle/px in what the scene's picture shows."""
    return tv_lines(1.0, direction, scene.shown[3], scene.video.sample_aspect)


def refuse_doubtful_aspect(scene: Scene, direction: str) -> None:
    """Refuse TV lines along rows where the chart's shape contradicts an assumed pixel aspect.

    It applies where the stream states no pixel aspect: where no usual lens makes a chart that is
    turned look so, be it much or as by the other of two usual aspects. Raises GapError
    ``pixel_aspect_doubtful`` with ``assumed`` and ``seen``, the aspect at which the chart would be
    seen face on.
    """
    if direction != "horizontal" or "sample_aspect" not in scene.video.assumed or not scene.located:
        return
    place, assumed = scene.located[0], float(scene.video.sample_aspect)
    seen = place.pixel_aspect
    squeezed = min(seen / assumed, assumed / seen) < SQUEEZED
    doubtful = squeezed or _as_wide_as_stored(place.picture, assumed, seen)
    if doubtful and place.focal_length(assumed) > LONG:
        raise GapError("pixel_aspect_doubtful", assumed=assumed, seen=seen)


def _as_wide_as_stored(picture: tuple[int, int], assumed: float, seen: float) -> bool:
    """Whether the chart is seen as if all columns of a 4:3 picture were its width.

    Recorders fill 720 or 960 columns with what ITU-R BT.601 has in 704 of 720: 2 % apart. Nearer to
    that than half-way, on either side: by as much a tilt of 8 degrees moves it.
    """
    other = 4 / 3 * picture[1] / picture[0]
    usual = abs(assumed / other - WHOLE_WIDTH) < 1e-3
    return usual and abs(math.log(seen / other)) < math.log(WHOLE_WIDTH) / 2


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
    return [mean_frame(view.luma), *(view.luma[group].mean(axis=0) for group in groups)]


def clipped_share(
    values: NDArray[np.integer] | NDArray[np.float64], limits: tuple[float, float]
) -> float:
    """Return the share (0..1) of ``values`` (any shape) at or beyond the ``limits``.

    ``limits`` are the lower and the upper one, in the unit of the values.
    """
    beyond = np.count_nonzero((values <= limits[0]) | (values >= limits[1]))
    return beyond / values.size if values.size else math.nan


def refuse_clipped(scene: Scene, view: View) -> None:
    """Refuse a view whose codes are clipped. Raises GapError ``clipped``.

    They are clipped at the ends of the code range, at nominal black and white where no code is
    beyond these, and where the camera's own white ends: where its lightest grey steps are alike.
    """
    codes = view.luma[(slice(None), *without_border(view))]
    unit = scene.code_unit
    low = scene.code_black if codes.min() >= scene.code_black else unit
    high = scene.code_white if codes.max() <= scene.code_white else 254 * unit
    limits = low, min(high, _whitest(scene))
    if (share := clipped_share(codes, limits)) > MOST_CLIPPED:
        raise GapError("clipped", region=view.region.name, share=share)


def _whitest(scene: Scene) -> float:
    """Return the code at which the camera ends, if below the lightest of the grey steps.

    The two lightest are alike there, though the darker ones rise so that they would be codes apart.
    """
    steps = {float(view.region.reflectance or 0): view for view in scene.of_kind("grey")}
    if len(steps) < FEWEST_STEPS:
        return math.inf
    printed = np.array(sorted(steps))
    codes = np.array([float(mean_frame(steps[step].luma).mean()) for step in printed])
    unit, last = scene.code_unit, float(codes[-1])
    alike = abs(last - codes[-2]) < ALIKE * unit
    free = (codes < last - ALIKE * unit) & (printed > 0)
    return last - unit if alike and _rise(printed, codes, free) > SEVERAL * unit else math.inf


def _rise(
    printed: NDArray[np.float64], codes: NDArray[np.float64], free: NDArray[np.bool_]
) -> float:
    """Return by how many codes the last of grey steps (n,) should rise, as the ``free`` ones do.

    Over the logarithm of the reflectance a camera's curve gets steeper: it is at least that.
    """
    place, seen = np.log(printed[free][-3:]), codes[free][-3:]
    if place.size < 2:
        return 0.0
    off = place - place.mean()
    return float(off @ seen / (off @ off) * np.log(printed[-1] / printed[-2]))


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

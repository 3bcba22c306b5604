"""The colour that most of a picture shares, and what says that it is not the camera's.

A wrong white balance multiplies the colours of all that is seen: what is grey gets the colour, and
what is bright has it as all else. Colour planes are taken as differences from grey over luma.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import cv2
import numpy as np

from acceptance.scene.patterns import median, ranked

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from acceptance.scene.thresholds import Thresholds

    Floats = NDArray[np.float32]


FIGURES = ("cast_blue", "cast_red", "cast_of_most", "cast_neutral", "cast_mixed")


def shared_colour(colours: Floats, light: Floats, thresholds: Thresholds) -> dict[str, float]:
    """Return the colour that most ``colours`` (2, n) of this ``light`` (n,), 0..1, share, in %.

    It (``cast_blue``, ``cast_red``) points along the median, which a large thing of another colour
    does not turn, and is at most what the highlights share: the brightest of those that are not
    clipped to white, which have the colour of the light. Beside it are what most share without the
    highlights (``cast_of_most``), and the share of what is grey (``cast_neutral``), both in %, and
    by how many degrees of the colour plane highlights differ from it, both ways (``cast_mixed``).
    """
    ratios = colours / light
    middle = median(ratios, axis=1)
    way = middle / max(float(np.hypot(*middle)), 1e-9)
    along = way @ ratios
    most = ranked(along, thresholds.cast_percentile)
    if most <= 0:  # no colour is shared: nothing else counts, and takes as long again
        return dict.fromkeys(FIGURES, 0.0)
    bright = _highlights(light, thresholds)
    shared = most
    if bright.size:
        shared = min(most, ranked(along[bright], thresholds.bright_cast_percentile))
    blue, red = max(0.0, shared) * way
    return {
        "cast_blue": 100 * float(blue),
        "cast_red": 100 * float(red),
        "cast_of_most": 100 * most,
        "cast_neutral": 100 * _neutral(colours, light, shared, thresholds),
        "cast_mixed": _apart(ratios[:, bright], way) if bright.size else 0.0,
    }


def lightness_range(light: Floats, thresholds: Thresholds) -> float:
    """Return how many times as light as the darkest tenth of the blocks the lightest tenth is.

    Blocks of the picture (h, w) count that are not dark: one thing that fills the view is as light
    all over, but for its texture. It is nan where less than two in five are left: nothing
    fills the view then.
    """
    blocks = cv2.resize(light, thresholds.blocks, interpolation=cv2.INTER_AREA)
    seen = blocks[blocks > thresholds.mid_tone_levels[0]]
    if seen.size < thresholds.filled_share * blocks.size:
        return math.nan
    return ranked(seen, 90) / ranked(seen, 10)


def _highlights(light: Floats, thresholds: Thresholds) -> NDArray[np.intp]:
    """Return the places of the brightest that are not clipped; none where there are too few."""
    unclipped = light < thresholds.white_level
    seen = light[unclipped]
    if seen.size < thresholds.fewest_highlights:
        return np.flatnonzero(seen[:0])
    # sorted as a whole: a partition of values of which many are equal takes four times as long
    least = np.sort(seen)[round(thresholds.bright_percentile / 100 * (seen.size - 1))]
    return np.flatnonzero(unclipped & (light >= least))


def _apart(ratios: Floats, way: NDArray[np.floating]) -> float:
    """Return by how many degrees a quarter of ``ratios`` (2, n) differ from ``way`` to each side.

    It is negative where most lie on one side.
    """
    across = way[0] * ratios[1] - way[1] * ratios[0]
    turned = np.sort(np.arctan2(across, way @ ratios))
    quarter = len(turned) // 4
    return float(np.degrees(min(turned[-1 - quarter], -turned[quarter])))


def _neutral(colours: Floats, light: Floats, shared: float, thresholds: Thresholds) -> float:
    """Return the share (0..1) that is grey of what is bright enough to show the shared colour."""
    grey = thresholds.neutral_level
    telling = light * shared > 2 * grey
    number = np.count_nonzero(telling)
    if number < thresholds.least_mid_tone_share * telling.size:
        return 0.0
    blue, red = colours
    return np.count_nonzero(telling & (blue**2 + red**2 <= grey**2)) / number

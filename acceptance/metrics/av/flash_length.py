"""What the length of the flashes tells of the curve between light and code.

A flash that over-exposes, or a camera's own tone curve, shows a begin earlier or later than it is,
and the end by as much the other way. The page's flashes last eight refreshes, and their beeps tell
how long a refresh is: what they seem to last beyond that is twice what the begins are off by.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import beep
from acceptance.errors import GapError
from acceptance.metrics.av import flashes

if TYPE_CHECKING:
    from acceptance.metrics.av.flashes import Array, Flashes, Offset

FEWEST, MOST = 5, 8  # beeps in a row that tell the refresh; one may be missing beside them
ALIKE = 0.003  # s, standard deviation of beeps on the page's row


def off_by(times: Array, light: Array, begun: Flashes, heard: Array, found: Offset) -> float:
    """How far the begins of the flashes ``begun`` may be off, in s; 0 where nothing tells.

    ``heard`` (b,) s are the page's beeps, ``found`` the offset of the sound by them: less than that
    leaves open anyway, or than the mean length is uncertain by, does not count.
    """
    try:
        ended = flashes.seen(-times[::-1], light[::-1])
    except GapError:
        return 0.0
    refresh = _refresh(heard)
    begins, ends = _moments(begun, found.exposure), -_moments(ended, found.exposure)[::-1]
    nearest = np.minimum(np.searchsorted(ends, begins), len(ends) - 1)
    lasted = ends[nearest] - begins
    lasted = lasted[(lasted > 0) & (lasted < flashes.LONGEST)]
    if not refresh or not len(lasted):
        return 0.0
    off = abs(float(lasted.mean()) - beep.FLASH * refresh) / 2
    return off if off > max(found.open, float(lasted.std()) / len(lasted) ** 0.5) else 0.0


def _moments(seen: Flashes, exposure: float) -> Array:
    """Middles (f,) of what an ``exposure`` in s leaves open of each begin."""
    early, late = seen.bounds(exposure)
    return (early + late) / 2


def _refresh(moments: Array) -> float:
    """Length of a refresh in s, by the row that beeps next to each other are; 0: none.

    ``moments`` (n,) are those of beeps: where one is missing or too many, others tell.
    """
    if len(moments) < FEWEST:
        return 0.0
    beside = np.lib.stride_tricks.sliding_window_view(moments, min(MOST, len(moments))).T
    blocks = np.arange(len(beside))
    fits = []
    for first in range(beep.PRIME):
        row = beep.BLOCK * blocks + (first + blocks) ** 2 % beep.PRIME
        refresh, start = np.polyfit(row, beside, 1)
        fits.append((np.std(beside - start - refresh * row[:, None], axis=0), refresh))
    scatter, refresh = np.array(fits).transpose(1, 0, 2)
    known = scatter.min(axis=0) < ALIKE
    best = np.take_along_axis(refresh, scatter.argmin(axis=0)[None], axis=0)[0]
    return float(np.median(best[known])) if known.any() else 0.0

"""How much of a new picture an exposure gathers on a monitor that responds slowly.

The light of a liquid crystal approaches its new level about exponentially. So an exposure must go
on longer past first light before it holds a given share of the new picture.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array

SHARES = np.linspace(0, 1, 129)
SPEEDS = np.linspace(0, 0.95, 39)  # ratio / (1 + ratio), of time constant to exposure
LONGEST = 8.0  # time constants after which nothing is left of the old picture
PLACES = 2000
DOUBT = 0.3  # of the time constant: no screen responds just exponentially
LEAST = 1e-6  # ratio that stands for none


def gathered(since: Array, ratio: Array | float) -> Array:
    """Return the share of the new picture in exposures that end ``since`` after first light.

    Times are in exposures; ``ratio`` is the time constant in them.
    """
    ratio = np.maximum(ratio, LEAST)
    left = np.exp(-np.maximum(since, 0) / ratio), np.exp(-np.maximum(since - 1, 0) / ratio)
    return np.asarray(np.clip(since, 0, 1) - ratio * (left[1] - left[0]))


def needed(share: Array, ratio: Array) -> Array:
    """(m, c) how long past first light an exposure goes on to hold the ``share`` (c,) of the new.

    Times are in exposures; ``ratio`` (m, 1) is the time constant in them.
    """
    at_share = np.clip(share, 0, 1) * (len(SHARES) - 1)
    below = np.minimum(at_share.astype(np.int64), len(SHARES) - 2)
    table, part = _table(), at_share - below
    columns = table[:, below] * (1 - part) + table[:, below + 1] * part
    speed = np.minimum(ratio / (1 + ratio) / SPEEDS[1], len(SPEEDS) - 1 - 1e-9)
    row = speed[:, 0].astype(np.int64)
    weight = speed - row[:, None]
    return np.asarray((columns[row] * (1 - weight) + columns[row + 1] * weight) * (1 + ratio))


@cache
def _table() -> Array:
    """(speeds, shares) what ``needed`` gives, over 1 + ratio."""
    rows = []
    for ratio in SPEEDS / (1 - SPEEDS):
        since = np.linspace(0, 1 + LONGEST * ratio, PLACES)
        rows.append(np.interp(SHARES, gathered(since, ratio), since) / (1 + ratio))
    return np.array(rows)

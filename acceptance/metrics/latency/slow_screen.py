"""How much of a new picture an exposure gathers on a monitor that responds slowly.

The light of a liquid crystal approaches its new level about exponentially; one that is driven
beyond it approaches a farther one, and is held as soon as it has come to its own. So an exposure
must go on longer past first light before it holds a given share of the new picture. By how far it
is driven the ``shape`` of the response is between 0, exponential, and 1, an even rise. Its time
constant is always how late light is on average: an even rise takes two of them.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from acceptance.metrics._filmed_clock.readings import Array, Whole

SHARES = np.linspace(0, 1, 129)
SPEEDS = np.linspace(0, 0.95, 39)  # ratio / (1 + ratio), of time constant to exposure
SHAPES = np.linspace(0, 1, 9)
# shapes nearer to the ends are taken for these; times the logarithm of the shape, which is when
# the exponential is cut off, in its own time constants
LEAST_SHAPE, MOST_SHAPE, CUT = 1e-4, 1 - 1e-3, -2.0
LONGEST = 8.0  # time constants after which nothing is left of the old picture
PLACES = 2000
DOUBT = 0.3  # of the time constant: no screen responds just exponentially
LEAST = 1e-6  # ratio that stands for none


def gathered(since: Array, ratio: Array | float, shape: Array | float = 0.0) -> Array:
    """Return the share of the new picture in exposures that end ``since`` after first light.

    Times are in exposures; ``ratio`` is the time constant in them.
    """
    ratio, cut = np.maximum(ratio, LEAST), _cut(shape)
    missing = [_to_come(np.maximum(end, 0) / ratio, *cut) for end in (since - 1, since)]
    return np.asarray(np.clip(since, 0, 1) - ratio * (missing[0] - missing[1]))


def gained(since: Array, ratio: Array, shape: Array | float) -> Array:
    """(m, c) by how much ``gathered`` grows as ``since`` does: 1 for a screen of no response."""
    ratio = np.maximum(ratio, LEAST)
    left = [_left(np.maximum(end, 0) / ratio, shape) for end in (since - 1, since)]
    return left[0] - left[1]


def _left(since: Array, shape: Array | float) -> Array:
    """Return the share of the old light that is left ``since`` time constants after the first."""
    cut, speed = _cut(shape)
    own = np.minimum(since * speed, cut)
    return np.asarray((np.exp(-own) - np.exp(-cut)) / -np.expm1(-cut))


def _to_come(since: Array, cut: Array, speed: Array) -> Array:
    """Return ``_left`` summed over all time to come, in time constants; the others by ``_cut``."""
    own, end = np.minimum(since * speed, cut), np.exp(-cut)
    left = np.exp(-own)
    left -= end
    left -= end * (cut - own)
    left /= -np.expm1(-cut) * speed
    return left


def _cut(shape: Array | float) -> tuple[Array, Array]:
    """When exponentials are cut off, in their own time constants, and how many of these are one."""
    cut = CUT * np.log(np.clip(shape, LEAST_SHAPE, MOST_SHAPE))
    return cut, 1 - cut / np.expm1(cut)


def columns_of(share: Array) -> Array:
    """(shapes, speeds, c) what ``needed`` gives for the ``share`` (c,) of the new picture."""
    at_share = np.clip(share, 0, 1) * (len(SHARES) - 1)
    below = np.minimum(at_share.astype(np.int64), len(SHARES) - 2)
    table, part = _table(), at_share - below
    return np.asarray(table[..., below] * (1 - part) + table[..., below + 1] * part)


def needed(columns: Array, ratio: Array, shape: Array | float = 0.0) -> Array:
    """(m, c) how long past first light an exposure goes on to hold shares of the new picture.

    These give the ``columns`` (``columns_of``). Times are in exposures; ``ratio`` (m, 1) is the
    time constant in them.
    """
    fast, row, speed = _between(ratio / (1 + ratio), SPEEDS)
    less, kind, more = _between(np.broadcast_to(shape, ratio.shape), SHAPES)
    of_kinds = [
        columns[kind + step, row] * fast + columns[kind + step, row + 1] * speed for step in (0, 1)
    ]
    return np.asarray((of_kinds[0] * less + of_kinds[1] * more) * (1 + ratio))


def _between(values: Array, nodes: Array) -> tuple[Array, Whole, Array]:
    """Weights of the even ``nodes`` below and above ``values`` (m, 1), and which is below (m,)."""
    at = np.clip(values / nodes[1], 0, len(nodes) - 1 - 1e-9)
    below = at[:, 0].astype(np.int64)
    above = at - below[:, None]
    return 1 - above, below, above


@cache
def _table() -> Array:
    """(shapes, speeds, shares) what ``needed`` gives, over 1 + ratio."""
    return np.array(
        [[_row(ratio, shape) for ratio in SPEEDS / (1 - SPEEDS)] for shape in SHAPES.tolist()]
    )


def _row(ratio: float, shape: float) -> Array:
    since = np.linspace(0, 1 + LONGEST * ratio, PLACES)
    return np.interp(SHARES, gathered(since, ratio, shape), since) / (1 + ratio)

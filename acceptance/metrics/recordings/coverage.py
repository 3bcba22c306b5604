"""The coverage of a channel over time, as the report draws it."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from acceptance.metrics.recordings.channel import DAY
from acceptance.model.measurement import Curve
from acceptance.recorder import intervals

if TYPE_CHECKING:
    from acceptance.metrics.recordings.channel import Channel

HOUR = 3600.0  # s
MOST_CELLS = 400
CELLS = (600.0, HOUR, 2 * HOUR, 6 * HOUR, DAY, 7 * DAY)  # s


def coverage_curve(channel: Channel, oldest: float) -> Curve:
    """Share of time covered (%) against days before the moment.

    The curve has a point where it changes, in cells that all channels share; ``oldest`` begins
    their recordings.
    """
    edges = _edges(channel.until.moment, oldest)
    found = intervals.shares(channel.merged, edges)
    changes = [at for at in range(1, len(found)) if found[at] != found[at - 1]]
    runs = [(edges[at], found[at]) for at in (0, *changes)]
    runs.append((channel.until.moment, found[-1]))
    return Curve(
        name="recordings_coverage",
        x=tuple(round((at - channel.until.moment) / DAY, 6) for at, _ in runs),
        y=tuple(round(100 * share, 2) for _, share in runs),
        x_label="days_before",
        y_label="coverage",
        x_unit="d",
        y_unit="%",
    )


def _edges(until: float, oldest: float) -> list[float]:
    """Edges of the cells, the oldest first."""
    cell = next((size for size in CELLS if (until - oldest) / size <= MOST_CELLS), CELLS[-1])
    number = max(1, math.ceil((until - oldest) / cell))
    return [until - index * cell for index in range(number, -1, -1)]

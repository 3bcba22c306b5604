"""Keep-alives of a device: how regular they are, and how many are missing."""

from __future__ import annotations

import itertools
import statistics
from typing import TYPE_CHECKING

from acceptance.live.gb28181.steps import DeviceStep
from acceptance.messages import tr, tr_count

if TYPE_CHECKING:
    from acceptance.live.gb28181.registrar import RegisteredDevice
    from acceptance.live.transcript import Field


def regularity(
    device: RegisteredDevice, watched: float, now: float, agreed: float = 0
) -> DeviceStep:
    """Make the report's line of the keep-alives of a device.

    ``watched``: s since it registered; ``now``: monotonic s; ``agreed``: s between two, 0: what is
    agreed was not said, and the median of what came stands for it.
    """
    times = device.keepalives
    gaps = [later - sooner for sooner, later in itertools.pairwise(times)]
    expected = agreed or (statistics.median(gaps) if gaps else 0)
    figures: dict[str, Field] = {"received": len(times), "watched_s": round(watched, 1)}
    if agreed:
        figures["agreed_s"] = agreed
    if gaps:
        figures |= {
            "interval_s": round(statistics.fmean(gaps), 3),
            "shortest_s": round(min(gaps), 3),
            "longest_s": round(max(gaps), 3),
        }
    faults = []
    if not times:
        faults.append(tr("no keep-alive within {seconds:.0f} s", seconds=watched))
    elif expected:
        missing = sum(_missing(gap, expected) for gap in [*gaps, now - times[-1]])
        figures["missing"] = missing
        if missing:
            faults.append(
                tr_count("{count} keep-alive missing", "{count} keep-alives missing", missing)
            )
    status = 200 if times else None
    return DeviceStep(
        device=device.id, name="Keepalive", status=status, figures=figures, faults=tuple(faults)
    )


def _missing(gap: float, expected: float) -> int:
    """Count the beats that a gap lacks: one is late up to half an interval."""
    return max(round(gap / expected) - 1, 0)

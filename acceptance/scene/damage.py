"""Pictures of a clip that came damaged, or gave no frame at all: how many, and where."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from acceptance.model import Note, Reason
from acceptance.scene.series import coded

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.footage.clip import Clip
    from acceptance.scene.watch import Watch


def notes(opened: Clip, watch: Watch) -> list[Note]:
    """Say how many pictures are damaged or gave no frame at all, and from when to when."""
    lost = () if coded(opened, len(watch.times)) is None else _undecoded(opened, watch.times)
    times = [*lost, *watch.damaged]
    if not times:
        return []
    found = {"undecoded": len(lost), "damaged": len(watch.damaged)}
    where = {"first": min(times), "last": max(times)}
    return [Note(reason=Reason(code="pictures_damaged", parameters=found | where))]


def _undecoded(opened: Clip, times: Sequence[float]) -> list[float]:
    """Return the times of packets that gave no frame."""
    left = Counter(float(packet.time) for packet in opened.packets)
    left.subtract(times)
    return sorted(left.elements())

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


HABIT = 4  # pictures from which those without an end may be the habit of a coder


def notes(opened: Clip, watch: Watch) -> list[Note]:
    """Say how many pictures are damaged or gave no frame at all, and from when to when.

    The time runs on to the next whole key frame: until there pictures build on those before.
    """
    lost = [] if coded(opened, watch) is None else _undecoded(opened, watch.times)
    damaged = _damaged(opened, watch)
    known = {*lost, *damaged}
    damaged += [time for time in _cut(opened) if time not in known]
    hurt = sorted([*lost, *damaged])
    if not hurt:
        return []
    found = {"undecoded": len(lost), "damaged": len(damaged)}
    where = {"first": hurt[0], "last": _until(opened, watch.times, hurt)}
    if lost and "times" in opened.info.assumed:
        where = {"first": min(watch.times), "last": max(watch.times)}
    return [Note(reason=Reason(code="pictures_damaged", parameters={**found, **where}))]


def _undecoded(opened: Clip, times: Sequence[float]) -> list[float]:
    """Return the times of packets that gave no frame; where times are numbers, so many at the end.

    Frames are numbered without those that are lost.
    """
    every = [float(packet.time) for packet in opened.packets]
    if "times" in opened.info.assumed:
        return every[len(times) :]
    left = Counter(every)
    left.subtract(times)
    return sorted(left.elements())


def _damaged(opened: Clip, watch: Watch) -> list[float]:
    """Return the times of frames that came damaged.

    Of frames and fields in one stream they are decoded once more, in one thread: FFmpeg's threads
    call the first frame of fields behind a whole one damaged, which it is not.
    """
    kinds = {bool(packet.fields) for packet in opened.packets}
    if not watch.damaged or len(kinds) < 2:
        return [*watch.damaged]
    in_order = opened.frames(with_quantisers=(0,))
    return [float(frame.time) for frame in in_order if frame.damaged]


def _cut(opened: Clip) -> list[float]:
    """Return the times of JPEG pictures without an end; none where half of them lack it."""
    pictures = opened.packets
    cut = [float(picture.time) for picture in pictures if picture.cut]
    habit = len(pictures) >= HABIT and 2 * len(cut) >= len(pictures)
    return [] if habit else cut


def _until(opened: Clip, times: Sequence[float], hurt: Sequence[float]) -> float:
    """Return the time of the last picture that may build on one that is ``hurt``."""
    whole = {float(packet.time) for packet in opened.packets if packet.key} - set(hurt)
    end = min((time for time in whole if time > hurt[-1]), default=float("inf"))
    return max([hurt[-1], *(time for time in times if time < end)])

"""Films of several devices in which the chart stands at one place, as in one film used again.

A film that is cut, made brighter or coded again has another hash and other figures, and its chart
where it was: coding moves the corners by less than 0.05 px. Two cameras, even on one bench, never
see eight coordinates alike to a tenth of a pixel. A clock on a stand is seen alike by a phone on a
stand, whichever camera is beside it: films of clocks are not compared. Nor are those of recorders
and screens, which show what a camera sees.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.warned.judged import caution
from acceptance.model import SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import SessionWarning, Shot

HANDED_ON = frozenset({SubjectKind.RECORDER, SubjectKind.SCREEN})
CLOCK = "clock"  # the shipped chart of this name
APART = 0.1  # px, by which corners of one film differ at most


def framed_alike(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices whose films, of several files, show the chart at the same place."""
    items = []
    for shots in _groups(judged):
        devices = dict.fromkeys(shot.subject for shot in shots)
        if len(devices) > 1 and len({shot.sha256 for shot in shots}) > 1:
            items.append(" = ".join(devices))
    if items:
        yield caution("framed_alike", items)


def _groups(judged: Judged) -> list[list[Shot]]:
    """Put together the shots whose charts stand where that of the first of them does."""
    groups: list[list[Shot]] = []
    near: dict[tuple[object, int], list[list[Shot]]] = defaultdict(list)
    handing_on = {one.id for one in judged.session.plan.subjects if one.kind in HANDED_ON}
    for shot in judged.session.shots:
        if any(shot.corners) and shot.chart != CLOCK and shot.subject not in handing_on:
            counts = (*map(len, shot.corners),)
            size = shot.stream.get("width"), shot.stream.get("height"), counts
            column = round(next(filter(None, shot.corners))[0][0])
            beside = (group for at in (-1, 0, 1) for group in near[size, column + at])
            group = next((group for group in beside if _alike(group[0], shot)), None)
            if group is None:
                groups.append(group := [])
                near[size, column].append(group)
            group.append(shot)
    return groups


def _alike(shot: Shot, other: Shot) -> bool:
    """Whether all corners of all charts in two shots lie at the same places."""
    both = zip(shot.corners, other.corners, strict=True)
    points = (pair for mine, others in both for pair in zip(mine, others, strict=True))
    return all(abs(x - left) < APART and abs(y - top) < APART for (x, y), (left, top) in points)

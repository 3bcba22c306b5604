"""Films of several devices in which the chart stands at one place, as in one film used again.

A film that is cut, made brighter or coded again has another hash and other figures, and its chart
where it was: coding moves the corners by less than 0.05 px. Cut to a part of its picture, it has
it beside that by whole pixels; turned, by right angles. Two cameras, even on one bench, never
see the sides of a chart alike to a tenth of a pixel, in length and direction. A clock on a stand
is seen alike by a phone on a stand, whichever camera is beside it: films of clocks are not
compared. Nor are those of recorders and screens, which show what a camera sees.
"""

from __future__ import annotations

import cmath
import math
from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.warned.judged import caution
from acceptance.errors import SessionError
from acceptance.messages import tr
from acceptance.model import SubjectKind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Point, Session, SessionWarning, Shot

    Corners = tuple[tuple[Point, ...], ...]

HANDED_ON = frozenset({SubjectKind.RECORDER, SubjectKind.SCREEN})
CLOCK = "clock"  # the shipped chart of this name
APART = 0.1  # px, by which corners of one film differ at most
TURNS = (1, 1j, -1, -1j)


def framed_alike(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the devices whose films, of several files, show the chart at the same place.

    Or where it is once a film was cut to a part of its picture or turned by right angles.
    """
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
    for shot in comparable(judged.session):
        counts, side = (*map(len, shot.corners),), round(_first_side(shot.corners))
        beside = (group for at in (-1, 0, 1) for group in near[counts, side + at])
        found = (group for group in beside if alike(group[0].corners, shot.corners))
        group = next(found, None)
        if group is None:
            groups.append(group := [])
            near[counts, side].append(group)
        group.append(shot)
    return groups


def comparable(session: Session) -> list[Shot]:
    """Return the shots of cameras in which a chart was found."""
    handing_on = {one.id for one in session.plan.subjects if one.kind in HANDED_ON}
    return [
        shot
        for shot in session.shots
        if any(shot.corners) and shot.chart != CLOCK and shot.subject not in handing_on
    ]


def require_numbers(session: Session) -> None:
    """Refuse a session of somebody else whose charts stand nowhere. Raises SessionError."""
    for shot in session.shots:
        if not all(map(cmath.isfinite, _points(shot.corners))):
            what = tr("the corners of the chart in shot {shot} are no numbers", shot=shot.id)
            raise SessionError(what, where=session.id, hint=tr("Restore it from a copy"))


def _first_side(corners: Corners) -> float:
    """Return the length of a chart's first side in px: the same wherever it stands."""
    first, second, *_ = _points(corners)
    return abs(second - first)


def alike(corners: Corners, others: Corners) -> bool:
    """Whether all corners (px) of all charts in two pictures lie at the same places.

    Or apart by whole pixels, as where one was cut, and by right angles, as where it was turned.
    """
    if [*map(len, corners)] != [*map(len, others)] or not any(corners):
        return False
    if abs(_first_side(corners) - _first_side(others)) > 2 * math.hypot(APART, APART):
        return False
    mine, its = _points(corners), _points(others)
    return any(_are_near(mine, [turn * point for point in its]) for turn in TURNS)


def _points(corners: Corners) -> list[complex]:
    return [complex(x, y) for chart in corners for x, y in chart]


def _are_near(points: Sequence[complex], others: Sequence[complex]) -> bool:
    first = points[0] - others[0]
    moved = complex(round(first.real), round(first.imag))
    apart = (one - other - moved for one, other in zip(points, others, strict=True))
    return all(abs(one.real) < APART and abs(one.imag) < APART for one in apart)

"""Sessions held against one that was signed, in which a film of it may stand for another device.

A session that was made first, or at the same time, cannot tell on its page 1 what another does.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from acceptance.checks.warned import chart_places
from acceptance.errors import SessionError
from acceptance.messages import tr
from acceptance.session import earlier, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Session


def contradictions(session: Session, places: Sequence[Path]) -> Iterator[str]:
    """Say which films stand for another device in sessions at ``places``.

    Each is a session folder, or one in which such folders lie. What is no session is passed by.
    Raises SessionError where a place has none.
    """
    for place in places:
        folders = _folders(place)
        if not folders:
            what = tr("there is no session here")
            raise SessionError(what, where=str(place), hint=tr("Check the path"))
        for folder in folders:
            yield from _told(session, folder)


def _folders(place: Path) -> list[Path]:
    if (place / store.FILE).is_file():
        return [place]
    return sorted(file.parent for file in place.glob(f"*/{store.FILE}"))


def _told(session: Session, folder: Path) -> Iterator[str]:
    try:
        other = store.load(folder)
    except SessionError as error:
        yield tr("{folder} was not compared: {problem}", folder=folder.name, problem=error.what)
        return
    if other.id == session.id:
        return
    if shared := sorted(earlier.same_films(other, session) | _framed_alike(other, session)):
        yield tr(
            "one film stands for several devices, here and in {session}: {devices}",
            session=other.id,
            devices=", ".join(shared),
        )


def _framed_alike(other: Session, session: Session) -> set[str]:
    """Return the devices whose films show the chart at one place, coded again say."""
    pairs = product(chart_places.comparable(other), chart_places.comparable(session))
    return {
        named
        for there, here in pairs
        if chart_places.alike(there.corners, here.corners)
        if (named := earlier.as_one(there.subject, here.subject, other, session))
    }

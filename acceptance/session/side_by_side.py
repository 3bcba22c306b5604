"""Sessions held against one that was signed, in which a film of it may stand for another device.

A session that was made first, or at the same time, cannot tell on its page 1 what another does.
"""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING

from acceptance.checks.warned import chart_places
from acceptance.errors import SessionError
from acceptance.files import shortage
from acceptance.messages import tr
from acceptance.session import earlier, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Session


def contradictions(session: Session, places: Sequence[Path]) -> Iterator[str]:
    """Say which films stand for another device in sessions at ``places``.

    Each is a session folder, or one in which such folders lie. What cannot be read or compared is
    named, and hinders no other; nor does a place without a session.
    """
    for place in places:
        try:
            folders = _folders(place)
        except OSError as error:
            yield _not_compared(place, error)
            continue
        if not folders:
            yield _not_compared(place, store.none_here(str(place)))
        for folder in folders:
            yield from _told(session, folder)


def _not_compared(folder: Path, error: Exception) -> str:
    problem = error.what if isinstance(error, SessionError) else str(error) or type(error).__name__
    name = folder.name or str(folder)
    return tr("{folder} was not compared: {problem}", folder=name, problem=problem)


def _folders(place: Path) -> list[Path]:
    if (place / store.FILE).is_file():
        return [place]
    return sorted(file.parent for file in place.glob(f"*/{store.FILE}"))


def _told(session: Session, folder: Path) -> list[str]:
    """Say what one session contradicts; its number may be that of this one, written over."""
    try:
        other = store.load(folder)
        shared = set() if other == session else _shared(other, session)
    except Exception as error:  # noqa: BLE001 -- what others wrote can be wrong in any way
        shortage.require_none(error)
        return [_not_compared(folder, error)]
    what = tr(
        "one film stands for several devices, here and in {session}: {devices}",
        session=other.id,
        devices=", ".join(sorted(shared)),
    )
    return [what] if shared else []


def _shared(other: Session, session: Session) -> set[str]:
    return earlier.same_films(other, session) | _framed_alike(other, session)


def _framed_alike(other: Session, session: Session) -> set[str]:
    """Return the devices whose films show the chart at one place, coded again say."""
    chart_places.require_numbers(other)
    pairs = product(chart_places.comparable(other), chart_places.comparable(session))
    return {
        named
        for there, here in pairs
        if chart_places.alike(there.corners, here.corners)
        if (named := earlier.as_one(there.subject, here.subject, other, session))
    }

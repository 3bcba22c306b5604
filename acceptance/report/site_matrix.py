"""The matrix of a site: which shots a plan wants of its devices, and how far each has come."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from acceptance.checks import planned_shots
from acceptance.model import Shot

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from acceptance.checks.planned_shots import Combination
    from acceptance.model import Plan, Sample, Session


class Presence(StrEnum):
    """How far a planned shot has come, the furthest first."""

    MEASURED = "measured"
    EMPTY = "empty"
    FILMED = "filmed"
    MISSING = "missing"


@dataclass(frozen=True, kw_only=True)
class MatrixCell:
    """A shot that is planned.

    It has its device and combination, and what there is of it (``shots``, in ``sessions``).
    """

    subject: str
    combination: Combination
    presence: Presence
    shots: tuple[str, ...] = ()
    sessions: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The whole matrix: combinations, cells of each device, and shots that fit no cell (astray).

    ``copies``: number of a session -> its folders, where it lies in several and counts once.
    """

    combinations: tuple[Combination, ...]
    rows: Mapping[str, Mapping[Combination, MatrixCell]]
    astray: tuple[str, ...]
    copies: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def places(self) -> list[MatrixCell]:
        """All planned shots, device by device."""
        return [cell for row in self.rows.values() for cell in row.values()]

    def count(self, presence: Presence) -> int:
        """How many planned shots have come so far."""
        return sum(cell.presence == presence for cell in self.places)

    @property
    def complete(self) -> bool:
        """Whether every planned shot was measured."""
        return self.count(Presence.MEASURED) == len(self.places)


def grid(
    plan: Plan,
    sessions: Sequence[Session] = (),
    *,
    filmed: Collection[str] = (),
    samples: Sequence[Sample] = (),
) -> Grid:
    """Lay what there is over what is planned.

    ``filmed`` are the ids of the plan's shots whose footage is there; ``samples`` is what the
    plan's draws gave.
    """
    taken, wanted = _taken(plan, sessions, filmed), planned_shots.wanted(plan, samples)
    rows = {
        device: {each: _cell(device, each, taken[device]) for each in combinations}
        for device, combinations in wanted.items()
    }
    astray = [
        shot.id
        for device, combinations in wanted.items()
        for shot, _, _ in taken[device]
        if not any(each.holds(shot) for each in combinations)
    ]
    every = dict.fromkeys(each for combinations in wanted.values() for each in combinations)
    return Grid(combinations=tuple(every), rows=rows, astray=tuple(dict.fromkeys(astray)))


Taken = tuple[Shot, Presence, str]  # a shot, how far it has come, and the session


def _taken(
    plan: Plan, sessions: Sequence[Session], filmed: Collection[str]
) -> Mapping[str, list[Taken]]:
    """All shots there are, by device."""
    found: dict[str, list[Taken]] = defaultdict(list)
    for session in sessions:
        measured = {figure.shot for figure in session.measurements}
        for shot in session.shots:
            presence = Presence.MEASURED if shot.id in measured else Presence.EMPTY
            for name in shot.subjects:
                found[name].append((shot, presence, session.id))
    for shot in plan.shots:
        if shot.id in filmed:
            for name in shot.subjects:
                found[name].append((shot, Presence.FILMED, ""))
    return found


def _cell(device: str, combination: Combination, taken: Sequence[Taken]) -> MatrixCell:
    here = [found for found in taken if combination.holds(found[0])]
    presences = (presence for _, presence, _ in here)
    return MatrixCell(
        subject=device,
        combination=combination,
        presence=min(presences, key=list(Presence).index, default=Presence.MISSING),
        shots=tuple(dict.fromkeys(shot.id for shot, _, _ in here)),
        sessions=tuple(dict.fromkeys(session for _, _, session in here if session)),
    )

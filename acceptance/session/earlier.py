"""Sessions that lie beside a new one: what they had of the same subjects goes into its log.

Only what is in the same output folder can be seen, and what is said there is not verified.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.errors import SessionError
from acceptance.session import store
from acceptance.session.contents import MOST_OUTSIDE_DATA

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from acceptance.model import Session, Value


def found(out: Path, made: Session) -> Iterator[dict[str, Value]]:
    """Yield what each session in ``out`` had of the subjects of a session that was just measured.

    ``again``: filmed in the very same footage; ``retaken``: measured in other footage for the same;
    ``gone``: subjects that it tested and that are not in the plan any more; ``seeds``: of draws by
    a sampling that is drawn by another seed now. A folder without a readable session is passed by.
    """
    for path in sorted(out.glob(f"*/{store.FILE}")):
        before = _read(path.parent) if path.parent.name != made.supersedes else None
        parts = _parts(before, made) if before else {}
        if before and any(parts.values()):
            packs = ", ".join(before.plan.packs)
            yield {"session": before.id, "verdict": str(before.verdict), "packs": packs, **parts}


def _read(folder: Path) -> Session | None:
    file = folder / store.FILE
    if file.is_symlink() or not file.is_file() or file.stat().st_size > MOST_OUTSIDE_DATA:
        return None
    try:
        return store.load(folder)
    except SessionError:
        return None


def _parts(before: Session, made: Session) -> dict[str, Value]:
    films = {shot.sha256 for shot in made.taken}
    same = {shot.id for shot in before.taken if shot.sha256 in films}
    again = {shot.subject for shot in before.taken if shot.id in same}
    points = {point for point, _ in _points(made)}
    retaken = {point[0] for point, shot in _points(before) if point in points and shot not in same}
    now = {subject.id for subject in made.plan.subjects}
    tested = {shot.subject for shot in before.taken} | {one.subject for one in before.plan.answers}
    related = bool(tested & now)
    parts = {
        "again": again,
        "retaken": retaken,
        "gone": tested - now if related else set(),
        "seeds": _seeds(before, made) if related else set(),
    }
    return {name: ", ".join(sorted(part)) for name, part in parts.items() if part}


def _points(session: Session) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each figure of a subject that was measured, with stream and light, and its shot."""
    shots = {shot.id: shot for shot in session.taken}
    for measurement in session.measurements:
        if shot := shots.get(measurement.shot):
            stated = {each.name: str(each.value) for each in shot.conditions}
            axes = (stated.get("profile", ""), stated.get("day_night", ""))
            yield (measurement.subject, measurement.quantity, shot.tap, shot.path, *axes), shot.id


def _seeds(before: Session, made: Session) -> set[str]:
    drawn = {draw.seed for draw in made.plan.draws}
    samplings = {draw.sampling.partition("#")[2] for draw in made.plan.draws}
    return {
        draw.seed
        for draw in before.plan.draws
        if draw.sampling.partition("#")[2] in samplings and draw.seed not in drawn
    }

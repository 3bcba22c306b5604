"""Sessions that lie beside a new one: what they had of the same subjects goes into its log.

Only what is in the same output folder can be seen, and what is said there is not verified.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.sampling import NO_DEVICES
from acceptance.errors import SessionError
from acceptance.session import evidence, store
from acceptance.session.contents import most

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from pathlib import Path

    from acceptance.model import Session, Taken, Value

MOST_SOUGHT = 50  # names and hashes; with more it is quicker to read every session


def found(out: Path, made: Session) -> Iterator[dict[str, Value]]:
    """Yield what each session in ``out`` had of the devices of a session that was just measured.

    ``again``: judged from the very same footage, or the same answers; ``retaken``: measured in
    other footage for the same; ``otherwise``: answered otherwise; ``gone``: subjects that it tested
    and that are not in the plan any more; ``unfilmed``: subjects of which it had another stream,
    light, tap or path; ``elsewhere``: other devices of the same site; ``shared``: devices whose
    footage is that of another one now; ``seeds``: of draws by a sampling that is drawn by another
    seed now. Also a session that a re-test names. A folder
    without a readable session is passed by.
    """
    retested = {draw.session for draw in made.plan.draws}
    names = {*_devices(made), *(site for site, *_ in _sites(made)), *retested}
    names |= {taken.sha256 for taken in made.taken if taken.sha256}
    for path in sorted(out.glob(f"*/{store.FILE}")):
        before = _read(path.parent, names) if path.parent.name != made.supersedes else None
        parts = _parts(before, made) if before else {}
        if before and (parts or before.id in retested):
            packs = ", ".join(before.plan.packs)
            yield {"session": before.id, "verdict": str(before.verdict), "packs": packs, **parts}


def unreadable(out: Path, made: Session) -> list[str]:
    """Name the folders in ``out`` that hold a session, or what is left of one, that is unreadable.

    One whole to its last byte is not read for this: hundreds may lie there.
    """
    names = store.FILE, evidence.MANIFEST
    sealed = {path.parent for name in names for path in out.glob(f"*/{name}")}
    return sorted(
        folder.name
        for folder in sealed
        if folder.name != made.supersedes and not _is_whole(folder / store.FILE)
    )


def _is_whole(file: Path) -> bool:
    """Whether a file begins and ends as a session does; none that is a link, or too large."""
    if file.is_symlink() or not file.is_file() or file.stat().st_size > most(store.FILE):
        return False
    try:
        content = file.read_bytes()
    except OSError:
        return False
    return content.startswith(b'{\n "') and content.endswith(b"}\n")


def _read(folder: Path, names: Collection[str]) -> Session | None:
    """Read a session that holds one of the ``names``: of hundreds in a folder, few do."""
    file = folder / store.FILE
    if file.is_symlink() or not file.is_file() or file.stat().st_size > most(store.FILE):
        return None
    content = file.read_bytes()
    if len(names) <= MOST_SOUGHT and not any(f'"{name}"'.encode() in content for name in names):
        return None
    try:
        return store.parse(content, str(file))
    except SessionError:
        return None


def _parts(before: Session, made: Session) -> dict[str, Value]:
    """Name the subjects of which two sessions have the same, or something else."""
    tested, now = _devices(before), _devices(made)
    if not tested & now:
        apart = tested if _sites(before) & _sites(made) else set()
        return _listed({"elsewhere": apart, "shared": _shared(before, made)})
    films = {shot.sha256 for shot in made.taken}
    same = {shot.id for shot in before.taken if shot.sha256 in films}
    points = {point for point, _ in _points(made)}
    answers, given = _answers(before), _answers(made)
    both = answers.keys() & given.keys()
    parts = {
        "again": {name for shot in before.taken if shot.id in same for name in shot.subjects}
        | {key[0] for key in both if answers[key] == given[key]},
        "retaken": {one[0] for one, shot in _points(before) if one in points and shot not in same},
        "otherwise": {key[0] for key in both if answers[key] != given[key]},
        "unfilmed": _unfilmed(before, made),
        "gone": tested - {subject.id for subject in made.plan.subjects},
        "shared": _shared(before, made),
        "seeds": _seeds(before, made),
    }
    return _listed(parts)


def _listed(parts: Mapping[str, set[str]]) -> dict[str, Value]:
    return {name: ", ".join(sorted(part)) for name, part in parts.items() if part}


def _shared(before: Session, made: Session) -> set[str]:
    """Return the devices of which a session had the footage that stands for another one now."""
    then, now = _shown(before), _shown(made)
    return {
        f"{old} = {new}"
        for film in then.keys() & now.keys()
        if then[film].isdisjoint(now[film])
        for old in then[film]
        for new in now[film]
    }


def _shown(session: Session) -> dict[str, set[str]]:
    """Return the devices that each film is said to show, by its hash."""
    films: dict[str, set[str]] = defaultdict(set)
    for taken in session.taken:
        films[taken.sha256] |= {taken.subject} if taken.sha256 else set()
    return films


def _devices(session: Session) -> set[str]:
    """Return the devices that were filmed or answered for; a site says nothing of which."""
    tested = {name for shot in session.taken for name in shot.subjects}
    tested |= {answer.subject for answer in session.plan.answers}
    return tested - {one.id for one in session.plan.subjects if one.kind in NO_DEVICES}


def _sites(session: Session) -> set[tuple[str, ...]]:
    """Return the sites and systems of a session, each with what its cover says."""
    project = session.plan.project
    about = project.title, project.customer, project.inspected, project.place
    return {(one.id, *about) for one in session.plan.subjects if one.kind in NO_DEVICES}


def _unfilmed(before: Session, made: Session) -> set[str]:
    """Return the subjects of which some stream, light, tap or path is filmed no more."""
    kept = {subject.id for subject in made.plan.subjects}
    return {point[0] for point in _views(before) - _views(made)} & kept


def _views(session: Session) -> set[tuple[str, ...]]:
    return {
        (name, shot.tap, shot.path, *_axes(shot))
        for shot in session.taken
        for name in shot.subjects
    }


def _axes(shot: Taken) -> tuple[str, str]:
    stated = {each.name: str(each.value) for each in shot.conditions}
    return stated.get("profile", ""), stated.get("day_night", "")


def _answers(session: Session) -> dict[tuple[str, str], tuple[object, ...]]:
    """Return what was answered, by subject and requirement; its pack may have another name."""
    return {
        (one.subject, one.requirement.partition("#")[2]): (
            *(one.grade, one.yes, one.value, one.unit, one.scores),
        )
        for one in session.plan.answers
    }


def _points(session: Session) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each figure of a subject that was measured, with stream and light, and its shot."""
    shots = {shot.id: shot for shot in session.taken}
    for measurement in session.measurements:
        if shot := shots.get(measurement.shot):
            what = measurement.subject, measurement.quantity, shot.tap, shot.path
            yield (*what, *_axes(shot)), shot.id


def _seeds(before: Session, made: Session) -> set[str]:
    drawn = {draw.seed for draw in made.plan.draws}
    samplings = {draw.sampling.partition("#")[2] for draw in made.plan.draws}
    return {
        draw.seed
        for draw in before.plan.draws
        if draw.sampling.partition("#")[2] in samplings and draw.seed not in drawn
    }

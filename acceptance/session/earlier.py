"""Sessions that lie beside a new one: what they had of the same subjects goes into its log.

Only what is in the same output folder can be seen, and what is said there is not verified.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.sampling import NO_DEVICES
from acceptance.checks.warned import alike, twins
from acceptance.errors import SessionError
from acceptance.files import regular
from acceptance.session import contents, evidence, store
from acceptance.session.log_book import LOG

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from acceptance.model import Session, Subject, Taken, Value

OF_A_SHOT = 3  # figures of each that are looked for
MOST_SOUGHT = 50  # names and hashes; with more it is quicker to read every session
FOUND, UNREADABLE = "earlier", "earlier_unreadable"  # what entries of the log are called
MARKS = LOG, "plan.toml", store.PLAN, store.REPORT  # beside a session, or what is left of one
SIGNS = re.compile(r"[√✓✔×✕✖✗✘+±<>≤≥=○●◯☑☒]")
BLANKS = re.compile(r"(?<!\d) | (?!\d)")
DECIMALS = re.compile(r"(?P<whole>\d+)\.(?P<part>\d+)(?P<unit>(?![a-d]$)[^\W\d]*|%|°)")
SERIAL = re.compile(rb'"serial"\s*:\s*("(?:[^"\\]|\\.)+")')
SEALED = re.compile(rb"^([0-9a-fA-F]{64})[ \t]+\*?session\.json\r?$", re.MULTILINE)


def beside(out: Path, made: Session) -> Iterator[tuple[str, dict[str, Value]]]:
    """Yield what a new session's log says of what lies in ``out``: kind of entry, and its details.

    ``FOUND`` is what another session had of the devices of the one that was just measured.

    ``again``: judged from the very same footage, or the same answers; ``retaken``: measured in
    other footage for the same; ``otherwise``: answered otherwise; ``gone``: subjects that it tested
    and that are not in the plan any more; ``unfilmed``: subjects of which it had another stream,
    light, tap or path; ``elsewhere``: other devices of the same site; ``shared``: devices whose
    footage is that of another one now; ``renamed``: devices of one serial number that had
    another id; ``seeds``: of draws by a sampling that is drawn by another
    seed now; ``restated``: subjects of which it stated another kind, or another value of a fact.
    Also a session that a re-test names. Last, as ``UNREADABLE``, the names of the folders that hold
    a session of this tool, or what is left of one, that cannot be read.
    """
    names, lost = _sought(made), []
    serials = {alike.number(one.serial) for one in _tested(made) if twins.serial(one)}
    figures = twins.by_figure(made.measurements)
    for folder in _folders(out, made.supersedes):
        content = _content(folder / store.FILE, contents.most(store.FILE))
        sought = len(names) > MOST_SOUGHT or any(name in content for name in names)
        sought = sought or not serials.isdisjoint(_serials(content) if serials else ())
        before = _parsed(content) if sought else None
        if before:
            yield from ((FOUND, details) for details in _had(before, made, figures))
        elif (sought or not _is_whole(folder, content)) and _is_ours(folder, content):
            lost.append(folder.name)
    if lost:
        yield UNREADABLE, {"folders": ", ".join(lost)}


def _sought(made: Session) -> set[bytes]:
    """Return what a session that matters holds some of: few in a folder do.

    Those are names, hashes and, where there is room for them, figures that a film packed anew has.
    """
    names = {*_devices(made), *(site for site, *_ in _sites(made)), *_retested(made)}
    names |= {taken.sha256 for taken in made.taken if taken.sha256}
    figures = twins.telling(made.measurements, OF_A_SHOT)
    room = len(names) + len(figures) <= MOST_SOUGHT
    sought = {f'"{name}"'.encode() for name in names}
    return sought | {f": {value!r}".encode() for value in figures if room}


def _serials(content: bytes) -> Iterator[str]:
    """Yield the serial numbers in a session that is not parsed, however each is written."""
    for found in SERIAL.finditer(content):
        with contextlib.suppress(ValueError):
            yield alike.number(json.loads(found[1]))


def _retested(made: Session) -> set[str]:
    return {draw.session for draw in made.plan.draws}


def _folders(out: Path, passed_by: str) -> list[Path]:
    """Return the folders with a session, or with the manifests of a bag."""
    names = store.FILE, *evidence.MANIFESTS
    folders = {path.parent for name in names for path in out.glob(f"*/{name}")}
    return sorted(folder for folder in folders if folder.name != passed_by)


def _content(file: Path, most: int) -> bytes:
    """Read a file; nothing of a link, of what is no file or too large, or where it is missing."""
    try:
        return b"" if file.is_symlink() else regular.content(file, most)
    except OSError:
        return b""


def _had(before: Session, made: Session, figures: twins.ByFigure) -> Iterator[dict[str, Value]]:
    parts = _parts(before, made, figures)
    if parts or before.id in _retested(made):
        packs = ", ".join(before.plan.packs)
        yield {"session": before.id, "verdict": str(before.verdict), "packs": packs, **parts}


def _parsed(content: bytes) -> Session | None:
    try:
        return store.parse(content, store.FILE)
    except SessionError:
        return None


def _is_whole(folder: Path, content: bytes) -> bool:
    """Whether what names nothing of the new session is a session all the same.

    Of hundreds that are as they were sealed only the JSON is read: a fraction of the time.
    """
    if _sealed(folder) != hashlib.sha256(content).hexdigest():
        return _parsed(content) is not None
    try:
        return isinstance(json.loads(content), dict)
    except (ValueError, RecursionError):
        return False


def _is_ours(folder: Path, content: bytes) -> bool:
    """Whether a folder is one of this tool: others make bags and a ``session.json``, too."""
    if any((folder / name).exists() for name in MARKS):
        return True
    return bool(content) and _sealed(folder) not in {"", hashlib.sha256(content).hexdigest()}


def _sealed(folder: Path) -> str:
    """Return the hash of ``session.json`` by the manifest of its folder; empty where none is."""
    name = evidence.TAG_MANIFEST
    found = SEALED.search(_content(folder / name, contents.most(name)))
    return found[1].decode().lower() if found else ""


def _parts(before: Session, made: Session, figures: twins.ByFigure) -> dict[str, Value]:
    """Name the subjects of which two sessions have the same, or something else."""
    tested, now = _devices(before), _devices(made)
    if not tested & now:
        apart = tested if _sites(before) & _sites(made) else set()
        shared, renamed = _shared(before, made, figures), _renamed(before, made)
        return _listed({"elsewhere": apart, "shared": shared, "renamed": renamed})
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
        "restated": _restated(before, made) & tested & now,
        "gone": tested - {subject.id for subject in made.plan.subjects},
        "shared": _shared(before, made, figures),
        "renamed": _renamed(before, made),
        "seeds": _seeds(before, made),
    }
    return _listed(parts)


def _listed(parts: Mapping[str, set[str]]) -> dict[str, Value]:
    return {name: ", ".join(sorted(part)) for name, part in parts.items() if part}


def same_films(before: Session, made: Session) -> set[str]:
    """Return the devices that one film stands for in two sessions, as ``old = new``."""
    return _shared(before, made, twins.by_figure(made.measurements))


def as_one(old: str, new: str, before: Session, made: Session) -> str:
    """Name two devices of two sessions; empty where they are one.

    They are by id, unless their serial numbers differ: devices of two sites may all be called
    cam-1. And by maker and serial number: then one was given another id (``renamed``).
    """
    then, now = _numbered(before, old), _numbered(made, new)
    if old != new:
        same = then and now and twins.serial(then) == twins.serial(now)
        return "" if same else f"{old} = {new}"
    if not (then and now) or alike.number(then.serial) == alike.number(now.serial):
        return ""
    return f"{old} {then.serial} = {new} {now.serial}"


def _numbered(session: Session, name: str) -> Subject | None:
    """Return a device of a session, if it states a serial number."""
    stated = (one for one in session.plan.subjects if one.id == name)
    return next((one for one in stated if alike.is_serial(one.serial)), None)


def _shared(before: Session, made: Session, figures: twins.ByFigure) -> set[str]:
    """Return the devices of which a session had the footage that stands for another one now."""
    then, now = _shown(before), _shown(made)
    found = _packed_anew(before, made, figures)
    for film in then.keys() & now.keys():
        named = [as_one(old, new, before, made) for old in then[film] for new in now[film]]
        found |= {*named} if all(named) else set()
    return found


def _packed_anew(before: Session, made: Session, figures: twins.ByFigure) -> set[str]:
    """Return the devices of which a session had a film of the same figures that is another's now.

    ``figures`` are those of the new session. Of the same file they are told by its hash.
    """
    files = {shot.sha256 for shot in made.taken}
    then = {one.id: one.subject for one in before.taken if one.sha256 not in files}
    now = {one.id: one.subject for one in made.taken}
    named = (
        as_one(then[old], now[new], before, made)
        for new, old in twins.alike_across(figures, twins.by_figure(before.measurements))
        if old in then and new in now
    )
    return {*filter(None, named)}


def _renamed(before: Session, made: Session) -> set[str]:
    """Return the devices of one serial number that had another id in a session.

    Addresses and streams tell none: cameras leave the works with the same ones.
    """
    then, now = ({one.id for one in session.plan.subjects} for session in (before, made))
    known = {twins.serial(one): one.id for one in _tested(before) if one.id not in now}
    return {
        f"{known[number]} = {one.id}"
        for one in _tested(made)
        if (number := twins.serial(one)) and number in known and one.id not in then
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


def _tested(session: Session) -> list[Subject]:
    """Return the devices themselves."""
    tested = _devices(session)
    return [one for one in session.plan.subjects if one.id in tested]


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


def _restated(before: Session, made: Session) -> set[str]:
    """Return the subjects of which another kind, or another value of a fact, was stated.

    A fact that only one of the two sessions states contradicts nothing; nor does 不详.
    """
    then = {subject.id: subject for subject in before.plan.subjects}
    return {
        subject.id
        for subject in made.plan.subjects
        if subject.id in then and _differ(then[subject.id], subject)
    }


def _differ(before: Subject, now: Subject) -> bool:
    then, stated = _facts(before), _facts(now)
    both = then.keys() & stated.keys()
    return before.kind is not now.kind or any(then[name] != stated[name] for name in both)


def _facts(subject: Subject) -> dict[str, str]:
    """Return the facts that are known of a subject, without what only makes them look different."""
    said = {name: alike.letters(str(value)) for name, value in subject.facts.items()}
    return {name: _alike(text) for name, text in said.items() if _is_known(text)}


def _is_known(text: str) -> bool:
    """Whether a fact is stated: √, + and × alone are words, dashes and dots are none."""
    word = alike.plain(text)
    return word not in alike.UNKNOWN or (not word and bool(SIGNS.search(text)))


def _alike(text: str) -> str:
    """Return a fact without blanks beside a letter or sign, and zeros that end its decimals.

    "24 h" is 24h, 0.50 is 0.5 and "2.50 m" is 2.5m; 5.10 alone may be a version, and stays.
    """
    tight = BLANKS.sub("", " ".join(text.split()))
    number = DECIMALS.fullmatch(tight)
    if not number or not (number["unit"] or number["whole"] == "0"):
        return tight
    return f"{number['whole']}.{number['part'].rstrip('0')}".rstrip(".") + number["unit"]


def _seeds(before: Session, made: Session) -> set[str]:
    drawn = {draw.seed for draw in made.plan.draws}
    samplings = {draw.sampling.partition("#")[2] for draw in made.plan.draws}
    return {
        draw.seed
        for draw in before.plan.draws
        if draw.sampling.partition("#")[2] in samplings and draw.seed not in drawn
    }

"""A session's clips measured again, and which of its figures moved.

Nothing is written, neither into the folder nor elsewhere. A figure moved where it differs by more
than a tenth of its U, or its U (or a part of that) by more than a tenth; where its unit, bound or
count is another; and where it appeared or vanished. So did a note on a result that was not
obtained, by its reason's code. What a shot says of itself must be what the plan says of it.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, TypeVar

from acceptance import metrics
from acceptance.charts import definition
from acceptance.errors import ClipError, SessionError
from acceptance.files import paths
from acceptance.footage import clip
from acceptance.messages import tr
from acceptance.metrics import recordings as measure_recordings
from acceptance.model import Measurement, Note
from acceptance.recorder import listing
from acceptance.recorder.recordings import zone_of
from acceptance.session import device_intake, measuring, store
from acceptance.session.plan import FIELDS

if TYPE_CHECKING:
    from collections.abc import Container, Iterable, Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Recordings, Session, Shot
    from acceptance.session.measuring import Measured, Progress

SHARE = 0.1  # of U
ROUNDING = 1e-9  # of what has no U: the same figure on another processor
# What single precision leaves of a share of 100 %: some levels of faults are no more than that,
# and their U is its scatter only.
LEAST = {"%": 1e-4}
KEPT_CHARTS = "data/charts"
# What is said of a shot, and found nowhere in its pictures.
STATED = (
    "subject", "source", "seconds", "transport", "fingerprint", "tap", "path", "live", "screen",
    "chip", "plain_edges", "wall", "regions", "coding", "conditions", "instruments",
)  # fmt: skip

Name = tuple[str, ...]
Item = TypeVar("Item", Measurement, Note)


@dataclass(frozen=True, kw_only=True)
class Moved:
    """A figure that is another, or is there only once (the other is None)."""

    before: Measurement | None
    after: Measurement | None

    @property
    def name(self) -> str:
        """Name shot, quantity, and where in the picture."""
        found = self.before or self.after
        return " ".join(filter(None, _name(found))) if found else ""


@dataclass(frozen=True, kw_only=True)
class MovedNote:
    """A result that could not be obtained only before, or only now."""

    note: Note
    gone: bool


@dataclass(frozen=True, kw_only=True)
class Remeasured:
    """What measuring again gave.

    ``misstated``: shot and field where a shot is not as planned; ``figures``: how many were
    compared; ``absent``: ids of what was taken away; ``unreadable``: ids of shots whose clips are
    there and cannot be decoded here.
    """

    moved: tuple[Moved, ...]
    misstated: tuple[str, ...]
    notes: tuple[MovedNote, ...]
    figures: int
    absent: tuple[str, ...]
    unreadable: tuple[str, ...]


def remeasure(folder: Path, session: Session, progress: Progress | None = None) -> Remeasured:
    """Measure a session's clips again, as its plan says, and compare.

    Raises SessionError where a path of the session leads out of its folder; ChartError and
    PlanError for its charts and tables.
    """
    shots = list(_planned(folder, session))
    files = {shot.id: _files(folder, shot) for shot in shots} | _listed_files(folder, session)
    absent = tuple(name for name, needed in files.items() if not all(map(clip.is_there, needed)))
    done: list[Measured] = []
    unreadable = []
    for shot in shots:
        if shot.id not in absent:
            try:
                tell = measuring.progress_of(shot.id, progress)
                done.append(measuring.look(shot, folder=folder, progress=tell))
            except ClipError:
                unreadable.append(shot.id)
    found, notes = measuring.together(done)
    listed = _listed(folder, session, absent)
    found += [item for item in listed if isinstance(item, Measurement)]
    notes += [item for item in listed if isinstance(item, Note)]
    left = frozenset({*absent, *unreadable})
    return Remeasured(
        moved=tuple(_moved(_without(session.measurements, left), _without(found, left))),
        misstated=(*_misstated(session), *_misread(folder, session, absent)),
        notes=tuple(_moved_notes(_without(session.notes, left), _without(notes, left))),
        figures=len(found),
        absent=absent,
        unreadable=tuple(unreadable),
    )


def _listed_files(folder: Path, session: Session) -> dict[str, list[Path]]:
    """Return the files of lists of recordings and of device records, by their ids."""
    files = {asked.id: [asked.source] for asked in session.recordings}
    files |= {each.id: [*device_intake.files(each).values()] for each in session.device_records}
    return {name: [_inside(folder, path) for path in paths] for name, paths in files.items()}


def _listed(folder: Path, session: Session, absent: Container[str]) -> list[Measurement | Note]:
    """Measure again what is no footage: lists of recordings, and device records."""
    items = []
    for asked in session.recordings:
        if asked.id not in absent:
            items += _recorded(folder, asked, session)
    for each in session.device_records:
        if each.id not in absent:
            subject = device_intake.subject_of(each, session.plan)
            items += device_intake.measure(each, subject, folder, session.measurements)
    return items


def _misread(folder: Path, session: Session, absent: Container[str]) -> Iterator[str]:
    """Name the fields of device records that are not those of plan and files."""
    for each in session.device_records:
        if each.id not in absent:
            yield from device_intake.misstated(each, session, folder)


def _planned(folder: Path, session: Session) -> Iterator[Shot]:
    """Yield the shots as the plan has them, with their files and charts in the session."""
    kept = {shot.id: shot for shot in session.shots}
    for shot in session.plan.shots:
        filmed = kept[shot.id]
        names = {field: getattr(filmed, field) for field in FIELDS}
        kept_as: dict[str, str] = {
            field: name and (paths.stored(folder, name) or name) for field, name in names.items()
        }
        kept_as |= {"chart_copy": filmed.chart_copy, "sha256": filmed.sha256}
        yield replace(shot, chart=_chart(folder, shot.chart), **kept_as)  # type: ignore[arg-type]


def _misstated(session: Session) -> Iterator[str]:
    """Name the fields by which shots are judged, and which are not those of the plan."""
    planned = {shot.id: shot for shot in session.plan.shots}
    for shot in session.shots:
        for name in STATED:
            if getattr(shot, name) != getattr(planned.get(shot.id), name, None):
                yield f"{shot.id}.{name}"


def _chart(folder: Path, name: str | None) -> str | None:
    """Return the chart that the session keeps, by its own name where that is this version's."""
    if not name:
        return name
    called, kept = PurePosixPath(name).name, folder / KEPT_CHARTS
    file = kept / called if (kept / called).is_file() else kept / f"{called}.toml"
    own = definition.load(name).source if name in definition.names() else None
    if not file.is_file() or (own and own.read_bytes() == file.read_bytes()):
        return name
    return str(file)


def _files(folder: Path, shot: Shot) -> list[Path]:
    names = [getattr(shot, field) for field in FIELDS]
    return [_inside(folder, name) for name in (*names, shot.copy_file) if name]


def _inside(folder: Path, name: str) -> Path:
    top, _, below = name.partition("/")
    if top != store.DATA or not paths.stays(folder / top, below):
        what = tr("names a file that is not in it: {path}", path=name)
        raise SessionError(what, where=str(folder), hint=tr("Restore it from a copy"))
    return folder / (paths.stored(folder, name) or name)


def _recorded(folder: Path, asked: Recordings, session: Session) -> list[Measurement | Note]:
    """Measure a list again, as of the time when it was taken: no recording can be later."""
    when = next(
        entry.when
        for entry in session.log
        if entry.what == "taken" and entry.details.get("shot") == asked.id
    )
    now = listing.latest(datetime.fromisoformat(when).timestamp(), asked.clock_error)
    measure_recordings.check(asked)
    found = listing.read(folder / asked.source, zone=zone_of(asked.utc_offset), now=now)
    return measuring.recorded(asked, found)


def _without(items: Iterable[Item], left: frozenset[str]) -> list[Item]:
    """Leave out what belongs to shots that are not measured again, or to several shots then."""
    if not left:
        return list(items)
    crossing = {
        quantity
        for metric in metrics.every().values()
        if hasattr(metric, "across")
        for quantity in metric.QUANTITIES
    }
    return [item for item in items if item.shot not in left and item.quantity not in crossing]


def _name(item: Measurement) -> Name:
    return item.shot, item.subject, item.quantity, item.region, item.direction, item.statistic


def _moved(before: Sequence[Measurement], after: Sequence[Measurement]) -> Iterator[Moved]:
    stored, found = _numbered(before), _numbered(after)
    for key in [*stored, *(key for key in found if key not in stored)]:
        was, now = stored.get(key), found.get(key)
        if was is None or now is None or not _same(was, now):
            yield Moved(before=was, after=now)


def _numbered(items: Sequence[Measurement]) -> dict[tuple[Name, int], Measurement]:
    """Give each figure its name, and which it is of several of one name."""
    seen: Counter[Name] = Counter()
    numbered = {}
    for item in items:
        numbered[_name(item), seen[_name(item)]] = item
        seen[_name(item)] += 1
    return numbered


def _same(was: Measurement, now: Measurement) -> bool:
    return (
        _kind(was) == _kind(now)
        and abs(was.value - now.value) <= _permitted(was, now)
        and abs(was.expanded - now.expanded) <= _permitted(was, now)
        and math.isclose(was.k, now.k, rel_tol=SHARE)
        and _alike(was.degrees_of_freedom, now.degrees_of_freedom, SHARE)
        and _alike(was.duration, now.duration, ROUNDING)
    )


def _alike(was: float | None, now: float | None, share: float) -> bool:
    if was is None or now is None:
        return was is now
    return math.isclose(was, now, rel_tol=share)


def _permitted(was: Measurement, now: Measurement) -> float:
    """Return a tenth of the smaller U, or what another processor may make of a value without."""
    rounding = max(ROUNDING * abs(was.value), LEAST.get(was.unit, 0.0))
    return max(SHARE * min(was.expanded, now.expanded), rounding)


def _kind(item: Measurement) -> tuple[object, ...]:
    limit = item.bound_by.code if item.bound_by else ""
    sampled = item.details.get("sampling_limit")  # judging takes it from there
    return item.unit, item.lower_bound, item.upper_bound, limit, item.count, sampled


def _moved_notes(before: Sequence[Note], after: Sequence[Note]) -> Iterator[MovedNote]:
    stored, found = Counter(map(_noted, before)), Counter(map(_noted, after))
    for notes, other, gone in ((before, found, True), (after, stored, False)):
        for note in notes:
            other[_noted(note)] -= 1
            if other[_noted(note)] < 0:
                yield MovedNote(note=note, gone=gone)


def _noted(note: Note) -> Name:
    return note.shot, note.subject, note.metric, note.quantity, note.region, note.reason.code

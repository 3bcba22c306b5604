"""The story: a plan in, a session out; its folder saved and loaded again.

A session is made in ``OUT/.partial-<key>`` and moved to ``OUT/<id>`` when it is whole, report and
all, so that there is never half a session. The key is the plan's own hash: a second run of an
interrupted plan goes on from the shots measured so far.
"""

from __future__ import annotations

import json
import re
import secrets
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance import __version__, metrics
from acceptance.charts import definition, printed_copy
from acceptance.checks import carry_over, conclusion, facts, judge, pack, resources, sampling
from acceptance.errors import ClipError, GapError, SessionError
from acceptance.files.output import put, writing
from acceptance.metrics import recordings as measure_recordings
from acceptance.model import Measurement, Note, Plan, Reason, Session, Shot, Value
from acceptance.scene import build, stills
from acceptance.session import intake
from acceptance.session.evidence import LOG, LogBook, hash_file, hash_files, seal
from acceptance.session.workspace import claimed

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence

    from acceptance.model import Pack, Recordings
    from acceptance.recorder.recordings import Found
    from acceptance.scene.build import Scene

    Issue = Callable[[Path], object]
    Draw = Callable[[Scene, list[Measurement]], tuple[str, list[Measurement]]]
    Kept = tuple[Recordings, list[Measurement | Note]]

FILE = "session.json"
# in the workspace: what becomes the session, and the shots measured so far
BAG, RESUME = "session", "resume"


class Progress(Protocol):
    """Told how far the work is: the shot, and frames seen of frames in all."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of progress."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one shot gave.

    The shot as filmed, its measurements, and notes on what could not be had.
    """

    shot: Shot
    measurements: tuple[Measurement, ...]
    notes: tuple[Note, ...]


# Tuples, because pydantic takes a configuration for nested data classes, not for the outermost one.
_SESSION = TypeAdapter(tuple[Session], config=ConfigDict(extra="forbid"))
_MEASURED = TypeAdapter(tuple[Measured], config=ConfigDict(extra="forbid"))
_PLAN = TypeAdapter(tuple[Plan])


def run(
    plan: Plan,
    folder: Path,
    out: Path,
    *,
    progress: Progress | None = None,
    issue: Issue | None = None,
) -> tuple[Session, Path]:
    """Measure and judge everything that the plan asks for; return the session and its folder.

    ``folder`` is where the plan's paths count from; ``issue`` adds the report before the folder
    gets its name. Raises the InputErrors under which no session can be made; a gap in the footage
    becomes the reason of the findings that it leaves open.
    """
    given = plan
    plan, packs = prepare(plan)
    intake.check(plan, folder)
    for shot in plan.shots:
        printed_copy.wanted(shot, folder)
    asked = _json(_PLAN.dump_python((given,), mode="json")[0])
    with claimed(out, intake.digest(asked.decode(), str(folder.resolve()), __version__)) as work:
        with writing(work):
            bag = _begin(work, plan)
            (bag / "data" / "plan.json").write_bytes(asked)
            intake.keep(plan, packs, folder, bag)
        judged = frozenset(one.quantity for pack in packs for one in pack.requirements)
        done = [_shot(shot, folder, bag, judged, progress) for shot in plan.shots]
        kept = [_recordings(one, folder, bag, progress) for one in plan.recordings]
        return _finish(_blank(plan, done, kept), packs, bag, issue)


def judge_again(
    old: Path,
    pack_names: Sequence[str],
    out: Path,
    *,
    why: str,
    by: str,
    issue: Issue | None = None,
) -> tuple[Session, Path]:
    """Judge an old session's measurements against other packs, without its video.

    The old session stays as it is.
    Answers, concessions and draws go along where the packs ask the same; the log names those that
    were left.
    """
    before = load(old)
    packs = load_packs(replace(before.plan, packs=tuple(pack_names)))
    plan, left = carry_over.leave_out(carry_over.carry_over(before.plan, packs), packs)
    if not LogBook(old).read() or not (old / "data").is_dir():
        hint = "Restore the whole folder from a copy"
        raise SessionError(f"{LOG} or the folder data is missing", where=str(old), hint=hint)
    with claimed(out, intake.digest(before.id, *pack_names)) as work:
        bag = work / BAG
        with writing(work):
            shutil.copytree(old / "data", bag / "data")
            shutil.copy(old / LOG, bag)
            intake.keep_packs(packs, pack_names, bag)
        told = {
            "session": before.id,
            "sha256": hash_file(old / FILE),
            "packs": ", ".join(pack_names),
            "why": why,
            "by": by,
            **({"left_out": "; ".join(left)} if left else {}),
        }
        LogBook(bag).append("judged_again", told)
        return _finish(
            replace(before, plan=replace(plan, packs=tuple(pack_names)), supersedes=before.id),
            packs,
            bag,
            issue,
        )


def prepare(plan: Plan) -> tuple[Plan, tuple[Pack, ...]]:
    """Load a plan's packs and hold the plan against them, with what it says of a base carried over to what extends it.

    Raises PackError and PlanError.
    """
    packs = load_packs(plan)
    plan = carry_over.carry_over(plan, packs)
    judge.check_plan(packs, plan)
    facts.check(packs, plan)
    resources.check(plan)
    return plan, packs


def load_packs(plan: Plan, folder: Path | None = None) -> tuple[Pack, ...]:
    """Load the plan's packs. Raises PackError."""
    return pack.load_all(plan.packs, metrics.quantities(), folder=folder)


def load_profiles(packs: Sequence[Pack], folder: Path) -> list[tuple[Pack, Pack]]:
    """Pair each pack with its other profiles, as a session keeps them below ``folder``.

    No pair twice.
    """
    pairs = {
        frozenset((one.id, other)): (one, pack.load(other, metrics.quantities(), folder=folder))
        for one in reversed(packs)
        for other in pack.profiles(one, folder)
    }
    return list(pairs.values())


def measure(
    seen: Scene, wanted: Collection[str] | None = None
) -> tuple[list[Measurement], list[Note]]:
    """Measure what the scene can serve, by metrics that give a ``wanted`` quantity.

    Notes tell the rest.
    """
    found: list[Measurement] = []
    notes = list(seen.notes)
    for name, metric in metrics.every().items():
        if (wanted is None or not metric.QUANTITIES.keys().isdisjoint(wanted)) and metric.serves(
            seen
        ):
            try:
                for item in metric.measure(seen):
                    found.append(item) if isinstance(item, Measurement) else notes.append(item)
            except GapError as gap:
                notes.append(
                    Note(metric=name, reason=Reason(code=gap.code, parameters=gap.parameters))
                )
    return found, [replace(note, shot=seen.shot.id, subject=seen.shot.subject) for note in notes]


def look(
    shot: Shot,
    wanted: Collection[str] | None = None,
    folder: Path = Path(),
    *,
    progress: build.Progress | None = None,
    draw: Draw | None = None,
) -> Measured:
    """Look at a shot's clip, which lies below ``folder``, and measure.

    ``draw`` makes its stills and names them.
    Raises ClipError, ChartError and PlanError; footage in which nothing can be seen gives a note.
    """
    # until somebody says otherwise
    printed = replace(shot, chart_copy=shot.chart_copy or printed_copy.UNKNOWN)
    try:
        seen = build.look(printed, folder, progress=progress)
    except GapError as gap:
        note = Note(
            shot=shot.id,
            subject=shot.subject,
            reason=Reason(code=gap.code, parameters=gap.parameters),
        )
        return Measured(shot=shot, measurements=(), notes=(note,))
    found, notes = measure(seen, wanted)
    if seen.chart and (doubt := printed_copy.notice(seen.chart)):
        notes.append(Note(shot=shot.id, subject=shot.subject, metric="chart", reason=doubt))
    picture, found = draw(seen, found) if draw else ("", found)
    filmed = replace(seen.shot, chart_copy=shot.chart_copy, still=picture)
    return Measured(shot=filmed, measurements=tuple(found), notes=tuple(notes))


def together(done: Sequence[Measured]) -> tuple[list[Measurement], list[Note]]:
    """Measurements and notes of all shots, then those of several shots together."""
    found = [item for one in done for item in one.measurements]
    notes = [note for one in done for note in one.notes]
    for item in list(metrics.across([one.shot for one in done], found)):
        found.append(item) if isinstance(item, Measurement) else notes.append(item)
    return found, notes


def dumps(session: Session) -> bytes:
    """Write the session as JSON (UTF-8): what ``session.json`` holds and the report carries."""
    return _json(_SESSION.dump_python((session,), mode="json")[0])


def save(session: Session, folder: Path) -> None:
    """Write ``session.json`` and seal the folder."""
    put(folder / FILE, dumps(session))
    seal(folder, session)


def load(folder: Path) -> Session:
    """Read ``session.json`` of a session folder. Raises SessionError.

    None there, no JSON, unknown or wrong field.
    """
    return parse(
        (folder / FILE).read_bytes() if (folder / FILE).is_file() else b"", str(folder / FILE)
    )


def parse(content: bytes, where: str) -> Session:
    """Read a session from the bytes of ``session.json``. Raises SessionError."""
    if not content:
        raise SessionError(
            "there is no session here",
            where=where,
            hint="Name the folder that acceptance run printed",
        )
    try:
        return _SESSION.validate_python((json.loads(content),))[0]
    except (ValueError, ValidationError) as error:
        raise SessionError(
            f"this is not a session ({str(error).splitlines()[0]})",
            where=where,
            hint="Restore it from a copy",
        ) from error


def _finish(
    measured: Session, packs: Sequence[Pack], bag: Path, issue: Issue | None
) -> tuple[Session, Path]:
    """Judge what was measured, save the session and give its folder its name."""
    log, plan = LogBook(bag), measured.plan
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    findings = judge.judge(
        packs,
        plan,
        measured.measurements,
        measured.notes,
        measured.taken,
        today=log.read()[0].when[:10],
        quantities=metrics.quantities(),
    )
    names = ", ".join(one.id for one in packs)
    log.append("judged", {"packs": names, "findings": len(findings), "tool_version": __version__})
    session = replace(
        measured,
        id=_number(now, bag.parent.parent),
        plan=replace(plan, packs=tuple(one.id for one in packs)),
        started=log.read()[0].when,
        finished=now,
        tool_version=__version__,
        hashes={f"data/{name}": value for name, value in hash_files(bag / "data").items()},
        findings=findings,
        bottom_line=judge.bottom_line(findings, plan.scope),
        conclusions=conclusion.conclude(packs, findings, plan.scope),
        log=log.read(),
        samples=sampling.draw(packs, plan),
    )
    save(session, bag)
    if issue:
        issue(bag)
    place = bag.parent.parent / session.id
    with writing(place.parent):
        bag.rename(place)
    shutil.rmtree(bag.parent / RESUME, ignore_errors=True)
    return session, place


def day_of_work(session: Session) -> str:
    """ISO date, in local time, on which the work began.

    Calibrations must have been valid on that day.
    """
    return session.started[:10]


def _number(now: str, out: Path) -> str:
    """Date, time and six characters that no other session in ``out`` has."""
    number = f"{re.sub(r'[-:]', '', now[:19]).replace('T', '-')}-{secrets.token_hex(3)}"
    return _number(now, out) if (out / number).exists() else number


def _blank(plan: Plan, done: Sequence[Measured], kept: Sequence[Kept]) -> Session:
    """Put together what was measured; it is not judged yet."""
    measurements, notes = together(done)
    measurements += [item for _, found in kept for item in found if isinstance(item, Measurement)]
    notes += [item for _, found in kept for item in found if isinstance(item, Note)]
    return Session(
        id="",
        plan=plan,
        started="",
        finished="",
        operator=plan.operator,
        tool_version=__version__,
        hashes={},
        shots=tuple(one.shot for one in done),
        measurements=tuple(measurements),
        notes=tuple(notes),
        findings=(),
        bottom_line=judge.bottom_line((), plan.scope),
        log=(),
        recordings=tuple(one for one, _ in kept),
    )


def _begin(work: Path, plan: Plan) -> Path:
    """Return the folder that becomes the session.

    That of an interrupted run, or a new one where it is damaged.
    """
    bag = work / BAG
    try:
        _mend(bag / LOG)
        resumed = bool(LogBook(bag).read())
    except SessionError:
        shutil.rmtree(bag)
        resumed = False
    (bag / "data").mkdir(parents=True, exist_ok=True)
    told = {"operator": plan.operator, "tool_version": __version__}
    LogBook(bag).append("resumed" if resumed else "started", told)
    return bag


def _mend(log: Path) -> None:
    """Cut off the half line that a full disc or a lost power left at the end of a log."""
    if log.is_file() and (content := log.read_bytes()) and not content.endswith(b"\n"):
        log.write_bytes(content[: content.rfind(b"\n") + 1])


def _shot(
    shot: Shot, folder: Path, bag: Path, judged: Collection[str], progress: Progress | None
) -> Measured:
    """Take one shot into the session and measure it, or take what an interrupted run measured of the same files."""
    with writing(bag):
        filmed = intake.take(shot, folder, bag)
        chart = definition.load(shot.chart).sha256 if shot.chart else ""
        files = [*hash_files(bag / "data" / "clips" / shot.id).values(), filmed.chart_copy]
        kept = bag.parent / RESUME / f"{shot.id}-{intake.digest(*files, chart)}.json"
        measured = _resume(kept, bag)
        if measured is None:
            try:
                measured = _look(filmed, bag, judged, progress)
            except ClipError as error:
                error.where = str(folder / shot.clip)  # not that of the copy
                raise
            kept.parent.mkdir(exist_ok=True)
            put(kept, _json(_MEASURED.dump_python((measured,), mode="json")[0]))
    return measured


def recorded(asked: Recordings, found: Found) -> list[Measurement | Note]:
    """Measure what a recorder has kept. Raises PlanError."""
    items = measure_recordings.measure(asked, found)
    return [
        replace(one, shot=asked.id, subject=asked.subject) if isinstance(one, Note) else one
        for one in items
    ]


def _recordings(asked: Recordings, folder: Path, bag: Path, progress: Progress | None) -> Kept:
    """Take the list of what a recorder has kept into the session, and measure it.

    Quick enough not to be resumed.
    """

    def tell(done: int, total: int) -> None:
        if progress:
            progress(asked.id, done, total)

    with writing(bag):
        kept, found = intake.take_recordings(asked, folder, bag, tell=tell)
    items = recorded(kept, found)
    notes = sum(isinstance(one, Note) for one in items)
    told: dict[str, Value] = {"shot": asked.id, "measurements": len(items) - notes, "notes": notes}
    LogBook(bag).append("measured", told)
    return kept, items


def _resume(kept: Path, bag: Path) -> Measured | None:
    """Read what was measured; nothing where it is missing or damaged."""
    try:
        measured = _MEASURED.validate_python((json.loads(kept.read_bytes()),))[0]
    except (FileNotFoundError, ValueError):
        return None
    pictures = [
        measured.shot.still,
        *(str(one.details.get("still", "")) for one in measured.measurements),
    ]
    return measured if all((bag / picture).exists() for picture in pictures) else None


def _look(shot: Shot, bag: Path, judged: Collection[str], progress: Progress | None) -> Measured:
    def tell(done: int, total: int) -> None:
        if progress:
            progress(shot.id, done, total)

    def draw(seen: Scene, found: list[Measurement]) -> tuple[str, list[Measurement]]:
        name = f"data/stills/{shot.id}.jpg"
        put(bag / name, stills.draw(seen))
        pictures = stills.worst(seen, [one for one in found if one.quantity in judged])
        names = {quantity: f"data/stills/{shot.id}.{quantity}.jpg" for quantity in pictures}
        for quantity, picture in pictures.items():
            put(bag / names[quantity], picture)
        return name, [_with_still(one, names.get(one.quantity, "")) for one in found]

    measured = look(shot, folder=bag, progress=tell, draw=draw)
    told: dict[str, Value] = {
        "shot": shot.id,
        "measurements": len(measured.measurements),
        "notes": len(measured.notes),
    }
    LogBook(bag).append("measured", told)
    return measured


def _with_still(one: Measurement, name: str) -> Measurement:
    return replace(one, details={**one.details, "still": name}) if name else one


def _json(content: Any) -> bytes:  # noqa: ANN401 -- whatever pydantic dumped
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()

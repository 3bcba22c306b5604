"""The story: a plan in, a session out; its folder saved and loaded again.

A session is made in ``OUT/.partial-<key>`` and renamed to ``OUT/<id>`` when it is whole, so that there is never half a
session. The key is the plan's own hash: a second run of an interrupted plan goes on from the shots measured so far.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import json
import os
import re
import shutil
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Protocol

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance import __version__, charts, metrics, scene, still
from acceptance.checks import judge, pack
from acceptance.errors import GapError, OutputError, PlanError, SessionError
from acceptance.evidence import LogBook, hash_file, hash_files, seal
from acceptance.model import Measurement, Note, Plan, Reason, Session, Shot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from pathlib import Path

    from acceptance.model import Pack
    from acceptance.scene import Scene

FILE = "session.json"


class Progress(Protocol):
    """Told how far the work is: the shot, and frames seen of frames in all."""

    def __call__(self, what: str, done: int, total: int) -> None:
        """Take note of progress."""


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What one shot gave: the shot as filmed, its measurements, and notes on what could not be had."""

    shot: Shot
    measurements: tuple[Measurement, ...]
    notes: tuple[Note, ...]


# Tuples, because pydantic takes a configuration for nested data classes, not for the outermost one.
_SESSION = TypeAdapter(tuple[Session], config=ConfigDict(extra="forbid"))
_MEASURED = TypeAdapter(tuple[Measured], config=ConfigDict(extra="forbid"))
_PLAN = TypeAdapter(tuple[Plan])


def run(plan: Plan, folder: Path, out: Path, *, progress: Progress | None = None) -> tuple[Session, Path]:
    """Measure and judge everything that the plan asks for; return the session and its folder.

    ``folder`` is where the plan's paths count from. Raises the InputErrors under which no session can be made; a gap in
    the footage becomes the reason of the findings that it leaves open.
    """
    packs = load_packs(plan)
    wanted = {requirement.quantity for one in packs for requirement in one.requirements} - {""}
    for shot in plan.shots:
        if shot.chart:
            charts.load(shot.chart)
    with writing(out):
        work = _workspace(plan, folder, out)
        _keep_inputs(plan, packs, folder, work)
    done = [_shot(shot, folder, work, wanted, progress) for shot in plan.shots]
    return _finish(_blank(plan, done), packs, work, out)


def judge_again(old: Path, pack_names: Sequence[str], out: Path, *, why: str, by: str) -> tuple[Session, Path]:
    """Judge an old session's measurements against other packs, without its video; the old session stays as it is."""
    before = load(old)
    plan = replace(before.plan, packs=tuple(pack_names))
    packs = load_packs(plan)
    with writing(out):
        work = out / f".partial-{_digest(before.id, *pack_names)}"
        shutil.rmtree(work, ignore_errors=True)
        shutil.copytree(old / "data", work / "data")
        shutil.copy(old / "log.jsonl", work)
        _keep_packs(packs, pack_names, work)
    LogBook(work).append("judged_again", {"session": before.id, "packs": ", ".join(pack_names), "why": why, "by": by})
    return _finish(replace(before, plan=plan, supersedes=before.id), packs, work, out)


def load_packs(plan: Plan, folder: Path | None = None) -> tuple[Pack, ...]:
    """Load the plan's packs and hold the plan against them. Raises PackError and PlanError."""
    packs = pack.load_all(plan.packs, metrics.quantities(), folder=folder)
    judge.check_plan(packs, plan)
    return packs


def measure(seen: Scene, wanted: Collection[str] | None = None) -> tuple[list[Measurement], list[Note]]:
    """Measure what the scene can serve, by metrics that give a ``wanted`` quantity; notes tell the rest."""
    found: list[Measurement] = []
    notes = list(seen.notes)
    for name, metric in metrics.every().items():
        if (wanted is None or not metric.QUANTITIES.keys().isdisjoint(wanted)) and metric.serves(seen):
            try:
                for item in metric.measure(seen):
                    found.append(item) if isinstance(item, Measurement) else notes.append(item)
            except GapError as gap:
                notes.append(Note(metric=name, reason=Reason(code=gap.code, parameters=gap.parameters)))
    return found, [replace(note, shot=seen.shot.id, subject=seen.shot.subject) for note in notes]


def dumps(session: Session) -> bytes:
    """Write the session as JSON (UTF-8): what ``session.json`` holds and the report carries."""
    return _json(_SESSION.dump_python((session,), mode="json")[0])


def save(session: Session, folder: Path) -> None:
    """Write ``session.json`` and seal the folder."""
    with writing(folder):
        (folder / FILE).write_bytes(dumps(session))
    seal(folder, session)


def load(folder: Path) -> Session:
    """Read ``session.json`` of a session folder. Raises SessionError: none there, no JSON, unknown or wrong field."""
    return parse((folder / FILE).read_bytes() if (folder / FILE).is_file() else b"", str(folder / FILE))


def parse(content: bytes, where: str) -> Session:
    """Read a session from the bytes of ``session.json``. Raises SessionError."""
    if not content:
        raise SessionError("there is no session here", where=where, hint="Name the folder that acceptance run printed")
    try:
        return _SESSION.validate_python((json.loads(content),))[0]
    except (ValueError, ValidationError) as error:
        raise SessionError(
            f"this is not a session ({str(error).splitlines()[0]})", where=where, hint="Restore it from a copy"
        ) from error


def _finish(measured: Session, packs: Sequence[Pack], work: Path, out: Path) -> tuple[Session, Path]:
    """Judge what was measured, save the session and give its folder its name."""
    log, plan = LogBook(work), measured.plan
    now = datetime.now().astimezone().isoformat(timespec="seconds")
    findings = judge.judge(
        packs,
        plan,
        measured.measurements,
        measured.notes,
        measured.shots,
        today=now[:10],
        quantities=metrics.quantities(),
    )
    names = ", ".join(one.id for one in packs)
    log.append("judged", {"packs": names, "findings": len(findings), "tool_version": __version__})
    session = replace(
        measured,
        id=f"{re.sub(r'[-:]', '', now[:19]).replace('T', '-')}-{work.name[-6:]}",
        plan=replace(plan, packs=tuple(one.id for one in packs)),
        started=log.read()[0].when,
        finished=now,
        tool_version=__version__,
        hashes={f"data/{name}": value for name, value in hash_files(work / "data").items()},
        findings=findings,
        bottom_line=judge.bottom_line(findings, plan.scope),
        log=log.read(),
    )
    shutil.rmtree(work / "resume", ignore_errors=True)
    save(session, work)
    with writing(out):
        work.rename(out / session.id)
    return session, out / session.id


def _blank(plan: Plan, done: Sequence[Measured]) -> Session:
    """Put together what was measured; it is not judged yet."""
    return Session(
        id="",
        plan=plan,
        started="",
        finished="",
        operator=plan.operator,
        tool_version=__version__,
        hashes={},
        shots=tuple(one.shot for one in done),
        measurements=tuple(item for one in done for item in one.measurements),
        notes=tuple(note for one in done for note in one.notes),
        findings=(),
        bottom_line=judge.bottom_line((), plan.scope),
        log=(),
    )


def _shot(shot: Shot, folder: Path, work: Path, wanted: Collection[str], progress: Progress | None) -> Measured:
    """Take one shot into the session and measure it, or take what an interrupted run measured."""
    kept = work / "resume" / f"{shot.id}.json"
    with writing(work):
        filmed = _take(shot, folder, work)
        if kept.is_file():
            measured = _MEASURED.validate_python((json.loads(kept.read_bytes()),))[0]
            if measured.shot.sha256 == filmed.sha256:
                return measured
        measured = _look(filmed, work, wanted, progress)
        kept.parent.mkdir(exist_ok=True)
        kept.write_bytes(_json(_MEASURED.dump_python((measured,), mode="json")[0]))
    return measured


def _look(shot: Shot, work: Path, wanted: Collection[str], progress: Progress | None) -> Measured:
    def tell(done: int, total: int) -> None:
        if progress:
            progress(shot.id, done, total)

    try:
        seen = scene.look(shot, work, progress=tell)
    except GapError as gap:
        note = Note(shot=shot.id, subject=shot.subject, reason=Reason(code=gap.code, parameters=gap.parameters))
        return Measured(shot=shot, measurements=(), notes=(note,))
    measurements, notes = measure(seen, wanted)
    picture = work / "data" / "stills" / f"{shot.id}.jpg"
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(still.draw(seen))
    LogBook(work).append("measured", {"shot": shot.id, "measurements": len(measurements), "notes": len(notes)})
    filmed = replace(seen.shot, still=picture.relative_to(work).as_posix())
    return Measured(shot=filmed, measurements=tuple(measurements), notes=tuple(notes))


def _take(shot: Shot, folder: Path, work: Path) -> Shot:
    """Copy a shot's files into the session; nothing that came in is ever changed."""
    paths: dict[str, Any] = {
        field: _copy(folder / name, work, shot.id)
        for field in ("clip", "arrivals", "screen_log")
        if (name := getattr(shot, field))
    }
    digest = _hash_of(work / paths["clip"])
    LogBook(work).append("taken", {"shot": shot.id, "clip": shot.clip, "sha256": digest})
    return replace(shot, **paths, sha256=digest)


def _copy(source: Path, work: Path, shot: str) -> str:
    """Copy a file or folder of stills below ``data/clips/<shot>``, or nothing where it lies there already, whole."""
    if not source.exists() and "%" not in source.name:
        raise PlanError(
            "the file does not exist",
            where=str(source),
            hint="A plan's paths count from the plan's folder",
            code="clip_missing",
        )
    target = work / "data" / "clips" / shot / source.name
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True)
    elif "%" in source.name:
        for file in source.parent.glob("*"):
            shutil.copy2(file, target.parent / file.name)
    else:
        shutil.copy2(source, target)
    return target.relative_to(work).as_posix()


def _hash_of(path: Path) -> str:
    """SHA-256 of a clip; of a sequence of stills the hash over the hashes of its files, in the order of their names."""
    if path.is_file():
        return hash_file(path)
    return _digest(*hash_files(path if path.is_dir() else path.parent).values(), length=64)


def _digest(*parts: str, length: int = 12) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:length]


def _workspace(plan: Plan, folder: Path, out: Path) -> Path:
    key = _digest(_json(_PLAN.dump_python((plan,), mode="json")).decode(), str(folder.resolve()), __version__)
    work = out / f".partial-{key}"
    resumed = work.is_dir()
    (work / "data").mkdir(parents=True, exist_ok=True)
    LogBook(work).append("resumed" if resumed else "started", {"operator": plan.operator, "tool_version": __version__})
    return work


def _keep_inputs(plan: Plan, packs: Sequence[Pack], folder: Path, work: Path) -> None:
    """Keep what the verdicts rest on beside the footage: the plan, packs, chart definitions and files of answers."""
    (work / "data" / "plan.json").write_bytes(_json(_PLAN.dump_python((plan,), mode="json")[0]))
    _keep_packs(packs, plan.packs, work)
    shelf = work / "data" / "charts"
    shelf.mkdir(exist_ok=True)
    used = {shot.chart for shot in plan.shots if shot.chart} | (
        set(charts.names()) if any(not s.chart for s in plan.shots) else set()
    )
    for name in sorted(used):
        shutil.copy(charts.load(name).source, shelf)
    for answer in plan.answers:
        for name in answer.evidence:
            target = work / "data" / "answers" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, target)


def _keep_packs(packs: Sequence[Pack], names: Sequence[str], work: Path) -> None:
    """Copy the packs, each under its id, and those that they borrow from."""
    shelf = work / "data" / "packs"
    shutil.rmtree(shelf, ignore_errors=True)
    shelf.mkdir(parents=True)
    sources = {one.id: pack.file_of(name) for one, name in zip(packs, names, strict=True)}
    lenders = {r.borrows.partition("#")[0] for one in packs for r in one.requirements if r.borrows}
    for name, source in {**{lender: pack.file_of(lender) for lender in lenders - sources.keys()}, **sources}.items():
        shutil.copy(source, shelf / f"{name}.toml")


def _json(content: Any) -> bytes:  # noqa: ANN401 -- whatever pydantic dumped
    return (json.dumps(content, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()


@contextlib.contextmanager
def writing(path: Path) -> Iterator[None]:
    """Turn what goes wrong on the disc into an OutputError that says what to do."""
    try:
        if not path.exists():
            path.mkdir(parents=True)
        if not os.access(path, os.W_OK):
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
        yield
    except OSError as error:
        full = error.errno in {errno.ENOSPC, errno.EDQUOT}
        hint = "Make room and run again: what was measured is kept" if full else "Choose another folder with -o"
        raise OutputError(
            f"cannot be written ({error.strerror or error})", where=str(path), hint=hint, code="output"
        ) from error

"""Taking files into a session: footage, tables, evidence, packs and charts.

They are copied unchanged, and hashed.
"""

from __future__ import annotations

import hashlib
import math
import shutil
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, TypedDict

from acceptance.charts import definition
from acceptance.checks import pack
from acceptance.errors import ClipError, PackError, PlanError
from acceptance.files import paths, regular
from acceptance.files.output import copy_into, put
from acceptance.footage import clip, container
from acceptance.messages import cause_of, tr
from acceptance.metrics import recordings as measure_recordings
from acceptance.recorder import listing, recordings
from acceptance.recorder.recordings import zone_of
from acceptance.session import device_intake, plan_words, searched_recordings
from acceptance.session.evidence import hash_file
from acceptance.session.log_book import LogBook
from acceptance.session.plan import FIELDS, files, kept_by_path, require_inside

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from acceptance.model import Pack, Plan, Recordings, Shot
    from acceptance.recorder.recordings import Found, Tell


class _Files(TypedDict, total=False):
    """The fields of a shot that hold a file in the session."""

    clip: str
    arrivals: str
    screen_log: str
    packets: str
    stream_record: str
    drive: str
    reference: str
    chart_copy: str


def check(plan: Plan, folder: Path) -> None:
    """Open every file that the plan names, before anything is written or measured.

    Raises ClipError and PlanError: missing, not readable, not a video; and PlanError for a shot
    with a size that is none.
    """
    check_there(plan, folder)
    for field, name in files(plan):
        if _is_footage(field):
            clip.open_clip(folder / name)


def check_there(plan: Plan, folder: Path) -> None:
    """Check all that ``check`` does, but decode no footage: a decoder may take the process along.

    Raises as ``check`` does.
    """
    require_inside(kept_by_path(plan), folder, tr("the plan"))
    _check_apart(plan, folder)
    for shot in plan.shots:
        check_numbers(shot)
    for field, name in files(plan):
        _check_there(field, folder / name)
    for asked in plan.recordings:
        check_recordings(asked, folder)
    for record in plan.device_records:
        device_intake.check(record, folder)


def _check_apart(plan: Plan, folder: Path) -> None:
    """Refuse two files whose paths would be one on some system: there one would be lost."""
    found: dict[str, str] = {}
    for field, name in kept_by_path(plan):
        first = found.setdefault(paths.folded(name), name)
        if first != name and not _is_one_file(folder / first, folder / name):
            what = tr("is on Windows and on many discs the same name as {other}", other=first)
            hint = tr("Rename one of them: the session keeps them side by side")
            raise PlanError(what, where=f"{name} ({field})", hint=hint, code="same_name")


def _is_one_file(path: Path, other: Path) -> bool:
    """Whether two paths lead to one file; one that is not there is refused for that."""
    return not (path.exists() and other.exists()) or path.samefile(other)


def check_named(field: str, path: Path) -> None:
    """Open the file that a field of a plan names; a recorder's is opened by ``check_recordings``.

    Raises ClipError and PlanError.
    """
    _check_there(field, path)
    if _is_footage(field):
        clip.open_clip(path)


def _check_there(field: str, path: Path) -> None:
    if _is_footage(field):
        for file in clip.files_of(path):
            _require_readable(file)
    elif not field.endswith("source"):
        _check_file(path, field)


def _is_footage(field: str) -> bool:
    return field.endswith(("clip", "reference"))


def check_recordings(asked: Recordings, folder: Path) -> None:
    """Refuse wrong fields, and a list that cannot be read. Raises PlanError."""
    measure_recordings.check(asked)
    if not (folder / asked.source).is_dir():
        look_at(asked, folder / asked.source)


def check_numbers(shot: Shot) -> None:
    """Refuse sizes by which nothing can be cut or divided. Raises PlanError."""
    sizes: dict[str, Sequence[float]] = {
        f"regions.{name}": box[2:] for name, box in shot.regions.items()
    }
    sizes["coding.sample_aspect"] = shot.coding.sample_aspect or ()
    for field, numbers in sizes.items():
        if not all(0 < number < math.inf for number in numbers):
            where = tr("shot {shot}, {field}", shot=shot.id, field=field)
            raise plan_words.wrong(where, tr("must be above 0"))


def _check_file(path: Path, field: str) -> None:
    if not path.is_file():
        what = tr("is no regular file") if path.exists() else tr("the file does not exist")
        hint = tr("Check the path: a plan's paths are relative to the plan's folder")
        raise PlanError(what, where=f"{path} ({field})", hint=hint, code="missing")
    _require_readable(path)


def _now() -> float:
    return datetime.now(UTC).timestamp()


def _require_readable(file: Path) -> None:
    try:
        regular.require_regular(file.stat().st_mode)
        file.open("rb").close()
        file.name.encode()
    except OSError as error:
        what = tr("cannot be read ({cause})", cause=cause_of(error))
        hint = tr("Check its permissions")
        raise ClipError(what, where=str(file), hint=hint, code="clip_unreadable") from error
    except UnicodeEncodeError as error:
        what = tr("the file's name is not UTF-8")
        hint = tr("Rename it; reports and manifests are UTF-8")
        raise ClipError(what, where=ascii(str(file)), hint=hint, code="clip_unreadable") from error


def take(shot: Shot, folder: Path, work: Path) -> Shot:
    """Copy a shot's files below ``data/clips/<shot>``, replacing those of an earlier run.

    Return the shot with its files' new paths and its hash. Raises PlanError for two files of one
    name.
    """
    shelf = work / "data" / "clips" / shot.id
    shutil.rmtree(shelf, ignore_errors=True)
    paths: _Files = {}
    for field in FIELDS:
        if name := getattr(shot, field):
            kept = _copy(folder / name, shelf / "reference" if field == "reference" else shelf)
            paths[field] = kept.relative_to(work).as_posix()
    if shot.copy_file:
        paths["chart_copy"] = _keep_copy(folder / shot.copy_file, work)
    total = hash_clip(work / paths["clip"])
    LogBook(work).append("taken", {"shot": shot.id, "clip": shot.clip, "sha256": total})
    return dated(replace(shot, **paths, sha256=total), work)


def dated(shot: Shot, folder: Path) -> Shot:
    """Say when a shot was filmed: as the plan states, else as the clip does. Raises ClipError."""
    day = container.day_of(clip.files_of(folder / shot.clip)[0])
    if shot.source and shot.filmed_by:  # by the capture
        return replace(shot, created=day)
    if shot.filmed:
        return replace(shot, filmed_by="plan", created=day)
    return replace(shot, filmed=day, filmed_by="clip" if day else "", created=day)


def hash_clip(path: Path) -> str:
    """Hash a clip; of a sequence of stills the hashes of its files, in order of their numbers.

    Raises ClipError where there is none.
    """
    hashes = [hash_file(file) for file in clip.files_of(path)]
    return hashes[0] if path.is_file() else digest(*hashes, length=64)


def look_at(asked: Recordings, source: Path, *, tell: Tell | None = None) -> Found:
    """Read what a recorder has kept, from its folder, its list or the record of a probe.

    Raises SessionError for what is no such record; PlanError, also for what is asked of it
    (``metrics.recordings.check``).

    ``tell`` receives progress: files seen, and files in all.
    """
    measure_recordings.check(asked)
    zone = zone_of(asked.utc_offset)
    latest, ahead = listing.latest(_now(), asked.clock_error), asked.clock_offset
    if source.is_dir():
        return recordings.scan(
            source, zone=zone, now=latest, ahead=ahead, pattern=asked.name_pattern, tell=tell
        )
    if searched_recordings.is_record(source):
        return searched_recordings.read(source, zone=zone, now=latest, ahead=ahead)
    return listing.read(source, zone=zone, now=latest, ahead=ahead)


def take_recordings(
    asked: Recordings, folder: Path, work: Path, *, tell: Tell | None = None
) -> tuple[Recordings, Found]:
    """Keep the list of recordings found below ``data/recordings``, and the list it was made from.

    The recordings themselves stay where they are: terabytes, which nothing measures. Raises
    PlanError.
    """
    source, shelf = folder / asked.source, work / "data" / "recordings" / asked.id
    found = look_at(asked, source, tell=tell)
    shutil.rmtree(shelf, ignore_errors=True)
    shelf.mkdir(parents=True)
    if source.is_file():
        copy_into(source, shelf / f"given-{source.name}")
    kept = shelf / "recordings.csv"
    put(kept, listing.write(found))
    total = hash_file(kept)
    LogBook(work).append("taken", {"shot": asked.id, "clip": asked.source, "sha256": total})
    place = kept.relative_to(work).as_posix()
    return replace(asked, source=place, sha256=total, files=len(found.recordings)), found


def _copy(source: Path, shelf: Path) -> Path:
    """Copy a file, or the stills of a folder or of a pattern; return its path in the session.

    Raises PlanError where the shelf has a file of this name already, by whatever case.
    """
    name = source.name if source.name not in {"", ".."} else source.resolve().name
    place = shelf / name if source.is_dir() else shelf
    place.mkdir(parents=True, exist_ok=True)
    there = {paths.folded(path.name) for path in place.iterdir()}
    for file in clip.files_of(source):
        if paths.folded(file.name) in there:
            what = tr("two files of one shot have this name")
            hint = tr("Rename one of them: the session keeps them side by side")
            raise PlanError(what, where=file.name, hint=hint, code="same_name")
        there.add(paths.folded(file.name))
        copy_into(file, place / file.name)
    return shelf / name


def _keep_copy(source: Path, work: Path) -> str:
    """Keep the file of a chart's printed copy.

    The beginning of its hash is added to its name, as there may be several copies.
    """
    kept = work / "data" / "charts" / f"{source.stem}-{hash_file(source)[:8]}{source.suffix}"
    kept.parent.mkdir(parents=True, exist_ok=True)
    copy_into(source, kept)
    return kept.relative_to(work).as_posix()


def keep(plan: Plan, packs: Sequence[Pack], folder: Path, work: Path) -> None:
    """Keep what the verdicts rest on besides the footage.

    That is packs, charts, files of answers and the list of devices. Raises PackError.
    """
    keep_packs(packs, plan.packs, work)
    _keep_charts(plan, work / "data" / "charts")
    shelf = work / "data" / "answers"
    for name in sorted({name for _, name in kept_by_path(plan)}):
        kept = paths.inside(shelf, name, folder=tr("the session"))
        _keep_file(paths.inside(folder, name, folder=tr("the plan's folder")), kept)
    if plan.device_list:
        source = folder / plan.device_list
        _keep_file(source, work / "data" / "devices" / source.name)


def _keep_charts(plan: Plan, shelf: Path) -> None:
    shelf.mkdir(parents=True, exist_ok=True)
    for source in charts_of(plan):
        copy_into(source, shelf / source.name)


def charts_of(plan: Plan) -> list[Path]:
    """Return the files of the charts that shots name; of all where one of them names none.

    Raises PlanError for two of one name, which would lie in one place, and ChartError.
    """
    used = {shot.chart for shot in plan.shots if shot.chart}
    if any(not shot.chart for shot in plan.shots):
        used |= set(definition.names())
    found: dict[str, Path] = {}
    for source in (file for name in sorted(used) for file in definition.load(name).sources):
        first = found.setdefault(source.name.casefold(), source)
        if first.read_bytes() != source.read_bytes():
            names = {"first": first, "second": source}
            what = tr("two different charts of this name: {first}, {second}", **names)
            hint = tr("Rename one of them: the session keeps them side by side")
            raise PlanError(what, where=source.name, hint=hint, code="same_name")
    return [*found.values()]


def _keep_file(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    copy_into(source, target)


def keep_packs(packs: Sequence[Pack], names: Sequence[str], work: Path) -> None:
    """Copy the packs, each under its id, and all other packs that their findings or report need.

    Those are the packs that they extend, borrow from or conflict with, and their other profiles,
    which the report compares with them. Raises PackError where two files have the same id.
    """
    shelf = work / "data" / "packs"
    shutil.rmtree(shelf, ignore_errors=True)
    shelf.mkdir(parents=True)
    for used, name in zip(packs, names, strict=True):
        own = pack.files(name)
        for profile in set(pack.profiles(used)) - own.keys():
            beside = pack.files(profile)
            if _agree(own, beside):
                own = beside | own
        at_odds = {conflict.id.partition("#")[0] for conflict in used.conflicts} - own.keys()
        for identity, source in (own | {other: pack.file_of(other) for other in at_odds}).items():
            _keep_pack(identity, source, shelf)


def _agree(own: Mapping[str, Path], beside: Mapping[str, Path]) -> bool:
    """Whether packs that two share are the same: a session kept may hold an older edition."""
    shared = own.keys() & beside.keys()
    return all(own[one].read_bytes() == beside[one].read_bytes() for one in shared)


def _keep_pack(identity: str, source: Path, shelf: Path) -> None:
    kept = paths.inside(shelf, f"{identity}.toml", folder=tr("the session"), kind=PackError)
    if kept.exists() and kept.read_bytes() != source.read_bytes():
        what = tr(
            "another pack in use has the id {identity!r}; findings could not tell them apart",
            identity=identity,
        )
        raise PackError(what, where=str(source), hint=tr("Give each pack its own id"))
    copy_into(source, kept)


def digest(*parts: str, length: int = 12) -> str:
    """Hash several texts: the first ``length`` hexadecimal digits of SHA-256."""
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:length]

"""What a new plan begins with: clips and devices as they are found, and what is proposed for them.

Nothing is asked here, and only ``write`` writes.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from acceptance import metrics, wording
from acceptance.charts import definition, printed_copy
from acceptance.checks import facts, sampling
from acceptance.errors import PlanError
from acceptance.files.output import put_new, require_ending, require_new
from acceptance.footage import clip, container
from acceptance.forms import devices
from acceptance.messages import tr
from acceptance.model import (
    DeviceRecord,
    Draw,
    Matrix,
    Plan,
    Scope,
    Shot,
    SignalPath,
    Subject,
    SubjectKind,
)
from acceptance.recorder.recordings import VIDEOS
from acceptance.report import plan_form
from acceptance.session import intake, plan, runner, store
from acceptance.session.searched_recordings import ENDING, is_record

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

    from acceptance.model import Pack

DEVICE_LISTS = {".csv", ".xlsx"}
LONGEST_ID, ROOM = 64, 4  # characters; those kept for a number that makes an id unique
CAMERAS = (
    *(SubjectKind.FIXED, SubjectKind.DOME, SubjectKind.PTZ),
    *(SubjectKind.FISHEYE, SubjectKind.THERMAL),
)
ABOVE = (SubjectKind.SITE, SubjectKind.SYSTEM)  # no devices
# Words at the end of a clip's name that say what it shows, not which device took it.
PLAYED_BACK = ("playback", "回放", "录像")
SHOWING = (
    *("chart", "card", "clock", "screens", "screen", "latency", "night", "day", "live", "main"),
    *("sub", "clip", "video", "测试卡", "时钟", "双屏", "延时", "夜间", "白天", "实时", "主码流"),
    *("辅码流", "视频", "样片", *PLAYED_BACK),
)
BETWEEN = " _-."  # what stands between the words of a name
SideTable = Literal["arrivals", "screen_log"]
CapturedFile = Literal["packets", "stream_record", "arrivals"]
CAPTURED: dict[CapturedFile, str] = {
    "packets": ".packets.csv",
    "stream_record": ".stream.jsonl",
    "arrivals": ".arrivals.csv",
}
HEADINGS: dict[str, SideTable] = {"frame,arrival_s": "arrivals", "index,time_s": "screen_log"}


@dataclass(frozen=True, kw_only=True)
class Given:
    """What a new plan is made of."""

    folder: Path
    """The plan's folder, from which its paths count."""

    clips: tuple[Path, ...] = ()
    """The clips, in the order in which they were named; those of a folder in natural order."""

    probes: tuple[Path, ...] = ()
    """Records of probes among the files."""

    device_list: Path | None = None
    """The list of devices, if there is one."""

    listed: tuple[Subject, ...] = ()
    """What the list holds, as it stands."""

    def path(self, file: Path) -> str:
        """Return a file's path as the plan names it."""
        return relative(file, self.folder)

    def named(self, kind: SubjectKind) -> str:
        """Return the id of the first of this kind in the list; empty: there is none."""
        return next((subject.id for subject in self.listed if subject.kind is kind), "")


def relative(file: Path, folder: Path) -> str:
    """Return the path of a file from a folder, with slashes on every system."""
    return os.path.relpath(file.absolute(), folder.absolute()).replace(os.sep, "/")


def given(inputs: Sequence[Path], output: Path) -> Given:
    """Look through clips, folders and a device list (CSV, XLSX) for a plan at ``output``.

    Records of probes are found in folders and beside clips.

    Raises UsageError for a name that does not end in .toml, OutputError where the file exists, and
    PlanError and ClipError: several lists, a folder without clips, a file outside the plan's
    folder, and whatever cannot be read.
    """
    require_ending(output, {".toml"})
    require_new(output)
    for path in inputs:
        devices.require_table(path)
    lists = [path for path in inputs if path.suffix.lower() in DEVICE_LISTS]
    if len(lists) > 1:
        hint = tr("Join them: a plan has one device list")
        raise PlanError(tr("a second device list"), where=str(lists[1]), hint=hint)
    films = [path for path in inputs if path not in lists and not is_record(path)]
    clips = [file for path in films for file in _clips(path)]
    found = Given(
        folder=output.parent,
        clips=tuple(dict.fromkeys(clips)),
        probes=tuple(dict.fromkeys(_probes(inputs, clips))),
        device_list=next(iter(lists), None),
    )
    _check(found, output)
    return _with_list(found, lists[0]) if lists else found


def _with_list(found: Given, path: Path) -> Given:
    """Read the list, and check that it fits below what the plan adds above it."""
    found = replace(found, listed=devices.as_listed(path))
    devices.read(path, above(found, Scope.SITE, ""))
    return found


def _clips(path: Path) -> Iterator[Path]:
    """Yield the clips of a folder, at any depth, or what is named itself.

    Hidden folders and sessions are left out; a folder of stills alone is one clip.
    """
    if not path.is_dir():
        yield path
        return
    videos = [
        file
        for file in path.rglob("*")
        if file.suffix.lower() in VIDEOS and file.is_file() and not _aside(file, path)
    ]
    if not videos and any(_probes([path], ())):
        return
    if not videos and not any(file.suffix.lower() in clip.STILLS for file in path.iterdir()):
        hint = tr("Name clips, a folder that holds some, or a device list")
        raise PlanError(tr("no video and no still in this folder"), where=str(path), hint=hint)
    yield from sorted(videos, key=lambda file: wording.natural(str(file))) or [path]


def _probes(inputs: Iterable[Path], clips: Iterable[Path]) -> Iterator[Path]:
    """Yield the records of probes that are named, or lie in a folder that is, or beside a clip."""
    for path in inputs:
        below = sorted(path.rglob(f"*{ENDING}")) if path.is_dir() else [path]
        yield from (file for file in below if is_record(file) and not _aside(file, path))
    for folder in dict.fromkeys(film.parent for film in clips):
        yield from sorted(folder.glob(f"*{ENDING}"))


def _aside(file: Path, folder: Path) -> bool:
    """Whether a file is hidden, or one of a session below ``folder``."""
    hidden = any(part.startswith(".") for part in file.relative_to(folder).parts)
    return hidden or any((above / store.FILE).is_file() for above in file.parents)


def _check(found: Given, output: Path) -> None:
    """Open every file, before anything is asked."""
    for file in filter(None, (*found.clips, *found.probes, found.device_list)):
        if not file.resolve().is_relative_to(found.folder.resolve()):
            hint = tr("Write the plan with -o into a folder above it, or copy the file there")
            raise PlanError(tr("lies outside the plan's folder"), where=str(file), hint=hint)
    shots = tuple(
        Shot(id=f"clip{number}", subject="device", clip=found.path(file))
        for number, file in enumerate(found.clips, start=1)
    )
    device = Subject(id="device", kind=SubjectKind.FIXED)
    listed = found.path(found.device_list) if found.device_list else ""
    records = tuple(
        DeviceRecord(id=f"probe{number}", subject="device", probe=found.path(file))
        for number, file in enumerate(found.probes, start=1)
    )
    asked = Plan(subjects=(device,), shots=shots, device_list=listed, device_records=records)
    plan.check(asked, found.folder, str(output))
    intake.check(asked, found.folder)


def identifier(text: str) -> str:
    """Make an id of a name: what an id cannot hold becomes a hyphen; empty where nothing is left.

    Room is kept for what ``unique`` adds.
    """
    return re.sub(r"[^\w.-]+", "-", text).strip(BETWEEN)[: LONGEST_ID - ROOM].strip(BETWEEN)


def unique(identity: str, used: Collection[str]) -> str:
    """Return an id of at most 64 characters that is not ``used``: it gets a number where it is."""
    numbered = (f"{identity[: LONGEST_ID - ROOM]}-{number}" for number in range(2, 10**3))
    return next(name for name in (identity, *numbered) if name not in used)


def proposed_device(path: str, known: Sequence[str]) -> str:
    """Propose the id of the device of which a clip is (``path`` as in the plan).

    It is the longest ``known`` id that stands in the path, else what the file's name, or its
    folder's, says without the words for what is shown.
    """
    standing = [name for name in known if re.search(_whole(name), path, re.IGNORECASE)]
    if standing:
        return max(standing, key=len)
    folder, _, name = path.rpartition("/")
    names = (_without_shown(name.rpartition(".")[0] or name), folder.rpartition("/")[2])
    return next(filter(None, map(identifier, names)), "camera-1")


def told_apart(device: str, path: str, clips: Collection[str]) -> str:
    """Return the id to propose where ``clips`` of the device came from elsewhere under one name.

    Folders that say what is shown (``chart``, ``clock``) hold clips of one device; others hold
    those of several, which get their folder's name.
    """
    folder, _, name = path.rpartition("/")
    alike = any(other.rpartition("/")[2] == name for other in clips)
    shown = not _without_shown(folder.rpartition("/")[2])
    return identifier(f"{folder}-{device}") if alike and not shown else device


def _whole(identity: str) -> str:
    return rf"(?<![^\W_]){re.escape(identity)}(?![^\W_])"


def _without_shown(name: str) -> str:
    """Take words for what is shown off the end of a name."""
    for word in SHOWING:
        rest = name[: -len(word)]
        apart = not rest or rest[-1] in BETWEEN or not word.isascii()
        if name.lower().endswith(word) and apart:
            return _without_shown(rest.rstrip(BETWEEN))
    return name


def played_back(path: str) -> bool:
    """Whether a clip's path says that it is a playback."""
    return any(word in path.lower() for word in PLAYED_BACK)


def filmed_on(film: Path) -> str:
    """Return the day of filming that a clip states (ISO date in China); empty: none."""
    return container.day_of(clip.files_of(film)[0])


def shot_id(subject: str, shown: str, used: Collection[str]) -> str:
    """Make the id of a shot: its device, and what it shows."""
    return unique(f"{subject[: LONGEST_ID - ROOM - len(shown) - 1]}-{shown}", used)


def side_tables(film: Path) -> dict[SideTable, Path]:
    """Find the tables of a clock's film that lie beside it, by their heading lines.

    Of several of one kind it is the one whose name begins with the clip's, if any.
    """
    found: dict[SideTable, list[Path]] = {}
    for file in sorted(filter(Path.is_file, film.parent.glob("*.csv"))):  # no pipe, which waits
        field = HEADINGS.get(_heading(file))
        if field:
            found.setdefault(field, []).append(file)
    own = {
        field: [file for file in files if _belongs(file, film)] for field, files in found.items()
    }
    sole = {field: own[field] or files for field, files in found.items()}
    return {field: files[0] for field, files in sole.items() if len(files) == 1}


def captured(film: Path) -> dict[CapturedFile, Path]:
    """Find what a capture of the clip left beside it, by name."""
    beside = {field: film.with_suffix(ending) for field, ending in CAPTURED.items()}
    return {field: file for field, file in beside.items() if file.is_file()}


def _belongs(table: Path, film: Path) -> bool:
    return table.stem.startswith(film.stem)


def _heading(file: Path) -> str:
    with file.open(encoding="utf-8-sig", errors="replace") as lines:
        return lines.readline(200).strip().replace(" ", "")


def check_copy(found: Given, name: str) -> None:
    """Refuse a file of a chart's printed copy that is not there or not in the plan's folder."""
    shot = Shot(id="clip", subject="device", clip=name, chart_copy=name)
    device = Subject(id="device", kind=SubjectKind.FIXED)
    asked_for = Plan(subjects=(device,), shots=(shot,))
    plan.check(asked_for, found.folder, name)
    printed_copy.wanted(shot, found.folder)


def above(found: Given, scope: Scope, name: str) -> tuple[Subject, ...]:
    """Make the site and the system above the devices, as far as the list does not hold them.

    They take the ids that the list names as parents. A plan of a few devices without a list has
    none.
    """
    if scope is Scope.DEVICE and not found.device_list:
        return ()
    site = found.named(SubjectKind.SITE)
    own = [] if site else [Subject(id=_site_id(found), kind=SubjectKind.SITE, name=name)]
    if not found.named(SubjectKind.SYSTEM):
        used = {subject.id for subject in (*found.listed, *own)}
        system = unique("system", used)
        own.append(Subject(id=system, kind=SubjectKind.SYSTEM, parent=site or own[0].id))
    return tuple(own)


def _site_id(found: Given) -> str:
    """Return the only parent that the list names and does not hold, but for the system; or site."""
    held = {subject.id for subject in found.listed}
    missing = {subject.parent for subject in found.listed if subject.parent} - held - {"system"}
    return missing.pop() if len(missing) == 1 else unique("site", held)


def asked(packs: Sequence[Pack], kinds: Collection[SubjectKind]) -> plan_form.Asked:
    """Return what the packs ask a plan with devices of these kinds to state."""
    measured = metrics.quantities()
    needed = (
        name
        for pack in packs
        for demand in pack.requirements
        if demand.quantity in measured
        for name in demand.conditions
    )
    charts = map(definition.load, definition.names())
    return plan_form.Asked(
        facts=facts.choices(packs, kinds),
        conditions=tuple(dict.fromkeys(needed)),
        printed=tuple(chart.name for chart in charts if chart.kind == "print"),
    )


def check_facts(packs: Sequence[Pack], found: Given, stated: Mapping[str, str]) -> None:
    """Refuse words of facts, of the list or ``stated``, that no requirement means.

    Raises PlanError.
    """
    own = Subject(id="device", kind=SubjectKind.FIXED, facts=stated)
    facts.check(packs, Plan(subjects=(own, *found.listed)))


def matrix(listed: Sequence[Subject]) -> tuple[Matrix, ...]:
    """Plan a live shot of every camera of the list, and a playback of every recorder."""
    kinds = [subject.kind for subject in listed]
    cameras = tuple(kind for kind in CAMERAS if kind in kinds)
    recorders = (SubjectKind.RECORDER,) if SubjectKind.RECORDER in kinds else ()
    both: tuple[tuple[tuple[SubjectKind, ...], SignalPath], ...] = (
        (cameras, SignalPath.LIVE),
        (recorders, SignalPath.PLAYBACK),
    )
    return tuple(Matrix(kinds=filmed, paths=(path,)) for filmed, path in both if filmed)


def samplings(packs: Sequence[Pack], asked_for: Plan) -> tuple[str, ...]:
    """Return the samplings of the packs that draw anything of the plan's devices."""
    return tuple(name for name in sampling.known(packs) if _draws(packs, asked_for, name))


def _draws(packs: Sequence[Pack], asked_for: Plan, name: str) -> bool:
    try:
        draw = Draw(sampling=name, seed="-")
        return bool(sampling.draw(packs, replace(asked_for, draws=(draw,))))
    except PlanError:  # a lot for which no sample size is known
        return False


def whole(made: Plan, found: Given) -> Plan:
    """Return the plan with the devices of its list, as ``plan.read`` does. Raises PlanError."""
    if not found.device_list:
        return made
    listed = devices.read(found.device_list, made.subjects)
    return replace(made, subjects=(*made.subjects, *listed))


def write(made: Plan, found: Given, output: Path, lang: str) -> None:
    """Write the plan as commented TOML, once it is known that ``run`` accepts it.

    Raises PlanError and PackError, and OutputError also where the file exists.
    """
    full = whole(made, found)
    plan.check(full, found.folder, str(output))
    _, packs = runner.prepare(full)
    kinds = {subject.kind for subject in full.subjects}
    text = plan_form.form(made, output.name, asked(packs, kinds), lang)
    put_new(output, text.encode())

"""What a batch is given: plans, folders, patterns, clips and device lists, made into plans.

Everything is read before anything is measured. What is wrong with one plan is the error of that
plan, and keeps no other from being measured.
"""

from __future__ import annotations

import glob
import re
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from acceptance import wording
from acceptance.errors import AcceptanceError, PlanError
from acceptance.files import strict_toml
from acceptance.footage import clip
from acceptance.forms import devices
from acceptance.messages import shortened, tr
from acceptance.model import Plan, Scope, Subject
from acceptance.recorder import file_names
from acceptance.recorder.recordings import VIDEOS
from acceptance.session import plan as plans
from acceptance.session import workspace
from acceptance.session.new_plan import ABOVE, DEVICE_LISTS, identifier

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

PATTERN = re.compile(r"[*?\[]")
BLANK = re.compile(r"\{([^{}]*)\}")
# what a pattern of a recorder's file names has in braces stays there
KEPT = {name: f"{{{name}}}" for name in file_names.PLACEHOLDERS}
# Fields by which a file is a plan; a chart's copy, a pack or a panel's key has none of them.
OF_PLANS = frozenset(
    {
        "packs",
        "subjects",
        "shots",
        "device_list",
        "recordings",
        "device_records",
        "answers",
        "answer_files",
    }
)


@dataclass(frozen=True, kw_only=True)
class Item:
    """One plan of a batch."""

    name: str
    """By which it is listed: path of the plan, or id of the device in a list or made of a clip."""

    source: Path
    """The plan, list or clip that it was made of."""

    folder: Path = field(default_factory=Path)
    """From which the plan's paths count."""

    plan: Plan | None = None
    """None: it cannot be used."""

    error: AcceptanceError | None = None
    """Why it cannot."""


@dataclass(frozen=True, kw_only=True)
class ForClips:
    """What a clip without a plan is measured and judged as; the fields are those of ``run``."""

    packs: tuple[str, ...] = ()
    """Standards; empty: the usual one."""

    facts: Mapping[str, str] = field(default_factory=dict)
    """Facts of each device."""

    scope: Scope = Scope.DEVICE
    """What it sets out to show."""

    operator: str = ""
    """Who measures."""

    fields: Mapping[str, Any] = field(default_factory=dict)
    """Fields of each shot (``session.plan.ShotFields``)."""


DEFAULT: ForClips = ForClips()


def read(
    inputs: Iterable[Path], template: Path | None = None, options: ForClips = DEFAULT
) -> list[Item]:
    """Make plans of what is given, in the order given; a folder's in natural order.

    Raises PlanError where nothing is found, where two would have one name, or where a device list
    comes without a template, or a template without a list; and what is wrong with either.
    """
    paths = {_place(path): path for path in _spread(inputs)}  # one that is named twice is one
    _require_use(template, paths.values())
    items = _once(item for path in paths.values() for item in _items(path, template, options))
    _require_unlike(items)
    if not items:
        hint = tr(
            "Name plans (TOML), clips, a folder that holds some, or a device list (CSV, XLSX)"
        )
        raise PlanError(tr("there is nothing to measure"), hint=hint)
    return items


def _place(path: Path) -> Path:
    return path.parent.resolve() / path.name


def _once(items: Iterable[Item]) -> list[Item]:
    """Leave out the plan or clip of a folder that is named by itself, too."""
    found: dict[tuple[Path, str], Item] = {}
    for item in items:
        listed = item.source.suffix.lower() in DEVICE_LISTS
        found.setdefault((_place(item.source), item.name if listed else ""), item)
    return list(found.values())


def _require_use(template: Path | None, paths: Iterable[Path]) -> None:
    """Refuse a template that no device list fills: what it says of clips would go unheard."""
    if template and not any(path.suffix.lower() in DEVICE_LISTS for path in paths):
        hint = tr("Name the device list (CSV, XLSX) too, or leave --plan out")
        what = tr("a template is for a device list, and none is given")
        raise PlanError(what, where=str(template), hint=hint)


def _spread(inputs: Iterable[Path]) -> Iterator[Path]:
    """Yield what patterns stand for, but for what sessions have kept, and all else as it is."""
    for path in inputs:
        if PATTERN.search(str(path)) and not path.exists():
            found = (one for one in _matching(str(path)) if not workspace.session_around(Path(one)))
            matches = sorted(found, key=wording.natural)
            if not matches:
                hint = tr("Check the pattern, and put it in quotes")
                raise PlanError(tr("nothing has such a name"), where=str(path), hint=hint)
            yield from map(Path, matches)
        else:
            yield path


def _matching(pattern: str) -> list[str]:
    return glob.glob(pattern, recursive=True)  # noqa: PTH207 -- absolute patterns too


def _items(path: Path, template: Path | None, options: ForClips) -> Iterator[Item]:
    if path.suffix.lower() == ".toml":
        yield _of_file(path)
    elif path.suffix.lower() in DEVICE_LISTS:
        yield from _of_list(path, template)
    elif path.is_dir():
        yield from _of_folder(path, options)
    else:
        devices.require_table(path)  # a list in another format is no clip
        yield _of_clip(path, options)


def _of_folder(folder: Path, options: ForClips) -> Iterator[Item]:
    """Yield the plans of a folder; where it holds none, each of its clips as a device.

    A link that leads nowhere, or a pipe, is one as well: its error says that a device was missed.
    """
    files = sorted(
        (file for file in folder.iterdir() if not (file.is_dir() or file.name.startswith("."))),
        key=lambda file: wording.natural(file.name),
    )
    tables = [file for file in files if file.suffix.lower() == ".toml"]
    if chosen := [file for file in tables if _is_plan(file)]:
        yield from map(_of_file, chosen)
        return
    clips = [file for file in files if file.suffix.lower() in VIDEOS | clip.STILLS]
    if not clips:
        hint = tr("Name a folder that holds plans (TOML), videos or stills")
        raise PlanError(tr("no plan and no clip in this folder"), where=str(folder), hint=hint)
    yield from (_of_clip(file, options) for file in clips)


def _is_plan(file: Path) -> bool:
    """Whether a file is a plan; one that cannot be read is one, and an error."""
    try:
        return not OF_PLANS.isdisjoint(strict_toml.load(file))
    except AcceptanceError:
        return True


def _of_file(path: Path) -> Item:
    try:
        return Item(name=str(path), source=path, folder=path.parent, plan=plans.read(path))
    except AcceptanceError as error:
        return Item(name=str(path), source=path, folder=path.parent, error=error)


def _of_clip(path: Path, options: ForClips) -> Item:
    """Make the plan that ``run`` makes of a clip, with a device that is called as the clip is."""
    made = plans.of_clips([path], facts=options.facts, packs=options.packs, **options.fields)
    device = replace(made.subjects[0], id=identifier(path.stem) or "device", name=path.stem)
    shots = tuple(replace(shot, subject=device.id) for shot in made.shots)
    made = replace(made, subjects=(device,), shots=shots)
    made = replace(made, operator=options.operator, scope=options.scope)
    return Item(name=device.id, source=path, plan=made)


def _of_list(path: Path, template: Path | None) -> Iterator[Item]:
    """Yield a plan for each device of a list, from the template."""
    if template is None:
        hint = tr("Name a plan with {id} in place of the device's id: --plan TEMPLATE.toml")
        raise PlanError(tr("a device list needs a template"), where=str(path), hint=hint)
    listed = devices.as_listed(path)
    table = strict_toml.load(template)
    known = {device.id: device for device in listed}
    for device in listed:
        if device.kind not in ABOVE:
            yield replace(_of_device(device, known, table, template), source=path)


def _of_device(
    device: Subject, known: Mapping[str, Subject], table: Mapping[str, Any], template: Path
) -> Item:
    folder = template.parent
    try:
        words = _words(device)
        filled = {name: _filled(value, words, str(template)) for name, value in table.items()}
        plan = plans.of_table(_with_device(filled, device, known), template)
    except AcceptanceError as error:
        error.where = f"{device.id}: {error.where}"
        return Item(name=device.id, source=template, folder=folder, error=error)
    return Item(name=device.id, source=template, folder=folder, plan=plan)


def _words(device: Subject) -> dict[str, str]:
    """Return what may stand in a template, by name: fields of a device, and its facts."""
    own = {name: value for name, value in vars(device).items() if name != "facts"}
    return {name: str(value or "") for name, value in (dict(device.facts) | own).items()}


def _filled(value: object, words: Mapping[str, str], where: str) -> object:
    """Fill a device's words into every text of a TOML value."""
    if isinstance(value, str):
        return BLANK.sub(lambda blank: _word(blank[1], words, where), value)
    if isinstance(value, list):
        return [_filled(one, words, where) for one in value]
    if isinstance(value, dict):
        own = {"name_pattern": {**words, **KEPT}}
        return {key: _filled(item, own.get(key, words), where) for key, item in value.items()}
    return value


def _word(name: str, words: Mapping[str, str], where: str) -> str:
    if name not in words:
        what = tr("the device list has no {name!r} for this device", name=name)
        hint = tr("It has: {names}", names=shortened(words))
        raise PlanError(what, where=where, hint=hint)
    return words[name]


def _with_device(
    table: Mapping[str, Any], device: Subject, known: Mapping[str, Subject]
) -> dict[str, Any]:
    """Add the device, and what it lies below, unless the template names them itself."""
    stated = table.get("subjects", [])
    if not isinstance(stated, list):
        return dict(table)  # which reading the plan refuses
    ids = {str(one.get("id")) for one in stated if isinstance(one, dict)}
    line, parent = {device.id: device}, device.parent
    while parent is not None and parent in known:
        if parent in line:
            where = tr("subject {subject}", subject=device.id)
            hint = tr("Subjects must form a tree")
            raise PlanError(tr("is its own ancestor"), where=where, hint=hint)
        line[parent] = known[parent]
        parent = known[parent].parent
    added = [_table_of(line[name]) for name in reversed(line) if name not in ids]
    return {**table, "subjects": [*stated, *added]}


def _table_of(subject: Subject) -> dict[str, Any]:
    fields = {name: value for name, value in vars(subject).items() if value}
    return {**fields, "kind": str(subject.kind), "facts": dict(subject.facts)}


def _require_unlike(items: Sequence[Item]) -> None:
    """Refuse two plans of one name: nobody could tell their results apart."""
    sources: dict[str, list[Path]] = {}
    for item in items:
        sources.setdefault(item.name, []).append(item.source)
    for name, found in sources.items():
        if len(found) > 1:
            what = tr(
                "two plans or devices would have this name: {sources}",
                sources=shortened(map(str, found)),
            )
            raise PlanError(what, where=name, hint=tr("Rename one of them, or run two batches"))

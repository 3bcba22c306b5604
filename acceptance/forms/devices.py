"""A list of devices as a table (CSV or XLSX), which ``Plan.device_list`` names, read as subjects.

The first row names the columns, in Chinese or English and any order; a column that is none of a
subject's fields is a fact. ``docs/formats.md`` describes every column and the words that are
understood.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import spreadsheet
from acceptance.messages import tr
from acceptance.model import Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

IDENTIFIER = re.compile(r"[^\W_][\w.-]{0,63}")  # a name of files, and in a QR code
# A field's name here, and what the heading of its column may be.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("id", "编号", "设备编号"),
    "kind": ("kind", "type", "类型", "设备类型"),
    "name": ("name", "名称", "设备名称"),
    "parent": ("parent", "上级", "所属"),
    "manufacturer": ("manufacturer", "厂家", "生产厂家", "厂商", "品牌"),
    "model": ("model", "型号", "规格型号"),
    "serial": ("serial", "serial number", "序列号", "出厂编号"),
    "address": ("address", "ip", "地址", "ip地址", "ip 地址", "网络地址"),
}
KINDS: Mapping[SubjectKind, tuple[str, ...]] = {
    SubjectKind.SITE: ("site", "现场", "工程"),
    SubjectKind.SYSTEM: ("system", "系统"),
    SubjectKind.FIXED: (
        *("fixed", "固定摄像机", "枪机", "枪型摄像机"),
        *("筒机", "筒型摄像机", "半球", "半球摄像机"),
    ),
    SubjectKind.DOME: ("dome", "球型摄像机", "球机", "快球"),
    SubjectKind.PTZ: ("ptz", "云台摄像机", "云台"),
    SubjectKind.FISHEYE: ("fisheye", "鱼眼摄像机", "鱼眼", "全景摄像机"),
    SubjectKind.THERMAL: ("thermal", "热成像摄像机", "热成像"),
    SubjectKind.RECORDER: ("recorder", "录像设备", "录像机", "硬盘录像机", "nvr", "dvr"),
    SubjectKind.SCREEN: ("screen", "显示设备", "显示屏", "监视器", "大屏"),
}
FACTS: Mapping[str, tuple[str, ...]] = {
    "system": ("system", "系统制式", "制式"),
    "picture": ("picture", "图像"),
    "format": ("format", "图像格式"),
    "place": ("place", "场所"),
    "position": ("position", "安装位置", "位置"),
    "important": ("important", "重要部位", "重点部位"),
    "purpose": ("purpose", "用途"),
    "earth": ("earth", "接地"),
    "storage": ("storage", "存储"),
    "network": ("network", "联网"),
}
VALUES: Mapping[str, tuple[str, ...]] = {
    "analogue": ("模拟",),
    "digital": ("数字", "网络"),
    "colour": ("彩色", "color"),
    "monochrome": ("黑白",),
    "indoor": ("室内",),
    "outdoor": ("室外",),
    "yes": ("是",),
    "no": ("否",),
    "common": ("共用接地",),
    "dedicated": ("专用接地",),
}
_KIND = {word: kind for kind, words in KINDS.items() for word in words}
_FACT = {word: fact for fact, words in FACTS.items() for word in words}
_VALUE = {word: value for value, words in VALUES.items() for word in words}


def read(path: Path, own: Sequence[Subject] = ()) -> tuple[Subject, ...]:
    """Read the devices; ``own`` are subjects that the plan lists itself: parents, and ids in use.

    A device without parent lies below the first site, of the list or else of the plan, where there
    is one. Raises PlanError naming file, row (the heading is row 1) and column: what
    ``spreadsheet.form`` refuses, a missing or duplicate column, an empty or duplicate id, an
    unknown kind or parent, a password in an address, no device at all.
    """
    found = _listed(path, {subject.id for subject in own})
    known = {device.id: device for device in (*own, *(device for device, _ in found))}
    return tuple(_placed(device, known, where) for device, where in found)


def as_listed(path: Path) -> tuple[Subject, ...]:
    """Read the devices as they stand: a parent may be missing. Raises PlanError otherwise."""
    return tuple(device for device, _ in _listed(path, set()))


def _listed(path: Path, used: set[str]) -> list[tuple[Subject, str]]:
    table = spreadsheet.form(path, str(path))
    columns = _columns(table[0], tr("{file}, row {row}", file=path, row=1))
    found = _devices(table, columns, path, used)
    if not found:
        hint = tr("Write one line for each device below the heading")
        raise PlanError(tr("lists no device"), where=str(path), hint=hint)
    return found


def _devices(
    table: Sequence[Sequence[str]], columns: Mapping[str, int], path: Path, used: set[str]
) -> list[tuple[Subject, str]]:
    """Read each device and where it is; ids of the plan's own subjects are ``used``."""
    found: dict[str, tuple[Subject, str]] = {}
    filled = ((number, cells) for number, cells in enumerate(table[1:], start=2) if any(cells))
    for number, cells in filled:
        where = tr("{file}, row {row}", file=path, row=number)
        fields = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        device = _subject(fields, where)
        if device.id in found or device.id in used:
            what, hint = tr("duplicate id {id!r}", id=device.id), tr("Give each device its own id")
            raise PlanError(what, where=tr("{row}, id", row=where), hint=hint)
        found[device.id] = device, where
    return list(found.values())


def _columns(cells: Sequence[str], where: str) -> dict[str, int]:
    """Return the place of each column by the name of its field, or of the fact that it states."""
    names = [_column(cell) for cell in cells]
    _check_once(names, where)
    for name in ("id", "kind"):
        if name not in names:
            hint = tr("Add one of: {headings}", headings=", ".join(COLUMNS[name]))
            raise PlanError(tr("there is no such column"), where=f"{where}, {name}", hint=hint)
    return {name: at for at, name in enumerate(names) if name}


def _check_once(names: Sequence[str], where: str) -> None:
    for name in names:
        if name and names.count(name) > 1:
            hint = tr("Leave one of them out")
            raise PlanError(tr("duplicate column {column!r}", column=name), where=where, hint=hint)


def _column(cell: str) -> str:
    word = cell.lower()
    field = next((name for name, words in COLUMNS.items() if word in words), "")
    return field or _FACT.get(word, cell)


def _subject(fields: Mapping[str, str], where: str) -> Subject:
    _check_id(fields["id"], f"{where}, id")
    kind = _kind(fields["kind"], f"{where}, kind")
    _check_address(fields.get("address", ""), f"{where}, address")
    return Subject(
        id=fields["id"],
        kind=kind,
        name=fields.get("name", ""),
        parent=fields.get("parent") or None,
        manufacturer=fields.get("manufacturer", ""),
        model=fields.get("model", ""),
        serial=fields.get("serial", ""),
        address=fields.get("address", ""),
        facts=_with_place(_facts(fields), where),
    )


def _facts(fields: Mapping[str, str]) -> dict[str, str]:
    stated = {name: value for name, value in fields.items() if value and name not in COLUMNS}
    return {name: _VALUE.get(value, value) for name, value in stated.items()}


def _check_id(identity: str, where: str) -> None:
    if not IDENTIFIER.fullmatch(identity):
        what = wrong_id(identity) if identity else tr("is empty")
        raise PlanError(what, where=where, hint=tr("Give every device its own id"))


def wrong_id(identity: str) -> str:
    """Say what an id may contain (``IDENTIFIER``)."""
    return tr(
        "the id {id!r:.80} may contain only letters, digits, '_', '-' and '.', at most 64, "
        "and must begin with a letter or digit",
        id=identity,
    )


def _kind(word: str, where: str) -> SubjectKind:
    kind = _KIND.get(word.lower())
    if kind is None:
        kinds = ", ".join(f"{words[0]} {words[1]}" for words in KINDS.values())
        hint = tr("Kinds: {kinds}", kinds=kinds)
        raise PlanError(tr("unknown kind {kind!r}", kind=word), where=where, hint=hint)
    return kind


def _check_address(address: str, where: str) -> None:
    if re.search(r"//[^/]*@", address):
        hint = tr("Take it out: the list is kept in the session and handed over with it")
        raise PlanError(tr("the address holds a user or password"), where=where, hint=hint)


def _with_place(facts: dict[str, str], where: str) -> dict[str, str]:
    """Return the facts with ``place``, for which packs ask, instead of ``important``: yes or no."""
    important = facts.pop("important", "")
    if not important:
        return facts
    if important not in {"yes", "no"}:
        what, hint = tr("{text!r} is not an answer", text=important), tr("Write yes or no (是, 否)")
        raise PlanError(what, where=tr("{row}, important", row=where), hint=hint)
    place = "important" if important == "yes" else "other"
    if place == "important" and facts.get("place", place) != place:
        stated = facts["place"]
        what = tr("the place is {place!r} and an important one", place=stated)
        hint = tr("Give one place only: leave one of the two out")
        raise PlanError(what, where=tr("{row}, place", row=where), hint=hint)
    return {"place": place} | facts


def _placed(device: Subject, known: Mapping[str, Subject], where: str) -> Subject:
    """Check that the parent is ``known``; a device without one gets the first site."""
    if device.parent is not None and device.parent not in known:
        hint = tr("Name the id of a device of this list, or of a subject of the plan")
        what = tr("there is no parent {parent!r}", parent=device.parent)
        raise PlanError(what, where=tr("{row}, parent", row=where), hint=hint)
    site = next((other.id for other in known.values() if other.kind is SubjectKind.SITE), None)
    if device.parent is not None or device.kind is SubjectKind.SITE or site is None:
        return device
    return replace(device, parent=site)

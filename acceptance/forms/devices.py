"""A list of devices as a table (CSV or XLSX): what ``Plan.device_list`` names, read into subjects.

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
        "fixed",
        "固定摄像机",
        "枪机",
        "枪型摄像机",
        "筒机",
        "筒型摄像机",
        "半球",
        "半球摄像机",
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
    """Read the devices. ``own`` are subjects that the plan lists itself.

    Parents here, and ids that are taken.
    A device without parent lies below the first site, of the list or else of the plan, where there
    is one. Raises PlanError naming file, row (the heading is row 1) and column: what
    ``sheets.form`` refuses, a missing or doubled column, an empty or doubled id, an unknown kind or
    parent, a password in an address, no device at all.
    """
    table = spreadsheet.form(path, str(path))
    columns = _columns(table[0], f"{path}, row 1")
    filled = [(number, cells) for number, cells in enumerate(table[1:], start=2) if any(cells)]
    if not filled:
        raise PlanError(
            "lists no device",
            where=str(path),
            hint="Write one line for each device below the heading",
        )
    found: dict[str, Subject] = {}
    for number, cells in filled:
        told = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        one = _subject(told, f"{path}, row {number}")
        if one.id in found or one.id in {other.id for other in own}:
            raise _wrong(
                f"the id {one.id!r} stands twice",
                f"{path}, row {number}, id",
                "Give each device its own id",
            )
        found[one.id] = one
    known = {one.id: one for one in (*own, *found.values())}
    rows = zip((number for number, _ in filled), found.values(), strict=True)
    return tuple(_placed(one, known, f"{path}, row {number}") for number, one in rows)


def _columns(cells: Sequence[str], where: str) -> dict[str, int]:
    """Return the place of each column by the name of its field, or of the fact that it states."""
    names = [_column(cell) for cell in cells]
    for name in names:
        if name and names.count(name) > 1:
            raise _wrong(f"the column {name!r} stands twice", where, "Leave one of them out")
    for name in ("id", "kind"):
        if name not in names:
            raise _wrong(
                "there is no such column",
                f"{where}, {name}",
                f"Head one with: {', '.join(COLUMNS[name])}",
            )
    return {name: at for at, name in enumerate(names) if name}


def _column(cell: str) -> str:
    word = cell.lower()
    field = next((name for name, words in COLUMNS.items() if word in words), "")
    return field or _FACT.get(word, cell)


def _subject(told: Mapping[str, str], where: str) -> Subject:
    kind = _KIND.get(told["kind"].lower())
    if not IDENTIFIER.fullmatch(told["id"]):
        what = (
            f"the id {told['id']!r:.80} may hold letters, digits, '_', '-' and '.' only, 64 at most"
            if told["id"]
            else "is empty"
        )
        raise _wrong(what, f"{where}, id", "Every device has an id of its own")
    if kind is None:
        hint = f"Kinds: {', '.join(words[0] + ' ' + words[1] for words in KINDS.values())}"
        raise _wrong(f"there is no kind {told['kind']!r}", f"{where}, kind", hint)
    if re.search(r"//[^/]*@", told.get("address", "")):
        hint = "Take it out: the list is kept in the session and handed over with it"
        raise _wrong("the address holds a user or password", f"{where}, address", hint)
    fields = {
        name: told.get(name, "")
        for name in ("id", "name", "manufacturer", "model", "serial", "address")
    }
    facts = {
        name: _VALUE.get(value, value)
        for name, value in told.items()
        if name not in COLUMNS and value
    }
    return Subject(
        kind=kind, parent=told.get("parent") or None, facts=_with_place(facts, where), **fields
    )


def _with_place(facts: dict[str, str], where: str) -> dict[str, str]:
    """Return the facts with the place that an answer to "is this an important place?" tells.

    Packs ask for that.
    """
    told = facts.pop("important", "")
    if not told:
        return facts
    if told not in {"yes", "no"}:
        raise _wrong(f"{told!r} is no answer", f"{where}, important", "Write yes or no (是, 否)")
    if told == "yes" and facts.get("place", "important") != "important":
        hint = "A device has one place: leave either out"
        raise _wrong(
            f"the place is {facts['place']!r} and an important one", f"{where}, place", hint
        )
    return {"place": "important" if told == "yes" else "other"} | facts


def _placed(one: Subject, known: Mapping[str, Subject], where: str) -> Subject:
    """Hold the parent against the devices there are; without one take the first site."""
    if one.parent is not None and one.parent not in known:
        hint = "Name the id of a device of this list, or of a subject of the plan"
        raise _wrong(f"there is no parent {one.parent!r}", f"{where}, parent", hint)
    site = next((other.id for other in known.values() if other.kind is SubjectKind.SITE), None)
    if one.parent is not None or one.kind is SubjectKind.SITE or site is None:
        return one
    return replace(one, parent=site)


def _wrong(what: str, where: str, hint: str) -> PlanError:
    return PlanError(what, where=where, hint=hint)

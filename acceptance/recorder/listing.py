"""A list of recordings as a table.

The one that a recorder gave of its search, or the one that this tool writes.
The first line names the columns, in English or Chinese; any order, others are passed over. UTF-8 or
GBK, separated by commas, semicolons or tabs. ``docs/formats.md`` describes every column.
"""

from __future__ import annotations

import csv
import io
import math
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import spreadsheet
from acceptance.recorder.recordings import Evidence, Found, Recording, iso, ordered, placed

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

# A column's name here, and what else its heading may be.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "channel": (
        "channel",
        "camera",
        "通道",
        "通道号",
        "通道名称",
        "摄像机",
        "监控点",
        "监控点名称",
    ),
    "start": ("start", "start time", "begin", "begin time", "开始时间", "起始时间", "录像开始时间"),
    "end": ("end", "end time", "stop", "stop time", "结束时间", "终止时间", "录像结束时间"),
    "file": ("file", "name", "file name", "filename", "文件", "文件名", "文件名称"),
    "size": ("size", "文件大小"),
    "container_time": ("container_time",),
    "duration_s": ("duration_s",),
    "file_time": ("file_time",),
    "readable": ("readable",),
}
WRITTEN = (*COLUMNS, "placed_start", "placed_end", "faults")
TIME = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:[.,]\d+)?)?"
    r" ?(Z|[+-]\d\d:?\d\d)?"
)
DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()")


def read(path: Path, *, zone: timezone, now: float) -> Found:
    """Read a list. Times without an offset are the recorder's clock in ``zone``.

    Raises PlanError naming file, row (the heading is row 1) and field: not readable, no such
    column, a time that is none, an empty channel.
    """
    rows = spreadsheet.rows(path)
    heading = _heading(rows[0], path)
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            told = {name: cells[at] if at < len(cells) else "" for name, at in heading.items()}
            found.append(_recording(told, f"{path}, row {number}", zone, now))
    return ordered(found, zone, {})


def write(found: Found) -> bytes:
    """Write all recordings with what each source says of them; ``read`` understands it."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(WRITTEN)
    table.writerows(_written(one, found.zone) for one in found.recordings)
    return text.getvalue().encode()


def _written(one: Recording, zone: timezone) -> tuple[str, ...]:
    told = one.evidence
    faults = [
        " ".join([fault.code, *(f"{value:g}" for value in fault.parameters.values())])
        for fault in one.faults
    ]
    return (
        one.channel,
        *(iso(moment, zone) for moment in (told.named_start, told.named_end)),
        one.file,
        str(told.size or ""),
        iso(told.created, zone),
        "" if told.duration is None else f"{told.duration:.3f}",
        iso(told.modified, zone),
        "" if told.readable else "no",
        *(iso(moment, zone) for moment in (one.start, one.end)),
        "; ".join(faults),
    )


def _heading(cells: list[str], path: Path) -> dict[str, int]:
    """Find the column of each name."""
    found = spreadsheet.heading(cells, COLUMNS)
    for name in ("channel", "start", "end"):
        if name not in found:
            hint = f"Head one column with one of: {', '.join(COLUMNS[name])}"
            raise PlanError("there is no such column", where=f"{path}, row 1, {name}", hint=hint)
    return found


def _recording(told: Mapping[str, str], where: str, zone: timezone, now: float) -> Recording:
    if not told["channel"]:
        raise PlanError(
            "is empty", where=f"{where}, channel", hint="Every recording belongs to a channel"
        )
    evidence = Evidence(
        named_start=_time(told, "start", where, zone),
        named_end=_time(told, "end", where, zone),
        created=_time(told, "container_time", where, zone),
        duration=_number(told, "duration_s", where),
        modified=_time(told, "file_time", where, zone),
        size=_size(told.get("size", "")),
        readable=told.get("readable", "") != "no",
    )
    if "file_time" not in told:  # a list of ours may hold files that tell no time
        for name in ("start", "end"):
            if not told[name]:
                raise PlanError(
                    "is empty",
                    where=f"{where}, {name}",
                    hint="Say when the recording starts and ends",
                )
    return placed(told.get("file", ""), told["channel"], evidence, now=now, by="list")


def _time(told: Mapping[str, str], name: str, where: str, zone: timezone) -> float | None:
    text = told.get(name, "")
    if not text:
        return None
    moment = moment_of(text, zone)
    if moment is None:
        hint = "Write it like 2026-11-25 08:30:00"
        raise PlanError(f"{text!r} is no date and time", where=f"{where}, {name}", hint=hint)
    return moment


def moment_of(text: str, zone: timezone) -> float | None:
    """Read date and time, in ``zone`` where no offset is given, as POSIX seconds.

    None where it is none.
    """
    match = TIME.fullmatch(text) or DIGITS.fullmatch(text)
    if match is None:
        return None
    *parts, offset = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        return datetime(
            year, month, day, hour, minute, second, tzinfo=_zone(offset, zone)
        ).timestamp()
    except ValueError:
        return None


def _zone(offset: str | None, zone: timezone) -> timezone:
    if not offset:
        return zone
    told = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
    return told if isinstance(told, timezone) else zone


def _number(told: Mapping[str, str], name: str, where: str) -> float | None:
    text = told.get(name, "")
    try:
        value = float(text) if text else None
    except ValueError:
        value = math.nan
    if value is not None and not 0 <= value < math.inf:
        raise PlanError(
            f"{text!r} is no number of seconds", where=f"{where}, {name}", hint="Write it like 600"
        )
    return value


def _size(text: str) -> int:
    """Return a size in bytes; recorders write units of their own, which tell nothing here."""
    return int(text) if text.isdecimal() else 0

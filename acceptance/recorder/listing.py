"""A list of recordings as a table: what a recorder's search gave, or what this tool writes.

The first line names the columns, in English or Chinese and any order; others are ignored. UTF-8 or
GBK, separated by commas, semicolons or tabs. ``docs/formats.md`` describes every column.
"""

from __future__ import annotations

import math
import re
from datetime import datetime, timezone
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import spreadsheet, written_number
from acceptance.messages import tr
from acceptance.recorder.recordings import (
    LATE,
    Found,
    Recording,
    TimeEvidence,
    in_any_zone,
    iso,
    ordered,
    placed,
)

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from acceptance.model import Reason

# A column's name here, and what else its heading may be.
COLUMNS: Mapping[str, tuple[str, ...]] = {
    "channel": (
        *("channel", "camera", "通道", "通道号", "通道名称"),
        *("摄像机", "监控点", "监控点名称"),
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
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?[ T]*"
    r"(\d{1,2})[:时](\d{1,2})(?:[:分](\d{1,2})秒?(?:[.,]\d+)?)?"
    r" ?(Z|[+-]\d\d:?\d\d)?"
)
DIGITS = re.compile(r"(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)()")


def read(path: Path, *, zone: timezone, now: float, ahead: float = 0.0) -> Found:
    """Read a list. Times without an offset are the recorder's clock in ``zone``, ``ahead`` by s.

    Raises PlanError naming file, row (the heading is row 1) and field: not readable, no such
    column, not a time, an empty channel.
    """
    rows = spreadsheet.rows(path)
    heading = _heading(rows[0], path)
    found = []
    for number, cells in enumerate(rows[1:], start=2):
        if any(cells):
            fields = {name: cells[at] if at < len(cells) else "" for name, at in heading.items()}
            evidence = _checked(fields, f"{path}, row {number}", zone)
            found.append(
                placed(
                    fields.get("file", ""), fields["channel"], evidence, now=now, by="list",
                    ahead=ahead,
                )
            )  # fmt: skip
    return ordered(found, zone, {})


def latest(now: float, clock_error: float) -> float:
    """Return the latest moment (POSIX s) that a recording may have by a clock off by so much."""
    return now + max(0.0, clock_error - LATE)


def write(found: Found) -> bytes:
    """Write all recordings with what each source says of them; ``read`` understands it."""
    rows = (_written(recording, found.zone) for recording in found.recordings)
    return spreadsheet.csv_text([WRITTEN, *rows]).encode()


def _written(recording: Recording, zone: timezone) -> tuple[str, ...]:
    evidence = recording.evidence
    return (
        recording.channel,
        iso(evidence.named_start, zone),
        iso(evidence.named_end, zone),
        recording.file,
        str(evidence.size or ""),
        iso(evidence.created, zone),
        "" if evidence.duration is None else f"{evidence.duration:.3f}",
        iso(evidence.modified, zone),
        "" if evidence.readable else "no",
        iso(recording.start, zone),
        iso(recording.end, zone),
        "; ".join(map(_fault, recording.faults)),
    )


def _fault(fault: Reason) -> str:
    return " ".join([fault.code, *(f"{value:g}" for value in fault.parameters.values())])


def _heading(cells: list[str], path: Path) -> dict[str, int]:
    """Find the column of each name."""
    found = spreadsheet.heading(cells, COLUMNS)
    for name in ("channel", "start", "end"):
        if name not in found:
            where = tr("{file}, row {row}, {column}", file=path, row=1, column=name)
            hint = tr("Add one of: {headings}", headings=", ".join(COLUMNS[name]))
            raise PlanError(tr("there is no such column"), where=where, hint=hint)
    return found


def _checked(fields: Mapping[str, str], where: str, zone: timezone) -> TimeEvidence:
    if not fields["channel"]:
        hint = tr("Every recording belongs to a channel")
        raise PlanError(tr("is empty"), where=tr("{row}, channel", row=where), hint=hint)
    evidence = _evidence(fields, where, zone)
    _check_times(fields, where)
    return evidence


def _evidence(fields: Mapping[str, str], where: str, zone: timezone) -> TimeEvidence:
    return TimeEvidence(
        named_start=_time(fields, "start", where, zone),
        named_end=_time(fields, "end", where, zone),
        created=_time(fields, "container_time", where, zone),
        duration=_number(fields, "duration_s", where),
        modified=_time(fields, "file_time", where, zone),
        size=_size(fields.get("size", "")),
        readable=fields.get("readable", "") != "no",
    )


def _check_times(fields: Mapping[str, str], where: str) -> None:
    missing = [name for name in ("start", "end") if not fields[name]]
    # a list of ours may hold files whose names state no time
    if missing and "file_time" not in fields:
        hint = tr("Write when the recording starts and ends")
        raise PlanError(tr("is empty"), where=f"{where}, {missing[0]}", hint=hint)


def _time(fields: Mapping[str, str], name: str, where: str, zone: timezone) -> float | None:
    text = fields.get(name, "")
    if not text:
        return None
    moment = moment_of(text, zone)
    if moment is None:
        what = tr("{day!r} is not a date and time", day=text)
        hint = tr("Write it like 2026-11-25 08:30:00")
        raise PlanError(what, where=f"{where}, {name}", hint=hint)
    return moment


def moment_of(text: str, zone: timezone) -> float | None:
    """Read date and time, in ``zone`` unless an offset is given, as POSIX seconds.

    Return None for anything else, and for a date that some zone does not have (year 1, year 9999).
    """
    match = TIME.fullmatch(text) or DIGITS.fullmatch(text)
    if match is None:
        return None
    *parts, offset = match.groups()
    year, month, day, hour, minute, second = (int(part or 0) for part in parts)
    try:
        there = datetime(year, month, day, hour, minute, second, tzinfo=_zone(offset, zone))
    except ValueError:
        return None
    return in_any_zone(there.timestamp())


def _zone(offset: str | None, zone: timezone) -> timezone:
    if not offset:
        return zone
    stated = datetime.fromisoformat(f"2000-01-01T00:00:00{offset}").tzinfo
    return stated if isinstance(stated, timezone) else zone


def _number(fields: Mapping[str, str], name: str, where: str) -> float | None:
    text = fields.get(name, "")
    value = written_number.number(text) if text else None
    if value is not None and not 0 <= value < math.inf:
        what, hint = tr("{text!r} is not a number of seconds", text=text), tr("Write it like 600")
        raise PlanError(what, where=f"{where}, {name}", hint=hint)
    return value


def _size(text: str) -> int:
    """Return a size in bytes; 0 for units that recorders invent."""
    return int(text) if text.isdecimal() else 0

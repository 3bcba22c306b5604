"""Who confirmed what in an authentic copy.

The tables ``[[confirmations]]`` of a pack, and what they make firm.
A confirmation waits in the table that it is about (``WAITING``) until loans are filled in: it is
about the figure that the table has then.
"""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.checks.pack_tables import Raw, only, refusal, tables, target
from acceptance.model import Level

if TYPE_CHECKING:
    from collections.abc import Collection
    from pathlib import Path

WAITING = "_confirmed"
PARTS = ("figure", "assignment")
WHAT = {"both": PARTS, "figure": ("figure",), "assignment": ("assignment",)}
TARGETS = {"requirement": "requirements", "sampling": "samplings", "scoring": "scoring"}
RECORD = {"by": "confirmed_by", "on": "confirmed_on", "copy": "copy"}
CORRECTIONS = ("level", "clause", "note", "note_en")
FIRST_TO_BEGIN_A_DAY = timedelta(hours=14)  # UTC+14


def today() -> date:
    """Return the latest date that any calendar on earth shows.

    Nothing can have been confirmed later.
    """
    return (datetime.now(UTC) + FIRST_TO_BEGIN_A_DAY).date()


def confirm(raw: Raw, path: Path, latest: date | None) -> Raw:
    """Lay, in a copy, each confirmation of a pack into the table that it is about, where it waits for ``settle``.

    ``latest``: the last date on which anything can have been confirmed; None: any (the pack was
    taken in when its dates had passed). Raises PackError.
    """
    raw = copy.deepcopy(raw) if "confirmations" in raw else raw
    for one in tables(raw, "confirmations", path):
        kind, identity = target(one, TARGETS, "confirmation", path)
        where = f"confirmation of {kind} {identity}"
        only(one, {kind, "what", *RECORD, *CORRECTIONS}, where, path)
        record = {RECORD[key]: str(one[key]) for key in RECORD if key in one}
        check(record, path, where, latest, names=RECORD)
        what = one.get("what", "both")
        if what not in WHAT:
            raise refusal(path, where, "what", f"must be one of {', '.join(WHAT)}")
        waiting = _about(raw, kind, identity, path, where).setdefault(WAITING, {})
        for part in WHAT[what]:
            if part in waiting and waiting[part][0] == path:
                raise refusal(path, where, "what", f"the {part} is confirmed twice")
            waiting[part] = (
                path,
                where,
                what,
                record | {key: one[key] for key in CORRECTIONS if key in one},
            )
    return {key: value for key, value in raw.items() if key != "confirmations"}


def _about(raw: Raw, kind: str, identity: str, path: Path, where: str) -> Raw:
    """Find the table that is confirmed."""
    held = raw.get(TARGETS[kind], [])
    found: list[Raw] = (
        [held] if isinstance(held, dict) else [one for one in held if one.get("id") == identity]
    )
    if not found:
        raise refusal(path, where, kind, f"there is no {kind} {identity!r} to confirm")
    return found[0]


def check(record: Raw, path: Path, where: str, latest: date | None, names: Collection[str]) -> None:
    """Refuse a confirmation by nobody, on no day, or in no copy.

    ``names`` are its fields as the file calls them.
    """
    asked = ("who confirmed it", "on which day", "in which copy")
    for key, name, what in zip(RECORD.values(), names, asked, strict=True):
        if not str(record.get(key, "")).strip():
            raise refusal(path, where, name, f"is missing; say {what}")
    day, (_, name, _) = str(record["confirmed_on"]), names
    if (moment := _date(day)) is None:
        raise refusal(path, where, name, f"{day!r} is not a date; write it like 2026-11-20")
    if latest and moment > latest:
        raise refusal(path, where, name, f"{day} has not come yet")


def _date(day: str) -> date | None:
    try:
        moment = date.fromisoformat(day)
    except ValueError:
        return None
    return moment if moment.isoformat() == day else None


def settle(table: Raw) -> Raw:
    """Return a table with what was confirmed of it.

    Raises PackError where that is not there, or was not read.
    """
    settled = {key: value for key, value in table.items() if key != WAITING}
    for part, (path, where, what, record) in table.get(WAITING, {}).items():
        provenance = settled.get(part)
        if not isinstance(provenance, dict):
            if what == "both" and len(table[WAITING]) > 1:
                continue  # an inspection has no figure, a sampling no assignment
            raise refusal(path, where, "what", f"there is no {part} to confirm")
        seen = provenance | (
            record if "level" not in record else {"note": "", "note_en": ""} | record
        )
        if seen.get("level") != Level.SEEN:
            known = f'the {part} is {seen.get("level")}; confirm with level = "seen" what was read in the copy'
            raise refusal(path, where, "level", known)
        settled[part] = seen
    return settled

"""Who confirmed what in an authentic copy.

It reads the tables ``[[confirmations]]`` of a pack, and applies them to what they make firm. A
confirmation waits in the table that it is about (``WAITING``) until loans are filled in: it is
about the figure that the table has then.
"""

from __future__ import annotations

import copy
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from acceptance.checks import pack_sentences
from acceptance.checks.pack_tables import Raw, only, refusal, tables, target
from acceptance.messages import tr
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
    """Copy a pack's tables, with each confirmation in the table that it is about.

    It waits there for ``settle``. ``latest``: the last date on which anything can have been
    confirmed; None: any (the pack was taken in when its dates had passed). Raises PackError.
    """
    raw = copy.deepcopy(raw) if "confirmations" in raw else raw
    for table in tables(raw, "confirmations", path):
        kind, identity = target(table, TARGETS, "confirmation", path)
        where = pack_sentences.confirmation(kind, identity)
        what, record = _record(table, kind, path, where, latest)
        waiting = _about(raw, kind, identity, path, where).setdefault(WAITING, {})
        for part in WHAT[what]:
            if part in waiting and waiting[part][0] == path:
                raise refusal(path, where, "what", pack_sentences.confirmed_twice(part))
            waiting[part] = (path, where, what, record)
    return {key: value for key, value in raw.items() if key != "confirmations"}


def _record(table: Raw, kind: str, path: Path, where: str, latest: date | None) -> tuple[str, Raw]:
    """Return what is confirmed, and who confirmed it when, with what is corrected."""
    only(table, {kind, "what", *RECORD, *CORRECTIONS}, where, path)
    record: Raw = {RECORD[key]: str(table[key]) for key in RECORD if key in table}
    check(record, path, where, latest, names=RECORD)
    what = table.get("what", "both")
    if what not in WHAT:
        raise refusal(path, where, "what", tr("must be one of {parts}", parts=", ".join(WHAT)))
    return what, record | {key: table[key] for key in CORRECTIONS if key in table}


def _about(raw: Raw, kind: str, identity: str, path: Path, where: str) -> Raw:
    """Find the table that is confirmed."""
    held = raw.get(TARGETS[kind], [])
    found: list[Raw] = (
        [held]
        if isinstance(held, dict)
        else [table for table in held if table.get("id") == identity]
    )
    if not found:
        raise refusal(path, where, kind, pack_sentences.absent(kind, identity))
    return found[0]


def check(record: Raw, path: Path, where: str, latest: date | None, names: Collection[str]) -> None:
    """Refuse a confirmation by nobody, on no day, or in no copy.

    ``names`` are its fields as the file calls them. Raises PackError.
    """
    missing = {
        "confirmed_by": tr("is missing; say who confirmed it"),
        "confirmed_on": tr("is missing; say on which day it was confirmed"),
        "copy": tr("is missing; say in which copy it was read"),
    }
    for (key, complaint), name in zip(missing.items(), names, strict=True):
        if not str(record.get(key, "")).strip():
            raise refusal(path, where, name, complaint)
    _, day_name, _ = names
    _check_day(str(record["confirmed_on"]), path, where, latest, day_name)


def _check_day(day: str, path: Path, where: str, latest: date | None, name: str) -> None:
    if (moment := day_of(day)) is None:
        no_date = tr("{day!r} is not a date; write it like 2026-11-25", day=day)
        raise refusal(path, where, name, no_date)
    if latest and moment > latest:
        raise refusal(path, where, name, tr("{day} is in the future", day=day))


def day_of(day: str) -> date | None:
    """Return the date of a text like 2026-11-25; None where it is none."""
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
        if isinstance(provenance, dict):
            settled[part] = _seen(provenance, record, part, path, where)
        elif what != "both" or len(table[WAITING]) == 1:
            # confirmed as both: an inspection has no figure, a sampling no assignment
            raise refusal(path, where, "what", pack_sentences.without(part))
    return settled


def _seen(provenance: Raw, record: Raw, part: str, path: Path, where: str) -> Raw:
    """Return a provenance with the record of its confirmation; a corrected level ends its note."""
    without_note = {"note": "", "note_en": ""} if "level" in record else {}
    seen = provenance | without_note | record
    if seen.get("level") == Level.SEEN:
        return seen
    raise refusal(path, where, "level", pack_sentences.unread(part, seen.get("level")))

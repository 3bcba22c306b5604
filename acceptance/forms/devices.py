"""A list of devices as a table (CSV or XLSX), which ``Plan.device_list`` names, read as subjects.

The first row names the columns, in Chinese or English and any order; a column that is none of a
subject's fields is a fact. ``docs/formats.md`` describes every column and the words that are
understood.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.errors import PlanError
from acceptance.files import spreadsheet, strict_toml, url_password
from acceptance.forms import every_row, vocabulary
from acceptance.messages import tr
from acceptance.model import Subject, SubjectKind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

FIELDS = frozenset(vocabulary.MORE["field"])  # of a subject; any other column is a fact
COUNTING = ("序号", "No.", "No", "NO.", "#")  # headings of a running number
SOURCE = re.compile(r"(?i:rtsps?)://[^\s/]+(?:/\S*)?|[^\s/@]+")
# endings of tables and texts in which a list may have been saved, and is not read
OTHERWISE = {
    *(".xls", ".xlsm", ".xlsb", ".et", ".ods", ".numbers", ".tsv", ".txt"),
    *(".doc", ".docx", ".wps", ".odt", ".pdf"),
}
# devices of a list, and of a plan, each of which all clauses are held against (10 s of 15,000)
MOST, MOST_OF_A_PLAN = 100_000, 20_000
IDENTIFIER = re.compile(r"[^\W_][\w.-]{0,63}")  # a name of files, and in a QR code


def read(path: Path, own: Sequence[Subject] = ()) -> tuple[Subject, ...]:
    """Read the devices; ``own`` are subjects that the plan lists itself: parents, and ids in use.

    A device without parent lies below the first site, of the list or else of the plan, where there
    is one. Raises PlanError naming file, row (the heading is row 1) and column: what
    ``spreadsheet.form`` refuses, a missing or duplicate column, an empty or duplicate id, an
    unknown kind or parent, a password in an address or source, no device at all, or more than
    ``MOST_OF_A_PLAN``.
    """
    found = _listed(path, {subject.id for subject in own})
    if len(found) > MOST_OF_A_PLAN:
        what = tr(
            "{count} devices; {most} at most in one plan", count=len(found), most=MOST_OF_A_PLAN
        )
        hint = tr("Divide the devices into lots, and write a plan for each")
        raise PlanError(what, where=str(path), hint=hint)
    known = {device.id: device for device in (*own, *(device for device, _ in found))}
    site = next((one.id for one in known.values() if one.kind is SubjectKind.SITE), None)
    return tuple(every_row.read(found, lambda row: _placed(row[0], known, site, row[1])))


def require_table(path: Path) -> None:
    """Refuse what is named like a list that another program saved its own way. Raises PlanError."""
    if path.suffix.lower() in OTHERWISE:
        what = tr("a device list is read as XLSX or CSV, not as {ending}", ending=path.suffix)
        hint = tr("Save it as XLSX, in the program that it comes from")
        raise PlanError(what, where=str(path), hint=hint)


def as_listed(path: Path) -> tuple[Subject, ...]:
    """Read the devices as they stand: a parent may be missing. Raises PlanError otherwise."""
    return tuple(device for device, _ in _listed(path, set()))


def _listed(path: Path, used: set[str]) -> list[tuple[Subject, str]]:
    table = spreadsheet.form(path, str(path))
    columns = _columns(table[0], tr("{file}, row {row}", file=path, row=1))
    if len(table) > MOST + 1:
        what = tr("{count} rows; {most} at most", count=len(table) - 1, most=MOST)
        raise PlanError(what, where=str(path), hint=tr("Is it the list of devices?"))
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

    def take(row: tuple[int, Sequence[str]]) -> None:
        number, cells = row
        where = tr("{file}, row {row}", file=path, row=number)
        fields = {name: cells[at] if at < len(cells) else "" for name, at in columns.items()}
        device = _subject(fields, where)
        if device.id in found or device.id in used:
            what, hint = tr("duplicate id {id!r}", id=device.id), tr("Give each device its own id")
            raise PlanError(what, where=tr("{row}, id", row=where), hint=hint)
        for name, text in fields.items():
            strict_toml.check_length(text, f"{where}, {name}")
        found[device.id] = device, where

    rows = enumerate(table[1:], start=2)
    every_row.read(((number, cells) for number, cells in rows if any(cells)), take)
    return list(found.values())


def _columns(cells: Sequence[str], where: str) -> dict[str, int]:
    """Return the place of each column by the name of its field, or of the fact that it states."""
    names = [_column(cell) for cell in cells]
    _check_once(names, where)
    for name in ("id", "kind"):
        if name not in names:
            words = (name, *vocabulary.MORE["field"][name])
            hint = tr("Add one of: {headings}", headings=", ".join(words))
            what = tr("there is no such column")
            if name == "id" and (counting := [cell for cell in cells if cell in COUNTING]):
                what = tr("{heading} counts the rows and names no device", heading=counting[0])
                hint = tr("Add a column 编号: names that stay when rows are moved, such as C01")
            raise PlanError(what, where=f"{where}, {name}", hint=hint)
    return {name: at for at, name in enumerate(names) if name}


def _check_once(names: Sequence[str], where: str) -> None:
    for name in names:
        if name and names.count(name) > 1:
            hint = tr("Leave one of them out")
            raise PlanError(tr("duplicate column {column!r}", column=name), where=where, hint=hint)


def _column(cell: str) -> str:
    field = vocabulary.meant(cell, "field")
    return field if field in FIELDS else vocabulary.meant(cell, "fact")


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
        source=_source(fields.get("source", ""), f"{where}, source"),
        facts=_with_place(_facts(fields), where),
    )


def _facts(fields: Mapping[str, str]) -> dict[str, str]:
    stated = {name: value for name, value in fields.items() if value and name not in FIELDS}
    return {name: vocabulary.meant(value, "fact_value") for name, value in stated.items()}


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
    known = vocabulary.names("kind")
    if vocabulary.plain(word) not in known:
        kinds = ", ".join(f"{kind} {wording.word(kind, 'kind', 'zh')}" for kind in SubjectKind)
        near = vocabulary.close(word, known)
        guess = tr("Did you mean {name!r}? ", name=near) if near else ""
        hint = guess + tr("Kinds: {kinds}", kinds=kinds)
        raise PlanError(tr("unknown kind {kind!r}", kind=word), where=where, hint=hint)
    return SubjectKind(known[vocabulary.plain(word)])


def _check_address(address: str, where: str) -> None:
    if re.search(r"//[^/]*@", address) or url_password.holds(address):
        hint = tr("Take it out: the list is kept in the session and handed over with it")
        raise PlanError(tr("the address holds a user or password"), where=where, hint=hint)


def _source(source: str, where: str) -> str:
    """Return where a stream is; what holds a password is refused, and not repeated."""
    if url_password.holds(source):
        hint = tr("Take it out: the list is kept in the session and handed over with it")
        raise PlanError(tr("the source holds a password"), where=where, hint=hint)
    if source and not SOURCE.fullmatch(source):
        hint = tr("Give rtsp://HOST/PATH, or HOST or HOST:PORT of ONVIF")
        raise PlanError(tr("is no source of a stream"), where=where, hint=hint)
    return source


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


def _placed(device: Subject, known: Mapping[str, Subject], site: str | None, where: str) -> Subject:
    """Check that the parent is ``known``; a device without one gets the first ``site``."""
    if device.parent is not None and device.parent not in known:
        hint = tr("Name the id of a device of this list, or of a subject of the plan")
        what = tr("there is no parent {parent!r}", parent=device.parent)
        raise PlanError(what, where=tr("{row}, parent", row=where), hint=hint)
    if device.parent is not None or device.kind is SubjectKind.SITE or site is None:
        return device
    return replace(device, parent=site)

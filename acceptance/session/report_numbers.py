"""Numbers of reports: by date and time, or drawn from an institute's own list, each once.

The list is a log whose entries hold the hash of the one before, so that none goes unnoticed out of
its middle. A number is on the disc before it is used: what is interrupted then leaves a gap, and
never gives a number twice.
"""

from __future__ import annotations

import contextlib
import re
import secrets
import string
from datetime import datetime
from typing import TYPE_CHECKING

from acceptance.errors import OutputError, PlanError, SessionError
from acceptance.files import paths
from acceptance.files.output import put_new, require_new, writing
from acceptance.messages import tr
from acceptance.model.basics import CHINA
from acceptance.session.log_book import LogBook, check_chain, held

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.model import Institute, LogEntry, Value

BEGUN, DRAWN = "numbers_begun", "number_drawn"
FIELDS = ("year", "month", "day", "serial")
DIGITS = re.compile(r"0[1-9]d")
MOST = 80  # characters of a number


def timed(now: str, out: Path) -> str:
    """Return date, time and six characters that no other session in ``out`` has."""
    number = f"{re.sub(r'[-:]', '', now[:19]).replace('T', '-')}-{secrets.token_hex(3)}"
    return timed(now, out) if (out / number).exists() else number


def begin(file: Path, first: int = 1) -> None:
    """Write a new list of which the first number drawn has the serial ``first``.

    Raises PlanError (a serial below 1) and OutputError: there is one already.
    """
    if first < 1:
        raise PlanError(tr("serials count from 1"), where=str(file))
    require_new(file)
    put_new(file, LogBook(file.parent, file.name).with_entry(BEGUN, {"first": first}))


def check(institute: Institute, file: Path) -> None:
    """Refuse a scheme that makes no numbers, and a list that cannot be drawn from.

    Nothing where the institute has no scheme. Raises PlanError.
    """
    if institute.number:
        _require_scheme(institute.number, institute.file)
        _entries(file)


def draw(institute: Institute, file: Path, project: str, out: Path) -> str:
    """Draw the next number of a list; return it when it is on the disc.

    ``project`` is noted beside it, ``out`` is where the session is going to lie. Raises PlanError
    as ``check`` does, OutputError where the list cannot be written, somebody else holds it for
    longer than ``PATIENCE``, or a session of this number lies in ``out``.
    """
    _require_scheme(institute.number, institute.file)
    if not file.is_file():
        _entries(file)  # which says what to do
    with held(file, tr("somebody else is drawing a number")):
        entries = _entries(file)
        pattern, now = _pattern(institute.number), datetime.now(CHINA)
        serial = _next(entries, pattern, now)
        number = _filled(institute.number, now, serial)
        _require_new(number, entries, out, file)
        details: dict[str, Value] = {"number": number, "serial": serial}
        details["project"] = project[:MOST]
        with writing(file.parent, named=file):
            LogBook(file.parent, file.name).append(DRAWN, details)
    return number


def is_drawn(file: Path, number: str, project: str) -> bool:
    """Whether a list says that a number was drawn for a project. Raises PlanError as ``check``."""
    drawn = (entry.details for entry in _entries(file))
    due = {"number": number, "project": project[:MOST]}
    return any(due.items() <= dict(details).items() for details in drawn)


def following(institute: Institute, file: Path) -> str:
    """Return the number that would be drawn now. Raises PlanError as ``check`` does."""
    check(institute, file)
    now = datetime.now(CHINA)
    serial = _next(_entries(file), _pattern(institute.number), now)
    return _filled(institute.number, now, serial)


def _require_scheme(scheme: str, file: str) -> None:
    """Refuse what makes no name of a folder, or the same for two reports. Raises PlanError."""
    cause = tr("its braces do not fit")
    with contextlib.suppress(ValueError):
        cause = _wrong(scheme)
    if cause:
        what = tr("{scheme!r:.120} makes no numbers: {cause}", scheme=scheme, cause=cause)
        hint = tr('For instance number = "{year}-{serial:04d}"')
        raise PlanError(what, where=tr("{file}: number", file=file), hint=hint)


def _wrong(scheme: str) -> str:
    """Say what is wrong with a scheme; raise ValueError for braces that do not fit."""
    parts = [part for part in string.Formatter().parse(scheme) if part[1] is not None]
    for _, name, width, conversion in parts:
        if name not in FIELDS or conversion or (width and not DIGITS.fullmatch(width)):
            return tr("{field!r} is none of {fields}", field=name, fields=", ".join(FIELDS))
    if [part[1] for part in parts].count("serial") != 1:
        return tr("it needs serial in braces, once")
    made = _filled(scheme, datetime.now(CHINA), 1)
    if len(made) > MOST:
        return tr("a number has at most {most} characters", most=MOST)
    return paths.unfit_folder(made)


def _filled(scheme: str, now: datetime, serial: int) -> str:
    month, day = f"{now.month:02d}", f"{now.day:02d}"
    return scheme.format(year=now.year, month=month, day=day, serial=serial)


def _pattern(scheme: str) -> str:
    """Return a regular expression of a scheme's numbers, with ``{year}`` and so on left in it."""
    made = ""
    for text, name, _, _ in string.Formatter().parse(scheme):
        made += re.escape(text).replace("{", "{{").replace("}", "}}")
        made += "" if name is None else "([0-9]+)" if name == "serial" else f"{{{name}}}"
    return made


def _next(entries: Sequence[LogEntry], pattern: str, now: datetime) -> int:
    """Return the serial after the largest that this period has; one year begins anew if named."""
    month, day = f"{now.month:02d}", f"{now.day:02d}"
    due = re.compile(pattern.format(year=now.year, month=month, day=day))
    found = [due.fullmatch(str(entry.details.get("number", ""))) for entry in entries]
    serials = [int(match[1]) for match in found if match]
    first = int(entries[0].details.get("first", 1)) if len(entries) == 1 else 1
    return max(serials, default=first - 1) + 1


def _require_new(number: str, entries: Sequence[LogEntry], out: Path, file: Path) -> None:
    """Refuse a number that is in use already: a list was set back. Raises OutputError."""
    drawn = number in {entry.details.get("number") for entry in entries}
    if drawn or (out / number).exists():
        what = tr("the next number is {number}, and a report has that already", number=number)
        hint = tr("The list was set back: restore the newest copy of {file}", file=file)
        raise OutputError(what, where=str(out / number), hint=hint, code="output")


def _entries(file: Path) -> tuple[LogEntry, ...]:
    """Read a list. Raises PlanError: there is none, or it was changed."""
    if not file.is_file():
        hint = tr("Begin it: acceptance templates export {folder}", folder=file.parent)
        raise PlanError(tr("there is no list of numbers"), where=str(file), hint=hint)
    try:
        entries = LogBook(file.parent, file.name).read()
    except SessionError as error:
        raise PlanError(error.what, where=error.where, hint=error.hint) from error
    if not entries or entries[0].what != BEGUN or check_chain(entries):
        hint = tr("Restore the newest copy; a list that begins anew gives numbers twice")
        raise PlanError(tr("the list of numbers was changed"), where=str(file), hint=hint)
    _require_only(file, entries)
    return entries


def _require_only(file: Path, entries: Sequence[LogEntry]) -> None:
    """Refuse a list beside which a copy of it went on: two reports would have one number.

    That is what a shared folder keeps of both where two people drew at once. A copy as the list was
    once is none. Raises PlanError.
    """
    known = {entry.sha256 for entry in entries}
    for other in sorted(file.parent.glob(f"*{file.suffix}")):
        if other == file:
            continue
        with contextlib.suppress(SessionError):
            found = {entry.sha256 for entry in LogBook(other.parent, other.name).read()}
            if entries[0].sha256 in found and not found <= known:
                what = tr(
                    "{copy} is a copy of it in which other numbers were drawn", copy=other.name
                )
                hint = tr(
                    "Two reports may have one number. Look them up, keep the longer list and move "
                    "the other elsewhere"
                )
                raise PlanError(what, where=str(file), hint=hint)

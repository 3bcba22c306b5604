"""Files of answers that people filled in (``acceptance sheet``): CSV, XLSX or TOML, a row an item.

A row without grade, yes and value is no answer. Errors name file, row and field; whether an answer
fits its requirement is for ``checks`` to say, which name file and row too (``Answer.origin``).
"""

from __future__ import annotations

import math
import re
import unicodedata
from datetime import date, datetime
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.files import spreadsheet, strict_toml, written_number
from acceptance.forms import every_row, vocabulary
from acceptance.messages import tr
from acceptance.model import Answer, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    Words = Mapping[str, tuple[str, ...]]  # a code, and what people write for it

# 2026-11-5, 2026/11/5, 2026.11.5, 2026年11月5日, 20261105; behind it 9:05, 9:05:30.2+08:00, 9时5分.
# ISO weeks and days of the year are none of these: a reader that guesses makes another day of them.
WRITTEN = re.compile(
    r"(?=\d{4}\D|\d{8}(?!\d))(?P<year>\d{4})(?P<cut>[-/.年])?(?P<month>\d{1,2})(?(cut)[-/.月])"
    r"(?P<day>\d{1,2})日?"
    r"(?:(?:T|\s+|(?<=日))(?P<hour>\d{1,2})(?:时|:(?=\d))"
    r"(?:(?P<minute>\d\d|(?<=时)\d)(?:分|[:分](?P<second>\d\d)(?:\.\d+)?秒?)?)?"
    r"\s*(?P<zone>Z|[+-]\d\d:?\d\d)?)?"
)

# A field of an answer, and what the heading of its column may be: the Chinese sheet's first.
COLUMNS: Words = {
    "subject": ("对象编号", "subject"),
    "requirement": ("要求编号", "requirement"),
    "grade": ("评定", "grade"),
    "yes": ("是否", "yes"),
    "value": ("读数", "value"),
    "unit": ("单位", "unit"),
    "uncertainty": ("标准不确定度", "uncertainty"),
    "instrument": ("仪器编号", "instrument"),
    "conditions": ("条件", "conditions"),
    "by": ("检查人", "by"),
    "when": ("时间", "when"),
    "note": ("备注", "note"),
    "evidence": ("证据文件", "evidence"),
}
# Columns that only show the person what is asked; nothing in them is read back.
SHOWN: Words = {
    "name": ("对象", "name"),
    "part": ("部分", "part"),
    "clause": ("条款", "clause"),
    "text": ("检查内容", "text"),
    "limit": ("限值", "limit"),
    "form": ("填写方式", "form"),
    "sampling": ("抽样", "sampling"),
}
ANSWERED = ("grade", "yes", "value")
GRADES: Words = {
    "conforms": ("符合", "合格", "conforms"),
    "basically_conforms": ("基本符合", "基本合格", "basically conforms"),
    "does_not_conform": ("不符合", "不合格", "does not conform"),
}
YES: Words = {
    "yes": ("是", "有", "yes", "true", "y", "√"),
    "no": ("否", "无", "no", "false", "n", "×"),
}


def read(path: Path, name: str) -> tuple[Answer, ...]:
    """Read the answers of a file, which ``name`` stands for in messages and in ``Answer.origin``.

    Raises PlanError naming file, row (or number of the answer) and field: not readable, unknown
    column, a cell that means nothing, an answer without subject, requirement, person or time.
    """
    rows = _of_toml(path, name) if path.suffix.lower() == ".toml" else _of_table(path, name)
    answers = every_row.read(rows, lambda row: _answer(*row))
    return tuple(answer for answer in answers if answer is not None)


def _of_table(path: Path, name: str) -> Iterator[tuple[dict[str, str], str]]:
    rows = spreadsheet.form(path, name)
    spreadsheet.check_once(rows[0], COLUMNS, name)
    _check_heading(rows[0], name)
    places = spreadsheet.heading(rows[0], COLUMNS)
    _check_required(places, name)
    for number, cells in enumerate(rows[1:], start=2):
        fields = {field: cells[at] for field, at in places.items() if at < len(cells)}
        yield fields, f"{name}, row {number}"


def _check_required(places: Mapping[str, int], name: str) -> None:
    for needed in ("subject", "requirement"):
        if needed not in places:
            where = tr("{file}, row {row}, {column}", file=name, row=1, column=needed)
            hint = tr("Make the sheet again")
            raise PlanError(tr("there is no such column"), where=where, hint=hint)


def _check_heading(cells: list[str], name: str) -> None:
    """Refuse a column that the sheet does not have: a misspelt one would go unread."""
    headings = {*COLUMNS.values(), *SHOWN.values()}
    known = {word.lower() for words in headings for word in words}
    for cell in cells:
        if cell and cell.lower() not in known:
            columns = ", ".join(words[-1] for words in COLUMNS.values())
            what = tr("there is no such column: {column!r}", column=cell)
            hint = tr("Columns: {columns}", columns=columns)
            raise PlanError(what, where=tr("{file}, row {row}", file=name, row=1), hint=hint)


def _of_toml(path: Path, name: str) -> Iterator[tuple[dict[str, str], str]]:
    for number, entry in enumerate(_entries(path, name), start=1):
        yield {field: _text(value) for field, value in entry.items()}, f"{name}, answer {number}"


def _entries(path: Path, name: str) -> list[dict[str, object]]:
    raw = strict_toml.load(path, name)
    entries = raw.pop("answers", [])
    tables = isinstance(entries, list) and all(isinstance(entry, dict) for entry in entries)
    if raw or not tables:
        what = tr("holds something other than [[answers]]")
        raise PlanError(what, where=name, hint=tr("Make the sheet again"))
    return list(entries)


def _text(value: object) -> str:
    """Write a value of TOML as a cell of a table would hold it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _answer(cells: Mapping[str, str], origin: str) -> Answer | None:
    for field in cells.keys() - COLUMNS.keys():  # of TOML
        hint = tr("Fields: {fields}", fields=", ".join(COLUMNS))
        raise PlanError(tr("unknown field"), where=f"{origin}, {field}", hint=hint)
    fields = {field: text for field, text in cells.items() if text}
    if not any(field in fields for field in ANSWERED):
        return None
    _check_filled_in(fields, origin)
    for field, text in fields.items():
        strict_toml.check_length(text, f"{origin}, {field}")
    yes = _word(fields, "yes", YES, origin)
    return Answer(
        subject=fields["subject"],
        requirement=fields["requirement"],
        by=fields["by"],
        when=moment(fields["when"], f"{origin}, when"),
        grade=_word(fields, "grade", GRADES, origin),
        yes=None if yes is None else yes == "yes",
        value=_number(fields, "value", origin),
        unit=fields.get("unit", "") if "value" in fields else "",
        uncertainty=_number(fields, "uncertainty", origin),
        instrument=fields.get("instrument", ""),
        note=fields.get("note", ""),
        evidence=tuple(parts(fields.get("evidence", ""))),
        conditions=tuple(_conditions(fields.get("conditions", ""), origin)),
        origin=origin,
    )


def _check_filled_in(fields: Mapping[str, str], origin: str) -> None:
    for field in ("subject", "requirement", "by", "when"):
        if field not in fields:
            hint = tr("An answer needs subject, requirement, person and time")
            raise PlanError(tr("is empty"), where=f"{origin}, {field}", hint=hint)


def _word(fields: Mapping[str, str], field: str, words: Words, origin: str) -> str | None:
    text = fields.get(field, "").lower().replace("_", " ")
    found = next((name for name, known in words.items() if text in known), None)
    if text and found is None:
        chinese, english = ", ".join(known[0] for known in words.values()), ", ".join(words)
        what = tr("{text!r} is not an answer", text=fields[field])
        hint = tr("Write {chinese} or {english}", chinese=chinese, english=english)
        raise PlanError(what, where=f"{origin}, {field}", hint=hint)
    return found


def _number(fields: Mapping[str, str], field: str, origin: str) -> float | None:
    return number(fields[field], f"{origin}, {field}") if field in fields else None


def number(text: str, where: str) -> float:
    """Read a finite number. Raises PlanError."""
    value = written_number.number(text)
    if not math.isfinite(value):
        hint = tr("Write the number alone, like 3.2; the unit beside it")
        raise PlanError(tr("{text!r} is not a number", text=text), where=where, hint=hint)
    return value


def moment(text: str, where: str) -> str:
    """Read a date, or a date and time, as ISO 8601; a spreadsheet's midnight is a date.

    Raises PlanError.
    """
    try:
        return _iso(unicodedata.normalize("NFKC", text).strip())
    except ValueError as error:
        hint = tr("Write it like 2026-11-25 or 2026-11-25 10:30")
        raise PlanError(tr("{day!r} is not a date", day=text), where=where, hint=hint) from error


def _iso(text: str) -> str:
    """Write it in one way. Raises ValueError for any other text, and days that there are not."""
    if not (match := WRITTEN.fullmatch(text)):
        raise ValueError(text)
    of = match.groupdict("")
    day = date(int(of["year"]), int(of["month"]), int(of["day"]))
    if not of["hour"]:
        return day.isoformat()
    written = f"{day}T{of['hour']:0>2}:{of['minute']:0>2}:{of['second']:0>2}{of['zone']}"
    if written.endswith("T00:00:00") and of["second"]:
        return day.isoformat()
    return datetime.fromisoformat(written).isoformat(timespec="minutes")


def parts(text: str) -> list[str]:
    """Split a cell at semicolons and line breaks; empty parts are dropped."""
    return [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]


def _conditions(cell: str, origin: str) -> Iterator[Condition]:
    for text in parts(cell):
        name, equals, value = (part.strip() for part in text.partition("="))
        if not (name and equals and value) or len(name.split()) > 1:
            what = tr("{text!r} is not a condition", text=text)
            hint = tr("Write name=value, for instance illuminance=500lx; separate by semicolons")
            raise PlanError(what, where=tr("{row}, conditions", row=origin), hint=hint)
        figure = vocabulary.figure(value)
        number, unit = figure or (value, "")
        yield Condition(name=name, value=number, unit=unit)

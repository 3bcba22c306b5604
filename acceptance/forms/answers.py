"""Files of answers that people filled in (``acceptance sheet``).

CSV, XLSX or TOML, one row for each item.
A row without grade, yes and value is no answer. What is wrong is told with file, row and field;
whether an answer fits its requirement is for ``checks`` to say, which name file and row too
(``Answer.origin``).
"""

from __future__ import annotations

import math
import re
import tomllib
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from acceptance.errors import PlanError
from acceptance.files import spreadsheet
from acceptance.model import Answer, Condition

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

# A field of an answer, and what the heading of its column may be: the Chinese sheet's first.
COLUMNS: Mapping[str, tuple[str, ...]] = {
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
# Columns that only tell the person what is asked; nothing in them is read back.
SHOWN: Mapping[str, tuple[str, ...]] = {
    "name": ("对象", "name"),
    "part": ("部分", "part"),
    "clause": ("条款", "clause"),
    "text": ("检查内容", "text"),
    "limit": ("限值", "limit"),
    "form": ("填写方式", "form"),
    "sampling": ("抽样", "sampling"),
}
ANSWERED = ("grade", "yes", "value")
GRADES: Mapping[str, tuple[str, ...]] = {
    "conforms": ("符合", "合格", "conforms"),
    "basically_conforms": ("基本符合", "基本合格", "basically conforms"),
    "does_not_conform": ("不符合", "不合格", "does not conform"),
}
YES: Mapping[str, tuple[str, ...]] = {
    "yes": ("是", "有", "yes", "true", "y", "√"),
    "no": ("否", "无", "no", "false", "n", "×"),
}
CONDITION = re.compile(r"\s*([^=\s]+)\s*=\s*([-+]?\d+(?:\.\d+)?(?![\d:.-]))?\s*(.*?)\s*")


def read(path: Path, name: str) -> tuple[Answer, ...]:
    """Read the answers of a file.

    ``name`` is what it is called in messages and in ``Answer.origin``.
    Raises PlanError naming file, row (or number of the answer) and field: not readable, unknown
    column, a cell that means nothing, an answer without subject, requirement, person or time.
    """
    rows = _of_toml(path, name) if path.suffix.lower() == ".toml" else _of_table(path, name)
    answers = (
        _answer({key: text for key, text in told.items() if text}, origin) for told, origin in rows
    )
    return tuple(one for one in answers if one is not None)


def _of_table(path: Path, name: str) -> Iterator[tuple[dict[str, str], str]]:
    rows = spreadsheet.form(path, name)
    spreadsheet.check_once(rows[0], COLUMNS, name)
    places = spreadsheet.heading(rows[0], COLUMNS)
    known = {one.lower() for names in (*COLUMNS.values(), *SHOWN.values()) for one in names}
    for cell in rows[0]:
        if cell and cell.lower() not in known:
            hint = f"Columns: {', '.join(names[-1] for names in COLUMNS.values())}"
            raise PlanError(f"there is no such column {cell!r}", where=f"{name}, row 1", hint=hint)
    for needed in ("subject", "requirement"):
        if needed not in places:
            raise PlanError(
                "there is no such column",
                where=f"{name}, row 1, {needed}",
                hint="Make the sheet again",
            )
    for number, cells in enumerate(rows[1:], start=2):
        told = {field: cells[at] for field, at in places.items() if at < len(cells)}
        yield told, f"{name}, row {number}"


def _of_toml(path: Path, name: str) -> Iterator[tuple[dict[str, str], str]]:
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, OSError) as error:
        raise PlanError(
            f"not readable as TOML: {error}", where=name, hint="Correct the file"
        ) from error
    answers = raw.pop("answers", [])
    if raw or not isinstance(answers, list) or not all(isinstance(one, dict) for one in answers):
        raise PlanError(
            "holds something else than [[answers]]", where=name, hint="Make the sheet again"
        )
    for number, told in enumerate(answers, start=1):
        for field in told.keys() - COLUMNS.keys():
            raise PlanError(
                "this field is not known", where=f"{name}, answer {number}, {field}", hint=_fields()
            )
        yield {field: _text(value) for field, value in told.items()}, f"{name}, answer {number}"


def _fields() -> str:
    return f"Fields: {', '.join(COLUMNS)}"


def _text(value: Any) -> str:  # noqa: ANN401 -- whatever TOML holds
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ";".join(map(str, value))
    return value.isoformat() if isinstance(value, date) else str(value).strip()


def _answer(told: Mapping[str, str], origin: str) -> Answer | None:
    if not any(field in told for field in ANSWERED):
        return None
    for field in ("subject", "requirement", "by", "when"):
        if field not in told:
            raise PlanError(
                "is empty",
                where=f"{origin}, {field}",
                hint="An answer says of what, by whom and when",
            )
    yes = _word(told, "yes", YES, origin)
    return Answer(
        subject=told["subject"],
        requirement=told["requirement"],
        by=told["by"],
        when=moment(told["when"], f"{origin}, when"),
        grade=_word(told, "grade", GRADES, origin),
        yes=None if yes is None else yes == "yes",
        value=_number(told, "value", origin),
        unit=told.get("unit", "") if "value" in told else "",
        uncertainty=_number(told, "uncertainty", origin),
        instrument=told.get("instrument", ""),
        note=told.get("note", ""),
        evidence=tuple(parts(told.get("evidence", ""))),
        conditions=tuple(_condition(one, origin) for one in parts(told.get("conditions", ""))),
        origin=origin,
    )


def _word(
    told: Mapping[str, str], field: str, words: Mapping[str, tuple[str, ...]], origin: str
) -> str | None:
    text = told.get(field, "").lower().replace("_", " ")
    found = next((name for name, known in words.items() if text in known), None)
    if text and found is None:
        hint = f"Write {', '.join(known[0] for known in words.values())} or {', '.join(words)}"
        raise PlanError(f"{told[field]!r} is no answer", where=f"{origin}, {field}", hint=hint)
    return found


def _number(told: Mapping[str, str], field: str, origin: str) -> float | None:
    return number(told[field], f"{origin}, {field}") if field in told else None


def number(text: str, where: str) -> float:
    """Read a finite number. Raises PlanError."""
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise PlanError(
            f"{text!r} is no number",
            where=where,
            hint="Write the number alone, like 3.2; the unit beside it",
        )
    return value


def moment(text: str, where: str) -> str:
    """Read a date, or a date and time, as ISO 8601; a spreadsheet's midnight is a date.

    Raises PlanError.
    """
    plain = (
        re.sub(r"[/.](?=\d{1,2}\D|\d{1,2}$)", "-", text.strip().rstrip("日"))
        .replace("年", "-")
        .replace("月", "-")
    )
    plain = re.sub(r"(?<=[- ])(\d)(?=\D|$)", r"0\1", plain)
    try:
        found = datetime.fromisoformat(plain)
    except ValueError as error:
        hint = "Write it like 2026-11-25 or 2026-11-25 10:30"
        raise PlanError(f"{text!r} is no date", where=where, hint=hint) from error
    only_date = len(plain) == len("2026-11-25") or plain.endswith("00:00:00")
    return found.date().isoformat() if only_date else found.isoformat(timespec="minutes")


def parts(text: str) -> list[str]:
    """Split what stands between semicolons or on lines of its own."""
    return [part.strip() for part in re.split(r"[;；\n]", text) if part.strip()]


def _condition(text: str, origin: str) -> Condition:
    match = CONDITION.fullmatch(text)
    if match is None or not (match[2] or match[3]):
        hint = (
            "Write name=value, for instance illuminance=500lx; several with semicolons between them"
        )
        raise PlanError(f"{text!r} is no condition", where=f"{origin}, conditions", hint=hint)
    name, figure, rest = match.groups()
    return (
        Condition(name=name, value=float(figure), unit=rest)
        if figure
        else Condition(name=name, value=rest)
    )

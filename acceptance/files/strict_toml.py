"""A TOML file read strictly: each field once, of the right type, and none left over.

Errors name file and field. Every reader of TOML that a person wrote gets the text from ``load`` or
``loads``; ``Table`` takes a chart's fields one by one.
"""

from __future__ import annotations

import json
import re
import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any, TypeVar, cast

from acceptance.errors import AcceptanceError, ChartError, InputError, PlanError
from acceptance.files import regular, toml_slip, wrong_field
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

Kind = TypeVar("Kind")
MOST_BYTES = 8 << 20  # of a file; tomllib reads about 1.5 MB/s
LARGEST, MOST_LAB = 1e100, 200.0  # number of a chart; L*, a* or b*
MOST_CHARACTERS = 1_000  # of a text; the time to print a cell grows with the square of its length
MOST_BITS = 64  # of a whole number
# The parser's time grows with the square of a dotted key's parts; no reader knows more than a few.
MOST_PARTS = 64
CHAIN = re.compile(
    rb"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){%d}""" % MOST_PARTS
)
TYPES: dict[type, str] = {  # codes of ``wrong_field``
    float: "float_type",
    int: "int_type",
    str: "string_type",
    bool: "bool_type",
    list: "list_type",
    dict: "dict_type",
    date: "date_type",
}


def load(
    path: Path,
    where: str = "",
    *,
    kind: type[InputError] = PlanError,
    hint: str = "",
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Read a TOML file in UTF-8, with or without a byte order mark.

    Raises an error of that ``kind``, naming ``where`` (by default the path), with ``hint``: what to
    do (by default to correct the file). ``names``: what its fields may be called in Chinese, and
    their names.
    """
    where = where or str(path)
    text = regular.read(path, kind, hint or tr("Check the path"), most=MOST_BYTES, where=where)
    return loads(text, where, kind=kind, hint=hint, names=names)


def loads(
    text: bytes,
    where: str,
    *,
    kind: type[InputError] = PlanError,
    hint: str = "",
    code: str = "error",
    names: Mapping[str, str] | None = None,
) -> dict[str, Any]:
    """Parse TOML in UTF-8, with or without a byte order mark; errors as of ``load``."""
    if CHAIN.search(text):
        what = tr("a key has more than {most} parts", most=MOST_PARTS)
        raise kind(what, where=where, hint=hint or tr("Correct the file"), code=code)
    try:
        decoded = text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_in_utf_8(text, error, where, kind) from error
    try:
        found = tomllib.loads(decoded)
    except (ValueError, RecursionError) as error:  # also of a number of more than 4,300 digits
        slip = toml_slip.sentence(decoded, error, names or {})
        what = tr("not readable as TOML: {cause}", cause=slip or error)
        raise kind(what, where=where, hint=hint or tr("Correct the file"), code=code) from error
    check_lengths(found, where, kind)
    return found


def _not_in_utf_8(
    text: bytes, error: UnicodeDecodeError, where: str, kind: type[InputError]
) -> InputError:
    if written := toml_slip.encoding(text):
        what = tr("written in {encoding}, not in UTF-8", encoding=written)
        hint = tr("Save it as UTF-8 (Notepad of Windows: Save as, Encoding)")
        return kind(what, where=where, hint=hint)
    what = tr("not readable as TOML: {cause}", cause=error)
    return kind(what, where=where, hint=tr("Correct the file"))


def check_lengths(value: object, where: str, kind: type[AcceptanceError] = PlanError) -> None:
    """Refuse in a value, at any depth, what nothing here could compute with or print.

    A text that ``check_length`` refuses, and a whole number that TOML has no room for (1.0.0).
    """
    for place, held in _held(value):
        if isinstance(held, str):
            check_length(held, f"{where}: {place}", kind)
        elif isinstance(held, int) and held.bit_length() > MOST_BITS:
            what = tr("a whole number of more than 64 bits")
            raise kind(what, where=f"{where}: {place}", hint=tr("Correct the file"))


def _held(value: object, place: str = "") -> Iterator[tuple[str, object]]:
    """Yield all that a TOML value holds, after the place where it is: ``shots.0.clip``."""
    if isinstance(value, dict | list):
        fields = value.items() if isinstance(value, dict) else enumerate(value)
        for key, held in fields:
            yield from _held(held, f"{place}.{key}" if place else str(key))
    else:
        yield place, value


def check_length(text: str, where: str, kind: type[AcceptanceError] = PlanError) -> None:
    """Refuse a text of more than ``MOST_CHARACTERS`` by an error of that ``kind``."""
    if len(text) > MOST_CHARACTERS:
        count = len(text)
        what = tr("{count} characters; {most} at most", count=count, most=MOST_CHARACTERS)
        raise kind(what, where=where, hint=tr("Shorten the text"))


def quoted(text: str) -> str:
    """Write a text as a TOML string: one of JSON is one of TOML, but for the character DEL."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def wrong(where: str, what: str) -> ChartError:
    """Make the error for something wrong at a place in a file."""
    return ChartError(what, where=where, hint=tr("Correct this file"), code="chart_wrong")


def parse(text: bytes, where: str) -> Table:
    """Return the uppermost table of a chart's file. Raises ChartError where it is not TOML."""
    hint = tr("See test_charts/acceptance.toml for an example")
    return Table(loads(text, where, kind=ChartError, hint=hint, code="chart_wrong"), where)


class Table:
    """A TOML table being read.

    Every method that takes a field raises ChartError where it is missing or wrong.
    """

    def __init__(self, content: object, where: str) -> None:
        if not isinstance(content, dict):
            raise wrong(where, tr("must be a table"))
        self.content, self.where = dict(content), where

    def take(self, key: str, kind: type[Kind], default: Kind | None = None) -> Kind:
        """Take a field of one type; without default it is required. A number is finite."""
        value = self.content.pop(key, default)
        if value is None:
            raise wrong(self.place(key), tr("this field is missing"))
        if kind is float and type(value) in {int, float}:
            return cast("Kind", self._finite(key, value))
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            error = {"type": TYPES[kind], "input": value}
            raise wrong(self.place(key), wrong_field.sentence(error))
        return value

    def table(self, key: str, default: dict[str, object] | None = None) -> Table:
        """Take a field that is a table itself."""
        return Table(self.take(key, dict, default), self.place(key))

    def tables(self, key: str, default: list[object] | None = None) -> Iterator[Table]:
        """Take a field that is a list of tables."""
        for number, entry in enumerate(self.take(key, list, default), start=1):
            yield Table(entry, self.place(f"{key}[{number}]"))

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """Take a list of ``count`` numbers."""
        values = self.take(key, list)
        if len(values) != count or not all(type(value) in {int, float} for value in values):
            what = tr("must be {count} numbers, not {values!r}", count=count, values=values)
            raise wrong(self.place(key), what)
        return tuple(self._finite(key, value) for value in values)

    def _finite(self, key: str, value: float) -> float:
        """Return a number as one that can be computed with: not NaN, endless or of 400 digits."""
        if not abs(value) <= LARGEST:
            error = {"type": "finite_number", "input": value}
            raise wrong(self.place(key), wrong_field.sentence(error))
        return float(value)

    def between(self, key: str, kind: type[Kind], bounds: tuple[float, float]) -> Kind:
        """Take a number from a lowest to a highest one."""
        value = self.take(key, kind)
        if not bounds[0] <= cast("float", value) <= bounds[1]:
            low, high = bounds
            what = tr("from {low:g} to {high:g}, not {value:.6g}", low=low, high=high, value=value)
            raise wrong(self.place(key), what)
        return value

    def colour(self, key: str) -> tuple[float, ...]:
        """Take CIELAB values."""
        values = self.numbers(key, 3)
        if not all(abs(value) <= MOST_LAB for value in values):
            raise wrong(self.place(key), tr("no colour of CIELAB: {values!r}", values=values))
        return values

    def light(self, key: str) -> float:
        """Take a share of light, 0 to 1."""
        value = self.take(key, float)
        if not 0 <= value <= 1:
            what = tr("light and reflectance run from 0 to 1, not to {value}", value=value)
            raise wrong(self.place(key), what)
        return value

    def above_zero(self, key: str, default: float | None = None) -> float:
        """Take a number above 0, and not infinite."""
        value = self.take(key, float, default)
        if not 0 < value < float("inf"):
            raise wrong(self.place(key), tr("must be above 0, not {value}", value=value))
        return value

    def one_of(self, key: str, allowed: Sequence[str], default: str | None = None) -> str:
        """Take one of a few words."""
        value = self.take(key, str, default)
        if value not in allowed:
            choices = ", ".join(filter(None, allowed))
            what = tr("must be one of {choices}, not {value}", choices=choices, value=repr(value))
            raise wrong(self.place(key), what)
        return value

    def place(self, key: str) -> str:
        """Name a field for an error."""
        return f"{self.where}.{key}" if ": " in self.where else f"{self.where}: {key}"

    def end(self) -> None:
        """Refuse what was not taken."""
        for key in self.content:
            raise wrong(self.place(key), tr("unknown field"))

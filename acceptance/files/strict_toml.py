"""A TOML file read strictly: each field once, of the right type, and none left over.

Errors name file and field.
"""

from __future__ import annotations

import tomllib
from datetime import date
from typing import TYPE_CHECKING, Any

from acceptance.errors import ChartError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

WORDS: Mapping[type, str] = {
    float: "number", int: "whole number", str: "text in quotes", bool: "truth value", list: "list", dict: "table",
    date: "date like 2026-11-25 (without quotes)",
}  # fmt: skip


def wrong(where: str, what: str) -> ChartError:
    """Make the error for something wrong at a place in a file."""
    return ChartError(what, where=where, hint="Correct this file", code="chart_wrong")


def parse(text: bytes, where: str) -> Table:
    """Return the file's uppermost table.

    Raises ``ChartError`` when the text is no TOML in UTF-8.
    """
    try:
        return Table(tomllib.loads(text.decode("utf-8-sig")), where)
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        hint = "See test_charts/acceptance.toml for an example"
        raise ChartError(
            f"This is not TOML: {error}", where=where, hint=hint, code="chart_wrong"
        ) from error


class Table:
    """A TOML table being read.

    Every method that takes a field raises ``ChartError`` where it is missing or wrong.
    """

    def __init__(self, content: Any, where: str) -> None:  # noqa: ANN401 -- whatever the file holds; checked here
        if not isinstance(content, dict):
            raise wrong(where, "this must be a table")
        self.content, self.where = dict(content), where

    def take(self, key: str, kind: type, default: Any = None) -> Any:  # noqa: ANN401 -- of the type `kind`
        """Take a field of one type; without default it must be there."""
        value = self.content.pop(key, default)
        if value is None:
            raise wrong(self.place(key), "this field is missing")
        if kind is float and isinstance(value, int) and not isinstance(value, bool):
            return float(value)
        if not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
            raise wrong(self.place(key), f"this must be a {WORDS[kind]}, not {value!r}")
        return value

    def table(self, key: str, default: Any = None) -> Table:  # noqa: ANN401 -- None or an empty table
        """Take a field that is a table itself."""
        return Table(self.take(key, dict, default), self.place(key))

    def tables(self, key: str, default: Any = None) -> Iterator[Table]:  # noqa: ANN401 -- None or an empty list
        """Take a field that is a list of tables."""
        for number, entry in enumerate(self.take(key, list, default), start=1):
            yield Table(entry, self.place(f"{key}[{number}]"))

    def numbers(self, key: str, count: int) -> tuple[float, ...]:
        """Take a list of ``count`` numbers."""
        values = self.take(key, list)
        if len(values) != count or not all(type(value) in {int, float} for value in values):
            raise wrong(self.place(key), f"this must be {count} numbers, not {values!r}")
        return tuple(float(value) for value in values)

    def light(self, key: str) -> float:
        """Take a share of light, 0 to 1."""
        value = float(self.take(key, float))
        if not 0 <= value <= 1:
            raise wrong(self.place(key), f"light and reflectance run from 0 to 1, not to {value}")
        return value

    def above_zero(self, key: str, default: float | None = None) -> float:
        """Take a number above 0, and not infinite."""
        value = float(self.take(key, float, default))
        if not 0 < value < float("inf"):
            raise wrong(self.place(key), f"this must be above 0, not {value}")
        return value

    def one_of(self, key: str, allowed: tuple[str, ...], default: str | None = None) -> str:
        """Take one of a few words."""
        value = str(self.take(key, str, default))
        if value not in allowed:
            raise wrong(
                self.place(key),
                f"this must be one of {', '.join(filter(None, allowed))}, not {value!r}",
            )
        return value

    def place(self, key: str) -> str:
        """Name a field for an error."""
        return f"{self.where}.{key}" if ": " in self.where else f"{self.where}: {key}"

    def end(self) -> None:
        """Refuse what was not taken."""
        for key in self.content:
            raise wrong(self.place(key), "this field is not known here")

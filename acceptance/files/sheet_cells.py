"""The cells of a sheet of an XLSX workbook as text (ECMA-376, part 1, 18.3 and 18.8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING

from acceptance.files import cell_formats
from acceptance.files.cell_formats import DAY, DURATION, MOMENT, PER_CENT
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_COLUMNS = 16_384  # that a sheet can have
MOST_MERGED = 100_000  # areas of merged cells: lists of devices have some tens
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")  # 22.9.2.19
RANGE = re.compile(r"([A-Z]{1,3})([0-9]{1,7}):([A-Z]{1,3})([0-9]{1,7})")
EXACT = 10**15  # programs keep 15 digits: an id of GB/T 28181 has 20, and needs a cell of text


class CellError(Exception):
    """What is wrong with a cell, whatever the rest is; row and column from 1."""

    def __init__(self, what: str, row: int, column: int) -> None:
        super().__init__(what)
        self.row, self.column = row, column


@dataclass(frozen=True, slots=True)
class Merged:
    """Cells of a column that are shown as a single one; rows and column from 1."""

    first: int
    last: int
    column: int


@dataclass
class Strings:
    """Texts that cells refer to by number; how Chinese and Japanese are spoken is left out."""

    found: list[str] = field(default_factory=list)
    parts: list[str] = field(default_factory=list)
    spoken: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:  # noqa: ARG002 -- of XmlPart
        """Begin a text."""
        if tag == "si":
            self.parts.clear()
        elif tag == "rPh":
            self.spoken = True

    def end(self, tag: str, text: str) -> None:
        """Take a piece of a text, or the whole."""
        if tag == "t" and not self.spoken:
            self.parts.append(text)
        elif tag == "rPh":
            self.spoken = False
        elif tag == "si":
            self.found.append(_unescaped("".join(self.parts)))


@dataclass
class Styles:
    """Formats of numbers by their ids, and the id that each style of a cell uses."""

    formats: dict[str, str] = field(default_factory=dict)
    used: list[str] = field(default_factory=list)
    of_cells: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a format, or a style of cells."""
        if tag == "numFmt":
            self.formats[attributes["numFmtId"]] = attributes["formatCode"]
        elif tag == "cellXfs":
            self.of_cells = True
        elif tag == "xf" and self.of_cells:
            self.used.append(attributes.get("numFmtId", "0"))

    def end(self, tag: str, text: str) -> None:  # noqa: ARG002 -- of XmlPart
        """Leave the styles of cells."""
        if tag == "cellXfs":
            self.of_cells = False

    def shown(self) -> list[str]:
        """Return the format of each style."""
        return [self.formats.get(number) or cell_formats.built_in(number) for number in self.used]


@dataclass
class SheetPart:
    """The cells of a sheet, put into rows as they are read; where it lies and what it is called."""

    name: str
    title: str
    strings: Sequence[str]
    formats: Sequence[str]
    """By the number of each style."""
    since_1904: bool = field(kw_only=True)
    done: list[tuple[int, dict[int, str]]] = field(default_factory=list)
    number: int = 0
    column: int = 0
    cells: dict[int, str] = field(default_factory=dict)
    type: str = "n"
    style: int = 0
    value: str = ""
    formula: str | None = None
    text: Strings = field(default_factory=Strings)
    merged: list[Merged] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin a row or a cell, which say where they are or follow the last one."""
        if tag == "c":
            place = attributes.get("r", "")
            column = _column(place.rstrip("0123456789")) if place else self.column + 1
            if column <= self.column:
                raise ValueError(tr("cell {place} is not in its order", place=place))
            self.column, self.type = column, attributes.get("t", "n")
            self.style, self.value, self.formula = int(attributes.get("s", 0)), "", None
            self.text.parts.clear()
        elif tag == "row":
            number = int(attributes.get("r", self.number + 1))
            if number <= self.number:
                raise ValueError(tr("row {row} is not in its order", row=number))
            self.number, self.column, self.cells = number, 0, {}
        elif tag == "mergeCell":
            self.merged += _merged(attributes.get("ref", ""))
            if len(self.merged) > MOST_MERGED:
                raise ValueError(tr("too many cells are merged"))
        else:
            self.text.start(tag, attributes)

    def end(self, tag: str, text: str) -> None:
        """Take what a cell holds, the cell, or the row."""
        if tag == "c":
            if shown := self._shown():
                self.cells[self.column] = shown
        elif tag == "v":
            self.value = text
        elif tag == "f":
            self.formula = text
        elif tag == "row" and self.cells:
            self.done.append((self.number, self.cells))
        else:
            self.text.end(tag, text)

    def _shown(self) -> str:
        if self.formula is not None:
            return f"={self.formula or '{...}'}"
        if self.type == "inlineStr":
            return _unescaped("".join(self.text.parts))
        return self._value() if self.value else ""

    def _value(self) -> str:
        match self.type:
            case "s":
                return self.strings[_natural(self.value)]
            case "b":
                return "yes" if int(self.value) else "no"
            case "d":
                return datetime.fromisoformat(self.value).isoformat(sep=" ")
            case "n":
                return self._number()
            case "e":
                what = tr("holds no value ({shown:.20})", shown=self.value)
                raise CellError(what, self.number, self.column)
        return _unescaped(self.value)

    def _number(self) -> str:
        shown = self.formats[self.style] if self.style < len(self.formats) else "General"
        kind = cell_formats.kind(shown)
        whole = self.value.lstrip("-").isdecimal()
        number = int(self.value) if whole else float(self.value)
        if kind == PER_CENT:
            return f"{number * 100:.12g}%"
        if kind in {DAY, MOMENT, DURATION}:
            return _moment(number, kind, since_1904=self.since_1904)
        if cell_formats.shows_another(shown, number):  # where a number is due, this is none
            return f"{number:.12g} ({shown})"
        if not float(number).is_integer():
            return str(number)
        if abs(number) >= EXACT:
            what = tr("holds a number of more than 15 digits, of which the last ones are lost")
            raise CellError(what, self.number, self.column)
        sign = "-" if number < 0 else ""
        return sign + str(int(abs(number))).zfill(len(kind))


def _natural(text: str) -> int:
    if not text.isdecimal():
        raise ValueError(text)
    return int(text)


def _moment(number: float, kind: str, *, since_1904: bool) -> str:
    from openpyxl.utils import datetime as excel  # noqa: PLC0415 -- late, as above

    epoch = excel.MAC_EPOCH if since_1904 else excel.WINDOWS_EPOCH
    try:
        found = excel.from_excel(number, epoch, timedelta=kind == DURATION)
    except (OverflowError, ValueError):
        return "#VALUE!"
    text = str(found)
    return text.removesuffix(" 00:00:00") if kind == DAY else text


def _merged(text: str) -> Iterator[Merged]:
    """Yield the first column of a range of several rows, such as ``D2:E9``."""
    if found := RANGE.fullmatch(text):
        first, last = int(found[2]), int(found[4])
        if first < last:
            yield Merged(first, last, _column(found[1]))


@lru_cache(maxsize=MOST_COLUMNS)
def _column(letters: str) -> int:
    """Return the number of a column, from 1: A, B ... XFD. Raises ValueError."""
    number = 0
    for letter in letters[:4]:
        if not "A" <= letter <= "Z":
            raise ValueError(letters)
        number = 26 * number + ord(letter) - 64
    if not 1 <= number <= MOST_COLUMNS:
        raise ValueError(letters)
    return number


def _unescaped(text: str) -> str:
    return ESCAPED.sub(_character, text) if "_x" in text else text


def _character(escape: re.Match[str]) -> str:
    code = int(escape[1], 16)
    return escape[0] if 0xD800 <= code < 0xE000 else chr(code)

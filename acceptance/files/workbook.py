"""The first sheet shown of an XLSX workbook (ECMA-376, part 1, 18), rows of text in one pass.

openpyxl makes an object of every cell, also of the millions of empty ones that a formatted column
has (decision 95). Of other sheets that are shown only the top is looked at: whether it has the same
headings.
"""

from __future__ import annotations

import io
import posixpath
import zipfile
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from typing import TYPE_CHECKING, Protocol
from xml.parsers import expat

from acceptance.files.sheet_cells import CellError, SheetPart, Strings, Styles
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from acceptance.files.sheet_cells import Merged

MOST_ELEMENTS = 12_000_000  # of one part: some 5 s
MOST_BYTES = 1 << 29  # of one part, unpacked
CHUNK = 1 << 20
TOP_CHUNKS = 2  # of another sheet: a million empty rows are not waited for
TITLE_ROWS = 4  # that may stand above the headings of another sheet
ALIKE = 0.75  # of the headings of the shorter one: lists of one kind share more, summaries less


class SecondTableError(Exception):
    """Another sheet that is shown goes on with the first one; its name is the message."""


class XmlPart(Protocol):
    """What reads one XML file of the archive, element by element."""

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Begin an element; names come without their namespace."""

    def end(self, tag: str, text: str) -> None:
        """End an element; ``text`` is what stood since the last one began."""


def rows(content: bytes, merged: list[Merged]) -> Iterator[tuple[int, list[str]]]:
    """Yield number (from 1) and cells of each row that holds anything, as text.

    That is 12%, yes and no, whole numbers without decimals, 0012 where the format only fills up,
    dates in ISO 8601, without a midnight that their format does not show; a formula begins with
    ``=``. What else a format adds to a number is left out. ``merged`` gets the cells that are
    merged downwards, of which only the first has a text; it is complete after the last row. Raises
    CellError for a failed calculation (#N/A) and a number of which digits are lost;
    SecondTableError where another sheet has the same headings, and rows below; ValueError, and what
    zipfile and expat raise, for what is no workbook.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        sheet, *others = _sheets(archive)
        sheet.merged = merged
        headings: set[str] = set()
        for _ in _read(archive, sheet.name, sheet):
            for number, cells in sheet.done:
                if not headings:
                    headings = _words(cells)
                    _check_alone(archive, headings, others)
                yield number, [cells.get(at, "") for at in range(1, max(cells) + 1)]
            sheet.done.clear()


def _check_alone(archive: zipfile.ZipFile, headings: set[str], others: list[SheetPart]) -> None:
    """Refuse another sheet of the same table: its rows would go unread without a word."""
    for sheet in others:
        top = _top(archive, sheet)
        if any(_alike(headings, _words(cells)) for cells in top[:-1]):
            raise SecondTableError(sheet.title)


def _top(archive: zipfile.ZipFile, sheet: SheetPart) -> list[dict[int, str]]:
    """Return the cells of the first rows that hold anything."""
    most = TITLE_ROWS + 2
    with suppress(CellError):
        for _ in islice(_read(archive, sheet.name, sheet), TOP_CHUNKS):
            if len(sheet.done) >= most:
                break
    return [cells for _, cells in sheet.done[:most]]


def _words(cells: Mapping[int, str]) -> set[str]:
    return {cell.strip().casefold() for cell in cells.values()} - {""}


def _alike(headings: set[str], others: set[str]) -> bool:
    shared, shorter = len(headings & others), min(len(headings), len(others))
    return shared >= min(len(headings), 2) and shared >= ALIKE * shorter


def _read(archive: zipfile.ZipFile, name: str, part: XmlPart) -> Iterator[None]:
    """Feed a part, and yield after each chunk of it."""
    if archive.getinfo(name).file_size > MOST_BYTES:
        raise ValueError(tr("{part} has more than {most} bytes", part=name, most=MOST_BYTES))
    parser = expat.ParserCreate(namespace_separator=" ")
    parser.buffer_text = True
    text: list[str] = []
    count = 0

    def start(tag: str, attributes: Mapping[str, str]) -> None:
        nonlocal count
        count += 1
        text.clear()
        part.start(tag.rpartition(" ")[2], attributes)

    def end(tag: str) -> None:
        part.end(tag.rpartition(" ")[2], "".join(text))

    parser.StartElementHandler, parser.EndElementHandler = start, end
    parser.CharacterDataHandler = text.append
    parser.StartDoctypeDeclHandler = _refuse
    with archive.open(name) as file:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk)
            if count > MOST_ELEMENTS:
                most = MOST_ELEMENTS
                raise ValueError(tr("{part} has more than {most} elements", part=name, most=most))
            yield
    parser.Parse(b"", True)
    yield


def _refuse(*_: object) -> None:
    raise ValueError(tr("a part of it declares a document type"))


def _whole(archive: zipfile.ZipFile, name: str, part: XmlPart) -> None:
    for _ in _read(archive, name, part):
        pass


def _sheets(archive: zipfile.ZipFile) -> list[SheetPart]:
    """Find the sheets that are shown, with the texts and formats that their cells refer to."""
    [(_, main)] = [*_relations(archive, "").of("officeDocument")][:1] or [("", "xl/workbook.xml")]
    book, relations = BookPart(), _relations(archive, main)
    _whole(archive, main, book)
    paths = dict(relations.of("worksheet"))
    shown = [(paths[identity], title) for identity, title in book.sheets if identity in paths]
    if not shown:
        raise ValueError(tr("it has no worksheet"))
    strings, styles = Strings(), Styles()
    for kind, part in (("sharedStrings", strings), ("styles", styles)):
        for _, path in [*relations.of(kind)][:1]:
            _whole(archive, path, part)
    return [
        SheetPart(name, title, strings.found, styles.shown(), since_1904=book.since_1904)
        for name, title in shown
    ]


def _relations(archive: zipfile.ZipFile, name: str) -> Relations:
    """Read which parts a part of the archive refers to; the archive itself is called ''."""
    folder, _, file = name.rpartition("/")
    relations = Relations(folder=f"/{folder}")
    path = posixpath.join(folder, "_rels", f"{file}.rels")
    if path in archive.namelist():
        _whole(archive, path, relations)
    return relations


@dataclass
class Relations:
    """Parts that a part refers to, by id."""

    folder: str
    found: list[tuple[str, str, str]] = field(default_factory=list)

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a relation."""
        if tag == "Relationship":
            path = posixpath.normpath(posixpath.join(self.folder, attributes["Target"])).lstrip("/")
            self.found.append((attributes["Id"], attributes["Type"].rpartition("/")[2], path))

    def end(self, tag: str, text: str) -> None:
        """Do nothing."""

    def of(self, kind: str) -> Iterator[tuple[str, str]]:
        """Yield id and path of the parts of a kind."""
        return ((identity, path) for identity, own, path in self.found if own == kind)


@dataclass
class BookPart:
    """The workbook's own part: ids and names of its sheets in order, and where its days begin."""

    sheets: list[tuple[str, str]] = field(default_factory=list)
    since_1904: bool = False

    def start(self, tag: str, attributes: Mapping[str, str]) -> None:
        """Take a sheet that is shown."""
        if tag == "sheet" and attributes.get("state", "visible") == "visible":
            title = attributes.get("name", "")
            ids = (text for name, text in attributes.items() if name.endswith(" id"))
            self.sheets += [(identity, title) for identity in ids]
        elif tag == "workbookPr":
            self.since_1904 = attributes.get("date1904") in {"1", "true"}

    def end(self, tag: str, text: str) -> None:
        """Do nothing."""

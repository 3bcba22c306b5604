"""Bytes of a report that no table of objects lists: a viewer shows them once it mends a file.

A viewer that takes a file for damaged looks for objects wherever they may lie, and takes the last
of each number. So each part of a report is to be nothing but its objects, one behind the other,
its table and its end.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.reader import PdfFileReader

HEAD = re.compile(rb"%PDF-1\.\d\r?\n(%[\x80-\xff]+\s*)?")
OBJECT, TABLE = re.compile(rb"\d+ \d+ obj\s"), re.compile(rb"\d+ \d+ obj\s|xref\s")
END = re.compile(rb"\s*(endobj\s*)?startxref\s+\d+\s+%%EOF(\r?\n)?")


def holds_others(reader: PdfFileReader, revision: int) -> bool:
    """Whether a part of a file holds anything beside what its own table lists."""
    content = reader.stream.getvalue()
    table = reader.xrefs.get_xref_container_info(revision)
    place = HEAD.match(content) if revision == 0 else _end(reader, content, revision - 1)
    if place is None:
        return True
    end = place.end()
    for start, next_end in _objects(reader, revision):
        if content[end:start].strip() or not OBJECT.match(content, start):
            return True
        if not content[start:next_end].rstrip().endswith(b"\nendobj"):  # a comment lies behind it
            return True
        end = next_end
    start = table.declared_startxref
    whole = not content[end:start].strip() and TABLE.match(content, start)
    return not (whole and _end(reader, content, revision))


def _end(reader: PdfFileReader, content: bytes, revision: int) -> re.Match[bytes] | None:
    """Find what is to stand right behind a table of objects."""
    table = reader.xrefs.get_xref_container_info(revision)
    place = table.end_location
    if table.stream_ref is None:  # a classic table, and its trailer behind it
        reader.stream.seek(place)
        of_trailer = generic.TrailerReference(reader)  # type: ignore[no-untyped-call]
        generic.read_object(reader.stream, of_trailer)
        place = reader.stream.tell()
    return END.match(content, place)


def _objects(reader: PdfFileReader, revision: int) -> Iterator[tuple[int, int]]:
    """Yield where each object of a part begins and ends, in the order of the file."""
    listed = reader.xrefs.get_xref_data(revision).standard_xrefs
    table = reader.xrefs.get_xref_container_info(revision).stream_ref
    for number, (generation, start) in sorted(listed.items(), key=lambda item: item[1][1]):
        if table is None or number != table.idnum:
            reader._read_object(generic.Reference(number, generation, reader), start)  # noqa: SLF001 -- of public ones none says where an object ends
            yield start, reader.stream.tell()

"""pyHanko's reader, but each object stream of a file (ISO 32000-2, 7.5.7) is listed once.

pyHanko unpacks the stream and counts through its list for every single object: a report's thousands
of objects took minutes. Whatever is unusual is left to pyHanko, with the errors that it has.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.decode_limits import DecodePurpose
from pyhanko.pdf_utils.misc import PdfReadError, PdfStreamError
from pyhanko.pdf_utils.reader import PdfFileReader

if TYPE_CHECKING:
    from pyhanko.pdf_utils.generic import PdfObject

    Listed = tuple[PdfObject, io.BytesIO, dict[int, tuple[int, int]]]


class ListedReader(PdfFileReader):
    """Reads a PDF as ``PdfFileReader`` does, and the same objects."""

    def __init__(self, content: io.BytesIO) -> None:
        self.listed: dict[int, Listed] = {}  # by the number of the stream
        super().__init__(content)

    def _get_object_from_stream(self, idnum: int, stmnum: int, idx: int) -> PdfObject:
        stream = generic.Reference(stmnum, 0, self).get_object()
        if stmnum not in self.listed or self.listed[stmnum][0] is not stream:
            self.listed[stmnum] = (stream, *_listed(stream))
        _, content, places = self.listed[stmnum]
        index, place = places.get(idnum, (-1, 0))
        if index == idx:
            content.seek(place)
            try:
                found = generic.read_object(content, generic.Reference(idnum, 0, self))
            except (PdfReadError, PdfStreamError):
                found = None
            if not isinstance(found, (generic.StreamObject, generic.IndirectObject, type(None))):
                return found
        return super()._get_object_from_stream(idnum, stmnum, idx)  # type: ignore[no-untyped-call, no-any-return]


def _listed(stream: PdfObject) -> tuple[io.BytesIO, dict[int, tuple[int, int]]]:
    """Unpack a stream; number of each object -> index and place. Nothing for an unusual list."""
    if not isinstance(stream, generic.StreamObject) or stream.get("/Type") != "/ObjStm":
        return io.BytesIO(), {}
    content, first = stream.read_data(DecodePurpose.OBJECT_STREAM), stream["/First"]
    words = content[:first].split()
    if not all(map(bytes.isdigit, words)) or len(words) != 2 * stream["/N"]:
        return io.BytesIO(), {}
    places: dict[int, tuple[int, int]] = {}
    for index in range(stream["/N"]):
        number, offset = map(int, words[2 * index : 2 * index + 2])
        places.setdefault(number, (index, first + offset))
    return io.BytesIO(content), places

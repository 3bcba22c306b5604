"""Whether the pages of a report are those that follow from the session in it.

Whoever holds a key can sign any pages. So they are set again: the same renderer gives the same
bytes, and any other difference than the signatures behind them is a forgery. Where another renderer
set them, only words, pictures and what a page can do can be compared (``docs/verify.md``).
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader

from acceptance.messages import tr
from acceptance.report import page_words
from acceptance.signing import appearances
from acceptance.signing.signatures import State
from acceptance.signing.updates import annotations_of, at, beyond_signatures, fields_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pyhanko.pdf_utils.generic import DictionaryObject

    from acceptance.report.page_words import PageWords

ACTIVE = {"/OpenAction", "/AA", "/OCProperties", "/Collection", "/Requirements"}
NAMED = {"/EmbeddedFiles", "/Dests"}


def compare(
    pdf: bytes, own: bytes, lang: str, *, same_renderer: bool
) -> tuple[State, tuple[str, ...]]:
    """Compare a report, signed or not, with ``own``: its pages set again, not signed.

    ``lang`` is its language.
    """
    reader = PdfFileReader(io.BytesIO(pdf))  # once: half of the time that comparing takes
    if changed := tuple(beyond_signatures(reader)):
        return State.BROKEN, changed
    if shown := tuple(appearances.otherwise(reader, lang, same_renderer=same_renderer)):
        return State.BROKEN, shown
    if pdf.startswith(own) and _first_start(reader) == _first_start(PdfFileReader(io.BytesIO(own))):
        return State.OK, ()
    if same_renderer:
        return State.BROKEN, (tr("the pages are not those that follow from the session"),)
    if found := tuple(_active(pdf)):
        return State.BROKEN, found
    return _compare_words(page_words.read(pdf), page_words.read(own))


def _first_start(reader: PdfFileReader) -> int:
    """Return where the table of objects of a file's first revision begins.

    It is the same in a file that is another one with nothing but updates behind it.
    """
    return int(reader.xrefs.get_startxref_for_revision(0))


def _active(pdf: bytes) -> Iterator[str]:
    """Say what a report can do or show that this tool never puts into one."""
    root = PdfFileReader(io.BytesIO(pdf)).get_historical_resolver(0).root
    names, fields = at(root, "/Names", ()), fields_of(root)
    for key in [*sorted(ACTIVE & {*root}), *sorted({*names} - NAMED)]:
        yield tr("the report holds {key}, which this tool never writes", key=key)
    for number, page in enumerate(_pages(root["/Pages"]), 1):
        for note in annotations_of(page):
            if isinstance(note, generic.IndirectObject) and note.reference in fields:
                continue  # ``beyond_signatures`` has looked at it
            item: Any = note.get_object()  # type: ignore[no-untyped-call]
            if item["/Subtype"] != "/Link" or "/AP" in item:
                yield tr("page {page} holds an annotation that is no link", page=number)


def _pages(node: DictionaryObject) -> Iterator[DictionaryObject]:
    if node["/Type"] == "/Page":
        yield node
        return
    kids = node["/Kids"]
    for index in range(len(kids)):
        yield from _pages(kids[index])


def _compare_words(
    found: Sequence[PageWords], due: Sequence[PageWords]
) -> tuple[State, tuple[str, ...]]:
    """Compare the words and pictures of pages that different renderers set."""
    if any(page.hidden for page in found):
        return State.BROKEN, (tr("the report holds text that is drawn but not seen"),)
    apart = [
        number
        for number, (one, other) in enumerate(zip(found, due, strict=False), 1)
        if (one.words, one.pictures) != (other.words, other.pictures)
    ]
    if len(found) == len(due) and not apart:
        return State.OK, ()
    if _moved(found, due) and _moved(due, found):
        what = tr("another renderer set the same words at other places: compare by the same one")
        return State.INDETERMINATE, (what,)
    number = (apart or [min(len(found), len(due)) + 1])[0]
    what = tr("page {page} has other words or pictures than follow from the session", page=number)
    return State.BROKEN, (what,)


def _moved(pages: Sequence[PageWords], others: Sequence[PageWords]) -> bool:
    """Whether every line but the page numbers, and every picture, is also on the other pages."""
    text = "".join(page.words for page in others)
    pictures = sorted(picture for page in others for picture in page.pictures)
    return sorted(picture for page in pages for picture in page.pictures) == pictures and all(
        line in text for page in pages for line in page.lines[:-1]
    )

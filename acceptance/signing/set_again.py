"""Whether the pages of a report are those that follow from the session in it.

Whoever holds a key can sign any pages. So they are set again: the same renderer gives the same
bytes, and any other difference than the signatures behind them is a forgery. Where another renderer
set them, only words, pictures and what a page can do can be compared (``docs/verify.md``).
"""

from __future__ import annotations

import io
import itertools
from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic

from acceptance.messages import tr
from acceptance.report import page_paints, page_words
from acceptance.signing import appearances, pades, page_entries, unlisted_bytes
from acceptance.signing.object_streams import ListedReader
from acceptance.signing.signatures import State
from acceptance.signing.updates import annotations_of, at, beyond_signatures, fields_of

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject, Reference
    from pyhanko.pdf_utils.reader import PdfFileReader

    from acceptance.report.page_words import PageWords

OF_CATALOG = {
    "/AcroForm", "/AF", "/Lang", "/MarkInfo", "/Metadata", "/Names", "/Outlines", "/OutputIntents",
    "/Pages", "/StructTreeRoot", "/Type", "/Version", "/ViewerPreferences", "/Extensions",
}  # fmt: skip
LEADING = {"/GoTo", "/GoToR", "/URI"}  # what a link may do
NAMED = {"/EmbeddedFiles", "/Dests"}
PREFERRED = {"/DisplayDocTitle"}  # others hide menus, or leave pages out of what is printed


def compare(
    pdf: bytes, own: bytes, lang: str, *, same_renderer: bool
) -> tuple[State, tuple[str, ...]]:
    """Compare a report, signed or not, with ``own``: its pages set again, not signed.

    ``lang`` is its language.
    """
    reader = ListedReader(io.BytesIO(pdf))  # once: half of the time that comparing takes
    if changed := tuple(beyond_signatures(reader)):
        return State.BROKEN, changed
    if shown := tuple(appearances.otherwise(reader, lang, same_renderer=same_renderer)):
        return State.BROKEN, shown
    due = ListedReader(io.BytesIO(own))
    if pdf.startswith(own) and _first_start(reader) == _first_start(due):
        return State.OK, ()
    state, details = _compare_pages(pdf, own, same_renderer=same_renderer)
    if state is State.OK and not appearances.near(reader.get_historical_resolver(0), due):
        what = tr("the places of the signatures are not where they would be set here")
        return State.INDETERMINATE, (what,)
    if state is State.OK and not appearances.drawn_alike(reader, lang):
        what = tr("a stamp draws the same words otherwise: compare by the same renderer")
        return State.INDETERMINATE, (what,)
    return state, details


def compare_annex(pdf: bytes, own: bytes, *, same_renderer: bool) -> tuple[State, tuple[str, ...]]:
    """Compare an annex, which nobody signs by itself, with ``own``, set again."""
    if pdf == own:
        return State.OK, ()
    reader = ListedReader(io.BytesIO(pdf))
    if reader.xrefs.total_revisions != 1:
        return State.BROKEN, (tr("was updated after it was set"),)
    if "/AcroForm" in reader.root:
        key = "/AcroForm"
        return State.BROKEN, (tr("the report holds {key}, which this tool never writes", key=key),)
    if dict(pades.attachments(pdf)) != dict(pades.attachments(own)):
        return State.BROKEN, (tr("other files are attached than follow from the session"),)
    return _compare_pages(pdf, own, same_renderer=same_renderer)


def _compare_pages(pdf: bytes, own: bytes, *, same_renderer: bool) -> tuple[State, tuple[str, ...]]:
    if same_renderer:
        return State.BROKEN, (tr("the pages are not those that follow from the session"),)
    if acting := tuple(active(pdf)):
        return State.BROKEN, acting
    found, due = page_words.read(pdf), page_words.read(own)
    state, details = _compare_words(found, due)
    framed = () if state is State.BROKEN else tuple(_framed_otherwise(found, due))
    if framed:
        return State.BROKEN, framed
    if state is not State.BROKEN and page_words.about(pdf) != page_words.about(own):
        return State.BROKEN, (tr("title or bookmarks are not those that follow from the session"),)
    if state is not State.BROKEN and not page_words.spoken(pdf) <= page_words.spoken(own):
        what = tr("other words stand for pictures or text than follow from the session")
        return State.BROKEN, (what,)
    return _compare_otherwise(pdf, own) if state is State.OK else (state, details)


def _compare_otherwise(pdf: bytes, own: bytes) -> tuple[State, tuple[str, ...]]:
    """Compare what pages of the same words paint, and say beside them."""
    state, details = _compare_paints(pdf, own)
    if state is not State.OK:
        return state, details
    if entry := page_entries.strange(*map(_first, (pdf, own))):
        what = tr("what stands beside the pages (texts of links, names of attachments, structure) "
                  "is not what setting them again gives: {entry!r:.80}; compare by the same "
                  "renderer", entry=entry)  # fmt: skip
        return State.INDETERMINATE, (what,)
    if unlisted_bytes.holds_others(ListedReader(io.BytesIO(pdf)), 0):
        what = tr("the file holds more than the objects that its table lists: compare by the same "
                  "renderer")  # fmt: skip
        return State.INDETERMINATE, (what,)
    return State.OK, ()


def _compare_paints(pdf: bytes, own: bytes) -> tuple[State, tuple[str, ...]]:
    """Compare what pages of the same words paint: these could be covered, or not be seen."""
    pairs = zip(page_paints.read(pdf), page_paints.read(own), strict=True)
    for number, (found, due) in enumerate(pairs, 1):
        if not page_paints.are_near(found, due):
            what = tr("page {page} draws the same words otherwise: compare by the same renderer",
                      page=number)  # fmt: skip
            return State.INDETERMINATE, (what,)
    return State.OK, ()


def _first(pdf: bytes) -> PdfObject:
    """Return the catalog of a file's first revision: what signing adds is looked at elsewhere."""
    return ListedReader(io.BytesIO(pdf)).get_historical_resolver(0).root


def _first_start(reader: PdfFileReader) -> int:
    """Return where the table of objects of a file's first revision begins.

    It is the same in a file that is another one with nothing but updates behind it.
    """
    return int(reader.xrefs.get_startxref_for_revision(0))


def added(pdf: bytes) -> Iterator[str]:
    """Say what the updates of a report by another version do beside signing it."""
    return beyond_signatures(ListedReader(io.BytesIO(pdf)), metadata=True)


def active(pdf: bytes) -> Iterator[str]:
    """Say what a report can do or show that this tool never puts into one."""
    root = ListedReader(io.BytesIO(pdf)).get_historical_resolver(0).root
    names, preferences = at(root, "/Names", ()), at(root, "/ViewerPreferences", ())
    fields, strange = fields_of(root), [{*root} - OF_CATALOG, {*names} - NAMED]
    for key in itertools.chain(*map(sorted, [*strange, {*preferences} - PREFERRED])):
        yield tr("the report holds {key}, which this tool never writes", key=key)
    if any(_acts(item) for item in _bookmarks(root)):
        yield tr("a bookmark does more than lead elsewhere")
    for number, page in enumerate(_pages(root["/Pages"]), 1):
        # of the fields for signatures ``beyond_signatures`` has looked at all
        links = [note.get_object() for note in annotations_of(page) if not _is_of(note, fields)]  # type: ignore[no-untyped-call]
        if "/AA" in page or any(map(_acts, links)):
            yield tr("page {page} does more than lead elsewhere", page=number)
        if any(link["/Subtype"] != "/Link" or "/AP" in link for link in links):
            yield tr("page {page} holds an annotation that is no link", page=number)


def _acts(item: DictionaryObject) -> bool:
    """Whether a link or bookmark does more than lead elsewhere."""
    action = at(item, "/A", {})
    return at(action, "/S", "/GoTo") not in LEADING or "/Next" in action


def _bookmarks(root: DictionaryObject) -> Iterator[DictionaryObject]:
    """Yield the root of the bookmarks and all below it."""
    waiting = [root.raw_get("/Outlines")] if "/Outlines" in root else []
    seen: set[object] = set()
    while waiting:
        item = waiting.pop()
        name = item.reference if isinstance(item, generic.IndirectObject) else id(item)
        if name not in seen:
            seen.add(name)
            found = item.get_object()
            yield found
            waiting += [found.raw_get(key) for key in ("/First", "/Next") if key in found]


def _is_of(note: object, fields: Container[Reference]) -> bool:
    return isinstance(note, generic.IndirectObject) and note.reference in fields


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
    if any(page.spoken for page in found):
        what = tr("the report holds text that is read out otherwise than it is drawn")
        return State.BROKEN, (what,)
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


def _framed_otherwise(found: Sequence[PageWords], due: Sequence[PageWords]) -> Iterator[str]:
    """Say which pages have links or a frame that none has that follows."""
    links = frozenset[str]().union(*(page.links for page in due))
    for number, page in enumerate(found, 1):
        if not page.links <= links or all(page.frame != each.frame for each in due):
            yield tr("page {page} leads elsewhere, or is shown otherwise", page=number)


def _moved(pages: Sequence[PageWords], others: Sequence[PageWords]) -> bool:
    """Whether every line but the page numbers, and every picture, is also on the other pages."""
    text = "".join(page.words for page in others)
    pictures = sorted(picture for page in others for picture in page.pictures)
    return sorted(picture for page in pages for picture in page.pictures) == pictures and all(
        line in text for page in pages for line in page.lines[:-1]
    )

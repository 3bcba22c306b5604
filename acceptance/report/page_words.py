"""What can be read off a PDF that another renderer set: words, pictures, links, and its frame."""

from __future__ import annotations

import io
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping, Sequence

    from pypdf import PageObject, PdfReader
    from pypdf.generic import DictionaryObject

NO_FRAME = frozenset({"/Type", "/Parent", "/Contents", "/Resources", "/Annots", "/StructParents"})
BOXES = frozenset({"/MediaBox", "/CropBox", "/BleedBox", "/TrimBox", "/ArtBox"})
BY_PROGRAMS = {"/Producer", "/CreationDate", "/ModDate", "/Trapped"}  # what no person says
FIRST = 12  # pages; cover, contents and summary of every version so far
# Words about a file in XMP (ISO 16684-1): Dublin Core, and what readers of PDF show beside it.
IN_WORDS = (
    *("{http://purl.org/dc/", "{http://ns.adobe.com/photoshop/", "{http://ns.adobe.com/pdfx/"),
    *("{http://ns.adobe.com/pdf/1.3/}Keywords", "{http://ns.adobe.com/xap/1.0/}CreatorTool"),
)
NO_WORDS = {  # attributes that say in which language words are, or of what
    "{http://www.w3.org/XML/1998/namespace}lang",
    "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about",
}
MOST_PARTS = 1_000  # of metadata; there are 40
DECLARED = re.compile(rb"<!(?:DOCTYPE|ENTITY)")
READ_OUT = ("/Alt", "/ActualText", "/E", "/T")  # in place of what is drawn (ISO 32000-2, 14.9)
SHOWN = {"0", "1", "2", "4", "5", "6"}  # text rendering modes that paint (ISO 32000-2, 9.3.6)


@dataclass(frozen=True, kw_only=True)
class PageWords:
    """What is on one page, in the order in which it is drawn."""

    lines: tuple[str, ...]
    """Text without blanks, line by line."""

    pictures: tuple[tuple[int, int], ...]
    """Width and height in pixels of each picture drawn; 0 x 0 for one that is in no object."""

    hidden: bool
    """Some text is drawn so that nobody sees it."""

    spoken: bool = field(default=False, compare=False)
    """Some text is read out, or copied, as another one than is drawn."""

    links: frozenset[str] = field(default=frozenset(), compare=False)
    """Where its links lead: places in the file, or places in others."""

    frame: frozenset[str] = field(default=frozenset(), compare=False)
    """What else a page says of itself: which part of it is shown, which way up, what it does."""

    @property
    def words(self) -> str:
        """All lines in one: where they break is the renderer's affair."""
        return "".join(self.lines)


def read(pdf: bytes) -> tuple[PageWords, ...]:
    """Read every page. Raises whatever a PDF from elsewhere can cause."""
    import pypdf  # noqa: PLC0415 -- late: only reports of other renderers need it

    return tuple(_page(page) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def about(pdf: bytes) -> tuple[str, ...]:
    """Return what a reader of PDF shows beside the pages: title and so on, then the bookmarks.

    Raises as ``read``.
    """
    import pypdf  # noqa: PLC0415 -- as in read

    reader = pypdf.PdfReader(io.BytesIO(pdf))
    held: Mapping[str, Any] = reader.metadata or {}
    said = (f"{key} {held[key]}" for key in sorted({*held} - BY_PROGRAMS) if held[key])
    return (*said, *_bookmarks(reader.outline))


def _metadata(reader: PdfReader) -> bytes:
    """Return the metadata in XML, which some readers of PDF show."""
    held: Any = reader.root_object
    return bytes(held["/Metadata"].get_object().get_data()) if "/Metadata" in held else b""


def _in_words(metadata: bytes) -> Iterator[str]:
    """Yield what metadata in XML say of a report in words; all of them, if they are not plain."""
    try:
        parts = [*ET.fromstring(metadata).iter()] if metadata else []  # noqa: S314 -- expat bounds entities
    except (ET.ParseError, ValueError, LookupError):
        parts = None
    declared = DECLARED.search(metadata.replace(b"\0", b""))  # which other encodings have
    if parts is None or declared or len(parts) > MOST_PARTS:
        yield metadata.decode(errors="replace")
        return
    for part in parts:
        yield from ("".join(said.split()) for said in _said(part))


def _said(part: ET.Element) -> Iterator[str]:
    """Yield text and attributes of a part that is shown, also below it; else those shown alone.

    An attribute may stand in place of text (``rdf:value``, ``rdf:resource``; ISO 16684-1, 7).
    """
    if not _is_said(part.tag):
        yield from (said for name, said in part.attrib.items() if _is_said(name))
        return
    yield "".join(part.itertext())
    for below in part.iter():
        yield from (said for name, said in below.attrib.items() if name not in NO_WORDS)


def _is_said(name: object) -> bool:
    """Whether words of this name are shown; notes and instructions have none."""
    return isinstance(name, str) and name.startswith(IN_WORDS)


def spoken(pdf: bytes) -> frozenset[str]:
    """Return what is read out in place of pages, parts of them and the whole. Raises as ``read``.

    That is what the metadata say, which whoever signs may leave out, and the structure.
    """
    import pypdf  # noqa: PLC0415 -- as in read

    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root: Any = reader.root_object
    found = {*_in_words(_metadata(reader))}
    waiting, seen = [root.get("/StructTreeRoot")], set[int]()
    while waiting:
        item = waiting.pop()
        item = item.get_object() if item is not None else None
        if not isinstance(item, list | dict) or id(item) in seen:
            continue
        seen.add(id(item))
        if isinstance(item, list):
            waiting += list.__iter__(item)
        else:
            found |= {f"{key} {item[key]}" for key in READ_OUT if key in item}
            waiting.append(item.get("/K"))
    return frozenset(found)


def _bookmarks(found: Sequence[object]) -> Iterator[str]:
    for item in found:
        if isinstance(item, list):
            yield from _bookmarks(item)
        else:
            yield str(getattr(item, "title", ""))


def first_state(pdf: bytes, sentences: Collection[str]) -> bool:
    """Whether one of the sentences stands on the first pages, wherever lines break. Raises so.

    Nothing is stated where one of them has words that are not seen; one that is read out otherwise
    states nothing.
    """
    import pypdf  # noqa: PLC0415 -- late: only reports of other versions need it

    pages = [_page(page) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages[:FIRST]]
    text = "".join("" if page.spoken else page.words for page in pages)
    stated = any("".join(sentence.split()) in text for sentence in sentences)
    return stated and not any(page.hidden for page in pages)


def _page(page: PageObject) -> PageWords:
    pictures: list[tuple[int, int]] = []
    modes: set[str] = set()
    spoken = [_read_out(each) for each in _properties(page)]
    drawn = _pictures(page)

    def see(operator: bytes, operands: list[Any], *_: object) -> None:
        if operator == b"Do" and operands[0] in drawn:
            pictures.append(drawn[operands[0]])
        elif operator == b"INLINE IMAGE":
            pictures.append((0, 0))
        elif operator == b"Tr":
            modes.add(str(operands[0]))
        elif operator == b"BDC" and _read_out(operands[-1]):
            spoken.append(True)

    text = page.extract_text(visitor_operand_before=see)
    lines = tuple("".join(line.split()) for line in text.splitlines())
    return PageWords(
        lines=lines,
        pictures=tuple(pictures),
        hidden=bool(modes - SHOWN),
        spoken=any(spoken),
        links=frozenset(_links(page)),
        frame=frozenset(_frame(page)),
    )


def _read_out(held: object) -> bool:
    return isinstance(held, dict) and any(key in held for key in READ_OUT)


def _properties(page: PageObject) -> list[object]:
    """Return what marked parts of a page, and of drawings in it, say of themselves by name."""
    return [each for held in _resources(page) for each in _held(held, "/Properties").values()]


def _links(page: PageObject) -> Iterator[str]:
    annotations: Any = page.get("/Annots") or ()
    for item in annotations:
        link = item.get_object()
        if link.get("/Subtype") == "/Link":
            action = link.get("/A", {}).get_object() if "/A" in link else {}
            led = {key: str(action[key]) for key in sorted(action) if key != "/Type"}
            style = link["/BS"].get_object() if "/BS" in link else {}
            drawn = "" if style.get("/W", 1) == 0 else f"{style} {link.get('/Border', '')}"
            yield f"{link.get('/Dest', '')} {led or ''} {drawn}"


def _frame(page: PageObject) -> Iterator[str]:
    """Yield what is not on a page, with the sides of its boxes in whole points."""
    for key in {*page} - NO_FRAME:
        held: Any = page[key]
        yield f"{key} {[round(float(side)) for side in held] if key in BOXES else held}"


def _pictures(page: PageObject) -> dict[str, tuple[int, int]]:
    """Name of each picture that a page may draw, also within drawings -> width and height."""
    return {
        name: (int(drawn["/Width"]), int(drawn["/Height"]))
        for held in _resources(page)
        for name, drawn in _held(held, "/XObject").items()
        if drawn.get("/Subtype") == "/Image"
    }


def _resources(page: PageObject) -> Iterator[DictionaryObject]:
    """Yield the resources of a page, and of all drawings in it."""
    waiting, seen = [page.get("/Resources")], set[int]()
    while waiting:
        held = waiting.pop()
        resources = held.get_object() if held is not None else None
        if resources is not None and id(resources) not in seen:
            seen.add(id(resources))
            yield resources
            waiting += [drawn.get("/Resources") for drawn in _held(resources, "/XObject").values()]


def _held(resources: DictionaryObject, kind: str) -> dict[str, Any]:
    """Return what resources hold of a kind, by name."""
    named = resources.get(kind)
    items = named.get_object().items() if named is not None else ()
    return {name: item.get_object() for name, item in items}

"""What can be read off the pages of a PDF that another renderer set: words and pictures."""

from __future__ import annotations

import io
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Collection

    from pypdf import PageObject

FIRST = 12  # pages; cover, contents and summary of every version so far
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

    @property
    def words(self) -> str:
        """All lines in one: where they break is the renderer's affair."""
        return "".join(self.lines)


def read(pdf: bytes) -> tuple[PageWords, ...]:
    """Read every page. Raises whatever a PDF from elsewhere can cause."""
    import pypdf  # noqa: PLC0415 -- late: only reports of other renderers need it

    return tuple(_page(page) for page in pypdf.PdfReader(io.BytesIO(pdf)).pages)


def first_state(pdf: bytes, sentences: Collection[str]) -> bool:
    """Whether one of the sentences stands on the first pages, wherever lines break. Raises so."""
    import pypdf  # noqa: PLC0415 -- late: only reports of other versions need it

    pages = pypdf.PdfReader(io.BytesIO(pdf)).pages[:FIRST]
    text = "".join("".join(page.extract_text().split()) for page in pages)
    return any("".join(sentence.split()) in text for sentence in sentences)


def _page(page: PageObject) -> PageWords:
    pictures: list[tuple[int, int]] = []
    modes: set[str] = set()
    drawn = _pictures(page)

    def see(operator: bytes, operands: list[Any], *_: object) -> None:
        if operator == b"Do" and operands[0] in drawn:
            pictures.append(drawn[operands[0]])
        elif operator == b"INLINE IMAGE":
            pictures.append((0, 0))
        elif operator == b"Tr":
            modes.add(str(operands[0]))

    text = page.extract_text(visitor_operand_before=see)
    lines = tuple("".join(line.split()) for line in text.splitlines())
    return PageWords(lines=lines, pictures=tuple(pictures), hidden=bool(modes - SHOWN))


def _pictures(page: PageObject) -> dict[str, tuple[int, int]]:
    """Name of each picture that a page may draw, also within drawings -> width and height."""
    found: dict[str, tuple[int, int]] = {}
    waiting, seen = [page.get("/Resources")], set[int]()
    while waiting:
        resources = waiting.pop()
        resources = resources.get_object() if resources is not None else {}
        if id(resources) in seen:
            continue
        seen.add(id(resources))
        objects = resources.get("/XObject")
        for name, item in (objects.get_object() if objects is not None else {}).items():
            drawn = item.get_object()
            if drawn.get("/Subtype") == "/Image":
                found[name] = (int(drawn["/Width"]), int(drawn["/Height"]))
            else:
                waiting.append(drawn.get("/Resources"))
    return found

"""What the dictionaries of a report say: each entry that leads from its catalog, by key and value.

Viewers and screen readers show much that no page draws: what a link is about, what an attached file
is called, which paragraphs are none, for which printer colours are meant. A signer with a tool of
their own may write any of it, so every entry must be one that the report set here has as well.
"""

from __future__ import annotations

import hashlib
import re
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.generic import PdfObject

MOST_ENTRIES = 5_000_000
# Compared by what they paint; the form by its fields, metadata by their words.
ASIDE = {"/Resources", "/AcroForm", "/Metadata"}
OF_A_STREAM = {"/Length", "/Filter", "/DecodeParms"}  # how it is packed
WHOLE = {"/DestOutputProfile"}  # streams of which the content counts
DATE = re.compile(r"D:\d{4,14}(Z|[+-]\d\d'?(\d\d'?)?)?")
NUMBERED = re.compile(r"[\d-]+")  # cells of tables, by the renderer


def strange(root: PdfObject, own: PdfObject) -> str:
    """Name an entry that leads from a catalog and not from ``own``, or what its structure lacks.

    Empty where there is none. Raises whatever a PDF from elsewhere can cause, and ValueError for
    too many entries.
    """
    more = {*_entries(root)} - {*_entries(own)}
    lacking = {("/S", kind) for kind in _structure(own) - _structure(root)}
    return next((" ".join(entry) for entry in sorted(more | lacking)), "")


def _structure(root: PdfObject) -> set[str]:
    """Return the kinds of the elements that lie below the top of a catalog's structure."""
    waiting: list[Any] = [root.get("/StructTreeRoot")]  # type: ignore[attr-defined]
    kinds, count = set[str](), 0
    while waiting:
        held, count = waiting.pop(), count + 1
        if count > MOST_ENTRIES:
            raise ValueError(count)
        held = held.get_object() if isinstance(held, generic.IndirectObject) else held  # type: ignore[no-untyped-call]
        if isinstance(held, generic.ArrayObject):
            waiting += [*held]
        elif isinstance(held, generic.DictionaryObject):
            kinds.add(str(held.get("/S")))
            waiting.append(held.get("/K"))
    return kinds


def _entries(root: PdfObject) -> Iterator[tuple[str, str]]:
    """Yield each entry by which objects are reached; of numbers and arrays the kind alone.

    Each is told before it is asked whether its object was met: the same in whatever order.
    """
    waiting: list[tuple[str, PdfObject]] = [("", root)]
    seen, count = set[object](), 0
    while waiting:
        key, held = waiting.pop()
        reference = held.reference if isinstance(held, generic.IndirectObject) else None
        held = held.get_object()  # type: ignore[no-untyped-call]
        yield key, _told(key, held)
        if reference:
            met = (reference, key if isinstance(held, generic.ArrayObject) else "")
            if met in seen:
                continue
            seen.add(met)
        below = [*_below(key, held)]
        count += len(below)
        if count > MOST_ENTRIES:
            raise ValueError(count)
        waiting += below


def _below(key: str, held: PdfObject) -> Iterator[tuple[str, PdfObject]]:
    """Yield what a dictionary or array holds, references not followed.

    What an array holds bears the key of the array, which several keys may lead to.
    """
    if isinstance(held, generic.ArrayObject):
        yield from ((key, held.raw_get(index)) for index in range(len(held)))
    elif isinstance(held, generic.DictionaryObject):
        packed = OF_A_STREAM if isinstance(held, generic.StreamObject) else set()
        yield from ((each, held.raw_get(each)) for each in held.keys() - ASIDE - packed)


def _told(key: str, held: PdfObject) -> str:
    if isinstance(held, generic.StreamObject) and key in WHOLE:
        return hashlib.sha256(held.data).hexdigest()
    if isinstance(held, int | float | Decimal):  # places: those of stamps are compared as such
        return "number"
    if isinstance(held, generic.DictionaryObject | generic.ArrayObject):
        return "{}" if isinstance(held, generic.DictionaryObject) else "[]"
    text = str(held)
    return "date" if DATE.fullmatch(text) else "cell" if NUMBERED.fullmatch(text) else text

"""Fields for signatures on the first page: each a place of its own in the structure of the report.

They are made with the pages, so that signing adds nothing that a screen reader would not know of
(ISO 14289-1, 7.18). The cover has a link to itself in each place, which the renderer tags; here it
becomes the field.
"""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PLACES: Mapping[str, str] = {  # name of the field -> name in the PDF of its place
    "inspector": "sign-tester",
    "reviewer": "sign-reviewer",
    "approver": "sign-approver",
    "seal": "sign-seal",
}
TITLES: Mapping[str, str] = {  # what a reader of PDF calls the field
    "inspector": "主检 (inspector)",
    "reviewer": "审核 (reviewer)",
    "approver": "批准 (approver)",
    "seal": "公章 (seal)",
}
PRINTED_AND_LOCKED = 132  # ISO 32000-1, 12.5.3
SIGNED_BY_ADDING = 3  # ISO 32000-1, 12.7.2: there are fields for signatures; nothing is rewritten


class WrittenPdf(Protocol):
    """What WeasyPrint hands over before it writes."""

    objects: list[Any]
    catalog: dict[str, Any]
    pages: dict[str, Any]

    def add_object(self, added: object) -> None:
        """Add an object."""


def make(pdf: WrittenPdf) -> None:
    """Turn the links in the places of signatures into empty fields, tagged as such."""
    links = {
        each["Dest"].string: each for each in pdf.objects if _is(each, "Subtype", "/Link", "Dest")
    }
    found = {role: links[place] for role, place in PLACES.items() if place in links}
    if not found:
        return
    pages = {name: page for page, name in _annotated(pdf)}
    elements = {name: each for each, name in _tagged(pdf)}
    for role, link in found.items():
        _become_field(pdf, link, role, pages[link.reference])
        element = elements[link.reference]
        element.update(S="/Form", K=element["K"][0])  # pyHanko follows no list to a field
    own = importlib.import_module("pydyf")
    fields = own.Array([link.reference for link in found.values()])
    pdf.catalog["AcroForm"] = own.Dictionary({"Fields": fields, "SigFlags": SIGNED_BY_ADDING})


def _is(found: object, key: str, value: str, *others: str) -> bool:
    return isinstance(found, dict) and found.get(key) == value and {*others} <= {*found}


def _annotated(pdf: WrittenPdf) -> Iterator[tuple[bytes, bytes]]:
    """Give each page that has annotations, and each of these, by their references."""
    for page in pdf.objects:
        if _is(page, "Type", "/Page", "Annots"):
            yield from ((page.reference, name) for name in page["Annots"])


def _tagged(pdf: WrittenPdf) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Give each element of the structure that stands for a link, and the link's reference."""
    named = {each.reference: each["Obj"] for each in pdf.objects if _is(each, "Type", "/OBJR")}
    for each in pdf.objects:
        if _is(each, "S", "/Link"):
            yield from ((each, named[kid]) for kid in each["K"] if kid in named)


def _become_field(pdf: WrittenPdf, link: dict[str, Any], role: str, page: bytes) -> None:
    own = importlib.import_module("pydyf")
    left, top, right, bottom = link["Rect"]
    box = own.Array([0, 0, right - left, top - bottom])
    empty = own.Stream([], own.Dictionary({"Type": "/XObject", "Subtype": "/Form", "BBox": box}))
    pdf.add_object(empty)
    for key in ("Dest", "BS", "Contents"):
        del link[key]
    link.update(
        Subtype="/Widget", FT="/Sig", T=own.String(role), TU=own.String(TITLES[role]),
        F=PRINTED_AND_LOCKED, P=page, Rect=own.Array([left, bottom, right, top]),
        AP=own.Dictionary({"N": empty.reference}),
    )  # fmt: skip

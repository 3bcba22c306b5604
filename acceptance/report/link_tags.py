"""Links in the structure of a PDF: each lies in an element of its own type (ISO 14289-1, 7.18.5).

WeasyPrint makes a link of every box within a link, and ties each to the element of that box.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.report.sign_fields import WrittenPdf

    Objects = Mapping[bytes, dict[str, Any]]  # by their references

NEARLY = 0.5  # points by which a piece may stand out of the link around it


def settle(pdf: WrittenPdf) -> None:
    """Take out links that lie within the link around them; tie its other pieces to its element."""
    every: dict[bytes, Any] = {each.reference: each for each in filter(_is_named, pdf.objects)}
    gone = set[bytes]()
    for element in every.values():
        if element.get("Type") == "/StructElem" and element["S"] not in {"/Link", "/Form"}:
            for kid in [kid for kid in element["K"] if "Obj" in every.get(kid, ())]:
                element["K"].remove(kid)
                if (link := _outer(element, every)) is None or _covers(link, kid, every):
                    gone.add(every[kid]["Obj"])
                else:
                    link["K"].append(kid)
    _tie(pdf, every, gone)


def _is_named(found: object) -> bool:
    return isinstance(found, dict)


def _outer(element: dict[str, Any], every: Objects) -> dict[str, Any] | None:
    """Return the element of the link around another, if any."""
    while element.get("Type") == "/StructElem":
        element = every[element["P"]]
        if element.get("S") == "/Link":
            return element
    return None


def _covers(link: dict[str, Any], kid: bytes, every: Objects) -> bool:
    """Whether a link's own box holds that of a piece."""
    own = next((each for each in link["K"] if "Obj" in every.get(each, ())), None)
    if own is None:
        return False
    left, top, right, bottom = every[every[own]["Obj"]]["Rect"]  # the renderer writes the top first
    from_left, from_top, to_right, to_bottom = every[every[kid]["Obj"]]["Rect"]
    across = left - NEARLY <= from_left and to_right <= right + NEARLY
    return bool(across and from_top <= top + NEARLY and bottom - NEARLY <= to_bottom)


def _tie(pdf: WrittenPdf, every: Objects, gone: set[bytes]) -> None:
    """Leave links out of their pages, and name in the tree of parents the element of each."""
    for page in every.values():
        if page.get("Type") == "/Page" and "Annots" in page:
            page["Annots"][:] = [link for link in page["Annots"] if link not in gone]
    named = {
        every[every[kid]["Obj"]]["StructParent"]: reference
        for reference, element in every.items()
        if element.get("S") == "/Link"
        for kid in element["K"]
        if "Obj" in every.get(kid, ())
    }
    numbers = every[every[pdf.catalog["StructTreeRoot"]]["ParentTree"]]["Nums"]
    dead = {every[link]["StructParent"] for link in gone}
    pairs = [*zip(numbers[::2], numbers[1::2], strict=True)]
    numbers[:] = [
        part
        for number, tied in pairs
        if number not in dead
        for part in (number, named.get(number, tied))
    ]
    for link in gone:
        every[link].clear()  # an object that nothing names

"""Rules of PDF/A-3b (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) that can be checked here.

veraPDF knows them all; what a report could break, before and after it is signed, is here: fonts,
colour, metadata, actions, attachments, annotations, structure.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

import pypdf
from pypdf.generic import ArrayObject, DictionaryObject, IndirectObject

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

ACTIONS = {"/GoTo", "/GoToR"}  # of those that 6.5.1 allows, what a report needs
SHOWN_OTHERWISE = 0b100011  # of the flags: invisible, hidden, not viewed
PRINTED = 0b100


def objects(reader: pypdf.PdfReader) -> Iterator[Any]:
    """Give every object of a file."""
    for number in range(1, int(reader.trailer["/Size"])):
        found = reader.get_object(IndirectObject(number, 0, reader))
        if isinstance(found, DictionaryObject):
            yield found


def broken(pdf: bytes) -> Iterator[str]:
    """Say which rules a file breaks."""
    reader = pypdf.PdfReader(io.BytesIO(pdf))
    root, every = reader.root_object, [*objects(reader)]
    elements = _elements(root)
    yield from _file(pdf, reader, root)
    for found in every:
        kind, subtype = found.get("/Type"), found.get("/Subtype")
        if kind == "/FontDescriptor" and not {"/FontFile2", "/FontFile3"} & {*found}:
            yield "6.2.11.4: a font is not embedded"
        if subtype == "/Image" and str(found.get("/Interpolate")) == "True":
            yield "6.2.8: an image is interpolated"
        if found.get("/Filter") == "/LZWDecode":
            yield "6.1.7.2: LZW"
        if kind == "/Annot":
            yield from _annotation(found, elements)
        if kind == "/Filespec" and not {"/F", "/UF", "/AFRelationship"} <= {*found}:
            yield "6.8: an attachment without its relationship"
        if found.get("/S") == "/Figure" and not found.get("/Alt"):
            yield "UA 7.3: a figure without alternative text"


def _file(pdf: bytes, reader: pypdf.PdfReader, root: DictionaryObject) -> Iterator[str]:
    if not pdf.startswith(b"%PDF-1.7\n%") or "/ID" not in reader.trailer:
        yield "6.1.2, 6.1.3: header or identifier"
    if "/Version" in root or {*root.get("/Extensions", {})} - {"/ESIC"}:
        yield "5.1: another version of PDF"
    if {"/NeedAppearances", "/XFA"} & {*root.get("/AcroForm", {})}:
        yield "6.4.1: fields whose drawings are made when they are shown"
    if "/Encrypt" in reader.trailer or {"/AA", "/OpenAction", "/OCProperties"} & {*root}:
        yield "6.1.3, 6.5.2: encrypted, or acts by itself"
    intents = [each.get_object() for each in root.get("/OutputIntents", ())]
    if [each["/S"] for each in intents if "/DestOutputProfile" in each] != ["/GTS_PDFA1"]:
        yield "6.2.3: output intent"
    metadata = root["/Metadata"].get_object().get_data().decode() if "/Metadata" in root else ""
    for words in ('pdfaid:part="3"', 'pdfaid:conformance="B"', "<pdfuaid:part>1<", "dc:title"):
        if words not in metadata:
            yield f"6.6, UA 5: {words} is not in the metadata"
    if metadata.count("<rdf:RDF") != 1 or "pdfaExtension:schemas" not in metadata:
        yield "6.6.2.3: no extension schema for PDF/UA"
    tagged = {"/MarkInfo", "/StructTreeRoot", "/Lang", "/ViewerPreferences"}
    if not tagged <= {*root} or "/DisplayDocTitle" not in root["/ViewerPreferences"]:
        yield "UA 7.1, 7.2: not tagged, of no language, or the title is not shown"
    for page in reader.pages:
        if "/Annots" in page and page.get("/Tabs") != "/S":
            yield "UA 7.18.3: order of tabs"


def _elements(root: DictionaryObject) -> Mapping[int, DictionaryObject]:
    """Return the elements of the structure by their keys in its tree of parents."""
    if "/StructTreeRoot" not in root:
        return {}
    numbers = root["/StructTreeRoot"]["/ParentTree"]["/Nums"]
    pairs = [(int(numbers[at]), numbers[at + 1].get_object()) for at in range(0, len(numbers), 2)]
    return {key: found for key, found in pairs if isinstance(found, DictionaryObject)}


def _annotation(note: DictionaryObject, elements: Mapping[int, DictionaryObject]) -> Iterator[str]:
    flags, kind = int(note.get("/F", 0)), note["/Subtype"]
    if kind not in {"/Link", "/Widget"} or flags & SHOWN_OTHERWISE or not flags & PRINTED:
        yield "6.3: an annotation of another kind, or is not printed"
    if "/A" in note and note["/A"]["/S"] not in ACTIONS:
        yield f"6.5.1: an action {note['/A']['/S']}"
    if "/AA" in note:
        yield "6.5.2: a field acts by itself"
    if kind == "/Widget" and all(float(side) == 0 for side in note["/Rect"]):
        return  # of no size: nobody sees it, and no rule asks for more
    if not note.get("/Contents" if kind == "/Link" else "/TU"):
        yield "UA 7.18: a link or field without words"
    if kind == "/Widget" and {*note.get("/AP", {})} != {"/N"}:
        yield "6.3.3: a field without a drawing, or with several"
    if not _is_in_structure(note, elements.get(int(note.get("/StructParent", -1)))):
        yield "UA 7.18.4, 7.18.5: a link or field without its place in the structure"


def _is_in_structure(note: DictionaryObject, element: DictionaryObject | None) -> bool:
    """Whether an element of the right type names the annotation, and a parent that knows it."""
    due = "/Form" if note["/Subtype"] == "/Widget" else "/Link"
    if element is None or element["/S"] != due:
        return False
    named = [kid for kid in _kids(element) if isinstance(kid, DictionaryObject)]
    return any("/Obj" in kid and kid["/Obj"] == note for kid in named) and element in _kids(
        element["/P"]
    )


def _kids(element: DictionaryObject) -> list[Any]:
    """Return what an element of the structure holds: elements, references, marked content."""
    held = element["/K"]
    return [kid.get_object() for kid in held] if isinstance(held, ArrayObject) else [held]

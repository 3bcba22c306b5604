"""Rules of PDF/A-3b (ISO 19005-3) and PDF/UA-1 (ISO 14289-1) that can be checked here, by file.

veraPDF knows them all; what a report could break is here: fonts, colour, metadata, actions,
attachments, structure.
"""

from __future__ import annotations

import io
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pypdf
import pytest
from pypdf.generic import DictionaryObject, IndirectObject
from sample_session import draw_still, pack_of_db50, session_of

from acceptance.report import render, typesetting

if TYPE_CHECKING:
    from collections.abc import Iterator

ACTIONS = {"/GoTo", "/GoToR"}  # of those that 6.5.1 allows, what a report needs


@pytest.fixture(scope="module")
def volumes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    """Set the volumes of a session with still, curves and hostile names."""
    pack, folder = pack_of_db50(), tmp_path_factory.mktemp("session")
    session = session_of(pack)
    shot = session.shots[0]
    edge = replace(
        session.measurements[0], quantity="resolution.mtf50", subject=shot.subject, shot=shot.id,
        details={"zone": "centre", "box": "90, 50, 20, 20", "line_widths_per_height": 300.0},
    )  # fmt: skip
    session = replace(session, measurements=(*session.measurements, edge))
    for shot in session.shots[:1]:
        (folder / shot.still).parent.mkdir(parents=True)
        draw_still(folder / shot.still, (192, 108))
    made = render.volumes(session, [pack], folder, "zh")
    return {"report.pdf": made.report({}, {"session.json": b"{}"}), **dict(made.annexes())}


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
            yield from _annotation(found)
        if kind == "/Filespec" and not {"/F", "/UF", "/AFRelationship"} <= {*found}:
            yield "6.8: an attachment without its relationship"
        if found.get("/S") == "/Figure" and not found.get("/Alt"):
            yield "UA 7.3: a figure without alternative text"


def _file(pdf: bytes, reader: pypdf.PdfReader, root: DictionaryObject) -> Iterator[str]:
    if not pdf.startswith(b"%PDF-1.7\n%") or "/ID" not in reader.trailer:
        yield "6.1.2, 6.1.3: header or identifier"
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


def _annotation(note: DictionaryObject) -> Iterator[str]:
    if note["/Subtype"] != "/Link" or int(note.get("/F", 0)) != 4:
        yield "6.3: an annotation that is no link, or is not printed"
    if "/A" in note and note["/A"]["/S"] not in ACTIONS:
        yield f"6.5.1: an action {note['/A']['/S']}"
    if not note.get("/Contents") or "/StructParent" not in note:
        yield "UA 7.18: a link without words or place in the structure"


def test_no_volume_breaks_a_rule(volumes: dict[str, bytes]) -> None:
    assert len(volumes) == 7
    drawn = objects(pypdf.PdfReader(io.BytesIO(volumes["annex-b.pdf"])))
    assert "/Image" in {found.get("/Subtype") for found in drawn}, "edges over the still are in it"
    assert {name: [*dict.fromkeys(broken(pdf))] for name, pdf in volumes.items()} == {
        name: [] for name in volumes
    }


def test_the_check_finds_what_is_broken() -> None:
    """A page that is set for no archive."""
    page = (
        "<html lang=zh><style>p { font-family: Noto Sans CJK SC }</style><p>检验<a href=http://x>x"
    )
    found = " ".join(broken(typesetting.typeset(page, render.EPOCH)))
    for words in ("output intent", "pdfaid:part", "not tagged", "action /URI", "is not printed"):
        assert words in found

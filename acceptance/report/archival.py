"""What an archived report needs that the renderer does not write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from urllib.parse import unquote

from acceptance.report import layout_shortcuts, link_tags, sign_fields

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.report.sign_fields import WrittenPdf

ADDRESS = "file:///session/"  # of the session folder, wherever it lies: addresses name its files
# PDF/UA-1 (ISO 14289-1, 5), with the schema that PDF/A-3 asks for (ISO 19005-3, 6.6.2.3).
UNIVERSAL = b"""<rdf:Description rdf:about='' xmlns:pdfuaid='http://www.aiim.org/pdfua/ns/id/'>
<pdfuaid:part>1</pdfuaid:part></rdf:Description>
<rdf:Description rdf:about=''
 xmlns:pdfaExtension='http://www.aiim.org/pdfa/ns/extension/'
 xmlns:pdfaSchema='http://www.aiim.org/pdfa/ns/schema#'
 xmlns:pdfaProperty='http://www.aiim.org/pdfa/ns/property#'><pdfaExtension:schemas><rdf:Bag>
<rdf:li rdf:parseType='Resource'>
<pdfaSchema:schema>PDF/UA identification schema</pdfaSchema:schema>
<pdfaSchema:namespaceURI>http://www.aiim.org/pdfua/ns/id/</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>pdfuaid</pdfaSchema:prefix><pdfaSchema:property><rdf:Seq>
<rdf:li rdf:parseType='Resource'><pdfaProperty:name>part</pdfaProperty:name>
<pdfaProperty:valueType>Integer</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>Part of ISO 14289</pdfaProperty:description></rdf:li></rdf:Seq>
</pdfaSchema:property></rdf:li></rdf:Bag></pdfaExtension:schemas></rdf:Description></rdf:RDF>"""


def finish(document: object, pdf: WrittenPdf) -> None:
    """Make links between the files of a report and fields for signatures; say it is PDF/UA-1."""
    del document
    link_tags.settle(pdf)
    sign_fields.make(pdf)
    for link in _links(pdf):
        _lead_to_file(link)
    for stream in pdf.objects:
        if getattr(stream, "extra", {}).get("Type") == "/Metadata":
            stream.stream = [text.replace(b"</rdf:RDF>", UNIVERSAL) for text in stream.stream]
    layout_shortcuts.compress(pdf)


def _links(pdf: WrittenPdf) -> Iterator[dict[str, Any]]:
    for each in pdf.objects:
        if isinstance(each, dict) and each.get("Subtype") == "/Link" and "A" in each:
            yield each


def _lead_to_file(link: dict[str, Any]) -> None:
    """Turn the address of a file of the report into a jump there (ISO 32000-1, 12.6.4.3).

    Browsers and readers take a relative address for one on a server.
    """
    action, address = link["A"], link["A"]["URI"]
    if not address.string.startswith(ADDRESS):
        return
    file, _, anchor = unquote(address.string.removeprefix(ADDRESS)).partition("#")
    text = type(address)
    del action["URI"]
    action.update({"S": "/GoToR", "F": text(file), "D": text(anchor), "NewWindow": "true"})
    link["Contents"] = text(f"{file} {anchor}")

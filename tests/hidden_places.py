"""Forgeries with a key in the less looked-at places of a PDF: forms, preferences, structure."""

from __future__ import annotations

import contextlib
import io
import struct
import zlib
from functools import partial
from typing import TYPE_CHECKING
from unittest.mock import patch

from forgeries import Forgery, elsewhere, signed, within
from more_tamperings import anew, change
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import BasePdfFileWriter
from pyhanko.pdf_utils.xref import XRefStream

from acceptance.signing.signatures import State

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

    from acceptance.signing.chains import DemoChain

ROW = struct.Struct(">BQH")  # of a table of objects: kind, place, generation
name = generic.NameObject


def entered(place: str, **entries: object) -> Callable[[IncrementalPdfFileWriter], None]:
    """Return what puts entries into a dictionary of the catalog."""

    def act(writer: IncrementalPdfFileWriter) -> None:
        held = writer.root[place]
        for key, value in entries.items():
            held[name(f"/{key}")] = value
        with contextlib.suppress(ValueError):
            writer.update_container(held)
        writer.update_root()

    return act


def field_says(writer: IncrementalPdfFileWriter, **entries: object) -> None:
    """Put entries into the field of the first signature."""
    fields = [each.get_object() for each in writer.root["/AcroForm"]["/Fields"]]
    field = next(each for each in fields if each["/T"] == "inspector")
    for key, value in entries.items():
        field[name(f"/{key}")] = value
    writer.update_container(field)


def unseen_pass(writer: IncrementalPdfFileWriter) -> None:
    """Let the field of the first signature show nothing, and be called a pass."""
    fields = [each.get_object() for each in writer.root["/AcroForm"]["/Fields"]]
    field = next(each for each in fields if each["/T"] == "inspector")
    del field["/AP"]
    nothing = generic.ArrayObject([generic.NumberObject(0)] * 4)
    field_says(writer, Rect=nothing, TU=generic.pdf_string("全部合格"))


def told(writer: IncrementalPdfFileWriter, key: str) -> None:
    """Let a screen reader say something else of the whole report."""
    element = writer.root["/StructTreeRoot"]["/K"]
    while isinstance(element, generic.ArrayObject):
        element = element[0]
    element[name(key)] = generic.pdf_string("全部合格")
    writer.update_container(element)


def described(writer: IncrementalPdfFileWriter, **entries: str) -> None:
    """Put entries into the document information."""
    held = writer.trailer["/Info"]
    for key, value in entries.items():
        held[name(f"/{key}")] = generic.pdf_string(value)
    writer.update_container(held)


def in_metadata(writer: IncrementalPdfFileWriter, said: str) -> None:
    """Put a description into the metadata in XML."""
    before, end = writer.root["/Metadata"].data, b"</rdf:RDF>"
    names = 'rdf:about="" xmlns:a="http://purl.org/dc/elements/1.1/" xmlns:b="http://ns.adobe.com/pdf/1.3/"'
    after = f"<rdf:Description {names} {said}</rdf:Description>".encode()
    stream = generic.StreamObject(stream_data=before.replace(end, after + end))
    stream[name("/Type")], stream[name("/Subtype")] = name("/Metadata"), name("/XML")
    change(writer, Metadata=writer.add_object(stream))


def metadata_say(writer: IncrementalPdfFileWriter) -> None:
    """Change words of the metadata under their own number."""
    ref, held = writer.root.raw_get("/Metadata").reference, writer.root["/Metadata"]
    data = held.data.replace(b"<rdf:li />", b"<rdf:li>\xe5\x90\x88</rdf:li>")
    assert data != held.data
    again = generic.StreamObject(dict(held), stream_data=data)
    writer.objects[(ref.generation, ref.idnum)] = again


def padded(writer: IncrementalPdfFileWriter) -> None:
    """Change what a page draws, in as many bytes and with the same dictionary."""
    ref = writer.root["/Pages"]["/Kids"][1].raw_get("/Contents").reference
    held = ref.get_object()
    data = zlib.compress(b"1 g 0 0 595 842 re f").ljust(len(held.encoded_data), b" ")
    again = generic.StreamObject(dict(held), encoded_data=data)
    writer.objects[(ref.generation, ref.idnum)] = again


def script() -> generic.DictionaryObject:
    """Return an action that runs."""
    action = {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    return generic.DictionaryObject(action)


def waits(writer: IncrementalPdfFileWriter, **entries: object) -> None:
    """Add an empty field for a signature, which viewers list by its name."""
    page = writer.root["/Pages"]["/Kids"].raw_get(0)
    field = generic.DictionaryObject(
        {name("/FT"): name("/Sig"), name("/Type"): name("/Annot"), name("/P"): page,
         name("/Subtype"): name("/Widget"), name("/F"): generic.NumberObject(132),
         name("/Rect"): generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0))),
         name("/T"): generic.pdf_string("结论：全部合格"),
         **{name(f"/{key}"): value for key, value in entries.items()}}
    )  # fmt: skip
    held, fields = writer.add_object(field), writer.root["/AcroForm"]["/Fields"]
    for listed in (fields, page.get_object()["/Annots"]):
        listed.append(held)
        writer.update_container(listed)


def trailer_says(writer: IncrementalPdfFileWriter) -> None:
    """Put words where a file says which objects it has: no viewer looks there, nor a reader."""
    writer.trailer[name("/Conclusion")] = generic.pdf_string("全部合格")


def listing(kind: int, generation: int, skipped: int = 0) -> Callable[[bytes, DemoChain], bytes]:
    """Return what signs with a row on what page 1 draws in the update's table of objects.

    Its first rows are left out, as many as are ``skipped``.
    """
    write = generic.StreamObject.write_to_stream

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        page = PdfFileReader(io.BytesIO(pdf)).root["/Pages"]["/Kids"][0]
        number = page.raw_get("/Contents").idnum

        def act(table: generic.StreamObject, *given: object) -> None:
            if isinstance(table, XRefStream):
                spans = [*table["/Index"]]
                pairs = zip(spans[::2], spans[1::2], strict=True)
                listed = [first + step for first, count in pairs for step in range(count)]
                numbers = sorted([*listed, number])[skipped:]
                index = [value for one in numbers for value in (one, 1)]
                table[name("/Index")] = generic.ArrayObject(map(generic.NumberObject, index))
                rows, at = bytes(table._data), ROW.size * sum(each < number for each in listed)
                whole = rows[:at] + ROW.pack(kind, 0, generation) + rows[at:]
                table._data = whole[skipped * ROW.size :]
            write(table, *given)

        with patch.object(generic.StreamObject, "write_to_stream", act):
            return signed(pdf, chain)

    return sign


def called(*names: generic.PdfObject) -> Callable[[bytes, DemoChain], bytes]:
    """Return what signs and gives the file these names in its update."""
    write = generic.StreamObject.write_to_stream

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        def act(table: generic.StreamObject, *given: object) -> None:
            if isinstance(table, XRefStream):
                table[name("/ID")] = generic.ArrayObject(names)
            write(table, *given)

        with patch.object(generic.StreamObject, "write_to_stream", act):
            return signed(pdf, chain)

    return sign


def behind(content: bytes) -> Callable[[bytes, DemoChain], bytes]:
    """Return what puts more behind the objects of the signature's update, and signs."""
    write = BasePdfFileWriter._write_objects

    def sign(pdf: bytes, chain: DemoChain) -> bytes:
        def act(writer: BasePdfFileWriter, stream: io.BytesIO, *given: object) -> None:
            write(writer, stream, *given)
            stream.write(content)

        with patch.object(BasePdfFileWriter, "_write_objects", act):
            return signed(pdf, chain)

    return sign


OTHER_PAGES = b"7 0 obj <</Type /Catalog /Pages 8 0 R>> endobj\n8 0 obj <</Kids []>> endobj\n"
NO_NAME = generic.ByteStringObject(b"x" * 16)
A_STAMP = partial(waits, TU=generic.pdf_string("Timestamp"))
LOCKED = {"Type": "/SigFieldLock", "Action": "/All", "Msg": "/全部合格"}
LOCK = generic.DictionaryObject({name(f"/{key}"): name(value) for key, value in LOCKED.items()})
HOLDS_MORE = "a form of the report holds more"
TITLED = "title or bookmarks are not those"
XFA = entered("/AcroForm", XFA=generic.pdf_string("<x/>"))
WORDS = generic.DictionaryObject({name("/Words"): generic.pdf_string("全部合格")})
SECOND_TO_THIRD = generic.ArrayObject(map(generic.NumberObject, (2, 3)))
HIDDEN_PLACES = [
    *(
        Forgery(f"{what}, by another renderer", says, attached=elsewhere, pages=anew(act))
        for what, says, act in (
            ("other pages for a slide show", "holds /AlternatePresentations",
             entered("/Names", AlternatePresentations=generic.DictionaryObject())),
            ("page 1 left out of what is printed", "holds /PrintPageRange",
             entered("/ViewerPreferences", PrintPageRange=SECOND_TO_THIRD)),
            ("pages over the whole screen, one at a time", "holds /PageMode",
             partial(change, PageMode=name("/FullScreen"))),
            ("pages shown in another order", "holds /PageLayout",
             partial(change, PageLayout=name("/TwoPageRight"))),
            ("places that the pages do not name", "holds /Dests",
             partial(change, Dests=generic.DictionaryObject())),
            ("keywords that say a pass", TITLED, partial(described, Keywords="全部合格")),
            ("a property that says a pass", TITLED, partial(described, Conclusion="全部合格")),
            ("a program called a pass", TITLED, partial(described, Creator="全部合格")),
            ("metadata that describe a pass", "other words stand for",
             partial(in_metadata, said="><a:description>全部合格</a:description>")),
            ("metadata with keywords", "other words stand for",
             partial(in_metadata, said='b:Keywords="全部合格">')),
            ("metadata with a value", "other words stand for",
             partial(in_metadata, said='><a:description rdf:value="全部合格"/>')),
            ("metadata of a list of values", "other words stand for",
             partial(in_metadata, said='><a:description><rdf:Alt><rdf:li rdf:value="全部合格"/>'
                                       "</rdf:Alt></a:description>")),
            ("metadata that name a pass", "other words stand for",
             partial(in_metadata, said='><a:relation rdf:resource="全部合格"/>')),
            ("metadata of an older Dublin Core", "other words stand for",
             partial(in_metadata, said='><c:title xmlns:c="http://purl.org/dc/1.1/">全部合格'
                                       "</c:title>")),
            ("a second form over the pages", HOLDS_MORE, XFA),
            ("a field that runs", HOLDS_MORE, partial(field_says, A=script())),
            ("a report that is short for a pass", "other words stand for",
             partial(told, key="/E")),
            ("a report that is titled a pass", "other words stand for", partial(told, key="/T")),
            ("a field that is called a pass", HOLDS_MORE,
             partial(field_says, TU=generic.pdf_string("全部合格"))),
            ("an unseen field that is called a pass", HOLDS_MORE, unseen_pass),
        )
    ),
    *(
        Forgery(f"{what} in the signature's update", "was replaced by who signed it",
                sign=within(act))
        for what, act in (
            ("other metadata", metadata_say), ("a page of as many bytes", padded),
        )
    ),
    *(
        Forgery(f"{what} in the signature's update", HOLDS_MORE, sign=within(act))
        for what, act in (
            ("a second form", XFA),
            ("an empty field called a pass", waits),
            ("an empty field called a time stamp", A_STAMP),
            ("an empty field that locks others", partial(waits, Lock=LOCK)),
            ("a field that acts",
             partial(field_says, AA=generic.DictionaryObject({name("/E"): script()}))),
        )
    ),
    *(
        Forgery(f"{what} that no table lists", "holds more than the objects that its table lists",
                sign=sign)
        for what, sign in (
            ("other pages before the signature's update",
             lambda pdf, chain: signed(pdf + OTHER_PAGES, chain)),
            ("other pages in the signature's update", behind(OTHER_PAGES)),
            ("a comment in the signature's update", behind("% 全部合格\n".encode())),
            ("a second end of the file", lambda pdf, chain: signed(pdf + pdf[-40:][
                pdf[-40:].index(b"startxref"):], chain)),
        )
    ),
    *(
        Forgery(f"a file called {what} in the signature's update", "was called another file",
                sign=called(*names))
        for what, names in (
            ("another one", (NO_NAME, NO_NAME)), ("nothing", ()),
            ("a pass", (generic.pdf_string("全部合格"), generic.pdf_string("全部合格"))),
        )
    ),
    Forgery("a header of another PDF, by another renderer",
            "compare by the same renderer", State.INDETERMINATE, attached=elsewhere,
            pages=lambda pdf: pdf.replace(b"%PDF-1.7", b"%PDF-9.9", 1)),
    Forgery("words in the trailer of the signature's update", "holds /Conclusion",
            sign=within(trailer_says)),
    Forgery("words beside what later checks need", "holds /Words",
            sign=within(partial(change, DSS=WORDS))),
    *(
        Forgery(f"what page 1 draws {what} in the signature's update", "frees some of the report",
                sign=listing(*row))
        for what, row in (
            ("freed", (0, 2)), ("freed for good", (0, 65535)), ("of an unknown kind", (3, 0)),
            ("of an unknown kind in the place of the first row", (3, 0, 1)),
        )
    ),
]  # fmt: skip

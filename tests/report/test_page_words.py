"""What is read off a PDF of another renderer, also of one that was made to be misread."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    NameObject,
    TextStringObject,
)

from acceptance.report import page_words


def written(writer: PdfWriter) -> bytes:
    """Return the file."""
    file = io.BytesIO()
    writer.write(file)
    return file.getvalue()


def named(**members: object) -> DictionaryObject:
    """Make a dictionary of PDF."""
    return DictionaryObject({NameObject(f"/{name}"): value for name, value in members.items()})


@pytest.mark.parametrize("twice", [False, True])
def test_a_structure_that_goes_in_a_circle_has_an_end(*, twice: bool) -> None:
    """Of itself, or of two lists that hold each other twice each."""
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    first, second = ArrayObject(), ArrayObject()
    one_place, other_place = writer._add_object(first), writer._add_object(second)
    first += [other_place, other_place] if twice else [one_place]
    second += [one_place, one_place]
    root = named(K=one_place, Alt=TextStringObject("合格"))
    writer.root_object[NameObject("/StructTreeRoot")] = writer._add_object(root)
    assert page_words.spoken(written(writer)) == {"/Alt 合格"}


@pytest.mark.parametrize("key", ["/ActualText", "/Alt", "/E"])
def test_text_of_a_drawing_that_is_read_out_otherwise_is_seen(key: str) -> None:
    """The words for it stand in the resources of the drawing, not of the page."""
    writer = PdfWriter()
    page = writer.add_blank_page(100, 100)
    drawing = DecodedStreamObject()
    drawing.set_data(b"/Span /P0 BDC EMC")
    marked = DictionaryObject({NameObject(key): TextStringObject("合格")})
    drawing[NameObject("/Subtype")] = NameObject("/Form")
    drawing[NameObject("/Resources")] = named(Properties=named(P0=marked))
    place = writer._add_object(drawing)
    page[NameObject("/Resources")] = named(XObject=named(Fm0=place))
    [seen] = page_words.read(written(writer))
    assert seen.spoken


DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


@pytest.mark.parametrize(
    "title",
    [
        f"<dc:title {DC}>x</dc:title>".encode(), f"<dc:title\n{DC} >&#120;</dc:title >".encode(),
        f"<a {DC}><dc:title><b>x</b></dc:title></a>".encode(), f"<a {DC} dc:title='x'/>".encode(),
        b'<d:title xmlns:d="http://purl.org/dc/elements/1.1/">x</d:title>',
        f"<dc:title {DC}>x</dc:title>".encode("utf-16"),
    ],
)  # fmt: skip
def test_a_title_in_the_metadata_is_seen_however_it_is_written(title: bytes) -> None:
    writer = PdfWriter()
    writer.add_blank_page(100, 100)
    stream = DecodedStreamObject()
    stream.set_data(title)
    writer.root_object[NameObject("/Metadata")] = writer._add_object(stream)
    assert page_words.spoken(written(writer)) == {"x"}


@pytest.mark.parametrize("text", [b"<dc:title>x", b'<!DOCTYPE a [<!ENTITY b "x">]><a>&b;</a>'])
def test_metadata_that_are_not_plain_are_seen_as_they_stand(text: bytes) -> None:
    assert [*page_words._in_words(text)] == [text.decode()]

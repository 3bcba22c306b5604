"""What pages paint is compared, however their renderers save and restore what they set."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
)

from acceptance.report import page_paints

PAGE = b"q 0.75 0 0 0.75 0 0 cm 0 0 50 50 re W n 1 0 0 rg 0 0 10 10 re f Q 0 g BT (x) Tj ET"


def drawing(content: bytes) -> DecodedStreamObject:
    """Make a drawing within a page, which also names itself."""
    made = DecodedStreamObject()
    made.set_data(content)
    made[NameObject("/Subtype")] = NameObject("/Form")
    made[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 9, 9)))
    return made


def paints(content: bytes) -> tuple[page_paints.Paint, ...]:
    """Return what a page of these operators paints."""
    writer, file = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(100, 100)
    stream, form = DecodedStreamObject(), drawing(b"0 0 5 5 re f /Fm0 Do")
    stream.set_data(content)
    place = writer._add_object(form)
    held = DictionaryObject({NameObject("/Fm0"): place})
    form[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): held})
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): held})
    page[NameObject("/Contents")] = writer._add_object(stream)
    writer.write(file)
    [found] = page_paints.read(file.getvalue())
    return found


@pytest.mark.parametrize(
    "alike",
    [
        PAGE.replace(b"1 0 0 rg", b"q 1 0 0 rg").replace(b"f Q", b"f Q Q"),
        b"0 1 0 RG " + PAGE,
        PAGE.replace(b"1 0 0 rg", b"/Artifact BMC 1 0 0 rg EMC"),
        PAGE.replace(b"10 10 re f", b"10.2 10.2 re f"),
        PAGE.replace(b"q 0.75", b"q 0 0 0 rg 0.75"),
    ],
)
def test_what_changes_no_picture_is_no_difference(alike: bytes) -> None:
    """Such as colours of lines where none is drawn, marks for readers, a fifth of a point."""
    assert page_paints.are_near(paints(alike), paints(PAGE))


@pytest.mark.parametrize(
    "other",
    [
        PAGE + b" 1 g 0 0 100 100 re f",
        PAGE.replace(b"0 g BT", b"1 g BT"),
        PAGE.replace(b"BT", b"BT 1 0 0 1 500 0 Tm"),
        PAGE.replace(b"BT", b"BT 3 Tr"),
        PAGE.replace(b"BT", b"/OC /x BDC BT"),
        PAGE.replace(b"0 0 50 50 re W n", b"0 0 1 1 re W n"),
        PAGE.replace(b"f Q", b"f* Q"),
        PAGE.replace(b"(x)", b"(y)"),
        PAGE.replace(b" Q 0 g", b" Q /Fm0 Do 0 g"),
        PAGE.replace(b"0.75 0 0 0.75", b"0.7 0 0 0.75"),
        b"",
    ],
)
def test_what_is_seen_otherwise_is_a_difference(other: bytes) -> None:
    """It is covered, white, elsewhere, unseen, in a layer, clipped, of another shape, or gone."""
    assert not page_paints.are_near(paints(other), paints(PAGE))


def test_drawings_within_themselves_and_clips_without_end_have_one() -> None:
    """The first ends at a depth; the second is refused."""
    assert len(paints(b"/Fm0 Do")) < 100
    with pytest.raises(ValueError, match=str(page_paints.MOST_CLIPS)):
        paints(b"".join(b"0 0 %d 9 re W n " % number for number in range(99)))

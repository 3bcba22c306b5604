"""What pages paint is compared, however their renderers save and restore what they set."""

from __future__ import annotations

import io
import re

import pytest
from pypdf import PdfWriter
from pypdf.generic import (
    ArrayObject,
    BooleanObject,
    DecodedStreamObject,
    DictionaryObject,
    FloatObject,
    NameObject,
    PdfObject,
)

from acceptance import data
from acceptance.report import page_paints

PAGE = b"q 0.75 0 0 0.75 0 0 cm 0 0 50 50 re W n 1 0 0 rg 0 0 10 10 re f Q 0 g BT (x) Tj ET"

OURS = ArrayObject(map(NameObject, ("/Indexed", "/DeviceRGB")))  # a space that resources name


def named(**entries: PdfObject) -> DictionaryObject:
    """Make a dictionary."""
    return DictionaryObject({NameObject(f"/{key}"): held for key, held in entries.items()})


def drawing(content: bytes, **entries: PdfObject) -> DecodedStreamObject:
    """Make a drawing within a page, which also names itself."""
    made = DecodedStreamObject()
    made.set_data(content)
    made[NameObject("/Subtype")] = NameObject("/Form")
    made[NameObject("/BBox")] = ArrayObject(map(FloatObject, (0, 0, 9, 9)))
    made.update(named(**entries))
    return made


def paints(
    content: bytes, drawn: bytes = b"0 0 5 5 re f /Fm0 Do", **entries: PdfObject
) -> tuple[page_paints.Paint, ...]:
    """Return what a page of these operators paints; ``/Fm0`` is a drawing with these entries."""
    writer, file = PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(100, 100)
    stream, form = DecodedStreamObject(), drawing(drawn, **entries)
    stream.set_data(content)
    place = writer._add_object(form)
    held = DictionaryObject({NameObject("/Fm0"): place})
    form[NameObject("/Resources")] = named(XObject=held, ColorSpace=named(ours=OURS))
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
        PAGE.replace(b"q 0.75", b"q [] 0 d 1 w 0 J 0 j 10 M 0 Tr 0 Tc 0 Tw 100 Tz 0 Ts 0.75"),
        b"3 Tr [1] 0 d 0 Tr [] 0 d " + PAGE,
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
        PAGE.replace(b"0 g BT", b"1 g 0 sc BT"),
        PAGE.replace(b"0 g BT", b"1 g 0 rg BT"),
        PAGE.replace(b"1 0 0 rg", b"1 0 0 g"),
        PAGE.replace(b"BT", b"0 Tz BT"),
        PAGE.replace(b"BT", b"0 0 Tr BT"),
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


def test_a_colour_space_of_a_drawing_is_what_its_resources_call_by_the_name() -> None:
    """WeasyPrint 69.0 writes the name, 70.0 the space itself; another space is a difference."""

    def blended(space: PdfObject) -> tuple[page_paints.Paint, ...]:
        return paints(
            b"/Fm0 Do", b"0 0 5 5 re f", Group=named(S=NameObject("/Transparency"), CS=space)
        )

    assert page_paints.are_near(blended(NameObject("/ours")), blended(OURS))
    for other in (NameObject("/theirs"), NameObject("/DeviceCMYK"), ArrayObject(OURS[:1])):
        assert not page_paints.are_near(blended(other), blended(OURS))


@pytest.mark.parametrize(("key", "seen"), [("ca", b"0 0 5 5 re f"), ("CA", b"0 0 m 5 5 l S")])
def test_what_is_made_transparent_is_seen_otherwise(key: str, seen: bytes) -> None:
    page = PdfWriter().add_blank_page(100, 100)
    state = named(clear=named(**{key: FloatObject(0)}))
    found = []
    for content in (seen, b"/clear gs " + seen):
        stream = DecodedStreamObject()
        stream.set_data(content)
        painter = page_paints._Painter(page.pdf, {})
        painter.follow(stream, named(ExtGState=state))
        found.append(painter.found)
    assert not page_paints.are_near(*found)


def test_colours_do_not_change_pictures_but_stencils() -> None:
    """A stencil is painted in the colour that is set; in white it is not seen."""

    def shown(colour: bytes, **entries: PdfObject) -> tuple[page_paints.Paint, ...]:
        image = NameObject("/Image")
        return paints(colour + b" /Fm0 Do", b"0 0 5 5 re f", Subtype=image, **entries)

    assert page_paints.are_near(shown(b"1 g"), shown(b"0 g"))
    stencil = BooleanObject(True)
    assert not page_paints.are_near(
        shown(b"1 g", ImageMask=stencil), shown(b"0 g", ImageMask=stencil)
    )


def test_a_drawing_cannot_restore_what_the_page_saved() -> None:
    """Readers pass over such a ``Q``: what moves the words away after it would not be undone."""
    away, back = b"1 0 0 1 5000 0 cm ", b"1 0 0 1 -5000 0 cm "
    words = b"BT (x) Tj ET"
    tricked = paints(away + b"q " + back + b"/Fm0 Do", b"Q " + back + words)
    assert not page_paints.are_near(tricked, paints(b"/Fm0 Do", words))


def test_no_frame_is_dashed_which_two_renderers_draw_otherwise() -> None:
    """WeasyPrint 69.0 fills what clips leave, 70.0 draws dashes: honest pages would differ."""
    rules = (data.folder("report_templates") / "style.css").read_text()
    assert not re.findall(r"border[^;]*(?:dashed|dotted)", rules)

"""The visible part of a signature: a stamp in its place on the page, set as the report itself is.

The report has a place and an empty field for each role (``report.sign_fields``), because signing
may only fill in what is there (ISO 32000-2, 12.8.2.2). What a stamp shows follows from role,
certificate and time, so that it can be drawn again: nobody draws anything else over a report.
"""

from __future__ import annotations

import hashlib
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter
from pyhanko.stamp import BaseStampStyle

from acceptance.messages import tr
from acceptance.model.basics import CHINA
from acceptance.report import page_paints, page_words, render
from acceptance.report.sign_fields import PLACES, TITLES
from acceptance.signing import certificates, pinned, roles

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from asn1crypto import x509  # type: ignore[import-untyped]  # ships no types
    from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject
    from pyhanko.pdf_utils.rw_common import PdfHandler
    from pyhanko.pdf_utils.writer import BasePdfFileWriter
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature

    Box = tuple[float, float, float, float]

MILLIMETRE = 72 / 25.4
WIDTH, HEIGHT = 38 * MILLIMETRE, 11 * MILLIMETRE  # as in style.css and stamp.html
ROUNDING = 0.01  # of a coordinate in points
FARTHEST = 2 * MILLIMETRE  # by which another renderer may set a place elsewhere
MOST_OBJECTS = 10_000  # of the drawing of a stamp


@dataclass(frozen=True, kw_only=True)
class StampPlace:
    """Where a stamp goes: index of the page, and left, bottom, right and top in points."""

    page: int
    box: Box


def places(document: PdfHandler) -> dict[str, StampPlace]:
    """Role -> place of its stamp, as the pages name it; empty for reports that have no places."""
    found = {name: where for name, where in _named(document.root) if name in PLACES.values()}
    if not found:
        return {}
    pages = {page: index for index, page in enumerate(_pages(document.root.raw_get("/Pages")))}
    return {
        role: StampPlace(page=pages[where.raw_get(0).reference], box=_box(where))
        for role, name in PLACES.items()
        if (where := found.get(name)) is not None
    }


def near(first: PdfHandler, second: PdfHandler) -> bool:
    """Whether two reports have their places for the same roles at nearly the same spots."""
    here, there = places(first), places(second)
    return here.keys() == there.keys() and all(
        place.page == there[role].page
        and all(abs(a - b) <= FARTHEST for a, b in zip(place.box, there[role].box, strict=True))
        for role, place in here.items()
    )


@dataclass(frozen=True)
class DrawnStamp(BaseStampStyle):
    """The page of a small PDF as what a field shows; without one, the field stays empty."""

    pdf: bytes = b""

    def create_stamp(self, writer: BasePdfFileWriter, *_: object) -> _Drawing:  # type: ignore[override]
        """Make what pyHanko then puts into the field."""
        return _Drawing(writer, self.pdf)


@dataclass(frozen=True)
class _Drawing:
    writer: BasePdfFileWriter
    pdf: bytes

    def apply_appearance(self, field: DictionaryObject) -> None:
        """Put the drawing into a field."""
        if self.pdf:
            field[generic.pdf_name("/AP")] = _dictionary({"/N": _imported(self.writer, self.pdf)})


def _dictionary(held: Mapping[str, PdfObject]) -> DictionaryObject:
    named = {generic.pdf_name(name): value for name, value in held.items()}
    return generic.DictionaryObject(named)  # type: ignore[no-untyped-call]


def _imported(writer: BasePdfFileWriter, pdf: bytes) -> generic.IndirectObject:
    drawing: generic.IndirectObject = writer.import_page_as_xobject(PdfFileReader(io.BytesIO(pdf)))
    return drawing


def drawn(role: str, certificate: x509.Certificate, when: datetime, lang: str) -> bytes:
    """Draw a stamp: role, name, time (+08:00) and number of the certificate, as a small PDF.

    Raises SetupError where no PDF can be made.
    """
    return render.form(
        "stamp.html",
        lang,
        code=PLACES[role].removeprefix("sign-"),
        signer=certificates.common_name(certificate),
        when=when.astimezone(CHINA).isoformat(" ", "seconds").replace("+", " +"),
        certificate=pinned.of_certificate(certificate)[:16],
        of_test=certificates.of_test_chain(certificate),
    )


def is_in_place(field: DictionaryObject, found: Mapping[str, StampPlace]) -> bool:
    """Whether a field that may show something lies where the pages have a place for its role."""
    role = str(field["/T"])
    place = found.get(role)
    if place is None or not {"/Rect", "/TU"} <= {*field} or field["/TU"] != TITLES[role]:
        return False
    sides = zip(field["/Rect"], place.box, strict=True)
    return all(abs(float(side) - due) < ROUNDING for side, due in sides)


def otherwise(reader: PdfFileReader, lang: str, *, same_renderer: bool) -> Iterator[str]:
    """Say which stamps do not show what follows from role, certificate and time.

    Where another renderer drew them, their words are compared.
    """
    form = reader.root["/AcroForm"] if "/AcroForm" in reader.root else {}  # noqa: SIM401 -- follows
    fields = form["/Fields"] if "/Fields" in form else ()  # noqa: SIM401 -- as above
    signed = {each.field_name: each for each in reader.embedded_regular_signatures}
    for index in range(len(fields)):
        field = fields[index]
        if not _shows_due(field, signed.get(str(field["/T"])), lang, same_renderer=same_renderer):
            role = roles.word(str(field["/T"]))
            yield tr("{role}: the stamp does not show what was signed", role=role)


def _shows_due(
    field: DictionaryObject,
    signature: EmbeddedPdfSignature | None,
    lang: str,
    *,
    same_renderer: bool,
) -> bool:
    """Whether a field shows nothing, or the stamp of its signature."""
    if "/AP" not in field:
        return True
    shown = field["/AP"]
    if {*shown} != {"/N"} or not isinstance(shown["/N"], generic.StreamObject):
        return False
    if not shown["/N"].data.strip():
        return True
    if signature is None or (when := signature.self_reported_timestamp) is None:
        return False
    due = PdfFileWriter()  # type: ignore[no-untyped-call]
    pdf = drawn(signature.field_name, signature.signer_cert, when, lang)
    if _digest(_imported(due, pdf)) == _digest(shown["/N"]):
        return True
    return not same_renderer and _words(shown["/N"]) == page_words.read(pdf)


def drawn_alike(reader: PdfFileReader, lang: str) -> bool:
    """Whether the stamps that another renderer drew paint what is drawn here.

    ``otherwise`` has found nothing.
    """
    for each in reader.embedded_regular_signatures:
        field, when = each.sig_field, each.self_reported_timestamp
        if "/AP" not in field or not field["/AP"]["/N"].data.strip() or when is None:
            continue
        pdf = drawn(each.field_name, each.signer_cert, when, lang)
        pages = (
            _on_page(partial(_copied, form=field["/AP"]["/N"])),
            _on_page(partial(_imported, pdf=pdf)),
        )
        if not all(map(page_paints.are_near, *map(page_paints.read, pages))):
            return False
    return True


def _words(form: generic.StreamObject) -> tuple[page_words.PageWords, ...]:
    """Read the words of a drawing."""
    return page_words.read(_on_page(partial(_copied, form=form)))


def _copied(writer: BasePdfFileWriter, form: generic.StreamObject) -> generic.IndirectObject:
    drawing: generic.IndirectObject = writer.add_object(writer.import_object(form))
    return drawing


def _on_page(enter: Callable[[BasePdfFileWriter], generic.IndirectObject]) -> bytes:
    """Set a drawing, which is put into the file, on a page of its own."""
    writer = PdfFileWriter()  # type: ignore[no-untyped-call]
    drawing = enter(writer)
    page = PageObject(  # type: ignore[no-untyped-call]
        contents=writer.add_object(generic.StreamObject(stream_data=b"/S Do")),
        media_box=(0, 0, WIDTH, HEIGHT),
        resources=_dictionary({"/XObject": _dictionary({"/S": drawing})}),
    )
    writer.insert_page(page)  # type: ignore[no-untyped-call]
    out = io.BytesIO()
    writer.write(out)  # type: ignore[no-untyped-call]
    return out.getvalue()


def _digest(found: PdfObject) -> str:
    """Hash a drawing with all that it refers to. Raises ValueError for what goes in circles."""
    digest, waiting, count = hashlib.sha256(), [found], 0
    while waiting:
        here, count = waiting.pop(), count + 1
        if count > MOST_OBJECTS:
            raise ValueError(count)
        if isinstance(here, generic.IndirectObject):
            here = here.get_object()  # type: ignore[no-untyped-call]
        if isinstance(here, generic.DictionaryObject):
            keys = sorted({*here} - {"/Length"})
            digest.update(repr(keys).encode())
            waiting += [here.raw_get(key) for key in keys]
        if isinstance(here, generic.StreamObject):
            digest.update(hashlib.sha256(here.encoded_data).digest())
        elif isinstance(here, generic.ArrayObject):
            digest.update(b"[%d]" % len(here))
            waiting += [here.raw_get(index) for index in range(len(here))]
        elif not isinstance(here, generic.DictionaryObject):
            digest.update(f"{type(here).__name__} {here}".encode())
    return digest.hexdigest()


def _named(root: DictionaryObject) -> Iterator[tuple[str, generic.ArrayObject]]:
    """Yield the names of places in a PDF (ISO 32000-2, 12.3.2.4), as the renderer writes them."""
    tree: Any = root
    for key in ("/Names", "/Dests", "/Names"):
        if key not in tree:
            return
        tree = tree[key]
    for index in range(0, len(tree) - 1, 2):
        if isinstance(tree[index + 1], generic.ArrayObject):
            yield str(tree[index]), tree[index + 1]


def _pages(node: generic.IndirectObject) -> Iterator[generic.Reference]:
    """Yield the pages below a node of the tree, in order."""
    found = node.get_object()  # type: ignore[no-untyped-call]
    if "/Kids" not in found:
        yield node.reference
        return
    kids = found["/Kids"]
    for index in range(len(kids)):
        yield from _pages(kids.raw_get(index))


def _box(destination: generic.ArrayObject) -> Box:
    left, top = float(destination[2]), float(destination[3])
    return left, round(top - HEIGHT, 3), round(left + WIDTH, 3), top


def now() -> datetime:
    """Return the signer's clock in whole seconds, as a PDF states it."""
    return datetime.now(UTC).replace(microsecond=0).astimezone(CHINA)

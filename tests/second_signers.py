"""What a second signer, who holds a key, may try to change of a report that a first one signed.

Each is done in the update of the second signature. With them, forgeries by a first signer
that lie in fields and links.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from forgeries import Forgery, elsewhere
from hidden_places import HOLDS_MORE, field_says, metadata_say, padded, trailer_says, waits
from more_tamperings import anew
from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

name = generic.NameObject
WHOLE_PAGE = generic.ArrayObject(map(generic.NumberObject, (0, 0, 595, 842)))
NOWHERE = generic.ArrayObject(map(generic.NumberObject, (0, 0, 0, 0)))


@dataclass(frozen=True)
class SecondSigner:
    """One attempt: what it is, and what is done before the second signature."""

    name: str
    act: Callable[[IncrementalPdfFileWriter], object]


def exchange(writer: IncrementalPdfFileWriter, key: str) -> None:
    """Let the third and the fourth page have each other's stream, under its own number."""
    third, fourth = (writer.root["/Pages"]["/Kids"][index] for index in (2, 3))
    refs = [page.raw_get(key).reference for page in (third, fourth)]
    for ref, page in zip(refs, (fourth, third), strict=True):
        data = page[key].encoded_data
        held = generic.StreamObject(dict(page[key]), encoded_data=data)
        writer.objects[(ref.generation, ref.idnum)] = held


def drawn(writer: IncrementalPdfFileWriter) -> generic.DictionaryObject:
    """Return an appearance that is a white page."""
    entries = {name("/Type"): name("/XObject"), name("/Subtype"): name("/Form")}
    form = generic.StreamObject(entries, stream_data=b"1 g 0 0 595 842 re f")
    form[name("/BBox")] = WHOLE_PAGE
    return generic.DictionaryObject({name("/N"): writer.add_object(form)})


def shows(writer: IncrementalPdfFileWriter) -> None:
    """Let the stamp of the first signer show something else."""
    field_says(writer, AP=drawn(writer))


def shows_within(writer: IncrementalPdfFileWriter) -> None:
    """Change the drawing of the first signer's stamp under its number."""
    fields = (each.get_object() for each in writer.root["/AcroForm"]["/Fields"])
    field = next(each for each in fields if each["/T"] == "inspector")
    ref = field["/AP"].raw_get("/N").reference
    held = generic.StreamObject(dict(field["/AP"]["/N"]), stream_data=b"1 g 0 0 99 99 re f")
    held.pop(name("/Filter"), None)
    writer.objects[(ref.generation, ref.idnum)] = held


def describe(writer: IncrementalPdfFileWriter) -> None:
    """Let the file call itself something else."""
    held = writer.trailer["/Info"]
    held[name("/Subject")] = generic.pdf_string("合格")
    writer.update_container(held)


def other_root(writer: IncrementalPdfFileWriter) -> None:
    """Show two pages only, from a catalog and a tree of pages of their own."""
    pages = generic.DictionaryObject(dict(writer.root["/Pages"]))
    pages[name("/Kids")] = generic.ArrayObject(pages["/Kids"].raw_get(index) for index in (0, 1))
    pages[name("/Count")] = generic.NumberObject(2)
    writer.root[name("/Pages")] = writer.add_object(pages)
    writer.update_root()


def lay(writer: IncrementalPdfFileWriter, **entries: object) -> None:
    """Lay something over the second page."""
    page = writer.root["/Pages"]["/Kids"][1].get_object()
    note = generic.DictionaryObject(
        {name("/Type"): name("/Annot"), name("/F"): generic.NumberObject(4),
         name("/Rect"): WHOLE_PAGE, name("/AP"): drawn(writer),
         name("/BS"): generic.DictionaryObject({name("/W"): generic.NumberObject(0)}),
         **{name(f"/{key}"): value for key, value in entries.items()}}
    )  # fmt: skip
    held = page["/Annots"] if "/Annots" in page else ()  # noqa: SIM401 -- get does not follow
    page[name("/Annots")] = generic.ArrayObject([*held, writer.add_object(note)])
    writer.update_container(page)


COVERED_BY_A_LINK = partial(lay, Subtype=name("/Link"), FT=name("/Sig"))
TEXT_FIELD = partial(lay, Subtype=name("/Widget"), FT=name("/Tx"), T=generic.pdf_string("x"))
SECOND_SIGNERS = [
    SecondSigner("exchanges pages", partial(exchange, key="/Contents")),
    SecondSigner("moves the first stamp away", partial(field_says, Rect=NOWHERE)),
    SecondSigner("hides the first stamp", partial(field_says, F=generic.NumberObject(2))),
    SecondSigner("changes what the first stamp shows", shows),
    SecondSigner("draws over the first stamp", shows_within),
    SecondSigner("describes the file", describe),
    SecondSigner("rewrites the metadata", metadata_say),
    SecondSigner("covers a page in as many bytes", padded),
    SecondSigner("shows fewer pages", other_root),
    SecondSigner("covers a page by a link", COVERED_BY_A_LINK),
    SecondSigner("covers a page by a field of text", TEXT_FIELD),
    SecondSigner("leaves an empty field called a pass", waits),
    SecondSigner("puts words into the trailer", trailer_says),
]
NO_LINK = "holds an annotation that is no link"
OF_FIELDS = [
    Forgery(f"{what}, by another renderer", says, attached=elsewhere, pages=anew(act))
    for what, says, act in (
        ("a link that is a signature, over a page", NO_LINK, COVERED_BY_A_LINK),
        ("a field of text over a page", NO_LINK, TEXT_FIELD),
        ("a stamp called otherwise", HOLDS_MORE,
         partial(field_says, TU=generic.pdf_string("合格"))),
    )
]  # fmt: skip

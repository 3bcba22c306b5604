"""Forgeries with a key in the less looked-at places of a PDF: forms, preferences, structure."""

from __future__ import annotations

import contextlib
from functools import partial
from typing import TYPE_CHECKING

from forgeries import Forgery, elsewhere, within
from more_tamperings import anew
from pyhanko.pdf_utils import generic

if TYPE_CHECKING:
    from collections.abc import Callable

    from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter

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


def told(writer: IncrementalPdfFileWriter, key: str) -> None:
    """Let a screen reader say something else of the whole report."""
    element = writer.root["/StructTreeRoot"]["/K"]
    while isinstance(element, generic.ArrayObject):
        element = element[0]
    element[name(key)] = generic.pdf_string("全部合格")
    writer.update_container(element)


def script() -> generic.DictionaryObject:
    """Return an action that runs."""
    action = {name("/S"): name("/JavaScript"), name("/JS"): generic.pdf_string("app.alert(1)")}
    return generic.DictionaryObject(action)


HOLDS_MORE = "a form of the report holds more"
XFA = entered("/AcroForm", XFA=generic.pdf_string("<x/>"))
SECOND_TO_THIRD = generic.ArrayObject(map(generic.NumberObject, (2, 3)))
HIDDEN_PLACES = [
    *(
        Forgery(f"{what}, by another renderer", says, attached=elsewhere, pages=anew(act))
        for what, says, act in (
            ("other pages for a slide show", "holds /AlternatePresentations",
             entered("/Names", AlternatePresentations=generic.DictionaryObject())),
            ("page 1 left out of what is printed", "holds /PrintPageRange",
             entered("/ViewerPreferences", PrintPageRange=SECOND_TO_THIRD)),
            ("a second form over the pages", HOLDS_MORE, XFA),
            ("a field that runs", HOLDS_MORE, partial(field_says, A=script())),
            ("a report that is short for a pass", "other words stand for",
             partial(told, key="/E")),
        )
    ),
    *(
        Forgery(f"{what} in the signature's update", HOLDS_MORE, sign=within(act))
        for what, act in (
            ("a second form", XFA),
            ("a field that acts",
             partial(field_says, AA=generic.DictionaryObject({name("/E"): script()}))),
        )
    ),
]  # fmt: skip

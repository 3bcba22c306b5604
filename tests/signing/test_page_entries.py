"""What stands beside the pages is told by key and object, in whatever order it is met."""

from __future__ import annotations

import io
from itertools import permutations
from typing import TYPE_CHECKING

import pytest
from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.pdf_utils.writer import PdfFileWriter

from acceptance.signing import page_entries

if TYPE_CHECKING:
    from collections.abc import Sequence

name = generic.NameObject


def catalog(keys: Sequence[str] = ("A", "B", "C"), **more: str) -> generic.DictionaryObject:
    """Write and read a catalog whose ``keys`` and ``more`` lead to objects that they share."""
    writer = PdfFileWriter()
    said = writer.add_object(generic.DictionaryObject({name("/T"): generic.pdf_string("said")}))
    row = writer.add_object(generic.ArrayObject([generic.pdf_string("in a row")]))
    held = {"A": said, "B": row, "C": generic.DictionaryObject({name("/D"): said, name("/B"): row})}
    for key in keys:
        writer.root[name(f"/{key}")] = held[key]
    for key, leads in more.items():
        writer.root[name(f"/{key}")] = held[leads]
    out = io.BytesIO()
    writer.write(out)
    root: generic.DictionaryObject = PdfFileReader(io.BytesIO(out.getvalue())).root
    return root


@pytest.mark.parametrize("keys", [*permutations("ABC")])
def test_the_same_entries_are_told_in_any_order_of_keys(keys: tuple[str, ...]) -> None:
    """An object that was met was passed by, with the key that led to it."""
    assert page_entries.strange(catalog(keys), catalog()) == ""


@pytest.mark.parametrize(
    ("leads", "entry"), [("A", "/Contents {}"), ("B", "/Contents []"), ("C", "/Contents {}")]
)
def test_a_new_key_to_an_object_that_others_lead_to_is_told(leads: str, entry: str) -> None:
    assert page_entries.strange(catalog(Contents=leads), catalog()) == entry


def test_what_a_shared_array_holds_is_told_under_each_key() -> None:
    found, due = catalog(B2="B"), catalog()
    entries = {*page_entries._entries(found)} - {*page_entries._entries(due)}
    assert entries == {("/B2", "[]"), ("/B2", "in a row")}


def test_a_circle_of_objects_ends() -> None:
    writer = PdfFileWriter()
    inner = generic.DictionaryObject()
    inner[name("/Parent")] = writer.add_object(inner)
    assert page_entries.strange(inner, inner) == ""

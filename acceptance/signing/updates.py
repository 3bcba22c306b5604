"""What the updates that sign a report change in it, but for the signatures themselves.

Nothing can be changed *behind* the first signature (``later_revisions``). But the first signature
covers its own update, in which its signer could have changed the pages as well.
"""

from __future__ import annotations

import io
from typing import TYPE_CHECKING, Any

from pyhanko.pdf_utils import generic

from acceptance.messages import tr
from acceptance.report.sign_fields import TITLES
from acceptance.signing import appearances, unlisted_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject, Reference
    from pyhanko.pdf_utils.reader import PdfFileReader

    from acceptance.signing.appearances import StampPlace

# What signing adds to the catalog.
OF_SIGNATURES = {"/AcroForm", "/DSS", "/Perms", "/Extensions", "/Version"}
OF_FORM = {"/Fields", "/SigFlags"}
WHOLE = ("/Root", "/Info", "/Encrypt")  # entries of the trailer, on which all that is seen hangs
# What else a trailer holds: its table of objects, as PDF 1.7 packs it, and the file's identity.
OF_TRAILER = {
    *WHOLE, "/ID", "/Size", "/Prev",
    "/Type", "/W", "/Index", "/Length", "/Filter", "/DecodeParms",
}  # fmt: skip
WITHIN = {  # what signing puts into the dictionaries that it adds to the catalog
    "/Perms": {"/DocMDP"},
    "/DSS": {"/Type", "/Certs", "/CRLs", "/OCSPs", "/VRI"},
}
ESIC = {"/Type": "/DeveloperExtensions", "/BaseVersion": "/1.7", "/ExtensionLevel": 1}
# Of the catalog, each of these as it is written, or not at all.
OF_SIGNED = {"/Version": "/1.7", "/Extensions": {"/ESIC": ESIC}}
UP_TO_0_10 = {
    "/Version": "/2.0",
    "/Extensions": {
        "/ESIC": ESIC,
        "/ISO_": [{
            "/Type": "/DeveloperExtensions", "/BaseVersion": "/2.0", "/ExtensionLevel": 32002,
            "/URL": "https://www.iso.org/standard/45875.html", "/ExtensionRevision": ":2022",
        }]
    },
}  # fmt: skip
OF_FIELD = {"/FT", "/T", "/Type", "/Subtype", "/F", "/Rect", "/P", "/V", "/StructParent"}
FILLED_IN = {"/V", "/AP"}  # what signing changes in a field that the pages have
OF_PLACE = OF_FIELD | {"/AP", "/TU"}  # of a field that shows a stamp, in its place on the page
LENGTH_OF_NAME = 16  # bytes of the name that an update gives to the file
OF_TIME_STAMP = "Timestamp"  # what pyHanko calls a field that is in no place
OF_INFORMATION = {"/Producer", "/ModDate"}  # what signing changes in the document information


def beyond_signatures(reader: PdfFileReader, *, metadata: bool = False) -> Iterator[str]:
    """Say what the updates of a report do beside signing it.

    ``metadata``: they may write the metadata in XML anew, and what up to 0.10 they wrote.
    """
    signed = len(reader.embedded_signatures)
    if reader.xrefs.total_revisions != signed + 1:
        yield tr("the report was updated otherwise than by signing it")
        return
    if any(_lists_otherwise(reader, revision) for revision in range(signed + 1)):
        yield tr("a table of objects frees some of the report, or lists others than were written")
        return
    if any(unlisted_bytes.holds_others(reader, revision) for revision in range(1, signed + 1)):
        yield tr("an update holds more than the objects that its table lists")
        return
    first, last = (reader.get_historical_resolver(revision) for revision in (0, signed))
    if any(_value(first.trailer_view, key) != _value(last.trailer_view, key) for key in WHOLE):
        yield tr("another document was put behind the one that was signed")
        return
    if any(_renamed(reader, revision) for revision in range(1, signed + 1)):
        yield tr("the report was called another file (/ID) by who signed it")
    for key in sorted({*last.trailer_view} - OF_TRAILER):
        yield _never_written(key)
    yield from _strange_entries(last.root, [OF_SIGNED, *([UP_TO_0_10] if metadata else [])])
    form, fields = at(last.root, "/AcroForm", {}), fields_of(last.root)
    found, before = appearances.places(first), fields_of(first.root)
    # a new field that waits for a signature is shown by viewers under its name
    signed_in = all("/V" in last(each) for each in fields - before)
    known = before <= fields and {*form} <= OF_FORM
    if not (known and signed_in and all(_signs(last(each), found) for each in fields)):
        yield tr("a form of the report holds more than signatures and their stamps")
    updated = set[generic.Reference]().union(
        *(_objects(reader, number) for number in range(1, signed + 1))
    )
    for ref in sorted(updated & _objects(reader, 0), key=lambda ref: ref.idnum):
        before, after = first(ref), last(ref)
        filled_in = ref in fields and _changed(before, after) <= FILLED_IN
        described = metadata and _is_metadata(before) and _is_metadata(after)
        if not (filled_in or described or _left_alone(before, after, fields)):
            yield tr(
                "object {number} of the report was replaced by who signed it", number=ref.idnum
            )


def _lists_otherwise(reader: PdfFileReader, revision: int) -> bool:
    """Whether a table of objects does more than say where those of its part of the file are.

    Viewers, and libraries among themselves, differ in what they then show.
    """
    data = reader.xrefs.get_xref_data(revision)
    if data.freed or data.hybrid:
        return True
    if revision == 0:  # as WeasyPrint wrote it
        return False
    if data.xrefs_in_objstm or any(generation for generation, _ in data.standard_xrefs.values()):
        return True
    table = reader.xrefs.get_xref_container_info(revision).stream_ref
    if table is None:  # a classic table, as of 0.4.0, has no rows of other kinds
        return False
    entries = reader.get_historical_resolver(revision)(table)
    return "/XRefStm" in entries or _numbers(entries) != [0, *sorted(data.standard_xrefs)]


def _renamed(reader: PdfFileReader, revision: int) -> bool:
    """Whether an update calls the file by another name than it has for life.

    Programs tell by it to which file a form's data or notes belong (ISO 32000-2, 14.4).
    """
    before, after = (_names(reader, number) for number in (0, revision))
    return [*map(len, after[1:])] != [LENGTH_OF_NAME] or before[:1] not in ([], after[:1])


def _names(reader: PdfFileReader, revision: int) -> list[bytes]:
    """Return what identifies a file: for life, and in this form."""
    held = at(reader.get_historical_resolver(revision).trailer_view, "/ID", ())
    return [getattr(each, "original_bytes", b"") for each in held]


def _numbers(table: DictionaryObject) -> list[int]:
    """Return the numbers of the objects on which a table has rows, in its own order."""
    spans = [*at(table, "/Index", ())]
    pairs = zip(spans[::2], spans[1::2], strict=True)
    return [first + step for first, count in pairs for step in range(count)]


def _strange_entries(
    root: DictionaryObject, written: Sequence[Mapping[str, object]]
) -> Iterator[str]:
    """Name what lies in the dictionaries of signatures and is of none."""
    strange = {key for place, known in WITHIN.items() for key in {*at(root, place, {})} - known}
    for key in OF_SIGNED:
        if key in root and root[key] not in [known[key] for known in written]:
            strange.add(key)
    yield from map(_never_written, sorted(strange))


def _never_written(key: str) -> str:
    return tr("the report holds {key}, which this tool never writes", key=key)


def fields_of(root: DictionaryObject) -> set[Reference]:
    """Return the fields of a report's form."""
    listed = at(at(root, "/AcroForm", {}), "/Fields", generic.ArrayObject())
    return {listed.raw_get(index).reference for index in range(len(listed))}


def at(found: DictionaryObject, key: str, otherwise: Any) -> Any:  # noqa: ANN401 -- what lies there
    """Return what a dictionary holds; ``get`` of pyHanko does not follow references."""
    return found[key] if key in found else otherwise  # noqa: SIM401 -- see above


def _objects(reader: PdfFileReader, revision: int) -> set[Reference]:
    found = reader.get_historical_resolver(revision)
    return {*found.explicit_refs_in_revision()}  # type: ignore[no-untyped-call]


def _signs(field: PdfObject, places: Mapping[str, StampPlace]) -> bool:
    """Whether a form field is a signature that draws nothing, or draws in the place of its role."""
    if not isinstance(field, generic.DictionaryObject) or at(field, "/FT", "") != "/Sig":
        return False
    if {*field} <= OF_FIELD | {"/TU"}:
        title = TITLES.get(str(at(field, "/T", "")), OF_TIME_STAMP)
        return at(field, "/TU", title) == title and all(side == 0 for side in field["/Rect"])
    return {*field} <= OF_PLACE and appearances.is_in_place(field, places)


def _is_metadata(found: PdfObject) -> bool:
    return isinstance(found, generic.StreamObject) and at(found, "/Type", "") == "/Metadata"


def _left_alone(before: PdfObject, after: PdfObject, fields: set[Reference]) -> bool:
    """Whether one object is as it was, apart from what a signature needs."""
    if not isinstance(before, generic.DictionaryObject):
        return _written(before) == _written(after)
    if not isinstance(after, generic.DictionaryObject):
        return False
    kind = before.get("/Type", "")
    allowed = {"/Catalog": OF_SIGNATURES, "/Page": {"/Annots"}, "": OF_INFORMATION}.get(kind, set())
    within = _changed(before, after) <= allowed
    return within and (kind != "/Page" or _annotated(before, after, fields))


def _changed(before: PdfObject, after: PdfObject) -> set[str]:
    """Name the keys in which two dictionaries differ; ``""``: one is none, or streams differ."""
    if not isinstance(before, generic.DictionaryObject):
        return {""}
    if not isinstance(after, generic.DictionaryObject):
        return {""}
    changed = {key for key in {*before, *after} if _value(before, key) != _value(after, key)}
    return changed if _data(before) == _data(after) else changed | {""}


def _annotated(before: DictionaryObject, after: DictionaryObject, fields: set[Reference]) -> bool:
    """Whether a page has gained no annotations but the fields of signatures."""
    old, new = annotations_of(before), annotations_of(after)
    added = new[len(old) :]
    return [*map(_written, new[: len(old)])] == [*map(_written, old)] and all(
        isinstance(item, generic.IndirectObject) and item.reference in fields for item in added
    )


def annotations_of(page: DictionaryObject) -> list[PdfObject]:
    """Return what is laid over a page, references not followed."""
    listed = at(page, "/Annots", generic.ArrayObject())
    return [listed.raw_get(index) for index in range(len(listed))]


def _value(found: DictionaryObject, key: str) -> bytes:
    return _written(found.raw_get(key)) if key in found else b""


def _data(found: DictionaryObject) -> bytes | None:
    """Return what a stream holds, as it lies in the file; None for what is no stream."""
    return found.encoded_data if isinstance(found, generic.StreamObject) else None


def _written(found: PdfObject) -> bytes:
    out = io.BytesIO()
    found.write_to_stream(out, None)
    return out.getvalue()

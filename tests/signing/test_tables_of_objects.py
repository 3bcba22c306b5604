"""What the second verifier asks of the table of objects of an update.

Readers differ in what they make of tables that this tool never writes: an object that is freed, or
listed twice, is shown by some and left out by others.
"""

from __future__ import annotations

import io
import struct
import zlib

import pytest
import second_verifier
from pyhanko.pdf_utils.reader import PdfFileReader
from sample_pdf import blank_pdf

from acceptance.signing import updates

BLANK = blank_pdf()  # the same each time: it has a name of its own (/ID)
FREE = (0, 0, 65535)  # what the list of free objects begins with
TABLE = """{number} 0 obj
<< /W [1 8 2] /Type /XRef /Filter /FlateDecode /Size {size} /Root {root} 0 R /Prev {previous}
/Index [{index}] /Length {length} /ID [<{name}> <{name}>] >>
stream
"""


def updated(entry: tuple[int, int] = (1, 0), also: str = "", more: int = 0, **said: int) -> bytes:
    """Write a file and an update that has its root again, with this kind and generation."""
    pdf = BLANK
    read = second_verifier.loaded().read(pdf)
    root, size = read.trailer.raw_get("/Root").idnum, int(read.trailer["/Size"]) + more
    objects = b"%d 0 obj\n<< /Type /Catalog >>\nendobj\n" % root
    place, kind = len(pdf) + len(objects), entry[0]
    rows = [FREE, (kind, len(pdf) + said.pop("off", 0), entry[1]), (1, place, 0)]
    rows += [rows[1]] * bool(also)
    packed = zlib.compress(b"".join(struct.pack(">BQH", *row) for row in rows))
    previous = int(pdf.rsplit(b"startxref\n", 1)[1].split()[0])
    given = {"number": size, "size": size + 1, "root": root, "previous": previous, **said}
    index = f"0 1 {root} 1 {size} 1 {also.format(root=root)}"
    name = read.trailer["/ID"][0].original_bytes.hex()
    head = TABLE.format(**given, name=name, index=index, length=len(packed)).encode()
    end = b"\nendstream\nendobj\n\nstartxref\n%d\n%%%%EOF\n" % place
    return pdf + objects + head + packed + end


def objects(pdf: bytes) -> set[int]:
    """Return what the update has."""
    start = pdf.index(b"%%EOF") + 6
    found: set[int] = second_verifier.loaded().of_update(pdf, start, len(pdf))
    return found


def test_an_update_has_the_objects_in_its_own_bytes() -> None:
    pdf = updated()
    root = second_verifier.loaded().read(pdf).trailer.raw_get("/Root").idnum
    assert root in objects(pdf)
    assert len(objects(pdf)) == 2


OTHERWISE = [
    pytest.param(updated(entry=(0, 1)), id="freed"),
    pytest.param(updated(entry=(1, 1)), id="of another generation"),
    pytest.param(updated(entry=(2, 0)), id="in a stream of objects"),
    pytest.param(updated(also="{root} 1"), id="listed twice"),
    pytest.param(updated(off=1), id="elsewhere"),
    pytest.param(updated(off=-20), id="in what was signed before"),
    pytest.param(updated(size=2), id="beyond the size"),
]


@pytest.mark.parametrize("pdf", OTHERWISE)
def test_an_update_frees_no_object_and_lists_none_elsewhere(pdf: bytes) -> None:
    with pytest.raises(ValueError, match="frees an object, or lists one that it has not"):
        objects(pdf)


def test_tables_of_another_kind_or_behind_another_one_are_not_by_the_toolkit() -> None:
    """Such as the classic table, in which an object is freed by one letter."""
    pdf = blank_pdf()
    table = b"xref\n0 1\n0000000000 65535 f \n1 1\n0000000000 00001 f \ntrailer\n<< >>\n"
    classic = pdf + table + b"startxref\n%d\n%%%%EOF\n" % len(pdf)
    for pdf in (classic, updated(previous=15)):
        with pytest.raises(ValueError, match="a table of objects is not by the toolkit"):
            objects(pdf)


def test_no_update_makes_the_list_of_objects_shorter() -> None:
    """What lies beyond it is compared with nothing by the next update."""
    module, pdf = second_verifier.loaded(), updated(more=50)
    before = module.read(updated(more=51))
    with pytest.raises(ValueError, match="another document was put behind"):
        module.signed_only(before, module.read(pdf), set())
    module.signed_only(module.read(pdf), before, set())


@pytest.mark.parametrize("pdf", OTHERWISE[:3])
def test_the_first_verifier_takes_no_such_table_either(pdf: bytes) -> None:
    """PyHanko passes over what is freed in a later generation, and over rows that repeat."""
    assert not updates._lists_otherwise(PdfFileReader(io.BytesIO(updated())), 1)
    assert updates._lists_otherwise(PdfFileReader(io.BytesIO(pdf), strict=False), 1)

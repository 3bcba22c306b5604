"""Objects are read from the streams of a file as pyHanko reads them, but each list once."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

import pytest
from issued_session import CLIP, issued
from pyhanko.pdf_utils import generic, writer
from pyhanko.pdf_utils.misc import PdfReadError
from pyhanko.pdf_utils.reader import PdfFileReader

from acceptance.signing.object_streams import ListedReader

if TYPE_CHECKING:
    from pathlib import Path

    from acceptance.signing.chains import DemoChain


def objects(reader: PdfFileReader) -> list[str]:
    """Read every object; what cannot be read gives its error."""
    found = []
    for number in range(1, int(reader.trailer["/Size"])):
        try:
            written = io.BytesIO()
            reader.get_object(generic.Reference(number, 0, reader)).write_to_stream(written, None)
            found.append(written.getvalue().decode("latin-1"))
        except PdfReadError as error:
            found.append(repr(error))
    return found


@pytest.mark.pages
def test_every_object_of_a_report_is_the_same(tmp_path: Path, chain: DemoChain) -> None:
    folder = issued(tmp_path / "20260602-X1", chain, [CLIP])
    pdf = (folder / "report.pdf").read_bytes()
    found = objects(ListedReader(io.BytesIO(pdf)))
    assert b"/ObjStm" in pdf
    assert len(found) > 500
    assert found == objects(PdfFileReader(io.BytesIO(pdf)))


def with_list(head: bytes) -> bytes:
    """Write a file whose stream of three objects has this list before them."""
    made = writer.PdfFileWriter(stream_xrefs=True)
    stream = made.prepare_object_stream(compress=False)
    for number in range(3):
        made.add_object(generic.pdf_string(f"no {number}"), obj_stream=stream)
    written = io.BytesIO()
    made.write(written)
    pdf = written.getvalue()
    start = pdf.index(b"stream", pdf.index(b"/ObjStm")) + 7
    end = pdf.index(b"(no 0)")
    return pdf[:start] + head[: end - start].ljust(end - start) + pdf[end:] if head else pdf


@pytest.mark.parametrize(
    "head",
    [b"", b"3 0", b"9 0 9 6 9 12", b"3 -1 4 6 5 12", b"x", b"%3 0", b"5 0 4 6 3 12", b"3 900"],
)
def test_an_unusual_list_is_left_to_pyhanko(head: bytes) -> None:
    pdf = with_list(head)
    found = objects(ListedReader(io.BytesIO(pdf)))
    assert found == objects(PdfFileReader(io.BytesIO(pdf)))
    assert any("no 2" in each for each in found) or head

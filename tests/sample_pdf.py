"""Small PDF files with attachments, and ways to change one after it was signed."""

from __future__ import annotations

import io
from typing import TYPE_CHECKING

from pyhanko.pdf_utils import embed, generic
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

if TYPE_CHECKING:
    from collections.abc import Mapping

    from pyhanko.pdf_utils.writer import BasePdfFileWriter


def blank_pdf(**files: bytes) -> bytes:
    """One empty page with files embedded; ``session_json=...`` becomes ``session.json``."""
    writer = PdfFileWriter()
    writer.insert_page(
        PageObject(
            contents=writer.add_object(generic.StreamObject(stream_data=b"")),
            media_box=(0, 0, 200, 200),
        )
    )
    attach(writer, **files)
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


class BlankVolumes:
    """Stand in for ``render.volumes``: no annexes, and a report of one empty page.

    It carries what it was given to attach.
    """

    def __init__(self, *_: object) -> None:
        self.behind = b""

    def annexes(self, *_: object) -> tuple[tuple[str, bytes], ...]:
        """Give none."""
        return ()

    def report(self, hashes: object, attachments: Mapping[str, bytes], *_: object) -> bytes:
        """Give the page."""
        del hashes
        files = {name.replace(".", "_"): content for name, content in attachments.items()}
        return blank_pdf(**files) + self.behind


class SignedVolumes(BlankVolumes):
    """Those of a report that looks as if it were signed."""

    def __init__(self, *_: object) -> None:
        self.behind = b"%/ByteRange"


def attach(writer: BasePdfFileWriter, **files: bytes) -> None:
    """Embed files in a PDF that is being written."""
    for key, data in files.items():
        stream = embed.EmbeddedFileObject.from_file_data(writer, data)
        embed.embed_file(
            writer, embed.FileSpec(file_spec_string=key.replace("_", "."), embedded_data=stream)
        )


def updated(pdf: bytes, change: str) -> bytes:
    """Append an incremental update: a drawing on the page, or another attachment."""
    writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
    if change == "drawing":
        stream = generic.StreamObject(stream_data=b"0 0 100 100 re f")
        writer.add_stream_to_page(0, writer.add_object(stream))
    else:
        attach(writer, other_json=b"{}")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()

"""Reports as signed PDF (PAdES): sign one, and read the files attached to it."""

from __future__ import annotations

import io
import zlib
from dataclasses import replace
from typing import TYPE_CHECKING

from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import DocumentSecurityStore

from acceptance.errors import InputError
from acceptance.files import shortage
from acceptance.messages import tr
from acceptance.session import store
from acceptance.signing import pdf_bounds
from acceptance.signing.signatures import ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pyhanko.pdf_utils.generic import DictionaryObject, StreamObject

    from acceptance.signing.certificates import Signer

MOST_ATTACHED = store.MOST + (1 << 20)  # bytes of all attachments


def sign(
    pdf: bytes, signer: Signer, *, role: str = ROLE, reason: str = "", location: str = ""
) -> bytes:
    """Sign as PAdES B-B (ETSI EN 319 142-1) with SHA-256; return the whole PDF.

    The signature is an incremental update of ``pdf``. The first one certifies the report and allows
    nothing but further signatures, later ones approve. Certificates and revocation lists go into
    the same update, so that it can be checked offline and nothing follows the signature. Raises
    ``InputError`` where ``pdf`` is not a readable PDF, or already carries a signature of this role.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        _supply_certificates(writer, signer)
        first = not writer.prev.embedded_signatures
        metadata = replace(_metadata(signer, role, reason, location), certify=first)
        signed: io.BytesIO = signers.sign_pdf(writer, metadata, signer=signer.key)
    except (PdfError, SigningError) as error:
        what = tr("the report cannot be signed ({problem})", problem=error)
        hint = tr("Write the report again, then sign it")
        raise InputError(what, where=role, hint=hint) from error
    return signed.getvalue()


def _supply_certificates(writer: IncrementalPdfFileWriter, signer: Signer) -> None:
    certificates = [signer.key.signing_cert, *signer.key.cert_registry]
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=certificates, crls=signer.crls)


def _metadata(
    signer: Signer, role: str, reason: str, location: str
) -> signers.PdfSignatureMetadata:
    return signers.PdfSignatureMetadata(
        field_name=role,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        name=signer.name,
        reason=reason or None,
        location=location or None,
    )


def attachments(pdf: bytes) -> tuple[tuple[str, bytes], ...]:
    """Name and content of every file embedded in a PDF.

    Raises ``InputError`` where they cannot be read, or hold more than ``MOST_ATTACHED`` bytes.
    """
    try:
        return tuple(_read(pdf))
    except Exception as error:  # a flipped bit can make a parser of PDF fail in any way
        shortage.require_none(error)
        what = tr("the attachments of the report cannot be read")
        hint = tr("Ask for the report again")
        raise InputError(what, hint=hint) from error


def _read(pdf: bytes) -> Iterator[tuple[str, bytes]]:
    left = MOST_ATTACHED
    for file in _files(pdf):
        content = _content(file["/EF"]["/F"], left)
        left -= len(content)
        yield _file_name(file), content


def _content(stream: StreamObject, most: int) -> bytes:
    """Unpack a stream, stored or deflated once, as far as ``most`` bytes.

    Two megabytes may hold gigabytes: that is found before they are unpacked. Raises ValueError.
    """
    packed: bytes = stream.encoded_data
    filters = stream["/Filter"] if "/Filter" in stream else ()  # noqa: SIM401 -- see below
    names = [filters] if isinstance(filters, str) else list(filters)
    if len(packed) > most:
        raise ValueError(most)
    if not names:
        return packed
    if names != ["/FlateDecode"] or "/DecodeParms" in stream:
        raise ValueError(names)
    unpacking = zlib.decompressobj()
    content = unpacking.decompress(packed, most + 1)
    if not unpacking.eof or len(content) > most:
        raise ValueError(most)
    return content


# [] of pyHanko's dictionaries and arrays follows references, get() and iteration do not.


def _files(pdf: bytes) -> Iterator[DictionaryObject]:
    root = pdf_bounds.opened(pdf).root
    if "/Names" in root and "/EmbeddedFiles" in root["/Names"]:
        yield from _leaves(root["/Names"]["/EmbeddedFiles"])


def _leaves(node: DictionaryObject) -> Iterator[DictionaryObject]:
    """Walk a name tree (ISO 32000-2, 7.9.6): names and their values in turn, or nodes below."""
    if "/Names" in node:
        names = node["/Names"]
        yield from (names[index] for index in range(1, len(names), 2))
    if "/Kids" in node:
        kids = node["/Kids"]
        for index in range(len(kids)):
            yield from _leaves(kids[index])


def _file_name(file: DictionaryObject) -> str:
    name = str(file["/UF"]) if "/UF" in file else ""
    return name or str(file["/F"])

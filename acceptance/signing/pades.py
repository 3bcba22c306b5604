"""Reports as signed PDF (PAdES): sign one, and read the files attached to it."""

from __future__ import annotations

import asyncio
import io
import zlib
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.sign import signers
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.signers.constants import ESIC_EXTENSION_1
from pyhanko.sign.signers.pdf_cms import PdfCMSSignedAttributes

from acceptance.checks.verdict_words import states_a_verdict
from acceptance.errors import InputError, SessionError, SetupError
from acceptance.files import shortage
from acceptance.messages import tr
from acceptance.session import store
from acceptance.signing import appearances, levels, pdf_bounds, roles
from acceptance.signing.signatures import ROLE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime
    from io import BytesIO

    from pyhanko.pdf_utils.generic import DictionaryObject, PdfObject, StreamObject
    from pyhanko.pdf_utils.writer import BasePdfFileWriter
    from pyhanko.sign.signers.pdf_signer import PdfTBSDocument

    from acceptance.signing.appearances import StampPlace
    from acceptance.signing.certificates import Signer
    from acceptance.signing.levels import Stamping

MOST_ATTACHED = store.MOST + (1 << 20)  # bytes of all attachments


def sign(
    pdf: bytes,
    signer: Signer,
    *,
    role: str = ROLE,
    reason: str = "",
    lang: str = "zh",
    stamping: Stamping | None = None,
) -> bytes:
    """Sign as PAdES (ETSI EN 319 142-1) with SHA-256; return the whole PDF.

    The signature is an incremental update of ``pdf``. The first one certifies the report and allows
    nothing but further signatures, later ones approve. Where the pages have a place for the role, a
    stamp in ``lang`` is drawn there. Certificates and revocation lists go into the same update, so
    that it can be checked offline and nothing follows the signature: level B-B, or what
    ``stamping`` gives. Raises ``InputError`` where ``pdf`` is not a readable PDF, or already
    carries a signature of this role, SessionError where its pages have places for stamps and none
    for this role, and DeviceError where no time stamp comes.
    """
    with _refusing(role):
        prepared = prepare(pdf, signer, role=role, reason=reason, lang=lang,
                           stamping=stamping)  # fmt: skip
        signed = asyncio.run(prepared.signed())
        return levels.archived(signed, stamping) if stamping else signed


@contextmanager
def _refusing(role: str) -> Iterator[None]:
    """Word what pyHanko refuses."""
    try:
        yield
    except (PdfError, SigningError) as error:
        what = tr("the report cannot be signed ({problem})", problem=error)
        hint = tr("Write the report again, then sign it")
        raise InputError(what, where=roles.word(role), hint=hint) from error


@dataclass(frozen=True)
class Prepared:
    """A report that is complete but for the signature itself."""

    document: PdfTBSDocument
    digest: bytes
    output: BytesIO
    when: datetime

    async def signed(self) -> bytes:
        """Sign it with the key at hand; return the whole PDF."""
        attributes = PdfCMSSignedAttributes(signing_time=self.when)
        await self.document.perform_signature(self.digest, attributes)
        return self.output.getvalue()


def prepare(
    pdf: bytes,
    signer: Signer,
    *,
    role: str,
    reason: str = "",
    lang: str = "zh",
    stamping: Stamping | None = None,
    reserved: int = 0,
) -> Prepared:
    """Write all of a signature but its container: field, stamp, certificates. Raises PdfError.

    ``reserved``: hexadecimal digits of room for the container; 0: as this key needs.
    """
    writer = levels.Update.of(pdf)
    levels.supply(writer, signer, stamping)
    first, when = not writer.prev.embedded_signatures, appearances.now()
    places = appearances.places(writer.prev)
    _require_place(role, places)
    metadata = replace(_metadata(signer, role, reason), certify=first)
    stamp = _stamp(signer, role, when, lang) if role in places else b""
    session = _Certifier(
        metadata,
        signer.key,
        timestamper=stamping.authority if stamping else None,
        stamp_style=appearances.DrawnStamp(pdf=stamp),
    ).init_signing_session(writer)
    session.system_time = when
    size = reserved or asyncio.run(session.estimate_signature_container_size(None))
    document = session.prepare_tbs_document(None, size)
    output = io.BytesIO()
    digest, _ = document.digest_tbs_document(output=output)
    return Prepared(document, digest.document_digest, output, when)


def _require_place(role: str, places: Mapping[str, StampPlace]) -> None:
    """Refuse a signature that nobody would see, where the report's pages leave its place out.

    And one in a role that viewers would show as a verdict.
    """
    if states_a_verdict(role):
        hint = tr("Name the role by who signs")
        raise SessionError(tr("the role states a verdict"), where=role, hint=hint)
    if places and role in roles.ORDER and role not in places:
        what = tr("the first page has no place for it, and nobody would see the signature")
        hint = tr(
            "Set seal = true in the institute's file and judge again, or let nobody sign in this "
            "role"
        )
        raise SessionError(what, where=roles.word(role), hint=hint)


class _Certifier(signers.PdfSigner):
    """Signs without saying that a report with a signature by elliptic curves is PDF 2.0.

    pyHanko says so for ISO/TS 32002; PDF/A-3 knows PDF 1.7 only, whose PAdES has these curves.
    """

    def register_extensions(self, pdf_out: BasePdfFileWriter, *, md_algorithm: str) -> None:  # noqa: ARG002
        """Say that there are PAdES signatures (ESIC, as for PDF 1.7)."""
        pdf_out.register_extension(ESIC_EXTENSION_1)


def _stamp(signer: Signer, role: str, when: datetime, lang: str) -> bytes:
    """Draw the stamp; nothing, where this machine can make no PDF."""
    try:
        return appearances.drawn(role, signer.key.signing_cert, when, lang)
    except SetupError:
        return b""


def _metadata(signer: Signer, role: str, reason: str) -> signers.PdfSignatureMetadata:
    return signers.PdfSignatureMetadata(
        field_name=role,
        md_algorithm="sha256",
        subfilter=SigSeedSubFilter.PADES,
        docmdp_permissions=MDPPerm.FILL_FORMS,
        name=signer.name,
        reason=reason or None,
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
        held = file["/EF"]
        if any(held.raw_get(key) != held.raw_get("/F") for key in held):
            raise ValueError(sorted(file["/EF"]))  # a reader of PDF would show another one
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
    listed: list[PdfObject] = []
    if "/Names" in root and "/EmbeddedFiles" in root["/Names"]:
        listed = [*_leaves(root["/Names"]["/EmbeddedFiles"])]
    associated = root["/AF"] if "/AF" in root else generic.ArrayObject()
    others = [associated.raw_get(index) for index in range(len(associated))]
    known = {each for each in listed if isinstance(each, generic.IndirectObject)}
    beside = [
        each for each in others  # readers of PDF show them, too
        if not (isinstance(each, generic.IndirectObject) and each in known)
    ]  # fmt: skip
    yield from (each.get_object() for each in (*listed, *beside))


def _leaves(node: DictionaryObject) -> Iterator[PdfObject]:
    """Walk a name tree (ISO 32000-2, 7.9.6): names and their values in turn, or nodes below."""
    if "/Names" in node:
        names = node["/Names"]
        yield from (names.raw_get(index) for index in range(1, len(names), 2))
    if "/Kids" in node:
        kids = node["/Kids"]
        for index in range(len(kids)):
            yield from _leaves(kids[index])


def _file_name(file: DictionaryObject) -> str:
    name = str(file["/UF"]) if "/UF" in file else ""
    return name or str(file["/F"])

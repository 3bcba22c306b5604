"""The PAdES levels of a signature (ETSI EN 319 142-1, 6) and what each adds to the report.

B-B is the signature alone; B-T a time stamp (RFC 3161) on it, from an authority that is no party;
B-LT the certificates and revocation lists by which both can be checked offline, years later; B-LTA
a time stamp on all of that.
"""

from __future__ import annotations

import asyncio
import io
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from asn1crypto import crl, pem, tsp  # type: ignore[import-untyped]  # ships no types
from cryptography.hazmat.primitives.asymmetric import rsa
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign import signers
from pyhanko.sign.timestamps import TimeStamper
from pyhanko.sign.timestamps.dummy_client import DummyTimeStamper
from pyhanko.sign.validation import DocumentSecurityStore

from acceptance.errors import DeviceError, InputError, KeyFileError, UsageError
from acceptance.messages import tr
from acceptance.signing import bounded_answers, certificates, key_files, signatures
from acceptance.signing.object_streams import ListedReader

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asn1crypto import cms, x509

    from acceptance.signing.certificates import Signer

LEVELS = PLAIN, STAMPED, LONG, ARCHIVED = signatures.LEVELS
WEB = ("http://", "https://")
MOST_BYTES = 32 << 20  # of a revocation list
LIST_SECONDS = 600  # for all of it: such a list comes over a slow line, too
MOST_OF_STAMP = 1 << 20  # bytes of a time stamp with its certificates; usual ones have 10,000
REPLY = "application/timestamp-reply"  # RFC 3161, 3.4


class Update(IncrementalPdfFileWriter):
    """Adds to a report; PDF/A-3 is PDF 1.7 (ISO 19005-3, 5.1), and pyHanko would say 2.0."""

    output_version = (1, 7)

    @classmethod
    def of(cls, pdf: bytes) -> Update:
        """Open a report, to be added to."""
        reader = ListedReader(io.BytesIO(pdf))
        return cls(reader.stream, prev=reader)

    def _update_meta(self) -> None:
        """Leave the metadata as they are: pyHanko would write addresses in them as resources."""


class Authority(TimeStamper):
    """A time stamping authority on the network, whatever it answers."""

    def __init__(self, url: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.url = url

    async def async_request_tsa_response(self, req: tsp.TimeStampReq) -> tsp.TimeStampResp:
        """Send a request; return the answer. Raises OSError: none comes, or what is none."""
        kind, content = await bounded_answers.answer(
            self.url, MOST_OF_STAMP, request=req.dump(),
            headers={"Content-Type": "application/timestamp-query", "Accept": REPLY},
        )  # fmt: skip
        if kind != REPLY:
            raise OSError(tr("answers with {kind}", kind=kind or "-"))
        return tsp.TimeStampResp.load(content)

    async def async_timestamp(self, message_digest: bytes, md_algorithm: str) -> cms.ContentInfo:
        """Ask for a time stamp. Raises DeviceError where none of that digest comes."""
        try:
            token = await super().async_timestamp(message_digest, md_algorithm)
            stamped = token["content"]["encap_content_info"]["content"].parsed
            imprint = stamped["message_imprint"]["hashed_message"].native
        except MemoryError:
            raise
        # what is no time stamp can make a parser fail in any way
        except Exception as error:
            what = tr("the time stamping authority gives no time stamp ({cause})", cause=error)
            hint = tr("Check its address and the network, or sign without --tsa")
            raise DeviceError(what, where=bounded_answers.shown(self.url), hint=hint) from error
        if imprint != message_digest:
            what = tr("the time stamping authority stamped something else")
            raise DeviceError(
                what, where=bounded_answers.shown(self.url), hint=tr("Choose another one")
            )
        return token


@dataclass(frozen=True)
class Stamping:
    """Who stamps the time of a signature, up to which level it goes, and lists for the stamps."""

    authority: TimeStamper
    level: str = STAMPED
    crls: tuple[crl.CertificateList, ...] = ()


def stamping(source: str, level: str = "", password: str = "") -> Stamping | None:
    """Return what reaches a level with an authority: its address, or a test chain's key file.

    ``level`` is one of ``LEVELS``, by default B-T where there is a ``source``, else B-B, for which
    None is returned. Raises UsageError where the two do not fit, KeyFileError for a key file that
    is of no test chain: a time stamp by one's own key would show nothing.
    """
    if not source:
        if level in {"", PLAIN}:
            return None
        what = tr("level {level} needs a time stamping authority", level=level)
        raise UsageError(what, hint=tr("Name one: --tsa URL"))
    if level == PLAIN:
        what = tr("level {level} has no time stamp", level=level)
        raise UsageError(what, hint=tr("Leave out --tsa, or choose a higher level"))
    if source.startswith(WEB):
        return Stamping(Authority(source), level or STAMPED)
    return _of_test_chain(source, level or STAMPED, password)


def _of_test_chain(source: str, level: str, password: str) -> Stamping:
    """Take a test chain's own key for an authority."""
    path = Path(source)
    opened = key_files.opened(path, password)
    if not certificates.of_test_chain(opened.certificate):
        what = tr("is no authority's address, and no key of a test chain")
        hint = tr("Name the address of a time stamping authority: --tsa http://...")
        raise KeyFileError(what, where=source, hint=hint)
    if not isinstance(opened.key, rsa.RSAPrivateKey):
        what = tr("this kind of key cannot stamp times here")
        raise KeyFileError(what, where=source, hint=tr("Use RSA"))
    stamper = DummyTimeStamper(opened.certificate, opened.private, certs_to_embed=opened.registry())
    return Stamping(stamper, level, certificates.lists_beside(path))


def supply(writer: Update, signer: Signer, given: Stamping | None) -> None:
    """Put the certificates and revocation lists of a signature into its update.

    Raises DeviceError where the authority does not answer, InputError where level B-LT or above
    lacks a revocation list.
    """
    held = [signer.key.signing_cert, *signer.key.cert_registry]
    lists = [*signer.crls]
    if given and given.level in {LONG, ARCHIVED}:
        held += _of_authority(given)
        lists += [*given.crls]
        lists += _lacking(held, lists)
    DocumentSecurityStore.supply_dss_in_writer(writer, None, certs=held, crls=lists)


def _of_authority(given: Stamping) -> list[x509.Certificate]:
    """Return the certificates that an authority sends with its time stamps."""
    asyncio.run(given.authority.async_dummy_response("sha256"))
    return [*given.authority.cert_registry]


def _lacking(
    held: Iterable[x509.Certificate], lists: Iterable[crl.CertificateList]
) -> list[crl.CertificateList]:
    """Fetch the lists that certificates announce and that are not there. Raises InputError."""
    issuers = {found.issuer.hashable for found in lists if _is_current(found)}
    fetched: list[crl.CertificateList] = []
    for certificate in held:
        addresses = [*_addresses(certificate)]
        if addresses and certificate.issuer.hashable not in issuers:
            issuers.add(certificate.issuer.hashable)
            fetched.append(_fetched(certificate, addresses))
    return fetched


def _is_current(found: crl.CertificateList) -> bool:
    until = found["tbs_cert_list"]["next_update"].native
    return until is None or until > datetime.now(UTC)


def _addresses(certificate: x509.Certificate) -> Iterator[str]:
    """Yield the addresses of a certificate's revocation list."""
    for point in certificate.crl_distribution_points:
        if point.url and point.url.startswith(WEB):
            yield point.url


def _fetched(certificate: x509.Certificate, addresses: Iterable[str]) -> crl.CertificateList:
    why = list[str]()
    for address in addresses:
        try:
            return _list_from(address, certificate)
        except (OSError, ValueError, TypeError) as error:  # the next address may do
            why.append(f"{bounded_answers.shown(address)}: {error}")
    name = certificates.common_name(certificate)
    what = tr("the revocation list for the certificate of {name} is missing ({cause})",
              name=name, cause="; ".join(why))  # fmt: skip
    hint = tr("Put it beside the key, as KEY.crl, or sign at level B-T")
    raise InputError(what, hint=hint)


def _list_from(address: str, certificate: x509.Certificate) -> crl.CertificateList:
    """Fetch the list of a certificate. Raises OSError, ValueError or TypeError: there is none."""
    asked = bounded_answers.answer(address, MOST_BYTES, seconds=LIST_SECONDS)
    _, content = asyncio.run(asked)
    if pem.detect(content):
        _, _, content = pem.unarmor(content)
    found = crl.CertificateList.load(content, strict=True)
    if found.issuer.hashable != certificate.issuer.hashable:
        raise ValueError(tr("it is of another issuer"))
    if not _is_current(found):
        raise ValueError(tr("a newer one is due"))
    return found


def archived(pdf: bytes, given: Stamping) -> bytes:
    """Put a time stamp on the whole report, where the level asks for it. Raises as ``supply``."""
    if given.level != ARCHIVED:
        return pdf
    writer = Update.of(pdf)
    number = len(writer.prev.embedded_timestamp_signatures) + 1
    stamper = signers.PdfTimeStamper(given.authority, field_name=f"time-stamp-{number}")
    out: io.BytesIO = stamper.timestamp_pdf(writer, "sha256", output=io.BytesIO())
    return out.getvalue()

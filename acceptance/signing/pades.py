"""Sign a report (PAdES) and check the signatures of one, offline, against pinned roots only.

A signature that pyHanko calls valid may still leave room: bytes after the end of the file, an
update that no signature covers, the operating system's certification authorities, a container that
nothing signs. So ``verify_pdf`` asks for the AdES sub-indication (ETSI EN 319 102-1, 5.3) *and*
pyHanko's bottom line, and applies a policy of its own on top (``docs/verify.md``): the first
signature certifies (ISO 32000-2, 12.8.2.2), later ones approve, and the last one covers the file to
its last byte.
"""

from __future__ import annotations

import asyncio
import io
import logging
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from asn1crypto import cms, crl  # type: ignore[import-untyped]  # ships no types
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.pdf_utils.misc import PdfError
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign import signers
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.fields import MDPPerm, SigSeedSubFilter
from pyhanko.sign.general import SigningError
from pyhanko.sign.validation import DocumentSecurityStore, async_validate_pdf_signature
from pyhanko.sign.validation.ades import ades_basic_validation
from pyhanko.sign.validation.errors import NoDSSFoundError
from pyhanko.sign.validation.policy_decl import (
    LocalKnowledge,
    RevinfoOnlineFetchingRule,
    RevocationInfoGatheringSpec,
    SignatureValidationSpec,
    bootstrap_validation_data_handlers,
)
from pyhanko.sign.validation.settings import KeyUsageConstraints
from pyhanko_certvalidator.context import CertValidationPolicySpec
from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
from pyhanko_certvalidator.policy_decl import CertRevTrustPolicy, RevocationCheckingPolicy
from pyhanko_certvalidator.registry import SimpleTrustManager
from pyhanko_certvalidator.revinfo.archival import CRLContainer

from acceptance.errors import InputError
from acceptance.signing.certificates import (
    DemoChain,
    Signer,
    Trust,
    common_name,
    load_signer,
    load_trust,
    make_demo_chain,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from pathlib import Path

    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus

__all__ = [
    "DemoChain",
    "Signature",
    "SignatureProblem",
    "SignatureReport",
    "Signer",
    "State",
    "Trust",
    "attachments",
    "load_signer",
    "load_trust",
    "make_demo_chain",
    "sign",
    "verify_pdf",
    "worst",
]

# What pyHanko finds wrong comes back in the result; its own lines on the terminal would only repeat
# it.
for _logger in ("pyhanko", "pyhanko_certvalidator"):
    logging.getLogger(_logger).setLevel(logging.CRITICAL)

ROLE = "inspector"
KEY_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)


class State(StrEnum):
    """What a check came to."""

    OK = "ok"
    BROKEN = "broken"
    INCOMPLETE = "incomplete"
    INDETERMINATE = "indeterminate"
    SKIPPED = "skipped"


@dataclass(frozen=True, kw_only=True)
class SignatureProblem:
    """One thing that is wrong.

    ``code`` is an AdES sub-indication in lower case or one of the policy's own words.
    """

    code: str
    detail: str
    state: State = State.BROKEN


@dataclass(frozen=True, kw_only=True)
class Signature:
    """Who signed in which role (name of the signature field), when by the signer's own clock, at which PAdES level."""

    role: str
    name: str
    when: datetime | None
    level: str

    def __str__(self) -> str:
        when = f" on {self.when.astimezone():%Y-%m-%d at %H:%M:%S %z}" if self.when else ""
        return f"{self.role}: signed by {self.name}{when} ({self.level})"


@dataclass(frozen=True, kw_only=True)
class SignatureReport:
    """``valid``: not a byte differs from what was signed. ``trusted``.

    And each signer leads to a given root.
    """

    signatures: tuple[Signature, ...]
    problems: tuple[SignatureProblem, ...]

    @property
    def state(self) -> State:
        """The worst of the problems: broken before incomplete before indeterminate."""
        return worst(problem.state for problem in self.problems)

    @property
    def valid(self) -> bool:
        """At least one signature, and none is broken."""
        return bool(self.signatures) and self.state in {State.OK, State.INDETERMINATE}

    @property
    def trusted(self) -> bool:
        """Nothing at all is wrong."""
        return bool(self.signatures) and self.state is State.OK


def worst(states: Iterable[State]) -> State:
    """Return broken before incomplete before indeterminate before ok."""
    present = set(states)
    return next(
        (one for one in (State.BROKEN, State.INCOMPLETE, State.INDETERMINATE) if one in present),
        State.OK,
    )


def sign(
    pdf: bytes, signer: Signer, *, role: str = ROLE, reason: str = "", location: str = ""
) -> bytes:
    """Sign as PAdES B-B (ETSI EN 319 142-1) with SHA-256, in an incremental update of ``pdf``.

    Give the whole back.
    The first signature certifies the report and allows nothing but further signatures, later ones
    approve. Certificates and revocation lists go into the same update, so that it can be checked
    offline and nothing follows the signature. Raises ``InputError`` where ``pdf`` is no readable
    PDF, or already carries a signature of this role.
    """
    try:
        writer = IncrementalPdfFileWriter(io.BytesIO(pdf))
        first = not writer.prev.embedded_signatures
        certificates = [signer.key.signing_cert, *signer.key.cert_registry]
        DocumentSecurityStore.supply_dss_in_writer(
            writer, None, certs=certificates, crls=signer.crls
        )
        metadata = signers.PdfSignatureMetadata(
            field_name=role,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            certify=first,
            docmdp_permissions=MDPPerm.FILL_FORMS,
            name=signer.name,
            reason=reason or None,
            location=location or None,
        )
        signed: io.BytesIO = signers.sign_pdf(writer, metadata, signer=signer.key)
    except (PdfError, SigningError) as error:
        raise InputError(
            f"the report cannot be signed ({error})",
            where=role,
            hint="Write the report anew and sign that",
        ) from error
    return signed.getvalue()


def verify_pdf(
    pdf: bytes, trust: Sequence[Path], *, roles: Sequence[str] = (), at: datetime | None = None
) -> SignatureReport:
    """Check every signature of a report, offline, as of now (or of ``at``).

    ``trust``: files with root certificates and (``.crl``) newer revocation lists, PEM or DER;
    nothing else is trusted, least of all the operating system's list. ``roles``: the signatures
    that must be there, in this order. Raises ``InputError`` for a trust file that cannot be read;
    whatever is wrong with the report is in the result.
    """
    pinned = load_trust(trust)
    try:
        return _verify(pdf, pinned, roles, at)
    except Exception as error:  # noqa: BLE001 - one flipped bit can make a parser of PDF or ASN.1 fail in any way
        detail = f"the file cannot be read as a signed PDF ({type(error).__name__}: {error})"
        return SignatureReport(
            signatures=(), problems=(SignatureProblem(code="unreadable", detail=detail),)
        )


def attachments(pdf: bytes) -> tuple[tuple[str, bytes], ...]:
    """Name and content of every file embedded in a PDF.

    Raises ``InputError`` where they cannot be read.
    """
    try:
        tree = _entry(_entry(PdfFileReader(io.BytesIO(pdf)).root, "/Names"), "/EmbeddedFiles")
        return tuple(
            (str(_entry(file, "/UF") or file["/F"]), file["/EF"]["/F"].data)
            for file in _leaves(tree)
        )
    except Exception as error:  # as in verify_pdf
        raise InputError(
            "the attachments of the report cannot be read", hint="Ask for the report again"
        ) from error


def _entry(node: Any, key: str) -> Any:  # noqa: ANN401 - pyHanko's PDF objects are untyped
    return node[key] if key in node else {}  # noqa: SIM401 - their get() does not follow references


def _leaves(node: Any) -> Iterator[Any]:  # noqa: ANN401 - as above
    """Walk a name tree (ISO 32000-2, 7.9.6)."""
    names, kids = _entry(node, "/Names"), _entry(node, "/Kids")
    yield from (names[index] for index in range(1, len(names), 2))
    for index in range(len(kids)):
        yield from _leaves(kids[index])


def _verify(pdf: bytes, trust: Trust, roles: Sequence[str], at: datetime | None) -> SignatureReport:
    reader = PdfFileReader(io.BytesIO(pdf))
    found = reader.embedded_signatures
    if not found and b"/ByteRange" in pdf:
        raise ValueError("a signature is in it that no form field leads to")
    if not found:
        problem = SignatureProblem(
            code="unsigned", detail="the report carries no signature", state=State.INCOMPLETE
        )
        return SignatureReport(signatures=(), problems=(problem,))
    knowledge = _knowledge(reader, trust)
    checked = [asyncio.run(_check(signature, trust, knowledge, at)) for signature in found]
    known = {certificate.dump() for certificate in knowledge.known_certs}
    problems = [
        *_policy(pdf, found, roles, known),
        *(problem for _, problems in checked for problem in problems),
    ]
    return SignatureReport(
        signatures=tuple(signature for signature, _ in checked), problems=tuple(problems)
    )


def _policy(
    pdf: bytes, found: Sequence[EmbeddedPdfSignature], roles: Sequence[str], known: set[bytes]
) -> Iterator[SignatureProblem]:
    """Find what no validation of a single signature sees."""
    end = found[-1].byte_range[2] + found[-1].byte_range[3]
    if end != len(pdf):
        yield SignatureProblem(
            code="appended", detail=f"{len(pdf) - end} bytes follow what the last signature covers"
        )
    if found[0].docmdp_level is None or "/Perms" not in found[0].reader.root:
        yield SignatureProblem(
            code="not_certified", detail="the first signature does not certify the report"
        )
    for signature in found:
        if not _accounted(pdf, signature, known):
            yield SignatureProblem(
                code="container",
                detail=f"{signature.field_name}: the container of the signature was changed",
            )
    present = [signature.field_name for signature in found]
    for role in (role for role in roles if role not in present):
        yield SignatureProblem(
            code="signature_missing",
            detail=f"the signature of {role} is missing",
            state=State.INCOMPLETE,
        )
    if [role for role in present if role in roles] != [role for role in roles if role in present]:
        yield SignatureProblem(
            code="order", detail=f"signed in the order {', '.join(present)}, not {', '.join(roles)}"
        )


def _accounted(pdf: bytes, signature: EmbeddedPdfSignature, known: set[bytes]) -> bool:
    """Tell whether every byte in the gap between the signed bytes is accounted for, since nothing signs the gap itself.

    It holds one container in its only form (RFC 5652: one signer, data outside), padded with zeros,
    and no certificate but the signer's and those that the signed part of the report (``known``)
    holds as well.
    """
    start, length, resume, _ = signature.byte_range
    signer, certificate = signature.signer_info, signature.signer_cert
    sid = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    kept = {
        name: signer[name]
        for name in signer
        if name not in {"version", "sid"} and signer[name].native is not None
    }
    content = {
        "version": "v1",
        "digest_algorithms": [signer["digest_algorithm"]],
        "encap_content_info": {"content_type": "data"},
        "certificates": signature.signed_data["certificates"],
        "signer_infos": [
            {
                "version": "v1",
                "sid": cms.SignerIdentifier({"issuer_and_serial_number": sid}),
                **kept,
            }
        ],
    }
    container = cms.ContentInfo(
        {"content_type": "signed_data", "content": cms.SignedData(content)}
    ).dump()
    digits = container.hex().ljust(resume - length - 2, "0")
    gap = pdf[length:resume].decode("ascii", errors="replace")
    strange = [
        item for item in signature.other_embedded_certs if known and item.dump() not in known
    ]
    return start == 0 and not strange and gap in {f"<{digits}>", f"<{digits.upper()}>"}


def _knowledge(reader: PdfFileReader, trust: Trust) -> LocalKnowledge:
    """Certificates and revocation lists that came with the report, and the lists that the verifier brought."""
    try:
        store = DocumentSecurityStore.read_dss(reader)
    except NoDSSFoundError:
        return LocalKnowledge(known_crls=[CRLContainer(item) for item in trust.crls])
    embedded = [crl.CertificateList.load(item.get_object().data) for item in store.crls]
    return LocalKnowledge(
        known_crls=[CRLContainer(item) for item in (*trust.crls, *embedded)],
        known_certs=list(store.load_certs()),
    )


async def _check(
    signature: EmbeddedPdfSignature, trust: Trust, knowledge: LocalKnowledge, at: datetime | None
) -> tuple[Signature, list[SignatureProblem]]:
    moment = at or datetime.now(UTC)
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=at is not None
    )
    specification = SignatureValidationSpec(
        cert_validation_policy=CertValidationPolicySpec(
            trust_manager=SimpleTrustManager.build(trust_roots=trust.roots),
            revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
        ),
        revinfo_gathering_policy=RevocationInfoGatheringSpec(
            online_fetching_rule=RevinfoOnlineFetchingRule.LOCAL_ONLY
        ),
        local_knowledge=knowledge,
        key_usage_settings=KEY_USAGE,
    )
    handlers = bootstrap_validation_data_handlers(specification, timing_info=timing)
    context = specification.cert_validation_policy.build_validation_context(
        timing_info=timing, handlers=handlers
    )
    status = await async_validate_pdf_signature(signature, context, key_usage_settings=KEY_USAGE)
    result = await ades_basic_validation(
        signature.signed_data,
        specification,
        timing_info=timing,
        raw_digest=signature.compute_digest(),
    )
    problems = list(_judge(status, result.ades_subindic, roots=bool(trust.roots), moment=moment))
    return _describe(signature, status), [
        replace(item, detail=f"{signature.field_name}: {item.detail}") for item in problems
    ]


def _judge(
    status: PdfSignatureStatus, indication: AdESSubIndic, *, roots: bool, moment: datetime
) -> Iterator[SignatureProblem]:
    """Word what pyHanko finds. Revocation breaks a signature.

    Without trusted time nothing tells which came first.
    """
    certificate = status.signing_cert
    code, name = str(indication.standard_name).lower(), common_name(certificate)
    if not status.docmdp_ok:
        yield SignatureProblem(
            code="changed_after_signing", detail="the report was changed after it was signed"
        )
    if isinstance(indication, AdESFailure):
        yield SignatureProblem(code=code, detail="the signed bytes were changed")
    elif status.revocation_details is not None:
        when = status.revocation_details.revocation_date
        yield SignatureProblem(
            code=code, detail=f"a certificate behind {name} was revoked on {when:%Y-%m-%d}"
        )
    elif not roots:
        yield _open(
            "no_trust_root", f"signed by {name}, but no root certificate to trust was given"
        )
    elif indication is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        yield _open(code, f"the certificate of {name} leads to none of the root certificates given")
    elif not certificate.not_valid_before <= moment <= certificate.not_valid_after:
        start, end = certificate.not_valid_before, certificate.not_valid_after
        yield _open(
            code, f"the certificate of {name} is valid from {start:%Y-%m-%d} to {end:%Y-%m-%d} only"
        )
    elif indication is not AdESPassed.OK:
        yield _open(
            code,
            f"the certificate of {name} cannot be judged offline ({code}); a newer revocation list may help",
        )
    elif not status.bottom_line and status.docmdp_ok:
        yield SignatureProblem(
            code="bottom_line", detail="the signature is not accepted as a whole"
        )


def _open(code: str, detail: str) -> SignatureProblem:
    return SignatureProblem(code=code, detail=detail, state=State.INDETERMINATE)


def _describe(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> Signature:
    pades = signature.sig_object["/SubFilter"] == SigSeedSubFilter.PADES.value
    level = ("PAdES B-T" if status.timestamp_validity else "PAdES B-B") if pades else "PKCS#7"
    return Signature(
        role=signature.field_name,
        name=common_name(signature.signer_cert),
        when=status.signer_reported_dt,
        level=level,
    )

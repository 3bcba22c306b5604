"""Check the signatures of a report (PAdES), offline, against pinned roots only.

A signature that pyHanko calls valid may still leave room: bytes after the end of the file, an
update that no signature covers, the operating system's certification authorities, a container that
nothing signs. So ``verify_pdf`` asks for the AdES sub-indication (ETSI EN 319 102-1, 5.3) *and*
pyHanko's bottom line, and applies a policy of its own on top (``docs/verify.md``): the first
signature certifies (ISO 32000-2, 12.8.2.2), later ones approve, and the last one covers the file to
its last byte.
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from asn1crypto import cms, crl  # type: ignore[import-untyped]  # ships no types
from pyhanko.sign.ades.report import AdESFailure, AdESIndeterminate, AdESPassed, AdESSubIndic
from pyhanko.sign.fields import SigSeedSubFilter
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

from acceptance.files import shortage
from acceptance.messages import tr, tr_count
from acceptance.signing import fitness, pdf_bounds, pinned
from acceptance.signing.certificates import common_name, load_trust
from acceptance.signing.later_revisions import LaterRevisions
from acceptance.signing.signatures import Signature, SignatureProblem, SignatureReport, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus

    from acceptance.signing.certificates import Trust

KEY_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)


def verify_pdf(
    pdf: bytes,
    trust: Sequence[Path],
    *,
    roles: Sequence[str] = (),
    signers: Sequence[Path | str] = (),
    at: datetime | None = None,
) -> SignatureReport:
    """Check every signature of a report, offline, as of now (or of ``at``).

    ``trust``: files with root certificates and (``.crl``) newer revocation lists, PEM or DER;
    nothing else is trusted, least of all the operating system's list. ``roles``: the signatures
    required, in this order. ``signers``: the certificates or public keys that alone may have signed
    (files, or their SHA-256); empty: any that a root vouches for. Raises ``InputError`` for a file
    of these that cannot be read; whatever is wrong with the report is in the result.
    """
    roots, permitted = load_trust(trust), pinned.read(signers)
    try:
        return _verify(pdf, roots, roles, permitted, at)
    # One flipped bit can make a parser of PDF or ASN.1 fail in any way.
    except Exception as error:  # noqa: BLE001 -- see above
        shortage.require_none(error)
        kind = type(error).__name__
        detail = tr(
            "the file cannot be read as a signed PDF ({kind}: {cause})", kind=kind, cause=error
        )
        problem = SignatureProblem(code="unreadable", detail=detail)
        return SignatureReport(signatures=(), problems=(problem,))


def _verify(
    pdf: bytes,
    trust: Trust,
    roles: Sequence[str],
    permitted: frozenset[str],
    at: datetime | None,
) -> SignatureReport:
    reader = pdf_bounds.opened(pdf)
    found = reader.embedded_signatures
    if not found:
        return _unsigned(pdf)
    if appended := tuple(_appended(pdf, found[-1])):
        return SignatureReport(signatures=(), problems=appended)
    knowledge = _knowledge(reader, trust)
    checked = [asyncio.run(_check(signature, trust, knowledge, at)) for signature in found]
    known = {certificate.dump() for certificate in knowledge.known_certs}
    signatures = tuple(signature for signature, _ in checked)
    problems = [
        *_policy(pdf, found, roles, known),
        *itertools.chain(*(item[1] for item in checked)),
        *(_stranger(signature) for signature in signatures if not _is_of(permitted, signature)),
    ]
    return SignatureReport(signatures=signatures, problems=tuple(problems))


def _is_of(permitted: frozenset[str], signature: Signature) -> bool:
    return not permitted or not permitted.isdisjoint({signature.certificate, signature.key})


def _stranger(signature: Signature) -> SignatureProblem:
    detail = tr(
        "{role}: signed by {name} with another certificate and key than those that were named "
        "(certificate {certificate})",
        role=signature.role,
        name=signature.name,
        certificate=signature.certificate,
    )
    return SignatureProblem(code="another_signer", detail=detail)


def _unsigned(pdf: bytes) -> SignatureReport:
    if b"/ByteRange" in pdf:
        raise ValueError(tr("it contains a signature that belongs to no form field"))
    detail = tr("the report is not signed")
    problem = SignatureProblem(code="unsigned", detail=detail, state=State.INCOMPLETE)
    return SignatureReport(signatures=(), problems=(problem,))


def _policy(
    pdf: bytes, found: Sequence[EmbeddedPdfSignature], roles: Sequence[str], known: set[bytes]
) -> Iterator[SignatureProblem]:
    """Find what the validation of a single signature cannot see."""
    if found[0].docmdp_level is None or "/Perms" not in found[0].reader.root:
        detail = tr("the first signature does not certify the report")
        yield SignatureProblem(code="not_certified", detail=detail)
    for signature in found:
        if not _accounted(pdf, signature, known):
            role = signature.field_name
            detail = tr("{role}: the container of the signature was changed", role=role)
            yield SignatureProblem(code="container", detail=detail)
    yield from _roles([signature.field_name for signature in found], roles)


def _appended(pdf: bytes, last: EmbeddedPdfSignature) -> Iterator[SignatureProblem]:
    """Find what follows the last signature: no other check is then worth its time."""
    end = last.byte_range[2] + last.byte_range[3]
    if end != len(pdf):
        detail = tr_count(
            "{count} byte follows what the last signature covers",
            "{count} bytes follow what the last signature covers",
            len(pdf) - end,
        )
        yield SignatureProblem(code="appended", detail=detail)
        if last.reader.xrefs.total_revisions > last.signed_revision + 1:
            yield _changed_after_signing()


def _changed_after_signing() -> SignatureProblem:
    detail = tr("the report was changed after it was signed")
    return SignatureProblem(code="changed_after_signing", detail=detail)


def _roles(present: Sequence[str], asked: Sequence[str]) -> Iterator[SignatureProblem]:
    """Find the roles that were asked for and did not sign, or not in this order."""
    for role in (role for role in asked if role not in present):
        detail = tr("the signature of {role} is missing", role=role)
        yield SignatureProblem(code="signature_missing", detail=detail, state=State.INCOMPLETE)
    if [role for role in present if role in asked] != [role for role in asked if role in present]:
        orders = {"found": ", ".join(present), "asked": ", ".join(asked)}
        detail = tr("signed in the order {found}, not {asked}", **orders)
        yield SignatureProblem(code="order", detail=detail)


def _accounted(pdf: bytes, signature: EmbeddedPdfSignature, known: set[bytes]) -> bool:
    """Whether every byte in the gap between the signed bytes is accounted for.

    Nothing signs the gap itself. It must hold one container in its only form, padded with zeros,
    and no certificate but the signer's and those that the signed part of the report (``known``)
    holds as well.
    """
    start, length, resume, _ = signature.byte_range
    digits = _container(signature).hex().ljust(resume - length - 2, "0")
    gap = pdf[length:resume].decode("ascii", errors="replace")
    others = [item.dump() for item in signature.other_embedded_certs]
    strange = known and set(others) - known
    return start == 0 and not strange and gap in {f"<{digits}>", f"<{digits.upper()}>"}


def _container(signature: EmbeddedPdfSignature) -> bytes:
    """Return the container of a signature in its only form: one signer, data outside (RFC 5652)."""
    signer, certificate = signature.signer_info, signature.signer_cert
    sid = {"issuer": certificate.issuer, "serial_number": certificate.serial_number}
    identifier = cms.SignerIdentifier({"issuer_and_serial_number": sid})
    others = [name for name in signer if name not in {"version", "sid"}]
    kept = {name: signer[name] for name in others if signer[name].native is not None}
    content = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [signer["digest_algorithm"]],
            "encap_content_info": {"content_type": "data"},
            "certificates": signature.signed_data["certificates"],
            "signer_infos": [{"version": "v1", "sid": identifier, **kept}],
        }
    )
    dumped: bytes = cms.ContentInfo({"content_type": "signed_data", "content": content}).dump()
    return dumped


def _knowledge(reader: PdfFileReader, trust: Trust) -> LocalKnowledge:
    """Collect the report's certificates and revocation lists, and the lists the verifier gave."""
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
    rules = _rules(trust, knowledge)
    handlers = bootstrap_validation_data_handlers(rules, timing_info=timing)
    context = rules.cert_validation_policy.build_validation_context(
        timing_info=timing, handlers=handlers
    )
    status = await async_validate_pdf_signature(
        signature, context, diff_policy=LaterRevisions(), key_usage_settings=KEY_USAGE
    )
    data, digest = signature.signed_data, signature.compute_digest()
    result = await ades_basic_validation(data, rules, timing_info=timing, raw_digest=digest)
    problems = _judge(status, result.ades_subindic, roots=bool(trust.roots), moment=moment)
    role = signature.field_name
    named = [replace(item, detail=f"{role}: {item.detail}") for item in problems]
    return _describe(signature, status), named


def _rules(trust: Trust, knowledge: LocalKnowledge) -> SignatureValidationSpec:
    """Set pyHanko's rules: pinned roots, revocation lists for every certificate, offline."""
    offline = RevinfoOnlineFetchingRule.LOCAL_ONLY
    certificates = CertValidationPolicySpec(
        trust_manager=SimpleTrustManager.build(trust_roots=trust.roots),
        revinfo_policy=CertRevTrustPolicy(RevocationCheckingPolicy.from_legacy("hard-fail")),
    )
    return SignatureValidationSpec(
        cert_validation_policy=certificates,
        revinfo_gathering_policy=RevocationInfoGatheringSpec(online_fetching_rule=offline),
        local_knowledge=knowledge,
        key_usage_settings=KEY_USAGE,
    )


def _judge(
    status: PdfSignatureStatus, indication: AdESSubIndic, *, roots: bool, moment: datetime
) -> Iterator[SignatureProblem]:
    """Put pyHanko's findings into words."""
    code, name = str(indication.standard_name).lower(), common_name(status.signing_cert)
    if not status.docmdp_ok:
        yield _changed_after_signing()
    if detail := _breach(status, indication):
        yield SignatureProblem(code=code, detail=detail)
    elif why := _unfit(status):
        detail = tr("the certificate of {name} cannot sign reports: {why}", name=name, why=why)
        yield SignatureProblem(code="unfit_certificate", detail=detail)
    elif not roots:
        detail = tr("signed by {name}, but no root certificate to trust was given", name=name)
        yield _undecided("no_trust_root", detail)
    elif detail := _doubt(status, indication, moment):
        yield _undecided(code, detail)
    elif not status.bottom_line and status.docmdp_ok:
        detail = tr("the signature is not accepted as a whole")
        yield SignatureProblem(code="bottom_line", detail=detail)
    signer, when = status.signing_cert, status.signer_reported_dt
    for code, detail in fitness.untimely(signer, when, moment):
        state = State.BROKEN if code == "not_valid_then" else State.INDETERMINATE
        yield SignatureProblem(code=code, detail=detail, state=state)


def _unfit(status: PdfSignatureStatus) -> str:
    """Say why signer or issuers, as far as they are known, are not there to sign documents."""
    path = status.validation_path
    issuers = list(path.iter_certs(include_root=False))[:-1] if path else []
    found = (fitness.unfit_purpose(issuer) for issuer in issuers)
    return fitness.unfit(status.signing_cert) or next(filter(None, found), "")


def _breach(status: PdfSignatureStatus, indication: AdESSubIndic) -> str:
    """Say what breaks a signature for everybody; empty where nothing does.

    Revocation does: without trusted time nothing shows which came first.
    """
    if isinstance(indication, AdESFailure):
        return tr("the signed bytes were changed")
    if status.revocation_details is None:
        return ""
    name, day = common_name(status.signing_cert), status.revocation_details.revocation_date
    return tr(
        "a certificate in the chain of {name} was revoked on {day:%Y-%m-%d}", name=name, day=day
    )


def _doubt(status: PdfSignatureStatus, indication: AdESSubIndic, moment: datetime) -> str:
    """Say why nobody knows whether to trust the signer's certificate; empty where they do."""
    name = common_name(status.signing_cert)
    if indication is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        return tr(
            "the certificate of {name} leads to none of the given root certificates", name=name
        )
    start, end = status.signing_cert.not_valid_before, status.signing_cert.not_valid_after
    if not start <= moment <= end:
        return tr(
            "the certificate of {name} is only valid from {start:%Y-%m-%d} to {end:%Y-%m-%d}",
            name=name, start=start, end=end,
        )  # fmt: skip
    return "" if indication is AdESPassed.OK else _not_offline(name, indication)


def _not_offline(name: str, indication: AdESSubIndic) -> str:
    return tr(
        "the certificate of {name} cannot be checked offline ({code}); "
        "a newer revocation list may help",
        name=name,
        code=str(indication.standard_name).lower(),
    )


def _undecided(code: str, detail: str) -> SignatureProblem:
    return SignatureProblem(code=code, detail=detail, state=State.INDETERMINATE)


def _describe(signature: EmbeddedPdfSignature, status: PdfSignatureStatus) -> Signature:
    is_pades = signature.sig_object["/SubFilter"] == SigSeedSubFilter.PADES.value
    level = ("PAdES B-T" if status.timestamp_validity else "PAdES B-B") if is_pades else "PKCS#7"
    return Signature(
        role=signature.field_name,
        name=common_name(signature.signer_cert),
        when=status.signer_reported_dt,
        level=level,
        certificate=pinned.of_certificate(signature.signer_cert),
        key=pinned.of_key(signature.signer_cert),
    )

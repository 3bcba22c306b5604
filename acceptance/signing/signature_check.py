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
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from asn1crypto import crl  # type: ignore[import-untyped]  # ships no types
from pyhanko.sign.ades.report import AdESFailure, AdESPassed, AdESSubIndic
from pyhanko.sign.validation import DocumentSecurityStore, async_validate_pdf_signature
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
from acceptance.files import shortage
from acceptance.messages import tr, tr_count
from acceptance.signing import (
    answered_revocations,
    fitness,
    gap,
    listed_revocations,
    pdf_bounds,
    pinned,
    proven_times,
    signature_entries,
    signing_rules,
    untrusted_signers,
)
from acceptance.signing import roles as roles_of_reports
from acceptance.signing.certificates import Trust, common_name, load_trust, of_test_chain
from acceptance.signing.later_revisions import LaterRevisions
from acceptance.signing.signatures import Signature, SignatureProblem, SignatureReport, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from asn1crypto import ocsp
    from pyhanko.pdf_utils.reader import PdfFileReader
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.status import PdfSignatureStatus
    from pyhanko_certvalidator import ValidationContext

    from acceptance.signing.policy import Policy
    from acceptance.signing.proven_times import Proof

KEY_USAGE = KeyUsageConstraints(
    key_usage={"non_repudiation", "digital_signature"}, match_all_key_usages=False
)


def verify_pdf(
    pdf: bytes,
    trust: Sequence[Path],
    *,
    roles: Sequence[str] = (),
    signers: Sequence[Path | str] = (),
    policy: Policy | None = None,
    at: datetime | None = None,
) -> SignatureReport:
    """Check every signature of a report, offline, as of now (or of ``at``).

    ``trust``: files with root certificates and (``.crl``) newer revocation lists, PEM or DER;
    nothing else is trusted, least of all the operating system's list. ``roles``: the signatures
    required, in this order. ``signers``: the certificates or public keys that alone may have signed
    (files, or their SHA-256); empty: any that a root vouches for. ``policy``: what else the
    signatures must be; its roots are trusted, and no other. Raises ``InputError`` for a file
    of these that cannot be read; whatever is wrong with the report is in the result.
    """
    asked = Demands(
        trust=trusted(trust, policy),
        roles=tuple(map(roles_of_reports.code, roles)),
        permitted=pinned.read(signers),
        policy=policy,
    )
    try:
        return _verify(pdf, asked, at)
    # One flipped bit can make a parser of PDF or ASN.1 fail in any way.
    except Exception as error:  # noqa: BLE001 -- see above
        shortage.require_none(error)
        kind = type(error).__name__
        detail = tr(
            "the file cannot be read as a signed PDF ({kind}: {cause})", kind=kind, cause=error
        )
        problem = SignatureProblem(code="unreadable", detail=detail)
        return SignatureReport(signatures=(), problems=(problem,))


@dataclass(frozen=True, kw_only=True)
class Demands:
    """What a verifier asks of the signatures."""

    trust: Trust
    roles: tuple[str, ...]
    permitted: frozenset[str]
    policy: Policy | None


def trusted(trust: Sequence[Path], policy: Policy | None) -> Trust:
    """Read what is trusted: the policy's roots, if it names some, and any revocation lists.

    Raises InputError for a root beside those of the policy.
    """
    given = load_trust(trust)
    if policy is None or not policy.roots:
        return given
    own = load_trust(policy.roots)
    known = {root.dump() for root in own.roots}
    if any(root.dump() not in known for root in given.roots):
        what = tr("a root certificate is given that is none of the policy's")
        raise InputError(what, where=policy.where, hint=tr("Leave out --trust, or --policy"))
    return Trust(roots=own.roots, crls=(*own.crls, *given.crls))


def _verify(pdf: bytes, asked: Demands, at: datetime | None) -> SignatureReport:
    reader = pdf_bounds.opened(pdf)
    every, found = reader.embedded_signatures, reader.embedded_regular_signatures
    if not found:
        return _unsigned(pdf)
    if appended := tuple(_appended(pdf, every[-1])):
        return SignatureReport(signatures=(), problems=appended)
    knowledge, moment = _knowledge(reader, asked.trust), at or datetime.now(UTC)
    timing = ValidationTimingInfo(
        validation_time=moment, best_signature_time=moment, point_in_time_validation=at is not None
    )
    context = _context(_rules(asked.trust, knowledge), timing)
    answers = answered_revocations.embedded(reader)
    checked = [asyncio.run(_check(each, asked.trust, knowledge, answers, timing)) for each in found]
    known = {certificate.dump() for certificate in knowledge.known_certs}
    signatures, late = proven_times.archived(
        reader.embedded_timestamp_signatures,
        [(each.signed_revision, item[0]) for each, item in zip(found, checked, strict=True)],
        context, knowledge.known_crls, moment,
    )  # fmt: skip
    problems = [
        *_whole(pdf, every, known),
        *itertools.chain(*map(signature_entries.strange, every)),
        *signing_rules.problems(signatures, [each.signer_cert for each in found], asked.roles,
                                asked.policy),
        *itertools.chain(*(item[1] for item in checked)),
        *late,
        *pinned.strangers(signatures, asked.permitted),
    ]  # fmt: skip
    return SignatureReport(signatures=signatures, problems=tuple(problems))


def _unsigned(pdf: bytes) -> SignatureReport:
    if b"/ByteRange" in pdf:
        raise ValueError(tr("it contains a signature that belongs to no form field"))
    detail = tr("the report is not signed")
    problem = SignatureProblem(code="unsigned", detail=detail, state=State.INCOMPLETE)
    return SignatureReport(signatures=(), problems=(problem,))


def _whole(
    pdf: bytes, found: Sequence[EmbeddedPdfSignature], known: set[bytes]
) -> Iterator[SignatureProblem]:
    """Find what the validation of a single signature cannot see."""
    if found[0].docmdp_level is None or "/Perms" not in found[0].reader.root:
        detail = tr("the first signature does not certify the report")
        yield SignatureProblem(code="not_certified", detail=detail)
    for signature in found:
        if not gap.accounted(pdf, signature, known):
            role = roles_of_reports.word(signature.field_name)
            detail = tr("{role}: the container of the signature was changed", role=role)
            yield SignatureProblem(code="container", detail=detail)


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
    signature: EmbeddedPdfSignature,
    trust: Trust,
    knowledge: LocalKnowledge,
    answers: Sequence[ocsp.OCSPResponse],
    timing: ValidationTimingInfo,
) -> tuple[Signature, list[SignatureProblem]]:
    rules, moment = _rules(trust, knowledge), timing.validation_time
    context = _context(rules, timing)
    status = await async_validate_pdf_signature(
        signature, context, diff_policy=LaterRevisions(), key_usage_settings=KEY_USAGE
    )
    proof = await proven_times.examine(signature, status, rules, timing)
    problems = [
        *_judge(status, proof, roots=bool(trust.roots), moment=moment),
        *_listed(status, proof, knowledge, answers),
    ]
    role = roles_of_reports.word(signature.field_name)
    named = [replace(item, detail=f"{role}: {item.detail}") for item in problems]
    return _describe(signature, knowledge, proof), named


def _context(rules: SignatureValidationSpec, timing: ValidationTimingInfo) -> ValidationContext:
    handlers = bootstrap_validation_data_handlers(rules, timing_info=timing)
    return rules.cert_validation_policy.build_validation_context(
        timing_info=timing, handlers=handlers
    )


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
    status: PdfSignatureStatus, proof: Proof, *, roots: bool, moment: datetime
) -> Iterator[SignatureProblem]:
    """Put pyHanko's findings into words."""
    indication = proof.indication
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
    elif detail := untrusted_signers.why(status, proof, moment):
        yield _undecided(code, detail)
    elif (stamp := status.timestamp_validity) and not (stamp.valid and stamp.intact):
        detail = tr("the time stamp on the signature does not hold")
        yield SignatureProblem(code="time_stamp", detail=detail)
    elif not (status.bottom_line or stamp) and status.docmdp_ok:
        detail = tr("the signature is not accepted as a whole")
        yield SignatureProblem(code="bottom_line", detail=detail)
    signer, when = status.signing_cert, status.signer_reported_dt
    for code, detail in (
        *fitness.untimely(signer, when, moment),
        *proof.contradictions(when, moment),
    ):
        state = State.INDETERMINATE if code == "in_future" else State.BROKEN
        yield SignatureProblem(code=code, detail=detail, state=state)


def _listed(
    status: PdfSignatureStatus,
    proof: Proof,
    knowledge: LocalKnowledge,
    answers: Sequence[ocsp.OCSPResponse],
) -> Iterator[SignatureProblem]:
    """Find what is revoked by an answer, a list that nobody announces, or from a later day on."""
    path = None if status.revocation_details else status.validation_path
    if path is None:
        return
    listed = listed_revocations.days(path, knowledge.known_crls)
    for day in (*listed, *answered_revocations.days(path, answers)):
        if proof.stamped is None or day <= proof.stamped:
            detail = _revoked(common_name(status.signing_cert), day)
            yield SignatureProblem(code="revoked", detail=detail)


def _revoked(name: str, day: datetime) -> str:
    return tr("a certificate in the chain of {name} was revoked on {day:%Y-%m-%d}",
              name=name, day=day)  # fmt: skip


def _unfit(status: PdfSignatureStatus) -> str:
    """Say why signer or issuers, as far as they are known, are not there to sign documents."""
    path = status.validation_path
    issuers = list(path.iter_certs(include_root=False))[:-1] if path else []
    found = (fitness.unfit_purpose(issuer) or fitness.weak(issuer) for issuer in issuers)
    return fitness.unfit(status.signing_cert) or next(filter(None, found), "")


def _breach(status: PdfSignatureStatus, indication: AdESSubIndic) -> str:
    """Say what breaks a signature for everybody; empty where nothing does.

    Revocation does, but for a signature that was stamped before it: without trusted time nothing
    shows which came first.
    """
    revoked = status.revocation_details
    if isinstance(indication, AdESFailure) and indication is not AdESFailure.REVOKED:
        return tr("the signed bytes were changed")
    if indication is AdESPassed.OK or revoked is None:
        return ""
    return _revoked(common_name(status.signing_cert), revoked.revocation_date)


def _undecided(code: str, detail: str) -> SignatureProblem:
    return SignatureProblem(code=code, detail=detail, state=State.INDETERMINATE)


def listed(pdf: bytes) -> tuple[Signature, ...]:
    """Say who signed a report, the first first; nothing is checked.

    Raises whatever a PDF from elsewhere can cause.
    """
    reader = pdf_bounds.opened(pdf)
    knowledge = _knowledge(reader, Trust(roots=(), crls=()))
    return tuple(_describe(each, knowledge) for each in reader.embedded_regular_signatures)


def _describe(
    signature: EmbeddedPdfSignature, knowledge: LocalKnowledge, proof: Proof | None = None
) -> Signature:
    certificate = signature.signer_cert
    return Signature(
        role=signature.field_name,
        name=common_name(certificate),
        when=signature.self_reported_timestamp,
        level=proven_times.level(signature, knowledge),
        certificate=pinned.of_certificate(certificate),
        key=pinned.of_key(certificate),
        subject=certificate.subject.human_friendly,
        stamped=proof.stamped if proof else None,
        authority=proof.authority if proof else "",
        stamp_doubt=proof.doubt if proof else "",
        of_test_chain=of_test_chain(certificate),
        reason=str(signature.sig_object["/Reason"]) if "/Reason" in signature.sig_object else "",
    )

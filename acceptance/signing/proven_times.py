"""When a report was signed, as far as a third party vouches for it: time stamps, and their levels.

A time stamp on a signature (RFC 3161) shows that it was there; one on the whole report also keeps
what it is checked by (ETSI EN 319 142-1). Only one that leads to a trusted root proves anything.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC
from typing import TYPE_CHECKING

from pyhanko.sign.ades.report import AdESIndeterminate, AdESPassed
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.validation import async_validate_pdf_timestamp
from pyhanko.sign.validation.ades import (
    ades_basic_validation,
    ades_lta_validation,
    ades_with_time_validation,
)
from pyhanko.sign.validation.generic_cms import extract_tst_data_iter
from pyhanko.sign.validation.policy_decl import (
    PdfSignatureValidationSpec,
    bootstrap_validation_data_handlers,
)

from acceptance.messages import tr
from acceptance.model.basics import CHINA
from acceptance.signing import fitness, levels, listed_revocations, roles
from acceptance.signing.certificates import common_name
from acceptance.signing.fitness import CLOCKS_APART
from acceptance.signing.later_revisions import LaterRevisions
from acceptance.signing.signatures import SignatureProblem, State

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from asn1crypto import cms, x509  # type: ignore[import-untyped]  # ships no types
    from pyhanko.sign.ades.report import AdESSubIndic
    from pyhanko.sign.validation.pdf_embedded import EmbeddedPdfSignature
    from pyhanko.sign.validation.policy_decl import LocalKnowledge, SignatureValidationSpec
    from pyhanko.sign.validation.status import (
        DocumentTimestampStatus,
        PdfSignatureStatus,
        TimestampSignatureStatus,
    )
    from pyhanko_certvalidator import ValidationContext
    from pyhanko_certvalidator.ltv.types import ValidationTimingInfo
    from pyhanko_certvalidator.revinfo.archival import CRLContainer

    from acceptance.signing.signatures import Signature

PADES = "PAdES"


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What validation found of a signature, at the time that is proven for it."""

    indication: AdESSubIndic
    """AdES sub-indication (ETSI EN 319 102-1, 5.6.3 where there is a time stamp, else 5.3)."""

    stamped: datetime | None = None
    """Time of a stamp that leads to a trusted root."""

    authority: str = ""
    """Who stamped."""

    doubt: str = ""
    """Why the stamp that a signature carries proves no time; empty: it does, or there is none."""

    def contradictions(self, when: datetime | None, now: datetime) -> Iterator[tuple[str, str]]:
        """Yield code and sentence where the stamp is still to come, or the signer's time is later.

        ``when`` is the time that the signer states, ``now`` the verifier's.
        """
        if self.stamped:
            yield from _ahead(self.stamped, now)
        if when is not None and self.stamped and when > self.stamped + CLOCKS_APART:
            yield (
                "after_stamp",
                tr(
                    "it says that it was made on {when:%Y-%m-%d %H:%M %z}, but was stamped before, "
                    "on {stamped:%Y-%m-%d %H:%M %z}",
                    when=when.astimezone(CHINA), stamped=self.stamped.astimezone(CHINA),
                ),
            )  # fmt: skip


def _ahead(stamped: datetime, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield code and sentence where a stamp is of a time to come: no authority's clock is right."""
    if stamped > now + CLOCKS_APART:
        what = tr(
            "stamped on {when:%Y-%m-%d %H:%M} UTC, which is still to come; the clock of the "
            "authority or of this computer is wrong",
            when=stamped.astimezone(UTC),
        )
        yield "in_future", what


async def examine(
    signature: EmbeddedPdfSignature,
    status: PdfSignatureStatus,
    rules: SignatureValidationSpec,
    timing: ValidationTimingInfo,
) -> Proof:
    """Validate a signature as of now; where that fails, as of the time that its stamps prove.

    ``status`` is what pyHanko found of it as of now.
    """
    data, digest = signature.signed_data, signature.compute_digest()
    today = await ades_basic_validation(data, rules, timing_info=timing, raw_digest=digest)
    stamp: TimestampSignatureStatus | None = status.timestamp_validity
    found: AdESSubIndic = today.ades_subindic
    if stamp is None:
        return Proof(indication=found)
    lists = rules.local_knowledge.known_crls
    if doubt := fitness.unfit_authority(stamp.signing_cert) or withdrawn(stamp, lists):
        return Proof(indication=found, doubt=doubt)
    proves = stamp.valid and stamp.intact and stamp.trusted
    short = not (proves and found is AdESPassed.OK)
    archived = short and await _is_archived(signature, rules, timing)
    if archived:
        lasting, held = await _lasting(signature, rules, timing)
        found = found if found is AdESPassed.OK else lasting
        if held is not None and (found is AdESPassed.OK or not proves):
            return _stamped(found, held)
    if found is not AdESPassed.OK and (proves or not archived):
        then = await ades_with_time_validation(data, rules, timing_info=timing, raw_digest=digest)
        found = then.ades_subindic
    return _stamped(found, stamp) if proves else Proof(indication=found, doubt=_doubt(stamp))


async def _lasting(
    signature: EmbeddedPdfSignature, rules: SignatureValidationSpec, timing: ValidationTimingInfo
) -> tuple[AdESSubIndic, TimestampSignatureStatus | None]:
    """Validate as of the times that stamps on the whole report prove.

    Returns what is found of the signature, and its own stamp where that holds by them.
    """
    given = PdfSignatureValidationSpec(rules, diff_policy=LaterRevisions())
    lasting = await ades_lta_validation(signature, given, timing_info=timing)
    held = lasting.signature_timestamp_status
    holds = held is not None and held.ades_subindic is AdESPassed.OK
    return lasting.ades_subindic, held.api_status if held is not None and holds else None


def _doubt(stamp: TimestampSignatureStatus) -> str:
    """Say why a stamp by an authority of that purpose proves no time."""
    if not (stamp.valid and stamp.intact):
        return tr("it does not hold")
    return untrusted(stamp.trust_problem_indic)


def withdrawn(
    stamp: TimestampSignatureStatus | DocumentTimestampStatus, lists: Iterable[CRLContainer]
) -> str:
    """Say that a list takes its proof from a stamp, whatever certificates say of lists."""
    if listed_revocations.proves_no_time(stamp.validation_path, lists, stamp.timestamp):
        return revoked()
    return ""


def revoked() -> str:
    """Say that an authority's certificate was revoked."""
    return tr("the certificate of its authority was revoked")


def untrusted(why: AdESSubIndic | None) -> str:
    """Say why an authority is not trusted; empty where it is."""
    if why is None:
        return ""
    if why is AdESIndeterminate.TRY_LATER:
        return tr("a revocation list for its authority is missing or out of date")
    if why in {AdESIndeterminate.OUT_OF_BOUNDS_NO_POE, AdESIndeterminate.OUT_OF_BOUNDS_NOT_REVOKED}:
        return tr("the certificate of its authority is not valid now")
    if "revoked" in str(why.standard_name).lower():
        return revoked()
    if why is AdESIndeterminate.NO_CERTIFICATE_CHAIN_FOUND:
        return tr("no given root certificate vouches for it")
    return tr("its authority is not trusted ({reason})", reason=why.standard_name)


async def _is_archived(
    signature: EmbeddedPdfSignature, rules: SignatureValidationSpec, timing: ValidationTimingInfo
) -> bool:
    """Whether the report was stamped after a signature, by authorities that are there for it.

    All of them have to be: pyHanko reckons back from the last stamp to the first, and the time that
    one proves is as good as the worst of them.
    """
    later, lists = _later_stamps(signature), rules.local_knowledge.known_crls
    if any(fitness.unfit_authority(each.signer_cert) for each in later):
        return False
    handlers = bootstrap_validation_data_handlers(rules, timing_info=timing)
    context = rules.cert_validation_policy.build_validation_context(
        timing_info=timing, handlers=handlers
    )
    for each in later:
        status = await async_validate_pdf_timestamp(each, context, diff_policy=LaterRevisions())
        if withdrawn(status, lists):
            return False
    return bool(later)


def _stamped(found: AdESSubIndic, stamp: TimestampSignatureStatus) -> Proof:
    name = common_name(stamp.signing_cert)
    return Proof(indication=found, stamped=stamp.timestamp, authority=name)


def archived(
    stamps: Sequence[EmbeddedPdfSignature],
    signatures: Sequence[tuple[int, Signature]],
    context: ValidationContext,
    lists: Sequence[CRLContainer],
    now: datetime,
) -> tuple[tuple[Signature, ...], list[SignatureProblem]]:
    """Check the time stamps on the whole report; return the signatures, and what is wrong.

    ``signatures`` come with the number of the revision of the file that each covers; those that a
    stamp covers whose authority is trusted, and there for it, are ``archived`` in what is returned.
    ``lists``: the revocation lists that are known.
    """
    problems, revisions = list[SignatureProblem](), [-1]
    for stamp in stamps:
        checked = async_validate_pdf_timestamp(stamp, context, diff_policy=LaterRevisions())
        status, revision = asyncio.run(checked), stamp.signed_revision
        covered = [signature for number, signature in signatures if number < revision]
        doubt = fitness.unfit_authority(status.signing_cert) or withdrawn(status, lists)
        proves = status.trusted and not doubt
        problems += _of_document(stamp.field_name, status, covered if proves else None, now)
        if proves:
            revisions.append(revision)
    last = max(revisions)
    kept = tuple(replace(signature, archived=number < last) for number, signature in signatures)
    return kept, problems


def _of_document(
    name: str, status: DocumentTimestampStatus, covered: Sequence[Signature] | None, now: datetime
) -> Iterator[SignatureProblem]:
    """Yield what is wrong with a time stamp on the whole report.

    ``covered``: what it is to be later than; None: it proves no time.
    """
    if not (status.intact and status.valid):
        detail = tr("a time stamp on the whole report does not hold")
        yield SignatureProblem(code="time_stamp", detail=detail)
    if covered is None:
        return
    times = (*_ahead(status.timestamp, now), *_before_what_it_covers(status.timestamp, covered))
    for code, detail in times:
        yield SignatureProblem(code=code, detail=f"{name}: {detail}", state=_state(code))


def _state(code: str) -> State:
    return State.INDETERMINATE if code == "in_future" else State.BROKEN


def _before_what_it_covers(
    stamped: datetime, covered: Sequence[Signature]
) -> Iterator[tuple[str, str]]:
    """Yield code and sentence where a stamp is older than a signature that it covers."""
    for each in covered:
        known = (when for when in (each.stamped, each.when) if when and when.tzinfo)
        latest = max(known, default=None)
        if latest is not None and latest > stamped + CLOCKS_APART:
            yield (
                "after_stamp",
                tr(
                    "the whole report was stamped on {stamped:%Y-%m-%d %H:%M %z}, before {role} "
                    "signed it on {when:%Y-%m-%d %H:%M %z}",
                    stamped=stamped.astimezone(CHINA), when=latest.astimezone(CHINA),
                    role=roles.word(each.role),
                ),
            )  # fmt: skip


def level(signature: EmbeddedPdfSignature, knowledge: LocalKnowledge) -> str:
    """Name the PAdES level of a signature by what it carries."""
    if signature.sig_object["/SubFilter"] != SigSeedSubFilter.PADES.value:
        return "PKCS#7"
    token = _token(signature)
    if token is None:
        return f"{PADES} {levels.PLAIN}"
    held = [signature.signer_cert, *knowledge.known_certs]
    if not _has_lists([*held, *_certificates(token)], knowledge):
        return f"{PADES} {levels.STAMPED}"
    found = levels.ARCHIVED if _later_stamps(signature) else levels.LONG
    return f"{PADES} {found}"


def reaches(found: str, due: str) -> bool:
    """Whether a level that ``level`` names is at least another one of ``levels.LEVELS``."""
    kind, _, name = found.partition(" ")
    return kind == PADES and levels.LEVELS.index(name) >= levels.LEVELS.index(due)


def _token(signature: EmbeddedPdfSignature) -> cms.SignedData | None:
    """Return the time stamp on a signature, if there is one."""
    return next(extract_tst_data_iter(signature.signer_info, signed=False), None)


def _certificates(token: cms.SignedData) -> list[x509.Certificate]:
    return [each.chosen for each in token["certificates"]]


def _has_lists(held: Sequence[x509.Certificate], knowledge: LocalKnowledge) -> bool:
    """Whether there is a revocation list for every certificate that announces some."""
    issuers = {found.crl_data.issuer.hashable for found in knowledge.known_crls}
    announcing = (each for each in held if each.crl_distribution_points)
    return all(each.issuer.hashable in issuers for each in announcing)


def _later_stamps(signature: EmbeddedPdfSignature) -> list[EmbeddedPdfSignature]:
    """Return the time stamps on the whole report that cover a signature."""
    return [
        stamp
        for stamp in signature.reader.embedded_timestamp_signatures
        if stamp.signed_revision > signature.signed_revision
    ]

"""Who signed in which role, and in which order: what a verifier asks, and what holds always.

Nobody signs in two roles, and who signs follows the order of an office. The rest is asked for: by
roles that are named, or by a policy.
"""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from acceptance.messages import tr
from acceptance.signing import levels, proven_times, roles
from acceptance.signing.fitness import CLOCKS_APART
from acceptance.signing.signatures import SignatureProblem, State

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asn1crypto import x509  # type: ignore[import-untyped]  # ships no types

    from acceptance.signing.policy import Policy
    from acceptance.signing.signatures import Signature


def problems(
    signatures: Sequence[Signature],
    certificates: Sequence[x509.Certificate],
    asked: Sequence[str],
    policy: Policy | None,
) -> Iterator[SignatureProblem]:
    """Find what is wrong with who signed.

    ``certificates`` are those of the signatures, ``asked`` the roles that must have signed, in this
    order; empty: those of the ``policy``.
    """
    asked = asked or (policy.order if policy else ())
    present = [signature.role for signature in signatures]
    for role in (role for role in asked if role not in present):
        detail = tr("the signature of {role} is missing", role=roles.word(role))
        yield SignatureProblem(code="signature_missing", detail=detail, state=State.INCOMPLETE)
    yield from _disorder(present, asked or roles.ORDER)
    for earlier, later in itertools.combinations(signatures, 2):
        common = earlier.shares(later.certificate, later.key, later.subject)
        if not common:
            continue
        detail = tr(
            "{name} signed in two roles, {first} and {second} ({common})",
            name=later.name, common=common,
            first=roles.word(earlier.role), second=roles.word(later.role),
        )  # fmt: skip
        yield SignatureProblem(code="two_roles", detail=detail)
    yield from _backwards(signatures)
    for signature, certificate in zip(signatures, certificates, strict=True):
        yield from _against(policy, signature, certificate) if policy else ()


def _disorder(present: Sequence[str], due: Sequence[str]) -> Iterator[SignatureProblem]:
    found = [role for role in present if role in due]
    if found != (sorted_roles := [role for role in due if role in present]):
        orders = {"found": roles.listed(found), "asked": roles.listed(sorted_roles)}
        detail = tr("signed in the order {found}, not {asked}", **orders)
        yield SignatureProblem(code="order", detail=detail)


def _backwards(signatures: Sequence[Signature]) -> Iterator[SignatureProblem]:
    """Find who signed, by their own clock, before somebody whose signature they signed over."""
    for earlier, later in itertools.pairwise(signatures):
        first, second = earlier.when, later.when
        known = first and second and first.tzinfo and second.tzinfo
        if known and second < first - CLOCKS_APART:  # type: ignore[operator]  # both are times
            detail = tr(
                "{role}: signed before {first} by the signers' clocks; one of them was wrong",
                role=roles.word(later.role), first=roles.word(earlier.role),
            )  # fmt: skip
            yield SignatureProblem(code="backwards", detail=detail, state=State.INDETERMINATE)


def _against(
    policy: Policy, signature: Signature, certificate: x509.Certificate
) -> Iterator[SignatureProblem]:
    """Hold one signature against a policy."""
    role = roles.word(signature.role)
    if signature.role not in policy.order:
        detail = tr("{role}: the policy knows no such role", role=role)
        yield SignatureProblem(code="strange_role", detail=detail)
        return
    if why := policy.rule(signature.role).stranger(certificate):
        detail = tr("{role}: signed by {name}: {why}", role=role, name=signature.name, why=why)
        yield SignatureProblem(code="another_signer", detail=detail)
    if proven_times.reaches(signature.level, policy.level):
        if why := _unproven(policy.level, signature):
            detail = f"{role}: {why}"
            yield SignatureProblem(
                code="untrusted_time_stamp", detail=detail, state=State.INDETERMINATE
            )
        return
    detail = tr(
        "{role}: the signature is {level}; the policy asks for {due}",
        role=role, level=signature.level, due=policy.level,
    )  # fmt: skip
    yield SignatureProblem(code="level", detail=detail, state=State.INCOMPLETE)


def _unproven(due: str, signature: Signature) -> str:
    """Say that stamps of a level that a policy asks for prove nothing; empty where they do."""
    if due != levels.PLAIN and signature.stamped is None:
        why = signature.stamp_doubt or tr("no given root certificate vouches for it")
        return tr("its time stamp proves no time: {why}", why=why)
    if due == levels.ARCHIVED and not signature.archived:
        return tr("no time stamp on the whole report is by an authority that is trusted and fit")
    return ""

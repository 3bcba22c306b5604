"""What is to be known of the verdicts: what they rest on, and how near they are to a limit."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.conclusion import unconfirmed_limits
from acceptance.checks.decision import PASSES, margin
from acceptance.checks.warned.judged import caution, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import SessionWarning


# Reasons by which a reading that misses its limit is not failed for its uncertainty.
AVERTING = frozenset({"inside_guard_band", "uncertainty_too_large"})


def provisional(judged: Judged) -> Iterator[SessionWarning]:
    """Yield how many limits behind a pass nobody confirmed; a caution where it is all of them."""
    count, total = unconfirmed = unconfirmed_limits(judged.passed)
    if count:
        items = (finding.requirement for finding in judged.passed if finding.provisional)
        warn = caution if wording.none_confirmed(unconfirmed) else note
        yield warn("provisional", items, provisional=count, total=total)


def answered_by_hand(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what this toolkit could have measured and somebody answered."""
    items: dict[str, list[str]] = defaultdict(list)
    for finding in judged.session.findings:
        if finding.answer is not None and finding.quantity in judged.quantities:
            items[finding.quantity].append(f"{finding.requirement} ({finding.subject})")
    for quantity, answered in items.items():
        yield caution("answered_by_hand", answered, quantity=quantity)


def stated_uncertainties(judged: Judged) -> Iterator[SessionWarning]:
    """Yield readings whose uncertainty somebody stated; a caution where it averts a failure."""
    stated: list[str] = []
    averting: list[str] = []
    for finding in judged.session.findings:
        answer = None if finding.answer is None else judged.session.plan.answers[finding.answer]
        if answer and answer.value is not None and finding.limit:
            named = f"{finding.requirement} ({finding.subject})"
            averted = finding.reason.code in AVERTING or finding.verdict in PASSES
            if margin(answer.value, finding.limit) < 0 and averted:
                averting.append(named)
            elif answer.uncertainty is not None:
                stated.append(named)
    if averting:
        yield caution("uncertainty_averts", averting)
    if stated:
        yield note("uncertainty_stated", stated)


def silent_raters(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the raters for whom a panel was made and whose scores are not among the answers."""
    silent = [name for answer in judged.session.plan.answers for name in answer.silent]
    if silent:
        yield caution("raters_silent", silent)


def other_profiles(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what conforms here and misses the limit of a profile that extends the pack in use."""
    for pack, other in judged.profiles:
        if pack.id not in other.extends:
            continue
        limits = {f"{pack.id}#{asked.id}": asked.limit for asked in other.requirements}
        items = [
            f"{finding.requirement} ({finding.subject})"
            for finding in judged.passed
            for limit in [limits.get(finding.requirement)]
            if limit and finding.value is not None and finding.unit == limit.unit
            if margin(finding.value, limit) < 0
        ]
        if items:
            yield caution("other_profile", items, pack=other.id, number=other.number)


def within_uncertainty(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what conforms by less than its expanded uncertainty."""
    items = [
        f"{finding.requirement} ({finding.subject})"
        for finding in judged.passed
        if finding.value is not None
        and finding.limit
        and margin(finding.value, finding.limit) < (finding.k or 0.0) * (finding.uncertainty or 0.0)
    ]
    if items:
        yield note("within_uncertainty", items)


def decided_beside(judged: Judged) -> Iterator[SessionWarning]:
    """Yield decisions beside the verdicts, and departures from the procedure."""
    plan = judged.session.plan
    for given in plan.concessions:
        items = [f"{given.requirement} ({given.subject})"]
        yield note("concession", items, decision=given.decision, by=given.by, why=given.why)
    for deviation in plan.deviations:
        parameters = {
            "deviation": deviation.what,
            "given": str(deviation.value),
            "why": deviation.why,
        }
        yield caution("deviation", [deviation.what], **parameters)

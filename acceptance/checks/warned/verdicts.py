"""What is to be known of the verdicts: what they rest on, and how near they are to a limit."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance.checks.decision import margin
from acceptance.checks.warned.judged import FAILED, caution, note

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import Finding, SessionWarning


def unconfirmed(findings: Sequence[Finding]) -> tuple[int, int]:
    """Count the limits that some of these findings were judged by: provisional ones, and all.

    Where no limit is among them, what was asked without one counts.
    """
    limits = {one.requirement: one.provisional for one in findings if one.limit is not None}
    asked = limits or {one.requirement: one.provisional for one in findings}
    return sum(asked.values()), len(asked)


def provisional(judged: Judged) -> Iterator[SessionWarning]:
    """Yield how many limits behind a pass nobody confirmed; a caution where it is all of them."""
    count, total = unconfirmed(judged.passed)
    if count:
        items = (one.requirement for one in judged.passed if one.provisional)
        warn = caution if count == total else note
        yield warn("provisional", items, provisional=count, total=total)


def answered_by_hand(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what this toolkit could have measured and somebody answered."""
    items: dict[str, list[str]] = defaultdict(list)
    for one in judged.session.findings:
        if one.answer is not None and one.quantity in judged.quantities:
            items[one.quantity].append(f"{one.requirement} ({one.subject})")
    for quantity, answered in items.items():
        yield caution("answered_by_hand", answered, quantity=quantity)


def stated_uncertainties(judged: Judged) -> Iterator[SessionWarning]:
    """Yield readings whose uncertainty somebody stated; a caution where it averts a failure."""
    stated: list[str] = []
    averting: list[str] = []
    for one in judged.session.findings:
        answer = None if one.answer is None else judged.session.plan.answers[one.answer]
        if answer and answer.uncertainty is not None and one.value is not None and one.limit:
            missed = margin(one.value, one.limit) < 0 and one.verdict not in FAILED
            (averting if missed else stated).append(f"{one.requirement} ({one.subject})")
    if averting:
        yield caution("uncertainty_averts", averting)
    if stated:
        yield note("uncertainty_stated", stated)


def within_uncertainty(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what conforms by less than its expanded uncertainty."""
    items = [
        f"{one.requirement} ({one.subject})"
        for one in judged.passed
        if one.value is not None
        and one.limit
        and margin(one.value, one.limit) < (one.k or 0.0) * (one.uncertainty or 0.0)
    ]
    if items:
        yield note("within_uncertainty", items)


def decided_beside(judged: Judged) -> Iterator[SessionWarning]:
    """Yield decisions beside the verdicts, and departures from the procedure."""
    plan = judged.session.plan
    for one in plan.concessions:
        items = [f"{one.requirement} ({one.subject})"]
        yield note("concession", items, decision=one.decision, by=one.by, why=one.why)
    for deviation in plan.deviations:
        told = {"deviation": deviation.what, "given": str(deviation.value), "why": deviation.why}
        yield caution("deviation", [deviation.what], **told)

"""What a finding is to a test run, and how it is told there."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks import taken_out
from acceptance.checks.decision import FAILURES
from acceptance.messages import language, tr, visible
from acceptance.model import Verdict
from acceptance.report.rows import UNJUDGED

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Finding, Scope, Session

    Properties = list[tuple[str, str | float]]


class CaseOutcome(Enum):
    """What becomes of a test; exit codes of ``run`` and ``report.xml`` say the same."""

    PASSED = "passed"
    FAILED = "failed"
    ERROR = "error"
    SKIPPED = "skipped"


def outcome(finding: Finding, scope: Scope, *, strict: bool) -> CaseOutcome:
    """Say what becomes of the test of a finding, in a plan of this scope."""
    if taken_out.leaves_open(finding, scope):
        return CaseOutcome.ERROR
    if finding.verdict in UNJUDGED:
        return CaseOutcome.SKIPPED
    if not finding.decides:
        return CaseOutcome.PASSED
    if finding.verdict in FAILURES:
        return CaseOutcome.FAILED
    firm = finding.verdict is Verdict.PASS and not finding.provisional
    undecided = finding.verdict is Verdict.INCONCLUSIVE
    return CaseOutcome.ERROR if undecided or (strict and not firm) else CaseOutcome.PASSED


def properties(finding: Finding, session: Session) -> Properties:
    """Return what JUnit has of a finding: figures as numbers, in ``unit``."""
    named: dict[str, str | float | None] = {
        "clause": finding.clause,
        "requirement": finding.requirement,
        "subject": finding.subject,
        "verdict": finding.verdict.value,
        "modality": finding.modality.value,
        "provisional": str(finding.provisional).lower(),
        "reason": finding.reason.code,
        "quantity": finding.quantity or None,
        "limit": wording.limit(finding.limit, "en") if finding.limit else None,
        "value": finding.value,
        "U": finding.expanded_uncertainty,
        "unit": finding.unit or None,
        "evidence": " ".join(_evidence(finding, session)) or None,
        "session": session.id,
    }
    return [(name, value) for name, value in named.items() if value is not None]


def _evidence(finding: Finding, session: Session) -> Iterator[str]:
    """Name the clips that it rests on by their hashes."""
    shots = {session.measurements[index].shot for index in finding.measurements}
    yield from (shot.sha256 for shot in session.taken if shot.id in shots and shot.sha256)


def told(finding: Finding, session: Session) -> str:
    """Tell what was found: verdict and reason first, then a line for each thing that is known."""
    value = ""
    if finding.value is not None:
        value = wording.figure(
            finding.value, finding.unit, language(), expanded=finding.expanded_uncertainty or 0.0
        )
    shots = dict.fromkeys(session.measurements[index].shot for index in finding.measurements)
    lines = {
        tr("value"): value,
        tr("limit"): wording.limit(finding.limit, language()) if finding.limit else "",
        tr("what"): wording.quantity(finding.quantity, language()),
        tr("requirement"): f"{finding.requirement} ({finding.subject})",
        tr("remarks"): "; ".join(wording.reason(remark, language()) for remark in finding.remarks),
        tr("shots"): ", ".join(shots),
        tr("session"): session.id,
    }
    head = visible(
        f"{wording.verdict(finding, language())}: {wording.reason(finding.reason, language())}"
    )
    width = max(map(len, lines))
    return "\n".join([head, *(f"{name:{width}}  {text}" for name, text in lines.items() if text)])

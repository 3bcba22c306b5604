"""What is said beside a verdict and never changes it: advice not met, sources not in force.

Standards with dated references keep old limits in force, and orders ask more than the standard that
cites an older one. A reader must see both; which of them counts is not for this toolkit to say.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.checks.decision import PASSES, margin
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from acceptance.model import Finding, Requirement, Validity, Value


def of(finding: Finding, requirement: Requirement, days: Collection[str]) -> Iterator[Reason]:
    """Yield remarks on a finding that was judged.

    ``days`` are the ISO dates of what it rests on; an empty one among them: not known.
    """
    yield from _advised(finding, requirement)
    if requirement.validity and requirement.figure:
        yield from _dated(requirement.validity, requirement.figure.source, days)


def _advised(finding: Finding, requirement: Requirement) -> Iterator[Reason]:
    """Remark that a value keeps to the limit, and not to what is generally asked."""
    advice, value = requirement.advice, finding.value
    if advice is None or value is None or finding.verdict not in PASSES:
        return
    if margin(value, advice.limit) < 0:
        bound = advice.limit.at_least if advice.limit.at_most is None else advice.limit.at_most
        parameters: dict[str, Value] = {
            "source": advice.figure.source,
            "clause": advice.figure.clause,
            "since": advice.since or "?",
            "limit": bound if bound is not None else "?",
            "unit": advice.limit.unit,
        }
        yield Reason(code="below_advice", parameters=parameters)


def _dated(validity: Validity, source: str, days: Collection[str]) -> Iterator[Reason]:
    """Remark that a source was replaced by the day of work, or came into force only later.

    On a day that is not known what has ended counts as ended: it is no verdict.
    """
    if validity.until and (not all(days) or max(days, default="") > validity.until):
        parameters: dict[str, Value] = {
            "source": source,
            "until": validity.until,
            "replaced_by": validity.replaced_by or "?",
            "level": validity.level.value,
        }
        yield Reason(code="source_replaced", parameters=parameters)
    known = [day for day in days if day]
    if validity.since and known and min(known) < validity.since:
        parameters = {"source": source, "since": validity.since, "level": validity.level.value}
        yield Reason(code="source_not_yet", parameters=parameters)

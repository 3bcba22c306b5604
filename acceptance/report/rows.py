"""A finding as a row of the report."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.model import Clause, Compare, Finding, Requirement, RuleKind, Verdict
from acceptance.uncertainty import worst_false_accept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNJUDGED = frozenset({Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True, kw_only=True)
class Row:
    """A finding with the clause, requirement and subject that it is about, and its number in the report."""

    number: int
    finding: Finding
    clause: Clause
    requirement: Requirement | None
    subject: str
    item: str
    result: str
    rule: str
    note: str
    remarks: Sequence[str] = ()

    def risk(self, words: Mapping[str, str]) -> str:
        """Word the largest probability of false acceptance that its decision rule leaves (ILAC-G8:09/2019)."""
        rule = self.finding.decision_rule
        if rule is None or (self.requirement and self.requirement.compare is Compare.COUNT):
            return words["none"]
        if rule.kind is RuleKind.SIMPLE:
            return words["simple"]
        return f"{100 * worst_false_accept(2 * rule.guard):.2g}{wording.NARROW}%"

    @property
    def worst_false_accept(self) -> float | None:
        """Largest probability that such an item passes and does not conform.

        None where no probability is told.
        """
        one = self.finding
        if (
            one.probability is None
            or one.decision_rule is None
            or one.limit is None
            or one.k is None
        ):
            return None
        guard = (
            0.0 if one.decision_rule.kind is RuleKind.SIMPLE else one.decision_rule.guard * one.k
        )
        low, high = one.limit.at_least, one.limit.at_most
        if low is None or high is None or not one.uncertainty:
            return worst_false_accept(guard)
        tolerance = (high - low) / one.uncertainty
        # else nothing can pass
        return worst_false_accept(guard, tolerance) if 2 * guard <= tolerance else None


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """Findings of one clause that came out alike: the first, how many, what about, and why."""

    row: Row
    count: int
    items: Sequence[str]
    reasons: Sequence[str]

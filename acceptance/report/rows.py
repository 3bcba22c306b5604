"""Findings as rows of the report: numbered, and in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.decision import FAILURES
from acceptance.model import Clause, Compare, Finding, Requirement, RuleKind, Verdict
from acceptance.uncertainty import worst_false_accept

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from acceptance.model import Answer, Plan, Session
    from acceptance.report.names import Names

UNJUDGED = frozenset({Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True, kw_only=True)
class FindingRow:
    """A finding with its number in the report and what it is about.

    ``result``, ``margin`` (to the nearest limit, negative beyond it), ``rule``, ``note`` and
    ``remarks`` are in the language of the report.
    """

    number: int
    finding: Finding
    clause: Clause
    requirement: Requirement | None
    subject: str
    item: str
    result: str
    margin: str
    rule: str
    note: str
    remarks: Sequence[str] = ()

    def risk(self, words: Mapping[str, str]) -> str:
        """Word the largest probability of false acceptance under its rule (ILAC-G8:09/2019)."""
        rule = self.finding.decision_rule
        if rule is None or (self.requirement and self.requirement.compare is Compare.COUNT):
            return words["none"]
        if rule.kind is RuleKind.SIMPLE:
            return words["simple"]
        return f"{100 * worst_false_accept(2 * rule.guard):.2g}{wording.NARROW}%"

    @property
    def worst_false_accept(self) -> float | None:
        """Largest probability, 0 to 1, that such an item passes and does not conform.

        It is None for a finding without probability of conformity.
        """
        finding = self.finding
        rule, limit, k = finding.decision_rule, finding.limit, finding.k
        if finding.probability is None or rule is None or limit is None or k is None:
            return None
        guard = 0.0 if rule.kind is RuleKind.SIMPLE else rule.guard * k
        if limit.at_least is None or limit.at_most is None or not finding.uncertainty:
            return worst_false_accept(guard)
        tolerance = (limit.at_most - limit.at_least) / finding.uncertainty
        # else nothing can pass
        return worst_false_accept(guard, tolerance) if 2 * guard <= tolerance else None


def finding_rows(session: Session, names: Names) -> tuple[FindingRow, ...]:
    """Return a row for every finding of a session, in order, numbered from 1."""
    return tuple(
        _row(number, finding, session, names)
        for number, finding in enumerate(session.findings, start=1)
    )


def fails(row: FindingRow) -> bool:
    """Whether a finding fails, and that counts."""
    return row.finding.decides and row.finding.verdict in FAILURES


def answer_of(finding: Finding, plan: Plan) -> Answer | None:
    """Return the answer that a finding rests on, if any."""
    return None if finding.answer is None else plan.answers[finding.answer]


def _row(number: int, finding: Finding, session: Session, names: Names) -> FindingRow:
    requirement = names.requirements.get(finding.requirement)
    clause = names.clauses.get((finding.pack, finding.clause))
    clause = clause or Clause(number=finding.clause, title="")
    demand = requirement and names.text(requirement, "text")
    notes = (_note(finding, session, names.lang), _deviation(finding, requirement, names))
    return FindingRow(
        number=number,
        finding=finding,
        clause=clause,
        requirement=requirement,
        subject=names.subject(finding.subject),
        item=(demand or names.text(clause, "title") or finding.requirement).rstrip("。."),
        result=_result(finding, session, names.lang),
        margin=_margin(finding, names.lang),
        rule=_rule(finding, requirement, names.lang),
        note=" ".join(filter(None, notes)),
        remarks=[wording.reason(remark, names.lang) for remark in finding.remarks],
    )


def _result(finding: Finding, session: Session, lang: str) -> str:
    answer = answer_of(finding, session.plan)
    if answer and (answered := _answered(answer, finding, lang)):
        return answered
    if finding.value is None:
        return wording.DASH
    expanded = finding.expanded_uncertainty or None
    figure = wording.figure(finding.value, finding.unit, lang, expanded=expanded, k=finding.k)
    bounds = {wording.bound(session.measurements[index]) for index in finding.measurements} - {""}
    return "".join(bounds if len(bounds) == 1 else ()) + figure


def _margin(finding: Finding, lang: str) -> str:
    limit, value = finding.limit, finding.value
    if limit is None or value is None:
        return ""
    margins = [
        *([value - limit.at_least] if limit.at_least is not None else []),
        *([limit.at_most - value] if limit.at_most is not None else []),
    ]
    return wording.figure(float(f"{min(margins):.3g}"), finding.unit, lang) if margins else ""


def _answered(answer: Answer, finding: Finding, lang: str) -> str:
    """Word a grade, a yes or no, or a panel's mean; empty for a reading."""
    label = wording.phrases(lang)["label"]
    if answer.grade:
        return wording.word(answer.grade, "grade", lang)
    if answer.yes is not None:
        return str(label["yes"] if answer.yes else label["no"])
    if answer.scores and finding.value is not None:
        raters, mean = len({score.rater for score in answer.scores}), wording.number(finding.value)
        return str(label["score_mean"]).format(mean=mean, raters=raters)
    return ""


def _rule(finding: Finding, requirement: Requirement | None, lang: str) -> str:
    if finding.decision_rule is None:
        answered = finding.answer is not None
        return wording.word("answer", "rule", lang) if answered else wording.DASH
    if requirement and requirement.compare is Compare.COUNT:
        return wording.word("count", "rule", lang)
    return wording.rule(finding.decision_rule, lang)


def _note(finding: Finding, session: Session, lang: str) -> str:
    """Word the region and the statistic of a figure, or of how many figures it is the mean."""
    measured = [session.measurements[index] for index in finding.measurements]
    if len(measured) > 1:
        return f"{wording.word('mean', 'statistic', lang)} (n = {len(measured)})"
    parts = (
        part
        for measurement in measured
        for part in (
            wording.region(measurement.region, lang),
            wording.word(measurement.statistic, "statistic", lang),
        )
    )
    return " ".join(filter(None, parts))


def _deviation(finding: Finding, requirement: Requirement | None, names: Names) -> str:
    """Word where the plan shortened the film that the requirement asks for."""
    planned = names.plan.minimum_duration
    usual = requirement and requirement.minimum_duration
    if planned is None or not usual or planned >= usual or finding.verdict in UNJUDGED:
        return ""
    phrase = wording.word("minimum_duration", "deviating", names.lang)
    return phrase.format(given=wording.number(planned), usual=wording.number(usual))

"""The verdict on what a person answered.

Graded, yes or no, scored by raters, or read off an instrument.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.checks.decision import Figure, decide
from acceptance.checks.measured import condition_trouble
from acceptance.checks.resources import (
    instrument_trouble,
    is_day,
    person_trouble,
    reading_remark,
    reading_trouble,
    reading_uncertainty,
)
from acceptance.model import DecisionRule, How, Limit, Reason, RuleKind, Verdict
from acceptance.uncertainty import coverage_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.case import Case
    from acceptance.model import Answer, Finding, Requirement

# 基本符合 names defects that do not impair use and must be corrected: a pass with conditions.
GRADES = {
    "conforms": Verdict.PASS,
    "basically_conforms": Verdict.CONDITIONAL_PASS,
    "does_not_conform": Verdict.FAIL,
}
SCORES = (1, 5)  # the five-grade scale of GB 50198-1994, chapter 4


def answer_complaints(answer: Answer, requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with the form, grade, scores or uncertainty of an answer, and what to do."""
    given = [
        name
        for name in ("grade", "yes", "scores", "value")
        if getattr(answer, name) not in {None, ()}
    ]
    if len(given) > 1:
        yield (
            f"answers more than once: {', '.join(given)}",
            "Give one of grade, yes, scores and value",
        )
    if answer.grade is not None and answer.grade not in GRADES:
        yield f"there is no grade {answer.grade!r}", f"Grades: {', '.join(GRADES)}"
    asked = _asked(requirement)
    if asked and given and given != [asked]:
        yield f"is answered by {given[0]}", f"This requirement is answered by {asked} only"
    if answer.uncertainty is not None and not answer.uncertainty >= 0:
        yield (
            f"the uncertainty {answer.uncertainty:g} is below 0",
            "Give the standard uncertainty, 0 or more",
        )
    if requirement.evidence and given and not answer.evidence:
        yield (
            "names no evidence",
            "This requirement wants files that bear it out, a still for instance: evidence = [...]",
        )
    yield from _score_complaints(answer)


def _asked(requirement: Requirement) -> str:
    """Name the only form of answer that the requirement allows; none where several do."""
    if requirement.how is How.RATED:
        return "scores"
    return "value" if requirement.limit is not None or requirement.how is How.MEASURED else ""


def _score_complaints(answer: Answer) -> Iterator[tuple[str, str]]:
    low, high = SCORES
    for one in answer.scores:
        if not low <= one.score <= high:
            yield f"{one.rater} scores {one.score:g}", f"Scores go from {low} to {high}"
    raters = [one.rater for one in answer.scores]
    for rater in raters:
        if raters.count(rater) > 1:
            yield f"{rater!r} scores {raters.count(rater)} times", "Give one score per rater"


def judge_answers(case: Case, requirement: Requirement, blank: Finding) -> Finding | None:
    """Fill in the verdict on the answer to the requirement for the finding's subject.

    None where nobody answered.
    """
    key = (blank.subject, blank.requirement)
    found = [
        (i, one) for i, one in enumerate(case.plan.answers) if (one.subject, one.requirement) == key
    ]
    if not found:
        return None
    if len(found) > 1:
        return _inconclusive(
            blank, Reason(code="several_answers", parameters={"count": len(found)})
        )
    index, answer = found[0]
    blank = replace(blank, answer=index)
    finding = _judge(
        replace(answer, uncertainty=reading_uncertainty(answer, case.plan.instruments)),
        requirement,
        blank,
    )
    if remark := reading_remark(answer, case.plan.instruments):
        finding = replace(finding, remarks=(*finding.remarks, remark))
    trouble = _trouble(case, answer, requirement)
    if trouble is None or finding.verdict is Verdict.NOT_TESTED:
        return finding
    return _inconclusive(replace(blank, value=finding.value, unit=finding.unit), trouble)


def _trouble(case: Case, answer: Answer, requirement: Requirement) -> Reason | None:
    used = [answer.instrument] if answer.instrument else []
    day = answer.when[:10] if is_day(answer.when[:10]) else case.today
    return (
        instrument_trouble(case.plan, used, (), day)
        or reading_trouble(answer, requirement, case.plan.instruments)
        or person_trouble(case.plan, answer.by, requirement)
        or _condition_missing(answer, requirement)
    )


def _condition_missing(answer: Answer, requirement: Requirement) -> Reason | None:
    """Why a condition that the requirement needs, the viewing distance for instance, is not stated with the answer."""
    stated = (
        [one for one in answer.conditions if one.name == name] for name in requirement.conditions
    )
    troubles = (
        condition_trouble(name, ones)
        for name, ones in zip(requirement.conditions, stated, strict=True)
    )
    return next((trouble for trouble in troubles if trouble is not None), None)


def _inconclusive(blank: Finding, reason: Reason) -> Finding:
    return replace(blank, verdict=Verdict.INCONCLUSIVE, reason=reason)


def _judge(answer: Answer, requirement: Requirement, blank: Finding) -> Finding:
    if answer.value is not None:
        return _value(answer, answer.value, requirement, blank)
    if answer.scores:
        return _scores(answer, requirement, blank)
    if answer.grade is not None:
        verdict = GRADES.get(answer.grade, Verdict.INCONCLUSIVE)
        return replace(blank, verdict=verdict, reason=Reason(code=f"answered_{answer.grade}"))
    if answer.yes is None:
        return replace(blank, verdict=Verdict.NOT_TESTED, reason=Reason(code="not_answered"))
    verdict, code = (Verdict.PASS, "answered_yes") if answer.yes else (Verdict.FAIL, "answered_no")
    return replace(blank, verdict=verdict, reason=Reason(code=code))


def _value(answer: Answer, value: float, requirement: Requirement, blank: Finding) -> Finding:
    """Judge a reading like a measurement.

    Without a stated uncertainty only by simple acceptance.
    """
    rule, limit = requirement.decision_rule, requirement.limit
    uncertainty = answer.uncertainty
    figure = Figure(value=value, uncertainty=uncertainty or 0.0, k=coverage_factor(None))
    blank = replace(
        blank,
        value=value,
        unit=answer.unit,
        uncertainty=uncertainty,
        k=figure.k if uncertainty else None,
    )
    if limit is None:
        return _inconclusive(blank, Reason(code="no_limit_known"))
    if answer.unit != limit.unit:
        return _inconclusive(
            blank,
            Reason(code="unit_differs", parameters={"unit": answer.unit, "needed": limit.unit}),
        )
    if uncertainty is None and (rule.kind is not RuleKind.SIMPLE or rule.share is not None):
        return _inconclusive(blank, Reason(code="uncertainty_missing"))
    decision = decide(figure, limit, rule)
    probability = None if uncertainty is None else decision.probability
    return replace(blank, verdict=decision.verdict, reason=decision.reason, probability=probability)


def _scores(answer: Answer, requirement: Requirement, blank: Finding) -> Finding:
    """Judge the arithmetic mean of the raters' scores by simple acceptance (GB 50198-1994, chapter 4).

    Where a number of raters is asked for, experts and lay persons must both be among them (the same
    chapter).
    """
    limit = requirement.limit or Limit(unit="")
    raters = len({one.rater for one in answer.scores})
    experts = len({one.rater for one in answer.scores if one.expert})
    mean = sum(one.score for one in answer.scores) / len(answer.scores)
    blank = replace(blank, value=mean, unit=limit.unit, decision_rule=DecisionRule())
    if requirement.minimum_raters is not None and raters < requirement.minimum_raters:
        parameters = {"raters": raters, "needed": requirement.minimum_raters}
        return _inconclusive(blank, Reason(code="too_few_raters", parameters=parameters))
    if requirement.minimum_raters is not None and experts in {0, raters}:
        parameters = {"experts": experts, "lay": raters - experts}
        return _inconclusive(blank, Reason(code="raters_of_one_sort", parameters=parameters))
    if requirement.limit is None:
        return _inconclusive(blank, Reason(code="no_limit_known"))
    decision = decide(Figure(value=mean), limit, DecisionRule())
    return replace(blank, verdict=decision.verdict, reason=decision.reason)

"""The verdict on an answer: graded, yes or no, scored by raters, or read off an instrument."""

from __future__ import annotations

from collections import Counter
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
from acceptance.messages import tr
from acceptance.model import DecisionRule, How, Limit, Reason, RuleKind, Verdict
from acceptance.model.basics import known_day
from acceptance.uncertainty import coverage_factor

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.case import Case
    from acceptance.model import Answer, Finding, Requirement, Value

# 基本符合 names defects that do not impair use and must be corrected: a pass with conditions.
GRADES = {
    "conforms": Verdict.PASS,
    "basically_conforms": Verdict.CONDITIONAL_PASS,
    "does_not_conform": Verdict.FAIL,
}
FORMS = ("grade", "yes", "scores", "value")
SCORES = (1, 5)  # the five-grade scale of GB 50198-1994, chapter 4


def answer_complaints(answer: Answer, requirement: Requirement) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with form, grade, scores or uncertainty of an answer, and what to do."""
    forms = [name for name in FORMS if getattr(answer, name) not in {None, ()}]
    if len(forms) > 1:
        what = tr("answers more than once: {forms}", forms=", ".join(forms))
        yield what, tr("Give one of grade, yes, scores and value")
    if answer.grade is not None and answer.grade not in GRADES:
        what = tr("there is no grade {grade!r}", grade=answer.grade)
        yield what, tr("Grades: {grades}", grades=", ".join(GRADES))
    asked = _asked(requirement)
    if asked and forms and forms != [asked]:
        what = tr("is answered by {form}", form=forms[0])
        yield what, tr("This requirement is answered by {form} only", form=asked)
    yield from _support_complaints(answer, needed=requirement.evidence and bool(forms))
    yield from _score_complaints(answer)


def _support_complaints(answer: Answer, *, needed: bool) -> Iterator[tuple[str, str]]:
    """Yield what is wrong with uncertainty and evidence; ``needed``: evidence must be named."""
    if answer.uncertainty is not None and not answer.uncertainty >= 0:
        what = tr("the uncertainty {uncertainty:g} is below 0", uncertainty=answer.uncertainty)
        yield what, tr("Give the standard uncertainty, 0 or more")
    if needed and not answer.evidence:
        hint = tr("Name files that support the answer, for instance a still: evidence = [...]")
        yield tr("names no evidence, which this requirement needs"), hint


def _asked(requirement: Requirement) -> str:
    """Name the only form of answer that the requirement allows; none where several do."""
    if requirement.how is How.RATED:
        return "scores"
    return "value" if requirement.limit is not None or requirement.how is How.MEASURED else ""


def _score_complaints(answer: Answer) -> Iterator[tuple[str, str]]:
    low, high = SCORES
    for score in answer.scores:
        if not low <= score.score <= high:
            what = tr("{rater} scores {score:g}", rater=score.rater, score=score.score)
            yield what, tr("Scores range from {low} to {high}", low=low, high=high)
    for rater, times in Counter(score.rater for score in answer.scores).items():
        if times > 1:
            what = tr("{rater!r} scores {count} times", rater=rater, count=times)
            yield what, tr("Give one score per rater")


def judge_answers(case: Case, requirement: Requirement, blank: Finding) -> Finding | None:
    """Fill in the verdict on the answer for the finding's subject; None where nobody answered."""
    found = case.answers_to(blank.requirement, blank.subject)
    if not found:
        return None
    if len(found) > 1:
        several = Reason(code="several_answers", parameters={"count": len(found)})
        return _inconclusive(blank, several)
    return _judge_answer(case, requirement, replace(blank, answer=found[0]), found[0])


def _judge_answer(case: Case, requirement: Requirement, blank: Finding, index: int) -> Finding:
    """Judge the answer at ``index`` of the plan, unless something spoils it."""
    answer, instruments = case.plan.answers[index], case.plan.instruments
    uncertainty = reading_uncertainty(answer, instruments)
    finding = _judge(replace(answer, uncertainty=uncertainty), requirement, blank)
    if remark := reading_remark(answer, instruments):
        finding = replace(finding, remarks=(*finding.remarks, remark))
    trouble = _trouble(case, answer, requirement)
    if trouble is None or finding.verdict is Verdict.NOT_TESTED:
        return finding
    return _inconclusive(replace(blank, value=finding.value, unit=finding.unit), trouble)


def _as_answered(answer: Answer, requirement: Requirement) -> Requirement:
    """Return how a requirement was met: what is measured of devices below may be read instead.

    A network tester's reading is held to what every reading is held to.
    """
    read = requirement.below and requirement.how is How.MEASURED and bool(answer.instrument)
    return replace(requirement, how=How.READ) if read else requirement


def _trouble(case: Case, answer: Answer, requirement: Requirement) -> Reason | None:
    requirement = _as_answered(answer, requirement)
    used = [answer.instrument] if answer.instrument else []
    day = known_day(answer.when) if is_day(answer.when[:10]) else case.today
    return (
        instrument_trouble(case.plan, used, (), day)
        or reading_trouble(answer, requirement, case.plan.instruments)
        or person_trouble(case.plan, answer.by, requirement)
        or _condition_missing(answer, requirement)
    )


def _condition_missing(answer: Answer, requirement: Requirement) -> Reason | None:
    """Why a condition that the requirement needs is not stated with the answer.

    Such a condition is the viewing distance, for instance.
    """
    for name in requirement.conditions:
        stated = [condition for condition in answer.conditions if condition.name == name]
        if trouble := condition_trouble(name, stated):
            return trouble
    return None


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
    """Judge a reading like a measurement; without an uncertainty only by simple acceptance."""
    rule, limit, uncertainty = requirement.decision_rule, requirement.limit, answer.uncertainty
    figure = Figure(value=value, uncertainty=uncertainty or 0.0, k=coverage_factor(None))
    k = figure.k if uncertainty else None
    blank = replace(blank, value=value, unit=answer.unit, uncertainty=uncertainty, k=k)
    if limit is None:
        return _inconclusive(blank, Reason(code="no_limit_known"))
    if trouble := _not_comparable(answer, limit, rule):
        return _inconclusive(blank, trouble)
    decision = decide(figure, limit, rule)
    probability = None if uncertainty is None else decision.probability
    return replace(blank, verdict=decision.verdict, reason=decision.reason, probability=probability)


def _not_comparable(answer: Answer, limit: Limit, rule: DecisionRule) -> Reason | None:
    """Why a reading cannot be compared with the limit: another unit, or no uncertainty."""
    if answer.unit != limit.unit:
        units: dict[str, Value] = {"unit": answer.unit, "needed": limit.unit}
        return Reason(code="unit_differs", parameters=units)
    if answer.uncertainty is None and (rule.kind is not RuleKind.SIMPLE or rule.share is not None):
        return Reason(code="uncertainty_missing")
    return None


def _scores(answer: Answer, requirement: Requirement, blank: Finding) -> Finding:
    """Judge the mean of the raters' scores by simple acceptance (GB 50198-1994, chapter 4)."""
    limit = requirement.limit or Limit(unit="")
    mean = sum(one.score for one in answer.scores) / len(answer.scores)
    blank = replace(blank, value=mean, unit=limit.unit, decision_rule=DecisionRule())
    if trouble := _rater_trouble(answer, requirement.minimum_raters):
        return _inconclusive(blank, trouble)
    if requirement.limit is None:
        return _inconclusive(blank, Reason(code="no_limit_known"))
    decision = decide(Figure(value=mean), limit, DecisionRule())
    return replace(blank, verdict=decision.verdict, reason=decision.reason)


def _rater_trouble(answer: Answer, minimum: int | None) -> Reason | None:
    """Why the raters cannot decide: too few, or not both experts and lay persons.

    Both must be among them where a number of raters is required (GB 50198-1994, chapter 4).
    """
    if minimum is None:
        return None
    raters = len({one.rater for one in answer.scores})
    experts = len({one.rater for one in answer.scores if one.expert})
    if raters < minimum:
        parameters = {"raters": raters, "needed": minimum}
        return Reason(code="too_few_raters", parameters=parameters)
    if experts in {0, raters}:
        parameters = {"experts": experts, "lay": raters - experts}
        return Reason(code="raters_of_one_sort", parameters=parameters)
    return None

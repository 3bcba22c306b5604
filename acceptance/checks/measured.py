"""The verdict on what was measured: combine, look for what spoils it, judge the figure."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.checks.decision import (
    FAILURES,
    Decision,
    Figure,
    decide,
    decide_bound,
    decide_count,
    margin,
)
from acceptance.checks.resources import person_trouble
from acceptance.model import BudgetLine, Combine, Compare, Limit, Reason, Verdict
from acceptance.uncertainty import combine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.case import Case, Found
    from acceptance.model import Condition, Finding, Measurement, Plan, Requirement, Taken, Value
    from acceptance.uncertainty import Combined

DURATION_DEVIATION = "minimum_duration"
AGC = frozenset({"on", "off", "auto", "manual"})
PAGE_STOOD = "page_stood"  # line of a budget (docs/metrics/frame_rate.md#uncertainty)
ONLY_BOUNDS = frozenset({"only_a_bound", "only_an_upper_bound"})
NOTHING = frozenset({"?", "？", "-", "unknown", "未知", "nan"})


def judge_measured(case: Case, requirement: Requirement, found: Found, blank: Finding) -> Finding:
    """Fill in the verdict on at least one measurement that pairs.

    The figure is kept also where it cannot be judged. Where the worst is only a bound that decides
    nothing, another figure may still fail. A count takes precedence over bounds from other shots,
    in which nothing was counted: a film of a chart leaves the count of the filmed clock as it is,
    unless it fails beyond doubt.
    """
    proper = [pair for pair in found if not (pair[1].lower_bound or pair[1].upper_bound)]
    counted = requirement.compare is Compare.COUNT and bool(proper)
    finding = _judge(case, requirement, proper if counted else found, blank)
    others = [proper or found[:1], *([pair] for pair in found)]
    if requirement.combine is Combine.WORST and (counted or finding.reason.code in ONLY_BOUNDS):
        finding = _failing(finding, [_judge(case, requirement, pairs, blank) for pairs in others])
    used = (measurement for index, measurement in found if index in finding.measurements)
    why = next((measurement.bound_by for measurement in used if measurement.bound_by), None)
    return replace(finding, reason=why) if why and finding.reason.code in ONLY_BOUNDS else finding


def _failing(finding: Finding, others: list[Finding]) -> Finding:
    """Return the finding, or the first of the others that fails where it does not."""
    failing = (other for other in (finding, *others) if other.verdict in FAILURES)
    return next(failing, finding)


def _judge(case: Case, requirement: Requirement, found: Found, blank: Finding) -> Finding:
    chosen, figure = _combined(requirement, found)
    measurements = [measured for _, measured in chosen]
    blank = replace(
        blank,
        value=figure.value,
        unit=found[0][1].unit,
        uncertainty=figure.uncertainty,
        k=figure.k,
        measurements=tuple(index for index, _ in chosen),
        remarks=tuple(_beyond_sampling(requirement, measurements)),
    )
    if trouble := _trouble(case, requirement, found):
        return replace(blank, verdict=Verdict.INCONCLUSIVE, reason=trouble)
    decision = _decision(requirement, measurements, figure)
    verdict, probability = decision.verdict, decision.probability
    return replace(blank, verdict=verdict, reason=decision.reason, probability=probability)


def _combined(requirement: Requirement, found: Found) -> tuple[Found, Figure]:
    """Combine to the mean, or choose the most unfavourable measurement, with its uncertainty."""
    if requirement.combine is Combine.MEAN:
        return found, _mean([measured for _, measured in found])
    limit = requirement.limit or Limit(unit="")
    chosen = min(found, key=lambda pair: margin(_rate(requirement, pair[1]), limit))
    return [chosen], _figure(chosen[1].value, chosen[1])


def _figure(value: float, spread: Measurement | Combined) -> Figure:
    return Figure(
        value=value,
        uncertainty=spread.uncertainty,
        degrees_of_freedom=spread.degrees_of_freedom,
        k=spread.k,
    )


def _beyond_sampling(requirement: Requirement, measurements: list[Measurement]) -> Iterator[Reason]:
    """Flag a limit above what the pixels can carry: no lens and no camera would meet it."""
    asked = requirement.limit.at_least if requirement.limit else None
    details = [measured.details for measured in measurements]
    carried = [each["sampling_limit"] for each in details if "sampling_limit" in each]
    least = min((float(frequency) for frequency in carried), default=math.inf)
    if asked is not None and asked > least:
        unit = measurements[0].unit
        parameters: dict[str, Value] = {"limit": asked, "sampling_limit": least, "unit": unit}
        yield Reason(code="limit_above_sampling", parameters=parameters)


def _mean(measurements: list[Measurement]) -> Figure:
    """Average independent measurements; degrees of freedom after Welch-Satterthwaite."""
    total = combine([_share(measured, len(measurements)) for measured in measurements])
    return _figure(sum(measured.value for measured in measurements) / len(measurements), total)


def _share(measured: Measurement, number: int) -> BudgetLine:
    """Return what one of ``number`` measurements contributes to the uncertainty of the mean."""
    contribution, degrees = measured.uncertainty / number, measured.degrees_of_freedom
    return BudgetLine(source=measured.shot, contribution=contribution, degrees_of_freedom=degrees)


def _rate(requirement: Requirement, measured: Measurement) -> float:
    """Return what measurements are ranked by: the value, or for a count the frames per second."""
    if requirement.compare is Compare.COUNT and measured.count is not None and measured.duration:
        return measured.count / measured.duration
    return measured.value


def _decision(
    requirement: Requirement, measurements: list[Measurement], figure: Figure
) -> Decision:
    """Compare the figure with the limit, as far as it is no mere bound."""
    limit = requirement.limit or Limit(unit="")
    lower = any(measured.lower_bound for measured in measurements)
    upper = any(measured.upper_bound for measured in measurements)
    decision = _compared(requirement, measurements[0], figure, limit)
    return decide_bound(decision, figure.value, limit, lower=lower, upper=upper)


def _compared(
    requirement: Requirement, measured: Measurement, figure: Figure, limit: Limit
) -> Decision:
    count, duration = measured.count, measured.duration
    if requirement.compare is Compare.COUNT and count is not None and duration is not None:
        return decide_count(count, duration, limit, perhaps=_perhaps(measured, duration))
    return decide(figure, limit, requirement.decision_rule)


def _perhaps(measured: Measurement, duration: float) -> int:
    """Return how many pictures more may be new: repeats that may be those of the clock's page."""
    lines = [line.contribution for line in measured.budget if line.source == PAGE_STOOD]
    return round(sum(lines) * 3**0.5 * duration)  # each a rectangular half width, per second


def _trouble(case: Case, requirement: Requirement, found: Found) -> Reason | None:
    """Why the figure cannot be judged, if it cannot."""
    measurements = [measured for _, measured in found]
    shots = [case.shots[name] for name in dict.fromkeys(measured.shot for measured in measurements)]
    troubles = (
        _limit_trouble(requirement, measurements),
        *(_shot_trouble(case, requirement, shot) for shot in shots),
        *(_duration_trouble(case.plan, requirement, measured) for measured in measurements),
        person_trouble(case.plan, case.plan.operator, requirement),
    )
    return next((trouble for trouble in troubles if trouble is not None), None)


def _limit_trouble(requirement: Requirement, measurements: list[Measurement]) -> Reason | None:
    if requirement.limit is None:
        return Reason(code="no_limit_known")
    needed = requirement.limit.unit
    for unit in (measured.unit for measured in measurements if measured.unit != needed):
        return Reason(code="unit_differs", parameters={"unit": unit, "needed": needed})
    directions = sorted({measured.direction for measured in measurements if measured.direction})
    if len(directions) > 1:
        return Reason(code="directions_mixed", parameters={"directions": ", ".join(directions)})
    return None


def _shot_trouble(case: Case, requirement: Requirement, shot: Taken) -> Reason | None:
    for name in requirement.conditions:
        stated = [condition for condition in shot.conditions if condition.name == name]
        if trouble := condition_trouble(name, stated):
            return trouble
    perhaps = (shot.chart_copy, shot.screen, *(one.instrument for one in shot.conditions))
    return case.instrument_trouble(shot, shot.instruments, perhaps)


def condition_trouble(name: str, conditions: list[Condition]) -> Reason | None:
    """Why a condition that the requirement needs is not stated, or without a usable value."""
    stated = [condition for condition in conditions if str(condition.value).strip()]
    if not stated:
        return Reason(code="condition_missing", parameters={"condition": name})
    unusable = next((condition for condition in stated if not _usable(condition)), None)
    if unusable is None:
        return None
    parameters: dict[str, Value] = {"condition": name, "value": _words(unusable)}
    return Reason(code="condition_unusable", parameters=parameters)


def _usable(condition: Condition) -> bool:
    """Whether it is a light in lx, a gain control by its setting or in dB, never "?"."""
    word = str(condition.value).strip().lower()
    if condition.name == "illuminance":
        return _number(condition) > 0 and condition.unit in {"", "lx"}
    if condition.name == "viewing_distance":  # in screen heights
        return _number(condition) > 0 and condition.unit in {"", "H"}
    if condition.name == "agc":
        return word in AGC or (math.isfinite(_number(condition)) and condition.unit in {"", "dB"})
    return word not in NOTHING


def _number(condition: Condition) -> float:
    """Return the value where it is a finite number, else not-a-number: true is no number of lx."""
    value = condition.value
    if isinstance(value, bool) or not isinstance(value, int | float):
        return math.nan
    return float(value) if math.isfinite(value) else math.nan


def _words(condition: Condition) -> str:
    return f"{condition.value} {condition.unit}".strip()


def _duration_trouble(plan: Plan, requirement: Requirement, measured: Measurement) -> Reason | None:
    duration = measured.duration or 0.0
    if requirement.compare is Compare.COUNT and (measured.count is None or not duration):
        return Reason(code="count_missing")
    needed = minimum_duration(plan, requirement)
    if needed is None or duration + _frame_period(requirement) >= needed:
        return None
    return Reason(code="duration_short", parameters={"duration": duration, "needed": needed})


def _frame_period(requirement: Requirement) -> float:
    """Return the seconds that a film may fall short by: the frame period in which it ends."""
    counted = requirement.limit if requirement.compare is Compare.COUNT else None
    return 1 / counted.at_least if counted and counted.at_least else 0.0


def minimum_duration(plan: Plan, requirement: Requirement) -> float | None:
    """Seconds that a film must last: the pack's, unless the plan replaces it by a deviation."""
    deviates = any(one.what == DURATION_DEVIATION for one in plan.deviations)
    if requirement.minimum_duration is None or plan.minimum_duration is None or not deviates:
        return requirement.minimum_duration
    return plan.minimum_duration

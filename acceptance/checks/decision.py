"""Decision rules: from figure, limit and rule to verdict, reason and probability of conformity.

Simple acceptance, guard bands and the non-binary rule follow ILAC-G8:09/2019 (4.2.1-4.2.3), the
probability of conformity JCGM 106:2012 (7.2-7.4), the choice between normal and Student's t its
note on finite degrees of freedom. Words as in ``docs/decision_rules.md``. Nothing is rounded before
it is judged.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from acceptance.model import DecisionRule, Limit, Reason, RuleKind, Verdict

PASSES = frozenset({Verdict.PASS, Verdict.CONDITIONAL_PASS})
FAILURES = frozenset({Verdict.FAIL, Verdict.CONDITIONAL_FAIL})
TIME_STAMP = 0.001  # s: containers commonly stamp pictures to the millisecond


@dataclass(frozen=True, kw_only=True)
class Figure:
    """What is compared, in the unit of the limit.

    ``uncertainty`` is standard, ``k`` its coverage factor for 95 %.
    """

    value: float
    uncertainty: float = 0.0
    degrees_of_freedom: float | None = None
    k: float = 1.96

    @property
    def expanded(self) -> float:
        """Expanded uncertainty U = k u."""
        return self.k * self.uncertainty


@dataclass(frozen=True, kw_only=True)
class Decision:
    """A verdict, its reason, and the probability of conformity 0..1 (None for counts)."""

    verdict: Verdict
    reason: Reason
    probability: float | None = None


def decide(figure: Figure, limit: Limit, rule: DecisionRule) -> Decision:
    """Judge ``figure`` by ``limit`` and ``rule``; what is not finite is INCONCLUSIVE."""
    if not (math.isfinite(figure.value) and math.isfinite(figure.expanded)):
        return Decision(verdict=Verdict.INCONCLUSIVE, reason=Reason(code="not_finite"))
    if rule.share is not None and figure.expanded > rule.share * span(limit):
        parameters = {"share": figure.expanded / span(limit), "allowed": rule.share}
        reason = Reason(code="uncertainty_too_large", parameters=parameters)
        return Decision(verdict=Verdict.INCONCLUSIVE, reason=reason)
    verdict, code = _word(margin(figure.value, limit), guard_band(figure, rule), rule.kind)
    parameters = {"width": guard_band(figure, rule)} if code == "inside_guard_band" else {}
    reason = Reason(code=code, parameters=parameters)
    return Decision(
        verdict=verdict, reason=reason, probability=probability_of_conformity(figure, limit)
    )


def _word(room: float, band: float, kind: RuleKind) -> tuple[Verdict, str]:
    if room >= band:
        return Verdict.PASS, "within_limit"
    if room < -band:
        return Verdict.FAIL, "outside_limit"
    if kind is not RuleKind.FOUR_WORD:
        return Verdict.INCONCLUSIVE, "inside_guard_band"
    verdict = Verdict.CONDITIONAL_PASS if room >= 0 else Verdict.CONDITIONAL_FAIL
    return verdict, "inside_guard_band"


def decide_bound(
    decision: Decision, value: float, limit: Limit, *, lower: bool, upper: bool
) -> Decision:
    """Open a decision that the true value may change.

    That is above ``value`` where this is a ``lower`` bound, below where it is an ``upper`` one.
    """
    low, high = limit.at_least, limit.at_most
    if decision.verdict in FAILURES:
        rising, falling = low is not None and value < low, high is not None and value > high
    else:
        rising, falling = high is not None, low is not None
    open_above, open_below = lower and rising, upper and falling
    if decision.verdict is Verdict.INCONCLUSIVE or not (open_above or open_below):
        return decision
    code = "only_a_bound" if open_above else "only_an_upper_bound"
    return Decision(verdict=Verdict.INCONCLUSIVE, reason=Reason(code=code))


def decide_count(count: int, duration: float, limit: Limit, *, perhaps: int = 0) -> Decision:
    """Judge a count of frames, and ``perhaps`` so many more, by the limit of a rate.

    Where any of those decide it is INCONCLUSIVE.
    """
    decision = _counted(count, duration, limit)
    others = (_counted(count + more, duration, limit) for more in range(1, perhaps + 1))
    if all(other.verdict is decision.verdict for other in others):
        return decision
    parameters = {**decision.reason.parameters, "repeats": perhaps}
    reason = Reason(code="count_open_by_page", parameters=parameters)
    return Decision(verdict=Verdict.INCONCLUSIVE, reason=reason)


def _counted(count: int, duration: float, limit: Limit) -> Decision:
    """Judge a count of frames over ``duration`` seconds by the limit of a rate.

    At least r means at least r T - 1 frames; the one frame is the counting error at the two ends of
    the film (at most r: at most r T + 1). T is uncertain by the resolution of time stamps, in
    favour of the film: 6.000255 s require 149 frames as 6 s do. Guard bands do not apply to counts,
    so there is no probability of conformity either.
    """
    shortest, longest = duration - TIME_STAMP, duration + TIME_STAMP
    lowest = None if limit.at_least is None else math.ceil(_tidy(limit.at_least * shortest - 1))
    highest = None if limit.at_most is None else math.floor(_tidy(limit.at_most * longest + 1))
    enough = lowest is None or count >= lowest
    few = highest is None or count <= highest
    needed = (lowest if not enough or highest is None else highest) or 0
    code = "count_within_limit" if enough and few else "count_outside_limit"
    parameters = {"count": count, "needed": needed, "duration": duration}
    return Decision(
        verdict=Verdict.PASS if enough and few else Verdict.FAIL,
        reason=Reason(code=code, parameters=parameters),
    )


def _tidy(frames: float) -> float:
    """Take out the rounding of rate times duration: 25 x (6.001 s - 1 ms) is just 150 frames."""
    return round(frames, 6)


def margin(value: float, limit: Limit) -> float:
    """Distance from ``value`` to the nearer limit: negative outside, infinite without any limit."""
    below = math.inf if limit.at_least is None else value - limit.at_least
    above = math.inf if limit.at_most is None else limit.at_most - value
    return min(below, above)


def guard_band(figure: Figure, rule: DecisionRule) -> float:
    """Width w = guard x U of the guard band; 0 for simple acceptance."""
    return 0.0 if rule.kind is RuleKind.SIMPLE else rule.guard * figure.expanded


def span(limit: Limit) -> float:
    """Size of the tolerance, or of a one-sided limit: what an uncertainty is a share of."""
    ends = [end for end in (limit.at_least, limit.at_most) if end is not None]
    return ends[1] - ends[0] if len(ends) == 2 else abs(ends[0])


def probability_of_conformity(figure: Figure, limit: Limit) -> float:
    """Probability 0..1 that the true value lies within the limit.

    Y 13.6, u 1.8 and 12.5-16.3 give 0.6626.
    """
    if figure.uncertainty == 0:
        return float(margin(figure.value, limit) >= 0)
    below = 0.0 if limit.at_least is None else _cumulative(limit.at_least, figure)
    up_to = 1.0 if limit.at_most is None else _cumulative(limit.at_most, figure)
    return up_to - below


def _cumulative(end: float, figure: Figure) -> float:
    """Probability 0..1 that the true value lies below ``end``."""
    from scipy import special  # noqa: PLC0415 -- late: 0.1 s, and only judging needs it

    deviation = (end - figure.value) / figure.uncertainty
    if figure.degrees_of_freedom is None:
        return float(special.ndtr(deviation))
    return float(special.stdtr(max(1.0, figure.degrees_of_freedom), deviation))

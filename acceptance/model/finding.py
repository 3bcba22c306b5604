"""Verdicts, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acceptance.model.basics import Reason
from acceptance.model.standard import DecisionRule, How, Limit, Modality, Part, Scope


class Verdict(StrEnum):
    """The closed set of outcomes; only ``checks/judging.py`` makes one."""

    PASS = "pass"  # noqa: S105 -- a verdict
    CONDITIONAL_PASS = "conditional_pass"  # noqa: S105 -- a verdict
    CONDITIONAL_FAIL = "conditional_fail"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"


class Outcome(StrEnum):
    """What an acceptance group concludes: 通过, 基本通过, 不通过, or nothing yet."""

    PASSED = "passed"
    BASICALLY_PASSED = "basically_passed"
    NOT_PASSED = "not_passed"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict for one subject on one requirement, or on a clause that nothing tests."""

    subject: str
    """Id of the subject."""

    pack: str
    """Id of the pack."""

    clause: str
    """Number of the clause."""

    requirement: str
    """``pack#id``, or ``pack#clause`` for a clause without requirement."""

    verdict: Verdict
    """The outcome."""

    mandatory: bool
    """The clause's flag; True also where the source text does not say."""

    reason: Reason
    """Why this verdict."""

    how: How = How.UNKNOWN
    """How it was checked."""

    modality: Modality = Modality.SHALL
    """The requirement's."""

    quantity: str = ""
    """The quantity that was judged; empty: none."""

    limit: Limit | None = None
    """What the value was compared with; None: nothing."""

    value: float | None = None
    """What was compared, after combining the measurements; None: nothing was."""

    unit: str = ""
    """Unit of value and uncertainty."""

    uncertainty: float | None = None
    """Standard uncertainty (k = 1) of ``value``; None: not known."""

    k: float | None = None
    """Coverage factor of ``value`` for 95 %; None: not known."""

    decision_rule: DecisionRule | None = None
    """The rule that gave the verdict; None: no figure was judged."""

    probability: float | None = None
    """Probability (0 to 1) that the true value conforms; None: not computed."""

    provisional: bool = False
    """暂定: figure or assignment is not confirmed."""

    measurements: tuple[int, ...] = ()
    """Indices (from 0) into the session's measurements; empty: rests on none."""

    answer: int | None = None
    """Index (from 0) into the plan's answers; None: rests on none."""

    remarks: tuple[Reason, ...] = ()
    """Printed beside the verdict; they never change it."""

    @property
    def expanded_uncertainty(self) -> float | None:
        """Expanded uncertainty U = k u of the value, in its unit; None: not known."""
        known = self.k is not None and self.uncertainty is not None
        return (self.k or 0.0) * (self.uncertainty or 0.0) if known else None

    @property
    def decides(self) -> bool:
        """Whether it counts: what shall be, or is due only when needed and was judged."""
        judged = self.verdict not in {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
        return self.modality is Modality.SHALL or (self.modality is Modality.CONDITIONAL and judged)


@dataclass(frozen=True, kw_only=True)
class BottomLine:
    """What the findings add up to, with its scope and the mandatory clauses left untested."""

    verdict: Verdict
    """The worst verdict on what must be met."""

    scope: Scope
    """Scope of the plan."""

    provisional: bool
    """暂定: something that it rests on is not confirmed."""

    failed: tuple[str, ...] = ()
    """``pack#id`` of the requirements that failed."""

    open: tuple[str, ...] = ()
    """``pack#id`` of the requirements that could not be decided."""

    not_tested: tuple[str, ...] = ()
    """``pack#id`` of the mandatory requirements that were not tested."""

    outside: tuple[str, ...] = ()
    """``pack#clause`` of the mandatory clauses of which nothing applies to this plan."""

    taken_out: tuple[str, ...] = ()
    """``pack#id`` of the mandatory requirements that were not tested and leave nothing open,
    because the plan takes them out of its scope; empty for a site, which stays open."""


@dataclass(frozen=True, kw_only=True)
class PartScore:
    """How the items of one part of a completion acceptance came out, and their score K."""

    part: Part
    """Which part."""

    conform: int
    """Items that conform for every subject."""

    basic: int
    """Items that basically conform."""

    failed: int
    """Items that fail."""

    open: int
    """Items that are not decided."""

    score: float | None
    """K of the items that were checked, 0 to 1; None: none was."""

    lowest: float
    """K if every open item fails, 0 to 1."""

    highest: float
    """K if every open item conforms, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What an acceptance group's rules make of the findings on one pack."""

    pack: str
    """Id of the pack."""

    outcome: Outcome
    """What the group can conclude."""

    parts: tuple[PartScore, ...]
    """Score of each part."""

    provisional: bool
    """暂定: the rules, or a finding, are not confirmed."""

    vetoes: tuple[str, ...] = ()
    """``pack#id`` of the key items that failed."""

    open: tuple[str, ...] = ()
    """``pack#id`` of the items that may still change the outcome."""

    limits: int | None = None
    """How many limits stand behind what conforms (items, where none has a limit); None: made
    before version 0.7.0."""

    unconfirmed: int | None = None
    """How many of ``limits`` nobody confirmed. Where it is all of them, passed and basically
    passed are for reference only, and not worded as such."""

    @property
    def for_reference(self) -> bool:
        """Whether it would pass, and no limit behind that is confirmed."""
        passes = self.outcome in {Outcome.PASSED, Outcome.BASICALLY_PASSED}
        return passes and bool(self.limits) and self.unconfirmed == self.limits

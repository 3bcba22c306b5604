"""Verdicts, and what they add up to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from acceptance.model.basics import Reason  # noqa: TC001 -- pydantic reads the annotations at run time
from acceptance.model.standard import DecisionRule, How, Limit, Modality, Part, Scope


class Verdict(StrEnum):
    """The closed set of outcomes; only ``checks/judge.py`` makes one."""

    PASS = "pass"  # noqa: S105 -- a verdict
    CONDITIONAL_PASS = "conditional_pass"  # noqa: S105 -- a verdict
    CONDITIONAL_FAIL = "conditional_fail"
    FAIL = "fail"
    INCONCLUSIVE = "inconclusive"
    NOT_TESTED = "not_tested"
    NOT_APPLICABLE = "not_applicable"


class Outcome(StrEnum):
    """What an acceptance group concludes: 通过, 基本通过, 不通过, or that it cannot conclude yet."""

    PASSED = "passed"
    BASICALLY_PASSED = "basically_passed"
    NOT_PASSED = "not_passed"
    OPEN = "open"


@dataclass(frozen=True, kw_only=True)
class Finding:
    """The verdict on one requirement (or, without one, on a clause that nothing tests) for one subject.

    ``requirement`` is ``pack#id``, or ``pack#clause`` for a clause without requirement.
    ``measurements`` are indices into the session's measurements; ``value``, ``uncertainty`` and
    ``k`` are what was compared after combining them. ``mandatory`` is the clause's flag (True also
    where the source text does not tell), ``modality`` the requirement's. ``remarks`` stand beside
    the verdict and never change it.
    """

    subject: str
    pack: str
    clause: str
    requirement: str
    verdict: Verdict
    mandatory: bool
    reason: Reason
    how: How = How.UNKNOWN
    modality: Modality = Modality.SHALL
    quantity: str = ""
    limit: Limit | None = None
    value: float | None = None
    unit: str = ""
    uncertainty: float | None = None
    k: float | None = None
    decision_rule: DecisionRule | None = None
    probability: float | None = None
    provisional: bool = False
    measurements: tuple[int, ...] = ()
    answer: int | None = None
    remarks: tuple[Reason, ...] = ()

    @property
    def decides(self) -> bool:
        """Whether it can count.

        What shall be, and what is due only when needed once somebody judged it.
        """
        judged = self.verdict not in {Verdict.NOT_TESTED, Verdict.NOT_APPLICABLE}
        return self.modality is Modality.SHALL or (self.modality is Modality.CONDITIONAL and judged)


@dataclass(frozen=True, kw_only=True)
class BottomLine:
    """What the findings add up to.

    It names its scope and the mandatory clauses that were not tested.
    ``failed``, ``open`` and ``not_tested`` hold ``pack#id``; ``outside`` holds ``pack#clause`` of
    the mandatory clauses of which nothing applies to this plan's scope and subjects.
    """

    verdict: Verdict
    scope: Scope
    provisional: bool
    failed: tuple[str, ...] = ()
    open: tuple[str, ...] = ()
    not_tested: tuple[str, ...] = ()
    outside: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PartScore:
    """Items of one part of an acceptance.

    How many conform, basically conform, fail or are open, and their score K.
    ``score`` is that of the items that were checked (None: none was); ``lowest`` and ``highest``
    are what it can become when the open ones are decided. All from 0 to 1.
    """

    part: Part
    conform: int
    basic: int
    failed: int
    open: int
    score: float | None
    lowest: float
    highest: float


@dataclass(frozen=True, kw_only=True)
class Conclusion:
    """What an acceptance group's rules make of the findings on one pack, beside the bottom line.

    ``vetoes`` are key items that failed, ``open`` items that may still change the outcome
    (``pack#id``).
    """

    pack: str
    outcome: Outcome
    parts: tuple[PartScore, ...]
    provisional: bool
    vetoes: tuple[str, ...] = ()
    open: tuple[str, ...] = ()

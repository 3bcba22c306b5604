"""Every requirement that somebody has to rate, inspect, read off or file, for each subject.

The judge itself is asked: what it calls unanswered in a plan without answers is a question, so that
a sheet holds neither more nor less than judging needs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from acceptance.checks.judging import judge
from acceptance.model import How

if TYPE_CHECKING:
    from collections.abc import Container, Iterator, Sequence

    from acceptance.model import Clause, Finding, Pack, Plan, Requirement, Subject

FORMS = ("scores", "grade", "yes", "value")  # the fields of an answer


@dataclass(frozen=True, kw_only=True)
class Question:
    """One requirement for one subject."""

    subject: Subject
    pack: Pack
    clause: Clause
    requirement: Requirement

    @property
    def reference(self) -> str:
        """Name the requirement as an answer does: ``pack#id``."""
        return f"{self.pack.id}#{self.requirement.id}"

    @property
    def form(self) -> str:
        """The field of an answer that is asked for."""
        how = self.requirement.how
        if how is How.RATED:
            return "scores"
        if how in {How.READ, How.MEASURED} or self.requirement.limit is not None:
            return "value"
        return "yes" if how is How.DOCUMENTED else "grade"


def questions(
    packs: Sequence[Pack], plan: Plan, quantities: Container[str] | None = None
) -> tuple[tuple[Question, ...], tuple[Finding, ...]]:
    """List everything that is left to people, in the order of packs, clauses and subjects.

    What is measured is asked for where this toolkit does not measure it (``quantities``). The
    findings are what nobody can be asked before a fact of the subject is stated; their reason names
    the fact.
    """
    codes = {"not_answered", "not_in_toolkit"}
    found = tuple(_open(packs, plan, quantities))
    asked = _questions([one for one in found if one.reason.code in codes], packs, plan)
    people = (one for one in found if one.how is not How.MEASURED)
    return asked, tuple(one for one in people if one.reason.code == "fact_missing")


def _questions(asked: Sequence[Finding], packs: Sequence[Pack], plan: Plan) -> tuple[Question, ...]:
    subjects = {one.id: one for one in plan.subjects}
    demands = {f"{pack.id}#{one.id}": (pack, one) for pack in packs for one in pack.requirements}
    clauses = {(pack.id, clause.number): clause for pack in packs for clause in pack.clauses}
    return tuple(
        Question(
            subject=subjects[one.subject],
            pack=demands[one.requirement][0],
            clause=clauses[one.pack, one.clause],
            requirement=demands[one.requirement][1],
        )
        for one in asked
    )


def _open(
    packs: Sequence[Pack], plan: Plan, quantities: Container[str] | None
) -> Iterator[Finding]:
    blank = replace(plan, answers=())
    subjects = {one.id for one in plan.subjects}
    for finding in judge(packs, blank, (), (), plan.shots, today="", quantities=quantities):
        if finding.subject in subjects and finding.how is not How.UNKNOWN:
            yield finding

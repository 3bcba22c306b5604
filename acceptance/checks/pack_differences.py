"""Where standards differ: on what a finding is about, and between two profiles of one standard."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.model import Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.model import Conflict, Finding, Pack, Plan, Requirement


@dataclass(frozen=True, kw_only=True)
class StandardDifference:
    """A requirement in which two packs differ; ``None`` where one of them does not have it."""

    clause: str
    requirement: str
    here: Requirement | None
    there: Requirement | None


def between(pack: Pack, other: Pack) -> Iterator[StandardDifference]:
    """List the requirements (by their id) in which two packs differ.

    They differ in limit, in its source or in how they are checked. The order is that of ``pack``;
    those that only ``other`` has come last. What both ask alike is left out.
    """
    here, there = ({one.id: one for one in each.requirements} for each in (pack, other))
    for name in [*here, *(name for name in there if name not in here)]:
        ours, theirs = here.get(name), there.get(name)
        if _compared(ours) != _compared(theirs):
            clause = next(one.clause for one in (ours, theirs) if one)
            yield StandardDifference(clause=clause, requirement=name, here=ours, there=theirs)


@dataclass(frozen=True, kw_only=True)
class Parting:
    """What another profile of a pack asks otherwise."""

    pack: Pack
    other: Pack
    differences: Sequence[StandardDifference]


def partings(
    profiles: Sequence[tuple[Pack, Pack]], plan: Plan, findings: Iterable[Finding]
) -> list[Parting]:
    """List for each pair where the two differ in what applied, or may apply to a subject."""
    applied = {one.requirement for one in findings if one.verdict is not Verdict.NOT_APPLICABLE}
    parted = []
    for pack, other in profiles:
        rows = [row for row in between(pack, other) if _concerns(row, pack, plan, applied)]
        parted += [Parting(pack=pack, other=other, differences=rows)] if rows else []
    return parted


def _concerns(difference: StandardDifference, pack: Pack, plan: Plan, applied: set[str]) -> bool:
    if difference.here is not None:
        return f"{pack.id}#{difference.requirement}" in applied
    return difference.there is not None and _may_apply(difference.there, plan)


def _may_apply(requirement: Requirement, plan: Plan) -> bool:
    """Whether it is within the scope, and neither kinds nor facts of the subjects exclude it."""
    if plan.scope is Scope.DEVICE and requirement.scope is Scope.SITE:
        return False
    stated: dict[str, set[str]] = defaultdict(set)
    for fact, value in (item for subject in plan.subjects for item in subject.facts.items()):
        stated[fact].add(value)
    kinds = {subject.kind for subject in plan.subjects}
    facts = all(value in stated.get(fact, {value}) for fact, value in requirement.when.items())
    return facts and (not requirement.subjects or not kinds.isdisjoint(requirement.subjects))


def _compared(asked: Requirement | None) -> object:
    """Return what is compared: place, figure, its standard, how strictly and how it is checked."""
    if asked is None:
        return None
    figure = asked.figure and (asked.figure.source, asked.figure.clause)
    method = asked.modality, asked.how, asked.quantity
    return asked.clause, asked.limit, figure, *method, asked.text


@dataclass(frozen=True, kw_only=True)
class Dispute:
    """A conflict with the clauses, by pack, of the findings that it is about."""

    conflict: Conflict
    clauses: Mapping[str, Sequence[str]]


def conflicts(packs: Sequence[Pack], findings: Iterable[Finding]) -> list[Dispute]:
    """Conflicts of the packs that are about a finding.

    None is about a finding that does not apply.
    """
    applied = [one for one in findings if one.verdict is not Verdict.NOT_APPLICABLE]
    names = {
        f"{pack.id}#{one.id}": {f"{pack.id}#{one.id}", one.borrows}
        for pack in packs
        for one in pack.requirements
    }
    stated = {conflict.id: conflict for pack in packs for conflict in pack.conflicts}
    about = (
        (conflict, [f for f in applied if _touches(conflict, f, names.get(f.requirement, set()))])
        for conflict in stated.values()
    )
    return [
        Dispute(conflict=conflict, clauses=_clauses(found)) for conflict, found in about if found
    ]


def _clauses(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for finding in findings:
        found[finding.pack][finding.clause] = None
    return {pack: list(numbers) for pack, numbers in found.items()}


def _touches(conflict: Conflict, finding: Finding, names: set[str]) -> bool:
    if not conflict.requirements:
        return finding.pack == conflict.id.partition("#")[0]
    return not names.isdisjoint(conflict.requirements)

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
class Difference:
    """A requirement that two packs ask differently; ``None`` where one of them does not ask it."""

    clause: str
    requirement: str
    here: Requirement | None
    there: Requirement | None


def between(pack: Pack, other: Pack) -> Iterator[Difference]:
    """Tell which requirements (by their id) of two packs differ in limit, in its source or in how they are checked.

    In the order of ``pack``, then what only ``other`` asks. What both ask alike is left out.
    """
    here, there = ({one.id: one for one in each.requirements} for each in (pack, other))
    for name in [*here, *(name for name in there if name not in here)]:
        ones = here.get(name), there.get(name)
        if len({_asked(one) for one in ones}) > 1:
            [first] = [one for one in ones if one][:1]
            yield Difference(clause=first.clause, requirement=name, here=ones[0], there=ones[1])


@dataclass(frozen=True, kw_only=True)
class Parting:
    """What another profile of a pack asks otherwise."""

    pack: Pack
    other: Pack
    differences: Sequence[Difference]


def partings(
    profiles: Sequence[tuple[Pack, Pack]], plan: Plan, findings: Iterable[Finding]
) -> list[Parting]:
    """Tell for each pair where the two differ in what applied, or may apply to a subject of the plan."""
    applied = {one.requirement for one in findings if one.verdict is not Verdict.NOT_APPLICABLE}
    parted = []
    for one, other in profiles:
        rows = [each for each in between(one, other) if _concerns(each, one, plan, applied)]
        parted += [Parting(pack=one, other=other, differences=rows)] if rows else []
    return parted


def _concerns(difference: Difference, pack: Pack, plan: Plan, applied: set[str]) -> bool:
    if difference.here is not None:
        return f"{pack.id}#{difference.requirement}" in applied
    return difference.there is not None and _may_apply(difference.there, plan)


def _may_apply(one: Requirement, plan: Plan) -> bool:
    """Whether it is within the scope, and no subject of its kinds states a fact that excludes it."""
    if plan.scope is Scope.DEVICE and one.scope is Scope.SITE:
        return False
    stated: dict[str, set[str]] = defaultdict(set)
    for fact, value in (item for subject in plan.subjects for item in subject.facts.items()):
        stated[fact].add(value)
    kinds = {subject.kind for subject in plan.subjects}
    facts = all(value in stated.get(fact, {value}) for fact, value in one.when.items())
    return facts and (not one.subjects or not kinds.isdisjoint(one.subjects))


def _asked(one: Requirement | None) -> object:
    """Return what is told apart.

    Place, figure and its standard, how strictly and how it is checked.
    """
    if one is None:
        return None
    figure = one.figure and (one.figure.source, one.figure.clause)
    return one.clause, one.limit, figure, one.modality, one.how, one.quantity, one.text


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
    told = {conflict.id: conflict for pack in packs for conflict in pack.conflicts}
    about = (
        (one, [f for f in applied if _touches(one, f, names.get(f.requirement, set()))])
        for one in told.values()
    )
    return [
        Dispute(conflict=conflict, clauses=_clauses(found)) for conflict, found in about if found
    ]


def _clauses(findings: Iterable[Finding]) -> dict[str, list[str]]:
    found: dict[str, dict[str, None]] = defaultdict(dict)
    for one in findings:
        found[one.pack][one.clause] = None
    return {pack: list(numbers) for pack, numbers in found.items()}


def _touches(conflict: Conflict, finding: Finding, names: set[str]) -> bool:
    if not conflict.requirements:
        return finding.pack == conflict.id.partition("#")[0]
    return not names.isdisjoint(conflict.requirements)

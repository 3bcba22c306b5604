"""What a plan takes out of its scope (``out_of_scope``): by name, with its reason.

It says why something was not tested, and makes nothing of what was: a failure stays one. In scope
``device`` it leaves nothing open; a site stays open, because its acceptance asks for everything.
"""

from __future__ import annotations

import difflib
from dataclasses import replace
from typing import TYPE_CHECKING

from acceptance.errors import PlanError
from acceptance.messages import tr
from acceptance.model import Reason, Scope, Verdict

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.model import Finding, OutOfScope, Pack, Plan

CODE = "taken_out"  # of the reason of a finding
CLOSE = 0.6  # of difflib's ratio, from 0 to 1: perhaps meant


def by_requirement(packs: Sequence[Pack], plan: Plan) -> dict[str, OutOfScope]:
    """Map what findings are named by (``pack#id``, ``pack#clause``) to the entry that names it."""
    below = _below(packs)
    return {
        name: entry
        for entry in plan.out_of_scope
        for name in ([entry.requirement] if entry.requirement else below.get(entry.clause, ()))
    }


def _below(packs: Sequence[Pack]) -> dict[str, list[str]]:
    """Map each clause (``pack#clause``) to its requirements; to itself where it has none."""
    found: dict[str, list[str]] = {}
    for pack in packs:
        for clause in pack.clauses:
            due = (one.id for one in pack.requirements if one.clause == clause.number)
            asked = [f"{pack.id}#{name}" for name in due]
            name = f"{pack.id}#{clause.number}"
            found[name] = asked or [name]
    return found


def explained(finding: Finding, entries: Mapping[str, OutOfScope]) -> Finding:
    """Give a finding on what was not tested the plan's reason, if it states one."""
    entry = entries.get(finding.requirement)
    if entry is None or finding.verdict is not Verdict.NOT_TESTED:
        return finding
    said = {"why": entry.reason, "by": entry.by}
    return replace(finding, reason=Reason(code=CODE, parameters=said))


def leaves_open(finding: Finding, scope: Scope) -> bool:
    """Whether a finding was due, was not tested, and keeps the bottom line open."""
    due = finding.decides and finding.mandatory and finding.verdict is Verdict.NOT_TESTED
    return due and not (scope is Scope.DEVICE and finding.reason.code == CODE)


def left_out(findings: Iterable[Finding], scope: Scope) -> tuple[str, ...]:
    """Name the mandatory requirements that would keep the bottom line open, but for the plan."""
    spared = (
        one.requirement
        for one in findings
        if one.reason.code == CODE and one.mandatory and one.decides
        if not leaves_open(one, scope)
    )
    return tuple(dict.fromkeys(spared))


def check(packs: Sequence[Pack], plan: Plan) -> None:
    """Refuse an entry that names nothing, has no reason, or repeats another. Raises PlanError."""
    for complaint in complaints(packs, plan):
        raise complaint


def complaints(packs: Sequence[Pack], plan: Plan) -> Iterator[PlanError]:
    """Yield an error for each entry that cannot stand."""
    requirements = [f"{pack.id}#{one.id}" for pack in packs for one in pack.requirements]
    below = _below(packs)
    first: dict[str, int] = {}
    for number, entry in enumerate(plan.out_of_scope, start=1):
        where = tr("out_of_scope {number}", number=number)
        if error := _wrong(entry, where, requirements, below):
            yield error
            continue
        named = [entry.requirement] if entry.requirement else below[entry.clause]
        again = [name for name in named if first.setdefault(name, number) != number]
        if again:
            parameters = {"name": again[0], "first": first[again[0]]}
            what = tr("{name} is taken out by entry {first} already", **parameters)
            yield PlanError(what, where=where, hint=tr("Keep one of them"))


def _wrong(
    entry: OutOfScope, where: str, requirements: Sequence[str], clauses: Mapping[str, object]
) -> PlanError | None:
    if bool(entry.requirement) == bool(entry.clause):
        what = tr("needs either a requirement or a clause")
        return PlanError(what, where=where, hint=tr("Name one of them, as pack#id"))
    name = entry.requirement or entry.clause
    known = [*requirements] if entry.requirement else [*clauses]
    if name not in known:
        return _unknown(name, known, where, clause=bool(entry.clause))
    missing = [field for field in ("reason", "by") if not getattr(entry, field).strip()]
    if missing:
        what = tr("missing: {fields}", fields=", ".join(missing))
        hint = tr("Say why it is not tested, and who decided that")
        return PlanError(what, where=f"{where}, {name}", hint=hint)
    return None


def _unknown(name: str, known: Sequence[str], where: str, *, clause: bool) -> PlanError:
    kind = tr("clause") if clause else tr("requirement")
    what = tr("no pack has the {kind} {name!r}", kind=kind, name=name)
    near = [one for one in known if one.partition("#")[2] == name]
    near = near or difflib.get_close_matches(name, known, n=1, cutoff=CLOSE)
    hint = tr("It is named pack#id; `acceptance clauses` lists them")
    if near:
        hint = tr("Did you mean {name!r}? `acceptance clauses` lists them", name=near[0])
    return PlanError(what, where=where, hint=hint)

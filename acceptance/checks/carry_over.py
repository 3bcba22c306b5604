"""What people said under one pack, carried over to a pack that extends it.

A requirement keeps its id in a pack that extends another, under that pack's name:
``own#5.1/coverage`` for ``base#5.1/coverage``, and so does a clause. An answer, a concession and a
draw are carried over where they still are about the same thing; what was taken out stays out.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from acceptance.checks import taken_out
from acceptance.checks.judging import (
    Nameable,
    check_answer,
    check_concession,
    check_plan,
    nameable,
)
from acceptance.errors import PlanError
from acceptance.model import Answer, Concession, Draw, OutOfScope

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterable, Iterator, Sequence

    from acceptance.model import Pack, Plan

# What an answer was about. A reading is a fact whatever the words; a concession concerns the limit
# as well.
QUESTION = {"text", "how", "scale"}
READING = {"how", "quantity"}
CONCEDED = {*QUESTION, "quantity", "limit", "modality"}

Said = TypeVar("Said", Answer, Concession, Draw, OutOfScope)
Names = dict[str, list[tuple[str, set[str]]]]


def carry_over(plan: Plan, packs: Sequence[Pack]) -> Plan:
    """Name what was said of a base as each extending pack names it.

    The old name is kept as well where the base is among ``packs``. What is said of the extending
    pack itself stays, and nothing is carried over to it.
    """
    names = _names(packs)
    bases = {pack.id for pack in packs}
    return replace(
        plan,
        answers=_replaced(plan.answers, _answers(plan, names), bases),
        concessions=_replaced(plan.concessions, _concessions(plan, names), bases),
        draws=_replaced(plan.draws, _draws(plan, packs, names), bases),
        out_of_scope=_replaced(plan.out_of_scope, _taken_out(plan, packs, names), bases),
    )


def _replaced(
    before: Sequence[Said], pairs: Iterable[tuple[Said, Said]], bases: Container[str]
) -> tuple[Said, ...]:
    """Add the second of each pair, and leave out the first where its pack is not judged by."""
    carried = list(pairs)
    gone = {id(old) for old, _ in carried if _of(old).partition("#")[0] not in bases}
    return tuple([said for said in before if id(said) not in gone] + [new for _, new in carried])


def _of(said: Answer | Concession | Draw | OutOfScope) -> str:
    if isinstance(said, Draw):
        return said.sampling
    return said.requirement or (said.clause if isinstance(said, OutOfScope) else "")


def _names(packs: Sequence[Pack]) -> Names:
    """Names in extending packs by the name in a base, with the fields that changed since then."""
    found: Names = {}
    for pack in packs:
        chain = (pack.id, *pack.extends)
        for asked in pack.requirements:
            name = f"{pack.id}#{asked.id}"
            for number, base in enumerate(pack.extends, start=1):
                changes = (asked.changed_by.get(above, ()) for above in chain[:number])
                changed = {field for fields in changes for field in fields}
                found.setdefault(f"{base}#{asked.id}", []).append((name, changed))
    return found


def _answers(plan: Plan, names: Names) -> Iterator[tuple[Answer, Answer]]:
    taken = {(answer.subject, answer.requirement) for answer in plan.answers}
    for answer in plan.answers:
        for name, changed in names.get(answer.requirement, ()):
            about = QUESTION if answer.value is None else READING
            if (answer.subject, name) not in taken and not about & changed:
                yield answer, replace(answer, requirement=name)


def _concessions(plan: Plan, names: Names) -> Iterator[tuple[Concession, Concession]]:
    taken = {(concession.subject, concession.requirement) for concession in plan.concessions}
    for concession in plan.concessions:
        for name, changed in names.get(concession.requirement, ()):
            if (concession.subject, name) not in taken and not CONCEDED & changed:
                yield concession, replace(concession, requirement=name)


def _draws(plan: Plan, packs: Sequence[Pack], names: Names) -> Iterator[tuple[Draw, Draw]]:
    taken = {(draw.sampling, draw.seed) for draw in plan.draws}
    for draw in plan.draws:
        base, _, identity = draw.sampling.partition("#")
        for pack in packs:
            own = f"{pack.id}#{identity}"
            kept = identity in {sampling.id for sampling in pack.samplings}
            if base in pack.extends and kept and (own, draw.seed) not in taken:
                asked = [name for asked in draw.requirements for name, _ in names.get(asked, ())]
                asked_here = tuple(name for name in asked if name.startswith(f"{pack.id}#"))
                yield draw, replace(draw, sampling=own, requirements=asked_here)


def _taken_out(
    plan: Plan, packs: Sequence[Pack], names: Names
) -> Iterator[tuple[OutOfScope, OutOfScope]]:
    known = {_of(entry) for entry in plan.out_of_scope}
    for entry in plan.out_of_scope:
        for name, _ in names.get(entry.requirement, ()):
            if name not in known:
                yield entry, replace(entry, requirement=name)
        base, _, number = entry.clause.partition("#")
        for pack in packs:
            own = f"{pack.id}#{number}"
            kept = number in {clause.number for clause in pack.clauses}
            if base in pack.extends and kept and own not in known:
                yield entry, replace(entry, clause=own)


@dataclass(frozen=True)
class _Trials:
    """Parts of an old plan tried against packs; ``failed`` names those that do not fit."""

    packs: Sequence[Pack]
    bare: Plan
    known: Nameable
    failed: list[str] = field(default_factory=list)

    def passes(self, part: str, check: Callable[[], None]) -> bool:
        """Whether ``check`` refuses nothing; else ``part`` is among those that failed."""
        try:
            check()
        except PlanError:
            self.failed.append(part)
            return False
        return True

    def answer(self, answer: Answer) -> bool:
        """Whether the answer fits, tried alone."""
        return self.passes(f"answer {_of(answer)}", partial(check_answer, answer, "", self.known))

    def concession(self, concession: Concession) -> bool:
        """Whether the concession fits, tried alone."""
        check = partial(check_concession, concession, "", self.known)
        return self.passes(f"concession {_of(concession)}", check)

    def taken_out(self, entry: OutOfScope) -> bool:
        """Whether what is taken out is asked, tried alone."""
        check = partial(taken_out.check, self.packs, replace(self.bare, out_of_scope=(entry,)))
        return self.passes(f"out_of_scope {_of(entry)}", check)

    def draws(self, draws: Sequence[Draw]) -> tuple[Draw, ...]:
        """Return those that fit; a re-test is drawn from its first draw, so they add up."""
        kept: tuple[Draw, ...] = ()
        for draw in draws:
            trial = replace(self.bare, draws=(*kept, draw))
            check = partial(check_plan, self.packs, trial)
            kept = trial.draws if self.passes(f"draw {_of(draw)}", check) else kept
        return kept


def leave_out(plan: Plan, packs: Sequence[Pack]) -> tuple[Plan, tuple[str, ...]]:
    """Leave out of an old plan what the packs do not ask, or ask otherwise.

    Return the plan and the names of what was left out: ``answer db50_216_2006#5.1/coverage``.
    """
    bare = replace(plan, answers=(), concessions=(), draws=(), out_of_scope=())
    trials = _Trials(packs, bare, nameable(packs, plan))
    kept = replace(
        plan,
        answers=tuple(filter(trials.answer, plan.answers)),
        concessions=tuple(filter(trials.concession, plan.concessions)),
        draws=trials.draws(plan.draws),
        out_of_scope=tuple(filter(trials.taken_out, plan.out_of_scope)),
    )
    return kept, tuple(trials.failed)

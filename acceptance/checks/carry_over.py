"""What people answered, decided and drew under one pack, carried over to a pack that extends it.

A requirement keeps its id in a pack that extends another, under that pack's name:
``own#5.1/coverage`` for ``base#5.1/coverage``. An answer, a concession and a draw are carried over
where they still are about the same thing.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from acceptance.checks.judge import check_plan
from acceptance.errors import PlanError
from acceptance.model import Draw

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from acceptance.model import Answer, Concession, Pack, Plan

# What an answer was about. A reading is a fact whatever the words; a concession was made about a
# limit, too.
QUESTION = {"text", "how", "scale"}
READING = {"how", "quantity"}
CONCEDED = {*QUESTION, "quantity", "limit", "modality"}

Names = dict[str, list[tuple[str, set[str]]]]


def carry_over(plan: Plan, packs: Sequence[Pack]) -> Plan:
    """Give what was said of a base under the name that it has in each extending pack, as well or (no base) instead.

    What is said of the extending pack itself stands, and nothing is carried over to it.
    """
    names = _names(packs)
    bases = {pack.id for pack in packs}
    carried: dict[str, list[tuple[Any, Any]]] = {
        "answers": [*_answers(plan, names)],
        "concessions": [*_concessions(plan, names)],
        "draws": [*_draws(plan, packs, names)],
    }
    fields: dict[str, Any] = {}
    for field, pairs in carried.items():
        gone = [old for old, _ in pairs if _of(old).partition("#")[0] not in bases]
        fields[field] = (
            *(one for one in getattr(plan, field) if one not in gone),
            *(new for _, new in pairs),
        )
    return replace(plan, **fields)


def _of(one: Answer | Concession | Draw) -> str:
    return one.sampling if isinstance(one, Draw) else one.requirement


def _names(packs: Sequence[Pack]) -> Names:
    """Names in extending packs by the name in a base, with the fields that changed on the way from there."""
    found: Names = {}
    for pack in packs:
        chain = (pack.id, *pack.extends)
        for one in pack.requirements:
            for number, base in enumerate(pack.extends, start=1):
                changed = {
                    field for above in chain[:number] for field in one.changed_by.get(above, ())
                }
                found.setdefault(f"{base}#{one.id}", []).append((f"{pack.id}#{one.id}", changed))
    return found


def _answers(plan: Plan, names: Names) -> Iterator[tuple[Answer, Answer]]:
    given = {(one.subject, one.requirement) for one in plan.answers}
    for one in plan.answers:
        for name, changed in names.get(one.requirement, ()):
            about = QUESTION if one.value is None else READING
            if (one.subject, name) not in given and not about & changed:
                yield one, replace(one, requirement=name)


def _concessions(plan: Plan, names: Names) -> Iterator[tuple[Concession, Concession]]:
    given = {(one.subject, one.requirement) for one in plan.concessions}
    for one in plan.concessions:
        for name, changed in names.get(one.requirement, ()):
            if (one.subject, name) not in given and not CONCEDED & changed:
                yield one, replace(one, requirement=name)


def _draws(plan: Plan, packs: Sequence[Pack], names: Names) -> Iterator[tuple[Draw, Draw]]:
    given = {(one.sampling, one.seed) for one in plan.draws}
    for one in plan.draws:
        base, _, identity = one.sampling.partition("#")
        for pack in packs:
            own = f"{pack.id}#{identity}"
            known = identity in {sampling.id for sampling in pack.samplings}
            if base in pack.extends and known and (own, one.seed) not in given:
                asked = [name for asked in one.requirements for name, _ in names.get(asked, ())]
                kept = tuple(name for name in asked if name.startswith(f"{pack.id}#"))
                yield one, replace(one, sampling=own, requirements=kept)


def leave_out(plan: Plan, packs: Sequence[Pack]) -> tuple[Plan, tuple[str, ...]]:
    """Leave out of an old plan what the packs do not ask, or ask otherwise.

    Name also what that was.
    """
    bare = replace(plan, answers=(), concessions=(), draws=())
    kept: dict[str, list[Answer | Concession | Draw]] = {
        "answers": [],
        "concessions": [],
        "draws": [],
    }
    left: list[str] = []
    for field, ones in kept.items():
        for one in getattr(plan, field):
            # A re-test is drawn from its first draw, so a draw is tried together with those before
            # it.
            tried = (*(ones if field == "draws" else ()), one)
            try:
                trial: dict[str, Any] = {field: tried}
                check_plan(packs, replace(bare, **trial))
            except PlanError:
                left.append(f"{field.removesuffix('s')} {_of(one)}")
            else:
                ones.append(one)
    fields: dict[str, Any] = {field: tuple(ones) for field, ones in kept.items()}
    return replace(plan, **fields), tuple(left)

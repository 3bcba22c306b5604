"""What one pack has otherwise than another, clause by clause and field by field."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING

from acceptance.wording import natural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Clause, Conflict, Pack, Requirement, Sampling, Scoring

    Thing = Clause | Requirement | Sampling | Scoring | Conflict

HEAD = ("number", "title", "title_en", "edition", "note", "note_en")
# What names the packs, how one came about, and what is filled in on loading.
NOT_COMPARED = {"id", "changed_by", "advice", "validity"}


@dataclass(frozen=True, kw_only=True)
class FieldChange:
    """One field of one thing in which two packs differ."""

    clause: str
    """Number of the clause; empty for the pack itself and for a conflict."""
    kind: str
    """pack, clause, requirement, sampling, scoring or conflict."""
    name: str
    """Id or number of the thing."""
    field: str
    """Name of the field; empty where the whole thing is in one pack only."""
    here: object
    """What the first pack has: the value, or the whole thing; None: it has none."""
    there: object
    """What the second pack has."""


def changes(pack: Pack, other: Pack) -> list[FieldChange]:
    """List what ``other`` has otherwise than ``pack``.

    The pack itself comes first, then each clause, then conflicts.
    """
    found = [*_head(pack, other)]
    here, there = _things(pack), _things(other)
    for key in [*here, *(key for key in there if key not in here)]:
        found += _between(key, here.get(key), there.get(key))
    order = {"pack": 0, "conflict": 2}
    return sorted(found, key=lambda change: (order.get(change.kind, 1), natural(change.clause)))


def _head(pack: Pack, other: Pack) -> Iterator[FieldChange]:
    for name in HEAD:
        here, there = getattr(pack, name), getattr(other, name)
        if here != there:
            yield FieldChange(
                clause="", kind="pack", name=other.id, field=name, here=here, there=there
            )


def _things(pack: Pack) -> dict[tuple[str, str], Thing]:
    """Everything of a pack by kind and id; a conflict of its own without the pack's name."""
    found: dict[tuple[str, str], Thing] = {("clause", one.number): one for one in pack.clauses}
    found |= {("requirement", one.id): one for one in pack.requirements}
    found |= {("sampling", one.id): one for one in pack.samplings}
    found |= {("scoring", ""): pack.scoring} if pack.scoring else {}
    return found | {("conflict", one.id.removeprefix(f"{pack.id}#")): one for one in pack.conflicts}


def _between(
    key: tuple[str, str], here: Thing | None, there: Thing | None
) -> Iterator[FieldChange]:
    kind, name = key
    first = here or there
    if first is None:
        return
    clause = name if kind == "clause" else getattr(first, "clause", "")
    if here is None or there is None:
        yield FieldChange(clause=clause, kind=kind, name=name, field="", here=here, there=there)
        return
    left_out = NOT_COMPARED | ({"requirements"} if kind == "conflict" else set())
    for field in (field.name for field in fields(first) if field.name not in left_out):
        was, now = getattr(here, field), getattr(there, field)
        if was != now:
            yield FieldChange(clause=clause, kind=kind, name=name, field=field, here=was, there=now)


def traced(pack: Pack, base: Pack) -> Pack:
    """Write into each requirement of a pack in which fields it departs from its base."""
    departed: dict[str, list[str]] = {}
    for change in changes(base, pack):
        if change.kind == "requirement" and change.field:
            departed.setdefault(change.name, []).append(change.field)
    before = {one.id: dict(one.changed_by) for one in base.requirements}

    def changed_by(name: str) -> dict[str, tuple[str, ...]]:
        own = {pack.id: tuple(departed[name])} if name in departed else {}
        return before.get(name, {}) | own

    found = (replace(one, changed_by=changed_by(one.id)) for one in pack.requirements)
    return replace(pack, requirements=tuple(found))


def row(change: FieldChange) -> dict[str, object]:
    """Return a change as JSON holds it."""
    return {field.name: _plain(getattr(change, field.name)) for field in fields(change)}


def _plain(value: object) -> object:
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    return dict(value) if isinstance(value, Mapping) else value

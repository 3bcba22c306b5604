"""What one pack has otherwise than another, clause by clause and field by field."""

from __future__ import annotations

from dataclasses import dataclass, fields, is_dataclass, replace
from typing import TYPE_CHECKING, Any

from acceptance.checks.pack_tables import natural

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.model import Pack

HEAD = ("number", "title", "title_en", "edition", "note", "note_en")
UNTOLD = {"id", "changed_by"}  # what names the packs, and how one came about


@dataclass(frozen=True, kw_only=True)
class Change:
    """One field of one thing.

    ``field`` is empty where the whole thing (``here`` or ``there``) stands in one pack only.
    ``kind``: pack, clause, requirement, sampling, scoring or conflict; ``name``: its id or number.
    """

    clause: str
    kind: str
    name: str
    field: str
    here: Any
    there: Any


def changes(pack: Pack, other: Pack) -> list[Change]:
    """Tell what ``other`` has otherwise than ``pack``.

    The pack itself, then clause by clause, then conflicts.
    """
    told = [*_head(pack, other)]
    here, there = _things(pack), _things(other)
    for key in [*here, *(key for key in there if key not in here)]:
        told += _between(key, here.get(key), there.get(key))
    order = {"pack": 0, "conflict": 2}
    return sorted(told, key=lambda one: (order.get(one.kind, 1), natural(one.clause)))


def _head(pack: Pack, other: Pack) -> Iterator[Change]:
    for name in HEAD:
        here, there = getattr(pack, name), getattr(other, name)
        if here != there:
            yield Change(clause="", kind="pack", name=other.id, field=name, here=here, there=there)


def _things(pack: Pack) -> dict[tuple[str, str], Any]:
    """Everything of a pack by kind and id; a conflict of its own without the pack's name."""
    found: dict[tuple[str, str], Any] = {("clause", one.number): one for one in pack.clauses}
    found |= {("requirement", one.id): one for one in pack.requirements}
    found |= {("sampling", one.id): one for one in pack.samplings}
    found |= {("scoring", ""): pack.scoring} if pack.scoring else {}
    return found | {("conflict", one.id.removeprefix(f"{pack.id}#")): one for one in pack.conflicts}


def _between(key: tuple[str, str], here: Any, there: Any) -> Iterator[Change]:  # noqa: ANN401 -- any noun of a pack
    kind, name = key
    first = here if here is not None else there
    clause = name if kind == "clause" else getattr(first, "clause", "")
    if here is None or there is None:
        yield Change(clause=clause, kind=kind, name=name, field="", here=here, there=there)
        return
    untold = UNTOLD | ({"requirements"} if kind == "conflict" else set())
    for one in fields(first):
        was, now = getattr(here, one.name), getattr(there, one.name)
        if one.name not in untold and was != now:
            yield Change(clause=clause, kind=kind, name=name, field=one.name, here=was, there=now)


def traced(pack: Pack, base: Pack) -> Pack:
    """Write into each requirement of a pack which fields it has otherwise than in the pack that it extends."""
    told: dict[str, list[str]] = {}
    for one in changes(base, pack):
        if one.kind == "requirement" and one.field:
            told.setdefault(one.name, []).append(one.field)
    before = {one.id: one.changed_by for one in base.requirements}
    found = (
        replace(
            one,
            changed_by={
                **before.get(one.id, {}),
                **({pack.id: tuple(told[one.id])} if one.id in told else {}),
            },
        )
        for one in pack.requirements
    )
    return replace(pack, requirements=tuple(found))


def row(change: Change) -> dict[str, Any]:
    """Return a change as JSON holds it."""
    return {name: _plain(getattr(change, name)) for name in (one.name for one in fields(change))}


def _plain(value: Any) -> Any:  # noqa: ANN401 -- any value of a noun
    if is_dataclass(value):
        return {one.name: _plain(getattr(value, one.name)) for one in fields(value)}
    if isinstance(value, tuple):
        return [_plain(one) for one in value]
    return dict(value) if hasattr(value, "items") else value

"""The coverage matrix: every clause of a pack, how it is checked, its limit, where both come from."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from acceptance.model import How

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from acceptance.model import Clause, Pack, Requirement


def rows(pack: Pack, quantities: Container[str]) -> Iterator[dict[str, Any]]:
    """One row a requirement, and one for each clause without any; the fields are those of ``docs/formats.md``.

    ``quantities`` are the quantities that this toolkit measures.
    """
    for clause in pack.clauses:
        own: list[Requirement | None] = [one for one in pack.requirements if one.clause == clause.number]
        for requirement in own or [None]:
            yield _row(pack, clause, requirement, quantities)


def _row(pack: Pack, clause: Clause, one: Requirement | None, quantities: Container[str]) -> dict[str, Any]:
    return {
        "pack": pack.id,
        "clause": clause.number,
        "title": clause.title,
        "title_en": clause.title_en,
        "mandatory": clause.mandatory,
        "requirement": f"{pack.id}#{one.id if one else clause.number}",
        "text": one.text if one else clause.note,
        "text_en": one.text_en if one else clause.note_en,
        "how": str(one.how if one else How.UNKNOWN),
        "modality": str(one.modality) if one else None,
        "scope": str(one.scope if one else clause.scope),
        "quantity": one.quantity if one else "",
        "region": one.region if one else "",
        "direction": one.direction if one else "",
        "limit": asdict(one.limit) if one and one.limit else None,
        "conditions": list(one.conditions) if one else [],
        "only_with": dict(one.only_with) if one else {},
        "borrows": one.borrows if one else "",
        "provenance": {
            "figure": asdict(one.figure) if one and one.figure else None,
            "assignment": asdict(one.assignment) if one else None,
        },
        "measured_here": bool(one and one.quantity in quantities),
    }

"""The coverage matrix.

Every clause of a pack, how it is checked and by what, its limit, where both come from.
"""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from acceptance.checks.pack_differences import between
from acceptance.model import How

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from acceptance.model import Clause, Pack, Requirement


def rows(pack: Pack, quantities: Container[str]) -> Iterator[dict[str, Any]]:
    """One row a requirement, and one for each clause without any.

    The fields are those of ``docs/formats.md``.
    ``quantities`` are the quantities that this toolkit measures.
    """
    for clause in pack.clauses:
        own: list[Requirement | None] = [
            one for one in pack.requirements if one.clause == clause.number
        ]
        for requirement in own or [None]:
            yield _row(pack, clause, requirement, quantities)


def _row(
    pack: Pack, clause: Clause, one: Requirement | None, quantities: Container[str]
) -> dict[str, Any]:
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
        "covered_by": _covered_by(clause, one, quantities),
        "modality": str(one.modality) if one else None,
        "key_item": bool(one and one.key_item),
        "part": str(one.part) if one and one.part else None,
        "sampling": one.sampling if one else "",
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


def _covered_by(clause: Clause, one: Requirement | None, quantities: Container[str]) -> str:
    """Tell what covers a row.

    A measurement, one that this toolkit lacks, a question, or nothing.
    """
    if one is None:
        return "nothing" if clause.demands else "no_demand"
    if one.how is not How.MEASURED:
        return "question"
    return "measurement" if one.quantity in quantities else "not_in_toolkit"


def against(pack: Pack, other: Pack, quantities: Container[str]) -> Iterator[dict[str, Any]]:
    """One row for each requirement that two packs ask differently, with that of each pack (None: it has none)."""
    for one in between(pack, other):
        here = _asked(pack, one.here, quantities)
        there = _asked(other, one.there, quantities)
        yield {"clause": one.clause, "requirement": one.requirement, "here": here, "there": there}


def _asked(
    pack: Pack, one: Requirement | None, quantities: Container[str]
) -> dict[str, Any] | None:
    clause = next((each for each in pack.clauses if one and each.number == one.clause), None)
    return _row(pack, clause, one, quantities) if clause else None

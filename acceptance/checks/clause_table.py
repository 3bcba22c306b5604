"""The coverage matrix: every clause of a pack, how it is checked, its limit, and their sources."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from acceptance.checks.pack_differences import between
from acceptance.model import How

if TYPE_CHECKING:
    from collections.abc import Container, Iterator

    from acceptance.model import Clause, Pack, Requirement


def rows(pack: Pack, quantities: Container[str]) -> Iterator[dict[str, Any]]:
    """One row for each requirement, and one for each clause without any.

    The fields are those of ``docs/formats.md``. ``quantities`` are those that the toolkit measures.
    """
    for clause in pack.clauses:
        own: list[Requirement | None] = [
            one for one in pack.requirements if one.clause == clause.number
        ]
        for requirement in own or [None]:
            yield _row(pack, clause, requirement, quantities)


def _row(
    pack: Pack, clause: Clause, asked: Requirement | None, quantities: Container[str]
) -> dict[str, Any]:
    row = _demand(pack, clause, asked) | _check(clause, asked, quantities) | _measurand(asked)
    figure = asdict(asked.figure) if asked and asked.figure else None
    assignment = asdict(asked.assignment) if asked else None
    row["provenance"] = {"figure": figure, "assignment": assignment}
    row["measured_here"] = bool(asked and asked.quantity in quantities)
    return row


def _demand(pack: Pack, clause: Clause, asked: Requirement | None) -> dict[str, Any]:
    return {
        "pack": pack.id,
        "clause": clause.number,
        "title": clause.title,
        "title_en": clause.title_en,
        "mandatory": clause.mandatory,
        "requirement": f"{pack.id}#{asked.id if asked else clause.number}",
        "text": asked.text if asked else clause.note,
        "text_en": asked.text_en if asked else clause.note_en,
    }


def _check(clause: Clause, asked: Requirement | None, quantities: Container[str]) -> dict[str, Any]:
    return {
        "how": str(asked.how if asked else How.UNKNOWN),
        "covered_by": _covered_by(clause, asked, quantities),
        "modality": str(asked.modality) if asked else None,
        "key_item": bool(asked and asked.key_item),
        "part": str(asked.part) if asked and asked.part else None,
        "sampling": asked.sampling if asked else "",
        "scope": str(asked.scope if asked else clause.scope),
    }


def _measurand(asked: Requirement | None) -> dict[str, Any]:
    return {
        "quantity": asked.quantity if asked else "",
        "region": asked.region if asked else "",
        "direction": asked.direction if asked else "",
        "limit": asdict(asked.limit) if asked and asked.limit else None,
        "conditions": list(asked.conditions) if asked else [],
        "only_with": dict(asked.only_with) if asked else {},
        "borrows": asked.borrows if asked else "",
    }


def _covered_by(clause: Clause, asked: Requirement | None, quantities: Container[str]) -> str:
    """Name what covers a row: a measurement (here or not yet), a question, or nothing."""
    if asked is None:
        return "nothing" if clause.demands else "no_demand"
    if asked.how is not How.MEASURED:
        return "question"
    return "measurement" if asked.quantity in quantities else "not_in_toolkit"


def against(pack: Pack, other: Pack, quantities: Container[str]) -> Iterator[dict[str, Any]]:
    """One row for each requirement in which two packs differ, with that of each (None: none)."""
    for row in between(pack, other):
        yield {
            "clause": row.clause,
            "requirement": row.requirement,
            "here": _row_of(pack, row.here, quantities),
            "there": _row_of(other, row.there, quantities),
        }


def _row_of(
    pack: Pack, asked: Requirement | None, quantities: Container[str]
) -> dict[str, Any] | None:
    clause = next((one for one in pack.clauses if asked and one.number == asked.clause), None)
    return _row(pack, clause, asked, quantities) if clause else None

"""What a metric found, sorted: its figures, the reasons of its notes, and whether a truth holds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from acceptance.model import Measurement, Note

if TYPE_CHECKING:
    from collections.abc import Iterable

    from acceptance.model import BudgetLine


def measurements(found: Iterable[object]) -> list[Measurement]:
    """Return the figures in their order, without the notes."""
    return [item for item in found if isinstance(item, Measurement)]


def figures(found: Iterable[object]) -> dict[str, Measurement]:
    """Return the figures by quantity."""
    return {item.quantity: item for item in measurements(found)}


def reasons(found: Iterable[object]) -> dict[str, str]:
    """Return the codes of the notes' reasons by quantity."""
    return {item.quantity: item.reason.code for item in found if isinstance(item, Note)}


def within(item: Measurement, truth: float, share: float = 1.3) -> bool:
    """Whether the truth is within 1.3 U (99 %), so that one of many seeds may be outside U."""
    return abs(item.value - truth) <= share * item.expanded


def contributions(budget: Iterable[BudgetLine]) -> dict[str, float]:
    """Return what each source adds to the standard uncertainty, in the figure's unit."""
    return {line.source: line.contribution for line in budget}

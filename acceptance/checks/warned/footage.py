"""What is to be known of the footage: what a person set that the toolkit would have found."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from acceptance.checks.warned.judged import caution, note
from acceptance.model import Coding, Recordings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from acceptance.checks.warned.judged import Judged
    from acceptance.model import SessionWarning

AS_DRAWN = "as_drawn"  # in place of a printed copy (``Shot.chart_copy``)
UNMEASURED = frozenset({"copy_unmeasured", "copy_expired"})  # notes on a copy
# Fields of Recordings by which a retention becomes longer, with their defaults.
LENIENT = {one.name: one.default for one in fields(Recordings) if one.name in {
    "gap", "longest_break", "clock_error", "until", "in_service",
}}  # fmt: skip


def regions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots with regions by hand; a caution where the chart was found."""
    by_hand = [shot for shot in judged.session.shots if shot.regions]
    if found := [shot.id for shot in by_hand if shot.corners]:
        yield caution("region_by_hand", found)
    if lost := [shot.id for shot in by_hand if not shot.corners]:
        yield note("region_without_chart", lost)


def chart_copies(judged: Judged) -> Iterator[SessionWarning]:
    """Yield printed copies without a measurement that holds, and charts said to be no print."""
    copies = [
        f"{one.reason.parameters.get('copy', '')} ({one.shot})"
        for one in judged.session.notes
        if one.reason.code in UNMEASURED
    ]
    if copies:
        yield caution("chart_unmeasured", copies)
    shots = judged.session.shots
    if drawn := [shot.id for shot in shots if shot.chart_copy == AS_DRAWN and shot.corners]:
        yield caution("chart_as_drawn", drawn)


def coding(judged: Judged) -> Iterator[SessionWarning]:
    """Yield the shots for which the plan overrides what the stream says of itself."""
    if shots := [shot.id for shot in judged.session.shots if shot.coding != Coding()]:
        yield caution("coding_by_hand", shots)


def recordings(judged: Judged) -> Iterator[SessionWarning]:
    """Yield what was counted by other bounds than the usual ones."""
    for kept in judged.session.recordings:
        stated = {name: getattr(kept, name) for name in LENIENT}
        other = [f"{name} = {value}" for name, value in stated.items() if value != LENIENT[name]]
        if other:
            yield caution("recordings_bounds", other, recordings=kept.id)


def conditions(judged: Judged) -> Iterator[SessionWarning]:
    """Yield conditions that requirements need, stated without an instrument of the plan."""
    asked = {name for pack in judged.packs for one in pack.requirements for name in one.conditions}
    known = {instrument.id for instrument in judged.session.plan.instruments}
    items = [
        f"{condition.name} = {condition.value} {condition.unit}".strip() + f" ({shot.id})"
        for shot in judged.session.taken
        for condition in shot.conditions
        if condition.name in asked and condition.instrument not in known
    ]
    if items:
        yield note("conditions_stated", items)

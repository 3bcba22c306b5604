"""What laboratories reported, wherever it was read."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

    from acceptance.checks.warned.chart_places import Corners
    from acceptance.model import Reason


@dataclass(frozen=True, kw_only=True)
class FigureReport:
    """Results of one laboratory on one figure, in the figure's unit."""

    values: tuple[float, ...]
    """Repeats, one or more."""

    uncertainty: float | None
    """Standard uncertainty of their mean; None: not stated."""

    expanded: float | None
    """U of it: k = 2, or for 95 %; None: not stated."""

    methods: frozenset[str] = frozenset()
    """How it was measured, in the record's words; empty: a form."""


@dataclass(frozen=True, kw_only=True)
class LaboratoryReport:
    """All that one laboratory reported."""

    code: str
    """Of the laboratory."""

    figures: Mapping[str, FigureReport]
    """By the figure's id; what is missing was not reported."""

    notes: tuple[Reason, ...] = ()
    """What a reader must know of it."""

    origin: tuple[str, ...] = ()
    """Files or sessions that it was read from."""

    handed_in: Mapping[str, str] = field(default_factory=dict)
    """SHA-256 of the form or of each clip, and what it is called: nobody else's may be the same."""

    places: tuple[Corners, ...] = ()
    """Where each of its films shows the chart's corners, in px, if comparable; empty: a form."""

    charts: frozenset[str] = field(default_factory=frozenset)
    """SHA-256 of the chart's file in its sessions; empty: a form."""

    versions: frozenset[str] = field(default_factory=frozenset)
    """Of the toolkit that measured; empty: a form."""

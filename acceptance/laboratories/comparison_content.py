"""A comparison of laboratories as JSON holds it (``docs/compare_labs.md`` has the fields)."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from acceptance.laboratories.evaluation import EvaluatedFigure, LaboratoryComparison
    from acceptance.model import Reason


def content(found: LaboratoryComparison) -> dict[str, Any]:
    """Return all that the comparison says; of a blind one by codes alone."""
    plan = found.plan
    reports = {report.code: report for report in found.reports}
    laboratories = []
    for entry in plan.laboratories:
        notes = [_note(note) for note in reports[entry.code].notes]
        own = {"code": entry.code, "notes": notes}
        if not plan.blind:
            own |= {"name": entry.name, "origin": list(reports[entry.code].origin)}
        laboratories.append(own)
    return {
        "title": plan.title,
        "camera": plan.camera,
        "chart": plan.chart,
        "chart_copy": plan.chart_copy,
        "coordinator": plan.coordinator,
        "rounds": plan.rounds,
        "blind": plan.blind,
        "laboratories": laboratories,
        "figures": [_figure(figure) for figure in found.figures],
        "notes": [_note(note) for note in found.notes],
    }


def _note(reason: Reason) -> dict[str, Any]:
    return {"code": reason.code, "parameters": dict(reason.parameters)}


def _figure(found: EvaluatedFigure) -> dict[str, Any]:
    held = asdict(found)
    held["figure"] = {
        name: held["figure"][name]
        for name in ("id", "name", "quantity", "unit", "region", "direction", "statistic")
    }
    if found.assigned:
        held["assigned"]["negligible"] = found.assigned.negligible
    held["notes"] = [_note(note) for note in found.notes]
    return held

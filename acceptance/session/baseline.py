"""Figures of an earlier build, from what ``measure --json`` wrote or from a session."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance.errors import PlanError
from acceptance.files import first_error, regular, strict_json
from acceptance.messages import tr
from acceptance.model import Measurement

if TYPE_CHECKING:
    from pathlib import Path

MOST_FIGURES = 100_000  # the example site, 12 cameras, has 2,100
# other fields than a measurement's may stand there: ``expanded``, and those of later versions
_FIGURES = TypeAdapter(tuple[Measurement, ...], config=ConfigDict(defer_build=True))


def read(path: Path) -> tuple[Measurement, ...]:
    """Read the measurements of a JSON file. Raises PlanError where there are none."""
    hint = tr("Give a file that measure --json wrote, or a session.json")
    try:
        content = strict_json.loads(regular.read(path, PlanError, hint))
        listed = content["measurements"] if isinstance(content, dict) else content
        _require_few(listed, path)
        found = first_error.check(_FIGURES, listed)
    except (ValueError, RecursionError, KeyError, TypeError) as error:
        what = tr("holds no measurements ({cause})", cause=_cause(error))
        raise PlanError(what, where=str(path), hint=hint) from error
    if not found:
        raise PlanError(tr("holds no measurements"), where=str(path), hint=hint)
    _require_sound(found, path, hint)
    return found


def _require_few(listed: object, path: Path) -> None:
    if isinstance(listed, list) and len(listed) > MOST_FIGURES:
        what = tr("{count} figures; {most} at most", count=len(listed), most=MOST_FIGURES)
        raise PlanError(what, where=str(path), hint=tr("Hold fewer shots against one baseline"))


def _require_sound(figures: tuple[Measurement, ...], path: Path, hint: str) -> None:
    """Refuse what every figure would agree with: no number, no uncertainty, one of two."""
    seen = set()
    for figure in figures:
        key = figure.shot, figure.quantity, figure.region, figure.direction, figure.statistic
        bounded = figure.lower_bound and figure.upper_bound
        name, wrong = " ".join(filter(None, key)), ""
        if math.isnan(figure.value) or not figure.uncertainty >= 0 or bounded:
            wrong = tr("the figure {name!r} is no number with an uncertainty", name=name)
        elif key in seen:
            wrong = tr("the figure {name!r} stands twice", name=name)
        if wrong:
            raise PlanError(wrong, where=str(path), hint=hint)
        seen.add(key)


def _cause(error: Exception) -> str:
    if isinstance(error, ValidationError):
        return first_error.told(error)
    return str(error) or type(error).__name__

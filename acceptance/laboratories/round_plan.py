"""The plan of a comparison, read from TOML: who measures what and how often, on which camera.

``docs/compare_labs.md`` has its fields.
"""

from __future__ import annotations

import posixpath
import unicodedata
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pydantic import ConfigDict, TypeAdapter, ValidationError

from acceptance import metrics
from acceptance.errors import PlanError
from acceptance.files import first_error, paths, strict_toml, wrong_field
from acceptance.messages import tr

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

LEAST, MOST = 1e-100, 1e100  # of results, uncertainties and factors, or 0
MOST_LABORATORIES, MOST_FIGURES, MOST_REPEATS = 100, 60, 50


@dataclass(frozen=True, kw_only=True)
class Laboratory:
    """Who takes part, or a round of it."""

    code: str
    """By which page and forms call it; unique."""

    name: str = ""
    """Printed unless the comparison is blind."""

    form: str = ""
    """File with its filled-in results (CSV, XLSX), from the plan's folder; empty: sessions."""

    sessions: tuple[str, ...] = ()
    """Its session folders, from the plan's folder; empty: a form."""


@dataclass(frozen=True, kw_only=True)
class ComparedFigure:
    """A figure at one level, as every laboratory measures it."""

    id: str
    """Letters, digits, ``_``, ``-`` and ``.``; unique."""

    name: str = ""
    """In words; empty: those of the quantity."""

    quantity: str = ""
    """A quantity of the metrics; empty: measured by other means, from forms only."""

    unit: str = ""
    """As in ``docs/formats.md``; empty: that of the quantity."""

    region: str = ""
    """Dotted name of the region; empty: the whole picture."""

    direction: str = ""
    """``horizontal`` or ``vertical``; empty: none."""

    statistic: str = ""
    """``mean``, ``worst`` ... of several values; empty: the value itself."""

    shots: tuple[str, ...] = ()
    """Ids of the shots that are this level's repeats; empty: all of the camera."""

    assigned: float | None = None
    """Assigned value; None: the robust mean of the laboratories."""

    assigned_uncertainty: float | None = None
    """Its standard uncertainty, above 0; given with ``assigned`` only."""

    sigma: float | None = None
    """Standard deviation for proficiency assessment; None: the robust one of the laboratories."""


@dataclass(frozen=True, kw_only=True)
class Round:
    """A comparison of laboratories, or of rounds of one."""

    title: str
    """Above the page."""

    camera: str
    """Serial number of the camera that goes round."""

    laboratories: tuple[Laboratory, ...]
    """Two or more."""

    figures: tuple[ComparedFigure, ...]
    """One or more."""

    chart: str = ""
    """Name of the chart; empty: none is asked for."""

    chart_copy: str = ""
    """Serial number of its print; empty: none is asked for."""

    coordinator: str = ""
    """Who evaluates."""

    repeats: int = 2
    """Results that a laboratory gives of each figure."""

    rounds: bool = False
    """True: the entries are rounds of one laboratory (intermediate precision)."""

    blind: bool = False
    """True: the page has codes, and neither names, sessions nor signers."""


_ADAPTER = TypeAdapter(
    tuple[Round], config=ConfigDict(extra="forbid", allow_inf_nan=False, defer_build=True)
)


def read(path: Path) -> Round:
    """Read the plan of a comparison.

    Raises PlanError naming file and field: not TOML, missing, unknown or wrong fields, fewer than
    two laboratories, a code, form, session or figure twice, an unknown quantity, another unit than
    the quantity has, an uncertainty or sigma that is not above 0.
    """
    if not path.exists():
        hint = tr("Begin one with acceptance compare-labs new")
        raise PlanError(tr("there is no such plan"), where=str(path), hint=hint)
    return parse(strict_toml.load(path), str(path))


def parse(raw: Mapping[str, object], where: str) -> Round:
    """Read the plan from its table; raises as ``read`` does."""
    try:
        found = first_error.check(_ADAPTER, (dict(raw),))[0]
    except ValidationError as error:
        first = error.errors()[0]
        place = f"{where}: {wrong_field.place(first)}"
        raise wrong(place, wrong_field.sentence(first)) from error
    figures = tuple(_with_unit(figure, where) for figure in found.figures)
    found = replace(found, figures=figures)
    _check(found, where)
    return found


def wrong(where: str, what: str, hint: str = "") -> PlanError:
    """Make the error for something wrong at a place."""
    return PlanError(what, where=where, hint=hint or tr("Correct the file"))


def require_usual(value: float, where: str) -> None:
    """Refuse a number whose square no computer holds: no measurement gives it. Raises PlanError."""
    if value and not LEAST <= abs(value) <= MOST:
        raise wrong(where, tr("{value} is no result of a measurement", value=value))


def _with_unit(figure: ComparedFigure, where: str) -> ComparedFigure:
    place = f"{where}: figures.{figure.id}"
    if not figure.quantity:
        if not (figure.name and figure.unit):
            raise wrong(place, tr("name a quantity, or give name and unit"))
        return figure
    known = metrics.quantities()
    if figure.quantity not in known:
        what = tr("unknown quantity {quantity!r}", quantity=figure.quantity)
        raise wrong(f"{place}.quantity", what, tr("docs/metrics has their names"))
    unit = known[figure.quantity]
    if figure.unit not in {"", unit}:
        what = tr("must be {unit}, not {given!r}", unit=unit, given=figure.unit)
        raise wrong(f"{place}.unit", what)
    return replace(figure, unit=unit)


def _check(found: Round, where: str) -> None:
    _check_counts(found, where)
    for field, values in _unique(found):
        seen: set[str] = set()
        for value in values:
            if _plain(value) in seen:
                raise wrong(f"{where}: {field}", tr("{value!r} is given twice", value=value))
            seen.add(_plain(value))
    for laboratory in found.laboratories:
        _check_laboratory(laboratory, found, f"{where}: laboratories.{laboratory.code}")
    for figure in found.figures:
        _check_figure(figure, f"{where}: figures.{figure.id}")


def _plain(name: str) -> str:
    """Return what two names have in common that look alike, or lead to the same file."""
    return posixpath.normpath(unicodedata.normalize("NFKC", name).casefold().strip())


def _check_counts(found: Round, where: str) -> None:
    bounds = (
        ("laboratories", len(found.laboratories), 2, MOST_LABORATORIES),
        ("figures", len(found.figures), 1, MOST_FIGURES),
        ("repeats", found.repeats, 1, MOST_REPEATS),
    )
    for field, count, least, most in bounds:
        if not least <= count <= most:
            what = tr("must be {least} to {most}, not {count}", least=least, most=most, count=count)
            raise wrong(f"{where}: {field}", what)
    for field in ("title", "camera"):
        if not getattr(found, field).strip():
            raise wrong(f"{where}: {field}", tr("must be filled in"))


def _unique(found: Round) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield what may be given once only."""
    entries = found.laboratories
    yield "laboratories.code", (entry.code for entry in entries)
    yield "laboratories.form", (entry.form for entry in entries if entry.form)
    yield "laboratories.sessions", (name for entry in entries for name in entry.sessions)
    yield "figures.id", (figure.id for figure in found.figures)
    if not found.rounds:
        yield "laboratories.name", (entry.name for entry in entries if entry.name)


def _check_laboratory(laboratory: Laboratory, found: Round, where: str) -> None:
    if not laboratory.code.strip() or paths.unfit(laboratory.code) or "/" in laboratory.code:
        raise wrong(f"{where}.code", tr("must be a name that a file can bear"))
    if laboratory.form and laboratory.sessions:
        raise wrong(where, tr("has a form and sessions: which of them counts?"))
    if laboratory.sessions and not any(figure.quantity for figure in found.figures):
        raise wrong(where, tr("sessions hold no figure that was measured by other means"))


def _check_figure(figure: ComparedFigure, where: str) -> None:
    for field in ("assigned_uncertainty", "sigma"):
        value = getattr(figure, field)
        if value is not None and not value > 0:
            raise wrong(f"{where}.{field}", tr("must be above 0, not {value}", value=value))
    for field in ("assigned", "assigned_uncertainty", "sigma"):
        require_usual(getattr(figure, field) or 0.0, f"{where}.{field}")
    if (figure.assigned is None) != (figure.assigned_uncertainty is None):
        what = tr("an assigned value and its standard uncertainty belong together")
        raise wrong(where, what)

"""Results of a laboratory taken from its session folders, each checked before it is believed."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance.checks.warned import chart_places
from acceptance.files import paths, strict_toml
from acceptance.laboratories import copied_results
from acceptance.laboratories.reported import FigureReport, LaboratoryReport
from acceptance.laboratories.round_plan import require_usual, wrong
from acceptance.messages import tr
from acceptance.model import Precedence, Reason, Vouched
from acceptance.session import store
from acceptance.signing import predecessors

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.checks.warned.chart_places import Corners
    from acceptance.laboratories.round_plan import ComparedFigure, Laboratory, Round
    from acceptance.model import Measurement, Predecessor, Session, Shot


@dataclass(frozen=True, kw_only=True)
class _Sealed:
    """A session, who signed it, and its shots of the plan's camera."""

    folder: Path
    session: Session
    vouched: Predecessor
    shots: Mapping[str, Shot]

    @property
    def places(self) -> dict[str, Corners]:
        """Where the chart stands in each of the shots, of which that can be compared."""
        comparable = chart_places.comparable(self.session)
        return {shot.id: shot.corners for shot in comparable if shot.id in self.shots}


def read(
    plan: Round, laboratory: Laboratory, folder: Path, trust: Sequence[Path] = ()
) -> LaboratoryReport:
    """Read the sessions of a laboratory; their paths count from the plan's ``folder``.

    Every shot of the plan's camera is a repeat. Of several repeats the root mean square of their
    standard uncertainties counts: what is the same in all of them does not shrink. Raises
    SessionError for a session that was changed after it was sealed, whose signature is broken, or
    whose charts stand nowhere;
    PlanError for another camera, chart or print, another unit, several measurements of a figure in
    one shot, and for a session or film twice.
    """
    sealed = [_sealed(plan, laboratory, folder, name, trust) for name in laboratory.sessions]
    ids = [one.session.id for one in sealed]
    if len(set(ids)) < len(ids):
        raise wrong(laboratory.code, tr("a session is given twice: {ids}", ids=", ".join(ids)))
    films = _films(sealed, laboratory)
    found = {figure.id: _repeats(figure, sealed) for figure in plan.figures}
    usable = {
        name: [one for one in repeats if not (one.lower_bound or one.upper_bound)]
        for name, repeats in found.items()
    }
    bounds = [name for name, repeats in found.items() if len(repeats) > len(usable[name])]
    return LaboratoryReport(
        code=laboratory.code,
        figures={name: _report(repeats) for name, repeats in usable.items() if repeats},
        notes=(
            *(Reason(code=code) for code in dict.fromkeys(_notes(plan, sealed))),
            *(Reason(code="bound", parameters={"figure": name}) for name in bounds),
            *copied_results.set_up_once(_places(figure, sealed) for figure in plan.figures),
        ),
        origin=tuple(ids),
        handed_in=films,
        places=tuple(corners for one in sealed for corners in one.places.values()),
        charts=_charts(plan, sealed),
        versions=frozenset(one.session.tool_version for one in sealed),
    )


def _places(figure: ComparedFigure, sealed: Sequence[_Sealed]) -> dict[str, Corners]:
    """Return where the chart stands in each film that gave a figure, by session and shot."""
    return {
        tr("{session}: shot {shot}", session=held.session.id, shot=one.shot): places[one.shot]
        for held in sealed
        for places in (held.places,)
        for one in held.session.measurements
        if one.shot in places and _is_of(one, figure, held)
    }


def _charts(plan: Round, sealed: Sequence[_Sealed]) -> frozenset[str]:
    """Return the SHA-256 of the plan's chart as the sessions hold it."""
    chart = f"data/charts/{plan.chart}.toml"
    return frozenset(one.session.hashes[chart] for one in sealed if chart in one.session.hashes)


def _films(sealed: Sequence[_Sealed], laboratory: Laboratory) -> dict[str, str]:
    """Name the shots by SHA-256 of their clips. Raises PlanError for a film in two sessions."""
    films: dict[str, str] = {}
    for held in sealed:
        own = {
            shot.sha256: tr("{session}: shot {shot}", session=held.session.id, shot=shot.id)
            for shot in held.shots.values()
            if shot.sha256
        }
        for mark in films.keys() & own.keys():
            raise wrong(laboratory.code, tr("a film is given twice: {shot}", shot=own[mark]))
        films |= own
    return films


def _sealed(
    plan: Round, laboratory: Laboratory, folder: Path, name: str, trust: Sequence[Path]
) -> _Sealed:
    place = paths.inside(folder, name, folder=tr("the plan's folder"), where=laboratory.code)
    vouched = predecessors.examine(place, Precedence.BASELINE, trust)
    session = store.load(place)
    chart_places.require_numbers(session)
    shots = {shot.id: shot for shot in _of_camera(plan, session)}
    for shot in shots.values():
        _require_chart(plan, shot, session, place)
    return _Sealed(folder=place, session=session, vouched=vouched, shots=shots)


def _of_camera(plan: Round, session: Session) -> list[Shot]:
    """Return the shots of the plan's camera, or of what states no serial number.

    Raises PlanError where only other cameras were filmed.
    """
    serials = {subject.id: subject.serial for subject in session.plan.subjects}
    own = [shot for shot in session.shots if serials.get(shot.subject) == plan.camera]
    own = own or [shot for shot in session.shots if not serials.get(shot.subject)]
    if not own and session.shots:
        found = ", ".join(sorted({serials[shot.subject] for shot in session.shots}))
        what = tr("is of {stated!r}; the plan compares {due!r}", stated=found, due=plan.camera)
        raise wrong(session.id, what, tr("Only results of one camera and chart compare"))
    return own


def _require_chart(plan: Round, shot: Shot, session: Session, folder: Path) -> None:
    """Refuse a shot of another chart or of another print than the plan's."""
    chart = (shot.chart or "").rpartition("/")[2].removesuffix(".toml")
    copy = _serial(shot, folder)
    for stated, due in ((chart, plan.chart), (copy, plan.chart_copy)):
        if due and stated and stated != due:
            where = tr("{session}: shot {shot}", session=session.id, shot=shot.id)
            said = tr("is of {stated!r}; the plan compares {due!r}", stated=stated, due=due)
            raise wrong(where, said, tr("Only results of one camera and chart compare"))


def _serial(shot: Shot, folder: Path) -> str:
    """Return the serial number of the print in a shot; empty: not stated."""
    if not shot.copy_file:
        return shot.chart_copy
    held = strict_toml.load(folder / shot.copy_file)
    return str(held.get("serial", ""))


def _repeats(figure: ComparedFigure, sealed: Sequence[_Sealed]) -> list[Measurement]:
    """Return the measurements of a figure, session by session, shot by shot."""
    found: list[Measurement] = []
    for held in sealed:
        seen: set[str] = set()
        for measurement in held.session.measurements:
            if not _is_of(measurement, figure, held):
                continue
            where = tr("{session}: shot {shot}", session=held.session.id, shot=measurement.shot)
            if measurement.shot in seen:
                what = tr("has several measurements of figure {figure}", figure=figure.id)
                raise wrong(where, what, tr("Name region, direction and statistic of the figure"))
            if measurement.unit != figure.unit:
                what = tr("must be {unit}, not {given!r}", unit=figure.unit, given=measurement.unit)
                raise wrong(where, what)
            for number in (measurement.value, measurement.uncertainty):
                require_usual(number, where)
            seen.add(measurement.shot)
            found.append(measurement)
    return found


def _is_of(measurement: Measurement, figure: ComparedFigure, held: _Sealed) -> bool:
    named = not figure.shots or measurement.shot in figure.shots
    return named and measurement.shot in held.shots and is_of(measurement, figure)


def is_of(measurement: Measurement, figure: ComparedFigure) -> bool:
    """Whether a measurement is of a figure: quantity, region, direction and statistic."""
    wanted = figure.quantity, figure.region, figure.direction, figure.statistic
    given = measurement.quantity, measurement.region, measurement.direction, measurement.statistic
    return wanted == given and bool(figure.quantity)


def _report(repeats: Sequence[Measurement]) -> FigureReport:
    doubts = [one.uncertainty for one in repeats]
    stated = all(doubt > 0 for doubt in doubts)
    return FigureReport(
        values=tuple(one.value for one in repeats),
        uncertainty=_root_mean_square(doubts) if stated else None,
        expanded=_root_mean_square([one.expanded for one in repeats]) if stated else None,
        methods=frozenset(one.method for one in repeats),
    )


def _root_mean_square(values: Sequence[float]) -> float:
    return math.sqrt(sum(value**2 for value in values) / len(values))


def _notes(plan: Round, sealed: Sequence[_Sealed]) -> Iterator[str]:
    """Yield codes of what a reader must know of the sessions."""
    for held in sealed:
        serials = {subject.id: subject.serial for subject in held.session.plan.subjects}
        shots = held.shots.values()
        if not all(serials.get(shot.subject) for shot in shots):
            yield "camera_not_stated"
        if plan.chart_copy and not all(_serial(shot, held.folder) for shot in shots):
            yield "chart_not_stated"
        if held.vouched.signature in {Vouched.UNSIGNED, Vouched.NOT_CHECKED}:
            yield f"session_{held.vouched.signature}"

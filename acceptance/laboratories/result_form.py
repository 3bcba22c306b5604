"""Forms that laboratories fill in by hand: a table for each (CSV, XLSX), written and read back."""

from __future__ import annotations

import hashlib
import math
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.errors import UsageError
from acceptance.files import paths, regular, spreadsheet
from acceptance.files.output import put_new, require_ending, require_new
from acceptance.forms.answers import moment, number
from acceptance.laboratories.reported import FigureReport, LaboratoryReport
from acceptance.laboratories.round_plan import require_usual, wrong
from acceptance.messages import tr
from acceptance.model import Reason

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

    from acceptance.laboratories.round_plan import ComparedFigure, Laboratory, Round

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "laboratory": ("实验室代号", "laboratory"),
    "camera": ("摄像机编号", "camera serial number"),
    "chart_copy": ("测试卡编号", "chart serial number"),
    "date": ("日期", "date"),
    "figure": ("项目", "figure"),
    "what": ("测量内容", "what is measured"),
    "repeat": ("次序", "repeat"),
    "value": ("结果", "result"),
    "unit": ("单位", "unit"),
    "expanded": ("扩展不确定度", "expanded uncertainty"),
    "k": ("包含因子", "coverage factor"),
    "remark": ("备注", "remark"),
}
ONCE = ("camera", "chart_copy", "date")  # stated in any row; the others may repeat it
NEEDED = ("laboratory", "figure", "value", "unit")
WIDTHS = (12, 20, 20, 12, 14, 44, 8, 14, 10, 16, 12, 24)
ENDINGS = (".csv", ".xlsx")
USUAL_K = 2.0


@dataclass
class _Filled:
    """What the rows of a form say."""

    once: dict[str, str] = field(default_factory=dict)
    values: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    doubts: dict[str, list[tuple[float, float]]] = field(default_factory=lambda: defaultdict(list))


def describe(figure: ComparedFigure, lang: str) -> str:
    """Name a figure in words, with region, direction and statistic."""
    if figure.name:
        return figure.name
    parts = [wording.quantity(figure.quantity, lang)]
    parts += [wording.region(figure.region, lang)] if figure.region else []
    if figure.direction and figure.direction not in figure.region:
        parts.append(wording.word(figure.direction, "direction", lang))
    parts += [wording.word(figure.statistic, "statistic", lang)] if figure.statistic else []
    return ", ".join(parts) if lang != "zh" else "，".join(parts)


def table(plan: Round, laboratory: Laboratory, lang: str) -> list[list[str]]:
    """Return the table to fill in: heading, and a row for each figure and repeat."""
    rows = [[names[0 if lang == "zh" else -1] for names in COLUMNS.values()]]
    for figure in plan.figures:
        what = describe(figure, lang)
        rows += [
            [laboratory.code, "", "", "", figure.id, what, str(repeat), "", figure.unit, "", "", ""]
            for repeat in range(1, plan.repeats + 1)
        ]
    return rows


def write(plan: Round, folder: Path, *, ending: str = ".csv", lang: str = "zh") -> list[Path]:
    """Write a form for each laboratory that gives no sessions; return the files.

    Its name is the plan's ``form``, else CODE with ``ending``. Nothing is written over. Raises
    UsageError for another ending than .csv and .xlsx, or where nobody fills in a form, OutputError.
    """
    wanted = [laboratory for laboratory in plan.laboratories if not laboratory.sessions]
    if not wanted:
        raise UsageError(tr("all laboratories of this plan hand in sessions: no form is needed"))
    made = {folder / (one.form or f"{one.code}{ending}"): one for one in wanted}
    for path in made:
        require_ending(path, ENDINGS)
        require_new(path)
    for path, laboratory in made.items():
        rows = table(plan, laboratory, lang)
        if path.suffix.lower() == ".csv":
            put_new(path, spreadsheet.csv_of(rows))
        else:
            put_new(path, spreadsheet.workbook_of(rows, widths=WIDTHS, choices={}))
    return list(made)


def read(plan: Round, laboratory: Laboratory, folder: Path) -> LaboratoryReport:
    """Read a filled-in form, which lies in the plan's ``folder``.

    Repeats may be missing, or more than were asked for. U may stand in any of a figure's rows; of
    several, the root mean square counts, and no part of it shrinks with the repeats. Raises
    PlanError naming file, row and column: of another laboratory, camera or chart, an unknown
    figure, another unit, what is no finite number, U or k that is not above 0, nothing filled in.
    """
    name = laboratory.form
    path = paths.inside(folder, name, folder=tr("the plan's folder"), where=laboratory.code)
    filled = _Filled()
    for cells, where in _rows(path, name):
        _keep(filled, cells, plan, laboratory, where)
    if not filled.values:
        hint = tr("Fill it in, or take it out of the plan")
        raise wrong(name, tr("no result is filled in"), hint)
    return LaboratoryReport(
        code=laboratory.code,
        figures={
            figure: _report(values, filled.doubts[figure])
            for figure, values in filled.values.items()
        },
        notes=tuple(_notes(filled, plan)),
        origin=(name,),
        handed_in={hashlib.sha256(regular.content(path)).hexdigest(): name},
    )


def _rows(path: Path, name: str) -> Iterator[tuple[dict[str, str], str]]:
    """Yield the filled cells of each row by column, and where it is."""
    rows = spreadsheet.form(path, name)
    spreadsheet.check_once(rows[0], COLUMNS, name)
    places = spreadsheet.heading(rows[0], COLUMNS)
    for column in NEEDED:
        if column not in places:
            where = tr("{file}, row {row}", file=name, row=1)
            raise wrong(where, tr("there is no column {column!r}", column=COLUMNS[column][-1]))
    for number_, row in enumerate(rows[1:], start=2):
        cells = {column: row[at] for column, at in places.items() if at < len(row) and row[at]}
        if cells:
            yield cells, tr("{file}, row {row}", file=name, row=number_)


def _keep(
    filled: _Filled, cells: Mapping[str, str], plan: Round, laboratory: Laboratory, where: str
) -> None:
    """Take over a row."""
    if cells.get("laboratory", laboratory.code) != laboratory.code:
        what = tr("is of {other}, not of {code}", other=cells["laboratory"], code=laboratory.code)
        raise wrong(where, what, tr("Name each laboratory's own form in the plan"))
    for column in ONCE:
        _keep_once(filled.once, column, cells, where)
    _require_same(filled.once, plan, where)
    if "value" not in cells:
        if {"expanded", "k"} & cells.keys():
            raise wrong(where, tr("has an uncertainty, but no result"))
        return
    figure = _figure(cells, plan, where)
    filled.values[figure.id].append(_number(cells, "value", where))
    if "expanded" in cells:
        filled.doubts[figure.id].append((_above_zero(cells, "expanded", where), _k(cells, where)))
    elif "k" in cells:
        raise wrong(_at(where, "k"), tr("a coverage factor without its uncertainty"))


def _at(where: str, column: str) -> str:
    return tr("{row}, {column}", row=where, column=COLUMNS[column][-1])


def _number(cells: Mapping[str, str], column: str, where: str) -> float:
    value = number(cells[column], _at(where, column))
    require_usual(value, _at(where, column))
    return value


def _k(cells: Mapping[str, str], where: str) -> float:
    return _above_zero(cells, "k", where) if "k" in cells else USUAL_K


def _above_zero(cells: Mapping[str, str], column: str, where: str) -> float:
    value = _number(cells, column, where)
    if value <= 0:
        raise wrong(_at(where, column), tr("must be above 0, not {value}", value=value))
    return value


def _keep_once(once: dict[str, str], column: str, cells: Mapping[str, str], where: str) -> None:
    stated = cells.get(column, "")
    if column == "date" and stated:
        stated = moment(stated, _at(where, column))
    if stated and once.setdefault(column, stated) != stated and column != "date":
        what = tr("{stated!r} here and {other!r} above", stated=stated, other=once[column])
        raise wrong(_at(where, column), what)


def _require_same(once: Mapping[str, str], plan: Round, where: str) -> None:
    """Refuse results of another camera or print than the plan's."""
    for column, due in (("camera", plan.camera), ("chart_copy", plan.chart_copy)):
        stated = once.get(column, "")
        if due and stated and stated != due:
            what = tr("is of {stated!r}; the plan compares {due!r}", stated=stated, due=due)
            hint = tr("Only results of one camera and chart compare")
            raise wrong(_at(where, column), what, hint)


def _figure(cells: Mapping[str, str], plan: Round, where: str) -> ComparedFigure:
    known = {figure.id: figure for figure in plan.figures}
    named, unit = cells.get("figure", ""), cells.get("unit", "")
    figure, place = known.get(named), _at(where, "figure")
    if figure is None:
        what = tr("unknown figure {figure!r}", figure=named)
        raise wrong(place, what, tr("Figures: {known}", known=", ".join(known)))
    place = _at(where, "unit")
    if unit != figure.unit:
        what = tr("must be {unit}, not {given!r}", unit=figure.unit, given=unit)
        raise wrong(place, what, tr("Convert the results, and their uncertainty"))
    return figure


def _report(values: Sequence[float], stated: Sequence[tuple[float, float]]) -> FigureReport:
    """Put together the results of a figure, and what its rows state as U and k."""
    standard = _root_mean_square([expanded / k for expanded, k in stated])
    expanded = _root_mean_square([expanded for expanded, _ in stated])
    return FigureReport(values=tuple(values), uncertainty=standard, expanded=expanded)


def _root_mean_square(values: Sequence[float]) -> float | None:
    return math.sqrt(sum(value**2 for value in values) / len(values)) if values else None


def _notes(filled: _Filled, plan: Round) -> Iterator[Reason]:
    if "camera" not in filled.once:
        yield Reason(code="camera_not_stated")
    if plan.chart_copy and "chart_copy" not in filled.once:
        yield Reason(code="chart_not_stated")

"""A session as tables for people who go on working with it: results, figures, conditions, devices.

Numbers are numbers and dates dates, so that a spreadsheet sorts and filters them.
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.files import spreadsheet
from acceptance.messages import visible
from acceptance.report import bottom_lines, warning_lines
from acceptance.report.names import Names
from acceptance.report.result_pages import ResultsPage
from acceptance.report.rows import finding_rows

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.files.spreadsheet import CellValue
    from acceptance.model import Condition, Measurement, Note, Pack, Session, Taken
    from acceptance.report.rows import FindingRow

    Table = list[list[CellValue]]

SHEETS = ("about", "results", "measurements", "not_measured", "conditions", "devices")


def tables(session: Session, packs: Sequence[Pack], lang: str) -> dict[str, Table]:
    """Return the tables by their names in ``SHEETS``, each with its heading first."""
    names = Names(plan=session.plan, packs=packs, lang=lang)
    makers = (_about, _results, _measurements, _not_measured, _conditions, _devices)
    return {sheet: list(make(session, names)) for sheet, make in zip(SHEETS, makers, strict=True)}


def csv(table: Table) -> bytes:
    """Return a table as CSV (``spreadsheet.csv_of``); what is not known is empty.

    What would hide or turn text around is shown as an escape.
    """
    return spreadsheet.csv_of(
        [["" if value is None else visible(str(value), lines=True) for value in row]
         for row in table]
    )  # fmt: skip


def _heading(lang: str, *columns: str) -> list[CellValue]:
    words = wording.phrases(lang)["export"]
    return [str(words[column]) for column in columns]


def _about(session: Session, names: Names) -> Iterator[list[CellValue]]:
    words = wording.phrases(names.lang)["export"]
    yield [words["unsigned"], ""]
    yield [words["number"], session.id]
    yield [words["project"], session.plan.project.title]
    yield [words["judged"], str(wording.clock_time(session.finished))]
    yield [words["version"], session.tool_version]
    for sentence in bottom_lines.sentences(session, names.lang, names.packs):
        yield [words["conclusion"], sentence]
    for line in warning_lines.every(session, names.lang, names.packs):
        severity = wording.word(line.severity, "severity", names.lang)
        yield [severity, words["warning"].format(title=line.title, sentence=line.sentence)]


def _results(session: Session, names: Names) -> Iterator[list[CellValue]]:
    yield _heading(
        names.lang,
        *("row", "device", "device_name", "standard", "clause", "item", "quantity"),
        *("at_least", "at_most", "value", "expanded", "k", "unit", "result", "verdict"),
        *("provisional", "modality", "probability", "reason", "remarks", "shots"),
    )
    rows = finding_rows(session, names)
    serials = ResultsPage(names=names, rows=rows).serials
    for row in rows:
        yield [serials.get(row.number), *_result(row, session, names)]


def _result(row: FindingRow, session: Session, names: Names) -> list[CellValue]:
    finding, lang = row.finding, names.lang
    limit = finding.limit
    shots = dict.fromkeys(session.measurements[index].shot for index in finding.measurements)
    return [
        *(finding.subject, names.full_name(finding.subject)),
        *(names.standard(finding.pack), finding.clause),
        *(row.item, wording.quantity(finding.quantity, lang)),
        *((limit.at_least, limit.at_most) if limit else (None, None)),
        *(finding.value, finding.expanded_uncertainty, finding.k),
        *(wording.unit(finding.unit, lang), row.result),
        *(wording.verdict(finding, lang), _yes(finding.provisional, lang)),
        *(wording.word(finding.modality, "modality", lang), finding.probability),
        *(wording.reason(finding.reason, lang), " ".join(row.remarks), ", ".join(shots)),
    ]


def _yes(stated: object, lang: str) -> str:
    label = wording.phrases(lang)["label"]
    return str(label["yes"] if stated else label["no"])


def _measurements(session: Session, names: Names) -> Iterator[list[CellValue]]:
    yield _heading(
        names.lang,
        *("shot", "device", "quantity", "code", "region", "direction", "statistic", "value"),
        *("expanded", "k", "degrees_of_freedom", "unit", "bound", "count", "samples", "method"),
    )
    for item in session.measurements:
        yield _measurement(item, names.lang)


def _measurement(item: Measurement, lang: str) -> list[CellValue]:
    return [
        *(item.shot, item.subject, wording.quantity(item.quantity, lang), item.quantity),
        wording.region(item.region, lang),
        wording.word(item.direction, "direction", lang) if item.direction else "",
        wording.word(item.statistic, "statistic", lang) if item.statistic else "",
        *(item.value, item.expanded, item.k, _finite(item.degrees_of_freedom)),
        *(wording.unit(item.unit, lang), wording.bound(item).strip(), item.count, item.samples),
        wording.word(item.method, "method", lang),
    ]


def _finite(number: float | None) -> float | None:
    """Return a number that a cell can hold: infinite degrees of freedom stay empty."""
    return None if number is None or number in {float("inf"), float("-inf")} else number


def _not_measured(session: Session, names: Names) -> Iterator[list[CellValue]]:
    yield _heading(names.lang, "shot", "device", "quantity", "region", "reason")
    for note in session.notes:
        yield [note.shot, note.subject, _what(note, names.lang),
               wording.region(note.region, names.lang),
               wording.reason(note.reason, names.lang)]  # fmt: skip


def _what(note: Note, lang: str) -> str:
    if note.quantity:
        return wording.quantity(note.quantity, lang)
    return wording.word(note.metric, "metric", lang)


def _conditions(session: Session, names: Names) -> Iterator[list[CellValue]]:
    yield _heading(
        names.lang,
        *("shot", "device", "filmed", "condition", "value", "unit", "instrument", "source"),
    )
    for taken in session.taken:
        for condition in taken.conditions:
            yield _condition(taken, condition, names.lang)


def _condition(taken: Taken, condition: Condition, lang: str) -> list[CellValue]:
    name = wording.word(condition.name, "condition", lang)
    unit = wording.unit(condition.unit, lang)
    return [taken.id, taken.subject, _day(getattr(taken, "filmed", "")), name, condition.value,
            unit, condition.instrument, condition.source]  # fmt: skip


def _day(stated: object) -> CellValue:
    """Return a day as a date; what is none, as it is written."""
    if isinstance(stated, date):
        return stated
    try:
        return date.fromisoformat(str(stated or ""))
    except ValueError:
        return str(stated or "")


def _devices(session: Session, names: Names) -> Iterator[list[CellValue]]:
    subjects = session.plan.subjects
    facts = dict.fromkeys(fact for subject in subjects for fact in subject.facts)
    fixed = ("device", "kind", "device_name", "parent", "manufacturer", "model", "serial")
    worded = [wording.word(fact, "fact", names.lang) for fact in facts]
    yield [*_heading(names.lang, *fixed, "address"), *worded]
    for subject in subjects:
        kind = wording.word(subject.kind, "kind", names.lang)
        stated = [_fact(subject.facts, fact, names.lang) for fact in facts]
        yield [subject.id, kind, subject.name, subject.parent, subject.manufacturer,
               subject.model, subject.serial, subject.address, *stated]  # fmt: skip


def _fact(facts: Mapping[str, object], name: str, lang: str) -> str:
    return wording.word(str(facts[name]), "fact_value", lang) if name in facts else ""

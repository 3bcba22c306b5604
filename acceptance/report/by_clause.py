"""Results by clause, devices as columns: all of them where they fit, else what tells of a lot."""

from __future__ import annotations

import math
import statistics
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.model import Verdict
from acceptance.report.rows import UNJUDGED, fails

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model import Finding
    from acceptance.report.names import Names
    from acceptance.report.rows import FindingRow

WHOLE = 4  # devices beside each other whose results stand with their uncertainty
UPRIGHT = 6  # that fit on a page which is not turned
MOST_COLUMNS = 12
MOST_FAILED = 36  # devices that failed and get columns; all are in annex A


@dataclass(frozen=True, kw_only=True)
class ClauseRow:
    """One requirement, and what came of it on the devices of a table."""

    serial: int
    """Number in the main report, from 1."""

    first: FindingRow
    """Of the rows: clause, item and limit are those of all."""

    cells: Mapping[str, FindingRow]
    """By the id of the device."""

    @property
    def counts(self) -> list[tuple[Verdict, int]]:
        """How many devices have each verdict."""
        found = Counter(row.finding.verdict for row in self.cells.values())
        return [(verdict, found[verdict]) for verdict in Verdict if found[verdict]]

    @property
    def marked(self) -> Finding | None:
        """A finding that is marked (provisional, recommended ...) as all are; None: they differ."""
        every = [row.finding for row in self.cells.values()]
        judged = [finding for finding in every if finding.verdict not in UNJUDGED]
        marks = (
            {finding.provisional for finding in judged},
            {finding.modality for finding in every},
        )
        alike = all(len(each) <= 1 for each in marks)
        return (judged or every)[0] if alike else None

    @property
    def measured(self) -> list[FindingRow]:
        """Rows with a figure."""
        return [row for row in self.cells.values() if _figure(row) is not None]

    @property
    def worst(self) -> FindingRow | None:
        """The figure that is nearest to a limit, or farthest beyond it; None: no limit."""
        judged = [row for row in self.measured if row.finding.limit]
        return min(judged, key=_slack, default=None)

    def median(self, lang: str) -> str:
        """Write the median of the figures."""
        figures = [figure for row in self.measured if (figure := _figure(row)) is not None]
        if not figures:
            return wording.DASH
        return wording.figure(statistics.median(figures), self.first.finding.unit, lang)


@dataclass(frozen=True, kw_only=True)
class ClauseTable:
    """The requirements of one standard on devices of one kind."""

    pack: str
    kind: str
    """Kind of the devices; empty: what is no device of the plan."""

    devices: Sequence[str]
    """Ids, in the plan's order."""

    rows: Sequence[ClauseRow]

    @property
    def counts(self) -> list[tuple[Verdict, int]]:
        """How many findings there are of each verdict."""
        found = Counter(cell.finding.verdict for row in self.rows for cell in row.cells.values())
        return [(verdict, found[verdict]) for verdict in Verdict if found[verdict]]

    @property
    def is_lot(self) -> bool:
        """Whether the devices are too many to stand beside each other."""
        return len(self.devices) > MOST_COLUMNS

    @property
    def is_whole(self) -> bool:
        """Whether each result stands with its words and uncertainty."""
        return len(self.devices) <= WHOLE

    @property
    def is_wide(self) -> bool:
        """Whether it needs a page on its side."""
        return UPRIGHT < len(self.devices) <= MOST_COLUMNS

    @cached_property
    def failed(self) -> list[str]:
        """Devices that fail what counts, the first ``MOST_FAILED``."""
        return self._failing[:MOST_FAILED]

    @property
    def left_out(self) -> int:
        """How many devices fail beside those."""
        return len(self._failing) - len(self.failed)

    @cached_property
    def _failing(self) -> list[str]:
        failing = {device for row in self.rows for device, cell in row.cells.items() if fails(cell)}
        return [device for device in self.devices if device in failing]

    def parts(self) -> Iterator[ClauseTable]:
        """Give the failed devices of a lot as tables that fit, with what they failed."""
        for start in range(0, len(self.failed), MOST_COLUMNS):
            devices = self.failed[start : start + MOST_COLUMNS]
            failed = [
                row for row in self.rows
                if any(fails(row.cells[device]) for device in devices if device in row.cells)
            ]  # fmt: skip
            yield ClauseTable(pack=self.pack, kind=self.kind, devices=devices, rows=failed)


@dataclass(frozen=True, kw_only=True)
class ClausesPage:
    """Every requirement that applies, in the order of standards and clauses."""

    names: Names
    rows: Sequence[FindingRow]

    @cached_property
    def tables(self) -> list[ClauseTable]:
        """Tables by standard, then by kind of device."""
        serial, tables = 0, []
        for (pack, kind), rows in self._groups.items():
            by_requirement: dict[str, dict[str, FindingRow]] = defaultdict(dict)
            for row in rows:
                by_requirement[row.finding.requirement][row.finding.subject] = row
            lines = [
                ClauseRow(serial=serial + at, first=next(iter(cells.values())), cells=cells)
                for at, cells in enumerate(by_requirement.values(), 1)
            ]
            serial += len(lines)
            found = {row.finding.subject for row in rows}
            tables.append(ClauseTable(pack=pack, kind=kind, devices=self._ordered(found),
                                      rows=lines))  # fmt: skip
        return tables

    @cached_property
    def _groups(self) -> Mapping[tuple[str, str], Sequence[FindingRow]]:
        groups: dict[tuple[str, str], list[FindingRow]] = defaultdict(list)
        for row in self.rows:
            if row.finding.verdict is not Verdict.NOT_APPLICABLE:
                groups[row.finding.pack, self.names.kind(row.finding.subject)].append(row)
        return groups

    def _ordered(self, found: set[str]) -> list[str]:
        planned = [subject for subject in self.names.subjects if subject in found]
        return [*planned, *sorted(found - {*planned})]

    def brief(self, row: FindingRow) -> str:
        """Write a result without unit and uncertainty, which stand elsewhere."""
        figure, expanded = _figure(row), row.finding.expanded_uncertainty
        if figure is None:
            return ""
        if expanded and math.isfinite(expanded):
            return wording.rounded(figure, expanded)[0]
        return wording.number(figure)


def _figure(row: FindingRow) -> float | None:
    value = row.finding.value
    return value if value is not None and math.isfinite(value) else None


def _slack(row: FindingRow) -> float:
    """How far a figure is inside its limit, in the limit's unit; negative beyond it."""
    limit, value = row.finding.limit, _figure(row) or 0.0
    bounds = [
        *([value - limit.at_least] if limit and limit.at_least is not None else []),
        *([limit.at_most - value] if limit and limit.at_most is not None else []),
    ]
    return min(bounds, default=math.inf)

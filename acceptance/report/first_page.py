"""How many of the failed items stand on the first page: all that there is room for.

The room is reckoned from the lengths of the words, not taken from the renderer: pages that another
renderer sets to verify a report then list the same items.
"""

from __future__ import annotations

import itertools
import math
import unicodedata
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Pack, Session
    from acceptance.report.front_pages import CoverPage, SummaryPage
    from acceptance.report.rows import FindingRow

ROOM = 250.0  # mm of the 255 between the margins of style.css; the rest is for what is reckoned ill
MOST, FEWEST = 30, 3  # rows
POINT = 25.4 / 72  # mm
NARROW = 0.56  # of the width of a Chinese character, a Latin letter
WIDTH = 184.0  # mm between the margins
MASTHEAD, HEAD, PLACES, MARKS = 11.5, 8.0, 17.5, 7.0  # mm, what frames and margins take with it
SAYS_MORE = 7.0
SMALLER = 0.78  # of the height of what is beside the rows, where all is set smaller: 0.65 to 0.7
FACTS, FACT_WIDTH = 4.0, 63.0
COLUMNS = {"clause": 14.0, "item": 41.0, "subject": 39.5, "limit": 22.5, "result": 28.5,
           "margin": 22.5}  # mm inside the cells  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class FirstPage:
    """The first page of a report, by the room that its parts take."""

    session: Session
    packs: Sequence[Pack]
    lang: str
    summary: SummaryPage
    cover: CoverPage

    letterhead: bool
    """Whether the institute has a head of its own, or a logo."""

    marked: bool
    """Whether it bears marks of accreditation."""

    @cached_property
    def failed_shown(self) -> int:
        """How many failed items are listed; 3 at least, whatever else stands there."""
        failed = self.summary.failed
        room = ROOM - self._beside * (SMALLER if self.crowded else 1.0)
        ends = [*itertools.accumulate(self._row(row) for row in failed[:MOST])]
        if ends and len(failed) <= MOST and ends[-1] <= room:
            return len(failed)
        shown = sum(1 for end in ends if end <= room - SAYS_MORE)
        return min(max(shown, FEWEST), len(failed))

    @property
    def crowded(self) -> bool:
        """Whether all is set smaller, because there is no room for a few failed items as it is."""
        rows = [self._row(row) for row in self.summary.failed[:FEWEST]]
        return sum(rows) + (SAYS_MORE if rows else 0) > ROOM - self._beside

    @property
    def _beside(self) -> float:
        """Height in mm of all but the rows."""
        return self._head + self._verdict + self._facts + self._foot

    @property
    def _head(self) -> float:
        own = 24.0 if self.letterhead else 0.0
        standards = " · ".join(pack.number[:40] for pack in self.packs[:12])
        spread = 1.12 if self.lang == "zh" else 1.03  # letters of the title stand apart
        title = _lines(self.cover.title[:45], 26 * spread, WIDTH) * 26 * 1.3
        return (
            own + 8.2 + MASTHEAD + (title + _lines(standards, 11, WIDTH - 20) * 11 * 1.55) * POINT
        )

    @property
    def _verdict(self) -> float:
        summary = self.summary
        counts = " · ".join(f"{name} {count}" for name, count in summary.counts.items())
        warned = [f"提示 {line.title} (00): {line.sentence}" for line in summary.overview.lines] + [
            summary.overview.rest
        ]
        return (
            10.1
            + (_lines(summary.answer, 21, WIDTH - 15) * 21 * 1.25) * POINT
            + 1.5
            + _height([counts], 9.5, 1.55)
            + 7.8
            + _height([summary.lines[0]], 10.5, 1.35, WIDTH - 8)
            + _height(warned, 8.6, 1.35, WIDTH - 8, between=0.9)
            + (11.7 if summary.provisional else 0)
        )

    @property
    def _facts(self) -> float:
        project = self.session.plan.project
        scope = str(wording.phrases(self.lang)["scope_long"][self.session.bottom_line.scope])
        said = [
            *(project.title, project.customer, project.builder, project.inspected),
            *(self.cover.subjects, project.kind, scope, project.place),
            *([project.contract] if project.contract else []),
        ]
        pairs = itertools.zip_longest(said[::2], said[1::2], fillvalue="")
        rows = (max(_lines(text[:60], 8.4, FACT_WIDTH) for text in pair) for pair in pairs)
        return FACTS + sum(lines * 8.4 * 1.42 * POINT + 2.4 for lines in rows)

    @property
    def _foot(self) -> float:
        return (
            4.0
            + _height([self.cover.laboratory[:100]], 15, 1.55, between=1.5)
            + _height([self.cover.address[:90], "-"], 11, 1.55, between=1.5)
            + (MARKS if self.marked else 0)
            + (PLACES + 10.0 if self.session.supersedes else PLACES)
            + HEAD
        )

    def _row(self, row: FindingRow) -> float:
        limit = row.finding.limit
        cells = {
            "clause": row.clause.number[:12],
            "item": row.item[:40],
            "subject": self.cover.names.short(row.finding.subject, 30),
            "limit": wording.limit(limit, self.lang) if limit else "-",
            "result": row.result[:40],
            "margin": row.margin,
        }
        lines = max(_lines(text, 7.8, COLUMNS[name]) for name, text in cells.items())
        return lines * 7.8 * 1.32 * POINT + 1.4


def _height(
    texts: list[str], size: float, leading: float, width: float = WIDTH, between: float = 0.0
) -> float:
    """Height in mm of paragraphs set in ``size`` points."""
    return sum(_lines(text, size, width) * size * leading * POINT + between for text in texts)


def _lines(text: str, size: float, width: float) -> int:
    """How many lines of ``width`` mm a text takes; at least one."""
    ems = sum(1.0 if unicodedata.east_asian_width(each) in "WF" else NARROW for each in text)
    return max(1, math.ceil(ems * size * POINT / width))

"""Papers beside the report: a summary for the site on one page, and what is to be rectified.

Neither is the report, and both say so: they name its number and the hash of the session in it. Each
is one page of HTML that needs no file beside it.
"""

from __future__ import annotations

import base64
import bisect
import itertools
from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property, partial
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.decision import FAILURES
from acceptance.errors import SetupError
from acceptance.messages import visible
from acceptance.model import How, Verdict
from acceptance.report import own_pages, sheets, typesetting, whole_page
from acceptance.report.answers_page import KEPT
from acceptance.report.picture_pages import StillsPage
from acceptance.report.result_pages import concessions
from acceptance.report.rows import answer_of
from acceptance.report.templates import drawn, style, template

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date

    from acceptance.model import Limit
    from acceptance.report.book import Book
    from acceptance.report.rows import FindingRow

PICTURES = {".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".png": "image/png"}
MOST_PICTURES = 12  # of one requirement
LARGEST = 8_000_000  # bytes of a photo that is printed
FEWEST_ROWS, MOST_ROWS = 5, 24  # requirements in the tables of the summary
ROWS_TO_TRY = (MOST_ROWS, 12, FEWEST_ROWS, 3)  # on a page of an institute, where more have no room
LEAST_OPEN = 2  # of them in the table of what is open
MOST_NAMED = 2  # devices of one of them


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A still or photo, as an address that holds it."""

    caption: str
    address: str


@dataclass(frozen=True, kw_only=True)
class DemandRows:
    """The rows of one requirement, which share its words and limit."""

    rows: Sequence[FindingRow]

    @property
    def first(self) -> FindingRow:
        """Return the first of the rows."""
        return self.rows[0]

    @property
    def limit(self) -> Limit | None:
        """Return the limit that all rows share."""
        return self.first.finding.limit


def by_demand(rows: Iterable[FindingRow]) -> list[DemandRows]:
    """Put rows of one requirement and limit together, in the order of their first."""
    found: dict[tuple[str, object], list[FindingRow]] = defaultdict(list)
    for row in rows:
        found[row.finding.requirement, row.finding.limit].append(row)
    return [DemandRows(rows=group) for group in found.values()]


@dataclass(frozen=True, kw_only=True)
class ReportNamed:
    """The report that a paper belongs to."""

    session_sha256: str
    """Of ``session.json``, which is attached to the report."""

    report_sha256: str = ""
    """Of the report as it lies in the folder; empty: there is none."""

    signed: bool = False
    """Whether somebody has signed the report."""


@dataclass(frozen=True, kw_only=True)
class SiteSummary:
    """What those on site are told before the report is issued."""

    book: Book

    rows: int
    """How many requirements both tables hold."""

    tight: bool
    """Whether the page is set in small print, with one device named for a requirement."""

    @cached_property
    def failed(self) -> list[DemandRows]:
        """What failed, by requirement."""
        return by_demand(self.book.summary.failed)

    @cached_property
    def open(self) -> list[DemandRows]:
        """What is not decided or was not tested although it counts, by requirement."""
        return by_demand(self.book.summary.having(Verdict.INCONCLUSIVE, Verdict.NOT_TESTED))

    @property
    def listed(self) -> int:
        """How many requirements are in either table."""
        return len(self.failed) + len(self.open)

    @property
    def room(self) -> int:
        """How many requirements the first table holds."""
        return min(len(self.failed), self.rows - min(len(self.open), LEAST_OPEN))

    @property
    def room_for_open(self) -> int:
        """How many the second table holds."""
        return self.rows - self.room

    def named(self, demand: DemandRows) -> Sequence[FindingRow]:
        """Return the rows of a requirement whose devices are named."""
        return demand.rows[: 1 if self.tight else MOST_NAMED]

    @property
    def steps(self) -> list[str]:
        """What happens next, in sentences."""
        words = wording.phrases(self.book.lang)["site_summary"]
        summary = self.book.summary
        due = {
            "rectify": bool(self.failed),
            "open": bool(summary.having(Verdict.INCONCLUSIVE)),
            "untested": bool(summary.having(Verdict.NOT_TESTED)),
            "confirm": summary.provisional,
            "report": True,
        }
        return [str(words[f"next_{name}"]) for name, holds in due.items() if holds]


@dataclass(frozen=True, kw_only=True)
class Notice:
    """What failed and is to be rectified; ``until`` is the day by which, None: left blank."""

    book: Book
    until: date | None

    most: int = 0
    """Requirements that a first page of the institute's own names."""

    tight: bool = False
    """Whether that page is set in small print."""

    @cached_property
    def failed(self) -> list[DemandRows]:
        """What failed, by requirement."""
        return by_demand(self.book.summary.failed)

    @property
    def advised(self) -> int:
        """How many recommended items fail: they need not be rectified."""
        return sum(row.finding.verdict in FAILURES for row in self.book.summary.advisory)

    @property
    def deadline(self) -> str:
        """The day by which, in words; empty where it is to be written by hand."""
        return self.book.names.day(self.until.isoformat()) if self.until else ""

    def place(self, row: FindingRow) -> str:
        """Name what a device is part of, up to the site."""
        subjects, names = self.book.names.subjects, []
        subject = subjects.get(row.finding.subject)
        seen = {row.finding.subject}
        while subject and subject.parent and subject.parent not in seen:
            seen.add(subject.parent)
            names.append(self.book.names.subject(subject.parent))
            subject = subjects.get(subject.parent)
        return " / ".join(reversed(names))

    def remark(self, row: FindingRow) -> str:
        """Return what the person who answered noted."""
        answer = answer_of(row.finding, self.book.session.plan)
        return answer.note if answer else ""

    def conceded(self, row: FindingRow) -> str:
        """Word what the acceptance group decided beside the finding; empty: nothing."""
        words = wording.phrases(self.book.names.lang)
        pause = words["punctuation"]["pause"]
        return next(
            (
                concession.decision
                + words["report"]["beside"].format(
                    beside=f"{concession.by}{pause}{self.book.names.day(concession.when)}"
                )
                for concession, found in concessions(self.book.names.plan, self.book.rows)
                if found.number == row.number
            ),
            "",
        )

    def measure(self, demand: DemandRows) -> str:
        """Say in general what is to be done: the cause is for whoever built it to find."""
        words = wording.phrases(self.book.lang)["notice_measure"]
        how = demand.first.finding.how
        return str(words[how if how in {How.MEASURED, How.READ, How.DOCUMENTED} else "inspected"])

    def pictures(self, demand: DemandRows) -> list[Picture]:
        """Return stills of the shots, and photos of the answers, that the rows rest on."""
        shown: dict[str, dict[str, None]] = defaultdict(dict)
        for row in demand.rows:
            for name in self._names(row):
                shown[name][row.subject] = None
        found = ((self._address(name), subjects) for name, subjects in shown.items())
        comma = str(wording.phrases(self.book.lang)["bottom_line"]["comma"])
        held = (
            Picture(caption=comma.join(subjects), address=address)
            for address, subjects in found
            if address
        )
        return list(itertools.islice(held, MOST_PICTURES))

    def _names(self, row: FindingRow) -> Iterator[str]:
        """Name the pictures in the folder that a row rests on."""
        session = self.book.session
        stills = {shot.id: shot.still for shot in session.shots}
        for at in row.finding.measurements:
            yield stills.get(session.measurements[at].shot, "")
        answer = answer_of(row.finding, session.plan)
        for name in answer.evidence if answer else ():
            yield KEPT + name

    def _address(self, name: str) -> str:
        """Put a picture of the folder into an address; empty for what is none, or is too large."""
        file = self.book.folder / name
        kind = PICTURES.get(file.suffix.lower())
        inside = kind and StillsPage(folder=self.book.folder).address(name)
        if not inside or file.stat().st_size > LARGEST:
            return ""
        return f"data:{kind};base64,{base64.b64encode(file.read_bytes()).decode()}"


def site_summary(book: Book, origin: ReportNamed) -> str:
    """Return the summary for the site as HTML that fills one page of A4 at most.

    It lists as many requirements as there is room for, in small print where that is not for all
    of them; ``FEWEST_ROWS`` where there is no renderer to lay it out.
    """
    listed = SiteSummary(book=book, rows=MOST_ROWS, tight=False).listed

    def page(rows: int, *, tight: bool) -> str:
        return _page(
            "site_summary.html", book, origin, SiteSummary(book=book, rows=rows, tight=tight)
        )

    def overflows(rows: int, *, tight: bool) -> bool:
        return len(typesetting.rendered(page(rows, tight=tight), book.folder).pages) > 1

    try:
        for tight, fewest in ((False, MOST_ROWS), (True, FEWEST_ROWS)):
            counts = range(min(listed, fewest), min(listed, MOST_ROWS) + 1)
            fitting = bisect.bisect_left(counts, 1, key=partial(overflows, tight=tight))
            if fitting:
                return page(counts[fitting - 1], tight=tight)
    except SetupError:
        pass
    return page(min(listed, FEWEST_ROWS), tight=True)


def notice(book: Book, origin: ReportNamed, until: date | None) -> str:
    """Return the notice of what is to be rectified as HTML."""
    return _page("notice.html", book, origin, Notice(book=book, until=until))


def own_summary(book: Book, origin: ReportNamed) -> str:
    """Return the summary as HTML to be printed, on the page that the institute arranges.

    It lists as many requirements as that has room for. Nothing where it arranges none. Raises as
    ``whole_page.arranged``.
    """
    pages = [
        SiteSummary(book=book, rows=rows, tight=tight)
        for rows, tight in [(MOST_ROWS, False), *((rows, True) for rows in ROWS_TO_TRY)]
    ]
    return _own_page(sheets.SUMMARY, "site_summary.html", book, origin, pages)


def own_notice(book: Book, origin: ReportNamed, until: date | None) -> str:
    """Return the notice as HTML to be printed, its first page as the institute arranges it.

    That lists as many requirements as it has room for; all of them follow behind. Nothing where it
    arranges none. Raises as ``whole_page.arranged``.
    """
    pages = [
        Notice(book=book, until=until, most=most, tight=tight)
        for most in ROWS_TO_TRY
        for tight in (False, True)
    ]
    return _own_page(sheets.NOTICE, "notice.html", book, origin, pages)


def _own_page(
    name: str, frame: str, book: Book, origin: ReportNamed, pages: Sequence[SiteSummary | Notice]
) -> str:
    contexts = (_context(book, origin, page) for page in pages)
    own_sheet = whole_page.arranged(name, book, contexts)
    return _page(frame, book, origin, pages[0], own_sheet) if own_sheet else ""


def _page(
    name: str, book: Book, origin: ReportNamed, page: SiteSummary | Notice, own_sheet: str = ""
) -> str:
    made = template(name, book.lang).render(
        **_context(book, origin, page),
        own_sheet=drawn(own_sheet),
        style=style("papers.css") + style("whole.css"),
    )
    return visible(made, lines=True)


def _context(book: Book, origin: ReportNamed, page: SiteSummary | Notice) -> dict[str, object]:
    """Return what the templates of papers may ask for."""
    return {
        "book": book,
        "s": book.session,
        "names": book.names,
        "p": own_pages.worded(book.session.plan.institute, book.lang),
        "origin": origin,
        "page": page,
        "crowded": page.tight,
    }

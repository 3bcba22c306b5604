"""The session as one page for a browser: filtered, sorted, evidence opened in place.

Everything stands in the page and can be read without its script, which only hides, sorts and
repeats. The page asks nothing of a network; its script and style are named by their hashes in a
Content Security Policy (W3C, CSP Level 3), so that a browser runs no other.
"""

from __future__ import annotations

import base64
import hashlib
import re
from collections import Counter, defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.messages import visible
from acceptance.model import Verdict
from acceptance.report import own_pages, ways
from acceptance.report.answers_page import KEPT
from acceptance.report.picture_pages import StillsPage
from acceptance.report.rows import answer_of
from acceptance.report.shot_cards import ShotCards, moments
from acceptance.report.templates import drawn, style, template

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.model import Answer, Instrument
    from acceptance.report.book import Book
    from acceptance.report.rows import FindingRow
    from acceptance.report.shot_cards import Moment, ShotCard

TABLE = re.compile(r"<table.*?</table>", re.DOTALL)
PICTURES = (".jpg", ".jpeg", ".png", ".webp", ".gif")
# Who reads a page looks for what needs action first.
ORDER = (
    Verdict.FAIL,
    Verdict.CONDITIONAL_FAIL,
    Verdict.INCONCLUSIVE,
    Verdict.NOT_TESTED,
    Verdict.CONDITIONAL_PASS,
    Verdict.PASS,
)
TROUBLE = frozenset(ORDER[:3])


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file that supports an answer; ``address`` is None where it is not in the folder."""

    name: str
    address: str | None
    picture: bool


@dataclass(frozen=True, kw_only=True)
class WebRow:
    """A finding with all that it rests on, and its places in the lists to filter and sort by."""

    row: FindingRow
    rank: int
    clause: int
    device: int
    cards: Sequence[ShotCard]
    moments: Sequence[Moment]
    instruments: Sequence[Instrument]
    answer: Answer | None
    attachments: Sequence[Attachment]


@dataclass(frozen=True, kw_only=True)
class WebPage:
    """What the page of a session shows beyond the report's own pages."""

    book: Book

    @cached_property
    def rows(self) -> list[WebRow]:
        """Every finding that applies, those that need action first."""
        made = [self._row(row) for row in self._applying]
        return sorted(made, key=lambda each: (each.rank, each.row.number))

    @cached_property
    def _applying(self) -> list[FindingRow]:
        return [row for row in self.book.rows if row.finding.verdict in ORDER]

    @cached_property
    def devices(self) -> list[str]:
        """Ids of the subjects that have rows, in the order of the plan, all others behind."""
        found = dict.fromkeys(row.finding.subject for row in self._applying)
        planned = [subject for subject in self.book.names.subjects if subject in found]
        return list(dict.fromkeys([*planned, *found]))

    @cached_property
    def clauses(self) -> list[tuple[str, str]]:
        """Pack and number of the clauses that have rows, in natural order."""
        found = {(row.finding.pack, row.finding.clause) for row in self._applying}
        packs = {pack.id: place for place, pack in enumerate(self.book.packs)}
        return sorted(
            found,
            key=lambda each: (packs.get(each[0], len(packs)), each[0], wording.natural(each[1])),
        )

    @cached_property
    def verdicts(self) -> dict[Verdict, int]:
        """How many rows there are of each verdict, in the order of the rows."""
        count = Counter(row.finding.verdict for row in self._applying)
        return {verdict: count[verdict] for verdict in ORDER if count[verdict]}

    @cached_property
    def tallies(self) -> list[tuple[int, str, Counter[Verdict]]]:
        """Place, id and verdicts that count of each device, the worst first."""
        counts: dict[str, Counter[Verdict]] = defaultdict(Counter)
        for row in self._applying:
            if row.finding.decides:
                counts[row.finding.subject][row.finding.verdict] += 1
        every = [(place, device, counts[device]) for place, device in enumerate(self.devices)]
        return sorted(every, key=lambda each: [-each[2][verdict] for verdict in ORDER[:4]])

    @cached_property
    def cards(self) -> ShotCards:
        """What each shot shows."""
        figures = self.book.session.measurements
        trouble = {
            figures[index].shot
            for row in self._applying
            if row.finding.verdict in TROUBLE
            for index in row.finding.measurements
        }
        return ShotCards(book=self.book, first=frozenset(trouble))

    @cached_property
    def _places(self) -> tuple[dict[tuple[str, str], int], dict[str, int]]:
        clauses = {clause: place for place, clause in enumerate(self.clauses)}
        return clauses, {device: place for place, device in enumerate(self.devices)}

    def _row(self, row: FindingRow) -> WebRow:
        finding, session = row.finding, self.book.session
        figures = [session.measurements[index] for index in finding.measurements]
        every = self.cards.by_shot
        shots = dict.fromkeys(figure.shot for figure in figures if figure.shot in every)
        cards, answer = [every[shot] for shot in shots], answer_of(finding, session.plan)
        clauses, devices = self._places
        return WebRow(
            row=row,
            rank=ORDER.index(finding.verdict) + (0 if finding.decides else len(ORDER)),
            clause=clauses[finding.pack, finding.clause],
            device=devices[finding.subject],
            cards=cards,
            moments=moments(figures, every),
            instruments=self._instruments(cards, answer),
            answer=answer,
            attachments=self._attachments(answer),
        )

    def _instruments(self, cards: Sequence[ShotCard], answer: Answer | None) -> list[Instrument]:
        read = {answer.instrument} if answer else set()
        used = {each.id for card in cards for each in self.cards.instruments(card)} | read
        return [each for each in self.book.session.plan.instruments if each.id in used]

    def _attachments(self, answer: Answer | None) -> list[Attachment]:
        stored = StillsPage(folder=self.book.folder)
        return [
            Attachment(
                name=name,
                address=stored.address(KEPT + name),
                picture=name.lower().endswith(PICTURES),
            )
            for name in (answer.evidence if answer else ())
        ]


def html(book: Book) -> str:
    """Return the page of a session, to lie in its folder."""
    script, sheet = style("web.js"), style("web.css")
    guide = ways.Guide(session=book.session, names=book.names, here="html")
    page = template("web.html", book.lang).render(
        book=book,
        names=book.names,
        p=own_pages.worded(book.session.plan.institute, book.lang),
        page=WebPage(book=book),
        script=script,
        style=sheet,
        script_hash=_source(script),
        style_hash=_source(sheet),
        scrolling=_scrolling,
        rendering=True,
        sheets_left_out=(),
        ways=guide,
    )
    return ways.living(visible(page, lines=True), "", {"": ways.anchors(page)})


def _source(content: str) -> str:
    """Name an inline script or style as a Content Security Policy does."""
    return "sha256-" + base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()


def _scrolling(part: str, start: str) -> str:
    """Let each table of a part scroll by itself where it is too wide: ``start`` opens its box."""
    return drawn(TABLE.sub(lambda found: f"{start}{found[0]}</div>", part))

"""The pages of a report, for its templates."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Protocol, TypeVar

from acceptance.report.acceptance_forms import AcceptanceForms
from acceptance.report.answers_page import AnswersPage
from acceptance.report.audits_page import AuditsPage
from acceptance.report.by_clause import ClausesPage
from acceptance.report.circumstances import CircumstancesPage
from acceptance.report.first_page import FirstPage
from acceptance.report.front_pages import CoverPage, NoticesPage, SummaryPage
from acceptance.report.marks_page import MarksPage
from acceptance.report.names import Names
from acceptance.report.own_pages import OwnPages
from acceptance.report.picture_pages import (
    ConditionsPage,
    CurvesPage,
    PlaybackPage,
    RecordingsPage,
    StillsPage,
)
from acceptance.report.result_pages import ConclusionPage, CoveragePage, ResultsPage
from acceptance.report.rows import fails, finding_rows
from acceptance.report.site_page import SitePage
from acceptance.report.source_pages import DifferencesPage, EvidencePage, SourcesPage
from acceptance.report.uncertainty_page import UncertaintyPage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from acceptance.model import Pack, Session
    from acceptance.report.rows import FindingRow


class HasSubject(Protocol):
    """A shot, a measurement ..."""

    @property
    def subject(self) -> str:
        """Id of the subject that it is of."""


OfSubject = TypeVar("OfSubject", bound=HasSubject)


@dataclass(frozen=True, kw_only=True)
class Book:
    """A session and its packs as pages, one for each section of the report.

    ``folder`` is the session folder, ``profiles`` pairs packs with their other profiles.
    """

    session: Session
    packs: Sequence[Pack]
    folder: Path
    lang: str
    profiles: Sequence[tuple[Pack, Pack]] = ()

    @cached_property
    def names(self) -> Names:
        """What subjects, standards and requirements are called."""
        return Names(plan=self.session.plan, packs=self.packs, lang=self.lang)

    @cached_property
    def rows(self) -> tuple[FindingRow, ...]:
        """Every finding, numbered in order."""
        return finding_rows(self.session, self.names)

    @cached_property
    def failing(self) -> frozenset[str]:
        """Subjects that fail what counts."""
        return frozenset(row.finding.subject for row in self.rows if fails(row))

    def failed_first(self, items: Sequence[OfSubject]) -> list[OfSubject]:
        """Put what is of a subject that fails before all else, where not everything is shown."""
        return sorted(items, key=lambda item: item.subject not in self.failing)

    @cached_property
    def cover(self) -> CoverPage:
        """Title, project, laboratory."""
        return CoverPage(names=self.names)

    @cached_property
    def own(self) -> OwnPages:
        """What the institute puts on the report itself."""
        return OwnPages(
            plan=self.session.plan,
            folder=self.folder,
            report={
                "number": self.session.id,
                "title": self.cover.title,
                "date": self.names.day(self.session.finished),
            },
            people=self.summary.people,
        )

    @cached_property
    def marks(self) -> MarksPage:
        """The institute's accreditation marks."""
        provisional = self.summary.provisional
        return MarksPage(session=self.session, provisional=provisional, lang=self.lang)

    @cached_property
    def notices(self) -> NoticesPage:
        """What a reader must know of the report."""
        return NoticesPage(session=self.session, lang=self.names.lang)

    @cached_property
    def summary(self) -> SummaryPage:
        """Conclusion and summary."""
        return SummaryPage(session=self.session, names=self.names, rows=self.rows)

    @cached_property
    def first_page(self) -> FirstPage:
        """What there is room for on the first page."""
        return FirstPage(
            session=self.session, packs=self.packs, lang=self.lang, summary=self.summary,
            cover=self.cover, letterhead=bool(self.own.logo or self.own.text("letterhead")),
            marked=bool(self.marks.shown),
        )  # fmt: skip

    @cached_property
    def conclusion(self) -> ConclusionPage:
        """Conclusion of an acceptance."""
        return ConclusionPage(names=self.names, rows=self.rows)

    @cached_property
    def acceptance_forms(self) -> AcceptanceForms:
        """Part-forms and group of an acceptance."""
        return AcceptanceForms(
            session=self.session, names=self.names, rows=self.rows, people=self.summary.people
        )

    @cached_property
    def site(self) -> SitePage:
        """Sampling and planned shots."""
        return SitePage(session=self.session, names=self.names)

    @cached_property
    def results(self) -> ResultsPage:
        """Results by subject."""
        return ResultsPage(names=self.names, rows=self.rows)

    @cached_property
    def clauses(self) -> ClausesPage:
        """Results by clause."""
        return ClausesPage(names=self.names, rows=self.rows)

    @cached_property
    def circumstances(self) -> CircumstancesPage:
        """Conditions of all shots together."""
        return CircumstancesPage(session=self.session, names=self.names)

    @cached_property
    def answers(self) -> AnswersPage:
        """What people answered."""
        return AnswersPage(session=self.session, lang=self.lang)

    @cached_property
    def conditions(self) -> ConditionsPage:
        """Test conditions and gaps."""
        return ConditionsPage(session=self.session, names=self.names)

    @cached_property
    def curves(self) -> CurvesPage:
        """Curves, histograms, colours, timelines, zone maps."""
        return CurvesPage(
            session=self.session, names=self.names, folder=self.folder, first=self.failing
        )

    @cached_property
    def playback(self) -> PlaybackPage:
        """Comparison of live and playback."""
        return PlaybackPage(session=self.session, lang=self.lang)

    @cached_property
    def recordings(self) -> RecordingsPage:
        """Recordings kept."""
        return RecordingsPage(session=self.session, lang=self.lang)

    @cached_property
    def audits(self) -> AuditsPage:
        """Audits of devices."""
        return AuditsPage(session=self.session, lang=self.lang)

    @cached_property
    def stills(self) -> StillsPage:
        """Stills of the shots."""
        return StillsPage(folder=self.folder)

    @cached_property
    def uncertainty(self) -> UncertaintyPage:
        """Measurement uncertainty."""
        return UncertaintyPage(session=self.session, lang=self.lang)

    @cached_property
    def coverage(self) -> CoveragePage:
        """Coverage of the clauses."""
        return CoveragePage(rows=self.rows, lang=self.lang)

    @cached_property
    def sources(self) -> SourcesPage:
        """Sources of the requirements."""
        return SourcesPage(session=self.session)

    @cached_property
    def differences(self) -> DifferencesPage:
        """Differences between standards."""
        return DifferencesPage(session=self.session, packs=self.packs, profiles=self.profiles)

    @cached_property
    def evidence(self) -> EvidencePage:
        """Evidence and log."""
        return EvidencePage(session=self.session)

"""Accreditation marks of an institute: shown where they may be, else said why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.checks.verdict_words import VERDICTS
from acceptance.model import Verdict

if TYPE_CHECKING:
    from acceptance.model import Accreditation, Finding, Session

UNTESTED = {Verdict.NOT_APPLICABLE, Verdict.NOT_TESTED}


@dataclass(frozen=True, kw_only=True)
class MarksPage:
    """The marks of the session's institute.

    A mark is shown only where its scope covers every item that was tested, nothing in the report is
    ``provisional``, no pack is another one than its name says, and it was valid on every day of the
    work and when it was judged.
    """

    session: Session
    provisional: bool
    lang: str

    @property
    def shown(self) -> list[Accreditation]:
        """Marks that the first page bears."""
        return [held for held in self._held if not self._why_not(held)]

    @property
    def left_out(self) -> list[str]:
        """Why a mark of the institute is not on the report, a sentence for each."""
        return [
            f"{held.mark}: {why}" for held in self._held for why in [self._why_not(held)] if why
        ]

    @property
    def _held(self) -> tuple[Accreditation, ...]:
        """The marks but for those whose names say a verdict, which a plan is refused for."""
        every = self.session.plan.institute.accreditations
        return tuple(held for held in every if not VERDICTS.search(f"{held.mark} {held.number}"))

    def _why_not(self, held: Accreditation) -> str:
        words = wording.phrases(self.lang)["marks"]
        if self.provisional:
            return str(words["provisional"])
        if any(warning.code == "altered_pack" for warning in self.session.warnings or ()):
            return str(words["altered"])
        if self._last_day > held.until:
            return str(words["expired"]).format(until=held.until)
        if not self._tested:
            return str(words["nothing"])
        beyond = [finding for finding in self._tested if not _covers(held, finding)]
        return str(words["beyond"]).format(count=len(beyond)) if beyond else ""

    @property
    def _last_day(self) -> str:
        return max(str(wording.clock_time(self.session.finished))[:10], *self.session.days_of_work)

    @property
    def _tested(self) -> list[Finding]:
        return [finding for finding in self.session.findings if finding.verdict not in UNTESTED]


def _covers(held: Accreditation, finding: Finding) -> bool:
    names = {finding.requirement, f"{finding.pack}#{finding.clause}", f"{finding.pack}#*"}
    return not names.isdisjoint(held.items)

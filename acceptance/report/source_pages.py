"""What the report rests on: sources of the requirements, where standards differ, evidence."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from acceptance.checks import pack_differences
from acceptance.model import Verdict
from acceptance.report import provenances

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.checks.pack_differences import Dispute, Parting
    from acceptance.model import Pack, Requirement, Session
    from acceptance.report.provenances import Confirmed


@dataclass(frozen=True, kw_only=True)
class SourcesPage:
    """Where each requirement comes from, and who confirmed it."""

    session: Session

    def kept(self, pack: Pack) -> dict[str, str]:
        """SHA-256 of the files that a pack was read from, by their path in the session folder."""
        return provenances.kept(pack, self.session.hashes)

    def confirmed(self, pack: Pack) -> list[Confirmed]:
        """Everything of a pack that somebody confirmed."""
        return provenances.confirmed(pack)

    def applied(self, pack: Pack) -> list[Requirement]:
        """Return the requirements of a pack that applied to at least one subject."""
        applied = {
            finding.requirement
            for finding in self.session.findings
            if finding.verdict is not Verdict.NOT_APPLICABLE
        }
        return [demand for demand in pack.requirements if f"{pack.id}#{demand.id}" in applied]


@dataclass(frozen=True, kw_only=True)
class DifferencesPage:
    """Where standards differ; ``profiles`` pairs packs with their other profiles."""

    session: Session
    packs: Sequence[Pack]
    profiles: Sequence[tuple[Pack, Pack]]

    @cached_property
    def conflicts(self) -> list[Dispute]:
        """Where standards differ on what was judged or is due."""
        return pack_differences.conflicts(self.packs, self.session.findings)

    @cached_property
    def partings(self) -> list[Parting]:
        """What other profiles of the packs ask otherwise, of what applied or may apply."""
        session = self.session
        return pack_differences.partings(self.profiles, session.plan, session.findings)


@dataclass(frozen=True, kw_only=True)
class EvidencePage:
    """The files that the signature covers."""

    session: Session

    @property
    def files(self) -> list[tuple[str, str]]:
        """Path and SHA-256 of each file, by path without regard to case."""
        return sorted(self.session.hashes.items(), key=lambda file: file[0].lower())

"""What the shots show: conditions, curves, live against playback, recordings, stills."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from acceptance import wording
from acceptance.files import paths
from acceptance.model import Scope
from acceptance.report import channel_rows, exhibits, playback

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from acceptance.model import Note, Session, Shot
    from acceptance.report.channel_rows import ChannelRow
    from acceptance.report.exhibits import Exhibit
    from acceptance.report.names import Names
    from acceptance.report.playback import ShotPair


@dataclass(frozen=True, kw_only=True)
class ConditionsPage:
    """Under which conditions each shot was taken, and which results were not obtained."""

    session: Session
    names: Names

    def takes(self, shot: Shot) -> str:
        """Count the log's takes of a shot."""
        count = sum(
            entry.what == "taken" and entry.details.get("shot") == shot.id
            for entry in self.session.log
        )
        return str(count) if count else wording.DASH

    @property
    def notes(self) -> Sequence[Note]:
        """Gaps to list; of a site only those of quantities that its requirements ask for."""
        if self.session.plan.scope is not Scope.SITE:
            return self.session.notes
        asked = {demand.quantity for demand in self.names.requirements.values()} | {""}
        return [note for note in self.session.notes if note.quantity in asked]


@dataclass(frozen=True, kw_only=True)
class CurvesPage:
    """Measured curves, timelines and zone maps, drawn; those of ``first`` come first."""

    session: Session
    lang: str
    first: Collection[str] = ()

    @cached_property
    def plots(self) -> list[Exhibit]:
        """Curves of the session."""
        limits = {
            index: finding.limit
            for finding in self.session.findings
            for index in finding.measurements
            if finding.limit and finding.decides
        }
        return exhibits.curves(self.session.measurements, self.lang, self.first, limits)

    @cached_property
    def places(self) -> dict[int, str]:
        """Index of a measurement -> anchor of the plot that has its curve."""
        return exhibits.curve_places(self.session.measurements, self.lang, self.first)

    @cached_property
    def timelines(self) -> list[Exhibit]:
        """What happened in each shot over time."""
        return exhibits.timelines(self.session.measurements, self.lang)

    @cached_property
    def zone_maps(self) -> list[Exhibit]:
        """What each zone of a picture resolves."""
        return exhibits.zone_maps(self.session.measurements, self.session.shots, self.lang)


@dataclass(frozen=True, kw_only=True)
class PlaybackPage:
    """Comparison of live and playback."""

    session: Session
    lang: str

    @cached_property
    def pairs(self) -> list[ShotPair]:
        """What each playback differs in from its live shot."""
        return playback.pairs(self.session.shots, self.session.measurements, self.session.notes)

    @property
    def curves(self) -> list[Exhibit]:
        """Curves of live and playback in one plot each, drawn."""
        return exhibits.compared(self.pairs, self.lang)


@dataclass(frozen=True, kw_only=True)
class RecordingsPage:
    """What the recorders kept."""

    session: Session
    lang: str

    def channels(self, recordings: str) -> list[ChannelRow]:
        """Rows of a recorder's channels."""
        return channel_rows.rows(self.session.measurements, recordings)

    @property
    def maps(self) -> list[Exhibit]:
        """When each channel of each recorder was recorded, drawn."""
        return exhibits.coverage_maps(self.session.measurements, self.session.recordings, self.lang)


@dataclass(frozen=True, kw_only=True)
class StillsPage:
    """Pictures of the session ``folder``."""

    folder: Path

    def address(self, name: str) -> str | None:
        """Return the address of a still relative to the session folder.

        Return None where the file is not in it.
        """
        inside = paths.stays(self.folder, name)
        return quote(name) if inside and (self.folder / name).is_file() else None

"""What the shots show: conditions, drawings, live against playback, recordings, stills."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from acceptance import wording
from acceptance.files import paths
from acceptance.model import Scope
from acceptance.report import (
    channel_rows,
    chart_exhibits,
    exhibits,
    histograms,
    playback,
    timeline_exhibits,
)

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence
    from pathlib import Path

    from acceptance.model import Limit, Measurement, Note, Session, Shot
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
    """What was measured, drawn: curves, histograms, colours, timelines, zones.

    What is of ``first`` comes first; ``folder`` is that of the session.
    """

    session: Session
    names: Names
    folder: Path
    first: Collection[str] = ()

    @property
    def _lang(self) -> str:
        return self.names.lang

    @cached_property
    def limits(self) -> dict[int, Limit]:
        """What each measurement was judged by, by its index."""
        return exhibits.judged(self.session)

    @cached_property
    def plots(self) -> list[Exhibit]:
        """Curves of the session."""
        return exhibits.curves(self.session.measurements, self._lang, self.first, self.limits)

    @cached_property
    def side_by_side(self) -> list[Exhibit]:
        """Curves of all devices."""
        return exhibits.devices(
            self.session.measurements, self._lang, self.names.subject, self.first, self.limits
        )

    @cached_property
    def histograms(self) -> list[Exhibit]:
        """How often values of a series came."""
        return histograms.draw(self.session.measurements, self._lang, self.first, self.limits)

    @cached_property
    def colour_planes(self) -> list[Exhibit]:
        """Colour patches as vectors."""
        return chart_exhibits.colour_planes(self._first_of_all, self._lang)

    @property
    def drawings(self) -> list[Exhibit]:
        """Curves, histograms and colours, those of a shot together."""
        every = [*self.plots, *self.histograms, *self.colour_planes]
        shots = {
            shot: place for place, shot in enumerate(dict.fromkeys(each.shot for each in every))
        }
        return sorted(every, key=lambda each: (each.subject not in self.first, shots[each.shot]))

    @cached_property
    def places(self) -> dict[int, str]:
        """Index of a measurement -> anchor of the drawing that shows it best."""
        figures = self.session.measurements
        return exhibits.curve_places(figures, self._lang, self.first) | histograms.places(
            figures, self.first
        )

    @cached_property
    def timelines(self) -> list[Exhibit]:
        """What happened in each shot over time."""
        return timeline_exhibits.timelines(self.session.measurements, self._lang)

    @cached_property
    def zone_maps(self) -> list[Exhibit]:
        """What each zone of a picture resolves."""
        return chart_exhibits.zone_maps(self.session.measurements, self.session.shots, self._lang)

    @cached_property
    def edge_maps(self) -> list[Exhibit]:
        """What each edge resolves, over the stills."""
        shots = sorted(self.session.shots, key=lambda shot: shot.subject not in self.first)
        address = StillsPage(folder=self.folder).address
        return chart_exhibits.edge_maps(self.session.measurements, shots, self._lang, address)

    @property
    def _first_of_all(self) -> list[Measurement]:
        figures = self.session.measurements
        return sorted(figures, key=lambda figure: figure.subject not in self.first)


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
        return quote(name) if paths.stored(self.folder, name) else None

"""What the web page shows of each shot: still, clip, drawings; and when in a clip to look."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING
from urllib.parse import quote

from acceptance.files import paths
from acceptance.report import chart_exhibits, exhibits, histograms, timeline_exhibits
from acceptance.report.picture_pages import StillsPage

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.model import Instrument, Measurement, Shot
    from acceptance.report.book import Book
    from acceptance.report.exhibits import Exhibit

PLAYED = (".mp4", ".m4v", ".mov", ".webm", ".mkv")  # what browsers may play
MOST_MOMENTS = 6  # of one finding
MOST_DRAWN = 60  # shots whose curves are drawn, those in trouble first


@dataclass(frozen=True, kw_only=True)
class Moment:
    """A place in a clip worth looking at; ``what`` is a quantity or a kind of event."""

    what: str
    section: str
    """Of the phrase file, which words ``what``."""
    seconds: float
    clip: str
    """Address of the clip."""


@dataclass(frozen=True, kw_only=True)
class ShotCard:
    """A shot with the addresses of its still and clip, from the session folder on."""

    anchor: str
    shot: Shot
    still: str | None
    clip: str
    played: bool
    """Whether a browser may play the clip."""
    worst: Sequence[Measurement]
    """Measurements whose worst frame is kept as a still."""
    drawings: Sequence[Exhibit]
    drawn: bool
    """Whether there was room for its drawings."""


@dataclass(frozen=True, kw_only=True)
class ShotCards:
    """The cards of a session's shots; ``first`` are ids of shots that are drawn before others."""

    book: Book
    first: frozenset[str]

    @cached_property
    def by_shot(self) -> dict[str, ShotCard]:
        """Return the card of each shot, by its id."""
        shots = self.book.session.shots
        ordered = sorted(shots, key=lambda shot: shot.id not in self.first)
        drawn = {shot.id for shot in ordered[:MOST_DRAWN]} | self.first
        return {
            shot.id: self._card(number, shot, drawn=shot.id in drawn)
            for number, shot in enumerate(shots)  # as ways.Guide.shot names them
        }

    def _card(self, number: int, shot: Shot, *, drawn: bool) -> ShotCard:
        clip, indices = clip_address(self.book, shot), self._of_shots[shot.id]
        found = [self.book.session.measurements[index] for index in indices]
        return ShotCard(
            anchor=f"shot-{number}",
            shot=shot,
            still=StillsPage(folder=self.book.folder).address(shot.still) if shot.still else None,
            clip=clip,
            played=clip.lower().endswith(PLAYED),
            worst=[figure for figure in found if "still" in figure.details],
            drawings=self._drawings(shot, indices) if drawn else [],
            drawn=drawn,
        )

    def _drawings(self, shot: Shot, indices: Sequence[int]) -> list[Exhibit]:
        lang, every = self.book.lang, self.book.curves.limits
        found = [self.book.session.measurements[index] for index in indices]
        limits = {own: every[index] for own, index in enumerate(indices) if index in every}
        stills = StillsPage(folder=self.book.folder)
        return [
            *exhibits.curves(found, lang, limits=limits),
            *histograms.draw(found, lang, limits=limits),
            *chart_exhibits.colour_planes(found, lang),
            *timeline_exhibits.timelines(found, lang),
            *chart_exhibits.zone_maps(found, [shot], lang),
            *chart_exhibits.edge_maps(found, [shot], lang, stills.address),
        ]

    @cached_property
    def _of_shots(self) -> Mapping[str, list[int]]:
        found: dict[str, list[int]] = defaultdict(list)
        for index, figure in enumerate(self.book.session.measurements):
            found[figure.shot].append(index)
        return found

    def instruments(self, card: ShotCard) -> list[Instrument]:
        """Return the instruments of a shot, its printed chart and its screen among them."""
        shot = card.shot
        named = {*shot.instruments, shot.chart_copy, shot.screen}
        return [each for each in self.book.session.plan.instruments if each.id in named]


def clip_address(book: Book, shot: Shot) -> str:
    """Return the address of a shot's clip from the session folder on; empty where it has none.

    Whether the file is there does not count: a folder without its clips has the same page.
    """
    inside = shot.clip and paths.stays(book.folder, shot.clip)
    return quote(shot.clip) if inside else ""


def moments(figures: Iterable[Measurement], cards: Mapping[str, ShotCard]) -> list[Moment]:
    """Say where in their clips figures are at their worst, and what happened there."""
    found = [
        moment
        for figure in figures
        if (card := cards.get(figure.shot)) and card.clip
        for moment in _moments(figure, card.clip)
    ]
    return found[:MOST_MOMENTS]


def _moments(figure: Measurement, clip: str) -> list[Moment]:
    worst = figure.details.get("worst_s")
    at_worst = (
        [Moment(what=figure.quantity, section="quantity", seconds=float(worst), clip=clip)]
        if isinstance(worst, int | float)
        else []
    )
    events = [
        Moment(what=event.kind, section="timeline", seconds=event.start, clip=clip)
        for event in figure.events
        if event.kind != "key_frame"
    ]
    return at_worst + events

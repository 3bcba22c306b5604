"""Which charts are where in the kept frames of a clip."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from acceptance.charts import colorchecker, finding
from acceptance.errors import GapError
from acceptance.footage.colorimetry import picture_of
from acceptance.model import Note, Reason
from acceptance.scene.views import STILL_WITHIN
from acceptance.scene.watch import moved

if TYPE_CHECKING:
    from collections.abc import Sequence

    from acceptance.charts.definition import Chart
    from acceptance.charts.located import Located
    from acceptance.footage.clip import Frame, VideoInfo
    from acceptance.model import Shot
    from acceptance.scene.watch import Watch

LIFT = 10.0  # factor that brightens the dark part of a picture of two light levels
# conditions of a shot of two copies in unlike light
TWO_LEVELS = ("illuminance_bright", "illuminance_dark")


@dataclass(frozen=True, kw_only=True)
class ChartPlaces:
    """Where the charts of a shot lie."""

    pair: tuple[Located, ...] = ()
    """Two copies of one chart in unlike light, else empty; they have no views."""
    printed: tuple[Located, ...] = ()
    """Places of the printed chart: one for all kept frames, or one for each; empty with a pair."""
    clocks: tuple[Located, ...] = ()
    """The last known place of each clock."""

    @property
    def located(self) -> tuple[Located, ...]:
        """One place of each chart in the picture."""
        return self.pair + self.printed[:1] + self.clocks

    @property
    def chart(self) -> Chart | None:
        """The chart that is measured; None without one, and of two copies."""
        return None if self.pair or not self.located else self.located[0].chart

    @property
    def name(self) -> str | None:
        """Name of the first chart in the picture, if any."""
        return self.located[0].chart.name if self.located else None


def locate(
    shot: Shot, wanted: Sequence[Chart], watch: Watch, video: VideoInfo, notes: list[Note]
) -> ChartPlaces:
    """Find the ``wanted`` charts in the frames that a watch has kept (at least one).

    Why a chart could not be found is added to ``notes``.
    """
    clocks = tuple(track.place for track in watch.tracks)
    pair = _pair(wanted, watch) if two_levels(shot) else ()
    if pair:
        return ChartPlaces(pair=pair, clocks=clocks)
    places = _printed_chart(shot, wanted, watch, video, notes)
    return ChartPlaces(printed=tuple(places), clocks=clocks)


def two_levels(shot: Shot) -> bool:
    """Whether the shot is of two copies in unlike light, by its conditions."""
    return {condition.name for condition in shot.conditions}.issuperset(TWO_LEVELS)


def _pair(wanted: Sequence[Chart], watch: Watch) -> tuple[Located, ...]:
    """Find the two copies; empty where there are not two.

    A copy too dark to be found beside the other is looked for in the dark part of the picture.
    """
    printed = [chart for chart in wanted if chart not in watch.clocks]
    codes = _mean(watch.kept).luma.astype(np.float32)
    places = finding.find(codes, printed)
    if len(places) == 1:
        bright = places[0]
        dark = finding.find(np.minimum(codes - codes.min(), np.ptp(codes) / LIFT), printed)
        places += [place for place in dark if _apart(place, bright) > bright.width / 2]
    return tuple(places) if len(places) == 2 else ()


def _apart(place: Located, other: Located) -> float:
    """Distance in px between the middles of two charts."""
    return math.dist(np.mean(place.corners, axis=0), np.mean(other.corners, axis=0))


def _printed_chart(
    shot: Shot, wanted: Sequence[Chart], watch: Watch, video: VideoInfo, notes: list[Note]
) -> list[Located]:
    """Find the printed chart in each kept frame: one place for all where it did not move.

    Charts without fiducials are looked for last, and only where nothing else is in the picture.
    """
    nothing_else = not (watch.tracks or shot.measured_regions or shot.plain_edges)
    try:
        places = _by_fiducials(watch.kept, [one for one in wanted if one not in watch.clocks])
    except GapError as gap:
        notes.append(Note.of(gap))
        return []
    if not places and nothing_else:
        places = _by_colours(watch.kept, wanted, video, notes)
    if places and places[0].cut_off:
        notes.append(Note(reason=Reason(code="chart_cut_off")))
    return places


def _by_fiducials(kept: Sequence[Frame], printed: Sequence[Chart]) -> list[Located]:
    """Find one of the charts that have fiducials; empty where none is seen.

    Raises GapError where several are seen, or one that is cut off, too small or mirrored.
    """
    charts = [chart for chart in printed if not chart.found_by]
    try:
        return _still_or_moving(kept, charts) if charts else []
    except GapError as gap:
        if gap.code != "chart_not_found":
            raise
        if finding.find(np.ascontiguousarray(kept[0].luma[:, ::-1]), charts):
            raise GapError("chart_mirrored") from None
        return []


def _still_or_moving(kept: Sequence[Frame], charts: Sequence[Chart]) -> list[Located]:
    """Find the one chart: in the mean of the frames where it does not move, else in each."""
    ends = kept if len(kept) == 1 else (kept[0], kept[-1])
    places = [_single(frame, charts) for frame in ends]
    if moved(places[-1], places[0]) > STILL_WITHIN:
        return [_single(frame, charts) for frame in kept]
    return [_single(_mean(kept), charts)]


def _by_colours(
    kept: Sequence[Frame], wanted: Sequence[Chart], video: VideoInfo, notes: list[Note]
) -> list[Located]:
    """Find a chart without fiducials, unless the picture has no colours."""
    checkers = [chart for chart in wanted if chart.found_by] if kept[0].cb is not None else []
    try:
        for chart in checkers:
            places = colorchecker.places(lambda n: picture_of(kept[n], video), len(kept), chart)
            if places:
                return places
        notes.append(Note(reason=Reason(code="chart_not_found")))
    except GapError as gap:
        notes.append(Note.of(gap))
    return []


def _single(frame: Frame, charts: Sequence[Chart]) -> Located:
    """Find the one chart in a frame; raises GapError for none, several, or one too small."""
    places = finding.find(frame.luma, charts)
    if len(places) != 1:
        return finding.locate_one(frame.luma, charts[0])
    if places[0].width < places[0].chart.smallest:
        return finding.locate_one(frame.luma, places[0].chart)
    return places[0]


def _mean(kept: Sequence[Frame]) -> Frame:
    """Mean of the frames, rounded to codes."""
    mean = np.mean([frame.luma for frame in kept], axis=0, dtype=np.float32)
    return replace(kept[0], luma=np.rint(mean).astype(kept[0].luma.dtype))

"""A clip seen through a located chart: all that a metric may see, from one decode pass.

It holds bounded crops by region (at most 32 evenly spaced frames, native codes, read-only) and
series over all frames; how their codes become light is in ``light.py``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Unpack

import numpy as np
from numpy.typing import NDArray

from acceptance.charts import printed_copy
from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.footage import sound as footage_sound
from acceptance.footage.ahead import ahead
from acceptance.live import stream_tables
from acceptance.model import BudgetLine, Measurement, Note, Reason, Shot, Value
from acceptance.scene import (
    black_bars,
    clock_session,
    coded_detail,
    damage,
    ground,
    history,
    locating,
    side_tables,
    stated_range,
    stream_words,
    views,
)
from acceptance.scene.code_range import spacings, used
from acceptance.scene.light import SeenLight
from acceptance.scene.series import Series, named, series_of
from acceptance.scene.watch import MOST_FRAMES, Watch, in_one_thread
from acceptance.uncertainty import Particulars, measurement

if TYPE_CHECKING:
    from acceptance.charts.definition import Chart
    from acceptance.charts.drive_sequence import Drive
    from acceptance.charts.located import Located
    from acceptance.live.stream_tables import PacketTable, StreamRecord
    from acceptance.scene.ground import Samples
    from acceptance.scene.locating import ChartPlaces
    from acceptance.scene.strips import Strip
    from acceptance.scene.views import View

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

# frames for each kept one, up to which quantisers on the way, in one thread, take less time
SET = 0.002  # s: two clocks are read together to less
SHORT = 10


@dataclass(frozen=True, kw_only=True)
class Scene(SeenLight):
    """What a metric sees: one shot, its regions, its series, and what is missing."""

    shot: Shot
    """The shot, completed by what was found: corners, chart and stream."""
    series: Series
    reference: clip.Frame
    """The middle one of the kept frames, for the still."""
    bars: black_bars.Bars = black_bars.NONE
    """How wide black bars are left, above, right and below, in px."""
    clocks: Mapping[str, Located] = field(default_factory=dict)
    """Last known places of the clocks, by their names in ``series.cells``."""
    strips: Mapping[str, Strip] = field(default_factory=dict)
    """Regions of burnt-in text in every frame, by name."""
    folder: Path = Path()
    """Folder from which the shot's paths count."""
    progress: Progress | None = field(default=None, compare=False, repr=False)
    """Called with frames done and frames in all by a metric that works frame by frame."""
    screen_log: Floats | None = None
    """Log of the clock screen (n, 2): index, time in s."""
    drive: Drive | None = None
    """What drove the light in the regions ``sequence``."""
    packets: PacketTable | None = None
    """The packets of a captured stream."""
    stream_record: StreamRecord | None = None
    """What else was written down when the stream was captured."""
    clock_moved: float = 0.0
    """s by which the computer's clock was set meanwhile: screen log and arrivals may lie so far
    apart, and both from Unix time."""
    notes: tuple[Note, ...] = ()
    """What could not be found, and why."""
    shared: dict[str, Any] = field(init=False, default_factory=dict, compare=False, repr=False)
    """What one metric worked out of the scene and others ask for too, by name; not to be changed.

    A copy with other contents (``dataclasses.replace``) begins with nothing.
    """

    @cached_property
    def shown(self) -> tuple[int, int, int, int]:
        """Where (x, y, width, height) the picture lies, between a pair of black bars."""
        outline = self.located[0].corners if self.located else ()
        return black_bars.between(self.bars, self.reference.luma.shape, outline)

    @property
    def has_sound(self) -> bool:
        """Whether the clip has sound."""
        path = self.folder / self.shot.clip
        return path.is_file() and footage_sound.has_sound(path)

    @cached_property
    def sound(self) -> tuple[footage_sound.Stretch, ...]:
        """Its sound, on the time of ``series.times``; empty where it has none."""
        return footage_sound.stretches(self.folder / self.shot.clip) if self.has_sound else ()

    def figure(
        self,
        quantity: str,
        value: float,
        unit: str,
        budget: Sequence[BudgetLine],
        *,
        samples: int,
        method: str,
        **particulars: Unpack[Particulars],
    ) -> Measurement:
        """Make a Measurement of this shot (``uncertainty.measurement``)."""
        return measurement(
            self.shot, quantity, value, unit, budget, samples=samples, method=method, **particulars
        )


def look(shot: Shot, folder: Path = Path(), *, progress: Progress | None = None) -> Scene:
    """Decode the shot's clip (relative to ``folder``) once and return the scene with its charts.

    ``progress`` is called with the frames seen and the frames there are. Without
    ``shot.chart_copy`` the charts are taken as drawn (``printed_copy.wanted``). Raises
    ClipError, ChartError and PlanError, and GapError where no frame can be kept; what is missing in
    the picture becomes a note of the scene.
    """
    opened = clip.open_clip(folder / shot.clip, shot.coding)
    wanted = printed_copy.wanted(shot, folder)
    regions, wall = shot.measured_regions, shot.is_wall
    watch = Watch(opened, wanted, views.driven(shot), regions, wall=wall)
    on_the_way = _named(wanted) and len(opened.packets) <= SHORT * MOST_FRAMES
    _decode(opened, watch, progress, with_quantisers=on_the_way)
    if not watch.kept:
        raise GapError("too_few_frames", frames=0, needed=1)
    opened = replace(opened, info=replace(opened.info, interlaced=watch.interlaced))
    return _scene(shot, folder, opened, wanted, watch, progress)


def _scene(
    shot: Shot,
    folder: Path,
    opened: clip.Clip,
    wanted: Sequence[Chart],
    watch: Watch,
    progress: Progress | None,
) -> Scene:
    """Put together what the watch has seen, what is cut from its frames, and the side tables."""
    notes: list[Note] = []
    charts = locating.locate(shot, wanted, watch, opened.info, notes)
    kept = _kept(shot, opened, wanted, watch.kept, charts)
    regions = _views(shot, opened.info, kept, charts, notes)
    notes += _of_the_file(opened, watch)
    session = clock_session.filmed(charts.clocks, kept)
    stream = stream_words.described(opened.info, len(watch.times), kept)
    packets = stream_tables.packets(folder / shot.packets) if shot.packets else None
    scene = Scene(
        shot=_completed(shot, charts, stream | ({"clock_session": session} if session else {})),
        video=history.with_coded_before(opened.info, kept) if _coded(shot, charts) else opened.info,
        chart=charts.chart,
        located=charts.located,
        views=regions,
        series=_series(shot, folder, opened, watch),
        reference=kept[len(kept) // 2],
        bars=black_bars.found([frame.luma for frame in kept], 1 << (opened.info.depth - 8)),
        spacings=spacings(regions.values()),
        used=used(regions.values()),
        clocks={name: track.place for name, track in named(watch.tracks).items()},
        strips=watch.strips.cut(),
        folder=folder,
        progress=progress,
        ground=_ground(kept, charts.printed, opened.info, regions),
        screen_log=_screen_log(shot, folder, session, notes),
        drive=side_tables.drive(shot, folder),
        packets=packets,
        stream_record=(record := _record(shot, folder, packets)),
        clock_moved=_clock_moved(shot, folder, record),
        notes=tuple(replace(note, shot=shot.id, subject=shot.subject) for note in notes),
    )
    return _noted(scene, kept)


def _of_the_file(opened: clip.Clip, watch: Watch) -> Iterator[Note]:
    """Yield what is to be said of a file that is cut short, damaged or slowed."""
    yield from _truncation(opened.info, len(watch.times))
    yield from damage.notes(opened, watch)
    yield from _slowed(opened.info)


def _series(shot: Shot, folder: Path, opened: clip.Clip, watch: Watch) -> Series:
    """Return what was seen over all frames, with their arrivals where a table has them."""
    arrivals = side_tables.of_frames(shot, folder, opened.packets, watch.times)
    return replace(series_of(opened, watch), arrivals=arrivals)


def _kept(
    shot: Shot,
    opened: clip.Clip,
    wanted: Sequence[Chart],
    kept: Sequence[clip.Frame],
    charts: ChartPlaces,
) -> Sequence[clip.Frame]:
    """Return the kept frames in the picture's size, with quantisers where pictures are measured."""
    again = (_coded(shot, charts) or _named(wanted)) and not _told(kept)
    sized = _sized(opened, _with_quantisers(opened, kept) if again else kept)
    return coded_detail.with_detail(opened, sized)


def _noted(scene: Scene, kept: Sequence[clip.Frame]) -> Scene:
    """Return the scene with notes on its range of codes, on black bars and an earlier coder."""
    believed = _believed(scene, kept)
    more = [*barred_notes(believed)]
    if scene.video.coded_before:
        reason = Reason(code="coded_before", parameters={"codec": scene.video.codec})
        more.append(Note(reason=reason, shot=scene.shot.id, subject=scene.shot.subject))
    return replace(believed, notes=(*believed.notes, *more))


def _believed(scene: Scene, kept: Sequence[clip.Frame]) -> Scene:
    """Return the scene, noted where the picture contradicts the range that the stream states."""
    believed = not scene.views or scene.shot.coding.full_range is not None
    if believed or not stated_range.contradicted(scene, kept):
        return scene
    code = "range_looks_limited" if scene.video.full_range else "range_looks_full"
    note = Note(reason=Reason(code=code), shot=scene.shot.id, subject=scene.shot.subject)
    return replace(scene, range_contradicted=True, notes=(*scene.notes, note))


def barred_notes(scene: Scene) -> Iterator[Note]:
    """Note the black bars beside a picture in which a region is measured."""
    rows, columns = scene.reference.luma.shape
    width, height = scene.shown[2:]
    left, top, right, bottom = scene.bars[:4]
    kept = {"width": width, "columns": columns, "height": height, "rows": rows}
    sides = {"left": left, "top": top, "right": right, "bottom": bottom}
    moved = (columns - width, rows - height)
    shot = scene.shot
    for code, seen, said in (
        ("black_bars", kept, moved != (0, 0)),
        ("black_bar_alone", sides, moved != (left + right, top + bottom)),
    ):
        if scene.views and said:
            reason = Reason(code=code, parameters=seen)
            yield Note(reason=reason, shot=shot.id, subject=shot.subject)


def _ground(
    kept: Sequence[clip.Frame],
    places: Sequence[Located],
    video: clip.VideoInfo,
    regions: Mapping[str, views.View],
) -> Samples | None:
    """Read the ground of the printed chart in the middle one of the kept frames."""
    if not places:
        return None
    at = len(kept) // 2
    holes = [view.box for view in regions.values() if view.region.kind == "hole"]
    return ground.samples(kept[at], places[min(at, len(places) - 1)], video, holes)


def _truncation(video: clip.VideoInfo, frames: int) -> list[Note]:
    if not video.truncated:
        return []
    return [Note(reason=Reason(code="truncated_clip", parameters={"frames": frames}))]


def _decode(
    opened: clip.Clip, watch: Watch, progress: Progress | None, *, with_quantisers: bool
) -> None:
    """Show every frame of the clip to the watch."""
    with in_one_thread():
        for frame in ahead(opened.frames(watch.sampled if with_quantisers else ())):
            watch.see(frame)
            if progress:
                progress(frame.index + 1, len(opened.packets))


def _named(wanted: Sequence[Chart]) -> bool:
    """Whether only printed charts are looked for, so that pictures are surely measured."""
    return all(chart.kind == "print" for chart in wanted)


def _coded(shot: Shot, charts: ChartPlaces) -> bool:
    """Whether pictures are measured, so that it matters how coarsely they were coded."""
    return bool(charts.pair or charts.printed or views.coded(shot) or shot.plain_edges)


def _told(kept: Sequence[clip.Frame]) -> bool:
    """Whether the frames had their quantisers read on the way."""
    return any(frame.quantisers is not None for frame in kept)


def _with_quantisers(opened: clip.Clip, kept: Sequence[clip.Frame]) -> list[clip.Frame]:
    """Decode the kept frames once more for the quantisers of their macroblocks."""
    quantisers = opened.quantisers({frame.index: frame.time for frame in kept})
    return [replace(frame, quantisers=quantisers.get(frame.index)) for frame in kept]


def _sized(opened: clip.Clip, kept: Sequence[clip.Frame]) -> list[clip.Frame]:
    """Return the frames with the sizes of their packets."""
    sizes = {packet.time: packet.size for packet in opened.packets}
    return [replace(frame, size=sizes.get(frame.time, 0)) for frame in kept]


def _views(
    shot: Shot,
    video: clip.VideoInfo,
    kept: Sequence[clip.Frame],
    charts: ChartPlaces,
    notes: list[Note],
) -> dict[str, View]:
    """Cut every region: plain edges where no chart was found, the chart's own, those by hand."""
    regions = views.of_chart(kept, charts.printed, notes) | views.by_hand(shot, kept, notes)
    if shot.plain_edges and not charts.printed:
        return views.of_plain_edges(video, kept, notes) | regions
    return regions


def _completed(shot: Shot, charts: ChartPlaces, stream: Mapping[str, Value]) -> Shot:
    """Put into the shot what was found: corners and chart, and what the stream says of itself."""
    corners = tuple(
        tuple((float(x), float(y)) for x, y in place.corners) for place in charts.located
    )
    return replace(shot, corners=corners, chart=shot.chart or charts.name, stream=stream)


def _slowed(info: clip.VideoInfo) -> list[Note]:
    """Say that the file states another pace of filming than it plays at."""
    if info.slowed == 1 or not info.nominal_rate:
        return []
    rate = float(info.nominal_rate)
    parameters = {"taken": info.slowed * rate, "played": rate}
    return [Note(reason=Reason(code="film_states_slow_motion", parameters=parameters))]


def _screen_log(shot: Shot, folder: Path, session: str, notes: list[Note]) -> Floats | None:
    """Read the log of the clock screen, unless it is of another session than the film."""
    if not shot.screen_log:
        return None
    log = side_tables.table(folder, shot.screen_log, 2)
    logged = clock_session.logged(folder / shot.screen_log)
    if session and logged and session != logged:
        parameters = {"film": session, "log": logged}
        notes.append(Note(reason=Reason(code="screen_log_of_other_session", parameters=parameters)))
        return None
    return log


def _record(shot: Shot, folder: Path, packets: PacketTable | None) -> StreamRecord | None:
    if not shot.stream_record:
        return None
    path = folder / shot.stream_record
    record = stream_tables.record(path)
    table = folder / shot.packets if shot.packets else None
    arrivals = folder / shot.arrivals if shot.arrivals else None
    stream_tables.require_together(path, record, packets, folder / shot.clip, table, arrivals)
    return record


def _clock_moved(shot: Shot, folder: Path, record: StreamRecord | None) -> float:
    """Return what log and record say of it; less than readings of two clocks differ by is none."""
    of_log = clock_session.clock_moved(folder / shot.screen_log) if shot.screen_log else 0.0
    moved = max(of_log, record.clock_moved if record else 0.0)
    return moved if moved > SET else 0.0

"""A clip seen through a located chart: all that a metric may see, from one decode pass.

It holds bounded crops by region (at most 32 evenly spaced frames, native codes, read-only) and
series over all frames. Light is linear by the inverse of the camera's curve: the chart's grey steps
where it has them, else the inverse of the declared transfer (ITU-R BT.709-6, 1.2; IEC 61966-2-1),
never the display's BT.1886.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Unpack

import numpy as np
from numpy.typing import ArrayLike, NDArray

from acceptance.charts import printed_copy
from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.footage import sound as footage_sound
from acceptance.footage.rounding import doubt_of_mean
from acceptance.footage.tone import curve, inverse_oetf
from acceptance.live import stream_tables
from acceptance.model import BudgetLine, Measurement, Note, Reason, Shot, Value
from acceptance.scene import clock_session, damage, locating, side_tables, stream_words, views
from acceptance.scene.series import Series, series_of
from acceptance.scene.watch import MOST_FRAMES, Watch, in_one_thread
from acceptance.uncertainty import Particulars, measurement

if TYPE_CHECKING:
    from acceptance.charts.definition import Chart
    from acceptance.charts.drive_sequence import Drive
    from acceptance.charts.located import Located
    from acceptance.live.stream_tables import PacketTable, StreamRecord
    from acceptance.scene.locating import ChartPlaces
    from acceptance.scene.strips import Strip
    from acceptance.scene.views import View

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

DOUBT_BETWEEN_STEPS, DOUBT_OF_DECLARED = 0.02, 0.1  # of the exponent
LEAST_DOUBT = 0.02  # codes: lighting over the steps is never more even
# frames for each kept one, up to which quantisers on the way, in one thread, take less time
SHORT = 10
FEWEST_STEPS = 4  # grey steps from which a tone curve is drawn


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a metric sees: one shot, its regions, its series, and what is missing."""

    shot: Shot
    """The shot, completed by what was found: corners, chart and stream."""
    video: clip.VideoInfo
    chart: Chart | None
    """The chart that is measured; None also where two copies are in the picture."""
    located: tuple[Located, ...]
    """One place of each chart in the picture."""
    views: Mapping[str, View]
    """Regions of the chart and by hand, by name."""
    series: Series
    reference: clip.Frame
    """The middle one of the kept frames, for the still."""
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
    notes: tuple[Note, ...] = ()
    """What could not be found, and why."""

    def of_kind(self, kind: str) -> tuple[View, ...]:
        """Every view of a kind of region, in the chart's order."""
        return tuple(view for view in self.views.values() if view.region.kind == kind)

    @property
    def has_sound(self) -> bool:
        """Whether the clip has sound."""
        path = self.folder / self.shot.clip
        return path.is_file() and footage_sound.has_sound(path)

    @cached_property
    def sound(self) -> tuple[footage_sound.Stretch, ...]:
        """Its sound, on the time of ``series.times``; empty where it has none."""
        return footage_sound.stretches(self.folder / self.shot.clip) if self.has_sound else ()

    @property
    def code_black(self) -> int:
        """Nominal code of black: 16 in limited range at 8 bit, 0 in full range."""
        return 0 if self.video.full_range else 16 << (self.video.depth - 8)

    @property
    def code_white(self) -> int:
        """Nominal code of white: 235 in limited range at 8 bit, the highest code in full range."""
        depth = self.video.depth
        return (1 << depth) - 1 if self.video.full_range else 235 << (depth - 8)

    @property
    def tone(self) -> str:
        """Which curve ``linear`` undoes."""
        return "grey_steps" if self._steps else f"inverse_oetf_{self.video.transfer}"

    @property
    def tone_doubt(self) -> float:
        """Half-width of the possible error of the tone curve's exponent.

        With grey steps it is what the curve between them leaves, and the slope error that the
        steps' own standard errors make between neighbours; else how far a camera's own curve may
        lie from the declared one.
        """
        if not self._steps:
            return DOUBT_OF_DECLARED
        codes, _, doubts = np.array(self._steps).T
        return float(DOUBT_BETWEEN_STEPS + math.sqrt(6) * doubts.max() / np.diff(codes).min())

    @property
    def copy_doubt(self) -> float:
        """Standard uncertainty of the tone curve's exponent that the printed copy brings.

        It is 0 where no steps are used. A printer's tone errors run smoothly from step to step;
        levels 5:1 apart, as an edge's two are, count as independent, each with the copy's doubt.
        """
        return math.sqrt(2) * self._reflectance_doubt / math.log(5)

    def copy_lines(self, sensitivity: float) -> list[BudgetLine]:
        """Budget line of the copy; ``sensitivity``: change of the result per unit of the exponent.

        There is none where the copy leaves no doubt.
        """
        doubt = abs(sensitivity) * self.copy_doubt
        line = BudgetLine(source="chart copy", contribution=doubt, evaluation="B")
        return [line] if doubt else []

    def copy_curves(self, codes: ArrayLike) -> list[Floats]:
        """Light of ``codes`` (any shape) for each way in which the print may be off.

        Each is off by one standard uncertainty (``printed_copy.tone_errors``). Empty where the copy
        leaves no doubt or no steps are used.
        """
        printed = [reflectance for _, reflectance, _ in self._steps]
        errors = printed_copy.tone_errors(self._reflectance_doubt, printed)
        return [self._following(1 + error)(self._nominal(codes)) for error in errors]

    def linear(self, codes: ArrayLike) -> Floats:
        """Light of luma codes of any shape: reflectance with grey steps, else 1 = white."""
        seen = np.asarray(codes, np.float64)
        if seen.size > self._light_of_codes.size:
            whole = seen.astype(np.int32)
            last = self._light_of_codes.size - 1
            if (whole == seen).all() and whole.min() >= 0 and whole.max() <= last:
                return self._light_of_codes[whole]
        return self._light(seen)

    def _light(self, codes: Floats) -> Floats:
        light = self._nominal(codes)
        return self._as_printed(light) if self._steps else light

    @cached_property
    def _light_of_codes(self) -> Floats:
        """Light of every whole code: looked up, which is faster than computed for each pixel."""
        return self._light(np.arange(1 << self.video.depth, dtype=np.float64))

    @property
    def _reflectance_doubt(self) -> float:
        """Relative standard uncertainty of the printed steps; 0 where none are used."""
        return self.chart.reflectance_doubt if self.chart and self._steps else 0.0

    @cached_property
    def _as_printed(self) -> Callable[[Floats], Floats]:
        """Light by the grey steps as they are printed, of nominal light."""
        return self._following(1.0)

    def _following(self, factor: Floats | float) -> Callable[[Floats], Floats]:
        """Light by the grey steps, their printed reflectances times ``factor``."""
        seen, printed, doubts = np.array(self._steps).T
        light = self._nominal(seen)
        slope = np.gradient(printed, light) * (self._nominal(seen + doubts) - light)
        return curve(light, printed * factor, slope)

    def _nominal(self, codes: ArrayLike) -> Floats:
        span = self.code_white - self.code_black
        signal = (np.asarray(codes, np.float64) - self.code_black) / span
        return inverse_oetf(signal, self.video.transfer)

    @cached_property
    def _steps(self) -> list[tuple[float, float, float]]:
        """Mean code, printed reflectance and standard error of the code of each step, ascending.

        They are of the grey steps, else of the greys among colour patches; clipped ones are left
        out. Empty where fewer than four are left, or where a lighter step does not have a higher
        code.
        """
        patches = self.of_kind("grey") or self.of_kind("colour")
        steps = sorted(step for view in patches if (step := self._step(view)))
        pairs = itertools.pairwise(steps)
        rising = all(low[0] < high[0] and low[1] < high[1] for low, high in pairs)
        return steps if rising and len(steps) >= FEWEST_STEPS else []

    def _step(self, view: View) -> tuple[float, float, float] | None:
        """Code, reflectance and standard error of one step; None where clipped or not printed."""
        reflectance = view.region.reflectance
        if reflectance is None:
            return None
        core = views.middle_half(view.luma)
        code, sigma = float(core.mean()), float(core.std())
        doubt = LEAST_DOUBT + doubt_of_mean(core) + sigma / math.sqrt(core.size)
        inside = self.code_black + 1 < code < self.code_white - 1
        return (code, reflectance, doubt) if inside else None

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
    watch = Watch(opened, wanted, views.driven(shot), shot.regions)
    on_the_way = _named(wanted) and len(opened.packets) <= SHORT * MOST_FRAMES
    _decode(opened, watch, progress, with_quantisers=on_the_way)
    if not watch.kept:
        raise GapError("too_few_frames", frames=0, needed=1)
    return replace(_scene(shot, folder, opened, wanted, watch), progress=progress)


def _scene(
    shot: Shot, folder: Path, opened: clip.Clip, wanted: Sequence[Chart], watch: Watch
) -> Scene:
    """Put together what the watch has seen, what is cut from its frames, and the side tables."""
    notes: list[Note] = []
    charts = locating.locate(shot, wanted, watch, opened.info, notes)
    again = (_coded(shot, charts) or _named(wanted)) and not _told(watch.kept)
    kept = _with_quantisers(opened, watch.kept) if again else watch.kept
    regions = _views(shot, opened.info, kept, charts, notes)
    notes += [*_truncation(opened.info, len(watch.times)), *damage.notes(opened, watch)]
    session = clock_session.filmed(charts.clocks, kept)
    stream = stream_words.described(opened.info, len(watch.times), kept)
    arrivals = side_tables.of_frames(shot, folder, opened.packets, watch.times)
    packets = stream_tables.packets(folder / shot.packets) if shot.packets else None
    return Scene(
        shot=_completed(shot, charts, stream | ({"clock_session": session} if session else {})),
        video=opened.info,
        chart=charts.chart,
        located=charts.located,
        views=regions,
        series=replace(series_of(opened, watch), arrivals=arrivals),
        reference=kept[len(kept) // 2],
        strips=watch.strips.cut(),
        folder=folder,
        screen_log=_screen_log(shot, folder, session, notes),
        drive=side_tables.drive(shot, folder),
        packets=packets,
        stream_record=_record(shot, folder, packets),
        notes=tuple(replace(note, shot=shot.id, subject=shot.subject) for note in notes),
    )


def _truncation(video: clip.VideoInfo, frames: int) -> list[Note]:
    if not video.truncated:
        return []
    return [Note(reason=Reason(code="truncated_clip", parameters={"frames": frames}))]


def _decode(
    opened: clip.Clip, watch: Watch, progress: Progress | None, *, with_quantisers: bool
) -> None:
    """Show every frame of the clip to the watch."""
    with in_one_thread():
        for frame in opened.frames(watch.sampled if with_quantisers else ()):
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
    stream_tables.require_together(path, record, packets, folder / shot.clip)
    return record

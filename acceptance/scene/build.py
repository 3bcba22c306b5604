"""A clip seen through a located chart: all that a metric may see, from one decode pass.

Bounded crops by region (at most 32 evenly spaced frames, native codes, read-only) and series over
all frames. Light is linear by the inverse of the camera's curve: the chart's grey steps where it
has them, else the inverse of the declared transfer (ITU-R BT.709-6, 1.2; IEC 61966-2-1), never the
display's BT.1886.
"""

from __future__ import annotations

import itertools
import math
from collections import defaultdict, deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from acceptance.charts import colorchecker, finding, printed_copy
from acceptance.errors import GapError
from acceptance.footage import clip
from acceptance.footage.colorimetry import picture_of
from acceptance.footage.tone import curve, inverse_oetf, rounding_doubt
from acceptance.model import BudgetLine, Measurement, Note, Reason, Shot, Value
from acceptance.scene import clock_session, side_tables, views
from acceptance.scene.watch import Watch, in_one_thread, moved
from acceptance.uncertainty import measurement

if TYPE_CHECKING:
    from acceptance.charts.definition import Chart
    from acceptance.charts.drive_sequence import Drive
    from acceptance.charts.located import Located
    from acceptance.scene.strips import Strip
    from acceptance.scene.views import View

Floats = NDArray[np.float64]
Progress = Callable[[int, int], None]

# by which the dark part of a picture of two light levels is lifted to find a chart in it
LIFT = 10.0
# conditions of a shot of two copies in unlike light
TWO_LEVELS = ("illuminance_bright", "illuminance_dark")
DOUBT_BETWEEN_STEPS, DOUBT_OF_DECLARED = 0.02, 0.1  # of the exponent
LEAST_DOUBT = 0.02  # codes: lighting over the steps is never more even


@dataclass(frozen=True, kw_only=True)
class Series:
    """One value a frame, n frames in all.

    ``times`` in s; ``sizes`` in bytes and ``keys`` of the coded frames; ``mean`` luma code;
    ``difference`` mean absolute luma difference to the frame before on a 64 x 36 thumbnail (nan
    first). ``changed`` is the share of pixels whose luma code is not that of the frame before (nan
    first), ``key_changed`` at key frames the share that is not that of the key frame before, of the
    pixels that are not clipped (else nan); both on 180 rows. ``cells`` holds for each clock the
    mean codes (n, c) of its cells in the order of ``clock_cells``, nan where the clock was not
    located; ``levels`` (n,) those of regions by hand in which a light is driven; ``rows`` the
    centre rows of both as fractions of the height. ``features`` are those that picture faults are
    told from (``thumbnails``).
    """

    times: Floats
    sizes: NDArray[np.int64]
    keys: NDArray[np.bool_]
    mean: Floats
    difference: Floats
    changed: Floats
    key_changed: Floats
    cells: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)
    levels: Mapping[str, Floats] = field(default_factory=dict)
    rows: Mapping[str, float] = field(default_factory=dict)
    arrivals: Floats | None = None
    features: Mapping[str, NDArray[np.float32]] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Scene:
    """What a metric sees. ``notes`` say what could not be found.

    ``reference`` is the middle frame, for the still.
    ``folder`` is where the shot's paths count from, ``progress`` is told of work that a metric does
    frame by frame; ``strips`` are regions of burnt-in text in every frame.
    """

    shot: Shot
    video: clip.VideoInfo
    chart: Chart | None
    located: tuple[Located, ...]
    views: Mapping[str, View]
    series: Series
    reference: clip.Frame
    strips: Mapping[str, Strip] = field(default_factory=dict)
    folder: Path = Path()
    progress: Progress | None = field(default=None, compare=False, repr=False)
    screen_log: Floats | None = None
    drive: Drive | None = None
    notes: tuple[Note, ...] = ()

    def of_kind(self, kind: str) -> tuple[View, ...]:
        """Every view of a kind of region, in the chart's order."""
        return tuple(view for view in self.views.values() if view.region.kind == kind)

    @property
    def code_black(self) -> int:
        """Nominal code of black: 16 in limited range at 8 bit, 0 in full range."""
        return 0 if self.video.full_range else 16 << (self.video.depth - 8)

    @property
    def code_white(self) -> int:
        """Nominal code of white: 235 in limited range at 8 bit, the highest code in full range."""
        return (
            (1 << self.video.depth) - 1 if self.video.full_range else 235 << (self.video.depth - 8)
        )

    @property
    def tone(self) -> str:
        """Which curve ``linear`` undoes."""
        return "grey_steps" if len(self._steps) >= 4 else f"inverse_oetf_{self.video.transfer}"

    @property
    def tone_doubt(self) -> float:
        """Half-width of what the exponent of the tone curve may be off.

        With grey steps: what the curve between them leaves, and the slope error that the steps' own
        standard errors make between neighbours. Else: how far a camera's own curve may lie from the
        declared one.
        """
        steps = self._steps
        if len(steps) < 4:
            return DOUBT_OF_DECLARED
        codes, _, doubts = np.array(steps).T
        return float(DOUBT_BETWEEN_STEPS + math.sqrt(6) * doubts.max() / np.diff(codes).min())

    @property
    def copy_doubt(self) -> float:
        """Standard uncertainty of the tone curve's exponent that the printed copy brings.

        0 where no steps are used.
        A printer's tone errors run smoothly from step to step; levels 5:1 apart, as an edge's two
        are, count as independent, each with the copy's doubt.
        """
        doubt = self.chart.reflectance_doubt if self.chart and len(self._steps) >= 4 else 0.0
        return math.sqrt(2) * doubt / math.log(5)

    def copy_lines(self, sensitivity: float) -> list[BudgetLine]:
        """Give the budget line of the copy for what changes by ``sensitivity`` with one in the exponent, if any."""
        doubt = abs(sensitivity) * self.copy_doubt
        return (
            [BudgetLine(source="chart copy", contribution=doubt, evaluation="B")] if doubt else []
        )

    def copy_curves(self, codes: ArrayLike) -> list[Floats]:
        """Light of ``codes`` (any shape) had the print erred by one standard uncertainty in each way open to it.

        See ``copies.tone_errors``. None where the copy leaves no doubt or no steps are used.
        """
        doubt = self.chart.reflectance_doubt if self.chart and len(self._steps) >= 4 else 0.0
        errors = printed_copy.tone_errors(doubt, [printed for _, printed, _ in self._steps])
        return [self._followed(codes, 1 + error) for error in errors]

    def linear(self, codes: ArrayLike) -> Floats:
        """Light (1 = white, reflectance where grey steps tell) of luma codes of any shape."""
        return self._nominal(codes) if len(self._steps) < 4 else self._followed(codes, 1.0)

    def _followed(self, codes: ArrayLike, factor: Floats | float) -> Floats:
        """Light of codes by the grey steps, their printed reflectances times ``factor``."""
        seen, printed, doubts = np.array(self._steps).T
        light = self._nominal(seen)
        slope = np.gradient(printed, light) * (self._nominal(seen + doubts) - light)
        return curve(light, printed * factor, slope, self._nominal(codes))

    def _nominal(self, codes: ArrayLike) -> Floats:
        signal = (np.asarray(codes, np.float64) - self.code_black) / (
            self.code_white - self.code_black
        )
        return inverse_oetf(signal, self.video.transfer)

    @cached_property
    def _steps(self) -> list[tuple[float, float, float]]:
        """Mean code, printed reflectance and standard error of the code of each grey step not clipped, ascending."""
        pairs = []
        for view in self.of_kind("grey") or self.of_kind("colour"):
            if (reflectance := view.region.reflectance) is not None:
                core = views.middle_half(view.luma)
                code, sigma = float(core.mean()), float(core.std())
                doubt = LEAST_DOUBT + rounding_doubt(sigma) + sigma / math.sqrt(core.size)
                if self.code_black + 1 < code < self.code_white - 1:
                    pairs.append((code, reflectance, doubt))
        pairs.sort()
        return (
            pairs if all(a[0] < b[0] and a[1] < b[1] for a, b in itertools.pairwise(pairs)) else []
        )

    def figure(
        self,
        quantity: str,
        value: float,
        unit: str,
        budget: Sequence[BudgetLine],
        **fields: Any,  # noqa: ANN401 -- fields of Measurement
    ) -> Measurement:
        """Make a Measurement of this shot (``uncertainty.measurement``)."""
        return measurement(self.shot, quantity, value, unit, budget, **fields)


def look(shot: Shot, folder: Path = Path(), *, progress: Progress | None = None) -> Scene:
    """Open the shot's clip (relative to ``folder``), decode it once, find the charts and return the scene.

    Without ``shot.chart_copy`` the charts are taken as drawn (``copies.wanted``). Raises ClipError,
    ChartError and PlanError; what is missing in the picture becomes a note of the scene.
    """
    opened = clip.open_clip(folder / shot.clip, shot.coding)
    wanted = printed_copy.wanted(shot, folder)
    watch = Watch(opened, wanted, views.driven(shot), shot.regions)
    with in_one_thread():
        for frame in opened.frames():
            watch.see(frame)
            if progress:
                progress(frame.index + 1, len(opened.packets))
    return replace(_scene(shot, folder, opened, wanted, watch), progress=progress)


def _scene(
    shot: Shot, folder: Path, opened: clip.Clip, wanted: Sequence[Chart], watch: Watch
) -> Scene:
    if not watch.kept:
        raise GapError("too_few_frames", frames=0, needed=1)
    notes: list[Note] = []
    pair = _pair(wanted, watch) if two_levels(shot) else ()
    printed, places = (
        (None, []) if pair else _printed_chart(shot, wanted, watch, opened.info, notes)
    )
    if places or pair or views.coded(shot) or shot.plain_edges:
        told = opened.quantisers({frame.index for frame in watch.kept})
        watch.kept = [replace(frame, quantisers=told.get(frame.index)) for frame in watch.kept]
    found = views.of_chart(watch.kept, places, notes) | views.by_hand(shot, watch.kept, notes)
    if shot.plain_edges and not places:
        found = views.of_plain_edges(opened.info, watch.kept, notes) | found
    if opened.info.truncated:
        notes.append(
            Note(reason=Reason(code="truncated_clip", parameters={"frames": len(watch.times)}))
        )
    clocks = tuple(track.place for track in watch.tracks)
    located, session = pair + tuple(places[:1]) + clocks, clock_session.filmed(clocks, watch.kept)
    return Scene(
        shot=replace(
            shot,
            corners=tuple(
                tuple((float(x), float(y)) for x, y in place.corners) for place in located
            ),
            chart=shot.chart or (located[0].chart.name if located else None),
            stream=_stream(opened, watch) | ({"clock_session": session} if session else {}),
        ),
        video=opened.info,
        chart=None if pair else printed or (located[0].chart if located else None),
        located=located,
        views=found,
        series=replace(
            series_of(opened, watch),
            arrivals=side_tables.table(folder, shot.arrivals, 2)[:, 1] if shot.arrivals else None,
        ),
        reference=watch.kept[len(watch.kept) // 2],
        strips=watch.strips.cut(),
        folder=folder,
        screen_log=_screen_log(shot, folder, session, notes),
        drive=side_tables.drive(shot, folder),
        notes=tuple(replace(note, shot=shot.id, subject=shot.subject) for note in notes),
    )


def _screen_log(shot: Shot, folder: Path, session: str, notes: list[Note]) -> Floats | None:
    """Read the log of the clock screen, unless it is of another session than the film."""
    if not shot.screen_log:
        return None
    read, logged = (
        side_tables.table(folder, shot.screen_log, 2),
        clock_session.logged(folder / shot.screen_log),
    )
    if session and logged and session != logged:
        parameters = {"film": session, "log": logged}
        notes.append(Note(reason=Reason(code="screen_log_of_other_session", parameters=parameters)))
        return None
    return read


def _stream(opened: clip.Clip, watch: Watch) -> dict[str, Value]:
    info = opened.info
    told = [float(frame.quantisers.mean()) for frame in watch.kept if frame.quantisers is not None]
    return {
        "codec": info.codec,
        "pixel_format": info.pixel_format,
        "width": info.width,
        "height": info.height,
        "sample_aspect": str(info.sample_aspect),
        "depth": info.depth,
        "range": "full" if info.full_range else "limited",
        "matrix": info.matrix,
        "transfer": info.transfer,
        "assumed": ", ".join(info.assumed),
        "nominal_rate": float(info.nominal_rate or 0),
        "bit_rate": info.bit_rate,
        **(
            {"qp" if info.codec == "h264" else "quantiser_scale": sum(told) / len(told)}
            if told
            else {}
        ),
        "frames": len(watch.times),
        "packets": info.frames,
        "interlaced": info.interlaced,
        "truncated": info.truncated,
    }


def series_of(opened: clip.Clip, watch: Watch) -> Series:
    """Put together what a watch has seen of all frames of a clip."""
    sizes = _sizes(opened, watch.times)
    tracks = sorted(
        watch.tracks, key=lambda track: float(np.asarray(track.place.corners)[:, 0].mean())
    )
    names = ["clock"] if len(tracks) == 1 else [f"clock_{number}" for number in range(len(tracks))]
    count = len(watch.times)
    features = watch.features.columns()
    return Series(
        times=np.array(watch.times),
        sizes=np.array(sizes, np.int64),
        keys=np.array(watch.keys, np.bool_),
        mean=features["mean"].astype(np.float64),
        difference=features["difference"].astype(np.float64),
        changed=features["changed"].astype(np.float64),
        key_changed=features["key_changed"].astype(np.float64),
        cells={name: track.column(count) for name, track in zip(names, tracks, strict=True)},
        levels=watch.driven_levels(),
        rows={
            name: _centre_row(track.place, opened.info.height)
            for name, track in zip(names, tracks, strict=True)
        }
        | {
            name: (y + height / 2) / opened.info.height
            for name, (_, y, _, height) in watch.driven.items()
        },
        features=features,
    )


def _sizes(opened: clip.Clip, times: Sequence[float]) -> list[int]:
    """Sizes of the coded frames behind ``times``, of which one may come back after a jump.

    0 where there is none.
    """
    left: dict[float, deque[int]] = defaultdict(deque)
    for packet in opened.packets:
        left[float(packet.time)].append(packet.size)
    return [left[time].popleft() if left[time] else 0 for time in times]


def _centre_row(place: Located, height: int) -> float:
    return float(np.asarray(place.corners)[:, 1].mean() / height)


def _printed_chart(
    shot: Shot, wanted: Sequence[Chart], watch: Watch, video: clip.VideoInfo, notes: list[Note]
) -> tuple[Chart | None, list[Located]]:
    """Find the printed chart in each kept frame (one place for all where it did not move).

    What is found without fiducials is looked for last, where nothing else was found.
    """
    nothing_else = not (watch.tracks or shot.regions or shot.plain_edges)
    places: list[Located] = []
    try:
        places = _by_fiducials(
            watch, [chart for chart in wanted if chart not in watch.clocks and not chart.found_by]
        )
    except GapError as gap:
        if gap.code != "chart_not_found":
            notes.append(Note(reason=Reason(code=gap.code, parameters=gap.parameters)))
            return None, []
    if not places and nothing_else:
        places = _by_colours(
            watch.kept, [chart for chart in wanted if chart.found_by], video, notes
        )
    if places and places[0].cut_off:
        notes.append(Note(reason=Reason(code="chart_cut_off")))
    return (places[0].chart if places else None), places


def _by_fiducials(watch: Watch, printed: Sequence[Chart]) -> list[Located]:
    places = [_one(frame, printed) for frame in _ends(watch.kept)] if printed else []
    if printed and max(moved(place, places[0]) for place in places) > views.STILL_WITHIN:
        return [_one(frame, printed) for frame in watch.kept]
    return [_one(_mean(watch.kept), printed)] if printed else []


def _by_colours(
    kept: Sequence[clip.Frame], checkers: Sequence[Chart], video: clip.VideoInfo, notes: list[Note]
) -> list[Located]:
    """Find a chart without fiducials, unless the picture has no colours."""
    try:
        for chart in checkers if kept[0].cb is not None else ():
            if places := colorchecker.places(
                lambda n: picture_of(kept[n], video), len(kept), chart
            ):
                return places
        notes.append(Note(reason=Reason(code="chart_not_found")))
    except GapError as gap:
        notes.append(Note(reason=Reason(code=gap.code, parameters=gap.parameters)))
    return []


def two_levels(shot: Shot) -> bool:
    """Whether the shot is of two copies of the chart in unlike light.

    Both illuminances are recorded.
    """
    return {one.name for one in shot.conditions}.issuperset(TWO_LEVELS)


def _pair(wanted: Sequence[Chart], watch: Watch) -> tuple[Located, ...]:
    """Find the two copies; nothing where there are not two. What they show is not mixed.

    Neither has views.
    Where one hangs too dark to be found beside the other, the dark part of the picture is looked at
    by itself.
    """
    printed = [chart for chart in wanted if chart not in watch.clocks]
    codes = _mean(watch.kept).luma.astype(np.float32)
    places = finding.find(codes, printed)
    if len(places) == 1:
        dark = finding.find(np.minimum(codes - codes.min(), np.ptp(codes) / LIFT), printed)
        places += [
            place
            for place in dark
            if math.dist(_middle(place), _middle(places[0])) > place.width / 2
        ]
    return tuple(places) if len(places) == 2 else ()


def _middle(place: Located) -> list[float]:
    return [float(value) for value in np.mean(place.corners, axis=0)]


def _one(frame: clip.Frame, printed: Sequence[Chart]) -> Located:
    places = finding.find(frame.luma, printed)
    if len(places) != 1:
        return finding.locate_one(frame.luma, printed[0])
    return (
        places[0]
        if places[0].width >= places[0].chart.smallest
        else finding.locate_one(frame.luma, places[0].chart)
    )


def _ends(kept: Sequence[clip.Frame]) -> list[clip.Frame]:
    return [kept[0]] if len(kept) == 1 else [kept[0], kept[-1]]


def _mean(kept: Sequence[clip.Frame]) -> clip.Frame:
    mean = np.mean([frame.luma for frame in kept], axis=0, dtype=np.float32)
    return replace(kept[0], luma=np.rint(mean).astype(kept[0].luma.dtype))

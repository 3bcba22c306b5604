"""What a session's measurements look like.

They are curves that share a plot, timelines, maps of the picture's zones and of recordings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from acceptance import wording
from acceptance.model import SignalPath
from acceptance.report import coverage_plot, event_plot, plots, zone_plot

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from acceptance.model import Curve, Event, Limit, Measurement, Recordings, Shot
    from acceptance.report.playback import ShotPair

MOST_PLOTS = 48
MOST_MAPS = 24
MOST_COMPARED = 12
MOST_CHANNELS = 40  # of one coverage map, which must fit on a page
DRAWN_ELSEWHERE = frozenset({"recordings_coverage", "bit_rate", "frame_intervals"})
MOST_TIMELINES = 12
# curves of a timeline, with the words of their axes
PANELS = {"bit_rate": "bit_rate", "frame_intervals": "interval"}
COUNTED = {"frame_rate.dropped": ("dropped",), "frame_rate.repeated": ("repeated", "frozen")}


@dataclass(frozen=True, kw_only=True)
class Exhibit:
    """A drawing with what its caption needs: the subject's id, the shot, and what is shown."""

    subject: str
    shot: str
    name: str
    svg: Markup
    anchor: str = ""
    """By which links find it; empty: none lead to it."""


class _Plot(NamedTuple):
    """What curves must have in common to share a plot."""

    subject: str
    shot: str
    name: str
    direction: str
    x_label: str = ""
    y_label: str = ""
    y_unit: str = ""


_Lines = dict[str, tuple[int, "Curve"]]  # name of a line -> index of its measurement, and curve


def _exhibit(subject: str, shot: str, name: str, svg: str) -> Exhibit:
    titled = svg.replace(">", f"><title>{escape(f'{name}, {shot}')}</title>", 1)
    drawing = Markup(titled)  # noqa: S704 -- svg.py escapes
    return Exhibit(subject=subject, shot=shot, name=name, svg=drawing)


def curves(
    measurements: Iterable[Measurement],
    lang: str,
    first: Collection[str] = (),
    limits: Mapping[int, Limit] | None = None,
) -> list[Exhibit]:
    """Draw curves of a shot that share name, direction and axes in one plot.

    A plot holds as many as dash patterns distinguish. Those of the subjects ``first`` come first.
    ``limits``: index of a measurement -> what it was judged by.
    """
    figures = list(measurements)
    made = []
    for key, part in _plotted(figures, lang, first)[:MOST_PLOTS]:
        read = [
            _reading(figures[index], (limits or {}).get(index), lang)
            for index, curve in part.values()
            if curve.x_unit == figures[index].unit
        ]
        drawn = _plot(key, {name: curve for name, (_, curve) in part.items()}, lang, read)
        made.append(replace(drawn, anchor=_anchor(part)))
    return made


def _reading(figure: Measurement, limit: Limit | None, lang: str) -> plots.JudgedReading:
    """Word what a figure that stands on its curve's x was judged by."""
    words = wording.phrases(lang)["label"]["limit"]
    ends = (("\u2265", limit.at_least), ("\u2264", limit.at_most)) if limit else ()
    bounds = {
        f"{words} {sign}{wording.NARROW}{wording.number(end)}": end
        for sign, end in ends
        if end is not None and limit and limit.unit == figure.unit
    }
    return plots.JudgedReading(figure.value, figure.expanded, bounds)


def curve_places(
    measurements: Iterable[Measurement], lang: str, first: Collection[str] = ()
) -> dict[int, str]:
    """Return the anchor of the plot that shows a measurement's curve, by its index."""
    return {
        index: _anchor(part)
        for _, part in _plotted(measurements, lang, first)[:MOST_PLOTS]
        for index, _ in part.values()
    }


def _plotted(
    measurements: Iterable[Measurement], lang: str, first: Collection[str]
) -> list[tuple[_Plot, _Lines]]:
    groups: dict[_Plot, _Lines] = defaultdict(dict)
    for index, figure in enumerate(measurements):
        curve = figure.curve
        if curve and len(curve.x) > 1 and curve.name not in DRAWN_ELSEWHERE:
            axes = curve.x_label, curve.y_label, curve.y_unit
            key = _Plot(figure.subject, figure.shot, curve.name, figure.direction, *axes)
            groups[key].setdefault(_line(figure, lang), (index, curve))
    ordered = sorted(groups.items(), key=lambda group: group[0].subject not in first)
    return [(key, part) for key, lines in ordered for part in _parts(lines)]


def _anchor(lines: _Lines) -> str:
    return f"curve-{next(iter(lines.values()))[0]}"


def _line(figure: Measurement, lang: str) -> str:
    """Name a line by its zone where the plot's caption already has the direction."""
    return _zone(figure, lang) or wording.quantity(figure.quantity, lang)


def _zone(figure: Measurement, lang: str) -> str:
    name = figure.region.partition(".")[0] if figure.direction else figure.region
    return wording.region(name, lang)


def _parts(lines: _Lines) -> list[_Lines]:
    items, most = list(lines.items()), plots.MOST_LINES
    return [dict(items[at : at + most]) for at in range(0, len(items), most)]


def _plot(
    plot: _Plot, lines: Mapping[str, Curve], lang: str, readings: Sequence[plots.JudgedReading] = ()
) -> Exhibit:
    words = wording.phrases(lang)
    worded = {
        name: plots.in_words(curve, words["curve"], words["unit"]) for name, curve in lines.items()
    }
    direction = wording.word(plot.direction, "direction", lang) if plot.direction else ""
    name = wording.word(plot.name, "curve", lang) + (f" · {direction}" if direction else "")
    return _exhibit(plot.subject, plot.shot, name, plots.draw(worded, readings))


def compared(pairs: Iterable[ShotPair], lang: str) -> list[Exhibit]:
    """Draw a curve that live and playback both have in one plot.

    The modulation comes first, since the resolution is read from it.
    """
    every = [(pair, *curves) for pair in pairs for curves in pair.curves]
    distinct = {
        (pair.playback.id, figure.region, figure.direction, live.name): (pair, figure, live, again)
        for pair, figure, live, again in every
    }
    first = sorted(distinct.values(), key=lambda found: found[2].name != "mtf")
    return [
        _beside(pair, figure, (live, again), lang)
        for pair, figure, live, again in first[:MOST_COMPARED]
    ]


def _beside(pair: ShotPair, figure: Measurement, both: tuple[Curve, Curve], lang: str) -> Exhibit:
    shots = f"{pair.live.id} → {pair.playback.id}"
    lines = {
        wording.word(path, "path", lang): curve
        for path, curve in zip(SignalPath, both, strict=True)
    }
    plot = _Plot(pair.playback.subject, shots, both[0].name, figure.direction)
    drawn, zone = _plot(plot, lines, lang), _zone(figure, lang)
    return replace(drawn, name=f"{drawn.name} · {zone}" if zone else drawn.name)


def timelines(measurements: Iterable[Measurement], lang: str) -> list[Exhibit]:
    """Draw what happened in each shot over time.

    That is bit rate, intervals between frames, and events of every kind.
    """
    shots: dict[tuple[str, str], list[Measurement]] = defaultdict(list)
    for figure in measurements:
        if not figure.statistic:
            shots[figure.subject, figure.shot].append(figure)
    found = [
        _timeline(key, figures, lang)
        for key, figures in shots.items()
        if any(_in_panel(figure) for figure in figures)
    ]
    return found[:MOST_TIMELINES]


def _in_panel(figure: Measurement) -> bool:
    return figure.curve is not None and figure.curve.name in PANELS and len(figure.curve.x) > 1


def _timeline(key: tuple[str, str], figures: Sequence[Measurement], lang: str) -> Exhibit:
    words = wording.phrases(lang)["timeline"]
    ordered = sorted(figures, key=lambda figure: figure.quantity, reverse=True)
    panels = [
        event_plot.Panel(title=words[PANELS[figure.curve.name]], curve=figure.curve)
        for figure in ordered
        if figure.curve and _in_panel(figure)
    ]
    svg = event_plot.draw(panels, _lanes(figures, words), _duration(figures), words["time"])
    return _exhibit(*key, words["title"], svg)


def _lanes(figures: Sequence[Measurement], words: Mapping[str, str]) -> list[event_plot.Lane]:
    events, bounded = _events(figures)
    return [
        event_plot.Lane(
            kind=kind,
            title=words.get(kind, kind),
            total=_total(events[kind], bounded=kind in bounded),
            events=events[kind],
        )
        for kind in event_plot.ordered(events)
    ]


def _duration(figures: Sequence[Measurement]) -> float:
    """Seconds to show; of the curves only those over time count, not MTF curves and the like."""
    over_time = [max(each.curve.x) for each in figures if each.curve and _in_panel(each)]
    return max([*over_time, *(figure.duration or 0.0 for figure in figures)])


def _events(figures: Sequence[Measurement]) -> tuple[dict[str, list[Event]], set[str]]:
    """Events by kind, those that were counted and did not happen too.

    Return the kinds of which there may be more, too.
    """
    events: dict[str, list[Event]] = defaultdict(list)
    bounded: set[str] = set()
    for figure in figures:
        for event in figure.events:
            events[event.kind].append(event)
        kinds = COUNTED.get(figure.quantity, ())
        if figure.lower_bound:
            bounded.update(kinds)
        else:
            events.update({kind: events[kind] for kind in kinds})
    return dict(events), bounded


def _total(events: Sequence[Event], *, bounded: bool) -> str:
    number = sum(event.count for event in events)
    return f"\u2265{number}" if bounded else str(number)


def zone_maps(
    measurements: Sequence[Measurement], shots: Iterable[Shot], lang: str
) -> list[Exhibit]:
    """Draw the zones of every shot in which edges were measured.

    Several edges of a zone and direction are averaged.
    """
    words = wording.phrases(lang)["zone_map"]
    headings = [words[name] for name in ("mtf50", "line_widths", "limit", "ratio")]
    maps = []
    for shot in shots:
        zones = _zones([figure for figure in measurements if figure.shot == shot.id])
        if zones:
            svg = zone_plot.draw(zones, _aspect(shot), headings)
            maps.append(_exhibit(shot.subject, shot.id, words["title"], svg))
    return maps[:MOST_MAPS]


def coverage_maps(
    measurements: Sequence[Measurement], recordings: Iterable[Recordings], lang: str
) -> list[Exhibit]:
    """Draw when each channel was recorded, as many channels in one map as a page holds."""
    words = wording.phrases(lang)["coverage_map"]
    maps = []
    for each in recordings:
        rows, until = _channels([figure for figure in measurements if figure.shot == each.id])
        for at in range(0, len(rows), MOST_CHANNELS):
            svg = coverage_plot.draw(
                rows[at : at + MOST_CHANNELS], datetime.fromisoformat(until), words
            )
            maps.append(_exhibit(each.subject, each.id, words["title"], svg))
    return maps


def _channels(figures: Sequence[Measurement]) -> tuple[list[coverage_plot.CoverageRow], str]:
    """Return a row for each channel, and up to which moment (ISO) they go."""
    kept = {
        figure.region: figure
        for figure in figures
        if figure.quantity == "recordings.retention" and figure.details
    }
    rows = [
        _channel(figure.curve, kept[figure.region])
        for figure in figures
        if figure.quantity == "recordings.coverage" and figure.region in kept and figure.curve
    ]
    return rows, str(next(iter(kept.values())).details["until"]) if kept else ""


def _channel(curve: Curve, kept: Measurement) -> coverage_plot.CoverageRow:
    name = str(kept.details["channel"]) or kept.region
    return coverage_plot.CoverageRow(name=name, curve=curve, kept=kept.value)


def _aspect(shot: Shot) -> float:
    """Width of the picture as shown over its height; 16:9 where the stream does not say."""
    width, height = (float(shot.stream.get(name, 0)) for name in ("width", "height"))
    across, _, down = str(shot.stream.get("sample_aspect", "1")).partition("/")
    return width / height * float(across) / float(down or 1) if width and height else 16 / 9


def _zones(figures: Sequence[Measurement]) -> dict[str, list[zone_plot.ZoneRow]]:
    zones: dict[str, list[zone_plot.ZoneRow]] = defaultdict(list)
    for direction in ("horizontal", "vertical"):
        for zone in zone_plot.PLACES:
            if row := _zone_row(figures, zone, direction):
                zones[zone].append(row)
    return dict(zones)


def _zone_row(
    figures: Sequence[Measurement], zone: str, direction: str
) -> zone_plot.ZoneRow | None:
    """Average the edges of a zone and direction; None where there are none."""
    sharp = [figure for figure in figures if _is(figure, "mtf50", zone, direction)]
    if not sharp:
        return None
    limits = [figure.value for figure in figures if _is(figure, direction, zone, direction)]
    ratios = [figure.value for figure in figures if _is_corner_ratio(figure, zone, direction)]
    return zone_plot.ZoneRow(
        direction=direction,
        mtf50=fmean(figure.value for figure in sharp),
        line_widths=fmean(float(figure.details["line_widths_per_height"]) for figure in sharp),
        limit=fmean(limits) if limits else None,
        ratio=fmean(ratios) if ratios else None,
    )


def _is_corner_ratio(figure: Measurement, zone: str, direction: str) -> bool:
    key = (figure.quantity, figure.region, figure.direction)
    return key == ("resolution.corner_ratio", zone, direction)


def _is(figure: Measurement, name: str, zone: str, direction: str) -> bool:
    """Whether this is the figure of an edge in a zone and direction, with what a map needs."""
    return (
        (figure.quantity, figure.direction) == (f"resolution.{name}", direction)
        and figure.details.get("zone") == zone
        and "line_widths_per_height" in figure.details
    )

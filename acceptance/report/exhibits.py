"""What a session's measurements look like.

They are curves that share a plot or stand side by side, and maps of recordings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, NamedTuple

from markupsafe import Markup, escape

from acceptance import wording
from acceptance.model import SignalPath
from acceptance.report import coverage_plot, multiples_plot, plots
from acceptance.report.multiples_plot import MOST_PANELS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from acceptance.model import Curve, Limit, Measurement, Recordings, Session
    from acceptance.report.playback import ShotPair

MOST_PLOTS = 48
MOST_COMPARED = 12
FEWEST_PANELS = 3  # fewer lines share a plot, whether or not they cover each other
MOST_DEVICES = 24
OF_DEVICES, MIDDLE = ("mtf", "wedge"), ("centre", "")  # drawn of all devices side by side
MOST_CHANNELS = 40  # of one coverage map, which must fit on a page
DRAWN_ELSEWHERE = frozenset({"recordings_coverage", "bit_rate", "frame_intervals"})


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


_Readings = dict[str, list[plots.JudgedReading]]  # by the name of a line
_Lines = dict[str, tuple[int, "Curve"]]  # name of a line -> index of its measurement, and curve


def exhibit(
    of: tuple[str, str], name: str, svg: str, lang: str, facts: Iterable[str] = (), anchor: str = ""
) -> Exhibit:
    """Give the drawing of a subject and shot its name, and the ``facts`` in it, as other text."""
    (subject, shot), marks = of, wording.phrases(lang)["punctuation"]
    head, stated = f"{name}{marks['pause']}{shot}", marks["semicolon"].join(facts)
    said = marks["colon"].join(filter(None, (head, stated)))
    titled = svg.replace(">", f"><title>{escape(said)}</title>", 1)
    drawing = Markup(titled)  # noqa: S704 -- svg.py escapes
    return Exhibit(subject=subject, shot=shot, name=name, svg=drawing, anchor=anchor)


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
        lines = {name: curve for name, (_, curve) in part.items()}
        read = _readings(figures, part, limits or {}, lang)
        alike = all(_zone(figures[index], lang) for index, _ in part.values())
        drawn = _plot(key, lines, lang, read, alike=alike)
        made.append(replace(drawn, anchor=_anchor(part)))
    return made


def _readings(
    figures: Sequence[Measurement], lines: _Lines, limits: Mapping[int, Limit], lang: str
) -> _Readings:
    """Return the figures that stand on their curves' x, by the names of the lines."""
    found = {name: (figures[index], limits.get(index), curve)
             for name, (index, curve) in lines.items()}  # fmt: skip
    return {
        name: [_reading(figure, limit, lang)]
        for name, (figure, limit, curve) in found.items()
        if curve.x_unit == figure.unit
    }


def _reading(figure: Measurement, limit: Limit | None, lang: str) -> plots.JudgedReading:
    """Word what a figure that stands on its curve's x was judged by."""
    return plots.JudgedReading(figure.value, figure.expanded, bounds(figure, limit, lang))


def bounds(figure: Measurement, limit: Limit | None, lang: str) -> dict[str, float]:
    """Return the ends of a limit in a figure's own unit, by the words for them."""
    words = wording.phrases(lang)["label"]["limit"]
    ends = (("\u2265", limit.at_least), ("\u2264", limit.at_most)) if limit else ()
    return {
        f"{words} {sign}{wording.NARROW}{wording.number(end)}": end
        for sign, end in ends
        if end is not None and limit and limit.unit == figure.unit
    }


def judged(session: Session) -> dict[int, Limit]:
    """Return what each measurement was judged by, by its index."""
    return {
        index: finding.limit
        for finding in session.findings
        for index in finding.measurements
        if finding.limit and finding.decides
    }


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
    items = list(lines.items())
    most = MOST_PANELS if len(items) > plots.MOST_LINES else plots.MOST_LINES
    return [dict(items[at : at + most]) for at in range(0, len(items), most)]


def _plot(
    plot: _Plot,
    lines: Mapping[str, Curve],
    lang: str,
    readings: _Readings | None = None,
    *,
    alike: bool = True,
) -> Exhibit:
    """Draw lines in one plot, or where they would cover each other, each in a panel.

    ``alike``: they are of one quantity.
    """
    worded, read = _worded(lines, lang), readings or {}
    if _in_panels(lines.values()):
        svg = _panels(worded, read, lang, alike=alike)
    else:
        svg = plots.draw(worded, [each for line in read.values() for each in line])
    return exhibit((plot.subject, plot.shot), _name(plot, lang), svg, lang, _facts(worded, lang))


def _worded(lines: Mapping[str, Curve], lang: str) -> dict[str, Curve]:
    words = wording.phrases(lang)
    return {
        name: plots.in_words(curve, words["curve"], words["unit"]) for name, curve in lines.items()
    }


def _panels(worded: Mapping[str, Curve], read: _Readings, lang: str, *, alike: bool = True) -> str:
    key = multiples_plot.KeyWords(**wording.phrases(lang)["multiples"])
    return multiples_plot.draw(worded, read, key, alike=alike)


def _name(plot: _Plot, lang: str) -> str:
    direction = wording.word(plot.direction, "direction", lang) if plot.direction else ""
    return wording.word(plot.name, "curve", lang) + (f" · {direction}" if direction else "")


def _in_panels(lines: Collection[Curve]) -> bool:
    few = len(lines) <= plots.MOST_LINES
    return not few or (len(lines) >= FEWEST_PANELS and multiples_plot.overlap(lines))


def _facts(lines: Mapping[str, Curve], lang: str) -> Iterator[str]:
    """Say what is marked on each line, for who cannot see them."""
    signs = wording.phrases(lang)["punctuation"]
    for name, curve in lines.items():
        marked = (f"{mark} = {plots.short(at)}" for mark, at in curve.marks.items())
        yield signs["colon"].join(filter(None, (name, signs["pause"].join(marked))))


def devices(
    measurements: Sequence[Measurement],
    lang: str,
    named: Callable[[str], str],
    first: Collection[str] = (),
    limits: Mapping[int, Limit] | None = None,
) -> list[Exhibit]:
    """Draw the curves of the picture's centre of three devices or more, each in a panel.

    ``named`` gives a device's name. Of each the first shot is shown; those of ``first`` lead.
    """
    groups: dict[_Plot, _Lines] = defaultdict(dict)
    for index, figure in enumerate(measurements):
        curve = figure.curve
        if curve and curve.name in OF_DEVICES and figure.region.partition(".")[0] in MIDDLE:
            axes = curve.x_label, curve.y_label, curve.y_unit
            key = _Plot("", "", curve.name, figure.direction, *axes)
            groups[key].setdefault(figure.subject, (index, curve))
    drawn: list[Exhibit] = []
    for key, lines in groups.items():
        if len(lines) >= FEWEST_PANELS:
            ordered = sorted(lines.items(), key=lambda line: line[0] not in first)
            drawn += _side_by_side(key, dict(ordered), measurements, limits or {}, lang, named)
    return drawn


def _side_by_side(
    key: _Plot,
    lines: _Lines,
    figures: Sequence[Measurement],
    limits: Mapping[int, Limit],
    lang: str,
    named: Callable[[str], str],
) -> Iterator[Exhibit]:
    """Draw panels of many devices, numbered: names may be alike."""
    together = wording.phrases(lang)["heading"]["side_by_side"]
    items = list(enumerate(lines.items(), 1))[:MOST_DEVICES]
    for at in range(0, len(items), MOST_PANELS):
        some = items[at : at + MOST_PANELS]
        part = {f"{number}. {named(subject)}": line for number, (subject, line) in some}
        worded = _worded({name: curve for name, (_, curve) in part.items()}, lang)
        svg = _panels(worded, _readings(figures, part, limits, lang), lang)
        yield exhibit(("", together), _name(key, lang), svg, lang, _facts(worded, lang))


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
            maps.append(exhibit((each.subject, each.id), words["title"], svg, lang))
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

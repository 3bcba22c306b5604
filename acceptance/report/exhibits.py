"""What a session's measurements look like.

Curves that share a plot, and maps of the picture's zones.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from datetime import datetime
from statistics import fmean
from typing import TYPE_CHECKING

from markupsafe import Markup

from acceptance import wording
from acceptance.model import SignalPath
from acceptance.report import coverage_plot, event_plot, plots, zone_plot

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.model import Curve, Event, Measurement, Recordings, Shot
    from acceptance.report.playback import Pair

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


def curves(measurements: Iterable[Measurement], lang: str) -> list[Exhibit]:
    """Draw curves of a shot that share name, direction and axes in one plot, as many as dash patterns tell apart."""
    groups: dict[tuple[str, ...], dict[str, Curve]] = defaultdict(dict)
    for one in measurements:
        curve = one.curve
        if curve and len(curve.x) > 1 and curve.name not in DRAWN_ELSEWHERE:
            key = (
                one.subject,
                one.shot,
                curve.name,
                one.direction,
                curve.x_label,
                curve.y_label,
                curve.y_unit,
            )
            groups[key].setdefault(_line(one, lang), curve)
    parts = [(key, part) for key, lines in groups.items() for part in _parts(lines)]
    return [_plot(key, part, lang) for key, part in parts[:MOST_PLOTS]]


def _line(one: Measurement, lang: str) -> str:
    """Name a line by its zone where the plot's caption already tells the direction."""
    name = one.region.partition(".")[0] if one.direction else one.region
    return wording.region(name, lang) or wording.quantity(one.quantity, lang)


def _parts(lines: Mapping[str, Curve]) -> list[dict[str, Curve]]:
    items = list(lines.items())
    return [
        dict(items[at : at + plots.MOST_LINES]) for at in range(0, len(items), plots.MOST_LINES)
    ]


def _plot(key: tuple[str, ...], lines: Mapping[str, Curve], lang: str) -> Exhibit:
    words = wording.phrases(lang)
    worded = {
        name: plots.in_words(curve, words["curve"], words["unit"]) for name, curve in lines.items()
    }
    direction = wording.word(key[3], "direction", lang) if key[3] else ""
    name = wording.word(key[2], "curve", lang) + (f" · {direction}" if direction else "")
    return Exhibit(subject=key[0], shot=key[1], name=name, svg=Markup(plots.draw(worded)))  # noqa: S704 - plots.py escapes


def compared(pairs: Iterable[Pair], lang: str) -> list[Exhibit]:
    """Draw a curve that live and playback both have in one plot.

    The modulation first, the resolution it is about.
    """
    told = [(pair, *curves) for pair in pairs for curves in pair.curves]
    distinct = {
        (pair.playback.id, one.region, one.direction, a.name): (pair, one, a, b)
        for pair, one, a, b in told
    }
    first = sorted(distinct.values(), key=lambda each: each[2].name != "mtf")
    return [_beside(pair, one, (a, b), lang) for pair, one, a, b in first[:MOST_COMPARED]]


def _beside(pair: Pair, one: Measurement, both: tuple[Curve, Curve], lang: str) -> Exhibit:
    key = (
        pair.playback.subject,
        f"{pair.live.id} → {pair.playback.id}",
        both[0].name,
        one.direction,
    )
    lines = {
        wording.word(path, "path", lang): curve
        for path, curve in zip(SignalPath, both, strict=True)
    }
    drawn = _plot(key, lines, lang)
    where = wording.region(one.region.partition(".")[0] if one.direction else one.region, lang)
    return replace(drawn, name=f"{drawn.name} · {where}" if where else drawn.name)


def timelines(measurements: Iterable[Measurement], lang: str) -> list[Exhibit]:
    """Draw what happened in each shot over time.

    Bit rate, intervals between frames, and events of every kind.
    """
    shots: dict[tuple[str, str], list[Measurement]] = defaultdict(list)
    for one in measurements:
        if not one.statistic:
            shots[one.subject, one.shot].append(one)
    found = [
        _timeline(key, ones, lang)
        for key, ones in shots.items()
        if any(_in_panel(one) for one in ones)
    ]
    return found[:MOST_TIMELINES]


def _in_panel(one: Measurement) -> bool:
    return one.curve is not None and one.curve.name in PANELS and len(one.curve.x) > 1


def _timeline(key: tuple[str, str], ones: Sequence[Measurement], lang: str) -> Exhibit:
    words = wording.phrases(lang)["timeline"]
    panels = [
        event_plot.Panel(title=words[PANELS[one.curve.name]], curve=one.curve)
        for one in sorted(ones, key=lambda one: one.quantity, reverse=True)
        if one.curve and _in_panel(one)
    ]
    events, bounded = _events(ones)
    lanes = [
        event_plot.Lane(
            kind=kind,
            title=words.get(kind, kind),
            total=_total(events[kind], bounded=kind in bounded),
            events=events[kind],
        )
        for kind in event_plot.ordered(events)
    ]
    drawn = event_plot.draw(panels, lanes, _duration(ones), words["time"])
    return Exhibit(subject=key[0], shot=key[1], name=words["title"], svg=Markup(drawn))  # noqa: S704 - event_timeline.py escapes


def _duration(ones: Sequence[Measurement]) -> float:
    """Seconds to show; of the curves only those over time tell, not MTF curves and the like."""
    over_time = [max(one.curve.x) for one in ones if one.curve and _in_panel(one)]
    return max([*over_time, *(one.duration or 0.0 for one in ones)])


def _events(ones: Sequence[Measurement]) -> tuple[dict[str, list[Event]], set[str]]:
    """Events by kind, those that were counted and did not happen too.

    And the kinds of which there may be more.
    """
    events: dict[str, list[Event]] = defaultdict(list)
    bounded: set[str] = set()
    for one in ones:
        for event in one.events:
            events[event.kind].append(event)
        kinds = COUNTED.get(one.quantity, ())
        if one.lower_bound:
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
        zones = _zones([one for one in measurements if one.shot == shot.id])
        if zones:
            drawn = zone_plot.draw(zones, _aspect(shot), headings)
            maps.append(
                Exhibit(subject=shot.subject, shot=shot.id, name=words["title"], svg=Markup(drawn))  # noqa: S704 - zone_map.py escapes
            )
    return maps[:MOST_MAPS]


def coverage_maps(
    measurements: Sequence[Measurement], recordings: Iterable[Recordings], lang: str
) -> list[Exhibit]:
    """Draw when each channel was recorded, as many channels in one map as a page holds."""
    words = wording.phrases(lang)["coverage_map"]
    maps = []
    for one in recordings:
        mine = [item for item in measurements if item.shot == one.id]
        told = {
            item.region: item
            for item in mine
            if item.quantity == "recordings.retention" and item.details
        }
        covered = [
            item for item in mine if item.quantity == "recordings.coverage" and item.region in told
        ]
        rows = [_channel(item.curve, told[item.region]) for item in covered if item.curve]
        for at in range(0, len(rows), MOST_CHANNELS):
            until = datetime.fromisoformat(str(next(iter(told.values())).details["until"]))
            drawn = coverage_plot.draw(rows[at : at + MOST_CHANNELS], until, words)
            maps.append(
                Exhibit(subject=one.subject, shot=one.id, name=words["title"], svg=Markup(drawn))  # noqa: S704 - coverage_map.py escapes
            )
    return maps


def _channel(curve: Curve, kept: Measurement) -> coverage_plot.CoverageRow:
    name = str(kept.details["channel"]) or kept.region
    return coverage_plot.CoverageRow(name=name, curve=curve, kept=kept.value)


def _aspect(shot: Shot) -> float:
    """Width of the picture as shown over its height; 16:9 where the stream does not tell."""
    width, height = (float(shot.stream.get(name, 0)) for name in ("width", "height"))
    across, _, down = str(shot.stream.get("sample_aspect", "1")).partition("/")
    return width / height * float(across) / float(down or 1) if width and height else 16 / 9


def _zones(ones: Sequence[Measurement]) -> dict[str, list[zone_plot.ZoneRow]]:
    zones: dict[str, list[zone_plot.ZoneRow]] = defaultdict(list)
    for direction in ("horizontal", "vertical"):
        for zone in zone_plot.PLACES:
            sharp = [one for one in ones if _is(one, "mtf50", zone, direction)]
            if sharp:
                limits = [one.value for one in ones if _is(one, direction, zone, direction)]
                ratios = [one.value for one in ones if one.quantity == "resolution.corner_ratio"
                          and (one.region, one.direction) == (zone, direction)]  # fmt: skip
                row = zone_plot.ZoneRow(
                    direction=direction,
                    mtf50=fmean(one.value for one in sharp),
                    line_widths=fmean(
                        float(one.details["line_widths_per_height"]) for one in sharp
                    ),
                    limit=fmean(limits) if limits else None,
                    ratio=fmean(ratios) if ratios else None,
                )
                zones[zone].append(row)
    return dict(zones)


def _is(one: Measurement, name: str, zone: str, direction: str) -> bool:
    """Tell whether this is the figure of an edge in a zone and direction, with what a map needs."""
    same = (
        one.quantity == f"resolution.{name}"
        and one.direction == direction
        and one.details.get("zone") == zone
    )
    return same and "line_widths_per_height" in one.details

"""Timelines of a session's shots: what happened when."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from acceptance import wording
from acceptance.report import event_plot
from acceptance.report.exhibits import exhibit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from acceptance.model import Event, Measurement
    from acceptance.report.exhibits import Exhibit

MOST_TIMELINES = 12
# curves of a timeline, with the words of their axes
PANELS = {"bit_rate": "bit_rate", "frame_intervals": "interval"}
COUNTED = {"frame_rate.dropped": ("dropped",), "frame_rate.repeated": ("repeated", "frozen")}


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
    return exhibit(key, words["title"], svg, lang)


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

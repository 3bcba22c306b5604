"""What happened in a clip, over time, as inline SVG that reads in grey print.

Kinds of events differ in shape, not in colour. On top is the bit rate with the key frames, below it
the intervals between frames, then a lane for each kind of event.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from acceptance.report import svg
from acceptance.report.svg import Axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model import Curve, Event
    from acceptance.report.svg import Dot

WIDTH, LEFT, RIGHT = 720.0, 96.0, 46.0
PANEL, LANE, FOOT, ROOM = 62.0, 19.0, 30.0, 8.0
LEAST = 2.6  # width of the shortest event
MOST_POINTS = 1400
HATCH = 5.0
SMALL = 'font-size="8.5"'
JUMP, KEY = "time_jump", "key_frame"
ORDER = (KEY, "dropped", "repeated", "frozen", "undecided", "gap", JUMP)


@dataclass(frozen=True, kw_only=True)
class Panel:
    """A curve over time with the words for its axis."""

    title: str
    curve: Curve


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Events of one kind, with the words for it and for their number."""

    kind: str
    title: str
    total: str
    events: Sequence[Event]


def draw(panels: Sequence[Panel], lanes: Sequence[Lane], duration: float, time: str) -> str:
    """Draw ``duration`` s; ``time`` is the title of the axis.

    Jumps of the times run across all panels and lanes.
    """
    across = Axis(low=0.0, high=max(duration, 1e-3), start=LEFT, end=WIDTH - RIGHT)
    rows = [lane for lane in lanes if lane.kind != JUMP]
    middle, bottom = len(panels) * (PANEL + ROOM), len(panels) * (PANEL + ROOM) + LANE * len(rows)
    parts = [*_grid(across, ROOM, bottom + ROOM, time)]
    for number, panel in enumerate(panels):
        parts += _panel(panel, across, ROOM + number * (PANEL + ROOM))
    for number, lane in enumerate(rows):
        parts += _lane(lane, across, ROOM + middle + number * LANE)
    for lane in lanes:
        if lane.kind == JUMP:
            parts += _jumps(lane, across, bottom + ROOM)
    return svg.drawing(f"{WIDTH:g} {bottom + FOOT + ROOM:g}", "10", parts)


def ordered(kinds: Mapping[str, Sequence[Event]]) -> list[str]:
    """Kinds in the order of their lanes, those that are not known here last."""
    return sorted(
        kinds, key=lambda kind: (ORDER.index(kind) if kind in ORDER else len(ORDER), kind)
    )


def _grid(across: Axis, top: float, bottom: float, time: str) -> Iterator[str]:
    for tick in across.ticks(10):
        route = f"M{across(tick):.1f} {top:g}V{bottom:g}"
        yield svg.path(route, 'stroke="#ddd" stroke-width=".6"')
        yield svg.label(across(tick), bottom + 12, f"{tick:.6g}", "middle")
    yield svg.label((across.start + across.end) / 2, bottom + 25, time, "middle")


def _panel(panel: Panel, across: Axis, top: float) -> Iterator[str]:
    """Draw a curve from zero up, in steps: each value holds for the time since the point before."""
    points = _thinned(list(zip(panel.curve.x, panel.curve.y, strict=True)))
    highest = 1.08 * max((y for _, y in points), default=1.0) or 1.0
    up = Axis(low=0.0, high=highest, start=top + PANEL, end=top)
    frame = f"M{LEFT:g} {top:g}V{top + PANEL:g}H{WIDTH - RIGHT:g}"
    yield svg.path(frame, 'stroke="#555" stroke-width=".8" fill="none"')
    for tick in up.ticks(3):
        yield svg.label(LEFT - 4, up(tick) + 3.5, f"{tick:.6g}", "end", SMALL)
    yield svg.label(2, top + PANEL / 2 + 3.5, panel.title)
    steps = pairwise([(0.0, 0.0), *points])
    corners = ((across(x), up(y)) for (before, _), (end, y) in steps for x in (before, end))
    yield svg.polyline(corners, f'fill="none" stroke="{svg.INK}" stroke-width="1"')


def _thinned(points: list[Dot]) -> list[Dot]:
    """Keep of a long curve the lowest and the highest point of each stretch."""
    length = -(-2 * len(points) // MOST_POINTS)
    return points if length < 2 else svg.extremes(points, length)


def _lane(lane: Lane, across: Axis, top: float) -> Iterator[str]:
    base = top + LANE - 4
    yield svg.path(f"M{LEFT:g} {base:g}H{WIDTH - RIGHT:g}", 'stroke="#999" stroke-width=".6"')
    yield svg.label(2, base - 2, lane.title)
    yield svg.label(WIDTH - RIGHT + 4, base - 2, lane.total)
    for event in lane.events:
        left, right = across(event.start), across(event.end)
        yield SHAPES.get(lane.kind, _solid)(left, max(right, left + LEAST), base)


def _tick(left: float, _: float, base: float) -> str:
    return svg.path(f"M{left:.1f} {base:g}v-8")


def _triangle(_: float, right: float, base: float) -> str:
    return svg.path(f"M{right:.1f} {base:g}l-3.4 -9h6.8z", f'fill="{svg.INK}"')


def _solid(left: float, right: float, base: float) -> str:
    return _bar(left, right, base, 10, f'fill="{svg.INK}"')


def _hollow(left: float, right: float, base: float) -> str:
    return _bar(left, right, base, 9, f'fill="#fff" stroke="{svg.INK}" stroke-width=".9"')


def _bar(left: float, right: float, base: float, height: int, style: str) -> str:
    size = f"{right - left:.1f}", f"{height}"
    return svg.rect((f"{left:.1f}", f"{base - height:g}"), size, style)


def _hatched(left: float, right: float, base: float) -> str:
    """Hatch by lines of its own: not every renderer knows patterns."""
    lines, at = [], left
    while at < right:
        width = min(HATCH, right - at)
        lines.append(f"M{at:.1f} {base:g}l{width:.1f} {-9 * width / HATCH:.1f}")
        at += HATCH
    style = f'stroke="{svg.INK}" stroke-width=".7" fill="none"'
    return _hollow(left, right, base) + svg.path("".join(lines), style)


def _bracket(left: float, right: float, base: float) -> str:
    return svg.path(f"M{left:.1f} {base:g}v-8H{right:.1f}v8")


SHAPES = {
    KEY: _tick,
    "dropped": _triangle,
    "repeated": _hollow,
    "frozen": _solid,
    "undecided": _hatched,
    "gap": _bracket,
}


def _jumps(lane: Lane, across: Axis, bottom: float) -> Iterator[str]:
    style = f'stroke="{svg.INK}" stroke-width="1.2" stroke-dasharray="5 3"'
    for event in lane.events:
        at = across(event.end)
        yield svg.path(f"M{at:.1f} {ROOM:g}V{bottom:g}", style)
        yield svg.label(at + 3, ROOM + 8, lane.title, style=SMALL)

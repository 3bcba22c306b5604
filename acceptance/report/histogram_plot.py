"""How often values came, with what was made of them and what it is judged by, as inline SVG.

It reads in grey print: lines differ in their dashes. Above the bars a span shows what U covers of
the axis; behind them a grey band shows it for what is judged.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, NamedTuple

from acceptance.report import plots, svg
from acceptance.report.svg import Axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

HEIGHT, TOP = 190.0, 16.0
CLASSES = 18  # about as many bars
LEAST_SHARE = 0.3  # of the axis for the values, else a limit stands at its end
BAR = 'fill="#9fb3c8" stroke="#333" stroke-width=".7"'
DOUBT = 'fill="#e2e2e2"'
CLEAR, FIRST_SPAN, SPAN_STEP = 8.0, 8.0, 9.0  # above the bars: room, and places of the spans
DASHES = ("none", "6 3", "2 2", "9 3 1.5 3")


@dataclass(frozen=True, kw_only=True)
class MadeFigure:
    """A figure made of the values: a line, and a span of what its U covers."""

    words: str
    """For the key, with value and U."""

    value: float
    expanded: float
    limits: Mapping[str, float] = field(default_factory=dict)
    """In words -> where the limit is."""


class HistogramWords(NamedTuple):
    """Titles of the axes, and what the key calls the span of U."""

    across: str
    unit: str
    up: str
    doubt: str


def draw(values: Sequence[float], made: Sequence[MadeFigure], words: HistogramWords) -> str:
    """Draw a histogram (SVG); values that are not finite are left out.

    A limit far from all values stands at the end of the axis with an arrow.
    """
    bars, step = counted([value for value in values if math.isfinite(value)])
    x = _across(bars, step, made)
    y = _up(max(bars.values(), default=1), len(made))
    judged = [each for each in made if each.limits and each.expanded]
    parts = [svg.band(each.value, each.expanded, x, y, DOUBT) for each in judged]
    parts += [*_grid(x, y), *_titles(words), *_bars(bars, step, x, y)]
    parts.append(_followed(bars, step, x, y, words.unit))
    for index, each in enumerate(made):
        parts += _line(each.value, index, x, y)
        parts += _span(each, index, x, y)
    limits = {text: at for each in made for text, at in each.limits.items()}
    for row, (text, at) in enumerate(limits.items()):
        parts += _limit(text, at, x, y, row)
    parts += _key(made, words)
    rows = len(made) + any(each.expanded for each in made)
    return svg.drawing(f"{plots.WIDTH:g} {HEIGHT + plots.LEGEND_LINE * rows + 2:g}", "10.5", parts)


def counted(values: Sequence[float]) -> tuple[dict[int, int], float]:
    """Count values in classes of a round width; give number -> count, and the width.

    Class i reaches from i widths up to, but not including, i + 1 widths.
    """
    if not values:
        return {}, 1.0
    span = max(values) - min(values)
    step = svg.round_step((span or abs(values[0]) * 0.1 or 1.0) / CLASSES)
    classes = Counter(math.floor(value / step + 1e-9) for value in values)
    return dict(sorted(classes.items())), step


def _across(bars: Mapping[int, int], step: float, made: Sequence[MadeFigure]) -> Axis:
    """Span the bars, the figures with their U, and each limit that does not squeeze them."""
    ends = [step * min(bars, default=0), step * (max(bars, default=0) + 1)]
    for each in made:
        most = ends[1] - ends[0]
        reach = min(each.expanded, most)
        ends = [min(ends[0], each.value - reach), max(ends[1], each.value + reach)]
    own = ends[1] - ends[0]
    for each in made:
        for limit in each.limits.values():
            wider = [min(ends[0], limit), max(ends[1], limit)]
            ends = wider if own >= LEAST_SHARE * (wider[1] - wider[0]) else ends
    room = 0.03 * (ends[1] - ends[0])
    return Axis(low=ends[0] - room, high=ends[1] + room,
                start=plots.LEFT, end=plots.WIDTH - plots.RIGHT)  # fmt: skip


def _up(most: int, lines: int) -> Axis:
    """Count from zero up, and leave room for the spans of U above the bars."""
    foot = HEIGHT - plots.BOTTOM
    room = CLEAR + SPAN_STEP * lines
    return Axis(low=0.0, high=most * (foot - TOP) / (foot - TOP - room), start=foot, end=TOP)


def _bars(bars: Mapping[int, int], step: float, x: Axis, y: Axis) -> Iterator[str]:
    for number, count in bars.items():
        left, right = x(number * step), x((number + 1) * step)
        size = (f"{right - left:.1f}", f"{y.start - y(count):.1f}")
        yield svg.rect((f"{left:.1f}", f"{y(count):.1f}"), size, BAR)


def _followed(bars: Mapping[int, int], step: float, x: Axis, y: Axis, unit: str) -> str:
    """Draw nothing: off this line the web page reads how many values are below the pointer."""
    route = []
    for number in range(min(bars, default=0), max(bars, default=-1) + 1):
        height = y(bars.get(number, 0))
        route += [(x(number * step), height), (x((number + 1) * step) - 0.05, height)]
    ends = f'data-x="{x.attribute()}" data-y="{y.attribute()}"'
    words = f'data-name="n =" data-x-unit="{escape(unit)}" data-y-unit=""'
    return svg.polyline(route, f'fill="none" stroke="none" {ends} {words}')


def _span(each: MadeFigure, index: int, x: Axis, y: Axis) -> Iterator[str]:
    if each.expanded:
        left, right = svg.covered(each.value, each.expanded, x)
        middle = y.end + FIRST_SPAN + SPAN_STEP * index
        yield _capped(left, right, middle)
        yield svg.circle(x(each.value), middle, 'r="2.2" fill="#222"')


def _capped(left: float, right: float, middle: float) -> str:
    route = f"M{left:.1f} {middle - 3:g}v6m0 -3H{right:.1f}m0 -3v6"
    return svg.path(route, 'stroke="#222" stroke-width="1.1" fill="none"')


def _line(value: float, index: int, x: Axis, y: Axis) -> Iterator[str]:
    if x.low <= value <= x.high:
        yield svg.upright(value, x, y, _dashed(index))


def _dashed(index: int) -> str:
    dash = DASHES[index % len(DASHES)]
    return f'stroke="{svg.INK}" stroke-width="1.6" stroke-dasharray="{dash}" fill="none"'


def _limit(text: str, at: float, x: Axis, y: Axis, row: int) -> Iterator[str]:
    height = y.end - 5 + 11 * row
    if at > x.high:
        yield svg.label(x.end, height, f"{text} →", "end", plots.SMALL)
    elif at < x.low:
        yield svg.label(x.start, height, f"← {text}", "start", plots.SMALL)
    else:
        yield svg.upright(at, x, y, plots.LIMIT)
        late = x(at) > (x.start + x.end) / 2
        place, side = (x(at) - 4, "end") if late else (x(at) + 4, "start")
        yield svg.label(place, height, text, side, plots.SMALL)


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    for value in x.ticks():
        yield svg.path(f"M{x(value):.1f} {y.start:g}v3", plots.RULE)
        yield svg.label(x(value), y.start + 13, plots.number(value), "middle")
    for value in y.ticks(4):
        if value == int(value):
            yield svg.level(value, x, y, plots.RULE)
            yield svg.label(x.start - 5, y(value) + 3.6, plots.number(value), "end")
    yield svg.frame(x, y)


def _titles(words: HistogramWords) -> Iterator[str]:
    middle = (plots.LEFT + plots.WIDTH - plots.RIGHT) / 2
    yield svg.label(middle, HEIGHT - 8, words.across, "middle")
    turn = f'transform="translate(11 {(TOP + HEIGHT - plots.BOTTOM) / 2:g}) rotate(-90)"'
    yield svg.label(0, 0, words.up, "middle", turn)


def _key(made: Sequence[MadeFigure], words: HistogramWords) -> Iterator[str]:
    for index, each in enumerate(made):
        middle = HEIGHT + plots.LEGEND_LINE * index + 2
        yield svg.path(f"M{plots.LEFT:g} {middle:g}h26", _dashed(index))
        yield svg.label(plots.LEFT + 32, middle + 3.2, each.words, style=plots.SMALL)
    if any(each.expanded for each in made):
        middle = HEIGHT + plots.LEGEND_LINE * len(made) + 2
        yield _capped(plots.LEFT, plots.LEFT + 26, middle)
        yield svg.label(plots.LEFT + 32, middle + 3.2, words.doubt, style=plots.SMALL)

"""A few curves in one plot, as inline SVG that reads in grey print too.

Lines differ in their dash patterns.
"""

from __future__ import annotations

import math
from dataclasses import replace
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from acceptance.report import svg
from acceptance.report.svg import Axis

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model import Curve
    from acceptance.report.svg import Dot

WIDTH, HEIGHT = 360.0, 225.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 14.0, 36.0
LEGEND_LINE = 12.5
TICK_ROOM = 25.0  # between the title of the upright axis and the axis
MOST_POINTS = 500
FLAT = 1e-9  # of the values: what they differ by less is the computer's rounding
SMALL = 'font-size="9"'
RULE = 'stroke="#ddd" stroke-width=".6"'
# Dash pattern, colour and width of each line of a plot, in order of use.
STYLES = (
    ("none", "#14365c", 1.5),
    ("6 3", "#8a3b12", 1.5),
    ("1.5 2.5", "#1d5c3a", 1.7),
    ("9 3 1.5 3", "#5b2a6e", 1.4),
    ("3 3", "#444444", 1.2),
)
MOST_LINES = len(STYLES)
MOST_BANDS = 2
OF_CATEGORIES = {"colour"}  # curves whose x counts things apart, such as patches: bars
BAR = 0.7  # of the way from one to the next
SHARED = 'stroke="#555" stroke-width=".9" stroke-dasharray="2 2"'
LIMIT = 'stroke="#222" stroke-width="1.4" stroke-dasharray="7 2 2 2"'


class JudgedReading(NamedTuple):
    """What was read off a curve along its x: where, its U, and what it was judged by."""

    at: float
    expanded: float
    limits: Mapping[str, float]
    """In words -> abscissa."""


def draw(curves: Mapping[str, Curve], readings: Sequence[JudgedReading] = ()) -> str:
    """Draw curves that share their axes, at most ``MOST_LINES``, by their names in the legend.

    ``readings`` become a grey band, as wide as U to each side, and an upright line at each limit.

    The result is SVG. Points that are not finite are left out. ``marks`` become dots on the line
    and figures in the legend, or an upright line where they are the same for all.
    """
    lines = {name: thinned(curve) for name, curve in curves.items()}
    first = next(iter(curves.values()))
    limits = {words: at for reading in readings for words, at in reading.limits.items()}
    points = [point for line in lines.values() for point in line]
    apart = len(curves) == 1 and first.name in OF_CATEGORIES
    beside = [(at, points[0][1]) for at in limits.values() if points]
    x, y = axes(first, [*points, *beside, *(_feet(points) if apart else ())])
    shared = common_marks(list(curves.values()))
    plain = len(curves) == 1 and not first.marks  # the caption says it all
    parts = [*bands(readings, x, y), *_grid(x, y), *_titles(first), *_limits(shared, x, y)]
    parts += _judged(limits, x, y)
    for index, (name, curve) in enumerate(curves.items()):
        marks = {mark: at for mark, at in curve.marks.items() if mark not in shared}
        places = ((x(a), y(b)) for a, b in lines[name])
        stroke = 'fill="none" stroke="none"' if curve.scattered or apart else _stroke(index)
        parts += _bars(lines[name], x, y) if apart else []
        parts.append(svg.polyline(places, f"{stroke} {readable(name, curve, x, y)}"))
        parts += _points(lines[name], x, y, index) if curve.scattered else []
        parts += dots(lines[name], marks, x, y, index)
        parts += [] if plain else _legend(name, marks, index)
    height = HEIGHT + (0 if plain else LEGEND_LINE * len(curves) + 2)
    return svg.drawing(f"{WIDTH:g} {height:g}", "10.5", parts)


def _feet(points: Sequence[Dot]) -> list[Dot]:
    """Return places on the ground before the first bar and behind the last."""
    across = [x for x, _ in points]
    return [(min(across) - 1, 0.0), (max(across) + 1, 0.0)] if across else []


def _bars(points: Sequence[Dot], x: Axis, y: Axis) -> Iterator[str]:
    wide = BAR * (x(1.0) - x(0.0))
    for at, value in points:
        corner = (f"{x(at) - wide / 2:.1f}", f"{min(y(value), y(0.0)):.1f}")
        size = (f"{wide:.1f}", f"{abs(y(0.0) - y(value)):.1f}")
        yield svg.rect(corner, size, f'fill="{STYLES[0][1]}"')


def bands(readings: Sequence[JudgedReading], x: Axis, y: Axis) -> Iterator[str]:
    """Shade the doubt of few readings; of more the bands would cover each other."""
    for reading in readings if len(readings) <= MOST_BANDS else ():
        yield svg.band(reading.at, reading.expanded, x, y, 'fill="#dcdcdc"')


def _judged(limits: Mapping[str, float], x: Axis, y: Axis) -> Iterator[str]:
    for row, (words, at) in enumerate(limits.items()):
        yield svg.upright(at, x, y, LIMIT)
        end = x(at) > (x.start + x.end) / 2
        place = x(at) - 4 if end else x(at) + 4
        yield svg.label(place, y.start - 6 - 11 * row, words, "end" if end else "start", SMALL)


def axes(first: Curve, points: Sequence[Dot]) -> tuple[Axis, Axis]:
    """Span the points; x is logarithmic where the curve says so and every x is above 0."""
    across = [x for x, _ in points]
    logarithmic = first.x_logarithmic and min(across, default=0.0) > 0
    x = _axis(across, LEFT, WIDTH - RIGHT, logarithmic=logarithmic)
    return x, _axis([y for _, y in points], HEIGHT - BOTTOM, TOP, margin=0.06)


def common_marks(curves: Sequence[Curve]) -> dict[str, float]:
    """Return the marks that are at the same place on each of several curves.

    Such a mark is a limit, not a figure of any of them.
    """
    first, *others = curves
    return {
        name: at
        for name, at in first.marks.items()
        if others and all(curve.marks.get(name) == at for curve in others)
    }


def _limits(marks: Mapping[str, float], x: Axis, y: Axis) -> Iterator[str]:
    for name, at in marks.items():
        if x.low <= at <= x.high:
            yield svg.upright(at, x, y, SHARED)
            yield svg.label(x(at) - 4, y.end + 11, name, "end", SMALL)


def _axis(
    values: Sequence[float],
    start: float,
    end: float,
    margin: float = 0.0,
    *,
    logarithmic: bool = False,
) -> Axis:
    """Span the values; a flat or empty set gets room around it.

    A linear axis that comes near zero starts there.
    """
    low, high = min(values, default=0.0), max(values, default=1.0)
    if high - low < FLAT * max(abs(low), abs(high)):
        low = high
    room = (high - low) * margin or (0.0 if high > low else abs(high) * 0.1 or 1.0)
    foot = 0.0 if 0 <= low < 0.4 * high and not logarithmic else low - room
    return Axis(low=foot, high=high + room, start=start, end=end, logarithmic=logarithmic)


def thinned(curve: Curve) -> list[Dot]:
    """Drop what is not finite, and of a long curve all but each stretch's extremes."""
    points = [
        point for point in zip(curve.x, curve.y, strict=True) if all(map(math.isfinite, point))
    ]
    if len(points) <= MOST_POINTS:
        return points
    return svg.extremes(points, math.ceil(2 * len(points) / MOST_POINTS))


def number(value: float) -> str:
    """Write a value with six digits at most and a true minus sign."""
    return f"{value:.6g}".replace("-", "\u2212")


def short(value: float) -> str:
    """Write a value with three digits."""
    return number(float(f"{value:.3g}"))


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    for value in x.ticks():
        yield svg.upright(value, x, y, RULE)
        yield svg.label(x(value), y.start + 13, number(value), "middle")
    for value in y.ticks(5):
        yield svg.level(value, x, y, RULE)
        words = number(value)
        size = min(10.5, TICK_ROOM / svg.width(words, 1.0))
        yield svg.label(x.start - 5, y(value) + 3.6, words, "end", f'font-size="{size:.1f}"')
    yield svg.frame(x, y)


def _titles(curve: Curve) -> Iterator[str]:
    across, up = title(curve.x_label, curve.x_unit), title(curve.y_label, curve.y_unit)
    yield svg.label((LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, across, "middle")
    turn = f'transform="translate(11 {(TOP + HEIGHT - BOTTOM) / 2:g}) rotate(-90)"'
    yield svg.label(0, 0, up, "middle", turn)


def title(words: str, unit: str) -> str:
    """Write the title of an axis."""
    return f"{words} / {unit}" if unit else words


def readable(name: str, curve: Curve, x: Axis, y: Axis) -> str:
    """Write what a script needs to read values off a line."""
    words = {"name": name, "x-unit": curve.x_unit, "y-unit": curve.y_unit}
    ends = {"x": x.attribute(), "y": y.attribute()}
    return " ".join(f'data-{key}="{escape(text)}"' for key, text in (ends | words).items())


def dots(
    points: Sequence[Dot], marks: Mapping[str, float], x: Axis, y: Axis, index: int
) -> Iterator[str]:
    """Draw a dot where a line passes the abscissa of each mark; ``index`` is that of its style."""
    for at in marks.values():
        height = interpolated([(x(a), b) for a, b in points], x(at))
        if height is not None:
            _, colour, _ = STYLES[index % MOST_LINES]
            style = f'r="2.4" fill="#fff" stroke="{colour}" stroke-width="1.2"'
            yield svg.circle(x(at), y(height), style)


def _points(points: Sequence[Dot], x: Axis, y: Axis, index: int) -> Iterator[str]:
    _, colour, _ = STYLES[index % MOST_LINES]
    yield from (svg.circle(x(a), y(b), f'r="2" fill="{colour}"') for a, b in points)


def _stroke(index: int) -> str:
    dash, colour, width = STYLES[index % MOST_LINES]
    return f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"'


def interpolated(points: Sequence[Dot], at: float) -> float | None:
    """Return the height of a line at an abscissa; None where it is not."""
    for (a, b), (c, d) in pairwise(points):
        if a <= at <= c and c > a:
            return b + (d - b) * (at - a) / (c - a)
    return None


def _legend(name: str, marks: Mapping[str, float], index: int) -> Iterator[str]:
    middle = HEIGHT + LEGEND_LINE * index + 2
    figures = "".join(f" · {mark} = {short(at)}" for mark, at in marks.items())
    yield svg.path(f"M{LEFT:g} {middle:g}h26", _stroke(index))
    room = WIDTH - LEFT - 32 - svg.width(figures, 9)
    words = f"{svg.fitted(name, room, 9)}{figures}"
    yield svg.label(LEFT + 32, middle + 3.2, words, style=SMALL)


def in_words(curve: Curve, labels: Mapping[str, str], units: Mapping[str, str]) -> Curve:
    """Return the curve with labels, units and marks worded; what has no words stays as it is."""
    return replace(
        curve,
        x_label=labels.get(curve.x_label, curve.x_label),
        y_label=labels.get(curve.y_label, curve.y_label),
        x_unit=units.get(curve.x_unit, curve.x_unit),
        y_unit=units.get(curve.y_unit, curve.y_unit),
        marks={labels.get(name, name): at for name, at in curve.marks.items()},
    )

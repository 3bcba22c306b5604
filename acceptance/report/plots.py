"""A few curves in one plot, as inline SVG that reads in grey print too.

Lines differ in their dash patterns.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from html import escape
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from acceptance.model import Curve

WIDTH, HEIGHT = 360.0, 225.0
LEFT, RIGHT, TOP, BOTTOM = 46.0, 10.0, 14.0, 36.0
LEGEND_LINE = 12.5
FONTS = "'Noto Sans CJK SC'"
MOST_POINTS = 500
FLAT = 1e-9  # of the values: what they differ by less is the computer's rounding
# Dash pattern, colour and width of each line of a plot, in order of use.
STYLES = (
    ("none", "#14365c", 1.5),
    ("6 3", "#8a3b12", 1.5),
    ("1.5 2.5", "#1d5c3a", 1.7),
    ("9 3 1.5 3", "#5b2a6e", 1.4),
    ("3 3", "#444444", 1.2),
)
MOST_LINES = len(STYLES)


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis from ``low`` to ``high`` in data, from ``start`` to ``end`` in the picture.

    Linear or logarithmic.
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False

    def __call__(self, value: float) -> float:
        """Place a value of the data in the picture."""
        low, high, at = self.low, self.high, value
        if self.logarithmic:
            low, high, at = map(math.log, (low, high, at))
        return self.start + (at - low) / (high - low) * (self.end - self.start)

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """Return round numbers within the axis.

        1, 2 or 5 times a power of ten apart, or themselves such numbers.
        """
        if self.logarithmic:
            powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
            factors = (1,) if len(powers) > most / 2 else (1, 2, 5)
            numbers = (factor * 10.0**power for power in powers for factor in factors)
            return tuple(
                one
                for one in numbers
                if self.low <= one * (1 + 1e-9) and one * (1 - 1e-9) <= self.high
            )
        step = _step((self.high - self.low) / most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(index * step for index in range(first, last + 1))


def draw(curves: Mapping[str, Curve]) -> str:
    """Draw curves that share their axes (at most ``MOST_LINES``), by the name that the legend gives them; returns SVG.

    Points that are not finite are left out. ``marks`` become dots on the line and figures in the
    legend, or an upright line where they are the same for all.
    """
    lines = {name: _thinned(curve) for name, curve in curves.items()}
    first = next(iter(curves.values()))
    across = [value for line in lines.values() for value, _ in line]
    x = _axis(
        across,
        LEFT,
        WIDTH - RIGHT,
        logarithmic=first.x_logarithmic and min(across, default=0.0) > 0,
    )
    y = _axis(
        [value for line in lines.values() for _, value in line], HEIGHT - BOTTOM, TOP, margin=0.06
    )
    shared = _shared(list(curves.values()))
    plain = len(curves) == 1 and not first.marks  # the caption says it all
    parts = [
        _opening(HEIGHT + (0 if plain else LEGEND_LINE * len(curves) + 2)),
        *_grid(x, y),
        *_titles(first),
        *_limits(shared, x, y),
    ]
    for index, (name, curve) in enumerate(curves.items()):
        marks = {mark: at for mark, at in curve.marks.items() if mark not in shared}
        parts += _line(lines[name], marks, x, y, index)
        parts += [] if plain else _legend(name, marks, index)
    return "".join([*parts, "</svg>"])


def _opening(height: float) -> str:
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:g} {height:g}"'
    return f'<svg {box} font-family="{FONTS}" style="font-family:{FONTS}" font-size="10.5" fill="#222">'


def _shared(curves: Sequence[Curve]) -> dict[str, float]:
    """Return the marks that stand at the same place on each of several curves.

    A limit, not a figure of any of them.
    """
    first, *others = curves
    return {
        name: at
        for name, at in first.marks.items()
        if others and all(one.marks.get(name) == at for one in others)
    }


def _limits(marks: Mapping[str, float], x: Axis, y: Axis) -> Iterator[str]:
    for name, at in marks.items():
        if x.low <= at <= x.high:
            line = f"M{x(at):.1f} {y.start:g}V{y.end:g}"
            yield f'<path d="{line}" stroke="#555" stroke-width=".9" stroke-dasharray="2 2"/>'
            yield _text(x(at) - 4, y.end + 11, name, "end", 'font-size="9"')


def _step(least: float) -> float:
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))


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


def _thinned(curve: Curve) -> list[tuple[float, float]]:
    """Drop what is not finite.

    Of a long curve keep each stretch's lowest and highest point, so no spike is lost.
    """
    points = [
        point for point in zip(curve.x, curve.y, strict=True) if all(map(math.isfinite, point))
    ]
    if len(points) <= MOST_POINTS:
        return points
    length = math.ceil(2 * len(points) / MOST_POINTS)
    stretches = [points[at : at + length] for at in range(0, len(points), length)]
    ends = [{min(part, key=_height), max(part, key=_height)} for part in stretches]
    return [point for pair in ends for point in sorted(pair)]


def _height(point: tuple[float, float]) -> float:
    return point[1]


def _text(x: float, y: float, text: str, anchor: str = "start", more: str = "") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {more}>{escape(text)}</text>'


def _number(value: float) -> str:
    return f"{value:.6g}".replace("-", "\u2212")


def _grid(x: Axis, y: Axis) -> Iterator[str]:
    for value in x.ticks():
        yield f'<path d="M{x(value):.1f} {y.start:g}V{y.end:g}" stroke="#ddd" stroke-width=".6"/>'
        yield _text(x(value), y.start + 13, _number(value), "middle")
    for value in y.ticks(5):
        yield f'<path d="M{x.start:g} {y(value):.1f}H{x.end:g}" stroke="#ddd" stroke-width=".6"/>'
        yield _text(x.start - 5, y(value) + 3.6, _number(value), "end")
    frame = f"M{x.start:g} {y.end:g}H{x.end:g}V{y.start:g}H{x.start:g}Z"
    yield f'<path d="{frame}" fill="none" stroke="#555" stroke-width=".9"/>'


def _titles(curve: Curve) -> Iterator[str]:
    middle = (TOP + HEIGHT - BOTTOM) / 2
    yield _text(
        (LEFT + WIDTH - RIGHT) / 2, HEIGHT - 8, _title(curve.x_label, curve.x_unit), "middle"
    )
    yield _text(
        0,
        0,
        _title(curve.y_label, curve.y_unit),
        "middle",
        f'transform="translate(11 {middle:g}) rotate(-90)"',
    )


def _title(label: str, unit: str) -> str:
    return f"{label} / {unit}" if unit else label


def _line(
    points: Sequence[tuple[float, float]], marks: Mapping[str, float], x: Axis, y: Axis, index: int
) -> Iterator[str]:
    path = " ".join(f"{x(a):.1f},{y(b):.1f}" for a, b in points)
    yield f'<polyline points="{path}" {_stroke(index)} stroke-linejoin="round"/>'
    for at in marks.values():
        height = _interpolated([(x(a), b) for a, b in points], x(at))
        if height is not None:
            _, colour, _ = STYLES[index % MOST_LINES]
            dot = f'<circle cx="{x(at):.1f}" cy="{y(height):.1f}" r="2.4" fill="#fff"'
            yield f'{dot} stroke="{colour}" stroke-width="1.2"/>'


def _stroke(index: int) -> str:
    dash, colour, width = STYLES[index % MOST_LINES]
    return f'fill="none" stroke="{colour}" stroke-width="{width}" stroke-dasharray="{dash}"'


def _interpolated(points: Sequence[tuple[float, float]], at: float) -> float | None:
    for (a, b), (c, d) in pairwise(points):
        if a <= at <= c and c > a:
            return b + (d - b) * (at - a) / (c - a)
    return None


def _legend(name: str, marks: Mapping[str, float], index: int) -> Iterator[str]:
    middle = HEIGHT + LEGEND_LINE * index + 2
    figures = "".join(f", {mark} = {_number(float(f'{at:.3g}'))}" for mark, at in marks.items())
    yield f'<path d="M{LEFT:g} {middle:g}h26" {_stroke(index)}/>'
    yield _text(LEFT + 32, middle + 3.2, f"{name}{figures}", more='font-size="9"')


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

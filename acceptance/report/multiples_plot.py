"""Curves that would cover each other, each in a panel of its own, as inline SVG for grey print.

All panels have the same axes. Behind each line of one quantity a grey band spans all lines, so that
a panel shows where its line stands among the others (small multiples: E. R. Tufte, Envisioning
Information, 1990).
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

from acceptance.report import plots, svg
from acceptance.report.svg import Axis

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from acceptance.model import Curve
    from acceptance.report.plots import JudgedReading
    from acceptance.report.svg import Dot

MOST_PANELS = 12
COLUMNS, GAP = 2, 12.0
LEFT, RIGHT, TITLE, ROOM, FOOT = 40.0, 8.0, 14.0, 8.0, 30.0
HIGH, LOW = 76.0, 44.0  # of a panel with figures in it, and without
WIDE = (plots.WIDTH - LEFT - RIGHT - GAP * (COLUMNS - 1)) / COLUMNS
TINY = 8.0
KEY_LINE = 12.5
BAND, DOUBT = 'fill="#ececec"', 'fill="#c2c2c2"'
SAMPLES = 48  # places at which lines are compared
NEAR = 4.0  # units of the picture: lines nearer than that are hard to tell apart
COVERED = 2 / 3  # of the common length
LINE, LINE_WIDTH = plots.STYLES[0][1], plots.STYLES[0][2]


class KeyWords(NamedTuple):
    """What the key calls the band of all lines and that of U."""

    lines: str
    doubt: str


@dataclass(frozen=True, kw_only=True)
class _Panels:
    """Lines in the units of the data, their axes in a panel at the origin, what all share."""

    lines: Mapping[str, list[Dot]]
    curves: Mapping[str, Curve]
    x: Axis
    y: Axis
    shared: Mapping[str, float]
    readings: Mapping[str, Sequence[JudgedReading]]
    band: list[tuple[float, float, float]] = field(default_factory=list)
    """x, lowest and highest y of all lines there; empty: none is drawn."""

    @property
    def high(self) -> float:
        """Height of a panel, in which figures stand or not."""
        marked = any(set(curve.marks) - set(self.shared) for curve in self.curves.values())
        return HIGH if marked else LOW

    @property
    def pitch(self) -> float:
        """From one row of panels to the next."""
        return TITLE + self.high + ROOM


def overlap(curves: Iterable[Curve]) -> bool:
    """Whether some two of the lines are hard to tell apart over two thirds of their length."""
    every = list(curves)
    lines = [plots.thinned(curve) for curve in every]
    if any(curve.scattered for curve in every) or any(len(line) < 2 for line in lines):
        return False
    _, y = plots.axes(every[0], [point for line in lines for point in line])
    return any(_close(first, second, y) for first, second in itertools.combinations(lines, 2))


def _close(first: Sequence[Dot], second: Sequence[Dot], y: Axis) -> bool:
    low, high = max(first[0][0], second[0][0]), min(first[-1][0], second[-1][0])
    pairs = [
        (plots.interpolated(first, at), plots.interpolated(second, at)) for at in _grid(low, high)
    ]
    near = [abs(y(a) - y(b)) < NEAR for a, b in pairs if a is not None and b is not None]
    return len(near) > 0 and sum(near) >= COVERED * len(near)


def _grid(low: float, high: float) -> list[float]:
    return [low + (high - low) * step / SAMPLES for step in range(SAMPLES + 1)]


def draw(
    curves: Mapping[str, Curve],
    readings: Mapping[str, Sequence[JudgedReading]],
    words: KeyWords,
    *,
    alike: bool = True,
) -> str:
    """Draw at most ``MOST_PANELS`` curves that share their axes, each in a panel (SVG).

    ``readings``, by the name of a curve, become a band of U and a line at each limit. ``alike``:
    the lines are of one quantity.
    """
    seen = _panels(curves, readings, alike=alike)
    foot = -(-len(curves) // COLUMNS) * seen.pitch
    parts = [*_titles(next(iter(curves.values())), foot)]
    for number, name in enumerate(curves):
        row, column = divmod(number, COLUMNS)
        last = number + COLUMNS >= len(curves)
        x, y = _moved(seen, LEFT + column * (WIDE + GAP), TITLE + row * seen.pitch)
        parts += _panel(seen, name, x, y)
        parts += _ticks(x, y, across=last, up=column == 0)
    key = list(_key(seen, words, foot + FOOT))
    height = foot + FOOT - 6 + KEY_LINE * len(key)
    return svg.drawing(f"{plots.WIDTH:g} {height:g}", "10", [*parts, *map("".join, key)])


def _panels(
    curves: Mapping[str, Curve], readings: Mapping[str, Sequence[JudgedReading]], *, alike: bool
) -> _Panels:
    lines = {name: plots.thinned(curve) for name, curve in curves.items()}
    points = [point for line in lines.values() for point in line]
    at = [at for every in readings.values() for each in every for at in each.limits.values()]
    x, y = plots.axes(next(iter(curves.values())), [*points, *((a, points[0][1]) for a in at)])
    return _Panels(
        lines=lines,
        curves=curves,
        x=x,
        y=y,
        shared=plots.common_marks(list(curves.values())),
        readings=readings,
        band=list(_band(list(lines.values()), x)) if alike else [],
    )


def _band(lines: Sequence[Sequence[Dot]], x: Axis) -> Iterator[tuple[float, float, float]]:
    for at in _grid(x.low, x.high):
        found = [plots.interpolated(line, at) for line in lines]
        heights = [height for height in found if height is not None]
        if heights:
            yield at, min(heights), max(heights)


def _moved(seen: _Panels, left: float, top: float) -> tuple[Axis, Axis]:
    x = Axis(
        low=seen.x.low, high=seen.x.high, start=left, end=left + WIDE,
        logarithmic=seen.x.logarithmic,
    )  # fmt: skip
    return x, Axis(low=seen.y.low, high=seen.y.high, start=top + seen.high, end=top)


def _panel(seen: _Panels, name: str, x: Axis, y: Axis) -> Iterator[str]:
    curve, line = seen.curves[name], seen.lines[name]
    marks = {mark: at for mark, at in curve.marks.items() if mark not in seen.shared}
    title = svg.fitted(name, WIDE - 4, 9)
    yield svg.label(x.start + 2, y.end - 3.5, title, style='font-size="9" font-weight="bold"')
    if seen.band:
        yield _ribbon(seen.band, x, y)
    for reading in seen.readings.get(name, ()):
        yield svg.band(reading.at, reading.expanded, x, y, DOUBT)
        for at in reading.limits.values():
            yield svg.upright(at, x, y, plots.LIMIT)
    for at in seen.shared.values():
        if x.low <= at <= x.high:
            yield svg.upright(at, x, y, plots.SHARED)
    places = ((x(a), y(b)) for a, b in line)
    style = f'fill="none" stroke="{LINE}" stroke-width="{LINE_WIDTH}"'
    yield svg.polyline(places, f"{style} {plots.readable(name, curve, x, y)}")
    yield from plots.dots(line, marks, x, y, 0)
    yield from _figures(line, marks, x, y)


def _ribbon(band: Sequence[tuple[float, float, float]], x: Axis, y: Axis) -> str:
    above = [f"{x(at):.1f} {y(high):.1f}" for at, _, high in band]
    below = [f"{x(at):.1f} {y(low):.1f}" for at, low, _ in reversed(band)]
    return svg.path(f"M{'L'.join([*above, *below])}Z", BAND)


def _figures(line: Sequence[Dot], marks: Mapping[str, float], x: Axis, y: Axis) -> Iterator[str]:
    """Write what the marks read, on white, in the right corner that the line leaves free."""
    ends = [y(height) for at, height in line if x(at) > (x.start + x.end) / 2]
    low = not ends or sum(ends) / len(ends) > (y.start + y.end) / 2
    first = y.end + TINY + 2 if low else y.start - 4 - (TINY + 1) * (len(marks) - 1)
    for number, (mark, at) in enumerate(marks.items()):
        words = f"{mark} = {plots.short(at)}"
        place, wide = first + number * (TINY + 1), svg.width(words, TINY)
        corner = (f"{x.end - 4 - wide:.1f}", f"{place - TINY:.1f}")
        yield svg.rect(corner, (f"{wide:.1f}", f"{TINY + 1.5:g}"), 'fill="#fff"')
        yield svg.label(x.end - 4, place, words, "end", f'font-size="{TINY:g}"')


def _ticks(x: Axis, y: Axis, *, across: bool, up: bool) -> Iterator[str]:
    for value in x.ticks(4):
        yield svg.path(f"M{x(value):.1f} {y.start:g}v3", 'stroke="#555" stroke-width=".8"')
        if across:
            yield svg.label(x(value), y.start + 12, plots.number(value), "middle", plots.SMALL)
    for value in y.ticks(3):
        yield svg.path(f"M{x.start:g} {y(value):.1f}h-3", 'stroke="#555" stroke-width=".8"')
        if up:
            words = plots.number(value)
            yield svg.label(x.start - 5, y(value) + 3.2, words, "end", plots.SMALL)
    yield svg.frame(x, y, ".8")


def _titles(curve: Curve, foot: float) -> Iterator[str]:
    across = plots.title(curve.x_label, curve.x_unit)
    up = plots.title(curve.y_label, curve.y_unit)
    yield svg.label((LEFT + plots.WIDTH - RIGHT) / 2, foot + 15, across, "middle")
    turn = f'transform="translate(9.5 {(TITLE + foot - ROOM) / 2:g}) rotate(-90)"'
    yield svg.label(0, 0, svg.fitted(up, foot, 10), "middle", turn)


def _key(seen: _Panels, words: KeyWords, top: float) -> Iterator[tuple[str, str]]:
    """Give a sample of each mark and the words for it, row by row from ``top`` on."""
    for number, (sample, text) in enumerate(_entries(seen, words)):
        middle = top + KEY_LINE * number
        yield (
            f'<g transform="translate({LEFT:g} {middle:g})">{sample}</g>',
            svg.label(LEFT + 32, middle + 3.2, svg.fitted(text, 310, 9), style=plots.SMALL),
        )


def _entries(seen: _Panels, words: KeyWords) -> Iterator[tuple[str, str]]:
    if seen.band:
        yield svg.rect(("0", "-4"), ("26", "8"), BAND), words.lines.format(count=len(seen.lines))
    every = [reading for each in seen.readings.values() for reading in each]
    if any(reading.expanded for reading in every):
        yield svg.rect(("8", "-4"), ("10", "8"), DOUBT), words.doubt
    for mark, at in seen.shared.items():
        if seen.x.low <= at <= seen.x.high:
            yield svg.path("M0 0h26", plots.SHARED), f"{mark} = {plots.number(at)}"
    for limit in dict.fromkeys(limit for reading in every for limit in reading.limits):
        yield svg.path("M0 0h26", plots.LIMIT), limit

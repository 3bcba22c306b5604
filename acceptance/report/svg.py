"""What the drawings of a report share: SVG elements, text made safe, axes, greys.

Coordinates come as text, written to the place that the drawing needs. Every drawing reads in grey
print too: nothing is shown by colour alone.
"""

from __future__ import annotations

import math
import unicodedata
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FONTS = "'Noto Sans CJK SC'"
INK = "#222"
LINE = f'stroke="{INK}" stroke-width="1" fill="none"'

WIDE, NARROW = 1.0, 0.57  # of the font's size: a Chinese character, and most others at most

Dot = tuple[float, float]  # x and y
Rect = tuple[float, float, float, float]  # left, top, width, height


def drawing(size: str, font_size: str, parts: Iterable[str]) -> str:
    """Return a whole SVG; ``size`` is its width and height, apart by a space."""
    box = f'xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}"'
    font = f'font-family="{FONTS}" style="font-family:{FONTS}" font-size="{font_size}"'
    return "".join([f'<svg {box} {font} fill="{INK}">', *parts, "</svg>"])


def text(words: str, attributes: str) -> str:
    """Write words with every character of them shown, none read as markup."""
    return f"<text {attributes}>{escape(words)}</text>"


def label(x: float, y: float, words: str, anchor: str = "start", style: str = "") -> str:
    """Write words at a place: ``anchor`` is start, middle or end."""
    return text(words, f'x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" {style}')


def width(words: str, size: float) -> float:
    """Return about how wide words are in the font of this size, rather too much than too little."""
    return size * sum(
        WIDE if unicodedata.east_asian_width(each) in "WF" else NARROW for each in words
    )


def fitted(words: str, room: float, size: float) -> str:
    """Cut words to what fits into a width, with an ellipsis in place of what is left out."""
    if width(words, size) <= room:
        return words
    kept = words
    while kept and width(kept + "…", size) > room:
        kept = kept[:-1]
    return kept.rstrip() + "…"


def placed(choices: Iterable[Sequence[Dot]], size: Dot, taken: Sequence[Rect] = ()) -> list[Dot]:
    """Choose a place for the upper left corner of each label, the first that is free.

    ``choices`` are each label's places in order of preference, ``size`` its width and height,
    ``taken`` what must not be covered. Where nothing is free, the least covers something.
    """
    used, places = [*taken], []
    for offered in choices:
        best = _freest([(*corner, *size) for corner in offered], used)
        places.append(best[:2])
        used.append(best)
    return places


def _freest(offered: Sequence[Rect], used: Sequence[Rect]) -> Rect:
    """Return the first rectangle that covers nothing, else the first that covers least."""
    least, best = math.inf, offered[0]
    for here in offered:
        covered = sum(_common(here, it) for it in used)
        if covered < least:
            least, best = covered, here
        if not covered:
            break
    return best


def _common(first: Rect, second: Rect) -> float:
    """Return the area that two rectangles share."""
    (x, y, w, h), (left, top, wide, high) = first, second
    across = min(x + w, left + wide) - max(x, left)
    down = min(y + h, top + high) - max(y, top)
    return across * down if across > 0 and down > 0 else 0.0


def path(route: str, style: str = LINE) -> str:
    """Draw a line along a route (SVG 1.1, 8.3)."""
    return f'<path d="{route}" {style}/>'


def polyline(points: Iterable[Dot], style: str) -> str:
    """Join points, in the picture's coordinates, by straight lines."""
    places = " ".join(f"{x:.1f},{y:.1f}" for x, y in points)
    return f'<polyline points="{places}" {style} stroke-linejoin="round"/>'


def rect(corner: tuple[str, str], size: tuple[str, str], style: str) -> str:
    """Draw a rectangle from its upper left corner (x, y) on; ``size`` is width and height."""
    place = f'x="{corner[0]}" y="{corner[1]}" width="{size[0]}" height="{size[1]}"'
    return f"<rect {place} {style}/>"


def circle(x: float, y: float, style: str) -> str:
    """Draw a circle round a place."""
    return f'<circle cx="{x:.1f}" cy="{y:.1f}" {style}/>'


def grey(level: int) -> str:
    """Return a grey, 0 (black) to 255 (white)."""
    return f"rgb({level},{level},{level})"


def extremes(points: Sequence[Dot], length: int) -> list[Dot]:
    """Keep the lowest and the highest of every ``length`` points, so that no spike is lost."""
    stretches = (points[start : start + length] for start in range(0, len(points), length))
    pairs = ({min(part, key=_height), max(part, key=_height)} for part in stretches)
    return [point for pair in pairs for point in sorted(pair)]


def _height(point: Dot) -> float:
    return point[1]


@dataclass(frozen=True, kw_only=True)
class Axis:
    """An axis from ``low`` to ``high`` in data, from ``start`` to ``end`` in the picture.

    It is linear or logarithmic.
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

    def attribute(self) -> str:
        """Write the axis for a script that reads values off a line: ends in data, then in places.

        A logarithmic one says so.
        """
        ends = f"{self.low:.9g} {self.high:.9g} {self.start:g} {self.end:g}"
        return f"{ends} {'logarithmic' if self.logarithmic else ''}".strip()

    def ticks(self, most: int = 6) -> tuple[float, ...]:
        """Return round numbers within the axis, about ``most`` of them.

        They are 1, 2 or 5 times a power of ten apart; on a logarithmic axis such numbers
        themselves.
        """
        if self.logarithmic:
            return self._powers(most)
        step = round_step((self.high - self.low) / most)
        first, last = math.ceil(self.low / step - 1e-9), math.floor(self.high / step + 1e-9)
        return tuple(index * step for index in range(first, last + 1))

    def _powers(self, most: int) -> tuple[float, ...]:
        powers = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        factors = (1,) if len(powers) > most / 2 else (1, 2, 5)
        numbers = (factor * 10.0**power for power in powers for factor in factors)
        return tuple(number for number in numbers if self._holds(number))

    def _holds(self, number: float, slack: float = 1e-9) -> bool:
        """Whether a number is on the axis, but for the computer's rounding."""
        return self.low <= number * (1 + slack) and number * (1 - slack) <= self.high


def frame(x: Axis, y: Axis, wide: str = ".9") -> str:
    """Draw the frame of a plot."""
    route = f"M{x.start:g} {y.end:g}H{x.end:g}V{y.start:g}H{x.start:g}Z"
    return path(route, f'fill="none" stroke="#555" stroke-width="{wide}"')


def upright(at: float, x: Axis, y: Axis, style: str) -> str:
    """Draw a line from foot to top of a plot."""
    return path(f"M{x(at):.1f} {y.start:g}V{y.end:g}", style)


def level(at: float, x: Axis, y: Axis, style: str) -> str:
    """Draw a line from the left to the right of a plot."""
    return path(f"M{x.start:g} {y(at):.1f}H{x.end:g}", style)


def covered(at: float, expanded: float, x: Axis) -> tuple[float, float]:
    """Return the places of value - U and value + U, at most the ends of the axis."""
    left, right = (x(min(max(end, x.low), x.high)) for end in (at - expanded, at + expanded))
    return left, right


def band(at: float, expanded: float, x: Axis, y: Axis, style: str) -> str:
    """Draw a band from foot to top of a plot, as wide as U to each side."""
    left, right = covered(at, expanded, x)
    size = (f"{max(right - left, 0.8):.1f}", f"{y.start - y.end:g}")
    return rect((f"{left:.1f}", f"{y.end:g}"), size, style)


def round_step(least: float) -> float:
    """Return the next round number: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))

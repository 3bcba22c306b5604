"""What the drawings of a report share: SVG elements, text made safe, axes, greys.

Coordinates come as text, written to the place that the drawing needs. Every drawing reads in grey
print too: nothing is shown by colour alone.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

FONTS = "'Noto Sans CJK SC'"
INK = "#222"
LINE = f'stroke="{INK}" stroke-width="1" fill="none"'

Dot = tuple[float, float]  # x and y


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
        step = _step((self.high - self.low) / most)
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


def _step(least: float) -> float:
    """Return the next round number: 1, 2 or 5 times a power of ten."""
    power = 10.0 ** math.floor(math.log10(least))
    return next(factor * power for factor in (1, 2, 5, 10) if factor * power >= least * (1 - 1e-9))
